//! The project's own tool: `cargo xtask test` proves everything on a fresh machine, `cargo xtask postgres` lends a
//! throw-away PostgreSQL to a developer.
//!
//! Invariant: what it starts it stops, however it ends. Limits: Linux; it installs missing programs only as root on a
//! Debian-like system, and otherwise says what is missing. Only the standard library is used, so that it compiles in
//! a second. Left out on purpose: benchmarks (crate `bench`) and releases.

mod gallery;
mod postgres;
mod programs;
mod promises;
mod steps;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <command>

  test       check tidiness, format, lints, tests of the whole workspace on SQLite and on PostgreSQL, and walk
  walk       build the binary and walk its pages in a real browser
  tidy       check headers, sizes, walls and words
  gallery    draw every paper and mail anew into docs/gallery
  postgres   run a throw-away PostgreSQL in memory until Enter, and print its URL
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => steps::test(),
        ["walk"] => steps::walk(),
        ["tidy"] => tidy::tidy().and(promises::check(steps::root())),
        ["gallery"] => gallery::draw(),
        ["postgres"] => postgres::in_foreground(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
