//! To a customer: what staff wrote, in their words.

use super::{Composed, Letter, Sender, compose};
use crate::error::Result;

/// How much of it a mail program shows beside the subject, in characters.
const PREVIEW: usize = 120;

pub struct Message<'a> {
    pub customer_name: &'a str,
    pub subject: &'a str,
    /// Lines as they were typed; an empty line begins a paragraph.
    pub body: &'a str,
}

pub fn message(from: &Sender, values: &Message<'_>) -> Result<Composed> {
    let begins = values.body.split("\n\n").map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: begins.chars().take(PREVIEW).collect(),
        label: from.name.clone(),
        headline: values.subject.to_owned(),
        said: Some(values.body.to_owned()),
        closing: from.say("mail-can-reply").to_string(),
        ..Letter::default()
    };
    compose(from, values.subject, &letter)
}
