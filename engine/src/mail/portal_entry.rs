//! To a customer: the way into the portal that they asked for.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct Entry<'a> {
    pub minutes: i64,
    pub url: &'a str,
}

pub fn portal_entry(from: &Sender, values: &Entry<'_>) -> Result<Composed> {
    let letter = Letter {
        preview: format!("Sign in to see your account with {}.", from.name),
        label: "Your account".to_owned(),
        headline: "Sign in".to_owned(),
        under_headline: format!("It works once, for {} minutes", values.minutes),
        paragraphs: vec!["Press the button to see your balance, invoices, orders and receipts, and to pay.".to_owned()],
        button: Some(Button { text: "Sign in".to_owned(), url: values.url.to_owned() }),
        closing: "If you did not ask for it, you can leave this mail aside: nobody gets in without it.".to_owned(),
        ..Letter::default()
    };
    compose(from, &format!("Sign in to your account with {}", from.name), &letter)
}
