//! What each business event does to the ledger accounts: one function per event, each a balanced list of legs.
//!
//! Invariant: every list balances ([`super::balances`]); a test tries them all. An event that moves nothing gives an
//! empty list. Amounts are minor units, at least zero. Left out: exchange between currencies.

use super::{LedgerAccount, Leg};
use crate::entry::EntryKind;

use LedgerAccount as A;

/// How money came in or goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// Cash, check, transfer, a terminal that is not ours: recorded by staff.
    Outside,
    /// Through a processor of this kind (`stripe`); refunds can go back to the card.
    Processor(String),
}

impl Channel {
    /// The account that holds money that came this way.
    pub fn account(&self) -> LedgerAccount {
        match self {
            Channel::Outside => A::Cash,
            Channel::Processor(kind) => A::Clearing(kind.clone()),
        }
    }

    pub fn is_processor(&self) -> bool {
        matches!(self, Channel::Processor(_))
    }
}

/// Lines of an order or application were charged: owed, but not yet earned.
pub fn order_charged(amount: i64) -> Vec<Leg> {
    pair(A::Receivable, A::Uninvoiced, amount)
}

/// What is left of an order's charge is earned: at the first of invoice, completion, approval.
pub fn revenue_recognized(net: i64, tax: i64) -> Vec<Leg> {
    legs([(A::Uninvoiced, net + tax)], [(A::Revenue, net), (A::TaxPayable, tax)])
}

/// Lines of an invoice from scratch, or a charge by hand: earned at once.
pub fn charged(net: i64, tax: i64) -> Vec<Leg> {
    legs([(A::Receivable, net + tax)], [(A::Revenue, net), (A::TaxPayable, tax)])
}

pub fn late_fee_charged(amount: i64) -> Vec<Leg> {
    pair(A::Receivable, A::LateFees, amount)
}

/// Staff deducted from the money balance.
pub fn adjusted_down(amount: i64) -> Vec<Leg> {
    pair(A::Receivable, A::Adjustments, amount)
}

/// Staff added to the money balance, or gave a credit by hand.
pub fn credit_given(amount: i64) -> Vec<Leg> {
    pair(A::Adjustments, A::Receivable, amount)
}

pub fn payment_received(amount: i64, channel: &Channel) -> Vec<Leg> {
    pair(channel.account(), A::Receivable, amount)
}

/// A charge of this kind was lessened by an amendment, credit note, reversal or void. `recognized`: its revenue was
/// earned.
pub fn charge_lessened(charge: EntryKind, recognized: bool, net: i64, tax: i64) -> Vec<Leg> {
    let amount = net + tax;
    match charge {
        EntryKind::Order if !recognized => pair(A::Uninvoiced, A::Receivable, amount),
        EntryKind::LateFee => pair(A::LateFees, A::Receivable, amount),
        EntryKind::AdjustmentDown => pair(A::Adjustments, A::Receivable, amount),
        _ => legs([(A::Revenue, net), (A::TaxPayable, tax)], [(A::Receivable, amount)]),
    }
}

pub fn written_off(amount: i64) -> Vec<Leg> {
    pair(A::BadDebt, A::Receivable, amount)
}

pub fn small_difference_written_off(amount: i64) -> Vec<Leg> {
    pair(A::SmallDifferences, A::Receivable, amount)
}

/// A write-off or small difference was taken back.
pub fn write_off_reversed(of: EntryKind, amount: i64) -> Vec<Leg> {
    let account = if of == EntryKind::SmallDifference { A::SmallDifferences } else { A::BadDebt };
    pair(A::Receivable, account, amount)
}

/// Money went back to the customer.
pub fn refunded(amount: i64, channel: &Channel) -> Vec<Leg> {
    pair(A::Receivable, channel.account(), amount)
}

/// The bank took the money back.
pub fn payment_returned(amount: i64, channel: &Channel) -> Vec<Leg> {
    pair(A::Receivable, channel.account(), amount)
}

/// A dispute was lost: what the processor held back is gone.
pub fn dispute_lost(amount: i64) -> Vec<Leg> {
    pair(A::Receivable, A::DisputedFunds, amount)
}

/// A dispute that was lost is won after all: what had been owed again is not. What the processor gives back is [`dispute_won`].
pub fn dispute_reversed(amount: i64) -> Vec<Leg> {
    pair(A::DisputedFunds, A::Receivable, amount)
}

/// A dispute was opened: the processor holds the money back. Further lines on the payment's entry.
pub fn dispute_opened(amount: i64, channel: &Channel) -> Vec<Leg> {
    pair(A::DisputedFunds, channel.account(), amount)
}

/// A dispute was won: the processor gives the money back. Further lines on the payment's entry.
pub fn dispute_won(amount: i64, channel: &Channel) -> Vec<Leg> {
    pair(channel.account(), A::DisputedFunds, amount)
}

/// A credit recorded by mistake was mirrored. `channel`: how a payment had come, nothing for a credit by hand.
pub fn credit_reversed(amount: i64, channel: Option<&Channel>) -> Vec<Leg> {
    pair(A::Receivable, channel.map_or(A::Adjustments, Channel::account), amount)
}

/// Credit without a payment behind it was handed out.
pub fn credit_paid_out(amount: i64) -> Vec<Leg> {
    pair(A::Receivable, A::Cash, amount)
}

/// A processor sent `net` to the bank and kept `fees` of what it had taken; `released` of the two is of payments in these books.
/// All three are signed: a payout takes back when more was refunded than taken.
pub fn paid_out(net: i64, fees: i64, released: i64, kind: &str) -> Vec<Leg> {
    let clearing = A::Clearing(kind.to_owned());
    legs([(A::Bank, net), (A::ProcessorFees, fees)], [(clearing, released), (A::Suspense, net + fees - released)])
}

fn pair(debit: LedgerAccount, credit: LedgerAccount, amount: i64) -> Vec<Leg> {
    legs([(debit, amount)], [(credit, amount)])
}

/// Legs of zero are left out. A negative part (the tax of a charge whose discount has another rate) stands on the
/// other side.
fn legs<const D: usize, const C: usize>(debits: [(LedgerAccount, i64); D], credits: [(LedgerAccount, i64); C]) -> Vec<Leg> {
    let credits = credits.into_iter().map(|(account, amount)| (account, -amount));
    debits
        .into_iter()
        .chain(credits)
        .filter(|(_, signed)| *signed != 0)
        .map(|(account, signed)| Leg { account, debit: signed.max(0), credit: (-signed).max(0) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::balances;
    use super::*;

    #[test]
    fn every_event_balances() {
        let card = Channel::Processor("sandbox".to_owned());
        let mut all = vec![
            order_charged(480),
            revenue_recognized(444, 36),
            revenue_recognized(10, 0),
            revenue_recognized(105, -5),
            charged(92, 8),
            late_fee_charged(5),
            adjusted_down(7),
            credit_given(7),
            payment_received(200, &Channel::Outside),
            payment_received(200, &card),
            written_off(40),
            small_difference_written_off(3),
            write_off_reversed(EntryKind::WriteOff, 40),
            write_off_reversed(EntryKind::SmallDifference, 3),
            refunded(30, &card),
            payment_returned(30, &card),
            dispute_opened(30, &card),
            dispute_won(30, &card),
            dispute_lost(30),
            dispute_reversed(30),
            credit_reversed(50, None),
            credit_reversed(50, Some(&card)),
            credit_paid_out(9),
            paid_out(970, 30, 1_000, "sandbox"),
            paid_out(-1_000, 0, -1_000, "sandbox"),
            paid_out(970, 30, 600, "sandbox"),
            paid_out(-30, 30, 0, "sandbox"),
        ];
        for kind in EntryKind::ALL {
            all.push(charge_lessened(*kind, false, 92, 8));
            all.push(charge_lessened(*kind, true, 92, 8));
        }
        for legs in all {
            assert!(balances(&legs), "{legs:?}");
        }
    }

    #[test]
    fn a_lessened_charge_comes_off_where_it_was_put() {
        let debited = |legs: Vec<Leg>| legs[0].account.to_string();
        assert_eq!(debited(charge_lessened(EntryKind::Order, false, 92, 8)), "uninvoiced");
        assert_eq!(debited(charge_lessened(EntryKind::Order, true, 92, 8)), "revenue");
        assert_eq!(debited(charge_lessened(EntryKind::LateFee, true, 5, 0)), "late_fees");
        assert_eq!(debited(charge_lessened(EntryKind::AdjustmentDown, true, 5, 0)), "adjustments");
    }
}
