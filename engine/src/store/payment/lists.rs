//! Lists of payments: pages of them, and those that somebody looks for.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, InvoiceId, OrderId, PaymentId};
use books::money::Currency;
use books::payment::PaymentState;

use super::Payment;
use crate::db::{Db, Reader, Value, row, sql};
use crate::error::Result;
use crate::store::business::Span;

row! {
    /// A line of the payment list.
    pub struct PaymentRow {
        pub id: PaymentId,
        pub number: String,
        pub customer_id: CustomerId,
        pub customer_name: String,
        pub currency: Currency,
        pub amount: i64,
        pub refunded: i64,
        pub state: PaymentState,
        pub kind: String,
        pub external_kind: Option<String>,
        pub reference: Option<String>,
        pub brand: Option<String>,
        pub last4: Option<String>,
        pub decline_text: Option<String>,
        pub disputed: bool,
        pub returned: bool,
        pub created_at: Instant,
    }
}

macro_rules! payment_row {
    ($rest:literal) => {
        concat!(
            "select p.id, p.number, p.customer_id, c.name as customer_name, p.currency, p.amount, p.refunded, p.state, p.kind,
                p.external_kind, p.reference, p.brand, p.last4, p.decline_text, p.disputed, p.returned, p.created_at
             from payment p join customer c on c.business_id = p.business_id and c.id = p.customer_id
             where p.business_id = $1 ",
            $rest
        )
    };
}

sql!(LIST, payment_row!("and p.id < $2 and ($3 = '' or p.state = $3) order by p.id desc limit $4"));
sql!(OF_CUSTOMER, payment_row!("and p.customer_id = $2 and p.id < $3 and ($4 = '' or p.state = $4) order by p.id desc limit $5"));
pub(crate) async fn list(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: Option<CustomerId>,
    state: &str,
    before: PaymentId,
    limit: i64,
) -> Result<Vec<PaymentRow>> {
    let state = state.to_owned();
    match customer {
        Some(customer) => reader.query(&OF_CUSTOMER, &[&business, &customer, &before, &state, &limit]).await,
        None => reader.query(&LIST, &[&business, &before, &state, &limit]).await,
    }
}

/// One page of the list: newest first, before an id, of one state or (empty) of all, of one customer or of all.
pub async fn page(
    db: &Db,
    business: BusinessId,
    customer: Option<CustomerId>,
    state: String,
    before: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<PaymentRow>> {
    let before = before.unwrap_or(PaymentId(uuid::Uuid::max()));
    db.read(async move |reader| list(reader, business, customer, &state, before, limit).await).await
}

sql!(
    FOUND,
    payment_row!("and (p.customer_id {any_id:$2} or p.number {any_text:$3} or p.reference = $4) order by p.id desc limit $5")
);

/// Payments of these customers, with one of these numbers or with this reference, newest first.
pub(crate) async fn found(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customers: &[CustomerId],
    numbers: Vec<String>,
    reference: &str,
    limit: i64,
) -> Result<Vec<PaymentRow>> {
    let reference = reference.trim().to_owned();
    reader.query(&FOUND, &[&business, &Value::ids(customers.iter().copied()), &Value::texts(numbers), &reference, &limit]).await
}

/// Which payments are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub customer: Option<CustomerId>,
    pub order: Option<OrderId>,
    pub invoice: Option<InvoiceId>,
    pub state: Option<PaymentState>,
    pub span: Span,
    pub before: Option<PaymentId>,
    pub limit: i64,
}

sql!(
    WANTED,
    "
    select * from payment where business_id = $1 and id < $2 and ($3 = '' or state = $3) and created_at >= $4
        and created_at < $5 order by id desc limit $6"
);
sql!(
    WANTED_OF_CUSTOMER,
    "
    select * from payment where business_id = $1 and id < $2 and ($3 = '' or state = $3) and created_at >= $4
        and created_at < $5 and customer_id = $7 order by id desc limit $6"
);
sql!(
    WANTED_OF_ORDER,
    "
    select * from payment where business_id = $1 and id < $2 and ($3 = '' or state = $3) and created_at >= $4
        and created_at < $5 and order_id = $7 order by id desc limit $6"
);

sql!(
    WANTED_OF_INVOICE,
    "
    select * from payment where business_id = $1 and id < $2 and ($3 = '' or state = $3) and created_at >= $4
        and created_at < $5 and invoice_id = $7 order by id desc limit $6"
);

/// Payments in full, newest first. An order or invoice finds the payments that named it.
pub(crate) async fn wanted(reader: &mut Reader<'_>, business: BusinessId, wanted: &Wanted) -> Result<Vec<Payment>> {
    let (from, until) = wanted.span.bounds(reader, business).await?;
    let before = wanted.before.unwrap_or(PaymentId(uuid::Uuid::max()));
    let state = wanted.state.map(|state| state.as_str().to_owned()).unwrap_or_default();
    let limit = wanted.limit;
    let mut found: Vec<Payment> = match (wanted.order, wanted.customer) {
        _ if wanted.invoice.is_some() => {
            let params: [&dyn crate::db::ToValue; 7] = [&business, &before, &state, &from, &until, &limit, &wanted.invoice];
            reader.query(&WANTED_OF_INVOICE, &params).await?
        }
        (Some(order), _) => reader.query(&WANTED_OF_ORDER, &[&business, &before, &state, &from, &until, &limit, &order]).await?,
        (None, Some(customer)) => {
            reader.query(&WANTED_OF_CUSTOMER, &[&business, &before, &state, &from, &until, &limit, &customer]).await?
        }
        (None, None) => reader.query(&WANTED, &[&business, &before, &state, &from, &until, &limit]).await?,
    };
    found.retain(|row| wanted.customer.is_none_or(|customer| row.customer_id == customer));
    found.retain(|row| wanted.order.is_none_or(|order| row.order_id == Some(order)));
    Ok(found)
}
