//! To the customer: the link on which the current balance can be seen and paid at any time.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct LinkShared<'a> {
    pub customer_name: &'a str,
    /// With its currency; what is owed now.
    pub amount_owed: &'a str,
    pub expires_on: &'a str,
    pub url: &'a str,
}

pub fn link_shared(from: &Sender, values: &LinkShared<'_>) -> Result<Composed> {
    let letter = Letter {
        preview: format!("Your balance with {}.", from.name),
        label: "Your balance".to_owned(),
        headline: values.amount_owed.to_owned(),
        under_headline: "Owed at present".to_owned(),
        paragraphs: vec![
            format!("Hello {},", values.customer_name),
            "On this page you can see your current balance and recent charges, and pay. It always shows the state at the moment you open it.".to_owned(),
        ],
        button: Some(Button { text: "View balance".to_owned(), url: values.url.to_owned() }),
        rows: vec![("The link works until".to_owned(), values.expires_on.to_owned())],
        closing: "Questions? Reply to this email.".to_owned(),
        said: None,
    };
    compose(from, &format!("Your balance with {}", from.name), &letter)
}
