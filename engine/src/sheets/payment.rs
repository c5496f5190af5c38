//! Everything one payment shows: what it paid, the calls behind it, what became of it. Also what its receipt prints.

use books::account::Target;
use books::allocation::LiveAllocation;
use books::entry::Class;
use books::ids::{BusinessId, InvoiceId, LinkId, OrderId, PaymentId};

use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::account::live;
use crate::store::allocation;
use crate::store::business::{self, Business};
use crate::store::customer::{self, Customer, CustomerBalance};
use crate::store::entry::{self, EntryLine};
use crate::store::invoice::{self, Invoice};
use crate::store::link;
use crate::store::order::{self, Order};
use crate::store::payment::{self, Attempt, Payment};
use crate::store::payout::{self, PaidOut};
use crate::store::refund::{self, Refund};

/// One payment, read in one snapshot.
#[derive(Debug, Clone)]
pub struct PaymentSheet {
    pub business: Business,
    pub customer: Customer,
    pub payment: Payment,
    /// The credit it became.
    pub entry: Option<EntryLine>,
    pub allocations: Vec<LiveAllocation>,
    /// The charges it is set against.
    pub charges: Vec<EntryLine>,
    pub orders: Vec<Order>,
    /// Those that it named, or that have a charge it paid.
    pub invoices: Vec<Invoice>,
    pub attempts: Vec<Attempt>,
    /// Oldest first.
    pub refunds: Vec<Refund>,
    /// The payouts it is part of.
    pub payouts: Vec<PaidOut>,
    pub balances: Vec<CustomerBalance>,
    /// Where its receipt can be seen, once there is a link for that.
    pub receipt_link: Option<LinkId>,
    /// What is still due: of the document it named, else what the account owes.
    pub still_due: i64,
}

impl PaymentSheet {
    /// What is not set against anything, and not given back.
    pub fn unapplied(&self) -> i64 {
        self.entry.as_ref().map_or(0, |entry| entry.amount - entry.allocated)
    }

    /// What can still go back: not what went back, was taken back, or is under way.
    pub fn refundable(&self) -> i64 {
        let reserved = self.entry.as_ref().map_or(0, |entry| entry.reserved);
        super::actions::left_of(&self.payment, reserved)
    }

    /// What can be set against other documents: what was neither given nor taken back.
    pub fn movable(&self) -> i64 {
        let paid: i64 = self.paid_documents().iter().map(|(_, part)| part).sum();
        paid + self.unapplied()
    }

    /// What it pays now, document by document, pay-outs left out.
    pub fn paid_documents(&self) -> Vec<(Target, i64)> {
        let mut parts: Vec<(Target, i64)> = Vec::new();
        for charge in self.charges.iter().filter(|charge| charge.kind.class() == Class::Charge) {
            let target = charge.order_id.map_or(Target::Entry(charge.id), Target::Order);
            let part: i64 = self.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
            match parts.iter_mut().find(|(known, _)| *known == target) {
                Some((_, sum)) => *sum += part,
                None => parts.push((target, part)),
            }
        }
        parts
    }

    /// What the account owes in the payment's currency.
    pub fn owed(&self) -> i64 {
        self.balances.iter().find(|row| row.currency == self.payment.currency).map_or(0, |row| (-row.balance).max(0))
    }

    pub fn order_of(&self, charge: &EntryLine) -> Option<&Order> {
        self.orders.iter().find(|order| Some(order.id) == charge.order_id)
    }

    pub fn invoice_of(&self, charge: &EntryLine) -> Option<&Invoice> {
        self.invoices.iter().find(|invoice| Some(invoice.id) == charge.live_invoice_id)
    }

    /// How it came, in words: `Visa ending 4242`, `check 1007`.
    pub fn means(&self) -> String {
        means(&self.payment)
    }
}

/// How a payment came, in the words of staff.
pub fn means(payment: &Payment) -> String {
    crate::wording::means(&locale::Tongue::english(), payment)
}

/// Reads a payment with all that belongs to it.
pub async fn payment_sheet(db: &Db, business: BusinessId, id: PaymentId) -> Result<PaymentSheet> {
    db.read(async move |reader| read(reader, business, id).await).await
}

pub(crate) async fn read(reader: &mut Reader<'_>, of: BusinessId, id: PaymentId) -> Result<PaymentSheet> {
    let business = business::one(reader, of).await?;
    let payment = payment::one(reader, of, id).await?;
    let customer = customer::one(reader, of, payment.customer_id).await?;
    let balances = customer::balances(reader, of, payment.customer_id).await?;
    let attempts = payment::attempts(reader, of, id).await?;
    let refunds = refund::of_payment(reader, of, id).await?;
    let payouts = payout::of_payment(reader, of, id).await?;
    let (mut entry, mut allocations, mut charges) = (None, Vec::new(), Vec::new());
    if let Some(credit) = payment.entry_id {
        entry = Some(entry::one(reader, of, credit).await?);
        allocations = live(allocation::of_entry(reader, of, credit).await?);
        charges = entry::touching(reader, of, credit).await?;
        charges.retain(|charge| allocations.iter().any(|row| row.allocation.charge == charge.id));
    }
    let mut wanted: Vec<OrderId> = charges.iter().filter_map(|charge| charge.order_id).chain(payment.order_id).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut orders = Vec::with_capacity(wanted.len());
    for order in wanted {
        orders.push(order::one(reader, of, order).await?);
    }
    let mut wanted: Vec<InvoiceId> =
        charges.iter().filter_map(|charge| charge.live_invoice_id).chain(payment.invoice_id).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut invoices = Vec::with_capacity(wanted.len());
    for invoice in wanted {
        invoices.push(invoice::one(reader, of, invoice).await?);
    }
    let receipt_link = link::of_payment(reader, of, id).await?.map(|link| link.id);
    let owed = balances.iter().find(|row| row.currency == payment.currency).map_or(0, |row| (-row.balance).max(0));
    let still_due = match payment.target() {
        Some(Target::Order(order)) => super::order::read(reader, of, order).await?.figures.amount_due,
        Some(Target::Invoice(invoice)) => super::invoice::read(reader, of, invoice).await?.figures.amount_due,
        _ => owed,
    };
    Ok(PaymentSheet {
        business,
        customer,
        payment,
        entry,
        allocations,
        charges,
        orders,
        invoices,
        attempts,
        refunds,
        payouts,
        balances,
        receipt_link,
        still_due,
    })
}
