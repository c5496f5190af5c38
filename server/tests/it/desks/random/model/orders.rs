//! Orders and applications in the model: charged, amended, decided (rule 7).

use std::cmp::Reverse;

use super::taxes::{Part, of_part};
use super::{Cent, Kind, Model, Priced, What, cents, whole};

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

/// A line that was charged, and what of it was not taken off. A discount is below zero.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// None: it stands on its invoice only.
    order: Option<usize>,
    pub charge: usize,
    pub whole: Priced,
    pub left: i64,
    pub tax_left: i64,
}

impl Line {
    pub fn of(order: Option<usize>, charge: usize, whole: Priced) -> Line {
        Line { order, charge, whole, left: whole.gross, tax_left: whole.tax }
    }
}

impl Model {
    pub fn order(&mut self, lines: &[Priced], state: OrderState) {
        let order = self.orders.len();
        self.orders.push(state);
        self.post_lines(order, lines);
        self.settle();
    }

    pub fn add(&mut self, order: usize, line: Priced) -> bool {
        let changes = !self.orders[order].is_closed();
        if changes {
            self.post_lines(order, &[line]);
            self.settle();
        }
        changes
    }

    /// Takes off a line, by its place among all lines of the order.
    pub fn remove(&mut self, order: usize, line: usize) -> bool {
        let lines = self.lines_of(order);
        if !self.is_charged(lines[line]) || self.orders[order].is_closed() {
            return false;
        }
        self.take_off(order, &[lines[line]]);
        self.settle();
        true
    }

    /// Uninvoiced charges first, the newest first; the tax of the discount goes along.
    pub fn discount(&mut self, order: usize, off: Priced) -> bool {
        let mut charges = self.of(What::Order(order));
        let most: usize = charges.iter().map(|at| self.lessenable(*at)).sum();
        let mut left = cents(off.gross);
        if left > most || self.orders[order].is_closed() {
            return false;
        }
        charges.sort_by_key(|at| (self.charges[*at].invoice.is_some(), Reverse(*at)));
        let (mut cuts, mut tax_given) = (Vec::new(), 0);
        for charge in charges {
            let n = self.lessenable(charge).min(left);
            left -= n;
            let tax = of_part(off.gross, off.tax, off.gross - whole(left), tax_given);
            tax_given += tax;
            cuts.push((charge, Part { n, tax }));
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
        let cuts: Vec<(usize, Part)> = self.of(What::Order(order)).into_iter().map(|at| (at, self.rest_of(at))).collect();
        for line in self.lines_of(order) {
            (self.lines[line].left, self.lines[line].tax_left) = (0, 0);
        }
        self.cut(order, &cuts);
        self.settle();
        true
    }

    /// An application is denied or withdrawn: the ticked lines are no longer owed.
    pub fn ends(&mut self, order: usize, to: OrderState, ticked: &[usize]) -> bool {
        let lines = self.lines_of(order);
        let ticked: Vec<usize> = ticked.iter().map(|line| lines[*line]).collect();
        if self.orders[order] != OrderState::Submitted || !ticked.iter().all(|at| self.is_charged(*at)) {
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
            self.of(What::Order(order)).into_iter().for_each(|at| self.charges[at].earned = true);
            self.settle();
        }
        may
    }

    /// Some of a line can still be taken off: its posting did not come to nothing, and it was not taken off.
    fn is_charged(&self, line: usize) -> bool {
        let line = &self.lines[line];
        line.left != 0 && !self.charges[line.charge].cents.is_empty()
    }

    fn lines_of(&self, order: usize) -> Vec<usize> {
        (0..self.lines.len()).filter(|at| self.lines[*at].order == Some(order)).collect()
    }

    /// Where the lines of an order stand among all lines.
    pub fn line_of(&self, order: usize, place: usize) -> usize {
        self.lines_of(order)[place]
    }

    fn post_lines(&mut self, order: usize, lines: &[Priced]) {
        let charge =
            self.charge_of_order(order, lines.iter().map(|line| line.gross).sum(), lines.iter().map(|line| line.tax).sum());
        self.lines.extend(lines.iter().map(|line| Line::of(Some(order), charge, *line)));
    }

    fn charge_of_order(&mut self, order: usize, gross: i64, tax: i64) -> usize {
        let at = self.charge(Kind::Order, cents(gross), None);
        let earned = matches!(self.orders[order], OrderState::Completed | OrderState::Approved);
        let charge = &mut self.charges[at];
        (charge.order, charge.tax, charge.earned) = (Some(order), tax, earned);
        at
    }

    /// Each charge is lessened by what is left of its lines among these, as far as that was not taken off it already. A discount
    /// among them is owed again, as a charge of its own; what later is more than its posting still has is taken off that.
    fn take_off(&mut self, order: usize, lines: &[usize]) {
        let mut cuts: Vec<(usize, Part)> = Vec::new();
        let again = self.owed_again(lines);
        for at in lines {
            let line = &mut self.lines[*at];
            let (charge, left, tax) = (line.charge, std::mem::take(&mut line.left), std::mem::take(&mut line.tax_left));
            if left < 0 {
                continue;
            }
            match cuts.iter_mut().find(|(known, _)| *known == charge) {
                Some((_, part)) => *part = Part { n: part.n + cents(left), tax: part.tax + tax },
                None => cuts.push((charge, Part { n: cents(left), tax })),
            }
        }
        if again.gross > 0 {
            let at = self.charge_of_order(order, again.gross, again.tax);
            self.charges[at].given_back = true;
        }
        let mut all = Vec::new();
        // What this amendment has taken off charges so far.
        let mut taken = vec![0; self.charges.len()];
        for (charge, part) in cuts {
            let own = (self.lessenable(charge) - taken[charge]).min(part.n);
            taken[charge] += own;
            all.push((charge, Part { n: own, ..part }));
            let mut more = (part.n - own).min(self.discounts_taken_off(charge));
            for other in self.of(What::Order(order)).into_iter().filter(|at| self.charges[*at].given_back) {
                let n = (self.lessenable(other) - taken[other]).min(more);
                more -= n;
                let part = if taken[other] == 0 { self.part_of(other, n) } else { Part { n, tax: 0 } };
                taken[other] += n;
                all.push((other, part));
            }
        }
        self.cut(order, &all);
    }

    /// What the discounts among these lines lessen still: a posting never comes to less than nothing, so a discount that outlived
    /// its items lessens nothing.
    fn owed_again(&self, lines: &[usize]) -> Priced {
        let mut again = Priced { gross: 0, tax: 0 };
        for charge in 0..self.charges.len() {
            let of = |at: &&usize| self.lines[**at].charge == charge && self.lines[**at].left < 0;
            let off =
                lines.iter().filter(of).fold((0, 0), |sum, at| (sum.0 - self.lines[*at].left, sum.1 - self.lines[*at].tax_left));
            if off.0 > 0 {
                let with: i64 = self.lines.iter().filter(|line| line.charge == charge).map(|line| line.left).sum();
                let gross = (with + off.0).max(0) - with.max(0);
                (again.gross, again.tax) = (again.gross + gross, again.tax + of_part(off.0, off.1, gross, 0));
            }
        }
        again
    }

    /// Discounts inside a posting that were taken off since.
    fn discounts_taken_off(&self, charge: usize) -> usize {
        let off = |line: &&Line| line.charge == charge && line.whole.gross < 0 && line.left == 0;
        self.lines.iter().filter(off).map(|line| cents(-line.whole.gross)).sum()
    }

    /// What is taken off a charge on an issued invoice is a credit note. Late fees fall with an invoice that is credited in full;
    /// money that was displaced goes to what else is open of the order.
    fn cut(&mut self, order: usize, cuts: &[(usize, Part)]) {
        let (mut freed, mut credited) = (Vec::new(), Vec::new());
        for (charge, part) in cuts.iter().filter(|(_, part)| part.n > 0) {
            let invoice = self.charges[*charge].invoice;
            let to = if invoice.is_some() { Cent::Credited } else { Cent::Lowered };
            self.lessen(*charge, *part, to, false, &mut freed);
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
