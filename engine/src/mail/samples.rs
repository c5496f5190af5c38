//! One mail of each kind, filled with sample values: to look at, to try words on, and to send as a test.
//!
//! The businesses do not exist; the amounts are those of the sample papers.

use books::calendar::parse_day;
use books::money::{Currency, Money};
use books::order::OrderKind;

use super::{Composed, Sender};
use crate::error::{Error, Result};
use crate::wording;

const NAME: &str = "Maple & Mortar Studio";
const URL: &str = "https://pay.fern.example/p/7hK2pQxW4mT9vB3nR8sL";

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

/// The values of the samples as this reader writes them.
impl Sender {
    fn usd(&self, minor: i64) -> String {
        self.tongue.money(Money::new(minor, Currency::from_code("USD").expect("ISO 4217 has the US dollar")))
    }

    fn on(&self, day: &str) -> String {
        self.tongue.day(parse_day(day).expect("a day written here"))
    }

    fn order(&self) -> String {
        wording::order_name(&self.tongue, OrderKind::Order, Some("ORD-2026-00042"))
    }

    fn bill(&self, number: &str) -> String {
        self.say("document-invoice").with("number", number).to_string()
    }

    fn card(&self) -> String {
        wording::ending(&self.tongue, "Visa", "4242")
    }
}

fn request(from: &Sender) -> Result<Composed> {
    let values = super::payment_request::PaymentRequest {
        customer_name: NAME,
        document: &from.order(),
        amount_due: &from.usd(35_550),
        message: Some(&from.say("sample-message").to_string()),
        total: &from.usd(55_550),
        paid: &from.usd(20_000),
        url: URL,
    };
    super::payment_request::payment_request(from, &values)
}

fn invoice(from: &Sender, reminder: bool) -> Result<Composed> {
    let values = super::invoice::InvoiceSent {
        customer_name: NAME,
        invoice: &from.bill("INV-2026-00031"),
        description: Some(&from.say("sample-description").to_string()),
        total: &from.usd(8_240),
        paid: &from.usd(2_000),
        amount_due: &from.usd(6_240),
        nothing_due: false,
        due_on: Some(&from.on("2026-01-30")),
        overdue: reminder,
        reminder,
        url: URL,
    };
    super::invoice::invoice(from, &values)
}

fn receipt(from: &Sender) -> Result<Composed> {
    let values = super::receipt::Receipt {
        customer_name: NAME,
        payment_number: "PAY-2026-00058",
        amount: &from.usd(40_000),
        method: &from.card(),
        paid_on: &from.on("2026-02-03"),
        applied_to: &[(from.order(), from.usd(35_550)), (from.bill("INV-2026-00031"), from.usd(2_000))],
        still_due: &from.usd(6_240),
        left: None,
        url: URL,
    };
    super::receipt::receipt(from, &values)
}

fn refund(from: &Sender) -> Result<Composed> {
    let values = super::refund::RefundSent {
        customer_name: NAME,
        refund_number: "RFD-2026-00004",
        payment_number: "PAY-2026-00058",
        amount: &from.usd(18_000),
        to: Some(&from.card()),
        reason: &from.say("sample-refund-reason").to_string(),
        owed: Some(&from.usd(24_240)),
    };
    super::refund::refund(from, &values)
}

fn credit_note(from: &Sender) -> Result<Composed> {
    let values = super::credit_note::CreditNoteSent {
        customer_name: NAME,
        number: "CN-2026-00009",
        invoice: &from.bill("INV-2026-00040"),
        amount: &from.usd(19_485),
        reason: &from.say("sample-credit-reason").to_string(),
        due_before: &from.usd(4_485),
        due_after: &from.usd(0),
        to_balance: Some(&from.usd(5_000)),
    };
    super::credit_note::credit_note(from, &values)
}

fn statement(from: &Sender) -> Result<Composed> {
    let values = super::statement::Statement {
        customer_name: NAME,
        from: &from.on("2026-01-01"),
        to: &from.on("2026-01-31"),
        opening: &from.usd(-64_000),
        charges: &from.usd(-66_790),
        credits: &from.usd(75_000),
        standing: &from.say("mail-statement-owed").to_string(),
        closing: &from.usd(55_790),
        url: URL,
    };
    super::statement::statement(from, &values)
}

fn payment_failed(from: &Sender) -> Result<Composed> {
    let values = super::payment_failed::PaymentFailed {
        customer_name: NAME,
        document: &from.order(),
        amount: &from.usd(6_240),
        reason: &from.say("decline-insufficient-funds").to_string(),
        url: URL,
    };
    super::payment_failed::payment_failed(from, &values)
}

fn confirm_payment(from: &Sender) -> Result<Composed> {
    let values =
        super::confirm_payment::ConfirmPayment { customer_name: NAME, amount: &from.usd(6_240), method: &from.card(), url: URL };
    super::confirm_payment::confirm_payment(from, &values)
}

fn link(from: &Sender) -> Result<Composed> {
    let values = super::link_shared::LinkShared {
        customer_name: NAME,
        amount_owed: &from.usd(55_790),
        expires_on: &from.on("2026-05-04"),
        url: URL,
    };
    super::link_shared::link_shared(from, &values)
}

fn fresh_link(from: &Sender) -> Result<Composed> {
    let values = super::fresh_link::FreshLink {
        customer_name: NAME,
        document: &from.order(),
        expires_on: &from.on("2026-05-04"),
        url: URL,
    };
    super::fresh_link::fresh_link(from, &values)
}

fn message(from: &Sender) -> Result<Composed> {
    let day = from.on("2026-03-01");
    let body =
        [from.say("mail-greeting").with("name", NAME), from.say("sample-news").with("day", day), from.say("sample-news-end")];
    let body = body.map(|paragraph| paragraph.to_string()).join("\n\n");
    let subject = from.say("sample-news-subject").to_string();
    super::message::message(from, &super::message::Message { customer_name: NAME, subject: &subject, body: &body })
}

fn notice(from: &Sender) -> Result<Composed> {
    let values = super::payment_notice::PaymentNotice {
        customer_name: NAME,
        document: &from.order(),
        payment_number: "PAY-2026-00058",
        amount: &from.usd(35_550),
        method: &from.card(),
        still_due: &from.usd(0),
        url: URL,
    };
    super::payment_notice::payment_notice(from, &values)
}

fn alert(from: &Sender) -> Result<Composed> {
    let values = super::staff_alert::StaffAlert {
        what: &from.tongue.one_of("what", "alert_refund_failed"),
        text: &from.tongue.one_of("advice", "alert_refund_failed"),
        customer_name: NAME,
        amount: &from.usd(18_000),
        payment_number: "PAY-2026-00058",
        url: URL,
    };
    super::staff_alert::staff_alert(from, &values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::words::MailWords;
    use locale::{Language, Tongue};

    #[test]
    fn every_mail_is_whole_in_every_language() {
        for language in Language::ALL {
            let from = Sender {
                name: "Fern & Field".to_owned(),
                color: "#0b5c44".to_owned(),
                address: None,
                email: None,
                tongue: Tongue::of(language),
                words: MailWords::default(),
            };
            for kind in kinds() {
                let mail = letter(kind, &from).expect("a sample");
                let staff = ["payment_notice", "staff_alert"].contains(&kind);
                let parts = [&mail.subject, &mail.text, &mail.html];
                assert!(parts.iter().all(|part| !part.contains("{ $") && !part.contains("mail-")), "{kind}: {}", mail.text);
                assert!(mail.html.contains(&format!("lang=\"{}\"", language.code())), "{kind}: {}", mail.html);
                let english = letter(kind, &Sender { tongue: Tongue::english(), ..from.clone() }).expect("a sample");
                assert!(staff || language == Language::English || mail.text != english.text, "{kind} in {language:?}");
            }
        }
    }

    #[test]
    fn figures_are_written_as_the_reader_writes_them() {
        let from = |language| Sender {
            name: "Fern".to_owned(),
            color: "#0b5c44".to_owned(),
            address: None,
            email: None,
            tongue: Tongue::of(language),
            words: MailWords::default(),
        };
        let mail = letter("invoice", &from(Language::German)).expect("a sample");
        assert_eq!(mail.subject, "Rechnung INV-2026-00031 von Fern");
        assert!(mail.text.contains("62,40\u{a0}$") && mail.text.contains("Fällig am 30. Jan. 2026"), "{}", mail.text);
        let entry = letter("portal_entry", &from(Language::French)).expect("a sample");
        assert!(entry.text.contains("Utilisable une fois, pendant 30 minutes"), "{}", entry.text);
    }
}
