//! To a customer: their statement of account, with the page on which all of it can be seen, downloaded and paid.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct Statement<'a> {
    pub customer_name: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    /// With their currency and sign, as the statement has them.
    pub opening: &'a str,
    pub charges: &'a str,
    pub credits: &'a str,
    /// `Amount owed`, `Credit` or `Nothing owed` at the end, and how much.
    pub standing: &'a str,
    pub closing: &'a str,
    pub url: &'a str,
}

pub fn statement(from: &Sender, values: &Statement<'_>) -> Result<Composed> {
    let period = |key| from.say(key).with("from", values.from).with("to", values.to);
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: period("mail-statement-preview").with("business", &from.name).to_string(),
        label: period("mail-statement-label").to_string(),
        headline: values.closing.to_owned(),
        under_headline: values.standing.to_owned(),
        paragraphs: vec![from.greeting(values.customer_name), from.say("mail-statement-text").to_string()],
        button: Some(Button { text: from.say("mail-statement-button").to_string(), url: values.url.to_owned() }),
        rows: vec![
            from.row("mail-statement-opening", values.opening),
            from.row("mail-statement-charged", values.charges),
            from.row("mail-statement-credited", values.credits),
        ],
        closing: from.say("mail-questions").to_string(),
        ..Letter::default()
    };
    compose(from, &from.say("mail-statement-subject").with("business", &from.name).to_string(), &letter)
}
