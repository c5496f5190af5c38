//! Entries by hand: a charge, a credit, an adjustment of the money balance.
//!
//! Invariant: the balance moves by exactly the amount. A credit of category `payment` is not made here: it is a payment
//! ([`super::MoneyIn`]). Left out: who may do it and up to which amount, which the caller asks.

use super::{Account, ItemState, When};
use crate::calendar::Day;
use crate::entry::EntryKind;
use crate::ids::{EntryId, IdSource};
use crate::ledger::rules;
use crate::refusal::Refusal;

/// A charge or credit that staff add on the customer's page.
#[derive(Debug, Clone)]
pub struct ByHand {
    pub amount: i64,
    pub description: String,
    pub category: Option<String>,
    pub note: Option<String>,
    /// Of a credit: how it came, for the record only.
    pub method: Option<String>,
    pub when: When,
    /// Of a charge.
    pub due_on: Option<Day>,
}

/// Staff add to the money balance, or deduct from it.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// Signed: more than zero gives credit.
    pub amount: i64,
    pub note: String,
    pub when: When,
}

impl Account {
    /// Charges the customer: revenue at once, without tax.
    pub fn charge_by_hand(&mut self, ids: &mut dyn IdSource, input: &ByHand) -> Result<EntryId, Refusal> {
        let dated = self.dated(input.when)?;
        let mut entry = self.draft(ids, EntryKind::ManualCharge, input.amount, &input.description, dated);
        (entry.category, entry.note, entry.due_on) = (input.category.clone(), input.note.clone(), input.due_on);
        let id = entry.id;
        self.post(entry, ItemState { recognized: true, ..ItemState::default() }, rules::charged(input.amount, 0))?;
        Ok(id)
    }

    /// Gives the customer credit: money that is free until it is applied.
    pub fn credit_by_hand(&mut self, ids: &mut dyn IdSource, input: &ByHand) -> Result<EntryId, Refusal> {
        let dated = self.dated(input.when)?;
        let mut entry = self.draft(ids, EntryKind::ManualCredit, input.amount, &input.description, dated);
        (entry.category, entry.note, entry.method) = (input.category.clone(), input.note.clone(), input.method.clone());
        let id = entry.id;
        self.post(entry, ItemState::default(), rules::credit_given(input.amount))?;
        Ok(id)
    }

    /// Adds to the money balance or deducts from it. Refuses 0.
    pub fn adjust(&mut self, ids: &mut dyn IdSource, input: &Adjustment) -> Result<EntryId, Refusal> {
        let dated = self.dated(input.when)?;
        let amount = input.amount.checked_abs().ok_or(Refusal::TooLarge)?;
        let (kind, legs) = if input.amount > 0 {
            (EntryKind::AdjustmentUp, rules::credit_given(amount))
        } else {
            (EntryKind::AdjustmentDown, rules::adjusted_down(amount))
        };
        let mut entry = self.draft(ids, kind, amount, "Balance adjustment", dated);
        entry.note = Some(input.note.clone());
        let id = entry.id;
        self.post(entry, ItemState { recognized: input.amount < 0, ..ItemState::default() }, legs)?;
        Ok(id)
    }
}
