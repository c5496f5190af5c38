//! Payments: each one try to take money, with one amount and one state, and what it is meant for.

use books::account::{Aim, Target};
use books::calendar::{Day, Instant};
use books::ids::{BusinessId, ConnectionId, CustomerId, EntryId, InvoiceId, LinkId, MethodId, OrderId, PaymentId, RequestId};
use books::money::{Currency, Money};
use books::payment::PaymentState;

use crate::db::{Db, Reader, Tx, row, sql, table, text_column};
use crate::error::{Error, Result};

mod aims;
mod attempts;
mod disputes;
mod lists;

pub use aims::Named;
pub(crate) use aims::{kept_aims, read_aims};
pub use attempts::{Attempt, AttemptState};
pub(crate) use attempts::{attempts, attempts_of_flow, next_check, to_check};
pub use disputes::KnownDispute;
pub use lists::{PaymentRow, Wanted, page};
pub(crate) use lists::{found, list, wanted};

text_column!(PaymentState);

table! {
    /// One try to take money.
    pub struct Payment in payment key(business_id, id) {
        pub business_id: BusinessId,
        pub id: PaymentId,
        pub number: String,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub amount: i64,
        pub state: PaymentState,
        /// `external`, `online` (a payer's page), `saved` (without a page), `in_person` (staff key the card) or `remote_invoice`
        /// (the processor's own invoice)
        pub kind: String,
        /// `cash`, `check`, `bank_transfer`, `card_terminal` or `other`
        pub external_kind: Option<String>,
        pub reference: Option<String>,
        pub memo: Option<String>,
        pub received_on: Option<Day>,
        pub connection_id: Option<ConnectionId>,
        /// The processor's own id of the charge.
        pub remote_id: Option<String>,
        pub brand: Option<String>,
        pub last4: Option<String>,
        pub decline_code: Option<String>,
        pub decline_text: Option<String>,
        pub order_id: Option<OrderId>,
        pub invoice_id: Option<InvoiceId>,
        pub request_id: Option<RequestId>,
        pub link_id: Option<LinkId>,
        /// The credit it became.
        pub entry_id: Option<EntryId>,
        pub refunded: i64,
        pub disputed: bool,
        pub returned: bool,
        /// The processor's page, while the payer may still use it.
        pub checkout_url: Option<String>,
        pub actor: String,
        pub created_at: Instant,
        pub updated_at: Instant,
        pub succeeded_at: Option<Instant>,
        /// The saved method it charges.
        pub method_id: Option<MethodId>,
        /// The payment that it tries again, and how many tries came before it.
        pub retry_of: Option<PaymentId>,
        pub tries: i64,
        /// Charged by the customer's own switch, not by a person.
        pub by_itself: bool,
        /// JSON of [`Named`]s: what it named, where that is not one order. None: oldest due first.
        pub aims: Option<String>,
        /// False: the amount is held first.
        pub captures: bool,
        pub held_until: Option<Instant>,
        pub approval_code: Option<String>,
        /// `opened`, `won` or `lost`: the worst of its disputes.
        pub dispute: Option<String>,
        /// What the processor holds back by disputes that stand so, else keeps, else held back.
        pub disputed_amount: Option<i64>,
        /// JSON of [`KnownDispute`]s. None: there is none, or one from before they were kept one by one.
        pub disputes: Option<String>,
        /// Minor units that disputes took.
        pub lost: i64,
        /// Cash that was handed over, at least the amount.
        pub tendered: Option<i64>,
    }
}

impl Payment {
    /// What was given back of the cash that was handed over, in minor units.
    pub fn change(&self) -> Option<i64> {
        self.tendered.and_then(|tendered| books::payment::change(tendered, self.amount))
    }

    /// A payment that was only begun and names nothing yet.
    pub(crate) fn fresh(business: BusinessId, id: PaymentId, customer: CustomerId, currency: Currency, now: Instant) -> Payment {
        Payment {
            business_id: business,
            id,
            number: String::new(),
            customer_id: customer,
            currency,
            amount: 0,
            state: PaymentState::Created,
            kind: String::new(),
            external_kind: None,
            reference: None,
            memo: None,
            received_on: None,
            connection_id: None,
            remote_id: None,
            brand: None,
            last4: None,
            decline_code: None,
            decline_text: None,
            order_id: None,
            invoice_id: None,
            request_id: None,
            link_id: None,
            entry_id: None,
            refunded: 0,
            disputed: false,
            returned: false,
            checkout_url: None,
            actor: String::new(),
            created_at: now,
            updated_at: now,
            succeeded_at: None,
            method_id: None,
            tendered: None,
            retry_of: None,
            tries: 0,
            by_itself: false,
            aims: None,
            captures: true,
            held_until: None,
            approval_code: None,
            dispute: None,
            disputed_amount: None,
            disputes: None,
            lost: 0,
        }
    }

    /// It charges a saved method, without a page.
    pub fn is_direct(&self) -> bool {
        self.kind == "saved"
    }

    /// The bank of a saved card would not charge it without its holder.
    pub fn wants_holder(&self) -> bool {
        self.is_direct() && self.decline_code.as_deref() == Some(processors::DeclineReason::AuthenticationRequired.code())
    }

    /// It reserves what it is meant for. A charge without a page does from the moment it was sent; one whose holder is asked to
    /// confirm on a page does not.
    pub fn reserves(&self) -> bool {
        self.state.reserves(self.is_direct() && self.checkout_url.is_none())
    }

    /// What it named, to be settled when the money arrives. Empty: the account as a whole.
    pub fn aims(&self) -> Result<Vec<Aim>> {
        if let Some(text) = &self.aims {
            return read_aims(text);
        }
        let whole = |target| Aim { target, amount: None };
        let invoice = self.invoice_id.map(Target::Invoice);
        Ok(invoice.or(self.order_id.map(Target::Order)).map(whole).into_iter().collect())
    }
}

table! {
    /// What a payment is meant for, charge by charge, and reserves while it is under way.
    pub struct PaymentTarget in payment_target key(business_id, payment_id, position) {
        pub business_id: BusinessId,
        pub payment_id: PaymentId,
        pub position: i64,
        pub entry_id: EntryId,
        pub amount: i64,
    }
}

impl Payment {
    pub(crate) fn amount_of(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// The document it named; none: the account as a whole, or single charges.
    pub fn target(&self) -> Option<Target> {
        self.order_id.map(Target::Order).or(self.invoice_id.map(Target::Invoice))
    }
}

row! {
    /// A processor's page that a payer may still use, and what is due of the charges it is for.
    pub struct OpenPage {
        pub id: PaymentId,
        pub state: PaymentState,
        pub amount: i64,
        pub due: i64,
    }
}

sql!(OF_ORDER, "select * from payment where business_id = $1 and order_id = $2 order by id desc limit 500");
sql!(OF_INVOICE, "select * from payment where business_id = $1 and invoice_id = $2 order by id desc limit 500");
sql!(ONE, "select * from payment where business_id = $1 and id = $2");
sql!(TARGETS, "select * from payment_target where business_id = $1 and payment_id = $2 order by position limit 5000");
sql!(BY_REMOTE, "select * from payment where business_id = $1 and connection_id = $2 and remote_id = $3");
sql!(
    LIVE_OF_CUSTOMER,
    "
    select * from payment where business_id = $1 and customer_id = $2 and currency = $3
        and state in ('created', 'authorized', 'pending', 'unknown') order by id"
);
sql!(OPEN_PAGES, "
    select p.id, p.state, p.amount,
        (select cast(coalesce(sum(case when o.amount - o.allocated > o.reserved then o.amount - o.allocated - o.reserved else 0 end), 0)
            as bigint) from entry_open o
            where o.business_id = p.business_id and o.customer_id = p.customer_id and o.currency = p.currency and o.side = 'charge'
                and o.allocated < o.amount and (p.order_id is null or o.order_id = p.order_id)
                and (p.order_id is not null
                    or not exists (select 1 from link_target l where l.business_id = p.business_id and l.link_id = p.link_id)
                    or exists (select 1 from payment_target t where t.business_id = p.business_id and t.payment_id = p.id
                        and t.entry_id = o.entry_id))) as due
    from payment p where p.business_id = $1 and p.customer_id = $2 and p.state = 'created' and p.kind <> 'remote_invoice' order by p.id limit 100");

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: PaymentId) -> Result<Payment> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn of_order(reader: &mut Reader<'_>, business: BusinessId, order: OrderId) -> Result<Vec<Payment>> {
    reader.query(&OF_ORDER, &[&business, &order]).await
}

/// Payments that named an invoice, newest first.
pub(crate) async fn of_invoice(reader: &mut Reader<'_>, business: BusinessId, invoice: InvoiceId) -> Result<Vec<Payment>> {
    reader.query(&OF_INVOICE, &[&business, &invoice]).await
}

/// The payment that a processor's charge became, if it is one of ours.
pub(crate) async fn by_remote(
    reader: &mut Reader<'_>,
    business: BusinessId,
    connection: ConnectionId,
    remote: &str,
) -> Result<Option<Payment>> {
    reader.query_opt(&BY_REMOTE, &[&business, &connection, &remote.to_owned()]).await
}

/// The same inside a flow.
pub(crate) async fn by_remote_of_flow(tx: &mut Tx<'_>, connection: ConnectionId, remote: &str) -> Result<Option<Payment>> {
    let business = tx.business();
    tx.query_opt(&BY_REMOTE, &[&business, &connection, &remote.to_owned()]).await
}

/// Payments of an account that are under way.
pub(crate) async fn under_way(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
) -> Result<Vec<Payment>> {
    reader.query(&LIVE_OF_CUSTOMER, &[&business, &customer, &currency]).await
}

/// Pages of processors on which a customer could still pay, and what is due of what they are for.
pub(crate) async fn open_pages(reader: &mut Reader<'_>, business: BusinessId, customer: CustomerId) -> Result<Vec<OpenPage>> {
    reader.query(&OPEN_PAGES, &[&business, &customer]).await
}

/// Payments of an account that are under way, inside a flow that holds the customer's lock.
pub(crate) async fn live_of_flow(tx: &mut Tx<'_>, customer: CustomerId, currency: Currency) -> Result<Vec<Payment>> {
    let business = tx.business();
    tx.query(&LIVE_OF_CUSTOMER, &[&business, &customer, &currency]).await
}

pub(crate) async fn targets_of_flow(tx: &mut Tx<'_>, id: PaymentId) -> Result<Vec<PaymentTarget>> {
    let business = tx.business();
    tx.query(&TARGETS, &[&business, &id]).await
}

/// The payment that a processor's charge became, if it is one of ours.
pub async fn of_remote(db: &Db, business: BusinessId, connection: ConnectionId, remote: String) -> Result<Option<Payment>> {
    db.read(async move |reader| by_remote(reader, business, connection, &remote).await).await
}

sql!(
    HELD,
    "
    select * from payment where business_id = $1 and customer_id = $2 and currency = $3 and state = 'authorized' order by id desc"
);

/// Amounts that are held for a customer and were not taken yet, newest first.
pub async fn held_of(db: &Db, business: BusinessId, customer: CustomerId, currency: Currency) -> Result<Vec<Payment>> {
    db.read(async move |reader| reader.query(&HELD, &[&business, &customer, &currency]).await).await
}
