//! A page of the order list, each order with its figures: the same fold as on the order's own page.

use std::collections::BTreeMap;

use books::entry::Class;
use books::figures::{Figures, PaymentState};
use books::ids::{BusinessId, CustomerId, OrderId};
use books::order::{OrderState, Outstanding, shown_state};

use super::order::figures;
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::account::live;
use crate::store::allocation;
use crate::store::entry::{self, EntryLine};
use crate::store::order::{self, OrderRow, Shown, Wanted};

/// An order in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub row: OrderRow,
    pub figures: Figures,
    /// Lines that stand.
    pub lines: usize,
    /// As it is shown: *pending* while something is due and a request or payment is out.
    pub state: OrderState,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct OrderList {
    pub rows: Vec<Listed>,
    pub more: bool,
}

/// Adds figures to rows, all in the reader's snapshot.
pub(crate) async fn listed(reader: &mut Reader<'_>, of: BusinessId, rows: Vec<OrderRow>) -> Result<Vec<Listed>> {
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    let mut charges: BTreeMap<OrderId, Vec<EntryLine>> = BTreeMap::new();
    for line in entry::of_orders(reader, of, &ids).await? {
        if let (Class::Charge, Some(order)) = (line.kind.class(), line.order_id) {
            charges.entry(order).or_default().push(line);
        }
    }
    let all: Vec<_> = charges.values().flatten().map(|line| line.id).collect();
    let allocations = live(allocation::of_charges(reader, of, &all).await?);
    let mut credits: Vec<_> = allocations.iter().map(|row| row.allocation.credit).collect();
    credits.sort_unstable();
    credits.dedup();
    let credits = entry::by_ids(reader, of, &credits).await?;
    let mut drafted: BTreeMap<OrderId, (i64, usize)> = BTreeMap::new();
    for line in order::lines_of_many(reader, of, &ids).await? {
        let sum = drafted.entry(line.order_id).or_default();
        if line.removed_by.is_none() {
            *sum = (sum.0 + line.gross, sum.1 + 1);
        }
    }
    let none = Vec::new();
    let one = |row: OrderRow| {
        let of_order = charges.get(&row.id).unwrap_or(&none);
        let (total, lines) = drafted.get(&row.id).copied().unwrap_or_default();
        let figures = if row.state.is_charged() { figures(of_order, &allocations, &credits) } else { Figures::of_draft(total) };
        let out = Outstanding {
            request: row.asked,
            remote_invoice: row.invoiced_outside,
            payment: of_order.iter().any(|charge| charge.reserved > 0),
        };
        Listed { state: shown_state(row.kind, row.state, figures.amount_due, out), row, figures, lines }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Reads a page of at most `wanted.limit` orders, newest first.
pub async fn order_list(db: &Db, of: BusinessId, wanted: Wanted) -> Result<OrderList> {
    db.read(async move |reader| {
        let one_more = Wanted { limit: wanted.limit + 1, ..wanted.clone() };
        let mut rows = order::list(reader, of, &one_more).await?;
        let more = rows.len() as i64 > wanted.limit;
        rows.truncate(usize::try_from(wanted.limit).unwrap_or(0));
        Ok(OrderList { rows: listed(reader, of, rows).await?, more })
    })
    .await
}

/// The orders of one customer, newest first, at most 50.
pub async fn of_customer(db: &Db, of: BusinessId, customer: CustomerId) -> Result<Vec<Listed>> {
    let wanted = Wanted { customer: Some(customer), limit: 50, ..Wanted::default() };
    Ok(order_list(db, of, wanted).await?.rows)
}

/// Orders by the state that is shown, newest first, each with its figures.
pub async fn shown(db: &Db, of: BusinessId, wanted: Shown) -> Result<Vec<Listed>> {
    db.read(async move |reader| {
        let rows = order::shown(reader, of, &wanted).await?;
        listed(reader, of, rows).await
    })
    .await
}

impl Listed {
    /// How far it is paid; a draft, for which nothing was charged, is unpaid.
    pub fn payment_state(&self) -> PaymentState {
        if self.row.state.is_charged() { self.figures.payment_state() } else { PaymentState::Unpaid }
    }
}
