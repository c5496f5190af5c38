//! What several staff pages share: a row for a document, a payment, a request; the trace; the panel of a payment link.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::form::Field;
use crate::view::{Action, Amount, Chip, Choice, Day, Link, Moment, filters};

/// An order or application in a list.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    pub href: String,
    pub number: String,
    /// Empty on the customer's own page.
    pub customer: String,
    /// `2 lines`, `due 3 Dec 2026`.
    pub detail: String,
    pub dated: Day,
    pub chips: Vec<Chip>,
    pub total: Amount,
    pub due: Amount,
}

/// A payment in a list or under a document: one attempt, one amount, one state.
#[derive(Debug, Clone)]
pub struct PaymentRow {
    pub href: String,
    /// `PAY-2026-00012`.
    pub number: String,
    pub customer: String,
    pub at: Moment,
    /// `Visa ending 4242`, `Check 1043`.
    pub method: String,
    pub status: Chip,
    /// The processor's id of the payment; empty: none.
    pub transaction: String,
    /// The bank's approval code; empty: none.
    pub approval: String,
    pub amount: Amount,
    pub captured: Amount,
    pub refunded: Amount,
    /// What counts towards this document; the whole amount in a list of payments.
    pub applied: Amount,
    /// The decline in words, or a processor's error; empty: none.
    pub note: String,
}

/// A payment request: to whom, what it asked, how far it got.
#[derive(Debug, Clone)]
pub struct RequestRow {
    pub id: String,
    pub document: Link,
    pub customer: String,
    pub to: String,
    pub cc: Vec<String>,
    /// What it asked for when it was sent.
    pub amount: Amount,
    pub sent: Moment,
    pub sent_by: String,
    pub opened: Option<Moment>,
    pub paid: Option<Moment>,
    pub status: Chip,
    /// Where the payer's page can be looked at without counting as opened; nothing once its link is done with.
    pub preview: Option<String>,
    pub actions: Vec<Action>,
}

/// An invoice at a processor: to whom, what it asks, how it stands.
#[derive(Debug, Clone)]
pub struct RemoteInvoiceRow {
    /// The processor's number, or that there is none yet.
    pub number: String,
    /// The connection's name.
    pub processor: String,
    pub to: String,
    pub amount: Amount,
    pub due: Day,
    pub made: Moment,
    pub made_by: String,
    pub status: Chip,
    /// Where its receiver pays, while that is possible.
    pub url: Option<String>,
    pub actions: Vec<Action>,
}

/// A customer's payment link, or the offer to make one.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/parts/link_panel.html")]
pub struct LinkPanel {
    /// Where *Generate Link* is posted.
    pub generate: String,
    pub refusal: Option<String>,
    /// Full, minimum, steps, any.
    pub policies: Vec<Choice>,
    pub minimum_amount: Field,
    pub steps: Field,
    pub expires_on: Field,
    pub view_only: Field,
    /// The form came back: its options are shown.
    pub is_open: bool,
    pub key: String,
    pub links: Vec<PaymentLink>,
    /// Whether this person may make, send and revoke links; the others only see them.
    pub may_act: bool,
    /// Without a processor the link can still be viewed; the sentence says so. Empty: it can be paid.
    pub not_payable: String,
}
impl HtmlSafe for LinkPanel {}

/// One live link.
#[derive(Debug, Clone)]
pub struct PaymentLink {
    pub id: String,
    pub url: String,
    pub status: Chip,
    /// An SVG of the QR code, `/admin/links/ID/qr.svg`.
    pub qr: String,
    pub asks: Amount,
    pub policy: String,
    pub expires: Option<Day>,
    pub last_viewed: Option<Moment>,
    /// Opens a prepared text message, `sms:?body=…`; the customer's number when known.
    pub sms: String,
    /// Posts that mail it; nothing: the customer has no address.
    pub mail: Option<String>,
    /// The letter that asks for payment, with this link's code; nothing: the link is not live.
    pub letter: Option<String>,
}

/// The trace of an amount due.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/parts/trace.html")]
pub struct Trace {
    pub steps: Vec<TraceStep>,
    pub result_label: String,
    pub result: Amount,
}
impl HtmlSafe for Trace {}

/// One step: what happened, by whom, to what it was applied and where that left the sum.
#[derive(Debug, Clone)]
pub struct TraceStep {
    pub on: Day,
    pub what: String,
    pub href: Option<String>,
    /// Applications, reason and author: the second line.
    pub detail: String,
    /// The effect on what is owed: a charge above zero, a credit below.
    pub amount: Amount,
    /// What is owed after it.
    pub running: Amount,
}

/// A line of the history of a record: who did what, when, why.
#[derive(Debug, Clone)]
pub struct HistoryRow {
    pub at: Moment,
    pub who: String,
    pub what: String,
    pub why: String,
}
