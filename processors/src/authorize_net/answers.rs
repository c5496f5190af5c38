//! Authorize.Net's refusals in our words.
//!
//! Invariants: only what it says it did not do is a refusal; its own errors, a busy house and whatever cannot be read are
//! *unknown*, because it answers 200 to everything. Limits: it tells an empty account from another decline only to the
//! merchant's acquirer, so that both are *declined* here. Source: developer.authorize.net, response codes, 2026.

use super::shapes::Response;
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason, Retry};

/// What came back instead of the thing that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// It answered, and did not do it.
    Refused { code: String, text: String },
    /// No answer, or none that can be understood.
    Lost(String),
}

/// "A duplicate record … already exists."
const DUPLICATE_RECORD: &str = "E00039";
const NO_SUCH_RECORD: &str = "E00040";

impl Said {
    pub fn outcome<T>(self) -> Outcome<T> {
        let (code, text) = match self {
            Said::Lost(why) => return Outcome::unknown(why),
            Said::Refused { code, text } => (code, text),
        };
        let text = format!("Authorize.Net refused: {code} {text}");
        let reason = match code.as_str() {
            "E00001" | "E00053" | "E00104" => return Outcome::unknown(text),
            "E00005" | "E00006" | "E00007" | "E00008" | "E00010" => RejectReason::Credentials,
            // This call is not open to the login, or the house keeps no customers for this merchant.
            "E00011" | "E00044" => RejectReason::Forbidden,
            NO_SUCH_RECORD => RejectReason::NotFound,
            _ => RejectReason::BadRequest,
        };
        Outcome::rejected(reason, text)
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, Said::Refused { code, .. } if code == NO_SUCH_RECORD)
    }

    pub fn is_duplicate(&self) -> bool {
        matches!(self, Said::Refused { code, .. } if code == DUPLICATE_RECORD)
    }
}

/// What became of a request to move money.
pub enum Became<T> {
    /// Approved, or already so: nothing more was moved then.
    Approved { trans_id: String },
    /// The same was asked for before: look for it.
    Duplicate,
    /// Anything else, in our words.
    Otherwise(Outcome<T>),
}

/// "This transaction has already been voided" and "… captured".
const ALREADY: [&str; 2] = ["310", "311"];

pub fn became<T>(response: &Response) -> Became<T> {
    let (code, text) = match response.errors.first() {
        Some(fault) => (fault.error_code.as_str(), fault.error_text.as_str()),
        None => response.messages.first().map_or(("", ""), |remark| (remark.code.as_str(), remark.description.as_str())),
    };
    let refused = |reason| Became::Otherwise(Outcome::rejected(reason, format!("Authorize.Net refused: {code} {text}")));
    match (response.response_code.as_str(), code) {
        // Held for review is a transaction too: how it stands is asked next.
        ("1" | "4", _) => Became::Approved { trans_id: response.trans_id.clone() },
        (_, code) if ALREADY.contains(&code) => Became::Approved { trans_id: response.trans_id.clone() },
        ("2", code) => Became::Otherwise(Outcome::Declined(declined(code))),
        (_, "11") => Became::Duplicate,
        (_, "6" | "7" | "8" | "37" | "44" | "45" | "65" | "78") => Became::Otherwise(Outcome::Declined(declined(code))),
        (_, "13") => refused(RejectReason::Credentials),
        (_, "16" | "33") => refused(RejectReason::NotFound),
        (_, "54") => refused(RejectReason::WindowClosed),
        (_, "55") => refused(RejectReason::NothingRefundable),
        (_, "47") => refused(RejectReason::AboveAuthorized),
        (_, "5" | "18" | "38" | "39" | "103") => refused(RejectReason::BadRequest),
        // 19 to 23, 25, 26, 57 to 63 say "try again later", others were never met: it may have been done.
        _ => Became::Otherwise(Outcome::unknown(format!("Authorize.Net answered {} {code}: {text}", response.response_code))),
    }
}

/// A decline by its reason code.
pub fn declined(code: &str) -> Decline {
    let (reason, retry) = match code {
        "8" => (DeclineReason::ExpiredCard, None),
        "44" | "45" | "65" | "78" => (DeclineReason::IncorrectCvc, None),
        // Pick up the card.
        "4" => (DeclineReason::CardDeclined, Some(Retry::Never)),
        _ => (DeclineReason::CardDeclined, None),
    };
    let usual = Decline::of(reason);
    Decline { retry: retry.unwrap_or(usual.retry), ..usual }
}
