//! The layers as requests meet them, through the real router.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, StatusCode};
use engine::flows::create_business::{NewBusiness, create_business};
use std::net::SocketAddr;
use tower::ServiceExt;

use super::*;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ascii"))
    }

    fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["request_id"], self.header("x-request-id"));
        assert_eq!(body["status"], self.status.as_u16());
        body["code"].as_str().expect("a code").to_owned()
    }
}

async fn send(app: &Arc<App>, peer: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body)).expect("a request");
    let peer: SocketAddr = peer.parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router(app).oneshot(request).await.expect("routers do not fail");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a short body");
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The `Authorization` of a business made for these tests.
async fn key() -> &'static str {
    static KEY: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    KEY.get_or_init(async || {
        let new = NewBusiness {
            name: "Router Tests".to_owned(),
            currency: books::money::Currency::from_code("USD").expect("a known code"),
            owner_email: "owner@router.example".to_owned(),
            owner_name: "Owner".to_owned(),
            password: "a long enough password".to_owned(),
            time_zone: "UTC".to_owned(),
            api_key: true,
        };
        let made = create_business(&App::for_test(None).services.db, new).await.expect("a business");
        format!("Bearer {}", made.api_key.expect("asked for"))
    })
    .await
}

async fn get(path: &str, headers: &[(&str, &str)]) -> Answer {
    send(&App::for_test(None), "203.0.113.1:5000", "GET", path, headers, "").await
}

#[tokio::test]
async fn every_path_of_the_api_asks_for_a_key_first() {
    for path in ["/api/v1", "/api/v1/", "/api/v1/customers", "/api/v1//x", "/api/v1/docs/x", "/api/v1/no/such/thing?junk=%ff"] {
        for method in ["GET", "POST", "DELETE", "PUT", "BREW"] {
            let answer = send(&App::for_test(None), "127.0.0.1:1", method, path, &[("content-type", "text/plain")], "{{{").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.code(), "UNAUTHENTICATED");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    let unknown = get("/api/v1/no/such/thing", &[("authorization", "Bearer owed_test")]).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED, "a key that does not work is no key");
    let keyed = get("/api/v1/no/such/thing", &[("authorization", key().await)]).await;
    assert_eq!((keyed.status, keyed.code().as_str()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
}

#[tokio::test]
async fn the_description_and_its_page_are_open() {
    let json = get("/api/v1/openapi.json", &[]).await;
    assert_eq!((json.status, json.header("content-type")), (StatusCode::OK, "application/json"));
    let value: serde_json::Value = serde_json::from_str(&json.body).expect("JSON");
    assert_eq!(value["openapi"], "3.1.0");
    assert_eq!(get("/api/v1/openapi.json", &[("if-none-match", json.header("etag"))]).await.status, StatusCode::NOT_MODIFIED);
    let page = get("/api/v1/docs", &[]).await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
}

#[tokio::test]
async fn every_answer_has_an_id_and_the_headers_of_its_kind() {
    for path in ["/healthz", "/readyz", "/static/app.css", "/api/v1/docs", "/api/v1/x", "/nothing", "/static/none"] {
        let answer = get(path, &[]).await;
        assert_eq!(answer.header("x-request-id").len(), 26, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert!(answer.header("strict-transport-security").is_empty(), "{path}: over http");
    }
    let https = send(&App::for_test(Some("https://billing.example")), "203.0.113.1:1", "GET", "/healthz", &[], "").await;
    assert_eq!(https.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
}

#[tokio::test]
async fn alive_and_ready() {
    let alive = get("/healthz", &[]).await;
    assert!(alive.status == StatusCode::OK && alive.body.contains(crate::build::VERSION), "{}", alive.body);
    assert_eq!(get("/readyz", &[]).await.status, StatusCode::OK);
    let app = App::for_test(None);
    app.stop.now();
    let stopping = send(&app, "127.0.0.1:1", "GET", "/readyz", &[], "").await;
    assert_eq!((stopping.status, stopping.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "2"));
}

#[tokio::test]
async fn figures_are_for_this_machine_or_a_key() {
    let app = App::for_test(None);
    let ask = async |peer: &str, headers: &[(&str, &str)]| send(&app, peer, "GET", "/metrics", headers, "").await;
    assert_eq!(ask("203.0.113.1:1", &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("203.0.113.1:1", &[("authorization", "Bearer owed_wrong")]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("127.0.0.1:1", &[("x-forwarded-for", "203.0.113.1")]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("203.0.113.1:1", &[("authorization", key().await)]).await.status, StatusCode::OK);
    let here = ask("127.0.0.1:1", &[]).await;
    assert_eq!(here.status, StatusCode::OK);
    assert!(here.body.contains("owed_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"401\"} 3"), "{}", here.body);
}

#[tokio::test]
async fn figures_name_routes_not_paths() {
    let app = App::for_test(None);
    for path in ["/static/app.css", "/static/other", "/secret/token", "/api/v1/customers/cus_1"] {
        send(&app, "127.0.0.1:1", "GET", path, &[], "").await;
    }
    let text = app.metrics.encode().expect("text");
    assert!(
        text.contains("route=\"/static/{name}\",status=\"200\"} 1") && text.contains("route=\"unmatched\",status=\"404\"} 1"),
        "{text}"
    );
    assert!(!text.contains("token") && !text.contains("cus_1") && !text.contains("__private"), "{text}");
}

#[tokio::test]
async fn an_unknown_page_is_a_page_for_people_and_json_for_programs() {
    let page = get("/nothing", &[("accept", "text/html")]).await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::NOT_FOUND, "text/html; charset=utf-8"));
    assert!(page.body.contains(page.header("x-request-id")), "the page names the request");
    assert_eq!(get("/nothing", &[]).await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_trusted_proxy_may_bring_the_id_and_a_stranger_may_not() {
    let stranger = get("/healthz", &[("x-request-id", "mine")]).await;
    assert_ne!(stranger.header("x-request-id"), "mine");
}

#[tokio::test]
async fn reports_of_blocked_scripts_are_taken_in_small_doses() {
    let app = App::for_test(None);
    let report = r#"{"csp-report": {"effective-directive": "script-src", "blocked-uri": "https://evil.example/x.js"}}"#;
    for _ in 0..20 {
        assert_eq!(send(&app, "203.0.113.1:1", "POST", "/csp", &[], report).await.status, StatusCode::NO_CONTENT);
    }
    let refused = send(&app, "203.0.113.1:1", "POST", "/csp", &[], report).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=61).contains(&seconds)));
    assert_eq!(send(&app, "203.0.113.2:1", "POST", "/csp", &[], "junk").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused_where_cookies_count() {
    let app = App::for_test(Some("https://billing.example"));
    let routes = Router::new().route("/pay", axum::routing::post(async || "paid"));
    let group = Group { surface: Surface::Portal, reader: Reader::Person, cookies: Cookies::Used };
    let guarded = group.around(routes, &app).with_state(Arc::clone(&app));
    let send = async |headers: &[(&str, &str)]| {
        let mut request = Request::post("/pay");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guarded
            .clone()
            .oneshot(request.body(Body::empty()).expect("a request"))
            .await
            .expect("routers do not fail")
            .status()
            .as_u16()
    };
    assert_eq!(send(&[("sec-fetch-site", "same-origin")]).await, 200);
    assert_eq!(send(&[("origin", "https://billing.example")]).await, 200);
    assert_eq!(send(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(send(&[("origin", "https://evil.example")]).await, 403);
}
