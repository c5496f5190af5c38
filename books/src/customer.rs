//! Customers' details and other texts people type: what is taken and what is refused.
//!
//! Invariants: a line of text has no line break and no control character, so that it can stand in a mail header, a
//! file name or a processor's field; no text has NUL, which a database cannot hold. Limits are named here and nowhere
//! else. Left out: whether an address really exists, which only a mail can tell.

use std::fmt;

/// Characters of a name, a phone number, a reference.
pub const MAX_NAME: usize = 200;
/// Characters of a description or reason.
pub const MAX_DESCRIPTION: usize = 1_000;
/// Characters of a note or message.
pub const MAX_NOTE: usize = 10_000;
/// Addresses of one mail: to, cc and notify each.
pub const MAX_ADDRESSES: usize = 20;
/// Characters of an email address (RFC 5321, 4.5.3.1: 64 before the @, 255 after, 254 in all).
pub const MAX_EMAIL: usize = 254;
const MAX_LOCAL_PART: usize = 64;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextProblem {
    Missing,
    TooLong {
        most: usize,
    },
    /// A line break or control character where one line is meant, or NUL anywhere.
    Control,
    NotAnEmail,
    TooMany {
        most: usize,
    },
}

impl TextProblem {
    /// The published code of a bad field.
    pub fn code(self) -> &'static str {
        match self {
            TextProblem::Missing => "MISSING",
            TextProblem::TooLong { .. } => "TOO_LONG",
            TextProblem::Control => "CONTROL_CHARACTER",
            TextProblem::NotAnEmail => "NOT_AN_EMAIL",
            TextProblem::TooMany { .. } => "TOO_MANY",
        }
    }
}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextProblem::Missing => f.write_str("fill this in"),
            TextProblem::TooLong { most } => write!(f, "use at most {most} characters"),
            TextProblem::Control => f.write_str("line breaks and control characters are not taken here"),
            TextProblem::NotAnEmail => f.write_str("this is not an email address: write it like ada@shop.example"),
            TextProblem::TooMany { most } => write!(f, "use at most {most} addresses"),
        }
    }
}

impl std::error::Error for TextProblem {}

/// A name: one line, not empty.
pub fn check_name(text: &str) -> Result<(), TextProblem> {
    if text.trim().is_empty() {
        return Err(TextProblem::Missing);
    }
    check_line(text, MAX_NAME)
}

/// One line of at most `most` characters; may be empty.
pub fn check_line(text: &str, most: usize) -> Result<(), TextProblem> {
    if text.chars().any(is_break) {
        return Err(TextProblem::Control);
    }
    check_length(text, most)
}

/// Text of several lines; tabs and line breaks are taken, other control characters are not.
pub fn check_text(text: &str, most: usize) -> Result<(), TextProblem> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(TextProblem::Control);
    }
    check_length(text, most)
}

/// An address mail can be sent to. Sane rather than complete: quoted local parts and bare address literals are refused.
pub fn check_email(text: &str) -> Result<(), TextProblem> {
    check_line(text, MAX_EMAIL)?;
    let Some((local, domain)) = text.rsplit_once('@') else { return Err(TextProblem::NotAnEmail) };
    let local_ok = !local.is_empty()
        && local.len() <= MAX_LOCAL_PART
        && local.split('.').all(|part| !part.is_empty() && part.chars().all(is_atom));
    if local_ok && is_domain(domain) { Ok(()) } else { Err(TextProblem::NotAnEmail) }
}

/// A list of addresses: each good, not too many. Answers the place of the first bad one.
pub fn check_emails<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Result<(), (usize, TextProblem)> {
    for (at, address) in addresses.into_iter().enumerate() {
        if at >= MAX_ADDRESSES {
            return Err((at, TextProblem::TooMany { most: MAX_ADDRESSES }));
        }
        check_email(address).map_err(|problem| (at, problem))?;
    }
    Ok(())
}

fn check_length(text: &str, most: usize) -> Result<(), TextProblem> {
    if text.chars().count() > most { Err(TextProblem::TooLong { most }) } else { Ok(()) }
}

/// Control characters, and the two separators of Unicode that some programs take for line breaks.
fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// RFC 5322 atoms, and letters beyond ASCII (RFC 6531).
fn is_atom(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        let plain = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        !label.is_empty() && label.len() <= 63 && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

/// What a customer with this balance owes, at least 0. Minor units; a balance below 0 is owed.
pub fn amount_owed(balance: i64) -> i64 {
    balance.saturating_neg().max(0)
}

/// What a customer with this balance has in credit, at least 0.
pub fn credit_available(balance: i64) -> i64 {
    balance.max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sane() {
        for good in ["ada@shop.example", "a.b+tag@mail.shop.example", "o'neil@shop.example", "jürgen@käse.example"] {
            assert_eq!(check_email(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@shop.example",
            "ada@",
            "ada@shop",
            "a b@shop.example",
            "ada@shop..example",
            ".ada@shop.example",
            "ada.@shop.example",
            "ada@-shop.example",
            "ada@shop.example>",
            "<ada@shop.example>",
            "ada@b@c d.example",
        ] {
            assert_eq!(check_email(bad), Err(TextProblem::NotAnEmail), "{bad:?}");
        }
        for header in ["ada@shop.example\r\nBcc: x@y.example", "ada@shop.example\n", "a\0@shop.example", "a\u{2028}@shop.example"]
        {
            assert_eq!(check_email(header), Err(TextProblem::Control), "{header:?}");
        }
        assert_eq!(check_email(&format!("{}@shop.example", "a".repeat(65))), Err(TextProblem::NotAnEmail));
    }

    #[test]
    fn texts_have_limits() {
        assert_eq!(check_name(" \t "), Err(TextProblem::Missing));
        assert_eq!(check_name(&"é".repeat(200)), Ok(()));
        assert_eq!(check_name(&"é".repeat(201)), Err(TextProblem::TooLong { most: 200 }));
        assert_eq!(check_text("two\r\nlines\tand a tab", MAX_NOTE), Ok(()));
        assert_eq!(check_text("nul \0", MAX_NOTE), Err(TextProblem::Control));
        assert_eq!(check_line("two\nlines", MAX_DESCRIPTION), Err(TextProblem::Control));
        let twenty_one = vec!["ada@shop.example"; 21];
        assert_eq!(check_emails(twenty_one), Err((20, TextProblem::TooMany { most: 20 })));
        assert_eq!(check_emails(["ada@shop.example", "no"]), Err((1, TextProblem::NotAnEmail)));
    }
}
