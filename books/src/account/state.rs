//! What an account is loaded from: the basis of decisions, items with the state that stands beside each entry, lines.
//!
//! Invariant: an [`ItemState`] is the whole of what is stored beside an entry and may change; the entry never does.
//! Left out: how any of it changes, which is the acts'.

use crate::allocation::{DueKey, LiveAllocation};
use crate::calendar::Day;
use crate::entry::{Entry, Side};
use crate::ids::{AllocationId, CustomerId, EntryId, InvoiceId, InvoiceLineId, OrderLineId};
use crate::ledger::rules::Channel;
use crate::money::Currency;

/// Whose account it is, and the settings and days decisions rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    pub customer: CustomerId,
    pub currency: Currency,
    /// Today in the business's time zone.
    pub today: Day,
    /// The books are locked through this day.
    pub locked_through: Option<Day>,
    /// The setting of rule 5: free credit is applied to open charges by itself.
    pub apply_free: bool,
    /// The most that is written off as a small difference, minor units; 0: none.
    pub tolerance: i64,
}

/// Everything the acts may look at; see the module's *What must be loaded*.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub items: Vec<Item>,
    pub allocations: Vec<LiveAllocation>,
    /// Only the lines that amendments and credit notes by line name.
    pub lines: Vec<ChargeLine>,
}

/// An entry and the state beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub entry: Entry,
    pub state: ItemState,
}

/// What is stored beside an entry, in a narrow row of its own. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemState {
    /// From 0 to the entry's amount: the sum of its live allocations.
    pub allocated: i64,
    /// A credit that is not applied by itself: set free by hand, or a double payment.
    pub held: bool,
    /// A charge whose revenue was earned. Charges by hand and invoices' own lines are from the start.
    pub recognized: bool,
    /// Of a charge, what payments under way will pay; of a credit, what refunds under way will take.
    pub reserved: i64,
    /// The live invoice a charge is on.
    pub cover: Option<Cover>,
    /// The latest day an allocation of this entry was taken back. A new one counts from no earlier day, so that on no
    /// day more is allocated than the entry's amount.
    pub reopened_on: Option<Day>,
    /// How the money of a payment came; nothing for every other entry. Never changes.
    pub channel: Option<Channel>,
    /// The payment is disputed now. Read from the payment; acts do not change it.
    pub disputed: bool,
}

/// The live invoice that covers a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    pub invoice: InvoiceId,
    /// A draft only claims its charges.
    pub issued: bool,
    pub due_on: Option<Day>,
}

impl Item {
    pub fn is_charge(&self) -> bool {
        self.entry.side == Side::Charge
    }

    /// Amount less live allocations: what is still owed of a charge, still unapplied of a credit.
    pub fn open(&self) -> i64 {
        self.entry.amount - self.state.allocated
    }

    /// What rule 5 may use: open and not reserved.
    pub fn usable(&self) -> i64 {
        (self.open() - self.state.reserved).max(0)
    }

    /// Rule 14: the due day of its live issued invoice, else its own; nothing: it is aged but never overdue.
    pub fn named_due_on(&self) -> Option<Day> {
        self.state.cover.as_ref().filter(|cover| cover.issued).and_then(|cover| cover.due_on).or(self.entry.due_on)
    }

    /// Rule 14: the named due day, else the day it took effect.
    pub fn due_day(&self) -> Day {
        self.named_due_on().unwrap_or(self.entry.effective_on)
    }

    pub fn due_key(&self) -> DueKey {
        DueKey { due: self.due_day(), effective_on: self.entry.effective_on, entry: self.entry.id }
    }

    pub(crate) fn on_issued_invoice(&self) -> Option<InvoiceId> {
        self.state.cover.as_ref().filter(|cover| cover.issued).map(|cover| cover.invoice)
    }

    pub(crate) fn came_by_card(&self) -> bool {
        self.state.channel.as_ref().is_some_and(Channel::is_processor)
    }
}

/// A line that a charge was posted for. The line keeps what was credited of it by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeLine {
    pub line: LineRef,
    pub charge: EntryId,
    /// Negative for a discount.
    pub gross: i64,
    pub tax: i64,
    /// Of `gross`, taken off by amendments or credit notes that named this line.
    pub credited: i64,
    pub credited_tax: i64,
}

/// Which line: of an order, of an invoice from scratch, or a charge without lines, which is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LineRef {
    Order(OrderLineId),
    Invoice(InvoiceLineId),
    Charge(EntryId),
}

/// The day an act is dated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Today,
    /// A day staff chose. Refused in the future and in the locked past.
    On(Day),
    /// The real day of something a machine reports: a locked day is moved to the first open one and noted.
    Machine(Day),
}

/// Money that a reduction displaced and that is free on its own credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freed {
    pub credit: EntryId,
    pub amount: i64,
}

/// A day after [`super::Account::dated`] let it through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dated {
    pub on: Day,
    pub noted: Option<Day>,
}

impl Dated {
    /// For an entry that undoes or lessens another: it takes effect no earlier than that one.
    pub fn no_earlier(self, day: Day) -> Dated {
        Dated { on: self.on.max(day), ..self }
    }
}

/// An allocation at work: places instead of ids, and what is left of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Nothing until `finish` names it.
    pub id: Option<AllocationId>,
    pub credit: usize,
    pub charge: usize,
    pub amount: i64,
    pub live: i64,
    pub on: Day,
}

/// Part of a row taken back by an act.
#[derive(Debug, Clone)]
pub(crate) struct TakeBack {
    pub row: usize,
    pub amount: i64,
    pub on: Day,
}
