//! Everything a statement of account shows: what stood at the beginning, what moved, what stood at the end, its age, and
//! what is open of it. Page, paper, mail, portal and API take it from here.
//!
//! Invariants: opening + movements = closing = free credit − open items, all from the same entries and allocations, as at the
//! last day (rule 13). Limit: [`MOST_MOVEMENTS`] movements. Left out: the rules, which are `books::statement`'s and
//! `books::ageing`'s.

use std::collections::HashMap;

use books::ageing::{Ageing, age, open_as_at};
use books::calendar::{Day, Instant, days_between};
use books::entry::{Entry, EntryKind, Side};
use books::ids::{BusinessId, CustomerId, EntryId, InvoiceId, OrderId, PaymentId};
use books::money::Currency;
use books::statement::{Movement, statement};

use crate::db::{Db, Reader};
use crate::error::{Error, Result};
use crate::store::account::{entry_of, every};
use crate::store::allocation;
use crate::store::business::{self, Business};
use crate::store::customer::{self, Customer, usual_currency};
use crate::store::entry;
use crate::store::invoice;
use crate::store::order;
use crate::store::statement::{payment_numbers, through};

/// As many movements as one paper prints.
const MOST_MOVEMENTS: usize = books::paper::MAX_ROWS;

/// The days of a statement, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Day,
    pub to: Day,
}

impl Period {
    /// Refuses days that lie the wrong way round.
    pub fn new(from: Day, to: Day) -> Result<Period> {
        if to < from {
            return Err(Error::invalid("to", "OUT_OF_RANGE", "the last day lies before the first"));
        }
        Ok(Period { from, to })
    }
}

/// One entry on the statement. Signed: a charge is negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub entry: EntryId,
    pub kind: EntryKind,
    pub on: Day,
    pub description: String,
    /// The number of its document.
    pub number: String,
    pub amount: i64,
    /// After it.
    pub balance: i64,
}

/// A charge that was open at the end. Amounts are at least 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillOpen {
    pub entry: EntryId,
    pub kind: EntryKind,
    pub description: String,
    pub number: String,
    pub on: Day,
    pub due_on: Option<Day>,
    /// 0 or less: not late.
    pub days_past_due: i64,
    pub amount: i64,
    pub open: i64,
}

/// A statement of one account. Balances are signed: negative, the customer owes.
#[derive(Debug, Clone)]
pub struct StatementSheet {
    pub business: Business,
    pub customer: Customer,
    pub currency: Currency,
    pub period: Period,
    pub opening: i64,
    /// By day, within a day as they were posted.
    pub movements: Vec<Moved>,
    pub closing: i64,
    /// The closing balance of the statement sent for the days before, where it is not this opening.
    pub said_before: Option<i64>,
    /// What was entered for those days after it had been sent.
    pub entered_since: Vec<Moved>,
    /// As at the last day, or today if that comes first.
    pub ageing: Ageing,
    pub open: Vec<StillOpen>,
    /// The entry that was posted last of all that are counted.
    pub last_entry: Option<EntryId>,
    pub made_at: Instant,
}

/// Numbers of documents by id.
#[derive(Default)]
struct Numbers {
    orders: HashMap<OrderId, String>,
    payments: HashMap<PaymentId, String>,
    invoices: HashMap<InvoiceId, String>,
}

impl Numbers {
    async fn of(reader: &mut Reader<'_>, business: BusinessId, entries: &[Entry]) -> Result<Numbers> {
        let mut orders: Vec<OrderId> = entries.iter().filter_map(|entry| entry.order).collect();
        let mut payments: Vec<PaymentId> = entries.iter().filter_map(|entry| entry.payment).collect();
        let mut invoices: Vec<InvoiceId> = entries.iter().filter_map(|entry| entry.invoice).collect();
        orders.sort_unstable();
        orders.dedup();
        payments.sort_unstable();
        payments.dedup();
        invoices.sort_unstable();
        invoices.dedup();
        let orders = order::numbers(reader, business, orders).await?;
        let payments = payment_numbers(reader, business, payments).await?;
        let invoices = invoice::numbers(reader, business, invoices).await?;
        Ok(Numbers {
            orders: orders.into_iter().filter_map(|row| row.number.map(|number| (row.id, number))).collect(),
            payments: payments.into_iter().map(|row| (row.id, row.number)).collect(),
            invoices: invoices.into_iter().filter_map(|row| row.number.map(|number| (row.id, number))).collect(),
        })
    }

    fn number(&self, entry: &Entry) -> String {
        let order = entry.order.and_then(|id| self.orders.get(&id));
        let payment = entry.payment.and_then(|id| self.payments.get(&id));
        let invoice = entry.invoice.and_then(|id| self.invoices.get(&id));
        payment.or(invoice).or(order).cloned().unwrap_or_default()
    }

    fn moved(&self, entry: &Entry, balance: i64) -> Moved {
        Moved {
            entry: entry.id,
            kind: entry.kind,
            on: entry.effective_on,
            description: entry.description.clone(),
            number: self.number(entry),
            amount: entry.signed(),
            balance,
        }
    }
}

/// The statement of an account over some days; none: in the business's own currency. Refuses more movements than one paper
/// holds.
pub async fn statement_sheet(
    db: &Db,
    business: BusinessId,
    customer: CustomerId,
    currency: Option<Currency>,
    period: Period,
) -> Result<StatementSheet> {
    db.read(async move |reader| read(reader, business, customer, currency, period).await).await
}

/// What an account looked like at the end of a day: the sum of its entries and what was open, by age.
pub async fn account_as_at(db: &Db, business: BusinessId, customer: CustomerId, currency: Currency, day: Day) -> Result<Ageing> {
    let period = Period::new(day, day)?;
    Ok(statement_sheet(db, business, customer, Some(currency), period).await?.ageing)
}

pub(crate) async fn read(
    reader: &mut Reader<'_>,
    of: BusinessId,
    id: CustomerId,
    currency: Option<Currency>,
    period: Period,
) -> Result<StatementSheet> {
    let Period { from, to } = period;
    let business = business::one(reader, of).await?;
    let customer = customer::one(reader, of, id).await?;
    let currency = match currency {
        Some(named) => named,
        None => usual_currency(business.currency, &customer::balances(reader, of, id).await?),
    };
    let mut lines = entry::of_account(reader, of, id, currency).await?;
    lines.retain(|line| line.effective_on <= to);
    let due: HashMap<EntryId, Day> = lines.iter().filter_map(|line| line.named_due_on().map(|day| (line.id, day))).collect();
    let entries: Vec<Entry> = lines.into_iter().map(entry_of).collect();
    let allocations = every(allocation::of_account(reader, of, id, currency).await?);
    let before = match from.yesterday() {
        Ok(day) => through(reader, of, id, currency, day).await?,
        Err(_) => None,
    };
    let numbers = Numbers::of(reader, of, &entries).await?;
    let made = statement(&entries, from, to, before.map(|sent| sent.last_sent()));
    if made.movements.len() > MOST_MOVEMENTS {
        let detail = format!("more than {MOST_MOVEMENTS} entries lie between these days: choose a shorter time");
        return Err(Error::invalid("from", "TOO_LONG", detail));
    }
    let aged_at = to.min(business.today(reader.now()));
    let open = open_as_at(&entries, &allocations, to, |entry| due.get(&entry.id).copied().unwrap_or(entry.effective_on));
    let known: HashMap<EntryId, &Entry> = entries.iter().map(|entry| (entry.id, entry)).collect();
    let still_open = open.iter().filter(|item| item.side == Side::Charge).filter_map(|item| {
        let entry = known.get(&item.entry)?;
        Some(StillOpen {
            entry: entry.id,
            kind: entry.kind,
            description: entry.description.clone(),
            number: numbers.number(entry),
            on: entry.effective_on,
            due_on: due.get(&entry.id).copied(),
            days_past_due: days_between(item.due, aged_at),
            amount: entry.amount,
            open: item.open,
        })
    });
    let (said_before, entered_since) = since(&made, &numbers);
    Ok(StatementSheet {
        opening: made.opening,
        movements: made.movements.iter().map(|Movement { entry, balance, .. }| numbers.moved(entry, *balance)).collect(),
        closing: made.closing,
        said_before,
        entered_since,
        open: still_open.collect(),
        ageing: age(open, aged_at),
        last_entry: entries.last().map(|entry| entry.id),
        made_at: reader.now(),
        business,
        customer,
        currency,
        period,
    })
}

fn since(made: &books::statement::Statement<'_>, numbers: &Numbers) -> (Option<i64>, Vec<Moved>) {
    let Some(restated) = &made.restated else { return (None, Vec::new()) };
    let mut balance = restated.said_before;
    let rows = restated.entered_since.iter().map(|entry| {
        balance += entry.signed();
        numbers.moved(entry, balance)
    });
    (Some(restated.said_before), rows.collect())
}
