//! What makes it safe and cheap to run the flows of a batch side by side in one transaction.
//!
//! To the database the flows of a batch are one transaction, so its row locks do not keep them apart. [`Locks`] does: what one
//! flow has locked, another of the same batch gets when the first has ended, and then sees what it wrote. [`Pile`] gathers the
//! writes of flows that have ended and makes few statements of them: rows of a table go in together, a row set twice is set
//! once, a total bumped by all is bumped once.
//! Invariants: statements that could see each other's rows keep their order; whatever cannot be known here is asked of the
//! database after everything written so far. Left out on purpose: undoing a part. When a statement of the pile fails, the
//! worker rolls the batch back and runs it again in smaller parts, each flow in a savepoint in the end.

use std::collections::HashMap;
use std::sync::Arc;

use super::desk::Question;
use super::sql::Sql;
use super::table::{Bump, TableInfo};
use super::tx::{CLAIM, Expect, Write};
use super::value::{Row, Value};
use crate::error::{Error, Result};

/// Number of a flow in its batch.
pub(crate) type FlowNumber = usize;

type Key = (&'static str, Vec<Value>);

/// Who has locked what among the flows of one batch, and how the rows stand that were locked.
#[derive(Default)]
pub(crate) struct Locks {
    rows: HashMap<Key, FlowNumber>,
    tables: HashMap<&'static str, FlowNumber>,
    /// Rows locked in the database for the whole batch, as the flows that have ended left them.
    known: HashMap<Key, Row>,
    names: HashMap<&'static str, Arc<[String]>>,
}

/// What a question locks.
enum Claim {
    Row(Key),
    /// A query that locks: which rows is known only afterwards.
    Tables(Vec<&'static str>),
}

fn claim(question: &Question) -> Option<Claim> {
    match question {
        Question::Key { table, key, lock: true } => Some(Claim::Row((table.name, key.clone()))),
        Question::Key { lock: false, .. } => None,
        // The same idempotency key twice in a batch: the second waits, and then finds what the first one did.
        Question::Query { sql, params } if std::ptr::eq(*sql, &raw const CLAIM) => Some(Claim::Row(("claim", params.clone()))),
        Question::Query { sql, .. } => sql.locks().then(|| Claim::Tables(sql.tables().to_vec())),
    }
}

impl Locks {
    /// Locks everything that these questions of a flow ask for, or nothing.
    pub(crate) fn take<'q>(&mut self, flow: FlowNumber, questions: impl Iterator<Item = &'q Question>) -> bool {
        let claims: Vec<Claim> = questions.filter_map(claim).collect();
        let other = |holder: Option<&FlowNumber>| holder.is_some_and(|holder| *holder != flow);
        let taken = claims.iter().any(|claim| match claim {
            Claim::Row(key) => other(self.rows.get(key)) || other(self.tables.get(key.0)),
            Claim::Tables(tables) => tables.iter().any(|table| {
                other(self.tables.get(table)) || self.rows.iter().any(|(key, holder)| key.0 == *table && *holder != flow)
            }),
        });
        if !taken {
            for claim in claims {
                match claim {
                    Claim::Row(key) => drop(self.rows.insert(key, flow)),
                    Claim::Tables(tables) => self.tables.extend(tables.into_iter().map(|table| (table, flow))),
                }
            }
        }
        !taken
    }

    /// The answer to a question whose row is known here.
    pub(crate) fn answer(&self, question: &Question) -> Option<Row> {
        match question {
            Question::Key { table, key, lock: true } => self.known.get(&(table.name, key.clone())).cloned(),
            _ => None,
        }
    }

    /// Remembers a row that is now locked in the database. A row that is not there cannot be locked.
    pub(crate) fn learn(&mut self, question: &Question, rows: &[Row]) {
        if let (Question::Key { table, key, lock: true }, Some(row)) = (question, rows.first()) {
            self.known.insert((table.name, key.clone()), row.clone());
        }
    }

    /// A flow has ended: lets go what it held, and notes what it did to rows that are known.
    pub(crate) fn end(&mut self, flow: FlowNumber, writes: &[Write]) {
        self.rows.retain(|_, holder| *holder != flow);
        self.tables.retain(|_, holder| *holder != flow);
        for write in writes {
            match write {
                // Nobody else can have the new row; and what was set is known only if it had been locked before.
                Write::Insert { table, values } => self.know(table, values),
                Write::Set { table, values } => {
                    if self.known.contains_key(&(table.name, table.key_of(values))) {
                        self.know(table, values);
                    }
                }
                Write::InsertOrIgnore { table, values } | Write::Bump { table, values, .. } => {
                    self.known.remove(&(table.name, table.key_of(values)));
                }
                Write::Execute { sql, .. } => self.known.retain(|key, _| !sql.tables().contains(&key.0)),
            }
        }
    }

    fn know(&mut self, table: &'static TableInfo, values: &[Value]) {
        let columns =
            self.names.entry(table.name).or_insert_with(|| table.columns.iter().map(|name| (*name).to_owned()).collect());
        let row = Row { columns: columns.clone(), values: values.to_vec() };
        self.known.insert((table.name, table.key_of(values)), row);
    }
}

/// The writes of flows that have ended, not yet sent.
#[derive(Default)]
pub(crate) struct Pile {
    groups: Vec<Group>,
}

enum Group {
    Insert {
        table: &'static TableInfo,
        rows: Vec<Vec<Value>>,
    },
    Set {
        table: &'static TableInfo,
        rows: Vec<Vec<Value>>,
    },
    Bump {
        table: &'static TableInfo,
        bump: Bump,
        rows: Vec<Vec<Value>>,
    },
    /// As the flow gave it.
    Single(Write),
}

/// A statement with its parameters, and how many rows it must change.
pub(crate) struct Statement {
    pub(crate) sql: &'static Sql,
    pub(crate) params: Vec<Value>,
    expect: Option<u64>,
}

impl Group {
    fn touches(&self, table: &'static TableInfo) -> bool {
        match self {
            Group::Insert { table: own, .. } | Group::Set { table: own, .. } | Group::Bump { table: own, .. } => {
                own.name == table.name
            }
            Group::Single(Write::Execute { sql, .. }) => sql.tables().contains(&table.name),
            Group::Single(Write::InsertOrIgnore { table: own, .. }) => own.name == table.name,
            Group::Single(_) => true,
        }
    }
}

impl Pile {
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Adds the writes of a flow. Refuses a total that does not fit.
    pub(crate) fn add(&mut self, writes: Vec<Write>) -> Result<()> {
        writes.into_iter().try_for_each(|write| self.push(write))
    }

    fn push(&mut self, write: Write) -> Result<()> {
        match write {
            Write::Insert { table, values } => match self.last(table) {
                Some(Group::Insert { rows, .. }) => rows.push(values),
                _ => self.groups.push(Group::Insert { table, rows: vec![values] }),
            },
            Write::Set { table, values } => match self.last(table) {
                Some(Group::Set { rows, .. }) => match same_key(table, rows, &values) {
                    Some(row) => *row = values,
                    None => rows.push(values),
                },
                _ => self.groups.push(Group::Set { table, rows: vec![values] }),
            },
            Write::Bump { table, bump, values } => match self.last(table) {
                Some(Group::Bump { bump: known, rows, .. }) if *known == bump => match same_key(table, rows, &values) {
                    Some(row) => merge(table, bump, row, values)?,
                    None => rows.push(values),
                },
                _ => self.groups.push(Group::Bump { table, bump, rows: vec![values] }),
            },
            single => self.groups.push(Group::Single(single)),
        }
        Ok(())
    }

    /// The last group that touches a table: what comes before it may not be joined.
    fn last(&mut self, table: &'static TableInfo) -> Option<&mut Group> {
        self.groups.iter_mut().rev().find(|group| group.touches(table))
    }

    /// Takes everything as statements, in order.
    pub(crate) fn take(&mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        for group in std::mem::take(&mut self.groups) {
            match group {
                Group::Insert { table, rows } => in_chunks(&mut statements, rows, |count| table.insert_many(count)),
                Group::Bump { table, bump, mut rows } => {
                    // In the order of their keys, so that two nodes cannot wait for each other here.
                    rows.sort_by_key(|row| table.key_of(row));
                    in_chunks(&mut statements, rows, |count| table.bump_many(bump, count));
                }
                Group::Set { table, mut rows } => {
                    rows.sort_by_key(|row| table.key_of(row));
                    statements.extend(rows.into_iter().map(|params| Statement { sql: table.set(), params, expect: Some(1) }));
                }
                Group::Single(write) => {
                    let (sql, params) = write.statement();
                    let expect = match &write {
                        Write::Execute { expect: Expect::Exactly(rows) | Expect::OrRefuse(rows, _), .. } => Some(*rows),
                        _ => None,
                    };
                    statements.push(Statement { sql, params: params.to_vec(), expect });
                }
            }
        }
        statements
    }
}

impl Statement {
    /// Whether that many changed rows are right. If not, the batch has to be run in smaller parts to find out whose fault it is.
    pub(crate) fn is_right(&self, changed: u64) -> bool {
        self.expect.is_none_or(|expected| expected == changed)
    }
}

fn same_key<'r>(table: &TableInfo, rows: &'r mut [Vec<Value>], values: &[Value]) -> Option<&'r mut Vec<Value>> {
    rows.iter_mut().find(|row| table.key_places().all(|place| row[place] == values[place]))
}

fn merge(table: &TableInfo, bump: Bump, row: &mut [Value], values: Vec<Value>) -> Result<()> {
    for place in bump.add.iter().map(|column| table.place(column)) {
        let sum = match (&row[place], &values[place]) {
            (Value::Int(one), Value::Int(other)) => one.checked_add(*other),
            _ => None,
        };
        row[place] = Value::Int(sum.ok_or_else(|| Error::Fault(format!("{}: a total that cannot be added up", table.name)))?);
    }
    for place in bump.set.iter().map(|column| table.place(column)) {
        row[place] = values[place].clone();
    }
    Ok(())
}

/// Few sizes, so that few statements have to be prepared.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];

fn in_chunks(statements: &mut Vec<Statement>, rows: Vec<Vec<Value>>, sql: impl Fn(usize) -> &'static Sql) {
    let mut rows = rows.into_iter().peekable();
    for size in CHUNKS {
        while rows.len() >= size {
            let params = rows.by_ref().take(size).flatten().collect();
            statements.push(Statement { sql: sql(size), params, expect: Some(size as u64) });
        }
    }
}
