//! Messages to customers: the list, one with its recipients, and the form with who would be held.

use askama::Template;

use crate::view::form::{Field, Tick};
use crate::view::shell::{Section, Shell};
use crate::view::{Chip, Choice, Moment, Pager, filters};

/// All messages, newest first.
#[derive(Template)]
#[template(path = "admin/messages/list.html")]
pub struct MessageList {
    pub shell: Shell,
    pub rows: Vec<MessageRow>,
    pub pager: Pager,
}

/// A message in the list.
pub struct MessageRow {
    pub href: String,
    pub subject: String,
    pub at: Moment,
    pub by: String,
    /// `All customers`, `3 customers`.
    pub to: String,
    pub sent: i64,
    pub held: i64,
}

/// One message with everybody it goes to.
#[derive(Template)]
#[template(path = "admin/messages/page.html")]
pub struct MessagePage {
    pub shell: Shell,
    pub subject: String,
    pub body: String,
    pub at: Moment,
    pub by: String,
    pub sent: usize,
    pub held: usize,
    pub recipients: Vec<RecipientRow>,
}

/// Somebody it goes to.
pub struct RecipientRow {
    pub href: String,
    pub name: String,
    pub email: String,
    pub status: Chip,
    /// Why it is held, or when it was let go; empty: nothing more.
    pub note: String,
}

/// The form of a new message.
#[derive(Template)]
#[template(path = "admin/messages/new.html")]
pub struct MessageForm {
    pub shell: Shell,
    pub key: String,
    pub refusal: Option<String>,
    /// All customers, or those chosen.
    pub to: Vec<Choice>,
    /// Chosen so far, and found by the search.
    pub customers: Vec<Tick>,
    pub q: String,
    /// A search that found nobody.
    pub nobody_found: bool,
    pub subject: Field,
    pub body: Field,
    pub preview: Option<Preview>,
}

/// Who would get it now, and who would be held.
pub struct Preview {
    pub sent: usize,
    pub held: Vec<HeldRow>,
    /// Further held ones that are not listed.
    pub more: usize,
}

/// Somebody who would be held, and why.
pub struct HeldRow {
    pub href: String,
    pub name: String,
    pub code: &'static str,
    pub why: String,
}
