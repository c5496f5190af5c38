//! Card in person or by phone: an amount is held first, then taken or let go (INV-6).
//!
//! Invariants: the card is saved at the processor, or staff key it into the processor's own fields, on its page or on ours (or in its
//! terminal apart: `key_apart.rs`); its number never comes here. What is held reserves what it is meant for. It is taken once, whole
//! or in part (the rest is let go), before it lapses. Refuses NOT_AUTHORIZED and AUTHORIZATION_EXPIRED.

use books::account::Aim;
use books::capability::{self, AuthorizeFacts, SavedMethod};
use books::ids::{ConnectionId, CustomerId, MethodId, PaymentId};
use books::money::{Currency, Money};
use books::payment::PaymentState;
use processors::{Asked, Capabilities, Capability, CaptureRequest, CheckoutRequest, Initiator, Terminal};

use super::ask_processor::look;
use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::charge_saved::{
    Begun, Charging, Which, asking, charge_saved, commit, insert_attempt, named, only, reference, send, way_back,
};
use super::check;
use super::key_apart;
use super::pay_in_fields::staff_address;
use super::posting::open_books;
use super::record_payment::{Part, check_parts};
use super::request_payment::allowed;
use super::start_checkout::close_page;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::sheets::actions::held_facts;
use crate::store::connection::Connection;
use crate::store::counter;
use crate::store::customer::Customer;
use crate::store::payment::{self, AttemptState, Payment};
use crate::store::user::Role;

/// The processor's fields may be used so long.
const FIELDS_SECONDS: i64 = 3_600;

/// An amount to be held.
#[derive(Debug, Clone)]
pub struct Holding {
    pub customer: CustomerId,
    pub amount: i64,
    pub currency: Currency,
    /// What it is for; none: whatever is due, oldest first.
    pub parts: Vec<Part>,
    pub connection: ConnectionId,
    /// None: staff key the card into the processor's fields.
    pub method: Option<MethodId>,
    /// Where staff key it; none: in fields where there are any, else in the processor's terminal apart.
    pub place: Option<KeyedAt>,
    /// A path of ours to come back to from those fields; none: the receipt's page.
    pub back: Option<String>,
}

/// Where staff key a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyedAt {
    /// In the processor's fields; the amount is held first.
    Fields,
    /// In the processor's terminal, a program apart: what is taken there is matched by our reference.
    Apart,
}

impl KeyedAt {
    /// Where a connection lets staff key a card, the usual one first.
    pub fn of(capabilities: &Capabilities) -> Vec<KeyedAt> {
        let fields = capabilities.holds_keyed();
        let apart = capabilities.can(Capability::SeparateTerminal);
        fields.then_some(KeyedAt::Fields).into_iter().chain(apart.then_some(KeyedAt::Apart)).collect()
    }
}

/// Holds an amount. Answers the payment: authorized, created with the address of the processor's fields, or pending with what is to
/// be typed in its terminal. Refuses NO_BALANCE, NO_PROCESSOR, PROCESSOR_INCOMPATIBLE, ABOVE_DUE, PAYMENT_PENDING, NO_RIGHT, in this
/// order. Idempotent by key.
pub async fn hold_amount(services: &Services, call: &Call, holding: Holding) -> Result<Done<PaymentId>> {
    check::amount("amount", holding.amount)?;
    if let Some(method) = holding.method {
        let Holding { customer, currency, amount, parts, .. } = holding;
        let charging =
            Charging { amount: Some(amount), capture: false, ..Charging::all(customer, currency, Which::One(method), parts) };
        return charge_saved(services, call, charging).await;
    }
    let begun = begin_keyed(services, call, holding).await?;
    if !begun.repeated {
        send(services, call, begun.value).await?;
    }
    Ok(begun)
}

async fn begin_keyed(services: &Services, call: &Call, holding: Holding) -> Result<Done<PaymentId>> {
    let (by, services) = (call.clone(), services.clone());
    let db = services.db.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let touched = check_parts(tx, &holding.parts, holding.customer, holding.currency).await?;
        let books = open_books(tx, holding.customer, holding.currency, &touched).await?;
        let aims: Vec<Aim> = holding.parts.iter().map(|part| Aim { target: part.target, amount: part.amount }).collect();
        let asked = asking(&books.account, &aims);
        let money = |minor| Money::new(minor, holding.currency);
        let connection = tx.get::<Connection>(&[&by.business, &holding.connection]).await?.ok_or(Error::NotFound)?;
        allowed(capability::authorize(&AuthorizeFacts {
            due: money(asked.due),
            processors: services.connections.keying(std::slice::from_ref(&connection), &books.business.name),
            method: SavedMethod::None,
            amount: Some(money(holding.amount)),
            pending: (asked.pending > 0).then(|| money(asked.pending)),
            right: by.actor.must(Role::Clerk, "payments").is_ok(),
        }))?;
        let processor = services.connections.open(&connection, &books.business.name)?.processor;
        let places = KeyedAt::of(processor.capabilities());
        let place = match holding.place {
            Some(place) => places.into_iter().find(|known| *known == place),
            None => places.into_iter().next(),
        };
        let Some(place) = place else {
            return Err(Error::refused("PROCESSOR_INCOMPATIBLE", "this processor has no fields in which staff can key a card"));
        };
        let number = counter::next(tx, "PAY", books.business.today(tx.now())).await?;

        let id = PaymentId::new(tx.ids());
        let link = way_back(tx, &services, &by, id, holding.customer, holding.currency);
        if place == KeyedAt::Apart {
            let keying =
                key_apart::Keying { id, aims: &aims, number, connection: &connection, processor: processor.as_ref(), back: link };
            key_apart::begin(tx, &services, &by, books, &holding, keying)?;
            return Ok(Done::now(id));
        }
        let reference = reference(tx, only(&holding.parts), number.text()).await?;
        let return_url = match &holding.back {
            Some(path) => format!("{}{}", services.public_url(), path.replace("{id}", &id.to_string())),
            None => format!("{}/p/return/{}", services.public_url(), services.keys.link_token("receipt", link.id)),
        };
        let now = tx.now();
        let asked = Asked::Checkout(CheckoutRequest {
            amount: money(holding.amount),
            description: format!("{}, {reference}", books.business.name),
            reference,
            customer: None,
            capture: false,
            save: false,
            by: Initiator::Staff,
            return_url: return_url.clone(),
            cancel_url: return_url,
            expires_at: Some(now.plus_seconds(FIELDS_SECONDS)),
            fields_url: (processor.terminal() == Terminal::OurPage).then(|| staff_address(&services, &connection, id)),
        });
        let row = Payment {
            number: counter::take(tx, number),
            amount: holding.amount,
            kind: "in_person".to_owned(),
            connection_id: Some(connection.id),
            captures: false,
            actor: by.actor.id(),
            ..Payment::fresh(by.business, id, holding.customer, holding.currency, now)
        };
        let event = event_id(tx);
        let begun = Begun { row: named(row, &aims), back: link, reserved: Vec::new(), asked, operation: "checkout" };
        commit(tx, &by, books, event, begun)?;
        let data = serde_json::json!({ "amount": holding.amount, "currency": holding.currency });
        Act { kind: "payment_started", subject: id.to_string(), customer: Some(holding.customer), data, call: &by }
            .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// Whose hold it must be, and for exactly which amount: what a payment in person names.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    pub customer: CustomerId,
    pub amount: i64,
    pub currency: Currency,
}

/// Takes what is held: `amount` minor units, at most what is held (none: all of it). Idempotent by key.
pub async fn capture(
    services: &Services,
    call: &Call,
    id: PaymentId,
    amount: Option<i64>,
    expected: Option<Expected>,
) -> Result<Done<PaymentId>> {
    if let Some(amount) = amount {
        check::amount("amount", amount)?;
    }
    act_on_hold(services, call, id, "capture_started", "capture", move |held, charge| {
        let fits = expected.is_none_or(|expected| {
            (expected.customer, expected.amount, expected.currency) == (held.customer_id, held.amount, held.currency)
        });
        let amount = amount.unwrap_or(held.amount);
        if !fits || amount > held.amount {
            let text = format!("{} is held on the card: authorize the card for this amount first", held.amount_of());
            return Err(Error::refused("NOT_AUTHORIZED", text));
        }
        Ok(Asked::Capture(CaptureRequest { charge, amount: Money::new(amount, held.currency) }))
    })
    .await
}

/// Lets go of what is held; for a payment whose page is still open, closes the page; gives up one that waits for a terminal apart. Idempotent by key.
pub async fn void(services: &Services, call: &Call, id: PaymentId) -> Result<Done<PaymentId>> {
    let of = call.business;
    let seen = services.db.read(async move |reader| payment::one(reader, of, id).await).await?;
    if seen.state == PaymentState::Created && seen.checkout_url.is_some() {
        call.actor.must(Role::Clerk, "payments")?;
        close_page(services, call, id).await?;
        return Ok(Done::now(id));
    }
    if seen.state == PaymentState::Pending && seen.checkout_url.is_some() {
        key_apart::give_up(services, call, id).await?;
        return Ok(Done::now(id));
    }
    act_on_hold(services, call, id, "void_started", "void", |_, charge| Ok(Asked::Void { charge })).await
}

async fn act_on_hold(
    services: &Services,
    call: &Call,
    id: PaymentId,
    kind: &'static str,
    operation: &'static str,
    asked: impl Fn(&Payment, String) -> Result<Asked> + Send + Sync + 'static,
) -> Result<Done<PaymentId>> {
    call.actor.must(Role::Clerk, "payments")?;
    let by = call.clone();
    let begun = services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let seen = tx.get::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            tx.lock::<Customer>(&[&by.business, &seen.customer_id]).await?.ok_or(Error::NotFound)?;
            let held = tx.lock::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            allowed(capability::capture(held_facts(&held, tx.now())))?;
            let attempts = payment::attempts_of_flow(tx, id).await?;
            if attempts.iter().any(|attempt| attempt.refund_id.is_none() && attempt.is_open()) {
                return Err(Error::refused("PAYMENT_PENDING", "the processor is being asked about it already"));
            }
            let missing = || Error::Fault(format!("{id} is held nowhere"));
            let charge = held.remote_id.clone().ok_or_else(missing)?;
            let connection = held.connection_id.ok_or_else(missing)?;
            let asked = asked(&held, charge)?;
            insert_attempt(tx, &held, connection, operation, &asked)?;
            let event = event_id(tx);
            let data = serde_json::json!({ "amount": held.amount, "currency": held.currency });
            Act { kind, subject: id.to_string(), customer: Some(held.customer_id), data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await?;
    if begun.repeated {
        return Ok(begun);
    }
    let answer = send(services, call, id).await?;
    let refused = answer.filter(|attempt| matches!(attempt.state, AttemptState::Rejected | AttemptState::Declined));
    if let Some(refused) = refused {
        // What stands in the way there is seen here too, such as a hold that lapsed.
        look(services, &call.onward(), id).await?;
        let why = refused.evidence.unwrap_or_default();
        let code = if why.contains("lapsed") { "AUTHORIZATION_EXPIRED" } else { "NOT_AUTHORIZED" };
        return Err(Error::refused(code, why));
    }
    Ok(begun)
}

/// The job of every page that leads back here: what became of a card that staff keyed.
pub async fn look_at(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    look(services, &call.onward(), id).await
}
