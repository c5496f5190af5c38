//! `owed`: see `cli.rs` for what it can be told to do.

fn main() -> std::process::ExitCode {
    server::run::main()
}
