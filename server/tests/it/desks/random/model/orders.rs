//! Orders and applications in the model: charged, amended, decided (rule 7).

use std::cmp::Reverse;

use super::{Cent, Kind, Model, What, cents};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    Confirmed,
    Completed,
    Canceled,
    Submitted,
    Approved,
    Denied,
    Withdrawn,
}

impl OrderState {
    /// Nothing changes about it any more.
    fn is_closed(self) -> bool {
        matches!(self, OrderState::Canceled | OrderState::Denied | OrderState::Withdrawn)
    }
}

/// A line that was charged, and what of it was not taken off.
#[derive(Debug, Clone)]
pub(super) struct Line {
    order: usize,
    charge: usize,
    left: usize,
}

impl Model {
    pub fn order(&mut self, gross: &[i64], state: OrderState) {
        let order = self.orders.len();
        self.orders.push(state);
        self.post_lines(order, gross);
        self.settle();
    }

    pub fn add(&mut self, order: usize, gross: i64) -> bool {
        let changes = !self.orders[order].is_closed();
        if changes {
            self.post_lines(order, &[gross]);
            self.settle();
        }
        changes
    }

    /// Takes off a line, by its place among all lines of the order.
    pub fn remove(&mut self, order: usize, line: usize) -> bool {
        let lines = self.lines_of(order);
        if self.lines[lines[line]].left == 0 || self.orders[order].is_closed() {
            return false;
        }
        self.take_off(order, &[lines[line]]);
        self.settle();
        true
    }

    /// Uninvoiced charges first, the newest first.
    pub fn discount(&mut self, order: usize, amount: i64) -> bool {
        let mut charges = self.of(What::Order(order));
        let most: usize = charges.iter().map(|at| self.lessenable(*at)).sum();
        let mut left = cents(amount);
        if left > most || self.orders[order].is_closed() {
            return false;
        }
        charges.sort_by_key(|at| (self.charges[*at].invoice.is_some(), Reverse(*at)));
        let mut cuts = Vec::new();
        for charge in charges {
            let part = self.lessenable(charge).min(left);
            cuts.push((charge, part));
            left -= part;
        }
        self.cut(order, &cuts);
        self.settle();
        true
    }

    /// All lines of an order are taken off.
    pub fn cancel(&mut self, order: usize) -> bool {
        if self.orders[order] != OrderState::Confirmed {
            return false;
        }
        self.orders[order] = OrderState::Canceled;
        let lines: Vec<usize> = self.lines_of(order).into_iter().filter(|at| self.lines[*at].left > 0).collect();
        self.take_off(order, &lines);
        self.settle();
        true
    }

    /// An application is denied or withdrawn: the ticked lines are no longer owed.
    pub fn ends(&mut self, order: usize, to: OrderState, ticked: &[usize]) -> bool {
        let lines = self.lines_of(order);
        let ticked: Vec<usize> = ticked.iter().map(|line| lines[*line]).collect();
        if self.orders[order] != OrderState::Submitted || ticked.iter().any(|at| self.lines[*at].left == 0) {
            return false;
        }
        self.orders[order] = to;
        self.take_off(order, &ticked);
        self.settle();
        true
    }

    /// Complete an order, approve an application.
    pub fn moves(&mut self, order: usize, from: OrderState, to: OrderState) -> bool {
        let may = self.orders[order] == from;
        if may {
            self.orders[order] = to;
            self.settle();
        }
        may
    }

    fn lines_of(&self, order: usize) -> Vec<usize> {
        (0..self.lines.len()).filter(|at| self.lines[*at].order == order).collect()
    }

    fn post_lines(&mut self, order: usize, gross: &[i64]) {
        let charge = self.charge(Kind::Order, gross.iter().map(|gross| cents(*gross)).sum(), None);
        self.charges[charge].order = Some(order);
        self.lines.extend(gross.iter().map(|gross| Line { order, charge, left: cents(*gross) }));
    }

    /// Each charge is lessened by what is left of its lines among these, as far as that was not taken off it already.
    fn take_off(&mut self, order: usize, lines: &[usize]) {
        let mut cuts: Vec<(usize, usize)> = Vec::new();
        for at in lines {
            let left = std::mem::take(&mut self.lines[*at].left);
            super::cents::add(&mut cuts, (self.lines[*at].charge, left));
        }
        cuts.iter_mut().for_each(|(charge, n)| *n = self.lessenable(*charge).min(*n));
        self.cut(order, &cuts);
    }

    /// What is taken off a charge on an issued invoice is a credit note. Late fees fall with an invoice that is credited in full;
    /// money that was displaced goes to what else is open of the order.
    fn cut(&mut self, order: usize, cuts: &[(usize, usize)]) {
        let (mut freed, mut credited) = (Vec::new(), Vec::new());
        for (charge, n) in cuts.iter().filter(|(_, n)| *n > 0) {
            let invoice = self.charges[*charge].invoice;
            let to = if invoice.is_some() { Cent::Credited } else { Cent::Lowered };
            self.lessen(*charge, *n, to, false, &mut freed);
            credited.extend(invoice);
        }
        for invoice in credited {
            if self.creditable(invoice) == 0 {
                self.drop_fees(invoice, &mut freed);
            }
        }
        self.resettle(&freed, self.of(What::Order(order)));
    }
}
