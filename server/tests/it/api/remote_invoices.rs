//! Invoices that a processor makes, mails and collects: made, paid there, lowered by another route, lost and found.

use processors::sandbox::{CardEntry, CheckoutStep, PageId};
use serde_json::{Value, json};

use crate::kit::TestApp;

mod connectors;
mod races;

pub fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// An invoice at a processor for what is due on an order.
pub async fn made(app: &TestApp, order: &str) -> Value {
    app.post(&format!("/orders/{order}/remote-invoices"), json!({})).await.json(201)
}

pub async fn now(app: &TestApp, invoice: &Value) -> Value {
    app.get(&format!("/remote-invoices/{}", id(invoice))).await.json(200)
}

pub async fn order_now(app: &TestApp, order: &str) -> Value {
    app.get(&format!("/orders/{order}")).await.json(200)
}

pub async fn payments(app: &TestApp, state: &str) -> Vec<Value> {
    app.get(&format!("/payments?state={state}")).await.json(200)["data"].as_array().expect("a list").clone()
}

/// What a program would be told if it asked for one more.
async fn answer(app: &TestApp, path: &str, action: &str) -> Value {
    let answers = app.get(&format!("{path}/actions")).await.json(200);
    answers.as_array().expect("a list").iter().find(|answer| answer["action"] == action).expect("each action").clone()
}

/// Its receiver pays with a test card on the page that the mail leads to.
pub async fn paid_there(app: &TestApp, invoice: &Value, number: &str) -> CheckoutStep {
    let url = invoice["url"].as_str().expect("it was mailed");
    let id: PageId = url.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
    let entry = CardEntry { number, exp: "12/30", cvc: "123", name: "A payer" };
    app.bank().await.pay_checkout(&id, &entry, app.services().db.clock().now()).await.expect("the bank answers")
}

async fn faults(app: &TestApp, prc: &str, next: Value) {
    app.post(&format!("/processors/{prc}/sandbox/faults"), json!({ "next": next })).await.json(200);
}

#[test]
fn an_order_waits_for_the_processors_invoice_and_goes_on_by_itself() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        let path = format!("/orders/{order}/remote-invoices");
        assert_eq!(answer(app, &format!("/orders/{order}"), "remote_invoice").await["allowed"], true);
        let body = json!({"processor": prc, "to": "books@fern.example", "due_on": "2026-02-14", "message": "Thank you."});
        let invoice = app.post_once("one", &path, body.clone()).await.json(201);
        assert_eq!(app.post_once("one", &path, body).await.json(201), invoice, "one key, one invoice");
        assert_eq!(
            (&invoice["state"], &invoice["amount"], &invoice["to"], &invoice["due_on"], &invoice["processor"]),
            (&json!("sent"), &json!(35_550), &json!("books@fern.example"), &json!("2026-02-14"), &json!(prc))
        );
        assert!(invoice["number"].is_string() && invoice["url"].is_string(), "{invoice}");
        assert_eq!(order_now(app, &order).await["state"], "pending");
        assert_eq!(app.get("/orders?state=pending").await.json(200)["data"].as_array().map(Vec::len), Some(1));

        for action in ["remote_invoice", "request_payment"] {
            let no = answer(app, &format!("/orders/{order}"), action).await;
            assert_eq!(no["code"], "PAYMENT_PENDING", "{no}");
            assert!(no["detail"].as_str().expect("a sentence").contains("355.50"), "{no}");
        }
        app.post(&path, json!({})).await.refused(409, "PAYMENT_PENDING");
        app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "PAYMENT_PENDING");

        let again = app.post(&format!("/remote-invoices/{}/send", id(&invoice)), json!({})).await.json(200);
        assert_eq!((&again["state"], &again["url"]), (&json!("sent"), &invoice["url"]));
        assert!(matches!(paid_there(app, &invoice, "4000 0000 0000 0002").await, CheckoutStep::Declined { .. }));
        assert!(matches!(paid_there(app, &invoice, "4242 4242 4242 4242").await, CheckoutStep::Paid { .. }));
        app.work().await;
        let order_paid = order_now(app, &order).await;
        assert_eq!((&order_paid["state"], &order_paid["payment_state"]), (&json!("confirmed"), &json!("paid")));
        let paid = payments(app, "succeeded").await;
        assert_eq!(paid.len(), 1);
        assert_eq!((&paid[0]["id"], &paid[0]["method"]["type"]), (&invoice["payment"], &json!("remote_invoice")));
        assert_eq!(paid[0]["allocations"][0]["order"], json!(order));
        let ended = now(app, &invoice).await;
        assert_eq!(ended["state"], "paid");
        app.post(&format!("/remote-invoices/{}/cancel", id(&invoice)), json!({})).await.refused(409, "CLOSED");
        app.post(&format!("/remote-invoices/{}/send", id(&invoice)), json!({})).await.refused(409, "CLOSED");
        let mails = app.all("/mails?limit=200").await;
        assert_eq!(mails.iter().filter(|mail| mail["kind"] == "receipt").count(), 1, "a receipt, as for any payment online");
        assert!(mails.iter().all(|mail| mail["kind"] != "payment_request"), "the processor mails its own invoice");

        // The money goes back the way it came.
        let refunds = format!("/payments/{}/refunds", id(&paid[0]));
        app.post(&refunds, json!({"amount": 550, "reason": "One chair less"})).await.json(201);
        app.work().await;
        assert_eq!(app.get(&format!("/payments/{}", id(&paid[0]))).await.json(200)["refunded"], 550);
    });
}

#[test]
fn an_invoice_of_ours_can_be_collected_by_the_processors() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let lines = json!([{"kind": "service", "description": "Survey", "quantity": 1, "unit_amount": 10_000}]);
        let draft = app.post("/invoices", json!({"customer": customer, "currency": "USD", "lines": lines})).await.json(201);
        let of_draft = app.post(&format!("/invoices/{}/remote-invoices", id(&draft)), json!({})).await;
        of_draft.refused(409, "NOT_ISSUED");
        let bill = app.post(&format!("/orders/{order}/invoices"), json!({"description": "Oak table"})).await.json(201);
        let path = format!("/invoices/{}/remote-invoices", id(&bill));
        let invoice = app.post(&path, json!({})).await.json(201);
        assert_eq!(invoice["invoice"], bill["id"]);
        // The same charges, asked for by their order.
        app.post(&format!("/orders/{order}/remote-invoices"), json!({})).await.refused(409, "PAYMENT_PENDING");
        assert_eq!(answer(app, &format!("/orders/{order}"), "remote_invoice").await["code"], "PAYMENT_PENDING");
        assert_eq!(order_now(app, &order).await["state"], "pending");
        for path in [path, format!("/orders/{order}/remote-invoices")] {
            assert_eq!(app.get(&path).await.json(200)["data"], json!([invoice]), "{path}");
        }
        paid_there(app, &invoice, "4242 4242 4242 4242").await;
        app.work().await;
        assert_eq!(app.get(&format!("/invoices/{}", id(&bill))).await.json(200)["state"], "paid");
    });
}

#[test]
fn staff_cancel_it_and_may_ask_again() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let invoice = made(app, &order).await;
        let cancel = format!("/remote-invoices/{}/cancel", id(&invoice));
        let canceled = app.post_once("stop", &cancel, json!({})).await.json(200);
        assert_eq!(canceled["state"], "canceled");
        assert_eq!(app.post_once("stop", &cancel, json!({})).await.json(200), canceled);
        assert!(matches!(paid_there(app, &invoice, "4242 4242 4242 4242").await, CheckoutStep::Closed { .. }));
        assert_eq!(order_now(app, &order).await["state"], "confirmed");
        let second = made(app, &order).await;
        assert_ne!(second["number"], invoice["number"]);
        // A bank debit is under way for days, and settles or comes back.
        assert!(matches!(paid_there(app, &second, "000123456789").await, CheckoutStep::BankDebitPending { .. }));
        app.work().await;
        assert_eq!(order_now(app, &order).await["state"], "pending");
        app.post(&format!("/remote-invoices/{}/cancel", id(&second)), json!({})).await.refused(409, "PAYMENT_PENDING");
        app.post("/test/clock", json!({"advance": "P10D"})).await.json(200);
        app.work().await;
        assert_eq!(now(app, &second).await["state"], "paid");
    });
}

#[test]
fn a_lost_answer_is_asked_for_and_never_guessed() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        // The draft arrived or did not; nobody can pay a draft. Then the mail went out or did not.
        for next in ["lose_answer", "timeout"] {
            let order = app.order(&customer, 10_000).await;
            faults(app, &prc, json!([next])).await;
            let invoice = made(app, &order).await;
            assert_eq!(invoice["state"], "unknown", "{next}");
            app.post(&format!("/orders/{order}/remote-invoices"), json!({})).await.refused(409, "PAYMENT_PENDING");
            assert_eq!(order_now(app, &order).await["state"], "pending");
            app.post("/test/clock", json!({"advance": "PT1H"})).await.json(200);
            app.work().await;
            let known = now(app, &invoice).await;
            // A draft that arrived is mailed then. One that never did, and never will, ends: nobody was asked for anything.
            assert_eq!(known["state"], if next == "lose_answer" { "sent" } else { "canceled" }, "{known}");
        }
    });
}

#[test]
fn what_cannot_be_is_said_field_by_field_and_by_its_code() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let path = format!("/orders/{order}/remote-invoices");
        app.post(&path, json!({})).await.refused(409, "NO_PROCESSOR");
        let narrow = json!({"kind": "sandbox", "settings": {"capabilities": {"remote_invoice": false}}});
        let narrow = id(&app.post("/processors", narrow).await.json(201));
        app.post(&path, json!({})).await.refused(409, "PROCESSOR_INCOMPATIBLE");
        let prc = app.sandbox().await;
        app.post(&path, json!({"processor": narrow})).await.refused(409, "PROCESSOR_INCOMPATIBLE");
        for (body, field) in [
            (json!({"to": "nobody"}), "to"),
            (json!({"due_on": "2026-01-14"}), "due_on"),
            (json!({"message": "x".repeat(10_001)}), "message"),
            (json!({"processor": "prc_00000000000000000000000000"}), "processor"),
        ] {
            let said = app.post(&path, body.clone()).await.json(422);
            assert_eq!(said["errors"][0]["field"], field, "{body}: {said}");
        }
        assert_eq!(app.post(&path, json!({"cc": []})).await.json(400)["errors"][0]["field"], "cc");
        let bare = id(&app.post("/customers", json!({"name": "Paper only"})).await.json(201));
        let quiet = app.order(&bare, 10_000).await;
        app.post(&format!("/orders/{quiet}/remote-invoices"), json!({})).await.refused(409, "NO_CONTACT");
        let typed = json!({"to": "desk@fern.example", "processor": prc});
        assert_eq!(app.post(&format!("/orders/{quiet}/remote-invoices"), typed).await.json(201)["state"], "sent");
        let cash = json!({"customer": customer, "amount": 10_000, "currency": "USD", "order": order,
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.post(&path, json!({})).await.refused(409, "NO_BALANCE");
        let writes = app.key_with(&["read", "write"]).await;
        app.call(&writes, "POST", &path, &[], &json!({})).await.refused(403, "NO_SCOPE");
    });
}
