//! Follows what happens at processors: their webhooks, their own record of changes, and pages that are no longer wanted.
//!
//! Invariant: a webhook is a hint. It is stored before it is answered and the payment is then read from the processor itself.

use books::ids::{ConnectionId, CustomerId};
use books::payment::PaymentState;
use processors::{RawHook, Verified};

use super::listing::{Listing, read_on};
use super::read_payouts::read_payouts;
use super::{Job, once};
use crate::connections::Asking;
use crate::db::sql;
use crate::error::{Error, Result};
use crate::flows::ask_processor::follow;
use crate::flows::audit::{event_id, leave_job};
use crate::flows::call::Call;
use crate::flows::remote_invoice::{fit, renew};
use crate::flows::start_checkout::close_page;
use crate::services::Services;
use crate::store::business;
use crate::store::connection::{self, Connection};
use crate::store::hook::{HookDelivery, Told};
use crate::store::{payment, remote_invoice};

sql!(NOTE_REFUSAL, "update connection set hook_refused_at = $3 where business_id = $1 and id = $2");

/// How often a refused webhook is noted.
const QUIET_SECONDS: i64 = 60;
/// A real processor is asked what changed once in so many seconds; its messages come at once.
const ASK_AGAIN_SECONDS: i64 = 60;
/// One that takes no payments any more is asked what becomes of those it took.
const ASK_ENDED_SECONDS: i64 = 3600;
/// At most so many webhooks of Sandbox are delivered at a time.
const HOOKS: usize = 50;

/// Takes a webhook in: verifies it, stores it and leaves a job behind. Answers false when it is forged or not understood.
/// The same delivery twice is stored once.
pub async fn receive_hook(
    services: &Services,
    id: ConnectionId,
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<bool> {
    let found = services.db.read(async move |reader| connection::by_id(reader, id).await).await?;
    let Some(connection) = found else { return Ok(false) };
    let name = name(services, &connection).await?;
    let connected = services.connections.open(&connection, &name)?;
    let raw = RawHook { url, headers, body, now: services.db.clock().now() };
    let Some(verified) = connected.processor.verify(&raw).await else {
        tracing::warn!(connection = %id, "a webhook was refused: its signature does not fit");
        note_refusal(services, &connection).await?;
        return Ok(false);
    };
    keep(services, &connection, verified, body).await?;
    Ok(true)
}

/// So that Settings can say that messages arrive which cannot be believed. At most once a minute: anybody can send such.
async fn note_refusal(services: &Services, connection: &Connection) -> Result<()> {
    let now = services.db.clock().now();
    if connection.hook_refused_at.is_some_and(|before| now < before.plus_seconds(QUIET_SECONDS)) {
        return Ok(());
    }
    let (business, id) = (connection.business_id, connection.id);
    services
        .db
        .write(business, async move |tx| {
            tx.execute(&NOTE_REFUSAL, &[&business, &id, &now], crate::db::Expect::Any);
            Ok(())
        })
        .await
}

async fn keep(services: &Services, connection: &Connection, verified: Verified, raw: &[u8]) -> Result<()> {
    let told: Vec<Told> = verified.hints.into_iter().map(|hint| Told { about: hint.about, attempt: hint.attempt }).collect();
    let body = String::from_utf8_lossy(raw).replace('\0', "");
    keep_hints(services, connection, verified.delivery_id, told, body).await
}

/// Stores what a processor told of, once for each delivery, and leaves the job behind that follows it.
pub(super) async fn keep_hints(
    services: &Services,
    connection: &Connection,
    delivery: String,
    told: Vec<Told>,
    body: String,
) -> Result<()> {
    let (business, id) = (connection.business_id, connection.id);
    let hints = serde_json::to_string(&told).map_err(|error| Error::Fault(format!("a webhook could not be kept: {error}")))?;
    services
        .db
        .write(business, async move |tx| {
            if tx.get::<HookDelivery>(&[&business, &id, &delivery]).await?.is_some() {
                return Ok(());
            }
            let received_at = tx.now();
            let row = HookDelivery {
                business_id: business,
                connection_id: id,
                dedupe_id: delivery.clone(),
                body: body.clone(),
                hints: hints.clone(),
                received_at,
            };
            // Two nodes may receive the same delivery at once: one row, and following it twice does no harm.
            tx.insert_or_ignore(&row);
            let cause = event_id(tx);
            leave_job(tx, "follow_hook", format!("{id}/{delivery}"), cause);
            Ok(())
        })
        .await
}

/// The job `follow_hook`: looks at everything a stored webhook hints at.
pub async fn follow_hook(services: &Services, job: &Job) -> Result<()> {
    let bad = || Error::Fault(format!("{} is not a webhook", job.subject));
    let (connection, dedupe) = job.subject.split_once('/').ok_or_else(bad)?;
    let (business, id, dedupe): (_, ConnectionId, _) =
        (job.business_id, connection.parse().map_err(|_| bad())?, dedupe.to_owned());
    let (connection, delivery) = services
        .db
        .read(async move |reader| {
            let connection = connection::one(reader, business, id).await?;
            let delivery = reader.get::<HookDelivery>(&[&business, &id, &dedupe]).await?;
            Ok((connection, delivery))
        })
        .await?;
    let Some(delivery) = delivery else { return Ok(()) };
    let told: Vec<Told> =
        serde_json::from_str(&delivery.hints).map_err(|error| Error::Fault(format!("a stored webhook: {error}")))?;
    let call = Call::system(business, format!("webhook {}", delivery.dedupe_id));
    for told in &told {
        follow(services, &call, &connection, told).await?;
    }
    Ok(())
}

/// One round over all connections that took payments or may: lets Sandbox's bank do what is due, delivers its webhooks, and reads
/// what changed.
pub async fn follow_all(services: &Services) -> Result<()> {
    let connections = services.db.read(async move |reader| connection::followed(reader).await).await?;
    for connection in connections {
        if let Err(error) = follow_one(services, &connection).await {
            tracing::warn!(connection = %connection.id, %error, "a processor could not be followed; it is tried again");
        }
    }
    Ok(())
}

async fn follow_one(services: &Services, connection: &Connection) -> Result<()> {
    let name = name(services, connection).await?;
    let connected = services.connections.open(connection, &name)?;
    let now = services.db.clock().now();
    let seldom = if connection.state == "live" { ASK_AGAIN_SECONDS } else { ASK_ENDED_SECONDS };
    if connected.bank.is_none() && !services.connections.may_ask(connection.id, Asking::Changes, now, seldom) {
        return Ok(());
    }
    if let Some(bank) = &connected.bank {
        let broken = |error: processors::sandbox::BankError| Error::Fault(format!("Sandbox: {error}"));
        bank.tick(now).await.map_err(broken)?;
        for delivery in bank.pending_webhooks(now, HOOKS).await.map_err(broken)? {
            let url = format!("{}/hooks/{}", services.public_url(), connection.id);
            let accepted = receive_hook(services, connection.id, &url, &delivery.headers, delivery.body.as_bytes()).await?;
            bank.webhook_delivered(&delivery.receipt, accepted, now).await.map_err(broken)?;
        }
    }
    // What webhooks missed is found in the processor's own record.
    read_on(services, connection, &connected, now, Listing::Changes).await?;
    read_payouts(services, connection, &connected, now).await
}

/// The job `close_checkouts`: after the balance moved, pages on which more could be paid than is due are closed, and invoices
/// at processors ask for what is due now.
pub async fn close_checkouts(services: &Services, job: &Job) -> Result<()> {
    let customer: CustomerId = job.subject.parse().map_err(|_| Error::Fault(format!("{} is not a customer", job.subject)))?;
    let business = job.business_id;
    let open = services.db.read(async move |reader| payment::open_pages(reader, business, customer).await).await?;
    let call = Call::system(business, format!("job {}", job.id));
    for page in open.into_iter().filter(|page| page.state == PaymentState::Created) {
        if page.amount > page.due {
            close_page(services, &call, page.id).await?;
        }
    }
    let invoices = services.db.read(async move |reader| remote_invoice::out(reader, business, customer).await).await?;
    for invoice in invoices {
        fit(services, &call, invoice.id).await?;
    }
    Ok(())
}

/// The job `renew_remote_invoice`: one that asked for another amount is gone; what is due now is asked for anew.
pub async fn renew_remote_invoice(services: &Services, job: &Job) -> Result<()> {
    let bad = || Error::Fault(format!("{} is not an invoice at a processor", job.subject));
    let call = Call { key: Some(once(job)), ..Call::system(job.business_id, format!("job {}", job.id)) };
    renew(services, &call, job.subject.parse().map_err(|_| bad())?).await
}

async fn name(services: &Services, connection: &Connection) -> Result<String> {
    let of = connection.business_id;
    services.db.read(async move |reader| Ok(business::one(reader, of).await?.name)).await
}
