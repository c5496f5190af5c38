//! Limits by role, and the second person above them.

use serde_json::{Value, json};

use super::invoices::{figures, id, issued, pay};
use super::refunds::paid_online;
use crate::kit::TestApp;

async fn limited(app: &TestApp) {
    let limits = json!({"key": {"refund": 1_000, "credit": 500, "adjustment": 500, "write_off": 2_000}});
    let settings = app.post("/settings", json!({"limits": limits})).await.json(200);
    assert_eq!(settings["limits"]["key"]["refund"], 1_000);
}

#[test]
fn a_refund_above_the_limit_waits_for_another_person() {
    TestApp::both(async |app| {
        app.sandbox().await;
        limited(app).await;
        let (customer, order, payment) = paid_online(app, "4242424242424242").await;
        let path = format!("/payments/{payment}/refunds");
        app.post(&path, json!({"amount": 1_000, "reason": "Within"})).await.json(201);
        app.post(&path, json!({"amount": 1_001, "reason": "Above"})).await.refused(409, "NEEDS_APPROVAL");
        let ask = json!({"amount": 5_000, "reason": "Above", "request_approval": true});
        let held = app.post_once("ask", &path, ask.clone()).await.json(202);
        let approval = held["approval"]["id"].as_str().expect("an approval").to_owned();
        assert_eq!((&held["state"], &held["approval"]["state"]), (&json!("waiting_approval"), &json!("waiting")));
        assert!(app.post_once("ask", &path, ask).await.replayed());
        let due = async || app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].as_i64().expect("an amount");
        assert_eq!(due().await, 1_000, "nothing moved yet");
        let no = app.post(&path, json!({"amount": 1_000, "reason": "x"})).await;
        assert_eq!(no.json(201)["state"], "succeeded", "what is not reserved can go");
        let no = app.post(&path, json!({"amount": 4_000, "reason": "x", "request_approval": true})).await;
        assert_eq!(no.refused(409, "NOTHING_REFUNDABLE")["refundable"], 3_000);

        app.post(&format!("/approvals/{approval}/approve"), json!({})).await.refused(403, "NO_RIGHT");
        let reader = app.key_with(&["read", "payments"]).await;
        let decide = format!("/approvals/{approval}/approve");
        app.call(&reader, "POST", &decide, &[], &json!({})).await.refused(403, "NO_SCOPE");
        let second = app.key_with(&["read", "refunds"]).await;
        let given = app.call(&second, "POST", &decide, &[("idempotency-key", "yes")], &json!({})).await;
        assert_eq!((&given.json(200)["state"], &given.json(200)["outcome"]), (&json!("approved"), &held["id"]));
        assert!(app.call(&second, "POST", &decide, &[("idempotency-key", "yes")], &json!({})).await.replayed());
        app.call(&second, "POST", &decide, &[], &json!({})).await.refused(409, "CLOSED");
        assert_eq!(app.get(&format!("/refunds/{}", held["id"].as_str().expect("an id"))).await.json(200)["state"], "succeeded");
        assert_eq!(due().await, 7_000);

        let ask = json!({"amount": 2_000, "reason": "Once more", "request_approval": true});
        let held = app.post(&path, ask).await.json(202);
        let approval = held["approval"]["id"].as_str().expect("an approval");
        let no = json!({"reason": "Not agreed"});
        let rejected = app.call(&second, "POST", &format!("/approvals/{approval}/reject"), &[], &no).await.json(200);
        assert_eq!((&rejected["state"], &rejected["note"]), (&json!("rejected"), &json!("Not agreed")));
        assert_eq!(app.get(&format!("/refunds/{}", held["id"].as_str().expect("an id"))).await.json(200)["state"], "failed");
        assert_eq!(due().await, 7_000);
        assert_eq!(app.all("/approvals?state=waiting").await.len(), 0);
        assert_eq!(app.all("/approvals?limit=1").await.len(), 2);
        assert_eq!(app.get(&format!("/approvals/{approval}")).await.json(200), rejected);
        let _ = customer;
    });
}

#[test]
fn credits_and_adjustments_have_limits_too() {
    TestApp::both(async |app| {
        limited(app).await;
        let customer = app.customer("Fern & Field").await;
        let credit = |amount: i64, ask: bool| json!({"side": "credit", "amount": amount, "currency": "USD", "description": "Sorry", "request_approval": ask});
        let entries = format!("/customers/{customer}/entries");
        app.post(&entries, credit(500, false)).await.json(201);
        app.post(&entries, credit(501, false)).await.refused(409, "NEEDS_APPROVAL");
        app.post(&entries, json!({"side": "charge", "amount": 90_000, "currency": "USD", "description": "Work"})).await.json(201);
        let held = app.post(&entries, credit(600, true)).await.json(202);
        let adjustments = format!("/customers/{customer}/adjustments");
        app.post(&adjustments, json!({"amount": -501, "currency": "USD", "note": "x"})).await.refused(409, "NEEDS_APPROVAL");
        let ask = json!({"amount": 700, "currency": "USD", "note": "From the old books", "request_approval": true});
        let other = app.post_once("adjust", &adjustments, ask.clone()).await.json(202);
        assert_eq!(app.post_once("adjust", &adjustments, ask).await.json(202), other);
        let second = app.key_with(&["read", "refunds"]).await;
        for (held, amount) in [(&held, 600), (&other, 700)] {
            let id = held["approval"]["id"].as_str().expect("an approval");
            let given = app.call(&second, "POST", &format!("/approvals/{id}/approve"), &[], &json!({})).await.json(200);
            let entry = app.get(&format!("/entries/{}", given["outcome"].as_str().expect("an entry"))).await.json(200);
            assert_eq!(entry["amount"], amount);
        }
        app.work().await;
        assert_eq!(app.all(&format!("{entries}?limit=50")).await.len(), 4, "each once, though a job looked again");
        let balance = app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"].clone();
        assert_eq!(balance, -90_000 + 500 + 600 + 700);
        let bad = json!({"limits": {"emperor": {"refund": 1}}});
        assert_eq!(app.post("/settings", bad).await.wrong_field(422, "INVALID"), "limits.emperor");
        let bad = json!({"limits": {"clerk": {"refund": -1}}});
        assert_eq!(app.post("/settings", bad).await.wrong_field(422, "INVALID"), "limits.clerk.refund");
        assert_eq!(app.post("/settings", json!({"retry_days": [0]})).await.wrong_field(422, "INVALID"), "retry_days");
    });
}

#[test]
fn write_offs_and_credit_notes_wait_for_another_person_too() {
    TestApp::both(async |app| {
        limited(app).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let second = app.key_with(&["read", "refunds"]).await;
        let approve = async |held: &Value| {
            let path = format!("/approvals/{}/approve", held["approval"]["id"].as_str().expect("an approval"));
            app.call(&second, "POST", &path, &[], &json!({})).await
        };

        let offs = format!("/invoices/{invoice}/write-offs");
        app.post(&offs, json!({"amount": 2_001, "reason": "Goodwill"})).await.refused(409, "NEEDS_APPROVAL");
        let ask = json!({"amount": 2_500, "reason": "Goodwill", "request_approval": true});
        let held = app.post_once("off", &offs, ask.clone()).await.json(202);
        assert_eq!((&held["approval"]["kind"], &held["approval"]["about"]), (&json!("write_off"), &json!(invoice)));
        assert_eq!(app.post_once("off", &offs, ask).await.json(202), held);
        assert_eq!(figures(app, &invoice).await.1, [10_000, 0, 0, 0, 10_000], "nothing is given up yet");
        let given = approve(&held).await.json(200);
        assert!(given["outcome"].as_str().is_some_and(|entry| entry.starts_with("ent_")), "{given}");
        assert_eq!(figures(app, &invoice).await.1, [10_000, 0, 0, 2_500, 7_500]);

        let notes = format!("/invoices/{invoice}/credit-notes");
        let line = app.get(&format!("/invoices/{invoice}")).await.json(200)["lines"][0]["id"].clone();
        let by_line = json!([{"line": line, "amount": 3_000}]);
        app.post(&notes, json!({"lines": by_line, "reason": "Damaged"})).await.refused(409, "NEEDS_APPROVAL");
        let ask = json!({"lines": by_line, "reason": "Damaged", "note": "Seen by the shop", "request_approval": true});
        let held = app.post(&notes, ask).await.json(202);
        assert_eq!((&held["approval"]["kind"], &held["approval"]["amount"]), (&json!("credit_note"), &json!(3_000)));
        assert!(app.all("/credit-notes?limit=9").await.is_empty());
        let given = approve(&held).await.json(200);
        let note = app.get(&format!("/credit-notes/{}", given["outcome"].as_str().expect("a note"))).await.json(200);
        assert_eq!(
            (&note["amount"], &note["note"], &note["lines"][0]["line"]),
            (&json!(3_000), &json!("Seen by the shop"), &line)
        );
        app.work().await;
        assert_eq!(app.all("/credit-notes?limit=9").await.len(), 1, "once, though a job looked again");

        let gone = format!("/invoices/{invoice}/uncollectible");
        app.post(&gone, json!({"reason": "Closed down"})).await.refused(409, "NEEDS_APPROVAL");
        let held = app.post(&gone, json!({"reason": "Closed down", "request_approval": true})).await.json(202);
        app.post(&offs, json!({"amount": 500, "reason": "A part"})).await.json(201);
        approve(&held).await.refused(422, "DOES_NOT_ADD_UP");
        assert_eq!(app.all("/approvals?state=waiting").await.len(), 1, "it waits again: what is due is not what was asked about");
    });
}

/// What gives money away by another name has the limits of what it comes to.
#[test]
fn reversals_voids_and_amendments_are_limited_by_what_they_come_to() {
    TestApp::both(async |app| {
        limited(app).await;
        let customer = app.customer("Fern & Field").await;
        let charge = async |amount: i64| {
            let work = json!({"side": "charge", "amount": amount, "currency": "USD", "description": "Work"});
            id(&app.post(&format!("/customers/{customer}/entries"), work).await.json(201))
        };
        let reverse = async |entry: &str| app.post(&format!("/entries/{entry}/reverse"), json!({"reason": "Mistake"})).await;
        reverse(&charge(500).await).await.json(201);
        let above = charge(501).await;
        reverse(&above).await.refused(409, "NEEDS_APPROVAL");
        let newest = async |kind: &str| id(&app.all(&format!("/customers/{customer}/entries?kind={kind}&limit=50")).await[0]);
        pay(app, &customer, json!({}), 1_001).await;
        reverse(&newest("payment").await).await.refused(409, "NEEDS_APPROVAL");

        let void = async |invoice: &str| app.post(&format!("/invoices/{invoice}/void"), json!({"reason": "Mistake"})).await;
        void(&issued(app, &customer, 2_000).await).await.json(200);
        let large = issued(app, &customer, 2_001).await;
        void(&large).await.refused(409, "NEEDS_APPROVAL");
        assert_ne!(figures(app, &large).await.0, "void");

        let order = app.order(&customer, 9_000).await;
        let line = app.get(&format!("/orders/{order}")).await.json(200)["lines"][0]["id"].clone();
        let amend = format!("/orders/{order}/amendments");
        let bill = json!({"customer": customer, "currency": "USD", "entries": [newest("order").await]});
        let bill = id(&app.post("/invoices", bill).await.json(201));
        app.post(&format!("/invoices/{bill}/issue"), json!({})).await.json(200);
        let off = json!({"reason": "correction", "remove": [line]});
        app.post(&amend, off).await.refused(409, "NEEDS_APPROVAL");
        let cheaper = json!([{"kind": "item", "description": "The same, cheaper", "quantity": 1, "unit_amount": 7_000}]);
        let change = json!({"reason": "correction", "remove": [line], "lines": cheaper});
        app.post(&amend, change).await.refused(409, "NEEDS_APPROVAL");
        assert!(app.all("/credit-notes?limit=9").await.is_empty());
        app.post(&format!("/orders/{order}/cancel"), json!({"reason": "Given up"})).await.refused(409, "NEEDS_APPROVAL");
        let unbilled = app.order(&customer, 9_000).await;
        app.post(&format!("/orders/{unbilled}/cancel"), json!({"reason": "Given up"})).await.json(200);
    });
}
