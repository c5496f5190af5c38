//! What `cargo xtask test` does, step by step, and the summary it ends with.
//!
//! Invariant: every step runs even when an earlier one failed, so that one run tells everything; the exit code is
//! that of the worst. A missing program is a failure, never a skip; only `fmt` and `clippy`, which a tool chain may
//! lack, are named as left out.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::postgres::Postgres;
use crate::programs;

enum Outcome {
    Passed,
    Failed,
    LeftOut,
}

struct Step {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// Format, lints and tests of the whole workspace.
pub fn test() -> Result<(), String> {
    let browser = programs::browser()?;
    println!("xtask: browser {}", browser.display());
    let postgres = Postgres::start()?;
    println!("xtask: PostgreSQL {}", postgres.url());
    let environment = Environment { postgres: &postgres, browser: &browser };
    let steps = [
        environment.component("fmt", &["fmt", "--all", "--check"]),
        environment.component("clippy", &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        environment.cargo("test", &["test", "--release", "--workspace", "--no-fail-fast"]),
    ];
    drop(postgres);
    println!("xtask: PostgreSQL stopped");
    summarize(&steps)
}

struct Environment<'a> {
    postgres: &'a Postgres,
    browser: &'a Path,
}

impl Environment<'_> {
    fn component(&self, name: &'static str, arguments: &[&str]) -> Step {
        if programs::has_cargo_component(name) {
            self.cargo(name, arguments)
        } else {
            Step { name, outcome: Outcome::LeftOut, took: Duration::ZERO }
        }
    }

    fn cargo(&self, name: &'static str, arguments: &[&str]) -> Step {
        println!("\nxtask: cargo {}", arguments.join(" "));
        let begun = Instant::now();
        let status = Command::new("cargo")
            .args(arguments)
            .env("OWED_TEST_POSTGRES_URL", self.postgres.url())
            .env("OWED_TEST_CHROMIUM", self.browser)
            .status();
        let outcome = if status.is_ok_and(|status| status.success()) { Outcome::Passed } else { Outcome::Failed };
        Step { name, outcome, took: begun.elapsed() }
    }
}

fn summarize(steps: &[Step]) -> Result<(), String> {
    println!("\nxtask: summary");
    for step in steps {
        let word = match step.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::LeftOut => "left out: this tool chain does not have it",
        };
        println!("  {:<8} {word} ({} s)", step.name, step.took.as_secs());
    }
    let failed: Vec<&str> = steps.iter().filter(|step| matches!(step.outcome, Outcome::Failed)).map(|step| step.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}
