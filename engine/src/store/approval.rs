//! Acts above somebody's limit that wait for a second person.
//!
//! Invariant: what was asked for is kept as it was asked, so that exactly this is done when it is approved.

use books::calendar::Instant;
use books::ids::{ApprovalId, BusinessId, CustomerId};
use books::money::Currency;

use crate::db::{Db, Reader, row, sql, table};
use crate::error::{Error, Result};

table! {
    /// One act that was asked for.
    pub struct Approval in approval key(business_id, id) {
        pub business_id: BusinessId,
        pub id: ApprovalId,
        /// `refund`, `write_off`, `credit_note`, `payout`, `credit` or `adjustment`
        pub kind: String,
        /// JSON of [`crate::flows::approvals::HeldAct`].
        pub act: String,
        pub customer_id: CustomerId,
        /// TypeID of what it is about.
        pub about: String,
        pub currency: Currency,
        /// Signed for an adjustment.
        pub amount: i64,
        pub reason: String,
        /// `waiting`, `approved` or `rejected`
        pub state: String,
        /// Who asked.
        pub actor: String,
        pub decided_by: Option<String>,
        /// Why it was rejected.
        pub note: Option<String>,
        /// TypeID of what came of it.
        pub outcome: Option<String>,
        pub created_at: Instant,
        pub decided_at: Option<Instant>,
    }
}

row! {
    /// An approval with the name of the customer it is about.
    pub struct ApprovalRow {
        pub id: ApprovalId,
        pub kind: String,
        pub about: String,
        pub customer_id: CustomerId,
        pub customer_name: String,
        pub currency: Currency,
        pub amount: i64,
        pub reason: String,
        pub state: String,
        pub actor: String,
        pub decided_by: Option<String>,
        pub created_at: Instant,
    }
}

sql!(ONE, "select * from approval where business_id = $1 and id = $2");
sql!(ABOUT, "select * from approval where business_id = $1 and about = $2 order by id desc limit 1");
sql!(ALL, "select * from approval where business_id = $1 and id < $2 and ($3 = '' or state = $3) order by id desc limit $4");
sql!(
    ROWS,
    "
    select a.id, a.kind, a.about, a.customer_id, c.name as customer_name, a.currency, a.amount, a.reason, a.state, a.actor,
        a.decided_by, a.created_at
    from approval a join customer c on c.business_id = a.business_id and c.id = a.customer_id
    where a.business_id = $1 and ($2 = '' or a.state = $2) order by a.id desc limit $3"
);

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: ApprovalId) -> Result<Approval> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// One approval.
pub async fn approval(db: &Db, business: BusinessId, id: ApprovalId) -> Result<Approval> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// The newest approval about something.
pub async fn about(db: &Db, business: BusinessId, about: String) -> Result<Option<Approval>> {
    db.read(async move |reader| reader.query_opt(&ABOUT, &[&business, &about]).await).await
}

/// A page of approvals in full, newest first, of one state or (empty) of all.
pub async fn page(db: &Db, business: BusinessId, state: String, before: Option<ApprovalId>, limit: i64) -> Result<Vec<Approval>> {
    let before = before.unwrap_or(ApprovalId(uuid::Uuid::max()));
    db.read(async move |reader| reader.query(&ALL, &[&business, &before, &state, &limit]).await).await
}

/// Approvals with their customers' names, newest first.
pub(crate) async fn rows(reader: &mut Reader<'_>, business: BusinessId, state: &str, limit: i64) -> Result<Vec<ApprovalRow>> {
    reader.query(&ROWS, &[&business, &state.to_owned(), &limit]).await
}

/// Approvals with their customers' names, newest first, for the page.
pub async fn listed(db: &Db, business: BusinessId, state: String, limit: i64) -> Result<Vec<ApprovalRow>> {
    db.read(async move |reader| rows(reader, business, &state, limit).await).await
}
