//! To the customer: a payment that was under way did not go through, and how to pay instead.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct PaymentFailed<'a> {
    pub customer_name: &'a str,
    pub document: &'a str,
    pub amount: &'a str,
    /// The reason in words that a payer can act on.
    pub reason: &'a str,
    pub url: &'a str,
}

pub fn payment_failed(from: &Sender, values: &PaymentFailed<'_>) -> Result<Composed> {
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("mail-failed-preview").with("amount", values.amount).to_string(),
        label: from.say("mail-failed-label").with("document", values.document).to_string(),
        headline: values.amount.to_owned(),
        under_headline: from.say("mail-failed-under").to_string(),
        paragraphs: vec![
            from.greeting(values.customer_name),
            from.say("mail-failed-text").with("reason", values.reason).to_string(),
            from.say("mail-failed-again").to_string(),
        ],
        button: Some(Button { text: from.say("mail-try-again").to_string(), url: values.url.to_owned() }),
        rows: Vec::new(),
        closing: from.say("mail-questions").to_string(),
        ..Letter::default()
    };
    compose(from, &from.say("mail-failed-subject").with("business", &from.name).to_string(), &letter)
}
