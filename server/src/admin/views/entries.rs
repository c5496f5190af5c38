//! Entries: adding a charge or credit, one in full detail, and taking one back with a reason.

use askama::Template;

use super::documents::HistoryRow;
use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Amount, Chip, Choice, Day, Link, Moment, Refused, filters};

/// *Add Entry*: a charge or a credit. The balance moves by exactly its amount.
#[derive(Template)]
#[template(path = "admin/entries/new.html")]
pub struct EntryForm {
    pub shell: Shell,
    pub customer: Link,
    pub customer_id: String,
    pub balance: Amount,
    pub key: String,
    pub refusal: Option<String>,
    /// Above the limit: sent for approval instead.
    pub needs_approval: bool,
    /// Charge or credit.
    pub sides: Vec<Choice>,
    pub amount: Field,
    pub currencies: Vec<Choice>,
    pub description: Field,
    pub categories: Vec<Choice>,
    pub effective_on: Field,
    pub due_on: Field,
    pub note: Field,
}

/// One entry in full: who, when, why, what it was applied to, its journal lines.
#[derive(Template)]
#[template(path = "admin/entries/page.html")]
pub struct EntryPage {
    pub shell: Shell,
    pub id: String,
    pub customer: Link,
    pub description: String,
    pub is_credit: bool,
    pub kind: String,
    pub category: String,
    pub status: Chip,
    /// Signed: a charge is below zero.
    pub amount: Amount,
    /// What is not applied yet, at least 0.
    pub open: Amount,
    pub balance_after: Amount,
    pub effective_on: Day,
    pub due_on: Option<Day>,
    pub recorded: Moment,
    pub recorded_by: String,
    pub note: String,
    pub document: Option<Link>,
    pub reverses: Option<Link>,
    pub reversed_by: Option<Link>,
    pub allocations: Vec<AllocationRow>,
    pub journal: Vec<JournalRow>,
    pub history: Vec<HistoryRow>,
    pub key: String,
    /// Why it cannot be reversed; nothing: it can.
    pub reverse_refused: Option<Refused>,
    pub reason: Field,
}

/// A part of a credit set against a charge, or taken back.
pub struct AllocationRow {
    pub on: Day,
    /// The other side of it.
    pub with: Link,
    pub amount: Amount,
    /// It was taken back, and why.
    pub taken_back: Option<String>,
}

/// One line of the journal: debit or credit on a ledger account.
pub struct JournalRow {
    pub account: String,
    pub debit: Option<Amount>,
    pub credit: Option<Amount>,
}
