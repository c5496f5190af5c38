//! PayPal's refusals in our words.
//!
//! Invariants: only what PayPal says it did not do is a refusal; an answer of 5xx, a call still in progress and everything
//! that cannot be read is *unknown*. Source: the issues named in PayPal's OpenAPI files, 2024, and its list of processor
//! response codes.

use super::shapes::Trouble;
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason, Retry};

/// What came back instead of the thing that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// PayPal answered, and did not do it.
    Refused { status: u16, trouble: Trouble },
    /// No answer, or none that can be understood.
    Lost(String),
}

impl Said {
    /// PayPal's word for what is wrong; empty when nothing was heard.
    pub fn issue(&self) -> &str {
        match self {
            Said::Refused { trouble, .. } => trouble.issue(),
            Said::Lost(_) => "",
        }
    }

    pub fn is(&self, issues: &[&str]) -> bool {
        issues.contains(&self.issue())
    }

    /// Whether it refused with this in its sentence: some refusals have no word of their own.
    pub fn says(&self, sentence: &str) -> bool {
        matches!(self, Said::Refused { trouble, .. }
            if trouble.message.contains(sentence) || trouble.details.iter().any(|it| it.issue.contains(sentence)))
    }

    /// The refusal of a call about money coming in, or about no money at all.
    pub fn outcome<T>(self) -> Outcome<T> {
        let Said::Refused { status, trouble } = self else { return self.unheard() };
        match declined(trouble.issue()) {
            Some((reason, retry)) => Outcome::Declined(Decline { retry, ..Decline::of(reason) }),
            None => rejected(status, &trouble),
        }
    }

    /// PayPal knows no such thing.
    pub fn is_missing(&self) -> bool {
        matches!(self, Said::Refused { status: 404, .. })
    }

    /// PayPal did not give this app the right to it, or it is another app's.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Said::Refused { status: 403, .. })
    }

    /// The refusal of a refund: the payer's side refusing it is told as such.
    pub fn outcome_of_refund<T>(self) -> Outcome<T> {
        let Said::Refused { status, trouble } = self else { return self.unheard() };
        match trouble.issue() {
            "REFUND_FAILED_INSUFFICIENT_FUNDS"
            | "TRANSACTION_REFUSED"
            | "PAYER_ACCOUNT_LOCKED_OR_CLOSED"
            | "PAYER_CANNOT_PAY" => Outcome::Declined(Decline::of(DeclineReason::RefundFailed)),
            _ => rejected(status, &trouble),
        }
    }

    fn unheard<T>(self) -> Outcome<T> {
        match self {
            Said::Lost(why) => Outcome::unknown(why),
            Said::Refused { trouble, .. } => Outcome::unknown(trouble.text()),
        }
    }
}

fn declined(issue: &str) -> Option<(DeclineReason, Retry)> {
    Some(match issue {
        "INSTRUMENT_DECLINED"
        | "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR"
        | "PAYER_CANNOT_PAY"
        | "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"
        | "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED" => (DeclineReason::CardDeclined, Retry::NewMethod),
        "CARD_EXPIRED" | "REFERENCED_CARD_EXPIRED" => (DeclineReason::ExpiredCard, Retry::NewMethod),
        "TRANSACTION_REFUSED"
        | "PAYER_ACCOUNT_RESTRICTED"
        | "PAYER_ACCOUNT_LOCKED_OR_CLOSED"
        | "COMPLIANCE_VIOLATION"
        | "TRANSACTION_BLOCKED_BY_PAYEE"
        | "TRANSACTION_LIMIT_EXCEEDED" => (DeclineReason::CardDeclined, Retry::Never),
        "PAYER_ACTION_REQUIRED" => (DeclineReason::AuthenticationRequired, Retry::OnSession),
        _ => return None,
    })
}

fn rejected<T>(status: u16, trouble: &Trouble) -> Outcome<T> {
    let reason = match (trouble.issue(), status) {
        ("PREVIOUS_REQUEST_IN_PROGRESS" | "ORDER_COMPLETION_IN_PROGRESS", _) | (_, 409 | 429 | 500..) => {
            return Outcome::unknown(trouble.text());
        }
        (
            "AUTHORIZATION_ALREADY_CAPTURED"
            | "AUTHORIZATION_VOIDED"
            | "AUTHORIZATION_DENIED"
            | "PREVIOUSLY_CAPTURED"
            | "PREVIOUSLY_VOIDED"
            | "CANNOT_BE_VOIDED"
            | "MAX_CAPTURE_COUNT_EXCEEDED"
            | "PENDING_CAPTURE"
            | "ORDER_ALREADY_CAPTURED"
            | "ORDER_ALREADY_AUTHORIZED"
            | "ORDER_ALREADY_COMPLETED"
            | "ORDER_COMPLETED_OR_VOIDED"
            | "ORDER_NOT_APPROVED"
            | "ACTION_DOES_NOT_MATCH_INTENT"
            | "ORDER_EXPIRED"
            | "INVOICE_CANCELED_ALREADY"
            | "CANNOT_CANCEL_PAID_INVOICE"
            | "CANNOT_CANCEL_REFUNDED_INVOICE"
            | "CANNOT_REMIND_INVOICE"
            | "REFUND_NOT_ALLOWED"
            | "REFUND_IS_RESTRICTED"
            | "PARTIAL_REFUND_NOT_ALLOWED"
            | "MAX_NUMBER_OF_REFUNDS_EXCEEDED"
            | "DUPLICATE_INVOICE_ID"
            | "DUPLICATE_INVOICE_NUMBER",
            _,
        ) => RejectReason::WrongState,
        ("AUTHORIZATION_EXPIRED", _) => RejectReason::AuthorizationExpired,
        ("MAX_CAPTURE_AMOUNT_EXCEEDED" | "AUTHORIZATION_AMOUNT_EXCEEDED", _) => RejectReason::AboveAuthorized,
        ("REFUND_AMOUNT_EXCEEDED" | "CAPTURE_FULLY_REFUNDED", _) => RejectReason::NothingRefundable,
        ("REFUND_TIME_LIMIT_EXCEEDED", _) => RejectReason::WindowClosed,
        ("TRANSACTION_DISPUTED" | "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", _) => RejectReason::Disputed,
        ("TOKEN_ID_NOT_FOUND" | "TOKEN_EXPIRED" | "MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE", _) => RejectReason::MethodGone,
        ("DUPLICATE_REQUEST_ID", _) => RejectReason::KeyReused,
        ("invalid_client", _) | (_, 401) => RejectReason::Credentials,
        ("PERMISSION_DENIED" | "NOT_AUTHORIZED", _) | (_, 403) => RejectReason::Forbidden,
        (_, 404) => RejectReason::NotFound,
        _ => RejectReason::BadRequest,
    };
    Outcome::rejected(reason, trouble.text())
}

/// Why a card's own bank said no: `processor_response.response_code` of a payment that PayPal calls declined.
pub fn of_bank(code: Option<&str>) -> Decline {
    let (reason, retry) = match code.unwrap_or_default() {
        "5120" => (DeclineReason::InsufficientFunds, Retry::Later),
        "5400" => (DeclineReason::ExpiredCard, Retry::NewMethod),
        "00N7" | "PCVV" => (DeclineReason::IncorrectCvc, Retry::NewMethod),
        "9500" | "9510" | "9520" | "9530" | "9540" => (DeclineReason::CardDeclined, Retry::Never),
        _ => (DeclineReason::CardDeclined, Retry::Later),
    };
    Decline { retry, ..Decline::of(reason) }
}
