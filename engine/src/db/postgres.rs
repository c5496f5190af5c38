//! PostgreSQL: connections, and how values and failures look there.
//!
//! Invariants: a server that does not flush before it answers (`fsync` or `synchronous_commit` off) is refused; of several
//! hosts in the URL the one that takes writes is used; what runs together travels together, in order, and the answer to each
//! statement is looked at (after an error PostgreSQL answers COMMIT with ROLLBACK, and without an error).
//! Limits: see [`Use::settings`]. Left out on purpose: a connection pooler in transaction mode, which loses statements.

mod failure;
mod flight;
mod readers;
mod tls;
mod together;
mod types;
mod writer;

use std::str::FromStr;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::TargetSessionAttrs;

pub(crate) use self::failure::{Trouble, sentence};
pub(crate) use self::flight::Wire;
use super::queue::{Flow, Look, Outbox};
use super::{Mode, Shared, migrate};
use crate::error::{Error, Result};

/// Fewer and larger batches win: more writers were not faster.
pub(crate) const WRITERS: usize = 2;
const READER_THREADS: usize = 2;
const READERS_OF_A_THREAD: usize = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A host that does not acknowledge for so long is taken for lost.
const SILENCE: Duration = Duration::from_secs(15);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Write,
    Read,
    /// A check or an export in a process of its own: as long as it takes.
    ReadAtLeisure,
}

impl Use {
    /// A node that hangs must not hold locks for ever, nor a report a snapshot.
    fn settings(self) -> &'static str {
        match self {
            Use::Write => {
                "set statement_timeout = '60s'; set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '60s'"
            }
            Use::Read => {
                "set statement_timeout = '30s'; set idle_in_transaction_session_timeout = '60s'; set default_transaction_read_only = on"
            }
            Use::ReadAtLeisure => "set default_transaction_read_only = on",
        }
    }
}

/// Where the server is and how to speak to it.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    tls: tls::Tls,
}

impl Address {
    /// Reads a URL or a `key=value` text. `sslmode` is `disable`, `prefer` (the default: encrypted if the server can, without
    /// asking who it is) or `require` (also `verify-ca`, `verify-full`: the certificate must be valid for the host);
    /// `sslrootcert` is a file of certificates to trust instead of the public ones.
    pub(crate) fn parse(url: &str) -> Result<Address> {
        let (url, wanted) = tls::take_settings(url);
        let mut config =
            Config::from_str(&url).map_err(|error| Error::Fault(format!("the database URL: {}", sentence(&error))))?;
        let tls = tls::Tls::new(&mut config, &wanted)?;
        config.application_name("owed").keepalives(true).keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        Ok(Address { config, tls })
    }

    /// A connection that is ready for `purpose`. The task that carries it runs on the current runtime.
    pub(crate) async fn connect(&self, purpose: Use) -> Result<Wire, Trouble> {
        let mut config = self.config.clone();
        if purpose == Use::Write {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let (client, connection) = self.tls.connect(&config).await?;
        tokio::spawn(connection);
        client.batch_execute(purpose.settings()).await?;
        let durability = "select current_setting('fsync'), current_setting('synchronous_commit')";
        let row = client.query_one(durability, &[]).await?;
        let (fsync, commit): (&str, &str) = (row.get(0), row.get(1));
        if fsync == "off" || commit == "off" {
            let sentence = format!(
                "this PostgreSQL may lose what it has confirmed (fsync = {fsync}, synchronous_commit = {commit}); both must be on"
            );
            return Err(Trouble::Flow(Error::Fault(sentence)));
        }
        Ok(Wire::new(client))
    }

    /// Applies what is missing of the schema, or, for a reader, checks it. Blocks.
    pub(crate) fn prepare(&self, mode: Mode, migrations: &[migrate::Migration], now: i64) -> Result<()> {
        on_own_thread(async || match mode {
            Mode::ReadWrite => {
                let mut wire = self.connect(Use::Write).await?;
                migrate::postgres(wire.client_mut(), migrations, now).await
            }
            Mode::ReadOnly => {
                let wire = self.connect(Use::ReadAtLeisure).await?;
                migrate::check_postgres(wire.client(), migrations).await
            }
        })
    }

    /// Starts the writers, each with its queue, and the readers, who share one.
    pub(crate) fn start(
        &self,
        mode: Mode,
        shared: &Shared,
        flows: Vec<Outbox<Box<dyn Flow>>>,
        looks: &Outbox<Box<dyn Look>>,
    ) -> Result<Vec<JoinHandle<()>>> {
        let mut threads = Vec::new();
        for (number, flows) in flows.into_iter().enumerate() {
            let writer = writer::PostgresWriter::new(self.clone(), shared.clone(), flows);
            threads.push(spawn(&format!("postgres-write-{number}"), move || writer.run())?);
        }
        let purpose = if mode == Mode::ReadOnly { Use::ReadAtLeisure } else { Use::Read };
        for number in 0..READER_THREADS {
            let (address, shared, looks) = (self.clone(), shared.clone(), looks.clone());
            let readers = move || readers::run(address, purpose, shared, looks, READERS_OF_A_THREAD);
            threads.push(spawn(&format!("postgres-read-{number}"), readers)?);
        }
        Ok(threads)
    }
}

/// A thread that does nothing but this: flows are not sent between threads.
fn spawn<W: Future<Output = ()>>(name: &str, work: impl FnOnce() -> W + Send + 'static) -> Result<JoinHandle<()>> {
    let runtime = runtime()?;
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || tokio::task::LocalSet::new().block_on(&runtime, work()))
        .map_err(|error| Error::Fault(format!("no thread for {name}: {error}")))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Fault(format!("no runtime: {error}")))
}

/// Waits for something asynchronous, whether or not the caller runs on a runtime.
pub(crate) fn on_own_thread<T: Send, W: Future<Output = Result<T>>>(work: impl FnOnce() -> W + Send) -> Result<T> {
    std::thread::scope(|scope| scope.spawn(|| runtime()?.block_on(work())).join())
        .unwrap_or_else(|_| Err(Error::Fault("opening the database panicked".to_owned())))
}
