//! A page of the invoice list, each invoice with its figures: the same fold as on the invoice's own page.

use std::collections::BTreeMap;

use books::calendar::Day;
use books::figures::Figures;
use books::ids::{BusinessId, CustomerId, EntryId, InvoiceId, OrderId};
use books::invoice::{InvoiceStanding, InvoiceState, invoice_state, is_overdue};

use super::invoice::figures_of;
use crate::db::{Db, Reader, Value, row, sql};
use crate::error::Result;
use crate::store::account::live;
use crate::store::allocation;
use crate::store::business;
use crate::store::entry::{self, EntryLine};
use crate::store::invoice::{self, InvoiceRow, Wanted};

/// An invoice in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub row: InvoiceRow,
    pub figures: Figures,
    pub state: InvoiceState,
    pub overdue: bool,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct InvoiceList {
    pub rows: Vec<Listed>,
    pub more: bool,
    pub today: Day,
}

row! {
    /// What a draft's own lines come to.
    struct OwnTotal {
        id: InvoiceId,
        gross: i64,
    }
}

sql!(
    OWN_TOTALS,
    "
    select invoice_id as id, cast(sum(gross) as bigint) as gross from invoice_line
    where business_id = $1 and invoice_id {any_id:$2} group by invoice_id"
);

/// Adds figures to rows, all in the reader's snapshot.
pub(crate) async fn listed(reader: &mut Reader<'_>, of: BusinessId, rows: Vec<InvoiceRow>, today: Day) -> Result<Vec<Listed>> {
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let mut charges: BTreeMap<InvoiceId, Vec<EntryLine>> = BTreeMap::new();
    for line in entry::of_invoices(reader, of, &ids).await? {
        if let Some(invoice) = line.live_invoice_id {
            charges.entry(invoice).or_default().push(line);
        }
    }
    let all: Vec<EntryId> = charges.values().flatten().map(|line| line.id).collect();
    let allocations = live(allocation::of_charges(reader, of, &all).await?);
    let mut credits: Vec<EntryId> = allocations.iter().map(|row| row.allocation.credit).collect();
    credits.sort_unstable();
    credits.dedup();
    let credits = entry::by_ids(reader, of, &credits).await?;
    let drafts = rows.iter().filter(|row| row.standing == InvoiceStanding::Draft).map(|row| row.id);
    let own: Vec<OwnTotal> = reader.query(&OWN_TOTALS, &[&of, &Value::ids(drafts)]).await?;
    let own: BTreeMap<InvoiceId, i64> = own.into_iter().map(|row| (row.id, row.gross)).collect();
    let none = Vec::new();
    let one = |row: InvoiceRow| {
        let covered = charges.get(&row.id).unwrap_or(&none);
        let total = match row.standing {
            InvoiceStanding::Draft => own.get(&row.id).copied().unwrap_or(0) + claimed(covered, &allocations, &credits),
            _ => row.total,
        };
        let figures = figures_of(row.standing, total, covered, &allocations, &credits);
        let overdue = row.issued_on.is_some() && row.standing != InvoiceStanding::Void && is_overdue(&figures, row.due_on, today);
        Listed { state: invoice_state(row.standing, &figures), overdue, figures, row }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// What the charges that a draft claims would bill: amounts less reductions.
fn claimed(charges: &[EntryLine], allocations: &[books::allocation::LiveAllocation], credits: &[EntryLine]) -> i64 {
    let figures = super::order::figures(charges, allocations, credits);
    figures.total + figures.fees - figures.credited
}

/// Reads a page of at most `wanted.limit` invoices, newest first.
pub async fn invoice_list(db: &Db, of: BusinessId, wanted: Wanted) -> Result<InvoiceList> {
    db.read(async move |reader| {
        let today = business::one(reader, of).await?.today(reader.now());
        let one_more = Wanted { limit: wanted.limit + 1, ..wanted.clone() };
        let mut rows = invoice::list(reader, of, &one_more, today).await?;
        let more = rows.len() as i64 > wanted.limit;
        rows.truncate(usize::try_from(wanted.limit).unwrap_or(0));
        Ok(InvoiceList { rows: listed(reader, of, rows, today).await?, more, today })
    })
    .await
}

/// Invoices as asked, newest first, each with its figures.
pub async fn shown(db: &Db, of: BusinessId, wanted: Wanted) -> Result<Vec<Listed>> {
    db.read(async move |reader| {
        let today = business::one(reader, of).await?.today(reader.now());
        let rows = invoice::list(reader, of, &wanted, today).await?;
        listed(reader, of, rows, today).await
    })
    .await
}

/// The invoices of one customer, newest first, at most 50.
pub(crate) async fn of_customer(
    reader: &mut Reader<'_>,
    of: BusinessId,
    customer: CustomerId,
    today: Day,
) -> Result<Vec<Listed>> {
    let wanted = Wanted { customer: Some(customer), limit: 50, ..Wanted::default() };
    let rows = invoice::list(reader, of, &wanted, today).await?;
    listed(reader, of, rows, today).await
}

/// The invoices that bill an order, newest first; those that carry one of its charges among others included.
pub(crate) async fn of_order(
    reader: &mut Reader<'_>,
    of: BusinessId,
    order: OrderId,
    charges: &[EntryLine],
    today: Day,
) -> Result<Vec<Listed>> {
    let mut rows = invoice::of_order(reader, of, order).await?;
    let carrying = charges.iter().filter_map(|line| line.live_invoice_id);
    let mut others: Vec<InvoiceId> = carrying.filter(|id| rows.iter().all(|row| row.id != *id)).collect();
    others.sort_unstable();
    others.dedup();
    rows.extend(invoice::by_ids(reader, of, &others).await?);
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    listed(reader, of, rows, today).await
}
