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
        preview: format!("Your payment of {} did not go through.", values.amount),
        label: format!("Payment for {}", values.document),
        headline: values.amount.to_owned(),
        under_headline: "Not paid".to_owned(),
        paragraphs: vec![
            format!("Hello {},", values.customer_name),
            format!("Your payment did not go through: {} Nothing was taken.", values.reason),
            "You can try again with the same or another way to pay.".to_owned(),
        ],
        button: Some(Button { text: "Try again".to_owned(), url: values.url.to_owned() }),
        rows: Vec::new(),
        closing: "Questions? Reply to this email.".to_owned(),
        said: None,
    };
    compose(from, &format!("Your payment to {} did not go through", from.name), &letter)
}
