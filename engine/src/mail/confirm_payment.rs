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
        preview: format!("Your bank asks you to confirm {}.", values.amount),
        label: "Please confirm".to_owned(),
        headline: values.amount.to_owned(),
        under_headline: format!("by {}", values.method),
        paragraphs: vec![
            format!("Hello {},", values.customer_name),
            format!(
                "We wanted to charge {} to your saved {}. Your bank asks you to confirm this first. Nothing was taken yet.",
                values.amount, values.method
            ),
        ],
        button: Some(Button { text: "Confirm the payment".to_owned(), url: values.url.to_owned() }),
        rows: Vec::new(),
        closing: "The page can be used for a day. Questions? Reply to this email.".to_owned(),
        said: None,
    };
    compose(from, &format!("Please confirm {} for {}", values.amount, from.name), &letter)
}
