//! Lessening a charge: what amendments, credit notes, reversals and voids have in common (rule 2).
//!
//! Invariants: one reduction entry lessens one charge and is allocated to it whole; it takes what is open, then
//! undoes write-offs, then displaces money, newest first; it never displaces a reduction. Its tax never makes the
//! taxes taken off a charge more than the charge's tax, and the last part takes exactly what is left. Left out: where
//! displaced money goes.

use super::{Account, Dated, Freed, ItemState};
use crate::entry::{Class, Entry, EntryKind};
use crate::ids::IdSource;
use crate::ledger::rules;
use crate::refusal::Refusal;

/// What one charge is lessened by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Less {
    pub charge: usize,
    pub amount: i64,
    /// The tax inside; it is kept within what is left of the charge's.
    pub tax: i64,
}

impl Account {
    /// What reductions took off a charge so far: gross and tax. Needs the charge's allocations.
    pub(super) fn lessened(&self, charge: usize) -> Result<(i64, i64), Refusal> {
        self.complete(charge)?;
        let mut sums = (0, 0);
        for row in self.rows.iter().filter(|row| row.charge == charge && row.live > 0) {
            let credit = &self.items[row.credit].entry;
            if credit.class() == Class::Reduction {
                sums = (sums.0 + row.live, sums.1 + credit.tax);
            }
        }
        Ok(sums)
    }

    /// What can still be taken off a charge.
    pub(super) fn lessenable(&self, charge: usize) -> Result<i64, Refusal> {
        Ok(self.items[charge].entry.amount - self.lessened(charge)?.0)
    }

    /// Posts the reduction that `fill` completes and sets it against its charge. Answers the reduction and the money
    /// it displaced.
    pub(super) fn lessen(
        &mut self,
        ids: &mut dyn IdSource,
        kind: EntryKind,
        less: Less,
        dated: Dated,
        card_first: bool,
        fill: impl FnOnce(&mut Entry),
    ) -> Result<(usize, Vec<Freed>), Refusal> {
        let Less { charge, amount, tax } = less;
        let (off, tax_off) = self.lessened(charge)?;
        let old = self.items[charge].entry.clone();
        let (left, tax_left) = (old.amount - off, old.tax - tax_off);
        if amount > left {
            return Err(Refusal::ExceedsTotal { asked: self.money(amount), creditable: self.money(left) });
        }
        let dated = dated.no_earlier(old.effective_on);
        let tax = if amount == left { tax_left } else { tax.min(tax_left.max(0)) };
        let mut entry = self.draft(ids, kind, amount, &old.description, dated);
        (entry.net, entry.tax, entry.order) = (amount - tax, tax, old.order);
        fill(&mut entry);
        let legs = rules::charge_lessened(old.kind, self.items[charge].state.recognized, amount - tax, tax);
        let reduction = self.post(entry, ItemState::default(), legs)?;
        let displaced = self.take_room(ids, reduction, charge, dated, card_first)?;
        Ok((reduction, displaced))
    }

    /// Rule 2, in its order: what is open, then write-offs, then money.
    pub(super) fn take_room(
        &mut self,
        ids: &mut dyn IdSource,
        reduction: usize,
        charge: usize,
        dated: Dated,
        card_first: bool,
    ) -> Result<Vec<Freed>, Refusal> {
        let day = self.settle_day(reduction, charge);
        let amount = self.items[reduction].entry.amount;
        let from_open = amount.min(self.items[charge].open());
        let missing = amount - from_open;
        let yielded = self.yield_write_offs(ids, &[(charge, missing)], dated)?;
        let displaced = self.displace(charge, missing - yielded, day, card_first)?;
        // One row: what was open and what was made open are the same to the reduction.
        self.allocate_on(reduction, charge, amount, day)?;
        Ok(displaced)
    }

    fn displace(
        &mut self,
        charge: usize,
        amount: i64,
        cause: crate::calendar::Day,
        card_first: bool,
    ) -> Result<Vec<Freed>, Refusal> {
        let mut rows = self.rows_newest_first(|row| row.charge == charge && self.items[row.credit].entry.class() == Class::Money);
        if card_first {
            rows.sort_by_key(|row| !self.items[self.rows[*row].credit].came_by_card());
        }
        let mut left = amount;
        let mut freed: Vec<Freed> = Vec::new();
        for row in rows {
            let part = left.min(self.rows[row].live);
            if part == 0 {
                break;
            }
            let credit = self.rows[row].credit;
            self.take_back(row, part, cause)?;
            add_freed(&mut freed, Freed { credit: self.items[credit].entry.id, amount: part });
            left -= part;
        }
        if left > 0 {
            return Err(Refusal::NotLoaded { what: "the allocations", entry: self.items[charge].entry.id });
        }
        Ok(freed)
    }
}

/// Adds to the sum of that credit, keeping the order in which credits were displaced.
pub(super) fn add_freed(all: &mut Vec<Freed>, more: Freed) {
    match all.iter_mut().find(|known| known.credit == more.credit) {
        Some(known) => known.amount += more.amount,
        None => all.push(more),
    }
}
