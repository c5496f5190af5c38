//! Bad input is answered with what is wrong and where, and leaves nothing behind.

use serde_json::{Value, json};

use crate::kit::TestApp;

fn line(change: Value) -> Value {
    let mut line = json!({"kind": "item", "description": "Oak table", "quantity": 1, "unit_amount": 100});
    for (name, value) in change.as_object().expect("an object") {
        line[name] = value.clone();
    }
    line
}

#[test]
fn each_wrong_value_is_named() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = |change: Value| json!({"customer": customer, "kind": "order", "currency": "USD", "state": "confirmed", "lines": [line(json!({})), line(change)]});
        let entry = |change: Value| {
            let mut entry = json!({"side": "charge", "amount": 100, "currency": "USD", "description": "Work"});
            for (name, value) in change.as_object().expect("an object") {
                entry[name] = value.clone();
            }
            entry
        };
        let pay = |method: Value| json!({"customer": customer, "amount": 100, "currency": "USD", "method": method});
        let entries = format!("/customers/{customer}/entries");
        let links = format!("/customers/{customer}/links");
        let long = "x".repeat(1_001);
        let cases = [
            ("/customers", json!({}), 422, "name"),
            ("/customers", json!({"name": ""}), 422, "name"),
            ("/customers", json!({"name": " "}), 422, "name"),
            ("/customers", json!({"name": 5}), 422, "name"),
            ("/customers", json!({"name": "x".repeat(201)}), 422, "name"),
            ("/customers", json!({"name": "A\u{7}"}), 422, "name"),
            ("/customers", json!({"name": "A", "email": "nobody"}), 422, "email"),
            ("/customers", json!({"name": "A", "address": long}), 422, "address"),
            ("/customers", json!({"name": "A", "balance": 5}), 400, "balance"),
            ("/customers", json!({"name": "A", "auto_pay": null}), 400, "auto_pay"),
            ("/orders", order(json!({"unit_amount": -1})), 422, "lines[1].unit_amount"),
            ("/orders", order(json!({"unit_amount": 1_000_000_000_000_000_i64})), 422, "lines[1].unit_amount"),
            ("/orders", order(json!({"unit_amount": 1.5})), 422, "lines[1].unit_amount"),
            ("/orders", order(json!({"unit_amount": "100"})), 422, "lines[1].unit_amount"),
            ("/orders", order(json!({"unit_amount": 1e300})), 422, "lines[1].unit_amount"),
            ("/orders", order(json!({"quantity": "1.00001"})), 422, "lines[1].quantity"),
            ("/orders", order(json!({"quantity": 0})), 422, "lines[1].quantity"),
            ("/orders", order(json!({"quantity": -1})), 422, "lines[1].quantity"),
            ("/orders", order(json!({"quantity": "1e3"})), 422, "lines[1].quantity"),
            ("/orders", order(json!({"quantity": 1.5})), 422, "lines[1].quantity"),
            ("/orders", order(json!({"tax_rate": 19})), 422, "lines[1].tax_rate"),
            ("/orders", order(json!({"tax_rate": "101"})), 422, "lines[1].tax_rate"),
            ("/orders", order(json!({"kind": "gift"})), 422, "lines[1].kind"),
            ("/orders", order(json!({"kind": "discount"})), 422, "lines[1].unit_amount"),
            ("/orders", order(json!({"description": ""})), 422, "lines[1].description"),
            ("/orders", order(json!({"description": long})), 422, "lines[1].description"),
            ("/orders", order(json!({"description": "a\u{1}b"})), 422, "lines[1].description"),
            ("/orders", order(json!({"unit": "x".repeat(41)})), 422, "lines[1].unit"),
            ("/orders", order(json!({"color": "red"})), 400, "lines[1].color"),
            ("/orders", json!({"customer": customer, "currency": "USD", "lines": []}), 422, "lines"),
            ("/orders", json!({"customer": customer, "currency": "usd", "lines": [line(json!({}))]}), 422, "currency"),
            ("/orders", json!({"customer": customer, "currency": "XXX", "lines": [line(json!({}))]}), 422, "currency"),
            ("/orders", json!({"customer": customer, "currency": "USD", "lines": {"0": 1}}), 422, "lines"),
            ("/orders", json!({"customer": "cus_1", "currency": "USD", "lines": [line(json!({}))]}), 422, "customer"),
            (
                "/orders",
                json!({"customer": customer, "currency": "USD", "state": "approved", "lines": [line(json!({}))]}),
                422,
                "state",
            ),
            (entries.as_str(), entry(json!({"amount": 0})), 422, "amount"),
            (entries.as_str(), entry(json!({"amount": -5})), 422, "amount"),
            (entries.as_str(), entry(json!({"amount": 1_000_000_000_000_000_i64})), 422, "amount"),
            (entries.as_str(), entry(json!({"amount": null})), 422, "amount"),
            (entries.as_str(), entry(json!({"side": "debit"})), 422, "side"),
            (entries.as_str(), entry(json!({"description": " "})), 422, "description"),
            (entries.as_str(), entry(json!({"effective_on": "2026-02-30"})), 422, "effective_on"),
            (entries.as_str(), entry(json!({"effective_on": "20260115"})), 422, "effective_on"),
            (entries.as_str(), entry(json!({"note": "x".repeat(10_001)})), 422, "note"),
            (entries.as_str(), entry(json!({"method": "check"})), 422, "method"),
            (entries.as_str(), entry(json!({"side": "credit", "due_on": "2026-02-01"})), 422, "due_on"),
            ("/payments", pay(json!({"type": "gold"})), 422, "method"),
            ("/payments", pay(json!({"type": "external", "kind": "gold"})), 422, "method"),
            ("/payments", pay(json!({"type": "external"})), 422, "method.kind"),
            ("/payments", pay(json!({"type": "external", "kind": "cash", "card": "4242"})), 400, "method.card"),
            ("/payments", pay(json!("cash")), 422, "method"),
            (links.as_str(), json!({"policy": "minimum"}), 422, "minimum_amount"),
            (links.as_str(), json!({"policy": "steps", "steps": [100, 0]}), 422, "steps[1]"),
            (links.as_str(), json!({"policy": "some"}), 422, "policy"),
            (links.as_str(), json!({"expires_on": "2026-01-14"}), 422, "expires_on"),
            ("/processors", json!({"kind": "abacus"}), 422, "kind"),
            ("/processors", json!({"kind": "sandbox", "settings": {"secret_key": "x"}}), 422, "settings.secret_key"),
            (
                "/users",
                json!({"email": "a@b.example", "name": "A", "role": "king", "password": "long enough, this"}),
                422,
                "role",
            ),
            ("/keys", json!({"name": "A", "scopes": ["all"]}), 422, "scopes"),
            ("/keys", json!({"name": "A", "scopes": []}), 422, "scopes"),
            ("/settings", json!({"color": "red"}), 422, "color"),
            ("/settings", json!({"locked_through": "2026-01-15"}), 422, "locked_through"),
            ("/settings", json!({"link_days": 0}), 422, "link_days"),
            ("/settings", json!({"currency": "EUR"}), 400, "currency"),
            ("/test/clock", json!({"advance": "31 days"}), 422, "advance"),
            ("/test/clock", json!({"advance": "-P1D"}), 422, "advance"),
            ("/test/clock", json!({"advance": "P11Y"}), 422, "advance"),
        ];
        for (path, body, status, field) in cases {
            let code = if status == 400 { "MALFORMED" } else { "INVALID" };
            let answer = app.post_once("never used", path, body.clone()).await;
            let said = answer.wrong_field(status, code);
            assert!(said == field || said.strip_prefix(field).is_some_and(|rest| rest.starts_with('.')), "{path} {body}: {said}");
        }
        assert_eq!(app.all("/orders?limit=200").await.len(), 0);
        assert_eq!(app.all(&format!("{entries}?limit=200")).await.len(), 0);
        assert_eq!(app.all("/customers?limit=200").await.len(), 1);
    });
}

#[test]
fn bodies_and_queries_that_cannot_be_read_are_400() {
    TestApp::both(async |app| {
        let bearer = format!("Bearer {}", app.key);
        let json_type = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let bodies: [(&[u8], &str); 7] = [
            (b"{", ""),
            (b"[]", ""),
            (b"{\"name\":\"A\"} {}", ""),
            (b"{\"name\":\"A\",\"name\":\"B\"}", "name"),
            (b"{\"name\":\"A\\u0000\"}", "name"),
            (b"{\"name\":\"\xff\"}", ""),
            (b"{\"name\":\"A\",\"phone\":{\"phone\":1,\"phone\":2}}", "phone.phone"),
        ];
        for (body, field) in bodies {
            let answer = app.send("POST", "/api/v1/customers", &json_type, body).await;
            assert_eq!(answer.wrong_field(400, "MALFORMED"), field, "{}", String::from_utf8_lossy(body));
        }
        let text = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
        app.send("POST", "/api/v1/customers", &text, "{}").await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
        let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(1 << 20));
        app.send("POST", "/api/v1/customers", &json_type, huge).await.refused(413, "TOO_LARGE");
        let large = json!({"name": "A", "address": "x".repeat((1 << 20) - 100)});
        app.post("/customers", large).await.refused(422, "INVALID");
        let lines: Vec<Value> =
            (0..1_001).map(|_| json!({"kind": "item", "description": "x", "quantity": 1, "unit_amount": 1})).collect();
        let customer = app.customer("Fern & Field").await;
        let order = json!({"customer": customer, "currency": "USD", "lines": lines});
        assert_eq!(app.post("/orders", order).await.wrong_field(422, "INVALID"), "lines");

        for (path, status, code) in [
            ("/customers?what=1", 400, "MALFORMED"),
            ("/customers?limit=10&limit=20", 400, "MALFORMED"),
            ("/customers?q=%00", 400, "MALFORMED"),
            ("/customers?q=%ff", 400, "MALFORMED"),
            ("/customers?limit=0", 422, "INVALID"),
            ("/customers?limit=201", 422, "INVALID"),
            ("/customers?limit=x", 422, "INVALID"),
            ("/customers?sort=owed", 422, "INVALID"),
            ("/customers?owes=maybe", 422, "INVALID"),
            ("/customers?currency=usd", 422, "INVALID"),
            ("/orders?state=open", 422, "INVALID"),
            ("/orders?from=2026-13-01", 422, "INVALID"),
            ("/orders?customer=cus_1", 422, "INVALID"),
            ("/payments?cursor=abc", 400, "BAD_CURSOR"),
            ("/customers?cursor=!!", 400, "BAD_CURSOR"),
            ("/customers?cursor=", 400, "BAD_CURSOR"),
            ("/reports/ageing?as_of=2026-01-16", 422, "INVALID"),
        ] {
            app.get(path).await.refused(status, code);
        }
        let customer = app.customer("Moss").await;
        for path in ["", "/entries", "/links", "/actions", "/explain"] {
            app.get(&format!("/customers/{customer}{path}?junk=1")).await.refused(400, "MALFORMED");
        }
        let query = app.post("/customers?x=1", json!({"name": "A"})).await;
        query.refused(400, "MALFORMED");
        for key in ["", &"k".repeat(256)] {
            app.post_once(key, "/customers", json!({"name": "A"})).await.refused(400, "MALFORMED");
        }
        app.post_once(&"k".repeat(255), "/customers", json!({"name": "A"})).await.json(201);
    });
}

#[test]
fn what_is_whole_is_taken_however_it_is_written() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let lines = json!([
            {"kind": "item", "description": "Oak", "quantity": "2.5", "unit": "m²", "unit_amount": 100.0, "tax_rate": "7.7"},
            {"kind": "discount", "description": "Less", "quantity": 3.0, "unit_amount": -10},
            {"kind": "service", "description": "Gift wrap 🎁", "quantity": 1, "unit_amount": 119, "tax_rate": "19", "tax_included": true},
        ]);
        let order = app
            .post("/orders", json!({"customer": customer, "currency": "USD", "lines": lines, "state": "draft"}))
            .await
            .json(201);
        assert_eq!(
            (&order["number"], &order["amount_due"], &order["payment_state"]),
            (&Value::Null, &json!(0), &json!("unpaid"))
        );
        assert_eq!((&order["state"], &order["total"]), (&json!("draft"), &json!(269 - 30 + 119)));
        assert_eq!(order["taxes"], json!([{"rate": "7.7", "net": 250, "tax": 19}, {"rate": "19", "net": 100, "tax": 19}]));
        let line = &order["lines"][2];
        assert_eq!((&line["net"], &line["tax"], &line["gross"]), (&json!(100), &json!(19), &json!(119)));
        let yen = json!([{"kind": "item", "description": "Tea", "quantity": "0.3333", "unit_amount": 1000}]);
        let yen = app.post("/orders", json!({"customer": customer, "currency": "JPY", "lines": yen, "state": "confirmed"})).await;
        assert_eq!(yen.json(201)["total"], 333);
        let balances = app.get(&format!("/customers/{customer}")).await.json(200)["balances"].clone();
        assert_eq!(balances.as_array().map(Vec::len), Some(2));
        assert_eq!(balances[0], json!({"currency": "JPY", "balance": -333, "amount_owed": 333, "credit_available": 0}));
    });
}
