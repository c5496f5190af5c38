//! Pay-outs: refunds, returns, reversals of credits, credit handed out (rule 3).
//!
//! Invariants: a pay-out is a charge that consumes the credit it takes back: its free part first, then its
//! allocations newest first, unless staff chose what reopens. Together they never exceed the credit; what a return
//! cannot find, because it was paid out before, stays open and the customer owes it. Left out: the refund's own
//! states (`refund.rs`); it is posted when the money has gone, never before.

use super::{Account, Aim, Dated, ItemState, Row, When};
use crate::entry::{Class, Entry, EntryKind};
use crate::ids::{EntryId, IdSource, PaymentId};
use crate::ledger::rules::Channel;
use crate::ledger::{Leg, rules};
use crate::refusal::Refusal;

/// Money of a payment that went back to the customer.
#[derive(Debug, Clone)]
pub struct MoneyBack {
    pub payment: PaymentId,
    pub amount: i64,
    /// Where it went out: back through the processor, or outside.
    pub channel: Channel,
    /// None: the way the payment came.
    pub method: Option<String>,
    pub reason: String,
    pub when: When,
    /// Which documents reopen, and by how much; what is not named here comes from the free part, then the newest.
    pub reopens: Vec<Aim>,
}

/// Money of a payment that the bank or card network took back.
#[derive(Debug, Clone)]
pub struct ReturnInput {
    pub payment: PaymentId,
    /// Nothing: all that was not returned before.
    pub amount: Option<i64>,
    /// A dispute was lost: the money had been held back before.
    pub dispute: bool,
    pub reason: String,
    pub when: When,
}

/// Credit without a payment behind it, handed out.
#[derive(Debug, Clone)]
pub struct PayoutInput {
    pub amount: i64,
    pub method: Option<String>,
    pub reason: String,
    pub when: When,
}

/// What a pay-out did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayOutOutcome {
    pub entry: EntryId,
    /// Charges that are open again, and by how much (before rule 5).
    pub reopened: Vec<(EntryId, i64)>,
    /// What stays open of the pay-out itself: the customer owes it.
    pub owed: i64,
}

impl Account {
    /// What of a payment can still be given back: its amount less earlier pay-outs and refunds under way.
    pub fn refundable(&self, payment: PaymentId) -> Result<i64, Refusal> {
        let credit = self.credit_at(payment)?;
        let left = self.items[credit].entry.amount - self.paid_out(credit)?;
        Ok((left - self.items[credit].state.reserved).max(0))
    }

    /// Refuses more than is refundable, a disputed payment, and documents this payment did not pay so much of.
    pub fn refund(&mut self, ids: &mut dyn IdSource, input: &MoneyBack) -> Result<PayOutOutcome, Refusal> {
        let credit = self.credit_at(input.payment)?;
        let dated = self.dated(input.when)?.no_earlier(self.items[credit].entry.effective_on);
        let refundable = self.refundable(input.payment)?;
        if input.amount > refundable {
            let (asked, refundable) = (self.money(input.amount), self.money(refundable));
            return Err(Refusal::NothingRefundable { asked, refundable });
        }
        if self.items[credit].state.disputed {
            return Err(Refusal::Disputed);
        }
        self.check_parts(&input.reopens, input.amount)?;
        self.post_refund(ids, input, credit, dated)
    }

    /// Money that has gone back at the processor already, whatever the books would have said to it: a refund made at its own
    /// desk, or one that a return or dispute overtook. What the payment no longer has stays open; the customer owes it.
    pub fn refund_gone(&mut self, ids: &mut dyn IdSource, input: &MoneyBack) -> Result<PayOutOutcome, Refusal> {
        let credit = self.credit_at(input.payment)?;
        let dated = self.dated(input.when)?.no_earlier(self.items[credit].entry.effective_on);
        self.complete(credit)?;
        let taken: i64 =
            self.rows.iter().filter(|row| row.credit == credit && !self.is_own_pay_out(row)).map(|row| row.live).sum::<i64>()
                + self.items[credit].open();
        // Documents can only be named where there is enough to take from them.
        let reopens = if taken >= input.amount { input.reopens.clone() } else { Vec::new() };
        self.post_refund(ids, &MoneyBack { reopens, ..input.clone() }, credit, dated)
    }

    fn post_refund(
        &mut self,
        ids: &mut dyn IdSource,
        input: &MoneyBack,
        credit: usize,
        dated: Dated,
    ) -> Result<PayOutOutcome, Refusal> {
        let mut entry = self.draft(ids, EntryKind::Refund, input.amount, "Refund", dated);
        let method = input.method.clone().or_else(|| self.items[credit].entry.method.clone());
        (entry.payment, entry.method, entry.reason) = (Some(input.payment), method, Some(input.reason.clone()));
        self.pay_out(ids, entry, rules::refunded(input.amount, &input.channel), credit, &input.reopens, dated)
    }

    /// The bank took a payment back, or a dispute was lost. Refuses more than was not yet returned.
    pub fn return_payment(&mut self, ids: &mut dyn IdSource, input: &ReturnInput) -> Result<PayOutOutcome, Refusal> {
        let credit = self.credit_at(input.payment)?;
        let dated = self.dated(input.when)?.no_earlier(self.items[credit].entry.effective_on);
        self.complete(credit)?;
        let left = self.returnable(input.payment)?;
        let amount = input.amount.unwrap_or(left);
        if amount > left || left == 0 {
            return Err(Refusal::NothingRefundable { asked: self.money(amount), refundable: self.money(left) });
        }
        let channel = self.items[credit].state.channel.clone().unwrap_or(Channel::Outside);
        let legs = if input.dispute { rules::dispute_lost(amount) } else { rules::payment_returned(amount, &channel) };
        let mut entry = self.draft(ids, EntryKind::Return, amount, "Payment returned", dated);
        (entry.payment, entry.reason) = (Some(input.payment), Some(input.reason.clone()));
        self.pay_out(ids, entry, legs, credit, &[], dated)
    }

    /// What of a payment the bank has not taken back, or has given back again.
    pub fn returnable(&self, payment: PaymentId) -> Result<i64, Refusal> {
        let gone = |at: &usize| is_return_of(&self.items[*at].entry, payment) && !self.is_reversed(*at);
        let returned: i64 = (0..self.items.len()).filter(gone).map(|at| self.items[at].entry.amount).sum();
        Ok(self.items[self.credit_at(payment)?].entry.amount - returned)
    }

    /// Free credit without a payment behind it, not held.
    pub fn payable_out(&self) -> i64 {
        self.without_payment().into_iter().map(|at| self.items[at].usable()).sum()
    }

    /// Hands out free credit that no payment stands behind, oldest first. Refuses more than there is.
    pub fn pay_out_credit(&mut self, ids: &mut dyn IdSource, input: &PayoutInput) -> Result<EntryId, Refusal> {
        let dated = self.dated(input.when)?;
        let free = self.payable_out();
        if input.amount > free {
            return Err(Refusal::NothingRefundable { asked: self.money(input.amount), refundable: self.money(free) });
        }
        let mut entry = self.draft(ids, EntryKind::Payout, input.amount, "Credit paid out", dated);
        (entry.method, entry.reason) = (input.method.clone(), Some(input.reason.clone()));
        let id = entry.id;
        let charge = self.post(entry, ItemState::default(), rules::credit_paid_out(input.amount))?;
        for credit in self.without_payment() {
            let usable = self.items[credit].usable();
            self.pour(credit, usable, &[charge], super::Item::open)?;
        }
        Ok(id)
    }

    /// Held credit may be handed out too: it was held so that it is not applied.
    fn without_payment(&self) -> Vec<usize> {
        let wanted =
            |item: &super::Item| item.entry.class() == Class::Money && item.entry.kind != EntryKind::Payment && item.usable() > 0;
        let mut found: Vec<usize> = (0..self.items.len()).filter(|at| wanted(&self.items[*at])).collect();
        found.sort_by_key(|at| (self.items[*at].entry.effective_on, self.items[*at].entry.id));
        found
    }

    /// Posts a pay-out and consumes the credit.
    pub(super) fn pay_out(
        &mut self,
        ids: &mut dyn IdSource,
        entry: Entry,
        legs: Vec<Leg>,
        credit: usize,
        chosen: &[Aim],
        dated: Dated,
    ) -> Result<PayOutOutcome, Refusal> {
        let id = entry.id;
        let charge = self.post(entry, ItemState::default(), legs)?;
        let reopened = self.consume(charge, credit, chosen)?;
        let places: Vec<usize> = reopened.iter().map(|(at, _)| *at).collect();
        self.undo_small_differences(ids, credit, &places, dated)?;
        let reopened = reopened.into_iter().map(|(at, amount)| (self.items[at].entry.id, amount)).collect();
        Ok(PayOutOutcome { entry: id, reopened, owed: self.items[charge].open() })
    }

    /// Rule 3: what staff chose, then the free part, then allocations newest first. Answers what reopened.
    fn consume(&mut self, charge: usize, credit: usize, chosen: &[Aim]) -> Result<Vec<(usize, i64)>, Refusal> {
        self.complete(credit)?;
        let day = self.settle_day(credit, charge);
        let asked = self.items[charge].entry.amount;
        let free = self.items[credit].open();
        let mut reopened = Vec::new();
        let mut taken = 0;
        for aim in chosen {
            let charges = self.targets(aim.target)?;
            let most = aim.amount.unwrap_or(asked - taken);
            let found = self.reopen(credit, most, day, &mut reopened, |row| charges.contains(&row.charge))?;
            if found < most && aim.amount.is_some() {
                return Err(Refusal::AboveDue { asked: self.money(most), due: self.money(found) });
            }
            taken += found;
        }
        let from_free = free.min(asked - taken);
        let rest = asked - taken - from_free;
        taken += from_free + self.reopen(credit, rest, day, &mut reopened, |_| true)?;
        self.allocate_on(credit, charge, taken, day)?;
        Ok(reopened)
    }

    fn reopen(
        &mut self,
        credit: usize,
        most: i64,
        cause: crate::calendar::Day,
        reopened: &mut Vec<(usize, i64)>,
        wanted: impl Fn(&Row) -> bool,
    ) -> Result<i64, Refusal> {
        let mut left = most;
        for row in self.rows_newest_first(|row| row.credit == credit && wanted(row) && !self.is_own_pay_out(row)) {
            let part = left.min(self.rows[row].live);
            if part == 0 {
                break;
            }
            let charge = self.rows[row].charge;
            self.take_back(row, part, cause)?;
            match reopened.iter_mut().find(|(at, _)| *at == charge) {
                Some((_, sum)) => *sum += part,
                None => reopened.push((charge, part)),
            }
            left -= part;
        }
        Ok(most - left)
    }

    /// What earlier pay-outs consumed of a credit.
    pub(super) fn paid_out(&self, credit: usize) -> Result<i64, Refusal> {
        self.complete(credit)?;
        Ok(self.rows.iter().filter(|row| row.credit == credit && self.is_own_pay_out(row)).map(|row| row.live).sum())
    }

    /// The row consumes its credit: the charge is a pay-out of that very credit.
    pub(super) fn is_own_pay_out(&self, row: &Row) -> bool {
        let (credit, charge) = (&self.items[row.credit].entry, &self.items[row.charge].entry);
        match charge.kind {
            EntryKind::Refund | EntryKind::Return => charge.payment.is_some() && charge.payment == credit.payment,
            EntryKind::CreditReversal | EntryKind::WriteOffReversal => charge.reverses == Some(credit.id),
            // Handed out whole from the credits it was taken from, and from nothing else.
            EntryKind::Payout => true,
            _ => false,
        }
    }
}

/// A reversal says that the payment never came, which leaves nothing to return.
fn is_return_of(entry: &Entry, payment: PaymentId) -> bool {
    matches!(entry.kind, EntryKind::Return | EntryKind::CreditReversal) && entry.payment == Some(payment)
}
