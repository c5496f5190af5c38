//! The trait that every payment processor is behind, and the requests it takes.
//!
//! Invariants: a call that may move money or make something carries an [`Attempt`] whose key was committed before the
//! call and never changes; time is passed in; a method that a connection does not claim answers *rejected, unsupported*.
//! Limits: one connector makes no retries and keeps no state between calls. Left out on purpose: who may call what, and
//! what an answer does to the books (the engine's flows).

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use books::calendar::{Day, Instant};
use books::ids::{AttemptId, CustomerId};
use books::money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::asked::Asked;
use crate::capabilities::{Capabilities, Capability};
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::remote::{
    Changes, Charge, Checkout, Fields, Onward, Payouts, Reference, Refund, Remote, RemoteInvoice, SavedMethod, Setup, Tested,
};
use crate::terminal::{Apart, Terminal};
use crate::trial::Trial;
use crate::webhook::{RawHook, Verified};
use crate::wire;

/// A boxed future, so that processors can stand behind `dyn`.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One call to a processor. Stored before the socket opens; its key is the same in every repetition of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    pub id: AttemptId,
    /// When this call is made.
    pub at: Instant,
}

impl Attempt {
    /// What the processor sees as idempotency key: 30 characters.
    pub fn key(&self) -> String {
        self.id.to_string()
    }
}

/// Who is at the keyboard: decides which rules the payer's bank applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initiator {
    /// The payer, now.
    Payer,
    /// Nobody: the business charges a saved method.
    OffSession,
    /// Staff key a card that the payer reads out (mail or telephone order).
    Staff,
}

/// Where the money comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A saved method of a remote customer.
    Saved { customer: String, method: String },
    /// What the processor's own fields gave the browser for a card typed there; good once. `keep_for`: the remote customer for whom the
    /// card is kept beside the charge; a kept card that could not be had changes nothing about the charge.
    Token {
        token: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_for: Option<String>,
    },
}

/// A page of the processor where someone pays `amount`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckoutRequest {
    #[serde(with = "wire::money")]
    pub amount: Money,
    /// What the payer reads there.
    pub description: String,
    /// Our document's number.
    pub reference: String,
    /// The remote customer, needed to save the card.
    pub customer: Option<String>,
    /// False: hold the amount, take it later.
    pub capture: bool,
    /// Keep the card for later charges.
    pub save: bool,
    /// `Payer`, or `Staff` for keyed entry in the virtual terminal.
    pub by: Initiator,
    /// Where the browser goes afterwards. Its arrival proves nothing: ask the processor.
    pub return_url: String,
    pub cancel_url: String,
    /// None: the processor's usual time.
    pub expires_at: Option<Instant>,
    /// Our page that holds the processor's own fields, in place of a page of the processor's. Needs
    /// [`Capability::EmbeddedFields`](crate::Capability::EmbeddedFields), or `VirtualTerminal` where staff key the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields_url: Option<String>,
}

impl Source {
    /// Whether the card of a token is to be kept beside its charge.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self, Source::Token { keep_for: Some(_), .. })
    }
}

impl CheckoutRequest {
    /// The first thing that this page needs and a connection does not claim.
    pub fn lacks(&self, can: &Capabilities) -> Option<&'static str> {
        let staff = self.by == Initiator::Staff;
        let needs = [
            (true, Capability::Checkout, "a hosted page"),
            (self.fields_url.is_some() && !staff, Capability::EmbeddedFields, "fields on a page of ours"),
            (!self.capture, Capability::Authorize, "holding an amount"),
            (self.save, Capability::SavedMethods, "saved methods"),
            (self.save, Capability::KeepWhilePaying, "keeping a card while it pays"),
            (staff, Capability::VirtualTerminal, "a virtual terminal"),
        ];
        needs.into_iter().find(|(needed, what, _)| *needed && !can.can(*what)).map(|(_, _, name)| name)
    }
}

/// A charge without a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChargeRequest {
    #[serde(with = "wire::money")]
    pub amount: Money,
    pub source: Source,
    pub by: Initiator,
    /// False: hold the amount, take it later.
    pub capture: bool,
    pub description: String,
    pub reference: String,
    /// Where the payer returns to when the bank wants a confirmation.
    pub return_url: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureRequest {
    pub charge: String,
    /// At most what is held; the rest is released.
    #[serde(with = "wire::money")]
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundRequest {
    pub charge: String,
    /// At most what is left of the captured amount.
    #[serde(with = "wire::money")]
    pub amount: Money,
    pub reason: String,
}

/// A page of the processor where a card is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetupRequest {
    /// The remote customer.
    pub customer: String,
    pub by: Initiator,
    pub return_url: String,
    pub cancel_url: String,
}

/// A customer as the processor may know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: CustomerId,
    pub name: String,
    pub email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvoiceRequest {
    pub number: String,
    pub customer: Option<String>,
    /// Who receives it.
    pub email: String,
    pub cc: Vec<String>,
    pub message: String,
    pub due_on: Option<Day>,
    pub lines: Vec<InvoiceLine>,
    /// The sum of `lines`: what is due now.
    #[serde(with = "wire::money")]
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvoiceLine {
    pub description: String,
    /// Decimal text with up to 4 places.
    pub quantity: String,
    /// Of the whole line. Negative for a discount.
    #[serde(with = "wire::money")]
    pub amount: Money,
}

/// The kinds of call that carry an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    PutCustomer,
    SaveMethod,
    Setup,
    Checkout,
    ExpireCheckout,
    Charge,
    Capture,
    Void,
    Refund,
    CreateInvoice,
    SendInvoice,
    CancelInvoice,
    /// Looks for what staff took in the processor's program apart: acts on nothing.
    Keyed,
}

/// What the same call with the same key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Gives the first answer, for ever.
    Always,
    /// Gives the first answer for this long.
    SafeFor(Duration),
    /// Is refused as a duplicate for this long, without giving the first answer.
    DetectsDuplicateFor(Duration),
    /// May act twice: never repeat, look it up.
    Never,
}

/// A payment processor, seen from the books.
pub trait Processor: Send + Sync {
    /// The kind's name in settings and answers: `sandbox`.
    fn kind(&self) -> &'static str;

    fn capabilities(&self) -> &Capabilities;

    /// What repeating a call of this kind does.
    fn replay(&self, operation: Operation) -> Replay;

    /// Asks the processor whether the connection works, with something harmless.
    fn test<'a>(&'a self, _by: &'a Attempt, _currency: Currency) -> Fut<'a, Outcome<Tested>>;

    /// How this connection is tried beyond [`Processor::test`].
    fn trial(&self) -> Trial {
        Trial::Page
    }

    /// Where staff key a card, if the connection claims that they can.
    fn terminal(&self) -> Terminal {
        Terminal::ItsPage
    }

    /// The program of the processor's, apart from its API, in which staff key a card for an attempt. None: there is none.
    fn terminal_apart(&self, _attempt: AttemptId) -> Option<Apart> {
        None
    }

    /// What was taken (or is held) in that program by the attempt's reference: the newest that was not refused.
    /// [`RejectReason::NotFound`] when nothing was so far.
    fn find_keyed<'a>(&'a self, _by: &'a Attempt) -> Fut<'a, Outcome<Charge>> {
        unsupported("a terminal of its own")
    }

    /// Makes the customer known; gives the remote customer's id. The same customer gives the same id.
    fn put_customer<'a>(&'a self, by: &'a Attempt, person: &'a Person) -> Fut<'a, Outcome<String>>;

    /// The methods kept for a remote customer.
    fn methods<'a>(&'a self, _customer: &'a str, _now: Instant) -> Fut<'a, Outcome<Vec<SavedMethod>>> {
        unsupported("saved methods")
    }

    /// Keeps the method behind a browser token for a remote customer.
    fn save_method<'a>(&'a self, _by: &'a Attempt, _customer: &'a str, _token: &'a str) -> Fut<'a, Outcome<SavedMethod>> {
        unsupported("saved methods")
    }

    /// Forgets a method. One that is already gone is done.
    fn detach<'a>(&'a self, _customer: &'a str, _method: &'a str, _now: Instant) -> Fut<'a, Outcome<()>> {
        unsupported("saved methods")
    }

    /// Opens a page where a card is kept without being charged.
    fn setup<'a>(&'a self, _by: &'a Attempt, _request: &'a SetupRequest) -> Fut<'a, Outcome<Setup>> {
        unsupported("a page to save a card")
    }

    /// Opens a page where someone pays.
    fn checkout<'a>(&'a self, _by: &'a Attempt, _request: &'a CheckoutRequest) -> Fut<'a, Outcome<Checkout>> {
        unsupported("a hosted page")
    }

    /// Closes a page, or gives up a confirmation that is asked for ([`Outcome::NeedsAction`]), for good. When the payer was
    /// faster the answer is *done* with the state `completed`: look at it. Where a page cannot be closed the state is
    /// `abandoned`: it may still be paid until it expires.
    fn expire_checkout<'a>(&'a self, _by: &'a Attempt, _checkout: &'a str) -> Fut<'a, Outcome<Checkout>> {
        unsupported("a hosted page")
    }

    /// What the script of the processor's fields is given on our page for an open checkout that was asked for with
    /// `fields_url`. Nothing in it is secret from the payer who stands at that page.
    fn fields<'a>(&'a self, _checkout: &'a str, _now: Instant) -> Fut<'a, Outcome<Fields>> {
        unsupported("fields on a page of ours")
    }

    /// What a page of ours sends on to the processor's, by the end of an address that [`Processor::checkout`] or
    /// [`Processor::setup`] gave out. None: this connection gave out no such address.
    fn onward(&self, _page: &str, _now: Instant) -> Option<Onward> {
        None
    }

    /// Takes (or holds) money without a page.
    fn charge<'a>(&'a self, _by: &'a Attempt, _request: &'a ChargeRequest) -> Fut<'a, Outcome<Charge>> {
        unsupported("charging a saved method")
    }

    /// Takes what is held, once, at most the held amount.
    fn capture<'a>(&'a self, _by: &'a Attempt, _request: &'a CaptureRequest) -> Fut<'a, Outcome<Charge>> {
        unsupported("holding an amount")
    }

    /// Lets a held amount go.
    fn void<'a>(&'a self, _by: &'a Attempt, _charge: &'a str) -> Fut<'a, Outcome<Charge>> {
        unsupported("holding an amount")
    }

    /// Returns money, at most what is left of the captured amount.
    fn refund<'a>(&'a self, _by: &'a Attempt, _request: &'a RefundRequest) -> Fut<'a, Outcome<Refund>> {
        unsupported("refunds")
    }

    fn create_invoice<'a>(&'a self, _by: &'a Attempt, _request: &'a InvoiceRequest) -> Fut<'a, Outcome<RemoteInvoice>> {
        unsupported("invoices of its own")
    }

    /// Sends a drafted invoice to its receiver. A sent one is sent again.
    fn send_invoice<'a>(&'a self, _by: &'a Attempt, _invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        unsupported("invoices of its own")
    }

    /// Closes an unpaid invoice for good. When the payer was faster the answer is *done* with the state `paid`: look at it.
    fn cancel_invoice<'a>(&'a self, _by: &'a Attempt, _invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        unsupported("invoices of its own")
    }

    /// How a thing stands now. [`RejectReason::NotFound`] when there is none.
    fn fetch<'a>(&'a self, _what: &'a Reference, _now: Instant) -> Fut<'a, Outcome<Remote>>;

    /// What became of an attempt whose answer was lost: by repeating the same call where that is safe, else by looking for
    /// our key, else by killing the key. [`Resolved::ProvenAbsent`] is the only answer after which a new attempt may be made.
    fn resolve<'a>(&'a self, by: &'a Attempt, asked: &'a Asked, now: Instant) -> Fut<'a, Resolved<Remote>>;

    /// Checks the signature of an incoming message. None: forged, stale or malformed; nothing of it may be used.
    fn verify<'a>(&'a self, hook: &'a RawHook<'a>) -> Fut<'a, Option<Verified>>;

    /// Everything that changed after the cursor (none: since the beginning), whoever caused it.
    fn changes<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Changes>>;

    /// What was paid out to the merchant's bank after the cursor.
    fn payouts<'a>(&'a self, _since: Option<&'a str>, _now: Instant) -> Fut<'a, Outcome<Payouts>> {
        unsupported("payouts")
    }
}

/// The answer of a connection to what it does not claim.
pub fn unsupported<'a, T: Send + 'a>(what: &str) -> Fut<'a, Outcome<T>> {
    let answer = Outcome::rejected(RejectReason::Unsupported, format!("This connection does not offer {what}."));
    Box::pin(std::future::ready(answer))
}
