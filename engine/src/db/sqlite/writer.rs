//! The one thread that writes: it takes all flows that wait, runs them in one transaction, commits once, and answers.
//!
//! Invariants: nobody is answered before the commit is durable; a flow that fails leaves nothing behind and harms no other;
//! a commit that the disk failed is never tried again. Limits: [`WAL_LIMIT`] bytes of log before the writer itself empties it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{Failure, Session, State};
use crate::db::Shared;
use crate::db::desk::{Desk, Step, step};
use crate::db::queue::{Flow, Outbox};
use crate::db::tx::{IDEMPOTENCY_INDEX, Tx, Write};
use crate::error::{Error, Result};

/// The checkpoint thread never resets the log under steady load; beyond this the writer does so between two batches.
const WAL_LIMIT: u64 = 256 * 1024 * 1024;

pub(super) struct SqliteWriter {
    session: Session,
    path: PathBuf,
    state: Arc<State>,
    shared: Shared,
    flows: Outbox<Box<dyn Flow>>,
}

/// A flow and how it ended.
type Ended = (Box<dyn Flow>, Result<()>);

impl SqliteWriter {
    pub(super) fn new(
        session: Session,
        path: &Path,
        state: Arc<State>,
        shared: Shared,
        flows: Outbox<Box<dyn Flow>>,
    ) -> SqliteWriter {
        SqliteWriter { session, path: path.to_owned(), state, shared, flows }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(self) {
        while let Some(first) = self.flows.blocking_next() {
            self.batch(self.flows.fill(first));
            if super::wal_bytes(&self.path) > WAL_LIMIT {
                self.empty_log();
            }
        }
        self.empty_log();
    }

    fn batch(&self, flows: Vec<Box<dyn Flow>>) {
        let begun = self.state.check().map_err(Failure::Flow).and_then(|()| self.session.command("begin immediate"));
        if let Err(failure) = begun {
            return self.give_up(failure, flows);
        }
        let mut ended: Vec<Ended> = Vec::with_capacity(flows.len());
        let mut rest = flows.into_iter();
        while let Some(mut flow) = rest.next() {
            match self.in_savepoint(flow.as_mut()) {
                Ok(outcome) => ended.push((flow, outcome)),
                Err(failure) => {
                    // The whole transaction is lost, with what earlier flows did in it.
                    let all = ended.into_iter().map(|(flow, _)| flow).chain([flow]).chain(rest).collect();
                    return self.give_up(failure, all);
                }
            }
        }
        self.commit(ended);
    }

    fn commit(&self, ended: Vec<Ended>) {
        let begun = Instant::now();
        if let Err(failure) = self.session.command("commit") {
            return self.give_up(failure, ended.into_iter().map(|(flow, _)| flow).collect());
        }
        let failed = ended.iter().filter(|(_, outcome)| outcome.is_err()).count();
        self.shared.counters.committed(ended.len(), failed, begun.elapsed());
        self.state.commits.fetch_add(1, Ordering::Relaxed);
        for (flow, outcome) in ended {
            flow.answer(outcome);
        }
    }

    /// Rolls the transaction back and tells everybody why.
    fn give_up(&self, failure: Failure, flows: Vec<Box<dyn Flow>>) {
        if let Failure::Disk(sentence) = &failure {
            self.state.fail(sentence);
        }
        let error = failure.into_error();
        tracing::warn!("a batch of {} flows was rolled back: {error}", flows.len());
        if !self.session.connection.is_autocommit()
            && let Err(failure) = self.session.command("rollback")
        {
            self.state.fail(&failure.into_error().to_string());
        }
        for flow in flows {
            flow.answer(Err(error.clone()));
        }
    }

    /// Runs a flow so that only it is undone when it fails. An error means that the whole transaction is lost.
    fn in_savepoint(&self, flow: &mut dyn Flow) -> Result<Result<()>, Failure> {
        let mut reruns = 0;
        loop {
            self.session.command("savepoint flow")?;
            let outcome = self.play(flow);
            if let Err(failure) = outcome {
                if self.session.connection.is_autocommit() || !matches!(failure, Failure::Flow(_)) {
                    return Err(failure);
                }
                self.session.command("rollback to flow")?;
                self.session.command("release flow")?;
                let error = failure.into_error();
                // The same key came twice in this batch: the flow now finds what the first one did.
                if error.broke(IDEMPOTENCY_INDEX) && reruns == 0 {
                    reruns += 1;
                    self.shared.counters.reruns.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                return Ok(Err(error));
            }
            self.session.command("release flow")?;
            return Ok(Ok(()));
        }
    }

    fn play(&self, flow: &mut dyn Flow) -> Result<(), Failure> {
        let desk = Desk::default();
        let tx = Tx::new(&desk, flow.business(), self.shared.clock.now(), self.shared.ids.clone());
        let mut running = flow.run(tx);
        let writes = loop {
            match step(&mut running, &desk) {
                Step::Done(outcome) => break outcome?,
                Step::Waits(asked) => self.session.answer(&asked)?,
            }
        };
        writes.iter().try_for_each(|write| self.apply(write))
    }

    fn apply(&self, write: &Write) -> Result<(), Failure> {
        let (sql, params) = write.statement();
        let changed = self.session.change(sql, params)?;
        write.check(changed).map_err(Failure::Flow)
    }

    /// Moves the log into the file and cuts it off. A reader in the middle of something makes it a partial success.
    fn empty_log(&self) {
        if self.state.check().is_ok()
            && let Err(failure) = super::checkpoint::checkpoint(&self.session.connection, "pragma wal_checkpoint(truncate)")
        {
            super::checkpoint::note(&self.state, failure);
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        failure.into_error()
    }
}
