//! Orders and applications: the list, one with everything done to it, the new one, the amendment.

use askama::Template;

use super::documents::{DocumentRow, HistoryRow, PaymentRow, RemoteInvoiceRow, RequestRow};
use crate::view::form::{Field, Tick};
use crate::view::shell::{Section, Shell};
use crate::view::{Action, Amount, Chip, Choice, Day, Figures, LineRow, Link, Moment, Notice, Pager, Tab, Tone, filters};

/// Orders, newest first.
#[derive(Template)]
#[template(path = "admin/orders/list.html")]
pub struct OrderList {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub filter: String,
    pub q: String,
    pub rows: Vec<DocumentRow>,
    pub pager: Pager,
}

/// One order or application.
#[derive(Template)]
#[template(path = "admin/orders/page.html")]
pub struct OrderPage {
    pub shell: Shell,
    pub id: String,
    /// `Order` or `Application`.
    pub noun: &'static str,
    /// `ORD-2026-00042`; a draft has none and shows `Draft`.
    pub number: String,
    pub customer: Link,
    pub dated: Day,
    /// The paper as PDF.
    pub pdf: Option<String>,
    /// Its own state and its payment state: two words, never one.
    pub chips: Vec<Chip>,
    /// Money that is under way, or an application to settle inside itself: said above everything.
    pub notices: Vec<Notice>,
    pub lines: Vec<LineRow>,
    pub amendments: Vec<Amendment>,
    pub figures: Figures,
    pub payments: Vec<PaymentRow>,
    pub requests: Vec<RequestRow>,
    pub remote_invoices: Vec<RemoteInvoiceRow>,
    /// Those that bill it, newest first.
    pub invoices: Vec<DocumentRow>,
    /// Errors a processor gave lately, with their time.
    pub processor_errors: Vec<ProcessorError>,
    pub history: Vec<HistoryRow>,
    /// Every action, possible or not.
    pub actions: Vec<Action>,
    /// The one offered first, of `actions`, by name.
    pub primary: &'static str,
}

impl OrderPage {
    /// The action of that published name, to be offered in other places too.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }
}

/// A change after the order was made: its reason, what it added and took off.
pub struct Amendment {
    pub at: Moment,
    pub by: String,
    /// `Shipping dearer`.
    pub reason: String,
    /// Internal; never shown to payers.
    pub note: String,
    pub lines: Vec<LineRow>,
    /// Signed effect on what the customer owes: above zero it rises.
    pub change: Amount,
}

/// What a processor answered when it failed.
pub struct ProcessorError {
    pub at: Moment,
    pub processor: String,
    pub text: String,
}

/// A line while it is typed: all text, with what is wrong with each part.
pub struct LineFields {
    pub kinds: Vec<Choice>,
    pub description: Field,
    pub quantity: Field,
    pub unit_amount: Field,
    pub tax_rate: Field,
    /// `days`; empty: none. Brought along by a program, and left as it is.
    pub unit: String,
    /// The price includes the tax; likewise.
    pub tax_included: bool,
}

/// A new order or application. Lines come as repeated fields `kind, description, quantity, unit_amount, tax_rate`; a
/// line with neither description nor amount is not one. The price of a discount is typed without a sign and taken off.
#[derive(Template)]
#[template(path = "admin/orders/new.html")]
pub struct OrderForm {
    pub shell: Shell,
    pub key: String,
    pub refusal: Option<String>,
    /// `order` or `application`.
    pub kinds: Vec<Choice>,
    pub customer: Link,
    pub customer_id: String,
    pub currencies: Vec<Choice>,
    pub currency: String,
    pub states: Vec<Choice>,
    pub lines: Vec<LineFields>,
}

/// An amendment: a reason, lines to add, lines to take off.
#[derive(Template)]
#[template(path = "admin/orders/amend.html")]
pub struct AmendForm {
    pub shell: Shell,
    pub order: Link,
    pub id: String,
    pub key: String,
    pub refusal: Option<String>,
    pub due: Amount,
    pub reasons: Vec<Choice>,
    pub note: Field,
    pub currency: String,
    pub lines: Vec<LineFields>,
    /// The lines there are; ticked ones are taken off.
    pub removable: Vec<Tick>,
}

/// Confirming a step that needs a reason: cancel, deny, withdraw.
#[derive(Template)]
#[template(path = "admin/reason.html")]
pub struct ReasonForm {
    pub shell: Shell,
    pub list: Link,
    pub about: Link,
    /// `Cancel order ORD-2026-00042`.
    pub title: String,
    /// What will happen, with its figures.
    pub text: String,
    pub action: String,
    pub button: &'static str,
    pub key: String,
    pub refusal: Option<String>,
    pub reason: Field,
    /// Fee lines of an application that are taken off with it; empty: not asked.
    pub lines: Vec<Tick>,
    /// Whether late fees stay charged; none: it has none, or they do not go.
    pub keep_fees: Option<Field>,
    pub needs_approval: bool,
}
