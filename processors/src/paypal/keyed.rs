//! What staff took in PayPal's Virtual Terminal, a program apart from its API: a capture without an order, known by our reference
//! in its invoice number.
//!
//! Invariants: such a charge is known by the id of its capture; what is no attempt's reference is not ours. Limits: what went back of
//! one in parts is read from the newest refund that PayPal told of in the last 30 days, else from its record of movements, where the
//! app may read it. No real account was asked: its pages say that
//! the terminal's invoice number is the capture's.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::Money;

use super::PayPal;
use super::amounts;
use super::answers::{Said, of_bank};
use super::charges::{at, state_of_capture};
use super::movements::{Movement, Status};
use super::orders::attempt_in;
use super::resolving::made_at;
use super::shapes::{Capture, Event, Refunded};
use crate::outcome::{Outcome, RejectReason};
use crate::processor::Attempt;
use crate::remote::{Charge, ChargeState};

/// The attempt whose reference a capture carries that belongs to no order. People copied it: spaces around it and capitals are let go,
/// which lead to no other attempt.
pub fn attempt_of(custom: Option<&str>, invoice: Option<&str>) -> Option<AttemptId> {
    attempt_in(custom).or_else(|| attempt_in(Some(&invoice?.trim().to_ascii_lowercase())))
}

/// The capture that a message tells of, if it was keyed by staff for an attempt of ours.
pub fn told(event: &Event) -> Option<(String, AttemptId)> {
    let resource = &event.resource;
    let ordered = resource.supplementary_data.as_ref().is_some_and(|data| data.related_ids.order_id.is_some());
    let is_refund = event.event_type.ends_with(".REFUNDED");
    if ordered || is_refund || !event.event_type.starts_with("PAYMENT.CAPTURE.") {
        return None;
    }
    let attempt = attempt_of(resource.custom_id.as_deref(), resource.invoice_id.as_deref())?;
    Some((resource.id.clone()?, attempt))
}

impl PayPal {
    pub(super) async fn keyed(&self, by: &Attempt) -> Outcome<Charge> {
        let events = match self.told(made_at(by), by.at).await {
            Ok(events) => events,
            Err(said) => return said.outcome(),
        };
        let mut ids: Vec<String> =
            events.iter().rev().filter_map(told).filter(|(_, of)| *of == by.id).map(|(id, _)| id).collect();
        ids.dedup();
        let mut given_back = None;
        for id in ids {
            match self.look_at_capture(&id, by.at).await {
                Outcome::Done(charge) | Outcome::Pending(charge) if charge.state == ChargeState::Failed => {}
                // Keyed by mistake and refunded at once: one that stands goes before it.
                Outcome::Done(charge) if charge.refunded == charge.amount => {
                    given_back.get_or_insert(charge);
                }
                found => return found,
            }
        }
        if let Some(charge) = given_back {
            return Outcome::Done(charge);
        }
        Outcome::rejected(RejectReason::NotFound, "Nothing was taken in PayPal's terminal by this reference so far.")
    }

    /// A charge by the id of its capture.
    pub(super) async fn look_at_capture(&self, id: &str, now: Instant) -> Outcome<Charge> {
        let capture: Capture = match self.line.get(&format!("/v2/payments/captures/{id}"), now).await {
            Ok(capture) => capture,
            Err(said) => return said.outcome(),
        };
        let Some(amount) = amounts::read(capture.amount.as_ref()) else {
            return Outcome::unknown(format!("PayPal told no amount of the capture {id}"));
        };
        let (refunded, disputed) = match (self.gone_back(&capture, amount, now).await, self.is_disputed(id, now).await) {
            (Ok(refunded), Ok(disputed)) => (refunded, disputed),
            (Err(said), _) | (_, Err(said)) => return said.outcome(),
        };
        let charge = of_capture(&capture, amount, refunded, disputed, now);
        if charge.state == ChargeState::Pending { Outcome::Pending(charge) } else { Outcome::Done(charge) }
    }

    async fn gone_back(&self, capture: &Capture, amount: Money, now: Instant) -> Result<Money, Said> {
        match capture.status.as_str() {
            "REFUNDED" => return Ok(amount),
            "PARTIALLY_REFUNDED" => {}
            _ => return Ok(Money::zero(amount.currency)),
        }
        let since = at(capture.create_time.as_deref()).unwrap_or(now).max(now.plus_seconds(-super::events::LIST_DAYS * 86_400));
        let events = self.told(since, now).await?;
        let returns = |event: &&Event| {
            let up = event.resource.links.iter().find(|link| link.rel == "up").and_then(|link| link.href.rsplit('/').next());
            event.event_type == "PAYMENT.CAPTURE.REFUNDED" && up == Some(capture.id.as_str())
        };
        let Some(newest) = events.iter().rev().find(returns).and_then(|event| event.resource.id.as_deref()) else {
            return self.gone_back_before(capture, amount, now).await;
        };
        let refund: Refunded = self.line.get(&format!("/v2/payments/refunds/{newest}"), now).await?;
        let total = refund.seller_payable_breakdown.and_then(|breakdown| breakdown.total_refunded_amount);
        amounts::read(total.as_ref()).ok_or_else(|| Said::Lost(format!("PayPal told no sum of the refunds up to {newest}")))
    }

    /// What went back longer ago than PayPal's list of messages reaches: its record of movements has it.
    async fn gone_back_before(&self, capture: &Capture, amount: Money, now: Instant) -> Result<Money, Said> {
        let lost = || Said::Lost(format!("PayPal does not say what went back of the capture {}", capture.id));
        let since = at(capture.create_time.as_deref()).ok_or_else(lost)?;
        let all = self.movements(since, now, now).await.map_err(|_| lost())?;
        let returns = |it: &&Movement| {
            matches!(it.code.as_str(), "T1106" | "T1107")
                && it.status == Status::Done
                && it.currency == amount.currency
                && it.about.as_deref() == Some(capture.id.as_str())
        };
        let minor: i64 = all.iter().filter(returns).map(|it| -it.amount).sum();
        if (1..=amount.minor).contains(&minor) { Ok(Money::new(minor, amount.currency)) } else { Err(lost()) }
    }
}

fn of_capture(capture: &Capture, amount: Money, refunded: Money, disputed: bool, now: Instant) -> Charge {
    let state = state_of_capture(&capture.status);
    let code = capture.processor_response.as_ref().and_then(|response| response.response_code.as_deref());
    let made = at(capture.create_time.as_deref());
    let taken = state == ChargeState::Captured;
    Charge {
        id: capture.id.clone(),
        attempt: attempt_of(capture.custom_id.as_deref(), capture.invoice_id.as_deref()),
        amount,
        captured: if taken { amount } else { Money::zero(amount.currency) },
        refunded,
        state,
        reason: (state == ChargeState::Failed).then(|| of_bank(code).reason),
        // PayPal says nothing of the card that was keyed.
        method: None,
        saved: None,
        approval_code: None,
        disputed,
        created_at: made.unwrap_or(now),
        expires_at: None,
        captured_at: made.filter(|_| taken),
        settled_at: None,
    }
}
