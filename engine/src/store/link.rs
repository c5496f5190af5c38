//! Payer's links: the right to see, and perhaps pay, one balance, order or receipt without an account.
//!
//! Invariant: the database holds the digest of the token only; with the key file the server can show it again.
//! Revoked and unknown look the same from outside; expired offers a fresh one.

use books::account::Target;
use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, EntryId, InvoiceId, LinkId, OrderId, PaymentId, RequestId};
use books::link::{LinkState, link_state};
use books::money::Currency;

use crate::db::{Db, Reader, Tx, sql, table};
use crate::error::{Error, Result};

table! {
    /// One link.
    pub struct Link in link key(business_id, id) {
        pub business_id: BusinessId,
        pub id: LinkId,
        /// `balance`, `request`, `invoice`, `receipt`, `selection` (of several documents), `account`
        /// (all of it, paid from the portal) or `statement`
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

table! {
    /// One of the documents that a selection is about.
    pub struct LinkTarget in link_target key(business_id, link_id, position) {
        pub business_id: BusinessId,
        pub link_id: LinkId,
        pub position: i64,
        /// TypeID of an order, an invoice or a charge.
        pub target: String,
    }
}

/// The document or charge that a TypeID names; none: something else.
pub fn target_of(text: &str) -> Option<Target> {
    let order = text.parse().ok().map(Target::Order);
    let invoice = || text.parse().ok().map(Target::Invoice);
    let entry = || text.parse().ok().map(Target::Entry);
    order.or_else(invoice).or_else(entry)
}

/// The TypeID of a document or charge.
pub fn target_text(target: Target) -> String {
    match target {
        Target::Order(id) => id.to_string(),
        Target::Invoice(id) => id.to_string(),
        Target::Entry(id) => id.to_string(),
    }
}

/// Which charges a link is about: those of its document, of a selection of documents, or all of the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub orders: Vec<OrderId>,
    pub invoices: Vec<InvoiceId>,
    pub entries: Vec<EntryId>,
}

impl Scope {
    /// Of a link and, where it is a selection, its targets.
    pub fn of(link: &Link, targets: &[LinkTarget]) -> Scope {
        let mut scope = Scope::default();
        match (link.invoice_id, link.order_id) {
            (Some(invoice), _) => scope.invoices.push(invoice),
            (None, Some(order)) => scope.orders.push(order),
            (None, None) => targets.iter().filter_map(|row| target_of(&row.target)).for_each(|target| scope.add(target)),
        }
        scope
    }

    /// Widens it by one document or charge.
    pub fn add(&mut self, target: Target) {
        match target {
            Target::Order(id) => self.orders.push(id),
            Target::Invoice(id) => self.invoices.push(id),
            Target::Entry(id) => self.entries.push(id),
        }
    }

    /// It names no document: everything the account owes, free credit taken off.
    pub fn is_account(&self) -> bool {
        self.orders.is_empty() && self.invoices.is_empty() && self.entries.is_empty()
    }

    /// Whether a charge belongs to it: by itself, by its order, or by the live invoice that covers it.
    pub fn covers(&self, charge: EntryId, order: Option<OrderId>, invoice: Option<InvoiceId>) -> bool {
        self.is_account()
            || self.entries.contains(&charge)
            || order.is_some_and(|id| self.orders.contains(&id))
            || invoice.is_some_and(|id| self.invoices.contains(&id))
    }

    /// The one document it is about; none: several, single charges, or the account.
    pub fn only(&self) -> Option<Target> {
        match (&self.orders[..], &self.invoices[..], &self.entries[..]) {
            ([order], [], []) => Some(Target::Order(*order)),
            ([], [invoice], []) => Some(Target::Invoice(*invoice)),
            _ => None,
        }
    }
}

impl Link {
    /// The document it leads to; none: the account as a whole.
    pub fn target(&self) -> Option<Target> {
        self.order_id.map(Target::Order).or(self.invoice_id.map(Target::Invoice))
    }

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

sql!(TARGETS, "select * from link_target where business_id = $1 and link_id = $2 order by position");
sql!(pub(crate) SELECTIONS, "
    select * from link where business_id = $1 and customer_id = $2 and currency = $3 and purpose in ('selection', 'account')
        and revoked_at is null and expires_at > $4 order by id desc limit 20");

/// What a selection is about, in the order in which it was chosen. Empty for every other link.
pub(crate) async fn targets(reader: &mut Reader<'_>, link: &Link) -> Result<Vec<LinkTarget>> {
    if link.purpose != "selection" {
        return Ok(Vec::new());
    }
    reader.query(&TARGETS, &[&link.business_id, &link.id]).await
}

/// What the link that a payment came through had chosen; empty: it was no selection.
pub(crate) async fn chosen_of_flow(tx: &mut Tx<'_>, link: Option<LinkId>) -> Result<Vec<Target>> {
    let Some(link) = link else { return Ok(Vec::new()) };
    let business = tx.business();
    let rows: Vec<LinkTarget> = tx.query(&TARGETS, &[&business, &link]).await?;
    Ok(rows.iter().filter_map(|row| target_of(&row.target)).collect())
}

/// The same inside a flow.
pub(crate) async fn targets_of_flow(tx: &mut Tx<'_>, link: &Link) -> Result<Vec<LinkTarget>> {
    if link.purpose != "selection" {
        return Ok(Vec::new());
    }
    tx.query(&TARGETS, &[&link.business_id, &link.id]).await
}

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

/// The customer's balance link in a currency that works now and can be paid through; none: there is no such link.
pub async fn live(db: &Db, business: BusinessId, customer: CustomerId, currency: Currency) -> Result<Option<Link>> {
    let now = db.clock().now();
    let all = list(db, business, customer).await?;
    Ok(all.into_iter().find(|link| link.currency == currency && link.can_pay && link.state(now) == LinkState::Active))
}

/// A customer's balance links, newest first.
pub async fn list(db: &Db, business: BusinessId, customer: CustomerId) -> Result<Vec<Link>> {
    db.read(async move |reader| of_customer(reader, business, customer).await).await
}

/// The link on which a payment's receipt can be seen.
pub(crate) async fn of_payment(reader: &mut Reader<'_>, business: BusinessId, payment: PaymentId) -> Result<Option<Link>> {
    reader.query_opt(&OF_PAYMENT, &[&business, &payment]).await
}

// The link under which an invoice was mailed, while it works.
sql!(pub(crate) LIVE_OF_INVOICE, "
    select * from link where business_id = $1 and invoice_id = $2 and purpose = 'invoice' and revoked_at is null
        and expires_at > $3 order by id desc limit 1");

/// The link under which an invoice can be seen and paid, if it was mailed.
pub(crate) async fn of_invoice(
    reader: &mut Reader<'_>,
    business: BusinessId,
    invoice: InvoiceId,
    now: Instant,
) -> Result<Option<Link>> {
    reader.query_opt(&LIVE_OF_INVOICE, &[&business, &invoice, &now]).await
}
