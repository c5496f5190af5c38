//! Connections to processors.

use std::collections::BTreeMap;

use books::calendar::Instant;
use books::ids::{BusinessId, ConnectionId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::db::{Db, Reader, Tx, row, sql, table};
use crate::error::{Error, Result};

table! {
    /// One connection to one processor.
    pub struct Connection in connection key(business_id, id) {
        pub business_id: BusinessId,
        pub id: ConnectionId,
        pub kind: String,
        pub name: String,
        /// `untested`, `live`, `disabled` or `failing`
        pub state: String,
        /// JSON; nothing secret.
        pub settings: String,
        pub changes_cursor: Option<String>,
        pub created_at: Instant,
        /// Sealed JSON: the secrets by the name of their setting.
        pub secrets: Option<String>,
        /// Sealed JSON: secrets that were replaced a short while ago, as [`Replaced`].
        pub replaced: Option<String>,
        /// JSON: the last four letters of each secret.
        pub hints: Option<String>,
        pub hook_refused_at: Option<Instant>,
        /// How far its listing of payouts was read.
        pub payouts_cursor: Option<String>,
        /// What it said instead of its listing of payouts, in a sentence; none: it was read, or is not asked for.
        pub payouts_trouble: Option<String>,
        /// Since when.
        pub payouts_trouble_at: Option<Instant>,
    }
}

impl Connection {
    /// The settings that are no secret, by name.
    pub fn shown_settings(&self) -> Map<String, Value> {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    /// Why its payouts are not read, and since when; none once it is out of use.
    pub fn payouts_held_up(&self) -> Option<(&str, Instant)> {
        self.payouts_trouble.as_deref().zip(self.payouts_trouble_at).filter(|_| self.state == "live")
    }

    /// The secrets that are set, each with its last four letters (none of a short one).
    pub fn secret_hints(&self) -> BTreeMap<String, String> {
        self.hints.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// A secret that was replaced, and until when what it signed is still taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Replaced {
    pub name: String,
    pub secret: String,
    pub until: Instant,
}

row! {
    /// When a connection's processor was last heard.
    struct Heard {
        received_at: Option<Instant>,
    }
}

sql!(HEARD, "select max(received_at) as received_at from hook_delivery where business_id = $1 and connection_id = $2");
row! {
    /// A kind of processor.
    struct Kind {
        kind: String,
    }
}

sql!(KINDS, "select distinct kind from connection where state = 'live' order by kind limit 100");
row! {
    /// A connection whose payouts are not read.
    pub struct HeldUp {
        pub id: ConnectionId,
        pub name: String,
        /// In a sentence of the processor's or the connector's.
        pub why: String,
        pub since: Instant,
    }
}

sql!(
    HELD_UP,
    "
    select id, name, payouts_trouble as why, payouts_trouble_at as since from connection
    where business_id = $1 and state = 'live' and payouts_trouble is not null and payouts_trouble_at <= $2
    order by id limit $3"
);
sql!(OF_BUSINESS, "select * from connection where business_id = $1 order by id");
sql!(ONE, "select * from connection where business_id = $1 and id = $2");
sql!(BY_ID, "select * from connection where id = $1");
sql!(
    FOLLOWED,
    "
    select c.* from connection c
    where c.state = 'live' or exists (select 1 from payment p
        where p.business_id = c.business_id and p.connection_id = c.id and p.remote_id is not null)
    order by c.business_id, c.id limit 1000"
);

pub(crate) async fn of_business(reader: &mut Reader<'_>, business: BusinessId) -> Result<Vec<Connection>> {
    reader.query(&OF_BUSINESS, &[&business]).await
}

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: ConnectionId) -> Result<Connection> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// By id alone: for a processor's webhook, before the business is known.
pub(crate) async fn by_id(reader: &mut Reader<'_>, id: ConnectionId) -> Result<Option<Connection>> {
    reader.query_opt(&BY_ID, &[&id]).await
}

/// A business's connections, oldest first.
pub async fn list(db: &Db, business: BusinessId) -> Result<Vec<Connection>> {
    db.read(async move |reader| of_business(reader, business).await).await
}

/// Every connection of every business that takes payments, or took some that may still come back: for the jobs that ask processors
/// what changed.
pub(crate) async fn followed(reader: &mut Reader<'_>) -> Result<Vec<Connection>> {
    reader.query(&FOLLOWED, &[]).await
}

/// Live connections whose payouts have not been read since that moment, oldest connection first.
pub(crate) async fn held_up(reader: &mut Reader<'_>, of: BusinessId, before: Instant, most: i64) -> Result<Vec<HeldUp>> {
    reader.query(&HELD_UP, &[&of, &before, &most]).await
}

/// The connections of this business, inside a flow.
pub(crate) async fn of_flow(tx: &mut Tx<'_>) -> Result<Vec<Connection>> {
    let business = tx.business();
    tx.query(&OF_BUSINESS, &[&business]).await
}

/// The kinds of processor that are live anywhere in this installation.
pub async fn kinds_in_use(db: &Db) -> Result<Vec<String>> {
    let rows: Vec<Kind> = db.read(async move |reader| reader.query(&KINDS, &[]).await).await?;
    Ok(rows.into_iter().map(|row| row.kind).collect())
}

/// When a message of this connection's processor was last taken in.
pub async fn heard_at(db: &Db, business: BusinessId, id: ConnectionId) -> Result<Option<Instant>> {
    let heard: Option<Heard> = db.read(async move |reader| reader.query_opt(&HEARD, &[&business, &id]).await).await?;
    Ok(heard.and_then(|heard| heard.received_at))
}

/// One connection.
pub async fn connection(db: &Db, business: BusinessId, id: ConnectionId) -> Result<Connection> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// The connection with this id, of whichever business: for the pages of Sandbox, whose address names only the connection.
pub async fn anywhere(db: &Db, id: ConnectionId) -> Result<Option<Connection>> {
    db.read(async move |reader| by_id(reader, id).await).await
}
