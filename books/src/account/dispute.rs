//! A dispute on the ledger (rule 15): while it is open the processor holds the money back.
//!
//! Invariants: opened, disputed funds stand against clearing; won, they go back; lost, the payment is returned
//! ([`super::ReturnInput::dispute`]) against disputed funds; won after it was lost, that return is reversed, whole and once, and the
//! money goes back to what the payment named. What the customer owes changes only when it is lost, and when that is reversed.
//! Left out: what a processor's word means for a dispute ([`crate::dispute`]), its own record and its evidence.

use super::{Account, Aim, ItemState, When};
use crate::entry::EntryKind;
use crate::ids::{EntryId, IdSource, PaymentId};
use crate::ledger::rules::{self, Channel};
use crate::refusal::Refusal;

/// Which payment, how much of it, and the next free number of its entry's journal lines.
#[derive(Debug, Clone, Copy)]
pub struct DisputeMove {
    pub payment: PaymentId,
    pub amount: i64,
    pub next_seq: i32,
    pub when: When,
}

/// Money of a lost dispute that the processor gives back after all.
#[derive(Debug, Clone)]
pub struct Reinstated {
    /// Its amount is the return's.
    pub dispute: DisputeMove,
    /// The return that it was lost by. None: the newest of this amount.
    pub returned: Option<EntryId>,
    pub reason: String,
    /// What the payment named, in order; what these do not need goes by rule 5.
    pub aims: Vec<Aim>,
}

impl Account {
    /// The processor holds the money back.
    pub fn dispute_opened(&mut self, input: &DisputeMove) -> Result<(), Refusal> {
        self.move_disputed(input, rules::dispute_opened)
    }

    /// The processor gives the money back.
    pub fn dispute_won(&mut self, input: &DisputeMove) -> Result<(), Refusal> {
        self.move_disputed(input, rules::dispute_won)
    }

    /// The processor gives back what a lost dispute had taken: the return is reversed, and what it had reopened is paid again. Refuses
    /// where there is no such return. Answers the reversal.
    pub fn dispute_reinstated(&mut self, ids: &mut dyn IdSource, input: &Reinstated) -> Result<EntryId, Refusal> {
        let DisputeMove { payment, amount, when, .. } = input.dispute;
        let returned = self.return_of(payment, amount, input.returned)?;
        self.complete(returned)?;
        let old = self.items[returned].entry.clone();
        let dated = self.dated(when)?.no_earlier(old.effective_on);
        let mut entry = self.draft(ids, EntryKind::Reversal, old.amount, &old.description, dated);
        (entry.payment, entry.reverses, entry.reason) = (old.payment, Some(old.id), Some(input.reason.clone()));
        let id = entry.id;
        let reversal = self.post(entry, ItemState::default(), rules::dispute_reversed(old.amount))?;
        self.take_room(ids, reversal, returned, dated, false)?;
        self.dispute_won(&DisputeMove { amount: old.amount, ..input.dispute })?;
        let credit = self.credit_at(payment)?;
        if self.items[credit].state.held {
            return Ok(id);
        }
        self.settle_aims(ids, credit, &input.aims, dated)?;
        // A payment on the account as a whole paid what was due, also where the setting leaves credit alone.
        if input.aims.is_empty() && !self.basis.apply_free {
            let due = self.in_due_order(|item| item.is_charge() && item.usable() > 0);
            self.pour(credit, old.amount, &due, super::Item::usable)?;
        }
        self.write_off_differences(ids, credit, &input.aims, dated)?;
        Ok(id)
    }

    /// The return that a dispute was lost by, if it stands.
    fn return_of(&self, payment: PaymentId, amount: i64, named: Option<EntryId>) -> Result<usize, Refusal> {
        let lost = |at: &usize| {
            let entry = &self.items[*at].entry;
            let same = named.map_or(entry.amount == amount, |id| entry.id == id);
            entry.kind == EntryKind::Return && entry.payment == Some(payment) && same && !self.is_reversed(*at)
        };
        (0..self.items.len()).rev().find(lost).ok_or(Refusal::NotFound { what: "the returned payment" })
    }

    fn move_disputed(&mut self, input: &DisputeMove, rule: fn(i64, &Channel) -> Vec<crate::ledger::Leg>) -> Result<(), Refusal> {
        let dated = self.dated(input.when)?;
        let at = self.credit_at(input.payment)?;
        let (entry, amount) = (self.items[at].entry.id, self.items[at].entry.amount);
        if input.amount <= 0 {
            return Err(Refusal::NotPositive);
        }
        if input.amount > amount {
            return Err(Refusal::NothingRefundable { asked: self.money(input.amount), refundable: self.money(amount) });
        }
        let channel = self.items[at].state.channel.clone().unwrap_or(Channel::Outside);
        self.add_lines(entry, input.next_seq, dated.on, rule(input.amount, &channel))
    }
}
