//! Square's payments, refunds and disputes as ours.
//!
//! Invariants: our key stands on the payment or on the order behind it, and at the end of a refund's reason, the only text that Square
//! keeps with one. A refund is under way until Square says that it is completed. Limits: a refund is asked for within
//! [`REFUND_DAYS`] of the payment.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::Money;
use serde_json::json;

use super::Square;
use super::answers::{Said, declined};
use super::banks;
use super::links::{attempt_of, cut};
use super::shapes::{Amount, BankDetails, Card, CardDetails, Disputed, Made, Page, Payment, Refunded};
use crate::amounts::Units;
use crate::capabilities::Capability;
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason};
use crate::processor::{Attempt, RefundRequest};
use crate::remote::{Charge, ChargeState, Dispute, DisputeState, MethodKind, Refund, RefundState, SavedMethod};

/// Source: developer.squareup.com, Refunds API, 2026.
pub const REFUND_DAYS: u16 = 365;
const LONGEST_REASON: usize = 150;
/// At most so many pages of disputes are read to know which payments are disputed.
const MOST_PAGES: usize = 20;

/// Reads an amount of at least zero.
pub fn money(amount: Option<&Amount>) -> Option<Money> {
    let amount = amount?;
    Units::Iso.money(amount.amount, &amount.currency).ok().filter(|money| money.minor >= 0)
}

impl Square {
    pub(super) async fn look_at_charge(&self, id: &str) -> Outcome<Charge> {
        let payment = match self.payment(id).await {
            Ok(payment) => payment,
            Err(said) => return said.outcome(),
        };
        let disputes = match self.disputes().await {
            Ok(disputes) => disputes,
            Err(said) => return said.outcome(),
        };
        self.charge_of(&payment, &disputes).await
    }

    pub(super) async fn payment(&self, id: &str) -> Result<Payment, Said> {
        let made: Made = self.line.get(&format!("/v2/payments/{id}")).await?;
        made.payment.ok_or_else(|| Said::Lost("Square answered without the payment".to_owned()))
    }

    /// All disputes of this location. Square tells of none on the payment itself.
    pub(super) async fn disputes(&self) -> Result<Vec<Disputed>, Said> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        for _ in 0..MOST_PAGES {
            let page = self.line.get::<Page>(&format!("/v2/disputes?location_id={}{cursor}", self.location)).await;
            let mut page = match page {
                Ok(page) => page,
                // The right to read disputes is granted apart: without it payments are told without them.
                Err(Said::Refused { status: 403, .. }) => return Ok(Vec::new()),
                Err(said) => return Err(said),
            };
            all.append(&mut page.disputes);
            match page.cursor {
                Some(next) => cursor = format!("&cursor={}", crate::form::escaped(&next)),
                None => break,
            }
        }
        Ok(all)
    }

    /// A payment as it stands. It is there, whatever Square refuses to tell of its order.
    pub(super) async fn charge_of(&self, payment: &Payment, disputes: &[Disputed]) -> Outcome<Charge> {
        match self.attempt_behind(payment).await {
            Ok(attempt) => charge(payment, attempt, disputes),
            Err(said) => Outcome::unknown(format!("the order of a payment could not be read: {said:?}")),
        }
    }

    /// The same of one that a list tells of, whoever took it: with its order it is refused.
    pub(super) async fn charge_listed(&self, payment: &Payment, disputes: &[Disputed]) -> Outcome<Charge> {
        match self.attempt_behind(payment).await {
            Ok(attempt) => charge(payment, attempt, disputes),
            Err(said) => said.outcome(),
        }
    }

    async fn attempt_behind(&self, payment: &Payment) -> Result<Option<AttemptId>, Said> {
        if let Some(own) = payment.reference_id.as_deref().and_then(|key| key.parse().ok()) {
            return Ok(Some(own));
        }
        match payment.order_id.as_deref().filter(|order| super::plain::<()>(order).is_ok()) {
            Some(order) => Ok(attempt_of(&self.order(order).await?)),
            None => Ok(None),
        }
    }

    pub(super) async fn give_back(&self, by: &Attempt, request: &RefundRequest) -> Outcome<Refund> {
        let found = match super::plain(&request.charge) {
            Ok(id) => self.payment(id).await,
            Err(outcome) => return outcome,
        };
        let payment = match found {
            Ok(payment) => payment,
            Err(said) => return said.outcome(),
        };
        let amount = match Units::Iso.whole(request.amount) {
            Ok(amount) => amount,
            Err(error) => return Outcome::rejected(RejectReason::BadRequest, error.to_string()),
        };
        let taken = money(payment.amount_money.as_ref());
        if taken.is_some_and(|taken| taken.currency != request.amount.currency) {
            return Outcome::rejected(RejectReason::BadRequest, "It was taken in another currency.");
        }
        if taken != Some(request.amount) && !self.can(Capability::PartialRefund) {
            return Outcome::rejected(RejectReason::Unsupported, "This connection returns all that was taken, or nothing.");
        }
        let made_at = Instant::from_rfc3339(&payment.created_at).unwrap_or(by.at);
        if by.at > made_at.plus_seconds(i64::from(REFUND_DAYS) * 86_400) {
            return Outcome::rejected(RejectReason::WindowClosed, "Square returns money for a year after the payment.");
        }
        let body = json!({
            "idempotency_key": by.key(),
            "payment_id": payment.id,
            "amount_money": { "amount": amount, "currency": request.amount.currency.code() },
            "reason": format!("{} [{}]", cut(&request.reason, LONGEST_REASON), by.key()),
        });
        match self.line.post::<Made>("/v2/refunds", &body).await {
            Ok(Made { refund: Some(refund), .. }) => match self.refund_of(&refund).await {
                Outcome::Done(refund) if refund.amount != request.amount => {
                    Outcome::rejected(RejectReason::KeyReused, "Square knows this key with another amount.")
                }
                Outcome::Done(refund) if refund.state == RefundState::Failed => {
                    Outcome::Declined(Decline::of(DeclineReason::RefundFailed))
                }
                outcome => outcome,
            },
            Ok(_) => Outcome::unknown("Square answered without the refund"),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn look_at_refund(&self, id: &str) -> Outcome<Refund> {
        match self.line.get::<Made>(&format!("/v2/refunds/{id}")).await {
            Ok(Made { refund: Some(refund), .. }) => match self.refund_told(&refund).await {
                Outcome::Pending(refund) => Outcome::Done(refund),
                outcome => outcome,
            },
            Ok(_) => Outcome::unknown("Square answered without the refund"),
            Err(said) => said.outcome(),
        }
    }

    /// A refund that we made, as it stands: *pending* until Square says more. It is there, whatever Square refuses now.
    pub(super) async fn refund_of(&self, refund: &Refunded) -> Outcome<Refund> {
        match self.refund_told(refund).await {
            Outcome::Rejected(rejection) => Outcome::unknown(rejection.text),
            outcome => outcome,
        }
    }

    /// A refund that Square told of, whoever made it. One of no payment is none of ours.
    pub(super) async fn refund_told(&self, refund: &Refunded) -> Outcome<Refund> {
        let Some(payment) = refund.payment_id.clone() else {
            return Outcome::rejected(RejectReason::NotFound, "This refund at Square gives back no payment.");
        };
        let attempt_of_charge = match super::plain::<Refund>(&payment) {
            Ok(id) => match self.payment(id).await {
                Ok(payment) => self.attempt_behind(&payment).await,
                Err(said) => Err(said),
            },
            Err(outcome) => return outcome,
        };
        let charge_attempt = match attempt_of_charge {
            Ok(attempt) => attempt,
            Err(said) => return said.outcome(),
        };
        let Some(amount) = money(refund.amount_money.as_ref()) else {
            return Outcome::unknown(format!("Square does not say enough of the refund {}", refund.id));
        };
        let state = match refund.status.as_str() {
            "COMPLETED" => RefundState::Succeeded,
            "REJECTED" | "FAILED" => RefundState::Failed,
            _ => RefundState::Pending,
        };
        let reason = refund.reason.as_deref().unwrap_or_default();
        let made = Refund {
            id: refund.id.clone(),
            attempt: key_in(reason),
            charge: payment,
            charge_attempt,
            amount,
            state,
            reason: (state == RefundState::Failed).then_some(DeclineReason::RefundFailed),
            created_at: Instant::from_rfc3339(&refund.created_at).unwrap_or(Instant(0)),
        };
        if state == RefundState::Pending { Outcome::Pending(made) } else { Outcome::Done(made) }
    }

    pub(super) async fn look_at_dispute(&self, id: &str, now: Instant) -> Outcome<Dispute> {
        match self.line.get::<Made>(&format!("/v2/disputes/{id}")).await {
            Ok(Made { dispute: Some(dispute), .. }) => self.dispute_of(&dispute, now).await,
            Ok(_) => Outcome::unknown("Square answered without the dispute"),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn dispute_of(&self, dispute: &Disputed, now: Instant) -> Outcome<Dispute> {
        let payment = &dispute.disputed_payment.payment_id;
        let found = match super::plain(payment) {
            Ok(id) => self.payment(id).await,
            Err(outcome) => return outcome,
        };
        let attempt = match found {
            Ok(payment) => self.attempt_behind(&payment).await,
            Err(said) => Err(said),
        };
        let charge_attempt = match attempt {
            Ok(attempt) => attempt,
            // The dispute names its payment, by which one of ours is known.
            Err(Said::Refused { status: 403 | 404, .. }) => None,
            Err(said) => return said.outcome(),
        };
        let Some(amount) = money(dispute.amount_money.as_ref()) else {
            return Outcome::unknown(format!("Square told no amount of the dispute {}", dispute.id));
        };
        let state = dispute_state(&dispute.state);
        Outcome::Done(Dispute {
            id: dispute.id.clone(),
            charge: payment.clone(),
            charge_attempt,
            amount,
            state,
            opened_at: Instant::from_rfc3339(&dispute.created_at).unwrap_or(now),
            closed_at: Instant::from_rfc3339(&dispute.updated_at).filter(|_| state != DisputeState::Opened),
        })
    }
}

/// What a payment says. `attempt`: ours behind it.
fn charge(payment: &Payment, attempt: Option<AttemptId>, disputes: &[Disputed]) -> Outcome<Charge> {
    let Some(amount) = money(payment.amount_money.as_ref()) else {
        return Outcome::unknown(format!("Square told no amount of the payment {}", payment.id));
    };
    let (details, bank) = (payment.card_details.clone().unwrap_or_default(), banks::behind(payment));
    let state = match payment.status.as_str() {
        "COMPLETED" => ChargeState::Captured,
        "FAILED" if bank.is_some() => ChargeState::Returned,
        "FAILED" => ChargeState::Failed,
        "CANCELED" if lapsed(payment, &details) => ChargeState::Expired,
        "CANCELED" => ChargeState::Voided,
        "APPROVED" => ChargeState::Authorized,
        _ => ChargeState::Pending,
    };
    let of_card = || details.errors.first().map_or("", |fault| &fault.code);
    let fault = bank.as_ref().map_or_else(of_card, BankDetails::fault).to_owned();
    let at = |text: &str| Instant::from_rfc3339(text);
    let created_at = at(&payment.created_at).unwrap_or(Instant(0));
    // A bank account has no timeline: it was collected when the payment last changed, days after it was asked for.
    let settled = bank.as_ref().and_then(|_| at(&payment.updated_at));
    let captured = || details.card_payment_timeline.as_ref().and_then(|line| at(line.captured_at.as_deref()?));
    let taken = settled.or_else(captured);
    let is_taken = state == ChargeState::Captured;
    let open = |dispute: &Disputed| dispute_state(&dispute.state) == DisputeState::Opened;
    let disputed = disputes.iter().any(|dispute| dispute.disputed_payment.payment_id == payment.id && open(dispute));
    let charge = Charge {
        id: payment.id.clone(),
        attempt,
        amount,
        captured: if is_taken { amount } else { Money::zero(amount.currency) },
        refunded: money(payment.refunded_money.as_ref()).unwrap_or(Money::zero(amount.currency)),
        state,
        reason: matches!(state, ChargeState::Failed | ChargeState::Returned).then(|| declined(&fault).reason),
        method: Some(match &bank {
            Some(bank) => bank.method(),
            None => method(details.card.as_ref(), payment.source_type.as_deref()),
        }),
        saved: None,
        approval_code: details.auth_result_code,
        disputed,
        created_at,
        expires_at: payment.delayed_until.as_deref().filter(|_| state == ChargeState::Authorized).and_then(at),
        captured_at: is_taken.then(|| taken.unwrap_or(created_at)),
        settled_at: settled.filter(|_| is_taken),
    };
    if state == ChargeState::Pending { Outcome::Pending(charge) } else { Outcome::Done(charge) }
}

/// Whether Square let a hold go by itself when its time was over, and not somebody before.
fn lapsed(payment: &Payment, details: &CardDetails) -> bool {
    let voided = details.card_payment_timeline.as_ref().and_then(|line| line.voided_at.as_deref());
    let ended = Instant::from_rfc3339(voided.unwrap_or(&payment.updated_at));
    let until = payment.delayed_until.as_deref().and_then(Instant::from_rfc3339);
    ended.zip(until).is_some_and(|(ended, until)| ended >= until)
}

fn dispute_state(state: &str) -> DisputeState {
    match state {
        "WON" | "INQUIRY_CLOSED" => DisputeState::Won,
        "LOST" | "ACCEPTED" => DisputeState::Lost,
        _ => DisputeState::Opened,
    }
}

/// Our key at the end of a refund's reason: `one item returned [att_…]`.
fn key_in(reason: &str) -> Option<AttemptId> {
    reason.strip_suffix(']')?.rsplit_once('[')?.1.parse().ok()
}

pub(super) fn method(card: Option<&Card>, source: Option<&str>) -> SavedMethod {
    let Some(card) = card else {
        let brand = if source == Some("CARD") { "Card" } else { "Square" };
        return SavedMethod {
            id: String::new(),
            kind: MethodKind::Card,
            brand: brand.into(),
            last4: String::new(),
            expires: None,
        };
    };
    let brand = match card.card_brand.as_deref() {
        Some("VISA") => "Visa",
        Some("MASTERCARD") => "Mastercard",
        Some("AMERICAN_EXPRESS") => "American Express",
        Some("DISCOVER" | "DISCOVER_DINERS") => "Discover",
        Some("JCB") => "JCB",
        Some("CHINA_UNIONPAY") => "UnionPay",
        Some("SQUARE_GIFT_CARD") => "Square gift card",
        Some("INTERAC") => "Interac",
        _ => "Card",
    };
    SavedMethod {
        id: String::new(),
        kind: MethodKind::Card,
        brand: brand.to_owned(),
        last4: card.last_4.clone().unwrap_or_default(),
        expires: card.exp_year.zip(card.exp_month),
    }
}
