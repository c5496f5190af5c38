//! The shelf on which the pretend processor keeps its own record, apart from the books.
//!
//! Invariant: a record changes only by compare and swap on its version, in a transaction of its own, as if it were on another
//! company's machine; each change takes the next number of the connection's own sequence under a lock, so numbers become
//! visible in order.

use books::calendar::Instant;
use books::ids::{BusinessId, ConnectionId};
use processors::Fut;
use processors::sandbox::{Draft, Record, Shelf, ShelfError, Slice};

use super::counter::Counter;
use crate::db::{Db, Expect, sql, table};
use crate::error::{Error, Result};

table! {
    /// One record of the pretend processor.
    pub struct SandboxRecord in sandbox_record key(business_id, connection_id, kind, id) {
        pub business_id: BusinessId,
        pub connection_id: ConnectionId,
        pub kind: String,
        pub id: String,
        pub version: i64,
        pub sequence: i64,
        pub due_at: Option<Instant>,
        pub body: String,
    }
}

sql!(ONE, "select * from sandbox_record where business_id = $1 and connection_id = $2 and kind = $3 and id = $4");
sql!(
    NEWEST,
    "
    select * from sandbox_record where business_id = $1 and connection_id = $2 and kind = $3 and id < $4
    order by id desc limit $5"
);
sql!(
    CHANGED,
    "
    select * from sandbox_record where business_id = $1 and connection_id = $2 and kind = $3 and sequence > $4
    order by sequence limit $5"
);
sql!(
    DUE,
    "
    select * from sandbox_record where business_id = $1 and connection_id = $2 and kind = $3
        and due_at <= $4 and (due_at, id) > ($5, $6)
    order by due_at, id limit $7"
);
sql!(
    SWAP,
    "
    update sandbox_record set version = version + 1, sequence = $6, due_at = $7, body = $8
    where business_id = $1 and connection_id = $2 and kind = $3 and id = $4 and version = $5"
);

/// The shelf of one connection.
pub struct SqlShelf {
    db: Db,
    business: BusinessId,
    connection: ConnectionId,
}

/// Lists are cut here, however many are asked for.
const MOST: usize = 500;
/// Sorts after every id that a bank gives.
const LAST_ID: &str = "\u{10FFFF}";

impl SqlShelf {
    pub fn new(db: Db, business: BusinessId, connection: ConnectionId) -> SqlShelf {
        SqlShelf { db, business, connection }
    }

    async fn one(&self, kind: &str, id: &str) -> Result<Option<Record>> {
        let (business, connection, kind, id) = (self.business, self.connection, kind.to_owned(), id.to_owned());
        let found: Option<SandboxRecord> =
            self.db.read(async move |reader| reader.query_opt(&ONE, &[&business, &connection, &kind, &id]).await).await?;
        Ok(found.map(record))
    }

    async fn swap(&self, kind: &str, id: &str, expected: Option<i64>, draft: Draft) -> Result<bool> {
        let (business, connection, kind, id) = (self.business, self.connection, kind.to_owned(), id.to_owned());
        let put = self.db.write(business, async move |tx| {
            let series = format!("sandbox:{connection}");
            let counter = tx.lock::<Counter>(&[&business, &series]).await?;
            let fresh = counter.is_none();
            let mut counter = counter.unwrap_or(Counter { business_id: business, series, next: 1 });
            let present = tx.lock::<SandboxRecord>(&[&business, &connection, &kind, &id]).await?;
            if present.as_ref().map(|row| row.version) != expected {
                return Ok(false);
            }
            let sequence = counter.next;
            counter.next += 1;
            if fresh {
                tx.insert(&counter);
            } else {
                tx.set(&counter);
            }
            match expected {
                None => tx.insert(&SandboxRecord {
                    business_id: business,
                    connection_id: connection,
                    kind: kind.clone(),
                    id: id.clone(),
                    version: 1,
                    sequence,
                    due_at: draft.due_at,
                    body: draft.body.clone(),
                }),
                Some(version) => tx.execute(
                    &SWAP,
                    &[&business, &connection, &kind, &id, &version, &sequence, &draft.due_at, &draft.body],
                    Expect::Exactly(1),
                ),
            }
            Ok(true)
        });
        match put.await {
            // Somebody else was first, on another node.
            Err(Error::Broken { .. }) => Ok(false),
            other => other,
        }
    }

    async fn slice(&self, kind: &str, slice: Slice, limit: usize) -> Result<Vec<Record>> {
        let (business, connection, kind) = (self.business, self.connection, kind.to_owned());
        let limit = i64::try_from(limit.min(MOST)).unwrap_or(1);
        let rows: Vec<SandboxRecord> = self
            .db
            .read(async move |reader| match &slice {
                Slice::Newest { before } => {
                    let before = before.clone().unwrap_or_else(|| LAST_ID.to_owned());
                    reader.query(&NEWEST, &[&business, &connection, &kind, &before, &limit]).await
                }
                Slice::Changed { after } => reader.query(&CHANGED, &[&business, &connection, &kind, after, &limit]).await,
                Slice::Due { by, after } => {
                    let (at, id) = after.clone().unwrap_or((Instant(i64::MIN), String::new()));
                    reader.query(&DUE, &[&business, &connection, &kind, by, &at, &id, &limit]).await
                }
            })
            .await?;
        Ok(rows.into_iter().map(record).collect())
    }
}

fn record(row: SandboxRecord) -> Record {
    Record { id: row.id, version: row.version, sequence: row.sequence, due_at: row.due_at, body: row.body }
}

fn unreachable(error: Error) -> ShelfError {
    ShelfError(error.to_string())
}

impl Shelf for SqlShelf {
    fn get<'a>(&'a self, kind: &'a str, id: &'a str) -> Fut<'a, std::result::Result<Option<Record>, ShelfError>> {
        Box::pin(async move { self.one(kind, id).await.map_err(unreachable) })
    }

    fn put<'a>(
        &'a self,
        kind: &'a str,
        id: &'a str,
        expected: Option<i64>,
        draft: Draft,
    ) -> Fut<'a, std::result::Result<bool, ShelfError>> {
        Box::pin(async move { self.swap(kind, id, expected, draft).await.map_err(unreachable) })
    }

    fn list<'a>(&'a self, kind: &'a str, slice: Slice, limit: usize) -> Fut<'a, std::result::Result<Vec<Record>, ShelfError>> {
        Box::pin(async move { self.slice(kind, slice, limit).await.map_err(unreachable) })
    }
}
