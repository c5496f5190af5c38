//! Reports: the summary of a period, ageing as at a day, liabilities. The same entries as everywhere else.

use askama::Template;

use crate::view::figures::{Chart, Ribbon};
use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Amount, Choice, Pager, Tab, filters};

/// What was charged, collected, credited and given up in a period.
#[derive(Template)]
#[template(path = "admin/reports/summary.html")]
pub struct SummaryReport {
    /// This week, last week, this month.
    pub spans: Vec<Tab>,
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub from: Field,
    pub to: Field,
    pub currencies: Vec<Choice>,
    /// Where the same figures are had as CSV.
    pub csv: String,
    /// Owed at the start, charged, fees, paid, refunded, credited, written off, owed at the end.
    pub movements: Vec<Movement>,
    /// Deposits held, free credit, tax payable.
    pub liabilities: Vec<Movement>,
    /// Collected by method.
    pub by_method: Vec<Movement>,
    pub chart: Chart,
}

/// A line of the summary.
pub struct Movement {
    pub name: String,
    pub amount: Amount,
    /// An opening or closing figure, printed strong.
    pub strong: bool,
}

/// Who owes what since when, as at a day.
#[derive(Template)]
#[template(path = "admin/reports/ageing.html")]
pub struct AgeingReport {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub as_of: Field,
    pub currencies: Vec<Choice>,
    pub csv: String,
    pub ribbon: Ribbon,
    pub total: Amount,
    /// Free credit stands in a column of its own.
    pub credit: Amount,
    pub rows: Vec<AgeingRow>,
    /// The sums of all customers, not of this page only.
    pub sums: [Amount; 7],
    pub pager: Pager,
}

/// One customer: current, 1–30, 31–60, 61–90, 90+, credit, total.
pub struct AgeingRow {
    pub href: String,
    pub name: String,
    pub amounts: [Amount; 7],
}
