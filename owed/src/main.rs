//! `owed`: the server with the typesetter handed to it. See `server/src/cli.rs` for what it can be told to do.
//!
//! The one place that knows both, so that everything else is built and tested without the typesetter's 250 crates.

use server::papers::Papers;

fn main() -> std::process::ExitCode {
    server::run::main(Papers {
        order: |paper| documents::order(paper).map_err(|error| error.to_string()),
        receipt: |paper| documents::receipt(paper).map_err(|error| error.to_string()),
        refund: |paper| documents::refund(paper).map_err(|error| error.to_string()),
        statement: |paper| documents::statement(paper).map_err(|error| error.to_string()),
        letter: |paper| documents::letter(paper).map_err(|error| error.to_string()),
        invoice: |paper, xml| documents::invoice(paper, xml).map_err(|error| error.to_string()),
        credit_note: |paper, xml| documents::credit_note(paper, xml).map_err(|error| error.to_string()),
    })
}
