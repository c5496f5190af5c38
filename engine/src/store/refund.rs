//! Refunds: money of a payment that goes back, each with a state and a number of its own.
//!
//! Invariant: what was posted for a refund is named by it; one that waits or is under way reserves its payment's credit.

use books::calendar::Instant;
use books::ids::{BusinessId, ConnectionId, CreditNoteId, CustomerId, EntryId, PaymentId, RefundId};
use books::money::Currency;
use books::refund::{RefundRoute, RefundState};

use crate::db::{Db, Reader, Tx, row, sql, table, text_column};
use crate::error::{Error, Result};
use crate::store::business::Span;

text_column!(RefundState, RefundRoute);

table! {
    /// Money that goes back.
    pub struct Refund in refund key(business_id, id) {
        pub business_id: BusinessId,
        pub id: RefundId,
        pub number: String,
        pub payment_id: PaymentId,
        pub customer_id: CustomerId,
        pub currency: Currency,
        /// Minor units, more than 0.
        pub amount: i64,
        pub state: RefundState,
        pub route: RefundRoute,
        pub reason: String,
        /// JSON of [`super::payment::Named`]s: which documents are owed again.
        pub reopens: String,
        /// What it was made for, if a credit note freed the money.
        pub credit_note_id: Option<CreditNoteId>,
        pub connection_id: Option<ConnectionId>,
        /// The processor's own id of it.
        pub remote_id: Option<String>,
        /// The pay-out it became.
        pub entry_id: Option<EntryId>,
        pub decline_code: Option<String>,
        pub decline_text: Option<String>,
        pub actor: String,
        pub created_at: Instant,
        pub updated_at: Instant,
        pub settled_at: Option<Instant>,
    }
}

impl Refund {
    /// It had gone, and could not be delivered: the money is with the processor again.
    pub fn has_come_back(&self) -> bool {
        self.state == RefundState::Succeeded && self.decline_code.is_some()
    }
}

row! {
    /// A line of the list of refunds.
    pub struct RefundRow {
        pub id: RefundId,
        pub number: String,
        pub payment_id: PaymentId,
        pub payment_number: String,
        pub customer_name: String,
        pub currency: Currency,
        pub amount: i64,
        pub state: RefundState,
        pub route: RefundRoute,
        pub reason: String,
        pub decline_text: Option<String>,
        pub created_at: Instant,
    }
}

/// Which refunds are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub customer: Option<CustomerId>,
    pub payment: Option<PaymentId>,
    pub state: Option<RefundState>,
    pub span: Span,
    pub before: Option<RefundId>,
    pub limit: i64,
}

sql!(ONE, "select * from refund where business_id = $1 and id = $2");
sql!(OF_PAYMENT, "select * from refund where business_id = $1 and payment_id = $2 order by id limit 1000");
sql!(
    ALL,
    "
    select * from refund where business_id = $1 and id < $2 and ($3 = '' or state = $3) and created_at >= $4 and created_at < $5
    order by id desc limit $6"
);
sql!(
    ALL_OF_CUSTOMER,
    "
    select * from refund where business_id = $1 and id < $2 and ($3 = '' or state = $3) and created_at >= $4 and created_at < $5
        and customer_id = $7 order by id desc limit $6"
);
sql!(
    ALL_OF_PAYMENT,
    "
    select * from refund where business_id = $1 and id < $2 and ($3 = '' or state = $3) and created_at >= $4 and created_at < $5
        and payment_id = $7 order by id desc limit $6"
);
sql!(
    ROWS,
    "
    select r.id, r.number, r.payment_id, p.number as payment_number, c.name as customer_name, r.currency, r.amount, r.state,
        r.route, r.reason, r.decline_text, r.created_at
    from refund r join payment p on p.business_id = r.business_id and p.id = r.payment_id
        join customer c on c.business_id = r.business_id and c.id = r.customer_id
    where r.business_id = $1 and r.id < $2 and ($3 = '' or r.state = $3) order by r.id desc limit $4"
);

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: RefundId) -> Result<Refund> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// Every refund of a payment, oldest first.
pub(crate) async fn of_payment(reader: &mut Reader<'_>, business: BusinessId, payment: PaymentId) -> Result<Vec<Refund>> {
    reader.query(&OF_PAYMENT, &[&business, &payment]).await
}

/// Every refund of a payment, inside a flow that holds the customer's lock.
pub(crate) async fn of_flow(tx: &mut Tx<'_>, payment: PaymentId) -> Result<Vec<Refund>> {
    let business = tx.business();
    tx.query(&OF_PAYMENT, &[&business, &payment]).await
}

/// One refund.
pub async fn refund(db: &Db, business: BusinessId, id: RefundId) -> Result<Refund> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// A page of refunds in full, newest first.
pub async fn page(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<Refund>> {
    db.read(async move |reader| {
        let (from, until) = wanted.span.bounds(reader, business).await?;
        let before = wanted.before.unwrap_or(RefundId(uuid::Uuid::max()));
        let state = wanted.state.map(|state| state.as_str().to_owned()).unwrap_or_default();
        let limit = wanted.limit;
        let mut found: Vec<Refund> = match (wanted.payment, wanted.customer) {
            (Some(payment), _) => {
                reader.query(&ALL_OF_PAYMENT, &[&business, &before, &state, &from, &until, &limit, &payment]).await?
            }
            (None, Some(customer)) => {
                reader.query(&ALL_OF_CUSTOMER, &[&business, &before, &state, &from, &until, &limit, &customer]).await?
            }
            (None, None) => reader.query(&ALL, &[&business, &before, &state, &from, &until, &limit]).await?,
        };
        found.retain(|row| wanted.customer.is_none_or(|customer| row.customer_id == customer));
        Ok(found)
    })
    .await
}

/// A page of the list for staff, newest first, of one state or (empty) of all.
pub async fn rows(db: &Db, business: BusinessId, state: String, before: Option<RefundId>, limit: i64) -> Result<Vec<RefundRow>> {
    let before = before.unwrap_or(RefundId(uuid::Uuid::max()));
    db.read(async move |reader| reader.query(&ROWS, &[&business, &before, &state, &limit]).await).await
}
