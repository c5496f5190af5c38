//! To the customer: their bank asks them to confirm a payment, and where.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct ConfirmPayment<'a> {
    pub customer_name: &'a str,
    pub amount: &'a str,
    /// The card, as it is saved: `Visa ending 4242`.
    pub method: &'a str,
    /// The processor's page.
    pub url: &'a str,
}

pub fn confirm_payment(from: &Sender, values: &ConfirmPayment<'_>) -> Result<Composed> {
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("mail-confirm-preview").with("amount", values.amount).to_string(),
        label: from.say("mail-confirm-label").to_string(),
        headline: values.amount.to_owned(),
        under_headline: from.say("mail-confirm-by").with("means", values.method).to_string(),
        paragraphs: vec![
            from.greeting(values.customer_name),
            from.say("mail-confirm-text").with("amount", values.amount).with("means", values.method).to_string(),
        ],
        button: Some(Button { text: from.say("mail-confirm-button").to_string(), url: values.url.to_owned() }),
        rows: Vec::new(),
        closing: from.say("mail-confirm-closing").to_string(),
        ..Letter::default()
    };
    let subject = from.say("mail-confirm-subject").with("amount", values.amount).with("business", &from.name);
    compose(from, &subject.to_string(), &letter)
}
