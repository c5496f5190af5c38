//! Invoices: the list, one with its payments, drafts, from an order's balance, credit notes and write-offs.

use askama::Template;

use super::documents::{DocumentRow, HistoryRow, PaymentRow, RequestRow};
use super::orders::LineFields;
use crate::view::form::{Field, Tick};
use crate::view::shell::{Section, Shell};
use crate::view::{Action, Amount, Chip, Choice, Day, Figures, LineRow, Link, Notice, Pager, Tab, Tone, Way, filters};

/// Invoices, newest first.
#[derive(Template)]
#[template(path = "admin/invoices/list.html")]
pub struct InvoiceList {
    pub shell: Shell,
    /// All, drafts, open, overdue, paid, void.
    pub tabs: Vec<Tab>,
    pub filter: String,
    pub q: String,
    pub from: Field,
    pub to: Field,
    pub rows: Vec<InvoiceRow>,
    pub pager: Pager,
    /// For the bulk form: send, remind, export.
    pub key: String,
}

/// An invoice in the list; its id is what a bulk action takes.
pub struct InvoiceRow {
    pub id: String,
    pub row: DocumentRow,
}

/// One invoice.
#[derive(Template)]
#[template(path = "admin/invoices/page.html")]
pub struct InvoicePage {
    pub shell: Shell,
    pub id: String,
    /// `INV-2026-00417`, or `Draft`.
    pub number: String,
    pub customer: Link,
    /// The order or application it bills.
    pub order: Option<Link>,
    pub state: Chip,
    pub overdue: Option<Chip>,
    pub issued_on: Option<Day>,
    pub due_on: Option<Day>,
    pub billed_to: Vec<String>,
    pub terms: String,
    pub notes: String,
    pub notices: Vec<Notice>,
    pub lines: Vec<LineRow>,
    pub figures: Figures,
    pub payments: Vec<PaymentRow>,
    pub credit_notes: Vec<CreditNoteRow>,
    pub requests: Vec<RequestRow>,
    pub history: Vec<HistoryRow>,
    pub actions: Vec<Action>,
    pub primary: &'static str,
}

impl InvoicePage {
    /// The action offered as the button at the head.
    pub fn primary_action(&self) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == self.primary)
    }
}

/// A credit note on the invoice.
pub struct CreditNoteRow {
    pub href: String,
    pub number: String,
    pub on: Day,
    pub reason: String,
    pub amount: Amount,
}

/// A draft, new or edited; posts to `/admin/invoices` or `/admin/invoices/ID`.
#[derive(Template)]
#[template(path = "admin/invoices/form.html")]
pub struct InvoiceForm {
    pub shell: Shell,
    pub id: Option<String>,
    pub key: String,
    pub refusal: Option<String>,
    pub customer: Link,
    pub customer_id: String,
    pub currencies: Vec<Choice>,
    pub currency: String,
    pub due_on: Field,
    pub terms: Field,
    pub notes: Field,
    pub lines: Vec<LineFields>,
    /// Open charges of the customer that can be billed instead of new lines.
    pub charges: Vec<Tick>,
}

impl InvoiceForm {
    pub fn action(&self) -> String {
        self.id.as_ref().map_or_else(|| "/admin/invoices".to_owned(), |id| format!("/admin/invoices/{id}"))
    }
}

/// *Generate Invoice* for the balance of an order or an approved application.
#[derive(Template)]
#[template(path = "admin/invoices/generate.html")]
pub struct GenerateInvoice {
    pub shell: Shell,
    pub list: Link,
    pub order: Link,
    /// `/admin/orders/ID/invoices`.
    pub action: String,
    pub customer: String,
    pub amount: Amount,
    pub key: String,
    pub refusal: Option<String>,
    pub description: Field,
    pub due_on: Field,
}

/// A credit note against an issued invoice.
#[derive(Template)]
#[template(path = "admin/invoices/credit_note.html")]
pub struct CreditNoteForm {
    pub shell: Shell,
    pub invoice: Link,
    pub id: String,
    pub key: String,
    pub refusal: Option<String>,
    pub total: Amount,
    pub due: Amount,
    /// The most that can still be credited.
    pub creditable: Amount,
    /// What would be freed if all were credited: destinations can take that much.
    pub displaceable: Amount,
    pub amount: Field,
    pub reason: Field,
    pub dated_on: Field,
    /// Parts to balance, card and outside, as decimal text; offered when something is displaceable.
    pub to_balance: Field,
    pub to_card: Field,
    pub to_outside: Field,
    pub currency: String,
}

/// A write-off of a part or all of what is due.
#[derive(Template)]
#[template(path = "admin/invoices/write_off.html")]
pub struct WriteOffForm {
    pub shell: Shell,
    pub invoice: Link,
    pub id: String,
    pub key: String,
    pub refusal: Option<String>,
    pub due: Amount,
    pub amount: Field,
    pub currency: String,
    pub reason: Field,
}
