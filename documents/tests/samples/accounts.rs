//! What is said of an account as a whole.

use super::*;

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
