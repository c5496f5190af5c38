//! Square's refusals in our words.
//!
//! Invariants: only what Square says it did not do is a refusal; its own errors, a key still at work and everything that
//! cannot be read are *unknown*. Source: the error codes of Square's OpenAPI file.

use super::shapes::Trouble;
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason, Retry};

/// What came back instead of the thing that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Square answered, and did not do it.
    Refused { status: u16, trouble: Trouble },
    /// No answer, or none that can be understood.
    Lost(String),
}

impl Said {
    pub fn outcome<T>(self) -> Outcome<T> {
        let (status, trouble) = match self {
            Said::Lost(why) => return Outcome::unknown(why),
            Said::Refused { status, trouble } => (status, trouble),
        };
        let fault = trouble.errors.first().cloned().unwrap_or_default();
        let text = format!("Square refused: {} {}", fault.code, fault.detail.unwrap_or_default());
        let reason = match (fault.category.as_str(), fault.code.as_str(), status) {
            ("API_ERROR" | "RATE_LIMIT_ERROR", ..) | (_, "CONFLICT" | "RATE_LIMITED", _) | (.., 429 | 500..) => {
                return Outcome::unknown(text);
            }
            (_, "REFUND_DECLINED", _) => return Outcome::Declined(Decline::of(DeclineReason::RefundFailed)),
            ("PAYMENT_METHOD_ERROR", code, _) => return Outcome::Declined(declined(code)),
            (_, "IDEMPOTENCY_KEY_REUSED", _) => RejectReason::KeyReused,
            (_, "REFUND_AMOUNT_INVALID", _) => RejectReason::NothingRefundable,
            (_, "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE", _) => RejectReason::Disputed,
            (_, "PAYMENT_NOT_REFUNDABLE" | "REFUND_ALREADY_PENDING" | "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION", _) => {
                RejectReason::WrongState
            }
            (_, "APPLICATION_DISABLED", _) | (.., 401) => RejectReason::Credentials,
            // Square counts a missing right among the errors of authentication too.
            (.., 403) => RejectReason::Forbidden,
            ("AUTHENTICATION_ERROR", ..) => RejectReason::Credentials,
            (_, "NOT_FOUND" | "CUSTOMER_NOT_FOUND", _) | (.., 404) => RejectReason::NotFound,
            _ => RejectReason::BadRequest,
        };
        Outcome::rejected(reason, text)
    }

    /// Somebody changed the thing between our look and our change.
    pub fn is_overtaken(&self) -> bool {
        let Said::Refused { status, trouble } = self else { return false };
        *status == 409 || trouble.errors.iter().any(|fault| matches!(fault.code.as_str(), "VERSION_MISMATCH" | "CONFLICT"))
    }
}

/// Why the payer's bank said no.
pub fn declined(code: &str) -> Decline {
    let (reason, retry) = match code {
        "CARD_EXPIRED" | "INVALID_EXPIRATION" | "EXPIRATION_FAILURE" | "BAD_EXPIRATION" => {
            (DeclineReason::ExpiredCard, Retry::NewMethod)
        }
        "CVV_FAILURE" | "VERIFY_CVV_FAILURE" => (DeclineReason::IncorrectCvc, Retry::NewMethod),
        "INSUFFICIENT_FUNDS" => (DeclineReason::InsufficientFunds, Retry::Later),
        "CARD_DECLINED_VERIFICATION_REQUIRED" => (DeclineReason::AuthenticationRequired, Retry::OnSession),
        "CARD_DECLINED_CALL_ISSUER" | "PAN_FAILURE" | "VOICE_FAILURE" => (DeclineReason::CardDeclined, Retry::Never),
        "INVALID_ACCOUNT" | "CARD_NOT_SUPPORTED" | "ADDRESS_VERIFICATION_FAILURE" => {
            (DeclineReason::CardDeclined, Retry::NewMethod)
        }
        _ => (DeclineReason::CardDeclined, Retry::Later),
    };
    Decline { retry, ..Decline::of(reason) }
}
