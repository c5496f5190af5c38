//! Orders and applications: what was agreed, line by line, and what was changed afterwards.
//!
//! Invariant: a line keeps the net, tax and gross that were posted for it; what is due is never kept here, it is derived
//! from the entries (DESIGN 1).

use books::calendar::Instant;
use books::ids::{AmendmentId, BusinessId, CustomerId, EntryId, OrderId, OrderLineId};
use books::money::Currency;
use books::order::{OrderKind, OrderState};

use crate::db::{Db, Reader, Tx, Value, row, sql, table, text_column};
use crate::error::{Error, Result};
use crate::store::business::Span;

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

impl Amendment {
    /// What more (less, below zero) it asks for, in minor units.
    pub fn change(&self) -> i64 {
        self.added - self.removed
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
        /// An invoice at a processor is out for some of it.
        pub invoiced_outside: bool,
        pub created_at: Instant,
    }
}

row! {
    /// What an order is called; a draft has no number.
    pub struct OrderNumber {
        pub id: OrderId,
        pub number: Option<String>,
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
macro_rules! order_row {
    ($rest:literal) => {
        concat!(
            "select o.id, o.kind, o.number, o.customer_id, c.name as customer_name, o.currency, o.state, o.created_at,
                (select cast(coalesce(sum(e.amount - e.allocated), 0) as bigint) from entry_open e
                    where e.business_id = o.business_id and e.customer_id = o.customer_id and e.currency = o.currency
                        and e.order_id = o.id and e.side = 'charge' and e.allocated < e.amount) as amount_due,
                (exists (select 1 from request r where r.business_id = o.business_id and r.order_id = o.id
                    and r.state in ('sent', 'opened'))
                or exists (select 1 from entry_open e join request r on r.business_id = e.business_id and r.invoice_id = e.invoice_id
                    where e.business_id = o.business_id and e.customer_id = o.customer_id and e.currency = o.currency
                        and e.order_id = o.id and e.side = 'charge' and e.allocated < e.amount
                        and r.state in ('sent', 'opened'))) as asked,
                exists (select 1 from remote_invoice r where r.business_id = o.business_id and r.customer_id = o.customer_id
                    and r.state in ('making', 'unknown', 'sent', 'closing') and (r.order_id = o.id
                        or exists (select 1 from payment_target t join entry e on e.business_id = t.business_id and e.id = t.entry_id
                            where t.business_id = r.business_id and t.payment_id = r.payment_id and e.order_id = o.id)))
                    as invoiced_outside
             from orders o join customer c on c.business_id = o.business_id and c.id = o.customer_id
             where o.business_id = $1 ",
            $rest
        )
    };
}

sql!(
    LIST,
    order_row!(
        "
    and o.id < $2 and ($3 = '' or o.state = $3) and ($4 = '' or o.kind = $4)
    and ($5 = false or exists (select 1 from entry_open e where e.business_id = o.business_id
        and e.customer_id = o.customer_id and e.currency = o.currency and e.order_id = o.id
        and e.side = 'charge' and e.allocated < e.amount))
    order by o.id desc limit $6"
    )
);
sql!(
    OF_CUSTOMER,
    order_row!(
        "
    and o.customer_id = $2 and o.id < $3 and ($4 = '' or o.state = $4) and ($5 = '' or o.kind = $5)
    order by o.id desc limit $6"
    )
);
sql!(FOUND, order_row!("and (o.customer_id {any_id:$2} or o.number {any_text:$3}) order by o.id desc limit $4"));
sql!(NUMBERS, "select id, number from orders where business_id = $1 and id {any_id:$2}");
sql!(LINES_OF_MANY, "select * from order_line where business_id = $1 and order_id {any_id:$2} order by order_id, position");
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

/// Orders of these customers or with one of these numbers, newest first.
pub(crate) async fn found(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customers: &[CustomerId],
    numbers: Vec<String>,
    limit: i64,
) -> Result<Vec<OrderRow>> {
    reader.query(&FOUND, &[&business, &Value::ids(customers.iter().copied()), &Value::texts(numbers), &limit]).await
}

/// What these orders are called.
pub(crate) async fn numbers(
    reader: &mut Reader<'_>,
    business: BusinessId,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<OrderNumber>> {
    reader.query(&NUMBERS, &[&business, &Value::ids(ids)]).await
}

/// The lines of several orders.
pub(crate) async fn lines_of_many(reader: &mut Reader<'_>, business: BusinessId, ids: &[OrderId]) -> Result<Vec<OrderLine>> {
    reader.query(&LINES_OF_MANY, &[&business, &Value::ids(ids.iter().copied())]).await
}

/// Which orders are wanted, by the state that is shown.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    pub customer: Option<CustomerId>,
    pub kind: Option<OrderKind>,
    /// *Pending* finds those that wait for money that was asked for.
    pub state: Option<OrderState>,
    pub span: Span,
    pub before: Option<OrderId>,
    pub limit: i64,
}

macro_rules! shown_orders {
    ($of:literal) => {
        concat!(
            "
    select shown.* from (",
            order_row!(""),
            $of,
            "
        and o.id < $2 and ($3 = '' or o.kind = $3) and o.created_at >= $4 and o.created_at < $5
        and ($6 = '' or o.state = $6 or $6 = 'pending')) shown
    where $6 = '' or ($6 = 'pending') = (shown.kind = 'order' and shown.state in ('confirmed', 'completed')
        and shown.amount_due > 0 and (shown.asked or shown.invoiced_outside or exists (select 1 from entry_open e where e.business_id = $1
            and e.customer_id = shown.customer_id and e.currency = shown.currency and e.order_id = shown.id
            and e.side = 'charge' and e.allocated < e.amount and e.reserved > 0)))
    order by shown.id desc limit $7"
        )
    };
}

sql!(SHOWN, shown_orders!(""));
sql!(SHOWN_OF_CUSTOMER, shown_orders!("and o.customer_id = $8"));

/// Orders by the state that is shown, newest first.
pub(crate) async fn shown(reader: &mut Reader<'_>, business: BusinessId, wanted: &Shown) -> Result<Vec<OrderRow>> {
    let (from, until) = wanted.span.bounds(reader, business).await?;
    let before = wanted.before.unwrap_or(OrderId(uuid::Uuid::max()));
    let kind = wanted.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default();
    let state = wanted.state.map(|state| state.as_str().to_owned()).unwrap_or_default();
    let limit = wanted.limit;
    match wanted.customer {
        Some(customer) => {
            reader.query(&SHOWN_OF_CUSTOMER, &[&business, &before, &kind, &from, &until, &state, &limit, &customer]).await
        }
        None => reader.query(&SHOWN, &[&business, &before, &kind, &from, &until, &state, &limit]).await,
    }
}
