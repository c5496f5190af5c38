//! The words of mails through the API: changed, looked at, tried, taken away; and mails that came back.

use serde_json::{Value, json};

use crate::admin::browser::Browser;
use crate::kit::TestApp;

async fn put(app: &TestApp, path: &str, body: Value) -> crate::kit::Answer {
    app.call(&app.key, "PUT", path, &[], &body).await
}

#[test]
fn a_receipt_is_worded_and_keeps_its_figures() {
    TestApp::both(async |app| {
        let all = app.get("/mail-words").await.json(200)["data"].as_array().expect("a list").clone();
        assert!(all.len() == 15 && all.iter().all(|row| row["subject"].is_null()), "{all:?}");
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

async fn text_of(app: &TestApp, kind: &str) -> (String, String) {
    app.work().await;
    let mail = app.all(&format!("/mails?kind={kind}")).await[0].clone();
    let text = |name: &str| mail[name].as_str().expect("a text").to_owned();
    (text("subject"), text("text"))
}

#[test]
fn messages_ways_in_and_notices_to_staff_are_worded_too() {
    TestApp::both(async |app| {
        let own = [
            ("message", "{business}: {subject}", "{greeting}\n\n{message}\n\nYour joiners"),
            ("portal_entry", "Your key to {business}", "Here you are. {detail}"),
            ("payment_notice", "Paid: {customer}, {amount}", "For {document}. Say thank you."),
            ("staff_alert", "Look: {detail}, {customer}", "Somebody has to see to {document}."),
        ];
        for (kind, subject, body) in own {
            put(app, &format!("/mail-words/{kind}"), json!({"subject": subject, "body": body})).await.json(200);
        }
        let customer = app.customer("Fern & Field").await;
        let news = json!({"to": [customer], "subject": "We move", "body": "On 1 March.\n\nYour table moves with us."});
        app.post("/messages", news).await.json(201);
        let (subject, text) = text_of(app, "message").await;
        assert_eq!(subject, "Harbor Joinery: We move");
        assert!(text.contains("Hello Fern & Field,\n\nOn 1 March.\n\nYour table moves with us.\n\nYour joiners"), "{text}");

        Browser::stranger(app).post("/portal/sign-in", &[("email", "pay@fern.example")]).await;
        let (subject, text) = text_of(app, "portal_entry").await;
        assert_eq!(subject, "Your key to Harbor Joinery");
        for part in ["Here you are. It works once, for 30 minutes", "/portal/enter/", "nobody gets in without it"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let alert =
            app.post("/mail-words/staff_alert/preview", json!({"body": "Somebody has to see to {document}."})).await.json(200);
        let text = alert["text"].as_str().expect("a text");
        assert!(
            text.contains("Somebody has to see to PAY-") && text.contains("Refund it another way."),
            "what to do stays: {text}"
        );

        app.sandbox().await;
        let order = app.order(&customer, 10_000).await;
        let asked = json!({"to": "pay@fern.example", "notify": ["till@harbor.example"]});
        let request = app.post(&format!("/orders/{order}/payment-requests"), asked).await.json(201);
        app.work().await;
        app.pay_by_link(request["url"].as_str().expect("a link"), "4242424242424242").await;
        let (subject, text) = text_of(app, "payment_notice").await;
        assert_eq!(subject, "Paid: Fern & Field, $100.00");
        assert!(
            text.contains("For Order ORD-") && text.contains("Say thank you.") && text.contains("Still due: $0.00"),
            "{text}"
        );
    });
}

#[test]
fn wrong_words_are_refused_and_a_test_goes_where_it_should() {
    TestApp::both(async |app| {
        let field = put(app, "/mail-words/invoice", json!({"subject": "{name}"})).await.wrong_field(422, "INVALID");
        assert_eq!(field, "subject");
        let field = app.post("/mail-words/invoice/preview", json!({"body": "{due}"})).await.wrong_field(422, "INVALID");
        assert_eq!(field, "body");
        put(app, "/mail-words/postcard", json!({"subject": "x"})).await.refused(404, "NOT_FOUND");
        for (kind, place) in [("portal_entry", "{greeting}"), ("message", "{amount}"), ("staff_alert", "{greeting}")] {
            let words = json!({"body": place});
            assert_eq!(put(app, &format!("/mail-words/{kind}"), words).await.wrong_field(422, "INVALID"), "body", "{kind}");
        }
        let german = json!({"language": "de", "subject": "Geld"});
        assert_eq!(put(app, "/mail-words/payment_notice", german.clone()).await.wrong_field(422, "INVALID"), "language");
        let looked = app.post("/mail-words/payment_notice/preview", german).await;
        assert_eq!(looked.wrong_field(422, "INVALID"), "language");
        let spoken = app.get("/mail-words?language=de").await.json(200)["data"].as_array().expect("a list").len();
        assert_eq!(spoken, 13, "staff are written to in English");
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
