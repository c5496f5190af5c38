//! *Get money*: a saved method is charged, or an amount held on it, while its holder is away.
//!
//! Invariants: the attempt is committed with its key, and what it is meant for reserved, before the processor is called; a lost
//! answer stays reserved until there is evidence, so a second click never charges twice. Never more than is due. Refuses
//! NO_BALANCE, NO_SAVED_METHOD, METHOD_EXPIRED, ABOVE_DUE, PAYMENT_PENDING, NO_RIGHT, in this order.

use books::account::{Account, Aim, Item, Reserved, Target};
use books::capability::{self, ChargeSavedFacts, SavedMethod};
use books::ids::{AttemptId, ConnectionId, CustomerId, MethodId, PaymentId};
use books::money::{Currency, Money};
use processors::{Asked, Attempt as Ask, ChargeRequest, Initiator, Source, ask};

use super::ask_processor::look;
use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use super::posting::{Books, open_books};
use super::record_payment::{Part, check_parts};
use super::request_payment::allowed;
use super::settle_payment::{Finding, settle_payment};
use super::share_link::link_row;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::counter;
use crate::store::invoice::Invoice;
use crate::store::link::Link;
use crate::store::method::{self, Method};
use crate::store::order::Order;
use crate::store::payment::{self, Attempt, AttemptState, Payment, PaymentTarget, kept_aims};
use crate::store::user::Role;

/// The processor is asked again about a call that got no answer after so long.
const FIRST_CHECK_SECONDS: i64 = 30;
/// How long the way back from the processor's page may be used.
const BACK_SECONDS: i64 = 90 * 86_400;

/// Which method is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The customer's default.
    Default,
    One(MethodId),
}

/// A charge as it is asked for.
#[derive(Debug, Clone)]
pub struct Charging {
    pub customer: CustomerId,
    pub currency: Currency,
    /// Minor units. None: all that is due.
    pub amount: Option<i64>,
    pub method: Which,
    /// What it is for; none: whatever is due, oldest first.
    pub parts: Vec<Part>,
    pub memo: Option<String>,
    /// False: the amount is held, to be taken later.
    pub capture: bool,
    /// Another try of this payment: for as much of it as is still due.
    pub retry_of: Option<PaymentId>,
    /// By the customer's own switch, not by a person.
    pub by_itself: bool,
}

impl Charging {
    /// All that is due on `parts`, now.
    pub fn all(customer: CustomerId, currency: Currency, method: Which, parts: Vec<Part>) -> Charging {
        Charging { customer, currency, amount: None, method, parts, memo: None, capture: true, retry_of: None, by_itself: false }
    }
}

/// Charges it. Answers the payment as the processor said: succeeded, authorized, pending, failed, waiting for its holder
/// (created, with the page's address), or unknown. Idempotent by key.
pub async fn charge_saved(services: &Services, call: &Call, charging: Charging) -> Result<Done<PaymentId>> {
    if let Some(amount) = charging.amount {
        check::amount("amount", amount)?;
    }
    check::note("memo", charging.memo.as_deref())?;
    let begun = begin(services, call, charging).await?;
    if !begun.repeated {
        send(services, call, begun.value).await?;
    }
    Ok(begun)
}

/// What an account says about a charge for these targets.
pub(crate) struct Asking {
    pub due: i64,
    pub pending: i64,
}

pub(crate) fn asking(account: &Account, aims: &[Aim]) -> Asking {
    let part = |aim: &Aim| {
        let due = match aim.target {
            Target::Entry(id) => account.item(id).map_or(0, Item::open),
            document => account.due(document),
        };
        aim.amount.map_or(due, |most| most.min(due))
    };
    match aims {
        [] => Asking {
            due: (-account.balance()).max(0),
            pending: account.items().iter().filter(|item| item.is_charge()).map(|item| item.state.reserved).sum(),
        },
        some => {
            Asking { due: some.iter().map(part).sum(), pending: some.iter().map(|aim| account.reserved_on(aim.target)).sum() }
        }
    }
}

/// How a method stands today.
pub fn standing(method: Option<&Method>, today: books::calendar::Day) -> SavedMethod {
    match method {
        None => SavedMethod::None,
        Some(method) if method.removed_at.is_some() => SavedMethod::None,
        Some(method) if method.is_expired(today) => SavedMethod::Expired,
        Some(_) => SavedMethod::Live,
    }
}

/// The customer's method that is meant, removed ones too; none where there is no default. A method of somebody else is unknown.
pub(crate) async fn chosen(tx: &mut Tx<'_>, customer: CustomerId, which: Which) -> Result<Option<Method>> {
    let business = tx.business();
    match which {
        Which::Default => Ok(method::of_flow(tx, customer).await?.into_iter().find(|method| method.is_default)),
        Which::One(id) => {
            let found = tx.get::<Method>(&[&business, &id]).await?.filter(|method| method.customer_id == customer);
            found.map(Some).ok_or(Error::NotFound)
        }
    }
}

async fn begin(services: &Services, call: &Call, charging: Charging) -> Result<Done<PaymentId>> {
    let (by, services) = (call.clone(), services.clone());
    let db = services.db.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let touched = check_parts(tx, &charging.parts, charging.customer, charging.currency).await?;
        let mut books = open_books(tx, charging.customer, charging.currency, &touched).await?;
        let method = chosen(tx, charging.customer, charging.method).await?;
        let tries = match charging.retry_of {
            Some(earlier) => tx.get::<Payment>(&[&by.business, &earlier]).await?.ok_or(Error::NotFound)?.tries + 1,
            None => 0,
        };
        let aims: Vec<Aim> = charging.parts.iter().map(|part| Aim { target: part.target, amount: part.amount }).collect();
        let asked = asking(&books.account, &aims);
        let money = |minor| Money::new(minor, charging.currency);
        let wanted = charging.amount.unwrap_or(asked.due);
        let amount = if charging.retry_of.is_some() { wanted.min(asked.due) } else { wanted };
        allowed(capability::charge_saved(&ChargeSavedFacts {
            due: money(asked.due),
            method: standing(method.as_ref(), books.business.today(tx.now())),
            amount: Some(money(amount)),
            pending: (asked.pending > 0).then(|| money(asked.pending)),
            right: by.actor.must(Role::Clerk, "payments").is_ok(),
        }))?;
        let method = method.ok_or_else(|| Error::Fault("a method was promised".to_owned()))?;
        let connection = live(tx, method.connection_id).await?;
        let number = counter::next(tx, "PAY", books.business.today(tx.now())).await?;
        let reference = reference(tx, only(&charging.parts), number.text()).await?;

        let id = PaymentId::new(tx.ids());
        let reserved = books.account.reserve(&aims, amount)?;
        let back = way_back(tx, &services, &by, id, charging.customer, charging.currency);
        let return_url = format!("{}/p/return/{}", services.public_url(), services.keys.link_token("receipt", back.id));
        let asked = Asked::Charge(ChargeRequest {
            amount: money(amount),
            source: Source::Saved { customer: method.remote_customer.clone(), method: method.remote_id.clone() },
            by: Initiator::OffSession,
            capture: charging.capture,
            description: format!("{}, {reference}", books.business.name),
            reference,
            return_url,
        });
        let now = tx.now();
        let row = Payment {
            number: counter::take(tx, number),
            amount,
            kind: "saved".to_owned(),
            memo: charging.memo.clone(),
            connection_id: Some(connection.id),
            brand: Some(method.brand.clone()),
            last4: Some(method.last4.clone()),
            method_id: Some(method.id),
            retry_of: charging.retry_of,
            tries,
            by_itself: charging.by_itself,
            captures: charging.capture,
            actor: by.actor.id(),
            ..Payment::fresh(by.business, id, charging.customer, charging.currency, now)
        };
        let event = event_id(tx);
        commit(tx, &by, books, event, Begun { row: named(row, &aims), back, reserved, asked, operation: "charge" })?;
        let data = serde_json::json!({ "amount": amount, "currency": charging.currency, "capture": charging.capture });
        Act { kind: "charge_started", subject: id.to_string(), customer: Some(charging.customer), data, call: &by }
            .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// A connection that may be used now.
pub(crate) async fn live(tx: &mut Tx<'_>, id: ConnectionId) -> Result<Connection> {
    let business = tx.business();
    let connection = tx.get::<Connection>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
    if connection.state != "live" {
        return Err(Error::refused("NO_PROCESSOR", "the processor behind it is not live: enable it in Settings"));
    }
    Ok(connection)
}

/// The one document that is named, if it is one.
pub(crate) fn only(parts: &[Part]) -> Option<Target> {
    match parts {
        [one] => Some(one.target),
        _ => None,
    }
}

/// What the processor's record and the card's statement call it: the one document's number, else the payment's.
pub(crate) async fn reference(tx: &mut Tx<'_>, named: Option<Target>, number: &str) -> Result<String> {
    let business = tx.business();
    let document = match named {
        Some(Target::Order(id)) => tx.get::<Order>(&[&business, &id]).await?.and_then(|order| order.number),
        Some(Target::Invoice(id)) => tx.get::<Invoice>(&[&business, &id]).await?.and_then(|invoice| invoice.number),
        _ => None,
    };
    Ok(document.unwrap_or_else(|| number.to_owned()))
}

/// The link by which a browser comes back from the processor's page, and which later shows the receipt.
pub(crate) fn way_back(
    tx: &mut Tx<'_>,
    services: &Services,
    by: &Call,
    payment: PaymentId,
    customer: CustomerId,
    currency: Currency,
) -> Link {
    let expires_at = tx.now().plus_seconds(BACK_SECONDS);
    let link = link_row(tx, &services.keys, "receipt", customer, currency, expires_at, by.actor.id());
    Link { payment_id: Some(payment), can_pay: false, ..link }
}

/// The payment with what it names: one whole document in its own column, anything else as a list.
pub(crate) fn named(row: Payment, aims: &[Aim]) -> Payment {
    match aims {
        [Aim { target: Target::Order(id), amount: None }] => Payment { order_id: Some(*id), ..row },
        [Aim { target: Target::Invoice(id), amount: None }] => Payment { invoice_id: Some(*id), ..row },
        some => Payment { aims: kept_aims(some), ..row },
    }
}

/// A payment that is about to be sent to a processor.
pub(crate) struct Begun {
    pub row: Payment,
    pub back: Link,
    pub reserved: Vec<Reserved>,
    pub asked: Asked,
    pub operation: &'static str,
}

/// Writes the payment, what it is meant for, its way back and its attempt. The call follows after the commit.
pub(crate) fn commit(tx: &mut Tx<'_>, by: &Call, books: Books, event: books::ids::EventId, begun: Begun) -> Result<()> {
    let attempt = AttemptId::new(tx.ids());
    commit_as(tx, by, books, event, begun, attempt)
}

/// The same with an attempt whose id is known already.
pub(crate) fn commit_as(
    tx: &mut Tx<'_>,
    by: &Call,
    books: Books,
    event: books::ids::EventId,
    begun: Begun,
    attempt: AttemptId,
) -> Result<()> {
    let Begun { row, back, reserved, asked, operation } = begun;
    let missing = || Error::Fault(format!("{} has no processor", row.id));
    let connection = row.connection_id.ok_or_else(missing)?;
    books.write(tx, by, event)?;
    tx.insert(&back);
    tx.insert(&row);
    for (position, part) in (1_i64..).zip(&reserved) {
        let (business_id, payment_id) = (row.business_id, row.id);
        tx.insert(&PaymentTarget { business_id, payment_id, position, entry_id: part.charge, amount: part.amount });
    }
    insert_attempt_as(tx, attempt, &row, connection, operation, &asked)
}

/// Writes the attempt behind a call, with its key, before anybody is called.
pub(crate) fn insert_attempt(
    tx: &mut Tx<'_>,
    row: &Payment,
    connection: ConnectionId,
    operation: &str,
    asked: &Asked,
) -> Result<()> {
    let id = AttemptId::new(tx.ids());
    insert_attempt_as(tx, id, row, connection, operation, asked)
}

fn insert_attempt_as(
    tx: &mut Tx<'_>,
    id: AttemptId,
    row: &Payment,
    connection: ConnectionId,
    operation: &str,
    asked: &Asked,
) -> Result<()> {
    let text = serde_json::to_string(asked).map_err(|error| Error::Fault(format!("a request could not be kept: {error}")))?;
    let now = tx.now();
    tx.insert(&Attempt {
        business_id: row.business_id,
        id,
        payment_id: row.id,
        connection_id: connection,
        operation: operation.to_owned(),
        // Nobody is called for what staff key in a terminal apart: it waits.
        state: if matches!(asked, Asked::Keyed(_)) { AttemptState::Pending } else { AttemptState::Sending },
        remote_id: None,
        asked: text,
        evidence: None,
        checks: 0,
        check_at: Some(now.plus_seconds(FIRST_CHECK_SECONDS)),
        created_at: now,
        updated_at: now,
        refund_id: None,
    });
    Ok(())
}

/// Calls the processor for a payment's newest attempt that was committed and not yet answered, and stores what it said. Answers
/// that attempt as it stands then.
pub(crate) async fn send(services: &Services, call: &Call, id: PaymentId) -> Result<Option<Attempt>> {
    let of = call.business;
    let found = services
        .db
        .read(async move |reader| {
            let attempts = payment::attempts(reader, of, id).await?;
            let attempt = attempts.into_iter().rev().find(|attempt| attempt.refund_id.is_none() && attempt.is_open());
            let Some(attempt) = attempt else { return Ok(None) };
            let connection = connection::one(reader, of, attempt.connection_id).await?;
            Ok(Some((attempt, connection, business::one(reader, of).await?.name)))
        })
        .await?;
    let Some((attempt, connection, name)) = found else { return Ok(None) };
    let connected = services.connections.open(&connection, &name)?;
    let by = Ask { id: attempt.id, at: services.db.clock().now() };
    let outcome = ask(connected.processor.as_ref(), &by, &attempt.asked()?).await;
    let attempt = attempt.id;
    settle_payment(services, call, id, Finding::Answered { attempt, outcome }).await?;
    let attempts = services.db.read(async move |reader| payment::attempts(reader, of, id).await).await?;
    Ok(attempts.into_iter().find(|row| row.id == attempt))
}

/// Charges a failed or canceled payment once more, by the method it had (or the customer's default), as a new payment for what of
/// it is still due. Refuses CLOSED for one that did not fail, and what [`charge_saved`] refuses. Idempotent by key.
pub async fn retry_payment(services: &Services, call: &Call, id: PaymentId) -> Result<Done<PaymentId>> {
    let of = call.business;
    let earlier = services.db.read(async move |reader| payment::one(reader, of, id).await).await?;
    if call.key.is_none() && !earlier.state.can_be_retried() {
        look(services, &call.onward(), id).await?;
    }
    may_retry(&earlier)?;
    let parts = earlier.aims()?.into_iter().map(|aim| Part { target: aim.target, amount: aim.amount }).collect();
    let charging = Charging {
        customer: earlier.customer_id,
        currency: earlier.currency,
        amount: Some(earlier.amount),
        method: earlier.method_id.map_or(Which::Default, Which::One),
        parts,
        memo: earlier.memo.clone(),
        capture: earlier.captures,
        retry_of: Some(id),
        by_itself: earlier.by_itself,
    };
    charge_saved(services, call, charging).await
}

/// Whether a payment may be tried again at all.
pub fn may_retry(payment: &Payment) -> Result<()> {
    match payment.state.can_be_retried() && payment.kind != "external" {
        true => Ok(()),
        false => Err(Error::refused("CLOSED", format!("this payment is {}: only one that failed is tried again", payment.state))),
    }
}

/// The job `retry_payment`: another try by the schedule. What stands in its way by then ends it without a word: it was paid, is
/// under way, or its method is gone.
pub(crate) async fn retry_by_schedule(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    match retry_payment(services, call, id).await {
        Ok(_) | Err(Error::Refused(_) | Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}
