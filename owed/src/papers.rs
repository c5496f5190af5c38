//! The typesetter in the server's words: the functions that draw papers, handed over by whoever links both.

use server::papers::{Mistake, Papers};

/// What draws papers in the program, and in tests of what it prints.
pub fn papers() -> Papers {
    Papers {
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
    }
}

fn told(mistake: documents::Mistake) -> Mistake {
    Mistake { place: mistake.place, message: mistake.message }
}
