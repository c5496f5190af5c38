//! The raw rows of some customers, as they are stored.
//!
//! Invariant: rows are read table by table with no sum and no join that could hide one; a row that names a customer, entry or
//! order which is not there is found by [`super::ledger`], which looks at all of them. Limits: [`PAGE`] customers are listed
//! at a time, and read in portions of about [`MOST_ENTRIES`] entries; one customer is always read whole.

use std::collections::{BTreeMap, HashMap, HashSet};

use books::entry::Class;
use books::ids::{BusinessId, CustomerId, EntryId, InvoiceId, OrderId};
use books::request::RequestState;

use crate::db::{Reader, Value, row, sql};
use crate::error::Result;
use crate::store::allocation::Allocation;
use crate::store::credit_note::CreditNote;
use crate::store::customer::CustomerBalance;
use crate::store::entry::{Entry, EntryOpen, JournalLine};
use crate::store::invoice::{Invoice, InvoiceLine};
use crate::store::method::Method;
use crate::store::order::{Amendment, Order, OrderLine};
use crate::store::payment::{Attempt, Payment, PaymentTarget};
use crate::store::refund::Refund;
use crate::store::remote_invoice::RemoteInvoice;
use crate::store::request::Request;

/// So many customers are listed at a time.
const PAGE: i64 = 1000;
/// A portion is full when its customers have so many entries between them.
pub(super) const MOST_ENTRIES: i64 = 5000;
/// And at most so many customers, whether or not they have entries.
const MOST_CUSTOMERS: usize = 200;

row! {
    /// A customer and how many entries they have.
    pub(super) struct Sized {
        pub id: CustomerId,
        pub entries: i64,
    }
}

sql!(
    CUSTOMERS,
    "
    select c.id, (select count(*) from entry e where e.business_id = c.business_id and e.customer_id = c.id) as entries
    from customer c where c.business_id = $1 and c.id > $2 order by c.id limit $3"
);
// A portion is a range of customers. Each text begins at an index by customer, and `cross join` keeps SQLite from beginning
// elsewhere: it would read the whole table for every portion. For the same reason nothing is sorted here.
sql!(BALANCES, "select * from customer_balance where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(ENTRIES, "select * from entry where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(
    OPEN,
    "
    select o.* from entry e cross join entry_open o
    where o.business_id = e.business_id and o.entry_id = e.id
        and e.business_id = $1 and e.customer_id >= $2 and e.customer_id <= $3"
);
sql!(
    ALLOCATIONS,
    "
    select a.* from entry e cross join allocation a
    where a.business_id = e.business_id and a.charge_id = e.id
        and e.business_id = $1 and e.customer_id >= $2 and e.customer_id <= $3"
);
sql!(
    JOURNAL,
    "
    select j.* from entry e cross join journal_line j
    where j.business_id = e.business_id and j.entry_id = e.id
        and e.business_id = $1 and e.customer_id >= $2 and e.customer_id <= $3"
);
sql!(ORDERS, "select * from orders where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(
    LINES,
    "
    select l.* from orders o cross join order_line l
    where l.business_id = o.business_id and l.order_id = o.id
        and o.business_id = $1 and o.customer_id >= $2 and o.customer_id <= $3"
);
sql!(
    AMENDMENTS,
    "
    select a.* from orders o cross join amendment a
    where a.business_id = o.business_id and a.order_id = o.id
        and o.business_id = $1 and o.customer_id >= $2 and o.customer_id <= $3"
);
sql!(INVOICES, "select * from invoice where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(
    INVOICE_LINES,
    "
    select l.* from invoice i cross join invoice_line l
    where l.business_id = i.business_id and l.invoice_id = i.id
        and i.business_id = $1 and i.customer_id >= $2 and i.customer_id <= $3"
);
sql!(CREDIT_NOTES, "select * from credit_note where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(PAYMENTS, "select * from payment where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(
    TARGETS,
    "
    select t.* from payment p cross join payment_target t
    where t.business_id = p.business_id and t.payment_id = p.id
        and p.business_id = $1 and p.customer_id >= $2 and p.customer_id <= $3"
);
sql!(REFUNDS, "select * from refund where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(METHODS, "select * from payment_method where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(REQUESTS, "select * from request where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(REMOTE_INVOICES, "select * from remote_invoice where business_id = $1 and customer_id >= $2 and customer_id <= $3");
sql!(
    INVOICE_ATTEMPTS,
    "
    select a.* from remote_invoice r cross join attempt a
    where a.business_id = r.business_id and a.payment_id = r.payment_id
        and r.business_id = $1 and r.customer_id >= $2 and r.customer_id <= $3"
);
sql!(
    CLOSED_BY_HAND,
    "
    select v.subject from event v where v.business_id = $1 and v.subject {any_text:$2} and v.kind = 'request_closed'"
);

row! {
    /// The TypeID of what an event is about.
    struct Subject {
        subject: String,
    }
}

/// Everything of some customers.
#[derive(Default)]
pub(super) struct Rows {
    pub balances: Vec<CustomerBalance>,
    /// In posting order.
    pub entries: Vec<Entry>,
    pub open: HashMap<EntryId, EntryOpen>,
    pub allocations: Vec<Allocation>,
    pub journal: Vec<JournalLine>,
    pub orders: Vec<Order>,
    pub lines: Vec<OrderLine>,
    pub amendments: Vec<Amendment>,
    pub invoices: Vec<Invoice>,
    pub invoice_lines: Vec<InvoiceLine>,
    pub credit_notes: Vec<CreditNote>,
    pub payments: Vec<Payment>,
    pub targets: Vec<PaymentTarget>,
    pub refunds: Vec<Refund>,
    pub methods: Vec<Method>,
    pub requests: Vec<Request>,
    pub remote_invoices: Vec<RemoteInvoice>,
    /// Of the payments that are such invoices, every call to their processors.
    pub invoice_attempts: Vec<Attempt>,
    /// TypeIDs of requests that staff closed.
    pub closed_by_hand: HashSet<String>,
    /// Of each order, where its charges stand among the entries.
    pub charges_of: BTreeMap<OrderId, Vec<usize>>,
    /// Of each invoice, where the charges it covers stand among the entries.
    pub covered_by: BTreeMap<InvoiceId, Vec<usize>>,
}

/// The next customers by id.
pub(super) async fn customers_after(reader: &mut Reader<'_>, business: BusinessId, after: CustomerId) -> Result<Vec<Sized>> {
    reader.query(&CUSTOMERS, &[&business, &after, &PAGE]).await
}

/// Cuts a page of customers into portions that fit into memory.
pub(super) fn in_portions(page: &[Sized]) -> Vec<Vec<CustomerId>> {
    let mut portions: Vec<Vec<CustomerId>> = Vec::new();
    let mut entries = 0;
    for customer in page {
        entries += customer.entries;
        match portions.last_mut() {
            Some(portion) if entries <= MOST_ENTRIES && portion.len() < MOST_CUSTOMERS => portion.push(customer.id),
            _ => {
                portions.push(vec![customer.id]);
                entries = customer.entries;
            }
        }
    }
    portions
}

/// Reads everything of these customers, who follow each other by id.
pub(super) async fn load(reader: &mut Reader<'_>, business: BusinessId, customers: &[CustomerId]) -> Result<Rows> {
    let (Some(from), Some(to)) = (customers.first(), customers.last()) else { return Ok(Rows::default()) };
    // All are asked before the first is awaited, so that they travel together.
    let balances = reader.query(&BALANCES, &[&business, from, to]);
    let entries = reader.query::<Entry>(&ENTRIES, &[&business, from, to]);
    let open = reader.query::<EntryOpen>(&OPEN, &[&business, from, to]);
    let allocations = reader.query::<Allocation>(&ALLOCATIONS, &[&business, from, to]);
    let journal = reader.query(&JOURNAL, &[&business, from, to]);
    let orders = reader.query(&ORDERS, &[&business, from, to]);
    let lines = reader.query(&LINES, &[&business, from, to]);
    let amendments = reader.query(&AMENDMENTS, &[&business, from, to]);
    let invoices = reader.query(&INVOICES, &[&business, from, to]);
    let invoice_lines = reader.query(&INVOICE_LINES, &[&business, from, to]);
    let credit_notes = reader.query(&CREDIT_NOTES, &[&business, from, to]);
    let payments = reader.query(&PAYMENTS, &[&business, from, to]);
    let targets = reader.query(&TARGETS, &[&business, from, to]);
    let refunds = reader.query(&REFUNDS, &[&business, from, to]);
    let methods = reader.query(&METHODS, &[&business, from, to]);
    let requests = reader.query::<Request>(&REQUESTS, &[&business, from, to]);
    let remote_invoices = reader.query::<RemoteInvoice>(&REMOTE_INVOICES, &[&business, from, to]);
    let invoice_attempts = reader.query::<Attempt>(&INVOICE_ATTEMPTS, &[&business, from, to]);
    let mut rows = Rows {
        balances: balances.await?,
        entries: entries.await?,
        open: open.await?.into_iter().map(|row| (row.entry_id, row)).collect(),
        allocations: allocations.await?,
        journal: journal.await?,
        orders: orders.await?,
        lines: lines.await?,
        amendments: amendments.await?,
        invoices: invoices.await?,
        invoice_lines: invoice_lines.await?,
        credit_notes: credit_notes.await?,
        payments: payments.await?,
        targets: targets.await?,
        refunds: refunds.await?,
        methods: methods.await?,
        requests: requests.await?,
        remote_invoices: remote_invoices.await?,
        invoice_attempts: invoice_attempts.await?,
        ..Rows::default()
    };
    rows.entries.sort_unstable_by_key(|entry| entry.id);
    rows.allocations.sort_unstable_by_key(|row| row.id);
    for (at, entry) in rows.entries.iter().enumerate() {
        if let (Some(order), Class::Charge) = (entry.order_id, entry.kind.class()) {
            rows.charges_of.entry(order).or_default().push(at);
        }
        if let Some(invoice) = rows.open.get(&entry.id).and_then(|open| open.invoice_id) {
            rows.covered_by.entry(invoice).or_default().push(at);
        }
    }
    let closed = rows.requests.iter().filter(|request| request.state == RequestState::Closed);
    let closed = Value::texts(closed.map(|request| request.id.to_string()));
    let by_hand: Vec<Subject> = reader.query(&CLOSED_BY_HAND, &[&business, &closed]).await?;
    rows.closed_by_hand = by_hand.into_iter().map(|row| row.subject).collect();
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_bounded_and_leave_nobody_out() {
        let sized = |number: u128, entries: i64| Sized { id: CustomerId(uuid::Uuid::from_u128(number)), entries };
        let page: Vec<Sized> = vec![sized(1, 3000), sized(2, 2000), sized(3, 1), sized(4, 90_000), sized(5, 1), sized(6, 1)];
        let cut: Vec<usize> = in_portions(&page).iter().map(Vec::len).collect();
        assert_eq!(cut, [2, 1, 1, 2]);
        let many: Vec<Sized> = (0..450).map(|number| sized(number, 0)).collect();
        let cut: Vec<usize> = in_portions(&many).iter().map(Vec::len).collect();
        assert_eq!(cut, [200, 200, 50]);
        assert!(in_portions(&[]).is_empty());
    }
}
