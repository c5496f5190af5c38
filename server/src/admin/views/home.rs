//! The first page after signing in: what is owed, what came in, who owes most, what needs a look.

use askama::Template;

use super::customers::CustomerRow;
use super::documents::PaymentRow;
use crate::view::figures::{Chart, Ribbon};
use crate::view::shell::{Section, Shell};
use crate::view::{Amount, Link, Moment, Tone, filters};

/// The dashboard, in the business's own currency.
#[derive(Template)]
#[template(path = "admin/home.html")]
pub struct Home {
    pub shell: Shell,
    pub owed: Amount,
    pub overdue: Amount,
    /// How many customers owe.
    pub debtors: u64,
    pub credit: Amount,
    pub ribbon: Ribbon,
    /// `November 2026`.
    pub month: String,
    pub collected: Amount,
    pub collected_before: Amount,
    pub chart: Chart,
    pub debtors_most: Vec<CustomerRow>,
    pub exceptions: Vec<Exception>,
    pub payments: Vec<PaymentRow>,
    /// First steps of a new business; empty once all are done.
    pub first_steps: Vec<FirstStep>,
    /// Totals in other currencies.
    pub others: Vec<OwedIn>,
}

/// What is owed in another currency.
pub struct OwedIn {
    pub owed: Amount,
    pub overdue: Amount,
}

/// Something a person should look at: a double payment, a dispute, a return, a failed mail.
pub struct Exception {
    pub tone: Tone,
    pub text: String,
    pub link: Link,
    pub at: Moment,
}

/// A first step, done or not.
pub struct FirstStep {
    pub done: bool,
    pub link: Link,
    pub hint: String,
}
