//! Payments: each one try to take money, with one amount and one state; and the attempts, the calls to a processor
//! behind it, which are committed before the socket opens.

use books::account::{Aim, Target};
use books::calendar::{Day, Instant};
use books::ids::{
    AttemptId, BusinessId, ConnectionId, CustomerId, EntryId, InvoiceId, LinkId, MethodId, OrderId, PaymentId, RefundId,
    RequestId,
};
use books::money::Currency;
use books::payment::PaymentState;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Reader, Tx, Value, row, sql, table, text_column};
use crate::error::{Error, Result};
use crate::store::business::Span;

text_column!(PaymentState);
text_column!(AttemptState);

/// What became of one call to a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// Committed, and perhaps on its way.
    Sending,
    Done,
    Declined,
    /// Our request was wrong, or the processor never received it.
    Rejected,
    /// The payer has to do something first.
    Pending,
    /// The answer was lost: money may have moved.
    Unknown,
}

impl AttemptState {
    const ALL: [AttemptState; 6] = [
        AttemptState::Sending,
        AttemptState::Done,
        AttemptState::Declined,
        AttemptState::Rejected,
        AttemptState::Pending,
        AttemptState::Unknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            AttemptState::Sending => "sending",
            AttemptState::Done => "done",
            AttemptState::Declined => "declined",
            AttemptState::Rejected => "rejected",
            AttemptState::Pending => "pending",
            AttemptState::Unknown => "unknown",
        }
    }
}

impl std::str::FromStr for AttemptState {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<AttemptState, ()> {
        AttemptState::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

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
        /// `opened`, `won` or `lost`
        pub dispute: Option<String>,
        /// What the processor holds or held back.
        pub disputed_amount: Option<i64>,
        /// Cash that was handed over, at least the amount.
        pub tendered: Option<i64>,
    }
}

/// A document or charge that a payment names, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// None: all that is open there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

impl From<Aim> for Named {
    fn from(aim: Aim) -> Named {
        let mut named = Named { order: None, invoice: None, entry: None, amount: aim.amount };
        match aim.target {
            Target::Order(id) => named.order = Some(id),
            Target::Invoice(id) => named.invoice = Some(id),
            Target::Entry(id) => named.entry = Some(id),
        }
        named
    }
}

impl Named {
    fn aim(self) -> Option<Aim> {
        let order = self.order.map(Target::Order);
        let target = order.or(self.invoice.map(Target::Invoice)).or(self.entry.map(Target::Entry))?;
        Some(Aim { target, amount: self.amount })
    }
}

/// The aims as they are kept; none when there are none.
pub(crate) fn kept_aims(aims: &[Aim]) -> Option<String> {
    let named: Vec<Named> = aims.iter().map(|aim| Named::from(*aim)).collect();
    (!named.is_empty()).then(|| serde_json::json!(named).to_string())
}

/// The aims from their kept form.
pub(crate) fn read_aims(text: &str) -> Result<Vec<Aim>> {
    let named: Vec<Named> = serde_json::from_str(text).map_err(|error| Error::Fault(format!("aims {text}: {error}")))?;
    named.into_iter().map(|one| one.aim().ok_or_else(|| Error::Fault(format!("aims {text}: one names nothing")))).collect()
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
        }
    }

    /// It charges a saved method, without a page.
    pub fn is_direct(&self) -> bool {
        self.kind == "saved"
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

table! {
    /// One call to a processor. Its id is the key that the processor sees, so a repeat can be recognized there.
    pub struct Attempt in attempt key(business_id, id) {
        pub business_id: BusinessId,
        pub id: AttemptId,
        pub payment_id: PaymentId,
        pub connection_id: ConnectionId,
        /// `checkout`, `charge`, `capture`, `void`, `refund`, `create_invoice` or `send_invoice`
        pub operation: String,
        pub state: AttemptState,
        pub remote_id: Option<String>,
        /// JSON: what was asked, so that it can be asked again or looked up.
        pub asked: String,
        /// What ended it, in the processor's words.
        pub evidence: Option<String>,
        pub checks: i64,
        pub check_at: Option<Instant>,
        pub created_at: Instant,
        pub updated_at: Instant,
        /// The refund it is for.
        pub refund_id: Option<RefundId>,
    }
}

impl Attempt {
    /// Nobody knows yet what became of it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, AttemptState::Sending | AttemptState::Unknown)
    }

    /// What was asked for.
    pub(crate) fn asked(&self) -> Result<processors::Asked> {
        serde_json::from_str(&self.asked).map_err(|error| Error::Fault(format!("{}: {error}", self.id)))
    }
}

impl Payment {
    /// The document it named; none: the account as a whole, or single charges.
    pub fn target(&self) -> Option<Target> {
        self.order_id.map(Target::Order).or(self.invoice_id.map(Target::Invoice))
    }
}

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

row! {
    /// A processor's page that a payer may still use, and what is due of the charges it is for.
    pub struct OpenPage {
        pub id: PaymentId,
        pub state: PaymentState,
        pub amount: i64,
        pub due: i64,
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
sql!(OF_ORDER, "select * from payment where business_id = $1 and order_id = $2 order by id desc limit 500");
sql!(OF_INVOICE, "select * from payment where business_id = $1 and invoice_id = $2 order by id desc limit 500");
sql!(ONE, "select * from payment where business_id = $1 and id = $2");
sql!(ATTEMPTS, "select * from attempt where business_id = $1 and payment_id = $2 order by id limit 500");
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
        (select cast(coalesce(sum(o.amount - o.allocated), 0) as bigint) from entry_open o
            where o.business_id = p.business_id and o.customer_id = p.customer_id and o.currency = p.currency and o.side = 'charge'
                and o.allocated < o.amount and (p.order_id is null or o.order_id = p.order_id)
                and (p.order_id is not null
                    or not exists (select 1 from link_target l where l.business_id = p.business_id and l.link_id = p.link_id)
                    or exists (select 1 from payment_target t where t.business_id = p.business_id and t.payment_id = p.id
                        and t.entry_id = o.entry_id))) as due
    from payment p where p.business_id = $1 and p.customer_id = $2 and p.state = 'created' and p.kind <> 'remote_invoice' order by p.id limit 100");
sql!(TO_CHECK, "select * from attempt where check_at <= $1 order by check_at, id limit $2");

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

pub(crate) async fn attempts(reader: &mut Reader<'_>, business: BusinessId, id: PaymentId) -> Result<Vec<Attempt>> {
    reader.query(&ATTEMPTS, &[&business, &id]).await
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

/// Attempts whose outcome has to be asked for now, of all businesses.
pub(crate) async fn to_check(reader: &mut Reader<'_>, now: Instant, limit: i64) -> Result<Vec<Attempt>> {
    reader.query(&TO_CHECK, &[&now, &limit]).await
}

/// Payments of an account that are under way, inside a flow that holds the customer's lock.
pub(crate) async fn live_of_flow(tx: &mut Tx<'_>, customer: CustomerId, currency: Currency) -> Result<Vec<Payment>> {
    let business = tx.business();
    tx.query(&LIVE_OF_CUSTOMER, &[&business, &customer, &currency]).await
}

pub(crate) async fn attempts_of_flow(tx: &mut Tx<'_>, id: PaymentId) -> Result<Vec<Attempt>> {
    let business = tx.business();
    tx.query(&ATTEMPTS, &[&business, &id]).await
}

pub(crate) async fn targets_of_flow(tx: &mut Tx<'_>, id: PaymentId) -> Result<Vec<PaymentTarget>> {
    let business = tx.business();
    tx.query(&TARGETS, &[&business, &id]).await
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
