//! To the customer: a new link in place of one that had expired.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct FreshLink<'a> {
    pub customer_name: &'a str,
    pub document: &'a str,
    pub expires_on: &'a str,
    pub url: &'a str,
}

pub fn fresh_link(from: &Sender, values: &FreshLink<'_>) -> Result<Composed> {
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("mail-fresh-preview").with("business", &from.name).to_string(),
        label: values.document.to_owned(),
        headline: from.say("mail-fresh-headline").to_string(),
        under_headline: from.say("mail-fresh-under").to_string(),
        paragraphs: vec![from.greeting(values.customer_name), from.say("mail-fresh-text").to_string()],
        button: Some(Button { text: from.say("mail-fresh-button").to_string(), url: values.url.to_owned() }),
        rows: vec![from.row("mail-link-until", values.expires_on)],
        closing: from.say("mail-leave-aside").to_string(),
        ..Letter::default()
    };
    compose(from, &from.say("mail-fresh-subject").with("business", &from.name).to_string(), &letter)
}
