//! Bodies and queries as programs send them, good and bad.

use axum::Router;
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;
use tower::ServiceExt;

use super::*;
use crate::respond::{Reader, render};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sale {
    amount: i64,
    currency: books::money::Currency,
    note: Option<String>,
    #[serde(default)]
    lines: Vec<Line>,
    kind: Option<Kind>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    quantity: u32,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Cash,
    Check,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<u32>,
    owes: Option<bool>,
    kind: Option<Kind>,
    q: Option<String>,
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, (u16, String, String)> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parse_body(&headers, text.as_bytes()).and_then(|value| from_value(value, Place::Body)).map_err(brief)
}

fn brief(problem: Problem) -> (u16, String, String) {
    let first = problem.errors.first();
    let field = first.map(|e| e.field.to_string()).unwrap_or_default();
    let code = first.map_or_else(|| problem.code.to_string(), |e| e.code.to_string());
    (problem.status.as_u16(), field, code)
}

#[test]
fn a_good_body_is_read() {
    let sale: Sale =
        read(r#"{"amount": 355, "currency": "USD", "note": null, "lines": [{"quantity": 2}], "kind": "check"}"#).expect("good");
    assert_eq!((sale.amount, sale.lines[0].quantity, sale.kind), (355, 2, Some(Kind::Check)));
}

#[test]
fn whole_numbers_may_be_written_as_floats() {
    for (text, amount) in [("3.0", 3), ("3e2", 300), ("-0.0", 0), ("999999999999999.0", 999_999_999_999_999), ("-7", -7)] {
        let sale: Sale = read(&format!(r#"{{"amount": {text}, "currency": "USD"}}"#)).expect(text);
        assert_eq!(sale.amount, amount, "{text}");
    }
}

#[test]
fn what_cannot_be_understood_is_400_and_names_the_place() {
    for (body, field, code) in [
        ("{", "", "SYNTAX"),
        ("{} {}", "", "SYNTAX"),
        (r#"{"amount": NaN}"#, "", "SYNTAX"),
        (r#"{"amount": 1e400}"#, "", "SYNTAX"),
        (r#"{"amount": 01}"#, "", "SYNTAX"),
        (r#"{"note": "\ud800"}"#, "", "SYNTAX"),
        (r#"{"a": 1, "a": 1}"#, "a", "DUPLICATE_KEY"),
        (r#"{"lines": [{"quantity": 1, "quantity": 2}]}"#, "lines[0].quantity", "DUPLICATE_KEY"),
        (r#"{"note": "a\u0000b"}"#, "note", "NUL"),
        (r#"{"amount": 1, "currency": "USD", "colour": "red"}"#, "colour", "UNKNOWN_FIELD"),
        (r#"{"amount": 1, "currency": "USD", "lines": [{"quantity": 1}, {"size": 1}]}"#, "lines[1].size", "UNKNOWN_FIELD"),
        ("[]", "", "MALFORMED"),
        ("null", "", "MALFORMED"),
    ] {
        assert_eq!(read::<Sale>(body), Err((400, field.to_owned(), code.to_owned())), "{body}");
    }
    let deep = format!("{}{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    assert_eq!(read::<Sale>(&deep).map_err(|(status, ..)| status), Err(400));
}

#[test]
fn what_is_no_value_of_its_field_is_422_and_names_it() {
    for (body, field, code) in [
        (r#"{"amount": 3.5, "currency": "USD"}"#, "amount", "WRONG_TYPE"),
        (r#"{"amount": "3", "currency": "USD"}"#, "amount", "WRONG_TYPE"),
        (r#"{"amount": null, "currency": "USD"}"#, "amount", "WRONG_TYPE"),
        (r#"{"amount": 18446744073709551615, "currency": "USD"}"#, "amount", "OUT_OF_RANGE"),
        (r#"{"amount": 9007199254740993.0e3, "currency": "USD"}"#, "amount", "WRONG_TYPE"),
        (r#"{"currency": "USD"}"#, "amount", "REQUIRED"),
        (r#"{"amount": 1, "currency": "usd"}"#, "currency", "INVALID"),
        (r#"{"amount": 1, "currency": "USD", "kind": "barter"}"#, "kind", "UNKNOWN_VALUE"),
        (r#"{"amount": 1, "currency": "USD", "lines": [{"quantity": -3}]}"#, "lines[0].quantity", "OUT_OF_RANGE"),
        (r#"{"amount": 1, "currency": "USD", "lines": [{}]}"#, "lines[0].quantity", "REQUIRED"),
        (r#"{"amount": 1, "currency": "USD", "lines": {}}"#, "lines", "WRONG_TYPE"),
    ] {
        assert_eq!(read::<Sale>(body), Err((422, field.to_owned(), code.to_owned())), "{body}");
    }
}

#[test]
fn sentences_are_for_people() {
    let detail = |body: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let value = parse_body(&headers, body.as_bytes()).expect("JSON");
        from_value::<Sale>(value, Place::Body).expect_err(body).errors[0].detail.to_string()
    };
    assert_eq!(detail(r#"{"amount": "x", "currency": "USD"}"#), "Expected a whole number.");
    assert_eq!(detail(r#"{"amount": 1, "currency": "??"}"#), "Not an upper-case ISO 4217 currency code.");
    assert_eq!(detail(r#"{"amount": 1, "currency": "USD", "lines": 3}"#), "Expected a list.");
    assert!(detail(r#"{"amount": 1, "currency": "USD", "kind": "x"}"#).contains("Expected `cash` or `check`."));
}

#[test]
fn content_types() {
    for (kind, good) in [
        ("application/json", true),
        ("application/json; charset=UTF-8", true),
        ("application/vnd.owed+json", true),
        ("application/json; charset=latin1", false),
        ("text/plain", false),
        ("application/x-www-form-urlencoded", false),
        ("", false),
    ] {
        assert_eq!(is_json(Some(&HeaderValue::from_str(kind).expect("a header value"))), good, "{kind}");
    }
    assert!(!is_json(None));
    assert_eq!(parse_body(&HeaderMap::new(), b"").expect("no body is an empty object"), json!({}));
    assert_eq!(parse_body(&HeaderMap::new(), b"{}").expect_err("no type").status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[test]
fn the_digest_is_of_the_meaning_not_the_spelling() {
    let hash = |method: &str, path: &str, text: &str| request_hash(method, path, &value::parse(text).expect("JSON"));
    let first = hash("POST", "/api/v1/orders", r#"{"a": 1, "b": {"c": [1, 2], "d": "é"}}"#);
    assert_eq!(first, hash("POST", "/api/v1/orders", r#"{"b":{"d":"\u00e9","c":[1.0,2e0]},"a":1}"#));
    for other in [
        hash("PUT", "/api/v1/orders", r#"{"a": 1, "b": {"c": [1, 2], "d": "é"}}"#),
        hash("POST", "/api/v1/order", r#"{"a": 1, "b": {"c": [1, 2], "d": "é"}}"#),
        hash("POST", "/api/v1/orders", r#"{"a": 1, "b": {"c": [2, 1], "d": "é"}}"#),
        hash("POST", "/api/v1/orders", r#"{"a": "1", "b": {"c": [1, 2], "d": "é"}}"#),
    ] {
        assert_ne!(first, other);
    }
}

#[test]
fn queries() {
    let query = |text: &str| parse_query::<Page>(text).map_err(brief);
    let all = query("limit=50&owes=true&kind=cash&q=J%C3%BCrgen+%26+Co").expect("good");
    assert_eq!(all, Page { limit: Some(50), owes: Some(true), kind: Some(Kind::Cash), q: Some("Jürgen & Co".to_owned()) });
    assert_eq!(query(""), Ok(Page { limit: None, owes: None, kind: None, q: None }));
    for (text, status, field, code) in [
        ("colour=red", 400, "colour", "UNKNOWN_QUERY"),
        ("limit=1&limit=2", 400, "limit", "DUPLICATE_KEY"),
        ("q=%00", 400, "", "MALFORMED"),
        ("q=%ff", 400, "", "MALFORMED"),
        ("limit=many", 422, "limit", "INVALID"),
        ("limit=-1", 422, "limit", "INVALID"),
        ("owes=yes", 422, "owes", "INVALID"),
        ("kind=barter", 422, "kind", "UNKNOWN_VALUE"),
    ] {
        assert_eq!(query(text), Err((status, field.to_owned(), code.to_owned())), "{text}");
    }
}

fn app() -> Router {
    async fn take(body: StrictJson<Sale>) -> String {
        format!("{} {}", body.value.amount, hex::encode(&body.request_hash[..4]))
    }
    async fn keyed(IdempotencyKey(key): IdempotencyKey) -> String {
        format!("{key:?}")
    }
    async fn one(Id(id): Id<books::ids::InvoiceId>, StrictQuery(Nothing {}): StrictQuery<Nothing>) -> Response {
        replayed(id.to_string().into_response())
    }
    let routes = Router::new().route("/sales", post(take)).route("/keyed", post(keyed)).route("/invoices/{id}/issue", post(one));
    Router::new().nest("/api/v1", routes).layer(axum::middleware::from_fn_with_state(Reader::Program, render))
}

async fn send(path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (u16, String) {
    let mut request = axum::http::Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app().oneshot(request.body(body.into()).expect("a request")).await.expect("routers do not fail");
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a short body");
    (status, String::from_utf8(bytes.to_vec()).expect("text"))
}

#[tokio::test]
async fn through_the_router() {
    let json = ("content-type", "application/json");
    let good = r#"{"amount": 5, "currency": "USD"}"#;
    let (status, body) = send("/api/v1/sales", &[json], good).await;
    let whole = hex::encode(&request_hash("POST", "/api/v1/sales", &value::parse(good).expect("JSON"))[..4]);
    assert_eq!((status, body), (200, format!("5 {whole}")), "the digest covers the path as it was asked for");
    assert_eq!(send("/api/v1/sales", &[], good).await.0, 415);
    assert_eq!(send("/api/v1/sales", &[json], vec![0xff, 0xfe]).await.0, 400);
    assert_eq!(send("/api/v1/sales", &[json], " ".repeat(MAX_BODY + 1)).await.0, 413);
    assert_eq!(send("/api/v1/sales", &[json, ("content-length", "99999999999")], good).await.0, 413);
    assert_eq!(send("/api/v1/sales?dry_run=1", &[json], good).await.0, 400);
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65536])));
    assert_eq!(send("/api/v1/sales", &[json], Body::from_stream(endless)).await.0, 413);
}

#[tokio::test]
async fn idempotency_keys_are_short_and_single() {
    assert_eq!(send("/api/v1/keyed", &[], Body::empty()).await, (200, "None".to_owned()));
    assert_eq!(send("/api/v1/keyed", &[("idempotency-key", "k-1")], Body::empty()).await, (200, "Some(\"k-1\")".to_owned()));
    for bad in
        [&[("idempotency-key", "")][..], &[("idempotency-key", "é")], &[("idempotency-key", "a"), ("idempotency-key", "a")]]
    {
        let (status, body) = send("/api/v1/keyed", bad, Body::empty()).await;
        assert_eq!(status, 400);
        assert!(body.contains("\"field\":\"Idempotency-Key\""), "{body}");
    }
    assert_eq!(send("/api/v1/keyed", &[("idempotency-key", &"k".repeat(256))], Body::empty()).await.0, 400);
}

#[tokio::test]
async fn what_is_no_id_is_not_found() {
    let good = "inv_01h455vb4pex5vsknk084sn02q";
    assert_eq!(send(&format!("/api/v1/invoices/{good}/issue"), &[], Body::empty()).await, (200, good.to_owned()));
    assert_eq!(send(&format!("/api/v1/invoices/{good}/issue?x=1"), &[], Body::empty()).await.0, 400);
    for bad in ["cus_01h455vb4pex5vsknk084sn02q", "inv_1", "%ff", "1"] {
        assert_eq!(send(&format!("/api/v1/invoices/{bad}/issue"), &[], Body::empty()).await.0, 404, "{bad}");
    }
}
