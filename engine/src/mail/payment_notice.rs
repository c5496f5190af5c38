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
    let letter = Letter {
        preview: format!("{} paid {}.", values.customer_name, values.amount),
        label: "Payment received".to_owned(),
        headline: values.amount.to_owned(),
        under_headline: format!("from {}", values.customer_name),
        paragraphs: vec![format!("{} paid {} on {}.", values.customer_name, values.amount, values.document)],
        button: Some(Button { text: "Open the payment".to_owned(), url: values.url.to_owned() }),
        rows: vec![
            ("Payment".to_owned(), values.payment_number.to_owned()),
            ("Method".to_owned(), values.method.to_owned()),
            ("Still due".to_owned(), values.still_due.to_owned()),
        ],
        closing: "You receive this because somebody asked for a notice when this is paid.".to_owned(),
        said: None,
    };
    compose(from, &format!("{} paid {} on {}", values.customer_name, values.amount, values.document), &letter)
}
