//! Customer pages: who owes most, one customer's balance with everything behind it, and the form.

use askama::Template;

use super::documents::{DocumentRow, LinkPanel, PaymentRow, Trace};
use crate::view::figures::Ribbon;
use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Action, Amount, Chip, Choice, Day, Link, Moment, Pager, Tab, Tone, filters};

/// All customers, by who owes most.
#[derive(Template)]
#[template(path = "admin/customers/list.html")]
pub struct CustomerList {
    pub shell: Shell,
    /// What was searched for; empty: nothing.
    pub q: String,
    /// All, owes, overdue, credit.
    pub tabs: Vec<Tab>,
    /// The value of the filter shown, kept by the search form; empty: all.
    pub filter: String,
    pub sort: Vec<Choice>,
    /// Owed by all customers together, by age; nothing when the list is filtered.
    pub summary: Option<OwedByAll>,
    pub rows: Vec<CustomerRow>,
    /// The same customers as a table for spreadsheets.
    pub csv: String,
    pub pager: Pager,
}

/// What all customers owe together.
pub struct OwedByAll {
    pub owed: Amount,
    pub overdue: Amount,
    pub credit: Amount,
    pub ribbon: Ribbon,
}

/// A customer in the list.
pub struct CustomerRow {
    pub id: String,
    pub name: String,
    /// Email, phone or reference: what tells namesakes apart.
    pub detail: String,
    pub standing: Chip,
    /// Signed: below zero the customer owes.
    pub balance: Amount,
    /// Balances in other currencies.
    pub others: Vec<Amount>,
    pub overdue: Amount,
    pub last_activity: Option<Day>,
}

/// One customer: balance on top, entries newest first, payment link, contact, documents.
#[derive(Template)]
#[template(path = "admin/customers/page.html")]
pub struct CustomerPage {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    pub chips: Vec<Chip>,
    pub contact: Contact,
    /// Their address does not take mails.
    pub unreached: Option<Unreached>,
    /// One for each currency; the first is the business's own. Never empty.
    pub accounts: Vec<AccountCard>,
    pub tabs: Vec<Tab>,
    pub filter: EntryFilter,
    pub entries: Vec<EntryRow>,
    pub pager: Pager,
    pub link: LinkPanel,
    /// What stood at the end of a past day, when one was asked for.
    pub as_at: Option<AsAt>,
    pub as_of: Field,
    pub today: String,
    /// The entries shown, as a table for spreadsheets.
    pub csv: String,
    pub orders: Vec<DocumentRow>,
    pub invoices: Vec<DocumentRow>,
    pub payments: Vec<PaymentRow>,
    pub methods: Vec<SavedMethod>,
    /// Adds one on the processor's page.
    pub add_method: Action,
    pub actions: Vec<Action>,
}

impl CustomerPage {
    /// The action of that published name, to be offered in other places too.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }
}

/// The latest mail to a customer's address, which did not get through.
pub struct Unreached {
    pub at: Moment,
    pub to: String,
    /// What the mail server said.
    pub why: String,
    pub mail: Link,
}

/// How to reach a customer.
pub struct Contact {
    /// Empty where unknown.
    pub email: String,
    pub phone: String,
    pub reference: String,
    pub address: Vec<String>,
    pub since: Day,
}

/// The balance in one currency.
pub struct AccountCard {
    pub currency: &'static str,
    /// Signed: below zero the customer owes.
    pub balance: Amount,
    /// `Owes`, `Paid in full`, `In credit`.
    pub standing: &'static str,
    pub overdue: Amount,
    pub credit: Amount,
    pub paid_this_year: Amount,
    pub ribbon: Ribbon,
    pub explain: String,
}

/// The account at the end of a past day.
pub struct AsAt {
    pub day: Day,
    /// Signed: below zero the customer owed.
    pub balance: Amount,
    pub credit: Amount,
    pub ribbon: Ribbon,
}

/// What the entries are narrowed to.
pub struct EntryFilter {
    /// `charge`, `credit` or empty: the tab, kept by the form.
    pub side: String,
    pub kinds: Vec<Choice>,
    pub from: Field,
    pub to: Field,
    pub q: String,
    /// Something is narrowed: offer to show all.
    pub active: bool,
}

/// A charge or credit in the history.
pub struct EntryRow {
    pub href: String,
    pub on: Day,
    pub description: String,
    /// Category, document, note: the second line.
    pub detail: String,
    /// Of our sprite: `file-text` for a charge, `arrow-down-left` for money in, `undo-2` for a reversal.
    pub icon: &'static str,
    pub is_credit: bool,
    /// Signed: a charge is below zero.
    pub amount: Amount,
    /// The balance after it, in posting order.
    pub balance: Amount,
    pub status: Chip,
}

/// A saved payment method: brand and last four, never more.
pub struct SavedMethod {
    pub id: String,
    pub name: String,
    pub detail: String,
    pub is_default: bool,
    pub chip: Option<Chip>,
    /// Make default, remove.
    pub actions: Vec<Action>,
}

/// New customer, or an edit of one.
#[derive(Template)]
#[template(path = "admin/customers/form.html")]
pub struct CustomerForm {
    pub shell: Shell,
    /// Nothing while it is new.
    pub id: Option<String>,
    pub key: String,
    pub refusal: Option<String>,
    pub name: Field,
    pub email: Field,
    pub phone: Field,
    pub reference: Field,
    pub address: Field,
    /// Empty: the business's own.
    pub locales: Vec<Choice>,
}

impl CustomerForm {
    /// Where the form is posted.
    pub fn action(&self) -> String {
        self.id.as_ref().map_or_else(|| "/admin/customers".to_owned(), |id| format!("/admin/customers/{id}"))
    }
}

/// How a balance or an amount due came about.
#[derive(Template)]
#[template(path = "admin/explain.html")]
pub struct ExplainPage {
    pub shell: Shell,
    /// The record it explains, for the way back.
    pub about: Link,
    /// The list it is in.
    pub list: Link,
    /// One trace for each currency of a customer; one for a document.
    pub traces: Vec<Trace>,
    /// The day it is told for; nothing: it is always told as of now.
    pub as_at: Option<Field>,
}

/// Adjusts the money balance: gives credit or takes it off, with a note.
#[derive(Template)]
#[template(path = "admin/customers/adjust.html")]
pub struct AdjustForm {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    pub key: String,
    pub refusal: Option<String>,
    /// Above the limit: sent for approval instead.
    pub needs_approval: bool,
    /// `give` credit or `deduct` from it.
    pub direction: Vec<Choice>,
    pub amount: Field,
    pub currencies: Vec<Choice>,
    pub note: Field,
}

/// Hands out credit that no payment stands behind.
#[derive(Template)]
#[template(path = "admin/customers/pay_out.html")]
pub struct PayOutForm {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    pub key: String,
    pub refusal: Option<String>,
    pub needs_approval: bool,
    /// At most so much.
    pub payable: Amount,
    pub amount: Field,
    pub currency: String,
    pub methods: Vec<Choice>,
    pub reason: Field,
}

/// When a customer is charged without anybody asking.
#[derive(Template)]
#[template(path = "admin/customers/auto_charge.html")]
pub struct AutoChargeForm {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    pub key: String,
    pub refusal: Option<String>,
    pub moments: Vec<Choice>,
    pub threshold: Field,
    pub currency: String,
    pub methods: Vec<Choice>,
    pub has_method: bool,
}

/// Which customer a new order or payment is for: a search, then a link for each match.
#[derive(Template)]
#[template(path = "admin/customers/choose.html")]
pub struct ChooseCustomer {
    pub shell: Shell,
    pub list: Link,
    /// `New order`.
    pub title: &'static str,
    /// Where the search goes: `/admin/orders/new`; a match leads there with `?customer=ID`.
    pub action: &'static str,
    pub q: String,
    pub rows: Vec<CustomerRow>,
}
