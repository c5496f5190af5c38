//! A thread that writes: it takes all flows that wait, runs them in one transaction, commits once, and answers.
//!
//! Invariants: nobody is answered before the commit is confirmed; a flow that fails leaves nothing behind and harms no other;
//! when the connection is lost at COMMIT nobody knows the outcome, and that is what the callers are told; before COMMIT
//! nothing can have happened, so the flows are run again. Limits: [`MOST_RERUNS`] after a conflict, by halves.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::together::{self, Failed};
use super::{Address, Trouble, Use, Wire};
use crate::db::Shared;
use crate::db::desk::{Desk, Step, step};
use crate::db::queue::{Flow, Outbox};
use crate::db::tx::{IDEMPOTENCY_INDEX, Tx, Write};
use crate::error::{Error, Result};

const MOST_RERUNS: u32 = 6;
/// So few flows are run one by one when one of them has failed.
const RUN_APART: usize = 8;
/// After a failed try to connect, so long nobody waits for another.
const PAUSE_BETWEEN_CONNECTS: Duration = Duration::from_millis(500);
const BEGIN: &str = "begin isolation level read committed; savepoint flow";
const NEXT: &str = "release savepoint flow; savepoint flow";

pub(super) struct PostgresWriter {
    line: Line,
    shared: Shared,
    flows: Outbox<Box<dyn Flow>>,
}

/// A batch, or what is left of one.
struct Part {
    flows: Vec<Box<dyn Flow>>,
    tries: u32,
    /// One flow after the other, each in a savepoint of its own.
    apart: bool,
}

/// How a batch ended that did not commit.
enum Ended {
    /// Some flow of it failed, and it must be found out which.
    Inside(String),
    /// Rolled back or never begun: it may be run again.
    Again(Trouble),
    /// The connection was lost at COMMIT.
    Unknown(String),
}

impl From<Failed> for Ended {
    fn from(failed: Failed) -> Ended {
        match failed {
            Failed::Inside(sentence) => Ended::Inside(sentence),
            Failed::Trouble(trouble) => Ended::Again(trouble),
        }
    }
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Ended {
        Ended::Again(trouble)
    }
}

impl PostgresWriter {
    pub(super) fn new(address: Address, shared: Shared, flows: Outbox<Box<dyn Flow>>) -> PostgresWriter {
        PostgresWriter { line: Line::new(address, Use::Write), shared, flows }
    }

    /// Works until the queue is closed and empty.
    pub(super) async fn run(mut self) {
        while let Some(first) = self.flows.next().await {
            let batch = self.flows.fill(first);
            self.batch(batch).await;
        }
    }

    async fn batch(&mut self, flows: Vec<Box<dyn Flow>>) {
        let mut waiting = vec![Part { flows, tries: 0, apart: false }];
        while let Some(mut part) = waiting.pop() {
            match self.attempt(&mut part).await {
                Ok(outcomes) => part.flows.into_iter().zip(outcomes).for_each(|(flow, outcome)| flow.answer(outcome)),
                Err(Ended::Unknown(sentence)) => {
                    tracing::error!(
                        "the connection was lost at commit; {} callers are told to ask again: {sentence}",
                        part.flows.len()
                    );
                    answer_all(part.flows, &Error::Busy { retry_after_s: 1 });
                }
                Err(Ended::Inside(sentence)) => {
                    tracing::debug!("{} flows are run again in smaller parts: {sentence}", part.flows.len());
                    part.apart = part.flows.len() <= RUN_APART;
                    waiting.extend(part.halves());
                }
                Err(Ended::Again(trouble)) if self.may_try_again(&trouble, part.tries) => {
                    self.shared.counters.reruns.fetch_add(part.flows.len() as u64, Ordering::Relaxed);
                    if part.tries > 0 {
                        tokio::time::sleep(Duration::from_millis(u64::from(5 * part.tries * part.tries))).await;
                    }
                    part.tries += 1;
                    if matches!(trouble, Trouble::Conflict) { waiting.extend(part.halves()) } else { waiting.push(part) }
                }
                Err(Ended::Again(trouble)) => {
                    tracing::warn!("a batch of {} flows was rolled back: {trouble:?}", part.flows.len());
                    answer_all(part.flows, &trouble.into_error());
                }
            }
        }
    }

    fn may_try_again(&self, trouble: &Trouble, tries: u32) -> bool {
        match trouble {
            Trouble::Conflict => tries < MOST_RERUNS,
            // A connection that had died while it was idle: once more on a fresh one.
            Trouble::Lost(_) => tries == 0 && self.line.may_connect(),
            Trouble::Flow(_) | Trouble::Aborted => false,
        }
    }

    /// Runs all flows in one transaction. On success it is committed, and each flow has its outcome.
    async fn attempt(&mut self, part: &mut Part) -> Result<Vec<Result<()>>, Ended> {
        let wire = self.line.take(&self.shared).await?;
        let played = if part.apart || part.flows.len() == 1 {
            one_by_one(&wire, &mut part.flows, &self.shared).await.map_err(Ended::from)
        } else {
            together::play(&wire, &mut part.flows, &self.shared).await.map_err(Ended::from)
        };
        let outcomes = match played {
            Ok(outcomes) => outcomes,
            Err(ended) => {
                if !matches!(ended, Ended::Again(Trouble::Lost(_))) && wire.command("rollback").await.is_ok() {
                    self.line.give_back(wire);
                }
                return Err(ended);
            }
        };
        let begun = Instant::now();
        match wire.command("commit").await {
            Ok(()) => {}
            Err(Trouble::Lost(sentence)) => return Err(Ended::Unknown(sentence)),
            // Refused by the server, so certainly not done.
            Err(trouble) => return Err(trouble.into()),
        }
        self.line.give_back(wire);
        let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
        self.shared.counters.committed(outcomes.len(), failed, begun.elapsed());
        Ok(outcomes)
    }
}

impl Part {
    /// The first half is to be taken first, so it comes last.
    fn halves(mut self) -> Vec<Part> {
        if self.apart || self.flows.len() == 1 {
            return vec![self];
        }
        let later = self.flows.split_off(self.flows.len().div_ceil(2));
        vec![Part { flows: later, ..self }, self]
    }
}

/// Runs the flows one after the other, each in a savepoint of its own.
async fn one_by_one(wire: &Wire, flows: &mut [Box<dyn Flow>], shared: &Shared) -> Result<Vec<Result<()>>, Trouble> {
    let mut outcomes = Vec::with_capacity(flows.len());
    let mut opening = BEGIN;
    for flow in flows {
        outcomes.push(in_savepoint(wire, flow.as_mut(), opening, shared).await?);
        opening = NEXT;
    }
    Ok(outcomes)
}

fn answer_all(flows: Vec<Box<dyn Flow>>, error: &Error) {
    for flow in flows {
        flow.answer(Err(error.clone()));
    }
}

/// Runs a flow so that only it is undone when it fails. An error means that the whole transaction is lost.
async fn in_savepoint(wire: &Wire, flow: &mut dyn Flow, opening: &'static str, shared: &Shared) -> Result<Result<()>, Trouble> {
    let mut opening = opening;
    let mut reruns = 0;
    loop {
        let mut unsent = Some(opening);
        let error = match play(wire, flow, &mut unsent, shared).await {
            Ok(()) => None,
            Err(Trouble::Flow(error)) => Some(error),
            Err(trouble) => return Err(trouble),
        };
        // A flow that asked and wrote nothing has not opened its savepoint, and the next one relies on it.
        if let Some(unsent) = unsent {
            wire.command(unsent).await?;
        }
        let Some(error) = error else { return Ok(Ok(())) };
        wire.command("rollback to savepoint flow").await?;
        // The same key came twice at a time: the flow now finds what the first one did.
        if !error.broke(IDEMPOTENCY_INDEX) || reruns > 0 {
            return Ok(Err(error));
        }
        reruns += 1;
        shared.counters.reruns.fetch_add(1, Ordering::Relaxed);
        opening = "";
    }
}

/// Runs a flow and applies its writes. `opening` is sent with the first statement, and taken when it was.
async fn play(wire: &Wire, flow: &mut dyn Flow, opening: &mut Option<&'static str>, shared: &Shared) -> Result<(), Trouble> {
    let desk = Desk::default();
    let tx = Tx::new(&desk, flow.business(), shared.clock.now(), shared.ids.clone());
    let mut running = flow.run(tx);
    let writes = loop {
        match step(&mut running, &desk) {
            Step::Done(outcome) => break outcome?,
            Step::Waits(asked) => wire.answer(opening.take().unwrap_or_default(), &asked).await?,
        }
    };
    if writes.is_empty() {
        return Ok(());
    }
    let statements: Vec<_> = writes.iter().map(Write::statement).collect();
    let changed = wire.change(opening.take().unwrap_or_default(), &statements).await?;
    writes.iter().zip(changed).try_for_each(|(write, changed)| write.check(changed)).map_err(Trouble::Flow)
}

/// The way to the server: a connection, or the means to get one.
pub(super) struct Line {
    address: Address,
    purpose: Use,
    wire: Option<Wire>,
    failed_at: Option<Instant>,
}

impl Line {
    pub(super) fn new(address: Address, purpose: Use) -> Line {
        Line { address, purpose, wire: None, failed_at: None }
    }

    /// Takes the connection out; whoever uses it gives it back in a clean state, or it is closed.
    pub(super) async fn take(&mut self, shared: &Shared) -> Result<Wire, Trouble> {
        match self.wire.take() {
            Some(wire) if !wire.is_closed() => return Ok(wire),
            Some(_) => {
                shared.counters.lost_connections.fetch_add(1, Ordering::Relaxed);
            }
            None => {}
        }
        if !self.may_connect() {
            return Err(Trouble::Lost("the database did not answer a moment ago".to_owned()));
        }
        let connected = self.address.connect(self.purpose).await;
        self.failed_at = connected.is_err().then(Instant::now);
        connected.inspect_err(|trouble| tracing::warn!("no connection to the database: {trouble:?}"))
    }

    pub(super) fn give_back(&mut self, wire: Wire) {
        self.wire = Some(wire);
    }

    pub(super) fn may_connect(&self) -> bool {
        self.failed_at.is_none_or(|at| at.elapsed() > PAUSE_BETWEEN_CONNECTS)
    }
}
