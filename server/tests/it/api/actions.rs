//! Every action is always answered, with the reason why not: the same that the act itself is refused with.

use processors::sandbox::CheckoutStep;
use serde_json::{Value, json};

use crate::kit::TestApp;

const ALL: [&str; 23] = [
    "request_payment",
    "remote_invoice",
    "pay",
    "pay_part",
    "add_payment",
    "charge_saved",
    "authorize",
    "process_card",
    "process_cash",
    "process_check",
    "generate_invoice",
    "issue",
    "issue_and_charge",
    "send",
    "void",
    "credit_note",
    "write_off",
    "late_fee",
    "refund",
    "capture",
    "amend",
    "cancel",
    "send_message",
];

/// What is said of each action: its code, or `yes`.
async fn said(app: &TestApp, path: &str) -> Vec<(String, String)> {
    let answers = app.get(path).await.json(200);
    let answers: Vec<Value> = answers.as_array().expect("a list").clone();
    let names: Vec<&str> = answers.iter().map(|answer| answer["action"].as_str().expect("a name")).collect();
    assert_eq!(names, ALL, "{path}");
    for answer in &answers {
        let refused = answer["allowed"] == false;
        assert_eq!((answer["code"].is_string(), answer["detail"].is_string()), (refused, refused), "{answer}");
    }
    let one = |answer: &Value| {
        (answer["action"].as_str().unwrap_or_default().to_owned(), answer["code"].as_str().unwrap_or("yes").to_owned())
    };
    answers.iter().map(one).collect()
}

async fn check(app: &TestApp, path: &str, wanted: &[(&str, &str)]) {
    let said = said(app, path).await;
    for (action, code) in wanted {
        let found = said.iter().find(|(name, _)| name == action).map(|(_, code)| code.as_str());
        assert_eq!(found, Some(*code), "{action} of {path}");
    }
}

#[test]
fn an_order_says_what_may_be_done() {
    TestApp::both(async |app| {
        let bare =
            app.post("/customers", json!({"name": "No address"})).await.json(201)["id"].as_str().expect("an id").to_owned();
        let lines = json!([{"kind": "item", "description": "Oak", "quantity": 1, "unit_amount": 5_000}]);
        let draft = app.post("/orders", json!({"customer": bare, "currency": "USD", "lines": lines})).await.json(201);
        let path = format!("/orders/{}/actions", draft["id"].as_str().expect("an id"));
        check(
            app,
            &path,
            &[
                ("request_payment", "NO_BALANCE"),
                ("pay", "NO_BALANCE"),
                ("pay_part", "FULL_ONLY"),
                ("add_payment", "NOT_CONFIRMED"),
                ("charge_saved", "NO_BALANCE"),
                ("authorize", "NO_BALANCE"),
                ("process_card", "NOT_AUTHORIZED"),
                ("process_cash", "NOT_CONFIRMED"),
                ("generate_invoice", "STILL_PENDING"),
                ("issue", "NOT_FOR_THIS_KIND"),
                ("refund", "NOTHING_REFUNDABLE"),
                ("amend", "NOT_CONFIRMED"),
                ("cancel", "yes"),
                ("send_message", "NO_CONTACT"),
            ],
        )
        .await;
        let order = app.order(&bare, 5_000).await;
        let path = format!("/orders/{order}/actions");
        check(
            app,
            &path,
            &[
                ("request_payment", "NO_PROCESSOR"),
                ("pay", "VIEW_ONLY"),
                ("charge_saved", "NO_SAVED_METHOD"),
                ("generate_invoice", "yes"),
                ("amend", "yes"),
                ("add_payment", "yes"),
            ],
        )
        .await;
        let narrow = json!({"kind": "sandbox", "settings": {"capabilities": {"payment_request": false}}});
        let narrow = app.post("/processors", narrow).await.json(201);
        assert_eq!(narrow["capabilities"]["payment_request"], false);
        check(app, &path, &[("request_payment", "PROCESSOR_INCOMPATIBLE"), ("pay", "yes")]).await;
        app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "PROCESSOR_INCOMPATIBLE");
        app.sandbox().await;
        check(app, &path, &[("request_payment", "NO_CONTACT")]).await;
        app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "NO_CONTACT");
        let request = app.post(&format!("/orders/{order}/payment-requests"), json!({"to": "pay@fern.example"})).await.json(201);
        check(app, &path, &[("pay", "yes")]).await;
        let url = request["url"].as_str().expect("a URL");
        assert!(matches!(app.pay_by_link(url, "000123456789").await, CheckoutStep::BankDebitPending { .. }));
        app.patch(&format!("/customers/{bare}"), json!({"email": "pay@fern.example"})).await.json(200);
        check(
            app,
            &path,
            &[
                ("request_payment", "PAYMENT_PENDING"),
                ("pay", "PAYMENT_PENDING"),
                ("add_payment", "PAYMENT_PENDING"),
                ("send_message", "yes"),
            ],
        )
        .await;
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        check(
            app,
            &path,
            &[("request_payment", "NO_BALANCE"), ("refund", "yes"), ("generate_invoice", "NO_BALANCE"), ("add_payment", "yes")],
        )
        .await;
        let second = app.order(&bare, 100).await;
        app.post(&format!("/orders/{second}/cancel"), json!({})).await.json(200);
        check(app, &format!("/orders/{second}/actions"), &[("amend", "CLOSED"), ("cancel", "CLOSED")]).await;
    });
}

#[test]
fn a_customer_and_a_payment_say_what_may_be_done() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/actions");
        check(
            app,
            &path,
            &[("pay", "NO_BALANCE"), ("request_payment", "NOT_FOR_THIS_KIND"), ("add_payment", "yes"), ("send_message", "yes")],
        )
        .await;
        app.order(&customer, 5_000).await;
        let link = app
            .post(&format!("/customers/{customer}/links"), json!({"policy": "any", "expires_on": "2026-01-16"}))
            .await
            .json(201);
        check(app, &path, &[("pay", "yes"), ("pay_part", "yes"), ("charge_saved", "NO_SAVED_METHOD")]).await;
        app.post("/test/clock", json!({"advance": "P3D"})).await.json(200);
        check(app, &path, &[("pay", "LINK_EXPIRED")]).await;
        let id = link["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/links/{id}")).await.json(200)["state"], "expired");
        app.post(&format!("/links/{id}/revoke"), json!({})).await.json(200);
        check(app, &path, &[("pay", "LINK_REVOKED")]).await;
        app.post(&format!("/customers/{customer}/links"), json!({"can_pay": false})).await.json(201);
        check(app, &path, &[("pay", "VIEW_ONLY"), ("pay_part", "FULL_ONLY")]).await;

        let pay =
            json!({"customer": customer, "amount": 5_000, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        let payment = app.post("/payments", pay).await.json(201)["id"].as_str().expect("an id").to_owned();
        let path = format!("/payments/{payment}/actions");
        check(
            app,
            &path,
            &[("refund", "yes"), ("capture", "NOT_AUTHORIZED"), ("void", "NOT_AUTHORIZED"), ("pay", "NOT_FOR_THIS_KIND")],
        )
        .await;
        let reader = app.key_with(&["read"]).await;
        let answers = app.call(&reader, "GET", &path, &[], &Value::Null).await.json(200);
        let refund =
            answers.as_array().and_then(|all| all.iter().find(|one| one["action"] == "refund")).expect("it is answered").clone();
        assert_eq!(refund["code"], "NO_RIGHT");
        app.post("/settings", json!({"locked_through": "2026-01-17"})).await.json(200);
        check(app, &format!("/customers/{customer}/actions"), &[("add_payment", "yes")]).await;
    });
}
