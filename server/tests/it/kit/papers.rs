//! What draws papers in tests that do without the typesetter: what does not add up is refused, as it would be there, and a bill is
//! no more than the amount that it says is due.

use std::sync::Mutex;

use books::money::Money;
use books::paper::{Paper, PaperFault};
use serde_json::json;
use server::papers::Papers;

/// Every paper that the tests of this process had drawn by [`stand_in`].
static DRAWN: Mutex<Vec<Paper>> = Mutex::new(Vec::new());

/// The papers drawn for the business with this tax number, in their order.
pub fn drawn(tax_id: &str) -> Vec<Paper> {
    let all = DRAWN.lock().expect("nobody panics while drawing");
    all.iter().filter(|paper| paper.head().business.tax_id == tax_id).cloned().collect()
}

/// Stands in for the typesetter, and remembers what it drew.
pub fn stand_in() -> Papers {
    Papers {
        draw: |paper, _| {
            DRAWN.lock().expect("nobody panics while drawing").push(paper.clone());
            printed(paper.check(), due_on(paper))
        },
        ..plain()
    }
}

/// The same without remembering, for tests that have very many drawn. A template of a business's own is a script here: what it
/// prints is the paper.
pub fn plain() -> Papers {
    Papers {
        draw: |paper, _| printed(paper.check(), due_on(paper)),
        built_in: |kind| format!("// The built-in template of {}.\n", kind.word()),
        data: |paper, _| Ok(json!({ "title": paper.kind().word() }).to_string()),
        errand: |_, _, template| Ok(template.as_bytes().to_vec()),
        perform: |_| Ok(Vec::new()),
        worker: || Ok(std::process::Command::new("/bin/sh")),
    }
}

/// What a bill says is due.
fn due_on(paper: &Paper) -> Option<Money> {
    match paper {
        Paper::Order(paper) => Some(paper.standing.amount_due),
        Paper::Invoice(paper) => Some(paper.as_at.as_ref().map_or(paper.due_at_issue, |sheet| sheet.standing.amount_due)),
        _ => None,
    }
}

/// What stands in for a PDF: its first bytes, and the amount due where there is one.
fn printed(check: Result<(), PaperFault>, due: Option<Money>) -> Result<Vec<u8>, String> {
    check.map_err(|fault| fault.to_string())?;
    let due = due.map(|due| due.to_decimal()).unwrap_or_default();
    Ok(format!("%PDF-{due}").into_bytes())
}
