//! Orders and applications: what was agreed, line by line, and what was changed afterwards.
//!
//! Invariant: a line keeps the net, tax and gross that were posted for it; what is due is never kept here, it is derived
//! from the entries (DESIGN 1).

use books::calendar::Instant;
use books::ids::{AmendmentId, BusinessId, CustomerId, EntryId, OrderId, OrderLineId};
use books::money::Currency;
use books::order::{OrderKind, OrderState};

use crate::db::{Db, Reader, Tx, row, sql, table, text_column};
use crate::error::{Error, Result};

text_column!(OrderKind);
text_column!(OrderState);

table! {
    /// An order or application.
    pub struct Order in orders key(business_id, id) {
        pub business_id: BusinessId,
        pub id: OrderId,
        pub kind: OrderKind,
        /// None while it is a draft.
        pub number: Option<String>,
        pub customer_id: CustomerId,
        pub currency: Currency,
        /// As decided by a person; *pending* because of a request or payment is derived.
        pub state: OrderState,
        pub note: Option<String>,
        pub created_at: Instant,
        pub updated_at: Instant,
    }
}

table! {
    /// A line as it was posted (or, in a draft, as it stands).
    pub struct OrderLine in order_line key(business_id, id) {
        pub business_id: BusinessId,
        pub id: OrderLineId,
        pub order_id: OrderId,
        pub position: i64,
        pub kind: String,
        pub description: String,
        pub quantity: String,
        pub unit: Option<String>,
        pub unit_amount: i64,
        pub tax_rate: Option<String>,
        pub tax_included: bool,
        pub net: i64,
        pub tax: i64,
        pub gross: i64,
        /// Of `gross`, taken off by amendments or credit notes that named this line.
        pub credited: i64,
        pub credited_tax: i64,
        pub entry_id: Option<EntryId>,
        pub added_by: Option<AmendmentId>,
        pub removed_by: Option<AmendmentId>,
    }
}

table! {
    /// One later posting of added and removed lines, with its reason.
    pub struct Amendment in amendment key(business_id, id) {
        pub business_id: BusinessId,
        pub id: AmendmentId,
        pub order_id: OrderId,
        pub reason: String,
        pub note: Option<String>,
        pub added: i64,
        pub removed: i64,
        pub actor: String,
        pub created_at: Instant,
    }
}

row! {
    /// A line of the order list, with the figures of its charges.
    pub struct OrderRow {
        pub id: OrderId,
        pub kind: OrderKind,
        pub number: Option<String>,
        pub customer_id: CustomerId,
        pub customer_name: String,
        pub currency: Currency,
        pub state: OrderState,
        pub amount_due: i64,
        pub asked: bool,
        pub created_at: Instant,
    }
}

/// Which orders are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub customer: Option<CustomerId>,
    pub state: Option<OrderState>,
    pub kind: Option<OrderKind>,
    /// Only those with something due.
    pub due: bool,
    pub before: Option<OrderId>,
    pub limit: i64,
}

// Amount due is the sum of what is open of the order's charges: the one formula of DESIGN 1, asked of the same rows
// as everywhere else.
sql!(
    LIST,
    "
    select o.id, o.kind, o.number, o.customer_id, c.name as customer_name, o.currency, o.state, o.created_at,
        (select cast(coalesce(sum(e.amount - e.allocated), 0) as bigint) from entry_open e
            where e.business_id = o.business_id and e.customer_id = o.customer_id and e.currency = o.currency
                and e.order_id = o.id and e.side = 'charge' and e.allocated < e.amount) as amount_due,
        exists (select 1 from request r where r.business_id = o.business_id and r.order_id = o.id
            and r.state in ('sent', 'opened')) as asked
    from orders o join customer c on c.business_id = o.business_id and c.id = o.customer_id
    where o.business_id = $1 and o.id < $2 and ($3 = '' or o.state = $3) and ($4 = '' or o.kind = $4)
        and ($5 = false or exists (select 1 from entry_open e where e.business_id = o.business_id
            and e.customer_id = o.customer_id and e.currency = o.currency and e.order_id = o.id
            and e.side = 'charge' and e.allocated < e.amount))
    order by o.id desc limit $6"
);
sql!(
    OF_CUSTOMER,
    "
    select o.id, o.kind, o.number, o.customer_id, c.name as customer_name, o.currency, o.state, o.created_at,
        (select cast(coalesce(sum(e.amount - e.allocated), 0) as bigint) from entry_open e
            where e.business_id = o.business_id and e.customer_id = o.customer_id and e.currency = o.currency
                and e.order_id = o.id and e.side = 'charge' and e.allocated < e.amount) as amount_due,
        exists (select 1 from request r where r.business_id = o.business_id and r.order_id = o.id
            and r.state in ('sent', 'opened')) as asked
    from orders o join customer c on c.business_id = o.business_id and c.id = o.customer_id
    where o.business_id = $1 and o.customer_id = $2 and o.id < $3 and ($4 = '' or o.state = $4) and ($5 = '' or o.kind = $5)
    order by o.id desc limit $6"
);
sql!(ONE, "select * from orders where business_id = $1 and id = $2");
sql!(BY_NUMBER, "select * from orders where business_id = $1 and number = $2");
sql!(LINES, "select * from order_line where business_id = $1 and order_id = $2 order by position, id limit 5000");
sql!(AMENDMENTS, "select * from amendment where business_id = $1 and order_id = $2 order by id limit 5000");

pub(crate) async fn list(reader: &mut Reader<'_>, business: BusinessId, wanted: &Wanted) -> Result<Vec<OrderRow>> {
    let before = wanted.before.unwrap_or(OrderId(uuid::Uuid::max()));
    let state = wanted.state.map(|state| state.as_str().to_owned()).unwrap_or_default();
    let kind = wanted.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default();
    match wanted.customer {
        Some(customer) => {
            let mut rows: Vec<OrderRow> =
                reader.query(&OF_CUSTOMER, &[&business, &customer, &before, &state, &kind, &wanted.limit]).await?;
            rows.retain(|row| !wanted.due || row.amount_due > 0);
            Ok(rows)
        }
        None => reader.query(&LIST, &[&business, &before, &state, &kind, &wanted.due, &wanted.limit]).await,
    }
}

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: OrderId) -> Result<Order> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn by_number(reader: &mut Reader<'_>, business: BusinessId, number: &str) -> Result<Option<Order>> {
    reader.query_opt(&BY_NUMBER, &[&business, &number.to_owned()]).await
}

pub(crate) async fn lines(reader: &mut Reader<'_>, business: BusinessId, id: OrderId) -> Result<Vec<OrderLine>> {
    reader.query(&LINES, &[&business, &id]).await
}

pub(crate) async fn amendments(reader: &mut Reader<'_>, business: BusinessId, id: OrderId) -> Result<Vec<Amendment>> {
    reader.query(&AMENDMENTS, &[&business, &id]).await
}

/// The lines inside a flow; the order itself is locked by the caller.
pub(crate) async fn lines_of_flow(tx: &mut Tx<'_>, id: OrderId) -> Result<Vec<OrderLine>> {
    let business = tx.business();
    tx.query(&LINES, &[&business, &id]).await
}

/// One page of the list.
pub async fn page(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<OrderRow>> {
    db.read(async move |reader| list(reader, business, &wanted).await).await
}

/// The order with this number.
pub async fn numbered(db: &Db, business: BusinessId, number: String) -> Result<Option<Order>> {
    db.read(async move |reader| by_number(reader, business, &number).await).await
}
