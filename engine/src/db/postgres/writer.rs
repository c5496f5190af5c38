//! A thread that writes: it takes all flows that wait, runs them in one transaction, commits once, and answers.
//!
//! Invariants: nobody is answered before the commit is confirmed; a flow that fails leaves nothing behind and harms no other;
//! when the connection is lost at COMMIT nobody knows the outcome, and that is what the callers are told; before COMMIT
//! nothing can have happened, so the flows are run again. Limits: [`MOST_RERUNS`] after a conflict, by halves.

use std::time::{Duration, Instant};

use super::{Address, Trouble, Use, Wire};
use crate::db::Shared;
use crate::db::desk::{Desk, Step, step};
use crate::db::queue::{Flow, Outbox};
use crate::db::tx::{IDEMPOTENCY_INDEX, Tx, Write};
use crate::error::{Error, Result};

const MOST_RERUNS: u32 = 6;
/// After a failed try to connect, so long nobody waits for another.
const PAUSE_BETWEEN_CONNECTS: Duration = Duration::from_millis(500);
const BEGIN: &str = "begin isolation level read committed; savepoint flow";
const NEXT: &str = "release savepoint flow; savepoint flow";

pub(super) struct PostgresWriter {
    line: Line,
    shared: Shared,
    flows: Outbox<Box<dyn Flow>>,
}

/// How a batch ended that did not commit.
enum Ended {
    /// Rolled back or never begun: it may be run again.
    Again(Trouble),
    /// The connection was lost at COMMIT.
    Unknown(String),
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
        let mut waiting = vec![(flows, 0_u32)];
        while let Some((mut flows, tries)) = waiting.pop() {
            match self.attempt(&mut flows).await {
                Ok(outcomes) => flows.into_iter().zip(outcomes).for_each(|(flow, outcome)| flow.answer(outcome)),
                Err(Ended::Unknown(sentence)) => {
                    tracing::error!(
                        "the connection was lost at commit; {} callers are told to ask again: {sentence}",
                        flows.len()
                    );
                    answer_all(flows, &Error::Busy { retry_after_s: 1 });
                }
                Err(Ended::Again(trouble)) => {
                    let again = match trouble {
                        Trouble::Conflict => tries < MOST_RERUNS,
                        // A connection that had died while it was idle: once more on a fresh one.
                        Trouble::Lost(_) => tries == 0 && self.line.may_connect(),
                        Trouble::Flow(_) | Trouble::Aborted => false,
                    };
                    if !again {
                        tracing::warn!("a batch of {} flows was rolled back: {trouble:?}", flows.len());
                        answer_all(flows, &trouble.into_error());
                        continue;
                    }
                    self.shared.counters.reruns.fetch_add(flows.len() as u64, std::sync::atomic::Ordering::Relaxed);
                    if tries > 0 {
                        tokio::time::sleep(Duration::from_millis(u64::from(5 * tries * tries))).await;
                    }
                    let half = if matches!(trouble, Trouble::Conflict) { flows.len() / 2 } else { 0 };
                    let later = flows.split_off(flows.len() - half);
                    waiting.extend([later, flows].into_iter().filter(|flows| !flows.is_empty()).map(|flows| (flows, tries + 1)));
                }
            }
        }
    }

    /// Runs all flows in one transaction. On success it is committed, and each flow has its outcome.
    async fn attempt(&mut self, flows: &mut [Box<dyn Flow>]) -> Result<Vec<Result<()>>, Ended> {
        let wire = self.line.take(&self.shared).await?;
        let mut outcomes = Vec::with_capacity(flows.len());
        let mut opening = BEGIN;
        for flow in flows {
            match in_savepoint(&wire, flow.as_mut(), opening, &self.shared).await {
                Ok(outcome) => outcomes.push(outcome),
                Err(trouble) => {
                    if !matches!(trouble, Trouble::Lost(_)) && wire.command("rollback").await.is_ok() {
                        self.line.give_back(wire);
                    }
                    return Err(trouble.into());
                }
            }
            opening = NEXT;
        }
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
        shared.counters.reruns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        opening = "";
    }
}

/// Runs a flow and applies its writes. `opening` is sent with the first statement, and taken when it was.
async fn play(wire: &Wire, flow: &mut dyn Flow, opening: &mut Option<&'static str>, shared: &Shared) -> Result<(), Trouble> {
    let desk = Desk::default();
    let mut tx = Tx::new(&desk, flow.business(), shared.clock.now(), shared.ids.clone());
    let mut running = flow.run(&mut tx);
    let outcome = loop {
        match step(&mut running, &desk) {
            Step::Done(outcome) => break outcome,
            Step::Waits(asked) => wire.answer(opening.take().unwrap_or_default(), &asked).await?,
        }
    };
    drop(running);
    outcome?;
    let writes = tx.into_writes();
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
                shared.counters.lost_connections.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
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
