//! Saved methods: kept by the processor for a customer, added by its token or on its own page, chosen, removed.
//!
//! Invariants: only the processor's token, a brand and four digits are kept here. A processor is called outside transactions;
//! saving is safe to repeat, because the same idempotency key gives the processor the same key. A removed method is never
//! charged again, from the moment of its removal, whether or not the processor has heard of it yet.

use books::ids::{AttemptId, BusinessId, ConnectionId, CustomerId, MethodId};
use processors::{
    Asked, Attempt as Ask, Capability, Initiator, MethodKind, Outcome, Person, Processor, Reference, Remote, RemoteKind,
    SavedMethod, Setup, SetupRequest, SetupState,
};
use sha2::{Digest as _, Sha256};

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Actor, Call, Done};
use super::share_link::link_row;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::customer::{self, Customer};
use crate::store::link::Link;
use crate::store::method::{self, Method, MethodSetup, ProcessorCustomer};

/// How long the way back from the processor's page may be used.
const BACK_SECONDS: i64 = 90 * 86_400;
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
    let kind = match saved.kind {
        MethodKind::Card => "card",
        MethodKind::BankDebit => "bank_debit",
    };
    Ok(Some(Method {
        business_id,
        id: MethodId::new(tx.ids()),
        customer_id: customer,
        connection_id: connection,
        remote_customer: known.remote_id,
        remote_id: saved.id.clone(),
        kind: kind.to_owned(),
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
struct Shelf {
    connection: Connection,
    processor: std::sync::Arc<dyn Processor>,
    remote_customer: String,
}

/// Opens the connection and makes the customer known there. Refuses a connection that is not live or keeps no methods.
async fn shelf(services: &Services, call: &Call, customer: CustomerId, connection: ConnectionId) -> Result<Shelf> {
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

/// What a call that moves no money was answered. A lost answer may simply be repeated under the same key.
fn answered<T>(outcome: Outcome<T>) -> Result<T> {
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
async fn keep(
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

/// Opens a page of the processor on which the customer's card is kept without being charged. `back`: a path of ours to come back to
/// (staff); none: a page that says that it was saved. Answers the setup; its row has the page's address. Idempotent by key.
pub async fn start_setup(
    services: &Services,
    call: &Call,
    customer: CustomerId,
    connection: ConnectionId,
    back: Option<String>,
) -> Result<Done<AttemptId>> {
    let shelf = shelf(services, call, customer, connection).await?;
    if !shelf.processor.capabilities().can(Capability::SetupPage) {
        return Err(Error::refused("PROCESSOR_INCOMPATIBLE", "this processor has no page to save a card on"));
    }
    let begun = begin_setup(services, call, customer, &shelf, back).await?;
    if begun.repeated {
        return Ok(begun);
    }
    let setup = method::setup(&services.db, call.business, begun.value).await?;
    let Ok(Asked::Setup(request)) = serde_json::from_str(&setup.asked) else {
        return Err(Error::Fault(format!("{} asked for something else", setup.id)));
    };
    let by = Ask { id: setup.id, at: services.db.clock().now() };
    match shelf.processor.setup(&by, &request).await {
        Outcome::Done(page) | Outcome::Pending(page) => note_setup(services, call, setup.id, page).await?,
        other => answered(other.map(|_| ()))?,
    }
    Ok(begun)
}

async fn begin_setup(
    services: &Services,
    call: &Call,
    customer: CustomerId,
    shelf: &Shelf,
    back: Option<String>,
) -> Result<Done<AttemptId>> {
    let (by, keys, public_url) = (call.clone(), services.keys.clone(), services.public_url().to_owned());
    let (connection_id, remote_customer) = (shelf.connection.id, shelf.remote_customer.clone());
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            tx.lock::<Customer>(&[&by.business, &customer]).await?.ok_or(Error::NotFound)?;
            let currency = business::of(tx).await?.currency;
            let now = tx.now();
            let expires_at = now.plus_seconds(BACK_SECONDS);
            let link: Link =
                Link { can_pay: false, ..link_row(tx, &keys, "method", customer, currency, expires_at, by.actor.id()) };
            let return_url = match &back {
                Some(path) => format!("{public_url}{path}"),
                None => format!("{public_url}/p/return/{}", keys.link_token("method", link.id)),
            };
            let staff = matches!(by.actor, Actor::User { .. });
            let asked = Asked::Setup(SetupRequest {
                customer: remote_customer.clone(),
                by: if staff { Initiator::Staff } else { Initiator::Payer },
                return_url: return_url.clone(),
                cancel_url: return_url,
            });
            let asked =
                serde_json::to_string(&asked).map_err(|error| Error::Fault(format!("a request could not be kept: {error}")))?;
            let id = AttemptId::new(tx.ids());
            tx.insert(&link);
            tx.insert(&MethodSetup {
                business_id: by.business,
                id,
                customer_id: customer,
                connection_id,
                link_id: link.id,
                asked,
                state: "sending".to_owned(),
                remote_id: None,
                url: None,
                method_id: None,
                actor: by.actor.id(),
                created_at: now,
                updated_at: now,
            });
            let event = event_id(tx);
            let data = serde_json::json!({ "processor": connection_id });
            Act { kind: "method_page_opened", subject: id.to_string(), customer: Some(customer), data, call: &by }
                .write(tx, event);
            Ok(Done::now(id))
        })
        .await
}

/// Stores how the processor's page stands. A completed one leaves its method.
async fn note_setup(services: &Services, call: &Call, id: AttemptId, page: Setup) -> Result<()> {
    let setup = method::setup(&services.db, call.business, id).await?;
    let kept = match (&page.method, page.state, setup.method_id) {
        (Some(saved), SetupState::Completed, None) => {
            let once = Call { key: None, ..call.clone() };
            Some(keep(services, &once, setup.customer_id, setup.connection_id, saved.clone(), false).await?.value)
        }
        (_, _, kept) => kept,
    };
    let business = call.business;
    services
        .db
        .write(business, async move |tx| {
            let mut row = tx.lock::<MethodSetup>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
            row.remote_id = Some(page.id.clone());
            row.url = Some(page.url.clone());
            row.method_id = row.method_id.or(kept);
            row.updated_at = tx.now();
            row.state = match page.state {
                SetupState::Open => "open",
                SetupState::Completed => "done",
                SetupState::Expired | SetupState::Canceled => "closed",
            }
            .to_owned();
            tx.set(&row);
            Ok(())
        })
        .await
}

/// Asks the processor what came of a page, and keeps the method if there is one. The browser's coming back proves nothing.
pub async fn finish_setup(services: &Services, call: &Call, id: AttemptId) -> Result<MethodSetup> {
    let of = call.business;
    let setup = method::setup(&services.db, of, id).await?;
    if setup.state == "open"
        && let Some(remote) = setup.remote_id.clone()
    {
        let connection = setup.connection_id;
        let (connection, name) = services
            .db
            .read(async move |reader| Ok((connection::one(reader, of, connection).await?, business::one(reader, of).await?.name)))
            .await?;
        let processor = services.connections.open(&connection, &name)?.processor;
        let about = Reference::new(RemoteKind::Setup, remote);
        if let Outcome::Done(Remote::Setup(page)) = processor.fetch(&about, services.db.clock().now()).await {
            note_setup(services, call, id, page).await?;
        }
    }
    method::setup(&services.db, of, id).await
}

/// The same for a hint of the processor. A page that is not ours is left alone.
pub(crate) async fn finish_setup_of(services: &Services, call: &Call, connection: &Connection, remote: &str) -> Result<()> {
    let (of, id, remote) = (connection.business_id, connection.id, remote.to_owned());
    let found = services.db.read(async move |reader| method::setup_of_remote(reader, of, id, &remote).await).await?;
    match found {
        Some(setup) => finish_setup(services, call, setup.id).await.map(|_| ()),
        None => Ok(()),
    }
}

/// The setup whose browser comes back by this link.
pub async fn setup_of_link(services: &Services, link: &Link) -> Result<Option<MethodSetup>> {
    let (business, id) = (link.business_id, link.id);
    services.db.read(async move |reader| method::setup_of_link(reader, business, id).await).await
}

/// What came of the last page that was opened for a customer.
pub async fn newest_setup(services: &Services, call: &Call, customer: CustomerId) -> Result<Option<MethodSetup>> {
    let of = call.business;
    let found = services.db.read(async move |reader| method::newest_setup(reader, of, customer).await).await?;
    match found {
        Some(setup) => finish_setup(services, call, setup.id).await.map(Some),
        None => Ok(None),
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
