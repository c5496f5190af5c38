//! What PayPal says of a payer's dispute.
//!
//! Invariant: a dispute is lost only when PayPal says that the payer was right; everything else that is resolved was won.
//! Source: developer.paypal.com, Disputes API v1, 2026. Left out on purpose: answering it, which is done in PayPal's pages.

use books::calendar::Instant;

use super::PayPal;
use super::amounts;
use super::charges::{attempt_behind, order_of};
use super::shapes::{Capture, Disputed};
use crate::outcome::Outcome;
use crate::remote::{Dispute, DisputeState};

impl PayPal {
    pub(super) async fn look_at_dispute(&self, id: &str, now: Instant) -> Outcome<Dispute> {
        let dispute: Disputed = match self.line.get(&format!("/v1/customer/disputes/{id}"), now).await {
            Ok(dispute) => dispute,
            Err(said) => return said.outcome(),
        };
        let about = dispute.disputed_transactions.first().map(|about| about.seller_transaction_id.as_str());
        let (Some(capture), Some(amount)) =
            (about.filter(|id| super::is_plain(id)), amounts::read(dispute.dispute_amount.as_ref()))
        else {
            return Outcome::unknown(format!("PayPal does not say what the dispute {id} is about"));
        };
        let capture: Capture = match self.line.get(&format!("/v2/payments/captures/{capture}"), now).await {
            Ok(capture) => capture,
            Err(said) => return said.outcome(),
        };
        let state = state(&dispute);
        let at = |text: Option<&str>| text.and_then(Instant::from_rfc3339);
        Outcome::Done(Dispute {
            id: dispute.dispute_id.clone(),
            charge: order_of(&capture),
            charge_attempt: attempt_behind(&capture),
            amount,
            state,
            opened_at: at(dispute.create_time.as_deref()).unwrap_or(now),
            closed_at: at(dispute.update_time.as_deref()).filter(|_| state != DisputeState::Opened),
        })
    }
}

fn state(dispute: &Disputed) -> DisputeState {
    let outcome = dispute.dispute_outcome.as_ref().map(|outcome| outcome.outcome_code.as_str());
    match (dispute.status.as_str(), outcome) {
        ("RESOLVED", Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED")) => DisputeState::Lost,
        ("RESOLVED", _) => DisputeState::Won,
        _ => DisputeState::Opened,
    }
}
