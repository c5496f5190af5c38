//! The table of journal lines in `docs/ledger.md` is what the code does, row by row.

use books::entry::EntryKind;
use books::ledger::Leg;
use books::ledger::rules::{self, Channel};

const DOC: &str = include_str!("../../../docs/ledger.md");

#[test]
fn the_documented_journal_is_the_codes() {
    let card = Channel::Processor("stripe".to_owned());
    let outside = Channel::Outside;
    let events = [
        ("an order is charged", rules::order_charged(108)),
        ("its revenue is earned", rules::revenue_recognized(100, 8)),
        ("an invoice from scratch, a charge by hand", rules::charged(100, 8)),
        ("a late fee", rules::late_fee_charged(5)),
        ("a payment, outside", rules::payment_received(60, &outside)),
        ("a payment, by a processor", rules::payment_received(60, &card)),
        ("a credit by hand, an adjustment up", rules::credit_given(60)),
        ("an adjustment down", rules::adjusted_down(60)),
        ("an order's charge is lessened before it is earned", rules::charge_lessened(EntryKind::Order, false, 100, 8)),
        ("a charge is lessened after it was earned", rules::charge_lessened(EntryKind::Order, true, 100, 8)),
        ("a late fee is taken back", rules::charge_lessened(EntryKind::LateFee, true, 5, 0)),
        ("a write-off", rules::written_off(40)),
        ("a small difference", rules::small_difference_written_off(3)),
        ("a write-off is taken back", rules::write_off_reversed(EntryKind::WriteOff, 40)),
        ("a refund through a processor", rules::refunded(30, &card)),
        ("a refund outside, credit paid out", rules::credit_paid_out(30)),
        ("a payment is returned", rules::payment_returned(60, &card)),
        ("a dispute is opened", rules::dispute_opened(60, &card)),
        ("a dispute is won", rules::dispute_won(60, &card)),
        ("a dispute is lost", rules::dispute_lost(60)),
        ("a lost dispute is reversed, before it is won", rules::dispute_reversed(60)),
        ("a payout", rules::paid_out(57, 3, 60, "stripe")),
        ("a payout of which 20 stays at the processor", rules::paid_out(37, 3, 60 - 20, "paypal")),
        ("a payout with 5 of a charge that is not in these books", rules::paid_out(57, 3, 55, "stripe")),
        ("a payment recorded by mistake is reversed", rules::credit_reversed(60, Some(&outside))),
        ("a credit by hand is reversed", rules::credit_reversed(60, None)),
    ];
    let rows: Vec<String> = events.iter().map(|(event, legs)| row(event, legs)).collect();
    let documented = DOC.split("<!-- journal -->").nth(1).and_then(|rest| rest.split("<!-- /journal -->").next());
    let documented: Vec<&str> = documented.expect("the table is marked").trim().lines().skip(2).collect();
    assert_eq!(documented.join("\n"), rows.join("\n"));
    assert_eq!(rules::refunded(30, &outside), rules::credit_paid_out(30), "one row stands for both");
}

fn row(event: &str, legs: &[Leg]) -> String {
    let side = |amount: fn(&Leg) -> i64| {
        let of_side = legs.iter().filter(|leg| amount(leg) > 0).map(|leg| format!("{} {}", leg.account, amount(leg)));
        of_side.collect::<Vec<_>>().join(", ")
    };
    format!("| {event} | {} | {} |", side(|leg| leg.debit), side(|leg| leg.credit))
}
