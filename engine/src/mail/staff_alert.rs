//! To staff: something happened with money that a person should look at.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct StaffAlert<'a> {
    /// In a few words: `A refund failed`.
    pub what: &'a str,
    /// What that means, and what to do.
    pub text: &'a str,
    pub customer_name: &'a str,
    pub amount: &'a str,
    pub payment_number: &'a str,
    pub url: &'a str,
}

pub fn staff_alert(from: &Sender, values: &StaffAlert<'_>) -> Result<Composed> {
    let line = from.say("alert-subject").with("what", values.what).with("customer", values.customer_name);
    let line = line.with("amount", values.amount).to_string();
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: line.clone(),
        document: values.payment_number.to_owned(),
        label: from.say("alert-label").to_string(),
        headline: values.amount.to_owned(),
        under_headline: values.what.to_owned(),
        said: Some(values.text.to_owned()),
        button: Some(Button { text: from.say("notice-button").to_string(), url: values.url.to_owned() }),
        rows: vec![from.row("alert-customer", values.customer_name), from.row("mail-payment", values.payment_number)],
        closing: from.say("alert-closing").to_string(),
        ..Letter::default()
    };
    compose(from, &line, &letter)
}
