//! Writes each mail as an HTML file, to look at them: `cargo run -p engine --example letters -- DIR`.

use std::path::Path;

use engine::mail::words::MailWords;
use engine::mail::{Sender, samples};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("say where to write them")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let from = Sender {
        name: "Fern & Fable Furniture".into(),
        color: "#1f6f5c".into(),
        address: Some("48 Alder Street\nPortland, OR 97205".into()),
        email: Some("accounts@fern.example".into()),
        words: MailWords::default(),
    };
    for kind in samples::kinds() {
        let composed = samples::letter(kind, &from)?;
        std::fs::write(folder.join(format!("{}.html", kind.replace('_', "-"))), composed.html)?;
        println!("{kind}: {}", composed.subject);
    }
    Ok(())
}
