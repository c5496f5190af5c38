//! The outbox: every mail that was made, with where it stands.

use askama::Template;

use super::documents::HistoryRow;
use crate::view::shell::{Section, Shell};
use crate::view::{Action, Chip, Link, Moment, Pager, Tab, filters};

/// All mails, newest first.
#[derive(Template)]
#[template(path = "admin/outbox/list.html")]
pub struct Outbox {
    pub shell: Shell,
    /// No mail server is configured: mails are kept and shown here.
    pub kept: bool,
    pub tabs: Vec<Tab>,
    pub rows: Vec<MailRow>,
    pub pager: Pager,
}

/// A mail in the list.
pub struct MailRow {
    pub href: String,
    pub subject: String,
    pub to: String,
    pub kind: String,
    pub at: Moment,
    pub status: Chip,
    pub about: Option<Link>,
}

/// One mail: as HTML in a frame without rights, as text, and its fate.
#[derive(Template)]
#[template(path = "admin/outbox/page.html")]
pub struct MailPage {
    pub shell: Shell,
    pub id: String,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub cc: Vec<String>,
    pub kind: String,
    pub at: Moment,
    pub status: Chip,
    pub about: Option<Link>,
    /// Why it, or a copy, did not get through.
    pub error: Option<String>,
    /// It is tried again by itself.
    pub waits: bool,
    /// The server took it; what is said is about copies.
    pub sent: bool,
    pub attachments: Vec<Link>,
    pub text: String,
    pub history: Vec<HistoryRow>,
    pub actions: Vec<Action>,
}
