//! A second opinion on one customer's account, kept cent by cent and without a line of the books' code.
//!
//! Every charge is a row of cents: each is open, paid by one credit, taken off, credited or given up. Nothing is summed ahead, no
//! allocation is kept as such, so this can hardly be wrong in the way the ledger could be. An act answers whether it can be done; one
//! that cannot leaves nothing behind. The acts stand beside this by what they are about. Left out: the day
//! from which an allocation counts.

mod cents;
mod credits;
mod invoices;
mod money_in;
mod money_out;
mod orders;
mod taxes;

use books::calendar::Day;

pub use self::invoices::{Less, OfLine, Split};
pub use self::orders::OrderState;
pub use self::taxes::{Price, Priced, priced};

/// When a cent was paid: the act, then how late its charge falls due, then the order within the act.
type Stamp = (usize, DueKey, usize);
/// How late a charge falls due: its due day, the day it took effect, its place.
type DueKey = (Day, Day, usize);

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
    /// Written off, by which write-off.
    GivenUp(usize),
}

#[derive(Debug, Clone)]
pub struct Charge {
    cents: Vec<Cent>,
    order: Option<usize>,
    /// The invoice that stands and has it.
    pub invoice: Option<usize>,
    /// A draft has claimed it.
    pub drafted: bool,
    kind: Kind,
    on: Day,
    /// When it falls due by itself, and by the invoice it is on.
    due: Option<Day>,
    billed: Option<Day>,
    /// Payments under way will pay so many of its cents.
    reserved: usize,
    reversed: bool,
    /// The tax inside it, and of that what was taken off.
    tax: i64,
    tax_off: i64,
    /// It was billed, or its order completed.
    earned: bool,
    /// A discount that was taken off again: it stands in no line.
    given_back: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Order,
    /// It stands on its invoice only.
    Invoice,
    LateFee,
    ByHand,
    /// What a payment no longer had when it was taken back.
    Missing,
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
    on: Day,
}

/// What was given up together.
#[derive(Debug, Clone)]
pub struct WriteOff {
    /// A small difference: the payment that left it.
    payment: Option<usize>,
    /// Taken back whole: reversed, or written anew for what is left of it.
    over: bool,
}

/// What money is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Order(usize),
    Invoice(usize),
    Charge(usize),
}

/// Total, fees, paid, credited, given up, due.
pub type Six = [i64; 6];

#[derive(Debug, Clone)]
pub struct Model {
    pub today: Day,
    act: usize,
    fills: usize,
    /// Free credit is applied to open charges by itself.
    pub applies: bool,
    /// The most that is given up as a small difference.
    pub tolerance: i64,
    pub locked_through: Option<Day>,
    pub charges: Vec<Charge>,
    pub credits: Vec<Credit>,
    pub write_offs: Vec<WriteOff>,
    lines: Vec<orders::Line>,
    pub orders: Vec<OrderState>,
    /// Void or not.
    pub invoices: Vec<bool>,
}

impl Model {
    pub fn new(today: Day) -> Model {
        Model {
            today,
            act: 0,
            fills: 0,
            applies: true,
            tolerance: 0,
            locked_through: None,
            charges: Vec::new(),
            credits: Vec::new(),
            write_offs: Vec::new(),
            lines: Vec::new(),
            orders: Vec::new(),
            invoices: Vec::new(),
        }
    }

    pub fn balance(&self) -> i64 {
        self.free() - self.open()
    }

    /// What is open of all charges.
    pub fn open(&self) -> i64 {
        whole((0..self.charges.len()).map(|at| self.open_of(at)).sum())
    }

    pub fn owed(&self) -> i64 {
        (-self.balance()).max(0)
    }

    pub fn six(&self, what: What) -> Six {
        let mut six = [0; 6];
        for charge in self.of(what).into_iter().map(|at| &self.charges[at]) {
            let count = |wanted: fn(&Cent) -> bool| whole(charge.cents.iter().filter(|cent| wanted(cent)).count());
            let asked = if charge.kind == Kind::LateFee { 1 } else { 0 };
            six[asked] += count(|cent| *cent != Cent::Lowered);
            six[2] += count(|cent| matches!(cent, Cent::Paid { .. }));
            six[3] += count(|cent| *cent == Cent::Credited);
            six[4] += count(|cent| matches!(cent, Cent::GivenUp(_)));
            six[5] += count(|cent| *cent == Cent::Open);
        }
        six
    }

    pub fn due(&self, what: What) -> i64 {
        self.six(what)[5]
    }

    /// What is due on several together, each charge once. Nothing named: what the account owes.
    pub fn due_together(&self, all: &[What]) -> i64 {
        let mut charges: Vec<usize> = all.iter().flat_map(|what| self.of(*what)).collect();
        charges.sort_unstable();
        charges.dedup();
        if all.is_empty() { self.owed() } else { whole(charges.into_iter().map(|at| self.open_of(at)).sum()) }
    }

    /// Payments under way will pay so much of it.
    pub fn reserved(&self, what: What) -> i64 {
        whole(self.of(what).into_iter().map(|at| self.charges[at].reserved).sum())
    }

    /// Some of it will be paid by a payment under way. Nothing named: of the whole account.
    pub fn is_pending(&self, what: &[What]) -> bool {
        match what {
            [] => self.charges.iter().any(|charge| charge.reserved > 0),
            some => some.iter().any(|one| self.reserved(*one) > 0),
        }
    }

    /// Both have a charge of which something is open.
    pub fn overlap(&self, one: What, other: &[usize]) -> bool {
        self.of(one).into_iter().any(|at| self.open_of(at) > 0 && other.contains(&at))
    }

    /// The charges of something of which anything is open.
    pub fn open_charges(&self, what: What) -> Vec<usize> {
        self.of(what).into_iter().filter(|at| self.open_of(*at) > 0).collect()
    }

    /// Whatever is open, the longest due first.
    pub fn all_open(&self) -> Vec<usize> {
        self.by_due((0..self.charges.len()).filter(|at| self.open_of(*at) > 0).collect())
    }

    /// What is open of charges that have fallen due, the longest due first.
    pub fn fallen_due(&self) -> Vec<usize> {
        let fallen = |at: &usize| self.open_of(*at) > 0 && self.due_key(*at).0 <= self.today;
        self.by_due((0..self.charges.len()).filter(fallen).collect())
    }

    /// Something is unpaid on an invoice that stands.
    pub fn has_unpaid_invoice(&self) -> bool {
        (0..self.invoices.len()).any(|at| !self.invoices[at] && self.due(What::Invoice(at)) > 0)
    }

    /// Whether an entry may be dated so.
    pub fn takes_day(&self, day: Day) -> bool {
        day <= self.today && self.locked_through.is_none_or(|locked| day > locked)
    }

    pub fn open_of(&self, at: usize) -> usize {
        self.charges[at].cents.iter().filter(|cent| **cent == Cent::Open).count()
    }

    fn of(&self, what: What) -> Vec<usize> {
        let is = |at: &usize| match what {
            What::Order(order) => self.charges[*at].order == Some(order),
            What::Invoice(invoice) => self.charges[*at].invoice == Some(invoice),
            What::Charge(charge) => *at == charge,
        };
        (0..self.charges.len()).filter(is).collect()
    }

    /// A new charge of today.
    fn charge(&mut self, kind: Kind, amount: usize, due: Option<Day>) -> usize {
        self.charges.push(Charge {
            cents: vec![Cent::Open; amount],
            order: None,
            invoice: None,
            drafted: false,
            kind,
            on: self.today,
            due,
            billed: None,
            reserved: 0,
            reversed: false,
            tax: 0,
            tax_off: 0,
            earned: kind != Kind::Order,
            given_back: false,
        });
        self.charges.len() - 1
    }

    fn give(&mut self, amount: i64, payment: bool, card: bool) -> usize {
        let amount = cents(amount);
        let (held, disputed, reversed, on) = (false, false, false, self.today);
        self.credits.push(Credit { amount, free: amount, gone: 0, held, payment, card, disputed, reversed, on });
        self.credits.len() - 1
    }

    /// The end of an act: free credit does not stand beside open charges, unless it is switched off.
    fn settle(&mut self) {
        if self.applies {
            self.apply();
        }
        self.act += 1;
    }

    /// The oldest credit goes to what is due first.
    fn apply(&mut self) {
        let charges = self.by_due((0..self.charges.len()).collect());
        for credit in self.oldest_first() {
            for charge in charges.iter().filter(|_| !self.credits[credit].held).copied().collect::<Vec<_>>() {
                self.fill(charge, credit, self.usable(charge), Cent::Open);
            }
        }
    }

    fn oldest_first(&self) -> Vec<usize> {
        let mut credits: Vec<usize> = (0..self.credits.len()).collect();
        credits.sort_by_key(|at| (self.credits[*at].on, *at));
        credits
    }
}

fn cents(amount: i64) -> usize {
    usize::try_from(amount).expect("amounts are above zero")
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).expect("a few cents")
}
