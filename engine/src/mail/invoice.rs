//! To the customer: an invoice, or a reminder of one, and where to see and pay it.

use super::{Button, Composed, Letter, Sender, compose};
use crate::error::Result;

pub struct InvoiceSent<'a> {
    pub customer_name: &'a str,
    /// Such as `Invoice INV-2026-00042`.
    pub invoice: &'a str,
    /// What it is for.
    pub description: Option<&'a str>,
    /// With their currency, as people read them; the total with late fees.
    pub total: &'a str,
    pub paid: &'a str,
    pub amount_due: &'a str,
    pub nothing_due: bool,
    pub due_on: Option<&'a str>,
    pub overdue: bool,
    /// It was mailed before.
    pub reminder: bool,
    pub url: &'a str,
}

pub fn invoice(from: &Sender, values: &InvoiceSent<'_>) -> Result<Composed> {
    let text = match (values.nothing_due, values.overdue, values.reminder) {
        (true, ..) => from.say("mail-invoice-settled-text"),
        (false, true, _) => from.say("mail-invoice-late-text"),
        (false, false, true) => from.say("mail-invoice-again-text"),
        (false, false, false) => from.say("mail-invoice-text"),
    };
    let mut rows = vec![
        from.row("mail-total", values.total),
        from.row("mail-paid", values.paid),
        from.row("mail-amount-due", values.amount_due),
    ];
    rows.extend(values.due_on.map(|day| from.row("mail-due-on", day)));
    let subject = match (values.reminder, values.nothing_due) {
        (true, false) => from.say("mail-invoice-again-subject"),
        _ => from.say("mail-invoice-subject"),
    };
    let preview = from.say("mail-invoice-preview").with("amount", values.amount_due).with("invoice", values.invoice);
    let letter = Letter {
        customer: values.customer_name.to_owned(),
        preview: preview.to_string(),
        label: values.invoice.to_owned(),
        headline: values.amount_due.to_owned(),
        under_headline: match values.due_on {
            Some(day) => from.say("mail-due-on-day").with("day", day).to_string(),
            None => from.say("mail-amount-due").to_string(),
        },
        paragraphs: vec![from.greeting(values.customer_name), text.with("invoice", values.invoice).to_string()],
        button: Some(Button { text: from.say("mail-view-invoice").to_string(), url: values.url.to_owned() }),
        rows,
        closing: from.say("mail-questions").to_string(),
        said: values.description.map(str::to_owned),
        ..Letter::default()
    };
    compose(from, &subject.with("invoice", values.invoice).with("business", &from.name).to_string(), &letter)
}
