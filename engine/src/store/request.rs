//! Payment requests: who was asked for what, by whom, and what came of it.

use books::account::Target;
use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, InvoiceId, LinkId, OrderId, RequestId};
use books::money::Currency;
use books::request::RequestState;

use crate::db::{Db, Reader, row, sql, table, text_column};
use crate::error::{Error, Result};
use crate::store::business::Span;

text_column!(RequestState);

table! {
    /// One request for the amount due of one order or invoice.
    pub struct Request in request key(business_id, id) {
        pub business_id: BusinessId,
        pub id: RequestId,
        pub customer_id: CustomerId,
        pub order_id: Option<OrderId>,
        pub invoice_id: Option<InvoiceId>,
        pub link_id: LinkId,
        pub currency: Currency,
        /// What was due when it was sent, in minor units.
        pub amount: i64,
        pub send_to: String,
        /// JSON list of addresses.
        pub cc: String,
        pub message: Option<String>,
        /// JSON list of staff addresses.
        pub notify: String,
        pub state: RequestState,
        pub sent_at: Instant,
        pub opened_at: Option<Instant>,
        pub paid_at: Option<Instant>,
        pub closed_at: Option<Instant>,
        pub actor: String,
    }
}

impl Request {
    /// The document it asks for.
    pub fn target(&self) -> Option<Target> {
        self.order_id.map(Target::Order).or(self.invoice_id.map(Target::Invoice))
    }

    /// Its link leads somewhere still: it was not closed by hand. A paid one shows what was paid.
    pub fn is_asked(&self) -> bool {
        self.state != RequestState::Closed
    }

    pub fn copies(&self) -> Vec<String> {
        serde_json::from_str(&self.cc).unwrap_or_default()
    }

    pub fn notified(&self) -> Vec<String> {
        serde_json::from_str(&self.notify).unwrap_or_default()
    }
}

sql!(ONE, "select * from request where business_id = $1 and id = $2");
sql!(OF_ORDER, "select * from request where business_id = $1 and order_id = $2 order by id desc limit 200");
sql!(
    LIST,
    "
    select * from request where business_id = $1 and id < $2 and ($3 = '' or state = $3) order by id desc limit $4"
);

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: RequestId) -> Result<Request> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn of_order(reader: &mut Reader<'_>, business: BusinessId, order: OrderId) -> Result<Vec<Request>> {
    reader.query(&OF_ORDER, &[&business, &order]).await
}

row! {
    /// Whether there is one.
    struct Any {
        any: bool,
    }
}

sql!(
    OUT_FOR_INVOICES_OF_ORDER,
    "
    select exists (select 1 from entry e join entry_open o on o.business_id = e.business_id and o.entry_id = e.id
            join request r on r.business_id = o.business_id and r.invoice_id = o.invoice_id
        where e.business_id = $1 and e.order_id = $2 and o.allocated < o.amount and r.state in ('sent', 'opened')) as any"
);

/// Whether a request is out for an invoice that bills some of an order.
pub(crate) async fn out_for_invoices_of(reader: &mut Reader<'_>, business: BusinessId, order: OrderId) -> Result<bool> {
    let found: Any = reader.query_one(&OUT_FOR_INVOICES_OF_ORDER, &[&business, &order]).await?;
    Ok(found.any)
}

sql!(OF_INVOICE, "select * from request where business_id = $1 and invoice_id = $2 order by id desc limit 200");

pub(crate) async fn of_invoice(reader: &mut Reader<'_>, business: BusinessId, invoice: InvoiceId) -> Result<Vec<Request>> {
    reader.query(&OF_INVOICE, &[&business, &invoice]).await
}

pub(crate) async fn list(
    reader: &mut Reader<'_>,
    business: BusinessId,
    state: &str,
    before: RequestId,
    limit: i64,
) -> Result<Vec<Request>> {
    reader.query(&LIST, &[&business, &before, &state.to_owned(), &limit]).await
}

/// One request.
pub async fn request(db: &Db, business: BusinessId, id: RequestId) -> Result<Request> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// One page of the list: newest first, before an id, of one state or (empty) of all.
pub async fn page(db: &Db, business: BusinessId, state: String, before: Option<RequestId>, limit: i64) -> Result<Vec<Request>> {
    let before = before.unwrap_or(RequestId(uuid::Uuid::max()));
    db.read(async move |reader| list(reader, business, &state, before, limit).await).await
}

/// Which requests are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub customer: Option<CustomerId>,
    pub order: Option<OrderId>,
    pub invoice: Option<InvoiceId>,
    pub state: Option<RequestState>,
    pub span: Span,
    pub before: Option<RequestId>,
    pub limit: i64,
}

sql!(
    WANTED,
    "
    select * from request where business_id = $1 and id < $2 and ($3 = '' or state = $3) and sent_at >= $4 and sent_at < $5
    order by id desc limit $6"
);
sql!(
    WANTED_OF_CUSTOMER,
    "
    select * from request where business_id = $1 and id < $2 and ($3 = '' or state = $3) and sent_at >= $4 and sent_at < $5
        and customer_id = $7 order by id desc limit $6"
);
sql!(
    WANTED_OF_ORDER,
    "
    select * from request where business_id = $1 and id < $2 and ($3 = '' or state = $3) and sent_at >= $4 and sent_at < $5
        and order_id = $7 order by id desc limit $6"
);

sql!(
    WANTED_OF_INVOICE,
    "
    select * from request where business_id = $1 and id < $2 and ($3 = '' or state = $3) and sent_at >= $4 and sent_at < $5
        and invoice_id = $7 order by id desc limit $6"
);

/// Requests, newest first. A document narrows more than its customer.
pub async fn wanted(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<Request>> {
    db.read(async move |reader| {
        let (from, until) = wanted.span.bounds(reader, business).await?;
        let before = wanted.before.unwrap_or(RequestId(uuid::Uuid::max()));
        let state = wanted.state.map(|state| state.as_str().to_owned()).unwrap_or_default();
        let limit = wanted.limit;
        let mut found: Vec<Request> = match (wanted.order, wanted.customer) {
            _ if wanted.invoice.is_some() => {
                let params: [&dyn crate::db::ToValue; 7] = [&business, &before, &state, &from, &until, &limit, &wanted.invoice];
                reader.query(&WANTED_OF_INVOICE, &params).await?
            }
            (Some(order), _) => {
                reader.query(&WANTED_OF_ORDER, &[&business, &before, &state, &from, &until, &limit, &order]).await?
            }
            (None, Some(customer)) => {
                reader.query(&WANTED_OF_CUSTOMER, &[&business, &before, &state, &from, &until, &limit, &customer]).await?
            }
            (None, None) => reader.query(&WANTED, &[&business, &before, &state, &from, &until, &limit]).await?,
        };
        found.retain(|row| wanted.customer.is_none_or(|customer| row.customer_id == customer));
        found.retain(|row| wanted.order.is_none_or(|order| row.order_id == Some(order)));
        Ok(found)
    })
    .await
}
