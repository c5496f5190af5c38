//! Threads that read, each on a connection that cannot write.
//!
//! Invariant: everything that one read sees is of one moment. Limit: [`READ_LIMIT`] for a read beside a writer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::InterruptHandle;

use super::{Failure, Session};
use crate::db::Shared;
use crate::db::desk::{Desk, Step, step};
use crate::db::queue::{Look, Outbox};
use crate::db::tx::Reader;
use crate::error::Result;

/// A read that takes longer is ended. Checks of the whole books run in a process of their own, which has no such limit.
const READ_LIMIT: Duration = Duration::from_secs(30);

/// Who reads since when, so that the checkpoint thread can end what takes too long.
#[derive(Clone, Default)]
pub(super) struct Watch {
    readers: Arc<Mutex<Vec<Watched>>>,
}

struct Watched {
    since: Arc<Mutex<Option<Instant>>>,
    handle: InterruptHandle,
}

impl Watch {
    fn add(&self, handle: InterruptHandle) -> Arc<Mutex<Option<Instant>>> {
        let since = Arc::new(Mutex::new(None));
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(Watched { since: since.clone(), handle });
        since
    }

    pub(super) fn end_overdue(&self) {
        for reader in self.readers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // The lock is held over the interrupt, so that it cannot hit the next read.
            let since = reader.since.lock().unwrap_or_else(PoisonError::into_inner);
            if since.is_some_and(|since| since.elapsed() > READ_LIMIT) {
                reader.handle.interrupt();
            }
        }
    }
}

pub(super) struct SqliteReader {
    session: Session,
    shared: Shared,
    looks: Outbox<Box<dyn Look>>,
    since: Arc<Mutex<Option<Instant>>>,
}

impl SqliteReader {
    pub(super) fn new(session: Session, shared: Shared, looks: Outbox<Box<dyn Look>>, watch: &Watch) -> SqliteReader {
        let since = watch.add(session.connection.get_interrupt_handle());
        SqliteReader { session, shared, looks, since }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(self) {
        while let Some(mut look) = self.looks.blocking_next() {
            self.watch(Some(Instant::now()));
            let outcome = self.look(look.as_mut());
            self.watch(None);
            self.shared.counters.reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            look.answer(outcome);
        }
    }

    fn watch(&self, since: Option<Instant>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn look(&self, look: &mut dyn Look) -> Result<()> {
        self.session.command("begin").map_err(Failure::into_error)?;
        let outcome = self.play(look);
        if !self.session.connection.is_autocommit() {
            self.session.command("rollback").map_err(Failure::into_error)?;
        }
        outcome
    }

    fn play(&self, look: &mut dyn Look) -> Result<()> {
        let desk = Desk::default();
        let mut reader = Reader::new(&desk, self.shared.clock.now());
        let mut running = look.run(&mut reader);
        loop {
            match step(&mut running, &desk) {
                Step::Done(outcome) => return outcome,
                Step::Waits(asked) => self.session.answer(&asked).map_err(Failure::into_error)?,
            }
        }
    }
}
