//! Events: audit line, outbox and idempotency record at once. One row for each act, in the act's own transaction.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, EventId};

use crate::db::{Db, Reader, row, sql, table};
use crate::error::{Error, Result};
use crate::store::business::{self, Span};

table! {
    /// What was done, by whom, to what.
    pub struct Event in event key(business_id, id) {
        pub business_id: BusinessId,
        pub id: EventId,
        /// `usr_…`, `key_…`, `lnk_…`, `cus_…` or `system`
        pub actor: String,
        pub actor_role: String,
        pub request_id: String,
        pub kind: String,
        /// TypeID of what changed.
        pub subject: String,
        pub customer_id: Option<CustomerId>,
        /// JSON: amounts and ids; no personal text, no secret.
        pub data: String,
        pub idempotency_key: Option<String>,
        pub request_hash: Option<Vec<u8>>,
        /// TypeID of what the first answer showed.
        pub answer: Option<String>,
        /// The first answer itself, kept 72 hours.
        pub body: Option<String>,
        pub status: Option<i64>,
        pub created_at: Instant,
    }
}

row! {
    /// What an open page needs to know about an event: that something of this customer or subject changed.
    pub struct Change {
        pub business_id: BusinessId,
        pub id: EventId,
        pub kind: String,
        pub subject: String,
        pub customer_id: Option<CustomerId>,
        pub created_at: Instant,
    }
}

sql!(
    RECENT,
    "
    select business_id, id, kind, subject, customer_id, created_at from event
    where created_at > $1 order by created_at, id limit 500"
);
sql!(OF_SUBJECT, "select * from event where business_id = $1 and subject = $2 order by id desc limit $3");
sql!(OF_BUSINESS, "select * from event where business_id = $1 and id < $2 order by id desc limit $3");
sql!(pub(crate) FORGET_BODIES, "update event set body = null where created_at < $1 and body is not null");

/// Events after an instant, of all businesses: what live pages follow.
pub(crate) async fn recent(reader: &mut Reader<'_>, after: Instant) -> Result<Vec<Change>> {
    reader.query(&RECENT, &[&after]).await
}

pub(crate) async fn of_subject(reader: &mut Reader<'_>, business: BusinessId, subject: &str, limit: i64) -> Result<Vec<Event>> {
    reader.query(&OF_SUBJECT, &[&business, &subject.to_owned(), &limit]).await
}

pub(crate) async fn of_business(
    reader: &mut Reader<'_>,
    business: BusinessId,
    before: EventId,
    limit: i64,
) -> Result<Vec<Event>> {
    reader.query(&OF_BUSINESS, &[&business, &before, &limit]).await
}

/// What was done to one thing, latest first.
pub async fn about(db: &Db, business: BusinessId, subject: String, limit: i64) -> Result<Vec<Event>> {
    db.read(async move |reader| of_subject(reader, business, &subject, limit).await).await
}

/// What was done in a business, latest first, before an event.
pub async fn page(db: &Db, business: BusinessId, before: Option<EventId>, limit: i64) -> Result<Vec<Event>> {
    let before = before.unwrap_or(EventId(uuid::Uuid::max()));
    db.read(async move |reader| of_business(reader, business, before, limit).await).await
}

/// What changed after an instant, in all businesses: what live pages follow. Ids of this node come behind all of it.
pub async fn changes(db: &Db, after: Instant) -> Result<Vec<Change>> {
    let changes = db.read(async move |reader| recent(reader, after).await).await?;
    if let Some(latest) = changes.iter().map(|change| change.id.0).max() {
        db.ids().go_on_after(latest);
    }
    Ok(changes)
}

row! {
    struct Latest {
        id: EventId,
    }
}

// The bound is where our own ids stand, so that one row of the key's end is read, and none where our clock is ahead of all.
sql!(AHEAD, "select id from event where business_id = $1 and id > $2 order by id desc limit 1");

/// Lets the ids of a process that begins come behind every event that is kept, although an earlier process, or another node, had
/// a clock that was ahead of ours. Changes nothing that is kept.
pub async fn take_up(db: &Db) -> Result<()> {
    for business in business::list(db).await? {
        let ours = EventId::new(&mut db.ids());
        let of = business.id;
        let ahead = db.read(async move |reader| reader.query_opt::<Latest>(&AHEAD, &[&of, &ours]).await);
        if let Some(latest) = ahead.await? {
            db.ids().go_on_after(latest.id.0);
        }
    }
    Ok(())
}

/// Which events are wanted; empty texts mean all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub kind: String,
    /// TypeID of what changed.
    pub subject: String,
    pub customer: Option<CustomerId>,
    pub span: Span,
    pub before: Option<EventId>,
    pub limit: i64,
}

sql!(ONE, "select * from event where business_id = $1 and id = $2");
sql!(
    WANTED,
    "
    select * from event where business_id = $1 and id < $2 and ($3 = '' or kind = $3) and created_at >= $4 and created_at < $5
        order by id desc limit $6"
);
sql!(
    WANTED_OF_CUSTOMER,
    "
    select * from event where business_id = $1 and id < $2 and ($3 = '' or kind = $3) and created_at >= $4 and created_at < $5
        and customer_id = $6 order by id desc limit $7"
);
sql!(
    WANTED_OF_SUBJECT,
    "
    select * from event where business_id = $1 and id < $2 and ($3 = '' or kind = $3) and created_at >= $4 and created_at < $5
        and ($6 = false or customer_id = $7) and subject = $9 order by id desc limit $8"
);

/// What was done in a business, latest first.
pub async fn wanted(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<Event>> {
    db.read(async move |reader| {
        let (from, until) = wanted.span.bounds(reader, business).await?;
        let before = wanted.before.unwrap_or(EventId(uuid::Uuid::max()));
        let Wanted { kind, subject, customer, limit, .. } = &wanted;
        let (of_one, who) = (customer.is_some(), customer.unwrap_or(CustomerId(uuid::Uuid::nil())));
        match (subject.is_empty(), customer) {
            (true, None) => return reader.query(&WANTED, &[&business, &before, kind, &from, &until, limit]).await,
            (true, Some(who)) => {
                return reader.query(&WANTED_OF_CUSTOMER, &[&business, &before, kind, &from, &until, who, limit]).await;
            }
            (false, _) => {}
        }
        reader.query(&WANTED_OF_SUBJECT, &[&business, &before, kind, &from, &until, &of_one, &who, limit, subject]).await
    })
    .await
}

/// One event.
pub async fn event(db: &Db, business: BusinessId, id: EventId) -> Result<Event> {
    db.read(async move |reader| reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)).await
}

impl Event {
    /// Its amounts and ids as JSON.
    pub fn details(&self) -> serde_json::Value {
        serde_json::from_str(&self.data).unwrap_or_default()
    }
}
