//! People, processors, settings and the clock of tests.

use serde_json::{Value, json};

use crate::kit::{START, TestApp};

#[test]
fn connections_are_tried_and_taken_out_of_use() {
    TestApp::both(async |app| {
        let made = app.post("/processors", json!({"kind": "sandbox", "name": "Practice"})).await.json(201);
        let id = made["id"].as_str().expect("an id");
        assert_eq!(
            (&made["state"], &made["name"], &made["capabilities"]["checkout"]),
            (&json!("live"), &json!("Practice"), &json!(true))
        );
        let off = app.post(&format!("/processors/{id}/disable"), Value::Null).await.json(200);
        assert_eq!(off["state"], "disabled");
        let tried = app.post(&format!("/processors/{id}/test"), json!({})).await.json(200);
        assert_eq!((&tried["state"], &tried["tried"]["works"]), (&json!("live"), &json!(true)));
        app.post(&format!("/processors/{id}/sandbox/faults"), json!({"next": ["error_500"]})).await.json(200);
        let lost = app.post(&format!("/processors/{id}/test"), json!({})).await.json(200);
        assert_eq!((&lost["state"], &lost["tried"]["works"]), (&json!("live"), &json!(false)), "no answer decides nothing");
        assert_eq!(app.get("/processors").await.json(200)["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(app.get(&format!("/processors/{id}/sandbox/charges")).await.json(200)["data"], json!([]));
        let (_, other) = app.other_business().await;
        app.call(&other, "GET", &format!("/processors/{id}/sandbox/charges"), &[], &Value::Null).await.refused(404, "NOT_FOUND");
        app.call(&other, "POST", &format!("/processors/{id}/sandbox/faults"), &[], &json!({"next": []}))
            .await
            .refused(404, "NOT_FOUND");
    });
}

#[test]
fn people_have_roles_and_one_owner_stays() {
    TestApp::both(async |app| {
        let new =
            json!({"email": "Clerk@Harbor.Example", "name": "A clerk", "role": "clerk", "password": "quite a long password"});
        let clerk = app.post("/users", new.clone()).await.json(201);
        let id = clerk["id"].as_str().expect("an id");
        assert!(clerk.get("password").is_none() && clerk["role"] == "clerk", "{clerk}");
        assert_eq!(app.post("/users", new).await.wrong_field(422, "INVALID"), "email");
        let short = json!({"email": "b@harbor.example", "name": "B", "role": "viewer", "password": "short"});
        assert_eq!(app.post("/users", short).await.wrong_field(422, "INVALID"), "password");
        assert_eq!(app.post(&format!("/users/{id}/role"), json!({"role": "manager"})).await.json(200)["role"], "manager");
        assert!(app.post(&format!("/users/{id}/disable"), json!({})).await.json(200)["disabled_at"].is_string());
        let owner = app.get("/users").await.json(200)["data"][0]["id"].as_str().expect("an id").to_owned();
        app.post(&format!("/users/{owner}/role"), json!({"role": "clerk"})).await.refused(409, "LAST_OWNER");
    });
}

#[test]
fn settings_change_one_by_one() {
    TestApp::both(async |app| {
        let before = app.get("/settings").await.json(200);
        assert_eq!(
            (&before["currency"], &before["apply_credit"], &before["tolerance"]),
            (&json!("USD"), &json!(true), &json!(0))
        );
        let change = json!({"tolerance": 5, "phone": "555 0100", "color": "#1F6F5C", "time_zone": "America/New_York"});
        let after = app.post("/settings", change).await.json(200);
        assert_eq!((&after["tolerance"], &after["phone"], &after["color"]), (&json!(5), &json!("555 0100"), &json!("#1f6f5c")));
        assert_eq!((&after["name"], &after["notify"]), (&before["name"], &before["notify"]));
        let cleared = app.post("/settings", json!({"phone": null})).await.json(200);
        assert_eq!((&cleared["phone"], &cleared["tolerance"]), (&Value::Null, &json!(5)));
        assert_eq!(app.post("/settings", json!({"time_zone": "Mars/Olympus"})).await.wrong_field(422, "INVALID"), "time_zone");
        assert_eq!(
            app.post("/settings", json!({"notify": ["a@harbor.example", "x"]})).await.wrong_field(422, "INVALID"),
            "notify[1]"
        );
        assert_eq!(app.get("/settings").await.json(200), cleared);
    });
}

#[test]
fn customers_change_one_field_at_a_time() {
    TestApp::both(async |app| {
        let new = json!({"name": "Fern & Field", "email": "Pay@Fern.Example", "phone": "555 0100", "reference": "F-1", "address": "1 Quay\nHarbor", "locale": "en"});
        let made = app.post("/customers", new).await.json(201);
        assert_eq!(
            (&made["email"], &made["balances"][0]["currency"], &made["hold_exempt"]),
            (&json!("Pay@fern.example"), &json!("USD"), &json!(false))
        );
        let id = made["id"].as_str().expect("an id");
        let changed = app.patch(&format!("/customers/{id}"), json!({"phone": null, "hold_exempt": true})).await.json(200);
        assert_eq!(
            (&changed["phone"], &changed["hold_exempt"], &changed["address"]),
            (&Value::Null, &json!(true), &json!("1 Quay\nHarbor"))
        );
        assert_eq!(
            app.patch(&format!("/customers/{id}"), json!({"name": null})).await.status.as_u16(),
            200,
            "null leaves what must be there"
        );
        assert_eq!(app.patch(&format!("/customers/{id}"), json!({"name": ""})).await.wrong_field(422, "INVALID"), "name");
        assert_eq!(app.get(&format!("/customers/{id}")).await.json(200)["name"], "Fern & Field");
        assert_eq!(app.all("/customers?limit=10&q=f-1").await.len(), 1);
    });
}

#[test]
fn the_clock_of_tests_moves_and_stays() {
    TestApp::both(async |app| {
        let now = app.post("/test/clock", json!({"advance": "PT0S"})).await.json(200);
        assert_eq!(now["now"], START);
        assert_eq!(app.post("/test/clock", json!({"advance": "P1M"})).await.json(200)["now"], "2026-02-15T09:00:00Z");
        assert_eq!(app.post("/test/clock", json!({"advance": "P1DT30M"})).await.json(200)["now"], "2026-02-16T09:30:00Z");
        // A restart begins with the configured time and goes on from where it stood.
        let clock = app.services().db.clock();
        clock.set(books::calendar::Instant::from_rfc3339(START).expect("a time"));
        engine::flows::move_clock::resume(&app.services().db).await.expect("it is kept");
        assert_eq!(clock.now().to_rfc3339(), "2026-02-16T09:30:00Z");
    });
}
