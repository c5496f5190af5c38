//! One mail of each kind, filled with sample values: to look at, to try words on, and to send as a test.
//!
//! The businesses do not exist; the amounts are those of the sample papers.

use super::{Composed, Sender};
use crate::error::{Error, Result};

const NAME: &str = "Maple & Mortar Studio";
const ORDER: &str = "Order ORD-2026-00042";
const URL: &str = "https://pay.fern.example/p/7hK2pQxW4mT9vB3nR8sL";
const CARD: &str = "Visa ending 4242";

/// Writes one.
type Write = fn(&Sender) -> Result<Composed>;

/// Every mail by its kind.
const LETTERS: [(&str, Write); 15] = [
    ("payment_request", request),
    ("invoice", |from| invoice(from, false)),
    ("invoice_reminder", |from| invoice(from, true)),
    ("receipt", receipt),
    ("refund", refund),
    ("credit_note", credit_note),
    ("statement", statement),
    ("payment_failed", payment_failed),
    ("confirm_payment", confirm_payment),
    ("link", link),
    ("fresh_link", fresh_link),
    ("portal_entry", |from| super::portal_entry::portal_entry(from, &super::portal_entry::Entry { minutes: 30, url: URL })),
    ("message", message),
    ("payment_notice", notice),
    ("staff_alert", alert),
];

/// Every kind there is a sample of.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    LETTERS.into_iter().map(|(kind, _)| kind)
}

/// The sample of a kind, as this business would send it.
pub fn letter(kind: &str, from: &Sender) -> Result<Composed> {
    let write = LETTERS.into_iter().find(|(known, _)| *known == kind).map(|(_, write)| write);
    write.ok_or(Error::NotFound)?(from)
}

fn request(from: &Sender) -> Result<Composed> {
    let values = super::payment_request::PaymentRequest {
        customer_name: NAME,
        document: ORDER,
        amount_due: "355.50 USD",
        message: Some("Your tables are finished and wait for the van."),
        total: "555.50 USD",
        paid: "200.00 USD",
        url: URL,
    };
    super::payment_request::payment_request(from, &values)
}

fn invoice(from: &Sender, reminder: bool) -> Result<Composed> {
    let values = super::invoice::InvoiceSent {
        customer_name: NAME,
        invoice: "Invoice INV-2026-00031",
        description: Some("Repair of a drawer"),
        total: "82.40 USD",
        paid: "20.00 USD",
        amount_due: "62.40 USD",
        nothing_due: false,
        due_on: Some("30 Jan 2026"),
        overdue: reminder,
        reminder,
        url: URL,
    };
    super::invoice::invoice(from, &values)
}

fn receipt(from: &Sender) -> Result<Composed> {
    let part = |number: &str, amount: &str| (number.to_owned(), amount.to_owned());
    let values = super::receipt::Receipt {
        customer_name: NAME,
        payment_number: "PAY-2026-00058",
        amount: "400.00 USD",
        method: CARD,
        paid_on: "3 Feb 2026",
        applied_to: &[part("ORD-2026-00042", "355.50 USD"), part("INV-2026-00031", "20.00 USD")],
        still_due: "62.40 USD",
        url: URL,
    };
    super::receipt::receipt(from, &values)
}

fn refund(from: &Sender) -> Result<Composed> {
    let values = super::refund::RefundSent {
        customer_name: NAME,
        refund_number: "RFD-2026-00004",
        payment_number: "PAY-2026-00058",
        amount: "180.00 USD",
        to: CARD,
        reason: "One side table arrived with a split leg and went back",
        owed: Some("242.40 USD"),
    };
    super::refund::refund(from, &values)
}

fn credit_note(from: &Sender) -> Result<Composed> {
    let values = super::credit_note::CreditNoteSent {
        customer_name: NAME,
        number: "CN-2026-00009",
        invoice: "Invoice INV-2026-00040",
        amount: "194.85 USD",
        reason: "Damaged on arrival",
        due_before: "44.85 USD",
        due_after: "0.00 USD",
        to_balance: Some("50.00 USD"),
    };
    super::credit_note::credit_note(from, &values)
}

fn statement(from: &Sender) -> Result<Composed> {
    let values = super::statement::Statement {
        customer_name: NAME,
        from: "1 Jan 2026",
        to: "31 Jan 2026",
        opening: "-640.00 USD",
        charges: "-667.90 USD",
        credits: "750.00 USD",
        standing: "Amount owed at the end",
        closing: "557.90 USD",
        url: URL,
    };
    super::statement::statement(from, &values)
}

fn payment_failed(from: &Sender) -> Result<Composed> {
    let values = super::payment_failed::PaymentFailed {
        customer_name: NAME,
        document: ORDER,
        amount: "62.40 USD",
        reason: "There is not enough money behind the card.",
        url: URL,
    };
    super::payment_failed::payment_failed(from, &values)
}

fn confirm_payment(from: &Sender) -> Result<Composed> {
    let values = super::confirm_payment::ConfirmPayment { customer_name: NAME, amount: "62.40 USD", method: CARD, url: URL };
    super::confirm_payment::confirm_payment(from, &values)
}

fn link(from: &Sender) -> Result<Composed> {
    let values =
        super::link_shared::LinkShared { customer_name: NAME, amount_owed: "557.90 USD", expires_on: "4 May 2026", url: URL };
    super::link_shared::link_shared(from, &values)
}

fn fresh_link(from: &Sender) -> Result<Composed> {
    let values = super::fresh_link::FreshLink { customer_name: NAME, document: ORDER, expires_on: "4 May 2026", url: URL };
    super::fresh_link::fresh_link(from, &values)
}

fn message(from: &Sender) -> Result<Composed> {
    let body = "Hello,\n\nwe move on 1 March. The new workshop is at 50 Alder Street.\n\nYour furniture moves with us.";
    super::message::message(from, &super::message::Message { subject: "We move", body })
}

fn notice(from: &Sender) -> Result<Composed> {
    let values = super::payment_notice::PaymentNotice {
        customer_name: NAME,
        document: ORDER,
        payment_number: "PAY-2026-00058",
        amount: "355.50 USD",
        method: CARD,
        still_due: "0.00 USD",
        url: URL,
    };
    super::payment_notice::payment_notice(from, &values)
}

fn alert(from: &Sender) -> Result<Composed> {
    let values = super::staff_alert::StaffAlert {
        what: "A refund failed",
        text: "No money went back, and the books are as they were. Refund it another way.",
        customer_name: NAME,
        amount: "180.00 USD",
        payment_number: "PAY-2026-00058",
        url: URL,
    };
    super::staff_alert::staff_alert(from, &values)
}
