//! The description of the API: OpenAPI 3.1 at `/api/v1/openapi.json`, and a page made from it at `/api/v1/docs`.
//!
//! Invariants: one description, put together once when the process starts from the parts beside the handlers; what is
//! true of every call (errors, the key, the idempotency key) is added here, so that no part can forget it. Left out:
//! trying calls from the page.

use std::sync::Arc;

use axum::extract::Extension;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, body::Bytes};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use utoipa::OpenApi;

use crate::app::App;
use crate::respond;

pub mod codes;
mod docs;
pub mod schema;

/// The path of every call of the API begins with this.
pub const BASE: &str = "/api/v1";
const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Owed",
        description = "Balances owed: customers, orders, invoices, payments. Amounts are whole minor units beside an ISO 4217 currency. A repeated write with the same Idempotency-Key happens once.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(schema::Problem, schema::FieldProblem))
)]
struct Frame;

/// The descriptions written beside the handlers, in the order of the page.
pub fn parts() -> Vec<utoipa::openapi::OpenApi> {
    let mut parts = crate::api::descriptions();
    parts.push(crate::system::Description::openapi());
    parts
}

/// The finished description, as it is sent.
pub struct Description {
    json: Bytes,
    tag: HeaderValue,
    page: docs::Page,
}

impl Description {
    pub fn new(parts: Vec<utoipa::openapi::OpenApi>) -> Description {
        let value = assemble(parts);
        let json = Bytes::from(value.to_string());
        let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&json)[..16]));
        let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits in quotes");
        Description { page: docs::Page::of(&value), json, tag }
    }
}

/// The description itself, open to everybody.
pub fn document() -> Router<Arc<App>> {
    Router::new().route("/api/v1/openapi.json", get(send))
}

/// The page, open to everybody.
pub fn page() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/docs", get(async |Extension(d): Extension<Arc<Description>>| respond::page(StatusCode::OK, &d.page)))
}

async fn send(Extension(description): Extension<Arc<Description>>, headers: HeaderMap) -> Response {
    let known = headers.get(header::IF_NONE_MATCH) == Some(&description.tag);
    let tag = [(header::ETAG, description.tag.clone())];
    if known {
        return (StatusCode::NOT_MODIFIED, tag).into_response();
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (kind, tag, description.json.clone()).into_response()
}

/// Puts the parts together and adds what is true of every call.
fn assemble(parts: Vec<utoipa::openapi::OpenApi>) -> Value {
    let mut whole = Frame::openapi();
    whole.info.version = crate::build::VERSION.to_owned();
    for part in parts {
        whole.merge(part);
    }
    let mut value = serde_json::to_value(&whole).expect("a description is plain data");
    value["security"] = json!([{"key": []}]);
    value["components"]["securitySchemes"] = json!({"key": {"type": "http", "scheme": "bearer", "bearerFormat": "owed_…"}});
    value["components"]["responses"] = problem_responses();
    value["components"]["parameters"] = json!({"IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "The same key with the same request happens once; the answer is repeated.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255}
    }});
    let Some(Value::Object(paths)) = value.get_mut("paths") else { return value };
    for (path, item) in paths.iter_mut().filter(|(path, _)| path.starts_with(BASE)) {
        for method in METHODS {
            if let Some(Value::Object(operation)) = item.get_mut(method) {
                complete(operation, method, path);
            }
        }
    }
    value
}

/// The statuses every call may answer with, each described once.
const PROBLEMS: [(&str, &str, bool); 12] = [
    ("400", "Malformed: not JSON, an unknown or doubled name, a cursor of another list.", false),
    ("401", "No API key, or none that works.", false),
    ("403", "The key lacks the scope or the right.", false),
    ("404", "No such record, or one of another business.", false),
    ("405", "This address does not take that method.", false),
    ("409", "Refused as things stand; the code says why.", true),
    ("413", "The body is longer than 1 MiB.", true),
    ("415", "The body is not JSON in UTF-8.", true),
    ("422", "Values that cannot be taken; `errors` names the fields.", false),
    ("429", "Too many tries; Retry-After says when.", false),
    ("500", "Our fault; the request id names it in the log. Nothing is half done.", false),
    ("503", "Busy; Retry-After says when. Repeat with the same key.", false),
];

fn problem_responses() -> Value {
    let mut responses = Map::new();
    for (status, description, _) in PROBLEMS {
        let schema = json!({"$ref": "#/components/schemas/Problem"});
        responses.insert(
            format!("Problem{status}"),
            json!({"description": description, "content": {respond::PROBLEM_JSON: {"schema": schema}}}),
        );
    }
    Value::Object(responses)
}

/// Adds to one call the errors that any call may answer with, and to a write its idempotency key.
fn complete(operation: &mut Map<String, Value>, method: &str, path: &str) {
    let write = method != "get";
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (status, _, writes_only) in PROBLEMS {
        if (write || !writes_only) && responses.get(status).is_none() {
            responses[status] = json!({"$ref": format!("#/components/responses/Problem{status}")});
        }
    }
    if write && let Some(parameters) = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut() {
        parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
    }
    if !operation.contains_key("operationId") {
        operation.insert("operationId".to_owned(), format!("{method}{}", path.replace(['/', '{', '}', '.', '-'], "_")).into());
    }
}

#[cfg(test)]
mod tests;
