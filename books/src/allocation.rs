//! Allocations: part of a credit set against a charge, and the orders in which the rules look at them.
//!
//! Invariants: rows are only added; taking back is a further row with a positive amount that names the row it takes
//! back, and never takes more than is live. The credit and the charge belong to one customer and one currency. As at
//! a day the rows with `effective_on` up to it count, and on no day is more of an entry allocated than its amount.
//! The orders: what is due first is settled first (rule 5); what was set last is taken back first (rules 2 and 3).

use std::cmp::Ordering;

use crate::calendar::Day;
use crate::ids::{AllocationId, EntryId};

/// Part of a credit set against a charge, or (with `takes_back`) part of an earlier row taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    pub id: AllocationId,
    pub credit: EntryId,
    pub charge: EntryId,
    /// Minor units, more than zero, also when it takes back.
    pub amount: i64,
    pub takes_back: Option<AllocationId>,
    pub effective_on: Day,
}

/// An allocation and what is left of it after take-backs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveAllocation {
    pub allocation: Allocation,
    /// From 1 to the amount.
    pub live: i64,
}

/// What decides which of two charges is settled first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueKey {
    /// Rule 14: the day of its live invoice, else its own, else the day it took effect.
    pub due: Day,
    pub effective_on: Day,
    pub entry: EntryId,
}

/// Oldest due first; then the older charge, then the one posted first.
pub fn oldest_due_first(a: &DueKey, b: &DueKey) -> Ordering {
    (a.due, a.effective_on, a.entry).cmp(&(b.due, b.effective_on, b.entry))
}

/// Folds rows of any order into what is live; rows that were taken back whole are left out. The order of the first
/// rows is kept.
pub fn live(rows: &[Allocation]) -> Vec<LiveAllocation> {
    let mut taken: std::collections::HashMap<AllocationId, i64> = std::collections::HashMap::new();
    for row in rows {
        if let Some(target) = row.takes_back {
            *taken.entry(target).or_default() += row.amount;
        }
    }
    rows.iter()
        .filter(|row| row.takes_back.is_none())
        .map(|row| LiveAllocation { allocation: *row, live: row.amount - taken.get(&row.id).copied().unwrap_or(0) })
        .filter(|row| row.live > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_was_taken_back_is_no_longer_live() {
        let id = |n| AllocationId(Uuid::from_u128(n));
        let entry = |n| EntryId(Uuid::from_u128(n));
        let day = crate::calendar::parse_day("2026-01-10").expect("a day");
        let row = |n, amount, takes_back| Allocation {
            id: id(n),
            credit: entry(1),
            charge: entry(2),
            amount,
            takes_back,
            effective_on: day,
        };
        let rows = [row(1, 100, None), row(2, 50, None), row(3, 30, Some(id(1))), row(4, 50, Some(id(2)))];
        let left: Vec<_> = live(&rows).iter().map(|l| (l.allocation.id, l.live)).collect();
        assert_eq!(left, [(id(1), 70)]);
    }
}
