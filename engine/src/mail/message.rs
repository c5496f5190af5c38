//! To a customer: what staff wrote, in their words.

use super::{Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct Message<'a> {
    pub subject: &'a str,
    /// Lines as they were typed; an empty line begins a paragraph.
    pub body: &'a str,
}

pub fn message(from: &Sender, values: &Message<'_>) -> Result<Composed> {
    let body = values.body.replace("\r\n", "\n");
    let paragraphs: Vec<String> = body.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let letter = Letter {
        preview: paragraphs.first().cloned().unwrap_or_default().chars().take(120).collect(),
        label: from.name.clone(),
        headline: values.subject.to_owned(),
        paragraphs,
        closing: from.say("mail-can-reply").to_string(),
        ..Letter::default()
    };
    compose(from, values.subject, &letter)
}
