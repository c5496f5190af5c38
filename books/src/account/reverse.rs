//! Taking back a mistake (rule 12): an entry without a document, or an external payment that never came.
//!
//! Invariants: a reversal mirrors exactly one entry, whole and once; entry and reversal sum to zero on every ledger
//! account. Refused for charges of orders and invoices (amend or credit those), for a charge on a live invoice, for
//! payments through a processor (refund those), and for reversals. Left out: the payment record of a reversed
//! external payment.

use super::lessen::Less;
use super::{Account, When};
use crate::entry::{Class, Entry, EntryKind};
use crate::ids::{EntryId, IdSource};
use crate::ledger::rules;
use crate::refusal::Refusal;

/// Which entry is taken back, and why.
#[derive(Debug, Clone)]
pub struct Reverse {
    pub entry: EntryId,
    pub reason: String,
    pub when: When,
}

impl Account {
    /// Answers the reversing entry. Refuses a second reversal.
    pub fn reverse(&mut self, ids: &mut dyn IdSource, input: &Reverse) -> Result<EntryId, Refusal> {
        let at = self.at(input.entry)?;
        self.check_reversible(at)?;
        match self.items[at].entry.class() {
            Class::Charge => self.reverse_charge(ids, at, input),
            Class::Money => self.reverse_credit(ids, at, input),
            _ => self.reverse_write_off(ids, at, input),
        }
    }

    /// Whether [`Account::reverse`] would refuse this entry by what it is. The entry's allocations must be loaded.
    pub fn can_reverse(&self, entry: EntryId) -> Result<(), Refusal> {
        self.check_reversible(self.at(entry)?)
    }

    fn check_reversible(&self, at: usize) -> Result<(), Refusal> {
        let item = &self.items[at];
        let entry = item.entry.id;
        self.complete(at)?;
        if self.is_reversed(at) {
            return Err(Refusal::AlreadyReversed { entry });
        }
        if let Some(how) = not_reversible(&item.entry, item.came_by_card()) {
            return Err(Refusal::NotReversible { entry, how });
        }
        if item.entry.kind != EntryKind::LateFee && item.state.cover.is_some() {
            return Err(Refusal::AlreadyInvoiced { charge: entry });
        }
        let went_back =
            |other: &super::Item| other.is_charge() && other.entry.payment.is_some() && other.entry.payment == item.entry.payment;
        if item.entry.kind == EntryKind::Payment && self.items.iter().any(went_back) {
            return Err(Refusal::NotReversible { entry, how: "money of this payment has gone back already: it did come" });
        }
        if item.is_charge() && self.lessened(at)?.0 > 0 {
            return Err(Refusal::NotReversible { entry, how: "part of this charge was already taken off: credit the rest" });
        }
        Ok(())
    }

    pub(super) fn is_reversed(&self, at: usize) -> bool {
        let id = self.items[at].entry.id;
        let named = |item: &super::Item| item.entry.reverses == Some(id);
        self.items.iter().any(named)
    }

    fn reverse_charge(&mut self, ids: &mut dyn IdSource, at: usize, input: &Reverse) -> Result<EntryId, Refusal> {
        let dated = self.dated(input.when)?;
        let Entry { id, amount, tax, invoice, .. } = self.items[at].entry;
        let less = Less { charge: at, amount, tax };
        let (reversal, _) = self.lessen(ids, EntryKind::Reversal, less, dated, false, |entry| {
            (entry.reverses, entry.reason, entry.invoice) = (Some(id), Some(input.reason.clone()), invoice);
        })?;
        Ok(self.items[reversal].entry.id)
    }

    fn reverse_credit(&mut self, ids: &mut dyn IdSource, at: usize, input: &Reverse) -> Result<EntryId, Refusal> {
        let old = self.items[at].entry.clone();
        let dated = self.dated(input.when)?.no_earlier(old.effective_on);
        let legs = rules::credit_reversed(old.amount, self.items[at].state.channel.as_ref());
        let mut entry = self.draft(ids, EntryKind::CreditReversal, old.amount, &old.description, dated);
        (entry.reverses, entry.reason, entry.payment) = (Some(old.id), Some(input.reason.clone()), old.payment);
        self.pay_out(ids, entry, legs, at, &[], dated).map(|outcome| outcome.entry)
    }

    fn reverse_write_off(&mut self, ids: &mut dyn IdSource, at: usize, input: &Reverse) -> Result<EntryId, Refusal> {
        let dated = self.dated(input.when)?;
        let reversal = self.items.len();
        self.undo_write_off(ids, at, dated)?;
        let entry = &mut self.items[reversal].entry;
        entry.reason = Some(input.reason.clone());
        Ok(entry.id)
    }
}

/// Why this kind of entry is corrected in another way, and in which.
fn not_reversible(entry: &Entry, through_processor: bool) -> Option<&'static str> {
    match entry.kind {
        EntryKind::ManualCharge | EntryKind::LateFee | EntryKind::AdjustmentDown => None,
        EntryKind::ManualCredit | EntryKind::AdjustmentUp => None,
        EntryKind::WriteOff | EntryKind::SmallDifference => None,
        EntryKind::Payment if !through_processor => None,
        EntryKind::Payment => Some("this payment came through a processor: refund it"),
        EntryKind::Order => Some("this charge belongs to an order: amend the order"),
        EntryKind::Invoice => Some("this charge belongs to an invoice: credit or void the invoice"),
        EntryKind::CreditReversal | EntryKind::Reversal | EntryKind::WriteOffReversal => {
            Some("this entry is itself a reversal: add a new entry instead")
        }
        EntryKind::Refund | EntryKind::Return | EntryKind::Payout => {
            Some("this money has gone out: record it when it comes back")
        }
        EntryKind::Amendment => Some("this belongs to an order: amend the order"),
        EntryKind::CreditNote | EntryKind::Void => Some("this belongs to an invoice and stays: write a new invoice"),
    }
}
