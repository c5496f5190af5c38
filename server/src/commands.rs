//! What the commands of the command line do, apart from serving.
//!
//! Invariants: stdout carries the answer alone (a key, a dump, a report), everything else goes to stderr; a command that only
//! reads opens the database beside a running server and changes nothing, not even the schema. Left out: what is asked for,
//! which `cli.rs` parses, and every rule, which the engine has.

use std::io::{self, Write};

use engine::clock::Clock;
use engine::db::{Db, DbConfig, Mode};
use engine::flows::create_business::{NewBusiness, create_business};

use crate::cli::{self, SetupArgs};
use crate::config::Config;
use crate::run::Failure;
use crate::{desk, open};

pub mod doctor;
pub mod errands;
pub mod verify;

/// `owed setup`: a business, its owner, and a key if asked for. The password is read from standard input.
pub async fn setup(config: &Config, args: &SetupArgs) -> Result<(), Failure> {
    not_beside_a_server(config, "setup").await?;
    let password = password()?;
    let services = open::services(config, Mode::ReadWrite)?;
    let name = config.business.clone().unwrap_or_default();
    let new = NewBusiness {
        name,
        currency: args.currency,
        owner_email: args.email.clone(),
        owner_name: errands::name_of(&args.email),
        password,
        time_zone: "UTC".to_owned(),
        api_key: args.api_key,
    };
    let made = create_business(&services.db, new).await?;
    services.db.shutdown();
    match made.api_key {
        Some(key) => say(&key),
        None => {
            eprintln!("created {}", made.business);
            Ok(())
        }
    }
}

/// `owed migrate`: applies what is pending.
pub async fn migrate(config: &Config) -> Result<(), Failure> {
    not_beside_a_server(config, "migrate").await?;
    let services = open::services(config, Mode::ReadWrite)?;
    services.db.shutdown();
    eprintln!("the schema is up to date");
    Ok(())
}

/// `owed dump`: every table as JSON lines on stdout.
pub async fn dump(config: &Config) -> Result<(), Failure> {
    let db = beside(config)?;
    let dumped = engine::dump::dump(&db, io::stdout()).await?;
    db.shutdown();
    if !dumped.cut_short {
        tracing::info!(rows = dumped.rows, "everything was written");
    }
    Ok(())
}

/// Opens the database to read only, whether or not a server is running.
pub(crate) fn beside(config: &Config) -> Result<Db, Failure> {
    database(config, Mode::ReadOnly)
}

/// Opens the database alone: no key file, no mail.
pub(crate) fn database(config: &Config, mode: Mode) -> Result<Db, Failure> {
    let clock = config.test_clock.map_or_else(Clock::system, Clock::test);
    let url = config.database_url.as_ref().map(|url| url.reveal().to_owned());
    Ok(Db::open(&DbConfig { data: config.data.clone(), url, mode }, clock)?)
}

/// The password on standard input. A person at a terminal is told that it is waited for.
fn password() -> Result<String, Failure> {
    use io::IsTerminal as _;
    if io::stdin().is_terminal() {
        eprintln!("Type the password, then Enter and Ctrl-D.");
    }
    cli::read_secret(io::stdin()).map_err(|e| Failure::Other(format!("the password cannot be read: {e}")))
}

/// On SQLite one process writes. The lock would refuse a second one; this says so in the words of the command.
async fn not_beside_a_server(config: &Config, command: &str) -> Result<(), Failure> {
    if config.database_url.is_none() && desk::somebody_serves(&config.data).await {
        let data = config.data.display();
        return Err(Failure::Other(format!("a server is running on {data}; stop it first, then run `owed {command}` again")));
    }
    Ok(())
}

/// Writes an answer on stdout. Whoever stops reading, as `head` does, has read enough.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Other(format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
