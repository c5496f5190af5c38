//! Limits by role, and the second person above them.

use serde_json::json;

use super::refunds::paid_online;
use crate::kit::TestApp;

async fn limited(app: &TestApp) {
    let limits = json!({"key": {"refund": 1_000, "credit": 500, "adjustment": 500}});
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
