//! What is wrong with a body or a query, sorted into what cannot be understood (400) and what is not a value of its
//! field (422), each with the field's path.

use engine::error::FieldError;

use super::Place;
use crate::respond::Problem;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    malformed: bool,
    field: String,
    code: &'static str,
    detail: String,
}

impl Complaint {
    /// The text is not JSON at all.
    pub fn syntax(detail: String) -> Complaint {
        Complaint { malformed: true, field: String::new(), code: "SYNTAX", detail }
    }

    pub fn duplicate(field: &str) -> Complaint {
        Complaint {
            malformed: true,
            field: field.to_owned(),
            code: "DUPLICATE_KEY",
            detail: "This name stands there twice.".to_owned(),
        }
    }

    pub fn nul(field: &str) -> Complaint {
        let detail = "Text cannot contain the NUL character.".to_owned();
        Complaint { malformed: true, field: field.trim_matches('.').to_owned(), code: "NUL", detail }
    }

    /// Sorts what serde says. Its wording is stable and pinned by tests; anything else is a value that was refused by
    /// the field's own type, whose sentence is shown as it is.
    pub fn of_serde(path: &str, said: &str, place: Place) -> Complaint {
        let path = if path == "." { "" } else { path };
        let about = |malformed, field: String, code, detail: String| Complaint { malformed, field, code, detail };
        if let Some(name) = quoted_after(said, "unknown field `") {
            // The tracker's path already ends with the name where the unknown member was looked at.
            let field = if path == name || path.ends_with(&format!(".{name}")) { path.to_owned() } else { join(path, name) };
            let (code, what) = if place == Place::Query { ("UNKNOWN_QUERY", "query name") } else { ("UNKNOWN_FIELD", "field") };
            return about(true, field, code, format!("There is no {what} `{name}` here.{}", known(said)));
        }
        if let Some(name) = quoted_after(said, "missing field `") {
            return about(false, join(path, name), "REQUIRED", "This is required.".to_owned());
        }
        if let Some(name) = quoted_after(said, "duplicate field `") {
            return Complaint::duplicate(&join(path, name));
        }
        if let Some(name) = quoted_after(said, "unknown variant `") {
            return about(false, path.to_owned(), "UNKNOWN_VALUE", format!("`{name}` is not one of the values.{}", known(said)));
        }
        if said.starts_with("invalid type: ") {
            return about(false, path.to_owned(), "WRONG_TYPE", wanted(said));
        }
        if said.starts_with("invalid value: ") || said.starts_with("invalid length ") {
            return about(false, path.to_owned(), "OUT_OF_RANGE", wanted(said));
        }
        about(false, path.to_owned(), "INVALID", sentence(said))
    }

    /// 400 or 422, naming the field.
    pub fn into_problem(self) -> Problem {
        let errors = vec![FieldError { field: self.field.clone(), code: self.code, detail: self.detail.clone() }];
        if !self.malformed {
            return Problem::invalid(errors);
        }
        let detail = if self.field.is_empty() { self.detail.clone() } else { format!("{}: {}", self.field, self.detail) };
        Problem::malformed(detail, errors)
    }
}

/// A path one step longer.
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() || path == "." { name.to_owned() } else { format!("{path}.{name}") }
}

fn quoted_after<'s>(said: &'s str, start: &str) -> Option<&'s str> {
    said.strip_prefix(start)?.split('`').next()
}

/// The list of names that serde knows, as a further sentence.
fn known(said: &str) -> String {
    let list = said.split_once(", expected ").map_or("", |(_, list)| list);
    if list.is_empty() || list.starts_with("there are no") {
        String::new()
    } else {
        format!(" Expected {}.", list.trim_end_matches('.'))
    }
}

/// What serde wanted to see, in words for people who do not write Rust.
fn wanted(said: &str) -> String {
    let expected = said.rsplit_once(", expected ").map_or("another value", |(_, expected)| expected);
    let words = match expected.split(' ').next().unwrap_or_default() {
        "i8" | "i16" | "i32" | "i64" | "i128" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "nonzero" => "a whole number that is not negative",
        "f32" | "f64" => "a number",
        _ => match expected {
            "a string" | "a borrowed string" | "string" => "text",
            "a boolean" => "true or false",
            "a sequence" => "a list",
            _ if expected.starts_with("struct ") || expected == "a map" => "an object",
            _ if expected.starts_with("a sequence") => "a list",
            _ => expected,
        },
    };
    format!("Expected {words}.")
}

/// A type's own words as a sentence.
fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if said.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
