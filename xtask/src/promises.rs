//! Holds `docs/promises.md` against the tests it names: a promise without a test that exists is no promise.
//!
//! A row is `| id | sentence | proof |`; a proof names tests between backticks as `file::function`, or `file: title` for the
//! browser's walks. Limits: it sees that a test exists, not that it proves the sentence; that is for the reader.

use std::path::Path;

/// Answers every row that names no test, or one that does not exist.
pub fn check(root: &Path) -> Result<(), String> {
    let path = root.join("docs/promises.md");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let read = |file: &str| std::fs::read_to_string(root.join(file)).ok();
    let rows = rows(&text);
    let complaints: Vec<String> = rows.iter().flat_map(|row| complaints_about(row, read)).collect();
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
}
