//! Saved methods: a card or bank account that a processor keeps for a customer, and the pages on which one is added.
//!
//! Invariant: what is kept here is the processor's token, a brand and four digits; no number ever. A removed method stays as
//! a row, because payments name it. At most one method of a customer is the default.

use books::calendar::{Day, Instant};
use books::ids::{AttemptId, BusinessId, ConnectionId, CustomerId, LinkId, MethodId};

use crate::db::{Db, Reader, Tx, sql, table};
use crate::error::{Error, Result};

table! {
    /// How a customer is known to a processor.
    pub struct ProcessorCustomer in processor_customer key(business_id, customer_id, connection_id) {
        pub business_id: BusinessId,
        pub customer_id: CustomerId,
        pub connection_id: ConnectionId,
        pub remote_id: String,
        pub created_at: Instant,
    }
}

table! {
    /// A way to pay that a processor keeps.
    pub struct Method in payment_method key(business_id, id) {
        pub business_id: BusinessId,
        pub id: MethodId,
        pub customer_id: CustomerId,
        pub connection_id: ConnectionId,
        /// The customer as the processor knows them.
        pub remote_customer: String,
        /// The processor's token.
        pub remote_id: String,
        /// `card` or `bank_debit`
        pub kind: String,
        pub brand: String,
        pub last4: String,
        /// The last month it is good for, `2030-12`. None for a bank account.
        pub expires: Option<String>,
        pub is_default: bool,
        pub actor: String,
        pub created_at: Instant,
        pub removed_at: Option<Instant>,
    }
}

impl Method {
    /// Whether its last month is over on this day.
    pub fn is_expired(&self, today: Day) -> bool {
        let month = format!("{:04}-{:02}", today.year(), today.month());
        self.expires.as_ref().is_some_and(|last| *last < month)
    }

    /// Whether it can be charged on this day.
    pub fn is_live(&self, today: Day) -> bool {
        self.removed_at.is_none() && !self.is_expired(today)
    }

    /// `Visa ending 4242`; of a wallet its name alone.
    pub fn name(&self) -> String {
        if self.last4.is_empty() { self.brand.clone() } else { format!("{} ending {}", self.brand, self.last4) }
    }
}

table! {
    /// A page of the processor on which a customer's card is kept.
    pub struct MethodSetup in method_setup key(business_id, id) {
        pub business_id: BusinessId,
        /// The key that the processor sees.
        pub id: AttemptId,
        pub customer_id: CustomerId,
        pub connection_id: ConnectionId,
        /// Where the browser comes back to.
        pub link_id: LinkId,
        /// JSON: what was asked, so that it can be looked up.
        pub asked: String,
        /// `sending`, `open`, `done` or `closed`
        pub state: String,
        pub remote_id: Option<String>,
        pub url: Option<String>,
        /// What came of it.
        pub method_id: Option<MethodId>,
        pub actor: String,
        pub created_at: Instant,
        pub updated_at: Instant,
    }
}

sql!(
    LIVE_OF_CUSTOMER,
    "
    select * from payment_method where business_id = $1 and customer_id = $2 and removed_at is null order by id limit 200"
);
sql!(BY_REMOTE, "select * from payment_method where business_id = $1 and connection_id = $2 and remote_id = $3");
sql!(ONE, "select * from payment_method where business_id = $1 and id = $2");
sql!(SETUP_OF_LINK, "select * from method_setup where business_id = $1 and link_id = $2");
sql!(SETUP_OF_REMOTE, "select * from method_setup where business_id = $1 and connection_id = $2 and remote_id = $3");
sql!(ONE_SETUP, "select * from method_setup where business_id = $1 and id = $2");

/// The methods of a customer that were not removed, oldest first.
pub(crate) async fn of_customer(reader: &mut Reader<'_>, business: BusinessId, customer: CustomerId) -> Result<Vec<Method>> {
    reader.query(&LIVE_OF_CUSTOMER, &[&business, &customer]).await
}

/// The same inside a flow that holds the customer's lock.
pub(crate) async fn of_flow(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Method>> {
    let business = tx.business();
    tx.query(&LIVE_OF_CUSTOMER, &[&business, &customer]).await
}

/// The method with a processor's token, removed ones included.
pub(crate) async fn by_remote(tx: &mut Tx<'_>, connection: ConnectionId, remote: &str) -> Result<Option<Method>> {
    let business = tx.business();
    tx.query_opt(&BY_REMOTE, &[&business, &connection, &remote.to_owned()]).await
}

/// The setup whose browser comes back through this link.
pub(crate) async fn setup_of_link(reader: &mut Reader<'_>, business: BusinessId, link: LinkId) -> Result<Option<MethodSetup>> {
    reader.query_opt(&SETUP_OF_LINK, &[&business, &link]).await
}

/// The setup of a processor's page.
pub(crate) async fn setup_of_remote(
    reader: &mut Reader<'_>,
    business: BusinessId,
    connection: ConnectionId,
    remote: &str,
) -> Result<Option<MethodSetup>> {
    reader.query_opt(&SETUP_OF_REMOTE, &[&business, &connection, &remote.to_owned()]).await
}

/// One setup.
pub async fn setup(db: &Db, business: BusinessId, id: AttemptId) -> Result<MethodSetup> {
    db.read(async move |reader| reader.query_opt(&ONE_SETUP, &[&business, &id]).await?.ok_or(Error::NotFound)).await
}

/// The methods of a customer that were not removed, oldest first.
pub async fn list(db: &Db, business: BusinessId, customer: CustomerId) -> Result<Vec<Method>> {
    db.read(async move |reader| {
        super::customer::one(reader, business, customer).await?;
        of_customer(reader, business, customer).await
    })
    .await
}

/// One method, removed ones included.
pub async fn method(db: &Db, business: BusinessId, id: MethodId) -> Result<Method> {
    db.read(async move |reader| reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)).await
}

sql!(
    NEWEST_SETUP,
    "
    select * from method_setup where business_id = $1 and customer_id = $2 order by id desc limit 1"
);

/// The last page that was opened for a customer.
pub(crate) async fn newest_setup(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
) -> Result<Option<MethodSetup>> {
    reader.query_opt(&NEWEST_SETUP, &[&business, &customer]).await
}
