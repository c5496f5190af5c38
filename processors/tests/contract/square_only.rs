//! What only Square's connector must show: the requests of Square's own client, refunds that take their time, its signature
//! over our address, links that outlive their keys.

use std::sync::Arc;

use books::money::Money;
use fakes::Fault;
use fakes::http::{Arrived, serve};
use processors::{
    Asked, Attempt, CaptureRequest, ChargeRequest, ChargeState, CheckoutRequest, DeclineReason, InvoiceLine, InvoiceRequest,
    Outcome, RawHook, Reference, RefundRequest, RefundState, RejectReason, Remote, RemoteInvoiceState, RemoteKind, Resolved,
    Source,
};
use serde_json::{Value, json};

use fakes::square::{APPLICATION, LOCATION, SIGNATURE};

use crate::square_stage::{SquareStage, connect};
use crate::stage::{Line, Role, Stage, card, done, keyed_page, money, of_token, on_page, pending, rejected, unknown, usd};

const GOLDEN: &str = include_str!("../specs/square/golden-requests.json");
/// Texts that are part of the request's meaning; all others are the caller's.
const FIXED: &[&str] = &["request_type", "delivery_method", "quantity"];

/// Everything that Square's client sends stands in ours too, under the same name and of the same type.
fn holds(golden: &Value, ours: &Value) -> bool {
    match (golden, ours) {
        (Value::Object(golden), Value::Object(ours)) => golden.iter().all(|(name, value)| {
            let fixed = FIXED.contains(&name.as_str());
            ours.get(name).is_some_and(|mine| (!fixed || value == mine) && holds(value, mine))
        }),
        (Value::Array(golden), Value::Array(ours)) => !ours.is_empty() && ours.iter().all(|mine| holds(&golden[0], mine)),
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => true,
        (golden, ours) => golden == ours,
    }
}

fn same_path(golden: &str, ours: &str) -> bool {
    let (golden, ours): (Vec<_>, Vec<_>) = (golden.split('/').collect(), ours.split('/').collect());
    golden.len() == ours.len() && golden.iter().zip(&ours).all(|(left, right)| left == right || matches!(*left, "inv%3A1" | "p1"))
}

fn same_headers(golden: &Value, ours: &Arrived) -> bool {
    golden.as_object().expect("headers").iter().all(|(name, value)| match (name.as_str(), value.as_str(), ours.header(name)) {
        ("accept", _, mine) => mine == Some("application/json"),
        ("authorization", _, Some(token)) => token.starts_with("Bearer "),
        (_, theirs, mine) => theirs == mine,
    })
}

fn invoice(amount: Money) -> InvoiceRequest {
    InvoiceRequest {
        number: "INV-1".into(),
        customer: None,
        email: "a@shop.example".into(),
        cc: vec![],
        message: String::new(),
        due_on: None,
        lines: vec![InvoiceLine { description: "Permit".into(), quantity: "1".into(), amount }],
        amount,
    }
}

#[tokio::test]
async fn requests_are_those_of_squares_own_client() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    done(stage.charge_saved(Role::Pays, usd(1_099)).await);
    let charge = stage.captured(Role::Pays, usd(1_099)).await;
    let refund = RefundRequest { charge: charge.id, amount: usd(100), reason: "x".into() };
    done(stage.processor().refund(&stage.attempt(), &refund).await);
    let held = stage.held(usd(1_099)).await;
    done(stage.processor().void(&stage.attempt(), &held.id).await);
    let held = stage.held(usd(1_099)).await;
    done(stage.processor().capture(&stage.attempt(), &CaptureRequest { charge: held.id, amount: usd(1_099) }).await);
    let draft = done(stage.processor().create_invoice(&stage.attempt(), &invoice(usd(2_500))).await);
    done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);

    let golden: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let seen = square.fake.seen();
    let mut compared = 0;
    for request in golden["requests"].as_array().expect("a list") {
        let (label, path) = (request["label"].as_str().expect("a label"), request["path"].as_str().expect("a path"));
        let method = request["method"].as_str().expect("a method");
        let ours: Vec<_> = seen.iter().filter(|(it, _)| it.method == method && same_path(path, &it.path)).collect();
        let same = |(it, body): &&(Arrived, Value)| same_headers(&request["headers"], it) && holds(&request["body"], body);
        assert!(ours.iter().any(same), "{label}: {request:#} is none of {ours:#?}");
        compared += 1;
    }
    assert_eq!(compared, 9);
}

#[tokio::test]
async fn a_refund_is_under_way_until_square_says_more() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    square.fake.bank().slow_refunds = true;
    let charge = stage.captured(Role::Pays, usd(1_000)).await;
    let request = RefundRequest { charge: charge.id, amount: usd(400), reason: "one item returned".into() };
    let attempt = stage.attempt();
    let made = pending(stage.processor().refund(&attempt, &request).await);
    assert_eq!((made.state, made.attempt), (RefundState::Pending, Some(attempt.id)));
    stage.pass(3_600).await;
    let Remote::Refund(now) = stage.fetch(RemoteKind::Refund, &made.id).await else { panic!("asked for a refund") };
    assert_eq!((now.state, now.amount), (RefundState::Succeeded, usd(400)));
}

#[tokio::test]
async fn a_message_to_another_address_is_not_ours() {
    let stage = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &stage;
    stage.captured(Role::Pays, usd(100)).await;
    let message = stage.messages().await.pop().expect("the payment is told");
    let read = async |url: &str| {
        let hook = RawHook { url, headers: &message.headers, body: &message.body, now: stage.now() };
        stage.processor().verify(&hook).await
    };
    assert!(read(&message.url).await.is_some());
    for url in ["https://pay.shop.example/hooks/prc_3/", "http://pay.shop.example/hooks/prc_3", ""] {
        assert_eq!(read(url).await, None, "{url}");
    }
    assert!(message.headers.iter().any(|(name, _)| name == SIGNATURE));
}

#[tokio::test]
async fn after_a_day_nothing_is_repeated() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    let charge = stage.captured(Role::Pays, usd(1_000)).await;
    let asked = Asked::Refund(RefundRequest { charge: charge.id, amount: usd(100), reason: "lost".into() });
    let (done_unheard, never_arrived, page) = (stage.attempt(), stage.attempt(), stage.attempt());
    stage.break_line(&[Line::LosesAnswer, Line::Silent, Line::LosesAnswer]).await;
    unknown(stage.ask(&done_unheard, &asked).await);
    unknown(stage.ask(&never_arrived, &asked).await);
    unknown(stage.ask(&page, &Asked::Checkout(on_page(usd(100)))).await);
    stage.pass(2 * 86_400).await;
    let posts = || square.fake.seen().iter().filter(|(request, _)| request.method == "POST").count();
    let before = posts();
    let resolve = async |by: &Attempt, asked: &Asked| stage.processor().resolve(by, asked, stage.now()).await;
    assert!(matches!(resolve(&done_unheard, &asked).await, Resolved::Found(Outcome::Done(Remote::Refund(_)))));
    assert!(matches!(resolve(&never_arrived, &asked).await, Resolved::ProvenAbsent), "the list has every refund");
    assert!(matches!(resolve(&page, &Asked::Checkout(on_page(usd(100)))).await, Resolved::ProvenAbsent), "nobody was led to it");
    assert_eq!(posts(), before, "nothing was sent again");
}

#[tokio::test]
async fn whatever_cannot_be_understood_is_unknown_and_a_wrong_token_is_told() {
    let stage = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &stage;
    for (status, body) in [
        (200, "<html>"),
        (200, "{}"),
        (429, "{\"errors\":[{\"category\":\"RATE_LIMIT_ERROR\",\"code\":\"RATE_LIMITED\"}]}"),
        (500, "{\"errors\":[{\"category\":\"API_ERROR\",\"code\":\"INTERNAL_SERVER_ERROR\"}]}"),
        (502, "Bad Gateway"),
        (404, "<html>not here</html>"),
    ] {
        let base = serve(Arc::new(move |_| Some((status, body.as_bytes().to_vec())))).await;
        unknown(connect(&base, &json!({}), "key", &[]).checkout(&stage.attempt(), &on_page(usd(100))).await);
    }
    let refusing = r#"{"errors":[{"category":"AUTHENTICATION_ERROR","code":"UNAUTHORIZED"}]}"#;
    let base = serve(Arc::new(move |_| Some((401, refusing.as_bytes().to_vec())))).await;
    let outcome = connect(&base, &json!({}), "key", &[]).test(&stage.attempt(), usd(1).currency).await;
    assert_eq!(rejected(outcome), RejectReason::Credentials);
}

/// A payout as Square lists it, made of these movements: type, payment, gross and fee.
fn paid_out(square: &SquareStage, id: &str, made: &str, status: &str, net: i64, movements: &[(&str, &str, i64, i64)]) {
    let money = |minor: i64| json!({ "amount": minor, "currency": "USD" });
    let entry = |(kind, payment, gross, fee): &(&str, &str, i64, i64)| {
        let mut entry = json!({ "id": format!("poe_{id}_{kind}"), "payout_id": id, "type": kind });
        entry["gross_amount_money"] = money(*gross);
        entry["fee_amount_money"] = money(*fee);
        entry["net_amount_money"] = money(gross - fee);
        entry[format!("type_{}_details", kind.to_lowercase())] = json!({ "payment_id": payment });
        json!({ "about": payment, "entry": entry })
    };
    let mut bank = square.fake.bank();
    bank.movements.insert(id.into(), movements.iter().map(entry).collect());
    bank.payouts.insert(
        id.into(),
        json!({
            "id": id, "status": status, "location_id": "L", "type": if movements.is_empty() { "SIMPLE" } else { "BATCH" },
            "amount_money": money(net), "created_at": made, "updated_at": made, "arrival_date": &made[..10],
        }),
    );
}

#[tokio::test]
async fn a_payout_is_taken_apart_into_payments_fees_and_what_is_neither() {
    let square = SquareStage::new(json!({})).await;
    let movements = [
        ("CHARGE", "pay1", 10_000, 320),
        ("FEE", "pay1", -150, 0),
        ("OPEN_DISPUTE", "pay2", -700, 0),
        ("SQUARE_CAPITAL_PAYMENT", "pay1", -1_000, 0),
    ];
    paid_out(&square, "po_1", "2026-01-10T09:00:00Z", "PAID", 7_830, &movements);
    paid_out(&square, "po_2", "2026-01-11T09:00:00Z", "PAID", 2_500, &[]);
    let listed = done(square.processor().payouts(None, square.now()).await).payouts;
    let told: Vec<_> = listed
        .iter()
        .map(|it| {
            let lines: Vec<_> = it.lines.iter().map(|line| (line.charge.as_str(), line.amount.minor)).collect();
            (it.id.as_str(), it.net.minor, it.fees.minor, it.arrived_on.to_string(), lines)
        })
        .collect();
    let first = vec![("pay1", 10_000), ("pay2", -700), ("poe_po_1_SQUARE_CAPITAL_PAYMENT", -1_000)];
    assert_eq!(
        told,
        [
            ("po_1", 7_830, 470, "2026-01-10".to_owned(), first),
            ("po_2", 2_500, 0, "2026-01-11".to_owned(), vec![("po_2", 2_500)]),
        ],
        "a transfer by hand is money without a payment until the next payout takes it back"
    );
}

#[tokio::test]
async fn a_payout_that_is_still_on_its_way_is_waited_for_over_many_pages() {
    let square = SquareStage::new(json!({})).await;
    for day in 1..=9 {
        for hour in 1..=5 {
            let status = if (day, hour) == (2, 1) { "SENT" } else { "PAID" };
            let (id, made) = (format!("po_{day}{hour}"), format!("2026-01-0{day}T0{hour}:00:00Z"));
            paid_out(&square, &id, &made, status, 100, &[("CHARGE", &id, 100, 0)]);
        }
    }
    let read = async |mut cursor: Option<String>| {
        let mut ids = std::collections::BTreeSet::new();
        loop {
            let page = done(square.processor().payouts(cursor.as_deref(), square.now()).await);
            ids.extend(page.payouts.into_iter().map(|payout| payout.id));
            cursor = Some(page.cursor);
            if !page.more {
                return (ids, cursor);
            }
        }
    };
    let (first, cursor) = read(None).await;
    assert_eq!(first.len(), 44);
    let (_, cursor) = read(cursor).await;
    square.fake.bank().payouts.get_mut("po_21").expect("it is there")["status"] = json!("PAID");
    let (second, cursor) = read(cursor).await;
    assert!(second.contains("po_21"));
    let (third, _) = read(cursor).await;
    assert!(third.len() <= 10, "then only the last day is read again, not {} payouts", third.len());

    let wrong = square.processor().payouts(Some("yesterday"), square.now()).await;
    assert_eq!(rejected(wrong), RejectReason::BadRequest);
}

/// A second call under a key whose first call is not done yet is refused. That is no failure: nobody knows yet.
#[tokio::test]
async fn a_key_that_is_in_use_is_unknown_and_refunded_once() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    let charge = stage.captured(Role::Pays, usd(700)).await;
    let (attempt, refund) = (stage.attempt(), RefundRequest { charge: charge.id.clone(), amount: usd(300), reason: "x".into() });
    square.fake.break_next([Fault::Slow(800)]);
    let processor = stage.processor();
    let meanwhile = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        processor.refund(&attempt, &refund).await
    };
    let (first, second) = tokio::join!(processor.refund(&attempt, &refund), meanwhile);
    unknown(second);
    let made = done(first);
    assert_eq!(made.amount, usd(300));
    assert_eq!(done(stage.processor().refund(&attempt, &refund).await), made, "the same key has the same answer");
    assert_eq!(stage.charge_now(&charge.id).await.refunded, usd(300));
}

#[tokio::test]
async fn a_card_that_staff_key_is_flagged_and_one_of_a_payer_is_not() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    done(stage.keyed(Role::Pays, usd(1_099), false).await);
    let token = square.fake.type_card(APPLICATION, LOCATION, fakes::stripe::Card::Pays).expect("a token");
    done(stage.processor().charge(&stage.attempt(), &of_token(token, usd(500))).await);
    let asked: Vec<Value> =
        square.fake.seen().into_iter().filter(|(it, _)| it.path == "/v2/payments").map(|(_, body)| body).collect();
    let flags = |body: &Value| (body["autocomplete"].clone(), body["customer_details"].clone());
    let staff = json!({ "customer_initiated": false, "seller_keyed_in": true });
    let payer = json!({ "customer_initiated": true, "seller_keyed_in": false });
    let all: Vec<_> = asked.iter().map(flags).collect();
    assert_eq!(all, [(json!(false), staff), (json!(true), payer)]);
}

#[tokio::test]
async fn a_card_is_kept_once_beside_its_payment_though_the_answer_is_lost() {
    for (line, kept) in [(Fault::LoseAnswer, true), (Fault::Silent, false), (Fault::Garbage, true)] {
        let square = SquareStage::new(json!({})).await;
        let stage: &dyn Stage = &square;
        let customer = stage.customer().await;
        // The first fault is for the payment, which is only slow; the second for the card.
        square.fake.break_next([Fault::Slow(1), line]);
        let token = square.fake.type_card(APPLICATION, LOCATION, card(Role::Pays)).expect("the fields are ours");
        let source = Source::Token { token, keep_for: Some(customer.clone()) };
        let request = ChargeRequest { source, ..of_token(String::new(), usd(700)) };
        let charge = done(stage.processor().charge(&stage.attempt(), &request).await);
        assert_eq!(
            (charge.captured, charge.saved.is_some()),
            (usd(700), kept),
            "{line:?}: the money came whatever became of the card"
        );
        assert_eq!(done(stage.processor().methods(&customer, stage.now()).await), Vec::from_iter(charge.saved));
    }
}

#[tokio::test]
async fn a_bank_account_is_offered_for_dollars_to_payers_and_nobody_else() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    let offered = async |request: CheckoutRequest| {
        let page = done(stage.processor().checkout(&stage.attempt(), &request).await);
        done(stage.processor().fields(&page.id, stage.now()).await).banks
    };
    let here = |amount| CheckoutRequest { fields_url: Some("https://pay.shop.example/pay/ours/abc".into()), ..on_page(amount) };
    assert!(offered(here(usd(100))).await);
    assert!(!offered(here(money(100, "CAD"))).await, "Square collects dollars of the United States");
    assert!(!offered(keyed_page(usd(100), false)).await, "nobody keys an account by phone");
    let kept = CheckoutRequest { save: true, customer: Some(stage.customer().await), ..here(usd(100)) };
    assert!(!offered(kept).await, "Square would not keep it");

    done(stage.processor().test(&stage.attempt(), usd(1).currency).await);
    square.fake.bank().country = "CA";
    let elsewhere = stage.processor().test(&stage.attempt(), usd(1).currency).await;
    let Outcome::Rejected(rejection) = elsewhere else { panic!("it is told, not {elsewhere:?}") };
    assert!(rejection.text.contains("this location is in CA"), "{rejection:?}");
}

#[tokio::test]
async fn an_account_that_does_not_pay_is_returned_and_a_lost_answer_is_found_under_way() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    let account = |role| square.fake.link_bank(APPLICATION, LOCATION, "Ada Example", 700, card(role)).expect("a token");
    let by = stage.attempt();
    let asked = Asked::Charge(of_token(account(Role::InsufficientFunds), usd(700)));
    stage.break_line(&[Line::LosesAnswer]).await;
    unknown(stage.ask(&by, &asked).await);
    let found = stage.processor().resolve(&by, &asked, stage.now()).await;
    let Resolved::Found(Outcome::Pending(Remote::Charge(charge))) = found else { panic!("it is under way, not {found:?}") };
    assert_eq!(charge.attempt, Some(by.id));
    stage.pass(3 * 86_400).await;
    // Its key may be forgotten by now; Square's list is not.
    let found = stage.processor().resolve(&by, &asked, stage.now()).await;
    let Resolved::Found(Outcome::Done(Remote::Charge(now))) = found else { panic!("it is in the list, not {found:?}") };
    assert_eq!((now.id, now.state, now.captured), (charge.id, ChargeState::Returned, usd(0)));
    assert_eq!(now.reason, Some(DeclineReason::InsufficientFunds));
    assert_eq!(stage.captured_in_truth().await, 0);

    // What its payer agreed to is all that is collected.
    let other = of_token(account(Role::DebitSettles), usd(701));
    assert_eq!(rejected(stage.processor().charge(&stage.attempt(), &other).await), RejectReason::BadRequest);
}

#[tokio::test]
async fn squares_own_invoice_takes_a_bank_account_and_waits_for_it() {
    for (role, state, paid) in [
        (Role::DebitSettles, ChargeState::Captured, RemoteInvoiceState::Paid),
        (Role::DebitReturned, ChargeState::Returned, RemoteInvoiceState::Sent),
    ] {
        let square = SquareStage::new(json!({})).await;
        let stage: &dyn Stage = &square;
        let draft = done(stage.processor().create_invoice(&stage.attempt(), &invoice(usd(2_500))).await);
        let sent = done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
        assert_eq!(square.fake.pay(&sent.url.expect("its page"), card(role)), Some(true));
        let now = async || match stage.fetch(RemoteKind::Invoice, &draft.id).await {
            Remote::Invoice(invoice) => (invoice.state, invoice.charge.expect("it is under way").state),
            other => panic!("asked for an invoice and got {other:?}"),
        };
        assert_eq!(now().await, (RemoteInvoiceState::Sent, ChargeState::Pending));
        stage.pass(6 * 86_400).await;
        stage.pass(1).await;
        assert_eq!(now().await, (paid, state), "{role:?}");
    }
    let square = SquareStage::new(json!({ "bank_debit": false })).await;
    let stage: &dyn Stage = &square;
    let draft = done(stage.processor().create_invoice(&stage.attempt(), &invoice(usd(2_500))).await);
    let sent = done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!(square.fake.pay(&sent.url.expect("its page"), card(Role::DebitSettles)), None, "not where settings say no");
}

#[tokio::test]
async fn what_was_the_last_to_change_is_listed_again_when_it_changes_once_more() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    let token = square.fake.link_bank(APPLICATION, LOCATION, "Ada Example", 700, card(Role::DebitSettles)).expect("a token");
    let charge = pending(stage.processor().charge(&stage.attempt(), &of_token(token, usd(700))).await);
    let listed = async |since: Option<String>| {
        let page = done(stage.processor().changes(since.as_deref(), stage.now()).await);
        let states = page.changed.iter().filter_map(Remote::charge).map(|it| (it.id.clone(), it.state)).collect::<Vec<_>>();
        (states, Some(page.cursor))
    };
    let (first, cursor) = listed(None).await;
    assert_eq!(first, [(charge.id.clone(), ChargeState::Pending)]);
    let (again, cursor) = listed(cursor).await;
    assert_eq!(again, [], "what did not change is not told twice");
    stage.pass(3 * 86_400).await;
    assert_eq!(listed(cursor).await.0, [(charge.id, ChargeState::Captured)]);
}

/// A refund of no payment of Square's, and one whose payment Square does not tell, are left out; what else changed is told.
#[tokio::test]
async fn a_refund_of_a_stranger_stops_nothing() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    let charge = stage.captured(Role::Pays, usd(700)).await;
    let refund = RefundRequest { charge: charge.id.clone(), amount: usd(300), reason: "x".into() };
    let ours = done(stage.processor().refund(&stage.attempt(), &refund).await);
    {
        let mut bank = square.fake.bank();
        let made = bank.refunds[&ours.id].clone();
        for (id, payment) in [("unlinked", Value::Null), ("elsewhere", json!("of_another_seller"))] {
            let mut other = made.clone();
            other["id"] = json!(id);
            other["reason"] = json!("by hand");
            other.as_object_mut().expect("an object").remove("payment_id");
            if !payment.is_null() {
                other["payment_id"] = payment;
            }
            bank.refunds.insert(id.to_owned(), other);
        }
    }
    let news = done(stage.processor().changes(None, stage.now()).await);
    let told = |wanted: &dyn Fn(&Remote) -> bool| news.changed.iter().filter(|it| wanted(it)).count();
    assert_eq!(told(&|it| it.charge().is_some_and(|it| it.id == charge.id)), 1);
    assert_eq!(told(&|it| matches!(it, Remote::Refund(refund) if refund.id == ours.id)), 1);
    assert_eq!(news.changed.len(), 2, "{news:?}");
    assert!(!square.fake.seen().iter().any(|(it, _)| it.path == "/v2/payments/"), "nothing is asked for without a name");
}

/// A payment whose order Square does not tell is left out, and so is what it would have said of its own dispute; what else changed is
/// told, and the cursor goes on.
#[tokio::test]
async fn an_order_of_a_stranger_stops_nothing() {
    let square = SquareStage::new(json!({})).await;
    let stage: &dyn Stage = &square;
    let forbidden = stage.captured(Role::Pays, usd(100)).await;
    let forgotten = stage.captured(Role::Pays, usd(200)).await;
    let kept = stage.captured(Role::Pays, usd(300)).await;
    stage.dispute(&forbidden.id).await;
    {
        let mut bank = square.fake.bank();
        let order = |payment: &str| bank.payments[payment]["order_id"].as_str().expect("it has an order").to_owned();
        let (guarded, gone) = (order(&forbidden.id), order(&forgotten.id));
        bank.guarded.push(guarded);
        bank.orders.remove(&gone);
    }
    let news = done(stage.processor().changes(None, stage.now()).await);
    let charges: Vec<_> = news.changed.iter().filter_map(Remote::charge).map(|it| &it.id).collect();
    assert_eq!(charges, [&kept.id]);
    let disputes: Vec<_> =
        news.changed.iter().filter_map(|it| if let Remote::Dispute(it) = it { Some(it) } else { None }).collect();
    assert_eq!(disputes.iter().map(|it| (&it.charge, it.charge_attempt)).collect::<Vec<_>>(), [(&forbidden.id, None)]);
    assert_eq!(done(stage.processor().changes(Some(&news.cursor), stage.now()).await).changed, [], "it is not asked for again");

    // Who looks at one of ours is not told that it is none.
    let name = Reference::new(RemoteKind::Charge, forbidden.id);
    unknown(stage.processor().fetch(&name, stage.now()).await);
}
