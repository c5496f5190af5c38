//! Places for databases: a fresh one for each test, on both engines, gone when the test ends.

use std::path::{Path, PathBuf};

use engine::db::EngineKind;
use tokio_postgres::NoTls;

use super::block_on;

/// Where the throw-away PostgreSQL is; `cargo xtask test` sets it, `cargo xtask postgres` prints it.
const POSTGRES_URL: &str = "OWED_TEST_POSTGRES_URL";

/// A data folder and, on PostgreSQL, a database of its own. Both are removed at the end.
pub struct Place {
    pub data: PathBuf,
    pub url: Option<String>,
}

impl Place {
    /// One on each engine.
    pub fn both() -> [Place; 2] {
        [Place::on(EngineKind::Sqlite), Place::on(EngineKind::Postgres)]
    }

    pub fn on(engine: EngineKind) -> Place {
        match engine {
            EngineKind::Sqlite => Place { data: folder(), url: None },
            EngineKind::Postgres => Place::postgres(),
        }
    }

    fn postgres() -> Place {
        let name = format!("owed_test_{}", unique());
        administer(&format!("create database {name}"));
        let url = server_url();
        let (server, _) = url.rsplit_once('/').expect("the URL names a database");
        Place { data: folder(), url: Some(format!("{server}/{name}")) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(name) = self.url.as_deref().and_then(|url| url.rsplit('/').next()) {
            administer(&format!("drop database if exists {name} with (force)"));
        }
        if let Err(error) = std::fs::remove_dir_all(&self.data) {
            eprintln!("could not remove {}: {error}", self.data.display());
        }
    }
}

fn server_url() -> String {
    std::env::var(POSTGRES_URL).unwrap_or_else(|_| {
        panic!("{POSTGRES_URL} is not set: run `cargo xtask test`, or `cargo xtask postgres` beside `cargo test`")
    })
}

fn unique() -> String {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).expect("random bytes");
    hex::encode(bytes)
}

/// In memory where the machine has such a place, so that tests do not wait for a disk.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = base.join(format!("owed-test-{}", unique()));
    std::fs::create_dir(&folder).expect("a folder for the test");
    folder
}

fn administer(command: &str) {
    let command = command.to_owned();
    let work = async move {
        let (client, connection) = tokio_postgres::connect(&server_url(), NoTls).await.expect("the test server answers");
        tokio::spawn(connection);
        client.batch_execute(&command).await
    };
    // A thread of its own, because the test may be on a runtime that cannot wait here.
    let done = std::thread::spawn(move || block_on(work)).join().expect("the administering thread ends");
    done.expect("the test server obeys");
}
