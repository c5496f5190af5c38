//! Tidying up: first answers are kept 72 hours; events are sealed into the audit chain.

use books::ids::{BusinessId, EventId};
use sha2::{Digest as _, Sha256};

use crate::db::{Expect, sql, table};
use crate::error::Result;
use crate::services::Services;
use crate::store::business;
use crate::store::event::{Event, FORGET_BODIES};
use crate::store::portal::FORGET_ENTRIES;

/// How long a first answer is kept word for word; later repeats are answered from the record.
const BODY_SECONDS: i64 = 72 * 3600;
/// Events younger than this may still be overtaken by one of another node that began earlier.
const SETTLE_SECONDS: i64 = 60;
/// At most so many events are sealed in one transaction.
const AT_ONCE: i64 = 500;

table! {
    /// One link of the audit chain.
    pub struct EventSeal in event_seal key(business_id, seq) {
        pub business_id: BusinessId,
        pub seq: i64,
        pub event_id: EventId,
        pub digest: Vec<u8>,
    }
}

sql!(LAST, "select * from event_seal where business_id = $1 order by seq desc limit 1 {for_update}");
sql!(
    UNSEALED,
    "
    select e.* from event e where e.business_id = $1 and e.id > $2
        and not exists (select 1 from event_seal s where s.business_id = e.business_id and s.event_id = e.id)
    order by e.id limit $3"
);

/// One round of tidying, over all businesses.
pub async fn tidy(services: &Services) -> Result<()> {
    let businesses = services.db.read(async move |reader| business::all(reader).await).await?;
    for business in businesses {
        forget_bodies(services, business.id).await?;
        forget_ways_in(services, business.id).await?;
        while seal(services, business.id).await? == AT_ONCE as usize {}
    }
    Ok(())
}

async fn forget_bodies(services: &Services, business: BusinessId) -> Result<()> {
    services
        .db
        .write(business, async move |tx| {
            let before = tx.now().plus_seconds(-BODY_SECONDS);
            tx.execute(&FORGET_BODIES, &[&before], Expect::Any);
            Ok(())
        })
        .await
}

/// Ways into the portal that were never used, or long ago, are of no use to anybody.
async fn forget_ways_in(services: &Services, business: BusinessId) -> Result<()> {
    services
        .db
        .write(business, async move |tx| {
            let before = tx.now().plus_seconds(-BODY_SECONDS);
            tx.execute(&FORGET_ENTRIES, &[&business, &before], Expect::Any);
            Ok(())
        })
        .await
}

/// Seals the oldest unsealed events of a business, in the order of their ids and without a gap. Answers how many.
pub async fn seal(services: &Services, business: BusinessId) -> Result<usize> {
    services
        .db
        .write(business, async move |tx| {
            let last: Option<EventSeal> = tx.query_opt(&LAST, &[&business]).await?;
            let (seq, event, digest) =
                last.map_or((0, EventId(uuid::Uuid::nil()), Vec::new()), |seal| (seal.seq, seal.event_id, seal.digest));
            let before = tx.now().plus_seconds(-SETTLE_SECONDS);
            let waiting: Vec<Event> = tx.query(&UNSEALED, &[&business, &event, &AT_ONCE]).await?;
            // The first that is too young ends it: an older one behind it, of a node with another clock, waits for it.
            let settled: Vec<&Event> = waiting.iter().take_while(|event| event.created_at < before).collect();
            let mut digest = digest;
            for (at, event) in settled.iter().enumerate() {
                digest = link(&digest, event);
                let seq = seq + 1 + i64::try_from(at).unwrap_or(i64::MAX);
                tx.insert(&EventSeal { business_id: business, seq, event_id: event.id, digest: digest.clone() });
            }
            Ok(settled.len())
        })
        .await
}

/// The digest of an event behind the one before it: SHA-256(previous, canonical line). The kept answer is no part of it,
/// because it is forgotten after 72 hours.
pub fn link(previous: &[u8], event: &Event) -> Vec<u8> {
    let line = serde_json::json!([
        event.id,
        event.actor,
        event.actor_role,
        event.request_id,
        event.kind,
        event.subject,
        event.customer_id,
        event.data,
        event.idempotency_key,
        event.created_at,
    ]);
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(line.to_string().as_bytes());
    hash.finalize().to_vec()
}
