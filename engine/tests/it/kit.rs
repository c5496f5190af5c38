//! Places for databases: a fresh one for each test, on both engines, gone when the test ends.
//!
//! Invariant: a missing PostgreSQL is a failure and never a skip. SQLite files lie in memory where the machine has such a
//! place, so that tests do not wait for a disk; what they prove about locks and transactions does not depend on it.
#![allow(dead_code, reason = "each test binary uses its own part of the kit")]

use std::path::{Path, PathBuf};

/// Where the throw-away PostgreSQL is; `cargo xtask test` sets it, `cargo xtask postgres` prints it.
pub const POSTGRES_URL: &str = "OWED_TEST_POSTGRES_URL";

/// A data folder and, on PostgreSQL, a database of its own. Both are removed at the end.
pub struct Place {
    pub data: PathBuf,
    pub url: Option<String>,
}

impl Place {
    pub fn sqlite() -> Place {
        Place { data: folder(), url: None }
    }

    pub fn postgres() -> Place {
        let name = format!("owed_test_{}", unique());
        administer(&format!("create database {name}"));
        Place { data: folder(), url: Some(with_database(&server_url(), &name)) }
    }

    /// One on each engine.
    pub fn both() -> [Place; 2] {
        [Place::sqlite(), Place::postgres()]
    }

    fn database(&self) -> Option<&str> {
        self.url.as_deref()?.rsplit('/').next()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(name) = self.database() {
            administer(&format!("drop database if exists {name} with (force)"));
        }
        if let Err(error) = std::fs::remove_dir_all(&self.data) {
            eprintln!("could not remove {}: {error}", self.data.display());
        }
    }
}

/// The URL of the server that tests may create databases on.
pub fn server_url() -> String {
    std::env::var(POSTGRES_URL).unwrap_or_else(|_| {
        panic!("{POSTGRES_URL} is not set: run `cargo xtask test`, or `cargo xtask postgres` beside `cargo test`")
    })
}

/// Runs something asynchronous to its end.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime for the test").block_on(work)
}

/// A plain client, for looking at the server from outside.
pub async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the test server answers");
    tokio::spawn(connection);
    client
}

/// A name that no other test has.
pub fn unique() -> String {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).expect("random bytes");
    hex::encode(bytes)
}

fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = base.join(format!("owed-test-{}", unique()));
    std::fs::create_dir(&folder).expect("a folder for the test");
    folder
}

fn administer(command: &str) {
    let command = command.to_owned();
    // A thread of its own, because the test may be on a runtime that cannot wait here.
    std::thread::spawn(move || block_on(async { client(&server_url()).await.batch_execute(&command).await }))
        .join()
        .expect("the administering thread ends")
        .expect("the test server obeys");
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("the URL names a database");
    format!("{server}/{name}")
}
