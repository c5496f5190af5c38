//! Messages: who gets one and who does not, by the same rule as the action says; once under a key.

use serde_json::{Value, json};

use super::invoices::{issued, pay};
use crate::kit::TestApp;

#[test]
fn a_message_goes_to_some_or_to_all_and_says_who_is_held() {
    TestApp::both(async |app| {
        let (fern, moss) = (app.customer("Fern & Field").await, app.customer("Moss").await);
        app.patch(&format!("/customers/{moss}"), json!({"email": "hello@moss.example"})).await.json(200);
        let nobody = app.post("/customers", json!({"name": "Paper only"})).await.json(201);
        let nobody = nobody["id"].as_str().expect("an id").to_owned();

        let new = json!({"to": [fern, nobody, fern], "subject": "We move", "body": "Dear friends,\n\nour new yard opens."});
        let sent = app.post_once("k1", "/messages", new.clone()).await.json(201);
        assert_eq!(sent["sent"], json!([fern]), "each once: {sent}");
        assert_eq!(sent["held"], json!([{"customer": nobody, "code": "NO_CONTACT"}]));
        let again = app.post_once("k1", "/messages", new).await;
        assert!(again.replayed());
        assert_eq!(again.json(201), sent);
        app.work().await;
        let mails = app.all("/mails?kind=message&limit=50").await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!((&mails[0]["to"], &mails[0]["subject"]), (&json!("pay@fern.example"), &json!("We move")));
        assert!(mails[0]["text"].as_str().is_some_and(|text| text.contains("our new yard opens.")), "{mails:?}");

        let all = app.post("/messages", json!({"to": "all", "subject": "Hello", "body": "To everybody."})).await.json(201);
        assert_eq!((all["sent"].as_array().map(Vec::len), all["held"].as_array().map(Vec::len)), (Some(2), Some(1)));
        assert_eq!(all["to_all"], true);
        app.work().await;
        assert_eq!(app.all("/mails?kind=message&limit=50").await.len(), 3);
        let list = app.all("/messages?limit=1").await;
        assert_eq!(list.iter().map(|one| one["subject"].clone()).collect::<Vec<_>>(), [json!("Hello"), json!("We move")]);
        assert_eq!((&list[0]["sent"], &list[0]["held"]), (&json!(2), &json!(1)));
        let id = all["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/messages/{id}")).await.json(200), all);
    });
}

#[test]
fn whoever_has_unpaid_invoices_is_held_and_let_go_when_they_pay() {
    TestApp::both(async |app| {
        let (fern, moss) = (app.customer("Fern & Field").await, app.customer("Moss").await);
        app.patch(&format!("/customers/{moss}"), json!({"email": "hello@moss.example"})).await.json(200);
        let (of_fern, of_moss) = (issued(app, &fern, 5_000).await, issued(app, &moss, 7_000).await);
        // A draft asks for nothing yet, and an order is no invoice.
        let other = app.post("/customers", json!({"name": "Reed", "email": "reed@reed.example"})).await.json(201);
        let other = other["id"].as_str().expect("an id").to_owned();
        app.order(&other, 900).await;
        let lines = json!([{"kind": "item", "description": "Survey", "quantity": 1, "unit_amount": 300}]);
        app.post("/invoices", json!({"customer": other, "currency": "USD", "lines": lines})).await.json(201);

        let actions = app.get(&format!("/customers/{fern}/actions")).await.json(200);
        let may = actions.as_array().expect("actions").iter().find(|one| one["action"] == "send_message").expect("it").clone();
        assert_eq!((&may["allowed"], &may["code"]), (&json!(false), &json!("HELD_UNPAID")), "{may}");
        let sent = app.post("/messages", json!({"to": "all", "subject": "Hello", "body": "Text"})).await.json(201);
        let held = |customer: &str| json!({"customer": customer, "code": "HELD_UNPAID"});
        assert_eq!(sent["sent"], json!([other]), "{sent}");
        assert_eq!(sent["held"], json!([held(&fern), held(&moss)]));
        app.work().await;
        assert_eq!(app.all("/mails?kind=message&limit=50").await.len(), 1);

        // A part is not enough; the whole lets it go, once.
        let path = format!("/messages/{}", sent["id"].as_str().expect("an id"));
        pay(app, &fern, json!({"invoice": of_fern}), 4_999).await;
        app.work().await;
        assert_eq!(app.get(&path).await.json(200)["held"].as_array().map(Vec::len), Some(2));
        pay(app, &fern, json!({"invoice": of_fern}), 1).await;
        app.work().await;
        app.work().await;
        assert_eq!(app.get(&path).await.json(200)["held"], json!([held(&moss)]));
        let mails = app.all("/mails?kind=message&limit=50").await;
        assert_eq!(mails.iter().filter(|mail| mail["to"] == "pay@fern.example").count(), 1, "{mails:?}");
        let events = app.all("/events?kind=message_released&limit=50").await;
        assert_eq!((events.len(), &events[0]["actor"]), (1, &json!("system")));

        // An exemption, and the rule itself, let go too.
        app.patch(&format!("/customers/{moss}"), json!({"hold_exempt": true})).await.json(200);
        app.work().await;
        assert_eq!(app.get(&path).await.json(200)["held"], json!([]));
        app.patch(&format!("/customers/{moss}"), json!({"hold_exempt": false})).await.json(200);
        app.post("/settings", json!({"hold_messages": false})).await.json(200);
        let free = app.post("/messages", json!({"to": [moss], "subject": "Hello", "body": "Text"})).await.json(201);
        assert_eq!((&free["sent"], &free["held"]), (&json!([moss]), &json!([])));
        assert!(app.get(&format!("/invoices/{of_moss}")).await.json(200)["amount_due"] == 7_000);
    });
}

#[test]
fn bills_and_receipts_go_to_whoever_is_held() {
    TestApp::both(async |app| {
        let fern = app.customer("Fern & Field").await;
        let invoice = issued(app, &fern, 5_000).await;
        let sent = app.post("/messages", json!({"to": [fern], "subject": "Hello", "body": "Text"})).await.json(201);
        assert_eq!(sent["held"], json!([{"customer": fern, "code": "HELD_UNPAID"}]));
        for _ in ["the invoice", "its reminder"] {
            app.post(&format!("/invoices/{invoice}/send"), json!({})).await.json(200);
            app.work().await;
        }
        app.post("/settings", json!({"receipt_external": true})).await.json(200);
        pay(app, &fern, json!({"invoice": invoice}), 1_000).await;
        app.work().await;
        for (kind, mails) in [("invoice", 1), ("invoice_reminder", 1), ("receipt", 1)] {
            assert_eq!(app.all(&format!("/mails?kind={kind}&customer={fern}")).await.len(), mails, "{kind}");
        }
        assert!(app.all("/mails?kind=message").await.is_empty(), "the message still waits");
    });
}

#[test]
fn bad_input_names_its_field_and_strangers_are_unknown() {
    TestApp::both(async |app| {
        let fern = app.customer("Fern & Field").await;
        let new = |to: Value| json!({"to": to, "subject": "Hello", "body": "Text"});
        assert_eq!(app.post("/messages", new(json!([]))).await.wrong_field(422, "INVALID"), "to");
        assert_eq!(app.post("/messages", new(json!("some"))).await.wrong_field(422, "INVALID"), "to");
        let missing = json!(["cus_01h455vb4pex5vsknk084sn02q"]);
        assert_eq!(app.post("/messages", new(missing)).await.wrong_field(422, "INVALID"), "to");
        let empty = json!({"to": [fern], "subject": " ", "body": "Text"});
        assert_eq!(app.post("/messages", empty).await.wrong_field(422, "INVALID"), "subject");
        let empty = json!({"to": [fern], "subject": "Hello", "body": ""});
        assert_eq!(app.post("/messages", empty).await.wrong_field(422, "INVALID"), "body");
        let long = json!({"to": [fern], "subject": "Hello", "body": "x".repeat(10_001)});
        assert_eq!(app.post("/messages", long).await.wrong_field(422, "INVALID"), "body");
        let reader = app.key_with(&["read"]).await;
        app.call(&reader, "POST", "/messages", &[], &new(json!("all"))).await.refused(403, "NO_SCOPE");

        // Another business's customer is as unknown as one that never was, and so is its message.
        let (_, abroad) = app.other_business().await;
        let theirs = app.call(&abroad, "POST", "/messages", &[], &new(json!([fern]))).await;
        assert_eq!(theirs.wrong_field(422, "INVALID"), "to");
        let mine = app.post("/messages", new(json!([fern]))).await.json(201);
        let path = format!("/messages/{}", mine["id"].as_str().expect("an id"));
        app.call(&abroad, "GET", &path, &[], &Value::Null).await.refused(404, "NOT_FOUND");
        assert!(app.call(&abroad, "GET", "/messages", &[], &Value::Null).await.json(200)["data"] == json!([]));
    });
}
