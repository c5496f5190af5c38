//! What documents, ways to pay and refusals are called to a reader: from stored facts to words of their language.
//!
//! Invariant: mails, payers' pages and staff's pages name one thing with the same function, staff's in English. Entries keep
//! the description they were booked with; where it was the books' own (`Order ORD-2026-00042`), [`entry`] says it in the
//! reader's language, and what people wrote stays as they wrote it.

use books::entry::EntryKind;
use books::order::OrderKind;
use locale::Tongue;

use crate::error::Refusal;
use crate::store::credit_note::CreditNote;
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

/// `Visa ending 4242`; the name alone where nothing is told of its digits (`PayPal`).
pub fn ending(tongue: &Tongue, name: &str, last4: &str) -> String {
    let name = if name == "Bank debit" { tongue.say("means-bank-debit").to_string() } else { name.to_owned() };
    if last4.is_empty() {
        return name;
    }
    tongue.say("means-ending").with("name", name).with("last4", last4).to_string()
}

/// How a payment came: `Visa ending 4242`, `check 1007`.
pub fn means(tongue: &Tongue, payment: &Payment) -> String {
    match (&payment.brand, &payment.last4, &payment.external_kind) {
        (Some(brand), Some(last4), _) => ending(tongue, brand, last4),
        (_, _, Some(kind)) => outside(tongue, kind, payment.reference.as_deref()),
        // Staff keyed it, and the processor says nothing of the card.
        _ if payment.kind == "in_person" => outside(tongue, "card_terminal", None),
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

/// What the books write on an entry, or as the reason of a refund, that needs no number.
const POSTED: [(&str, &str); 8] = [
    ("Refund", "posted-refund"),
    ("Credit paid out", "posted-paid-out"),
    ("Payment returned", "posted-returned"),
    ("Small difference", "posted-small-difference"),
    ("Late fee", "posted-late-fee"),
    ("Balance adjustment", "posted-adjustment"),
    ("Written off", "posted-written-off"),
    ("Refunded at the processor", "posted-refunded-there"),
];

/// An entry's description in the reader's language, where the books wrote it. What staff wrote by hand stays.
pub fn entry(tongue: &Tongue, kind: EntryKind, description: &str) -> String {
    let by_hand = matches!(kind, EntryKind::ManualCharge | EntryKind::ManualCredit);
    if by_hand || tongue.language() == locale::Language::English {
        return description.to_owned();
    }
    if let Some((_, key)) = POSTED.iter().find(|(words, _)| *words == description) {
        return tongue.say(key).to_string();
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

/// An entry's description beside a column that has the document's number: `Payment, Visa ending 4242`.
pub fn beside_number(tongue: &Tongue, description: String, number: &str) -> String {
    if number.is_empty() {
        return description;
    }
    let keys = ["document-order", "document-application", "document-invoice", "document-payment", "document-refund"];
    for named in keys.map(|key| tongue.say(key).with("number", number).to_string()) {
        if let (Some(rest), Some(noun)) = (description.strip_prefix(&named), named.strip_suffix(number)) {
            return format!("{}{rest}", noun.trim_end());
        }
    }
    description
}

/// Why money went back: in the reader's words where the processor's own desk gave it back, else as staff wrote it.
pub fn refund_reason(tongue: &Tongue, reason: &str) -> String {
    entry(tongue, EntryKind::Refund, reason)
}

/// Why a credit note was written: in the reader's words where an amendment or the end of an order was the reason, else as
/// staff wrote it.
pub fn credit_reason(tongue: &Tongue, note: &CreditNote, reason: &str) -> String {
    if note.amendment_id.is_none() || tongue.language() == locale::Language::English {
        return reason.to_owned();
    }
    let changed = REASONS.iter().find(|(_, words)| *words == reason).map(|(code, _)| tongue.one_of("changed", code));
    let ended = || ["canceled", "denied", "withdrawn"].contains(&reason).then(|| tongue.one_of("ended", reason));
    changed.or_else(ended).unwrap_or_else(|| reason.to_owned())
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

/// Why a payer cannot do something: with the amounts it is about, where they are known; else by the published code, in
/// English in the sentence that programs get.
pub fn refusal(tongue: &Tongue, refusal: &Refusal) -> String {
    let about = |key, name: &str| Some(tongue.say(key).with("amount", tongue.money(refusal.amount_of(name)?)).to_string());
    let asked = || Some(tongue.money(refusal.amount_of("asked")?));
    let due = || Some(tongue.money(refusal.amount_of("due")?));
    let said = match refusal.code {
        "PAYMENT_PENDING" => about("refused-payment-pending", "pending"),
        "FULL_ONLY" => about("refused-full-only", "due"),
        "BELOW_MINIMUM" => about("refused-below-minimum", "least").or_else(|| about("refused-not-offered", "due")),
        "ABOVE_DUE" => asked()
            .zip(due())
            .map(|(asked, due)| tongue.say("refused-above-due").with("asked", asked).with("amount", due).to_string()),
        _ => None,
    };
    said.unwrap_or_else(|| match tongue.language() {
        locale::Language::English => sentence(&refusal.detail),
        _ if tongue.has("refusal", refusal.code) => tongue.one_of("refusal", refusal.code),
        _ => tongue.say("refusal-other").to_string(),
    })
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
    fn a_number_is_not_said_twice_side_by_side() {
        let french = Tongue::of(Language::French);
        for (said, want) in [
            ("Commande ORD-2026-00042", "Commande"),
            ("Paiement PAY-2026-00058, virement", "Paiement PAY-2026-00058, virement"),
            ("Avoir sur ORD-2026-00042", "Avoir sur ORD-2026-00042"),
            ("Retouche", "Retouche"),
        ] {
            assert_eq!(beside_number(&french, said.to_owned(), "ORD-2026-00042"), want);
        }
        let paid = beside_number(&french, "Paiement PAY-2026-00058, virement".to_owned(), "PAY-2026-00058");
        assert_eq!(paid, "Paiement, virement");
    }

    #[test]
    fn the_books_own_descriptions_are_said_in_the_reader_s_language() {
        let german = Tongue::of(Language::German);
        let payment = EntryKind::Payment;
        for (kind, stored, want) in [
            (EntryKind::Order, "Order ORD-2026-00042", "Auftrag ORD-2026-00042"),
            (EntryKind::Order, "Order ORD-2026-00042, shipping", "Auftrag ORD-2026-00042, Versand"),
            (payment, "Payment PAY-2026-00058, Visa ending 4242", "Zahlung PAY-2026-00058, Visa mit Endziffern 4242"),
            (payment, "Payment PAY-2026-00058, bank transfer", "Zahlung PAY-2026-00058, Überweisung"),
            (payment, "Payment PAY-2026-00058, Bank debit ending 6789", "Zahlung PAY-2026-00058, Bankeinzug mit Endziffern 6789"),
            (EntryKind::CreditNote, "Credit note on INV-2026-00009", "Gutschrift zu INV-2026-00009"),
            (EntryKind::LateFee, "Late fee", "Mahngebühr"),
            (EntryKind::LateFee, "Late fee for March", "Late fee for March"),
            (EntryKind::Refund, "Refund", "Erstattung"),
            (EntryKind::Void, "Invoice INV-2026-00009", "Rechnung INV-2026-00009"),
            (EntryKind::ManualCharge, "Refund", "Refund"),
            (EntryKind::ManualCharge, "Order ORD-2026-00042", "Order ORD-2026-00042"),
            (EntryKind::ManualCharge, "Repair of a drawer", "Repair of a drawer"),
        ] {
            assert_eq!(entry(&german, kind, stored), want);
            assert_eq!(entry(&Tongue::english(), kind, stored), stored);
        }
    }

    #[test]
    fn a_wallet_without_digits_is_called_by_its_name() {
        for tongue in [Tongue::english(), Tongue::of(Language::German)] {
            assert_eq!(ending(&tongue, "PayPal", ""), "PayPal");
            assert_eq!(entry(&tongue, EntryKind::Payment, "Payment PAY-2026-00058, PayPal").split(", ").nth(1), Some("PayPal"));
        }
    }

    #[test]
    fn a_refusal_names_its_amounts_in_every_language() {
        let usd = books::money::Currency::from_code("USD").expect("a known code");
        let money = |minor| books::money::Money::new(minor, usd);
        let of = |code| Refusal::new(code, "no").amount("due", money(30_000)).amount("asked", money(40_000));
        let pending = || of("PAYMENT_PENDING").amount("pending", money(12_345));
        for language in Language::ALL {
            let tongue = Tongue::of(language);
            let [due, asked, least, under_way] = [30_000, 40_000, 5_000, 12_345].map(|minor| tongue.money(money(minor)));
            for (refused, amounts) in [
                (of("FULL_ONLY"), vec![&due]),
                (of("ABOVE_DUE"), vec![&due, &asked]),
                (of("BELOW_MINIMUM"), vec![&due]),
                (of("BELOW_MINIMUM").amount("least", money(5_000)), vec![&least]),
                (pending(), vec![&under_way]),
            ] {
                let said = refusal(&tongue, &refused);
                assert!(amounts.iter().all(|amount| said.contains(*amount)), "{language:?}: {said}");
            }
        }
        assert_eq!(refusal(&Tongue::of(Language::German), &Refusal::new("NO_BALANCE", "no")), "Hier ist nichts offen.");
        assert_eq!(refusal(&Tongue::english(), &Refusal::new("NO_BALANCE", "nothing is due")), "Nothing is due.");
    }
}
