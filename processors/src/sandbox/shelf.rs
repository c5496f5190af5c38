//! Where the pretend bank keeps its records: a shelf that the engine builds on a table of its own, apart from the books,
//! and one in memory for tests.
//!
//! Invariants: a record changes only by compare and swap; each change gets the next number of one sequence, and a reader
//! who has seen a number will never later find a smaller one that is new. Limits: a body is JSON text of a few kilobytes;
//! ids have at most 64 letters. Left out on purpose: deleting, and changing two records at once: whatever must change
//! together stands in one record.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use books::calendar::Instant;

use crate::processor::Fut;

/// A shelf belongs to one connection.
pub trait Shelf: Send + Sync {
    fn get<'a>(&'a self, kind: &'a str, id: &'a str) -> Fut<'a, Result<Option<Record>, ShelfError>>;

    /// Compare and swap in a transaction of its own. `expected` none: only if there is no such record. False: somebody was
    /// faster and nothing changed. A change that was made has version + 1 (the first is 1) and the next sequence number,
    /// from a counter locked in the same transaction, so that numbers become visible in their order.
    fn put<'a>(&'a self, kind: &'a str, id: &'a str, expected: Option<i64>, draft: Draft) -> Fut<'a, Result<bool, ShelfError>>;

    /// At most `limit` records of a kind.
    fn list<'a>(&'a self, kind: &'a str, slice: Slice, limit: usize) -> Fut<'a, Result<Vec<Record>, ShelfError>>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub id: String,
    pub version: i64,
    pub sequence: i64,
    /// When something in it falls due.
    pub due_at: Option<Instant>,
    /// JSON.
    pub body: String,
}

/// What a record shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub body: String,
    pub due_at: Option<Instant>,
}

/// Which records, and in what order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slice {
    /// By id, descending; only ids below `before`.
    Newest { before: Option<String> },
    /// By sequence, ascending; only numbers above `after`.
    Changed { after: i64 },
    /// By due time, then id, ascending; only what is due `by` then and stands after `after`.
    Due { by: Instant, after: Option<(Instant, String)> },
}

/// The shelf could not be read or written. Whether the last change was made is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pretend bank's records cannot be reached: {0}")]
pub struct ShelfError(pub String);

/// Holds a shelf to everything the bank relies on, with records of the kind `check`. For the tests of whoever builds one.
/// Gives what is wrong, in words.
pub async fn check(shelf: &dyn Shelf) -> Result<(), String> {
    let draft = |body: &str, due: Option<i64>| Draft { body: format!("{body:?}"), due_at: due.map(Instant) };
    let put = async |id: &str, expected: Option<i64>, draft: Draft| {
        shelf.put("check", id, expected, draft).await.map_err(|error| error.to_string())
    };
    let ids = async |slice: Slice, limit: usize| {
        let found = shelf.list("check", slice, limit).await.map_err(|error| error.to_string())?;
        Ok::<Vec<String>, String>(found.into_iter().map(|record| record.id).collect())
    };
    let agree = |what: &str, right: bool| if right { Ok(()) } else { Err(what.to_owned()) };
    let newest = |before: Option<&str>| Slice::Newest { before: before.map(str::to_owned) };

    agree("what is not there is none", shelf.get("check", "a").await.map_err(|error| error.to_string())?.is_none())?;
    agree("the first put makes a record", put("a", None, draft("a1", Some(20))).await?)?;
    agree("a second first put loses", !put("a", None, draft("a2", None)).await?)?;
    agree("an old version loses", !put("a", Some(7), draft("a3", None)).await?)?;
    agree("a change of nothing loses", !put("x", Some(1), draft("x", None)).await?)?;
    agree("other records are made", put("b", None, draft("b1", Some(10))).await? && put("c", None, draft("c1", None)).await?)?;
    agree("ids descend", ids(newest(None), 9).await? == ["c", "b", "a"])?;
    agree("a cursor goes on below", ids(newest(Some("c")), 1).await? == ["b"])?;
    agree("what is due is in order", ids(Slice::Due { by: Instant(20), after: None }, 9).await? == ["b", "a"])?;
    agree("what is not due yet waits", ids(Slice::Due { by: Instant(19), after: None }, 9).await? == ["b"])?;
    let behind = Slice::Due { by: Instant(20), after: Some((Instant(10), "b".to_owned())) };
    agree("a due cursor goes on behind", ids(behind, 9).await? == ["a"])?;
    agree("changes are in order", ids(Slice::Changed { after: 0 }, 9).await? == ["a", "b", "c"])?;

    let before = shelf.get("check", "a").await.map_err(|error| error.to_string())?.ok_or("a record is kept")?;
    agree("the right version wins", put("a", Some(1), draft("a4", None)).await?)?;
    let after = shelf.get("check", "a").await.map_err(|error| error.to_string())?.ok_or("a record is kept")?;
    agree("versions count up", (before.version, after.version) == (1, 2))?;
    agree("a change takes the next number", after.sequence > before.sequence)?;
    agree("the body is what was put", (before.body.as_str(), after.body.as_str()) == ("\"a1\"", "\"a4\""))?;
    agree("a change moves to the end", ids(Slice::Changed { after: before.sequence }, 9).await? == ["b", "c", "a"])?;
    agree("what is due no more is gone", ids(Slice::Due { by: Instant(99), after: None }, 9).await? == ["b"])?;
    agree("kinds are apart", shelf.list("other", newest(None), 9).await.map_err(|error| error.to_string())?.is_empty())
}

/// A shelf that forgets everything when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryShelf(Mutex<Memory>);

type Name = (String, String);

#[derive(Debug, Default)]
struct Memory {
    last_sequence: i64,
    records: BTreeMap<Name, Record>,
    changed: BTreeMap<i64, Name>,
    due: BTreeSet<(Instant, Name)>,
}

impl MemoryShelf {
    fn open(&self) -> MutexGuard<'_, Memory> {
        // A panic elsewhere cannot leave it half changed: nothing below panics between its writes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf for MemoryShelf {
    fn get<'a>(&'a self, kind: &'a str, id: &'a str) -> Fut<'a, Result<Option<Record>, ShelfError>> {
        let found = self.open().records.get(&(kind.to_owned(), id.to_owned())).cloned();
        Box::pin(ready(Ok(found)))
    }

    fn put<'a>(&'a self, kind: &'a str, id: &'a str, expected: Option<i64>, draft: Draft) -> Fut<'a, Result<bool, ShelfError>> {
        let swapped = self.open().swap((kind.to_owned(), id.to_owned()), expected, draft);
        Box::pin(ready(Ok(swapped)))
    }

    fn list<'a>(&'a self, kind: &'a str, slice: Slice, limit: usize) -> Fut<'a, Result<Vec<Record>, ShelfError>> {
        Box::pin(ready(Ok(self.open().slice(kind, slice, limit))))
    }
}

impl Memory {
    fn swap(&mut self, name: Name, expected: Option<i64>, draft: Draft) -> bool {
        let old = self.records.get(&name);
        if old.map(|record| record.version) != expected {
            return false;
        }
        if let Some(old) = old {
            self.changed.remove(&old.sequence);
            if let Some(due_at) = old.due_at {
                self.due.remove(&(due_at, name.clone()));
            }
        }
        self.last_sequence += 1;
        let record = Record {
            id: name.1.clone(),
            version: expected.unwrap_or(0) + 1,
            sequence: self.last_sequence,
            due_at: draft.due_at,
            body: draft.body,
        };
        self.changed.insert(record.sequence, name.clone());
        if let Some(due_at) = record.due_at {
            self.due.insert((due_at, name.clone()));
        }
        self.records.insert(name, record);
        true
    }

    fn slice(&self, kind: &str, slice: Slice, limit: usize) -> Vec<Record> {
        let all = |names: &mut dyn Iterator<Item = &Name>| -> Vec<Record> {
            let of_kind = names.filter(|name| name.0 == kind);
            of_kind.filter_map(|name| self.records.get(name).cloned()).take(limit).collect()
        };
        match slice {
            Slice::Newest { before } => {
                let below = |name: &&Name| before.as_ref().is_none_or(|before| name.1 < *before);
                all(&mut self.records.keys().rev().filter(below))
            }
            Slice::Changed { after } => all(&mut self.changed.range(after.saturating_add(1)..).map(|(_, name)| name)),
            Slice::Due { by, after } => {
                let behind = |due: &&(Instant, Name)| after.as_ref().is_none_or(|(at, id)| (due.0, &due.1.1) > (*at, id));
                all(&mut self.due.iter().take_while(|due| due.0 <= by).filter(behind).map(|due| &due.1))
            }
        }
    }
}
