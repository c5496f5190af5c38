//! Money over the counter: a check with its details, or cash with its change.
//!
//! It is recorded as money that came outside a processor; what is asked for in addition is what a person at the counter must
//! not forget. Left out: cards, which a processor authorizes first.

use books::calendar::Day;
use books::capability;
use books::ids::PaymentId;
use books::payment::change;

use super::call::{Call, Done};
use super::check;
use super::record_payment::{Received, record_payment};
use super::request_payment::allowed;
use crate::db::Db;
use crate::error::Result;

/// What was handed over.
#[derive(Debug, Clone)]
pub enum Tender {
    Check {
        number: Option<String>,
        bank: Option<String>,
        dated_on: Option<Day>,
    },
    /// Minor units that were handed over, at least the amount.
    Cash {
        tendered: Option<i64>,
    },
}

impl Tender {
    /// What is to be given back of cash that was handed over for an amount; none for a check.
    pub fn change(&self, amount: i64) -> Option<i64> {
        match self {
            Tender::Cash { tendered } => tendered.and_then(|tendered| change(tendered, amount)),
            Tender::Check { .. } => None,
        }
    }

    fn missing(&self, amount: i64) -> Option<&'static str> {
        match self {
            Tender::Check { number, .. } if number.as_deref().is_none_or(|number| number.trim().is_empty()) => {
                Some("the number of the check")
            }
            Tender::Cash { .. } if self.change(amount).is_none() => Some("the amount tendered, at least what is paid"),
            _ => None,
        }
    }

    /// As the payment and its receipt name it: `1007, Harbor Bank, 2026-01-15`.
    fn reference(&self) -> Option<String> {
        let Tender::Check { number, bank, dated_on } = self else { return None };
        let parts = [number.clone(), bank.clone(), dated_on.map(|day| day.to_string())];
        Some(parts.into_iter().flatten().map(|part| part.trim().to_owned()).collect::<Vec<_>>().join(", "))
    }
}

/// Records it. Refuses MISSING_DETAIL and what [`record_payment`] refuses. `received`'s kind and reference are replaced.
/// Idempotent by key.
pub async fn take_in_person(db: &Db, call: &Call, received: Received, tender: Tender) -> Result<Done<PaymentId>> {
    check::amount("amount", received.amount)?;
    let missing = tender.missing(received.amount);
    let kind = match &tender {
        Tender::Check { bank, number, .. } => {
            allowed(capability::process_check(missing))?;
            check::short("method.number", number.as_deref())?;
            check::short("method.bank", bank.as_deref())?;
            "check"
        }
        Tender::Cash { .. } => {
            allowed(capability::process_cash(missing))?;
            "cash"
        }
    };
    let tendered = if let Tender::Cash { tendered } = tender { tendered } else { None };
    record_payment(db, call, Received { kind: kind.to_owned(), reference: tender.reference(), tendered, ..received }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_in_words() {
        let check = |number: &str| Tender::Check { number: Some(number.to_owned()), bank: None, dated_on: None };
        assert_eq!(check("1007").missing(500), None);
        assert_eq!(check(" ").missing(500), Some("the number of the check"));
        let cash = |tendered| Tender::Cash { tendered };
        assert_eq!((cash(Some(600)).missing(500), cash(Some(600)).change(500)), (None, Some(100)));
        assert!(cash(Some(499)).missing(500).is_some() && cash(None).missing(500).is_some());
    }
}
