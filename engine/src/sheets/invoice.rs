//! Everything one invoice shows: its lines, figures, payments, requests and credit notes.
//!
//! Invariant: the figures are the fold of what is set against the charges that it covers, the same as for an order. A draft
//! shows the charges that it claims as they stand; an issued invoice shows the lines that were frozen.

use std::collections::{BTreeMap, BTreeSet};

use books::allocation::LiveAllocation;
use books::calendar::{Day, Instant};
use books::entry::Class;
use books::figures::Figures;
use books::ids::{BusinessId, CustomerId, EntryId, InvoiceId, InvoiceLineId, OrderId, OrderLineId, PaymentId};
use books::invoice::{InvoiceStanding, InvoiceState, invoice_state, is_overdue};
use books::money::Currency;
use books::order::OrderState;
use books::tax::TaxSum;

use super::billed::{Billed, Billing, billed, taxes};
use super::order::figures;
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::account::live;
use crate::store::allocation::{self, Allocation};
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::credit_note::{self, CreditNote};
use crate::store::customer::{self, Customer};
use crate::store::e_invoicing::{self, Sides};
use crate::store::entry::{self, EntryLine};
use crate::store::invoice::{self, Invoice, InvoiceLine};
use crate::store::link::{self, Link};
use crate::store::order::{self, Order, OrderLine};
use crate::store::payment::{self, Payment};
use crate::store::remote_invoice::{self, RemoteInvoice};
use crate::store::request::{self, Request};

/// One invoice, read in one snapshot.
#[derive(Debug, Clone)]
pub struct InvoiceSheet {
    pub business: Business,
    pub customer: Customer,
    pub invoice: Invoice,
    /// The order or application that it bills, if it bills one.
    pub order: Option<Order>,
    /// As issued; of a draft its own, then those of the charges it claims.
    pub lines: Vec<InvoiceLine>,
    /// What was credited of each line by name, gross.
    pub credited: BTreeMap<InvoiceLineId, i64>,
    /// The charges it covers, oldest first; none of a void one.
    pub charges: Vec<EntryLine>,
    pub allocations: Vec<LiveAllocation>,
    /// Every row about its charges, in posting order, undone ones included.
    pub history: Vec<Allocation>,
    /// The credits that are or were set against them, and those of payments that named the invoice.
    pub credits: Vec<EntryLine>,
    /// The refunds and returned payments for which some of that was taken back.
    pub sent_back: Vec<EntryLine>,
    pub figures: Figures,
    /// Payments that named it or paid some of it, newest first.
    pub payments: Vec<Payment>,
    pub requests: Vec<Request>,
    /// Invoices at processors that ask for charges of it, newest first.
    pub remote_invoices: Vec<RemoteInvoice>,
    pub credit_notes: Vec<CreditNote>,
    pub connections: Vec<Connection>,
    /// Under which it was mailed, while that works.
    pub link: Option<Link>,
    /// What electronic invoices say of both sides, as it stands now.
    pub sides: Sides,
    pub now: Instant,
}

impl InvoiceSheet {
    /// The state as it is shown.
    pub fn state(&self) -> InvoiceState {
        invoice_state(self.invoice.standing, &self.figures)
    }

    pub fn today(&self) -> Day {
        self.business.today(self.now)
    }

    /// Past its named due day with something due.
    pub fn overdue(&self) -> bool {
        self.invoice.is_live() && is_overdue(&self.figures, self.invoice.due_on, self.today())
    }

    /// The tax table of its lines.
    pub fn taxes(&self) -> Vec<TaxSum> {
        taxes(&self.lines)
    }

    /// The first billing detail that is not there yet, in words; none: it can be issued.
    pub fn missing(&self) -> Option<&'static str> {
        let own: Vec<&InvoiceLine> = self.lines.iter().filter(|line| line.entry_id.is_none()).collect();
        let gross: i64 = own.iter().map(|line| line.gross).sum();
        if self.lines.iter().all(|line| line.gross <= 0) {
            return Some("at least one line");
        }
        (!own.is_empty() && gross <= 0).then_some("lines that come to more than zero")
    }

    /// What payments under way have reserved of it.
    pub fn reserved(&self) -> i64 {
        self.charges.iter().map(|charge| charge.reserved).sum()
    }

    /// What of it one payment has paid.
    pub fn paid_by(&self, payment: PaymentId) -> i64 {
        let of = |credit: &&EntryLine| credit.payment_id == Some(payment);
        let credits: BTreeSet<EntryId> = self.credits.iter().filter(of).map(|credit| credit.id).collect();
        self.allocations.iter().filter(|row| credits.contains(&row.allocation.credit)).map(|row| row.live).sum()
    }

    /// What a credit note can still take off; nothing of a draft or void one.
    pub fn creditable(&self) -> i64 {
        if self.invoice.is_live() { self.figures.creditable() } else { 0 }
    }

    /// A line with a row of its own: not one that a draft only claims.
    pub fn is_kept(&self, line: &InvoiceLine) -> bool {
        self.invoice.standing != InvoiceStanding::Draft || line.entry_id.is_none()
    }

    /// Whether a row about its charges came after the issue.
    pub fn is_later(&self, row: &Allocation) -> bool {
        let issued = self.invoice.issued_at.zip(self.invoice.issued_by);
        issued.is_some_and(|issued| (row.created_at, row.event_id) > issued)
    }

    /// Of a line, what no credit note has named yet; 0 for a discount.
    pub fn left_of(&self, line: &InvoiceLine) -> i64 {
        (line.gross - self.credited.get(&line.id).copied().unwrap_or(0)).max(0)
    }

    /// Money that named it and is free, while nothing is due on it.
    pub fn overpaid(&self) -> i64 {
        let free = |payment: &Payment| {
            let credit = self.credits.iter().find(|credit| Some(credit.id) == payment.entry_id);
            credit.map_or(0, |credit| credit.amount - credit.allocated)
        };
        let named = self.payments.iter().filter(|payment| payment.invoice_id == Some(self.invoice.id));
        books::figures::overpaid(&self.figures, named.map(free).sum())
    }
}

/// The figures of an invoice of this standing: as its charges say; a draft asks for nothing, a void one no more.
pub(crate) fn figures_of(
    standing: InvoiceStanding,
    total: i64,
    charges: &[EntryLine],
    allocations: &[LiveAllocation],
    credits: &[EntryLine],
) -> Figures {
    match standing {
        InvoiceStanding::Draft => Figures::of_draft(total),
        InvoiceStanding::Void => Figures::of_void(total),
        InvoiceStanding::Issued | InvoiceStanding::Uncollectible => figures(charges, allocations, credits),
    }
}

/// Reads an invoice with all that belongs to it.
pub async fn invoice_sheet(db: &Db, business: BusinessId, id: InvoiceId) -> Result<InvoiceSheet> {
    db.read(async move |reader| read(reader, business, id).await).await
}

pub(crate) async fn read(reader: &mut Reader<'_>, of: BusinessId, id: InvoiceId) -> Result<InvoiceSheet> {
    let business = business::one(reader, of).await?;
    let invoice = invoice::one(reader, of, id).await?;
    let customer = customer::one(reader, of, invoice.customer_id).await?;
    let order = match invoice.order_id {
        Some(order) => Some(order::one(reader, of, order).await?),
        None => None,
    };
    let mut lines = invoice::lines(reader, of, id).await?;
    let charges: Vec<EntryLine> = entry::of_invoice(reader, of, id).await?;
    let ids: Vec<EntryId> = charges.iter().map(|charge| charge.id).collect();
    let history = allocation::of_charges(reader, of, &ids).await?;
    let allocations = live(history.clone());
    let sent_back = match history.iter().any(|row| row.takes_back.is_some()) {
        true => entry::sent_back(reader, of, &ids).await?,
        false => Vec::new(),
    };
    let named = payment::of_invoice(reader, of, id).await?;
    // Also the credit of a payment that named it and came too late to pay any of it.
    let came = named.iter().filter_map(|payment| payment.entry_id);
    let mut credits: Vec<EntryId> = history.iter().map(|row| row.credit_id).chain(came).collect();
    credits.sort_unstable();
    credits.dedup();
    let credits = entry::by_ids(reader, of, &credits).await?;
    let orders: Vec<OrderId> = distinct(charges.iter().filter_map(|charge| charge.order_id));
    let order_lines = if orders.is_empty() { Vec::new() } else { order::lines_of_many(reader, of, &orders).await? };
    if invoice.standing == InvoiceStanding::Draft {
        lines.extend(claimed_lines(&invoice, lines.len(), &charges, &allocations, &credits, &order_lines));
    }
    let total = match invoice.standing {
        InvoiceStanding::Draft => lines.iter().map(|line| line.gross).sum(),
        _ => invoice.total,
    };
    let figures = figures_of(invoice.standing, total, &charges, &allocations, &credits);
    let payments = payments(reader, of, named, &credits).await?;
    let now = reader.now();
    Ok(InvoiceSheet {
        credited: credited(&lines, &order_lines, &allocations, &credits),
        requests: request::of_invoice(reader, of, id).await?,
        remote_invoices: remote_invoice::of_invoice(reader, of, customer.id, id).await?,
        credit_notes: credit_note::of_invoice(reader, of, id).await?,
        connections: connection::of_business(reader, of).await?,
        link: link::of_invoice(reader, of, id, now).await?,
        sides: e_invoicing::sides(reader, of, customer.id).await?,
        business,
        customer,
        invoice,
        order,
        lines,
        charges,
        allocations,
        history,
        credits,
        sent_back,
        figures,
        payments,
        now,
    })
}

fn distinct<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    ids.collect::<BTreeSet<T>>().into_iter().collect()
}

/// The lines of charges that a draft claims, as they stand now; not kept.
fn claimed_lines(
    invoice: &Invoice,
    after: usize,
    charges: &[EntryLine],
    allocations: &[LiveAllocation],
    credits: &[EntryLine],
    order_lines: &[OrderLine],
) -> Vec<InvoiceLine> {
    let printed = charges.iter().flat_map(|charge| {
        let (off, tax_off) = reductions(charge.id, allocations, credits);
        let (gross, tax) = (charge.amount - off, charge.tax - tax_off);
        let amendment = charge.amendment_id;
        billed(&Billing { charge: charge.id, amendment, description: &charge.description, gross, tax }, order_lines)
    });
    let row = |(position, line): (usize, Billed)| {
        let id = InvoiceLineId(line.order_line.map_or(line.charge.0, |line| line.0));
        line.on(invoice, id, i64::try_from(position).unwrap_or(i64::MAX))
    };
    (after + 1..).zip(printed).map(row).collect()
}

/// What reductions took off a charge, gross and tax.
fn reductions(charge: EntryId, allocations: &[LiveAllocation], credits: &[EntryLine]) -> (i64, i64) {
    let rows = allocations.iter().filter(|row| row.allocation.charge == charge);
    rows.fold((0, 0), |sum, row| {
        let credit = credits.iter().find(|credit| credit.id == row.allocation.credit);
        match credit.filter(|credit| credit.kind.class() == Class::Reduction) {
            Some(credit) => (sum.0 + row.live, sum.1 + credit.tax),
            None => sum,
        }
    })
}

/// What was credited of each line by name: a copy's is kept with its order's line, a bare charge's is all that was credited.
fn credited(
    lines: &[InvoiceLine],
    order_lines: &[OrderLine],
    allocations: &[LiveAllocation],
    credits: &[EntryLine],
) -> BTreeMap<InvoiceLineId, i64> {
    let of_order: BTreeMap<OrderLineId, i64> = order_lines.iter().map(|line| (line.id, line.credited)).collect();
    let alone = |line: &InvoiceLine, charge: EntryId| {
        line.order_line_id.is_none() && lines.iter().filter(|other| other.entry_id == Some(charge)).count() == 1
    };
    let notes = |charge: EntryId| -> i64 {
        let of_note = |row: &&LiveAllocation| {
            row.allocation.charge == charge
                && credits
                    .iter()
                    .any(|credit| credit.id == row.allocation.credit && credit.kind == books::entry::EntryKind::CreditNote)
        };
        allocations.iter().filter(of_note).map(|row| row.live).sum()
    };
    let one = |line: &InvoiceLine| {
        let credited = match (line.order_line_id, line.entry_id) {
            (Some(id), _) => of_order.get(&id).copied().unwrap_or(0),
            (None, Some(charge)) if line.credited == 0 && alone(line, charge) => notes(charge),
            (None, _) => line.credited,
        };
        (line.id, credited)
    };
    lines.iter().map(one).collect()
}

/// Payments that named the invoice or paid some of it, newest first.
async fn payments(reader: &mut Reader<'_>, of: BusinessId, named: Vec<Payment>, credits: &[EntryLine]) -> Result<Vec<Payment>> {
    let mut payments = named;
    let known: BTreeSet<PaymentId> = payments.iter().map(|payment| payment.id).collect();
    let others = credits.iter().filter(|credit| credit.kind == books::entry::EntryKind::Payment);
    let others = distinct(others.filter_map(|credit| credit.payment_id).filter(|id| !known.contains(id)));
    for other in others {
        payments.push(payment::one(reader, of, other).await?);
    }
    payments.sort_by_key(|payment| std::cmp::Reverse(payment.id));
    Ok(payments)
}

/// Open charges that an invoice for this customer could carry forward: on no other live invoice, and of no application that is
/// still pending. Those that `draft` claims already are among them.
pub async fn carriable(
    db: &Db,
    business: BusinessId,
    customer: CustomerId,
    currency: Currency,
    draft: Option<InvoiceId>,
) -> Result<Vec<EntryLine>> {
    db.read(async move |reader| {
        let mut charges: Vec<EntryLine> = reader.query(&entry::OPEN, &[&business, &customer, &currency]).await?;
        let free = |line: &EntryLine| line.live_invoice_id.is_none() || line.live_invoice_id == draft;
        charges.retain(|line| line.kind.class() == Class::Charge && line.open() > 0 && free(line));
        for id in distinct(charges.iter().filter_map(|line| line.order_id)) {
            if order::one(reader, business, id).await?.state == OrderState::Submitted {
                charges.retain(|line| line.order_id != Some(id));
            }
        }
        Ok(charges)
    })
    .await
}
