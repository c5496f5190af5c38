//! A customer's statement of account as staff see it, with the days, the ways to send it and what was sent before.

use askama::Template;

use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::statement::StatementView;
use crate::view::{Amount, Choice, Day, Link, Moment, filters};

/// A statement over some days.
#[derive(Template)]
#[template(path = "admin/customers/statement.html")]
pub struct StatementPage {
    pub shell: Shell,
    pub customer: Link,
    pub pdf: String,
    /// Where the button posts that mails it.
    pub send: String,
    pub key: String,
    /// Why it cannot be mailed; empty: it can.
    pub no_mail: &'static str,
    pub refusal: Option<String>,
    pub from: Field,
    pub to: Field,
    pub currency: &'static str,
    pub currencies: Vec<Choice>,
    /// None: the days cannot be used.
    pub statement: Option<StatementView>,
    pub sent: Vec<SentRow>,
}

/// A statement that was sent.
pub struct SentRow {
    pub href: String,
    pub from: Day,
    pub to: Day,
    pub closing: Amount,
    pub sent: Moment,
    pub to_address: String,
}
