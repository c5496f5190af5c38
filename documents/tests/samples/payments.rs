//! What money in and out is confirmed by.

use super::*;

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
