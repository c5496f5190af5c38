//! Papers about a whole account: the statement of account and the letter that asks for payment.
//!
//! Invariants: opening + movements = closing, each running balance follows from the one above it, and the ageing
//! strip is the closing balance seen by age. Balances are signed as everywhere: negative means the customer owes.

use super::{Letterhead, PaperFault, Party, PayPanel, check_party, check_pay, check_rows, check_texts, same, sum};
use crate::calendar::Day;
use crate::money::Money;

/// One entry on the account within the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub on: Day,
    pub description: String,
    /// The number of its document; empty is not printed.
    pub number: String,
    /// Signed: a credit is positive, a charge negative.
    pub amount: Money,
    /// After it, signed.
    pub balance: Money,
}

/// Open amounts by days past due, and free credit beside them. All are 0 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeingStrip {
    pub current: Money,
    pub d1_30: Money,
    pub d31_60: Money,
    pub d61_90: Money,
    pub d90_plus: Money,
    pub free_credit: Money,
}

impl AgeingStrip {
    /// The five ages, youngest first.
    pub fn ages(&self) -> [Money; 5] {
        [self.current, self.d1_30, self.d31_60, self.d61_90, self.d90_plus]
    }

    /// What is open over all ages.
    pub fn open(&self) -> Result<Money, PaperFault> {
        Ok(sum(self.current.currency, self.ages())?)
    }
}

/// Something still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    /// The number of its document; empty is not printed.
    pub number: String,
    pub description: String,
    pub on: Day,
    pub due_on: Option<Day>,
    /// Whole days past the due day; 0 or less is not overdue.
    pub days_past_due: i64,
    pub amount: Money,
    pub open: Money,
}

/// A statement of account over a period, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementPaper {
    pub head: Letterhead,
    pub customer: Party,
    pub from: Day,
    pub to: Day,
    /// Signed.
    pub opening: Money,
    /// Oldest first.
    pub movements: Vec<Movement>,
    /// Signed.
    pub closing: Money,
    /// As at `to`.
    pub ageing: AgeingStrip,
    /// As at `to`.
    pub open_items: Vec<OpenItem>,
    /// The closing balance of the statement sent before, where it is not this opening; `entered_since` says why.
    pub last_closing: Option<Money>,
    /// Entries dated before `from` that were made after the last statement. They come to opening − last closing.
    pub entered_since: Vec<Movement>,
    pub pay: Option<PayPanel>,
    pub notes: Vec<String>,
}

impl StatementPaper {
    /// Refuses a paper whose figures do not agree with each other.
    pub fn check(&self) -> Result<(), PaperFault> {
        self.head.check()?;
        check_party(&self.customer)?;
        check_pay(&self.pay)?;
        check_texts(&self.notes)?;
        check_movements(&self.movements)?;
        check_movements(&self.entered_since)?;
        check_items(&self.open_items)?;
        let mut balance = self.opening;
        for movement in &self.movements {
            balance = balance.plus(movement.amount)?;
            same("running balance", movement.balance, balance)?;
        }
        same("closing balance", self.closing, balance)?;
        same("ageing", self.closing, self.ageing.free_credit.minus(self.ageing.open()?)?)?;
        let open = sum(self.closing.currency, self.open_items.iter().map(|item| item.open))?;
        same("open items", open, self.ageing.open()?)?;
        match self.last_closing {
            Some(last) => same(
                "opening balance",
                self.opening,
                last.plus(sum(last.currency, self.entered_since.iter().map(|m| m.amount))?)?,
            ),
            None => Ok(()),
        }
    }
}

fn check_movements(movements: &[Movement]) -> Result<(), PaperFault> {
    check_rows("movements", movements)?;
    check_texts(movements.iter().flat_map(|movement| [&movement.description, &movement.number]))
}

fn check_items(items: &[OpenItem]) -> Result<(), PaperFault> {
    check_rows("open items", items)?;
    for item in items {
        item.amount.same_currency(item.open)?;
    }
    check_texts(items.iter().flat_map(|item| [&item.description, &item.number]))
}

/// A letter to a customer who is reached on paper: what is open, how to pay it, by code or by slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterPaper {
    pub head: Letterhead,
    pub customer: Party,
    pub dated_on: Day,
    pub subject: String,
    /// Paragraphs in the business's words, greeting and close included.
    pub paragraphs: Vec<String>,
    pub open_items: Vec<OpenItem>,
    /// The sum of the open items less what is free: the amount the link asks for.
    pub amount_due: Money,
    /// Free credit taken into account, 0 or more.
    pub free_credit: Money,
    pub pay: Option<PayPanel>,
}

impl LetterPaper {
    /// Refuses a paper whose figures do not agree with each other.
    pub fn check(&self) -> Result<(), PaperFault> {
        self.head.check()?;
        check_party(&self.customer)?;
        check_pay(&self.pay)?;
        check_rows("paragraphs", &self.paragraphs)?;
        check_texts(self.paragraphs.iter().chain([&self.subject]))?;
        check_items(&self.open_items)?;
        let open = sum(self.amount_due.currency, self.open_items.iter().map(|item| item.open))?;
        same("amount due", self.amount_due, open.minus(self.free_credit)?)
    }
}
