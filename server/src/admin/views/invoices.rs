//! Invoices: the list, one with everything done to it, the draft, the credit note, what is given up; and money at the counter.

use askama::Template;

use super::documents::{DocumentRow, HistoryRow, PaymentRow, RemoteInvoiceRow, RequestRow};
use super::orders::LineFields;
use crate::view::form::{Field, Tick};
use crate::view::shell::{Section, Shell};
use crate::view::{Action, Amount, Chip, Choice, Day, Fact, Figures, LineRow, Link, Notice, Pager, Tab, Tone, filters};

/// Invoices, newest first.
#[derive(Template)]
#[template(path = "admin/invoices/list.html")]
pub struct InvoiceList {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub filter: String,
    pub q: String,
    pub from: Field,
    pub to: Field,
    /// A search or a span of days narrows the list.
    pub narrowed: bool,
    pub rows: Vec<InvoiceRow>,
    /// For the form that acts on the ticked ones.
    pub key: String,
    /// The same invoices as a table for other programs.
    pub csv: String,
    pub pager: Pager,
    /// What came of sending several: how many went out and how many could not.
    pub sent: Option<Notice>,
}

/// An invoice in the list, with its eye.
pub struct InvoiceRow {
    pub id: String,
    pub document: DocumentRow,
    /// Its paper.
    pub pdf: String,
}

/// One invoice.
#[derive(Template)]
#[template(path = "admin/invoices/page.html")]
pub struct InvoicePage {
    pub shell: Shell,
    pub id: String,
    /// `Invoice INV-2026-00042` or `Draft invoice`.
    pub title: String,
    pub number: String,
    pub customer: Link,
    pub order: Option<Link>,
    pub chips: Vec<Chip>,
    pub notices: Vec<Notice>,
    pub description: String,
    pub facts: Vec<Fact>,
    pub lines: Vec<LineRow>,
    pub figures: Figures,
    /// What stood against it at issue: `Already paid`, `Applied balance`; empty: nothing.
    pub drawn: Vec<(&'static str, Amount)>,
    pub payments: Vec<PaymentRow>,
    pub requests: Vec<RequestRow>,
    pub remote_invoices: Vec<RemoteInvoiceRow>,
    pub credit_notes: Vec<CreditNoteRow>,
    pub history: Vec<HistoryRow>,
    pub actions: Vec<Action>,
    /// The one offered first, of `actions`, by name.
    pub primary: &'static str,
}

impl InvoicePage {
    /// The action of that published name, to be offered in other places too.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }
}

/// A credit note under its invoice.
pub struct CreditNoteRow {
    pub number: String,
    pub on: Day,
    pub reason: String,
    pub amount: Amount,
    pub due_after: Amount,
    /// Where freed money went, in words; empty: nothing was freed.
    pub freed: String,
    pub pdf: String,
}

/// A draft: lines of its own, open charges that are carried forward, texts.
#[derive(Template)]
#[template(path = "admin/invoices/form.html")]
pub struct InvoiceForm {
    pub shell: Shell,
    /// A draft that is there already; none: a new one.
    pub draft: Option<Link>,
    pub action: String,
    pub key: String,
    pub refusal: Option<String>,
    pub customer: Link,
    pub customer_id: String,
    /// Empty for a draft that is there: its currency stays.
    pub currencies: Vec<Choice>,
    pub currency: String,
    pub due_on: Field,
    pub terms: Field,
    pub description: Field,
    pub notes: Field,
    pub lines: Vec<LineFields>,
    /// Open charges of the customer that no live invoice has.
    pub charges: Vec<Tick>,
    /// The customer has an address to send it to.
    pub has_address: bool,
}

/// *Generate invoice* for an order's or application's balance.
#[derive(Template)]
#[template(path = "admin/invoices/generate.html")]
pub struct GenerateForm {
    pub shell: Shell,
    pub document: Link,
    pub action: String,
    pub key: String,
    pub refusal: Option<String>,
    pub customer: String,
    /// What would be billed and is due.
    pub due: Amount,
    pub description: Field,
    pub due_on: Field,
    pub has_address: bool,
}

/// A credit note while it is written.
#[derive(Template)]
#[template(path = "admin/invoices/credit.html")]
pub struct CreditForm {
    pub shell: Shell,
    pub invoice: Link,
    pub action: String,
    pub key: String,
    pub refusal: Option<String>,
    pub currency: String,
    pub creditable: Amount,
    pub due: Amount,
    pub amount: Field,
    pub reason: Field,
    pub dated_on: Field,
    pub note: Field,
    pub send: Field,
    pub has_address: bool,
    /// Lines that can still be credited by name.
    pub lines: Vec<CreditLine>,
    /// What it would do, once it was looked at.
    pub preview: Option<CreditPreview>,
    /// Whether late fees stay charged; none: it has none.
    pub keep_fees: Option<Field>,
    pub needs_approval: bool,
}

/// A line of the credit note's form.
pub struct CreditLine {
    pub id: String,
    pub label: String,
    pub left: Amount,
    pub amount: Field,
}

/// What a credit note would do.
pub struct CreditPreview {
    pub amount: Amount,
    pub due_before: Amount,
    pub due_after: Amount,
    pub freed: Amount,
    /// How the freed money is split; the rest is kept as credit.
    pub outside: Field,
    pub card: Field,
    /// Of what is freed, so much came by card.
    pub most_to_card: Amount,
    pub card_hint: String,
}

/// One amount with its reason or its description: a write-off, a late fee.
#[derive(Template)]
#[template(path = "admin/invoices/amount.html")]
pub struct AmountForm {
    pub shell: Shell,
    pub invoice: Link,
    pub title: &'static str,
    pub text: String,
    pub action: String,
    /// It gives money away.
    pub danger: bool,
    pub key: String,
    pub refusal: Option<String>,
    pub currency: String,
    pub amount: Field,
    pub reason: Option<Field>,
    pub description: Option<Field>,
    pub needs_approval: bool,
}

/// *Process in person*: a check or cash over the counter, for an order or an invoice.
#[derive(Template)]
#[template(path = "admin/payments/in_person.html")]
pub struct InPersonForm {
    pub shell: Shell,
    pub about: Link,
    pub key: String,
    pub refusal: Option<String>,
    /// A payment is under way; money in hand may be recorded all the same.
    pub may_despite_pending: bool,
    /// The hidden field that names the document, and its id.
    pub target: (&'static str, String),
    pub due: Amount,
    pub currency: String,
    /// Check or cash, as links that change the form.
    pub forms: Vec<Tab>,
    pub is_cash: bool,
    pub amount: Field,
    pub tendered: Field,
    pub number: Field,
    pub bank: Field,
    pub dated_on: Field,
    pub memo: Field,
    pub receipt: Field,
    pub has_address: bool,
}

/// Cash was taken: what is to be given back.
#[derive(Template)]
#[template(path = "admin/payments/change.html")]
pub struct ChangePage {
    pub shell: Shell,
    pub about: Link,
    pub payment: Link,
    pub amount: Amount,
    pub tendered: Amount,
    pub change: Amount,
    pub pdf: String,
}
