//! Connections that read, several to a thread.
//!
//! Invariant: everything that one read sees is of one moment (`repeatable read`), and nothing can be changed.

use std::rc::Rc;
use std::sync::atomic::Ordering;

use super::writer::Line;
use super::{Address, Trouble, Use, Wire};
use crate::db::Shared;
use crate::db::desk::{Asked, Desk, Step, step};
use crate::db::queue::{Look, Outbox};
use crate::db::tx::Reader;
use crate::error::Result;

const BEGIN: &str = "begin isolation level repeatable read read only";

/// Works on so many connections until the queue is closed and empty.
pub(super) async fn run(address: Address, purpose: Use, shared: Shared, looks: Outbox<Box<dyn Look>>, connections: usize) {
    let shared = Rc::new(shared);
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let mut line = Line::new(address.clone(), purpose);
        let (shared, looks) = (shared.clone(), looks.clone());
        tasks.push(tokio::task::spawn_local(async move {
            while let Some(mut look) = looks.next().await {
                let outcome = one(&mut line, look.as_mut(), &shared).await;
                shared.counters.reads.fetch_add(1, Ordering::Relaxed);
                look.answer(outcome);
            }
        }));
    }
    for task in tasks {
        if let Err(error) = task.await {
            tracing::error!("a reader of the database ended: {error}");
        }
    }
}

async fn one(line: &mut Line, look: &mut dyn Look, shared: &Shared) -> Result<()> {
    let desk = Desk::default();
    let mut reader = Reader::new(&desk, shared.clock.now());
    let mut running = look.run(&mut reader);
    let mut wire: Option<Wire> = None;
    let outcome = loop {
        match step(&mut running, &desk) {
            Step::Done(outcome) => break outcome,
            Step::Waits(asked) => {
                let answered = match &wire {
                    Some(wire) => wire.answer("", &asked).await,
                    None => begin(line, &asked, shared).await.map(|begun| wire = Some(begun)),
                };
                // The connection may be in a failed transaction: it is dropped, which ends that.
                answered.map_err(Trouble::into_error)?;
            }
        }
    };
    if let Some(wire) = wire
        && wire.command("commit").await.is_ok()
    {
        line.give_back(wire);
    }
    outcome
}

/// The first flight carries the beginning. If the connection had died while it was idle, it is sent again on a fresh one:
/// nothing has been answered yet.
async fn begin(line: &mut Line, asked: &[Asked], shared: &Shared) -> Result<Wire, Trouble> {
    let wire = line.take(shared).await?;
    match wire.answer(BEGIN, asked).await {
        Ok(()) => Ok(wire),
        Err(Trouble::Lost(_)) => {
            let fresh = line.take(shared).await?;
            fresh.answer(BEGIN, asked).await?;
            Ok(fresh)
        }
        Err(trouble) => Err(trouble),
    }
}
