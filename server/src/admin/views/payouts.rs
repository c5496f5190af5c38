//! Payouts: the list, and one with its parts.

use askama::Template;

use super::entries::JournalRow;
use crate::view::shell::{Section, Shell};
use crate::view::{Amount, Chip, Day, Fact, Link, Notice, Pager, Tab, filters};

/// Payouts, the latest arrival first.
#[derive(Template)]
#[template(path = "admin/payouts/list.html")]
pub struct PayoutList {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    /// The same as a table.
    pub csv: String,
    pub held: Vec<StillThere>,
    /// Connections whose payouts are not read.
    pub notices: Vec<Notice>,
    pub rows: Vec<PayoutRow>,
    pub pager: Pager,
}

/// What a kind of processor took and did not send yet.
pub struct StillThere {
    pub name: String,
    pub amount: Amount,
}

/// A payout in the list.
pub struct PayoutRow {
    pub on: Day,
    pub link: Link,
    pub detail: String,
    pub status: Chip,
    pub gross: Amount,
    pub fees: Amount,
    pub net: Amount,
}

/// One payout.
#[derive(Template)]
#[template(path = "admin/payouts/page.html")]
pub struct PayoutPage {
    pub shell: Shell,
    pub processor: String,
    pub on: Day,
    pub status: Chip,
    pub net: Amount,
    /// What its charges brought.
    pub taken: Amount,
    pub fees: Amount,
    /// What stays there for later; none: nothing.
    pub kept: Option<Amount>,
    /// What does not belong to payments in these books.
    pub notices: Vec<Notice>,
    pub parts: Vec<PayoutPart>,
    pub journal: Vec<JournalRow>,
    pub facts: Vec<Fact>,
}

/// What a payout has of one charge.
pub struct PayoutPart {
    /// Nothing: of no payment in these books.
    pub payment: Option<Link>,
    /// What it is then.
    pub stranger: &'static str,
    pub detail: String,
    pub amount: Amount,
}
