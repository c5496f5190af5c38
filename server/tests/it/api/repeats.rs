//! The same write twice under one idempotency key happens once, and is answered the same.

use serde_json::{Value, json};

use crate::kit::TestApp;

#[test]
fn a_repeat_is_answered_word_for_word() {
    TestApp::both(async |app| {
        let body = json!({"name": "Fern & Field", "email": "pay@fern.example"});
        let first = app.post_once("k-1", "/customers", body.clone()).await;
        let id = first.json(201)["id"].as_str().expect("an id").to_owned();
        assert!(!first.replayed());
        // What happens in between does not change the answer, nor does the spelling of the body.
        app.patch(&format!("/customers/{id}"), json!({"name": "Fern and Field"})).await.json(200);
        let headers = [
            ("authorization", format!("Bearer {}", app.key)),
            ("idempotency-key", "k-1".into()),
            ("content-type", "application/json".into()),
        ];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let spelled = "{ \"email\":\"pay@fern.example\",\n\"name\":\"Fern & Field\" }";
        let again = app.send("POST", "/api/v1/customers", &headers, spelled).await;
        again.json(201);
        assert!(again.replayed());
        assert_eq!(again.text, first.text);
        assert_eq!(app.all("/customers?limit=200").await.len(), 1);

        // Another body, another path, another business: each its own.
        app.post_once("k-1", "/customers", json!({"name": "Somebody else"})).await.refused(422, "IDEMPOTENCY_MISMATCH");
        app.post_once("k-1", &format!("/customers/{id}/links"), json!({})).await.refused(422, "IDEMPOTENCY_MISMATCH");
        let (_, other) = app.other_business().await;
        let elsewhere = app.call(&other, "POST", "/customers", &[("idempotency-key", "k-1")], &body).await;
        assert!(!elsewhere.replayed());
        elsewhere.json(201);
    });
}

#[test]
fn a_refused_write_leaves_its_key_free() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let path = format!("/orders/{order}/payment-requests");
        app.post_once("ask", &path, json!({})).await.refused(409, "NO_PROCESSOR");
        app.post_once("ask", &path, json!({"cc": ["nobody"]})).await.refused(422, "INVALID");
        app.sandbox().await;
        let asked = app.post_once("ask", &path, json!({})).await;
        assert!(!asked.replayed());
        asked.json(201);
    });
}

#[test]
fn a_payment_sent_twice_is_taken_once() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let body = json!({"customer": customer, "amount": 4_000, "currency": "USD", "order": order, "method": {"type": "external", "kind": "cash"}});
        let (one, two) =
            tokio::join!(app.post_once("pay", "/payments", body.clone()), app.post_once("pay", "/payments", body.clone()));
        let ids = [one, two].map(|answer| match answer.status.as_u16() {
            201 => answer.json(201)["id"].as_str().map(str::to_owned),
            _ => {
                answer.refused(409, "IN_PROGRESS");
                None
            }
        });
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(app.post_once("pay", "/payments", body).await.json(201)["id"], ids[0]);
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["amount_due"], 6_000);
    });
}

#[test]
fn secrets_are_rebuilt_or_never_shown_again() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/links");
        let first = app.post_once("link", &path, json!({})).await;
        let url = first.json(201)["url"].as_str().expect("a URL").to_owned();
        let again = app.post_once("link", &path, json!({})).await;
        assert!(again.replayed());
        assert_eq!(again.text, first.text);

        let body = json!({"name": "a till", "scopes": ["read", "payments"]});
        let issued = app.post_once("key", "/keys", body.clone()).await.json(201);
        let key = issued["key"].as_str().expect("the key's text").to_owned();
        let again = app.post_once("key", "/keys", body).await;
        assert!(again.replayed());
        assert_eq!((&again.json(201)["id"], &again.json(201)["key"]), (&issued["id"], &Value::Null));
        app.call(&key, "GET", "/customers", &[], &Value::Null).await.json(200);

        let token = url.rsplit('/').next().expect("a token");
        let kept = engine::store::event::page(&app.services().db, app.business, None, 200).await.expect("the events");
        let kept: Vec<String> = kept.into_iter().filter_map(|event| event.body).collect();
        assert!(kept.len() >= 2 && !kept.iter().any(|body| body.contains(token) || body.contains(&key)), "{kept:?}");
    });
}

#[test]
fn after_three_days_a_repeat_is_answered_from_the_record() {
    TestApp::both(async |app| {
        let first = app.post_once("old", "/customers", json!({"name": "Fern & Field"})).await.json(201);
        let id = first["id"].as_str().expect("an id");
        app.patch(&format!("/customers/{id}"), json!({"phone": "555 0100"})).await.json(200);
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        let again = app.post_once("old", "/customers", json!({"name": "Fern & Field"})).await;
        assert!(again.replayed());
        let now = again.json(201);
        assert_eq!((&now["id"], &now["phone"]), (&first["id"], &json!("555 0100")), "as it stands now");
        app.post_once("old", "/customers", json!({"name": "Another"})).await.refused(422, "IDEMPOTENCY_MISMATCH");
    });
}

#[test]
fn writes_about_people_and_processors_are_repeated_too() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let user =
            json!({"email": "clerk@harbor.example", "name": "A clerk", "role": "clerk", "password": "quite a long password"});
        for (key, path, body, status) in [
            ("user", "/users".to_owned(), user, 201),
            ("test", format!("/processors/{prc}/test"), json!({}), 200),
            ("off", format!("/processors/{prc}/disable"), json!({}), 200),
            ("set", "/settings".to_owned(), json!({"tolerance": 5}), 200),
            ("clock", "/test/clock".to_owned(), json!({"advance": "PT1H"}), 200),
            ("fault", format!("/processors/{prc}/sandbox/faults"), json!({"next": ["late_webhook"]}), 200),
        ] {
            let first = app.post_once(key, &path, body.clone()).await;
            first.json(status);
            let again = app.post_once(key, &path, body).await;
            assert!(again.replayed(), "{path}");
            assert_eq!(again.text, first.text, "{path}");
        }
        assert_eq!(app.services().db.clock().now().to_rfc3339(), "2026-01-15T10:00:00Z");
        let users = app.get("/users").await.json(200);
        assert_eq!(users["data"].as_array().map(Vec::len), Some(2));
        assert_eq!(app.get(&format!("/processors/{prc}")).await.json(200)["state"], "disabled");
    });
}
