//! Disputes: opened, won, lost; what they do to the journal and to what is owed.

use books::paper::{ChangeKind, Paper};
use serde_json::{Value, json};

use super::invoices::issued;
use super::refunds::paid_online;
use crate::admin::browser::fresh_key;
use crate::kit::{TestApp, drawn};

/// Debits less credits of a ledger account on the entries of a customer.
async fn on_account(app: &TestApp, customer: &str, account: &str) -> i64 {
    let mut sum = 0;
    for entry in app.all(&format!("/customers/{customer}/entries?limit=200")).await {
        let full = app.get(&format!("/entries/{}", entry["id"].as_str().expect("an id"))).await.json(200);
        for line in full["journal"].as_array().expect("lines").iter().filter(|line| line["account"] == account) {
            sum += line["debit"].as_i64().expect("an amount") - line["credit"].as_i64().expect("an amount");
        }
    }
    sum
}

#[test]
fn a_dispute_holds_the_money_and_its_end_decides() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        app.post("/settings", json!({"notify": ["till@harbor.example"]})).await.json(200);
        for won in [true, false] {
            let (customer, order, payment) = paid_online(app, "4242424242424242").await;
            app.post(&format!("/payments/{payment}/refunds"), json!({"amount": 2_000, "reason": "Late"})).await.json(201);
            let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
            let desk = format!("/processors/{prc}/sandbox/charges/{}/dispute", charge.as_str().expect("a charge"));
            app.post(&desk, json!({})).await.json(200);
            app.work().await;
            let seen = async || app.get(&format!("/payments/{payment}")).await.json(200);
            let due = async || app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].clone();
            assert_eq!((&seen().await["disputed"], &seen().await["dispute"]), (&json!(true), &json!("opened")));
            assert_eq!((on_account(app, &customer, "disputed_funds").await, due().await), (8_000, json!(2_000)));
            let refund = json!({"amount": 1_000, "reason": "x"});
            app.post(&format!("/payments/{payment}/refunds"), refund.clone()).await.refused(409, "DISPUTED");
            let decide = if won { "won" } else { "lost" };
            app.post(&desk, json!({"decide": decide})).await.json(200);
            app.work().await;
            let now = seen().await;
            assert_eq!(now["dispute"], decide);
            assert_eq!(on_account(app, &customer, "disputed_funds").await, 0);
            if won {
                assert_eq!((&now["disputed"], due().await), (&json!(false), json!(2_000)));
                app.post(&format!("/payments/{payment}/refunds"), refund).await.json(201);
            } else {
                assert_eq!((&now["returned"], due().await), (&json!(true), json!(10_000)));
                app.post(&format!("/payments/{payment}/refunds"), refund).await.refused(409, "NOTHING_REFUNDABLE");
            }
        }
        let alerts = app.all("/mails?kind=staff_alert").await;
        let subjects: Vec<&str> = alerts.iter().filter_map(|mail: &Value| mail["subject"].as_str()).collect();
        assert_eq!(subjects.len(), 4, "{subjects:?}");
    });
}

#[test]
fn a_credit_note_gives_no_disputed_money_back() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let request = app.post(&format!("/invoices/{invoice}/payment-requests"), json!({})).await.json(201);
        app.pay_by_link(request["url"].as_str().expect("a URL"), "4242424242424242").await;
        let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
        let desk = format!("/processors/{prc}/sandbox/charges/{}/dispute", charge.as_str().expect("a charge"));
        app.post(&desk, json!({})).await.json(200);
        app.work().await;
        let path = format!("/invoices/{invoice}/credit-notes");
        let note = |to: &str| json!({"amount": 4_000, "reason": "Damaged", "destinations": [{"to": to, "amount": 4_000}]});
        for to in ["card", "outside"] {
            app.post(&path, note(to)).await.refused(409, "DISPUTED");
        }
        assert_eq!(app.post(&path, note("balance")).await.json(201)["freed"], 4_000);
    });
}

#[test]
fn a_card_that_disputes_after_a_day_is_noticed() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let (customer, _, payment) = paid_online(app, "4000000000000259").await;
        app.post("/test/clock", json!({"advance": "P2D"})).await.json(200);
        let seen = app.get(&format!("/payments/{payment}")).await.json(200);
        assert_eq!((&seen["dispute"], &seen["disputed"]), (&json!("opened"), &json!(true)));
        assert_eq!(on_account(app, &customer, "disputed_funds").await, 10_000);
    });
}

#[test]
fn the_sheet_of_an_invoice_says_why_money_went_away_again() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let mark = format!("VAT {}", fresh_key());
        app.post("/settings", json!({"tax_id": mark})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let cash = json!({"customer": customer, "invoice": invoice, "amount": 2_500, "currency": "USD",
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        let entries = app.get(&format!("/customers/{customer}/entries?kind=payment")).await.json(200);
        let typed = entries["data"][0]["id"].as_str().expect("an entry");
        app.post(&format!("/entries/{typed}/reverse"), json!({"reason": "Typed twice"})).await.json(201);
        let request = app.post(&format!("/invoices/{invoice}/payment-requests"), json!({})).await.json(201);
        app.pay_by_link(request["url"].as_str().expect("a URL"), "4242424242424242").await;
        let payments = app.get(&format!("/payments?customer={customer}&state=succeeded")).await.json(200);
        let payment = payments["data"][0]["id"].as_str().expect("a payment");
        app.post(&format!("/payments/{payment}/refunds"), json!({"amount": 3_000, "reason": "Late"})).await.json(201);
        let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
        let desk = format!("/processors/{prc}/sandbox/charges/{}/dispute", charge.as_str().expect("a charge"));
        app.post(&desk, json!({})).await.json(200);
        app.post(&desk, json!({"decide": "lost"})).await.json(200);
        app.work().await;
        let due = app.get(&format!("/invoices/{invoice}")).await.json(200)["amount_due"].clone();
        assert_eq!(due, 10_000);
        app.get(&format!("/invoices/{invoice}/pdf")).await;
        let Some(Paper::Invoice(paper)) = drawn(&mark).pop() else { panic!("no invoice was drawn") };
        let sheet = paper.as_at.expect("a sheet behind the face");
        let said: Vec<(ChangeKind, i64)> = sheet.changes.iter().map(|change| (change.kind, change.amount.minor)).collect();
        let expected = [
            (ChangeKind::Payment, -2_500),
            (ChangeKind::Reversal, 2_500),
            (ChangeKind::Payment, -10_000),
            (ChangeKind::Refund, 3_000),
            (ChangeKind::Return, 7_000),
        ];
        assert_eq!(said, expected);
    });
}
