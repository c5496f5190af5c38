//! Ageing: what is open, by days past due, as at any day (REP-1, BAL-8, rule 14).
//!
//! Invariants: the five columns and the credit column are sums of open items, so `credit − total` is the balance as
//! at that day. A charge without a named due day ages from the day it took effect. Free credit is its own column and
//! lowers none of the others. Left out: what *overdue* means, which needs a named due day (`invoice.rs`).

use std::collections::HashMap;

use crate::allocation::Allocation;
use crate::calendar::{Day, days_between};
use crate::entry::{Entry, Side};
use crate::ids::EntryId;

/// What is open of an entry as at a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenItem {
    pub entry: EntryId,
    pub side: Side,
    pub open: i64,
    /// Rule 14: from when it ages.
    pub due: Day,
}

/// Open amounts by days past due, minor units, all at least 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Ageing {
    pub current: i64,
    pub d1_30: i64,
    pub d31_60: i64,
    pub d61_90: i64,
    pub d90_plus: i64,
    /// The sum of the five columns.
    pub total: i64,
    /// Free credit, not taken off any column.
    pub credit: i64,
}

impl Ageing {
    /// Negative: the customer owes.
    pub fn balance(&self) -> i64 {
        self.credit - self.total
    }

    /// Adds another customer's row: the totals line of a report.
    pub fn add(&mut self, other: &Ageing) {
        self.current += other.current;
        self.d1_30 += other.d1_30;
        self.d31_60 += other.d31_60;
        self.d61_90 += other.d61_90;
        self.d90_plus += other.d90_plus;
        self.total += other.total;
        self.credit += other.credit;
    }
}

/// Sorts open items into columns as at a day.
pub fn age(items: impl IntoIterator<Item = OpenItem>, as_of: Day) -> Ageing {
    let mut ageing = Ageing::default();
    for item in items {
        if item.side == Side::Credit {
            ageing.credit += item.open;
            continue;
        }
        let column = match days_between(item.due, as_of) {
            ..=0 => &mut ageing.current,
            1..=30 => &mut ageing.d1_30,
            31..=60 => &mut ageing.d31_60,
            61..=90 => &mut ageing.d61_90,
            _ => &mut ageing.d90_plus,
        };
        *column += item.open;
        ageing.total += item.open;
    }
    ageing
}

/// What was open as at a day: entries and allocations that took effect up to it. `due` says from when each charge
/// ages. Entries that are whole are left out; the order is kept.
pub fn open_as_at(entries: &[Entry], allocations: &[Allocation], as_of: Day, due: impl Fn(&Entry) -> Day) -> Vec<OpenItem> {
    let mut allocated: HashMap<EntryId, i64> = HashMap::new();
    for row in allocations.iter().filter(|row| row.effective_on <= as_of) {
        let amount = if row.takes_back.is_some() { -row.amount } else { row.amount };
        *allocated.entry(row.credit).or_default() += amount;
        *allocated.entry(row.charge).or_default() += amount;
    }
    entries
        .iter()
        .filter(|entry| entry.effective_on <= as_of)
        .map(|entry| OpenItem {
            entry: entry.id,
            side: entry.side,
            open: entry.amount - allocated.get(&entry.id).copied().unwrap_or(0),
            due: due(entry),
        })
        .filter(|item| item.open != 0)
        .collect()
}

/// The balance as at a day: the sum of what took effect up to it. Negative: the customer owed.
pub fn balance_as_at(entries: &[Entry], as_of: Day) -> i64 {
    entries.iter().filter(|entry| entry.effective_on <= as_of).map(Entry::signed).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse_day;
    use uuid::Uuid;

    #[test]
    fn columns_begin_the_day_after() {
        let day = |text: &str| parse_day(text).expect("a day");
        let as_of = day("2026-04-10");
        let item = |due: &str| OpenItem { entry: EntryId(Uuid::nil()), side: Side::Charge, open: 1, due: day(due) };
        let column = |due: &str| {
            let a = age([item(due)], as_of);
            [a.current, a.d1_30, a.d31_60, a.d61_90, a.d90_plus].iter().position(|n| *n == 1)
        };
        let cases = [
            ("2026-05-01", 0),
            ("2026-04-10", 0),
            ("2026-04-09", 1),
            ("2026-03-11", 1),
            ("2026-03-10", 2),
            ("2026-02-09", 2),
            ("2026-02-08", 3),
            ("2026-01-10", 3),
            ("2026-01-09", 4),
        ];
        for (due, want) in cases {
            assert_eq!(column(due), Some(want), "{due}");
        }
        let credit = OpenItem { side: Side::Credit, open: 5, ..item("2026-01-01") };
        let ageing = age([item("2026-04-10"), credit], as_of);
        assert_eq!((ageing.total, ageing.credit, ageing.balance()), (1, 5, 4));
    }
}
