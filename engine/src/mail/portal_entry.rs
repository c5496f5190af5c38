//! To a customer: the way into the portal that they asked for.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct Entry<'a> {
    pub minutes: i64,
    pub url: &'a str,
}

pub fn portal_entry(from: &Sender, values: &Entry<'_>) -> Result<Composed> {
    let letter = Letter {
        preview: from.say("mail-entry-preview").with("business", &from.name).to_string(),
        label: from.say("mail-entry-label").to_string(),
        headline: from.say("mail-entry-headline").to_string(),
        under_headline: from.say("mail-entry-under").count("minutes", values.minutes).to_string(),
        paragraphs: vec![from.say("mail-entry-text").to_string()],
        button: Some(Button { text: from.say("mail-entry-button").to_string(), url: values.url.to_owned() }),
        closing: from.say("mail-entry-closing").to_string(),
        ..Letter::default()
    };
    compose(from, &from.say("mail-entry-subject").with("business", &from.name).to_string(), &letter)
}
