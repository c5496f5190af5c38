//! The checker: recomputes every invariant of an account from its raw rows and says what does not agree (`owed
//! verify`).
//!
//! Invariant: it trusts no stored total and calls none of the code that wrote the rows; it only adds up. The names of
//! the checks are those of the published list of invariants. Limits: one customer in one currency at a time; checks
//! over all customers (the trial balance, gap-free numbers, the processor's own records) are the caller's. Left out:
//! repairing anything.

use std::collections::{BTreeSet, HashMap};

use crate::allocation::Allocation;
use crate::calendar::Day;
use crate::entry::{Class, Entry, EntryKind, Side};
use crate::figures::{ChargeSums, Figures};
use crate::ids::{AllocationId, CustomerId, EntryId, PaymentId};
use crate::ledger::{JournalLine, LedgerAccount};
use crate::money::Currency;
use crate::words::words;

/// Everything stored of one account.
#[derive(Debug, Clone)]
pub struct AccountRows {
    pub customer: CustomerId,
    pub currency: Currency,
    /// The stored balance: negative, the customer owes.
    pub balance: i64,
    pub entries: Vec<EntryRow>,
    pub allocations: Vec<Allocation>,
    pub journal: Vec<JournalLine>,
    pub documents: Vec<DocumentRow>,
    /// The setting of rule 5.
    pub apply_free: bool,
}

/// An entry and what is stored beside it.
#[derive(Debug, Clone)]
pub struct EntryRow {
    pub entry: Entry,
    pub allocated: i64,
    pub reserved: i64,
    pub held: bool,
}

/// A document that has left draft and is not void, with the figures that are shown or stored for it.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// Its id, as text.
    pub id: String,
    pub charges: Vec<EntryId>,
    pub shown: Figures,
}

words! {
    /// Which promise does not hold.
    Check {
        /// An entry contradicts itself.
        Entry = "E0",
        /// Debits equal credits on every entry.
        Journal = "L1",
        /// The receivable account is the sum of the customers' balances.
        Receivable = "L2",
        /// The balance is the sum of the entries.
        Balance = "L3",
        /// A reversal mirrors exactly one entry, once.
        Reversal = "L5",
        /// What is allocated is the sum of the live allocations.
        Allocated = "A1",
        /// Never more than the amount, and never less than nothing, on any day.
        Bounds = "A2",
        /// Credit adds up: reductions are allocated whole, refunds leave nothing open while something of their payment is left.
        Credit = "A3",
        /// Both ends of an allocation are entries of this account.
        Ends = "A4",
        /// The figures of a document are those of its charges.
        Figures = "A6",
        /// Free credit does not stand beside open charges.
        FreeCredit = "R5",
    }
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Disagreement {
    pub check: Check,
    /// The id of the entry, allocation or document.
    pub subject: String,
    pub said: String,
    pub found: String,
}

/// Every disagreement of an account; empty when all is well.
pub fn refold(rows: &AccountRows) -> Vec<Disagreement> {
    let mut audit = Audit { rows, place: HashMap::new(), live: HashMap::new(), allocated: HashMap::new(), found: Vec::new() };
    audit.entries();
    audit.balance();
    audit.journal();
    audit.allocations();
    audit.allocated();
    audit.every_day();
    audit.reversals();
    audit.pay_outs();
    audit.documents();
    audit.free_credit();
    audit.found
}

struct Audit<'a> {
    rows: &'a AccountRows,
    place: HashMap<EntryId, &'a EntryRow>,
    /// What is left of each allocation after take-backs.
    live: HashMap<AllocationId, (&'a Allocation, i64)>,
    /// What is allocated of each entry, from the rows.
    allocated: HashMap<EntryId, i128>,
    found: Vec<Disagreement>,
}

impl<'a> Audit<'a> {
    fn say(&mut self, check: Check, subject: impl ToString, said: impl ToString, found: impl ToString) {
        let (subject, said, found) = (subject.to_string(), said.to_string(), found.to_string());
        self.found.push(Disagreement { check, subject, said, found });
    }

    fn entries(&mut self) {
        for row in &self.rows.entries {
            let entry = &row.entry;
            if self.place.insert(entry.id, row).is_some() {
                self.say(Check::Entry, entry.id, "one row", "two rows");
            }
            if entry.customer != self.rows.customer || entry.currency != self.rows.currency {
                self.say(Check::Entry, entry.id, "an entry of this account", "another customer or currency");
            }
            if entry.side != entry.kind.side() {
                self.say(Check::Entry, entry.id, entry.kind.side(), entry.side);
            }
            if entry.amount <= 0 || i128::from(entry.net) + i128::from(entry.tax) != i128::from(entry.amount) {
                self.say(Check::Entry, entry.id, entry.amount, format!("net {} and tax {}", entry.net, entry.tax));
            }
        }
    }

    fn balance(&mut self) {
        let sum: i128 = self.rows.entries.iter().map(|row| i128::from(row.entry.signed())).sum();
        if sum != i128::from(self.rows.balance) {
            self.say(Check::Balance, self.rows.customer, self.rows.balance, sum);
        }
    }

    fn journal(&mut self) {
        let mut of_entry: HashMap<EntryId, Vec<&JournalLine>> = HashMap::new();
        for line in &self.rows.journal {
            of_entry.entry(line.entry).or_default().push(line);
            if (line.debit > 0) == (line.credit > 0) || line.debit < 0 || line.credit < 0 {
                self.say(
                    Check::Journal,
                    line.entry,
                    "one amount above zero",
                    format!("line {}: {} and {}", line.seq, line.debit, line.credit),
                );
            }
        }
        for id in of_entry.keys().filter(|id| !self.place.contains_key(id)).copied().collect::<Vec<_>>() {
            self.say(Check::Journal, id, "an entry", "lines without an entry");
        }
        for row in &self.rows.entries {
            let lines = of_entry.remove(&row.entry.id).unwrap_or_default();
            let sum = |wanted: &dyn Fn(&LedgerAccount) -> bool| {
                lines.iter().filter(|line| wanted(&line.account)).map(|line| signed(line)).sum::<i128>()
            };
            let numbers: BTreeSet<i32> = lines.iter().map(|line| line.seq).collect();
            if lines.len() < 2 || numbers.len() != lines.len() {
                self.say(Check::Journal, row.entry.id, "at least two lines, each number once", lines.len());
            }
            if sum(&|_| true) != 0 {
                self.say(Check::Journal, row.entry.id, 0, sum(&|_| true));
            }
            let owed = sum(&|account| *account == LedgerAccount::Receivable);
            if owed != -i128::from(row.entry.signed()) {
                self.say(Check::Receivable, row.entry.id, -row.entry.signed(), owed);
            }
        }
    }

    fn allocations(&mut self) {
        for row in &self.rows.allocations {
            let (credit, charge) = (self.place.get(&row.credit).copied(), self.place.get(&row.charge).copied());
            let ends = credit.zip(charge).map(|(credit, charge)| (credit.entry.side, charge.entry.side));
            if ends != Some((Side::Credit, Side::Charge)) {
                self.say(Check::Ends, row.id, "a credit and a charge of this account", format!("{ends:?}"));
            }
            if let Some((credit, charge)) = credit.zip(charge) {
                let first = credit.entry.effective_on.max(charge.entry.effective_on);
                if row.effective_on < first {
                    self.say(Check::Bounds, row.id, format!("from {first} on"), row.effective_on);
                }
            }
            if row.amount <= 0 {
                self.say(Check::Bounds, row.id, "more than zero", row.amount);
            }
            if row.takes_back.is_none() && self.live.insert(row.id, (row, row.amount)).is_some() {
                self.say(Check::Allocated, row.id, "one row", "two rows");
            }
        }
        for row in &self.rows.allocations {
            self.take_back(row);
        }
        for (id, left) in self.live.iter().map(|(id, (_, left))| (*id, *left)).collect::<Vec<_>>() {
            if left < 0 {
                self.say(Check::Bounds, id, "taken back at most once", left);
            }
        }
    }

    fn take_back(&mut self, row: &Allocation) {
        let Some(target) = row.takes_back else { return };
        match self.live.get_mut(&target) {
            Some((old, left)) if old.credit == row.credit && old.charge == row.charge && old.effective_on <= row.effective_on => {
                *left -= row.amount;
            }
            Some(_) => self.say(Check::Ends, row.id, format!("the ends of {target}, no earlier"), "others, or an earlier day"),
            None => self.say(Check::Ends, row.id, target, "no such allocation"),
        }
    }

    fn allocated(&mut self) {
        for (row, left) in self.live.values() {
            *self.allocated.entry(row.credit).or_default() += i128::from(*left);
            *self.allocated.entry(row.charge).or_default() += i128::from(*left);
        }
        for row in &self.rows.entries {
            let sum = self.sum(row.entry.id);
            if sum != i128::from(row.allocated) {
                self.say(Check::Allocated, row.entry.id, row.allocated, sum);
            }
            if sum < 0 || sum > i128::from(row.entry.amount) || row.reserved < 0 {
                self.say(Check::Bounds, row.entry.id, format!("0 to {}", row.entry.amount), sum);
            }
        }
    }

    fn sum(&self, entry: EntryId) -> i128 {
        self.allocated.get(&entry).copied().unwrap_or(0)
    }

    /// Rule 13: as at every day, nothing is allocated beyond an amount, and free credit less open charges is the
    /// balance.
    fn every_day(&mut self) {
        let mut moves: HashMap<EntryId, Vec<(Day, i128)>> = HashMap::new();
        for row in &self.rows.allocations {
            let amount = i128::from(if row.takes_back.is_some() { -row.amount } else { row.amount });
            for end in [row.credit, row.charge] {
                moves.entry(end).or_default().push((row.effective_on, amount));
            }
        }
        for row in &self.rows.entries {
            let Some(mut moves) = moves.remove(&row.entry.id) else { continue };
            moves.sort_by_key(|(day, _)| *day);
            let mut sum = 0;
            for (at, (day, amount)) in moves.iter().enumerate() {
                sum += amount;
                let day_ends = moves.get(at + 1).is_none_or(|(next, _)| next > day);
                if day_ends && (sum < 0 || sum > i128::from(row.entry.amount)) {
                    self.say(Check::Bounds, row.entry.id, format!("0 to {} as at {day}", row.entry.amount), sum);
                }
            }
        }
    }

    fn reversals(&mut self) {
        let mut mirrored: HashMap<EntryId, EntryId> = HashMap::new();
        let mut lines: HashMap<EntryId, Vec<&JournalLine>> = HashMap::new();
        for line in &self.rows.journal {
            lines.entry(line.entry).or_default().push(line);
        }
        for row in &self.rows.entries {
            let (entry, Some(target)) = (&row.entry, row.entry.reverses) else { continue };
            if let Some(first) = mirrored.insert(target, entry.id) {
                self.say(Check::Reversal, target, format!("reversed once, by {first}"), entry.id);
            }
            let Some(old) = self.place.get(&target).map(|row| &row.entry) else {
                self.say(Check::Reversal, entry.id, target, "no such entry");
                continue;
            };
            if old.amount != entry.amount || old.side == entry.side {
                self.say(Check::Reversal, entry.id, -old.signed(), entry.signed());
            }
            let mut accounts: HashMap<&LedgerAccount, i128> = HashMap::new();
            for line in [entry.id, target].iter().filter_map(|id| lines.get(id)).flatten() {
                *accounts.entry(&line.account).or_default() += signed(line);
            }
            let uneven = accounts.into_iter().find(|(_, sum)| *sum != 0);
            if let Some((account, sum)) = uneven {
                self.say(Check::Reversal, entry.id, format!("0 on {account}"), sum);
            }
        }
    }

    fn pay_outs(&mut self) {
        for row in &self.rows.entries {
            let entry = &row.entry;
            let whole = matches!(entry.class(), Class::Reduction | Class::WriteOff);
            if whole && self.sum(entry.id) != i128::from(entry.amount) {
                self.say(Check::Credit, entry.id, entry.amount, self.sum(entry.id));
            }
        }
        self.refunds();
    }

    /// A refund consumes its payment. What it leaves open is owed by the customer, and that only where nothing of the payment was
    /// left: the processor gave back once more what had gone by another way.
    fn refunds(&mut self) {
        let mut asked: HashMap<PaymentId, i128> = HashMap::new();
        for entry in self.rows.entries.iter().map(|row| &row.entry).filter(|entry| entry.kind == EntryKind::Refund) {
            if let Some(payment) = entry.payment {
                *asked.entry(payment).or_default() += i128::from(entry.amount);
            }
        }
        let mut consumed: HashMap<EntryId, (i128, i128)> = HashMap::new();
        for (allocation, left) in self.live.values() {
            let ends = self.place.get(&allocation.credit).zip(self.place.get(&allocation.charge));
            let Some((credit, charge)) = ends.map(|(credit, charge)| (&credit.entry, &charge.entry)) else { continue };
            if charge.class() == Class::PayOut && charge.payment.is_some() && charge.payment == credit.payment {
                let (by_refunds, in_all) = consumed.entry(credit.id).or_default();
                *by_refunds += if charge.kind == EntryKind::Refund { i128::from(*left) } else { 0 };
                *in_all += i128::from(*left);
            }
        }
        let payments = self.rows.entries.iter().map(|row| &row.entry).filter(|entry| entry.kind == EntryKind::Payment);
        for entry in payments.collect::<Vec<_>>() {
            let out = entry.payment.and_then(|payment| asked.get(&payment).copied()).unwrap_or(0);
            let (by_refunds, in_all) = consumed.get(&entry.id).copied().unwrap_or_default();
            let left = i128::from(entry.amount) - in_all;
            if out > by_refunds && left > 0 {
                self.say(Check::Credit, entry.id, format!("refunds of {by_refunds} while {left} is left"), out);
            }
        }
    }

    fn documents(&mut self) {
        let mut set: HashMap<EntryId, Vec<(EntryKind, i64)>> = HashMap::new();
        for (allocation, left) in self.live.values() {
            if let Some(credit) = self.place.get(&allocation.credit) {
                set.entry(allocation.charge).or_default().push((credit.entry.kind, *left));
            }
        }
        for document in &self.rows.documents {
            let mut seen = BTreeSet::new();
            let mut sums = Vec::new();
            for charge in document.charges.iter().filter(|charge| seen.insert(**charge)) {
                match self.place.get(charge) {
                    Some(row) => sums.push(sums_of(&row.entry, set.get(charge).map_or(&[], Vec::as_slice))),
                    None => self.say(Check::Figures, &document.id, charge, "no such charge"),
                }
            }
            let figures = Figures::of(sums);
            if figures != document.shown || !document.shown.agree() {
                self.say(Check::Figures, &document.id, in_words(&document.shown), in_words(&figures));
            }
        }
    }

    fn free_credit(&mut self) {
        let usable = |row: &&EntryRow| i128::from(row.entry.amount) - self.sum(row.entry.id) > i128::from(row.reserved);
        let free = |row: &&EntryRow| row.entry.class() == Class::Money && !row.held;
        let credit = self.rows.entries.iter().filter(free).find(usable);
        let charge = self.rows.entries.iter().filter(|row| row.entry.side == Side::Charge).find(usable);
        if let (true, Some(credit), Some(charge)) = (self.rows.apply_free, credit, charge) {
            self.say(Check::FreeCredit, credit.entry.id, "applied", format!("free beside {}", charge.entry.id));
        }
    }
}

fn in_words(figures: &Figures) -> String {
    let Figures { total, fees, paid, credited, written_off, amount_due } = figures;
    format!("total {total}, fees {fees}, paid {paid}, credited {credited}, written off {written_off}, due {amount_due}")
}

/// A charge and what is set against it.
fn sums_of(charge: &Entry, set: &[(EntryKind, i64)]) -> ChargeSums {
    let mut sums = ChargeSums::new(charge.kind, charge.amount);
    set.iter().for_each(|(credit, left)| sums.add(*credit, *left));
    sums
}

fn signed(line: &JournalLine) -> i128 {
    i128::from(line.debit) - i128::from(line.credit)
}
