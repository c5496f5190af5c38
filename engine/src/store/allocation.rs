//! What was set against what: parts of credits against charges, and the taking back of that.
//!
//! Invariant: allocations are only ever added. How much of an entry they take stands beside it (`entry_open`).

use books::calendar::{Day, Instant};
use books::ids::{AllocationId, BusinessId, CustomerId, EntryId, EventId, OrderId};
use books::money::Currency;

use crate::db::{Reader, Value, sql, table};
use crate::error::Result;

table! {
    /// Part of one credit set against one charge, or the taking back of that.
    pub struct Allocation in allocation key(business_id, id) {
        pub business_id: BusinessId,
        pub id: AllocationId,
        pub customer_id: CustomerId,
        pub credit_id: EntryId,
        pub charge_id: EntryId,
        pub amount: i64,
        pub takes_back: Option<AllocationId>,
        pub effective_on: Day,
        pub event_id: EventId,
        pub created_at: Instant,
    }
}

sql!(
    OF_ENTRY,
    "
    select * from allocation where business_id = $1 and charge_id = $2
    union all
    select * from allocation where business_id = $1 and credit_id = $2
    order by id"
);
sql!(pub(crate) OF_MANY, "
    select * from allocation where business_id = $1 and charge_id {any_id:$2}
    union
    select * from allocation where business_id = $1 and credit_id {any_id:$2}
    order by id");
sql!(OF_CHARGES, "select * from allocation where business_id = $1 and charge_id {any_id:$2} order by id");
sql!(OF_CREDITS, "select * from allocation where business_id = $1 and credit_id {any_id:$2} order by id");
sql!(
    OF_ORDER,
    "
    select a.* from allocation a join entry e on e.business_id = a.business_id and e.id = a.charge_id
    where a.business_id = $1 and e.order_id = $2 order by a.id"
);
sql!(
    OF_ACCOUNT,
    "
    select a.* from entry e join allocation a on a.business_id = e.business_id and a.charge_id = e.id
    where e.business_id = $1 and e.customer_id = $2 and e.currency = $3 order by a.id"
);

/// Everything that an entry was ever set against, whichever side it is on.
pub(crate) async fn of_entry(reader: &mut Reader<'_>, business: BusinessId, id: EntryId) -> Result<Vec<Allocation>> {
    reader.query(&OF_ENTRY, &[&business, &id]).await
}

/// Everything that was ever set against several charges.
pub(crate) async fn of_charges(reader: &mut Reader<'_>, business: BusinessId, charges: &[EntryId]) -> Result<Vec<Allocation>> {
    reader.query(&OF_CHARGES, &[&business, &Value::ids(charges.iter().copied())]).await
}

/// Everything that several credits were ever set against.
pub(crate) async fn of_credits(reader: &mut Reader<'_>, business: BusinessId, credits: &[EntryId]) -> Result<Vec<Allocation>> {
    reader.query(&OF_CREDITS, &[&business, &Value::ids(credits.iter().copied())]).await
}

/// Everything that was ever set against the charges of an order.
pub(crate) async fn of_order(reader: &mut Reader<'_>, business: BusinessId, id: OrderId) -> Result<Vec<Allocation>> {
    reader.query(&OF_ORDER, &[&business, &id]).await
}

/// Every allocation of an account, oldest first: for statements, explanations and `verify`.
pub(crate) async fn of_account(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
) -> Result<Vec<Allocation>> {
    reader.query(&OF_ACCOUNT, &[&business, &customer, &currency]).await
}
