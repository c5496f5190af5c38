//! The one amount due, and the figures beside it, of an order, an application or an invoice.
//!
//! Invariant: `total + fees = paid + credited + written_off + amount_due`, because each charge is its allocations and
//! what is open. There is no other formula: pages, papers, mails, links, reports and SQL read these figures. Units:
//! minor units of one currency, all at least 0. Left out: the customer's balance, which is the sum of entries.

use crate::account::{Account, Target};
use crate::entry::{Class, EntryKind};
use crate::refusal::Refusal;
use crate::words::words;

/// What is set against one charge, by what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChargeSums {
    /// The charge is a late fee.
    pub fee: bool,
    pub amount: i64,
    /// By amendments and reversals: they lower the total.
    pub lowered: i64,
    /// By credit notes and voids.
    pub credited: i64,
    pub written_off: i64,
    /// By money: payments, credits by hand, adjustments.
    pub paid: i64,
}

impl ChargeSums {
    pub fn new(kind: EntryKind, amount: i64) -> ChargeSums {
        ChargeSums { fee: kind == EntryKind::LateFee, amount, ..ChargeSums::default() }
    }

    /// Adds a live allocation from a credit of this kind.
    pub fn add(&mut self, credit: EntryKind, live: i64) {
        match (credit.class(), credit) {
            (Class::Money, _) => self.paid += live,
            (Class::WriteOff, _) => self.written_off += live,
            (_, EntryKind::CreditNote | EntryKind::Void) => self.credited += live,
            _ => self.lowered += live,
        }
    }

    pub fn open(&self) -> i64 {
        self.amount - self.lowered - self.credited - self.written_off - self.paid
    }
}

/// What a document says it asks for, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Figures {
    /// What was charged, less what amendments took off before it was invoiced.
    pub total: i64,
    /// Late fees that joined an invoice.
    pub fees: i64,
    /// Money that is set against it now. What was displaced or refunded is not in it.
    pub paid: i64,
    pub credited: i64,
    pub written_off: i64,
    /// What is still asked for.
    pub amount_due: i64,
}

impl Figures {
    /// Of a document that covers these charges; each charge once.
    pub fn of(charges: impl IntoIterator<Item = ChargeSums>) -> Figures {
        let mut figures = Figures::default();
        for sums in charges {
            let asked = sums.amount - sums.lowered;
            if sums.fee {
                figures.fees += asked;
            } else {
                figures.total += asked;
            }
            figures.paid += sums.paid;
            figures.credited += sums.credited;
            figures.written_off += sums.written_off;
            figures.amount_due += sums.open();
        }
        figures
    }

    /// A draft asks for nothing yet; its lines come to `total`.
    pub fn of_draft(total: i64) -> Figures {
        Figures { total, ..Figures::default() }
    }

    /// A void invoice keeps the total it was issued with and asks for nothing.
    pub fn of_void(issued_total: i64) -> Figures {
        Figures { total: issued_total, credited: issued_total, ..Figures::default() }
    }

    /// The identity of the published contract. Does not hold for a draft, which nothing was charged for.
    pub fn agree(&self) -> bool {
        let parts = [self.paid, self.credited, self.written_off, self.amount_due];
        let sum = |parts: &[i64]| parts.iter().map(|part| i128::from(*part)).sum::<i128>();
        sum(&[self.total, self.fees]) == sum(&parts) && parts.iter().all(|part| *part >= 0)
    }

    /// What a credit note may still take off: the total less what was credited. Fees fall by themselves.
    pub fn creditable(&self) -> i64 {
        (self.total - self.credited).max(0)
    }

    pub fn payment_state(&self) -> PaymentState {
        match (self.amount_due, self.paid) {
            (0, _) => PaymentState::Paid,
            (_, 0) => PaymentState::Unpaid,
            _ => PaymentState::PartPaid,
        }
    }
}

words! {
    /// How far a document is paid. Apart from the order's own state and from the states of payments.
    PaymentState {
        Unpaid = "unpaid",
        PartPaid = "part_paid",
        /// Nothing is due.
        Paid = "paid",
    }
}

/// Money that named a document and is free while nothing is due on it: what the customer paid too much.
/// `free_of_named` is what is unapplied of the payments that named it.
pub fn overpaid(figures: &Figures, free_of_named: i64) -> i64 {
    if figures.amount_due == 0 { free_of_named } else { 0 }
}

impl Account {
    /// The figures of an order or a live invoice, as the acts have left them. The allocations of its charges must be
    /// loaded.
    pub fn figures(&self, target: Target) -> Result<Figures, Refusal> {
        self.sums(target).map(Figures::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_holds_by_construction() {
        let mut goods = ChargeSums::new(EntryKind::Order, 480);
        goods.add(EntryKind::Amendment, 100);
        goods.add(EntryKind::Payment, 200);
        goods.add(EntryKind::CreditNote, 50);
        goods.add(EntryKind::WriteOff, 30);
        let fee = ChargeSums::new(EntryKind::LateFee, 5);
        let figures = Figures::of([goods, fee]);
        let want = Figures { total: 380, fees: 5, paid: 200, credited: 50, written_off: 30, amount_due: 105 };
        assert_eq!(figures, want);
        assert!(figures.agree());
        assert!(Figures::of_void(100).agree());
        assert_eq!((figures.creditable(), figures.payment_state()), (330, PaymentState::PartPaid));
    }

    #[test]
    fn overpaid_only_when_nothing_is_due() {
        let due = Figures { total: 10, amount_due: 10, ..Figures::default() };
        let paid = Figures { total: 10, paid: 10, ..Figures::default() };
        assert_eq!((overpaid(&due, 5), overpaid(&paid, 5)), (0, 5));
    }
}
