//! The statement of account: opening balance, movements, closing balance, over a span of days.
//!
//! Invariants: opening + movements = closing, and the closing of a day is the opening of the next. A movement counts
//! on the day it took effect; within a day they stand in posting order. Entries dated back into a span that was
//! already sent change its closing: the next statement says so and lists them (rule 13). Left out: the paper
//! (`paper`).

use crate::calendar::Day;
use crate::entry::Entry;
use crate::ids::EntryId;

/// What the last statement that was sent had said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSent {
    pub closing: i64,
    /// The entry that was posted last when it was made.
    pub last_entry: EntryId,
}

/// One movement with the balance after it. Signed: a charge is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement<'a> {
    pub entry: &'a Entry,
    pub amount: i64,
    pub balance: i64,
}

/// What was entered for earlier days after the last statement had been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restated<'a> {
    pub said_before: i64,
    pub entered_since: Vec<&'a Entry>,
}

/// Balances are signed: negative, the customer owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'a> {
    pub from: Day,
    pub to: Day,
    pub opening: i64,
    pub movements: Vec<Movement<'a>>,
    pub closing: i64,
    pub restated: Option<Restated<'a>>,
}

/// A statement over `from..=to`. `entries` is every entry of the account that took effect up to `to`, in posting order.
pub fn statement(entries: &[Entry], from: Day, to: Day, last_sent: Option<LastSent>) -> Statement<'_> {
    let opening: i64 = entries.iter().filter(|entry| entry.effective_on < from).map(Entry::signed).sum();
    let mut inside: Vec<&Entry> = entries.iter().filter(|entry| entry.effective_on >= from && entry.effective_on <= to).collect();
    inside.sort_by_key(|entry| entry.effective_on);
    let mut balance = opening;
    let movements: Vec<Movement<'_>> = inside
        .into_iter()
        .map(|entry| {
            balance += entry.signed();
            Movement { entry, amount: entry.signed(), balance }
        })
        .collect();
    let restated = last_sent.filter(|last| last.closing != opening).map(|last| Restated {
        said_before: last.closing,
        entered_since: posted_after(entries, last.last_entry).iter().filter(|entry| entry.effective_on < from).collect(),
    });
    Statement { from, to, opening, movements, closing: balance, restated }
}

fn posted_after(entries: &[Entry], last: EntryId) -> &[Entry] {
    let after = entries.iter().position(|entry| entry.id == last).map_or(0, |at| at + 1);
    &entries[after..]
}
