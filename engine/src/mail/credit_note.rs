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
        from.row("mail-credit-label", values.number),
        from.row("mail-reason", values.reason),
        from.row("mail-credit-before", values.due_before),
        from.row("mail-credit-now", values.due_after),
    ];
    rows.extend(values.to_balance.map(|amount| from.row("mail-credit-kept", amount)));
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: from.say("mail-credit-preview").with("amount", values.amount).with("invoice", values.invoice).to_string(),
        label: from.say("mail-credit-label").to_string(),
        headline: values.amount.to_owned(),
        under_headline: from.say("mail-credit-on").with("invoice", values.invoice).to_string(),
        paragraphs: vec![
            from.greeting(values.customer_name),
            from.say("mail-credit-text").with("amount", values.amount).with("invoice", values.invoice).to_string(),
        ],
        button: None,
        rows,
        closing: from.say("mail-questions").to_string(),
        ..Letter::default()
    };
    let subject = from.say("mail-credit-subject").with("number", values.number).with("business", &from.name);
    compose(from, &subject.to_string(), &letter)
}
