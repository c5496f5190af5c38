//! Log lines on stderr: text for people or one JSON object a line for collectors.
//!
//! Invariants: stdout is left to the answers of commands; a line written while a request is answered carries that
//! request's id (the span of `request_id.rs`); paths are logged as route patterns, because links to payers carry their
//! right in the path. Left out: files and rotation, which belong to whatever runs the process.

use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::cli::LogFormat;
use crate::config::{ConfigError, LogSettings};

/// Modules of others that say too much at `info`.
const QUIET: &str = "hyper=warn,hyper_util=warn,h2=warn,rustls=warn,tokio_postgres=warn";

/// Starts logging, once a process. A filter that cannot be understood is an error that names it.
pub fn start(settings: &LogSettings) -> Result<(), ConfigError> {
    let filter = filter(&settings.filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    let started: Result<(), TryInitError> = match settings.format {
        LogFormat::Text => {
            registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false)).try_init()
        }
        LogFormat::Json => {
            let lines =
                tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(std::io::stderr);
            registry.with(lines).try_init()
        }
    };
    started.map_err(|e| ConfigError { setting: "log".to_owned(), reason: e.to_string() })?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Reads `OWED_LOG`. What it says itself comes after, and wins over, what keeps others quiet.
fn filter(text: &str) -> Result<EnvFilter, ConfigError> {
    let wrong = |reason: String| ConfigError { setting: "OWED_LOG".to_owned(), reason };
    EnvFilter::builder().parse(text).map_err(|e| wrong(format!("{text:?} is not a log filter: {e}")))?;
    EnvFilter::builder().parse(format!("{QUIET},{text}")).map_err(|e| wrong(e.to_string()))
}

/// A panic is our fault, so it is a log line like any other; the request it happened in is answered in `respond.rs`.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = panic.payload_as_str().unwrap_or("panicked without a message");
    tracing::error!(place, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_or_named() {
        for good in ["info", "warn,engine=debug", "off", "error"] {
            assert!(filter(good).is_ok(), "{good}");
        }
        let bad = filter("engine=loud").expect_err("no such level");
        assert_eq!(bad.setting, "OWED_LOG");
        assert!(bad.reason.contains("engine=loud"), "{bad}");
    }

    #[test]
    fn what_is_asked_for_wins_over_the_quiet_list() {
        assert!(filter("info,hyper=trace").expect("a filter").to_string().contains("hyper=trace"));
    }
}
