//! Payments: the list, one attempt in full, recording what came in.

use askama::Template;

use super::documents::{HistoryRow, PaymentRow};
use super::entries::{AllocationRow, JournalRow};
use crate::view::form::{Field, Tick};
use crate::view::shell::{Section, Shell};
use crate::view::{Action, Amount, Chip, Choice, Fact, Link, Moment, Notice, Pager, Tab, Tone, filters};

/// Payments, newest first.
#[derive(Template)]
#[template(path = "admin/payments/list.html")]
pub struct PaymentList {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub filter: String,
    pub q: String,
    pub rows: Vec<PaymentRow>,
    pub pager: Pager,
}

/// One payment.
#[derive(Template)]
#[template(path = "admin/payments/page.html")]
pub struct PaymentPage {
    pub shell: Shell,
    pub id: String,
    pub number: String,
    pub customer: Link,
    pub status: Chip,
    /// Disputed, returned, partly refunded.
    pub chips: Vec<Chip>,
    pub amount: Amount,
    pub refunded: Amount,
    pub unapplied: Amount,
    /// The receipt as PDF.
    pub pdf: Option<String>,
    /// Method, received on, recorded by, memo, retry of.
    pub facts: Vec<Fact>,
    pub notices: Vec<Notice>,
    pub allocations: Vec<AllocationRow>,
    /// Oldest first.
    pub refunds: Vec<RefundRow>,
    pub attempts: Vec<AttemptRow>,
    pub journal: Vec<JournalRow>,
    pub history: Vec<HistoryRow>,
    pub actions: Vec<Action>,
}

/// One call to a processor and what it answered.
pub struct AttemptRow {
    pub at: Moment,
    /// `charge`, `capture`, `void`, `look-up`.
    pub what: String,
    pub processor: String,
    pub outcome: Chip,
    /// The processor's id, code and words.
    pub detail: String,
}

/// *Add Payment*: a saved method is charged now, or money that was received outside any processor is recorded.
#[derive(Template)]
#[template(path = "admin/payments/new.html")]
pub struct PaymentForm {
    pub shell: Shell,
    /// The document it is for, or the customer.
    pub about: Link,
    pub customer_id: String,
    /// The hidden field that names the document, and its id; none: for the customer's account.
    pub target: Option<(&'static str, String)>,
    pub due: Amount,
    pub key: String,
    pub refusal: Option<String>,
    /// A payment is under way (PAYMENT_PENDING); staff may record money they have in hand all the same.
    pub may_despite_pending: bool,
    pub amount: Field,
    pub currency: String,
    /// The customer's saved methods, which are charged.
    pub methods: Vec<Choice>,
    /// External: cash, check, bank transfer, card terminal, other.
    pub kinds: Vec<Choice>,
    pub received_on: Field,
    pub reference: Field,
    pub memo: Field,
    /// Documents to pay, when the payment is for a customer; none ticked: oldest due first.
    pub documents: Vec<Tick>,
}

/// A refund in a list, or under its payment.
pub struct RefundRow {
    pub number: String,
    /// Its confirmation, once it has gone.
    pub pdf: Option<String>,
    pub at: Moment,
    /// The payment it is of, with its customer.
    pub payment: Link,
    /// Where it went and why; why it failed.
    pub detail: String,
    pub status: Chip,
    pub amount: Amount,
}

/// Refunds, newest first.
#[derive(Template)]
#[template(path = "admin/refunds/list.html")]
pub struct RefundList {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub rows: Vec<RefundRow>,
    pub pager: Pager,
}

/// A refund: never more than remains.
#[derive(Template)]
#[template(path = "admin/payments/refund.html")]
pub struct RefundForm {
    pub shell: Shell,
    pub payment: Link,
    pub id: String,
    pub refundable: Amount,
    pub key: String,
    pub refusal: Option<String>,
    /// Why it can only be given back outside.
    pub only_outside: Option<String>,
    /// Above the limit: sent for approval instead.
    pub needs_approval: bool,
    pub amount: Field,
    pub currency: String,
    /// Back to the original card, or outside.
    pub to: Vec<Choice>,
    pub reason: Field,
    /// Documents that reopen; none ticked: newest first.
    pub reopens: Vec<Tick>,
}

/// Re-applying a payment: to which documents how much; all empty sends it to the balance.
#[derive(Template)]
#[template(path = "admin/payments/reallocate.html")]
pub struct ReallocateForm {
    pub shell: Shell,
    pub payment: Link,
    pub id: String,
    pub amount: Amount,
    pub currency: String,
    pub key: String,
    pub refusal: Option<String>,
    pub targets: Vec<AllocationField>,
}

/// A document and how much of the payment goes to it. Fields: repeated `target`, `amount`.
pub struct AllocationField {
    pub id: String,
    pub name: String,
    pub open: Amount,
    pub amount: Field,
}

/// Card in person or by phone: authorize first, then process.
#[derive(Template)]
#[template(path = "admin/payments/card.html")]
pub struct CardForm {
    pub shell: Shell,
    pub about: Link,
    pub customer_id: String,
    pub order_id: String,
    pub invoice_id: String,
    pub due: Amount,
    pub key: String,
    pub refusal: Option<String>,
    pub amount: Field,
    pub currency: String,
    /// The processor's fields, or a saved method.
    pub cards: Vec<Choice>,
    /// What is held for this and was not taken yet.
    pub held: Vec<HeldRow>,
}

/// Staff key a card into the processor's fields: `GET /admin/card/{kind}/{payment}`.
#[derive(Template)]
#[template(path = "admin/payments/keyed.html")]
pub struct KeyedPage {
    pub shell: Shell,
    /// The document, else the customer.
    pub about: Link,
    pub payment: Link,
    pub customer: Link,
    pub amount: Amount,
    /// As settings call it: `stripe`.
    pub kind: &'static str,
    /// As people call it.
    pub processor: &'static str,
    /// Where the processor's script is loaded from.
    pub script: String,
    /// What it is given, by name.
    pub given: Vec<(&'static str, String)>,
    /// Why the last card did not go through.
    pub refused: Option<String>,
    pub action: String,
    pub key: String,
    pub give_up: String,
    /// The page that asks the processor what became of it.
    pub done: String,
}

/// What staff type in a processor's own terminal: `GET /admin/card/{kind}/{payment}`.
#[derive(Template)]
#[template(path = "admin/payments/apart.html")]
pub struct ApartPage {
    pub shell: Shell,
    /// The document, else the customer.
    pub about: Link,
    pub payment: Link,
    pub customer: Link,
    pub amount: Amount,
    /// As people call it.
    pub processor: &'static str,
    /// Where staff sign in there.
    pub url: &'static str,
    pub way: &'static str,
    /// What its form calls the place of our reference.
    pub field: &'static str,
    pub reference: String,
    /// It may still arrive.
    pub waits: bool,
    pub paid: bool,
    /// The processor has it, and the money is not there yet.
    pub came: bool,
    pub status: Chip,
    /// Why it ended without money.
    pub why: Option<String>,
    pub look: String,
    pub give_up: String,
    pub key: String,
}

/// Money held on a card, not yet taken.
pub struct HeldRow {
    pub payment: Link,
    pub amount: Amount,
    pub method: String,
    pub until: Option<Moment>,
    /// Takes all of it, or less.
    pub capture: Action,
    pub key: String,
    pub id: String,
    pub part: Field,
    pub currency: String,
    pub void: Action,
}
