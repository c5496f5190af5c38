//! Everything one order or application shows: its lines, changes, figures, payments and requests.

use std::collections::{BTreeMap, BTreeSet};

use books::allocation::LiveAllocation;
use books::entry::{Class, EntryKind};
use books::figures::{ChargeSums, Figures, PaymentState as PaidState};
use books::ids::{BusinessId, EntryId, OrderId, PaymentId};
use books::order::{OrderState, Outstanding, shown_state};
use books::tax::{TaxRate, TaxSum};

use super::invoice_list::{self, Listed as Invoiced};
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::account::live;
use crate::store::allocation;
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::customer::{self, Customer};
use crate::store::entry::{self, EntryLine};
use crate::store::method::{self, Method};
use crate::store::order::{self, Amendment, Order, OrderLine};
use crate::store::payment::{self, Payment};
use crate::store::remote_invoice::{self, RemoteInvoice};
use crate::store::request::{self, Request};

/// One order, read in one snapshot.
#[derive(Debug, Clone)]
pub struct OrderSheet {
    pub business: Business,
    pub customer: Customer,
    pub order: Order,
    /// All lines, those that were removed included, by position.
    pub lines: Vec<OrderLine>,
    pub amendments: Vec<Amendment>,
    /// The charges of the order, oldest first.
    pub charges: Vec<EntryLine>,
    pub allocations: Vec<LiveAllocation>,
    /// The credits that are set against them.
    pub credits: Vec<EntryLine>,
    /// The one figure: what was charged, paid and is due.
    pub figures: Figures,
    /// Payments that named the order or paid some of it, newest first.
    pub payments: Vec<Payment>,
    pub requests: Vec<Request>,
    /// Invoices at processors that ask for charges of it, newest first.
    pub remote_invoices: Vec<RemoteInvoice>,
    /// The customer's saved methods.
    pub methods: Vec<Method>,
    /// A request is out for an invoice that bills some of it.
    pub billed_and_asked: bool,
    pub connections: Vec<Connection>,
    /// Those that bill it or carry one of its charges, newest first.
    pub invoices: Vec<Invoiced>,
}

impl OrderSheet {
    /// How far it is paid; a draft, for which nothing was charged, is unpaid.
    pub fn payment_state(&self) -> PaidState {
        if self.order.state.is_charged() { self.figures.payment_state() } else { PaidState::Unpaid }
    }

    /// The state as it is shown: *pending* while something is due and a request, an invoice at a processor or a payment is out.
    pub fn shown_state(&self) -> OrderState {
        let out = Outstanding {
            request: self.billed_and_asked || self.requests.iter().any(|request| request.state.is_out()),
            remote_invoice: self.remote_invoices.iter().any(|invoice| invoice.state.is_out()),
            payment: self.reserved() > 0,
        };
        shown_state(self.order.kind, self.order.state, self.figures.amount_due, out)
    }

    /// Lines that stand: those that no amendment took off.
    pub fn standing_lines(&self) -> impl Iterator<Item = &OrderLine> {
        self.lines.iter().filter(|line| line.removed_by.is_none())
    }

    /// The tax table of the lines that stand: by rate, lowest first. Lines without a rate are in none.
    pub fn taxes(&self) -> Vec<TaxSum> {
        let mut sums: BTreeMap<TaxRate, (i64, i64)> = BTreeMap::new();
        for line in self.standing_lines() {
            if let Some(rate) = line.tax_rate.as_deref().and_then(|rate| rate.parse().ok()) {
                let sum = sums.entry(rate).or_default();
                *sum = (sum.0 + line.net, sum.1 + line.tax);
            }
        }
        sums.into_iter().map(|(rate, (net, tax))| TaxSum { rate, net, tax }).collect()
    }

    /// What payments under way have reserved of it.
    pub fn reserved(&self) -> i64 {
        self.charges.iter().map(|charge| charge.reserved).sum()
    }

    /// What of the order one payment has paid.
    pub fn paid_by(&self, payment: PaymentId) -> i64 {
        let credits: BTreeSet<EntryId> =
            self.credits.iter().filter(|credit| credit.payment_id == Some(payment)).map(|credit| credit.id).collect();
        self.allocations.iter().filter(|row| credits.contains(&row.allocation.credit)).map(|row| row.live).sum()
    }

    /// Money that named the order and is free, while nothing is due on it.
    pub fn overpaid(&self) -> i64 {
        let free = |payment: &Payment| {
            let credit = self.credits.iter().find(|credit| Some(credit.id) == payment.entry_id);
            credit.map_or(0, |credit| credit.amount - credit.allocated)
        };
        let named = self.payments.iter().filter(|payment| payment.order_id == Some(self.order.id));
        books::figures::overpaid(&self.figures, named.map(free).sum())
    }
}

/// The figures of charges from what is set against them: the same fold for every document.
pub fn figures(charges: &[EntryLine], allocations: &[LiveAllocation], credits: &[EntryLine]) -> Figures {
    let kinds: BTreeMap<EntryId, EntryKind> = credits.iter().map(|credit| (credit.id, credit.kind)).collect();
    let of = |charge: &EntryLine| {
        let mut sums = ChargeSums::new(charge.kind, charge.amount);
        for row in allocations.iter().filter(|row| row.allocation.charge == charge.id) {
            if let Some(kind) = kinds.get(&row.allocation.credit) {
                sums.add(*kind, row.live);
            }
        }
        sums
    };
    Figures::of(charges.iter().map(of))
}

/// Reads an order with all that belongs to it.
pub async fn order_sheet(db: &Db, business: BusinessId, id: OrderId) -> Result<OrderSheet> {
    db.read(async move |reader| read(reader, business, id).await).await
}

pub(crate) async fn read(reader: &mut Reader<'_>, of: BusinessId, id: OrderId) -> Result<OrderSheet> {
    let business = business::one(reader, of).await?;
    let order = order::one(reader, of, id).await?;
    let customer = customer::one(reader, of, order.customer_id).await?;
    let lines = order::lines(reader, of, id).await?;
    let amendments = order::amendments(reader, of, id).await?;
    let entries = entry::of_order(reader, of, id).await?;
    let charges: Vec<EntryLine> = entries.into_iter().filter(|entry| entry.kind.class() == Class::Charge).collect();
    let allocations = live(allocation::of_order(reader, of, id).await?);
    let credits = entry::credits_on_order(reader, of, id).await?;
    let mut payments = payment::of_order(reader, of, id).await?;
    let known: BTreeSet<PaymentId> = payments.iter().map(|payment| payment.id).collect();
    let others: BTreeSet<PaymentId> =
        credits.iter().filter_map(|credit| credit.payment_id).filter(|id| !known.contains(id)).collect();
    for other in others {
        payments.push(payment::one(reader, of, other).await?);
    }
    payments.sort_by_key(|payment| std::cmp::Reverse(payment.id));
    let requests = request::of_order(reader, of, id).await?;
    let remote_invoices = remote_invoice::of_order(reader, of, order.customer_id, id).await?;
    let billed_and_asked = request::out_for_invoices_of(reader, of, id).await?;
    let connections = connection::of_business(reader, of).await?;
    let invoices = invoice_list::of_order(reader, of, id, &charges, business.today(reader.now())).await?;
    let figures = if order.state.is_charged() {
        figures(&charges, &allocations, &credits)
    } else {
        Figures::of_draft(lines.iter().map(|line| line.gross).sum())
    };
    let methods = method::of_customer(reader, of, order.customer_id).await?;
    Ok(OrderSheet {
        business,
        customer,
        order,
        lines,
        amendments,
        charges,
        allocations,
        credits,
        figures,
        payments,
        requests,
        remote_invoices,
        methods,
        billed_and_asked,
        connections,
        invoices,
    })
}
