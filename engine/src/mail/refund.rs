//! To the customer: money went back to them.

use super::{Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct RefundSent<'a> {
    pub customer_name: &'a str,
    pub refund_number: &'a str,
    pub payment_number: &'a str,
    pub amount: &'a str,
    /// Where it went: `Visa ending 4242`, or how it was handed back.
    pub to: &'a str,
    pub reason: &'a str,
    /// What the customer owes now; none: nothing.
    pub owed: Option<&'a str>,
}

pub fn refund(from: &Sender, values: &RefundSent<'_>) -> Result<Composed> {
    let mut paragraphs =
        vec![format!("Hello {},", values.customer_name), format!("We have refunded {} to {}.", values.amount, values.to)];
    if let Some(owed) = values.owed {
        paragraphs.push(format!("Your balance with us is now {owed} owed."));
    }
    let letter = Letter {
        preview: format!("{} was refunded.", values.amount),
        label: "Refund".to_owned(),
        headline: values.amount.to_owned(),
        under_headline: format!("to {}", values.to),
        paragraphs,
        button: None,
        rows: vec![
            ("Refund".to_owned(), values.refund_number.to_owned()),
            ("Of payment".to_owned(), values.payment_number.to_owned()),
            ("Reason".to_owned(), values.reason.to_owned()),
        ],
        closing: "A refund to a card can take a few days to show on its statement. Questions? Reply to this email.".to_owned(),
        said: None,
    };
    compose(from, &format!("{} refunded {}", from.name, values.amount), &letter)
}
