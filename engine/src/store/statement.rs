//! Statements of account that were sent: which days, what they said, and where the customer sees them.
//!
//! Invariant: a statement is kept as it was sent, so that the next one can say what was entered for its days since (rule 13).

use books::calendar::{Day, Instant};
use books::ids::{BusinessId, CustomerId, EntryId, LinkId, PaymentId, StatementId};
use books::money::Currency;
use books::statement::LastSent;

use crate::db::{Db, Reader, Value, row, sql, table};
use crate::error::{Error, Result};

table! {
    /// A statement that was sent.
    pub struct Statement in statement key(business_id, id) {
        pub business_id: BusinessId,
        pub id: StatementId,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub from_on: Day,
        pub to_on: Day,
        /// Minor units; negative: the customer owed.
        pub opening: i64,
        pub closing: i64,
        /// The entry that was posted last when it was made; none: there was no entry.
        pub last_entry: Option<EntryId>,
        pub link_id: LinkId,
        pub send_to: String,
        pub sent_at: Instant,
        pub actor: String,
    }
}

impl Statement {
    /// What the next statement compares its opening with.
    pub fn last_sent(&self) -> LastSent {
        let nothing = EntryId(uuid::Uuid::nil());
        LastSent { closing: self.closing, last_entry: self.last_entry.unwrap_or(nothing) }
    }
}

row! {
    /// The number of a payment.
    pub(crate) struct PaymentNumber {
        pub id: PaymentId,
        pub number: String,
    }
}

sql!(ONE, "select * from statement where business_id = $1 and id = $2");
sql!(OF_LINK, "select * from statement where business_id = $1 and link_id = $2");
sql!(
    OF_CUSTOMER,
    "
    select * from statement where business_id = $1 and customer_id = $2 and currency = $3 order by id desc limit 50"
);
sql!(
    THROUGH,
    "
    select * from statement where business_id = $1 and customer_id = $2 and currency = $3 and to_on = $4 order by id desc limit 1"
);
sql!(PAYMENT_NUMBERS, "select id, number from payment where business_id = $1 and id {any_id:$2}");

/// The statement behind a link.
pub(crate) async fn of_link(reader: &mut Reader<'_>, business: BusinessId, link: LinkId) -> Result<Statement> {
    reader.query_opt(&OF_LINK, &[&business, &link]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: StatementId) -> Result<Statement> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// The newest statement that was sent about the days through `last`.
pub(crate) async fn through(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
    last: Day,
) -> Result<Option<Statement>> {
    reader.query_opt(&THROUGH, &[&business, &customer, &currency, &last]).await
}

pub(crate) async fn of_customer(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
) -> Result<Vec<Statement>> {
    reader.query(&OF_CUSTOMER, &[&business, &customer, &currency]).await
}

/// The numbers of these payments.
pub(crate) async fn payment_numbers(
    reader: &mut Reader<'_>,
    business: BusinessId,
    ids: impl IntoIterator<Item = PaymentId>,
) -> Result<Vec<PaymentNumber>> {
    reader.query(&PAYMENT_NUMBERS, &[&business, &Value::ids(ids)]).await
}

/// One statement.
pub async fn statement(db: &Db, business: BusinessId, id: StatementId) -> Result<Statement> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// The statements that were sent to a customer, newest first, at most 50.
pub async fn list(db: &Db, business: BusinessId, customer: CustomerId, currency: Currency) -> Result<Vec<Statement>> {
    db.read(async move |reader| of_customer(reader, business, customer, currency).await).await
}
