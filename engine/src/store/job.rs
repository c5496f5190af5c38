//! Jobs: work that an act left behind in its own transaction, to be done at least once in the background.
//!
//! Invariant: a job is taken by a lease, so two nodes never do one at the same time; a job that keeps failing becomes a dead
//! letter that staff see and can start again. One bad job never holds up another.

use books::calendar::Instant;
use books::ids::{BusinessId, EventId};
use uuid::Uuid;

use crate::db::{Db, Reader, sql, table};
use crate::error::Result;

table! {
    /// One piece of work.
    pub struct Job in job key(business_id, id) {
        pub business_id: BusinessId,
        pub id: Uuid,
        pub kind: String,
        /// TypeID of what it is about.
        pub subject: String,
        pub cause: EventId,
        /// `waiting` or `dead`
        pub state: String,
        pub run_at: Instant,
        pub lease_until: Option<Instant>,
        pub tries: i64,
        pub error: Option<String>,
        pub created_at: Instant,
    }
}

sql!(
    DUE,
    "
    select * from job where state = 'waiting' and run_at <= $1 and (lease_until is null or lease_until < $1)
        and (kind = 'send_mail') = $2
    order by run_at, id limit $3"
);
sql!(OF_BUSINESS, "select * from job where business_id = $1 order by state, run_at, id limit 200");
sql!(NEXT_DUE, "select min(run_at) as at from job where state = 'waiting'");
sql!(pub(crate) TAKE, "
    update job set lease_until = $3, tries = tries + 1
    where business_id = $1 and id = $2 and state = 'waiting' and run_at <= $4
        and (lease_until is null or lease_until < $4)");
sql!(pub(crate) REMOVE, "delete from job where business_id = $1 and id = $2");
sql!(pub(crate) AGAIN, "
    update job set state = $3, run_at = $4, lease_until = null, error = $5 where business_id = $1 and id = $2");

/// What is due now, of all businesses, oldest first: mails that wait to be sent, or all the rest.
pub(crate) async fn due(reader: &mut Reader<'_>, now: Instant, mails: bool, limit: i64) -> Result<Vec<Job>> {
    reader.query(&DUE, &[&now, &mails, &limit]).await
}

/// What waits and what has failed for good.
pub(crate) async fn of_business(reader: &mut Reader<'_>, business: BusinessId) -> Result<Vec<Job>> {
    reader.query(&OF_BUSINESS, &[&business]).await
}

/// What waits and what has failed for good, of one business.
pub async fn list(db: &Db, business: BusinessId) -> Result<Vec<Job>> {
    db.read(async move |reader| of_business(reader, business).await).await
}
