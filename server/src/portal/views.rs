//! What payers' pages show: typed values that the templates print, one struct a page.
//!
//! Invariants: no rule and no arithmetic here, every figure comes ready; a payer page never holds an internal note, an id
//! of staff or a field for a card number. Handlers fill these and call `render`. Left out: mails and PDFs.

pub mod account;
pub mod documents;
pub mod outcomes;
pub mod sandbox;

use askama::Template;
use askama::filters::HtmlSafe;
use locale::Tongue;

use crate::view::form::Field;
use crate::view::{Amount, Choice, Day, Moment, filters};

/// What a payer may do about the amount on the page. Exactly one of these is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paying {
    /// One form that leads to the processor's own page.
    Pay(PayForm),
    /// Nothing is due. The receipt, when there is one.
    Settled { on: Option<Day>, receipt: Option<String> },
    /// The business owes the payer: what is free.
    InCredit(Amount),
    /// A payment is under way; its amount is reserved.
    UnderWay(UnderWay),
    /// Something is due but cannot be paid here, with the sentence why.
    NotHere { why: String },
}

/// The one form of a payable page; posts to an address that ends in `/pay`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayForm {
    pub action: String,
    /// Idempotency key: a double click is one payment.
    pub key: String,
    /// What the button pays, unless the payer chooses another amount.
    pub amount: Amount,
    pub how_much: HowMuch,
    /// What it means to have the card kept for later; none where that cannot be.
    pub may_keep: Option<String>,
    /// They ticked it.
    pub keep: bool,
    /// Who takes the card, and that we never see it.
    pub assurance: String,
    /// Why the last try did not go through.
    pub refused: Option<String>,
}

/// How much the link's policy lets the payer pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HowMuch {
    /// The whole amount due; no field is shown.
    Full,
    /// One of a few amounts, as decimal text.
    Steps(Vec<Choice>),
    /// Any amount within the sentence given, typed by the payer.
    Typed { field: Field, hint: String, currency: &'static str },
}

/// A payment whose outcome is still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    pub amount: Amount,
    pub since: Moment,
    /// The processor's answer was lost: we are asking it.
    pub unknown: bool,
    /// `Bank debits take two to three working days.`; empty: nothing more to say.
    pub note: String,
}

/// The right-hand part of a payer page: see [`Paying`].
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "portal/paybox.html")]
pub struct PayBox {
    pub tongue: Tongue,
    pub paying: Paying,
}
impl HtmlSafe for PayBox {}

impl PayBox {
    /// As it was sent back when the last try was refused: the amount that was typed, where one is typed, and the tick.
    #[must_use]
    pub fn as_sent(mut self, typed: String, keep: bool) -> PayBox {
        if let Paying::Pay(form) = &mut self.paying {
            form.keep = keep;
            if let HowMuch::Typed { field, .. } = &mut form.how_much
                && !typed.is_empty()
            {
                field.value = typed;
            }
        }
        self
    }

    /// A payment for it is on its way, so nobody is asked for it.
    pub fn is_under_way(&self) -> bool {
        matches!(self.paying, Paying::UnderWay(_))
    }
}
