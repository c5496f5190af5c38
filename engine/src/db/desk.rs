//! The desk between a flow and the worker that runs it: questions are laid on it, answers come back.
//!
//! A flow never touches a connection. It lays its questions here and waits; the worker polls the flow, takes whatever lies on
//! the desk, asks the database all of it in one flight, and polls again. That is why a flow may await nothing else, why reads
//! started together travel together, and why a worker can run the flows of a batch side by side.
//! Invariants: questions are answered in the order in which they were asked; a question that the database could not answer
//! ends the flow. Left out on purpose: wakers. Nothing but the worker can wake a flow.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::sql::Sql;
use super::table::TableInfo;
use super::value::{FromRow, Row, Value};
use crate::error::{Error, Result};

/// What a flow wants to know.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// One row by its key.
    Key { table: &'static TableInfo, key: Vec<Value>, lock: bool },
    /// The rows of a query.
    Query { sql: &'static Sql, params: Vec<Value> },
}

impl Question {
    /// The statement and its parameters.
    pub(crate) fn statement(&self) -> (&'static Sql, &[Value]) {
        match self {
            Question::Key { table, key, lock: false } => (table.get(), key),
            Question::Key { table, key, lock: true } => (table.lock(), key),
            Question::Query { sql, params } => (sql, params),
        }
    }
}

type Slot = Rc<RefCell<Option<Result<Vec<Row>>>>>;

/// A question that lies on the desk, with the place for its answer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) question: Question,
    slot: Slot,
}

impl Asked {
    pub(crate) fn answer(&self, rows: Vec<Row>) {
        *self.slot.borrow_mut() = Some(Ok(rows));
    }
}

/// Where one flow's questions lie.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    asked: RefCell<Vec<Asked>>,
}

impl Desk {
    /// Lays a question down; it travels with all others that lie here when the flow next waits.
    pub(crate) fn ask<T>(&self, question: Question, read: fn(Vec<Row>) -> Result<T>) -> Read<T> {
        let slot = Slot::default();
        self.asked.borrow_mut().push(Asked { question, slot: slot.clone() });
        Read { slot, read }
    }

    /// Takes everything that was asked since the last time.
    pub(crate) fn take(&self) -> Vec<Asked> {
        self.asked.take()
    }
}

/// An answer on its way.
pub(crate) struct Read<T> {
    slot: Slot,
    read: fn(Vec<Row>) -> Result<T>,
}

impl<T> Read<T> {
    /// An answer that needs no question.
    pub(crate) fn known(answer: Result<Vec<Row>>, read: fn(Vec<Row>) -> Result<T>) -> Read<T> {
        Read { slot: Rc::new(RefCell::new(Some(answer))), read }
    }
}

impl<T> Future for Read<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<T>> {
        match self.slot.borrow_mut().take() {
            Some(answer) => Poll::Ready(answer.and_then(self.read)),
            None => Poll::Pending,
        }
    }
}

/// All rows.
pub(crate) fn all<T: FromRow>(rows: Vec<Row>) -> Result<Vec<T>> {
    rows.iter().map(T::from_row).collect()
}

/// The first row, if any.
pub(crate) fn first<T: FromRow>(rows: Vec<Row>) -> Result<Option<T>> {
    rows.first().map(T::from_row).transpose()
}

/// The first row, or [`Error::NotFound`].
pub(crate) fn one<T: FromRow>(rows: Vec<Row>) -> Result<T> {
    first(rows)?.ok_or(Error::NotFound)
}

pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// How far a flow came.
pub(crate) enum Step<T> {
    Done(Result<T>),
    /// It waits for these answers; never empty.
    Waits(Vec<Asked>),
}

/// Lets a flow run until it is done or waits for the database. A panic ends that flow alone.
pub(crate) fn step<T>(flow: &mut Running<'_, T>, desk: &Desk) -> Step<T> {
    let mut context = Context::from_waker(Waker::noop());
    match catch_unwind(AssertUnwindSafe(|| flow.as_mut().poll(&mut context))) {
        Err(panic) => Step::Done(Err(Error::Fault(format!("a flow panicked: {}", panic_text(panic.as_ref()))))),
        Ok(Poll::Ready(outcome)) => Step::Done(outcome),
        Ok(Poll::Pending) => match desk.take() {
            asked if asked.is_empty() => {
                Step::Done(Err(Error::Fault("a flow waited for something other than the database".to_owned())))
            }
            asked => Step::Waits(asked),
        },
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
