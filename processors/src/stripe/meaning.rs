//! Stripe's objects in our words. Pure.
//!
//! Invariants: an amount that cannot be read, or a state that is not known, is not understood and never a success; the id of
//! a charge is that of its payment intent. Left out on purpose: asking for what an object does not carry ([`super::look`]).

use books::calendar::{Day, Instant};
use books::ids::AttemptId;
use books::money::Money;
use serde_json::Value;

use super::objects::{
    ATTEMPT, ApiError, ChargeObject, DisputeObject, Expandable, Intent, InvoiceObject, Metadata, MethodObject, REFERENCE,
    RefundObject, Session,
};
use crate::amounts::Units;
use crate::outcome::{Decline, DeclineReason, RejectReason, Rejection, Retry};
use crate::remote::{
    Charge, ChargeState, Checkout, CheckoutState, Dispute, DisputeState, MethodKind, Refund, RefundState, RemoteInvoice,
    RemoteInvoiceState, SavedMethod, Setup, SetupState,
};

/// Something that Stripe said and we do not understand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Stripe said something that is not understood: {0}")]
pub struct NotUnderstood(pub String);

pub type Read<T> = Result<T, NotUnderstood>;

pub fn at(seconds: i64) -> Instant {
    Instant(seconds.saturating_mul(1_000_000))
}

pub fn seconds(at: Instant) -> i64 {
    at.0.div_euclid(1_000_000)
}

pub fn day(seconds: i64) -> Day {
    at(seconds).day_in(&jiff::tz::TimeZone::UTC)
}

pub fn money(whole: i64, currency: &str) -> Read<Money> {
    Units::Stripe.money(whole, currency).map_err(|_| NotUnderstood(format!("an amount of {whole} {currency}")))
}

/// Our key, when the object carries it.
pub fn attempt(metadata: &Metadata) -> Option<AttemptId> {
    metadata.get(ATTEMPT)?.parse().ok()
}

/// A payment intent as a charge. `returned`: the bank took a debit back, which Stripe tells as a dispute that is lost.
/// `disputed`: as it stands now, which the charge itself does not tell.
pub fn charge(intent: &Intent, returned: Option<&str>, disputed: bool) -> Read<Charge> {
    let known = intent.latest_charge.as_ref().and_then(Expandable::whole);
    let amount = money(intent.amount, &intent.currency)?;
    let state = state(intent, returned.is_some())?;
    let taken = matches!(state, ChargeState::Captured | ChargeState::Returned);
    let captured = if taken { money(intent.amount_received, &intent.currency)? } else { Money::zero(amount.currency) };
    let booked = known.and_then(|charge| charge.balance_transaction.as_ref()).and_then(Expandable::whole).filter(|_| taken);
    let shown = known.and_then(|charge| charge.payment_method_details.as_ref()).map(shown);
    let reason = match returned {
        Some("insufficient_funds") => Some(DeclineReason::InsufficientFunds),
        Some(_) => Some(DeclineReason::CardDeclined),
        None if state == ChargeState::Failed => intent.last_payment_error.as_ref().map(decline_reason),
        None => None,
    };
    Ok(Charge {
        id: intent.id.clone(),
        attempt: attempt(&intent.metadata),
        amount,
        captured,
        refunded: money(known.map_or(0, |charge| charge.given_back().min(intent.amount_received)), &intent.currency)?,
        state,
        reason,
        saved: kept(intent, shown.as_ref(), taken || state == ChargeState::Authorized),
        method: shown,
        approval_code: known.and_then(|charge| word(charge, "authorization_code")),
        disputed,
        created_at: at(intent.created),
        expires_at: known.filter(|_| state == ChargeState::Authorized).and_then(capture_before),
        captured_at: booked.map(|booked| at(booked.created)),
        settled_at: booked.map(|booked| at(booked.available_on)),
    })
}

fn state(intent: &Intent, returned: bool) -> Read<ChargeState> {
    Ok(match intent.status.as_str() {
        "succeeded" if returned => ChargeState::Returned,
        "succeeded" => ChargeState::Captured,
        "processing" | "requires_action" | "requires_confirmation" => ChargeState::Pending,
        "requires_capture" => ChargeState::Authorized,
        "requires_payment_method" => ChargeState::Failed,
        "canceled" if matches!(intent.cancellation_reason.as_deref(), Some("automatic" | "expired")) => ChargeState::Expired,
        "canceled" => ChargeState::Voided,
        other => return Err(NotUnderstood(format!("a payment that is {other}"))),
    })
}

/// The method that this charge kept for later.
fn kept(intent: &Intent, shown: Option<&SavedMethod>, went_through: bool) -> Option<SavedMethod> {
    let stays = went_through && intent.customer.is_some() && intent.setup_future_usage.as_deref() == Some("off_session");
    let id = intent.payment_method.as_ref().filter(|_| stays)?.id().to_owned();
    Some(SavedMethod { id, ..shown?.clone() })
}

fn card_detail<'a>(charge: &'a ChargeObject, name: &str) -> Option<&'a Value> {
    charge.payment_method_details.as_ref()?.get("card")?.get(name)
}

fn word(charge: &ChargeObject, name: &str) -> Option<String> {
    card_detail(charge, name)?.as_str().map(str::to_owned)
}

fn capture_before(charge: &ChargeObject) -> Option<Instant> {
    card_detail(charge, "capture_before")?.as_i64().map(at)
}

/// Whether it was taken from a bank account.
pub fn is_debit(details: &Value) -> bool {
    let kind = details.get("type").and_then(Value::as_str).unwrap_or_default();
    matches!(kind, "us_bank_account" | "sepa_debit" | "bacs_debit" | "acss_debit" | "au_becs_debit" | "nz_bank_account")
}

/// What a receipt may say. Its id is empty.
fn shown(details: &Value) -> SavedMethod {
    let kind = details.get("type").and_then(Value::as_str).unwrap_or("card");
    let of_kind = details.get(kind).unwrap_or(&Value::Null);
    let text = |name: &str| of_kind.get(name).and_then(Value::as_str);
    let number = |name: &str| of_kind.get(name).and_then(Value::as_i64);
    let expires = number("exp_year").zip(number("exp_month"));
    SavedMethod {
        id: String::new(),
        kind: if is_debit(details) { MethodKind::BankDebit } else { MethodKind::Card },
        brand: text("brand").map(brand).or(text("bank_name").map(str::to_owned)).unwrap_or_else(|| brand(kind)),
        last4: text("last4").unwrap_or_default().to_owned(),
        expires: expires.and_then(|(year, month)| Some((i16::try_from(year).ok()?, u8::try_from(month).ok()?))),
    }
}

/// A kept method under its own id.
pub fn method(object: &MethodObject) -> SavedMethod {
    SavedMethod { id: object.id.clone(), ..shown(&object.details) }
}

/// `visa` as people write it.
fn brand(word: &str) -> String {
    match word {
        "amex" | "american_express" => "American Express".to_owned(),
        "diners" | "diners_club" => "Diners Club".to_owned(),
        "jcb" => "JCB".to_owned(),
        "unionpay" => "UnionPay".to_owned(),
        "us_bank_account" => "US bank account".to_owned(),
        "sepa_debit" => "SEPA debit".to_owned(),
        other => {
            let mut letters = other.replace('_', " ");
            if let Some(first) = letters.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            letters
        }
    }
}

/// The page, with the charge that [`super::look`] read for it.
pub fn checkout(session: &Session, charge: Option<Charge>) -> Read<Checkout> {
    let amount = session.amount_total.zip(session.currency.as_deref());
    let (total, currency) = amount.ok_or_else(|| NotUnderstood("a page without an amount".to_owned()))?;
    let state = match session.status.as_deref() {
        Some("open") => CheckoutState::Open,
        Some("complete") => CheckoutState::Completed,
        Some("expired") => CheckoutState::Expired,
        other => return Err(NotUnderstood(format!("a page that is {other:?}"))),
    };
    let intent = session.payment_intent.as_ref().and_then(Expandable::whole);
    let refused = intent.and_then(|intent| intent.last_payment_error.as_ref()).filter(|_| state == CheckoutState::Open);
    Ok(Checkout {
        id: session.id.clone(),
        attempt: session.metadata.as_ref().and_then(attempt),
        url: session.url.clone().unwrap_or_default(),
        amount: money(total, currency)?,
        state,
        charge: charge.filter(|_| state == CheckoutState::Completed),
        last_decline: refused.map(|error| decline(error, None)),
        expires_at: at(session.expires_at),
    })
}

/// A page on which a card is kept.
pub fn setup(session: &Session) -> Read<Setup> {
    let intent = session.setup_intent.as_ref().and_then(Expandable::whole);
    let kept = intent.filter(|intent| intent.status == "succeeded").and_then(|intent| intent.payment_method.as_ref());
    Ok(Setup {
        id: session.id.clone(),
        url: session.url.clone().unwrap_or_default(),
        customer: session.customer.as_ref().map(|customer| customer.id().to_owned()).unwrap_or_default(),
        state: match session.status.as_deref() {
            Some("open") => SetupState::Open,
            Some("complete") => SetupState::Completed,
            Some("expired") => SetupState::Expired,
            other => return Err(NotUnderstood(format!("a page that is {other:?}"))),
        },
        method: kept.and_then(Expandable::whole).map(method),
        expires_at: at(session.expires_at),
    })
}

pub fn refund(object: &RefundObject) -> Read<Refund> {
    let of = object.payment_intent.as_ref().and_then(Expandable::whole);
    let of = of.ok_or_else(|| NotUnderstood("a refund of no payment".to_owned()))?;
    let state = match object.status.as_deref() {
        Some("succeeded") => RefundState::Succeeded,
        Some("pending" | "requires_action") => RefundState::Pending,
        Some("failed" | "canceled") => RefundState::Failed,
        other => return Err(NotUnderstood(format!("a refund that is {other:?}"))),
    };
    Ok(Refund {
        id: object.id.clone(),
        attempt: object.metadata.as_ref().and_then(attempt),
        charge: of.id.clone(),
        charge_attempt: attempt(&of.metadata),
        amount: money(object.amount, &object.currency)?,
        state,
        reason: (state == RefundState::Failed).then_some(DeclineReason::RefundFailed),
        created_at: at(object.created),
    })
}

/// Whether money is at stake: an early warning moves none.
pub fn is_warning(status: &str) -> bool {
    status.starts_with("warning_")
}

/// Whether the money stayed, or came back.
pub fn is_over(status: &str) -> bool {
    matches!(status, "won" | "prevented") || is_warning(status)
}

pub fn dispute(object: &DisputeObject) -> Read<Dispute> {
    let of = object.payment_intent.as_ref().and_then(Expandable::whole);
    let of = of.ok_or_else(|| NotUnderstood("a dispute of no payment".to_owned()))?;
    let state = match object.status.as_str() {
        "needs_response" | "under_review" => DisputeState::Opened,
        "lost" => DisputeState::Lost,
        "won" | "prevented" | "warning_closed" | "warning_needs_response" | "warning_under_review" => DisputeState::Won,
        other => return Err(NotUnderstood(format!("a dispute that is {other}"))),
    };
    let closed = object.balance_transactions.iter().map(|moved| moved.created).max().filter(|_| state != DisputeState::Opened);
    Ok(Dispute {
        id: object.id.clone(),
        charge: of.id.clone(),
        charge_attempt: attempt(&of.metadata),
        amount: money(object.amount, &object.currency)?,
        state,
        opened_at: at(object.created),
        closed_at: closed.map(at),
    })
}

pub fn invoice(object: &InvoiceObject, charge: Option<Charge>) -> Read<RemoteInvoice> {
    let attempt = object.metadata.as_ref().and_then(attempt);
    let ours = object.metadata.as_ref().and_then(|metadata| metadata.get(REFERENCE).cloned());
    let state = match object.status.as_deref() {
        Some("draft") => RemoteInvoiceState::Draft,
        Some("open") => RemoteInvoiceState::Sent,
        Some("paid") => RemoteInvoiceState::Paid,
        Some("void" | "uncollectible") => RemoteInvoiceState::Canceled,
        other => return Err(NotUnderstood(format!("an invoice that is {other:?}"))),
    };
    Ok(RemoteInvoice {
        id: object.id.clone(),
        attempt,
        number: ours.or_else(|| object.number.clone()).unwrap_or_default(),
        state,
        url: object.hosted_invoice_url.clone(),
        amount: money(object.total, &object.currency)?,
        // Stripe made the payment itself, so it carries no key: it is the invoice's.
        charge: charge.map(|charge| Charge { attempt, ..charge }),
        version: None,
    })
}

fn decline_reason(error: &ApiError) -> DeclineReason {
    match error.word() {
        "insufficient_funds" | "debit_insufficient_funds" => DeclineReason::InsufficientFunds,
        "expired_card" => DeclineReason::ExpiredCard,
        "incorrect_cvc" | "invalid_cvc" => DeclineReason::IncorrectCvc,
        "authentication_required" => DeclineReason::AuthenticationRequired,
        _ => match error.code.as_deref() {
            Some("expired_card") => DeclineReason::ExpiredCard,
            Some("incorrect_cvc" | "invalid_cvc") => DeclineReason::IncorrectCvc,
            Some("authentication_required") => DeclineReason::AuthenticationRequired,
            _ => DeclineReason::CardDeclined,
        },
    }
}

/// A refused charge. Stripe's own text is not shown to payers: their bank may not want them to know.
pub fn decline(error: &ApiError, charge: Option<String>) -> Decline {
    let usual = Decline::of(decline_reason(error));
    let retry = match error.word() {
        "lost_card" | "stolen_card" | "fraudulent" | "pickup_card" | "do_not_try_again" | "restricted_card"
        | "merchant_blacklist" => Retry::Never,
        "incorrect_number" | "invalid_account" | "card_not_supported" | "invalid_expiry_year" | "invalid_expiry_month" => {
            Retry::NewMethod
        }
        _ => usual.retry,
    };
    Decline { retry, charge, ..usual }
}

/// A request that Stripe did not take. No money moved.
pub fn rejection(status: u16, error: &ApiError) -> Rejection {
    let code = error.code.as_deref().unwrap_or_default();
    let param = error.param.as_deref().unwrap_or_default();
    let canceled = error.payment_intent.as_ref().filter(|intent| intent.status == "canceled");
    let lapsed = canceled.and_then(|intent| intent.cancellation_reason.as_deref()) == Some("automatic");
    let reason = match (status, error.kind.as_str(), code) {
        (401, ..) => RejectReason::Credentials,
        // A restricted key that lacks this right.
        (403, ..) => RejectReason::Forbidden,
        (_, "idempotency_error", _) => RejectReason::KeyReused,
        (_, _, "charge_disputed") => RejectReason::Disputed,
        (_, _, "charge_already_refunded") => RejectReason::NothingRefundable,
        _ if param == "payment_method" => RejectReason::MethodGone,
        _ if param == "amount_to_capture" => RejectReason::AboveAuthorized,
        (_, _, "payment_intent_unexpected_state") if lapsed => RejectReason::AuthorizationExpired,
        (_, _, "payment_intent_unexpected_state" | "charge_not_refundable") => RejectReason::WrongState,
        (404, ..) | (_, _, "resource_missing") => RejectReason::NotFound,
        _ => RejectReason::BadRequest,
    };
    let said = error.message.as_deref().unwrap_or("it gave no reason");
    let text = match reason {
        RejectReason::Credentials => format!("Stripe does not take the key: {said}"),
        RejectReason::Forbidden => format!("Stripe does not let this key do that: {said}"),
        _ => format!("Stripe refused: {said}"),
    };
    Rejection { reason, text }
}
