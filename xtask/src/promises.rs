//! Holds `docs/promises.md` against the tests it names: a promise without a test that exists is no promise.
//!
//! A row is `| id | sentence | proof |`; a proof names tests between backticks as `file::function`, or `file: title` for the
//! browser's walks. Invariant: every sentence of [`SENTENCES`] has exactly one row; promises that are not listed there may have rows
//! too. Limits: it sees that a test exists, not that it proves the sentence; that is for the reader.

use std::path::Path;

/// The promises of the sections from *One amount due* to *Payments, refunds, credits*, and how many sentences each has. The id of a
/// sentence is its promise and its number: `BAL-1.3`.
#[rustfmt::skip]
const SENTENCES: &[(&str, usize)] = &[
    ("BAL-1", 3), ("BAL-2", 1), ("BAL-3", 3), ("BAL-4", 1), ("BAL-5", 2), ("BAL-6", 2), ("BAL-7", 1), ("BAL-8", 1), ("BAL-9", 2),
    ("ALC-1", 2), ("ALC-2", 1), ("ALC-3", 1), ("ALC-4", 1),
    ("ORD-1", 3), ("ORD-2", 2), ("ORD-3", 1), ("ORD-4", 2), ("ORD-5", 1), ("ORD-6", 2), ("ORD-7", 1),
    ("REQ-1", 2), ("REQ-2", 3), ("REQ-3", 2), ("LNK-1", 3), ("LNK-2", 2), ("LNK-3", 2),
    ("POR-1", 1), ("POR-2", 2), ("POR-3", 1), ("POR-4", 1),
    ("INV-1", 2), ("INV-2", 2), ("INV-3", 1), ("INV-4", 1), ("INV-5", 1), ("INV-6", 2),
    ("PAY-1", 2), ("PAY-2", 1), ("PAY-3", 1), ("PAY-4", 2), ("PAY-5", 1), ("PAY-6", 2),
    ("REF-1", 3), ("CRN-1", 2), ("CRN-2", 1), ("LCK-1", 1), ("OUT-1", 1),
];

/// Answers every sentence without a row of its own, and every row that names no test, or one that does not exist.
pub fn check(root: &Path) -> Result<(), String> {
    let path = root.join("docs/promises.md");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let read = |file: &str| std::fs::read_to_string(root.join(file)).ok();
    let rows = rows(&text);
    let mut complaints: Vec<String> = rows.iter().flat_map(|row| complaints_about(row, read)).collect();
    complaints.extend(missing(&rows, SENTENCES));
    println!("xtask: {} promises have their tests", rows.len().saturating_sub(complaints.len()));
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

struct Row<'t> {
    id: &'t str,
    proof: &'t str,
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let cells = |line: &str| line.starts_with("| ") && !line.starts_with("| id ");
    text.lines()
        .filter(|line| cells(line))
        .filter_map(|line| {
            let mut parts = line.trim_matches('|').split(" | ");
            let id = parts.next()?.trim();
            Some(Row { id, proof: parts.nth(1).unwrap_or_default() })
        })
        .collect()
}

/// Sentences without a row or with several, and rows for sentences that a promise does not have.
fn missing(rows: &[Row<'_>], sentences: &[(&str, usize)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (promise, count) in sentences {
        let wanted: Vec<String> = (1..=*count).map(|number| format!("{promise}.{number}")).collect();
        for id in &wanted {
            match rows.iter().filter(|row| row.id == id).count() {
                1 => {}
                found => complaints.push(format!("docs/promises.md: {id} has {found} rows instead of one")),
            }
        }
        let of_promise = |row: &&Row<'_>| row.id.split('.').next() == Some(*promise);
        let strays = rows.iter().filter(of_promise).filter(|row| !wanted.iter().any(|id| id == row.id));
        complaints.extend(strays.map(|row| format!("docs/promises.md: there is no sentence {}", row.id)));
    }
    complaints
}

fn complaints_about(row: &Row<'_>, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let proofs: Vec<&str> = row.proof.split('`').skip(1).step_by(2).collect();
    if proofs.is_empty() {
        return vec![format!("docs/promises.md: {} names no test", row.id)];
    }
    let missing = proofs.into_iter().filter(|proof| !exists(proof, &read));
    missing.map(|proof| format!("docs/promises.md: {} names {proof}, which does not exist", row.id)).collect()
}

fn exists(proof: &str, read: &impl Fn(&str) -> Option<String>) -> bool {
    match (proof.split_once("::"), proof.split_once(": ")) {
        (Some((file, function)), _) => read(file).is_some_and(|text| text.contains(&format!("fn {function}("))),
        (None, Some((file, title))) => read(file).is_some_and(|text| text.contains(title)),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_test_that_exists_is_named() {
        let read = |file: &str| (file == "a.rs").then(|| "fn it_holds() {}".to_owned());
        let table = "| id | sentence | proof |\n|---|---|---|\n| A-1 | Yes. | `a.rs::it_holds` |\n| A-2 | No. | `a.rs::it_does_not` |\n| A-3 | Bare. | |\n";
        let found: Vec<String> = rows(table).iter().flat_map(|row| complaints_about(row, read)).collect();
        assert_eq!(
            found,
            ["docs/promises.md: A-2 names a.rs::it_does_not, which does not exist", "docs/promises.md: A-3 names no test"]
        );
    }

    #[test]
    fn every_sentence_has_one_row() {
        let table = "| A-1.1 | Yes. | `a` |\n| A-1.1 | Twice. | `a` |\n| A-1.4 | Too many. | `a` |\n| B-1 | Elsewhere. | `a` |\n";
        let found = missing(&rows(table), &[("A-1", 2)]);
        assert_eq!(
            found,
            [
                "docs/promises.md: A-1.1 has 2 rows instead of one",
                "docs/promises.md: A-1.2 has 0 rows instead of one",
                "docs/promises.md: there is no sentence A-1.4"
            ]
        );
    }
}
