//! Invoices, with and without the sheet behind them.

use super::*;

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
