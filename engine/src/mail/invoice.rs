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
    let mut paragraphs = vec![format!("Hello {},", values.customer_name)];
    paragraphs.push(match (values.nothing_due, values.overdue, values.reminder) {
        (true, ..) => format!("Here is {}. Nothing is due on it.", values.invoice),
        (false, true, _) => format!("{} is past its due day. If your payment is on its way, thank you.", values.invoice),
        (false, false, true) => format!("This is a reminder of {}.", values.invoice),
        (false, false, false) => {
            format!("Here is {}. You can see it, download it and pay it online; no account is needed.", values.invoice)
        }
    });
    let mut rows = vec![("Total".to_owned(), values.total.to_owned()), ("Paid so far".to_owned(), values.paid.to_owned())];
    rows.push(("Amount due".to_owned(), values.amount_due.to_owned()));
    rows.extend(values.due_on.map(|day| ("Due on".to_owned(), day.to_owned())));
    let subject = match (values.reminder, values.nothing_due) {
        (true, false) => format!("Reminder: {} from {}", values.invoice, from.name),
        _ => format!("{} from {}", values.invoice, from.name),
    };
    let letter = Letter {
        preview: format!("{} is due on {}.", values.amount_due, values.invoice),
        label: values.invoice.to_owned(),
        headline: values.amount_due.to_owned(),
        under_headline: values.due_on.map_or_else(|| "Amount due".to_owned(), |day| format!("Due on {day}")),
        paragraphs,
        button: Some(Button { text: "View invoice".to_owned(), url: values.url.to_owned() }),
        rows,
        closing: "Questions? Reply to this email.".to_owned(),
        said: values.description.map(str::to_owned),
    };
    compose(from, &subject, &letter)
}
