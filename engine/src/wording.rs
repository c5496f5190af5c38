//! What documents, ways to pay and refusals are called to a reader: from stored facts to words of their language.
//!
//! Invariant: mails, payers' pages and staff's pages name one thing with the same function, staff's in English. Entries keep
//! the description they were booked with; where it was the books' own (`Order ORD-2026-00042`), [`entry`] says it in the
//! reader's language, and what people wrote stays as they wrote it.

use books::order::OrderKind;
use locale::Tongue;

use crate::store::invoice::Invoice;
use crate::store::order::Order;
use crate::store::payment::Payment;

/// `Order ORD-2026-00042`.
pub fn order_name(tongue: &Tongue, kind: OrderKind, number: Option<&str>) -> String {
    let sentence = match kind {
        OrderKind::Order => tongue.say("document-order"),
        OrderKind::Application => tongue.say("document-application"),
    };
    sentence.with("number", number.unwrap_or_default()).to_string().trim_end().to_owned()
}

/// An order by its kind and number.
pub fn order(tongue: &Tongue, order: &Order) -> String {
    order_name(tongue, order.kind, order.number.as_deref())
}

/// `Invoice INV-2026-00042`, or that it is a draft.
pub fn invoice(tongue: &Tongue, invoice: &Invoice) -> String {
    match &invoice.number {
        Some(number) => tongue.say("document-invoice").with("number", number).to_string(),
        None => tongue.say("document-draft").to_string(),
    }
}

/// `Visa ending 4242`.
pub fn ending(tongue: &Tongue, name: &str, last4: &str) -> String {
    tongue.say("means-ending").with("name", name).with("last4", last4).to_string()
}

/// How a payment came: `Visa ending 4242`, `check 1007`.
pub fn means(tongue: &Tongue, payment: &Payment) -> String {
    match (&payment.brand, &payment.last4, &payment.external_kind) {
        (Some(brand), Some(last4), _) => ending(tongue, brand, last4),
        (_, _, Some(kind)) => outside(tongue, kind, payment.reference.as_deref()),
        _ if payment.kind == crate::store::remote_invoice::KIND => tongue.say("means-at-processor").to_string(),
        _ => tongue.say("means-online").to_string(),
    }
}

fn outside(tongue: &Tongue, kind: &str, reference: Option<&str>) -> String {
    let sentence = match kind {
        "cash" => tongue.say("means-cash"),
        "check" => tongue.say("means-check"),
        "bank_transfer" => tongue.say("means-bank-transfer"),
        "card_terminal" => tongue.say("means-card-terminal"),
        _ => tongue.say("means-other"),
    };
    sentence.with("reference", reference.unwrap_or("none")).to_string()
}

/// Why a payment was not made. In English the processor's own sentence, where it has one; elsewhere by the code.
pub fn decline(tongue: &Tongue, payment: &Payment) -> String {
    if payment.returned {
        return tongue.say("decline-returned").to_string();
    }
    let code = payment.decline_code.as_deref().unwrap_or("other");
    match &payment.decline_text {
        Some(text) if tongue.language() == locale::Language::English => text.clone(),
        _ if tongue.has("decline", code) => tongue.one_of("decline", code),
        _ => tongue.say("decline-other").to_string(),
    }
}

/// An entry's description in the reader's language, where the books wrote it.
pub fn entry(tongue: &Tongue, description: &str) -> String {
    if tongue.language() == locale::Language::English {
        return description.to_owned();
    }
    let (head, rest) = description.split_once(", ").map_or((description, None), |(head, rest)| (head, Some(rest)));
    let Some((noun, number)) = head.rsplit_once(' ').filter(|(_, number)| is_number(number)) else {
        return description.to_owned();
    };
    let named = match noun {
        "Order" => tongue.say("document-order"),
        "Application" => tongue.say("document-application"),
        "Invoice" => tongue.say("document-invoice"),
        "Payment" => tongue.say("document-payment"),
        "Refund" => tongue.say("document-refund"),
        "Credit note on" => tongue.say("document-credit-note"),
        _ => return description.to_owned(),
    };
    let named = named.with("number", number).to_string();
    match rest {
        Some(rest) => format!("{named}, {}", tail(tongue, noun, rest)),
        None => named,
    }
}

/// A document's number as counters write it: `INV-2026-00042`.
fn is_number(text: &str) -> bool {
    let mut parts = text.rsplitn(3, '-');
    let (Some(count), Some(year)) = (parts.next(), parts.next()) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(count) && digits(year) && parts.next().is_some_and(|prefix| !prefix.is_empty())
}

/// What stands behind the number: how a payment came, or why an order was changed.
fn tail(tongue: &Tongue, noun: &str, rest: &str) -> String {
    if noun != "Payment" {
        let known = REASONS.iter().find(|(_, words)| *words == rest);
        return known.map_or_else(|| rest.to_owned(), |(code, _)| tongue.one_of("changed", code));
    }
    if let Some((name, last4)) = rest.rsplit_once(" ending ") {
        return ending(tongue, name, last4);
    }
    let kinds = ["cash", "check", "bank_transfer", "card_terminal", "other"];
    let english = Tongue::english();
    let known = kinds.into_iter().find(|kind| outside(&english, kind, None) == rest);
    match known {
        Some(kind) => outside(tongue, kind, None),
        None if rest == "online" => tongue.say("means-online").to_string(),
        None => rest.to_owned(),
    }
}

/// Why an order was changed: the code, and how entries say it.
const REASONS: [(&str, &str); 5] = [
    ("items_added", "items added"),
    ("shipping", "shipping"),
    ("extra_service", "extra service"),
    ("correction", "correction"),
    ("other", "changed"),
];

/// Why an order was changed, in the reader's words.
pub fn changed(tongue: &Tongue, code: &str) -> String {
    tongue.one_of("changed", if REASONS.iter().any(|(known, _)| *known == code) { code } else { "other" })
}

/// Why a payer cannot do something, by the published code. Amounts are on the page already.
pub fn refusal(tongue: &Tongue, code: &str, detail: &str) -> String {
    if tongue.language() == locale::Language::English {
        return sentence(detail);
    }
    if tongue.has("refusal", code) { tongue.one_of("refusal", code) } else { tongue.say("refusal-other").to_string() }
}

/// A reason as a sentence: a capital first and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let begun: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if begun.ends_with(['.', '!', '?']) { begun } else { format!("{begun}.") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use locale::Language;

    #[test]
    fn the_books_own_descriptions_are_said_in_the_reader_s_language() {
        let german = Tongue::of(Language::German);
        for (stored, want) in [
            ("Order ORD-2026-00042", "Auftrag ORD-2026-00042"),
            ("Order ORD-2026-00042, shipping", "Auftrag ORD-2026-00042, Versand"),
            ("Payment PAY-2026-00058, Visa ending 4242", "Zahlung PAY-2026-00058, Visa mit Endziffern 4242"),
            ("Payment PAY-2026-00058, bank transfer", "Zahlung PAY-2026-00058, Überweisung"),
            ("Credit note on INV-2026-00009", "Gutschrift zu INV-2026-00009"),
            ("Invoice for the garden, urgent", "Invoice for the garden, urgent"),
            ("Order of 12-7", "Order of 12-7"),
            ("Repair of a drawer", "Repair of a drawer"),
        ] {
            assert_eq!(entry(&german, stored), want);
            assert_eq!(entry(&Tongue::english(), stored), stored);
        }
    }
}
