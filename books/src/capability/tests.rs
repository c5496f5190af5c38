//! Each action gives its reasons in the order that is published.

use super::*;
use crate::calendar::parse_day;
use crate::link::{LinkState, Policy};
use crate::money::Currency;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("USD").expect("a known code"))
}

fn code(answer: Answer) -> Option<&'static str> {
    assert_eq!(answer.allowed, answer.code.is_none());
    assert_eq!(answer.code.is_some(), answer.detail.is_some());
    answer.code.map(Code::as_str)
}

#[test]
fn the_first_reason_that_applies_is_given() {
    let all_wrong = RequestPaymentFacts { due: usd(0), processors: Processors::None, has_address: false, pending: Some(usd(5)) };
    let mut facts = all_wrong;
    let mut seen = vec![code(request_payment(&facts))];
    facts.due = usd(10);
    seen.push(code(request_payment(&facts)));
    facts.processors = Processors::Incompatible;
    seen.push(code(request_payment(&facts)));
    facts.processors = Processors::Ready;
    seen.push(code(request_payment(&facts)));
    facts.has_address = true;
    seen.push(code(request_payment(&facts)));
    facts.pending = None;
    seen.push(code(request_payment(&facts)));
    let want = ["NO_BALANCE", "NO_PROCESSOR", "PROCESSOR_INCOMPATIBLE", "NO_CONTACT", "PAYMENT_PENDING"];
    assert_eq!(seen, want.map(Some).into_iter().chain([None]).collect::<Vec<_>>());
}

#[test]
fn each_action_names_its_reasons() {
    let day = |text| parse_day(text).expect("a day");
    let add = AddPaymentFacts {
        pending: Some(usd(5)),
        despite_pending: false,
        received_on: Some(day("2026-01-20")),
        locked_through: Some(day("2026-01-31")),
        right: false,
    };
    assert_eq!(code(add_payment(&add)), Some("PAYMENT_PENDING"));
    assert_eq!(code(add_payment(&AddPaymentFacts { despite_pending: true, ..add })), Some("PERIOD_LOCKED"));
    assert_eq!(code(add_payment(&AddPaymentFacts { pending: None, locked_through: None, ..add })), Some("NO_RIGHT"));
    let pay_facts = PayFacts { due: usd(5), link: LinkState::Expired, can_pay: false, pending: None };
    assert_eq!(code(pay(&pay_facts)), Some("LINK_EXPIRED"));
    assert_eq!(code(pay(&PayFacts { link: LinkState::Active, ..pay_facts })), Some("VIEW_ONLY"));
    assert_eq!(code(pay_part(&Policy::Full, None, usd(5))), Some("FULL_ONLY"));
    assert_eq!(code(pay_part(&Policy::Any, Some(usd(6)), usd(5))), Some("ABOVE_DUE"));
    assert_eq!(code(process_card(AuthorizationFacts::Expired)), Some("AUTHORIZATION_EXPIRED"));
    assert_eq!(code(process_cash(Some("the amount tendered"))), Some("MISSING_DETAIL"));
    assert_eq!(code(amend(OrderState::Canceled)), Some("CLOSED"));
    assert_eq!(code(cancel(OrderKind::Order, OrderState::Confirmed)), None);
    assert_eq!(code(send(true, false)), Some("NO_CONTACT"));
}

#[test]
fn an_application_is_invoiced_once_it_is_approved() {
    let facts = GenerateInvoiceFacts { kind: OrderKind::Application, state: OrderState::Submitted, due: usd(40), billable: true };
    assert_eq!(code(generate_invoice(&facts)), Some("STILL_PENDING"));
    let approved = GenerateInvoiceFacts { state: OrderState::Approved, ..facts };
    assert_eq!(code(generate_invoice(&approved)), None);
    assert_eq!(code(generate_invoice(&GenerateInvoiceFacts { due: usd(0), ..approved })), Some("NO_BALANCE"));
    assert_eq!(code(generate_invoice(&GenerateInvoiceFacts { billable: false, ..approved })), Some("ALREADY_INVOICED"));
}

#[test]
fn refunds_and_credits_are_bounded() {
    let refund_facts = RefundFacts {
        refundable: usd(50),
        amount: Some(usd(51)),
        inside_window: false,
        needs_approval: true,
        right: false,
        disputed: true,
    };
    assert_eq!(code(refund(&refund_facts)), Some("NOTHING_REFUNDABLE"));
    let refund_facts = RefundFacts { amount: Some(usd(50)), ..refund_facts };
    assert_eq!(code(refund(&refund_facts)), Some("WINDOW_CLOSED"));
    let refund_facts = RefundFacts { inside_window: true, needs_approval: false, right: true, ..refund_facts };
    assert_eq!(code(refund(&refund_facts)), Some("DISPUTED"));
    let day = |text| parse_day(text);
    let note = CreditNoteFacts {
        issued: true,
        creditable: usd(100),
        amount: Some(usd(100)),
        dated_on: day("2026-01-09"),
        issued_on: day("2026-01-10"),
        today: day("2026-02-01").expect("a day"),
        needs_approval: false,
        right: true,
    };
    assert_eq!(code(credit_note(&note)), Some("DATE_OUT_OF_RANGE"));
    assert_eq!(code(credit_note(&CreditNoteFacts { dated_on: day("2026-02-01"), ..note })), None);
    assert_eq!(code(credit_note(&CreditNoteFacts { amount: Some(usd(101)), ..note })), Some("EXCEEDS_TOTAL"));
}

#[test]
fn a_late_fee_is_for_what_is_due_and_late() {
    let mut facts = LateFeeFacts { issued: false, due: usd(0), overdue: false, right: false };
    let mut seen = vec![code(late_fee(&facts))];
    facts.issued = true;
    seen.push(code(late_fee(&facts)));
    facts.due = usd(10);
    seen.push(code(late_fee(&facts)));
    facts.overdue = true;
    seen.push(code(late_fee(&facts)));
    facts.right = true;
    seen.push(code(late_fee(&facts)));
    assert_eq!(seen, [Some("NOT_ISSUED"), Some("NO_BALANCE"), Some("NOT_OVERDUE"), Some("NO_RIGHT"), None]);
}
