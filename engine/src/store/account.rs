//! Loads a customer's open items for the books to decide on.
//!
//! Invariant: the caller holds the lock of the customer's row, so nothing loaded here changes before the flow's writes.
//! What is loaded is what `books::account` asks for: all that is open, and of what an act touches the entries, their live
//! allocations and the entries at the other ends.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use books::account::{Account, Basis, ChargeLine, Cover, Item, ItemState, LineRef, Loaded, Target};
use books::allocation::LiveAllocation;
use books::entry::Class;
use books::ids::{AllocationId, BusinessId, CustomerId, EntryId, InvoiceId, OrderId, PaymentId};
use books::ledger::rules::Channel;
use books::money::Currency;

use super::allocation::{self, Allocation};
use super::business::Business;
use super::entry::{self, EntryLine};
use super::order::OrderLine;
use crate::db::{Tx, Value};
use crate::error::{Error, Result};

/// What an act names, so that more than what is open has to be looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Touched {
    pub orders: Vec<OrderId>,
    pub invoices: Vec<InvoiceId>,
    pub entries: Vec<EntryId>,
    pub payments: Vec<PaymentId>,
    /// Lines that an amendment or a credit note names.
    pub lines: Vec<ChargeLine>,
}

impl Touched {
    /// One document or charge.
    pub(crate) fn of(target: Target) -> Touched {
        let mut touched = Touched::default();
        touched.also(target);
        touched
    }

    /// One more document or charge.
    pub(crate) fn also(&mut self, target: Target) {
        match target {
            Target::Order(id) if !self.orders.contains(&id) => self.orders.push(id),
            Target::Invoice(id) if !self.invoices.contains(&id) => self.invoices.push(id),
            Target::Entry(id) => self.entries.push(id),
            Target::Order(_) | Target::Invoice(_) => {}
        }
    }
}

/// The account of one customer in one currency, as far as the act needs it.
pub(crate) async fn load(
    tx: &mut Tx<'_>,
    business: &Business,
    customer: CustomerId,
    currency: Currency,
    touched: &Touched,
) -> Result<Account> {
    let mut lines: BTreeMap<EntryId, EntryLine> = BTreeMap::new();
    let keep = |lines: &mut BTreeMap<EntryId, EntryLine>, found: Vec<EntryLine>| {
        lines.extend(found.into_iter().map(|line| (line.id, line)))
    };

    let open: Vec<EntryLine> = tx.query(&entry::OPEN, &[&business.id, &customer, &currency]).await?;
    keep(&mut lines, open);
    let mut named: BTreeSet<EntryId> = touched.entries.iter().copied().collect();
    for order in &touched.orders {
        let found: Vec<EntryLine> = tx.query(&entry::OF_ORDER, &[&business.id, order]).await?;
        named.extend(found.iter().filter(|line| line.kind.class() == Class::Charge).map(|line| line.id));
        keep(&mut lines, found);
    }
    // Of an order also what else is on the invoices that have its charges, late fees included.
    let beside = lines.values().filter(|line| named.contains(&line.id)).filter_map(|line| line.live_invoice_id);
    let invoices: BTreeSet<InvoiceId> = touched.invoices.iter().copied().chain(beside).collect();
    for invoice in invoices {
        let found: Vec<EntryLine> = tx.query(&entry::OF_INVOICE, &[&business.id, &invoice]).await?;
        named.extend(found.iter().map(|line| line.id));
        keep(&mut lines, found);
    }
    for payment in &touched.payments {
        let found: Vec<EntryLine> = tx.query(&entry::OF_PAYMENT, &[&business.id, payment]).await?;
        named.extend(found.iter().map(|line| line.id));
        keep(&mut lines, found);
    }
    let mut allocations = live(around(tx, business.id, &named).await?);
    // A payment's own charges are touched too: what it paid may reopen.
    if !touched.payments.is_empty() {
        let charges: BTreeSet<EntryId> = allocations.iter().map(|row| row.allocation.charge).collect();
        let more = live(around(tx, business.id, &charges).await?);
        merge(&mut allocations, more);
    }
    fetch(tx, business.id, &mut lines, ends(&allocations)).await?;

    // Of a write-off at the other end its allocations are needed whole, because it may be undone whole.
    let write_offs: BTreeSet<EntryId> =
        lines.values().filter(|line| line.kind.class() == Class::WriteOff).map(|line| line.id).collect();
    if !write_offs.is_empty() {
        let more = live(around(tx, business.id, &write_offs).await?);
        merge(&mut allocations, more);
        fetch(tx, business.id, &mut lines, ends(&allocations)).await?;
    }

    let settings = business.settings()?;
    let basis = Basis {
        customer,
        currency,
        today: business.today(tx.now()),
        locked_through: settings.locked_through,
        apply_free: settings.apply_credit,
        tolerance: if currency == business.currency { settings.tolerance } else { 0 },
    };
    let items = lines.into_values().filter(|line| line.customer_id == customer && line.currency == currency).map(item).collect();
    let loaded = Loaded { items, allocations, lines: touched.lines.clone() };
    Account::load(basis, loaded).map_err(Error::from)
}

async fn around(tx: &mut Tx<'_>, business: BusinessId, entries: &BTreeSet<EntryId>) -> Result<Vec<Allocation>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    tx.query(&allocation::OF_MANY, &[&business, &Value::ids(entries.iter().copied())]).await
}

async fn fetch(
    tx: &mut Tx<'_>,
    business: BusinessId,
    lines: &mut BTreeMap<EntryId, EntryLine>,
    wanted: BTreeSet<EntryId>,
) -> Result<()> {
    let missing: Vec<EntryId> = wanted.into_iter().filter(|id| !lines.contains_key(id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let found: Vec<EntryLine> = tx.query(&entry::BY_IDS, &[&business, &Value::ids(missing)]).await?;
    lines.extend(found.into_iter().map(|line| (line.id, line)));
    Ok(())
}

fn ends(allocations: &[LiveAllocation]) -> BTreeSet<EntryId> {
    allocations.iter().flat_map(|row| [row.allocation.credit, row.allocation.charge]).collect()
}

fn merge(into: &mut Vec<LiveAllocation>, more: Vec<LiveAllocation>) {
    let known: BTreeSet<AllocationId> = into.iter().map(|row| row.allocation.id).collect();
    into.extend(more.into_iter().filter(|row| !known.contains(&row.allocation.id)));
}

/// Folds take-backs into the rows they undo, and leaves out what is wholly undone.
pub(crate) fn live(rows: Vec<Allocation>) -> Vec<LiveAllocation> {
    let mut undone: HashMap<AllocationId, i64> = HashMap::new();
    for row in &rows {
        if let Some(of) = row.takes_back {
            *undone.entry(of).or_default() += row.amount;
        }
    }
    rows.into_iter()
        .filter(|row| row.takes_back.is_none())
        .map(|row| {
            let live = row.amount - undone.get(&row.id).copied().unwrap_or(0);
            LiveAllocation { allocation: allocation(row), live }
        })
        .filter(|row| row.live > 0)
        .collect()
}

/// The row as the books know it.
pub(crate) fn allocation(row: Allocation) -> books::allocation::Allocation {
    books::allocation::Allocation {
        id: row.id,
        credit: row.credit_id,
        charge: row.charge_id,
        amount: row.amount,
        takes_back: row.takes_back,
        effective_on: row.effective_on,
    }
}

/// An entry with its state, as the books know it.
pub(crate) fn item(line: EntryLine) -> Item {
    let channel = line.channel.as_deref().map(channel);
    let cover = line.live_invoice_id.map(|invoice| Cover {
        invoice,
        issued: line.cover_issued.unwrap_or(false),
        due_on: line.cover_due_on,
    });
    let state = ItemState {
        allocated: line.allocated,
        held: line.held,
        recognized: line.recognized,
        reserved: line.reserved,
        cover,
        reopened_on: line.reopened_on,
        channel,
        disputed: line.disputed,
    };
    Item { entry: entry_of(line), state }
}

/// The entry as the books know it.
pub(crate) fn entry_of(line: EntryLine) -> books::entry::Entry {
    books::entry::Entry {
        id: line.id,
        customer: line.customer_id,
        currency: line.currency,
        side: line.side,
        kind: line.kind,
        amount: line.amount,
        net: line.net,
        tax: line.tax,
        description: line.description,
        category: line.category,
        note: line.note,
        method: line.method,
        reason: line.reason,
        effective_on: line.effective_on,
        due_on: line.due_on,
        noted_on: line.noted_on,
        order: line.order_id,
        amendment: line.amendment_id,
        invoice: line.invoice_id,
        payment: line.payment_id,
        credit_note: line.credit_note_id,
        reverses: line.reverses,
    }
}

/// How money came, from the word that is kept.
pub(crate) fn channel(word: &str) -> Channel {
    match word {
        "outside" => Channel::Outside,
        kind => Channel::Processor(kind.to_owned()),
    }
}

/// The word that is kept for how money came.
pub(crate) fn channel_word(channel: &Channel) -> String {
    match channel {
        Channel::Outside => "outside".to_owned(),
        Channel::Processor(kind) => kind.clone(),
    }
}

/// An order's line as the books know it, once it was charged.
pub(crate) fn charge_line(line: &OrderLine) -> Option<ChargeLine> {
    line.entry_id.map(|charge| ChargeLine {
        line: LineRef::Order(line.id),
        charge,
        gross: line.gross,
        tax: line.tax,
        credited: line.credited,
        credited_tax: line.credited_tax,
    })
}

/// Every row of allocations as the books know them, undone ones included: for explanations.
pub(crate) fn every(rows: Vec<Allocation>) -> Vec<books::allocation::Allocation> {
    rows.into_iter().map(allocation).collect()
}
