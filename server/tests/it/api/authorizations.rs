//! Amounts held on a card: authorized, then taken, let go, or lapsed.

use processors::sandbox::{CardEntry, CheckoutStep, PageId};
use serde_json::{Value, json};

use super::methods::with_card;
use crate::kit::TestApp;

async fn due(app: &TestApp, order: &str) -> i64 {
    app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].as_i64().expect("an amount")
}

fn hold(customer: &str, order: &str, amount: i64, prc: &str, method: Option<&str>) -> Value {
    json!({"customer": customer, "order": order, "amount": amount, "currency": "USD", "processor": prc, "method": method})
}

#[test]
fn what_is_held_is_taken_once() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4242424242424242").await;
        let order = app.order(&customer, 10_000).await;
        let held = app.post_once("h", "/authorizations", hold(&customer, &order, 10_000, &prc, Some(&method))).await.json(201);
        assert_eq!((&held["state"], held["expires_at"].is_string()), (&json!("authorized"), true));
        let id = held["id"].as_str().expect("an id").to_owned();
        app.post("/authorizations", hold(&customer, &order, 1, &prc, Some(&method))).await.refused(409, "PAYMENT_PENDING");
        let answers = app.get(&format!("/payments/{id}/actions")).await.json(200);
        let may =
            |name: &str| answers.as_array().expect("a list").iter().any(|one| one["action"] == name && one["allowed"] == true);
        assert!(may("capture") && may("void") && !may("refund"), "{answers}");
        let wrong = |amount: i64| json!({"customer": customer, "amount": amount, "currency": "USD", "order": order, "method": {"type": "in_person", "kind": "card", "authorization": id}});
        app.post("/payments", wrong(9_999)).await.refused(409, "NOT_AUTHORIZED");
        app.post(&format!("/payments/{id}/capture"), json!({"amount": 10_001})).await.refused(409, "NOT_AUTHORIZED");
        let taken = app.post_once("t", "/payments", wrong(10_000)).await.json(201);
        assert_eq!((&taken["id"], &taken["state"], due(app, &order).await), (&json!(id), &json!("succeeded"), 0));
        assert!(app.post_once("t", "/payments", wrong(10_000)).await.replayed());
        app.post("/payments", wrong(10_000)).await.refused(409, "NOT_AUTHORIZED");
        app.post(&format!("/authorizations/{id}/process"), json!({})).await.refused(409, "NOT_AUTHORIZED");
        let none = json!({"customer": customer, "amount": 1, "currency": "USD", "method": {"type": "in_person", "kind": "card"}});
        app.post("/payments", none).await.refused(409, "NOT_AUTHORIZED");
    });
}

#[test]
fn a_part_is_taken_the_rest_let_go_and_a_hold_can_be_voided_or_lapse() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4242424242424242").await;
        let order = app.order(&customer, 10_000).await;
        let make = async |amount: i64| {
            let held = app.post("/authorizations", hold(&customer, &order, amount, &prc, Some(&method))).await.json(201);
            held["id"].as_str().expect("an id").to_owned()
        };
        let id = make(10_000).await;
        let part = app.post(&format!("/payments/{id}/capture"), json!({"amount": 6_000})).await.json(201);
        assert_eq!((&part["state"], &part["amount"], due(app, &order).await), (&json!("succeeded"), &json!(6_000), 4_000));

        let id = make(4_000).await;
        let gone = app.post_once("v", &format!("/payments/{id}/void"), json!({})).await.json(200);
        assert_eq!((&gone["state"], due(app, &order).await), (&json!("canceled"), 4_000));
        app.post(&format!("/payments/{id}/void"), json!({})).await.refused(409, "NOT_AUTHORIZED");

        let id = make(4_000).await;
        app.post("/test/clock", json!({"advance": "P8D"})).await.json(200);
        let lapsed = app.get(&format!("/payments/{id}")).await.json(200);
        assert_eq!((&lapsed["state"], &lapsed["decline"]["code"]), (&json!("canceled"), &json!("AUTHORIZATION_EXPIRED")));
        app.post(&format!("/payments/{id}/capture"), json!({})).await.refused(409, "NOT_AUTHORIZED");
        let id = make(4_000).await;
        let paths = ["capture", "void"].map(|act| format!("/payments/{id}/{act}"));
        let (a, b) = tokio::join!(app.post(&paths[0], json!({})), app.post(&paths[1], json!({})));
        let done = [&a, &b].iter().filter(|one| one.status.is_success()).count();
        assert_eq!(done, 1, "{} {}", a.text, b.text);
    });
}

#[test]
fn staff_key_a_card_into_the_processors_fields() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let made = app.post_once("k", "/authorizations", hold(&customer, &order, 10_000, &prc, None)).await.json(201);
        let url = made["url"].as_str().expect("the fields").to_owned();
        assert_eq!((&made["state"], due(app, &order).await), (&json!("created"), 10_000));
        assert_eq!(
            app.post_once("k", "/authorizations", hold(&customer, &order, 10_000, &prc, None)).await.json(201)["url"],
            url.as_str()
        );
        let page: PageId = url.rsplit('/').next().expect("an id").parse().expect("the id of a page");
        let entry = CardEntry { number: "4242424242424242", exp: "12/30", cvc: "123", name: "A payer" };
        let step = app.bank().await.pay_checkout(&page, &entry, app.services().db.clock().now()).await.expect("it answers");
        assert!(matches!(step, CheckoutStep::Paid { .. }), "{step:?}");
        app.work().await;
        let id = made["id"].as_str().expect("an id");
        let held = app.get(&format!("/payments/{id}")).await.json(200);
        assert_eq!((&held["state"], &held["method"]["last4"]), (&json!("authorized"), &json!("4242")));
        let taken = app.post(&format!("/authorizations/{id}/process"), json!({})).await.json(201);
        assert_eq!((&taken["state"], due(app, &order).await), (&json!("succeeded"), 0));

        let other = app.order(&customer, 500).await;
        app.post("/authorizations", hold(&customer, &other, 501, &prc, None)).await.refused(409, "ABOVE_DUE");
        let left = app.post("/authorizations", hold(&customer, &other, 500, &prc, None)).await.json(201);
        let left = left["id"].as_str().expect("an id");
        assert_eq!(app.post(&format!("/payments/{left}/void"), json!({})).await.json(200)["state"], "canceled");
    });
}

#[test]
fn a_lost_capture_is_asked_for_until_it_is_known() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4242424242424242").await;
        for fault in ["lose_answer", "timeout"] {
            let order = app.order(&customer, 10_000).await;
            let held = app.post("/authorizations", hold(&customer, &order, 10_000, &prc, Some(&method))).await.json(201);
            let id = held["id"].as_str().expect("an id");
            app.post(&format!("/processors/{prc}/sandbox/faults"), json!({"next": [fault]})).await.json(200);
            assert_eq!(app.post(&format!("/payments/{id}/capture"), json!({})).await.json(202)["state"], "unknown", "{fault}");
            app.post("/test/clock", json!({"advance": "PT2H"})).await.json(200);
            let now = app.get(&format!("/payments/{id}")).await.json(200);
            if now["state"] == "authorized" {
                app.post(&format!("/payments/{id}/capture"), json!({})).await.json(201);
            }
            assert_eq!(due(app, &order).await, 0, "{fault}: {now}");
        }
    });
}
