//! A dispute on the ledger (rule 15): while it is open the processor holds the money back.
//!
//! Invariants: opened, disputed funds stand against clearing; won, they go back; lost, the payment is returned
//! ([`super::ReturnInput::dispute`]) against disputed funds. What the customer owes changes only when it is lost.
//! Left out: the dispute's own record and its evidence.

use super::{Account, When};
use crate::ids::PaymentId;
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

impl Account {
    /// The processor holds the money back.
    pub fn dispute_opened(&mut self, input: &DisputeMove) -> Result<(), Refusal> {
        self.move_disputed(input, rules::dispute_opened)
    }

    /// The processor gives the money back.
    pub fn dispute_won(&mut self, input: &DisputeMove) -> Result<(), Refusal> {
        self.move_disputed(input, rules::dispute_won)
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
