//! Sandbox's hosted pages: a pretend processor's own site, to which the payer is sent. It looks like another house on
//! purpose, and takes only the published test numbers. Its form fields are exactly `number, exp, cvc, name`.

use askama::Template;

use crate::view::{Amount, Day, filters};

/// `/sandbox/checkout/{id}`: the card form.
#[derive(Template)]
#[template(path = "sandbox/checkout.html")]
pub struct SandboxCheckout {
    /// Where the form is posted: this page.
    pub action: String,
    /// Who is paid.
    pub business: String,
    /// `Order ORD-2026-00042`.
    pub about: String,
    pub amount: Amount,
    /// Why the last try did not go through.
    pub refused: Option<String>,
    /// Back to the business without paying.
    pub cancel: String,
    pub cards: Vec<TestCard>,
}

/// An invoice of Sandbox's own, at `/sandbox/checkout/{id}`: its receiver reads and pays it there, and reads it again afterwards.
#[derive(Template)]
#[template(path = "sandbox/invoice.html")]
pub struct SandboxInvoice {
    pub action: String,
    pub business: String,
    pub number: String,
    /// To whom it was "mailed".
    pub to: String,
    pub due: Option<Day>,
    /// What it is for, and how much of each.
    pub lines: Vec<(String, Amount)>,
    pub amount: Amount,
    /// Nothing is typed any more.
    pub paid: bool,
    pub refused: Option<String>,
    pub cards: Vec<TestCard>,
}

/// `/sandbox/setup/{id}`: saves a card or bank account and charges nothing.
#[derive(Template)]
#[template(path = "sandbox/save.html")]
pub struct SandboxSave {
    pub action: String,
    pub business: String,
    pub customer: String,
    pub refused: Option<String>,
    pub cancel: String,
    pub cards: Vec<TestCard>,
}

/// `/sandbox/authenticate/{id}`: the bank asks whether it is really you; answers `result` = ok or fail.
#[derive(Template)]
#[template(path = "sandbox/authenticate.html")]
pub struct SandboxAuthenticate {
    pub action: String,
    pub business: String,
    pub amount: Amount,
    pub last4: String,
}

/// 404 and the like on the pretend processor's side.
#[derive(Template)]
#[template(path = "sandbox/gone.html")]
pub struct SandboxGone {
    pub title: String,
    pub text: String,
}

/// A published test number and what it does.
pub struct TestCard {
    pub number: String,
    pub what: String,
}
