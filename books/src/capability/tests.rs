//! Each action gives its reasons in the order that is published.

use super::*;
use crate::calendar::parse_day;
use crate::invoice::InvoiceStanding;
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
    let all_wrong = RequestPaymentFacts {
        due: usd(0),
        processors: Processors::None,
        has_address: false,
        pending: Some(usd(5)),
        invoiced: None,
    };
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
    assert_eq!(code(send(InvoiceStanding::Issued, false)), Some("NO_CONTACT"));
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
        standing: InvoiceStanding::Issued,
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
fn a_draft_and_a_void_invoice_say_what_they_are() {
    let why = |standing| not_issued(standing).map(|(code, why)| (code.as_str(), why));
    assert_eq!(why(InvoiceStanding::Issued).or(why(InvoiceStanding::Uncollectible)), None);
    let (draft, void) = (why(InvoiceStanding::Draft).expect("a reason"), why(InvoiceStanding::Void).expect("a reason"));
    assert_eq!((draft.0, void.0), ("NOT_ISSUED", "NOT_ISSUED"));
    assert!(draft.1.contains("is a draft") && void.1.contains("is void"), "{draft:?} {void:?}");
}

#[test]
fn a_late_fee_is_for_what_is_due_and_late() {
    let mut facts = LateFeeFacts { standing: InvoiceStanding::Draft, due: usd(0), overdue: false, right: false };
    let mut seen = vec![code(late_fee(&facts))];
    facts.standing = InvoiceStanding::Issued;
    seen.push(code(late_fee(&facts)));
    facts.due = usd(10);
    seen.push(code(late_fee(&facts)));
    facts.overdue = true;
    seen.push(code(late_fee(&facts)));
    facts.right = true;
    seen.push(code(late_fee(&facts)));
    assert_eq!(seen, [Some("NOT_ISSUED"), Some("NO_BALANCE"), Some("NOT_OVERDUE"), Some("NO_RIGHT"), None]);
}

/// Tries every set of things that may be wrong: each alone gives its own code, several the one that is published first, and
/// all codes that are published come about.
fn published(action: Action, things: u32, ask: impl Fn(&dyn Fn(u32) -> bool) -> Answer) {
    let asked = |set: u32| {
        let answer = ask(&|thing| set & (1 << thing) != 0);
        assert_eq!(answer.action, action);
        answer.code
    };
    let alone: Vec<Code> = (0..things).map(|thing| asked(1 << thing).unwrap_or_else(|| panic!("{action} {thing}"))).collect();
    assert_eq!(alone, reasons(action), "{action}");
    for set in 0..1 << things {
        let first = (0..things).find(|thing| set & (1 << thing) != 0);
        assert_eq!(asked(set), first.map(|thing| alone[thing as usize]), "{action} {set:b}");
    }
}

#[test]
fn what_is_published_of_money_that_comes_in_is_what_is_answered() {
    use Action as A;
    let due = |nothing: bool| usd(if nothing { 0 } else { 100 });
    let pending = |is: bool| is.then(|| usd(5));
    let method = |none: bool, expired: bool| match (none, expired) {
        (true, _) => SavedMethod::None,
        (_, true) => SavedMethod::Expired,
        _ => SavedMethod::Live,
    };
    published(A::RequestPayment, 5, |is| {
        let processors = match (is(1), is(2)) {
            (true, _) => Processors::None,
            (_, true) => Processors::Incompatible,
            _ => Processors::Ready,
        };
        let (has_address, pending) = (!is(3), pending(is(4)));
        request_payment(&RequestPaymentFacts { due: due(is(0)), processors, has_address, pending, invoiced: None })
    });
    published(A::RemoteInvoice, 5, |is| {
        let processors = match (is(1), is(2)) {
            (true, _) => Processors::None,
            (_, true) => Processors::Incompatible,
            _ => Processors::Ready,
        };
        let invoiced = is(4).then(|| usd(7));
        remote_invoice(&RequestPaymentFacts { due: due(is(0)), processors, has_address: !is(3), pending: None, invoiced })
    });
    published(A::Pay, 5, |is| {
        let link = match (is(1), is(2)) {
            (true, _) => LinkState::Revoked,
            (_, true) => LinkState::Expired,
            _ => LinkState::Active,
        };
        pay(&PayFacts { due: due(is(0)), link, can_pay: !is(3), pending: pending(is(4)) })
    });
    published(A::AddPayment, 3, |is| {
        add_payment(&AddPaymentFacts {
            pending: pending(is(0)),
            despite_pending: false,
            received_on: parse_day("2026-01-20"),
            locked_through: parse_day("2026-01-20").filter(|_| is(1)),
            right: !is(2),
        })
    });
    published(A::ChargeSaved, 6, |is| {
        charge_saved(&ChargeSavedFacts {
            due: due(is(0)),
            method: method(is(1), is(2)),
            amount: Some(usd(if is(3) { 101 } else { 0 })),
            pending: pending(is(4)),
            right: !is(5),
        })
    });
    published(A::Authorize, 6, |is| {
        let processors = match (is(1), is(2)) {
            (true, _) => Processors::None,
            (_, true) => Processors::Incompatible,
            _ => Processors::Ready,
        };
        authorize(&AuthorizeFacts {
            due: due(is(0)),
            processors,
            method: SavedMethod::None,
            amount: Some(usd(if is(3) { 101 } else { 0 })),
            pending: pending(is(4)),
            right: !is(5),
        })
    });
    for (action, ask) in [(A::ProcessCard, process_card as fn(_) -> _), (A::Capture, capture)] {
        published(action, 2, |is| {
            ask(match (is(0), is(1)) {
                (true, _) => AuthorizationFacts::Missing,
                (_, true) => AuthorizationFacts::Expired,
                _ => AuthorizationFacts::Live,
            })
        });
    }
    published(A::ProcessCash, 1, |is| process_cash(is(0).then_some("the amount tendered")));
    published(A::ProcessCheck, 1, |is| process_check(is(0).then_some("the number of the check")));
    let facts = |is: &dyn Fn(u32) -> bool| (!is(0), is(1).then_some("one line"), method(is(2), is(3)));
    published(A::Issue, 2, |is| {
        let (draft, missing, method) = facts(is);
        issue(&IssueFacts { draft, missing, method })
    });
    published(A::IssueAndCharge, 4, |is| {
        let (draft, missing, method) = facts(is);
        issue_and_charge(&IssueFacts { draft, missing, method })
    });
    // A part: nothing but the whole; too little; too much. Each has a policy of its own.
    let part = |policy: Policy, asked: i64| code(pay_part(&policy, Some(usd(asked)), usd(100)));
    let parts = [part(Policy::Full, 99), part(Policy::Minimum(50), 49), part(Policy::Any, 101)];
    assert_eq!(parts, [Some("FULL_ONLY"), Some("BELOW_MINIMUM"), Some("ABOVE_DUE")]);
    assert_eq!(reasons(A::PayPart).iter().map(|code| Some(code.as_str())).collect::<Vec<_>>(), parts);
}

#[test]
fn what_is_published_of_everything_else_is_what_is_answered() {
    use Action as A;
    let day = |text| parse_day(text).expect("a day");
    let due = |nothing: bool| usd(if nothing { 0 } else { 100 });
    let standing = |draft: bool| if draft { InvoiceStanding::Draft } else { InvoiceStanding::Uncollectible };
    published(A::GenerateInvoice, 3, |is| {
        let state = if is(0) { OrderState::Submitted } else { OrderState::Approved };
        generate_invoice(&GenerateInvoiceFacts { kind: OrderKind::Application, state, due: due(is(1)), billable: !is(2) })
    });
    published(A::Send, 2, |is| send(standing(is(0)), !is(1)));
    published(A::Void, 4, |is| {
        void(&VoidFacts { standing: standing(is(0)), credit_note: is(1), pending: is(2).then(|| usd(5)), right: !is(3) })
    });
    published(A::CreditNote, 5, |is| {
        credit_note(&CreditNoteFacts {
            standing: standing(is(0)),
            creditable: usd(100),
            amount: Some(usd(if is(1) { 101 } else { 100 })),
            dated_on: Some(day(if is(2) { "2026-01-09" } else { "2026-01-10" })),
            issued_on: Some(day("2026-01-10")),
            today: day("2026-02-01"),
            needs_approval: is(3),
            right: !is(4),
        })
    });
    published(A::WriteOff, 5, |is| {
        let amount = Some(usd(if is(2) { 101 } else { 0 }));
        write_off(&WriteOffFacts { standing: standing(is(0)), due: due(is(1)), amount, needs_approval: is(3), right: !is(4) })
    });
    published(A::LateFee, 4, |is| {
        late_fee(&LateFeeFacts { standing: standing(is(0)), due: due(is(1)), overdue: !is(2), right: !is(3) })
    });
    published(A::Refund, 5, |is| {
        refund(&RefundFacts {
            refundable: usd(50),
            amount: Some(usd(if is(0) { 51 } else { 50 })),
            inside_window: !is(1),
            needs_approval: is(2),
            right: !is(3),
            disputed: is(4),
        })
    });
    published(A::Amend, 1, |is| amend(if is(0) { OrderState::Canceled } else { OrderState::Confirmed }));
    published(A::Cancel, 1, |is| cancel(OrderKind::Order, if is(0) { OrderState::Completed } else { OrderState::Confirmed }));
    published(A::SendMessage, 2, |is| {
        send_message(&SendMessageFacts {
            hold_rule: true,
            exempt: false,
            unpaid: usd(if is(0) { 5 } else { 0 }),
            has_address: !is(1),
        })
    });
}
