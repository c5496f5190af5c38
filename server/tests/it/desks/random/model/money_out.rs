//! Money that leaves in the model: refunds, what the bank takes back, disputes, credit that is handed out (rules 3 and 15).

use super::{Cent, Credit, Kind, Model, What, cents};

impl Model {
    pub fn may_refund(&self, credit: usize, amount: i64) -> bool {
        let Credit { amount: all, gone, disputed, .. } = self.credits[credit];
        !disputed && cents(amount) <= all - gone
    }

    /// `chosen`: what reopens first, and by how much.
    pub fn refund(&mut self, credit: usize, amount: i64, chosen: &[(What, i64)]) -> bool {
        let before = self.clone();
        let parts: i64 = chosen.iter().map(|(_, part)| part).sum();
        if !self.may_refund(credit, amount) || parts > amount {
            return false;
        }
        if !self.take_out(credit, cents(amount), chosen) {
            *self = before;
            return false;
        }
        self.settle();
        true
    }

    /// The money has gone whatever the books say: what the payment no longer has is owed.
    pub fn goes(&mut self, credit: usize, amount: i64) {
        let Credit { amount: all, gone, .. } = self.credits[credit];
        let found = cents(amount).min(all - gone);
        self.take_out(credit, found, &[]);
        if cents(amount) > found {
            self.charge(Kind::Missing, cents(amount) - found, None);
        }
        self.settle();
    }

    pub fn disputed(&mut self, credit: usize, is: bool) {
        self.credits[credit].disputed = is;
    }

    /// Credit that no payment stands behind is handed out, the oldest first.
    pub fn pay_out(&mut self, amount: i64) -> bool {
        let mut left = cents(amount);
        if left > self.credits.iter().filter(|credit| !credit.payment).map(|credit| credit.free).sum() {
            return false;
        }
        for at in self.oldest_first() {
            let credit = &mut self.credits[at];
            if !credit.payment {
                let part = credit.free.min(left);
                (credit.free, credit.gone, left) = (credit.free - part, credit.gone + part, left - part);
            }
        }
        self.settle();
        true
    }

    /// What was chosen, then the free part, then what was paid last; a small difference goes with its payment. Answers whether
    /// what was chosen was there.
    fn take_out(&mut self, credit: usize, n: usize, chosen: &[(What, i64)]) -> bool {
        let free = self.credits[credit].free;
        let (mut taken, mut reopened) = (0, Vec::new());
        for (what, part) in chosen {
            let of: Vec<usize> = self.of(*what);
            let (found, again) = self.reopen(credit, cents(*part), |charge| of.contains(&charge));
            if found < cents(*part) {
                return false;
            }
            taken += found;
            reopened.extend(again);
        }
        let from_free = free.min(n - taken);
        reopened.extend(self.reopen(credit, n - taken - from_free, |_| true).1);
        self.credits[credit].free -= from_free;
        self.credits[credit].gone += n;
        self.undo_differences(credit, &reopened);
        true
    }

    pub fn reverse_credit(&mut self, credit: usize) -> bool {
        let Credit { amount, gone, payment, card, reversed, .. } = self.credits[credit];
        if reversed || card || (payment && gone > 0) {
            return false;
        }
        self.credits[credit].reversed = true;
        self.goes(credit, super::whole(amount));
        true
    }

    /// A charge by hand that is on no invoice, or a late fee; nothing was taken off it yet.
    pub fn reverse_charge(&mut self, charge: usize) -> bool {
        let found = &self.charges[charge];
        let stands_alone = match found.kind {
            Kind::ByHand => found.invoice.is_none() && !found.drafted,
            Kind::LateFee => true,
            _ => false,
        };
        if !stands_alone || found.reversed || self.lessenable(charge) < found.cents.len() {
            return false;
        }
        self.charges[charge].reversed = true;
        self.lessen(charge, self.rest_of(charge), Cent::Lowered, false, &mut Vec::new());
        self.settle();
        true
    }
}
