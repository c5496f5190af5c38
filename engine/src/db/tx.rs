//! What a flow gets to work with: reads, which are awaited, and then writes, which are remembered.
//!
//! Invariants: a flow reads first and writes after, so that a refusal leaves nothing to undo; its writes are applied in the
//! order in which it made them, inside a savepoint of its own, when it ends. Whatever a decision rests on is read with
//! [`Tx::lock`], never [`Tx::get`]. Limits: one business for each flow; big jobs are cut into flows of at most 500 rows.
//! Left out on purpose: reading one's own writes, nested transactions, commit.

use std::collections::BTreeSet;

use books::calendar::Instant;
use books::ids::{BusinessId, EventId, IdSource};

use super::desk::{self, Desk, Question, Read};
use super::sql::Sql;
use super::table::{Bump, Table, TableInfo, row};
use super::value::{FromRow, Row, ToValue, Value, owned};
use crate::clock::Ids;
use crate::error::{Error, Refusal, Result};

/// The unique index that makes a key count once.
pub(crate) const IDEMPOTENCY_INDEX: &str = "event_idempotency";

super::sql::sql!(
    pub(crate) CLAIM,
    "
    select id as event, kind, subject, answer, body, status, created_at, request_hash from event
    where business_id = $1 and actor = $2 and idempotency_key = $3"
);

row! {
    /// What the first request with this idempotency key did.
    pub struct Prior {
        pub event: EventId,
        pub kind: String,
        pub subject: String,
        /// TypeID of what the first answer showed.
        pub answer: Option<String>,
        /// The first answer itself, kept 72 hours.
        pub body: Option<String>,
        pub status: Option<i64>,
        pub created_at: Instant,
        pub request_hash: Option<Vec<u8>>,
    }
}

/// One remembered write.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    Insert { table: &'static TableInfo, values: Vec<Value> },
    InsertOrIgnore { table: &'static TableInfo, values: Vec<Value> },
    Set { table: &'static TableInfo, values: Vec<Value> },
    Bump { table: &'static TableInfo, bump: Bump, values: Vec<Value> },
    Execute { sql: &'static Sql, params: Vec<Value>, expect: Expect },
}

/// How many rows a guarded statement must change.
#[derive(Debug, Clone)]
pub(crate) enum Expect {
    /// Otherwise the flow ends as [`Error::Broken`] with the name of the statement.
    Exactly(u64),
    /// Otherwise the flow ends with this refusal.
    #[allow(dead_code, reason = "a flow that rests on nothing but a guarded update answers so")]
    OrRefuse(u64, Refusal),
    Any,
}

impl Write {
    /// The statement and its parameters.
    pub(crate) fn statement(&self) -> (&'static Sql, &[Value]) {
        match self {
            Write::Insert { table, values } => (table.insert(), values),
            Write::InsertOrIgnore { table, values } => (table.ignore(), values),
            Write::Set { table, values } => (table.set(), values),
            Write::Bump { table, bump, values } => (table.bump(*bump), values),
            Write::Execute { sql, params, .. } => (sql, params),
        }
    }

    /// Whether that many changed rows are right.
    pub(crate) fn check(&self, changed: u64) -> Result<()> {
        let (wanted, otherwise) = match self {
            Write::InsertOrIgnore { .. } | Write::Execute { expect: Expect::Any, .. } => return Ok(()),
            Write::Execute { sql, expect: Expect::Exactly(wanted), .. } => {
                (*wanted, Error::Broken { constraint: sql.name.to_string() })
            }
            Write::Execute { expect: Expect::OrRefuse(wanted, refusal), .. } => (*wanted, Error::Refused(refusal.clone())),
            Write::Insert { table, .. } | Write::Set { table, .. } | Write::Bump { table, .. } => {
                (1, Error::Fault(format!("{changed} rows of {} were changed where one was expected", table.name)))
            }
        };
        if changed == wanted { Ok(()) } else { Err(otherwise) }
    }
}

/// One business act under way.
pub(crate) struct Tx<'t> {
    desk: &'t Desk,
    business: BusinessId,
    now: Instant,
    ids: Ids,
    writes: Vec<Write>,
}

impl<'t> Tx<'t> {
    pub(crate) fn new(desk: &'t Desk, business: BusinessId, now: Instant, ids: Ids) -> Tx<'t> {
        Tx { desk, business, now, ids, writes: Vec::new() }
    }

    /// The instant of the act; it does not move while the act runs.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    pub(crate) fn business(&self) -> BusinessId {
        self.business
    }

    pub(crate) fn ids(&mut self) -> &mut dyn IdSource {
        &mut self.ids
    }

    /// The ids that this process gives from now on come behind this one.
    pub(crate) fn go_on_after(&self, id: uuid::Uuid) {
        self.ids.go_on_after(id);
    }

    /// Finds what the same actor did before with this key. Refuses a key that was used for another request.
    /// Without a key there is nothing to find.
    pub(crate) fn claim(
        &mut self,
        actor: &str,
        key: Option<&str>,
        request_hash: &[u8],
    ) -> impl Future<Output = Result<Option<Prior>>> + use<> {
        let hash = request_hash.to_vec();
        let found = match key {
            Some(key) => {
                self.ask(Question::Query { sql: &CLAIM, params: owned(&[&self.business, &actor, &key]) }, desk::first::<Prior>)
            }
            None => Read::known(Ok(Vec::new()), desk::first::<Prior>),
        };
        async move {
            match found.await? {
                Some(prior) if prior.request_hash.as_ref() != Some(&hash) => Err(Error::IdempotencyMismatch),
                prior => Ok(prior),
            }
        }
    }

    /// The row with this key, as it stands. Nothing may be decided on it that another flow could change.
    pub(crate) fn get<T: Table>(&mut self, key: &[&dyn ToValue]) -> Read<Option<T>> {
        self.by_key(owned(key), false)
    }

    /// The row with this key, which nobody else can change until this flow has ended.
    pub(crate) fn lock<T: Table>(&mut self, key: &[&dyn ToValue]) -> Read<Option<T>> {
        self.by_key(owned(key), true)
    }

    /// Several rows, locked in the order of their keys whatever the order given, so that two flows cannot wait for each
    /// other. Keys without a row are left out.
    #[allow(dead_code, reason = "what several rows need is settled here, before the first act that needs it")]
    pub(crate) fn lock_all<T: Table, const N: usize>(
        &mut self,
        keys: Vec<[Value; N]>,
    ) -> impl Future<Output = Result<Vec<T>>> + use<T, N> {
        let keys: BTreeSet<[Value; N]> = keys.into_iter().collect();
        let reads: Vec<Read<Option<T>>> = keys.into_iter().map(|key| self.by_key(key.to_vec(), true)).collect();
        async move {
            let mut rows = Vec::with_capacity(reads.len());
            for read in reads {
                rows.extend(read.await?);
            }
            Ok(rows)
        }
    }

    pub(crate) fn query<R: FromRow>(&mut self, sql: &'static Sql, params: &[&dyn ToValue]) -> Read<Vec<R>> {
        self.ask(Question::Query { sql, params: owned(params) }, desk::all)
    }

    /// The first row of the answer, if there is one.
    pub(crate) fn query_opt<R: FromRow>(&mut self, sql: &'static Sql, params: &[&dyn ToValue]) -> Read<Option<R>> {
        self.ask(Question::Query { sql, params: owned(params) }, desk::first)
    }

    /// A new row. A key that exists already ends the flow as [`Error::Broken`].
    pub(crate) fn insert<T: Table>(&mut self, row: &T) {
        self.writes.push(Write::Insert { table: T::info(), values: row.values() });
    }

    /// A new row, unless it would break a unique key.
    pub(crate) fn insert_or_ignore<T: Table>(&mut self, row: &T) {
        self.writes.push(Write::InsertOrIgnore { table: T::info(), values: row.values() });
    }

    /// Overwrites the row that has this row's key; there must be one.
    pub(crate) fn set<T: Table>(&mut self, row: &T) {
        self.writes.push(Write::Set { table: T::info(), values: row.values() });
    }

    /// Inserts the row; where its key exists, adds the columns named in `add` to those there, overwrites those named in `set`,
    /// and leaves the rest alone. The row's checks are tested on these values as well, so a column that must not be negative
    /// cannot be lessened so.
    pub(crate) fn bump_and_set<T: Table>(&mut self, row: &T, add: &'static [&'static str], set: &'static [&'static str]) {
        self.writes.push(Write::Bump { table: T::info(), bump: Bump { add, set }, values: row.values() });
    }

    /// A guarded change written by hand. Time is a parameter.
    pub(crate) fn execute(&mut self, sql: &'static Sql, params: &[&dyn ToValue], expect: Expect) {
        self.writes.push(Write::Execute { sql, params: owned(params), expect });
    }

    /// The event of this act: audit line, outbox and idempotency record at once.
    pub(crate) fn emit<T: Table>(&mut self, event: &T) {
        self.insert(event);
    }

    /// What the flow wrote, in its order.
    pub(crate) fn into_writes(self) -> Vec<Write> {
        self.writes
    }

    fn by_key<T: Table>(&mut self, key: Vec<Value>, lock: bool) -> Read<Option<T>> {
        let table = T::info();
        if key.len() != table.key.len() {
            let sentence = format!("a key of {} has {} parts, not {}", table.name, table.key.len(), key.len());
            return Read::known(Err(Error::Fault(sentence)), desk::first);
        }
        self.ask(Question::Key { table, key, lock }, desk::first)
    }

    fn ask<T>(&mut self, question: Question, read: fn(Vec<Row>) -> Result<T>) -> Read<T> {
        if self.writes.is_empty() {
            self.desk.ask(question, read)
        } else {
            Read::known(Err(Error::Fault("a flow reads before it writes, never after".to_owned())), read)
        }
    }
}

/// One consistent view of the books, for pages, reports and checks. Nothing can be changed through it.
pub(crate) struct Reader<'r> {
    desk: &'r Desk,
    now: Instant,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(desk: &'r Desk, now: Instant) -> Reader<'r> {
        Reader { desk, now }
    }

    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    pub(crate) fn query<R: FromRow>(&mut self, sql: &'static Sql, params: &[&dyn ToValue]) -> Read<Vec<R>> {
        self.desk.ask(Question::Query { sql, params: owned(params) }, desk::all)
    }

    /// The first row of the answer, if there is one.
    pub(crate) fn query_opt<R: FromRow>(&mut self, sql: &'static Sql, params: &[&dyn ToValue]) -> Read<Option<R>> {
        self.desk.ask(Question::Query { sql, params: owned(params) }, desk::first)
    }

    /// The first row of the answer, or [`Error::NotFound`].
    pub(crate) fn query_one<R: FromRow>(&mut self, sql: &'static Sql, params: &[&dyn ToValue]) -> Read<R> {
        self.desk.ask(Question::Query { sql, params: owned(params) }, desk::one)
    }

    /// The row with this key.
    pub(crate) fn get<T: Table>(&mut self, key: &[&dyn ToValue]) -> Read<Option<T>> {
        self.desk.ask(Question::Key { table: T::info(), key: owned(key), lock: false }, desk::first)
    }
}
