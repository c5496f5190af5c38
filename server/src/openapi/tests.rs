//! The description holds together and the page is made from it.

use askama::Template;
use utoipa::ToSchema;

use super::*;

/// One thing.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is used")]
struct Thing {
    /// What it is called.
    name: String,
    amount: Option<i64>,
}

/// Make a thing
#[utoipa::path(post, path = "/api/v1/things", tag = "things", request_body = Thing, responses((status = 201, description = "The thing", body = Thing)))]
#[allow(dead_code, reason = "only its description is used")]
fn make() {}

#[derive(OpenApi)]
#[openapi(paths(make), components(schemas(Thing)))]
struct Part;

fn described() -> Value {
    let mut all = parts();
    all.push(Part::openapi());
    assemble(all)
}

/// Every `$ref` in a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let value = described();
    assert_eq!(value["openapi"], "3.1.0");
    let mut found = Vec::new();
    references(&value, &mut found);
    assert!(found.len() > 10);
    for path in found {
        assert!(value.pointer(path.trim_start_matches('#')).is_some(), "{path}");
    }
}

#[test]
fn every_call_has_the_errors_and_a_write_its_key() {
    let value = described();
    let call = &value["paths"]["/api/v1/things"]["post"];
    for status in ["201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503"] {
        assert!(call["responses"][status].is_object(), "{status}");
    }
    assert_eq!(call["parameters"][0]["$ref"], "#/components/parameters/IdempotencyKey");
    assert!(value["paths"]["/healthz"]["get"]["responses"]["401"].is_null(), "what is open needs no key");
}

#[test]
fn the_described_error_is_the_error_that_is_sent() {
    let value = described();
    let described: Vec<&String> =
        value["components"]["schemas"]["Problem"]["properties"].as_object().expect("fields").keys().collect();
    assert_eq!(described, ["type", "title", "status", "code", "detail", "request_id", "errors"]);
    let required = &value["components"]["schemas"]["Problem"]["required"];
    assert_eq!(*required, json!(["type", "title", "status", "code", "detail", "request_id"]));
}

#[test]
fn the_page_shows_calls_shapes_and_codes() {
    let page = docs::Page::of(&described()).render().expect("renders");
    for part in [
        "/api/v1/things",
        "POST",
        "Make a thing",
        "id=\"NO_BALANCE\"",
        "href=\"#shape-Thing\"",
        "id=\"shape-Problem\"",
        "What it is called.",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("style=\""), "the page's policy allows neither");
}
