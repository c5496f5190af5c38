//! Invoices in the model: drawn up, issued, voided, credited, given up, and late fees on them (rules 8, 10 and 11).

use std::cmp::Reverse;

use books::calendar::Day;

use super::orders::Line;
use super::taxes::{Part, of_part};
use super::{Cent, Kind, Model, OrderState, Priced, What, WriteOff, cents, whole};

/// Where the money goes that a credit note sets free. All zero: nothing was said, so all of it stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Split {
    pub balance: i64,
    pub card: i64,
    pub outside: i64,
}

/// What a credit note takes off.
#[derive(Debug, Clone)]
pub enum Less {
    Amount(i64),
    Lines(Vec<(OfLine, i64)>),
}

/// A line of an invoice: one that was written as such, or a charge that is a line of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfLine {
    Line(usize),
    Charge(usize),
}

/// What went back of one credit.
#[derive(Debug, Clone, Copy)]
pub struct SentBack {
    pub credit: usize,
    pub amount: i64,
    pub to_card: bool,
}

impl Model {
    pub fn bill_order(&mut self, order: usize, due: Day) -> bool {
        let open = |at: &usize| self.charges[*at].invoice.is_none() && !self.charges[*at].drafted && self.open_of(*at) > 0;
        let charges: Vec<usize> = self.of(What::Order(order)).into_iter().filter(open).collect();
        if charges.is_empty() || self.orders[order] == OrderState::Submitted {
            return false;
        }
        self.issue(&charges, due);
        true
    }

    /// Lines of its own, whose places they answer. None named: the lines are not credited one by one.
    pub fn bill_lines(&mut self, total: Priced, lines: &[Priced], due: Day) -> std::ops::Range<usize> {
        let at = self.charge(Kind::Invoice, cents(total.gross), None);
        self.charges[at].tax = total.tax;
        let first = self.lines.len();
        self.lines.extend(lines.iter().map(|line| Line::of(None, at, *line)));
        self.issue(&[at], due);
        first..self.lines.len()
    }

    /// Charges by hand that a new invoice can have: open, and on none yet.
    pub fn billable(&self) -> Vec<usize> {
        let free = |at: &usize| {
            let charge = &self.charges[*at];
            charge.kind == Kind::ByHand && charge.invoice.is_none() && !charge.drafted && self.open_of(*at) > 0
        };
        (0..self.charges.len()).filter(free).collect()
    }

    /// A draft claims its charges: no other invoice can have them.
    pub fn draft(&mut self, charges: &[usize], claims: bool) {
        charges.iter().for_each(|at| self.charges[*at].drafted = claims);
        self.settle();
    }

    pub fn bill_charges(&mut self, charges: &[usize], due: Day) {
        self.issue(charges, due);
    }

    fn issue(&mut self, charges: &[usize], due: Day) {
        for at in charges {
            let charge = &mut self.charges[*at];
            (charge.invoice, charge.billed, charge.drafted) = (Some(self.invoices.len()), Some(due), false);
            charge.earned = true;
        }
        self.invoices.push(false);
        self.settle();
    }

    /// Charges of its own are taken back, late fees too unless they are kept; what it only covered keeps its payments.
    pub fn void(&mut self, invoice: usize, keep_fees: bool) -> bool {
        let charges = self.by_due(self.of(What::Invoice(invoice)));
        let credited = charges.iter().any(|at| self.charges[*at].cents.contains(&Cent::Credited));
        if self.invoices[invoice] || credited || self.is_pending(&[What::Invoice(invoice)]) {
            return false;
        }
        for charge in charges {
            let falls = match self.charges[charge].kind {
                Kind::Invoice => true,
                Kind::LateFee => !keep_fees,
                _ => false,
            };
            if falls {
                self.lessen(charge, self.rest_of(charge), Cent::Credited, false, &mut Vec::new());
            }
            (self.charges[charge].invoice, self.charges[charge].billed) = (None, None);
        }
        self.invoices[invoice] = true;
        self.settle();
        true
    }

    /// The total less what was credited; late fees are no part of it.
    pub fn creditable(&self, invoice: usize) -> i64 {
        let [total, _, _, credited, ..] = self.six(What::Invoice(invoice));
        total - credited
    }

    /// Answers what went back; none: it is refused.
    pub fn credit_note(&mut self, invoice: usize, what: &Less, to: Split, keep_fees: bool) -> Option<Vec<SentBack>> {
        let before = self.clone();
        let parts = self.parts_of(invoice, what)?;
        let freed = self.lower(invoice, &parts, to.card > 0, keep_fees);
        let Some(sent) = self.send_back(freed, to) else {
            *self = before;
            return None;
        };
        self.settle();
        Some(sent)
    }

    /// What a credit note would free, by credit.
    pub fn would_free(&self, invoice: usize, what: &Less, by_card: bool, keep_fees: bool) -> Vec<(usize, i64)> {
        let mut apart = self.clone();
        let Some(parts) = apart.parts_of(invoice, what) else { return Vec::new() };
        let freed = apart.lower(invoice, &parts, by_card, keep_fees);
        freed.into_iter().map(|(credit, n)| (credit, whole(n))).collect()
    }

    /// By charge, with the tax inside, and the lines take note. None: there is not so much to take off.
    fn parts_of(&mut self, invoice: usize, what: &Less) -> Option<Vec<(usize, Part)>> {
        let asked: i64 = match what {
            Less::Amount(amount) => *amount,
            Less::Lines(lines) => lines.iter().map(|(_, amount)| amount).sum(),
        };
        if self.invoices[invoice] || asked > self.creditable(invoice) {
            return None;
        }
        let lines = match what {
            Less::Amount(amount) => return Some(self.spread(invoice, *amount)),
            Less::Lines(lines) => lines,
        };
        let mut parts: Vec<(usize, Part)> = Vec::new();
        let before = self.lines.clone();
        for (of, amount) in lines {
            let (charge, tax) = match of {
                OfLine::Line(at) => self.off_line(*at, *amount)?,
                OfLine::Charge(at) => (*at, self.part_of(*at, cents(*amount).min(self.lessenable(*at))).tax),
            };
            match parts.iter_mut().find(|(known, _)| *known == charge) {
                Some((_, part)) => *part = Part { n: part.n + cents(*amount), tax: part.tax + tax },
                None => parts.push((charge, Part { n: cents(*amount), tax })),
            }
        }
        let fits = parts.iter().all(|(charge, part)| part.n <= self.lessenable(*charge));
        if !fits {
            self.lines = before;
        }
        fits.then_some(parts)
    }

    /// Takes an amount off a line. Answers its charge, and the tax inside.
    fn off_line(&mut self, at: usize, amount: i64) -> Option<(usize, i64)> {
        let line = &mut self.lines[at];
        if amount > line.left {
            return None;
        }
        let tax =
            of_part(line.whole.gross, line.whole.tax, line.whole.gross - line.left + amount, line.whole.tax - line.tax_left);
        (line.left, line.tax_left) = (line.left - amount, line.tax_left - tax);
        Some((line.charge, tax))
    }

    /// What can be taken off a line of an invoice by name.
    pub fn left_of(&self, of: OfLine) -> i64 {
        match of {
            OfLine::Line(at) => self.lines[at].left.min(whole(self.lessenable(self.lines[at].charge))),
            OfLine::Charge(at) => whole(self.lessenable(at)),
        }
    }

    /// Lowers an invoice. Answers what it freed and did not need elsewhere.
    fn lower(&mut self, invoice: usize, parts: &[(usize, Part)], by_card: bool, keep_fees: bool) -> Vec<(usize, usize)> {
        let mut freed = Vec::new();
        let amount: usize = parts.iter().map(|(_, part)| part.n).sum();
        let falls = whole(amount) == self.creditable(invoice) && !keep_fees;
        for (charge, part) in parts {
            self.lessen(*charge, *part, Cent::Credited, by_card, &mut freed);
        }
        if falls {
            self.drop_fees(invoice, &mut freed);
        }
        self.resettle(&freed, self.of(What::Invoice(invoice)))
    }

    /// What is open first, then what was given up, then what was paid; each time the newest charge first.
    fn spread(&self, invoice: usize, amount: i64) -> Vec<(usize, Part)> {
        let mut charges = self.of(What::Invoice(invoice));
        charges.retain(|at| self.charges[*at].kind != Kind::LateFee);
        charges.sort_by_key(|at| Reverse(*at));
        let passes: [fn(&Cent) -> bool; 3] =
            [|cent| *cent == Cent::Open, |cent| matches!(cent, Cent::GivenUp(_)), |cent| matches!(cent, Cent::Paid { .. })];
        let (mut left, mut parts) = (cents(amount), vec![0; charges.len()]);
        for pass in passes {
            for (part, charge) in parts.iter_mut().zip(&charges) {
                let n = self.charges[*charge].cents.iter().filter(|cent| pass(cent)).count().min(left);
                (*part, left) = (*part + n, left - n);
            }
        }
        let some = charges.into_iter().zip(parts).filter(|(_, part)| *part > 0);
        some.map(|(charge, n)| (charge, self.part_of(charge, n))).collect()
    }

    /// The parts split exactly what was freed. To cards goes what came by card; outside goes first what did not. Money that is
    /// disputed goes nowhere.
    fn send_back(&mut self, mut freed: Vec<(usize, usize)>, to: Split) -> Option<Vec<SentBack>> {
        let all: usize = freed.iter().map(|(_, n)| n).sum();
        let said = to.balance + to.card + to.outside;
        if said > 0 && said != whole(all) {
            return None;
        }
        let mut sent = Vec::new();
        let passes: [(i64, bool, &[bool]); 2] = [(to.card, true, &[true]), (to.outside, false, &[false, true])];
        for (most, to_card, order) in passes {
            let mut left = most;
            for by_card in order {
                for (credit, n) in &mut freed {
                    let from = &self.credits[*credit];
                    let part = if from.card == *by_card && !from.disputed { whole(*n).min(left) } else { 0 };
                    if part > 0 {
                        (*n, left) = (*n - cents(part), left - part);
                        sent.push(SentBack { credit: *credit, amount: part, to_card });
                    }
                }
            }
            if left > 0 {
                return None;
            }
        }
        for back in &sent {
            let credit = &mut self.credits[back.credit];
            (credit.free, credit.gone) = (credit.free - cents(back.amount), credit.gone + cents(back.amount));
        }
        Some(sent)
    }

    /// Gives up a part of what is due, or all. Answers the write-off.
    pub fn give_up(&mut self, invoice: usize, amount: Option<i64>) -> Option<usize> {
        let due = self.due(What::Invoice(invoice));
        let mut left = amount.unwrap_or(due);
        if self.invoices[invoice] || due == 0 || left > due || self.is_pending(&[What::Invoice(invoice)]) {
            return None;
        }
        let off = self.write_offs.len();
        self.write_offs.push(WriteOff { payment: None, over: false });
        for charge in self.by_due(self.of(What::Invoice(invoice))) {
            for cent in self.charges[charge].cents.iter_mut().filter(|cent| **cent == Cent::Open) {
                if left > 0 {
                    (*cent, left) = (Cent::GivenUp(off), left - 1);
                }
            }
        }
        self.settle();
        Some(off)
    }

    /// What was given up is owed again.
    pub fn reverse_write_off(&mut self, off: usize) -> bool {
        let may = !self.write_offs[off].over;
        if may {
            self.undo(off);
            self.settle();
        }
        may
    }

    /// It joins an invoice that is overdue, and falls due with it.
    pub fn late_fee(&mut self, invoice: usize, amount: i64, due: Day) -> bool {
        if self.invoices[invoice] || self.due(What::Invoice(invoice)) == 0 || due >= self.today {
            return false;
        }
        let fee = self.charge(Kind::LateFee, cents(amount), None);
        (self.charges[fee].invoice, self.charges[fee].billed) = (Some(invoice), Some(due));
        self.settle();
        true
    }
}
