//! SQLite: the file, its connections, and how values and failures look there.
//!
//! Invariants: write-ahead log with `synchronous=FULL`, so that an answered act survives a power cut; one process writes,
//! which a locked file beside the database ensures (the lock ends with the process, however it ends); readers cannot write.
//! Source of the settings: the measurements in `docs/architecture.md`. Left out on purpose: shared cache, autocheckpoint.

mod checkpoint;
mod failure;
mod reader;
mod statistics;
mod writer;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};

pub(crate) use self::failure::{Failure, explain};
use super::desk::Asked;
use super::migrate;
use super::queue::{Flow, Look, Outbox};
use super::sql::Sql;
use super::value::{List, Row, Value};
use super::{EngineKind, Mode, Shared};
use crate::error::{Error, Result};

pub(crate) const FILE: &str = "owed.sqlite";
const LOCK_FILE: &str = "owed.lock";
/// Readers beside the writer; each has a thread, a connection and a cache.
const MOST_READERS: usize = 8;
/// A statement that waits longer than this for another process gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// An open database file and what its threads share.
pub(crate) struct Sqlite {
    pub(crate) path: PathBuf,
    /// Whoever holds it may write. Let go when closed, or by the system when the process ends.
    lock: Mutex<Option<File>>,
    pub(crate) state: Arc<State>,
}

/// What the threads of one file tell each other.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The disk failed under a commit. Nothing is written any more: a second try could report success for lost data.
    pub(crate) failed: AtomicBool,
    /// Commits so far, so that the checkpoint thread can sleep while there are none.
    pub(crate) commits: AtomicU64,
}

impl State {
    pub(crate) fn fail(&self, sentence: &str) {
        if !self.failed.swap(true, Ordering::SeqCst) {
            tracing::error!("writing has stopped, because the disk failed: {sentence}; check the disk, then start again");
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.failed.load(Ordering::SeqCst) {
            return Err(Error::Fault("the disk failed; nothing is written until this process is started anew".to_owned()));
        }
        Ok(())
    }
}

impl Sqlite {
    /// Opens the file; a writer creates it and applies what is missing of `migrations`.
    pub(crate) fn open(data: &Path, mode: Mode, migrations: &[migrate::Migration], now: i64) -> Result<Sqlite> {
        let path = data.join(FILE);
        let lock = match mode {
            Mode::ReadWrite => Some(lock(data)?),
            Mode::ReadOnly if path.exists() => None,
            Mode::ReadOnly => return Err(Error::Fault(format!("there is no database at {}", path.display()))),
        };
        let mut connection = connect(&path, mode)?;
        match mode {
            Mode::ReadWrite => {
                migrate::sqlite(&mut connection, migrations, now)?;
                let fault = |error| Error::Fault(format!("cannot prepare {}: {error}", path.display()));
                statistics::write(&mut connection).map_err(fault)?;
            }
            Mode::ReadOnly => migrate::check_sqlite(&connection, migrations)?,
        }
        Ok(Sqlite { path, lock: Mutex::new(lock), state: Arc::default() })
    }

    /// Starts the writer with its checkpoint thread, and the readers.
    pub(crate) fn start(
        &self,
        mode: Mode,
        shared: &Shared,
        flows: Option<Outbox<Box<dyn Flow>>>,
        looks: &Outbox<Box<dyn Look>>,
    ) -> Result<Vec<JoinHandle<()>>> {
        let mut threads = Vec::new();
        let watch = reader::Watch::default();
        let readers = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, MOST_READERS);
        for number in 0..readers {
            let session = Session::new(connect(&self.path, Mode::ReadOnly)?);
            let reader = reader::SqliteReader::new(session, shared.clone(), looks.clone(), &watch);
            threads.push(spawn(&format!("sqlite-read-{number}"), move || reader.run())?);
        }
        if let Some(flows) = flows {
            let session = Session::new(connect(&self.path, mode)?);
            let (stop, stopped) = std::sync::mpsc::channel();
            let checkpoint = checkpoint::Checkpoint::new(connect(&self.path, mode)?, self.state.clone(), stopped, watch);
            let handle = spawn("sqlite-checkpoint", move || checkpoint.run())?;
            let writer = writer::SqliteWriter::new(session, &self.path, self.state.clone(), shared.clone(), flows);
            threads.push(spawn("sqlite-write", move || {
                writer.run();
                // The checkpoint thread ends with the writer, and before the file is let go.
                drop(stop);
                let _ = handle.join();
            })?);
        }
        Ok(threads)
    }

    /// Lets another process write. The threads have ended.
    pub(crate) fn unlock(&self) {
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Bytes in the write-ahead log.
    pub(crate) fn wal_bytes(&self) -> u64 {
        wal_bytes(&self.path)
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| Error::Fault(format!("no thread for {name}: {error}")))
}

fn wal_bytes(path: &Path) -> u64 {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    std::fs::metadata(wal).map_or(0, |file| file.len())
}

fn lock(data: &Path) -> Result<File> {
    use std::os::unix::fs::DirBuilderExt;
    let folder = |error| Error::Fault(format!("cannot use the data folder {}: {error}", data.display()));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(folder)?;
    let path = data.join(LOCK_FILE);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(Error::Fault(format!("another process is writing to {}; only one may: stop it first", data.join(FILE).display())))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(Error::Fault(format!("cannot lock {}: {error}", path.display()))),
    }
}

/// A connection with the settings that its use demands.
pub(crate) fn connect(path: &Path, mode: Mode) -> Result<Connection> {
    let access = match mode {
        Mode::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(256);
        // Otherwise a kept statement is planned anew for every other value that a partial index might care for.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let settings = match mode {
            Mode::ReadWrite => {
                "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -262144; pragma mmap_size = 1073741824;
                 pragma temp_store = memory; pragma foreign_keys = on; pragma wal_autocheckpoint = 0;"
            }
            Mode::ReadOnly => {
                "pragma query_only = on; pragma cache_size = -32768; pragma mmap_size = 1073741824; pragma temp_store = memory;"
            }
        };
        connection.execute_batch(settings)?;
        // What `{folded:…}` calls; nothing that is kept (an index, a trigger) may, because other programs do not have it.
        let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
        connection.create_scalar_function("folded", 1, pure, |call| {
            Ok(call.get::<Option<String>>(0)?.map(|text| text.to_lowercase()))
        })?;
        Ok(connection)
    };
    open().map_err(|error| Error::Fault(format!("cannot open {}: {error}", path.display())))
}

/// How many parameters a text takes and which columns it answers, or why it is refused.
pub(crate) fn describe(connection: &Connection, sql: &Sql) -> std::result::Result<(usize, Vec<String>), String> {
    let statement = connection.prepare(sql.text(EngineKind::Sqlite)).map_err(|error| error.to_string())?;
    Ok((statement.parameter_count(), statement.column_names().map(str::to_owned).collect()))
}

/// A connection and what it remembers about its statements.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    columns: RefCell<HashMap<usize, Arc<[String]>>>,
}

impl Session {
    pub(crate) fn new(connection: Connection) -> Session {
        Session { connection, columns: RefCell::default() }
    }

    /// Answers what a flow asked, in its order.
    pub(crate) fn answer(&self, asked: &[Asked]) -> Result<(), Failure> {
        for one in asked {
            let (sql, params) = one.question.statement();
            one.answer(self.rows(sql, params)?);
        }
        Ok(())
    }

    /// The rows of a query.
    pub(crate) fn rows(&self, sql: &'static Sql, params: &[Value]) -> Result<Vec<Row>, Failure> {
        self.rows_of(sql, params).map_err(|error| explain(&self.connection, &error, &sql.name))
    }

    fn rows_of(&self, sql: &'static Sql, params: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(sql.text(EngineKind::Sqlite))?;
        let columns = self
            .columns
            .borrow_mut()
            .entry(std::ptr::from_ref(sql).addr())
            .or_insert_with(|| statement.column_names().map(str::to_owned).collect())
            .clone();
        bind(&mut statement, params)?;
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values = (0..columns.len()).map(|at| row.get_ref(at).map(value)).collect::<rusqlite::Result<Vec<Value>>>()?;
            rows.push(Row { columns: columns.clone(), values });
        }
        Ok(rows)
    }

    /// Runs a write and answers how many rows it changed.
    pub(crate) fn change(&self, sql: &Sql, params: &[Value]) -> Result<u64, Failure> {
        let run = || -> rusqlite::Result<u64> {
            let mut statement = self.connection.prepare_cached(sql.text(EngineKind::Sqlite))?;
            bind(&mut statement, params)?;
            statement.raw_execute().map(|changed| changed as u64)
        };
        run().map_err(|error| explain(&self.connection, &error, &sql.name))
    }

    /// A command without parameters: `begin immediate`, `savepoint flow`.
    pub(crate) fn command(&self, command: &'static str) -> Result<(), Failure> {
        let run = || self.connection.prepare_cached(command)?.raw_execute();
        run().map(|_| ()).map_err(|error| explain(&self.connection, &error, command))
    }
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Value]) -> rusqlite::Result<()> {
    if statement.parameter_count() != params.len() {
        return Err(rusqlite::Error::InvalidParameterCount(params.len(), statement.parameter_count()));
    }
    for (at, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, Bound(param))?;
    }
    Ok(())
}

struct Bound<'v>(&'v Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Bool(it) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*it))),
            Value::Int(it) => ToSqlOutput::Borrowed(ValueRef::Integer(*it)),
            Value::Text(it) => ToSqlOutput::Borrowed(ValueRef::Text(it.as_bytes())),
            Value::Uuid(it) => ToSqlOutput::Borrowed(ValueRef::Blob(it.as_bytes())),
            Value::Bytes(it) => ToSqlOutput::Borrowed(ValueRef::Blob(it)),
            Value::List(list) => ToSqlOutput::Owned(rusqlite::types::Value::Text(json_list(list))),
        })
    }
}

/// A list as JSON, which `json_each` takes apart; ids in hexadecimal, for `unhex`.
fn json_list(list: &List) -> String {
    let items: Vec<serde_json::Value> = match list {
        List::Ids(ids) => ids.iter().map(|id| id.simple().to_string().into()).collect(),
        List::Texts(texts) => texts.iter().map(|text| text.as_str().into()).collect(),
    };
    serde_json::Value::Array(items).to_string()
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(it) => Value::Int(it),
        // No table has a column of floats; an average in a query shows up as the text it is, and fails there by name.
        ValueRef::Real(it) => Value::Text(it.to_string()),
        ValueRef::Text(it) => Value::Text(String::from_utf8_lossy(it).into_owned()),
        ValueRef::Blob(it) => Value::Bytes(it.to_vec()),
    }
}
