//! A second opinion on one customer's account, kept cent by cent and without a line of the books' code.
//!
//! Every charge is a row of cents: each is open, paid by one credit, taken off, credited or given up. Nothing is summed ahead, no
//! allocation is kept as such, so this can hardly be wrong in the way the ledger could be. An act answers whether it can be done; one
//! that cannot leaves nothing behind. Left out: tax, late fees, tolerance, dates in the past, application switched off.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use books::calendar::Day;

/// When a cent was paid: the act, then how late its charge falls due, then by which credit.
type Stamp = (usize, (Day, Day, usize), usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cent {
    Open,
    Paid {
        credit: usize,
        stamp: Stamp,
    },
    /// Taken off by an amendment or a reversal: the total is lower.
    Lowered,
    Credited,
    GivenUp,
}

#[derive(Debug, Clone)]
pub struct Charge {
    cents: Vec<Cent>,
    order: Option<usize>,
    pub invoice: Option<usize>,
    /// It stands on its invoice only, not on an order and not by hand.
    own: bool,
    pub by_hand: bool,
    reversed: bool,
    on: Day,
    due: Option<Day>,
    /// Payments under way will pay so many of its cents.
    reserved: usize,
}

#[derive(Debug, Clone)]
pub struct Credit {
    amount: usize,
    pub free: usize,
    /// Refunded, returned, reversed or paid out.
    gone: usize,
    /// Not applied by itself.
    held: bool,
    /// A payment stands behind it, and one through a processor.
    payment: bool,
    card: bool,
    disputed: bool,
    reversed: bool,
}

#[derive(Debug, Clone)]
struct Line {
    order: usize,
    charge: usize,
    left: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    Confirmed,
    Completed,
    Canceled,
    Submitted,
    Approved,
}

/// What money is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Order(usize),
    Invoice(usize),
    Charge(usize),
}

/// Total, paid, credited, given up, due.
pub type Five = [i64; 5];

#[derive(Debug, Clone)]
pub struct Model {
    pub today: Day,
    act: usize,
    pub charges: Vec<Charge>,
    pub credits: Vec<Credit>,
    lines: Vec<Line>,
    pub orders: Vec<OrderState>,
    /// Void or not.
    pub invoices: Vec<bool>,
}

impl Model {
    pub fn new(today: Day) -> Model {
        let (charges, credits, lines) = (Vec::new(), Vec::new(), Vec::new());
        Model { today, act: 0, charges, credits, lines, orders: Vec::new(), invoices: Vec::new() }
    }

    pub fn balance(&self) -> i64 {
        whole(self.credits.iter().map(|credit| credit.free).sum::<usize>()) - self.open()
    }

    /// What is open of all charges.
    pub fn open(&self) -> i64 {
        whole((0..self.charges.len()).map(|at| self.open_of(at)).sum())
    }

    pub fn owed(&self) -> i64 {
        (-self.balance()).max(0)
    }

    pub fn five(&self, what: What) -> Five {
        let all: Vec<Cent> = self.of(what).into_iter().flat_map(|at| self.charges[at].cents.iter().copied()).collect();
        let count = |wanted: fn(&Cent) -> bool| whole(all.iter().filter(|cent| wanted(cent)).count());
        [
            count(|cent| *cent != Cent::Lowered),
            count(|cent| matches!(cent, Cent::Paid { .. })),
            count(|cent| *cent == Cent::Credited),
            count(|cent| *cent == Cent::GivenUp),
            count(|cent| *cent == Cent::Open),
        ]
    }

    pub fn due(&self, what: What) -> i64 {
        self.five(what)[4]
    }

    /// Some of it will be paid by a payment under way. Nothing named: of the whole account.
    pub fn is_pending(&self, what: &[What]) -> bool {
        let meant: Vec<usize> = match what {
            [] => (0..self.charges.len()).collect(),
            some => some.iter().flat_map(|one| self.of(*one)).collect(),
        };
        meant.into_iter().any(|at| self.charges[at].reserved > 0)
    }

    /// Something is unpaid on an invoice that stands.
    pub fn has_unpaid_invoice(&self) -> bool {
        (0..self.invoices.len()).any(|at| !self.invoices[at] && self.due(What::Invoice(at)) > 0)
    }

    pub fn order(&mut self, gross: &[i64], state: OrderState) {
        let order = self.orders.len();
        self.orders.push(state);
        self.post_lines(order, gross);
        self.settle();
    }

    pub fn add(&mut self, order: usize, gross: i64) -> bool {
        let changes = self.orders[order] != OrderState::Canceled;
        if changes {
            self.post_lines(order, &[gross]);
            self.settle();
        }
        changes
    }

    /// Takes off a line, by its place among all lines of the order.
    pub fn remove(&mut self, order: usize, line: usize) -> bool {
        let lines: Vec<usize> = (0..self.lines.len()).filter(|at| self.lines[*at].order == order).collect();
        let Line { charge, left, .. } = self.lines[lines[line]];
        if left == 0 || self.orders[order] == OrderState::Canceled {
            return false;
        }
        self.lines[lines[line]].left = 0;
        let mut displaced = Vec::new();
        self.lessen(charge, left.min(self.lessenable(charge)), self.cut(charge), &mut displaced);
        self.resettle(&displaced, order);
        self.settle();
        true
    }

    /// Uninvoiced charges first, the newest first.
    pub fn discount(&mut self, order: usize, amount: i64) -> bool {
        let mut charges = self.of(What::Order(order));
        let most: usize = charges.iter().map(|at| self.lessenable(*at)).sum();
        let mut left = cents(amount);
        if left > most || self.orders[order] == OrderState::Canceled {
            return false;
        }
        charges.sort_by_key(|at| (self.charges[*at].invoice.is_some(), Reverse(*at)));
        let mut displaced = Vec::new();
        for charge in charges {
            let part = self.lessenable(charge).min(left);
            self.lessen(charge, part, self.cut(charge), &mut displaced);
            left -= part;
        }
        self.resettle(&displaced, order);
        self.settle();
        true
    }

    pub fn cancel(&mut self, order: usize) -> bool {
        if self.orders[order] != OrderState::Confirmed {
            return false;
        }
        self.orders[order] = OrderState::Canceled;
        let mut displaced = Vec::new();
        for charge in self.of(What::Order(order)) {
            self.lessen(charge, self.lessenable(charge), self.cut(charge), &mut displaced);
        }
        self.lines.iter_mut().filter(|line| line.order == order).for_each(|line| line.left = 0);
        self.resettle(&displaced, order);
        self.settle();
        true
    }

    /// Complete an order, approve an application.
    pub fn moves(&mut self, order: usize, from: OrderState, to: OrderState) -> bool {
        let may = self.orders[order] == from;
        if may {
            self.orders[order] = to;
        }
        may
    }

    pub fn bill_order(&mut self, order: usize, due: Day) -> bool {
        let open = |at: &usize| self.charges[*at].invoice.is_none() && self.open_of(*at) > 0;
        let charges: Vec<usize> = self.of(What::Order(order)).into_iter().filter(open).collect();
        if charges.is_empty() || self.orders[order] == OrderState::Submitted {
            return false;
        }
        self.issue(&charges, due);
        true
    }

    pub fn bill_lines(&mut self, gross: i64, due: Day) {
        let at = self.charge(cents(gross), None);
        self.charges[at].own = true;
        self.issue(&[at], due);
    }

    pub fn bill_charges(&mut self, charges: &[usize], due: Day) {
        self.issue(charges, due);
    }

    pub fn void(&mut self, invoice: usize) -> bool {
        let charges = self.of(What::Invoice(invoice));
        let credited = charges.iter().any(|at| self.charges[*at].cents.contains(&Cent::Credited));
        if self.invoices[invoice] || credited || self.is_pending(&[What::Invoice(invoice)]) {
            return false;
        }
        for charge in charges {
            if self.charges[charge].own {
                self.lessen(charge, self.lessenable(charge), Cent::Credited, &mut Vec::new());
            }
            (self.charges[charge].invoice, self.charges[charge].due) = (None, None);
        }
        self.invoices[invoice] = true;
        self.settle();
        true
    }

    /// Money arrives. What is named is settled first; the rest is applied to what is due first, unless `held`. Answers the credit.
    pub fn pay(&mut self, amount: i64, card: bool, targets: &[(What, Option<i64>)], held: bool) -> usize {
        let credit = self.give(amount, true, card);
        for (what, most) in targets {
            self.aim(credit, *what, most.unwrap_or(i64::MAX));
        }
        self.credits[credit].held = held && self.credits[credit].free > 0;
        self.settle();
        credit
    }

    /// Reserves what a payment under way is meant for. Nothing named: what is due first.
    pub fn reserve(&mut self, targets: &[What], amount: i64) -> Vec<(usize, usize)> {
        let charges = match targets {
            [] => self.by_due((0..self.charges.len()).collect()),
            some => some.iter().flat_map(|what| self.by_due(self.of(*what))).collect(),
        };
        let (mut left, mut parts) = (cents(amount), Vec::new());
        for at in charges {
            let part = self.usable(at).min(left);
            if part > 0 {
                self.charges[at].reserved += part;
                parts.push((at, part));
                left -= part;
            }
        }
        parts
    }

    pub fn release(&mut self, parts: &[(usize, usize)]) {
        parts.iter().for_each(|(at, part)| self.charges[*at].reserved -= part);
    }

    pub fn by_hand(&mut self, charge: bool, amount: i64, due: Option<Day>) {
        if charge {
            let at = self.charge(cents(amount), due);
            self.charges[at].by_hand = true;
        } else {
            self.give(amount, false, false);
        }
        self.settle();
    }

    pub fn refund(&mut self, credit: usize, amount: i64) -> bool {
        let Credit { amount: all, gone, disputed, .. } = self.credits[credit];
        let may = !disputed && cents(amount) <= all - gone;
        if may {
            self.take_out(credit, cents(amount));
            self.settle();
        }
        may
    }

    /// The money has gone whatever the books say: what the payment no longer has is owed.
    pub fn goes(&mut self, credit: usize, amount: i64) {
        let Credit { amount: all, gone, .. } = self.credits[credit];
        let found = cents(amount).min(all - gone);
        self.take_out(credit, found);
        if cents(amount) > found {
            self.charge(cents(amount) - found, None);
        }
        self.settle();
    }

    pub fn disputed(&mut self, credit: usize, is: bool) {
        self.credits[credit].disputed = is;
    }

    pub fn reverse_credit(&mut self, credit: usize) -> bool {
        let Credit { amount, gone, payment, card, reversed, .. } = self.credits[credit];
        if reversed || card || (payment && gone > 0) {
            return false;
        }
        self.credits[credit].reversed = true;
        self.goes(credit, whole(amount));
        true
    }

    pub fn reverse_charge(&mut self, charge: usize) -> bool {
        let Charge { by_hand, reversed, invoice, .. } = self.charges[charge];
        if !by_hand || reversed || invoice.is_some() || self.lessenable(charge) < self.charges[charge].cents.len() {
            return false;
        }
        self.charges[charge].reversed = true;
        self.lessen(charge, self.lessenable(charge), Cent::Lowered, &mut Vec::new());
        self.settle();
        true
    }

    /// Credit that no payment stands behind is handed out, the oldest first.
    pub fn pay_out(&mut self, amount: i64) -> bool {
        let mut left = cents(amount);
        if left > self.credits.iter().filter(|credit| !credit.payment).map(|credit| credit.free).sum() {
            return false;
        }
        for credit in self.credits.iter_mut().filter(|credit| !credit.payment) {
            let part = credit.free.min(left);
            (credit.free, credit.gone, left) = (credit.free - part, credit.gone + part, left - part);
        }
        self.settle();
        true
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
        if !fits || targets.iter().any(|(what, part)| self.aim(credit, *what, *part) < *part) {
            *self = before;
            return false;
        }
        self.keep_stamps(credit, had);
        self.credits[credit].held = self.credits[credit].free > 0;
        self.settle();
        true
    }

    pub fn credit_note(&mut self, invoice: usize, amount: i64) -> bool {
        let [total, _, credited, ..] = self.five(What::Invoice(invoice));
        if self.invoices[invoice] || amount > total - credited {
            return false;
        }
        let mut charges = self.of(What::Invoice(invoice));
        charges.sort_by_key(|at| Reverse(*at));
        // What is open first, then what was given up, then what was paid; each time the newest charge first.
        let passes: [fn(&Cent) -> bool; 3] =
            [|cent| *cent == Cent::Open, |cent| *cent == Cent::GivenUp, |cent| matches!(cent, Cent::Paid { .. })];
        let (mut left, mut parts) = (cents(amount), vec![0; charges.len()]);
        for pass in passes {
            for (part, charge) in parts.iter_mut().zip(&charges) {
                let n = self.charges[*charge].cents.iter().filter(|cent| pass(cent)).count().min(left);
                (*part, left) = (*part + n, left - n);
            }
        }
        for (part, charge) in parts.into_iter().zip(charges) {
            self.lessen(charge, part, Cent::Credited, &mut Vec::new());
        }
        self.settle();
        true
    }

    pub fn give_up(&mut self, invoice: usize, amount: Option<i64>) -> bool {
        let due = self.due(What::Invoice(invoice));
        let mut left = amount.unwrap_or(due);
        if self.invoices[invoice] || due == 0 || left > due || self.is_pending(&[What::Invoice(invoice)]) {
            return false;
        }
        for charge in self.by_due(self.of(What::Invoice(invoice))) {
            for cent in self.charges[charge].cents.iter_mut().filter(|cent| **cent == Cent::Open) {
                if left > 0 {
                    (*cent, left) = (Cent::GivenUp, left - 1);
                }
            }
        }
        self.settle();
        true
    }

    fn post_lines(&mut self, order: usize, gross: &[i64]) {
        let charge = self.charge(gross.iter().map(|gross| cents(*gross)).sum(), None);
        self.charges[charge].order = Some(order);
        self.lines.extend(gross.iter().map(|gross| Line { order, charge, left: cents(*gross) }));
    }

    fn charge(&mut self, amount: usize, due: Option<Day>) -> usize {
        self.charges.push(Charge {
            cents: vec![Cent::Open; amount],
            order: None,
            invoice: None,
            own: false,
            by_hand: false,
            reversed: false,
            on: self.today,
            due,
            reserved: 0,
        });
        self.charges.len() - 1
    }

    fn give(&mut self, amount: i64, payment: bool, card: bool) -> usize {
        let amount = cents(amount);
        let (held, disputed, reversed) = (false, false, false);
        self.credits.push(Credit { amount, free: amount, gone: 0, held, payment, card, disputed, reversed });
        self.credits.len() - 1
    }

    fn issue(&mut self, charges: &[usize], due: Day) {
        for at in charges {
            (self.charges[*at].invoice, self.charges[*at].due) = (Some(self.invoices.len()), Some(due));
        }
        self.invoices.push(false);
        self.settle();
    }

    fn of(&self, what: What) -> Vec<usize> {
        let is = |at: &usize| match what {
            What::Order(order) => self.charges[*at].order == Some(order),
            What::Invoice(invoice) => self.charges[*at].invoice == Some(invoice),
            What::Charge(charge) => *at == charge,
        };
        (0..self.charges.len()).filter(is).collect()
    }

    pub fn open_of(&self, at: usize) -> usize {
        self.charges[at].cents.iter().filter(|cent| **cent == Cent::Open).count()
    }

    fn usable(&self, at: usize) -> usize {
        self.open_of(at).saturating_sub(self.charges[at].reserved)
    }

    fn lessenable(&self, at: usize) -> usize {
        self.charges[at].cents.iter().filter(|cent| !matches!(cent, Cent::Lowered | Cent::Credited)).count()
    }

    /// What taking a cent off a charge makes of it: on an issued invoice it is a credit note.
    fn cut(&self, charge: usize) -> Cent {
        if self.charges[charge].invoice.is_some() { Cent::Credited } else { Cent::Lowered }
    }

    fn due_key(&self, at: usize) -> (Day, Day, usize) {
        (self.charges[at].due.unwrap_or(self.charges[at].on), self.charges[at].on, at)
    }

    fn by_due(&self, mut charges: Vec<usize>) -> Vec<usize> {
        charges.sort_by_key(|at| self.due_key(*at));
        charges
    }

    /// What is open, then what was given up. Answers how much was settled.
    fn aim(&mut self, credit: usize, what: What, most: i64) -> i64 {
        let most = cents(most).min(self.credits[credit].free);
        let mut left = most;
        for wanted in [Cent::Open, Cent::GivenUp] {
            for charge in self.by_due(self.of(what)) {
                left -= self.fill(charge, credit, left, wanted);
            }
        }
        whole(most - left)
    }

    fn fill(&mut self, charge: usize, credit: usize, most: usize, wanted: Cent) -> usize {
        let key = self.due_key(charge);
        let n = most.min(self.credits[credit].free);
        let mut filled = 0;
        for cent in self.charges[charge].cents.iter_mut().filter(|cent| **cent == wanted).take(n) {
            *cent = Cent::Paid { credit, stamp: (self.act, key, credit) };
            filled += 1;
        }
        self.credits[credit].free -= filled;
        filled
    }

    /// One cent after the other: open, then given up, then the one that was paid last.
    fn lessen(&mut self, charge: usize, n: usize, to: Cent, displaced: &mut Vec<usize>) {
        for _ in 0..n {
            let row = &self.charges[charge].cents;
            let place = |wanted: Cent| row.iter().position(|cent| *cent == wanted);
            let stamped =
                |(at, cent): (usize, &Cent)| if let Cent::Paid { stamp, .. } = cent { Some((*stamp, at)) } else { None };
            let paid_last = || row.iter().enumerate().filter_map(stamped).max().map(|(_, at)| at);
            let at = place(Cent::Open).or_else(|| place(Cent::GivenUp)).or_else(paid_last).expect("it can be lessened");
            if let Cent::Paid { credit, .. } = row[at] {
                self.credits[credit].free += 1;
                displaced.push(credit);
            }
            self.charges[charge].cents[at] = to;
        }
    }

    /// Money that an amendment displaced goes to what else is open of the order.
    fn resettle(&mut self, displaced: &[usize], order: usize) {
        let mut seen = Vec::new();
        for credit in displaced {
            if seen.contains(credit) {
                continue;
            }
            seen.push(*credit);
            let mut left = displaced.iter().filter(|other| *other == credit).count();
            for charge in self.by_due(self.of(What::Order(order))) {
                left -= self.fill(charge, *credit, left.min(self.usable(charge)), Cent::Open);
            }
        }
    }

    /// The free part first, then what was paid last.
    fn take_out(&mut self, credit: usize, n: usize) {
        self.credits[credit].gone += n;
        let free = self.credits[credit].free.min(n);
        self.credits[credit].free -= free;
        for _ in free..n {
            let mut newest: Option<(Stamp, usize, usize)> = None;
            for (charge, row) in self.charges.iter().enumerate() {
                for (at, cent) in row.cents.iter().enumerate() {
                    if let Cent::Paid { credit: by, stamp } = *cent
                        && by == credit
                    {
                        newest = newest.max(Some((stamp, charge, at)));
                    }
                }
            }
            let (_, charge, at) = newest.expect("what has not gone pays something");
            self.charges[charge].cents[at] = Cent::Open;
        }
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

    /// Free credit does not stand beside open charges: the oldest goes to what is due first. Then the next act.
    fn settle(&mut self) {
        let charges = self.by_due((0..self.charges.len()).collect());
        for credit in 0..self.credits.len() {
            for charge in charges.iter().filter(|_| !self.credits[credit].held).copied().collect::<Vec<_>>() {
                self.fill(charge, credit, self.usable(charge), Cent::Open);
            }
        }
        self.act += 1;
    }
}

fn cents(amount: i64) -> usize {
    usize::try_from(amount).expect("amounts are above zero")
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).expect("a few cents")
}
