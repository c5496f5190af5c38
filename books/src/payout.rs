//! Payouts (settlements): what a processor sent to the bank, held against the payments it is made of.
//!
//! Invariants: a payout is what the processor's own listing proves, nothing more; net, fees and what stays at the processor
//! are together what its lines brought. What belongs to no payment in these books, or is explained by no line, is named as a
//! difference and stands in suspense, never in clearing; what stays at the processor stays in clearing. Signed throughout: a
//! payout takes back when more was refunded than taken, and brings what had stayed before. Left out: fees charge by charge,
//! which not every processor tells.

use crate::ids::PaymentId;

/// What a payout has of one charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Nothing: the charge is of no payment in these books.
    pub payment: Option<PaymentId>,
    /// Minor units, + captured, − refunded, disputed or returned.
    pub amount: i64,
}

/// A payout held against the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    /// Net and fees: what the processor let go of.
    pub gross: i64,
    /// The change of what stays there for later.
    pub kept: i64,
    /// Of payments in these books.
    pub known: i64,
    /// Of charges that are not in these books.
    pub foreign: i64,
    /// Of the gross and what stays, what no line explains.
    pub unexplained: i64,
    /// How many lines are of charges that are not in these books.
    pub strangers: usize,
}

impl Reconciled {
    /// All of it is of payments in these books.
    pub fn is_whole(&self) -> bool {
        self.strangers == 0 && self.unexplained == 0
    }

    /// What the lines brought: net, fees and what stays.
    pub fn taken(&self) -> i64 {
        self.gross + self.kept
    }

    /// What leaves the clearing account: what is of payments in these books, but for what stays at the processor.
    pub fn released(&self) -> i64 {
        self.known - self.kept
    }

    /// What is not of payments in these books: it waits in suspense.
    pub fn in_suspense(&self) -> i64 {
        self.foreign + self.unexplained
    }
}

/// Holds a payout's parts against its net, its fees and what stays at the processor. None: the sums pass what an amount can be.
pub fn reconcile(net: i64, fees: i64, kept: i64, parts: &[Part]) -> Option<Reconciled> {
    let sum = |of: &dyn Fn(&&Part) -> bool| {
        parts.iter().filter(|part| of(part)).try_fold(0_i64, |sum, part| sum.checked_add(part.amount))
    };
    let gross = net.checked_add(fees)?;
    let known = sum(&|part| part.payment.is_some())?;
    let foreign = sum(&|part| part.payment.is_none())?;
    let unexplained = gross.checked_add(kept)?.checked_sub(known)?.checked_sub(foreign)?;
    known.checked_sub(kept)?;
    let strangers = parts.iter().filter(|part| part.payment.is_none()).count();
    Some(Reconciled { gross, kept, known, foreign, unexplained, strangers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{balances, rules};

    fn part(known: bool, amount: i64) -> Part {
        Part { payment: known.then_some(PaymentId(uuid::Uuid::from_u128(7))), amount }
    }

    #[test]
    fn a_payout_of_our_own_payments_is_whole() {
        let found = reconcile(96_800, 3_200, 0, &[part(true, 110_000), part(true, -10_000)]).expect("small sums");
        assert!(found.is_whole());
        assert_eq!((found.gross, found.known, found.in_suspense()), (100_000, 100_000, 0));
    }

    #[test]
    fn what_is_not_ours_waits_in_suspense() {
        let found = reconcile(14_000, 500, 0, &[part(true, 10_000), part(false, 4_000)]).expect("small sums");
        assert!(!found.is_whole());
        assert_eq!((found.foreign, found.unexplained, found.strangers), (4_000, 500, 1));
        let legs = rules::paid_out(14_000, 500, found.released(), "stripe");
        assert!(balances(&legs), "{legs:?}");
        let suspense = legs.iter().find(|leg| leg.account.to_string() == "suspense").expect("a difference");
        assert_eq!(suspense.credit, found.in_suspense());
    }

    #[test]
    fn two_strangers_that_cancel_out_are_still_strangers() {
        let found = reconcile(0, 0, 0, &[part(false, 50), part(false, -50)]).expect("small sums");
        assert!(!found.is_whole());
        assert_eq!(reconcile(i64::MAX, 1, 0, &[]), None);
        assert_eq!(reconcile(0, 0, i64::MIN, &[]), None);
    }

    #[test]
    fn what_stays_at_the_processor_stays_in_clearing_until_it_comes() {
        let first = reconcile(6_700, 300, 3_000, &[part(true, 10_000)]).expect("small sums");
        assert!(first.is_whole());
        assert_eq!((first.gross, first.released()), (7_000, 7_000));
        let second = reconcile(3_000, 0, -3_000, &[]).expect("small sums");
        assert!(second.is_whole());
        let legs = rules::paid_out(3_000, 0, second.released(), "paypal");
        assert!(balances(&legs), "{legs:?}");
        let clearing = legs.iter().find(|leg| leg.account.to_string() == "clearing:paypal").expect("it comes from there");
        assert_eq!(clearing.credit, 3_000);
        let foreign = reconcile(5_000, 0, 1_000, &[part(true, 2_000), part(false, 4_000)]).expect("small sums");
        assert_eq!((foreign.released(), foreign.in_suspense()), (1_000, 4_000));
    }
}
