//! Saved methods: kept by the processor for a customer, added by its token, chosen, removed.
//!
//! Invariants: only the processor's token, a brand and four digits are kept here. A processor is called outside transactions;
//! saving is safe to repeat, because the same idempotency key gives the processor the same key. A removed method is never
//! charged again, from the moment of its removal, whether or not the processor has heard of it yet. Left out: the processor's own
//! page for cards that are kept without a charge, which is `set_up_method`'s.

use books::ids::{AttemptId, BusinessId, ConnectionId, CustomerId, MethodId};
use processors::{Attempt as Ask, Capability, Outcome, Person, Processor, SavedMethod};
use sha2::{Digest as _, Sha256};

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::customer::{self, Customer};
use crate::store::link::Link;
use crate::store::method::{self, Method, ProcessorCustomer};

/// At most so many letters of a token.
const TOKEN: usize = 500;

/// A new row for a method that the processor told of; none when it is known here already.
pub(crate) async fn saved_row(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    connection: ConnectionId,
    saved: &SavedMethod,
    actor: &str,
) -> Result<Option<Method>> {
    let business_id = tx.business();
    if saved.id.is_empty() || method::by_remote(tx, connection, &saved.id).await?.is_some() {
        return Ok(None);
    }
    let known = tx.get::<ProcessorCustomer>(&[&business_id, &customer, &connection]).await?;
    let Some(known) = known else { return Ok(None) };
    let others = method::of_flow(tx, customer).await?;
    Ok(Some(Method {
        business_id,
        id: MethodId::new(tx.ids()),
        customer_id: customer,
        connection_id: connection,
        remote_customer: known.remote_id,
        remote_id: saved.id.clone(),
        kind: saved.kind.as_str().to_owned(),
        brand: saved.brand.clone(),
        last4: saved.last4.clone(),
        expires: saved.expires.map(|(year, month)| format!("{year:04}-{month:02}")),
        is_default: others.is_empty(),
        actor: actor.to_owned(),
        created_at: tx.now(),
        removed_at: None,
    }))
}

/// A customer and a connection that can keep methods, and the customer's name there.
pub(super) struct Shelf {
    pub(super) connection: Connection,
    pub(super) processor: std::sync::Arc<dyn Processor>,
    pub(super) remote_customer: String,
}

/// Opens the connection and makes the customer known there. Refuses a connection that is not live or keeps no methods.
pub(super) async fn shelf(services: &Services, call: &Call, customer: CustomerId, connection: ConnectionId) -> Result<Shelf> {
    let of = call.business;
    let (person, connection, name, known) = services
        .db
        .read(async move |reader| {
            let person = customer::one(reader, of, customer).await?;
            let connection = connection::one(reader, of, connection).await?;
            let known = reader.get::<ProcessorCustomer>(&[&of, &customer, &connection.id]).await?;
            Ok((person, connection, business::one(reader, of).await?.name, known))
        })
        .await?;
    if connection.state != "live" {
        return Err(Error::refused("NO_PROCESSOR", "this connection is not live: test or enable it in Settings"));
    }
    let processor = services.connections.open(&connection, &name)?.processor;
    if !processor.capabilities().can(Capability::SavedMethods) {
        return Err(Error::refused("PROCESSOR_INCOMPATIBLE", "this processor keeps no methods for later"));
    }
    let remote_customer = match known {
        Some(known) => known.remote_id,
        None => introduce(services, call, processor.as_ref(), &person, connection.id).await?,
    };
    Ok(Shelf { connection, processor, remote_customer })
}

/// Makes a customer known to a processor. The same customer gives the same id there, so doing it twice does no harm.
async fn introduce(
    services: &Services,
    call: &Call,
    processor: &dyn Processor,
    person: &Customer,
    connection: ConnectionId,
) -> Result<String> {
    let by = Ask { id: AttemptId::new(&mut services.db.ids()), at: services.db.clock().now() };
    let shown = Person { id: person.id, name: person.name.clone(), email: person.email.clone() };
    let remote_id = answered(processor.put_customer(&by, &shown).await)?;
    let (business_id, customer_id, kept) = (call.business, person.id, remote_id.clone());
    services
        .db
        .write(call.business, async move |tx| {
            let created_at = tx.now();
            let row =
                ProcessorCustomer { business_id, customer_id, connection_id: connection, remote_id: kept.clone(), created_at };
            tx.insert_or_ignore(&row);
            Ok(())
        })
        .await?;
    Ok(remote_id)
}

/// Makes a payer who wants their card kept known to the processor that they are about to pay at. Does nothing where that keeps no
/// cards, or where nobody can be paid online: starting the payment says so. Idempotent.
pub(crate) async fn introduce_payer(services: &Services, call: &Call, link: &Link) -> Result<()> {
    let of = call.business;
    let (connections, name) = services
        .db
        .read(async move |reader| Ok((connection::of_business(reader, of).await?, business::one(reader, of).await?.name)))
        .await?;
    let pays_at = services.connections.for_payers(&connections, &name, link.request_id.is_some());
    match pays_at.filter(|connection| services.connections.keeps_while_paying(connection, &name)) {
        Some(connection) => shelf(services, call, link.customer_id, connection.id).await.map(|_| ()),
        None => Ok(()),
    }
}

/// The customer's name at a processor that keeps methods, once they are known there.
pub(crate) async fn known_there(
    tx: &mut Tx<'_>,
    services: &Services,
    customer: CustomerId,
    connection: &Connection,
) -> Result<Option<String>> {
    let business = business::of(tx).await?;
    if !services.connections.keeps_while_paying(connection, &business.name) {
        return Ok(None);
    }
    let known = tx.get::<ProcessorCustomer>(&[&business.id, &customer, &connection.id]).await?;
    Ok(known.map(|known| known.remote_id))
}

/// What a call that moves no money was answered. A lost answer may simply be repeated under the same key.
pub(super) fn answered<T>(outcome: Outcome<T>) -> Result<T> {
    match outcome {
        Outcome::Done(value) | Outcome::Pending(value) => Ok(value),
        Outcome::Rejected(rejection) => Err(Error::invalid("token", "REJECTED", rejection.text)),
        Outcome::Declined(decline) => Err(Error::invalid("token", "DECLINED", decline.text)),
        Outcome::NeedsAction(_) => Err(Error::refused("PROCESSOR_INCOMPATIBLE", "the processor wants its own page for this")),
        Outcome::Unknown { .. } => Err(Error::Busy { retry_after_s: 5 }),
    }
}

/// The key that the processor sees: the same for the same idempotency key, else a new one.
fn attempt_of(services: &Services, call: &Call) -> AttemptId {
    let Some(key) = &call.key else { return AttemptId::new(&mut services.db.ids()) };
    let digest = Sha256::digest(format!("{}\n{}\n{}", call.business, call.actor.id(), key.text));
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    AttemptId(uuid::Uuid::from_bytes(bytes))
}

/// Keeps the method behind a browser's token. `default`: it is charged unless another is named; the first one is anyway.
/// Refuses NO_PROCESSOR, PROCESSOR_INCOMPATIBLE, and a token that the processor does not take. Idempotent by key.
pub async fn save_token(
    services: &Services,
    call: &Call,
    customer: CustomerId,
    connection: ConnectionId,
    token: &str,
    default: bool,
) -> Result<Done<MethodId>> {
    let token = token.trim();
    if token.is_empty() || token.chars().count() > TOKEN || token.chars().any(char::is_control) {
        return Err(Error::invalid("token", "INVALID", format!("the processor's token has 1 to {TOKEN} letters")));
    }
    let shelf = shelf(services, call, customer, connection).await?;
    let by = Ask { id: attempt_of(services, call), at: services.db.clock().now() };
    let saved = answered(shelf.processor.save_method(&by, &shelf.remote_customer, token).await)?;
    keep(services, call, customer, shelf.connection.id, saved, default).await
}

/// Writes a method down, once for the processor's token.
pub(super) async fn keep(
    services: &Services,
    call: &Call,
    customer: CustomerId,
    connection: ConnectionId,
    saved: SavedMethod,
    default: bool,
) -> Result<Done<MethodId>> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            tx.lock::<Customer>(&[&by.business, &customer]).await?.ok_or(Error::NotFound)?;
            let others = method::of_flow(tx, customer).await?;
            let fresh = saved_row(tx, customer, connection, &saved, &by.actor.id()).await?;
            let known = method::by_remote(tx, connection, &saved.id).await?;
            let is_new = fresh.is_some();
            let missing = || Error::Fault(format!("{} has no place for {customer}", saved.id));
            let mut row = fresh.or(known).ok_or_else(missing)?;
            row.is_default |= default;
            if row.is_default {
                step_back(tx, &others, row.id);
            }
            if is_new {
                tx.insert(&row)
            } else {
                tx.set(&row)
            }
            let event = event_id(tx);
            let data = serde_json::json!({ "kind": row.kind, "default": row.is_default });
            Act { kind: "method_saved", subject: row.id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
            Ok(Done::now(row.id))
        })
        .await
}

/// No other method is the default any more.
fn step_back(tx: &mut Tx<'_>, others: &[Method], chosen: MethodId) {
    for other in others.iter().filter(|other| other.is_default && other.id != chosen) {
        tx.set(&Method { is_default: false, ..other.clone() });
    }
}

/// The method that is charged unless another is named. Idempotent by key.
pub async fn choose_default(services: &Services, call: &Call, id: MethodId) -> Result<Done<MethodId>> {
    change(services, call, id, "method_chosen", |tx, row, others| {
        step_back(tx, others, row.id);
        tx.set(&Method { is_default: true, ..row.clone() });
    })
    .await
}

/// Forgets a method: it is charged no more, and the processor is told. Where it was the default, the oldest other one is.
/// Idempotent by key; one that is gone already is unknown.
pub async fn remove_method(services: &Services, call: &Call, id: MethodId) -> Result<Done<MethodId>> {
    change(services, call, id, "method_removed", |tx, row, others| {
        let removed_at = Some(tx.now());
        tx.set(&Method { is_default: false, removed_at, ..row.clone() });
        if let Some(next) = others.iter().find(|other| other.id != row.id).filter(|_| row.is_default) {
            tx.set(&Method { is_default: true, ..next.clone() });
        }
    })
    .await
}

async fn change(
    services: &Services,
    call: &Call,
    id: MethodId,
    kind: &'static str,
    act: impl Fn(&mut Tx<'_>, &Method, &[Method]) + Send + Sync + 'static,
) -> Result<Done<MethodId>> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let seen = tx.get::<Method>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            tx.lock::<Customer>(&[&by.business, &seen.customer_id]).await?.ok_or(Error::NotFound)?;
            let row = tx.lock::<Method>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let others = method::of_flow(tx, row.customer_id).await?;
            if row.removed_at.is_some() {
                return Err(Error::NotFound);
            }
            act(tx, &row, &others);
            let event = event_id(tx);
            if kind == "method_removed" {
                leave_job(tx, "detach_method", id, event);
            }
            let data = serde_json::json!({ "kind": row.kind });
            Act { kind, subject: id.to_string(), customer: Some(row.customer_id), data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await
}

/// The job `detach_method`: the processor forgets a method that was removed here.
pub(crate) async fn detach(services: &Services, business: BusinessId, id: MethodId) -> Result<()> {
    let row = method::method(&services.db, business, id).await?;
    let connection = row.connection_id;
    let (connection, name) = services
        .db
        .read(async move |reader| {
            Ok((connection::one(reader, business, connection).await?, business::one(reader, business).await?.name))
        })
        .await?;
    let processor = services.connections.open(&connection, &name)?.processor;
    match processor.detach(&row.remote_customer, &row.remote_id, services.db.clock().now()).await {
        Outcome::Unknown { why } => Err(Error::Fault(format!("{id} could not be forgotten there: {why}"))),
        _ => Ok(()),
    }
}
