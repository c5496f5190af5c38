//! What only PayPal's connector must show: the requests of PayPal's own client, its tokens, its windows, its certificates.

use std::sync::Arc;

use fakes::Fault;
use fakes::http::{Arrived, serve};
use processors::{
    Asked, Attempt, CaptureRequest, ChargeRequest, InvoiceLine, InvoiceRequest, Outcome, RawHook, Reference, RejectReason,
    Remote, RemoteKind, Resolved,
};
use serde_json::{Value, json};

use fakes::paypal::{WEBHOOK, order_on};

use crate::paypal_stage::{PayPalStage, connect};
use crate::stage::{DAY, Line, Met, Role, Stage, card, done, of_saved, on_page, rejected, unknown, usd};

const GOLDEN: &str = include_str!("../specs/paypal/golden-requests.json");
/// Words whose value is part of the request's meaning; all other texts are the caller's.
const FIXED: &[&str] = &["intent", "payment_initiator", "payment_type", "usage", "type"];
/// Ids in the recorded paths.
const IDS: &[&str] = &["5O190127TN364715T", "A1"];

/// Everything that PayPal's client sends stands in ours too, under the same name and of the same type.
fn holds(golden: &Value, ours: &Value) -> bool {
    match (golden, ours) {
        (Value::Object(golden), Value::Object(ours)) => golden.iter().all(|(name, value)| {
            let fixed = FIXED.contains(&name.as_str());
            ours.get(name).is_some_and(|mine| (!fixed || value == mine) && holds(value, mine))
        }),
        (Value::Array(golden), Value::Array(ours)) => {
            golden.len() == ours.len() && golden.iter().zip(ours).all(|(golden, ours)| holds(golden, ours))
        }
        (Value::String(_), Value::String(_)) => true,
        (golden, ours) => golden == ours,
    }
}

fn same_path(golden: &str, ours: &str) -> bool {
    let (golden, ours): (Vec<_>, Vec<_>) = (golden.split('/').collect(), ours.split('/').collect());
    golden.len() == ours.len() && golden.iter().zip(&ours).all(|(left, right)| left == right || IDS.contains(left))
}

fn same_headers(golden: &Value, ours: &Arrived) -> bool {
    golden.as_object().expect("headers").iter().all(|(name, value)| match (name.as_str(), value.as_str(), ours.header(name)) {
        ("paypal-request-id", _, Some(key)) => (1..=108).contains(&key.len()),
        ("authorization", _, Some(token)) => token.starts_with("Bearer "),
        (_, theirs, mine) => theirs == mine,
    })
}

#[tokio::test]
async fn requests_are_those_of_paypals_own_client() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let (customer, method) = stage.saved(Role::Pays).await;
    let hold = ChargeRequest { capture: false, ..of_saved(&customer, &method, usd(1_099)) };
    let held = done(stage.processor().charge(&stage.attempt(), &hold).await);
    stage.captured(Role::Pays, usd(1_099)).await;
    stage.held(usd(1_099)).await;
    done(stage.processor().capture(&stage.attempt(), &CaptureRequest { charge: held.id, amount: usd(900) }).await);

    let golden: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let seen = paypal.fake.seen();
    let mut compared = 0;
    for request in golden["requests"].as_array().expect("a list") {
        let (label, path) = (request["label"].as_str().expect("a label"), request["path"].as_str().expect("a path"));
        // The token is judged where it is given; our page keeps a wallet, theirs keeps a card.
        if path == "/v1/oauth2/token" || label == "paypal.vault.setup_token" {
            continue;
        }
        let ours: Vec<_> = seen
            .iter()
            .filter(|(arrived, _)| request["method"] == arrived.method.as_str() && same_path(path, &arrived.path))
            .collect();
        let same = ours.iter().any(|(arrived, body)| {
            same_headers(&request["headers"], arrived) && request.get("body").is_none_or(|golden| holds(golden, body))
        });
        assert!(same, "{label}: {request:#} is none of {:#?}", ours.iter().map(|(_, body)| body).collect::<Vec<_>>());
        compared += 1;
    }
    assert_eq!(compared, 6);
}

#[tokio::test]
async fn a_token_that_paypal_forgot_is_asked_for_anew_and_a_wrong_secret_is_told() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    stage.captured(Role::Pays, usd(100)).await;
    paypal.fake.sign_out();
    stage.captured(Role::Pays, usd(100)).await;
    assert_eq!(stage.captured_in_truth().await, 200);

    let kind = processors::registry::find("paypal").expect("it is in the list");
    assert!(kind.check(&json!({ "client_id": "client", "client_secret": "x", "environment": "moon" })).is_err());
    let refusing = serve(Arc::new(|_| Some((401, br#"{"error":"invalid_client"}"#.to_vec())))).await;
    let wrong = connect(&refusing, &json!({}), WEBHOOK, &[]);
    assert_eq!(rejected(wrong.test(&stage.attempt(), usd(1).currency).await), RejectReason::Credentials);
    assert_eq!(rejected(wrong.checkout(&stage.attempt(), &on_page(usd(100))).await), RejectReason::Credentials);
}

#[tokio::test]
async fn whatever_cannot_be_understood_is_unknown() {
    let stage = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &stage;
    for (status, body) in [
        (200, "<html>PayPal is thinking</html>"),
        (201, "{}"),
        (201, "{\"id\": 5}"),
        (429, "{\"name\":\"RATE_LIMIT_REACHED\"}"),
        (500, "{\"name\":\"INTERNAL_SERVER_ERROR\"}"),
        (502, "Bad Gateway"),
        (404, "<html>not here</html>"),
        (409, "{\"name\":\"RESOURCE_CONFLICT\"}"),
    ] {
        let base = serve(Arc::new(move |request| {
            if request.path == "/v1/oauth2/token" {
                return Some((200, br#"{"access_token":"t","expires_in":300}"#.to_vec()));
            }
            Some((status, body.as_bytes().to_vec()))
        }))
        .await;
        let outcome = connect(&base, &json!({}), WEBHOOK, &[]).checkout(&stage.attempt(), &on_page(usd(100))).await;
        // An order without an amount is not ours: it cannot be this key's.
        let not_ours = matches!(&outcome, Outcome::Rejected(rejection) if rejection.reason == RejectReason::KeyReused);
        assert!(!not_ours, "{status} {body}: {outcome:?}");
        unknown(outcome);
    }
}

#[tokio::test]
async fn after_its_window_nothing_is_repeated() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let (customer, method) = stage.saved(Role::Pays).await;
    let asked = Asked::Charge(of_saved(&customer, &method, usd(100)));
    let (done_unheard, never_arrived) = (stage.attempt(), stage.attempt());
    stage.break_line(&[Line::LosesAnswer, Line::Silent]).await;
    unknown(stage.ask(&done_unheard, &asked).await);
    unknown(stage.ask(&never_arrived, &asked).await);
    let page = stage.attempt();
    stage.break_line(&[Line::Silent]).await;
    unknown(stage.ask(&page, &Asked::Checkout(on_page(usd(100)))).await);

    stage.pass(7 * 3_600).await;
    let before = paypal.fake.seen().iter().filter(|(request, _)| request.method == "POST").count();
    let resolve = async |by: &Attempt, asked| stage.processor().resolve(by, asked, stage.now()).await;
    assert!(matches!(resolve(&done_unheard, &asked).await, Resolved::Found(Outcome::Done(_))), "PayPal told of it");
    assert!(matches!(resolve(&never_arrived, &asked).await, Resolved::StillUnknown { .. }), "silence proves nothing");
    assert!(matches!(resolve(&page, &Asked::Checkout(on_page(usd(100)))).await, Resolved::ProvenAbsent));
    let after = paypal.fake.seen().iter().filter(|(request, _)| request.method == "POST").count();
    assert_eq!(before, after, "nothing was sent again");
    assert_eq!(stage.captured_in_truth().await, 100);
}

#[tokio::test]
async fn a_certificate_from_elsewhere_is_never_fetched() {
    let stage = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &stage;
    stage.captured(Role::Pays, usd(100)).await;
    let message = stage.messages().await.pop().expect("the charge is told");
    for url in ["https://evil.example/v1/notifications/certs/CERT-1", "http://127.0.0.1:1/CERT-1", "nonsense", ""] {
        let mut forged = message.clone();
        for header in forged.headers.iter_mut().filter(|(name, _)| name == "PAYPAL-CERT-URL") {
            url.clone_into(&mut header.1);
        }
        let hook = RawHook { url: &forged.url, headers: &forged.headers, body: &forged.body, now: stage.now() };
        assert_eq!(stage.processor().verify(&hook).await, None, "{url}");
    }
}

/// Messages come twice and in any order: each only leads to a look, and a look takes what was approved once.
#[tokio::test]
async fn doubled_and_reordered_messages_take_nothing_twice() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    for round in 1..=20_i64 {
        let page = stage.page(usd(100)).await;
        paypal.fake.approve(&order_on(&page.url), card(Role::Pays)).expect("it is open");
        let mut messages = stage.messages().await;
        messages.extend(messages.clone());
        messages.reverse();
        for message in &messages {
            let hook = RawHook { url: &message.url, headers: &message.headers, body: &message.body, now: stage.now() };
            let verified = stage.processor().verify(&hook).await.expect("signed");
            for hint in verified.hints {
                stage.fetch(hint.about.kind, &hint.about.id).await;
            }
        }
        assert_eq!(stage.captured_in_truth().await, 100 * round, "the payer never came back, and it was taken all the same");
    }
}

/// A hold is good for 29 days, and 4 weeks later its money is still there.
#[tokio::test]
async fn a_hold_is_taken_weeks_later() {
    let stage = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &stage;
    let held = stage.held(usd(5_000)).await;
    stage.pass(28 * DAY).await;
    let taken = done(stage.processor().capture(&stage.attempt(), &CaptureRequest { charge: held.id, amount: usd(5_000) }).await);
    assert_eq!(taken.captured, usd(5_000));
    let page = stage.page(usd(1)).await;
    assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
}

/// A second call under a key whose first call is not done yet is refused. That is no failure: nobody knows yet.
#[tokio::test]
async fn a_key_that_is_in_use_is_unknown_and_charged_once() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let (customer, method) = stage.saved(Role::Pays).await;
    let (attempt, request) = (stage.attempt(), of_saved(&customer, &method, usd(700)));
    paypal.fake.break_next([Fault::Slow(800)]);
    let processor = stage.processor();
    let meanwhile = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        processor.charge(&attempt, &request).await
    };
    let (first, second) = tokio::join!(processor.charge(&attempt, &request), meanwhile);
    unknown(second);
    assert_eq!(done(first).captured, usd(700));
    assert_eq!(done(stage.processor().charge(&attempt, &request).await).captured, usd(700), "the same key has the same answer");
    assert_eq!(stage.captured_in_truth().await, 700);
}

/// An order that another program made on the same app is its own to take, whatever PayPal tells of it.
#[tokio::test]
async fn an_order_of_a_stranger_is_never_taken() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    for custom in [json!("basket 17"), Value::Null] {
        let page = stage.page(usd(100)).await;
        let order = order_on(&page.url);
        {
            let mut bank = paypal.fake.bank();
            let unit = &mut bank.orders.get_mut(&order).expect("it is there").body["purchase_units"][0];
            unit.as_object_mut().expect("an object").remove("custom_id");
            if !custom.is_null() {
                unit["custom_id"] = custom.clone();
            }
        }
        paypal.fake.approve(&order, card(Role::Pays)).expect("it is open");
        for message in &stage.messages().await {
            let hook = RawHook { url: &message.url, headers: &message.headers, body: &message.body, now: stage.now() };
            let verified = stage.processor().verify(&hook).await.expect("signed");
            assert!(verified.hints.is_empty(), "{custom}: {verified:?}");
        }
        done(stage.processor().changes(None, stage.now()).await);
        let name = Reference::new(RemoteKind::Charge, order.clone());
        assert_eq!(rejected(stage.processor().fetch(&name, stage.now()).await), RejectReason::NotFound);
        let name = Reference::new(RemoteKind::Checkout, page.id);
        done(stage.processor().fetch(&name, stage.now()).await);
        assert_eq!(paypal.fake.bank().orders[&order].status, "APPROVED", "{custom}: it waits for whoever made it");
    }
}

/// The right to read disputes is granted apart: without it a dispute is left out, and what else happened is told.
#[tokio::test]
async fn a_dispute_that_may_not_be_read_stops_nothing() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let disputed = stage.captured(Role::Pays, usd(100)).await;
    stage.dispute(&disputed.id).await;
    let after = stage.captured(Role::Pays, usd(200)).await;
    paypal.fake.bank().hides_disputes = true;
    let news = done(stage.processor().changes(None, stage.now()).await);
    assert!(news.changed.iter().filter_map(Remote::charge).any(|it| it.id == after.id), "{news:?}");
    assert!(!news.changed.iter().any(|it| matches!(it, Remote::Dispute(_))), "{news:?}");
}

/// What paid an invoice may not be shown as a payment of its own: the number in the dispute leads to the invoice, and the invoice must
/// name the payment.
#[tokio::test]
async fn a_dispute_finds_the_invoice_that_was_paid_and_no_other() {
    let paypal = PayPalStage::new(json!({})).await;
    let stage: &dyn Stage = &paypal;
    let by = stage.attempt();
    let line = InvoiceLine { description: "Sign".into(), quantity: "1".into(), amount: usd(900) };
    let request = InvoiceRequest {
        number: "INV-2026-00047".into(),
        customer: None,
        email: "ada@shop.example".into(),
        cc: vec![],
        message: String::new(),
        due_on: None,
        lines: vec![line],
        amount: usd(900),
    };
    let draft = done(stage.processor().create_invoice(&by, &request).await);
    done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!(paypal.fake.pay_invoice(&draft.id, card(Role::Pays)), Some(true));
    stage.dispute(&draft.id).await;
    let (dispute, capture) = {
        let bank = paypal.fake.bank();
        let (id, dispute) = bank.disputes.iter().next().expect("it is disputed");
        assert_eq!(dispute["disputed_transactions"][0]["invoice_number"], "INV-2026-00047");
        let capture = dispute["disputed_transactions"][0]["seller_transaction_id"].as_str().expect("an id").to_owned();
        (id.clone(), capture)
    };
    let seen = async || match stage.fetch(RemoteKind::Dispute, &dispute).await {
        Remote::Dispute(seen) => (seen.charge, seen.charge_attempt),
        other => panic!("asked for a dispute and got {other:?}"),
    };
    assert_eq!(seen().await, (draft.id.clone(), Some(by.id)));

    // Another's payment with the same number is that payment, and not ours.
    let elsewhere = {
        let mut bank = paypal.fake.bank();
        let (invoice, mut paid) = bank.invoiced[&capture].clone();
        paid["id"] = json!("C00000000000ELSE");
        bank.invoiced.insert("C00000000000ELSE".into(), (invoice, paid));
        bank.disputes.get_mut(&dispute).expect("it is there")["disputed_transactions"][0]["seller_transaction_id"] =
            json!("C00000000000ELSE");
        "C00000000000ELSE".to_owned()
    };
    assert_eq!(seen().await, (elsewhere, None));

    // PayPal does not show the payment by itself.
    {
        let mut bank = paypal.fake.bank();
        bank.disputes.get_mut(&dispute).expect("it is there")["disputed_transactions"][0]["seller_transaction_id"] =
            json!(capture);
        bank.record.guarded = true;
        bank.invoiced.clear();
    }
    assert_eq!(seen().await, (draft.id, Some(by.id)));
}
