//! The one error of the engine: why an act did not happen, in words that a page, the API and a log can all use.
//!
//! Invariant: every variant but [`Error::Fault`] says that nothing was recorded or tells the caller how to find out; a
//! [`Refusal`] is something its reader can mend. Left out on purpose: outcomes of processors, which are values and
//! not errors, so that `?` cannot lose them; and status codes, which the server's `respond.rs` gives.

use books::money::{Currency, Money};
use serde_json::{Map, Value};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an act did not happen.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The state of the books forbids it; nothing happened.
    #[error("{0}")]
    Refused(Refusal),
    /// Values were wrong; nothing happened. Never empty.
    #[error("{}", .0.iter().map(|field| format!("{}: {}", field.field, field.detail)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldError>),
    /// There is no such thing, or it belongs to another business: the two look the same.
    #[error("there is no such record")]
    NotFound,
    /// Whoever asks lacks a right or a scope.
    #[error("this is not allowed: {code}")]
    Forbidden { code: &'static str },
    /// The idempotency key was used before for another request.
    #[error("this idempotency key was used for a different request")]
    IdempotencyMismatch,
    /// The request with this idempotency key is still being worked on.
    #[error("the request with this idempotency key is still running")]
    InProgress,
    /// Too much is waiting, the database is away, or the connection was lost while committing. Nothing is known to be
    /// recorded: the same request with the same idempotency key finds out.
    #[error("the database is busy or away; repeat the request with the same idempotency key")]
    Busy { retry_after_s: u32 },
    /// The disk is full. Nothing was recorded, reading goes on, and writing resumes by itself once there is room.
    #[error("the disk is full; nothing was recorded")]
    NoSpace,
    /// The database itself forbids the write: the name of the constraint, or of the guarded update that found nothing.
    #[error("the books refuse this: {constraint}")]
    Broken { constraint: String },
    /// Ours or the environment's; logged once at the border, bland outside.
    #[error("{0}")]
    Fault(String),
}

/// A named reason why an act is not possible now, with a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// As published, such as `NOTHING_DUE`.
    pub code: &'static str,
    pub detail: String,
    /// The form field at which the sentence belongs, where there is one.
    pub field: Option<&'static str>,
    /// Amounts and ids that a program can use, in minor units and TypeIDs.
    pub facts: Box<Map<String, Value>>,
}

/// One wrong value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field: `lines[2].quantity`.
    pub field: String,
    pub code: &'static str,
    pub detail: String,
}

impl Refusal {
    pub fn new(code: &'static str, detail: impl Into<String>) -> Refusal {
        Refusal { code, detail: detail.into(), field: None, facts: Box::default() }
    }

    /// The same refusal, shown at a form field.
    #[must_use]
    pub fn at(mut self, field: &'static str) -> Refusal {
        self.field = Some(field);
        self
    }

    /// The same refusal with an amount that it is about: minor units, beside the currency.
    #[must_use]
    pub fn amount(self, name: &str, amount: Money) -> Refusal {
        self.with(name, amount.minor).with("currency", amount.currency.code())
    }

    /// An amount that it is about.
    pub fn amount_of(&self, name: &str) -> Option<Money> {
        let currency = self.facts.get("currency").and_then(Value::as_str).and_then(Currency::from_code)?;
        self.facts.get(name).and_then(Value::as_i64).map(|minor| Money::new(minor, currency))
    }

    /// The same refusal with one more fact for programs.
    #[must_use]
    pub fn with(mut self, name: &str, fact: impl Into<Value>) -> Refusal {
        self.facts.insert(name.to_owned(), fact.into());
        self
    }
}

impl Error {
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Error {
        Error::Refused(Refusal::new(code, detail))
    }

    pub fn invalid(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Error {
        Error::Invalid(vec![FieldError { field: field.into(), code, detail: detail.into() }])
    }

    /// Parts that do not add up are wrong in this field; every other answer stays as it is.
    #[must_use]
    pub fn parts_in(self, field: &'static str) -> Error {
        match self {
            Error::Refused(refusal) if refusal.code == "DOES_NOT_ADD_UP" => Error::Refused(refusal.at(field)),
            other => other,
        }
    }

    /// Whether this is the breach of the named constraint.
    pub fn broke(&self, name: &str) -> bool {
        matches!(self, Error::Broken { constraint } if constraint == name)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal)
    }
}

impl From<books::money::MoneyError> for Error {
    /// Amounts from outside are checked where they come in; past that point a sum that does not fit is our fault.
    fn from(error: books::money::MoneyError) -> Error {
        Error::Fault(error.to_string())
    }
}

/// What the books refuse is refused here with the same code and sentence; what they call a fault is one.
impl From<books::refusal::Refusal> for Error {
    fn from(refusal: books::refusal::Refusal) -> Error {
        use books::refusal::Code;
        match refusal.code() {
            _ if refusal.is_fault() => Error::Fault(refusal.to_string()),
            Code::NotFound => Error::NotFound,
            Code::InvalidAmount => Error::invalid("amount", "INVALID_AMOUNT", refusal.to_string()),
            code => Error::refused(code.as_str(), refusal.to_string()),
        }
    }
}
