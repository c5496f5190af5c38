//! To staff: a payment that they asked to hear about arrived.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct PaymentNotice<'a> {
    pub customer_name: &'a str,
    pub document: &'a str,
    pub payment_number: &'a str,
    pub amount: &'a str,
    pub method: &'a str,
    pub still_due: &'a str,
    pub url: &'a str,
}

pub fn payment_notice(from: &Sender, values: &PaymentNotice<'_>) -> Result<Composed> {
    let about = |key| {
        let sentence = from.say(key).with("customer", values.customer_name).with("amount", values.amount);
        sentence.with("document", values.document).to_string()
    };
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("notice-preview").with("customer", values.customer_name).with("amount", values.amount).to_string(),
        document: values.document.to_owned(),
        label: from.say("notice-label").to_string(),
        headline: values.amount.to_owned(),
        under_headline: from.say("notice-from").with("customer", values.customer_name).to_string(),
        paragraphs: vec![about("notice-text")],
        button: Some(Button { text: from.say("notice-button").to_string(), url: values.url.to_owned() }),
        rows: vec![
            from.row("mail-payment", values.payment_number),
            from.row("mail-method", values.method),
            from.row("mail-still-due", values.still_due),
        ],
        closing: from.say("notice-closing").to_string(),
        ..Letter::default()
    };
    compose(from, &about("notice-subject"), &letter)
}
