//! `owed`: the server with the typesetter handed to it. See `server/src/cli.rs` for what it can be told to do.
//!
//! The one place that knows both, so that everything else is built and tested without the typesetter's 250 crates.

use server::papers::{Mistake, Papers};

fn main() -> std::process::ExitCode {
    server::run::main(Papers {
        draw: |paper, xml| documents::draw(paper, xml).map_err(|error| error.to_string()),
        built_in: documents::built_in,
        data: |paper, xml| documents::data(paper, xml).map_err(|error| error.to_string()),
        errand: |paper, xml, template| documents::errand(paper, xml, template).map_err(|error| error.to_string()),
        perform: |errand| documents::perform(errand).map_err(|all| all.into_iter().map(told).collect()),
        worker: || {
            let mut command = std::process::Command::new(std::env::current_exe()?);
            command.arg("render-worker");
            Ok(command)
        },
    })
}

fn told(mistake: documents::Mistake) -> Mistake {
    Mistake { place: mistake.place, message: mistake.message }
}
