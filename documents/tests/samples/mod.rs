//! Papers of businesses that do not exist, one for each thing a paper can show. Tests compare their prints with the
//! golden texts beside them; the example `press` writes them as PDF.
//!
//! Limits: amounts are written as the paper shows them, so that a reader can add them up by hand.

use books::calendar::{Day, Instant, parse_day};
use books::money::{Currency, Money};
use books::paper::*;

pub mod spoken;

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

/// Ordered for 480.00, 200.00 paid, 75.50 more added, a line taken off and put back dearer: 355.50 is due.
pub fn order() -> OrderPaper {
    let lines = vec![
        line("Walnut side table", "Oiled, 45 × 45 × 52 cm", "2", usd("180.00"), usd("360.00")),
        amended(
            line("Delivery, ground floor", "", "1", usd("30.00"), usd("30.00")),
            "2026-01-22",
            AmendmentReason::Correction,
            "the address has no ground floor entrance",
            true,
        ),
        line("Hand-turned legs", "Set of four", "1", usd("120.00"), usd("120.00")),
        amended(
            line("Delivery, third floor", "", "1", usd("55.50"), usd("55.50")),
            "2026-01-22",
            AmendmentReason::Shipping,
            "",
            false,
        ),
        amended(
            line("Gift wrap and card", "", "2", usd("10.00"), usd("20.00")),
            "2026-01-29",
            AmendmentReason::ExtraService,
            "",
            false,
        ),
    ];
    OrderPaper {
        head: fern(),
        customer: maple(),
        kind: OrderKind::Order,
        number: Some("ORD-2026-00042".into()),
        mark: Some(Mark::PartPaid),
        description: "Two side tables in walnut, made to measure".into(),
        ordered_on: day("2026-01-15"),
        due_on: Some(day("2026-02-15")),
        reference: "PO-88213".into(),
        body: Body { prices: Prices::BeforeTax, lines, taxes: vec![], total: usd("555.50") },
        standing: Standing { paid: usd("200.00"), amount_due: usd("355.50"), ..Standing::unpaid(usd("555.50")) },
        payments: vec![PaidRow {
            number: "PAY-2026-00017".into(),
            on: day("2026-01-16"),
            means: visa(),
            applied: usd("200.00"),
            amount: usd("200.00"),
        }],
        pay: Some(PayPanel::link("https://pay.fern.example/p/7hK2pQxW4mT9vB3nR8sL")),
        message: "Your tables are finished and wait for the van.\nOnce the rest is paid we agree on a day for delivery.".into(),
        notes: texts(&["Made to order: a return is possible only where a piece is faulty."]),
    }
}

/// In German, with two rates of tax, a discount, a deposit and free credit; paid in part since.
pub fn invoice() -> InvoicePaper {
    let eur = |text| money(text, "EUR");
    let lines = vec![
        taxed(
            line(
                "Kalibrierung vor Ort, Klasse 0,1",
                "14.–16. Okt. 2026, zwei Technikerinnen",
                "3",
                eur("1180.00"),
                eur("3540.00"),
            ),
            "19",
            eur("4212.60"),
        ),
        taxed(
            line("Temperaturfühler NW-220", "Mit Zertifikat, Nr. 22-10441 bis 22-10452", "12", eur("214.50"), eur("2574.00")),
            "19",
            eur("3063.06"),
        ),
        taxed(line("Gedrucktes Handbuch", "", "4", eur("18.00"), eur("72.00")), "7", eur("77.04")),
        taxed(line("Treuerabatt", "5 % auf Fühler", "1", eur("-128.70"), eur("-128.70")), "19", eur("-153.15")),
    ];
    let taxes = vec![
        TaxRow { rate: "19".into(), net: eur("5985.30"), tax: eur("1137.21") },
        TaxRow { rate: "7".into(), net: eur("72.00"), tax: eur("5.04") },
    ];
    let total = eur("7199.55");
    let bank = [("IBAN", "DE00 0000 0000 0000 0000 42"), ("BIC", "BEISPIELXXX"), ("Verwendungszweck", "INV-2026-00417")];
    InvoicePaper {
        head: northwind(),
        customer: Party {
            name: "Atelier Lumière SAS".into(),
            address: texts(&["Mme Éloïse Garnier", "27 rue de l’Exemple", "75009 Paris", "Frankreich"]),
            tax_id: "TVA FR 00 000 000 042".into(),
            reference: "K-2207".into(),
            ..Party::default()
        },
        number: Some("INV-2026-00417".into()),
        description: "Kalibrierung und Fühler, Oktober 2026".into(),
        issued_on: Some(day("2026-11-03")),
        due_on: Some(day("2026-12-03")),
        terms: "30 Tage netto".into(),
        reference: "PO-88213".into(),
        order_number: Some("ORD-2026-00198".into()),
        body: Body { prices: Prices::BeforeTax, lines, taxes, total },
        drawn: Drawn { already_paid: eur("1000.00"), applied_balance: eur("99.55") },
        due_at_issue: eur("6100.00"),
        payments: vec![PaidRow {
            number: "PAY-2026-00311".into(),
            on: day("2026-10-02"),
            means: Means::BankTransfer { reference: "ORD-2026-00198".into() },
            applied: eur("1000.00"),
            amount: eur("1250.00"),
        }],
        pay: Some(PayPanel {
            bank: bank.into_iter().map(|(label, value)| Fact { label: label.into(), value: value.into() }).collect(),
            ..PayPanel::link("https://pay.nordlicht.example/p/7hK2pQ")
        }),
        notes: texts(&["Bei verspäteter Zahlung fallen Verzugszinsen nach § 288 BGB an."]),
        as_at: None,
    }
}

/// The same invoice a few weeks later: a fee, a credit note, a payment that came back and one that stayed.
pub fn invoice_with_sheet() -> InvoicePaper {
    let eur = |text| money(text, "EUR");
    let change = |on: &str, kind, number: &str, note: &str, amount| Change {
        on: day(on),
        kind,
        number: number.into(),
        note: note.into(),
        amount: eur(amount),
    };
    let standing = Standing {
        total: eur("7199.55"),
        fees: eur("40.00"),
        credited: eur("255.26"),
        written_off: eur("0.03"),
        paid: eur("3099.55"),
        amount_due: eur("3884.71"),
    };
    let changes = vec![
        change("2026-11-20", ChangeKind::CreditNote, "CN-2026-00009", "Ein Fühler kam beschädigt an", "-255.26"),
        change("2026-12-01", ChangeKind::Payment, "PAY-2026-00402", "Visa, endet auf 4242", "-2000.00"),
        change("2026-12-02", ChangeKind::Payment, "PAY-2026-00405", "Lastschrift", "-500.00"),
        change("2026-12-05", ChangeKind::Return, "PAY-2026-00405", "", "500.00"),
        change("2026-12-14", ChangeKind::LateFee, "", "", "40.00"),
        change("2026-12-15", ChangeKind::WriteOff, "", "Kleindifferenz", "-0.03"),
    ];
    InvoicePaper {
        as_at: Some(AsAt { at: stamp("2026-12-16T13:40:00Z", 60), mark: Some(Mark::Overdue), standing, changes }),
        ..invoice()
    }
}

/// Three pages of lines, all taxed, prices with tax included.
pub fn long_order(rows: i64) -> OrderPaper {
    let net_of = |gross: i64| gross * 100 / 125;
    let lines: Vec<PaperLine> = (1..=rows)
        .map(|row| {
            let gross = Money::new(row % 40 * 1_250 + 2_500, usd("0").currency);
            let net = Money::new(net_of(gross.minor), gross.currency);
            let description = format!(
                "Part {row:04}, {}",
                ["brass hinge", "oak batten", "felt pad", "cam lock", "drawer runner"][(row % 5) as usize]
            );
            taxed(PaperLine { net, ..line(&description, "", "1", gross, gross) }, "25", gross)
        })
        .collect();
    let add = |pick: fn(&PaperLine) -> Money| lines.iter().map(pick).try_fold(usd("0"), Money::plus).expect("samples are small");
    let (net, total) = (add(|line| line.net), add(|line| line.gross));
    let taxes = vec![TaxRow { rate: "25".into(), net, tax: total.minus(net).expect("one currency") }];
    OrderPaper {
        number: Some("ORD-2026-00077".into()),
        mark: Some(Mark::Unpaid),
        description: "Spare parts for the workshop".into(),
        body: Body { prices: Prices::TaxIncluded, lines, taxes, total },
        standing: Standing::unpaid(total),
        payments: vec![],
        message: String::new(),
        ..order()
    }
}

/// Yen have no minor unit; the business has neither logo nor color; all is paid.
pub fn yen_order() -> OrderPaper {
    let yen = |text| money(text, "JPY");
    let head = fern();
    let business = Business { name: "Tanuki Paper Works".into(), color: None, ..head.business };
    let total = yen("1284000");
    OrderPaper {
        head: Letterhead { business, page: PageSize::A4, locale: "en-GB".into(), ..head },
        kind: OrderKind::Application,
        number: Some("APP-2026-00003".into()),
        mark: Some(Mark::Paid),
        description: "Permit for a street stall".into(),
        body: Body { prices: Prices::BeforeTax, lines: vec![line("Annual fee", "", "1", total, total)], taxes: vec![], total },
        standing: Standing { paid: yen("1284000"), amount_due: yen("0"), ..Standing::unpaid(total) },
        payments: vec![PaidRow {
            number: "PAY-2026-00021".into(),
            on: day("2026-01-20"),
            means: Means::Cash,
            applied: total,
            amount: total,
        }],
        message: String::new(),
        notes: vec![],
        ..order()
    }
}

/// Agreed with nobody yet.
pub fn draft_order() -> OrderPaper {
    OrderPaper {
        number: None,
        mark: Some(Mark::Draft),
        standing: Standing { amount_due: usd("0"), ..Standing::unpaid(usd("555.50")) },
        payments: vec![],
        message: String::new(),
        ..order()
    }
}

/// A card payment over two documents, the rest kept as credit.
pub fn receipt() -> ReceiptPaper {
    let applied = |number: &str, description: &str, amount, due| AppliedTo {
        number: number.into(),
        description: description.into(),
        applied: usd(amount),
        due_after: Some(usd(due)),
    };
    ReceiptPaper {
        head: fern(),
        customer: maple(),
        number: "PAY-2026-00058".into(),
        received_at: stamp("2026-02-03T17:12:00Z", -480),
        received_on: None,
        amount: usd("400.00"),
        means: visa(),
        reference: "ch_3example42".into(),
        tendered: None,
        change: None,
        applied: vec![
            applied("ORD-2026-00042", "Two side tables in walnut, made to measure", "355.50", "0.00"),
            applied("INV-2026-00031", "Repair of a drawer", "20.00", "62.40"),
        ],
        refunded: usd("0.00"),
        credit_left: usd("24.50"),
        still_owed: Some(usd("62.40")),
        message: "Thank you! The van comes on Thursday between 9 and 12.".into(),
        notes: vec![],
    }
}

/// Cash at the counter, some of it paid back later.
pub fn cash_receipt() -> ReceiptPaper {
    ReceiptPaper {
        number: "PAY-2026-00060".into(),
        received_on: Some(day("2026-02-02")),
        amount: usd("120.00"),
        means: Means::Cash,
        reference: String::new(),
        tendered: Some(usd("150.00")),
        change: Some(usd("30.00")),
        applied: vec![AppliedTo {
            number: "INV-2026-00031".into(),
            description: "Repair of a drawer".into(),
            applied: usd("82.40"),
            due_after: Some(usd("0.00")),
        }],
        refunded: usd("37.60"),
        credit_left: usd("0.00"),
        still_owed: None,
        message: String::new(),
        ..receipt()
    }
}

/// Takes a line off a paid invoice: half to the card, half to the balance.
pub fn credit_note() -> CreditNotePaper {
    let lines =
        vec![taxed(line("Walnut side table", "One leg arrived split", "1", usd("180.00"), usd("180.00")), "8.25", usd("194.85"))];
    CreditNotePaper {
        head: fern(),
        customer: maple(),
        number: "CN-2026-00009".into(),
        dated_on: day("2026-02-10"),
        invoice_number: "INV-2026-00040".into(),
        invoice_issued_on: Some(day("2026-01-31")),
        reason: "Damaged on arrival".into(),
        body: Body {
            prices: Prices::BeforeTax,
            lines,
            taxes: vec![TaxRow { rate: "8.25".into(), net: usd("180.00"), tax: usd("14.85") }],
            total: usd("194.85"),
        },
        due_before: usd("44.85"),
        due_after: usd("0.00"),
        destinations: vec![
            Destination { kind: DestinationKind::Card { means: visa() }, amount: usd("100.00") },
            Destination { kind: DestinationKind::Balance, amount: usd("50.00") },
        ],
        notes: vec![],
    }
}

/// Half of a payment goes back to its card, after a small part had gone before.
pub fn refund() -> RefundPaper {
    RefundPaper {
        notes: Vec::new(),
        head: fern(),
        customer: maple(),
        number: "RFD-2026-00004".into(),
        refunded_at: stamp("2026-02-12T19:05:00Z", -480),
        amount: usd("180.00"),
        to: RefundTo::Original(visa()),
        reason: "One side table arrived with a split leg and went back".into(),
        payment_number: "PAY-2026-00058".into(),
        payment_amount: usd("400.00"),
        refunded_before: usd("24.50"),
        left: usd("195.50"),
        owed_again: vec![
            OwedAgain { number: "ORD-2026-00042".into(), amount: usd("160.00") },
            OwedAgain { number: "INV-2026-00031".into(), amount: usd("20.00") },
        ],
        still_owed: usd("242.40"),
    }
}

fn open_items() -> Vec<OpenItem> {
    let item = |number: &str, description: &str, on, due, days_past_due, amount, open| OpenItem {
        number: number.into(),
        description: description.into(),
        on: day(on),
        due_on: Some(day(due)),
        days_past_due,
        amount: usd(amount),
        open: usd(open),
    };
    vec![
        item("INV-2025-00288", "Bookcase, second half", "2025-11-02", "2025-12-02", 60, "640.00", "140.00"),
        item("INV-2026-00031", "Repair of a drawer", "2026-01-12", "2026-01-30", 1, "82.40", "62.40"),
        item("ORD-2026-00042", "Two side tables in walnut", "2026-01-15", "2026-02-15", 0, "555.50", "355.50"),
    ]
}

pub fn statement() -> StatementPaper {
    let movement = |on: &str, number: &str, description: &str, amount, balance| Movement {
        on: day(on),
        description: description.into(),
        number: number.into(),
        amount: usd(amount),
        balance: usd(balance),
    };
    StatementPaper {
        head: fern(),
        customer: maple(),
        from: day("2026-01-01"),
        to: day("2026-01-31"),
        opening: usd("-640.00"),
        movements: vec![
            movement("2026-01-05", "PAY-2026-00003", "Payment, bank transfer", "500.00", "-140.00"),
            movement("2026-01-12", "INV-2026-00031", "Repair of a drawer", "-82.40", "-222.40"),
            movement("2026-01-15", "ORD-2026-00042", "Two side tables in walnut", "-480.00", "-702.40"),
            movement("2026-01-16", "PAY-2026-00017", "Payment, Visa ending 4242", "200.00", "-502.40"),
            movement("2026-01-22", "ORD-2026-00042", "Delivery, ground floor, removed", "30.00", "-472.40"),
            movement("2026-01-22", "ORD-2026-00042", "Delivery, third floor", "-55.50", "-527.90"),
            movement("2026-01-28", "PAY-2026-00031", "Payment, cash", "20.00", "-507.90"),
            movement("2026-01-29", "ORD-2026-00042", "Gift wrap and card", "-50.00", "-557.90"),
        ],
        closing: usd("-557.90"),
        ageing: AgeingStrip {
            current: usd("355.50"),
            d1_30: usd("62.40"),
            d31_60: usd("140.00"),
            d61_90: usd("0.00"),
            d90_plus: usd("0.00"),
            free_credit: usd("0.00"),
        },
        open_items: open_items(),
        last_closing: Some(usd("-600.00")),
        entered_since: vec![movement("2025-12-30", "INV-2025-00301", "Late pick-up fee, December", "-40.00", "-640.00")],
        pay: Some(PayPanel::link("https://pay.fern.example/p/Jq8ZtYc2WmLr5KdX1vNb")),
        notes: vec![],
    }
}

pub fn letter() -> LetterPaper {
    LetterPaper {
        head: fern(),
        customer: maple(),
        dated_on: day("2026-02-03"),
        subject: "Your balance of $507.90".into(),
        paragraphs: texts(&[
            "Dear Maple & Mortar Studio,",
            "These three are still open on your account. Your credit of $50.00 is already taken off.",
            "You can pay with your phone by scanning the code below, or send a check with the numbers above on it. If you have paid in the meantime, thank you, and please ignore this letter.",
            "With kind regards,\nFern & Fable Furniture",
        ]),
        open_items: open_items(),
        amount_due: usd("507.90"),
        free_credit: usd("50.00"),
        pay: Some(PayPanel::link("https://pay.fern.example/p/Jq8ZtYc2WmLr5KdX1vNb")),
    }
}
