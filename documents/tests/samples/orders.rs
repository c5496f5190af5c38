//! Orders: amended, long, in yen, and a draft.

use super::*;

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
