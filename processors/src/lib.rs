//! Speaks to payment processors. Knows the words of `books`; knows no database, no pages and no clock.
//!
//! A processor is anything behind the trait [`Processor`]: it takes, holds, returns and reports money that is not in our
//! hands. Three rules carry the crate. An answer is a value ([`Outcome`]), never an error, so that `?` cannot lose it.
//! A call that may move money carries an [`Attempt`] that was committed before the call, and its key never changes. A
//! message that arrives by itself is a [`Hint`]: what it is about is asked again before anything is booked.
//!
//! Left out on purpose: retries (the caller decides, with the same attempt), storage of secrets, and card numbers: none
//! passes through here, except the published test numbers of [`sandbox`].

pub mod amounts;
pub mod asked;
pub mod authorize_net;
pub mod capabilities;
pub mod form;
pub mod http;
mod local_page;
pub mod outcome;
pub mod paypal;
pub mod processor;
pub mod registry;
pub mod remote;
pub mod sandbox;
pub mod secret;
pub mod square;
pub mod stripe;
pub mod terminal;
pub mod trial;
pub mod webhook;
pub mod wire;

pub use asked::{Asked, ask};
pub use capabilities::{Capabilities, Capability};
pub use outcome::{Action, Decline, DeclineReason, Outcome, RejectReason, Rejection, Resolved, Retry};
pub use processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Fut, Initiator, InvoiceLine, InvoiceRequest, Operation, Person,
    Processor, RefundRequest, Replay, SetupRequest, Source,
};
pub use remote::{
    BALANCE_BEFORE, Changes, Charge, ChargeState, Checkout, CheckoutState, Dispute, DisputeState, Fields, MethodKind, NOT_LISTED,
    Onward, Payout, PayoutLine, Payouts, Reference, Refund, RefundState, Remote, RemoteInvoice, RemoteInvoiceState, RemoteKind,
    SavedMethod, Setup, SetupState, Tested,
};
pub use secret::Secret;
pub use terminal::{Apart, KeyedRequest, Terminal};
pub use webhook::{Hint, RawHook, Verified};
