//! To the customer: money went back to them.

use super::{Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct RefundSent<'a> {
    pub customer_name: &'a str,
    pub refund_number: &'a str,
    pub payment_number: &'a str,
    pub amount: &'a str,
    /// Where it went: `Visa ending 4242`; none: outside of what it was paid with.
    pub to: Option<&'a str>,
    pub reason: &'a str,
    /// What the customer owes now; none: nothing.
    pub owed: Option<&'a str>,
}

pub fn refund(from: &Sender, values: &RefundSent<'_>) -> Result<Composed> {
    let amount = values.amount;
    let (under, text) = match values.to {
        Some(means) => (
            from.say("mail-refund-to").with("means", means),
            from.say("mail-refund-text").with("amount", amount).with("means", means),
        ),
        None => (from.say("mail-refund-outside"), from.say("mail-refund-outside-text").with("amount", amount)),
    };
    let mut paragraphs = vec![from.greeting(values.customer_name), text.to_string()];
    paragraphs.extend(values.owed.map(|owed| from.say("mail-refund-owed").with("amount", owed).to_string()));
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("mail-refund-preview").with("amount", amount).to_string(),
        label: from.say("mail-refund-label").to_string(),
        headline: amount.to_owned(),
        under_headline: under.to_string(),
        paragraphs,
        button: None,
        rows: vec![
            from.row("mail-refund-number", values.refund_number),
            from.row("mail-refund-payment", values.payment_number),
            from.row("mail-reason", values.reason),
        ],
        closing: from.say("mail-refund-closing").to_string(),
        ..Letter::default()
    };
    compose(from, &from.say("mail-refund-subject").with("business", &from.name).with("amount", amount).to_string(), &letter)
}
