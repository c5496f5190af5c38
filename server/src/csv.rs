//! Tables as CSV: quoted where needed, with lines ending as RFC 4180 says.
//!
//! Invariant: a spreadsheet never takes a name for a formula: text that begins like one is quoted by an apostrophe.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// How many rows one table holds; whoever needs more narrows what is asked for.
pub const MOST_ROWS: usize = 10_000;

/// A table as a download, its head first. The file's name is made of our own plain words.
pub fn download(name: &str, table: &[Vec<String>]) -> Response {
    let text: String =
        table.iter().map(|row| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\r\n").collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).expect("plain letters");
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], text).into_response()
}

/// The head of a table.
pub fn head<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

/// One cell: an amount as it is, text without a formula at its beginning.
fn quoted(cell: &str) -> String {
    let is_number = !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    let looks_like_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    let text = if looks_like_formula { format!("'{cell}") } else { cell.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_formula() {
        assert_eq!(quoted("-12.50"), "-12.50");
        assert_eq!(quoted("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(quoted("Ada, \"the\" baker"), "\"Ada, \"\"the\"\" baker\"");
    }
}
