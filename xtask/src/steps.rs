//! What `cargo xtask test` does, step by step, and the summary it ends with.
//!
//! Invariant: every step runs even when an earlier one failed, so that one run tells everything; the exit code is
//! that of the worst. A missing program is a failure, never a skip; only `fmt` and `clippy`, which a tool chain may
//! lack, are named as left out.

use std::path::{Path, PathBuf};
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

/// Format, lints, tests of the whole workspace, and the main job in a browser.
pub fn test() -> Result<(), String> {
    let browser = programs::browser()?;
    programs::node()?;
    programs::poppler()?;
    programs::qpdf();
    println!("xtask: browser {}", browser.display());
    let postgres = Postgres::start()?;
    println!("xtask: PostgreSQL {}", postgres.url());
    let judge = programs::invoice_judge(&target());
    let localstripe = programs::localstripe(&target());
    let aiosmtpd = programs::aiosmtpd(&target());
    let environment = Environment { postgres: &postgres, browser: &browser, judge, localstripe, aiosmtpd };
    let steps = [
        tidy(),
        environment.component("fmt", &["fmt", "--all", "--check"]),
        environment.component("clippy", &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        environment.cargo("test", &["test", "--release", "--workspace", "--no-fail-fast"]),
        environment.walk(),
    ];
    drop(postgres);
    println!("xtask: PostgreSQL stopped");
    summarize(&steps)
}

fn tidy() -> Step {
    println!("\nxtask: tidy");
    let begun = Instant::now();
    let outcome = match crate::tidy::tidy().and(crate::promises::check(root())) {
        Ok(()) => Outcome::Passed,
        Err(complaints) => {
            println!("{complaints}");
            Outcome::Failed
        }
    };
    Step { name: "tidy", outcome, took: begun.elapsed() }
}

/// The browser's walks alone.
pub fn walk() -> Result<(), String> {
    let browser = programs::browser()?;
    programs::node()?;
    programs::poppler()?;
    let postgres = Postgres::start()?;
    let environment = Environment { postgres: &postgres, browser: &browser, judge: None, localstripe: None, aiosmtpd: None };
    let steps = [environment.walk()];
    drop(postgres);
    summarize(&steps)
}

struct Environment<'a> {
    postgres: &'a Postgres,
    browser: &'a Path,
    /// The Python that holds electronic invoices against the norm, if there is one.
    judge: Option<PathBuf>,
    /// A pretend Stripe that others wrote, if there is one.
    localstripe: Option<PathBuf>,
    /// A mail server that others wrote, if there is one.
    aiosmtpd: Option<PathBuf>,
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
        let begun = Instant::now();
        let outcome = self.run("cargo", arguments, Path::new("."));
        Step { name, outcome, took: begun.elapsed() }
    }

    /// The main job in a real browser, against the binary as the README builds it and pretend processors beside it.
    fn walk(&self) -> Step {
        let begun = Instant::now();
        let folder = Path::new("e2e");
        let steps: [(&str, &[&str], &Path); 3] = [
            ("cargo", &["build", "--release", "-p", "owed", "-p", "fakes"], Path::new(".")),
            ("npm", &["ci", "--no-audit", "--no-fund"], folder),
            ("node", &["--test", "--test-concurrency=1", "--test-reporter=spec"], folder),
        ];
        let failed =
            steps.iter().any(|(program, arguments, folder)| matches!(self.run(program, arguments, folder), Outcome::Failed));
        Step { name: "browser", outcome: if failed { Outcome::Failed } else { Outcome::Passed }, took: begun.elapsed() }
    }

    fn run(&self, program: &str, arguments: &[&str], folder: &Path) -> Outcome {
        println!("\nxtask: {program} {}", arguments.join(" "));
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(root().join(folder))
            .env("OWED_TEST_POSTGRES_URL", self.postgres.url())
            .env("OWED_TEST_CHROMIUM", self.browser)
            .env("OWED_BINARY", built("owed"))
            .env("OWED_FAKES", built("fakes"));
        if let Some(judge) = &self.judge {
            command.env("OWED_FACTURX_PYTHON", judge);
        }
        if let Some(localstripe) = &self.localstripe {
            command.env("OWED_LOCALSTRIPE", localstripe);
        }
        if let Some(aiosmtpd) = &self.aiosmtpd {
            command.env("OWED_AIOSMTPD", aiosmtpd);
        }
        let status = command.status();
        if status.is_ok_and(|status| status.success()) { Outcome::Passed } else { Outcome::Failed }
    }
}

/// The workspace, from wherever the command was given.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Where cargo builds, which is nobody else's.
fn target() -> PathBuf {
    built("owed").parent().and_then(Path::parent).map_or_else(|| root().join("target"), Path::to_owned)
}

/// Where cargo puts a program: beside this one.
fn built(program: &str) -> PathBuf {
    let here = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("target/release/xtask"));
    here.with_file_name(program)
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
