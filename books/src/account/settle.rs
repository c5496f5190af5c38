//! Setting credit against charges and taking it back: the only code that changes `allocated`.
//!
//! Invariants: rule 13 for the day of every row (an allocation counts from the later day of its entries when it is
//! made in the same flow as one of them, else from the day it is made; a take-back from the day of its cause), moved
//! later where an entry had no room yet. Left out: which credit goes where, which is for the acts to say.

use super::{Account, Dated, Freed, Row, TakeBack};
use crate::calendar::Day;
use crate::entry::{Class, EntryKind};
use crate::ids::IdSource;
use crate::ledger::rules;
use crate::refusal::Refusal;

impl Account {
    /// The day a new allocation between the two counts from.
    pub(super) fn settle_day(&self, credit: usize, charge: usize) -> Day {
        let (left, right) = (&self.items[credit], &self.items[charge]);
        let later = left.entry.effective_on.max(right.entry.effective_on);
        let made = if self.is_new(credit) || self.is_new(charge) { later } else { later.max(self.basis.today) };
        [left.state.reopened_on, right.state.reopened_on].into_iter().flatten().fold(made, Day::max)
    }

    /// Sets part of a credit against a charge from its [`Account::settle_day`] on. Nothing happens for 0.
    pub(super) fn allocate(&mut self, credit: usize, charge: usize, amount: i64) -> Result<(), Refusal> {
        let on = self.settle_day(credit, charge);
        self.allocate_on(credit, charge, amount, on)
    }

    pub(super) fn allocate_on(&mut self, credit: usize, charge: usize, amount: i64, on: Day) -> Result<(), Refusal> {
        if amount == 0 {
            return Ok(());
        }
        let fits = amount > 0 && amount <= self.items[credit].open() && amount <= self.items[charge].open();
        if !fits || self.items[credit].is_charge() || !self.items[charge].is_charge() {
            return Err(Refusal::WouldNotAgree(format!(
                "{amount} of {} does not fit {}",
                self.items[credit].entry.id, self.items[charge].entry.id
            )));
        }
        self.rows.push(Row { id: None, credit, charge, amount, live: amount, on });
        self.items[credit].state.allocated += amount;
        self.items[charge].state.allocated += amount;
        Ok(())
    }

    /// Takes back part of a row because of something that happens on `cause`. Both ends have room from the day this
    /// answers; what fills them in the same act counts from the [`Account::settle_day`] asked *before*, because it
    /// steps into the place of what is taken back.
    pub(super) fn take_back(&mut self, row: usize, amount: i64, cause: Day) -> Result<Day, Refusal> {
        let Row { credit, charge, live, on, .. } = self.rows[row];
        if amount <= 0 || amount > live {
            return Err(Refusal::WouldNotAgree(format!("{amount} of an allocation of {live} cannot be taken back")));
        }
        let on = on.max(cause);
        self.rows[row].live -= amount;
        for end in [credit, charge] {
            let state = &mut self.items[end].state;
            state.allocated -= amount;
            state.reopened_on = Some(state.reopened_on.map_or(on, |before| before.max(on)));
        }
        self.take_backs.push(TakeBack { row, amount, on });
        Ok(on)
    }

    /// Places of the live rows that `wanted` picks, newest first. Within one flow rows are named in the order their
    /// charges fall due, so that of rows of one day the latest due comes first.
    pub(super) fn rows_newest_first(&self, wanted: impl Fn(&Row) -> bool) -> Vec<usize> {
        (0..self.rows.len()).rev().filter(|at| self.rows[*at].live > 0 && wanted(&self.rows[*at])).collect()
    }

    /// Gives as much of a credit as fits to the charges in the order given; `room` says how much each may take.
    /// Answers what was given to each.
    pub(super) fn pour(
        &mut self,
        credit: usize,
        most: i64,
        charges: &[usize],
        room: impl Fn(&super::Item) -> i64,
    ) -> Result<Vec<(usize, i64)>, Refusal> {
        let mut left = most.min(self.items[credit].open());
        let mut given = Vec::new();
        for &charge in charges {
            let amount = room(&self.items[charge]).min(left);
            if amount > 0 {
                self.allocate(credit, charge, amount)?;
                given.push((charge, amount));
                left -= amount;
            }
        }
        Ok(given)
    }

    /// Rule 5: free credit does not stand beside open charges. Oldest credit first, to what is due first; held credit
    /// and what is reserved on either side stay as they are.
    pub(super) fn apply_free(&mut self) -> Result<(), Refusal> {
        let credits = self.free_credits(|_| true);
        if credits.is_empty() {
            return Ok(());
        }
        let charges = self.in_due_order(|item| item.is_charge() && item.usable() > 0);
        for credit in credits {
            let usable = self.items[credit].usable();
            self.pour(credit, usable, &charges, super::Item::usable)?;
        }
        Ok(())
    }

    /// Money that is free, not held and not reserved, oldest first.
    pub(super) fn free_credits(&self, wanted: impl Fn(&super::Item) -> bool) -> Vec<usize> {
        let free = |item: &super::Item| item.entry.class() == Class::Money && !item.state.held && item.usable() > 0;
        let mut found: Vec<usize> =
            (0..self.items.len()).filter(|at| free(&self.items[*at]) && wanted(&self.items[*at])).collect();
        found.sort_by_key(|at| (self.items[*at].entry.effective_on, self.items[*at].entry.id));
        found
    }

    /// Displaced money goes to these open charges before it is free (rule 2); what a refund under way will take stays
    /// where it is. Answers what stays free.
    pub(super) fn resettle(&mut self, displaced: &[Freed], charges: &[usize]) -> Result<Vec<Freed>, Refusal> {
        let mut free = Vec::new();
        for Freed { credit, amount } in displaced {
            let at = self.at(*credit)?;
            let most = self.items[at].usable().min(*amount);
            let given: i64 = self.pour(at, most, charges, super::Item::usable)?.iter().map(|(_, part)| part).sum();
            if given < *amount {
                free.push(Freed { credit: *credit, amount: amount - given });
            }
        }
        Ok(free)
    }

    /// Rule 4: write-offs on these charges yield as much as each needs; a write-off is reversed whole and the rest
    /// written off again. The charges have that much room afterwards, to be filled at once. Answers what was found.
    pub(super) fn yield_write_offs(
        &mut self,
        ids: &mut dyn IdSource,
        needs: &[(usize, i64)],
        dated: Dated,
    ) -> Result<i64, Refusal> {
        let mut needs: Vec<(usize, i64)> = needs.iter().copied().filter(|(_, need)| *need > 0).collect();
        let asked: i64 = needs.iter().map(|(_, need)| need).sum();
        let touches = |account: &Account, row: &Row| {
            account.items[row.credit].entry.class() == Class::WriteOff && needs.iter().any(|(charge, _)| *charge == row.charge)
        };
        let write_offs: Vec<usize> =
            self.rows_newest_first(|row| touches(self, row)).into_iter().map(|row| self.rows[row].credit).collect();
        let mut seen = Vec::new();
        for write_off in write_offs {
            if needs.iter().any(|(_, need)| *need > 0) && !seen.contains(&write_off) {
                seen.push(write_off);
                self.yield_one(ids, write_off, &mut needs, dated)?;
            }
        }
        Ok(asked - needs.iter().map(|(_, need)| need).sum::<i64>())
    }

    fn yield_one(
        &mut self,
        ids: &mut dyn IdSource,
        write_off: usize,
        needs: &mut [(usize, i64)],
        dated: Dated,
    ) -> Result<(), Refusal> {
        let mut again = Vec::new();
        let (had, room_from) = self.undo_write_off(ids, write_off, dated)?;
        for (charge, amount) in had {
            let need = needs.iter_mut().find(|(needy, need)| *needy == charge && *need > 0);
            let given = need.map_or(0, |(_, need)| {
                let given = amount.min(*need);
                *need -= given;
                given
            });
            if given < amount {
                again.push((charge, amount - given));
            }
        }
        if again.is_empty() {
            return Ok(());
        }
        let old = self.items[write_off].entry.clone();
        let rest = again.iter().map(|(_, amount)| amount).sum();
        let mut entry = self.draft(ids, old.kind, rest, &old.description, dated.no_earlier(room_from));
        entry.reason = old.reason;
        (entry.order, entry.invoice, entry.payment) = (old.order, old.invoice, old.payment);
        self.post_write_off(entry, &again)?;
        Ok(())
    }

    /// Posts a write-off or small difference and sets it against the charges.
    pub(super) fn post_write_off(&mut self, entry: crate::entry::Entry, parts: &[(usize, i64)]) -> Result<usize, Refusal> {
        let legs = match entry.kind {
            EntryKind::SmallDifference => rules::small_difference_written_off(entry.amount),
            _ => rules::written_off(entry.amount),
        };
        let at = self.post(entry, super::ItemState::default(), legs)?;
        for (charge, amount) in parts {
            self.allocate(at, *charge, *amount)?;
        }
        Ok(at)
    }

    /// Reverses a write-off whole: its allocations are taken back and it is consumed by the reversal. Answers what
    /// each charge had of it, and the day from which all have room.
    pub(super) fn undo_write_off(
        &mut self,
        ids: &mut dyn IdSource,
        write_off: usize,
        dated: Dated,
    ) -> Result<(Vec<(usize, i64)>, Day), Refusal> {
        self.complete(write_off)?;
        let old = self.items[write_off].entry.clone();
        let dated = dated.no_earlier(old.effective_on);
        let mut entry = self.draft(ids, EntryKind::WriteOffReversal, old.amount, &old.description, dated);
        entry.reverses = Some(old.id);
        (entry.order, entry.invoice, entry.payment) = (old.order, old.invoice, old.payment);
        let reversal = self.post(entry, super::ItemState::default(), rules::write_off_reversed(old.kind, old.amount))?;
        let day = self.settle_day(write_off, reversal);
        let mut had: Vec<(usize, i64)> = Vec::new();
        let mut latest = day;
        for row in self.rows_newest_first(|row| row.credit == write_off) {
            let (charge, amount) = (self.rows[row].charge, self.rows[row].live);
            latest = latest.max(self.take_back(row, amount, day)?);
            had.push((charge, amount));
        }
        self.allocate_on(write_off, reversal, old.amount, day)?;
        Ok((had, latest))
    }

    /// Rule 4: a small difference is undone with its payment, where that payment no longer pays the document.
    pub(super) fn undo_small_differences(
        &mut self,
        ids: &mut dyn IdSource,
        credit: usize,
        reopened: &[usize],
        dated: Dated,
    ) -> Result<(), Refusal> {
        let Some(payment) = self.items[credit].entry.payment else { return Ok(()) };
        for charge in reopened {
            self.complete(*charge)?;
        }
        let of_payment =
            |item: &super::Item| item.entry.kind == EntryKind::SmallDifference && item.entry.payment == Some(payment);
        let stands = |account: &Account, at: usize| {
            account.rows.iter().any(|row| {
                row.credit == at
                    && row.live > 0
                    && !account.is_own_pay_out(row)
                    && reopened.iter().any(|charge| account.of_one_document(*charge, row.charge))
            })
        };
        let found: Vec<usize> = (0..self.items.len()).filter(|at| of_payment(&self.items[*at]) && stands(self, *at)).collect();
        for difference in found {
            self.undo_write_off(ids, difference, dated)?;
        }
        Ok(())
    }

    fn of_one_document(&self, a: usize, b: usize) -> bool {
        let (left, right) = (&self.items[a], &self.items[b]);
        let invoice = |item: &super::Item| item.state.cover.as_ref().map(|cover| cover.invoice);
        a == b
            || (left.entry.order.is_some() && left.entry.order == right.entry.order)
            || (invoice(left).is_some() && invoice(left) == invoice(right))
    }
}
