//! Writes each mail as an HTML file, to look at them: `cargo run -p engine --example letters -- DIR`. The mails that customers get
//! most are written in every language.

use std::path::Path;

use engine::mail::words::MailWords;
use engine::mail::{Sender, samples};
use locale::{Language, Tongue};

/// Drawn in every language.
const MOST_READ: [&str; 3] = ["payment_request", "invoice", "receipt"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("say where to write them")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for language in Language::ALL {
        let from = Sender {
            name: "Fern & Fable Furniture".into(),
            color: "#1f6f5c".into(),
            address: Some("48 Alder Street\nPortland, OR 97205".into()),
            email: Some("accounts@fern.example".into()),
            tongue: Tongue::of(language),
            words: MailWords::default(),
        };
        let english = language == Language::English;
        for kind in samples::kinds().filter(|kind| english || MOST_READ.contains(kind)) {
            let composed = samples::letter(kind, &from)?;
            let name = kind.replace('_', "-");
            let name = if english { name } else { format!("{name}-{}", language.code()) };
            std::fs::write(folder.join(format!("{name}.html")), composed.html)?;
            println!("{name}: {}", composed.subject);
        }
    }
    Ok(())
}
