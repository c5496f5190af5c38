//! The customer portal: everything a signed-in customer owes, has paid and has on file.

use askama::Template;

use super::PayBox;
use super::documents::{RecentEntry, Standing};
use crate::view::shell::PayerShell;
use crate::view::{Amount, Chip, Day, Moment, Pager, filters};

/// The portal's home.
#[derive(Template)]
#[template(path = "portal/home.html")]
pub struct PortalHome {
    pub shell: PayerShell,
    pub customer: String,
    pub standing: Standing,
    pub amount: Amount,
    pub overdue: Amount,
    pub open: Vec<PortalDocument>,
    pub settled: Vec<PortalDocument>,
    pub receipts: Vec<PortalReceipt>,
    pub methods: Vec<PortalMethod>,
    pub recent: Vec<RecentEntry>,
    pub pager: Pager,
    pub paybox: PayBox,
    /// Where a new method is added (the processor's page); nothing: no processor can save one.
    pub add_method: Option<String>,
    /// Idempotency key for the forms of the page.
    pub key: String,
}

/// An order or invoice in the portal; the open ones can be ticked and paid together.
pub struct PortalDocument {
    pub id: String,
    pub href: String,
    /// `Invoice INV-2026-00417`.
    pub name: String,
    pub dated: Day,
    pub due_on: Option<Day>,
    pub due: Amount,
    pub status: Chip,
}

/// A receipt to download.
pub struct PortalReceipt {
    pub href: String,
    pub number: String,
    pub at: Moment,
    pub amount: Amount,
}

/// A saved method: brand and last four, never more.
pub struct PortalMethod {
    pub id: String,
    /// `Visa ending 4242`.
    pub name: String,
    /// `Expires 08/2028`; empty for a bank account.
    pub detail: String,
    pub is_default: bool,
    pub chip: Option<Chip>,
}
