//! The end of a flow: rule 5, the checks, and what is to be stored.
//!
//! Invariants: a [`Posting`] is complete and agrees with itself, or there is none. New allocations are named in the
//! order their charges fall due, so that of one flow's rows the newest name is the latest due (rule 3's ties). Left
//! out: storing.

use std::collections::HashMap;

use super::{Account, Cover, ItemState, LineRef};
use crate::allocation::{Allocation, oldest_due_first};
use crate::calendar::Day;
use crate::entry::{Class, Entry};
use crate::ids::{AllocationId, CustomerId, EntryId, IdSource};
use crate::ledger::JournalLine;
use crate::money::Currency;
use crate::refusal::Refusal;

/// What a flow stores. Entries, allocations and journal lines are added; changes are to rows that were loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub customer: CustomerId,
    pub currency: Currency,
    /// New entries, in posting order.
    pub entries: Vec<Entry>,
    /// The state beside each new entry, in the same order, after all of the flow.
    pub states: Vec<ItemState>,
    /// New rows; take-backs after the rows they may name.
    pub allocations: Vec<Allocation>,
    /// Of new entries, and further lines of loaded ones.
    pub journal_lines: Vec<JournalLine>,
    /// Of loaded entries: add the delta, guarded by `allocated between 0 and amount`.
    pub allocated_changes: Vec<AllocatedChange>,
    /// Of loaded entries.
    pub flag_changes: Vec<FlagChange>,
    /// Of lines that were loaded, and of a charge without lines ([`LineRef::Charge`]), which has no row to change.
    pub line_changes: Vec<LineChange>,
    /// Signed; negative: the customer owes more.
    pub balance_change: i64,
}

/// `allocated += delta` of an entry that was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocatedChange {
    pub entry: EntryId,
    pub delta: i64,
}

/// A new value of something stored beside a loaded entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagChange {
    pub entry: EntryId,
    pub flag: Flag,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flag {
    Held(bool),
    Recognized(bool),
    /// Add this to what is reserved.
    Reserved(i64),
    Cover(Option<Cover>),
    ReopenedOn(Day),
}

/// Add these to what a line was credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineChange {
    pub line: LineRef,
    pub credited: i64,
    pub credited_tax: i64,
}

impl Account {
    /// Applies rule 5, checks every invariant and answers what to store. A failed check is a fault: nothing may be
    /// stored.
    pub fn finish(mut self, ids: &mut dyn IdSource) -> Result<Posting, Refusal> {
        if self.basis.apply_free {
            self.apply_free()?;
        }
        self.check()?;
        let moved = self.cancel_out();
        let allocations = self.name_rows(ids, moved);
        Ok(self.posting(allocations))
    }

    fn check(&self) -> Result<(), Refusal> {
        let wrong = |what: &str, entry: EntryId| Err(Refusal::WouldNotAgree(format!("{what} {entry}")));
        for (at, item) in self.items.iter().enumerate() {
            let (entry, allocated) = (&item.entry, item.state.allocated);
            if allocated < 0 || allocated > entry.amount {
                return wrong("more or less is allocated than the amount of", entry.id);
            }
            let whole = matches!(entry.class(), Class::Reduction | Class::WriteOff);
            if whole && self.is_new(at) && allocated != entry.amount {
                return wrong("something is free of", entry.id);
            }
            if entry.net + entry.tax != entry.amount {
                return wrong("net and tax do not make up", entry.id);
            }
        }
        self.check_journal()?;
        self.check_rule_five()
    }

    fn check_journal(&self) -> Result<(), Refusal> {
        let mut sums: HashMap<EntryId, i128> = HashMap::new();
        for line in &self.journal {
            *sums.entry(line.entry).or_default() += i128::from(line.debit) - i128::from(line.credit);
        }
        let has_lines = self.items[self.before.len()..].iter().all(|item| sums.contains_key(&item.entry.id));
        if has_lines && sums.values().all(|sum| *sum == 0) {
            Ok(())
        } else {
            Err(Refusal::WouldNotAgree("debits and credits differ".to_owned()))
        }
    }

    fn check_rule_five(&self) -> Result<(), Refusal> {
        if !self.basis.apply_free || self.free_credits(|_| true).is_empty() {
            return Ok(());
        }
        match self.items.iter().find(|item| item.is_charge() && item.usable() > 0) {
            Some(item) => Err(Refusal::WouldNotAgree(format!("free credit stands beside {}", item.entry.id))),
            None => Ok(()),
        }
    }

    /// Where a flow took an allocation back and made it again, the old row stays as it was. Answers what remains to
    /// be named: new rows and take-backs, by place, with their amounts.
    fn cancel_out(&mut self) -> (Vec<usize>, Vec<usize>) {
        for back in 0..self.take_backs.len() {
            let old = self.take_backs[back].row;
            let (credit, charge) = (self.rows[old].credit, self.rows[old].charge);
            for new in self.loaded_rows.max(old + 1)..self.rows.len() {
                if self.rows[new].credit == credit && self.rows[new].charge == charge {
                    let same = self.take_backs[back].amount.min(self.rows[new].live);
                    self.take_backs[back].amount -= same;
                    self.rows[new].amount -= same;
                    self.rows[new].live -= same;
                    self.rows[old].live += same;
                }
            }
        }
        let rows = (self.loaded_rows..self.rows.len()).filter(|row| self.rows[*row].amount > 0).collect();
        let backs = (0..self.take_backs.len()).filter(|back| self.take_backs[*back].amount > 0).collect();
        (rows, backs)
    }

    fn name_rows(&mut self, ids: &mut dyn IdSource, (mut rows, backs): (Vec<usize>, Vec<usize>)) -> Vec<Allocation> {
        rows.sort_by(|a, b| {
            let due = |row: &usize| self.items[self.rows[*row].charge].due_key();
            oldest_due_first(&due(a), &due(b))
        });
        let mut named = Vec::with_capacity(rows.len() + backs.len());
        for row in rows {
            let id = AllocationId::new(ids);
            self.rows[row].id = Some(id);
            named.push(self.allocation(row, id, None, self.rows[row].amount, self.rows[row].on));
        }
        for back in backs {
            let super::TakeBack { row, amount, on } = self.take_backs[back];
            let takes_back = self.rows[row].id;
            named.push(self.allocation(row, AllocationId::new(ids), takes_back, amount, on));
        }
        named
    }

    fn allocation(&self, row: usize, id: AllocationId, takes_back: Option<AllocationId>, amount: i64, on: Day) -> Allocation {
        let (credit, charge) = (self.items[self.rows[row].credit].entry.id, self.items[self.rows[row].charge].entry.id);
        Allocation { id, credit, charge, amount, takes_back, effective_on: on }
    }

    fn posting(self, allocations: Vec<Allocation>) -> Posting {
        let line_changes = self.line_changes();
        let mut posting = Posting {
            customer: self.basis.customer,
            currency: self.basis.currency,
            entries: Vec::new(),
            states: Vec::new(),
            allocations,
            journal_lines: self.journal,
            allocated_changes: Vec::new(),
            flag_changes: Vec::new(),
            line_changes,
            balance_change: 0,
        };
        for (at, item) in self.items.into_iter().enumerate() {
            match self.before.get(at) {
                Some(before) => changes(&mut posting, item.entry.id, before, item.state),
                None => {
                    posting.balance_change += item.entry.signed();
                    posting.entries.push(item.entry);
                    posting.states.push(item.state);
                }
            }
        }
        posting
    }

    fn line_changes(&self) -> Vec<LineChange> {
        let mut changes = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let (credited, tax) = self.lines_before.get(at).map_or((0, 0), |old| (old.credited, old.credited_tax));
            let change =
                LineChange { line: line.line, credited: line.credited - credited, credited_tax: line.credited_tax - tax };
            if change.credited != 0 || change.credited_tax != 0 {
                changes.push(change);
            }
        }
        changes
    }
}

fn changes(posting: &mut Posting, entry: EntryId, before: &ItemState, now: ItemState) {
    let delta = now.allocated - before.allocated;
    if delta != 0 {
        posting.allocated_changes.push(AllocatedChange { entry, delta });
    }
    let mut flag = |flag| posting.flag_changes.push(FlagChange { entry, flag });
    if now.held != before.held {
        flag(Flag::Held(now.held));
    }
    if now.recognized != before.recognized {
        flag(Flag::Recognized(now.recognized));
    }
    if now.reserved != before.reserved {
        flag(Flag::Reserved(now.reserved - before.reserved));
    }
    if now.cover != before.cover {
        flag(Flag::Cover(now.cover));
    }
    match now.reopened_on {
        Some(day) if now.reopened_on != before.reopened_on => flag(Flag::ReopenedOn(day)),
        _ => {}
    }
}
