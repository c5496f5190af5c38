//! Connections to processors.

use books::calendar::Instant;
use books::ids::{BusinessId, ConnectionId};

use crate::db::{Db, Reader, Tx, sql, table};
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
    }
}

sql!(OF_BUSINESS, "select * from connection where business_id = $1 order by id");
sql!(ONE, "select * from connection where business_id = $1 and id = $2");
sql!(BY_ID, "select * from connection where id = $1");
sql!(LIVE, "select * from connection where state = 'live' order by business_id, id limit 1000");

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

/// Every live connection of every business: for the jobs that ask processors what changed.
pub(crate) async fn live(reader: &mut Reader<'_>) -> Result<Vec<Connection>> {
    reader.query(&LIVE, &[]).await
}

/// The connections of this business, inside a flow.
pub(crate) async fn of_flow(tx: &mut Tx<'_>) -> Result<Vec<Connection>> {
    let business = tx.business();
    tx.query(&OF_BUSINESS, &[&business]).await
}

/// One connection.
pub async fn connection(db: &Db, business: BusinessId, id: ConnectionId) -> Result<Connection> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// The connection with this id, of whichever business: for the pages of Sandbox, whose address names only the connection.
pub async fn anywhere(db: &Db, id: ConnectionId) -> Result<Option<Connection>> {
    db.read(async move |reader| by_id(reader, id).await).await
}
