//! The database: one way to write, one way to read, on SQLite and on PostgreSQL.
//!
//! [`Db::write`] queues a flow; a worker runs all flows that wait inside one transaction, each in a savepoint of its own,
//! commits once, and only then answers (group commit). [`Db::read`] gives one consistent view. A flow awaits its reads first
//! and then lays down its writes, which are applied when it ends; it never touches a connection (`desk.rs`).
//!
//! Invariants: an answer means that it is on disk; a flow that fails leaves nothing behind and harms no other in its batch;
//! only this crate can run SQL. Limits: 4096 flows may wait ([`queue`]), 256 share a commit; beyond that callers are told to
//! come back. Left out on purpose: an ORM, generics over the engine, retries anywhere else, nested transactions.

mod batch;
mod check;
mod desk;
mod migrate;
mod postgres;
mod queue;
mod sql;
mod sqlite;
mod table;
#[cfg(test)]
mod tests;
mod tx;
mod value;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use books::ids::BusinessId;

pub use self::check::Prepared;
pub use self::migrate::{MIGRATIONS, Migration};
pub(crate) use self::sql::{Registered as RegisteredSql, Sql, sql};
pub(crate) use self::table::{Registered as RegisteredTable, Table, TableInfo, row, table};
pub use self::tx::Prior;
pub(crate) use self::tx::{Expect, Reader, Tx};
pub(crate) use self::value::{Column, FromRow, Row, ToValue, Value, text_column};
use crate::clock::{Clock, Ids};
use crate::error::{Error, Result};
pub(crate) use inventory;

use self::queue::{BUSY, Counters, Flow, Inbox, Look, Outbox};

/// Which database this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    Sqlite,
    Postgres,
}

/// Whether this process may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The one writing process of a SQLite file, or a node on PostgreSQL. Applies pending migrations.
    ReadWrite,
    /// Beside a writing process: checks, exports, backups.
    ReadOnly,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// The data folder; the SQLite file lies in it unless a URL is given.
    pub data: PathBuf,
    /// `postgres://…`
    pub url: Option<String>,
    pub mode: Mode,
}

/// Figures since the start, for `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Flows and reads that wait.
    pub waiting: u64,
    /// Durable commits.
    pub batches: u64,
    /// Flows in them.
    pub flows: u64,
    /// Those among them that were refused or failed.
    pub refused: u64,
    /// Flows that were run again after a conflict.
    pub reruns: u64,
    /// Microseconds spent in COMMIT.
    pub commit_micros: u64,
    pub reads: u64,
    /// Connections to PostgreSQL that were lost.
    pub lost_connections: u64,
    /// Bytes in SQLite's write-ahead log.
    pub wal_bytes: u64,
}

/// What every worker has.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) counters: Arc<Counters>,
}

/// An open database. Copies share it; the last one to go, or [`Db::shutdown`], finishes the queue and closes it.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    engine: Engine,
    shared: Shared,
    lanes: RwLock<Option<Lanes>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Address>),
}

/// The ways in, as long as it is open.
struct Lanes {
    writers: Vec<Inbox<Box<dyn Flow>>>,
    readers: Inbox<Box<dyn Look>>,
}

crate::db::sql!(READY, "select max(version) as version from schema_version");

impl Db {
    /// Opens the database and brings its schema up to date. Refuses a second writing process on a SQLite file, a PostgreSQL
    /// that may lose what it has confirmed, and a schema that is newer than this program.
    pub fn open(config: &DbConfig, clock: Clock) -> Result<Db> {
        Db::open_with(config, clock, MIGRATIONS)
    }

    /// The same with a schema of one's own.
    pub fn open_with(config: &DbConfig, clock: Clock, migrations: &[Migration]) -> Result<Db> {
        let shared = Shared { ids: Ids::new(clock.clone()), counters: Arc::default(), clock };
        let now = shared.clock.now().0;
        let engine = match &config.url {
            None => Engine::Sqlite(sqlite::Sqlite::open(&config.data, config.mode, migrations, now)?),
            Some(url) => {
                let address = postgres::Address::parse(url)?;
                address.prepare(config.mode, migrations, now)?;
                Engine::Postgres(Box::new(address))
            }
        };
        let writers = match (&engine, config.mode) {
            (_, Mode::ReadOnly) => 0,
            (Engine::Sqlite(_), Mode::ReadWrite) => 1,
            (Engine::Postgres(_), Mode::ReadWrite) => postgres::WRITERS,
        };
        let (writers, flows): (Vec<_>, Vec<_>) = (0..writers).map(|_| queue::queue::<Box<dyn Flow>>(&shared.counters)).unzip();
        let (readers, looks) = queue::queue::<Box<dyn Look>>(&shared.counters);
        let threads = engine.start(config.mode, &shared, flows, &looks)?;
        let lanes = RwLock::new(Some(Lanes { writers, readers }));
        Ok(Db(Arc::new(Inner { engine, shared, lanes, threads: Mutex::new(threads) })))
    }

    pub fn engine(&self) -> EngineKind {
        match self.0.engine {
            Engine::Sqlite(_) => EngineKind::Sqlite,
            Engine::Postgres(_) => EngineKind::Postgres,
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.0.shared.clock
    }

    /// The source of new ids.
    pub fn ids(&self) -> Ids {
        self.0.shared.ids.clone()
    }

    /// Runs a business act and answers when it is durable. It may be run more than once, but takes effect once or not at all.
    /// If the caller goes away, it is done all the same. It may await nothing but its reads.
    ///
    /// Refuses with [`Error::Busy`] when too many wait, and when the outcome of the commit is not known.
    pub(crate) async fn write<T, F>(&self, business: BusinessId, flow: F) -> Result<T>
    where
        F: AsyncFn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let answer = self.through(|lanes| {
            let lane = usize::try_from(business.0.as_u128() % lanes.writers.len().max(1) as u128).unwrap_or_default();
            lanes.writers.get(lane).ok_or_else(|| Error::Fault("this process only reads".to_owned()))?.write(business, flow)
        })?;
        // A worker that ends without an answer has panicked or the process is going down.
        answer.await.unwrap_or(Err(BUSY))
    }

    /// Looks at the books as they are at one moment.
    pub(crate) async fn read<T, F>(&self, view: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Reader<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let answer = self.through(|lanes| lanes.readers.read(view))?;
        answer.await.unwrap_or(Err(BUSY))
    }

    /// Whether the database answers, and can be written where this process writes.
    pub async fn ready(&self) -> Result<()> {
        if let Engine::Sqlite(sqlite) = &self.0.engine {
            sqlite.state.check()?;
        }
        self.read(async |reader: &mut Reader<'_>| reader.query_one::<Row>(&READY, &[]).await.map(|_| ())).await
    }

    pub fn numbers(&self) -> Numbers {
        use std::sync::atomic::Ordering::Relaxed;
        let counters = &self.0.shared.counters;
        Numbers {
            waiting: counters.waiting.load(Relaxed) as u64,
            batches: counters.batches.load(Relaxed),
            flows: counters.flows.load(Relaxed),
            refused: counters.refused.load(Relaxed),
            reruns: counters.reruns.load(Relaxed),
            commit_micros: counters.commit_micros.load(Relaxed),
            reads: counters.reads.load(Relaxed),
            lost_connections: counters.lost_connections.load(Relaxed),
            wal_bytes: if let Engine::Sqlite(sqlite) = &self.0.engine { sqlite.wal_bytes() } else { 0 },
        }
    }

    /// Takes nothing more, finishes what waits, and closes. Blocks until that is done.
    pub fn shutdown(&self) {
        self.0.close();
    }

    fn through<T>(&self, put: impl FnOnce(&Lanes) -> Result<T>) -> Result<T> {
        let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.as_ref().map_or(Err(BUSY), put)
    }
}

impl Engine {
    fn start(
        &self,
        mode: Mode,
        shared: &Shared,
        mut flows: Vec<Outbox<Box<dyn Flow>>>,
        looks: &Outbox<Box<dyn Look>>,
    ) -> Result<Vec<JoinHandle<()>>> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.start(mode, shared, flows.pop(), looks),
            Engine::Postgres(address) => address.start(mode, shared, flows, looks),
        }
    }
}

impl Inner {
    fn close(&self) {
        drop(self.lanes.write().unwrap_or_else(PoisonError::into_inner).take());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // The last copy may be dropped by a flow, on a worker's own thread, which cannot wait for itself.
        for thread in threads.into_iter().filter(|thread| thread.thread().id() != std::thread::current().id()) {
            if thread.join().is_err() {
                tracing::error!("a thread of the database panicked");
            }
        }
        if let Engine::Sqlite(sqlite) = &self.engine {
            sqlite.unlock();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
