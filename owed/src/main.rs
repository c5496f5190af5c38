//! `owed`: the server with the typesetter handed to it. See `server/src/cli.rs` for what it can be told to do.
//!
//! The one place that knows both, so that everything else is built and tested without the typesetter's 250 crates.

mod papers;

fn main() -> std::process::ExitCode {
    server::run::main(papers::papers())
}
