//! A second opinion: the same business kept cent by cent.
//!
//! Every charge is a row of cents, and each cent is open, paid by some credit, taken off, or written off. Nothing is
//! added up, there are no allocations to take back and no days to clamp, so it can hardly be wrong in the way the
//! real account could be. It does only what it must to follow the same acts with application on. Left out: fees,
//! holds, reservations, reversals.

use std::cmp::Reverse;

use books::calendar::Day;
use jiff::ToSpan;

/// When a cent was paid: the flow, then how late its charge falls due, then the order within the flow.
type Stamp = (usize, (Day, Day, usize), usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cent {
    Open,
    Paid {
        credit: usize,
        stamp: Stamp,
    },
    /// By an amendment: the total is lower.
    Lowered,
    Credited,
    WrittenOff,
}

#[derive(Debug, Clone)]
struct Charge {
    cents: Vec<Cent>,
    order: Option<usize>,
    invoice: Option<usize>,
    own_of_invoice: bool,
    on: Day,
    due: Option<Day>,
}

#[derive(Debug, Clone)]
struct Credit {
    amount: usize,
    free: usize,
    /// Given back or returned; of a payment only.
    gone: usize,
    returned: usize,
    payment: bool,
}

/// A line of an order: its charge and what was not yet taken off by name.
#[derive(Debug, Clone)]
struct Line {
    order: usize,
    charge: usize,
    left: usize,
}

/// What the two opinions are compared by: total, paid, credited, written off, due.
pub type Five = [i64; 5];

#[derive(Debug, Clone)]
pub struct Naive {
    today: Day,
    flow: usize,
    /// How often money was set against a charge.
    poured: usize,
    charges: Vec<Charge>,
    credits: Vec<Credit>,
    lines: Vec<Line>,
    orders: usize,
    /// Void or not.
    invoices: Vec<bool>,
    invoice_due: Vec<Day>,
    /// Which credit each payment is.
    payments: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
pub enum Named {
    Order(usize),
    Invoice(usize),
}

impl Naive {
    pub fn new(today: Day) -> Naive {
        Naive {
            today,
            flow: 0,
            poured: 0,
            charges: Vec::new(),
            credits: Vec::new(),
            lines: Vec::new(),
            orders: 0,
            invoices: Vec::new(),
            invoice_due: Vec::new(),
            payments: Vec::new(),
        }
    }

    pub fn balance(&self) -> i64 {
        let free: usize = self.credits.iter().map(|credit| credit.free).sum();
        let open: usize = self.charges.iter().map(|charge| count(charge, |cent| cent == Cent::Open)).sum();
        free as i64 - open as i64
    }

    pub fn five(&self, named: Named) -> Five {
        let mut five = [0; 5];
        for charge in self.of(named).into_iter().map(|at| &self.charges[at]) {
            five[0] += count(charge, |cent| cent != Cent::Lowered) as i64;
            five[1] += count(charge, |cent| matches!(cent, Cent::Paid { .. })) as i64;
            five[2] += count(charge, |cent| cent == Cent::Credited) as i64;
            five[3] += count(charge, |cent| cent == Cent::WrittenOff) as i64;
            five[4] += count(charge, |cent| cent == Cent::Open) as i64;
        }
        five
    }

    pub fn free_of_payments(&self) -> Vec<i64> {
        self.payments.iter().map(|at| self.credits[*at].free as i64).collect()
    }

    pub fn pick(&self, at: usize) -> Option<Named> {
        let all: Vec<Named> = (0..self.orders).map(Named::Order).chain((0..self.invoices.len()).map(Named::Invoice)).collect();
        (!all.is_empty()).then(|| all[at % all.len()])
    }

    pub fn live_invoice(&self, at: usize) -> Option<usize> {
        let live: Vec<usize> = (0..self.invoices.len()).filter(|at| !self.invoices[*at]).collect();
        (!live.is_empty()).then(|| live[at % live.len()])
    }

    pub fn days(&mut self, pass: i64) {
        self.today = self.today.saturating_add(pass.days());
    }

    pub fn order(&mut self, gross: &[i64]) {
        let order = self.orders;
        self.orders += 1;
        self.post_lines(order, gross);
        self.finish();
    }

    pub fn add(&mut self, order: usize, gross: i64) {
        self.post_lines(order, &[gross]);
        self.finish();
    }

    pub fn orders(&self) -> usize {
        self.orders
    }

    /// Takes off a line, counted among the order's, then gives a discount. Says whether it can be done.
    pub fn amend(&mut self, order: usize, line: usize, discount: i64) -> bool {
        let before = self.clone();
        let lines: Vec<usize> = (0..self.lines.len()).filter(|at| self.lines[*at].order == order).collect();
        let mut displaced = Vec::new();
        if !lines.is_empty() {
            let line = lines[line % lines.len()];
            if self.lines[line].left == 0 {
                return false;
            }
            let charge = self.lines[line].charge;
            let n = self.lines[line].left.min(self.lessenable(charge));
            self.lines[line].left = 0;
            self.lessen(charge, n, self.kind_of_cut(charge), &mut displaced);
        }
        let mut left = discount as usize;
        let mut charges = self.of(Named::Order(order));
        charges.sort_by_key(|at| (self.charges[*at].invoice.is_some(), Reverse(*at)));
        for charge in charges {
            let n = self.lessenable(charge).min(left);
            self.lessen(charge, n, self.kind_of_cut(charge), &mut displaced);
            left -= n;
        }
        if left > 0 {
            *self = before;
            return false;
        }
        self.resettle(&displaced, Named::Order(order));
        self.finish();
        true
    }

    pub fn cancel(&mut self, order: usize) {
        let mut displaced = Vec::new();
        for charge in self.of(Named::Order(order)) {
            let n = self.lessenable(charge);
            self.lessen(charge, n, self.kind_of_cut(charge), &mut displaced);
        }
        self.lines.iter_mut().filter(|line| line.order == order).for_each(|line| line.left = 0);
        self.resettle(&displaced, Named::Order(order));
        self.finish();
    }

    pub fn invoice_order(&mut self, order: usize, due_in: i64) -> bool {
        let billable = |charge: &Charge| charge.invoice.is_none() && count(charge, |cent| cent == Cent::Open) > 0;
        let charges: Vec<usize> = self.of(Named::Order(order)).into_iter().filter(|at| billable(&self.charges[*at])).collect();
        if charges.is_empty() {
            return false;
        }
        for at in charges {
            self.charges[at].invoice = Some(self.invoices.len());
        }
        self.issue(due_in);
        true
    }

    pub fn invoice_lines(&mut self, gross: i64, due_in: i64) {
        self.charges.push(Charge {
            cents: vec![Cent::Open; gross as usize],
            order: None,
            invoice: Some(self.invoices.len()),
            own_of_invoice: true,
            on: self.today,
            due: None,
        });
        self.issue(due_in);
    }

    pub fn void(&mut self, invoice: usize) -> bool {
        let charges = self.of(Named::Invoice(invoice));
        if charges.iter().any(|at| self.charges[*at].cents.contains(&Cent::Credited)) {
            return false;
        }
        for charge in charges {
            if self.charges[charge].own_of_invoice {
                let n = self.lessenable(charge);
                self.lessen(charge, n, Cent::Credited, &mut Vec::new());
            }
            self.charges[charge].invoice = None;
            self.charges[charge].due = None;
        }
        self.invoices[invoice] = true;
        self.finish();
        true
    }

    pub fn pay(&mut self, amount: i64, targets: &[(Named, Option<i64>)]) -> bool {
        let parts: i64 = targets.iter().filter_map(|(_, part)| *part).sum();
        if parts > amount {
            return false;
        }
        let credit = self.give(amount, true);
        self.payments.push(credit);
        // Nothing that was given up takes money that something else named still needs.
        let mut may: Vec<i64> = targets.iter().map(|(_, most)| most.unwrap_or(i64::MAX)).collect();
        for wanted in [Cent::Open, Cent::WrittenOff] {
            for ((named, _), may) in targets.iter().zip(&mut may) {
                for charge in self.in_due_order(self.of(*named)) {
                    let left = (*may).min(self.credits[credit].free as i64) as usize;
                    *may -= self.fill(charge, credit, left, wanted) as i64;
                }
            }
        }
        self.finish();
        true
    }

    pub fn by_hand(&mut self, charge: bool, amount: i64) {
        if charge {
            self.charge(amount as usize);
        } else {
            self.give(amount, false);
        }
        self.finish();
    }

    pub fn refund(&mut self, payment: usize, amount: i64) -> bool {
        let credit = self.payments[payment % self.payments.len()];
        let Credit { amount: whole, gone, .. } = self.credits[credit];
        if amount as usize > whole - gone {
            return false;
        }
        self.take_out(credit, amount as usize);
        self.finish();
        true
    }

    pub fn return_payment(&mut self, payment: usize, amount: Option<i64>) -> bool {
        let credit = self.payments[payment % self.payments.len()];
        let Credit { amount: whole, gone, returned, .. } = self.credits[credit];
        let asked = amount.map_or(whole - returned, |amount| amount as usize);
        if asked == 0 || asked > whole - returned {
            return false;
        }
        let found = asked.min(whole - gone);
        self.take_out(credit, found);
        self.credits[credit].returned += asked;
        if asked > found {
            self.charge(asked - found);
        }
        self.finish();
        true
    }

    pub fn has_payments(&self) -> bool {
        !self.payments.is_empty()
    }

    pub fn credit_note(&mut self, invoice: usize, amount: i64) -> bool {
        let five = self.five(Named::Invoice(invoice));
        if amount > five[0] - five[2] {
            return false;
        }
        let mut charges = self.of(Named::Invoice(invoice));
        charges.sort_by_key(|at| Reverse(*at));
        let mut left = amount as usize;
        let passes: [fn(Cent) -> bool; 3] =
            [|cent| cent == Cent::Open, |cent| cent == Cent::WrittenOff, |cent| matches!(cent, Cent::Paid { .. })];
        let mut parts = vec![0; charges.len()];
        for pass in passes {
            for (part, charge) in parts.iter_mut().zip(&charges) {
                let n = count(&self.charges[*charge], pass).min(left);
                *part += n;
                left -= n;
            }
        }
        for (n, charge) in parts.into_iter().zip(charges) {
            self.lessen(charge, n, Cent::Credited, &mut Vec::new());
        }
        self.finish();
        true
    }

    pub fn write_off(&mut self, named: Named, amount: Option<i64>) -> bool {
        let due = self.five(named)[4];
        let mut left = amount.unwrap_or(due);
        if due == 0 || left > due {
            return false;
        }
        for charge in self.in_due_order(self.of(named)) {
            for cent in self.charges[charge].cents.iter_mut().filter(|cent| **cent == Cent::Open) {
                if left > 0 {
                    *cent = Cent::WrittenOff;
                    left -= 1;
                }
            }
        }
        self.finish();
        true
    }

    fn post_lines(&mut self, order: usize, gross: &[i64]) {
        let at = self.charge(gross.iter().sum::<i64>() as usize);
        self.charges[at].order = Some(order);
        let line = |gross: &i64| Line { order, charge: at, left: *gross as usize };
        self.lines.extend(gross.iter().map(line));
    }

    fn charge(&mut self, amount: usize) -> usize {
        let cents = vec![Cent::Open; amount];
        self.charges.push(Charge { cents, order: None, invoice: None, own_of_invoice: false, on: self.today, due: None });
        self.charges.len() - 1
    }

    fn give(&mut self, amount: i64, payment: bool) -> usize {
        let amount = amount as usize;
        self.credits.push(Credit { amount, free: amount, gone: 0, returned: 0, payment });
        self.credits.len() - 1
    }

    fn issue(&mut self, due_in: i64) {
        let due = self.today.saturating_add(due_in.days());
        for charge in self.charges.iter_mut().filter(|charge| charge.invoice == Some(self.invoices.len())) {
            charge.due = Some(due);
        }
        self.invoices.push(false);
        self.invoice_due.push(due);
        self.finish();
    }

    fn of(&self, named: Named) -> Vec<usize> {
        let is_of = |charge: &Charge| match named {
            Named::Order(order) => charge.order == Some(order),
            Named::Invoice(invoice) => charge.invoice == Some(invoice),
        };
        (0..self.charges.len()).filter(|at| is_of(&self.charges[*at])).collect()
    }

    fn due_key(&self, at: usize) -> (Day, Day, usize) {
        let charge = &self.charges[at];
        (charge.due.unwrap_or(charge.on), charge.on, at)
    }

    fn in_due_order(&self, mut charges: Vec<usize>) -> Vec<usize> {
        charges.sort_by_key(|at| self.due_key(*at));
        charges
    }

    fn kind_of_cut(&self, charge: usize) -> Cent {
        if self.charges[charge].invoice.is_some() { Cent::Credited } else { Cent::Lowered }
    }

    fn lessenable(&self, charge: usize) -> usize {
        count(&self.charges[charge], |cent| !matches!(cent, Cent::Lowered | Cent::Credited))
    }

    /// One cent after the other: open, then written off, then the one that was paid last.
    fn lessen(&mut self, charge: usize, n: usize, to: Cent, displaced: &mut Vec<usize>) {
        for _ in 0..n {
            let cents = &self.charges[charge].cents;
            let find = |wanted: Cent| cents.iter().position(|cent| *cent == wanted);
            let paid_last = || {
                let stamps = cents.iter().enumerate().filter_map(|(at, cent)| match cent {
                    Cent::Paid { stamp, .. } => Some((*stamp, at)),
                    _ => None,
                });
                stamps.max().map(|(_, at)| at)
            };
            let at = find(Cent::Open).or_else(|| find(Cent::WrittenOff)).or_else(paid_last).expect("it can be lessened");
            if let Cent::Paid { credit, .. } = self.charges[charge].cents[at] {
                self.credits[credit].free += 1;
                displaced.push(credit);
            }
            self.charges[charge].cents[at] = to;
        }
    }

    fn resettle(&mut self, displaced: &[usize], named: Named) {
        let mut seen = Vec::new();
        for credit in displaced {
            if seen.contains(credit) {
                continue;
            }
            seen.push(*credit);
            let mut left = displaced.iter().filter(|other| *other == credit).count();
            for charge in self.in_due_order(self.of(named)) {
                left -= self.fill(charge, *credit, left, Cent::Open);
            }
        }
    }

    fn fill(&mut self, charge: usize, credit: usize, most: usize, wanted: Cent) -> usize {
        let key = self.due_key(charge);
        let mut filled = 0;
        self.poured += 1;
        for cent in self.charges[charge].cents.iter_mut().filter(|cent| **cent == wanted) {
            if filled < most && self.credits[credit].free > 0 {
                *cent = Cent::Paid { credit, stamp: (self.flow, key, self.poured) };
                self.credits[credit].free -= 1;
                filled += 1;
            }
        }
        filled
    }

    fn take_out(&mut self, credit: usize, n: usize) {
        for _ in 0..n {
            self.credits[credit].gone += 1;
            if self.credits[credit].free > 0 {
                self.credits[credit].free -= 1;
                continue;
            }
            let mut newest: Option<(Stamp, usize, usize)> = None;
            for (charge, row) in self.charges.iter().enumerate() {
                for (at, cent) in row.cents.iter().enumerate() {
                    if let Cent::Paid { credit: by, stamp } = cent
                        && *by == credit
                    {
                        newest = newest.max(Some((*stamp, charge, at)));
                    }
                }
            }
            let (_, charge, at) = newest.expect("what was not paid out pays something");
            self.charges[charge].cents[at] = Cent::Open;
        }
    }

    /// Rule 5, then the next flow.
    fn finish(&mut self) {
        let charges = self.in_due_order((0..self.charges.len()).collect());
        for credit in 0..self.credits.len() {
            for charge in &charges {
                self.fill(*charge, credit, usize::MAX, Cent::Open);
            }
        }
        assert!(self.credits.iter().all(|credit| credit.payment || credit.gone == 0));
        self.flow += 1;
    }
}

fn count(charge: &Charge, wanted: impl Fn(Cent) -> bool) -> usize {
    charge.cents.iter().filter(|cent| wanted(**cent)).count()
}
