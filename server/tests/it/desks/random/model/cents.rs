//! How cents change hands: filled by a credit, taken off a charge, given up, and given back.
//!
//! What the ledger sums, this counts: each helper moves one cent after the other, in the order that the rules name.

use std::cmp::Reverse;

use super::taxes::Part;
use super::{Cent, DueKey, Kind, Model, What, WriteOff, whole};

impl Model {
    pub(super) fn usable(&self, at: usize) -> usize {
        self.open_of(at).saturating_sub(self.charges[at].reserved)
    }

    pub(super) fn lessenable(&self, at: usize) -> usize {
        self.charges[at].cents.iter().filter(|cent| !matches!(cent, Cent::Lowered | Cent::Credited)).count()
    }

    pub(super) fn due_key(&self, at: usize) -> DueKey {
        let charge = &self.charges[at];
        (charge.billed.or(charge.due).unwrap_or(charge.on), charge.on, at)
    }

    pub(super) fn by_due(&self, mut charges: Vec<usize>) -> Vec<usize> {
        charges.sort_by_key(|at| self.due_key(*at));
        charges
    }

    /// Open cents become paid by a credit, as many as it has. Answers how many.
    pub(super) fn fill(&mut self, charge: usize, credit: usize, most: usize, wanted: Cent) -> usize {
        let key = self.due_key(charge);
        self.fills += 1;
        let stamp = (self.act, key, self.fills);
        let n = most.min(self.credits[credit].free);
        let mut filled = 0;
        for cent in self.charges[charge].cents.iter_mut().filter(|cent| **cent == wanted).take(n) {
            *cent = Cent::Paid { credit, stamp };
            filled += 1;
        }
        self.credits[credit].free -= filled;
        filled
    }

    /// Money that names something pays what is open on all of it, each up to its part, then what was given up there. Answers how
    /// much it paid of each.
    pub(super) fn aim(&mut self, credit: usize, targets: &[(What, i64)]) -> Vec<i64> {
        let mut paid = vec![0; targets.len()];
        for given_up in [false, true] {
            for ((what, part), paid) in targets.iter().zip(&mut paid) {
                let most = usize::try_from(*part - *paid).unwrap_or(usize::MAX).min(self.credits[credit].free);
                let charges = self.by_due(self.of(*what));
                let mut left = most;
                if given_up {
                    let needs = self.needs(&charges, left);
                    self.give_way(&needs);
                }
                for charge in charges {
                    left -= self.fill(charge, credit, left, Cent::Open);
                }
                *paid += whole(most - left);
            }
        }
        paid
    }

    /// How much of what was given up on these charges is wanted.
    fn needs(&self, charges: &[usize], most: usize) -> Vec<(usize, usize)> {
        let mut left = most;
        let mut needs = Vec::new();
        for charge in charges {
            let given_up = self.charges[*charge].cents.iter().filter(|cent| matches!(cent, Cent::GivenUp(_))).count().min(left);
            if given_up > 0 {
                needs.push((*charge, given_up));
            }
            left -= given_up;
        }
        needs
    }

    /// Write-offs give way, the newest first: each is taken back whole, and what nobody needs of it is written off anew.
    pub(super) fn give_way(&mut self, needs: &[(usize, usize)]) {
        let mut needs = needs.to_vec();
        let on = |model: &Model, off: usize, charge: usize| {
            model.charges[charge].cents.iter().filter(|cent| **cent == Cent::GivenUp(off)).count()
        };
        let touched = |off: &usize| needs.iter().any(|(charge, _)| on(self, *off, *charge) > 0);
        let offs: Vec<usize> = (0..self.write_offs.len()).rev().filter(touched).collect();
        for off in offs {
            if needs.iter().all(|(_, need)| *need == 0) {
                break;
            }
            let anew = self.write_offs.len();
            let mut is_anew = false;
            for charge in 0..self.charges.len() {
                let had = on(self, off, charge);
                let need = needs.iter_mut().find(|(at, need)| *at == charge && *need > 0).map(|(_, need)| need);
                let mut given = need.map_or(0, |need| {
                    let given = had.min(*need);
                    *need -= given;
                    given
                });
                for cent in self.charges[charge].cents.iter_mut().filter(|cent| **cent == Cent::GivenUp(off)) {
                    if given > 0 {
                        (*cent, given) = (Cent::Open, given - 1);
                    } else {
                        (*cent, is_anew) = (Cent::GivenUp(anew), true);
                    }
                }
            }
            self.write_offs[off].over = true;
            if is_anew {
                let payment = self.write_offs[off].payment;
                self.write_offs.push(WriteOff { payment, over: false });
            }
        }
    }

    /// A write-off is taken back whole.
    pub(super) fn undo(&mut self, off: usize) {
        self.write_offs[off].over = true;
        for charge in &mut self.charges {
            charge.cents.iter_mut().filter(|cent| **cent == Cent::GivenUp(off)).for_each(|cent| *cent = Cent::Open);
        }
    }

    /// What a payment left of something it named and paid, if that is little enough, is given up.
    pub(super) fn differences(&mut self, credit: usize, targets: &[What]) {
        if self.credits[credit].free > 0 {
            return;
        }
        for what in targets {
            let charges = self.of(*what);
            let open: i64 = self.due(*what);
            let paid = charges.iter().any(|at| self.paid_by(credit, *at) > 0);
            if open == 0 || open > self.tolerance || self.reserved(*what) > 0 || !paid {
                continue;
            }
            let off = self.write_offs.len();
            for charge in charges {
                let open = self.charges[charge].cents.iter_mut().filter(|cent| **cent == Cent::Open);
                open.for_each(|cent| *cent = Cent::GivenUp(off));
            }
            self.write_offs.push(WriteOff { payment: Some(credit), over: false });
        }
    }

    /// Where a payment no longer pays a document, the small difference it had left there is open again.
    pub(super) fn undo_differences(&mut self, credit: usize, reopened: &[usize]) {
        let of = |off: &usize| self.write_offs[*off].payment == Some(credit) && !self.write_offs[*off].over;
        for off in (0..self.write_offs.len()).filter(of).collect::<Vec<_>>() {
            let stands = |at: usize| self.charges[at].cents.contains(&Cent::GivenUp(off));
            let beside = |at: usize| reopened.iter().any(|other| self.of_one_document(*other, at));
            if (0..self.charges.len()).any(|at| stands(at) && beside(at)) {
                self.undo(off);
            }
        }
    }

    fn of_one_document(&self, a: usize, b: usize) -> bool {
        let (left, right) = (&self.charges[a], &self.charges[b]);
        let same = |one: Option<usize>, other: Option<usize>| one.is_some() && one == other;
        let drafted = left.drafted && right.drafted;
        a == b || drafted || same(left.order, right.order) || same(left.invoice, right.invoice)
    }

    pub(super) fn paid_by(&self, credit: usize, charge: usize) -> usize {
        self.charges[charge].cents.iter().filter(|cent| matches!(cent, Cent::Paid { credit: by, .. } if *by == credit)).count()
    }

    /// Takes cents off a charge: what is open, then what was given up, then what was paid last (by card first, if asked). Adds
    /// what it displaced to `freed`, by credit, in the order in which it was displaced.
    pub(super) fn lessen(&mut self, charge: usize, part: Part, to: Cent, card_first: bool, freed: &mut Vec<(usize, usize)>) {
        let n = part.n;
        let tax_left = self.charges[charge].tax - self.charges[charge].tax_off;
        self.charges[charge].tax_off += if n == self.lessenable(charge) { tax_left } else { part.tax.min(tax_left.max(0)) };
        let needs = self.needs(&[charge], n.saturating_sub(self.open_of(charge)));
        self.give_way(&needs);
        for _ in 0..n {
            let row = &self.charges[charge].cents;
            let stamped = |(at, cent): (usize, &Cent)| match cent {
                Cent::Paid { stamp, credit } => Some((card_first && self.credits[*credit].card, *stamp, at)),
                _ => None,
            };
            let paid_last = || row.iter().enumerate().filter_map(stamped).max().map(|(_, _, at)| at);
            let at = row.iter().position(|cent| *cent == Cent::Open).or_else(paid_last).expect("it can be lessened");
            if let Cent::Paid { credit, .. } = row[at] {
                self.credits[credit].free += 1;
                add(freed, (credit, 1));
            }
            self.charges[charge].cents[at] = to;
        }
    }

    /// Displaced money goes to what else is open of these charges. Answers what stays free.
    pub(super) fn resettle(&mut self, freed: &[(usize, usize)], charges: Vec<usize>) -> Vec<(usize, usize)> {
        let charges = self.by_due(charges);
        let mut free = Vec::new();
        for (credit, amount) in freed {
            let mut left = *amount;
            for charge in &charges {
                left -= self.fill(*charge, *credit, left.min(self.usable(*charge)), Cent::Open);
            }
            if left > 0 {
                free.push((*credit, left));
            }
        }
        free
    }

    /// Late fees fall with their invoice.
    pub(super) fn drop_fees(&mut self, invoice: usize, freed: &mut Vec<(usize, usize)>) {
        for charge in self.by_due(self.of(What::Invoice(invoice))) {
            if self.charges[charge].kind == Kind::LateFee {
                self.lessen(charge, self.rest_of(charge), Cent::Lowered, false, freed);
            }
        }
    }

    /// Newest payments of a credit first, as far as `wanted`. Answers the charges that reopened.
    pub(super) fn reopen(&mut self, credit: usize, n: usize, wanted: impl Fn(usize) -> bool) -> (usize, Vec<usize>) {
        let mut rows = Vec::new();
        for (charge, row) in self.charges.iter().enumerate().filter(|(charge, _)| wanted(*charge)) {
            for (at, cent) in row.cents.iter().enumerate() {
                if let Cent::Paid { credit: by, stamp } = *cent
                    && by == credit
                {
                    rows.push((Reverse(stamp), charge, at));
                }
            }
        }
        rows.sort_unstable();
        rows.truncate(n);
        let mut reopened = Vec::new();
        for (_, charge, at) in &rows {
            self.charges[*charge].cents[*at] = Cent::Open;
            reopened.push(*charge);
        }
        (rows.len(), reopened)
    }
}

/// Adds to what was displaced of that credit, keeping the order.
pub(super) fn add(all: &mut Vec<(usize, usize)>, (credit, n): (usize, usize)) {
    match all.iter_mut().find(|(known, _)| *known == credit) {
        Some((_, sum)) => *sum += n,
        None => all.push((credit, n)),
    }
}
