//! The ledger of open items: entries, what is open of them, and journal lines. What is set against what is [`super::allocation`].
//!
//! Invariant: entries and journal lines are only ever added. What changes stands in `entry_open`, one narrow
//! row beside each entry, and is moved by guarded updates: `allocated` can never leave `0..=amount`.

use books::calendar::{Day, Instant};
use books::entry::{EntryKind, Side};
use books::ids::{AmendmentId, BusinessId, CreditNoteId, CustomerId, EntryId, EventId, InvoiceId, OrderId, PaymentId};
use books::money::Currency;

use crate::db::{Db, Reader, Value, row, sql, table, text_column};
use crate::error::{Error, Result};
use crate::store::link::Scope;
use crate::store::search;

text_column!(Side);
text_column!(EntryKind);

table! {
    /// A charge or credit on a customer's account.
    pub struct Entry in entry key(business_id, id) {
        pub business_id: BusinessId,
        pub id: EntryId,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub side: Side,
        pub kind: EntryKind,
        pub amount: i64,
        pub net: i64,
        pub tax: i64,
        pub description: String,
        pub category: Option<String>,
        pub note: Option<String>,
        pub method: Option<String>,
        pub reason: Option<String>,
        pub effective_on: Day,
        pub due_on: Option<Day>,
        pub noted_on: Option<Day>,
        pub order_id: Option<OrderId>,
        pub amendment_id: Option<AmendmentId>,
        pub invoice_id: Option<InvoiceId>,
        pub payment_id: Option<PaymentId>,
        pub credit_note_id: Option<CreditNoteId>,
        pub reverses: Option<EntryId>,
        /// Of the account after this entry, in posting order; negative: owes.
        pub balance_after: i64,
        pub actor: String,
        pub event_id: EventId,
        pub created_at: Instant,
    }
}

table! {
    /// What changes about an entry.
    pub struct EntryOpen in entry_open key(business_id, entry_id) {
        pub business_id: BusinessId,
        pub entry_id: EntryId,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub side: Side,
        pub amount: i64,
        pub allocated: i64,
        pub reserved: i64,
        pub held: bool,
        pub recognized: bool,
        pub reopened_on: Option<Day>,
        /// Of a payment's credit: `outside`, or the kind of processor it came through.
        pub channel: Option<String>,
        pub order_id: Option<OrderId>,
        pub invoice_id: Option<InvoiceId>,
        pub due_on: Option<Day>,
        pub effective_on: Day,
    }
}

table! {
    /// One line of the journal: debit or credit of one ledger account.
    pub struct JournalLine in journal_line key(business_id, entry_id, seq) {
        pub business_id: BusinessId,
        pub entry_id: EntryId,
        pub seq: i64,
        pub account: String,
        pub currency: Currency,
        pub debit: i64,
        pub credit: i64,
        pub effective_on: Day,
    }
}

row! {
    /// An entry with what is open of it, as histories show it.
    pub struct EntryLine {
        pub id: EntryId,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub side: Side,
        pub kind: EntryKind,
        pub amount: i64,
        pub net: i64,
        pub tax: i64,
        pub description: String,
        pub category: Option<String>,
        pub note: Option<String>,
        pub method: Option<String>,
        pub reason: Option<String>,
        pub effective_on: Day,
        pub due_on: Option<Day>,
        pub noted_on: Option<Day>,
        pub order_id: Option<OrderId>,
        pub amendment_id: Option<AmendmentId>,
        pub invoice_id: Option<InvoiceId>,
        pub payment_id: Option<PaymentId>,
        pub credit_note_id: Option<CreditNoteId>,
        pub reverses: Option<EntryId>,
        pub reversed_by: Option<EntryId>,
        pub balance_after: i64,
        pub actor: String,
        pub event_id: EventId,
        pub created_at: Instant,
        pub allocated: i64,
        pub reserved: i64,
        pub held: bool,
        pub recognized: bool,
        pub reopened_on: Option<Day>,
        pub channel: Option<String>,
        pub live_invoice_id: Option<InvoiceId>,
        /// That invoice is issued, not a draft; none: no invoice has it.
        pub cover_issued: Option<bool>,
        /// The due day of that invoice.
        pub cover_due_on: Option<Day>,
        /// The payment behind a credit is disputed now.
        pub disputed: bool,
    }
}

/// Which entries are wanted; empty texts and none mean all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub currency: Option<Currency>,
    pub side: Option<Side>,
    pub kind: Option<EntryKind>,
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// Text in the description, note or category.
    pub search: Option<String>,
    pub before: Option<EntryId>,
    pub limit: i64,
}

macro_rules! entry_line {
    ($rest:literal) => {
        concat!(
            "select e.id, e.customer_id, e.currency, e.side, e.kind, e.amount, e.net, e.tax, e.description, e.category, e.note, e.method,
                e.reason, e.effective_on, e.due_on, e.noted_on, e.order_id, e.amendment_id, e.invoice_id, e.payment_id, e.credit_note_id,
                e.reverses, e.balance_after, e.actor, e.event_id, e.created_at,
                o.allocated, o.reserved, o.held, o.recognized, o.reopened_on, o.channel, o.invoice_id as live_invoice_id,
                i.standing <> 'draft' as cover_issued, i.due_on as cover_due_on,
                exists (select 1 from payment p where p.business_id = e.business_id and p.id = e.payment_id and p.disputed) as disputed,
                (select r.id from entry r where r.business_id = e.business_id and r.reverses = e.id) as reversed_by
             from entry e join entry_open o on o.business_id = e.business_id and o.entry_id = e.id
                left join invoice i on i.business_id = o.business_id and i.id = o.invoice_id
             where e.business_id = $1 ",
            $rest
        )
    };
}

sql!(HISTORY, entry_line!("
    and e.customer_id = $2 and ($3 = '' or e.currency = $3) and e.id < $4 and ($5 = '' or e.side = $5) and ($6 = '' or e.kind = $6)
    and ($7 = '' or e.effective_on >= $7) and ($8 = '' or e.effective_on <= $8)
    and ($9 = ''
        or {folded:e.description || ' ' || coalesce(e.note, '') || ' ' || coalesce(e.category, '')} like $9 escape '!')
    order by e.id desc limit $10"));
sql!(ONE, entry_line!("and e.id = $2"));
sql!(pub(crate) OF_ORDER, entry_line!("and e.order_id = $2 order by e.id"));
sql!(pub(crate) OF_PAYMENT, entry_line!("and e.payment_id = $2 order by e.id"));
sql!(pub(crate) OF_INVOICE, entry_line!("
    and e.id in (select c.entry_id from entry_open c where c.business_id = $1 and c.invoice_id = $2) order by e.id"));
sql!(
    OF_INVOICES,
    entry_line!(
        "
    and e.id in (select c.entry_id from entry_open c where c.business_id = $1 and c.invoice_id {any_id:$2}) order by e.id"
    )
);
sql!(pub(crate) OPEN, entry_line!("
    and o.customer_id = $2 and o.currency = $3 and (o.allocated < o.amount or o.reserved > 0) order by e.id"));
sql!(OF_ACCOUNT, entry_line!("and e.customer_id = $2 and e.currency = $3 order by e.id"));
sql!(pub(crate) BY_IDS, entry_line!("and e.id {any_id:$2} order by e.id"));
sql!(
    TOUCHING,
    entry_line!(
        "
    and (e.id in (select a.credit_id from allocation a where a.business_id = $1 and a.charge_id = $2)
      or e.id in (select a.charge_id from allocation a where a.business_id = $1 and a.credit_id = $2))"
    )
);
sql!(
    CREDITS_ON_ORDER,
    entry_line!(
        "
    and e.id in (select a.credit_id from allocation a join entry c on c.business_id = a.business_id and c.id = a.charge_id
        where a.business_id = $1 and c.order_id = $2)"
    )
);
sql!(JOURNAL, "select * from journal_line where business_id = $1 and entry_id = $2 order by seq");
sql!(pub(crate) ALLOCATE, "
    update entry_open set allocated = allocated + $3
    where business_id = $1 and entry_id = $2 and allocated + $3 between 0 and amount");
sql!(pub(crate) RESERVE, "
    update entry_open set reserved = reserved + $3
    where business_id = $1 and entry_id = $2 and reserved + $3 between 0 and amount");

pub(crate) async fn history(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    wanted: &Wanted,
) -> Result<Vec<EntryLine>> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let pattern = wanted.search.as_deref().map(search::anywhere);
    reader
        .query(
            &HISTORY,
            &[
                &business,
                &customer,
                &text(wanted.currency.map(|c| c.code().to_owned())),
                &wanted.before.unwrap_or(EntryId(uuid::Uuid::max())),
                &text(wanted.side.map(|side| side.as_str().to_owned())),
                &text(wanted.kind.map(|kind| kind.as_str().to_owned())),
                &text(wanted.from.map(|day| day.to_string())),
                &text(wanted.to.map(|day| day.to_string())),
                &text(pattern),
                &wanted.limit,
            ],
        )
        .await
}

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: EntryId) -> Result<EntryLine> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn of_order(reader: &mut Reader<'_>, business: BusinessId, order: OrderId) -> Result<Vec<EntryLine>> {
    reader.query(&OF_ORDER, &[&business, &order]).await
}

/// The credits and charges on the other side of an entry's allocations.
pub(crate) async fn touching(reader: &mut Reader<'_>, business: BusinessId, id: EntryId) -> Result<Vec<EntryLine>> {
    reader.query(&TOUCHING, &[&business, &id]).await
}

pub(crate) async fn credits_on_order(reader: &mut Reader<'_>, business: BusinessId, id: OrderId) -> Result<Vec<EntryLine>> {
    reader.query(&CREDITS_ON_ORDER, &[&business, &id]).await
}

/// Every entry of an account, oldest first: for statements, explanations and `verify`.
pub(crate) async fn of_account(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
) -> Result<Vec<EntryLine>> {
    reader.query(&OF_ACCOUNT, &[&business, &customer, &currency]).await
}

pub(crate) async fn journal(reader: &mut Reader<'_>, business: BusinessId, id: EntryId) -> Result<Vec<JournalLine>> {
    reader.query(&JOURNAL, &[&business, &id]).await
}

/// A page of a customer's history, newest posted first.
pub async fn page(db: &Db, business: BusinessId, customer: CustomerId, wanted: Wanted) -> Result<Vec<EntryLine>> {
    db.read(async move |reader| history(reader, business, customer, &wanted).await).await
}

row! {
    /// What is open of charges past their named due day.
    pub struct Overdue {
        pub open: i64,
    }
}

sql!(
    OVERDUE,
    "
    select cast(coalesce(sum(amount - allocated), 0) as bigint) as open from entry_open
    where business_id = $1 and customer_id = $2 and currency = $3 and side = 'charge' and allocated < amount and due_on < $4"
);

/// Minor units that are past a named due day, at least 0.
pub(crate) async fn overdue(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
    today: Day,
) -> Result<i64> {
    let found: Option<Overdue> = reader.query_opt(&OVERDUE, &[&business, &customer, &currency, &today]).await?;
    Ok(found.map_or(0, |row| row.open))
}

sql!(OF_ORDERS, entry_line!("and e.order_id {any_id:$2} order by e.id"));

/// Every entry of several orders.
pub(crate) async fn of_orders(reader: &mut Reader<'_>, business: BusinessId, orders: &[OrderId]) -> Result<Vec<EntryLine>> {
    reader.query(&OF_ORDERS, &[&business, &Value::ids(orders.iter().copied())]).await
}

/// The charges that an invoice covers; a draft claims them. Nothing of a void one.
pub(crate) async fn of_invoice(reader: &mut Reader<'_>, business: BusinessId, invoice: InvoiceId) -> Result<Vec<EntryLine>> {
    reader.query(&OF_INVOICE, &[&business, &invoice]).await
}

/// The charges that several invoices cover.
pub(crate) async fn of_invoices(reader: &mut Reader<'_>, business: BusinessId, invoices: &[InvoiceId]) -> Result<Vec<EntryLine>> {
    reader.query(&OF_INVOICES, &[&business, &Value::ids(invoices.iter().copied())]).await
}

/// The entries with these ids.
pub(crate) async fn by_ids(reader: &mut Reader<'_>, business: BusinessId, ids: &[EntryId]) -> Result<Vec<EntryLine>> {
    reader.query(&BY_IDS, &[&business, &Value::ids(ids.iter().copied())]).await
}

sql!(
    SENT_BACK,
    entry_line!(
        "
    and e.kind in ('refund', 'return') and e.id in (
        select gone.charge_id from allocation back
        join allocation gone on gone.business_id = back.business_id and gone.credit_id = back.credit_id
            and gone.event_id = back.event_id and gone.takes_back is null
        where back.business_id = $1 and back.charge_id {any_id:$2} and back.takes_back is not null)
    order by e.id"
    )
);

/// The refunds and returned payments for which money was taken back from several charges.
pub(crate) async fn sent_back(reader: &mut Reader<'_>, business: BusinessId, charges: &[EntryId]) -> Result<Vec<EntryLine>> {
    reader.query(&SENT_BACK, &[&business, &Value::ids(charges.iter().copied())]).await
}

/// Open charges of an account that belong to a scope, those due first at the beginning.
pub(crate) async fn open_charges(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
    scope: &Scope,
) -> Result<Vec<EntryLine>> {
    let mut lines: Vec<EntryLine> = reader.query(&OPEN, &[&business, &customer, &currency]).await?;
    lines.retain(|line| {
        line.side == Side::Charge && line.open() > 0 && scope.covers(line.id, line.order_id, line.live_invoice_id)
    });
    lines.sort_by_key(|line| (line.named_due_on().unwrap_or(line.effective_on), line.effective_on, line.id));
    Ok(lines)
}

/// One entry with what is open of it.
pub async fn entry(db: &Db, business: BusinessId, id: EntryId) -> Result<EntryLine> {
    db.read(async move |reader| one(reader, business, id).await).await
}

impl EntryLine {
    /// The day that was named for it: its invoice's once that is issued, else its own (rule 14).
    pub fn named_due_on(&self) -> Option<Day> {
        self.cover_due_on.filter(|_| self.cover_issued == Some(true)).or(self.due_on)
    }

    /// What of it is set against nothing.
    pub fn open(&self) -> i64 {
        self.amount - self.allocated
    }

    /// TypeID of the document it came from; none: it was made by hand.
    pub fn source(&self) -> Option<String> {
        let credit_note = self.credit_note_id.map(|id| id.to_string());
        let payment = || self.payment_id.map(|id| id.to_string());
        let invoice = || self.invoice_id.map(|id| id.to_string());
        let order = || self.order_id.map(|id| id.to_string());
        credit_note.or_else(payment).or_else(invoice).or_else(order)
    }
}

/// Everything of an account that is open or reserved.
pub(crate) async fn open_of(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
) -> Result<Vec<EntryLine>> {
    reader.query(&OPEN, &[&business, &customer, &currency]).await
}
