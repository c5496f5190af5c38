//! To staff: something happened with money that a person should look at.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct StaffAlert<'a> {
    /// In a few words: `A refund failed`.
    pub what: &'a str,
    /// What that means, and what to do.
    pub text: &'a str,
    pub customer_name: &'a str,
    pub amount: &'a str,
    pub payment_number: &'a str,
    pub url: &'a str,
}

pub fn staff_alert(from: &Sender, values: &StaffAlert<'_>) -> Result<Composed> {
    let letter = Letter {
        preview: format!("{}: {}, {}", values.what, values.customer_name, values.amount),
        label: "To look at".to_owned(),
        headline: values.amount.to_owned(),
        under_headline: values.what.to_owned(),
        paragraphs: vec![values.text.to_owned()],
        button: Some(Button { text: "Open the payment".to_owned(), url: values.url.to_owned() }),
        rows: vec![
            ("Customer".to_owned(), values.customer_name.to_owned()),
            ("Payment".to_owned(), values.payment_number.to_owned()),
        ],
        closing: "You receive this because your address is on the list of whom to tell, in Settings.".to_owned(),
        said: None,
    };
    compose(from, &format!("{}: {}, {}", values.what, values.customer_name, values.amount), &letter)
}
