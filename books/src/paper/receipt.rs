//! The receipt: that one payment came, how, and what it was for.
//!
//! Invariant: what was applied, what was paid back and what is left as credit come to the amount received.

use super::{Letterhead, Means, PaperFault, Party, Stamp, check_party, check_rows, check_texts, same, sum};
use crate::calendar::Day;
use crate::money::Money;

/// Part of a payment set against one document or charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedTo {
    /// The number of the invoice or order; empty for a charge without a document.
    pub number: String,
    pub description: String,
    pub applied: Money,
    /// What is still due there; None where the reader need not know.
    pub due_after: Option<Money>,
}

/// A receipt for one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPaper {
    pub head: Letterhead,
    pub customer: Party,
    /// The payment's number.
    pub number: String,
    pub received_at: Stamp,
    /// The day it counts for, where that is not the day it was entered.
    pub received_on: Option<Day>,
    pub amount: Money,
    pub means: Means,
    /// The processor's or the bank's own reference, approval code; empty is not printed.
    pub reference: String,
    /// What was handed over and what was given back, for cash.
    pub tendered: Option<Money>,
    pub change: Option<Money>,
    pub applied: Vec<AppliedTo>,
    /// What was paid back since: refunds and returns.
    pub refunded: Money,
    /// What is left as the customer's credit.
    pub credit_left: Money,
    /// What the customer still owes over all in this currency, 0 or more; None: not printed.
    pub still_owed: Option<Money>,
    pub message: String,
    pub notes: Vec<String>,
}

impl ReceiptPaper {
    /// Refuses a paper whose figures do not agree with each other.
    pub fn check(&self) -> Result<(), PaperFault> {
        self.head.check()?;
        check_party(&self.customer)?;
        check_texts([&self.number, &self.reference, &self.message].into_iter().chain(&self.notes))?;
        check_rows("applied", &self.applied)?;
        check_texts(self.applied.iter().flat_map(|row| [&row.number, &row.description]))?;
        for shown in self.applied.iter().filter_map(|row| row.due_after).chain(self.still_owed) {
            shown.same_currency(self.amount)?;
        }
        if let (Some(tendered), Some(change)) = (self.tendered, self.change) {
            same("cash", self.amount, tendered.minus(change)?)?;
        }
        let applied = sum(self.amount.currency, self.applied.iter().map(|row| row.applied))?;
        same("amount received", self.amount, applied.plus(self.refunded)?.plus(self.credit_left)?)
    }
}
