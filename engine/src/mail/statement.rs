//! To a customer: their statement of account, with the page on which all of it can be seen, downloaded and paid.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct Statement<'a> {
    pub customer_name: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    /// With their currency and sign, as the statement has them.
    pub opening: &'a str,
    pub charges: &'a str,
    pub credits: &'a str,
    /// `Amount owed`, `Credit` or `Nothing owed` at the end, and how much.
    pub standing: &'a str,
    pub closing: &'a str,
    pub url: &'a str,
}

pub fn statement(from: &Sender, values: &Statement<'_>) -> Result<Composed> {
    let row = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let period = format!("{} to {}", values.from, values.to);
    let letter = Letter {
        preview: format!("Your statement from {}, {period}.", from.name),
        label: format!("Statement, {period}"),
        headline: values.closing.to_owned(),
        under_headline: values.standing.to_owned(),
        paragraphs: vec![
            format!("Hello {},", values.customer_name),
            "Here is your statement of account. You can see every charge and payment, download it as PDF and pay what is open; no account is needed.".to_owned(),
        ],
        button: Some(Button { text: "View statement".to_owned(), url: values.url.to_owned() }),
        rows: vec![
            row("Balance at the start", values.opening),
            row("Charged", values.charges),
            row("Paid and credited", values.credits),
        ],
        closing: "Questions? Reply to this email.".to_owned(),
        said: None,
    };
    compose(from, &format!("Your statement from {}", from.name), &letter)
}
