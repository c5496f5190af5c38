//! What PayPal's orders, authorizations and captures say, as one charge; and what is done with one: taking what is held,
//! letting it go, returning it.
//!
//! Invariants: the state is read from the capture or the authorization, never from the order, which is *completed* also
//! when the card was declined; a part that was declined was never taken. Source: developer.paypal.com, card testing, 2026.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::Money;
use serde::Serialize;

use super::PayPal;
use super::amounts::{self, Amount};
use super::answers::{Said, of_bank};
use super::orders::{attempt_in, attempt_of, cut, made_at, unit};
use super::shapes::{Authorization, Capture, Order, PaidWith, Refunded};
use super::{keyed, vault};
use crate::capabilities::Capability;
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason};
use crate::processor::{Attempt, CaptureRequest, RefundRequest};
use crate::remote::{Charge, ChargeState, MethodKind, Refund, RefundState, SavedMethod};

/// The charge on an order. None: nobody has paid it yet.
pub fn of_order(order: &Order, now: Instant) -> Option<Charge> {
    let unit = unit(order);
    let amount = amounts::read(unit.amount.as_ref())?;
    let (capture, hold) = (unit.payments.captures.last(), unit.payments.authorizations.last());
    let expires_at = hold.and_then(|hold| at(hold.expiration_time.as_deref()));
    let state = match (capture, hold) {
        (Some(capture), _) => state_of_capture(&capture.status),
        (None, Some(hold)) => state_of_hold(hold, expires_at, now),
        (None, None) => return None,
    };
    let captured = capture.filter(|_| state == ChargeState::Captured).and_then(|capture| amounts::read(capture.amount.as_ref()));
    let bank = capture.map_or_else(|| hold.and_then(|it| it.processor_response.as_ref()), |it| it.processor_response.as_ref());
    let reason =
        (state == ChargeState::Failed).then(|| of_bank(bank.and_then(|response| response.response_code.as_deref())).reason);
    Some(Charge {
        id: order.id.clone(),
        attempt: attempt_of(order),
        amount,
        captured: captured.unwrap_or(Money::zero(amount.currency)),
        refunded: refunded(&unit.payments.refunds, amount),
        state,
        reason,
        method: order.payment_source.as_ref().map(|with| method(with, String::new())),
        saved: order.payment_source.as_ref().and_then(saved),
        approval_code: None,
        disputed: false,
        created_at: made_at(order),
        expires_at: expires_at.filter(|_| matches!(state, ChargeState::Authorized | ChargeState::Expired)),
        captured_at: captured.and(capture).and_then(|capture| at(capture.create_time.as_deref())),
        settled_at: None,
    })
}

pub(super) fn state_of_capture(status: &str) -> ChargeState {
    match status {
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => ChargeState::Captured,
        "DECLINED" | "FAILED" => ChargeState::Failed,
        "REVERSED" => ChargeState::Returned,
        _ => ChargeState::Pending,
    }
}

fn state_of_hold(hold: &Authorization, expires_at: Option<Instant>, now: Instant) -> ChargeState {
    match hold.status.as_str() {
        "CREATED" | "VOIDED" if expires_at.is_some_and(|end| now >= end) => ChargeState::Expired,
        "CREATED" => ChargeState::Authorized,
        "VOIDED" => ChargeState::Voided,
        "DENIED" => ChargeState::Failed,
        _ => ChargeState::Pending,
    }
}

fn refunded(refunds: &[Refunded], of: Money) -> Money {
    let counted = refunds.iter().filter(|refund| matches!(refund.status.as_str(), "COMPLETED" | "PENDING"));
    let sum = counted.filter_map(|refund| amounts::read(refund.amount.as_ref())).map(|amount| amount.minor).sum();
    Money::new(sum, of.currency)
}

pub(super) fn at(text: Option<&str>) -> Option<Instant> {
    text.and_then(Instant::from_rfc3339)
}

/// How it was paid. PayPal tells a card's end; of a wallet it tells nothing that a receipt may say.
pub fn method(with: &PaidWith, id: String) -> SavedMethod {
    let Some(card) = &with.card else {
        return SavedMethod { id, kind: MethodKind::Card, brand: "PayPal".to_owned(), last4: String::new(), expires: None };
    };
    let digits = card.last_digits.clone().unwrap_or_default();
    let last4 = digits.get(digits.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let expires = card.expiry.as_deref().and_then(|text| {
        let (year, month) = text.split_once('-')?;
        Some((year.parse().ok()?, month.parse().ok()?))
    });
    SavedMethod { id, kind: MethodKind::Card, brand: brand(card.brand.as_deref().unwrap_or("Card")), last4, expires }
}

fn brand(text: &str) -> String {
    match text {
        "AMEX" => "American Express".to_owned(),
        "JCB" => text.to_owned(),
        _ => {
            let mut letters = text.chars();
            letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_ascii_lowercase())
        }
    }
}

fn saved(with: &PaidWith) -> Option<SavedMethod> {
    let card = with.card.as_ref().and_then(|card| card.attributes.vault.as_ref()).map(|vault| ("card", vault));
    let wallet = with.paypal.as_ref().and_then(|wallet| wallet.attributes.vault.as_ref()).map(|vault| ("paypal", vault));
    let (kind, vault) = card.or(wallet)?;
    Some(method(with, vault::name(kind, vault.id.as_ref()?)))
}

#[derive(Serialize)]
struct Take {
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_id: Option<String>,
    final_capture: bool,
}

#[derive(Serialize)]
struct GiveBack {
    amount: Amount,
    custom_id: String,
    note_to_payer: String,
}

impl PayPal {
    pub(super) async fn look_at_charge(&self, id: &str, now: Instant) -> Outcome<Charge> {
        let order = match self.order(id, now).await {
            Ok(order) => order,
            // What staff keyed in PayPal's terminal has no order.
            Err(said) if said.is_missing() => return self.look_at_capture(id, now).await,
            Err(said) => return said.outcome(),
        };
        match self.taken(order, now).await {
            Ok((order, _)) => match of_order(&order, now) {
                Some(charge) => self.with_disputes(charge, &order, now).await,
                None => Outcome::rejected(RejectReason::NotFound, "Nobody has paid this order."),
            },
            Err(said) => said.outcome(),
        }
    }

    /// PayPal tells of a dispute only when it is asked about the capture.
    async fn with_disputes(&self, charge: Charge, order: &Order, now: Instant) -> Outcome<Charge> {
        let unit = unit(order);
        let Some(capture) = unit.payments.captures.last().filter(|_| charge.state == ChargeState::Captured) else {
            return Outcome::Done(charge);
        };
        match self.is_disputed(&capture.id, now).await {
            Ok(disputed) => Outcome::Done(Charge { disputed, ..charge }),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn take_held(&self, by: &Attempt, request: &CaptureRequest) -> Outcome<Charge> {
        let (order, hold) = match self.hold(&request.charge, by.at).await {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        let held = amounts::read(hold.amount.as_ref());
        if held.is_some_and(|held| held.currency != request.amount.currency) {
            return Outcome::rejected(RejectReason::BadRequest, "It is held in another currency.");
        }
        if held.is_some_and(|held| request.amount.minor > held.minor) {
            return Outcome::rejected(RejectReason::AboveAuthorized, "More than is held cannot be taken.");
        }
        if held != Some(request.amount) && !self.capabilities.can(Capability::PartialCapture) {
            return Outcome::rejected(RejectReason::Unsupported, "This connection takes all that is held, or nothing.");
        }
        let amount = match amounts::write(request.amount) {
            Ok(amount) => amount,
            Err(rejection) => return Outcome::Rejected(rejection),
        };
        let body = Take { amount, invoice_id: unit(&order).invoice_id, final_capture: true };
        let path = format!("/v2/payments/authorizations/{}/capture", hold.id);
        match self.line.post::<Capture>(&path, Some(&by.key()), &body, by.at).await {
            Ok(made) if amounts::read(made.amount.as_ref()).is_some_and(|taken| taken != request.amount) => {
                Outcome::rejected(RejectReason::KeyReused, "PayPal knows this key with another amount.")
            }
            Ok(made) if matches!(made.status.as_str(), "DECLINED" | "FAILED") => {
                Outcome::Declined(of_bank(made.processor_response.unwrap_or_default().response_code.as_deref()))
            }
            Ok(_) => self.charge_again(&order.id, by.at).await,
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn let_go(&self, by: &Attempt, charge: &str) -> Outcome<Charge> {
        let (order, hold) = match self.hold(charge, by.at).await {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        let path = format!("/v2/payments/authorizations/{}/void", hold.id);
        match self.line.wave(&path, &by.key(), by.at).await {
            Ok(()) => self.charge_again(&order.id, by.at).await,
            Err(said) if said.is(&["PREVIOUSLY_VOIDED"]) => self.charge_again(&order.id, by.at).await,
            Err(said) => said.outcome(),
        }
    }

    /// The order with the authorization on it.
    async fn hold(&self, charge: &str, now: Instant) -> Result<(Order, Authorization), Outcome<Charge>> {
        let order = self.order(super::plain(charge)?, now).await.map_err(Said::outcome)?;
        match unit(&order).payments.authorizations.into_iter().next_back() {
            Some(hold) => Ok((order, hold)),
            None => Err(Outcome::rejected(RejectReason::WrongState, "Nothing is held by this charge.")),
        }
    }

    async fn charge_again(&self, order: &str, now: Instant) -> Outcome<Charge> {
        match self.order(order, now).await {
            Ok(order) => match of_order(&order, now) {
                Some(charge) => Outcome::Done(charge),
                None => Outcome::unknown("PayPal did it and does not show it yet"),
            },
            Err(said) => Outcome::unknown(format!("PayPal did it and could not be asked afterwards: {}", said.issue())),
        }
    }

    pub(super) async fn give_back(&self, by: &Attempt, request: &RefundRequest) -> Outcome<Refund> {
        let (charge, capture) = match self.capture_behind(&request.charge, by.at).await {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        if charge.amount.currency != request.amount.currency {
            return Outcome::rejected(RejectReason::BadRequest, "It was taken in another currency.");
        }
        if request.amount != charge.captured && !self.capabilities.can(Capability::PartialRefund) {
            return Outcome::rejected(RejectReason::Unsupported, "This connection returns all that was taken, or nothing.");
        }
        let amount = match amounts::write(request.amount) {
            Ok(amount) => amount,
            Err(rejection) => return Outcome::Rejected(rejection),
        };
        let body = GiveBack { amount, custom_id: by.key(), note_to_payer: cut(&request.reason, 255) };
        let path = format!("/v2/payments/captures/{capture}/refund");
        match self.line.post::<Refunded>(&path, Some(&by.key()), &body, by.at).await {
            Ok(made) if amounts::read(made.amount.as_ref()).is_some_and(|back| back != request.amount) => {
                Outcome::rejected(RejectReason::KeyReused, "PayPal knows this key with another amount.")
            }
            Ok(made) => refund_outcome(&made, &charge, by.at),
            Err(said) => said.outcome_of_refund(),
        }
    }

    /// The charge and the id of the capture that took it.
    async fn capture_behind(&self, charge: &str, now: Instant) -> Result<(Charge, String), Outcome<Refund>> {
        let id = super::plain(charge)?;
        if super::invoices::is_invoice(id) {
            return self.payment_of_invoice(id, now).await;
        }
        let order = match self.order(id, now).await {
            Ok(order) => order,
            Err(said) if said.is_missing() => return self.capture_alone(id, now).await,
            Err(said) => return Err(said.outcome()),
        };
        let taken = unit(&order).payments.captures.into_iter().next_back();
        match (of_order(&order, now), taken) {
            (Some(charge), Some(capture)) if charge.state == ChargeState::Captured => Ok((charge, capture.id)),
            _ => Err(Outcome::rejected(RejectReason::WrongState, "Nothing was taken that could be returned.")),
        }
    }

    /// A charge that staff keyed is its own capture.
    async fn capture_alone(&self, id: &str, now: Instant) -> Result<(Charge, String), Outcome<Refund>> {
        match self.look_at_capture(id, now).await {
            Outcome::Done(charge) if charge.state == ChargeState::Captured => Ok((charge, id.to_owned())),
            Outcome::Done(_) | Outcome::Pending(_) => {
                Err(Outcome::rejected(RejectReason::WrongState, "Nothing was taken that could be returned."))
            }
            Outcome::Rejected(rejection) => Err(Outcome::Rejected(rejection)),
            other => Err(Outcome::unknown(format!("the charge could not be read: {other:?}"))),
        }
    }

    /// A refund as it stands: it names its capture, which names its order.
    pub(super) async fn look_at_refund(&self, id: &str, now: Instant) -> Outcome<Refund> {
        let refund: Refunded = match self.line.get(&format!("/v2/payments/refunds/{id}"), now).await {
            Ok(refund) => refund,
            Err(said) => return said.outcome(),
        };
        let up = refund.links.iter().find(|link| link.rel == "up").and_then(|link| link.href.rsplit('/').next());
        let Some(capture) = up else { return Outcome::unknown(format!("PayPal does not say what the refund {id} returns")) };
        match self.line.get::<Capture>(&format!("/v2/payments/captures/{capture}"), now).await {
            Ok(capture) => match of_refund(&refund, &order_of(&capture), attempt_behind(&capture), now) {
                Some(refund) => Outcome::Done(refund),
                None => Outcome::unknown(format!("PayPal told no amount of the refund {id}")),
            },
            Err(said) => said.outcome(),
        }
    }
}

/// The attempt that a capture was made for.
pub fn attempt_behind(capture: &Capture) -> Option<AttemptId> {
    keyed::attempt_of(capture.custom_id.as_deref(), capture.invoice_id.as_deref())
}

/// What a capture is called by us: its order, or itself when it has none.
pub fn order_of(capture: &Capture) -> String {
    let order = capture.supplementary_data.as_ref().and_then(|data| data.related_ids.order_id.clone());
    order.unwrap_or_else(|| capture.id.clone())
}

fn refund_outcome(made: &Refunded, charge: &Charge, now: Instant) -> Outcome<Refund> {
    match of_refund(made, &charge.id, charge.attempt, now) {
        None => Outcome::unknown(format!("PayPal told no amount of the refund {}", made.id)),
        Some(refund) => match refund.state {
            RefundState::Succeeded => Outcome::Done(refund),
            RefundState::Pending => Outcome::Pending(refund),
            RefundState::Failed => Outcome::Declined(Decline::of(DeclineReason::RefundFailed)),
        },
    }
}

fn of_refund(refund: &Refunded, charge: &str, charge_attempt: Option<books::ids::AttemptId>, now: Instant) -> Option<Refund> {
    let state = match refund.status.as_str() {
        "COMPLETED" => RefundState::Succeeded,
        "FAILED" | "CANCELLED" => RefundState::Failed,
        _ => RefundState::Pending,
    };
    // A refund made in PayPal's own pages carries the custom id of what it returns.
    let attempt = attempt_in(refund.custom_id.as_deref()).filter(|attempt| Some(*attempt) != charge_attempt);
    Some(Refund {
        id: refund.id.clone(),
        attempt,
        charge: charge.to_owned(),
        charge_attempt,
        amount: amounts::read(refund.amount.as_ref())?,
        state,
        reason: (state == RefundState::Failed).then_some(DeclineReason::RefundFailed),
        created_at: at(refund.create_time.as_deref()).unwrap_or(now),
    })
}
