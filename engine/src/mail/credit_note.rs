//! To the customer: something was taken off an invoice, why, and what is due on it now.

use super::{Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct CreditNoteSent<'a> {
    pub customer_name: &'a str,
    pub number: &'a str,
    /// Such as `Invoice INV-2026-00042`.
    pub invoice: &'a str,
    /// With their currency, as people read them.
    pub amount: &'a str,
    pub reason: &'a str,
    pub due_before: &'a str,
    pub due_after: &'a str,
    /// What stays as credit on the balance, if something does.
    pub to_balance: Option<&'a str>,
}

pub fn credit_note(from: &Sender, values: &CreditNoteSent<'_>) -> Result<Composed> {
    let mut rows = vec![
        ("Credit note".to_owned(), values.number.to_owned()),
        ("Reason".to_owned(), values.reason.to_owned()),
        ("Due before".to_owned(), values.due_before.to_owned()),
        ("Due now".to_owned(), values.due_after.to_owned()),
    ];
    rows.extend(values.to_balance.map(|amount| ("Kept as your credit".to_owned(), amount.to_owned())));
    let letter = Letter {
        preview: format!("{} was credited on {}.", values.amount, values.invoice),
        label: "Credit note".to_owned(),
        headline: values.amount.to_owned(),
        under_headline: format!("Credited on {}", values.invoice),
        paragraphs: vec![
            format!("Hello {},", values.customer_name),
            format!("We have taken {} off {}.", values.amount, values.invoice),
        ],
        button: None,
        rows,
        closing: "Questions? Reply to this email.".to_owned(),
        said: None,
    };
    compose(from, &format!("Credit note {} from {}", values.number, from.name), &letter)
}
