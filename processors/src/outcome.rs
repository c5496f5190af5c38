//! What a processor answered, in our words.
//!
//! Invariants: an answer is a value and must be looked at; *declined* and *rejected* mean that no money moved; whatever is
//! not understood is *unknown*, never success and never failure. Limits: the reasons are the few that change what a person
//! does next; a processor's own finer codes belong in its log. Left out on purpose: mapping to HTTP (the server does that).

use serde::{Deserialize, Serialize};

/// The answer to one call.
#[must_use = "an answer that nobody reads is money that nobody sees"]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "answer", rename_all = "snake_case")]
pub enum Outcome<T> {
    /// It is done.
    Done(T),
    /// It is under way and will be done or fail later: a bank debit, a review. A webhook or a question will tell.
    Pending(T),
    /// The payer must do something at the processor's page first. No money has moved.
    NeedsAction(Action),
    /// A final no from the payer's bank. No money has moved; another try is a new attempt.
    Declined(Decline),
    /// Our request or our settings are wrong, or the state forbids it. No money has moved; the same request never helps.
    Rejected(Rejection),
    /// The answer was lost or not understood: money MAY have moved. Only [`crate::Processor::resolve`] ends this.
    Unknown { why: String },
}

impl<T> Outcome<T> {
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Outcome::Done(value) => Outcome::Done(turn(value)),
            Outcome::Pending(value) => Outcome::Pending(turn(value)),
            Outcome::NeedsAction(action) => Outcome::NeedsAction(action),
            Outcome::Declined(decline) => Outcome::Declined(decline),
            Outcome::Rejected(rejection) => Outcome::Rejected(rejection),
            Outcome::Unknown { why } => Outcome::Unknown { why },
        }
    }

    /// What is done or under way.
    pub fn value(&self) -> Option<&T> {
        match self {
            Outcome::Done(value) | Outcome::Pending(value) => Some(value),
            _ => None,
        }
    }

    pub fn rejected(reason: RejectReason, text: impl Into<String>) -> Outcome<T> {
        Outcome::Rejected(Rejection { reason, text: text.into() })
    }

    pub fn unknown(why: impl Into<String>) -> Outcome<T> {
        Outcome::Unknown { why: why.into() }
    }
}

/// Where the payer must go, and the processor's id of what waits for it (expire it with `expire_checkout`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    pub id: String,
    pub url: String,
}

/// Why the payer's bank said no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decline {
    pub reason: DeclineReason,
    /// What may be tried next.
    pub retry: Retry,
    /// A sentence for the person who pays or the person who charges.
    pub text: String,
    /// The processor's id of the refused charge, where it keeps one.
    pub charge: Option<String>,
}

impl Decline {
    /// With the usual advice and sentence of this reason.
    pub fn of(reason: DeclineReason) -> Decline {
        Decline { reason, retry: reason.usual_retry(), text: reason.text().to_owned(), charge: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Not with this method, not later: lost, stolen, forbidden.
    Never,
    /// With another card, or this card's details entered again.
    NewMethod,
    /// The same method, another day.
    Later,
    /// The same method, with the payer present to confirm it.
    OnSession,
}

/// The reasons that change what a person does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeclineReason {
    CardDeclined,
    InsufficientFunds,
    ExpiredCard,
    IncorrectCvc,
    AuthenticationRequired,
    /// A refund that the payer's bank does not take.
    RefundFailed,
}

impl DeclineReason {
    pub const ALL: [DeclineReason; 6] = [
        DeclineReason::CardDeclined,
        DeclineReason::InsufficientFunds,
        DeclineReason::ExpiredCard,
        DeclineReason::IncorrectCvc,
        DeclineReason::AuthenticationRequired,
        DeclineReason::RefundFailed,
    ];

    /// The code that programs rely on.
    pub fn code(self) -> &'static str {
        match self {
            DeclineReason::CardDeclined => "CARD_DECLINED",
            DeclineReason::InsufficientFunds => "INSUFFICIENT_FUNDS",
            DeclineReason::ExpiredCard => "EXPIRED_CARD",
            DeclineReason::IncorrectCvc => "INCORRECT_CVC",
            DeclineReason::AuthenticationRequired => "AUTHENTICATION_REQUIRED",
            DeclineReason::RefundFailed => "REFUND_FAILED",
        }
    }

    /// The sentence people read. It never says more than the payer's bank lets a shop say.
    pub fn text(self) -> &'static str {
        match self {
            DeclineReason::CardDeclined => "The card was declined by its bank.",
            DeclineReason::InsufficientFunds => "The payment was declined: there is not enough money on the card or account.",
            DeclineReason::ExpiredCard => "The card has expired.",
            DeclineReason::IncorrectCvc => "The security code of the card is not right.",
            DeclineReason::AuthenticationRequired => "The card's bank asks its holder to confirm this payment.",
            DeclineReason::RefundFailed => "The card's bank did not take the refund. Refund it another way.",
        }
    }

    fn usual_retry(self) -> Retry {
        match self {
            DeclineReason::CardDeclined | DeclineReason::InsufficientFunds => Retry::Later,
            DeclineReason::ExpiredCard | DeclineReason::IncorrectCvc => Retry::NewMethod,
            DeclineReason::AuthenticationRequired => Retry::OnSession,
            DeclineReason::RefundFailed => Retry::Never,
        }
    }
}

/// Why the processor did not take the request at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    pub reason: RejectReason,
    /// A sentence for staff.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectReason {
    /// This connection does not claim the capability.
    Unsupported,
    /// The processor knows no such thing.
    NotFound,
    /// Its state does not allow it: captured, voided, canceled or paid already.
    WrongState,
    /// More than was authorized.
    AboveAuthorized,
    /// The hold has lapsed.
    AuthorizationExpired,
    /// More than is left of the captured amount.
    NothingRefundable,
    /// A part goes back only once the charge has settled, and it has not.
    NotSettled,
    /// Too late for a refund.
    WindowClosed,
    /// The payer disputes it, so it cannot be refunded.
    Disputed,
    /// The saved method is gone or was never this customer's.
    MethodGone,
    /// The same key came with another request: our mistake.
    KeyReused,
    /// This key was given up by [`crate::Processor::resolve`] and can never act again.
    KeyDead,
    /// The request is malformed: our mistake.
    BadRequest,
    /// The connection's keys are not taken: wrong, revoked, or lapsed. It says nothing of what was asked for.
    Credentials,
    /// The keys are known and lack the right to this.
    Forbidden,
}

impl RejectReason {
    pub fn code(self) -> &'static str {
        match self {
            RejectReason::Unsupported => "UNSUPPORTED",
            RejectReason::NotFound => "NOT_FOUND",
            RejectReason::WrongState => "WRONG_STATE",
            RejectReason::AboveAuthorized => "ABOVE_AUTHORIZED",
            RejectReason::AuthorizationExpired => "AUTHORIZATION_EXPIRED",
            RejectReason::NothingRefundable => "NOTHING_REFUNDABLE",
            RejectReason::NotSettled => "NOT_SETTLED",
            RejectReason::WindowClosed => "WINDOW_CLOSED",
            RejectReason::Disputed => "DISPUTED",
            RejectReason::MethodGone => "METHOD_GONE",
            RejectReason::KeyReused => "KEY_REUSED",
            RejectReason::KeyDead => "KEY_DEAD",
            RejectReason::BadRequest => "BAD_REQUEST",
            RejectReason::Credentials => "CREDENTIALS",
            RejectReason::Forbidden => "FORBIDDEN",
        }
    }

    /// Whether it is about our keys, and not about what was asked for: with others the same request may help.
    pub fn is_about_keys(self) -> bool {
        matches!(self, RejectReason::Credentials | RejectReason::Forbidden)
    }
}

/// What became of an attempt whose answer was lost.
#[must_use = "an unresolved attempt keeps money reserved"]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "resolved", content = "answer", rename_all = "snake_case")]
pub enum Resolved<T> {
    /// The processor has it: this is the answer that was lost, as it stands now.
    Found(Outcome<T>),
    /// It never arrived and can no longer arrive. The only answer after which a NEW attempt may be made; the old key is
    /// never used again.
    ProvenAbsent,
    /// No evidence yet: the amount stays reserved, ask again later.
    StillUnknown { why: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_on_the_wire_are_the_codes_in_the_books() {
        for reason in DeclineReason::ALL {
            let wire = serde_json::to_value(reason).expect("a reason is plain text");
            assert_eq!(wire, reason.code());
        }
        for reason in [
            RejectReason::Unsupported,
            RejectReason::NotSettled,
            RejectReason::WindowClosed,
            RejectReason::KeyDead,
            RejectReason::Forbidden,
        ] {
            assert_eq!(serde_json::to_value(reason).expect("a reason is plain text"), reason.code());
        }
    }

    #[test]
    fn an_outcome_reads_back_from_stored_evidence() {
        let all: [Outcome<u8>; 6] = [
            Outcome::Done(1),
            Outcome::Pending(2),
            Outcome::NeedsAction(Action { id: "x".into(), url: "https://pay.example/x".into() }),
            Outcome::Declined(Decline::of(DeclineReason::InsufficientFunds)),
            Outcome::rejected(RejectReason::WrongState, "it was captured already"),
            Outcome::unknown("the line went dead"),
        ];
        for outcome in all {
            let text = serde_json::to_string(&outcome).expect("an outcome is plain data");
            assert_eq!(serde_json::from_str::<Outcome<u8>>(&text).expect("reads back"), outcome, "{text}");
        }
    }
}
