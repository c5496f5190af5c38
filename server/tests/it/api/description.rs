//! The description is true: every call that it names exists, asks for a key, and answers in the shape that it gives.

use serde_json::{Value, json};

use crate::kit::TestApp;

#[test]
fn every_described_call_exists_and_asks_for_a_key() {
    TestApp::both(async |app| {
        let description = app.send("GET", "/api/v1/openapi.json", &[], "").await.json(200);
        let paths = description["paths"].as_object().expect("paths");
        assert!(paths.len() > 45, "{}", paths.len());
        for (path, item) in paths.iter().filter(|(path, _)| path.starts_with("/api/v1/")) {
            let real = path.replace("{id}", "cus_01h455vb4pex5vsknk084sn02q").replace("{charge}", "sbx_1");
            let short = real.strip_prefix("/api/v1").expect("checked above");
            // A path that exists refuses an unknown method; one that does not is not found.
            app.call(&app.key, "BREW", short, &[], &Value::Null).await.refused(405, "METHOD_NOT_ALLOWED");
            for method in item.as_object().expect("methods").keys() {
                app.send(&method.to_uppercase(), &real, &[], "").await.refused(401, "UNAUTHENTICATED");
                let answer = app.call(&app.key, &method.to_uppercase(), short, &[], &Value::Null).await;
                assert_ne!(answer.status.as_u16(), 405, "{method} {path}");
                assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.text);
                let junk = format!("{short}?nothing_knows_this=1");
                let answer = app.call(&app.key, &method.to_uppercase(), &junk, &[], &Value::Null).await;
                // Where the id is of another noun, that may be said first.
                let wanted: &[u16] = if path.contains("{id}") { &[400, 404] } else { &[400] };
                assert!(wanted.contains(&answer.status.as_u16()), "{method} {junk}: {}", answer.text);
            }
        }
    });
}

/// Checks a value against a shape of the description: required members, no others, and kinds of values.
fn fits(description: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(path) = schema["$ref"].as_str() {
        let schema = description.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("{path}"));
        return fits(description, schema, value, at);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let some = choices.iter().find(|one| (one["type"] == "null") == value.is_null());
            return fits(description, some.unwrap_or_else(|| panic!("{at}: {value}")), value, at);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = json!({"type": "object", "properties": {}, "required": []});
        for part in parts {
            let part = part["$ref"].as_str().and_then(|path| description.pointer(path.trim_start_matches('#'))).unwrap_or(part);
            for (name, property) in part["properties"].as_object().into_iter().flatten() {
                whole["properties"][name] = property.clone();
            }
            let required = part["required"].as_array().cloned().unwrap_or_default();
            whole["required"].as_array_mut().expect("a list").extend(required);
        }
        return fits(description, &whole, value, at);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at}: {value} is not {kinds:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value} is not one of {words:?}");
    }
    if let (Value::Array(items), true) = (value, schema["items"].is_object()) {
        items.iter().enumerate().for_each(|(place, item)| fits(description, &schema["items"], item, &format!("{at}[{place}]")));
    }
    if let (Value::Object(members), Some(properties)) = (value, schema["properties"].as_object()) {
        for (name, member) in members {
            let property = properties.get(name).unwrap_or_else(|| panic!("{at}.{name} is not described"));
            fits(description, property, member, &format!("{at}.{name}"));
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(members.contains_key(name), "{at}.{name} is described as always there");
        }
    }
}

#[test]
fn answers_have_the_shapes_that_are_described() {
    TestApp::both(async |app| {
        let description = app.send("GET", "/api/v1/openapi.json", &[], "").await.json(200);
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let stools = json!([{"kind": "item", "description": "Stool", "quantity": "1.5", "unit": "piece", "unit_amount": 100, "tax_rate": "7.7"}]);
        app.post(&format!("/orders/{order}/amendments"), json!({"reason": "items_added", "lines": stools})).await.json(201);
        let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        app.pay_by_link(request["url"].as_str().expect("a URL"), "4242424242424242").await;
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        let [request, link] = [&request, &link].map(|made| made["id"].as_str().expect("an id"));
        let payment = app.get("/payments").await.json(200)["data"][0]["id"].as_str().expect("an id").to_owned();
        let entry = app.get(&format!("/customers/{customer}/entries")).await.json(200)["data"][0]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let mail = app.get("/mails").await.json(200)["data"][0]["id"].as_str().expect("an id").to_owned();
        let event = app.get("/events").await.json(200)["data"][0]["id"].as_str().expect("an id").to_owned();
        let back = json!({"amount": 100, "reason": "Scratched"});
        let made = app.post(&format!("/payments/{payment}/refunds"), back).await.json(201);
        let refund = made["id"].as_str().expect("an id").to_owned();
        app.post("/settings", json!({"limits": {"key": {"refund": 1}}})).await.json(200);
        let ask = json!({"amount": 100, "reason": "Scratched", "request_approval": true});
        let held = app.post(&format!("/payments/{payment}/refunds"), ask).await.json(202);
        let approval = held["approval"]["id"].as_str().expect("an id").to_owned();
        let token = json!({"processor": prc, "token": "tok_4242424242424242"});
        app.post(&format!("/customers/{customer}/methods"), token).await.json(201);
        let calls = [
            ("/customers", String::new()),
            ("/customers/{id}", customer.clone()),
            ("/customers/{id}/entries", customer.clone()),
            ("/customers/{id}/explain", customer.clone()),
            ("/customers/{id}/links", customer.clone()),
            ("/customers/{id}/actions", customer.clone()),
            ("/entries/{id}", entry),
            ("/links/{id}", link.to_owned()),
            ("/links/{id}/explain", link.to_owned()),
            ("/orders", String::new()),
            ("/orders/{id}", order.clone()),
            ("/orders/{id}/explain", order.clone()),
            ("/orders/{id}/actions", order),
            ("/requests", String::new()),
            ("/requests/{id}", request.to_owned()),
            ("/payments", String::new()),
            ("/payments/{id}", payment.clone()),
            ("/payments/{id}/actions", payment.clone()),
            ("/refunds", String::new()),
            ("/refunds/{id}", refund),
            ("/approvals", String::new()),
            ("/approvals/{id}", approval),
            ("/customers/{id}/methods", customer.clone()),
            ("/mails", String::new()),
            ("/mails/{id}", mail),
            ("/events", String::new()),
            ("/events/{id}", event),
            ("/reports/ageing", String::new()),
            ("/reports/summary", String::new()),
            ("/processors", String::new()),
            ("/processors/{id}", prc.clone()),
            ("/processors/{id}/sandbox/charges", prc),
            ("/users", String::new()),
            ("/keys", String::new()),
            ("/settings", String::new()),
        ];
        for (path, id) in calls {
            let answer = app.get(&path.replace("{id}", &id)).await.json(200);
            let call = &description["paths"][format!("/api/v1{path}")]["get"];
            fits(&description, &call["responses"]["200"]["content"]["application/json"]["schema"], &answer, path);
        }
        let statement = app.get(&format!("/reports/statement?customer={customer}&from=2026-01-01&to=2026-01-31")).await.json(200);
        let call = &description["paths"]["/api/v1/reports/statement"]["get"];
        fits(&description, &call["responses"]["200"]["content"]["application/json"]["schema"], &statement, "statement");
    });
}
