//! The payer's pages about something owed: a customer's balance behind a link, and an order or application.

use askama::Template;

use super::PayBox;
use crate::view::shell::PayerShell;
use crate::view::{Amount, Chip, Day, Figures, LineRow, Tone, filters};

/// What a balance means, in the words shown above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Owes,
    Settled,
    InCredit,
}

/// A customer's payment link: the balance as it is now, and what led to it lately.
#[derive(Template)]
#[template(path = "portal/balance.html")]
pub struct BalancePage {
    pub shell: PayerShell,
    /// The clean address of this page; `/pay` and `/explain` follow it.
    pub base: String,
    pub customer: String,
    pub standing: Standing,
    /// What is owed or free, at least 0; the words say which.
    pub amount: Amount,
    /// What of it is late; zero: nothing is said.
    pub overdue: Amount,
    pub recent: Vec<RecentEntry>,
    /// The last day on which the link works.
    pub works_until: Day,
    pub paybox: PayBox,
}

/// One charge or credit as the payer sees it.
pub struct RecentEntry {
    pub description: String,
    pub on: Day,
    /// Signed: a charge is below zero.
    pub amount: Amount,
    pub status: Option<Chip>,
    /// The document's own page, when the link lets the payer see it.
    pub href: Option<String>,
}

/// An order or application as it is now.
#[derive(Template)]
#[template(path = "portal/document.html")]
pub struct DocumentPage {
    pub shell: PayerShell,
    /// The clean address of this page; `/pay`, `/pdf`, `/explain` follow it.
    pub base: String,
    /// `Order ORD-2026-00042`.
    pub name: String,
    pub customer: String,
    pub dated: Day,
    pub state: Chip,
    /// What staff wrote with the request; empty: nothing.
    pub message: String,
    pub lines: Vec<LineRow>,
    pub amendments: Vec<PublicAmendment>,
    pub payments: Vec<PublicPayment>,
    pub figures: Figures,
    pub paybox: PayBox,
}

/// A change after the order was made, with its reason in words. Internal notes are not shown.
pub struct PublicAmendment {
    pub on: Day,
    pub reason: String,
    pub lines: Vec<LineRow>,
}

/// A payment that counts towards this document.
pub struct PublicPayment {
    pub on: Day,
    /// `Visa ending 4242`, `Check 1043`.
    pub method: String,
    pub amount: Amount,
    pub status: Chip,
    pub receipt: Option<String>,
}

/// The trace of an amount due, for payers.
#[derive(Template)]
#[template(path = "portal/explain.html")]
pub struct ExplainPage {
    pub shell: PayerShell,
    pub base: String,
    /// `Order ORD-2026-00042`, `Your balance`.
    pub about: String,
    pub steps: Vec<PublicStep>,
    pub result_label: String,
    pub result: Amount,
}

/// One step of the trace: what happened, its amount and where that left the sum.
pub struct PublicStep {
    pub on: Day,
    pub what: String,
    /// To what it was applied; empty: nothing more.
    pub detail: String,
    /// The effect on what is owed: a charge above zero, a payment below.
    pub amount: Amount,
    /// What is owed after it.
    pub running: Amount,
}
