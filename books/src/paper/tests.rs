//! What papers refuse: figures that do not agree, and texts without end.

use super::*;
use crate::calendar::Day;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("USD").expect("a known code"))
}

fn head() -> Letterhead {
    Letterhead::new(Business { name: "Fern & Fable".into(), ..Business::default() }, Stamp::utc(Instant(0)))
}

fn line(gross: i64) -> PaperLine {
    PaperLine {
        description: "Oak table".into(),
        detail: String::new(),
        quantity: "1".into(),
        unit_amount: usd(gross),
        tax_rate: None,
        net: usd(gross),
        gross: usd(gross),
        amended: None,
    }
}

fn order(lines: Vec<PaperLine>, standing: Standing) -> OrderPaper {
    OrderPaper {
        head: head(),
        customer: Party::default(),
        kind: OrderKind::Order,
        number: Some("ORD-1".into()),
        mark: None,
        description: String::new(),
        ordered_on: Day::constant(2026, 1, 15),
        due_on: None,
        reference: String::new(),
        body: Body { prices: Prices::BeforeTax, lines, taxes: vec![], total: standing.total },
        standing,
        payments: vec![],
        pay: None,
        message: String::new(),
        notes: vec![],
    }
}

#[test]
fn an_order_prints_only_figures_that_agree() {
    let standing = Standing { paid: usd(20_000), amount_due: usd(35_550), ..Standing::unpaid(usd(55_550)) };
    let mut paper = order(vec![line(48_000), line(7_550)], standing);
    assert_eq!(paper.check(), Ok(()));

    paper.standing.amount_due = usd(35_549);
    let fault = PaperFault::DoesNotAddUp { what: "amount due", said: usd(35_549), parts: usd(35_550) };
    assert_eq!(paper.check(), Err(fault));

    paper.standing.amount_due = Money::zero(usd(0).currency);
    paper.mark = Some(Mark::Draft);
    assert_eq!(paper.check(), Ok(()), "a draft demands nothing");
}

#[test]
fn a_removed_line_counts_for_nothing() {
    let removed =
        Amendment { on: Day::constant(2026, 2, 1), reason: AmendmentReason::Correction, note: String::new(), removed: true };
    let gone = PaperLine { amended: Some(removed), ..line(10_000) };
    let paper = order(vec![line(48_000), gone], Standing::unpaid(usd(48_000)));
    assert_eq!(paper.check(), Ok(()));
    assert_eq!(paper.body.subtotal(), Ok(usd(48_000)));
}

#[test]
fn two_currencies_are_refused() {
    let eur = Money::new(1_000, Currency::from_code("EUR").expect("a known code"));
    let mut paper = order(vec![line(48_000)], Standing::unpaid(usd(48_000)));
    paper.body.lines[0].unit_amount = eur;
    assert_eq!(
        paper.check(),
        Err(PaperFault::Money(MoneyError::CurrencyMismatch { left: eur.currency, right: usd(0).currency }))
    );
}

#[test]
fn colors_and_sizes_are_refused_by_name() {
    for (color, good) in
        [("#1f6f5c", true), ("#1F6F5C", true), ("1f6f5c", false), ("#1f6f5", false), ("#1f6f5g", false), ("#€€", false)]
    {
        assert_eq!(parse_color(color).is_some(), good, "{color}");
    }
    let mut paper = order(vec![line(100)], Standing::unpaid(usd(100)));
    paper.head.business.color = Some("teal".into());
    assert_eq!(paper.check(), Err(PaperFault::Color("teal".into())));
    paper.head.business.color = None;
    paper.message = "x".repeat(MAX_TEXT + 1);
    assert_eq!(paper.check(), Err(PaperFault::TextTooLong(MAX_TEXT + 1)));
    paper.message = "é".repeat(MAX_TEXT);
    assert_eq!(paper.check(), Ok(()), "the limit is in characters");
    paper.body = Body { lines: vec![line(0); MAX_ROWS + 1], ..paper.body };
    assert_eq!(paper.check(), Err(PaperFault::TooLong { what: "lines", count: MAX_ROWS + 1 }));
}

#[test]
fn a_receipt_tells_where_all_of_the_money_went() {
    let mut paper = ReceiptPaper {
        head: head(),
        customer: Party::default(),
        number: "PAY-7".into(),
        received_at: Stamp::utc(Instant(0)),
        received_on: None,
        amount: usd(20_000),
        means: Means::Cash,
        reference: String::new(),
        tendered: Some(usd(25_000)),
        change: Some(usd(5_000)),
        applied: vec![AppliedTo {
            number: "INV-1".into(),
            description: String::new(),
            applied: usd(12_000),
            due_after: Some(usd(0)),
        }],
        refunded: usd(3_000),
        credit_left: usd(5_000),
        still_owed: None,
        message: String::new(),
        notes: vec![],
    };
    assert_eq!(paper.check(), Ok(()));
    paper.credit_left = usd(0);
    assert!(matches!(paper.check(), Err(PaperFault::DoesNotAddUp { what: "amount received", .. })));
    paper.credit_left = usd(5_000);
    paper.change = Some(usd(4_999));
    assert!(matches!(paper.check(), Err(PaperFault::DoesNotAddUp { what: "cash", .. })));
}

#[test]
fn a_statement_runs_from_opening_to_closing() {
    let movement = |amount, balance| Movement {
        on: Day::constant(2026, 1, 20),
        description: "Invoice".into(),
        number: String::new(),
        amount: usd(amount),
        balance: usd(balance),
    };
    let item = OpenItem {
        number: "INV-1".into(),
        description: String::new(),
        on: Day::constant(2026, 1, 20),
        due_on: None,
        days_past_due: 0,
        amount: usd(35_550),
        open: usd(15_550),
    };
    let zero = usd(0);
    let mut paper = StatementPaper {
        head: head(),
        customer: Party::default(),
        from: Day::constant(2026, 1, 1),
        to: Day::constant(2026, 1, 31),
        opening: zero,
        movements: vec![movement(-35_550, -35_550), movement(20_000, -15_550)],
        closing: usd(-15_550),
        ageing: AgeingStrip { current: usd(15_550), d1_30: zero, d31_60: zero, d61_90: zero, d90_plus: zero, free_credit: zero },
        open_items: vec![item],
        last_closing: None,
        entered_since: vec![],
        pay: None,
        notes: vec![],
    };
    assert_eq!(paper.check(), Ok(()));
    paper.last_closing = Some(usd(100));
    assert!(matches!(paper.check(), Err(PaperFault::DoesNotAddUp { what: "opening balance", .. })));
    paper.last_closing = None;
    paper.ageing.d1_30 = usd(1);
    assert!(matches!(paper.check(), Err(PaperFault::DoesNotAddUp { what: "ageing", .. })));
}

#[test]
fn a_stamp_reads_the_local_clock() {
    let at = Instant::from_rfc3339("2026-01-15T23:30:00Z").expect("a time");
    let stamp = Stamp { at, offset_minutes: 330 };
    assert_eq!(stamp.local().to_string(), "2026-01-16T05:00:00");
    assert_eq!(Stamp::in_zone(at, &TimeZone::fixed(jiff::tz::offset(-5))).local().to_string(), "2026-01-15T18:30:00");
}
