//! The trail of acts: the chain of sealed events, and the events that mails and jobs name as their cause.
//!
//! Limit: events after the last seal (the latest minute, or longer where no server runs) are not yet in the chain.

use std::collections::{HashMap, HashSet};

use books::ids::{BusinessId, ConnectionId, EventId, MailId};
use uuid::Uuid;

use super::Audit;
use crate::db::{Reader, Value, row, sql};
use crate::error::Result;
use crate::jobs::keep_house::{EventSeal, link};
use crate::store::event::Event;
use crate::store::hook::HookDelivery;
use crate::store::job::Job;

/// So many rows are read at a time.
const PAGE: i64 = 1000;

row! {
    /// How many.
    struct Count {
        count: i64,
    }
}

row! {
    /// A mail and the event that caused it.
    struct Caused {
        id: MailId,
        cause: String,
    }
}

row! {
    /// An event's id.
    struct Known {
        id: EventId,
    }
}

sql!(EVENTS, "select count(*) as count from event where business_id = $1");
sql!(SEALS, "select * from event_seal where business_id = $1 and seq > $2 order by seq limit $3");
sql!(SEALED, "select * from event where business_id = $1 and id {any_id:$2}");
sql!(
    PASSED_OVER,
    "
    select v.id from event v where v.business_id = $1 and v.id < $2
        and not exists (select 1 from event_seal s where s.business_id = v.business_id and s.event_id = v.id) order by v.id"
);
sql!(MAILS, "select id, cause from mail where business_id = $1 and id > $2 order by id limit $3");
sql!(KNOWN, "select id from event where business_id = $1 and id {any_id:$2}");
sql!(JOBS, "select * from job where business_id = $1 and id > $2 order by id limit $3");

pub(super) async fn check(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let events: Count = reader.query_one(&EVENTS, &[&business]).await?;
    audit.checked.events = usize::try_from(events.count).unwrap_or(0);
    chain(reader, audit).await?;
    mails(reader, audit).await?;
    jobs(reader, audit).await
}

/// Each link is the digest of the one before and of its event; none is missing, and no event was passed over.
async fn chain(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let mut last = EventSeal { business_id: business, seq: 0, event_id: EventId(Uuid::nil()), digest: Vec::new() };
    loop {
        let seals: Vec<EventSeal> = reader.query(&SEALS, &[&business, &last.seq, &PAGE]).await?;
        if seals.is_empty() {
            break;
        }
        let ids = Value::ids(seals.iter().map(|seal| seal.event_id));
        let events: Vec<Event> = reader.query(&SEALED, &[&business, &ids]).await?;
        let events: HashMap<EventId, Event> = events.into_iter().map(|event| (event.id, event)).collect();
        for seal in seals {
            if seal.seq != last.seq + 1 {
                audit.say("U1", seal.event_id, format!("link {}", seal.seq), format!("it follows link {}", last.seq));
            }
            match events.get(&seal.event_id) {
                None => audit.say("U1", seal.event_id, format!("link {}", seal.seq), "no such event"),
                Some(event) => {
                    let digest = link(&last.digest, event);
                    if digest != seal.digest {
                        let (said, found) = (short(&seal.digest), short(&digest));
                        audit.say("U1", seal.event_id, format!("link {} is {said}", seal.seq), found);
                    }
                }
            }
            // From here on as it says, so that one changed event is named once and not with all that follow.
            last = seal;
        }
    }
    let passed: Vec<Known> = reader.query(&PASSED_OVER, &[&business, &last.event_id]).await?;
    for event in passed {
        audit.say("U1", event.id, "an event before the end of the chain", "it is in no link");
    }
    Ok(())
}

/// The first letters of a digest, enough to tell two apart.
fn short(digest: &[u8]) -> String {
    hex::encode(&digest[..digest.len().min(8)])
}

async fn mails(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let mut after = MailId(Uuid::nil());
    loop {
        let page: Vec<Caused> = reader.query(&MAILS, &[&business, &after, &PAGE]).await?;
        let Some(latest) = page.last() else { return Ok(()) };
        after = latest.id;
        audit.checked.mails += page.len();
        let causes = page.iter().filter_map(|mail| mail.cause.parse().ok());
        let known = known(reader, business, causes).await?;
        for mail in &page {
            if !mail.cause.parse().is_ok_and(|cause: EventId| known.contains(&cause)) {
                audit.say("D1", mail.id, &mail.cause, "no such event");
            }
        }
    }
}

async fn jobs(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let mut after = Uuid::nil();
    loop {
        let page: Vec<Job> = reader.query(&JOBS, &[&business, &after, &PAGE]).await?;
        let Some(latest) = page.last() else { return Ok(()) };
        after = latest.id;
        let known = known(reader, business, page.iter().map(|job| job.cause)).await?;
        for job in &page {
            let caused = match job.kind.as_str() {
                // Left behind by a delivery and not by an act.
                "follow_hook" => delivered(reader, business, &job.subject).await?,
                _ => known.contains(&job.cause),
            };
            if !caused {
                audit.say("D1", format!("{} {}", job.kind, job.subject), job.cause, "no such event");
            }
        }
    }
}

/// Which of these events there are.
async fn known(reader: &mut Reader<'_>, business: BusinessId, ids: impl Iterator<Item = EventId>) -> Result<HashSet<EventId>> {
    let found: Vec<Known> = reader.query(&KNOWN, &[&business, &Value::ids(ids)]).await?;
    Ok(found.into_iter().map(|event| event.id).collect())
}

/// Whether the delivery that a job is about was kept: its subject is the connection and the delivery's own id.
async fn delivered(reader: &mut Reader<'_>, business: BusinessId, subject: &str) -> Result<bool> {
    let Some((connection, delivery)) = subject.split_once('/') else { return Ok(false) };
    let Ok(connection) = connection.parse::<ConnectionId>() else { return Ok(false) };
    let delivery = delivery.to_owned();
    Ok(reader.get::<HookDelivery>(&[&business, &connection, &delivery]).await?.is_some())
}
