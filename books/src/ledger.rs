//! The journal: every entry as debits and credits on ledger accounts.
//!
//! Invariants: lines belong to an entry, and the lines added by one event sum to zero; so do all lines of an entry.
//! The receivable account is the sum of all customers' open charges less their free credit. Lines are only added:
//! revenue moves from *orders not yet invoiced* by further lines on the charge's own entry. Left out: totals of
//! accounts, which are summed from the lines.

mod accounts;
pub mod rules;

pub use accounts::{LedgerAccount, NotAnAccount};

use crate::calendar::Day;
use crate::ids::EntryId;

/// One debit or credit of an entry, in the entry's currency and minor units. One of the two amounts is zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    pub entry: EntryId,
    /// From 1 within the entry, in posting order.
    pub seq: i32,
    pub account: LedgerAccount,
    pub debit: i64,
    pub credit: i64,
    pub effective_on: Day,
}

/// A line before it is put on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub account: LedgerAccount,
    pub debit: i64,
    pub credit: i64,
}

/// Debits equal credits, there are at least two legs, and each is exactly one of the two.
pub fn balances(legs: &[Leg]) -> bool {
    let one_sided = legs.iter().all(|leg| leg.debit >= 0 && leg.credit >= 0 && (leg.debit == 0) != (leg.credit == 0));
    let sum: i128 = legs.iter().map(|leg| i128::from(leg.debit) - i128::from(leg.credit)).sum();
    one_sided && legs.len() >= 2 && sum == 0
}
