//! Moves what was committed from the log into the file, in a thread of its own, so that no writer waits for it.
//! It also ends reads that take too long, because an open read keeps the log from shrinking.
//!
//! Invariant: a checkpoint that the disk failed stops all writing: it may have lost what it reported as flushed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;

use super::reader::Watch;
use super::{Failure, State, explain};

const PERIOD: Duration = Duration::from_millis(250);

pub(super) struct Checkpoint {
    connection: Connection,
    state: Arc<State>,
    /// Closed when the writer ends.
    stopped: Receiver<()>,
    watch: Watch,
}

impl Checkpoint {
    pub(super) fn new(connection: Connection, state: Arc<State>, stopped: Receiver<()>, watch: Watch) -> Checkpoint {
        Checkpoint { connection, state, stopped, watch }
    }

    pub(super) fn run(self) {
        let mut seen = 0;
        while self.stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
            self.watch.end_overdue();
            let commits = self.state.commits.load(Ordering::Relaxed);
            if commits == seen || self.state.check().is_err() {
                continue;
            }
            seen = commits;
            if let Err(failure) = checkpoint(&self.connection, "pragma wal_checkpoint(passive)") {
                note(&self.state, failure);
            }
        }
    }
}

/// A checkpoint answers with a row; whether readers or the writer kept it from finishing does not matter.
pub(super) fn checkpoint(connection: &Connection, command: &str) -> Result<(), Failure> {
    connection.query_row(command, [], |_| Ok(())).map_err(|error| explain(connection, &error, command))
}

/// A full disk only puts a checkpoint off; a failing one ends all writing.
pub(super) fn note(state: &State, failure: Failure) {
    match failure {
        Failure::Disk(sentence) => state.fail(&sentence),
        other => tracing::warn!("a checkpoint was put off: {}", other.into_error()),
    }
}
