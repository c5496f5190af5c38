//! What a failure of PostgreSQL means for the flow, the batch and the connection.

use tokio_postgres::error::SqlState;

use crate::error::Error;

/// A statement or a connection that did not work.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It concerns the flow alone.
    Flow(Error),
    /// Another transaction was in the way: the batch is rolled back and may be run again.
    Conflict,
    /// The connection is gone, or leads to a server that no longer takes writes.
    Lost(String),
    /// The transaction failed before this statement, which says nothing about this one.
    Aborted,
}

impl Trouble {
    /// What a caller is told when nothing more can be done.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Trouble::Flow(error) => error,
            Trouble::Conflict => Error::Busy { retry_after_s: 1 },
            Trouble::Lost(_) => Error::Busy { retry_after_s: 3 },
            Trouble::Aborted => Error::Fault("a statement was sent into a transaction that had failed".to_owned()),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Flow(error)
    }
}

impl From<Trouble> for Error {
    /// Outside of a batch (starting, migrating) a lost connection is told in full.
    fn from(trouble: Trouble) -> Error {
        match trouble {
            Trouble::Lost(sentence) => Error::Fault(format!("cannot reach the database: {sentence}")),
            other => other.into_error(),
        }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Trouble {
        let Some(db) = error.as_db_error() else {
            let broken =
                error.is_closed() || std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>());
            return if broken { Trouble::Lost(sentence(&error)) } else { Trouble::Flow(Error::Fault(sentence(&error))) };
        };
        let code = db.code();
        let flow = |error| Trouble::Flow(error);
        match code.code() {
            "40001" | "40P01" => Trouble::Conflict,
            "25P02" => Trouble::Aborted,
            "23502" => {
                flow(Error::Broken { constraint: format!("{}.{}", db.table().unwrap_or("?"), db.column().unwrap_or("?")) })
            }
            "53100" => flow(Error::NoSpace),
            // A lock or a statement took too long; or the server has no memory or no connection to spare.
            "55P03" | "57014" | "53200" | "53300" => flow(Error::Busy { retry_after_s: 2 }),
            // Shut down, crashed, starting; a standby, or a former primary.
            "57P01" | "57P02" | "57P03" | "57P05" | "25006" | "25P03" => Trouble::Lost(sentence(&error)),
            class if class.starts_with("08") => Trouble::Lost(sentence(&error)),
            class if class.starts_with("23") => flow(Error::Broken { constraint: db.constraint().unwrap_or(class).to_owned() }),
            _ if *code == SqlState::PROTOCOL_VIOLATION => Trouble::Lost(sentence(&error)),
            _ => flow(Error::Fault(sentence(&error))),
        }
    }
}

/// The error with its cause: the driver's own text is only "db error".
pub(crate) fn sentence(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(db), _) => format!("{} ({})", db.message(), db.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
