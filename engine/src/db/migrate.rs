//! The schema's history: pairs of texts, one for each engine, applied in order and never edited after landing.
//!
//! Invariants: each step is one transaction together with its line in `schema_version`, so a crash leaves either the old or
//! the new schema; two processes cannot apply at the same time; a program that is older than the schema refuses to touch it.
//! Left out on purpose: steps back. A backup is the way back.

use rusqlite::{Connection, TransactionBehavior};
use tokio_postgres::Client;

use crate::error::{Error, Result};

/// One step of the schema, numbered from 1.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            sqlite: include_str!(concat!("../../migrations/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../../migrations/", $name, ".postgres.sql")),
        }),*]
    };
}

/// Every step, in order.
pub const MIGRATIONS: &[Migration] = migrations![
    "0001_first",
    "0002_invoices",
    "0003_money_back",
    "0004_portal_and_messages",
    "0005_cash_and_fees",
    "0006_real_processors",
    "0007_documents",
    "0008_payouts",
    "0009_remote_invoices",
    "0010_own_papers",
    "0011_order_of_entries",
    "0012_kept_of_payouts",
    "0013_each_dispute",
    "0014_mail_threads"
];

const CREATE: &str = "create table if not exists schema_version (
    version bigint not null primary key, name text not null, applied_at bigint not null)";
const LATEST: &str = "select coalesce(max(version), 0) from schema_version";
/// Any number will do that no other program uses on the same database: the letters "owed".
const ADVISORY_LOCK: &str = "select pg_advisory_xact_lock(1870095716)";
/// PostgreSQL notes which businesses are large and takes one it has not noted for nearly empty, so that a new business among
/// old ones is read row against row: measured 208 ms instead of 0.1 ms. Without notes it takes all for equally large.
const NO_FIGURES_OF_BUSINESSES: &str = "do $$
    declare name text;
    begin
        for name in select table_name from information_schema.columns
            where column_name = 'business_id' and table_schema = current_schema()
        loop
            execute format('alter table %I alter column business_id set statistics 0', name);
        end loop;
    end $$";

/// How many steps the schema has; refuses one that is newer than this program.
fn known(version: i64, migrations: &[Migration]) -> Result<usize> {
    match usize::try_from(version) {
        Ok(version) if version <= migrations.len() => Ok(version),
        _ => Err(Error::Fault(format!(
            "this database was written by a newer version of Owed (its schema is {version}, this program knows {}): use the newer program",
            migrations.len()
        ))),
    }
}

fn behind(version: i64, migrations: &[Migration]) -> Result<()> {
    if known(version, migrations)? < migrations.len() {
        return Err(Error::Fault("the database has an older schema: run `owed migrate` first".to_owned()));
    }
    Ok(())
}

/// Applies what is missing.
pub(crate) fn sqlite(connection: &mut Connection, migrations: &[Migration], now: i64) -> Result<()> {
    let fault = |error: rusqlite::Error| Error::Fault(format!("cannot prepare the database: {error}"));
    connection.execute_batch(CREATE).map_err(fault)?;
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(fault)?;
        let version = transaction.query_row(LATEST, [], |row| row.get(0)).map_err(fault)?;
        let Some(next) = migrations.get(known(version, migrations)?) else { return Ok(()) };
        tracing::info!("applying migration {}", next.name);
        let step = || -> rusqlite::Result<()> {
            transaction.execute_batch(next.sqlite)?;
            transaction.execute("insert into schema_version values (?1, ?2, ?3)", (version + 1, next.name, now))?;
            transaction.commit()
        };
        step().map_err(|error| Error::Fault(format!("migration {}: {error}", next.name)))?;
    }
}

/// Refuses a schema that is not exactly this program's.
pub(crate) fn check_sqlite(connection: &Connection, migrations: &[Migration]) -> Result<()> {
    let fault = |error: rusqlite::Error| Error::Fault(format!("this is not a database of Owed: {error}"));
    behind(connection.query_row(LATEST, [], |row| row.get(0)).map_err(fault)?, migrations)
}

/// Applies what is missing.
pub(crate) async fn postgres(client: &mut Client, migrations: &[Migration], now: i64) -> Result<()> {
    loop {
        let transaction = client.transaction().await.map_err(|error| fault("the database", &error))?;
        // Before anything else: two nodes that start together must not both see a table missing.
        transaction.batch_execute(ADVISORY_LOCK).await.map_err(|error| fault("the lock", &error))?;
        transaction.batch_execute(CREATE).await.map_err(|error| fault("schema_version", &error))?;
        let version: i64 = transaction.query_one(LATEST, &[]).await.map_err(|error| fault("schema_version", &error))?.get(0);
        let Some(next) = migrations.get(known(version, migrations)?) else { return Ok(()) };
        tracing::info!("applying migration {}", next.name);
        transaction.batch_execute(next.postgres).await.map_err(|error| fault(next.name, &error))?;
        transaction.batch_execute(NO_FIGURES_OF_BUSINESSES).await.map_err(|error| fault("statistics", &error))?;
        let line = "insert into schema_version values ($1, $2, $3)";
        transaction.execute(line, &[&(version + 1), &next.name, &now]).await.map_err(|error| fault(next.name, &error))?;
        transaction.commit().await.map_err(|error| fault(next.name, &error))?;
    }
}

/// Refuses a schema that is not exactly this program's.
pub(crate) async fn check_postgres(client: &Client, migrations: &[Migration]) -> Result<()> {
    let row = client.query_one(LATEST, &[]).await.map_err(|error| fault("this is not a database of Owed", &error))?;
    behind(row.get(0), migrations)
}

fn fault(what: &str, error: &tokio_postgres::Error) -> Error {
    Error::Fault(format!("cannot prepare the database: {what}: {}", super::postgres::sentence(error)))
}
