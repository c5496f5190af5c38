//! To the customer: the link on which the current balance can be seen and paid at any time.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct LinkShared<'a> {
    pub customer_name: &'a str,
    /// With its currency; what is owed now.
    pub amount_owed: &'a str,
    pub expires_on: &'a str,
    pub url: &'a str,
}

pub fn link_shared(from: &Sender, values: &LinkShared<'_>) -> Result<Composed> {
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("mail-link-preview").with("business", &from.name).to_string(),
        label: from.say("mail-link-label").to_string(),
        headline: values.amount_owed.to_owned(),
        under_headline: from.say("mail-link-under").to_string(),
        paragraphs: vec![from.greeting(values.customer_name), from.say("mail-link-text").to_string()],
        button: Some(Button { text: from.say("mail-link-button").to_string(), url: values.url.to_owned() }),
        rows: vec![from.row("mail-link-until", values.expires_on)],
        closing: from.say("mail-questions").to_string(),
        ..Letter::default()
    };
    compose(from, &from.say("mail-link-subject").with("business", &from.name).to_string(), &letter)
}
