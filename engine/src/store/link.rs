//! Payer's links: the right to see, and perhaps pay, one balance, order or receipt without an account.
//!
//! Invariant: the database holds the digest of the token only; with the key file the server can show it again.
//! Revoked and unknown look the same from outside; expired offers a fresh one.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, InvoiceId, LinkId, OrderId, PaymentId, RequestId};
use books::link::{LinkState, link_state};
use books::money::Currency;

use crate::db::{Db, Reader, sql, table};
use crate::error::{Error, Result};

table! {
    /// One link.
    pub struct Link in link key(business_id, id) {
        pub business_id: BusinessId,
        pub id: LinkId,
        /// `balance`, `request` or `receipt`
        pub purpose: String,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub order_id: Option<OrderId>,
        pub invoice_id: Option<InvoiceId>,
        pub request_id: Option<RequestId>,
        pub payment_id: Option<PaymentId>,
        pub digest: Vec<u8>,
        /// `full`, `minimum`, `steps` or `any`
        pub policy: String,
        pub minimum_amount: Option<i64>,
        /// JSON list of amounts.
        pub steps: Option<String>,
        pub can_pay: bool,
        pub expires_at: Instant,
        pub revoked_at: Option<Instant>,
        pub opened_at: Option<Instant>,
        pub created_at: Instant,
        pub actor: String,
    }
}

impl Link {
    /// The amounts a payer may choose from, where the policy has steps.
    pub fn offered(&self) -> Vec<i64> {
        self.steps.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub fn state(&self, now: Instant) -> LinkState {
        link_state(self.revoked_at.is_some(), Some(self.expires_at), now)
    }

    /// The last day on which it works, on the calendar of a place.
    pub fn last_day(&self, zone: &jiff::tz::TimeZone) -> books::calendar::Day {
        self.expires_at.plus_seconds(-1).day_in(zone)
    }
}

sql!(ONE, "select * from link where business_id = $1 and id = $2");
sql!(BY_DIGEST, "select * from link where digest = $1");
sql!(
    OF_CUSTOMER,
    "
    select * from link where business_id = $1 and customer_id = $2 and purpose = 'balance' order by id desc limit 50"
);
sql!(pub(crate) OF_PAYMENT, "select * from link where business_id = $1 and payment_id = $2 and purpose = 'receipt' order by id limit 1");
sql!(pub(crate) LIVE_OF_CUSTOMER, "
    select * from link where business_id = $1 and customer_id = $2 and currency = $3 and purpose = 'balance'
        and revoked_at is null {for_update}");

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: LinkId) -> Result<Link> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// The link with this digest, live or not. Before the business is known, so by digest alone.
pub(crate) async fn by_digest(reader: &mut Reader<'_>, digest: Vec<u8>) -> Result<Option<Link>> {
    reader.query_opt(&BY_DIGEST, &[&digest]).await
}

/// A customer's balance links, newest first.
pub(crate) async fn of_customer(reader: &mut Reader<'_>, business: BusinessId, customer: CustomerId) -> Result<Vec<Link>> {
    reader.query(&OF_CUSTOMER, &[&business, &customer]).await
}

/// One link.
pub async fn link(db: &Db, business: BusinessId, id: LinkId) -> Result<Link> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// A customer's balance links, newest first.
pub async fn list(db: &Db, business: BusinessId, customer: CustomerId) -> Result<Vec<Link>> {
    db.read(async move |reader| of_customer(reader, business, customer).await).await
}

/// The link on which a payment's receipt can be seen.
pub(crate) async fn of_payment(reader: &mut Reader<'_>, business: BusinessId, payment: PaymentId) -> Result<Option<Link>> {
    reader.query_opt(&OF_PAYMENT, &[&business, &payment]).await
}
