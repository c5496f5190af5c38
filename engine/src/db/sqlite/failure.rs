//! What a failure of SQLite means for the flow, the batch and the process.

use rusqlite::{Connection, ErrorCode, ffi};

use crate::error::Error;

/// A statement that did not work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It concerns the flow alone.
    Flow(Error),
    /// The disk is full: the transaction is rolled back, the next may work.
    NoSpace,
    /// The disk or the file is broken: nothing may be written any more.
    Disk(String),
}

impl Failure {
    /// What a caller is told.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Failure::Flow(error) => error,
            Failure::NoSpace => Error::NoSpace,
            Failure::Disk(sentence) => Error::Fault(format!("the disk failed: {sentence}")),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Flow(error)
    }
}

/// Reads an error of the connection; `what` names the statement.
pub(crate) fn explain(connection: &Connection, error: &rusqlite::Error, what: &str) -> Failure {
    let rusqlite::Error::SqliteFailure(code, message) = error else {
        return Failure::Flow(Error::Fault(format!("{what}: {error}")));
    };
    match code.code {
        ErrorCode::ConstraintViolation => {
            let constraint = constraint(connection, code.extended_code, message.as_deref().unwrap_or_default());
            Failure::Flow(Error::Broken { constraint })
        }
        ErrorCode::DiskFull => Failure::NoSpace,
        ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Failure::Disk(format!("{what}: {error}"))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Failure::Flow(Error::Busy { retry_after_s: 2 }),
        ErrorCode::OperationInterrupted => Failure::Flow(Error::Fault(format!("{what}: this read took too long and was ended"))),
        _ => Failure::Flow(Error::Fault(format!("{what}: {error}"))),
    }
}

/// The name under which PostgreSQL would report the same breach.
fn constraint(connection: &Connection, extended: i32, message: &str) -> String {
    let subject = message.split_once(": ").map_or(message, |(_, subject)| subject);
    match extended {
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => "foreign_key".to_owned(),
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            unique(connection, subject).unwrap_or_else(|_| subject.to_owned())
        }
        _ => subject.to_owned(),
    }
}

/// SQLite names the columns of a broken unique key (`event.actor, event.idempotency_key`), not the index.
fn unique(connection: &Connection, subject: &str) -> rusqlite::Result<String> {
    if let Some(name) = subject.strip_prefix("index '") {
        return Ok(name.trim_end_matches('\'').to_owned());
    }
    let table = subject.split('.').next().unwrap_or_default();
    let broken: Vec<&str> = subject.split(", ").filter_map(|column| column.split_once('.')).map(|(_, column)| column).collect();
    let mut indexes = connection.prepare_cached("select name, origin from pragma_index_list(?1) where \"unique\"")?;
    let mut columns = connection.prepare_cached("select name from pragma_index_info(?1) order by seqno")?;
    let known = indexes.query_map([table], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    for index in known {
        let (name, origin) = index?;
        let of_index: Vec<String> = columns.query_map([&name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if of_index == broken {
            return Ok(if origin == "pk" { format!("{table}_pkey") } else { name });
        }
    }
    // An `integer primary key` has no index of its own.
    Ok(format!("{table}_pkey"))
}
