//! What PayPal says of a payer's dispute.
//!
//! Invariants: a dispute is lost only when PayPal says that the payer was right; everything else that is resolved was won. It names the
//! payment; what we know that by is asked for: its order, the invoice of PayPal's that it paid, or itself.
//! Source: developer.paypal.com, Disputes API v1, 2026. Left out on purpose: answering it, which is done in PayPal's pages.

use books::calendar::Instant;
use books::ids::AttemptId;

use super::PayPal;
use super::amounts;
use super::answers::Said;
use super::charges::{attempt_behind, order_of};
use super::orders::attempt_in;
use super::shapes::{Capture, DisputeList, Disputed, DisputedTransaction};
use crate::outcome::Outcome;
use crate::remote::{Dispute, DisputeState};

impl PayPal {
    pub(super) async fn look_at_dispute(&self, id: &str, now: Instant) -> Outcome<Dispute> {
        let dispute: Disputed = match self.line.get(&format!("/v1/customer/disputes/{id}"), now).await {
            Ok(dispute) => dispute,
            Err(said) => return said.outcome(),
        };
        let about = dispute.disputed_transactions.first().filter(|about| super::is_plain(&about.seller_transaction_id));
        let (Some(about), Some(amount)) = (about, amounts::read(dispute.dispute_amount.as_ref())) else {
            return Outcome::unknown(format!("PayPal does not say what the dispute {id} is about"));
        };
        let (charge, charge_attempt) = match self.charge_disputed(about, now).await {
            Ok(found) => found,
            Err(said) => return said.outcome(),
        };
        let state = state(&dispute);
        let at = |text: Option<&str>| text.and_then(Instant::from_rfc3339);
        Outcome::Done(Dispute {
            id: dispute.dispute_id.clone(),
            charge,
            charge_attempt,
            amount,
            state,
            opened_at: at(dispute.create_time.as_deref()).unwrap_or(now),
            closed_at: at(dispute.update_time.as_deref()).filter(|_| state != DisputeState::Opened),
        })
    }

    /// What the disputed payment is called by us, and the attempt behind it. What paid an invoice of PayPal's belongs to no order and
    /// carries no key of ours, and may not be shown by itself: its number leads to the invoice, which names the payment.
    async fn charge_disputed(&self, about: &DisputedTransaction, now: Instant) -> Result<(String, Option<AttemptId>), Said> {
        let payment = &about.seller_transaction_id;
        let capture = match self.line.get::<Capture>(&format!("/v2/payments/captures/{payment}"), now).await {
            Err(said) if !said.is_missing() && !said.is_forbidden() => return Err(said),
            answer => answer,
        };
        let known = capture.as_ref().ok().filter(|it| order_of(it) != it.id || attempt_behind(it).is_some());
        let number = about.invoice_number.clone().or_else(|| capture.as_ref().ok()?.invoice_id.clone());
        if let (None, Some(number)) = (known, number)
            && let Some(invoice) = self.paid_by(payment, &number, now).await?
        {
            return Ok((invoice.id, attempt_in(invoice.detail.reference.as_deref())));
        }
        capture.map(|capture| (order_of(&capture), attempt_behind(&capture)))
    }

    /// Whether a dispute about this payment is open. PayPal tells of one only when it is asked about the payment.
    pub(super) async fn is_disputed(&self, payment: &str, now: Instant) -> Result<bool, Said> {
        let path = format!("/v1/customer/disputes?disputed_transaction_id={payment}");
        match self.line.get::<DisputeList>(&path, now).await {
            Ok(list) => Ok(list.items.iter().any(|dispute| dispute.status != "RESOLVED")),
            // The right to read disputes is granted apart: without it the charge is told without them.
            Err(said) if said.is_missing() || said.is_forbidden() => Ok(false),
            Err(said) => Err(said),
        }
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
