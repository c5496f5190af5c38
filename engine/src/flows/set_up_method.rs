//! A card kept without a charge: the processor's page on which a customer leaves it, and what came of that.
//!
//! Invariants: the browser's coming back proves nothing, the processor is asked. A page is opened once for its idempotency key, and
//! leaves one method, however often its end is told. Left out: how a method is kept and forgotten, which is `keep_method`'s.

use books::ids::{AttemptId, ConnectionId, CustomerId};
use processors::{
    Asked, Attempt as Ask, Capability, Initiator, Outcome, Reference, Remote, RemoteKind, Setup, SetupRequest, SetupState,
};

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Actor, Call, Done};
use super::keep_method::{Shelf, answered, keep, shelf};
use super::share_link::link_row;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::customer::Customer;
use crate::store::link::Link;
use crate::store::method::{self, MethodSetup};

/// How long the way back from the processor's page may be used.
const BACK_SECONDS: i64 = 90 * 86_400;

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
