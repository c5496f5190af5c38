//! *Explain this balance*: how an amount due came about, as values that a page, a mail or a program can show (BAL-7).
//!
//! Invariants: the trace ends in the very figure it explains, because it lists every charge with everything set
//! against it, what was taken back included, and every free credit. The payers' version leaves out notes and reasons,
//! which are the staff's. Left out: words in a language.

use std::collections::HashMap;

use crate::allocation::Allocation;
use crate::calendar::Day;
use crate::entry::{Class, Entry, EntryKind};
use crate::figures::{ChargeSums, Figures};
use crate::ids::{AllocationId, EntryId};

/// An entry and who made it, in words that may be shown ("Ada, clerk", "the customer", "Sandbox").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traceable {
    pub entry: Entry,
    pub by: String,
}

/// How an amount due came about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trace {
    pub figures: Figures,
    /// In the order they took effect.
    pub charges: Vec<TracedCharge>,
    /// Credit that is set against nothing. Counts only for an account, whose due is what is open less this.
    pub free_credits: Vec<TracedCredit>,
    pub amount_due: i64,
}

/// A charge and everything that was set against it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TracedCharge {
    pub entry: TracedEntry,
    /// In the order they happened.
    pub applied: Vec<Applied>,
    pub open: i64,
}

/// Part of a credit that is or was set against the charge.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Applied {
    pub on: Day,
    pub from: TracedEntry,
    pub amount: i64,
    /// It takes back what was applied before.
    pub taken_back: bool,
}

/// Free credit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TracedCredit {
    pub entry: TracedEntry,
    pub free: i64,
}

/// What a trace says of an entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TracedEntry {
    pub id: EntryId,
    pub kind: EntryKind,
    pub on: Day,
    pub description: String,
    pub amount: i64,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The trace of a document: its charges, and all entries and allocations that touch them.
pub fn explain_document(charges: &[EntryId], entries: &[Traceable], allocations: &[Allocation]) -> Trace {
    let ledger = Ledger::new(entries, allocations);
    let charges = ledger.charges(|entry| charges.contains(&entry.id));
    let figures = Figures::of(charges.iter().map(|charge| ledger.sums(charge)));
    Trace { figures, charges, free_credits: Vec::new(), amount_due: figures.amount_due }
}

/// The trace of an account: every charge with something open, and every free credit. `amount_due` is what the
/// customer owes all in all, at least 0.
pub fn explain_account(entries: &[Traceable], allocations: &[Allocation]) -> Trace {
    let ledger = Ledger::new(entries, allocations);
    let mut charges = ledger.charges(|entry| matches!(entry.class(), Class::Charge | Class::PayOut));
    charges.retain(|charge| charge.open > 0);
    let free_credits: Vec<TracedCredit> = entries
        .iter()
        .map(|traceable| TracedCredit { entry: traced(traceable), free: ledger.open(&traceable.entry) })
        .filter(|credit| credit.entry.kind.class() == Class::Money && credit.free > 0)
        .collect();
    let figures = Figures::of(charges.iter().map(|charge| ledger.sums(charge)));
    let free: i64 = free_credits.iter().map(|credit| credit.free).sum();
    Trace { figures, charges, free_credits, amount_due: (figures.amount_due - free).max(0) }
}

impl Trace {
    /// The same for payers: without notes and reasons, which staff write for themselves.
    pub fn for_payer(mut self) -> Trace {
        let of_charges = self.charges.iter_mut().flat_map(|charge| {
            let applied = charge.applied.iter_mut().map(|part| &mut part.from);
            std::iter::once(&mut charge.entry).chain(applied)
        });
        for entry in of_charges.chain(self.free_credits.iter_mut().map(|credit| &mut credit.entry)) {
            (entry.note, entry.reason) = (None, None);
        }
        self
    }
}

struct Ledger<'a> {
    entries: &'a [Traceable],
    allocations: &'a [Allocation],
    place: HashMap<EntryId, &'a Traceable>,
    allocated: HashMap<EntryId, i64>,
}

impl<'a> Ledger<'a> {
    fn new(entries: &'a [Traceable], allocations: &'a [Allocation]) -> Ledger<'a> {
        let mut allocated: HashMap<EntryId, i64> = HashMap::new();
        for row in allocations {
            for end in [row.credit, row.charge] {
                *allocated.entry(end).or_default() += signed(row);
            }
        }
        let place = entries.iter().map(|traceable| (traceable.entry.id, traceable)).collect();
        Ledger { entries, allocations, place, allocated }
    }

    fn open(&self, entry: &Entry) -> i64 {
        entry.amount - self.allocated.get(&entry.id).copied().unwrap_or(0)
    }

    fn charges(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<TracedCharge> {
        let mut found: Vec<&Traceable> = self.entries.iter().filter(|traceable| wanted(&traceable.entry)).collect();
        found.sort_by_key(|traceable| (traceable.entry.effective_on, traceable.entry.id));
        found.into_iter().map(|traceable| self.charge(traceable)).collect()
    }

    fn charge(&self, charge: &Traceable) -> TracedCharge {
        let mut rows: Vec<&Allocation> = self.allocations.iter().filter(|row| row.charge == charge.entry.id).collect();
        rows.sort_by_key(|row| order_of(row));
        let applied = rows.into_iter().filter_map(|row| {
            self.place.get(&row.credit).map(|credit| Applied {
                on: row.effective_on,
                from: traced(credit),
                amount: row.amount,
                taken_back: row.takes_back.is_some(),
            })
        });
        TracedCharge { entry: traced(charge), applied: applied.collect(), open: self.open(&charge.entry) }
    }

    fn sums(&self, charge: &TracedCharge) -> ChargeSums {
        let mut sums = ChargeSums::new(charge.entry.kind, charge.entry.amount);
        for part in &charge.applied {
            sums.add(part.from.kind, if part.taken_back { -part.amount } else { part.amount });
        }
        sums
    }
}

fn signed(row: &Allocation) -> i64 {
    if row.takes_back.is_some() { -row.amount } else { row.amount }
}

fn order_of(row: &Allocation) -> (Day, AllocationId) {
    (row.effective_on, row.id)
}

fn traced(traceable: &Traceable) -> TracedEntry {
    let entry = &traceable.entry;
    TracedEntry {
        id: entry.id,
        kind: entry.kind,
        on: entry.effective_on,
        description: entry.description.clone(),
        amount: entry.amount,
        by: traceable.by.clone(),
        method: entry.method.clone(),
        note: entry.note.clone(),
        reason: entry.reason.clone(),
    }
}
