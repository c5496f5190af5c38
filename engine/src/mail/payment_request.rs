//! To the customer: something is due, and here is where to see it and pay it.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct PaymentRequest<'a> {
    pub customer_name: &'a str,
    /// What the request is for, such as `Order 1042`.
    pub document: &'a str,
    /// With its currency, as people read it.
    pub amount_due: &'a str,
    pub message: Option<&'a str>,
    pub total: &'a str,
    pub paid: &'a str,
    pub url: &'a str,
}

pub fn payment_request(from: &Sender, values: &PaymentRequest<'_>) -> Result<Composed> {
    let mut paragraphs = vec![from.greeting(values.customer_name)];
    if values.message.is_none() {
        paragraphs.push(from.say("mail-request-text").with("document", values.document).to_string());
    }
    let preview = from.say("mail-request-preview").with("amount", values.amount_due).with("document", values.document);
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: preview.to_string(),
        label: values.document.to_owned(),
        headline: values.amount_due.to_owned(),
        under_headline: from.say("mail-amount-due").to_string(),
        paragraphs,
        said: values.message.map(str::to_owned),
        button: Some(Button { text: from.say("mail-view-invoice").to_string(), url: values.url.to_owned() }),
        rows: vec![
            from.row("mail-total", values.total),
            from.row("mail-paid", values.paid),
            from.row("mail-amount-due", values.amount_due),
        ],
        closing: from.say("mail-questions").to_string(),
        ..Letter::default()
    };
    let subject = from.say("mail-request-subject").with("document", values.document).with("business", &from.name);
    compose(from, &subject.to_string(), &letter)
}
