//! Invoices: what was billed, as it was issued, and the lines that say so.
//!
//! Invariant: once issued, a row changes in nothing but its standing (void, uncollectible) and when it was sent. What is due is
//! kept nowhere: it is what is open of the charges that name the invoice in `entry_open`, the one formula of DESIGN 1. Left
//! out: figures and shown states, which `sheets` derive.

use books::calendar::{Day, Instant};
use books::ids::{BusinessId, CustomerId, EntryId, EventId, InvoiceId, InvoiceLineId, OrderId, OrderLineId};
use books::invoice::{InvoiceStanding, InvoiceState};
use books::money::Currency;
use books::paper::PaperKind;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Reader, Tx, Value, row, sql, table, text_column};
use crate::error::{Error, Result};
use crate::store::business::Business;
use crate::store::customer::Customer;
use crate::store::e_invoicing::{BuyerDetails, SellerDetails, Sides};
use crate::store::search;

text_column!(InvoiceStanding);

table! {
    /// An invoice. Amounts are minor units, as they were at issue.
    pub struct Invoice in invoice key(business_id, id) {
        pub business_id: BusinessId,
        pub id: InvoiceId,
        /// None while it is a draft.
        pub number: Option<String>,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub standing: InvoiceStanding,
        /// The order or application that it bills, if it bills one.
        pub order_id: Option<OrderId>,
        pub description: Option<String>,
        pub due_on: Option<Day>,
        pub terms: Option<String>,
        pub notes: Option<String>,
        pub total: i64,
        /// Stood against its charges before the issue.
        pub already_paid: i64,
        /// Free credit that the issue took.
        pub applied: i64,
        pub due_at_issue: i64,
        pub issued_on: Option<Day>,
        pub issued_at: Option<Instant>,
        /// What came after this event stands on the sheet behind the paper.
        pub issued_by: Option<EventId>,
        /// JSON of [`Frozen`].
        pub frozen: Option<String>,
        pub voided_on: Option<Day>,
        pub reason: Option<String>,
        pub sent_at: Option<Instant>,
        pub actor: String,
        pub created_at: Instant,
        pub updated_at: Instant,
    }
}

table! {
    /// A line: the invoice's own, or at issue a copy of one that it bills. `net + tax = gross`.
    pub struct InvoiceLine in invoice_line key(business_id, id) {
        pub business_id: BusinessId,
        pub id: InvoiceLineId,
        pub invoice_id: InvoiceId,
        pub position: i64,
        pub kind: String,
        pub description: String,
        pub quantity: String,
        pub unit: Option<String>,
        pub unit_amount: i64,
        pub tax_rate: Option<String>,
        pub tax_included: bool,
        pub net: i64,
        pub tax: i64,
        pub gross: i64,
        /// Of `gross`, credited by name; of a copied line its order's line says it.
        pub credited: i64,
        pub credited_tax: i64,
        pub order_line_id: Option<OrderLineId>,
        pub entry_id: Option<EntryId>,
    }
}

table! {
    /// The first print of a paper that must not change.
    pub struct KeptPaper in kept_paper key(business_id, about, locale) {
        pub business_id: BusinessId,
        /// TypeID.
        pub about: String,
        pub locale: String,
        pub bytes: Vec<u8>,
        pub made_at: Instant,
    }
}

/// Names, addresses and texts as they were when a paper was issued. The logo is not among them: it is a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    pub business: FrozenParty,
    /// `#rrggbb`
    pub color: String,
    pub footer: Option<String>,
    /// `a4` or `letter`
    pub paper: String,
    pub customer: FrozenParty,
    /// What the business wrote under papers of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What an electronic invoice says of the business; none: nothing was known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<SellerDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<BuyerDetails>,
}

/// One side of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenParty {
    pub name: String,
    pub address: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub tax_id: Option<String>,
    pub reference: Option<String>,
    pub locale: Option<String>,
}

impl Frozen {
    /// Both sides as they stand now.
    pub fn now(kind: PaperKind, business: &Business, customer: &Customer, sides: &Sides) -> Result<Frozen> {
        Ok(Frozen {
            note: business.paper_text(kind, customer.tongue(business).language())?,
            business: FrozenParty {
                name: business.name.clone(),
                address: business.address.clone(),
                email: business.email.clone(),
                phone: business.phone.clone(),
                tax_id: business.tax_id.clone(),
                reference: None,
                locale: Some(business.locale.clone()),
            },
            color: business.color.clone(),
            footer: business.footer.clone(),
            paper: business.paper.clone(),
            customer: FrozenParty {
                name: customer.name.clone(),
                address: customer.address.clone(),
                email: customer.email.clone(),
                phone: customer.phone.clone(),
                tax_id: None,
                reference: customer.reference.clone(),
                locale: customer.locale.clone(),
            },
            seller: sides.seller.clone(),
            buyer: sides.buyer.clone(),
        })
    }

    /// As it is kept.
    pub(crate) fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Fault(format!("a frozen copy cannot be written: {error}")))
    }

    /// From what was kept.
    pub(crate) fn read(text: &str) -> Result<Frozen> {
        serde_json::from_str(text).map_err(|error| Error::Fault(format!("a frozen copy cannot be read: {error}")))
    }
}

impl Invoice {
    /// It was issued and demands something or did: neither a draft nor void.
    pub fn is_live(&self) -> bool {
        matches!(self.standing, InvoiceStanding::Issued | InvoiceStanding::Uncollectible)
    }

    /// What it is called: `Invoice INV-2026-00042`, or that it is a draft.
    pub fn title(&self) -> String {
        self.number.as_ref().map_or_else(|| "Draft invoice".to_owned(), |number| format!("Invoice {number}"))
    }

    /// Both sides as they were at issue; of a draft as they are now.
    pub fn parties(&self, business: &Business, customer: &Customer) -> Result<Frozen> {
        self.frozen
            .as_deref()
            .map_or_else(|| Frozen::now(PaperKind::Invoice, business, customer, &Sides::default()), Frozen::read)
    }
}

row! {
    /// A line of the invoice list.
    pub struct InvoiceRow {
        pub id: InvoiceId,
        pub number: Option<String>,
        pub customer_id: CustomerId,
        pub customer_name: String,
        pub currency: Currency,
        pub standing: InvoiceStanding,
        pub order_id: Option<OrderId>,
        pub description: Option<String>,
        pub due_on: Option<Day>,
        pub total: i64,
        pub issued_on: Option<Day>,
        pub sent_at: Option<Instant>,
        pub created_at: Instant,
    }
}

row! {
    /// What an invoice is called; a draft has no number.
    pub struct InvoiceNumber {
        pub id: InvoiceId,
        pub number: Option<String>,
    }
}

/// Which invoices are wanted; none and empty mean all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub customer: Option<CustomerId>,
    /// As it is shown.
    pub state: Option<InvoiceState>,
    pub overdue: bool,
    /// First day of issue; drafts have none.
    pub from: Option<Day>,
    /// Last day of issue.
    pub to: Option<Day>,
    /// Text in the number, the description or the customer's name and ways to reach them.
    pub search: Option<String>,
    pub before: Option<InvoiceId>,
    pub limit: i64,
}

// Something is open of what it covers.
macro_rules! unpaid {
    () => {
        "exists (select 1 from entry_open o where o.business_id = i.business_id and o.invoice_id = i.id and o.allocated < o.amount)"
    };
}

// Live allocations of such credits to what it covers, in minor units.
macro_rules! set_against {
    ($kinds:literal) => {
        concat!(
            "(select coalesce(sum(case when a.takes_back is null then a.amount else -a.amount end), 0)
        from entry_open o join allocation a on a.business_id = o.business_id and a.charge_id = o.entry_id
            join entry e on e.business_id = a.business_id and e.id = a.credit_id
        where o.business_id = i.business_id and o.invoice_id = i.id and e.kind in (",
            $kinds,
            "))"
        )
    };
}
macro_rules! paid {
    () => {
        set_against!("'payment', 'manual_credit', 'adjustment_up'")
    };
}
macro_rules! given_up {
    () => {
        set_against!("'write_off', 'small_difference'")
    };
}

macro_rules! invoice_row {
    ($rest:literal) => {
        concat!(
            "select i.id, i.number, i.customer_id, c.name as customer_name, i.currency, i.standing, i.order_id, i.description,
                i.due_on, i.total, i.issued_on, i.sent_at, i.created_at
             from invoice i join customer c on c.business_id = i.business_id and c.id = i.customer_id
             where i.business_id = $1 ",
            $rest
        )
    };
}

// The same derivation of the shown state as `books::invoice::invoice_state`, so that a page can be cut by it; a test holds
// every row that it finds against the fold.
macro_rules! listed {
    ($of:literal) => {
        concat!(
            invoice_row!(""),
            $of,
            " and i.id < $2
    and ($3 = '' or ($3 in ('draft', 'void') and i.standing = $3) or (i.standing in ('issued', 'uncollectible') and (
        ($3 in ('open', 'part_paid') and ",
            unpaid!(),
            " and ($3 = 'part_paid') = (",
            paid!(),
            " > 0))
        or ($3 = 'uncollectible' and i.standing = 'uncollectible' and not ",
            unpaid!(),
            " and ",
            given_up!(),
            " > 0)
        or ($3 = 'paid' and not ",
            unpaid!(),
            " and not (i.standing = 'uncollectible' and ",
            given_up!(),
            " > 0)))))
    and ($4 = false or (i.standing in ('issued', 'uncollectible') and i.due_on < $5 and ",
            unpaid!(),
            "))
    and ($6 = '' or i.issued_on >= $6) and ($7 = '' or i.issued_on <= $7)
    and ($8 = '' or {folded:coalesce(i.number, '') || ' ' || coalesce(i.description, '')} like $8 escape '!'
        or c.search like $8 escape '!')
    order by i.id desc limit $9"
        )
    };
}

sql!(LISTED, listed!(""));
sql!(LISTED_OF_CUSTOMER, listed!("and i.customer_id = $10"));
sql!(FOUND, invoice_row!("and (i.customer_id {any_id:$2} or i.number {any_text:$3}) order by i.id desc limit $4"));
sql!(BY_IDS, invoice_row!("and i.id {any_id:$2} order by i.id desc"));
sql!(ONE, "select * from invoice where business_id = $1 and id = $2");
sql!(BY_NUMBER, "select * from invoice where business_id = $1 and number = $2");
sql!(LINES, "select * from invoice_line where business_id = $1 and invoice_id = $2 order by position, id limit 5000");
sql!(OF_ORDER, invoice_row!("and i.order_id = $2 order by i.id desc limit 200"));
sql!(NUMBERS, "select id, number from invoice where business_id = $1 and id {any_id:$2}");

/// A page of the list, newest first. `today` decides what is overdue.
pub(crate) async fn list(reader: &mut Reader<'_>, business: BusinessId, wanted: &Wanted, today: Day) -> Result<Vec<InvoiceRow>> {
    let before = wanted.before.unwrap_or(InvoiceId(uuid::Uuid::max()));
    let state = wanted.state.map(|state| state.as_str().to_owned()).unwrap_or_default();
    let text = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let (today, from, to) = (today.to_string(), text(wanted.from), text(wanted.to));
    let search = wanted.search.as_deref().map(search::anywhere).unwrap_or_default();
    let (overdue, limit) = (wanted.overdue, wanted.limit);
    match wanted.customer {
        Some(customer) => {
            let params: [&dyn crate::db::ToValue; 10] =
                [&business, &before, &state, &overdue, &today, &from, &to, &search, &limit, &customer];
            reader.query(&LISTED_OF_CUSTOMER, &params).await
        }
        None => reader.query(&LISTED, &[&business, &before, &state, &overdue, &today, &from, &to, &search, &limit]).await,
    }
}

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: InvoiceId) -> Result<Invoice> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn lines(reader: &mut Reader<'_>, business: BusinessId, id: InvoiceId) -> Result<Vec<InvoiceLine>> {
    reader.query(&LINES, &[&business, &id]).await
}

/// The lines inside a flow; the invoice itself is locked by the caller.
pub(crate) async fn lines_of_flow(tx: &mut Tx<'_>, id: InvoiceId) -> Result<Vec<InvoiceLine>> {
    let business = tx.business();
    tx.query(&LINES, &[&business, &id]).await
}

/// The invoices of an order, newest first.
pub(crate) async fn of_order(reader: &mut Reader<'_>, business: BusinessId, order: OrderId) -> Result<Vec<InvoiceRow>> {
    reader.query(&OF_ORDER, &[&business, &order]).await
}

/// The rows of these invoices, newest first.
pub(crate) async fn by_ids(reader: &mut Reader<'_>, business: BusinessId, ids: &[InvoiceId]) -> Result<Vec<InvoiceRow>> {
    reader.query(&BY_IDS, &[&business, &Value::ids(ids.iter().copied())]).await
}

/// Invoices of these customers or with one of these numbers, newest first.
pub(crate) async fn found(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customers: &[CustomerId],
    numbers: Vec<String>,
    limit: i64,
) -> Result<Vec<InvoiceRow>> {
    reader.query(&FOUND, &[&business, &Value::ids(customers.iter().copied()), &Value::texts(numbers), &limit]).await
}

/// What these invoices are called.
pub(crate) async fn numbers(
    reader: &mut Reader<'_>,
    business: BusinessId,
    ids: impl IntoIterator<Item = InvoiceId>,
) -> Result<Vec<InvoiceNumber>> {
    reader.query(&NUMBERS, &[&business, &Value::ids(ids)]).await
}

/// The invoice with this number.
pub async fn numbered(db: &Db, business: BusinessId, number: String) -> Result<Option<Invoice>> {
    db.read(async move |reader| reader.query_opt(&BY_NUMBER, &[&business, &number]).await).await
}

/// The print that was kept of a paper, if it was printed before.
pub async fn kept_paper(db: &Db, business: BusinessId, about: String, locale: String) -> Result<Option<KeptPaper>> {
    db.read(async move |reader| reader.get::<KeptPaper>(&[&business, &about, &locale]).await).await
}
