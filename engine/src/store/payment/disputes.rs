//! What is known of a payment's disputes: each by the processor's own id, as it was told of last, and what of it stands in the books.
//!
//! Invariants: the list only grows, and whatever is learned changes its text, so that whoever has read it sees whether something was
//! learned since. What the payment says of its disputes as a whole follows from it. Limits: a payment that was disputed before there
//! was a list has one dispute without an id, which the first that is told of takes over.

use books::dispute::DisputeState;
use books::ids::EntryId;
use serde::{Deserialize, Serialize};

use super::Payment;
use crate::error::{Error, Result};

/// One dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownDispute {
    /// The processor's own id of it.
    pub id: String,
    pub state: DisputeState,
    /// What of the payment it holds, gave back or took, in minor units.
    pub amount: i64,
    /// The return that it was lost by, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<EntryId>,
    /// How often it was told of otherwise than before.
    pub turns: u32,
}

impl Payment {
    pub fn known_disputes(&self) -> Result<Vec<KnownDispute>> {
        let unreadable = |text: &str| Error::Fault(format!("the disputes of {}: {text}", self.id));
        match (&self.disputes, &self.dispute) {
            (Some(text), _) => serde_json::from_str(text).map_err(|error| unreadable(&error.to_string())),
            (None, Some(word)) => {
                let state = word.parse().map_err(|_| unreadable(word))?;
                let amount = self.disputed_amount.unwrap_or(self.amount);
                Ok(vec![KnownDispute { id: String::new(), state, amount, returned: None, turns: 0 }])
            }
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Keeps the list, and what follows from it: one that is open goes before one that was lost, and that before one that was won.
    pub(crate) fn keep_disputes(&mut self, all: &[KnownDispute]) {
        let of = |state: DisputeState| all.iter().filter(move |one| one.state == state).map(|one| one.amount);
        let worst = [DisputeState::Opened, DisputeState::Lost, DisputeState::Won];
        let state = worst.into_iter().find(|state| of(*state).next().is_some());
        self.lost = of(DisputeState::Lost).sum();
        self.disputed = matches!(state, Some(DisputeState::Opened | DisputeState::Lost));
        self.disputed_amount = state.map(|state| of(state).sum());
        self.dispute = state.map(|state| state.to_string());
        self.disputes = Some(serde_json::json!(all).to_string());
    }
}

#[cfg(test)]
mod tests {
    use books::calendar::Instant;
    use books::ids::{BusinessId, CustomerId, PaymentId};
    use books::money::Currency;
    use uuid::Uuid;

    use super::DisputeState::{Lost, Opened, Won};
    use super::*;

    fn payment() -> Payment {
        let usd = Currency::from_code("USD").expect("a currency");
        Payment::fresh(BusinessId(Uuid::nil()), PaymentId(Uuid::nil()), CustomerId(Uuid::nil()), usd, Instant(0))
    }

    #[test]
    fn a_payment_says_the_worst_of_its_disputes_and_what_they_come_to() {
        for (all, said, disputed, lost) in [
            (vec![], (None, None), false, 0),
            (vec![(Won, 70)], (Some("won"), Some(70)), false, 0),
            (vec![(Won, 70), (Opened, 30)], (Some("opened"), Some(30)), true, 0),
            (vec![(Lost, 70), (Opened, 20), (Opened, 10)], (Some("opened"), Some(30)), true, 70),
            (vec![(Won, 5), (Lost, 70)], (Some("lost"), Some(70)), true, 70),
        ] {
            let one = |(state, amount)| KnownDispute { id: "dp".into(), state, amount, returned: None, turns: 1 };
            let all: Vec<KnownDispute> = all.into_iter().map(one).collect();
            let mut payment = payment();
            payment.keep_disputes(&all);
            assert_eq!((payment.dispute.as_deref(), payment.disputed_amount), said, "{all:?}");
            assert_eq!((payment.disputed, payment.lost), (disputed, lost), "{all:?}");
            assert_eq!(payment.known_disputes().expect("it was just written"), all);
        }
    }

    #[test]
    fn one_from_before_there_was_a_list_has_no_id() {
        let before = Payment { dispute: Some("lost".into()), disputed_amount: Some(70), ..payment() };
        let known = before.known_disputes().expect("words that were kept");
        assert_eq!(known, [KnownDispute { id: String::new(), state: Lost, amount: 70, returned: None, turns: 0 }]);
    }
}
