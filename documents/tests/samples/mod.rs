//! Papers of businesses that do not exist, one for each thing a paper can show. Tests compare their prints with the
//! golden texts beside them; the example `press` writes them as PDF.
//!
//! Limits: amounts are written as the paper shows them, so that a reader can add them up by hand.

use books::calendar::{Day, Instant, parse_day};
use books::money::{Currency, Money};
use books::paper::*;

mod accounts;
mod invoices;
mod orders;
mod payments;
pub mod spoken;

pub use accounts::*;
pub use invoices::*;
pub use orders::*;
pub use payments::*;

const LOGO: &[u8] = include_bytes!("../logo.png");

pub fn money(text: &str, code: &str) -> Money {
    let currency = Currency::from_code(code).expect("samples use known currencies");
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let amount = Money::parse(digits, currency).expect("samples use good amounts");
    Money { minor: if negative { -amount.minor } else { amount.minor }, ..amount }
}

pub fn usd(text: &str) -> Money {
    money(text, "USD")
}

pub fn day(text: &str) -> Day {
    parse_day(text).expect("samples use good days")
}

fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn stamp(text: &str, offset_minutes: i32) -> Stamp {
    Stamp { at: Instant::from_rfc3339(text).expect("samples use good times"), offset_minutes }
}

pub fn fern() -> Letterhead {
    let business = Business {
        name: "Fern & Fable Furniture".into(),
        address: texts(&["48 Alder Street", "Portland, OR 97205", "United States"]),
        email: "accounts@fern.example".into(),
        phone: "+1 503 555 0142".into(),
        tax_id: "EIN 00-0000042".into(),
        color: Some("#1f6f5c".into()),
        logo: None,
        footer: "Fern & Fable Furniture LLC · 48 Alder Street, Portland, OR 97205 · accounts@fern.example · fern.example".into(),
    };
    Letterhead { page: PageSize::Letter, ..Letterhead::new(business, stamp("2026-02-03T17:30:00Z", -480)) }
}

pub fn northwind() -> Letterhead {
    let business = Business {
        name: "Nordlicht Messtechnik GmbH".into(),
        address: texts(&["Beispielstraße 114", "10119 Berlin", "Deutschland"]),
        email: "buchhaltung@nordlicht.example".into(),
        phone: "+49 30 555 0114".into(),
        tax_id: "USt-IdNr. DE 000 000 042".into(),
        color: Some("#3b3fd8".into()),
        logo: Some(Logo { bytes: LOGO.to_vec() }),
        footer: "Nordlicht Messtechnik GmbH · HRB 00042 B, Amtsgericht Beispielstadt\nbuchhaltung@nordlicht.example".into(),
    };
    Letterhead { locale: "de".into(), ..Letterhead::new(business, stamp("2026-11-03T08:05:00Z", 60)) }
}

pub fn maple() -> Party {
    Party {
        name: "Maple & Mortar Studio".into(),
        address: texts(&["Suite 5, 900 Quarry Road", "Portland, OR 97210", "United States"]),
        email: "office@maple.example".into(),
        phone: String::new(),
        tax_id: String::new(),
        reference: "C-1042".into(),
    }
}

/// A line without tax.
pub fn line(description: &str, detail: &str, quantity: &str, unit: Money, amount: Money) -> PaperLine {
    PaperLine {
        description: description.into(),
        detail: detail.into(),
        quantity: quantity.into(),
        unit_amount: unit,
        tax_rate: None,
        net: amount,
        gross: amount,
        amended: None,
    }
}

fn taxed(mut line: PaperLine, rate: &str, gross: Money) -> PaperLine {
    line.tax_rate = Some(rate.into());
    line.gross = gross;
    line
}

fn amended(mut line: PaperLine, on: &str, reason: AmendmentReason, note: &str, removed: bool) -> PaperLine {
    line.amended = Some(Amendment { on: day(on), reason, note: note.into(), removed });
    line
}

fn visa() -> Means {
    Means::Card { brand: "Visa".into(), last4: "4242".into() }
}
