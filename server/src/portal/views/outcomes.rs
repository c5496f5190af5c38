//! Where a payer lands after the processor, and where a link leads that no longer works.

use askama::Template;
use locale::Tongue;

use crate::view::shell::PayerShell;
use crate::view::{Amount, Fact, Moment, filters};

/// What became of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The money is in.
    Received,
    /// The processor took it on and will say later (a bank debit).
    Pending { note: String },
    /// The processor's answer was lost; we are asking it. The page looks again by itself.
    Unknown,
    /// No money moved, and why in words.
    Declined { why: String },
    /// The payer turned back.
    Canceled,
}

/// The receipt, or what stands in its place: `GET /p/return/…`.
#[derive(Template)]
#[template(path = "portal/receipt.html")]
pub struct ReceiptPage {
    pub shell: PayerShell,
    pub outcome: Outcome,
    pub amount: Amount,
    pub at: Moment,
    /// Receipt number, method, reference, what it paid.
    pub facts: Vec<Fact>,
    /// What is still due on the document, at least 0.
    pub remaining: Amount,
    pub receipt_pdf: Option<String>,
    /// Back to the order or balance; there a declined payment can be tried again.
    pub back: String,
}

/// A link past its day: 410, with an offer that says the same whether or not an address is on file.
#[derive(Template)]
#[template(path = "portal/expired.html")]
pub struct ExpiredPage {
    pub shell: PayerShell,
    /// Where the offer is posted.
    pub action: String,
    pub key: String,
    /// The offer was taken.
    pub mailed: bool,
}

/// 404 for unknown, malformed and revoked links alike. It names no business: the visitor has not shown a right to know.
#[derive(Template)]
#[template(path = "portal/lost.html")]
pub struct LostPage {
    pub tongue: Tongue,
}

/// The processor's own fields on a page of ours: `GET /pay/{kind}/…`.
#[derive(Template)]
#[template(path = "portal/fields.html")]
pub struct FieldsPage {
    pub shell: PayerShell,
    /// As settings call it: `stripe`.
    pub kind: &'static str,
    /// As people call it.
    pub processor: &'static str,
    /// The one document that is paid; may be empty.
    pub about: String,
    pub amount: Amount,
    /// Where the processor's script is loaded from.
    pub script: String,
    /// For what that script writes into the page itself, where its policy lets it.
    pub nonce: String,
    /// The fields bring a button of their own.
    pub buttons: bool,
    /// What it is given, by name.
    pub given: Vec<(&'static str, String)>,
    /// Beside the card a bank account may be chosen.
    pub banks: bool,
    /// Why the last try did not go through.
    pub refused: Option<String>,
    pub action: String,
    pub key: String,
    /// The page that asks the processor what became of it.
    pub done: String,
    /// The document, where the payer came from.
    pub back: Option<String>,
}

/// The step to a processor's page that takes its visitor by a form.
#[derive(Template)]
#[template(path = "portal/onward.html")]
pub struct OnwardPage {
    pub tongue: Tongue,
    /// Who is paid, or keeps the card.
    pub business: String,
    /// None where a card is only kept.
    pub amount: Option<Amount>,
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
}

/// Whether a card was kept, for whoever comes back from the processor's page. It names nobody.
#[derive(Template)]
#[template(path = "portal/saved.html")]
pub struct SavedPage {
    pub tongue: Tongue,
    pub done: bool,
    pub title: String,
    pub text: String,
}

/// A payer's page when something failed on our side or too much was asked at once.
#[derive(Template)]
#[template(path = "portal/trouble.html")]
pub struct TroublePage {
    pub tongue: Tongue,
    pub title: String,
    pub text: String,
    /// For the business, to find the case.
    pub request_id: String,
    pub back: Option<String>,
}
