//! Bills of businesses that do not exist, one for each thing a bill can be.

use books::calendar::{Day, parse_day};
use books::money::Currency;
use einvoice::{Address, Basis, Bill, BillKind, BillLine, Buyer, Preceding, Seller, Untaxed, UntaxedReason};

fn day(text: &str) -> Day {
    parse_day(text).expect("samples use good days")
}

pub fn line(description: &str, quantity: &str, unit_net: Option<i64>, rate: Option<&str>, net: i64, tax: i64) -> BillLine {
    BillLine {
        description: description.into(),
        quantity: quantity.into(),
        unit: String::new(),
        unit_net,
        tax_rate: rate.map(str::to_owned),
        net,
        tax,
    }
}

/// Two rates, a discount, hours, and everything a bill may say.
pub fn invoice() -> Bill {
    let address = |street: &str, postcode: &str, city: &str, country: &str| Address {
        street: street.into(),
        postcode: postcode.into(),
        city: city.into(),
        country: country.into(),
    };
    let mut hours = line("Calibration on site & report\nTwo technicians", "3.5", Some(118_000), Some("19"), 413_000, 78_470);
    hours.unit = "h".into();
    let mut pallets = line("Sensors <NW-220>", "2", Some(128_700), Some("19"), 257_400, 48_906);
    pallets.unit = "pallet".into();
    Bill {
        kind: BillKind::Invoice,
        number: "INV-2026-00417".into(),
        issued_on: day("2026-11-03"),
        due_on: Some(day("2026-12-03")),
        terms: "30 days net".into(),
        notes: vec!["Calibration, October 2026".into(), "Thank you".into()],
        currency: Currency::from_code("EUR").expect("a currency"),
        seller: Seller {
            name: "Nordlicht Messtechnik GmbH".into(),
            address: address("Beispielstraße 114", "10119", "Berlin", "DE"),
            vat_id: "DE123456789".into(),
            tax_number: String::new(),
            registration: "HRB 00042 B".into(),
            email: "buchhaltung@nordlicht.example".into(),
            phone: "+49 30 555 0114".into(),
            iban: "DE89370400440532013000".into(),
            bic: "COBADEFFXXX".into(),
        },
        buyer: Buyer {
            name: "Atelier Lumière SAS".into(),
            address: address("27 rue de l’Exemple", "75009", "Paris", "FR"),
            vat_id: "FR12345678901".into(),
            email: "compta@lumiere.example".into(),
            reference: "PO-88213".into(),
        },
        order_number: "ORD-2026-00198".into(),
        preceding: None,
        lines: vec![
            hours,
            pallets,
            line("Printed manual", "4", Some(1_800), Some("7"), 7_200, 504),
            line("Loyalty discount", "1", Some(-12_870), Some("19"), -12_870, -2_445),
        ],
        basis: Vec::new(),
        untaxed: None,
        total: 413_000 + 257_400 + 7_200 - 12_870 + 78_470 + 48_906 + 504 - 2_445,
        prepaid: 0,
    }
}

/// No tax, because the business is small.
pub fn untaxed() -> Bill {
    Bill {
        lines: vec![line("Piano lesson", "4", Some(4_500), None, 18_000, 0)],
        untaxed: Some(UntaxedReason { why: Untaxed::Exempt, sentence: "Exempt as a small business, section 19 UStG".into() }),
        total: 18_000,
        ..invoice()
    }
}

pub fn reverse_charge() -> Bill {
    Bill { untaxed: Some(UntaxedReason { why: Untaxed::ReverseCharge, sentence: "Reverse charge".into() }), ..untaxed() }
}

/// A credit note over an amount, shown under the rate of most but spread over both.
fn credit_of_amount() -> Bill {
    Bill {
        kind: BillKind::CreditNote,
        number: "CN-2026-00009".into(),
        due_on: None,
        terms: String::new(),
        preceding: Some(Preceding { number: "INV-2026-00417".into(), issued_on: Some(day("2026-11-03")) }),
        lines: vec![line("One sensor was damaged", "1", None, Some("19"), 10_000, 1_300)],
        basis: vec![Basis { tax_rate: Some("19".into()), gross: 11_900 }, Basis { tax_rate: Some("7".into()), gross: 10_700 }],
        total: 11_300,
        ..invoice()
    }
}

pub fn all() -> Vec<(&'static str, Bill)> {
    let whole = invoice();
    let total = whole.total;
    let outside =
        Bill { untaxed: Some(UntaxedReason { why: Untaxed::OutsideScope, sentence: "Not subject to VAT".into() }), ..untaxed() };
    let export = Bill {
        untaxed: Some(UntaxedReason { why: Untaxed::Export, sentence: "Export outside the EU".into() }),
        buyer: Buyer { address: Address { country: "US".into(), ..Address::default() }, ..whole.buyer.clone() },
        ..untaxed()
    };
    let bare = Bill {
        terms: String::new(),
        notes: Vec::new(),
        seller: Seller {
            name: "X".into(),
            address: Address { country: "DE".into(), ..Address::default() },
            tax_number: "12/345/67890".into(),
            ..Seller::default()
        },
        buyer: Buyer { name: "Y".into(), address: Address { country: "DE".into(), ..Address::default() }, ..Buyer::default() },
        order_number: String::new(),
        ..invoice()
    };
    let outside_by_number = Bill {
        untaxed: Some(UntaxedReason { why: Untaxed::OutsideScope, sentence: "Not subject to VAT".into() }),
        ..Bill { lines: untaxed().lines, total: untaxed().total, ..bare.clone() }
    };
    // 119.00 with tax inside, three of them: 100.00 each before tax, but 33.33 of a third.
    let inclusive = Bill {
        lines: vec![
            line("Workshop, tax included", "3", None, Some("19"), 8_403, 1_597),
            line("Tea", "0.3333", None, Some("7"), 311, 22),
        ],
        total: 10_333,
        ..invoice()
    };
    let mixed = Bill {
        lines: vec![
            line("Taxed", "1", Some(10_000), Some("20"), 10_000, 2_000),
            line("Reduced", "1", Some(10_000), Some("5.5"), 10_000, 550),
            line("At zero", "1", Some(10_000), Some("0"), 10_000, 0),
            line("Exempt", "1", Some(10_000), None, 10_000, 0),
            line("Discount over all", "1", None, Some("20"), -4_000, -255),
        ],
        untaxed: Some(UntaxedReason { why: Untaxed::Exempt, sentence: "Exempt: education".into() }),
        total: 42_550 - 4_255,
        ..invoice()
    };
    // Two postings, each rounded by itself: a unit more than the rate of the sum.
    let twice = Bill {
        lines: vec![
            line("First posting", "1", Some(3), Some("19"), 3, 1),
            line("Second posting", "1", Some(3), Some("19"), 3, 1),
        ],
        total: 8,
        ..invoice()
    };
    let yen = Bill {
        currency: Currency::from_code("JPY").expect("a currency"),
        lines: vec![line("Annual fee", "1", Some(12_000), Some("10"), 12_000, 1_200)],
        total: 13_200,
        ..invoice()
    };
    vec![
        ("open", invoice()),
        ("part-paid", Bill { prepaid: 100_000, ..invoice() }),
        ("prepaid", Bill { prepaid: total, due_on: None, terms: String::new(), ..invoice() }),
        ("bare", bare),
        ("tax-inclusive", inclusive),
        ("mixed", mixed),
        ("two-postings", twice),
        ("exempt", untaxed()),
        ("outside-scope", outside),
        ("outside-scope-by-number", outside_by_number),
        ("reverse-charge", reverse_charge()),
        ("export", export),
        ("yen", yen),
        ("credit-note-amount", credit_of_amount()),
        (
            "credit-note-line",
            Bill {
                lines: vec![line("Sensors", "1", None, Some("19"), 128_700, 24_453)],
                basis: Vec::new(),
                total: 153_153,
                ..credit_of_amount()
            },
        ),
    ]
}
