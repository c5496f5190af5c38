//! The rules of the house that a machine can check: headers, sizes, walls and words.
//!
//! Invariant: a rule holds everywhere it applies; what is let off is named here with its reason, and nowhere else.
//! Left out on purpose: style that the formatter and the linter see to.

use std::path::{Path, PathBuf};

/// A file beyond this has more than one subject.
const MOST_LINES: usize = 800;

/// Words that may not stand in files whose path begins so; `""` is everywhere. Tests may do as they like.
const BANNED: &[(&str, &[&str], &str)] = &[
    ("", &["todo!(", "unimplemented!(", "dbg!("], "unfinished or left over"),
    ("", &[".unwrap()"], "say with expect why it cannot fail, or answer the error"),
    ("books/src", &["f32", "f64"], "amounts are whole minor units"),
    ("engine/src", &["f32", "f64"], "amounts are whole minor units"),
    ("books/src", &["std::fs", "std::net", "std::time", "tokio", "async fn", "rusqlite", "SystemTime"], "books are pure"),
    (
        "processors/src",
        &["engine::", "rusqlite::", "tokio_postgres::"],
        "a processor knows neither the books' storage nor the engine",
    ),
    (
        "locale/src",
        &["f32", "f64", "engine::", "std::fs", "std::net", "tokio", "SystemTime"],
        "what a reader is told is made from values",
    ),
    ("documents/src", &["engine::", "rusqlite::", "tokio_postgres::"], "papers are made from values"),
    ("server/src", &["rusqlite::", "tokio_postgres::", "sql!("], "pages cannot run SQL"),
    ("engine/src/flows", &["rusqlite::", "tokio_postgres::"], "only db/ knows the databases"),
    ("engine/src/store", &["rusqlite::", "tokio_postgres::"], "only db/ knows the databases"),
    ("engine/src", &["println!("], "a library speaks through tracing"),
    ("books/src", &["println!("], "a library speaks through its answers"),
];

/// Checks every source file of the workspace; answers all complaints at once.
pub fn tidy() -> Result<(), String> {
    let root = crate::steps::root();
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root).map_err(|error| error.to_string())?.flatten() {
        for part in ["src", "tests", "examples", "benches"] {
            gather(&folder.path().join(part), &mut files);
        }
    }
    files.sort();
    let mut complaints = Vec::new();
    for file in &files {
        let path = file.strip_prefix(root).unwrap_or(file).display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| format!("{path}: {error}"))?;
        complaints.extend(complaints_about(&path, &text));
    }
    println!("xtask: tidy looked at {} files", files.len());
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(format!("{} things are not tidy:\n{}", complaints.len(), complaints.join("\n")))
    }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn complaints_about(path: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if !text.starts_with("//!") {
        complaints.push(format!("{path}: does not open with a //! header"));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        complaints.push(format!("{path}: {lines} lines; split it by noun"));
    }
    // The rules' own words stand in this file; tests may unwrap and print.
    if path.starts_with("xtask/") || path.contains("/tests/") || path.ends_with("/tests.rs") {
        return complaints;
    }
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for (place, words, reason) in BANNED {
            if let Some(word) = words.iter().find(|word| path.starts_with(place) && has_word(line, word)) {
                complaints.push(format!("{path}:{}: {word} ({reason})", number + 1));
            }
        }
    }
    complaints
}

/// Whether the word stands in the line by itself and not inside a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(part_of_word);
        let after = line[at + word.len()..].chars().next().is_some_and(part_of_word);
        let (open_start, open_end) = (!word.starts_with(part_of_word), !word.ends_with(part_of_word));
        (open_start || !before) && (open_end || !after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_only_as_words() {
        assert!(has_word("let x: f64 = 1.0;", "f64") && !has_word("let half64 = 1;", "f64"));
        assert!(has_word("x.unwrap();", ".unwrap()") && !has_word("x.unwrap_or(1);", ".unwrap()"));
        assert!(has_word("dbg!(x)", "dbg!(") && !has_word("no_dbg!(x)", "dbg!("));
    }

    #[test]
    fn comments_and_tests_are_let_off_and_headers_are_not() {
        let text = "//! Header.\n// todo!(\nfn f() {}\n#[cfg(test)]\nmod tests {\n    x.unwrap();\n}\n";
        assert_eq!(complaints_about("books/src/a.rs", text), Vec::<String>::new());
        assert_eq!(complaints_about("books/src/a.rs", "fn f() { x.unwrap() }").len(), 2);
    }
}
