//! One connection, and statements that travel on it together.
//!
//! Invariant: statements arrive in the order in which they are given, and each one's answer is returned.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::Trouble;
use super::types::{Cell, Param};
use crate::db::EngineKind;
use crate::db::desk::Asked;
use crate::db::sql::Sql;
use crate::db::value::{Row, Value};
use crate::error::Error;

/// A connection and the statements that it knows.
pub(crate) struct Wire {
    client: Client,
    statements: RefCell<HashMap<usize, Known>>,
}

#[derive(Clone)]
struct Known {
    statement: Statement,
    columns: Arc<[String]>,
}

impl Wire {
    pub(super) fn new(client: Client) -> Wire {
        Wire { client, statements: RefCell::default() }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Commands without parameters, several separated by semicolons.
    pub(super) async fn command(&self, commands: &str) -> Result<(), Trouble> {
        if commands.is_empty() {
            return Ok(());
        }
        Ok(self.client.batch_execute(commands).await?)
    }

    /// Commands first, then questions, in one flight. Nothing is answered unless everything is.
    pub(super) async fn answer(&self, commands: &str, asked: &[Asked]) -> Result<(), Trouble> {
        let questions: Vec<Said<'_>> = asked.iter().map(|one| one.question.statement()).collect();
        let (_, answers) = self.fly(commands, &[], &questions).await?;
        asked.iter().zip(answers).for_each(|(one, rows)| one.answer(rows));
        Ok(())
    }

    /// Commands first, then changes, in one flight; answers how many rows each changed.
    pub(super) async fn change(&self, commands: &str, changes: &[Said<'_>]) -> Result<Vec<u64>, Trouble> {
        Ok(self.fly(commands, changes, &[]).await?.0)
    }

    /// Commands, then changes, then questions, in one flight. Answers how many rows were changed and what was found.
    pub(super) async fn fly(
        &self,
        commands: &str,
        changes: &[Said<'_>],
        questions: &[Said<'_>],
    ) -> Result<(Vec<u64>, Vec<Vec<Row>>), Trouble> {
        let statements: Vec<&'static Sql> = changes.iter().chain(questions).map(|(sql, _)| *sql).collect();
        let (commands, known) = self.all_prepared(commands, &statements).await?;
        let mut flight: Vec<Flight<'_, Landed>> =
            vec![Box::pin(async move { self.command(commands).await.map(|()| Landed::Changed(0)) })];
        for (number, ((sql, params), known)) in changes.iter().chain(questions).zip(known).enumerate() {
            flight.push(if number < changes.len() {
                Box::pin(async move {
                    let changed = self.client.execute_raw(&known.statement, params.iter().map(Param)).await;
                    changed.map(Landed::Changed).map_err(|error| named(error.into(), sql))
                })
            } else {
                Box::pin(async move { self.rows_of(sql, known, params).await.map(Landed::Found) })
            });
        }
        let (mut changed, mut found) = (Vec::new(), Vec::new());
        for landed in together(flight).await?.into_iter().skip(1) {
            match landed {
                Landed::Changed(rows) => changed.push(rows),
                Landed::Found(rows) => found.push(rows),
            }
        }
        Ok((changed, found))
    }

    /// How many parameters a text takes and which columns it answers, or why it is refused.
    pub(crate) async fn describe(&self, sql: &'static Sql) -> Result<(usize, Vec<String>), String> {
        let statement = self.client.prepare(sql.text(EngineKind::Postgres)).await.map_err(|error| super::sentence(&error))?;
        Ok((statement.params().len(), statement.columns().iter().map(|column| column.name().to_owned()).collect()))
    }

    async fn rows_of(&self, sql: &'static Sql, known: Known, params: &[Value]) -> Result<Vec<Row>, Trouble> {
        let params: Vec<Param<'_>> = params.iter().map(Param).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as &(dyn ToSql + Sync)).collect();
        let found = self.client.query(&known.statement, &params).await.map_err(|error| named(error.into(), sql))?;
        let read = |row: &tokio_postgres::Row| -> Result<Row, tokio_postgres::Error> {
            let values =
                (0..row.len()).map(|at| row.try_get::<_, Cell>(at).map(|cell| cell.0)).collect::<Result<Vec<Value>, _>>()?;
            Ok(Row { columns: known.columns.clone(), values })
        };
        found.iter().map(read).collect::<Result<Vec<Row>, _>>().map_err(|error| named(error.into(), sql))
    }

    /// Prepares what is not known yet. A text that cannot be prepared fails the transaction, so the commands, which set the
    /// savepoint, are run before; what is left of them is answered.
    async fn all_prepared<'c>(&self, commands: &'c str, statements: &[&'static Sql]) -> Result<(&'c str, Vec<Known>), Trouble> {
        let unknown = statements.iter().any(|sql| !self.statements.borrow().contains_key(&place(sql)));
        if unknown {
            self.command(commands).await?;
        }
        let mut known = Vec::with_capacity(statements.len());
        for sql in statements {
            known.push(self.prepared(sql).await?);
        }
        Ok((if unknown { "" } else { commands }, known))
    }

    async fn prepared(&self, sql: &'static Sql) -> Result<Known, Trouble> {
        if let Some(known) = self.statements.borrow().get(&place(sql)) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql.text(EngineKind::Postgres)).await.map_err(|error| named(error.into(), sql))?;
        let columns = statement.columns().iter().map(|column| column.name().to_owned()).collect();
        let known = Known { statement, columns };
        self.statements.borrow_mut().insert(place(sql), known.clone());
        Ok(known)
    }
}

/// A statement and its parameters.
pub(super) type Said<'s> = (&'static Sql, &'s [Value]);

/// What came back.
enum Landed {
    Changed(u64),
    Found(Vec<Row>),
}

type Flight<'f, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + 'f>>;

/// Every text is a static: its place is its name.
fn place(sql: &'static Sql) -> usize {
    std::ptr::from_ref(sql).addr()
}

/// A fault says which statement it was.
fn named(trouble: Trouble, sql: &Sql) -> Trouble {
    match trouble {
        Trouble::Flow(Error::Fault(sentence)) => Trouble::Flow(Error::Fault(format!("{}: {sentence}", sql.name))),
        other => other,
    }
}

/// Starts all in order, waits for all, and answers all results or the first failure that is a cause and not a consequence.
async fn together<T>(mut flight: Vec<Flight<'_, T>>) -> Result<Vec<T>, Trouble> {
    let mut landed: Vec<Option<Result<T, Trouble>>> = flight.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (one, place) in flight.iter_mut().zip(&mut landed).filter(|(_, place)| place.is_none()) {
            if let Poll::Ready(result) = one.as_mut().poll(context) {
                *place = Some(result);
            }
        }
        if landed.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let (mut done, mut aborted) = (Vec::with_capacity(landed.len()), false);
    for result in landed.into_iter().flatten() {
        match result {
            Ok(value) => done.push(value),
            Err(Trouble::Aborted) => aborted = true,
            Err(cause) => return Err(cause),
        }
    }
    if aborted { Err(Trouble::Aborted) } else { Ok(done) }
}
