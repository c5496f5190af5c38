//! Errors as programs and people see them.

use axum::Router;
use axum::routing::{get, post};
use engine::error::Refusal;
use tower::ServiceExt;

use super::*;

async fn nothing() -> Problem {
    Problem::not_found()
}

async fn refused() -> Result<(), Problem> {
    let mut facts = Map::new();
    facts.insert("refundable".to_owned(), json!(250));
    facts.insert("status".to_owned(), json!(200));
    let refusal = Refusal {
        code: "NOTHING_REFUNDABLE",
        detail: "At most 2.50 USD can be refunded.".into(),
        field: Some("amount"),
        facts: Box::new(facts),
    };
    Err(Error::Refused(refusal))?
}

async fn fault() -> Result<(), Problem> {
    Err(Error::Fault("disk /dev/sdb is gone, password=hunter2".into()))?
}

async fn panics() -> &'static str {
    panic!("the secret is hunter2")
}

fn app(reader: Reader) -> Router {
    Router::new()
        .route("/nothing", get(nothing))
        .route("/refused", post(refused))
        .route("/fault", get(fault))
        .route("/panics", get(panics))
        .route("/busy", get(|| async { Problem::from(Error::Busy { retry_after_s: 7 }) }))
        .route("/progress", get(|| async { Problem::from(Error::InProgress) }))
        .route("/own", get(|| async { (StatusCode::CONFLICT, Html("<p>mine</p>")) }))
        .layer(axum::middleware::from_fn(catch_panic))
        .layer(axum::middleware::from_fn_with_state(reader, render))
}

async fn ask(reader: Reader, method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
    let mut request = axum::http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = app(reader).oneshot(request).await.expect("routers do not fail");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a short body");
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).expect("text"))
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn a_refusal_carries_code_field_and_facts() {
    let (status, headers, body) = ask(Reader::Program, "POST", "/refused", &[]).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(headers[header::CONTENT_TYPE], PROBLEM_JSON);
    let body = parsed(&body);
    assert_eq!(body["code"], "NOTHING_REFUNDABLE");
    assert_eq!(body["status"], 409, "a fact never replaces a standard member");
    assert_eq!(body["refundable"], 250);
    assert_eq!(body["type"], "/api/v1/docs#NOTHING_REFUNDABLE");
    assert_eq!(body["errors"][0]["field"], "amount");
    assert!(body["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert!(body["title"].is_string() && body["detail"].is_string());
}

#[tokio::test]
async fn what_happened_inside_stays_inside() {
    for path in ["/fault", "/panics"] {
        for reader in [Reader::Program, Reader::Person] {
            let (status, _, body) = ask(reader, "GET", path, &[]).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(!body.contains("hunter2") && !body.contains("sdb") && !body.contains("panicked"), "{body}");
        }
    }
}

#[tokio::test]
async fn the_routers_own_answers_are_problems_too() {
    let (status, headers, body) = ask(Reader::Program, "DELETE", "/nothing", &[]).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(headers[header::ALLOW], "GET,HEAD");
    assert_eq!(parsed(&body)["code"], "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn busy_and_in_progress_say_when_to_ask_again() {
    for (path, status, seconds) in [("/busy", 503, "7"), ("/progress", 409, "1")] {
        let (got, headers, _) = ask(Reader::Program, "GET", path, &[]).await;
        assert_eq!((got.as_u16(), headers[header::RETRY_AFTER].to_str().expect("ascii")), (status, seconds));
    }
}

#[tokio::test]
async fn people_get_a_page_and_htmx_a_fragment() {
    let (_, headers, page) = ask(Reader::Person, "GET", "/nothing", &[]).await;
    assert!(headers[header::CONTENT_TYPE].to_str().expect("ascii").starts_with("text/html"));
    assert!(page.contains("<!doctype html>") && page.contains("Not found"));
    let (_, _, fragment) = ask(Reader::Person, "GET", "/nothing", &[("hx-request", "true")]).await;
    assert!(fragment.contains("role=\"alert\"") && !fragment.contains("<html"));
    let (_, _, guess) = ask(Reader::Unknown, "GET", "/nothing", &[("accept", "text/html,*/*")]).await;
    assert!(guess.contains("<!doctype html>"));
    assert_eq!(parsed(&ask(Reader::Unknown, "GET", "/nothing", &[]).await.2)["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_handlers_own_error_page_is_left_alone() {
    let (status, _, body) = ask(Reader::Person, "GET", "/own", &[]).await;
    assert_eq!((status, body.as_str()), (StatusCode::CONFLICT, "<p>mine</p>"));
}

#[test]
fn every_error_of_the_engine_has_its_status() {
    let refusal = |code| Error::Refused(Refusal { code, detail: String::new(), field: None, facts: Box::default() });
    for (error, status, code) in [
        (refusal("NO_BALANCE"), 409, "NO_BALANCE"),
        (refusal("CARD_DECLINED"), 402, "CARD_DECLINED"),
        (refusal("NO_RIGHT"), 403, "NO_RIGHT"),
        (refusal("BAD_CURSOR"), 400, "BAD_CURSOR"),
        (Error::Invalid(vec![]), 422, "INVALID"),
        (Error::NotFound, 404, "NOT_FOUND"),
        (Error::Forbidden { code: "NO_SCOPE" }, 403, "NO_SCOPE"),
        (Error::IdempotencyMismatch, 422, "IDEMPOTENCY_MISMATCH"),
        (Error::InProgress, 409, "IN_PROGRESS"),
        (Error::Busy { retry_after_s: 1 }, 503, "BUSY"),
        (Error::NoSpace, 503, "NO_SPACE"),
        (Error::Broken { constraint: "open_not_negative".into() }, 500, "FAULT"),
        (Error::Fault("x".into()), 500, "FAULT"),
    ] {
        let problem = Problem::from(error);
        assert_eq!((problem.status.as_u16(), problem.code.as_ref()), (status, code));
    }
}
