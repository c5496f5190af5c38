//! Who may call what: no key, a wrong key, too few scopes, another business's ids.

use serde_json::{Value, json};

use crate::kit::TestApp;

#[test]
fn without_a_key_that_works_nothing_is_read() {
    TestApp::both(async |app| {
        let narrow = app.key_with(&["read", "settings"]).await;
        let keys = app.call(&narrow, "GET", "/keys", &[], &Value::Null).await.json(200);
        let id = keys["data"][0]["id"].as_str().expect("the newest").to_owned();
        app.call(&narrow, "POST", &format!("/keys/{id}/revoke"), &[], &Value::Null).await.json(200);
        for key in ["owed_nobody", narrow.as_str()] {
            for (method, path) in [
                ("GET", "/customers"),
                ("POST", "/customers"),
                ("DELETE", "/customers"),
                ("GET", "/customers/cus_1"),
                ("GET", "/no/such/path"),
                ("POST", "/orders?junk=1"),
                ("GET", "/payments?cursor=%ff"),
            ] {
                let answer = app.call(key, method, path, &[], &json!({"x": 1})).await;
                answer.refused(401, "UNAUTHENTICATED");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
        }
        app.send("POST", "/api/v1/customers", &[("content-type", "application/json")], "{{{")
            .await
            .refused(401, "UNAUTHENTICATED");
        app.get("/no/such/path").await.refused(404, "NOT_FOUND");
        app.get("/ledgers").await.refused(404, "NOT_FOUND");
        app.call(&app.key, "DELETE", "/customers", &[], &Value::Null).await.refused(405, "METHOD_NOT_ALLOWED");
    });
}

#[test]
fn an_expired_key_no_longer_works() {
    TestApp::both(async |app| {
        let body = json!({"name": "short", "scopes": ["read"], "expires_on": "2026-01-16"});
        let key = app.post("/keys", body).await.json(201)["key"].as_str().expect("a key").to_owned();
        app.call(&key, "GET", "/customers", &[], &Value::Null).await.json(200);
        app.post("/test/clock", json!({"advance": "P2D"})).await.json(200);
        app.call(&key, "GET", "/customers", &[], &Value::Null).await.refused(401, "UNAUTHENTICATED");
    });
}

#[test]
fn each_call_needs_its_scope() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 1_000).await;
        let entry = app.get(&format!("/customers/{customer}/entries")).await.json(200)["data"][0]["id"].clone();
        let entry = entry.as_str().expect("an id");
        let prc = app.sandbox().await;
        let calls = [
            ("read", "GET", "/customers".to_owned()),
            ("read", "GET", format!("/orders/{order}/actions")),
            ("read", "GET", "/reports/ageing".to_owned()),
            ("read", "GET", "/settings".to_owned()),
            ("write", "POST", "/customers".to_owned()),
            ("write", "PATCH", format!("/customers/{customer}")),
            ("write", "POST", "/orders".to_owned()),
            ("write", "POST", format!("/orders/{order}/payment-requests")),
            ("write", "POST", format!("/customers/{customer}/links")),
            ("payments", "POST", "/payments".to_owned()),
            ("refunds", "POST", format!("/customers/{customer}/adjustments")),
            ("refunds", "POST", format!("/entries/{entry}/reverse")),
            ("settings", "POST", "/processors".to_owned()),
            ("settings", "POST", format!("/processors/{prc}/disable")),
            ("settings", "POST", "/users".to_owned()),
            ("settings", "POST", "/keys".to_owned()),
            ("settings", "POST", "/settings".to_owned()),
            ("settings", "POST", "/test/clock".to_owned()),
        ];
        for scope in ["read", "write", "payments", "refunds", "settings"] {
            let key = app.key_with(&[scope]).await;
            for (needed, method, path) in &calls {
                // A field that no call knows: whoever passes the scope is told so, and changes nothing.
                let body = if *method == "GET" { Value::Null } else { json!({"nothing_knows_this": 1}) };
                let answer = app.call(&key, method, path, &[], &body).await;
                if *needed != scope {
                    answer.refused(403, "NO_SCOPE");
                } else if *method == "GET" {
                    answer.json(200);
                } else {
                    answer.refused(400, "MALFORMED");
                }
            }
        }
        let writer = app.key_with(&["write"]).await;
        let credit = json!({"side": "credit", "amount": 100, "currency": "USD", "description": "Cash", "category": "payment"});
        let path = format!("/customers/{customer}/entries");
        app.call(&writer, "POST", &path, &[], &credit).await.refused(403, "NO_SCOPE");
        let issuer = app.key_with(&["settings"]).await;
        let more = json!({"name": "more", "scopes": ["settings", "refunds"]});
        app.call(&issuer, "POST", "/keys", &[], &more).await.refused(403, "NO_SCOPE");
    });
}

#[test]
fn another_business_is_as_if_it_were_not_there() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 1_000).await;
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201)["id"].clone();
        let entry = app.get(&format!("/customers/{customer}/entries")).await.json(200)["data"][0]["id"].clone();
        let payment =
            json!({"customer": customer, "amount": 100, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        let paid = app.post("/payments", payment.clone()).await.json(201)["id"].clone();
        let [link, entry, paid] = [&link, &entry, &paid].map(|id| id.as_str().expect("an id"));
        let (_, other) = app.other_business().await;
        for path in [
            format!("/customers/{customer}"),
            format!("/customers/{customer}/entries"),
            format!("/customers/{customer}/explain"),
            format!("/customers/{customer}/actions"),
            format!("/customers/{customer}/links"),
            format!("/orders/{order}"),
            format!("/orders/{order}/explain"),
            format!("/orders/{order}/actions"),
            format!("/links/{link}"),
            format!("/links/{link}/explain"),
            format!("/entries/{entry}"),
            format!("/payments/{paid}"),
            format!("/reports/statement?customer={customer}&from=2026-01-01&to=2026-01-31"),
        ] {
            app.call(&other, "GET", &path, &[], &Value::Null).await.refused(404, "NOT_FOUND");
        }
        for (path, body) in [
            (format!("/orders/{order}/cancel"), json!({})),
            (format!("/links/{link}/revoke"), json!({})),
            (format!("/entries/{entry}/reverse"), json!({"reason": "mine"})),
            (format!("/customers/{customer}/links"), json!({})),
            ("/payments".to_owned(), payment),
        ] {
            app.call(&other, "POST", &path, &[], &body).await.refused(404, "NOT_FOUND");
        }
        for list in ["/customers", "/orders", "/payments", "/mails", "/requests"] {
            let page = app.call(&other, "GET", list, &[], &Value::Null).await.json(200);
            assert_eq!(page["data"], json!([]), "{list}");
        }
        // What looks like an id of another noun, or like none, is the same.
        for id in
            ["cus_x", "ord_01h455vb4pex5vsknk084sn02q", "cus_01H455VB4PEX5VSKNK084SN02Q", "%00", "cus_01h455vb4pex5vsknk084sn02q"]
        {
            app.get(&format!("/customers/{id}")).await.refused(404, "NOT_FOUND");
        }
    });
}
