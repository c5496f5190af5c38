//! Addresses that are about the server itself: alive, ready, figures, files, reports of blocked scripts.
//!
//! Invariants: none of them needs a sign-in or tells anything personal; `/metrics` is for this machine or a key. Left out:
//! the state of the books, which `owed verify` tells.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};

use crate::app::App;
use crate::rate_limit::Rule;
use crate::respond::Problem;
use crate::security::client_ip::{self, ClientIp};
use crate::{assets, build, json as body, metrics};

/// How long the database may take to answer before we say that it does not.
const READY_TIMEOUT: Duration = Duration::from_secs(2);
const RETRY_S: u32 = 2;
/// The longest report of a blocked script, and the most of it that is logged.
const MAX_REPORT: usize = 16 * 1024;
const LOGGED: usize = 200;

/// `/healthz`, `/readyz`, `/metrics` and `/csp`.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(figures))
        .route("/csp", post(blocked))
}

/// Styles, scripts, icons and fonts.
pub fn files() -> Router<Arc<App>> {
    Router::new()
        .route("/static/{name}", get(assets::serve))
        .route("/favicon.ico", get(async |headers: HeaderMap| assets::at_root("favicon.svg", &headers)))
}

/// What `/healthz` answers.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is used")]
struct Alive {
    /// Always `alive`.
    status: String,
    version: String,
    /// Version and commit.
    build: String,
}

/// What `/readyz` answers.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is used")]
struct Ready {
    /// Always `ready`.
    status: String,
}

/// The calls above, for the description of the API.
#[derive(OpenApi)]
#[openapi(paths(alive, ready, figures), components(schemas(Alive, Ready)))]
pub struct Description;

/// The process is alive
#[utoipa::path(get, path = "/healthz", tag = "server", security(()), responses((status = 200, description = "Alive, and which build", body = Alive)))]
async fn alive() -> Response {
    body::answer(StatusCode::OK, &json!({"status": "alive", "version": build::VERSION, "build": build::id()}))
}

/// The database answers
#[utoipa::path(get, path = "/readyz", tag = "server", security(()), responses(
    (status = 200, description = "Ready", body = Ready),
    (status = 503, description = "Not ready, or about to stop", body = crate::openapi::schema::Problem, content_type = "application/problem+json")
))]
async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.stop.is_set() {
        return Problem::busy(RETRY_S).into_response();
    }
    match tokio::time::timeout(READY_TIMEOUT, app.services.db.ready()).await {
        Ok(Ok(())) => body::answer(StatusCode::OK, &json!({"status": "ready"})),
        Ok(Err(reason)) => {
            tracing::warn!(%reason, "not ready");
            Problem::busy(RETRY_S).into_response()
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer");
            Problem::busy(RETRY_S).into_response()
        }
    }
}

/// Figures for Prometheus, from this machine or with a key
#[utoipa::path(get, path = "/metrics", tag = "server", security((), ("key" = [])), responses(
    (status = 200, description = "Figures as OpenMetrics text", body = String, content_type = "application/openmetrics-text"),
    (status = 401, description = "Not from this machine and no key", body = crate::openapi::schema::Problem, content_type = "application/problem+json")
))]
async fn figures(State(app): State<Arc<App>>, request: Request) -> Response {
    let local = client_ip::is_local(client_ip::peer(&request), request.headers());
    if !local {
        let known = match bearer(request.headers()) {
            Some(key) => matches!(engine::store::api_key::of_secret(&app.services.db, key).await, Ok(Some(_))),
            None => false,
        };
        if !known {
            return Problem::unauthenticated().into_response();
        }
    }
    match app.metrics.encode() {
        Ok(text) => ([(header::CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE))], text).into_response(),
        Err(_) => Problem::fault("figures cannot be written").into_response(),
    }
}

/// The key of `Authorization: Bearer owed_…`, if it has the form of one.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, key) = sent.next()?.to_str().ok()?.split_once(' ')?;
    let good = scheme.eq_ignore_ascii_case("bearer") && key.starts_with("owed_") && key.len() <= 200 && sent.next().is_none();
    good.then_some(key)
}

/// A browser reports that a page's policy blocked something. It is logged, shortened, and nothing else.
async fn blocked(
    State(app): State<Arc<App>>,
    Extension(client): Extension<ClientIp>,
    headers: HeaderMap,
    report: Body,
) -> Result<StatusCode, Problem> {
    app.limits.take(Rule::Report, client.network())?;
    let bytes = body::read_body(&headers, report, MAX_REPORT).await?;
    let report: Value = serde_json::from_slice(&bytes).map_err(|_| Problem::malformed("This is no report.", Vec::new()))?;
    let report = report.get("csp-report").cloned().unwrap_or(report);
    let said = |name: &str| {
        report.get(name).and_then(Value::as_str).unwrap_or("").chars().filter(|c| !c.is_control()).take(LOGGED).collect()
    };
    let (directive, what): (String, String) = (said("effective-directive"), said("blocked-uri"));
    tracing::warn!(directive, what, "a page's policy blocked something");
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_form() {
        let read = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::AUTHORIZATION, HeaderValue::from_str(line).expect("a header value"));
            }
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read(&["Bearer owed_abc"]), Some("owed_abc".to_owned()));
        assert_eq!(read(&["bearer owed_abc"]), Some("owed_abc".to_owned()));
        let long = format!("Bearer owed_{}", "x".repeat(300));
        for bad in
            [&[][..], &["Basic owed_abc"], &["Bearer abc"], &["owed_abc"], &["Bearer owed_a", "Bearer owed_b"], &[long.as_str()]]
        {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
