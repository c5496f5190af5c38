//! Two routes to the same money: whichever is paid first ends or lowers the other, and what was paid twice is seen.

use processors::sandbox::CheckoutStep;
use serde_json::{Value, json};

use super::{id, made, now, order_now, paid_there, payments};
use crate::kit::TestApp;

const GOOD: &str = "4242 4242 4242 4242";

fn cash(customer: &str, order: &str, amount: i64) -> Value {
    json!({"customer": customer, "amount": amount, "currency": "USD", "order": order,
        "method": {"type": "external", "kind": "check", "reference": "1042"}})
}

async fn all_of(app: &TestApp, order: &str) -> Vec<Value> {
    let listed = app.get(&format!("/orders/{order}/remote-invoices")).await.json(200);
    listed["data"].as_array().expect("a list").clone()
}

#[test]
fn a_check_at_the_counter_ends_or_lowers_the_processors_invoice() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let first = made(app, &order).await;
        app.post("/payments", cash(&customer, &order, 4_000)).await.json(201);
        app.work().await;
        let all = all_of(app, &order).await;
        let seen: Vec<(&str, i64)> =
            all.iter().map(|one| (one["state"].as_str().unwrap_or(""), one["amount"].as_i64().unwrap_or(0))).collect();
        assert_eq!(seen, [("sent", 6_000), ("canceled", 10_000)], "made anew for the rest");
        assert_eq!(all[0]["replaces"], first["id"]);
        assert_eq!((&all[0]["to"], &all[0]["due_on"]), (&first["to"], &first["due_on"]));
        assert!(matches!(paid_there(app, &first, GOOD).await, CheckoutStep::Closed { .. }), "the first cannot be paid any more");

        // What is added is asked for too, and what is credited is not.
        let lines = json!([{"kind": "shipping", "description": "Lift to the third floor", "quantity": 1, "unit_amount": 1_500}]);
        app.post(&format!("/orders/{order}/amendments"), json!({"reason": "shipping", "lines": lines})).await.json(201);
        app.work().await;
        assert_eq!(all_of(app, &order).await[0]["amount"], 7_500);
        app.post("/payments", cash(&customer, &order, 7_500)).await.json(201);
        app.work().await;
        assert!(all_of(app, &order).await.iter().all(|one| one["state"] == "canceled"));
        let ended = order_now(app, &order).await;
        assert_eq!((&ended["state"], &ended["payment_state"]), (&json!("confirmed"), &json!("paid")));
    });
}

#[test]
fn a_debit_under_way_by_another_route_ends_the_processors_invoice() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let invoice = made(app, &order).await;
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        let step = app.pay_by_link(link["url"].as_str().expect("a URL"), "000123456789").await;
        assert!(matches!(step, CheckoutStep::BankDebitPending { .. }), "{step:?}");
        assert_eq!(now(app, &invoice).await["state"], "canceled", "the debit will pay it");
        assert!(matches!(paid_there(app, &invoice, GOOD).await, CheckoutStep::Closed { .. }));
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        assert_eq!(order_now(app, &order).await["payment_state"], "paid");
        assert_eq!(payments(app, "succeeded").await.len(), 1);
    });
}

#[test]
fn the_processors_invoice_asks_for_a_late_fee_too() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let lines = json!([{"kind": "item", "description": "Chair", "quantity": 1, "unit_amount": 5_000}]);
        let draft = json!({"customer": customer, "currency": "USD", "due_on": "2026-01-20", "lines": lines});
        let bill = id(&app.post("/invoices", draft).await.json(201));
        app.post(&format!("/invoices/{bill}/issue"), json!({})).await.json(200);
        app.post(&format!("/invoices/{bill}/remote-invoices"), json!({})).await.json(201);
        app.post("/test/clock", json!({"advance": "P10D"})).await.json(200);
        app.post(&format!("/invoices/{bill}/late-fees"), json!({"amount": 500})).await.json(201);
        app.work().await;
        let all = app.get(&format!("/invoices/{bill}/remote-invoices")).await.json(200);
        let seen = |at: usize| (all["data"][at]["state"].clone(), all["data"][at]["amount"].clone());
        assert_eq!((seen(0), seen(1)), ((json!("sent"), json!(5_500)), (json!("canceled"), json!(5_000))));
    });
}

#[test]
fn paid_there_while_a_check_is_recorded_here_is_seen_as_credit() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let invoice = made(app, &order).await;
        // The payer is faster than the news of it.
        paid_there(app, &invoice, GOOD).await;
        app.post("/payments", cash(&customer, &order, 10_000)).await.json(201);
        app.work().await;
        assert_eq!(now(app, &invoice).await["state"], "paid", "money always wins");
        assert_eq!(payments(app, "succeeded").await.len(), 2);
        let account = app.get(&format!("/customers/{customer}")).await.json(200);
        assert_eq!(account["balances"][0]["credit_available"], 10_000, "{account}");
        let mails = app.all("/mails?limit=200").await;
        assert_eq!(mails.iter().filter(|mail| mail["kind"] == "staff_alert").count(), 1, "staff are told");
    });
}

#[test]
fn a_cancel_that_comes_too_late_books_the_money_and_says_so() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let invoice = made(app, &order).await;
        paid_there(app, &invoice, GOOD).await;
        app.post(&format!("/remote-invoices/{}/cancel", id(&invoice)), json!({})).await.refused(409, "CLOSED");
        assert_eq!(now(app, &invoice).await["state"], "paid");
        assert_eq!(order_now(app, &order).await["payment_state"], "paid");
        app.work().await;
        assert_eq!(payments(app, "succeeded").await.len(), 1);
    });
}

#[test]
fn a_link_and_an_invoice_stand_beside_each_other_until_one_is_paid() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        let invoice = made(app, &order).await;
        let step = app.pay_by_link(request["url"].as_str().expect("a URL"), GOOD).await;
        assert!(matches!(step, CheckoutStep::Paid { .. }), "{step:?}");
        assert_eq!(now(app, &invoice).await["state"], "canceled");
        assert!(matches!(paid_there(app, &invoice, GOOD).await, CheckoutStep::Closed { .. }));
        assert_eq!(payments(app, "succeeded").await.len(), 1);
    });
}

#[test]
fn an_answer_that_is_lost_while_closing_is_asked_for_again() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        for fault in ["lose_answer", "timeout", "error_500"] {
            let order = app.order(&customer, 10_000).await;
            let invoice = made(app, &order).await;
            app.post(&format!("/processors/{prc}/sandbox/faults"), json!({"next": [fault]})).await.json(200);
            let said = app.post(&format!("/remote-invoices/{}/cancel", id(&invoice)), json!({})).await.json(200);
            assert!(["closing", "canceled"].contains(&said["state"].as_str().unwrap_or("")), "{fault}: {said}");
            app.post("/test/clock", json!({"advance": "PT1H"})).await.json(200);
            app.work().await;
            assert_eq!(now(app, &invoice).await["state"], "canceled", "{fault}");
            assert!(matches!(paid_there(app, &invoice, GOOD).await, CheckoutStep::Closed { .. }), "{fault}");
        }
    });
}

#[test]
fn what_goes_back_at_the_processors_desk_is_asked_for_by_its_invoice_too() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let card = json!({"processor": prc, "token": "tok_4242424242424242"});
        let card = id(&app.post(&format!("/customers/{customer}/methods"), card).await.json(201));
        let charge = json!({"customer": customer, "order": order, "amount": 4_000, "currency": "USD", "method": {"type": "saved", "id": card}});
        app.post("/payments", charge).await.json(201);
        assert_eq!(made(app, &order).await["amount"], 6_000);
        let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
        let desk = format!("/processors/{prc}/sandbox/charges/{}/refund", charge.as_str().expect("a charge"));
        app.post(&desk, json!({"amount": 1_500})).await;
        app.work().await;
        let all = all_of(app, &order).await;
        assert_eq!((&all[0]["state"], &all[0]["amount"]), (&json!("sent"), &json!(7_500)), "{all:?}");
    });
}
