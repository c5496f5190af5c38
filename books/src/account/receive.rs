//! Money comes in, and staff move it (rules 5 and 6).
//!
//! Invariants: targets are settled in the order given and capped by what is open; what they do not need undoes write-offs
//! there, first of all its uses beyond what is open; the excess goes by rule 5. A small difference
//! is posted only when the payment leaves 0 < open ≤ tolerance on a document it named and paid. Left out: the
//! payment's own states (`payment.rs`) and the release of its reservation, which the caller does first.

use super::{Account, Dated, ItemState, When};
use crate::entry::EntryKind;
use crate::ids::{EntryId, IdSource, InvoiceId, OrderId, PaymentId};
use crate::ledger::rules::{self, Channel};
use crate::refusal::Refusal;

/// A document or a charge that money names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    Order(OrderId),
    Invoice(InvoiceId),
    Entry(EntryId),
}

/// A target and the most it may get; without an amount, all that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    pub target: Target,
    pub amount: Option<i64>,
}

/// A payment that succeeded.
#[derive(Debug, Clone)]
pub struct MoneyIn {
    pub payment: PaymentId,
    pub amount: i64,
    pub channel: Channel,
    /// `cash`, `check`, `card` …
    pub method: Option<String>,
    pub description: String,
    pub category: Option<String>,
    pub note: Option<String>,
    pub when: When,
    /// In order; empty: oldest due first, also where the setting leaves credit alone.
    pub aims: Vec<Aim>,
    /// It was paid on the account as a whole, by its link, where free credit was already counted: when it leaves
    /// nothing owed, that credit is applied even if the setting is off.
    pub whole_account: bool,
    /// What its targets did not need stays free until staff say otherwise: a real double payment.
    pub hold_excess: bool,
}

/// Where the money went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyInOutcome {
    pub credit: EntryId,
    /// Of each charge, what this payment paid by its targets.
    pub settled: Vec<(EntryId, i64)>,
    /// What is free of it after rule 5.
    pub unapplied: i64,
    /// Small differences that were written off.
    pub differences: Vec<EntryId>,
}

/// Money that staff move to other documents, or off its documents to the balance.
#[derive(Debug, Clone)]
pub struct Reallocate {
    pub credit: EntryId,
    /// Empty: all of it becomes free credit, and stays so until staff say otherwise.
    pub aims: Vec<Aim>,
}

impl Account {
    /// Records money received. Refuses parts that come to more than the amount.
    pub fn receive(&mut self, ids: &mut dyn IdSource, input: &MoneyIn) -> Result<MoneyInOutcome, Refusal> {
        let dated = self.dated(input.when)?;
        self.check_parts(&input.aims, input.amount)?;
        let mut entry = self.draft(ids, EntryKind::Payment, input.amount, &input.description, dated);
        (entry.method, entry.category, entry.note) = (input.method.clone(), input.category.clone(), input.note.clone());
        entry.payment = Some(input.payment);
        let state = ItemState { channel: Some(input.channel.clone()), ..ItemState::default() };
        let credit = self.post(entry, state, rules::payment_received(input.amount, &input.channel))?;
        let settled: Vec<(usize, i64)> = self.settle_aims(ids, credit, &input.aims, dated)?.concat();
        // Where the setting applies free credit, this money takes its turn among it, below.
        if input.aims.is_empty() && !input.hold_excess && !self.basis.apply_free {
            let due = self.in_due_order(|item| item.is_charge() && item.usable() > 0);
            self.pour(credit, input.amount, &due, super::Item::usable)?;
        }
        self.items[credit].state.held = input.hold_excess && self.items[credit].open() > 0;
        if self.basis.apply_free || (input.whole_account && self.balance() >= 0) {
            self.apply_free()?;
        }
        let differences = self.write_off_differences(ids, credit, &input.aims, dated)?;
        let settled = settled.into_iter().map(|(charge, amount)| (self.items[charge].entry.id, amount)).collect();
        let item = &self.items[credit];
        Ok(MoneyInOutcome { credit: item.entry.id, settled, unapplied: item.open(), differences })
    }

    /// Applies all free credit now, by hand: also where the setting is off. Held credit stays.
    pub fn apply_free_credit(&mut self) -> Result<(), Refusal> {
        self.apply_free()
    }

    /// Moves a credit from what it was applied to. Refuses parts of more than the credit has left or the target
    /// needs. What no target takes is set free and held.
    pub fn reallocate(&mut self, ids: &mut dyn IdSource, input: &Reallocate) -> Result<(), Refusal> {
        let dated = self.dated(When::Today)?;
        let credit = self.at(input.credit)?;
        self.complete(credit)?;
        let mut had: Vec<(usize, i64)> = Vec::new();
        for row in self.rows_newest_first(|row| row.credit == credit && !self.is_own_pay_out(row)) {
            let (charge, amount) = (self.rows[row].charge, self.rows[row].live);
            self.take_back(row, amount, dated.on)?;
            had.push((charge, amount));
        }
        self.check_parts(&input.aims, self.items[credit].open())?;
        let settled = self.settle_aims(ids, credit, &input.aims, dated)?;
        for (aim, parts) in input.aims.iter().zip(settled) {
            let settled: i64 = parts.iter().map(|(_, amount)| amount).sum();
            if let Some(asked) = aim.amount.filter(|asked| *asked > settled) {
                return Err(Refusal::AboveDue { asked: self.money(asked), due: self.money(settled) });
            }
        }
        had.retain(|(charge, amount)| self.paid_by(credit, *charge) < *amount);
        let lost: Vec<usize> = had.into_iter().map(|(charge, _)| charge).collect();
        self.undo_small_differences(ids, credit, &lost, dated)?;
        self.write_off_differences(ids, credit, &input.aims, dated)?;
        self.items[credit].state.held = self.items[credit].open() > 0;
        Ok(())
    }

    fn paid_by(&self, credit: usize, charge: usize) -> i64 {
        self.rows.iter().filter(|row| row.credit == credit && row.charge == charge).map(|row| row.live).sum()
    }

    /// Sets a credit apart so that it is not applied by itself.
    pub fn hold(&mut self, credit: EntryId) -> Result<(), Refusal> {
        self.set_held(credit, true)
    }

    /// Lets rule 5 apply a held credit again.
    pub fn unhold(&mut self, credit: EntryId) -> Result<(), Refusal> {
        self.set_held(credit, false)
    }

    fn set_held(&mut self, credit: EntryId, held: bool) -> Result<(), Refusal> {
        let at = self.at(credit)?;
        if self.items[at].is_charge() {
            return Err(Refusal::NotFound { what: "the credit" });
        }
        self.items[at].state.held = held;
        Ok(())
    }

    pub(super) fn check_parts(&self, aims: &[Aim], whole: i64) -> Result<(), Refusal> {
        let mut parts: i64 = 0;
        for amount in aims.iter().filter_map(|aim| aim.amount) {
            if amount <= 0 {
                return Err(Refusal::NotPositive);
            }
            parts = parts.checked_add(amount).ok_or(Refusal::TooLarge)?;
        }
        if parts > whole {
            return Err(Refusal::DoesNotAddUp { parts: self.money(parts), whole: self.money(whole) });
        }
        Ok(())
    }

    /// Settles targets: what is open on each in the order given, oldest due first; what is left then pays what was written off
    /// there, so that no write-off yields to money that something else named still needs. Answers what each target got.
    pub(super) fn settle_aims(
        &mut self,
        ids: &mut dyn IdSource,
        credit: usize,
        aims: &[Aim],
        dated: Dated,
    ) -> Result<Vec<Vec<(usize, i64)>>, Refusal> {
        let mut settled = Vec::with_capacity(aims.len());
        for aim in aims {
            let charges = self.targets(aim.target)?;
            settled.push(self.pour(credit, aim.amount.unwrap_or(i64::MAX), &charges, super::Item::open)?);
        }
        for (aim, parts) in aims.iter().zip(&mut settled) {
            let had: i64 = parts.iter().map(|(_, amount)| amount).sum();
            let left = aim.amount.map_or(i64::MAX, |most| most - had).min(self.items[credit].open());
            if left > 0 {
                let charges = self.targets(aim.target)?;
                parts.extend(self.recover(ids, credit, &charges, left, dated)?);
            }
        }
        Ok(settled)
    }

    /// Rule 4: money that names a document undoes what was written off there.
    fn recover(
        &mut self,
        ids: &mut dyn IdSource,
        credit: usize,
        charges: &[usize],
        most: i64,
        dated: Dated,
    ) -> Result<Vec<(usize, i64)>, Refusal> {
        let mut left = most;
        let mut needs = Vec::new();
        for &charge in charges {
            self.complete(charge)?;
            let written_off: i64 = self
                .rows
                .iter()
                .filter(|row| row.charge == charge && self.items[row.credit].entry.class() == crate::entry::Class::WriteOff)
                .map(|row| row.live)
                .sum();
            let need = written_off.min(left);
            if need > 0 {
                needs.push((charge, need));
                left -= need;
            }
        }
        let days: Vec<_> = needs.iter().map(|(charge, _)| self.settle_day(credit, *charge)).collect();
        self.yield_write_offs(ids, &needs, dated)?;
        for ((charge, amount), day) in needs.iter().zip(days) {
            self.allocate_on(credit, *charge, *amount, day)?;
        }
        Ok(needs)
    }

    /// The charges of a target; refuses one that has none here.
    pub(super) fn targets(&self, target: Target) -> Result<Vec<usize>, Refusal> {
        let charges = self.charges_of(target);
        match target {
            _ if !charges.is_empty() => Ok(charges),
            // A document whose charges are all closed may not be loaded: its money is excess.
            Target::Order(_) | Target::Invoice(_) => Ok(charges),
            Target::Entry(_) => Err(Refusal::NotFound { what: "the charge" }),
        }
    }

    pub(super) fn write_off_differences(
        &mut self,
        ids: &mut dyn IdSource,
        credit: usize,
        aims: &[Aim],
        dated: Dated,
    ) -> Result<Vec<EntryId>, Refusal> {
        let mut posted = Vec::new();
        if self.basis.tolerance == 0 || self.items[credit].open() > 0 {
            return Ok(posted);
        }
        for aim in aims {
            let charges = self.targets(aim.target)?;
            let open: Vec<(usize, i64)> =
                charges.iter().map(|at| (*at, self.items[*at].open())).filter(|(_, open)| *open > 0).collect();
            let sum: i64 = open.iter().map(|(_, open)| open).sum();
            let reserved = charges.iter().any(|at| self.items[*at].state.reserved > 0);
            let paid = self.rows.iter().any(|row| row.credit == credit && row.live > 0 && charges.contains(&row.charge));
            if sum == 0 || sum > self.basis.tolerance || reserved || !paid {
                continue;
            }
            let payment = self.items[credit].entry.payment;
            let dated = open.iter().fold(dated, |day, (charge, _)| day.no_earlier(self.items[*charge].entry.effective_on));
            let mut entry = self.draft(ids, EntryKind::SmallDifference, sum, "Small difference", dated);
            entry.payment = payment;
            match aim.target {
                Target::Order(order) => entry.order = Some(order),
                Target::Invoice(invoice) => entry.invoice = Some(invoice),
                Target::Entry(_) => {}
            }
            posted.push(entry.id);
            self.post_write_off(entry, &open)?;
        }
        Ok(posted)
    }
}
