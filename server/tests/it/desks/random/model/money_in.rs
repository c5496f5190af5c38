//! Money that arrives in the model, and money that is moved (rules 5 and 6).

use std::collections::BTreeMap;

use books::calendar::Day;

use super::{Cent, Model, Stamp, What, whole};

impl Model {
    /// Money arrives. What is named is paid first; the rest is applied to what is due
    /// first, unless it is `held` because nothing was due any more. Answers the credit.
    pub fn pay(&mut self, amount: i64, card: bool, targets: &[(What, Option<i64>)], held: bool) -> usize {
        let credit = self.give(amount, true, card);
        self.arrives(credit, card, targets, held);
        credit
    }

    /// The same, recorded by staff for an earlier day.
    pub fn pay_on(&mut self, day: Day, amount: i64) -> usize {
        let credit = self.give(amount, true, false);
        self.credits[credit].on = day;
        self.arrives(credit, false, &[], false);
        credit
    }

    fn arrives(&mut self, credit: usize, card: bool, targets: &[(What, Option<i64>)], held: bool) {
        let whats: Vec<What> = targets.iter().map(|(what, _)| *what).collect();
        self.aim(credit, &targets.iter().map(|(what, most)| (*what, most.unwrap_or(i64::MAX))).collect::<Vec<_>>());
        // Where free credit is applied by itself, this takes its turn among it.
        if targets.is_empty() && !held && !self.applies {
            for charge in self.by_due((0..self.charges.len()).collect()) {
                self.fill(charge, credit, self.usable(charge), Cent::Open);
            }
        }
        self.credits[credit].held = held && self.credits[credit].free > 0;
        // Who pays what the account owes was asked for it less the free credit: that closes everything, whatever is set.
        let closes = targets.is_empty() && card && self.balance() >= 0;
        if self.applies || closes {
            self.apply();
        }
        self.differences(credit, &whats);
        self.settle();
    }

    /// Reserves what a payment under way is meant for. Nothing named: what is due first.
    pub fn reserve(&mut self, targets: &[What], amount: i64) -> Vec<(usize, usize)> {
        let charges = match targets {
            [] => self.by_due((0..self.charges.len()).collect()),
            some => some.iter().flat_map(|what| self.by_due(self.of(*what))).collect(),
        };
        let (mut left, mut parts) = (super::cents(amount), Vec::new());
        for at in charges {
            let part = self.usable(at).min(left);
            if part > 0 {
                self.charges[at].reserved += part;
                parts.push((at, part));
                left -= part;
            }
        }
        self.settle();
        parts
    }

    pub fn release(&mut self, parts: &[(usize, usize)]) {
        parts.iter().for_each(|(at, part)| self.charges[*at].reserved -= part);
    }

    /// What was reserved will not be paid after all.
    pub fn lets_go(&mut self, parts: &[(usize, usize)]) {
        self.release(parts);
        self.settle();
    }

    /// A payment is set against something else; nothing named: it stays on the balance.
    pub fn reapply(&mut self, credit: usize, targets: &[(What, i64)]) -> bool {
        let before = self.clone();
        let mut had: BTreeMap<usize, Vec<Stamp>> = BTreeMap::new();
        for (at, charge) in self.charges.iter_mut().enumerate() {
            for cent in &mut charge.cents {
                if let Cent::Paid { credit: by, stamp } = *cent
                    && by == credit
                {
                    *cent = Cent::Open;
                    self.credits[credit].free += 1;
                    had.entry(at).or_default().push(stamp);
                }
            }
        }
        let parts: i64 = targets.iter().map(|(_, part)| part).sum();
        let fits = parts <= whole(self.credits[credit].free);
        if !fits || self.aim(credit, targets).iter().zip(targets).any(|(paid, (_, part))| paid < part) {
            *self = before;
            return false;
        }
        let lost: Vec<usize> =
            had.iter().filter(|(at, stamps)| self.paid_by(credit, **at) < stamps.len()).map(|(at, _)| *at).collect();
        self.keep_stamps(credit, had);
        self.undo_differences(credit, &lost);
        self.differences(credit, &targets.iter().map(|(what, _)| *what).collect::<Vec<_>>());
        self.credits[credit].held = self.credits[credit].free > 0;
        self.settle();
        true
    }

    /// What came back to where it was counts from when it first came there.
    fn keep_stamps(&mut self, credit: usize, had: BTreeMap<usize, Vec<Stamp>>) {
        for (charge, mut stamps) in had {
            stamps.sort_unstable();
            for cent in &mut self.charges[charge].cents {
                if let Cent::Paid { credit: by, stamp } = cent
                    && *by == credit
                    && let Some(old) = stamps.pop()
                {
                    *stamp = old;
                }
            }
        }
    }
}
