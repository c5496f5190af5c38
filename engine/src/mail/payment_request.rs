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
    let mut paragraphs = vec![format!("Hello {},", values.customer_name)];
    if values.message.is_none() {
        paragraphs.push(format!(
            "{} has an amount due. You can see what it is for and pay it online; no account is needed.",
            values.document
        ));
    }
    let letter = Letter {
        preview: format!("{} is due on {}.", values.amount_due, values.document),
        label: values.document.to_owned(),
        headline: values.amount_due.to_owned(),
        under_headline: "Amount due".to_owned(),
        paragraphs,
        said: values.message.map(str::to_owned),
        button: Some(Button { text: "View invoice".to_owned(), url: values.url.to_owned() }),
        rows: vec![
            ("Total".to_owned(), values.total.to_owned()),
            ("Paid so far".to_owned(), values.paid.to_owned()),
            ("Amount due".to_owned(), values.amount_due.to_owned()),
        ],
        closing: "Questions? Reply to this email.".to_owned(),
    };
    compose(from, &format!("Payment request for {} from {}", values.document, from.name), &letter)
}
