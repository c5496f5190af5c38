//! The words of mails through the API: changed, looked at, tried, taken away; and mails that came back.

use serde_json::{Value, json};

use crate::kit::TestApp;

async fn put(app: &TestApp, path: &str, body: Value) -> crate::kit::Answer {
    app.call(&app.key, "PUT", path, &[], &body).await
}

#[test]
fn a_receipt_is_worded_and_keeps_its_figures() {
    TestApp::both(async |app| {
        let all = app.get("/mail-words").await.json(200)["data"].as_array().expect("a list").clone();
        assert!(all.len() == 11 && all.iter().all(|row| row["subject"].is_null()), "{all:?}");
        let own = json!({"subject": "{amount} arrived, thank you", "body": "{greeting}\n\nWe are glad.\n\n{business}"});
        let seen = app.post("/mail-words/receipt/preview", own.clone()).await.json(200);
        assert_eq!(seen["subject"], "$400.00 arrived, thank you");
        assert!(app.get("/mail-words").await.json(200)["data"][3]["subject"].is_null(), "a look keeps nothing");
        let kept = put(app, "/mail-words/receipt", own).await.json(200);
        assert_eq!((&kept["kind"], &kept["sample"]), (&json!("receipt"), &json!("$400.00 arrived, thank you")));

        let customer = app.customer("Fern & Field").await;
        app.post("/settings", json!({"receipt_external": true})).await.json(200);
        let order = app.order(&customer, 10_000).await;
        let cash = json!({"customer": customer, "amount": 4_000, "currency": "USD", "order": order,
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.work().await;
        let mail = app.all("/mails?kind=receipt").await[0].clone();
        assert_eq!(mail["subject"], "$40.00 arrived, thank you");
        let text = mail["text"].as_str().expect("a text");
        for part in ["Hello Fern & Field,", "We are glad.", "Harbor Joinery", "Still due: $60.00"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        put(app, "/mail-words/receipt", json!({})).await.json(200);
        assert!(app.get("/mail-words").await.json(200)["data"][3]["subject"].is_null());
    });
}

#[test]
fn wrong_words_are_refused_and_a_test_goes_where_it_should() {
    TestApp::both(async |app| {
        let field = put(app, "/mail-words/invoice", json!({"subject": "{name}"})).await.wrong_field(422, "INVALID");
        assert_eq!(field, "subject");
        let field = app.post("/mail-words/invoice/preview", json!({"body": "{due}"})).await.wrong_field(422, "INVALID");
        assert_eq!(field, "body");
        put(app, "/mail-words/portal_entry", json!({"subject": "x"})).await.refused(404, "NOT_FOUND");
        put(app, "/mail-words/message", json!({"subject": "x"})).await.refused(404, "NOT_FOUND");
        let narrow = app.key_with(&["read", "write"]).await;
        app.call(&narrow, "PUT", "/mail-words/invoice", &[], &json!({})).await.refused(403, "NO_SCOPE");
        let sent = app.post_once("t", "/mail-words/invoice/test", json!({"to": "me@harbor.example"})).await.json(201);
        assert_eq!((&sent["kind"], &sent["state"], &sent["to"]), (&json!("test"), &json!("kept"), &json!("me@harbor.example")));
        assert!(sent["subject"].as_str().is_some_and(|subject| subject.starts_with("Test: ")), "{sent}");
        assert!(app.post_once("t", "/mail-words/invoice/test", json!({"to": "me@harbor.example"})).await.replayed());
        assert_eq!(app.post("/mail-words/invoice/test", json!({"to": "me"})).await.wrong_field(422, "INVALID"), "to");

        let mail = sent["id"].as_str().expect("an id");
        app.post(&format!("/mails/{mail}/bounce"), json!({"reason": "Unknown"})).await.refused(409, "NOT_SENT");
        assert_eq!(app.post("/bounces", json!({"notice": "Hello"})).await.wrong_field(422, "INVALID"), "notice");
        let notice = format!("Action: failed\nStatus: 5.1.1\n\nMessage-ID: <{mail}@harbor.example>\n");
        app.post("/bounces", json!({"notice": notice})).await.refused(409, "NOT_SENT");
    });
}
