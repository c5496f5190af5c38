//! To the customer: a new link in place of one that had expired.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct FreshLink<'a> {
    pub customer_name: &'a str,
    pub document: &'a str,
    pub expires_on: &'a str,
    pub url: &'a str,
}

pub fn fresh_link(from: &Sender, values: &FreshLink<'_>) -> Result<Composed> {
    let letter = Letter {
        preview: format!("Here is your new link from {}.", from.name),
        label: values.document.to_owned(),
        headline: "Your new link".to_owned(),
        under_headline: "The earlier one had expired".to_owned(),
        paragraphs: vec![
            format!("Hello {},", values.customer_name),
            "You asked for a fresh link. The one that you had no longer works.".to_owned(),
        ],
        button: Some(Button { text: "Open".to_owned(), url: values.url.to_owned() }),
        rows: vec![("The link works until".to_owned(), values.expires_on.to_owned())],
        closing: "If you did not ask for it, you can leave this mail aside.".to_owned(),
        said: None,
    };
    compose(from, &format!("Your new link from {}", from.name), &letter)
}
