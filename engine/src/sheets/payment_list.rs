//! Payments in full, one or a page of them: what each was applied to, charge by charge.
//!
//! Invariant: `amount = applied to charges + given back + unapplied`, because all three are the live allocations of the credit
//! that the payment became. Read in a handful of queries, however many payments there are.

use std::collections::HashMap;

use books::entry::Class;
use books::ids::{BusinessId, EntryId, InvoiceId, OrderId, PaymentId};

use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::account::live;
use crate::store::allocation;
use crate::store::entry::{self, EntryLine};
use crate::store::payment::{self, Payment, Wanted};

/// A part of a payment and the charge that it paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub charge: EntryId,
    pub order: Option<OrderId>,
    pub invoice: Option<InvoiceId>,
    /// Minor units, more than 0.
    pub amount: i64,
}

/// A payment with where its money went.
#[derive(Debug, Clone)]
pub struct Applied {
    pub payment: Payment,
    /// What it paid; not what was given back of it.
    pub parts: Vec<Part>,
    /// What is set against nothing and was not given back.
    pub unapplied: i64,
}

pub(crate) async fn applied(reader: &mut Reader<'_>, of: BusinessId, payments: Vec<Payment>) -> Result<Vec<Applied>> {
    let credits: Vec<EntryId> = payments.iter().filter_map(|payment| payment.entry_id).collect();
    let lines = entry::by_ids(reader, of, &credits).await?;
    let lines: HashMap<EntryId, EntryLine> = lines.into_iter().map(|line| (line.id, line)).collect();
    let allocations = live(allocation::of_credits(reader, of, &credits).await?);
    let mut ends: Vec<EntryId> = allocations.iter().map(|row| row.allocation.charge).collect();
    ends.sort_unstable();
    ends.dedup();
    let charges = entry::by_ids(reader, of, &ends).await?;
    let charges: HashMap<EntryId, EntryLine> = charges.into_iter().map(|line| (line.id, line)).collect();
    let one = |payment: Payment| {
        let credit = payment.entry_id.and_then(|id| lines.get(&id));
        let own = allocations.iter().filter(|row| Some(row.allocation.credit) == payment.entry_id);
        let part = |row: &books::allocation::LiveAllocation| {
            let charge = charges.get(&row.allocation.charge).filter(|charge| charge.kind.class() == Class::Charge)?;
            let invoice = charge.live_invoice_id.or(charge.invoice_id);
            Some(Part { charge: charge.id, order: charge.order_id, invoice, amount: row.live })
        };
        Applied {
            parts: own.filter_map(part).collect(),
            unapplied: credit.map_or(0, |credit| credit.amount - credit.allocated),
            payment,
        }
    };
    Ok(payments.into_iter().map(one).collect())
}

/// A page of payments, newest first.
pub async fn payment_list(db: &Db, of: BusinessId, wanted: Wanted) -> Result<Vec<Applied>> {
    db.read(async move |reader| {
        let found = payment::wanted(reader, of, &wanted).await?;
        applied(reader, of, found).await
    })
    .await
}

/// One payment.
pub async fn one_payment(db: &Db, of: BusinessId, id: PaymentId) -> Result<Applied> {
    db.read(async move |reader| {
        let found = payment::one(reader, of, id).await?;
        let applied = applied(reader, of, vec![found]).await?.into_iter().next();
        applied.ok_or(crate::error::Error::NotFound)
    })
    .await
}
