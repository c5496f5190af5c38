//! Writes each mail as an HTML file, to look at them: `cargo run -p engine --example letters -- DIR`.
//!
//! The businesses do not exist; the amounts are those of the sample papers.

use std::path::Path;

use engine::error::Result as Made;
use engine::mail::{self, Composed, Sender};

type Failure = Box<dyn std::error::Error>;

const NAME: &str = "Maple & Mortar Studio";
const ORDER: &str = "Order ORD-2026-00042";
const URL: &str = "https://pay.fern.example/p/7hK2pQxW4mT9vB3nR8sL";
const CARD: &str = "Visa ending 4242";

/// Every mail, by the name of its picture.
const LETTERS: [(&str, fn(&Sender) -> Made<Composed>); 15] = [
    ("payment-request", request),
    ("invoice", |from| invoice(from, false)),
    ("invoice-reminder", |from| invoice(from, true)),
    ("receipt", receipt),
    ("refund", refund),
    ("credit-note", credit_note),
    ("statement", statement),
    ("payment-failed", payment_failed),
    ("confirm-payment", confirm_payment),
    ("link", link),
    ("fresh-link", fresh_link),
    ("portal-entry", |from| mail::portal_entry::portal_entry(from, &mail::portal_entry::Entry { minutes: 30, url: URL })),
    ("message", message),
    ("payment-notice", notice),
    ("staff-alert", alert),
];

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("say where to write them")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let from = Sender {
        name: "Fern & Fable Furniture".into(),
        color: "#1f6f5c".into(),
        address: Some("48 Alder Street\nPortland, OR 97205".into()),
        email: Some("accounts@fern.example".into()),
    };
    for (name, write) in LETTERS {
        let composed = write(&from)?;
        std::fs::write(folder.join(format!("{name}.html")), composed.html)?;
        println!("{name}: {}", composed.subject);
    }
    Ok(())
}

fn request(from: &Sender) -> Made<Composed> {
    let values = mail::payment_request::PaymentRequest {
        customer_name: NAME,
        document: ORDER,
        amount_due: "355.50 USD",
        message: Some("Your tables are finished and wait for the van."),
        total: "555.50 USD",
        paid: "200.00 USD",
        url: URL,
    };
    mail::payment_request::payment_request(from, &values)
}

fn invoice(from: &Sender, reminder: bool) -> Made<Composed> {
    let values = mail::invoice::InvoiceSent {
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
    mail::invoice::invoice(from, &values)
}

fn receipt(from: &Sender) -> Made<Composed> {
    let part = |number: &str, amount: &str| (number.to_owned(), amount.to_owned());
    let values = mail::receipt::Receipt {
        customer_name: NAME,
        payment_number: "PAY-2026-00058",
        amount: "400.00 USD",
        method: CARD,
        paid_on: "3 Feb 2026",
        applied_to: &[part("ORD-2026-00042", "355.50 USD"), part("INV-2026-00031", "20.00 USD")],
        still_due: "62.40 USD",
        url: URL,
    };
    mail::receipt::receipt(from, &values)
}

fn refund(from: &Sender) -> Made<Composed> {
    let values = mail::refund::RefundSent {
        customer_name: NAME,
        refund_number: "RFD-2026-00004",
        payment_number: "PAY-2026-00058",
        amount: "180.00 USD",
        to: CARD,
        reason: "One side table arrived with a split leg and went back",
        owed: Some("242.40 USD"),
    };
    mail::refund::refund(from, &values)
}

fn credit_note(from: &Sender) -> Made<Composed> {
    let values = mail::credit_note::CreditNoteSent {
        customer_name: NAME,
        number: "CN-2026-00009",
        invoice: "Invoice INV-2026-00040",
        amount: "194.85 USD",
        reason: "Damaged on arrival",
        due_before: "44.85 USD",
        due_after: "0.00 USD",
        to_balance: Some("50.00 USD"),
    };
    mail::credit_note::credit_note(from, &values)
}

fn statement(from: &Sender) -> Made<Composed> {
    let values = mail::statement::Statement {
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
    mail::statement::statement(from, &values)
}

fn payment_failed(from: &Sender) -> Made<Composed> {
    let values = mail::payment_failed::PaymentFailed {
        customer_name: NAME,
        document: "Your balance",
        amount: "62.40 USD",
        reason: "There is not enough money behind the card.",
        url: URL,
    };
    mail::payment_failed::payment_failed(from, &values)
}

fn confirm_payment(from: &Sender) -> Made<Composed> {
    let values = mail::confirm_payment::ConfirmPayment { customer_name: NAME, amount: "62.40 USD", method: CARD, url: URL };
    mail::confirm_payment::confirm_payment(from, &values)
}

fn link(from: &Sender) -> Made<Composed> {
    let values =
        mail::link_shared::LinkShared { customer_name: NAME, amount_owed: "557.90 USD", expires_on: "4 May 2026", url: URL };
    mail::link_shared::link_shared(from, &values)
}

fn fresh_link(from: &Sender) -> Made<Composed> {
    let values = mail::fresh_link::FreshLink { customer_name: NAME, document: ORDER, expires_on: "4 May 2026", url: URL };
    mail::fresh_link::fresh_link(from, &values)
}

fn message(from: &Sender) -> Made<Composed> {
    let body = "Hello,\n\nwe move on 1 March. The new workshop is at 50 Alder Street.\n\nYour furniture moves with us.";
    mail::message::message(from, &mail::message::Message { subject: "We move", body })
}

fn notice(from: &Sender) -> Made<Composed> {
    let values = mail::payment_notice::PaymentNotice {
        customer_name: NAME,
        document: ORDER,
        payment_number: "PAY-2026-00058",
        amount: "355.50 USD",
        method: CARD,
        still_due: "0.00 USD",
        url: URL,
    };
    mail::payment_notice::payment_notice(from, &values)
}

fn alert(from: &Sender) -> Made<Composed> {
    let values = mail::staff_alert::StaffAlert {
        what: "A refund failed",
        text: "No money went back, and the books are as they were. Refund it another way.",
        customer_name: NAME,
        amount: "180.00 USD",
        payment_number: "PAY-2026-00058",
        url: URL,
    };
    mail::staff_alert::staff_alert(from, &values)
}
