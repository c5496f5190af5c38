//! The frame of a page: which business, who is signed in, where we are. One for staff, one for payers.
//!
//! Invariant: a page's frame never carries a secret; what it shows of the signed-in person is their own name and role.

use locale::{Sentence, Tongue};

use super::Notice;

/// A business as it shows itself: its name, its letter or logo, its color.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Business {
    /// `biz_…`; its stylesheet is `/brand/ID.css`, its logo `/brand/ID/logo`.
    pub id: String,
    pub name: String,
    /// First letter of the name, for businesses without a logo.
    pub initial: String,
    pub has_logo: bool,
}

/// The frame of every staff page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    pub business: Business,
    /// The other businesses this person may enter.
    pub others: Vec<Business>,
    pub person: Person,
    pub section: Section,
    pub tallies: Tallies,
    /// Where changes to this page are announced (server-sent events); nothing: the page stands still.
    pub live: Option<String>,
    /// What was just done, said once.
    pub toast: Option<String>,
    /// What must be seen above the content, such as a refusal.
    pub notice: Option<Notice>,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub email: String,
    /// `Owner`, `Manager`, `Clerk`, `Viewer`.
    pub role: &'static str,
    /// Whether the role lets them add and change records; a viewer only looks.
    pub may_write: bool,
    /// Whether the role lets them change how the business works: managers and owners.
    pub may_manage: bool,
    pub is_owner: bool,
}

/// Counts shown in the sidebar; 0 is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tallies {
    pub orders_pending: u64,
    pub requests_open: u64,
    /// Mails that failed or bounced.
    pub mails_failed: u64,
}

/// Which entry of the sidebar is the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Home,
    Customers,
    Orders,
    Invoices,
    Payments,
    Requests,
    Messages,
    Outbox,
    Reports,
    Settings,
    None,
}

impl Section {
    pub fn is(&self, other: Section) -> bool {
        *self == other
    }
}

/// The frame of every payer page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayerShell {
    /// How the reader is spoken to.
    pub tongue: Tongue,
    /// The address on which another language can be chosen; empty: the page's own. None: what was posted cannot be shown again.
    pub here: Option<String>,
    pub business: Business,
    /// Where a payer can ask: shown under every page when there is one.
    pub contact_email: Option<String>,
    pub contact_phone: Option<String>,
    pub live: Option<String>,
    pub notice: Option<Notice>,
    /// Inside the portal: whose account it is.
    pub account: Option<AccountBar>,
}

/// The line above every page of the portal: whose account it is, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBar {
    /// The account's first page.
    pub home: String,
    pub customer: String,
    /// The browser may see several customers: offer to choose another.
    pub has_others: bool,
    /// The member of staff who acts for the customer; none: the customer themself.
    pub acting: Option<String>,
}

impl PayerShell {
    /// A sentence in the reader's language.
    pub fn say<'k>(&self, key: &'k str) -> Sentence<'k> {
        self.tongue.say(key)
    }
}
