//! To the customer: a payment arrived, what it was for, and what remains.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct Receipt<'a> {
    pub customer_name: &'a str,
    pub payment_number: &'a str,
    pub amount: &'a str,
    /// `Visa ending in 4242`, `Check 1007`.
    pub method: &'a str,
    pub paid_on: &'a str,
    /// What it was applied to: document and amount.
    pub applied_to: &'a [(String, String)],
    pub still_due: &'a str,
    pub url: &'a str,
}

pub fn receipt(from: &Sender, values: &Receipt<'_>) -> Result<Composed> {
    let mut rows =
        vec![("Payment".to_owned(), values.payment_number.to_owned()), ("Method".to_owned(), values.method.to_owned())];
    rows.extend(values.applied_to.iter().cloned());
    rows.push(("Still due".to_owned(), values.still_due.to_owned()));
    let letter = Letter {
        preview: format!("Thank you. We received {}.", values.amount),
        label: "Receipt".to_owned(),
        headline: values.amount.to_owned(),
        under_headline: format!("Paid on {}", values.paid_on),
        paragraphs: vec![
            format!("Hello {},", values.customer_name),
            "Thank you, your payment arrived. This is your receipt.".to_owned(),
        ],
        button: Some(Button { text: "View receipt".to_owned(), url: values.url.to_owned() }),
        rows,
        closing: "Questions? Reply to this email.".to_owned(),
        said: None,
    };
    compose(from, &format!("Receipt {} from {}", values.payment_number, from.name), &letter)
}
