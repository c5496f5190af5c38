//! PayPal's orders: the page where a payer approves, and a charge of a kept method, are both one.
//!
//! Invariants: what a payer approved is taken by us, under one key for each order, so it is taken once however often
//! somebody looks; an order that we closed is never taken: closing turns its intent around at PayPal, in the same change
//! that marks it, so that a take that is under way is refused there. A charge is known by its order's id for ever.
//! A page is known by its order, amount and time together, because PayPal forgets an order that nobody approved.
//! Limits: an approval counts for [`PAGE_SECONDS`]. Left out on purpose: telling that a payer turned back, which PayPal
//! does not tell; such a page stays open until it is closed or too old.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::{Currency, Money};
use serde::Serialize;
use serde_json::{Value, json};

use super::PayPal;
use super::amounts::{self, Amount};
use super::answers::{Said, of_bank};
use super::shapes::{Order, PaidWith, PurchaseUnit};
use crate::outcome::{Action, Decline, DeclineReason, Outcome, RejectReason, Rejection};
use crate::processor::{Attempt, ChargeRequest, CheckoutRequest, Source};
use crate::remote::{Charge, Checkout, CheckoutState};

/// How long after it was made an order may be approved. Source: developer.paypal.com, Orders v2, 2026.
pub const PAGE_SECONDS: i64 = 3 * 3_600;
/// Stands behind our key on an order that can never be taken any more.
const CLOSED: &str = " closed";
const LONGEST_DESCRIPTION: usize = 127;

#[derive(Serialize)]
struct NewOrder {
    intent: &'static str,
    purchase_units: [NewUnit; 1],
    payment_source: Value,
}

#[derive(Serialize)]
struct NewUnit {
    amount: Amount,
    custom_id: String,
    invoice_id: String,
    description: String,
}

impl PayPal {
    pub(super) async fn open_page(&self, by: &Attempt, request: &CheckoutRequest) -> Outcome<Checkout> {
        let mut wallet = json!({
            "experience_context": {
                "brand_name": cut(&self.business, LONGEST_DESCRIPTION),
                "shipping_preference": "NO_SHIPPING",
                "user_action": "PAY_NOW",
                "return_url": request.return_url,
                "cancel_url": request.cancel_url,
            }
        });
        if let (true, Some(customer)) = (request.save, &request.customer) {
            wallet["attributes"] = json!({
                "customer": { "id": customer },
                "vault": { "store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT" },
            });
        }
        let order = new_order(by, request.capture, request.amount, &request.description, &request.reference);
        let order = match order {
            Ok(order) => NewOrder { payment_source: json!({ "paypal": wallet }), ..order },
            Err(rejection) => return Outcome::Rejected(rejection),
        };
        match self.line.post::<Order>("/v2/checkout/orders", Some(&by.key()), &order, by.at).await {
            Ok(made) if is_another(&made, request.amount) => key_reused(),
            Ok(made) => self.page_of(&made, None, by.at),
            Err(said) => said.outcome(),
        }
    }

    /// Charges a kept method whose owner is away. The caller has checked that it is this customer's.
    pub(super) async fn charge_kept(&self, by: &Attempt, request: &ChargeRequest) -> Outcome<Charge> {
        if let Err(rejection) = amounts::write(request.amount) {
            return Outcome::Rejected(rejection);
        }
        let Source::Saved { customer, method } = &request.source else {
            return Outcome::rejected(RejectReason::Unsupported, "PayPal charges a card typed here on its own page only.");
        };
        let Some((kind, token)) = super::vault::parts(method) else { return super::vault::gone() };
        if let Err(outcome) = self.belongs(customer, token, by.at).await {
            return outcome;
        }
        let mut source = json!({ "vault_id": token });
        if kind == "card" {
            source["stored_credential"] =
                json!({ "payment_initiator": "MERCHANT", "payment_type": "UNSCHEDULED", "usage": "SUBSEQUENT" });
            source["experience_context"] = json!({ "return_url": request.return_url, "cancel_url": request.return_url });
        }
        let order = match new_order(by, request.capture, request.amount, &request.description, &request.reference) {
            Ok(order) => NewOrder { payment_source: json!({ kind: source }), ..order },
            Err(rejection) => return Outcome::Rejected(rejection),
        };
        match self.line.post::<Order>("/v2/checkout/orders", Some(&by.key()), &order, by.at).await {
            Ok(made) if is_another(&made, request.amount) => key_reused(),
            Ok(made) => self.charge_of(made, by.at).await,
            Err(said) => said.outcome(),
        }
    }

    /// What became of a charge that has an order: done, declined, or waiting for its owner.
    async fn charge_of(&self, made: Order, now: Instant) -> Outcome<Charge> {
        if !super::is_plain(&made.id) {
            return Outcome::unknown("PayPal answered with something that is no order");
        }
        let (order, refused) = match self.taken(made, now).await {
            Ok(found) => found,
            Err(said) => return said.outcome(),
        };
        if let Some(decline) = refused.or_else(|| declined_by_bank(&order)) {
            return Outcome::Declined(Decline { charge: Some(order.id), ..decline });
        }
        match super::charges::of_order(&order, now) {
            Some(charge) if charge.state == crate::remote::ChargeState::Pending => Outcome::Pending(charge),
            Some(charge) => Outcome::Done(charge),
            None if is_closed(&order) => Outcome::rejected(RejectReason::KeyDead, "This charge was given up before it was made."),
            None if is_late(&order, now) => Outcome::Declined(Decline::of(DeclineReason::AuthenticationRequired)),
            None => Outcome::NeedsAction(Action { url: self.url_of(&order), id: PageName::of(&order) }),
        }
    }

    pub(super) async fn look_at_page(&self, id: &str, now: Instant) -> Outcome<Checkout> {
        let name = match PageName::read(id) {
            Ok(name) => name,
            Err(outcome) => return outcome,
        };
        match self.order(name.order, now).await {
            Ok(order) => match self.taken(order, now).await {
                Ok((order, refused)) => self.page_of(&order, refused, now),
                Err(said) => said.outcome(),
            },
            Err(said) => name.unless_forgotten(id, said, now),
        }
    }

    /// Closes an order so that it can never be taken.
    pub(super) async fn close_page(&self, id: &str, now: Instant) -> Outcome<Checkout> {
        let name = match PageName::read(id) {
            Ok(name) => name,
            Err(outcome) => return outcome,
        };
        let order = match self.order(name.order, now).await {
            Ok(order) => order,
            Err(said) => return name.unless_forgotten(id, said, now),
        };
        if !is_closed(&order) && order.status != "COMPLETED" && order.status != "VOIDED" {
            let at = "/purchase_units/@reference_id=='default'/custom_id";
            let mark = format!("{}{CLOSED}", unit(&order).custom_id.unwrap_or_default());
            let around = if order.intent == "CAPTURE" { "AUTHORIZE" } else { "CAPTURE" };
            let change = json!([
                { "op": "replace", "path": "/intent", "value": around },
                { "op": "replace", "path": at, "value": mark },
            ]);
            match self.line.patch(&format!("/v2/checkout/orders/{}", order.id), &change, now).await {
                Ok(()) => {}
                Err(said) if said.is(&["ORDER_ALREADY_COMPLETED", "ORDER_COMPLETED_OR_VOIDED", "ORDER_EXPIRED"]) => {}
                Err(said) => return said.outcome(),
            }
        }
        match self.order(name.order, now).await {
            Ok(order) => self.page_of(&order, None, now),
            Err(said) => name.unless_forgotten(id, said, now),
        }
    }

    pub(super) async fn order(&self, id: &str, now: Instant) -> Result<Order, Said> {
        self.line.get(&format!("/v2/checkout/orders/{id}"), now).await
    }

    /// Takes what the payer approved, if nothing stands against it. Gives the order as it stands then, and why it was
    /// declined when it was. An order without our key is another program's on the same app: it is never touched.
    pub(super) async fn taken(&self, order: Order, now: Instant) -> Result<(Order, Option<Decline>), Said> {
        if attempt_of(&order).is_none() || order.status != "APPROVED" || is_closed(&order) || is_late(&order, now) {
            return Ok((order, None));
        }
        let verb = if order.intent == "AUTHORIZE" { "authorize" } else { "capture" };
        let path = format!("/v2/checkout/orders/{}/{verb}", order.id);
        // One key for each approval: a payer whose card was refused may approve again with another.
        let approved = order.update_time.as_deref().unwrap_or_default();
        let key = format!("{}-{verb}-{approved}", order.id);
        match self.line.press::<Order>(&path, &key, now).await {
            Ok(_) => Ok((self.order(&order.id, now).await?, None)),
            Err(said) if said.is(SETTLED_MEANWHILE) => Ok((self.order(&order.id, now).await?, None)),
            Err(said) => match said.clone().outcome::<()>() {
                Outcome::Declined(decline) => Ok((order, Some(decline))),
                _ => Err(said),
            },
        }
    }

    fn page_of(&self, order: &Order, refused: Option<Decline>, now: Instant) -> Outcome<Checkout> {
        let Some(amount) = amounts::read(unit(order).amount.as_ref()) else {
            return Outcome::unknown(format!("PayPal told no amount of the order {}", order.id));
        };
        let charge = super::charges::of_order(order, now);
        let state = match order.status.as_str() {
            _ if charge.is_some() => CheckoutState::Completed,
            "VOIDED" => CheckoutState::Expired,
            _ if is_closed(order) || is_late(order, now) => CheckoutState::Expired,
            _ => CheckoutState::Open,
        };
        let last_decline = refused.or_else(|| declined_by_bank(order)).filter(|_| state == CheckoutState::Open);
        Outcome::Done(Checkout {
            id: PageName::of(order),
            attempt: attempt_of(order),
            url: self.url_of(order),
            amount,
            state,
            charge,
            last_decline,
            expires_at: made_at(order).plus_seconds(PAGE_SECONDS),
        })
    }

    /// Where the payer approves. PayPal leaves the link out once nothing is left to approve.
    fn url_of(&self, order: &Order) -> String {
        let link = order.links.iter().find(|link| link.rel == "payer-action" || link.rel == "approve");
        link.map_or_else(|| format!("{}/checkoutnow?token={}", self.pages, order.id), |link| link.href.clone())
    }
}

/// What a page is called: `5O190127TN364715T~1099~USD~1768467600`, or an order's id alone.
pub(super) struct PageName<'a> {
    pub order: &'a str,
    /// The amount and when it was made.
    rest: Option<(Money, Instant)>,
}

impl<'a> PageName<'a> {
    fn of(order: &Order) -> String {
        let made = made_at(order).0 / 1_000_000;
        match amounts::read(unit(order).amount.as_ref()) {
            Some(amount) => format!("{}~{}~{}~{made}", order.id, amount.minor, amount.currency.code()),
            None => order.id.clone(),
        }
    }

    /// The code of the currency that is paid in.
    pub fn currency(&self) -> Option<&'static str> {
        self.rest.map(|(amount, _)| amount.currency.code())
    }

    pub fn read<T>(id: &'a str) -> Result<PageName<'a>, Outcome<T>> {
        let mut parts = id.split('~');
        let order = super::plain(parts.next().unwrap_or_default())?;
        let mut rest = || {
            let (minor, code, made) = (parts.next()?, parts.next()?, parts.next()?);
            let amount = Money::new(minor.parse().ok()?, Currency::from_code(code)?);
            Some((amount, Instant(made.parse::<i64>().ok()?.checked_mul(1_000_000)?)))
        };
        Ok(PageName { order, rest: rest() })
    }

    /// PayPal does not know an order any more whose time is over: nobody approved it, and nobody can.
    fn unless_forgotten(&self, id: &str, said: Said, now: Instant) -> Outcome<Checkout> {
        match (&said, self.rest) {
            (Said::Refused { status: 404, .. }, Some((amount, made))) if now >= made.plus_seconds(PAGE_SECONDS) => {
                Outcome::Done(Checkout {
                    id: id.to_owned(),
                    attempt: None,
                    url: String::new(),
                    amount,
                    state: CheckoutState::Expired,
                    charge: None,
                    last_decline: None,
                    expires_at: made.plus_seconds(PAGE_SECONDS),
                })
            }
            _ => said.outcome(),
        }
    }
}

/// The take was refused because somebody else took it, closed it, or it is being taken: look again.
const SETTLED_MEANWHILE: &[&str] = &[
    "ORDER_ALREADY_CAPTURED",
    "ORDER_ALREADY_AUTHORIZED",
    "ORDER_COMPLETION_IN_PROGRESS",
    "ORDER_ALREADY_COMPLETED",
    "ACTION_DOES_NOT_MATCH_INTENT",
    "ORDER_EXPIRED",
    "ORDER_NOT_APPROVED",
];

fn new_order(by: &Attempt, capture: bool, amount: Money, description: &str, reference: &str) -> Result<NewOrder, Rejection> {
    let key = by.key();
    // Unique for each attempt, and begun with what the shop calls it: PayPal refuses a number that it has seen.
    let number = format!("{} {}", cut(reference, 90), &key[key.len() - 10..]);
    let unit = NewUnit {
        amount: amounts::write(amount)?,
        custom_id: key,
        invoice_id: number,
        description: cut(description, LONGEST_DESCRIPTION),
    };
    let intent = if capture { "CAPTURE" } else { "AUTHORIZE" };
    Ok(NewOrder { intent, purchase_units: [unit], payment_source: Value::Null })
}

/// The key had been used for another amount.
fn is_another(made: &Order, amount: Money) -> bool {
    amounts::read(unit(made).amount.as_ref()).is_some_and(|told| told != amount)
}

fn key_reused<T>() -> Outcome<T> {
    Outcome::rejected(RejectReason::KeyReused, "PayPal knows this key with another amount.")
}

pub fn unit(order: &Order) -> PurchaseUnit {
    order.purchase_units.first().cloned().unwrap_or_default()
}

/// Our key on the order, whether it is closed or not.
pub fn attempt_of(order: &Order) -> Option<AttemptId> {
    let unit = order.purchase_units.first()?;
    attempt_in(unit.custom_id.as_deref())
}

/// Our key in what PayPal calls a custom id.
pub fn attempt_in(custom: Option<&str>) -> Option<AttemptId> {
    custom?.trim_end_matches(CLOSED).parse().ok()
}

fn is_closed(order: &Order) -> bool {
    order.purchase_units.first().and_then(|unit| unit.custom_id.as_deref()).is_some_and(|custom| custom.ends_with(CLOSED))
}

fn is_late(order: &Order, now: Instant) -> bool {
    now >= made_at(order).plus_seconds(PAGE_SECONDS)
}

pub fn made_at(order: &Order) -> Instant {
    order.create_time.as_deref().and_then(Instant::from_rfc3339).unwrap_or(Instant(0))
}

/// Why the payer's bank refused, as far as the order tells: a confirmation that failed, or a payment that was declined.
fn declined_by_bank(order: &Order) -> Option<Decline> {
    let confirmation = order.payment_source.as_ref().and_then(PaidWith::confirmation);
    if order.status != "COMPLETED" && matches!(confirmation, Some("N" | "R" | "U")) {
        return Some(Decline::of(DeclineReason::AuthenticationRequired));
    }
    let payments = unit(order).payments;
    let capture = payments.captures.into_iter().find(|capture| matches!(capture.status.as_str(), "DECLINED" | "FAILED"));
    let authorization = payments.authorizations.into_iter().find(|authorization| authorization.status == "DENIED");
    let response = capture.map(|it| it.processor_response).or(authorization.map(|it| it.processor_response))?;
    Some(of_bank(response.unwrap_or_default().response_code.as_deref()))
}

impl PaidWith {
    /// What became of the confirmation that the card's bank asked for: `Y`, `N`, `R`, `U`, `A` or `C`.
    fn confirmation(&self) -> Option<&str> {
        self.card.as_ref()?.authentication_result.as_ref()?.three_d_secure.as_ref()?.authentication_status.as_deref()
    }
}

/// The beginning of a text, at most so many letters; something when it is empty, because PayPal takes no empty text.
pub fn cut(text: &str, letters: usize) -> String {
    let cut: String = text.chars().take(letters).collect();
    if cut.trim().is_empty() { "-".to_owned() } else { cut }
}
