//! The confirmation of a refund: that money of one payment went back, how, and what it leaves behind.
//!
//! Invariant: what went back before, this refund and what is left come to the payment.

use super::{Letterhead, Means, PaperFault, Party, Stamp, check_party, check_rows, check_texts, same};
use crate::money::Money;

/// Where refunded money went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundTo {
    /// The way the payment came.
    Original(Means),
    /// Handed back otherwise, and only recorded here.
    Outside,
}

/// A document that is owed again because money that had paid it went back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedAgain {
    /// Its number; empty for a charge without a document.
    pub number: String,
    pub amount: Money,
}

/// A confirmation for one refund that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPaper {
    pub head: Letterhead,
    pub customer: Party,
    pub number: String,
    pub refunded_at: Stamp,
    pub amount: Money,
    pub to: RefundTo,
    pub reason: String,
    pub payment_number: String,
    /// The whole payment.
    pub payment_amount: Money,
    /// What of it had gone back before this refund.
    pub refunded_before: Money,
    /// What of it stays after it.
    pub left: Money,
    /// As staff chose it; may be empty.
    pub owed_again: Vec<OwedAgain>,
    /// What the customer owes over all in this currency, 0 or more.
    pub still_owed: Money,
    pub notes: Vec<String>,
}

impl RefundPaper {
    /// Refuses a paper whose figures do not agree with each other.
    pub fn check(&self) -> Result<(), PaperFault> {
        self.head.check()?;
        check_party(&self.customer)?;
        check_texts([&self.number, &self.reason, &self.payment_number].into_iter().chain(&self.notes))?;
        check_rows("owed again", &self.owed_again)?;
        check_texts(self.owed_again.iter().map(|row| &row.number))?;
        for shown in self.owed_again.iter().map(|row| row.amount).chain([self.still_owed]) {
            shown.same_currency(self.amount)?;
        }
        let parts = self.refunded_before.plus(self.amount)?.plus(self.left)?;
        same("payment", self.payment_amount, parts)
    }
}
