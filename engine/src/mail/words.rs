//! The words of a mail that a business wrote in place of the usual ones.
//!
//! Invariant: a business may say how a mail is called and how it begins; the amount, the figures and the button stay, so no
//! wording can hide what is asked for. Places such as `{amount}` stand for what this one mail is about; a place that does not
//! exist is refused when the words are saved, never found out when a mail is due.

use serde::{Deserialize, Serialize};

use super::Letter;
use crate::error::{Error, Result};

/// The most characters of a subject.
const SUBJECT: usize = 200;
/// The most characters of a text.
const BODY: usize = 10_000;

/// Mails to customers whose words can be changed: the kind, and what it is called. A way in is not among them: whoever gets one
/// unasked should know it at once.
pub const KINDS: [(&str, &str); 11] = [
    ("payment_request", "Payment request"),
    ("invoice", "Invoice"),
    ("invoice_reminder", "Reminder of an invoice"),
    ("receipt", "Receipt"),
    ("refund", "Refund"),
    ("credit_note", "Credit note"),
    ("statement", "Statement"),
    ("payment_failed", "Notice of a failed payment"),
    ("confirm_payment", "Please confirm"),
    ("link", "Payment link"),
    ("fresh_link", "Fresh link"),
];

/// What may stand between braces, and what it stands for.
pub const PLACES: [(&str, &str); 5] = [
    ("greeting", "the usual greeting, with the customer’s name"),
    ("document", "what it is about, such as Invoice INV-2026-00042"),
    ("amount", "the figure at its top"),
    ("detail", "what stands under that figure, such as the due day"),
    ("business", "your name"),
];

/// The words of one kind of mail. None: the usual ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailWords {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Paragraphs with an empty line between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl MailWords {
    /// Trimmed; refuses what is too long, a subject of several lines, and places that do not exist.
    pub fn checked(self) -> Result<MailWords> {
        let kept = |field: &str, text: Option<String>, most: usize, lines: bool| -> Result<Option<String>> {
            let Some(text) = text.map(|text| text.trim().replace("\r\n", "\n")).filter(|text| !text.is_empty()) else {
                return Ok(None);
            };
            if text.chars().count() > most {
                return Err(Error::invalid(field, "TOO_LONG", format!("at most {most} characters")));
            }
            if text.chars().any(|letter| letter.is_control() && !(lines && letter == '\n')) {
                return Err(Error::invalid(field, "CONTROL_CHARACTER", "control characters and line breaks cannot stand here"));
            }
            match unknown_place(&text) {
                Some(place) => {
                    let known: Vec<String> = PLACES.iter().map(|(name, _)| format!("{{{name}}}")).collect();
                    let detail = format!("{{{place}}} stands for nothing; there are {}", known.join(", "));
                    Err(Error::invalid(field, "UNKNOWN_PLACE", detail))
                }
                None => Ok(Some(text)),
            }
        };
        Ok(MailWords { subject: kept("subject", self.subject, SUBJECT, false)?, body: kept("body", self.body, BODY, true)? })
    }

    /// Whether both are the usual ones.
    pub fn is_usual(&self) -> bool {
        *self == MailWords::default()
    }

    /// The subject and the paragraphs that a letter has with these words.
    pub(super) fn over(&self, business: &str, subject: &str, letter: &Letter) -> (String, Vec<String>) {
        let filled = |text: &str| filled(text, business, letter);
        let subject = self.subject.as_deref().map_or_else(|| subject.to_owned(), filled);
        let paragraphs = match &self.body {
            Some(body) => body.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(filled).collect(),
            None => letter.paragraphs.clone(),
        };
        (subject, paragraphs)
    }
}

/// What stands between braces and is no place. A brace that is not closed is a brace.
fn unknown_place(text: &str) -> Option<&str> {
    let mut parts = text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
    parts.find(|name| !PLACES.iter().any(|(known, _)| known == name))
}

/// The text with its places filled; what is put in is not read again.
fn filled(text: &str, business: &str, letter: &Letter) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match name {
            "greeting" => out.push_str(letter.paragraphs.first().map_or("", String::as_str)),
            "document" => out.push_str(&letter.label),
            "amount" => out.push_str(&letter.headline),
            "detail" => out.push_str(&letter.under_headline),
            "business" => out.push_str(business),
            other => out.push_str(&format!("{{{other}}}")),
        }
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            label: "Invoice INV-2026-00001".into(),
            headline: "62.40 USD".into(),
            under_headline: "Due on 30 Jan 2026".into(),
            paragraphs: vec!["Hello {amount},".into(), "Usual.".into()],
            ..Letter::default()
        }
    }

    #[test]
    fn places_are_filled_once_and_a_lone_brace_stays() {
        let words = MailWords {
            subject: Some("{document}: {amount} { now".into()),
            body: Some("{greeting}\n\nPlease pay {business}.\nThank you.\n\n\n".into()),
        };
        let (subject, paragraphs) = words.checked().expect("good words").over("Fern & Co", "usual", &letter());
        assert_eq!(subject, "Invoice INV-2026-00001: 62.40 USD { now");
        assert_eq!(paragraphs, ["Hello {amount},", "Please pay Fern & Co.\nThank you."]);
    }

    #[test]
    fn without_words_everything_is_as_usual() {
        let (subject, paragraphs) = MailWords::default().over("Fern", "Usual subject", &letter());
        assert_eq!((subject.as_str(), paragraphs.len()), ("Usual subject", 2));
        let blank = MailWords { subject: Some("  ".into()), body: Some("\r\n".into()) };
        assert!(blank.checked().expect("nothing is usual").is_usual());
    }

    #[test]
    fn wrong_words_are_refused_at_their_field() {
        let refused = |words: MailWords| match words.checked() {
            Err(Error::Invalid(errors)) => (errors[0].field.clone(), errors[0].code),
            other => panic!("{other:?}"),
        };
        let subject = |text: &str| MailWords { subject: Some(text.into()), body: None };
        assert_eq!(refused(subject("{name}")), ("subject".to_owned(), "UNKNOWN_PLACE"));
        assert_eq!(refused(subject("a\nb")), ("subject".to_owned(), "CONTROL_CHARACTER"));
        assert_eq!(refused(subject(&"x".repeat(201))), ("subject".to_owned(), "TOO_LONG"));
        let body = MailWords { subject: None, body: Some("{}".into()) };
        assert_eq!(refused(body), ("body".to_owned(), "UNKNOWN_PLACE"));
    }
}
