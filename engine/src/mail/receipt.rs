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
    /// What is set against nothing, where there is some.
    pub left: Option<&'a str>,
    pub url: &'a str,
}

pub fn receipt(from: &Sender, values: &Receipt<'_>) -> Result<Composed> {
    let mut rows = vec![from.row("mail-payment", values.payment_number), from.row("mail-method", values.method)];
    rows.extend(values.applied_to.iter().cloned());
    rows.extend(values.left.map(|left| from.row("paper-credit_left", left)));
    rows.push(from.row("mail-still-due", values.still_due));
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("mail-receipt-preview").with("amount", values.amount).to_string(),
        label: from.say("mail-receipt-label").to_string(),
        headline: values.amount.to_owned(),
        under_headline: from.say("mail-receipt-paid-on").with("day", values.paid_on).to_string(),
        paragraphs: vec![from.greeting(values.customer_name), from.say("mail-receipt-text").to_string()],
        button: Some(Button { text: from.say("mail-receipt-button").to_string(), url: values.url.to_owned() }),
        rows,
        closing: from.say("mail-questions").to_string(),
        ..Letter::default()
    };
    let subject = from.say("mail-receipt-subject").with("number", values.payment_number).with("business", &from.name);
    compose(from, &subject.to_string(), &letter)
}
