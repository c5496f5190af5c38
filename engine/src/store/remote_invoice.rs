//! Invoices that a processor made for us: what they ask for, of whom, and how they stand there.
//!
//! Invariant: an invoice is the page of exactly one payment and shares its number, so that what the processor says of it is
//! settled as any other answer about that payment. That is why it is no kind of request: a request is our own mail about
//! whatever is due, this is one try to take one amount.

use books::account::Target;
use books::calendar::{Day, Instant};
use books::ids::{BusinessId, ConnectionId, CustomerId, InvoiceId, OrderId, PaymentId, RemoteInvoiceId};
use books::money::Currency;
use books::remote_invoice::RemoteInvoiceState;

use crate::db::{Db, Reader, Tx, sql, table, text_column};
use crate::error::{Error, Result};

text_column!(RemoteInvoiceState);

/// The kind of the payment that such an invoice is.
pub const KIND: &str = "remote_invoice";

table! {
    /// One invoice at a processor.
    pub struct RemoteInvoice in remote_invoice key(business_id, id) {
        pub business_id: BusinessId,
        pub id: RemoteInvoiceId,
        pub payment_id: PaymentId,
        pub customer_id: CustomerId,
        pub connection_id: ConnectionId,
        pub order_id: Option<OrderId>,
        pub invoice_id: Option<InvoiceId>,
        pub currency: Currency,
        /// What it asks for, in minor units: what was due when it was made.
        pub amount: i64,
        pub send_to: String,
        pub message: Option<String>,
        pub due_on: Day,
        pub state: RemoteInvoiceState,
        /// It is closed to be made anew for what is due then.
        pub renews: bool,
        /// The one before it, which asked for another amount.
        pub replaces: Option<RemoteInvoiceId>,
        /// The processor's own id.
        pub remote_id: Option<String>,
        /// The processor's number.
        pub number: Option<String>,
        /// Where its receiver reads and pays it.
        pub url: Option<String>,
        pub actor: String,
        pub created_at: Instant,
        pub sent_at: Option<Instant>,
        pub ended_at: Option<Instant>,
    }
}

impl RemoteInvoice {
    /// The document it asks for.
    pub fn target(&self) -> Option<Target> {
        self.order_id.map(Target::Order).or(self.invoice_id.map(Target::Invoice))
    }
}

/// The invoice that a payment is, by its shared number.
pub fn of_payment(payment: PaymentId) -> RemoteInvoiceId {
    RemoteInvoiceId(payment.0)
}

sql!(ONE, "select * from remote_invoice where business_id = $1 and id = $2");
sql!(OF_CUSTOMER, "select * from remote_invoice where business_id = $1 and customer_id = $2 order by id desc limit 200");
sql!(
    OUT_OF_CUSTOMER,
    "
    select * from remote_invoice where business_id = $1 and customer_id = $2
        and state in ('making', 'unknown', 'sent', 'closing') order by id desc"
);
sql!(BY_REMOTE, "select * from remote_invoice where business_id = $1 and connection_id = $2 and remote_id = $3");
// Also those for another document that bills some of the same charges.
sql!(
    OF_ORDER,
    "
    select r.* from remote_invoice r where r.business_id = $1 and r.customer_id = $2 and (r.order_id = $3
        or exists (select 1 from payment_target t join entry e on e.business_id = t.business_id and e.id = t.entry_id
            where t.business_id = r.business_id and t.payment_id = r.payment_id and e.order_id = $3))
    order by r.id desc limit 200"
);
sql!(
    OF_INVOICE,
    "
    select r.* from remote_invoice r where r.business_id = $1 and r.customer_id = $2 and (r.invoice_id = $3
        or exists (select 1 from payment_target t join entry_open o on o.business_id = t.business_id and o.entry_id = t.entry_id
            where t.business_id = r.business_id and t.payment_id = r.payment_id and o.invoice_id = $3))
    order by r.id desc limit 200"
);

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: RemoteInvoiceId) -> Result<RemoteInvoice> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// Those that ask for charges of an order, newest first.
pub(crate) async fn of_order(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    order: OrderId,
) -> Result<Vec<RemoteInvoice>> {
    reader.query(&OF_ORDER, &[&business, &customer, &order]).await
}

/// Those that ask for charges of one of our invoices, newest first.
pub(crate) async fn of_invoice(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    invoice: InvoiceId,
) -> Result<Vec<RemoteInvoice>> {
    reader.query(&OF_INVOICE, &[&business, &customer, &invoice]).await
}

/// The one that a processor knows by its own id.
pub(crate) async fn by_remote(
    reader: &mut Reader<'_>,
    business: BusinessId,
    connection: ConnectionId,
    remote: &str,
) -> Result<Option<RemoteInvoice>> {
    reader.query_opt(&BY_REMOTE, &[&business, &connection, &remote.to_owned()]).await
}

/// Those of a customer that wait for money, or may.
pub(crate) async fn out(reader: &mut Reader<'_>, business: BusinessId, customer: CustomerId) -> Result<Vec<RemoteInvoice>> {
    reader.query(&OUT_OF_CUSTOMER, &[&business, &customer]).await
}

/// The same inside a flow that holds the customer's lock.
pub(crate) async fn out_of_flow(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<RemoteInvoice>> {
    let business = tx.business();
    tx.query(&OUT_OF_CUSTOMER, &[&business, &customer]).await
}

/// One invoice at a processor.
pub async fn remote_invoice(db: &Db, business: BusinessId, id: RemoteInvoiceId) -> Result<RemoteInvoice> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// All of a customer, newest first.
pub async fn list_of_customer(db: &Db, business: BusinessId, customer: CustomerId) -> Result<Vec<RemoteInvoice>> {
    db.read(async move |reader| reader.query(&OF_CUSTOMER, &[&business, &customer]).await).await
}
