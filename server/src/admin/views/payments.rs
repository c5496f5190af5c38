//! Payments: the list, one attempt in full, recording and charging, in person, refunds.

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
    /// Method, received on, recorded by, memo, retry of.
    pub facts: Vec<Fact>,
    pub notices: Vec<Notice>,
    pub allocations: Vec<AllocationRow>,
    pub attempts: Vec<AttemptRow>,
    pub refunds: Vec<RefundRow>,
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

/// Money going back.
pub struct RefundRow {
    pub at: Moment,
    pub amount: Amount,
    pub status: Chip,
    pub reason: String,
    /// `to Visa ending 4242`, `outside`.
    pub to: String,
}

/// *Add Payment*: a saved method (charges now) or external (already received).
#[derive(Template)]
#[template(path = "admin/payments/new.html")]
pub struct PaymentForm {
    pub shell: Shell,
    /// The document it is for, or the customer.
    pub about: Link,
    pub customer_id: String,
    /// Ids of the target; at most one is given.
    pub order_id: String,
    pub invoice_id: String,
    pub due: Amount,
    pub key: String,
    pub refusal: Option<String>,
    /// The refusal is PAYMENT_PENDING, which staff may override for external money.
    pub may_despite_pending: bool,
    pub amount: Field,
    pub currency: String,
    /// Saved methods, then `external`.
    pub methods: Vec<Choice>,
    /// Why nothing can be charged; empty: a saved method can.
    pub no_charge: String,
    /// Cash, check, bank transfer, card terminal, other.
    pub kinds: Vec<Choice>,
    pub received_on: Field,
    pub reference: Field,
    pub memo: Field,
    /// Documents to pay, when the payment is for a customer; none ticked: oldest due first.
    pub documents: Vec<Tick>,
}

/// *Process in person*: card (authorize, then process), check or cash, at the counter or by phone.
#[derive(Template)]
#[template(path = "admin/payments/in_person.html")]
pub struct InPersonForm {
    pub shell: Shell,
    pub about: Link,
    pub customer_id: String,
    pub order_id: String,
    pub invoice_id: String,
    pub due: Amount,
    pub currency: String,
    pub key: String,
    pub refusal: Option<String>,
    /// Card, check, cash; the chosen one's fields are shown.
    pub forms: Vec<Choice>,
    pub amount: Field,
    pub check_number: Field,
    pub check_bank: Field,
    pub check_dated_on: Field,
    pub tendered: Field,
    /// Where a card is authorized (posts and leads to the processor's own fields); nothing: no processor can.
    pub authorize: Option<String>,
    /// The unused authorization for this amount, which *Process* uses.
    pub authorization: Option<Authorization>,
    /// Saved methods that can be authorized without keying a card.
    pub saved: Vec<Choice>,
    pub receipt: Field,
}

/// Money held on a card, not yet taken.
pub struct Authorization {
    pub id: String,
    pub amount: Amount,
    pub method: String,
    pub expires: Moment,
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
