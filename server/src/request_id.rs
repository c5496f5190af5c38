//! One id per request: in the answer's `X-Request-Id`, in every log line written meanwhile and in every error.
//!
//! Invariants: the id is ours, except that a proxy which is configured as trusted may bring its own; what a stranger
//! sends is never echoed or logged. One line is logged per request, with the route's pattern instead of its path,
//! because links to payers carry their right in the path. Left out: tracing across services.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::app::App;
use crate::security::client_ip::{self, ClientIp};

/// The header that carries the id.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;
/// Routes that machines ask for all day; they are logged only in detail.
const NOISE: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/static/{name}"];

/// The id of the request being answered; a handler takes it as `Extension<RequestId>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new id, later ones sorting after earlier ones.
    pub fn new() -> RequestId {
        RequestId(books::ids::encode(uuid::Uuid::now_v7()).into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id a trusted proxy brought, when it looks like one.
    fn brought(headers: &HeaderMap) -> Option<RequestId> {
        let text = headers.get(HEADER)?.to_str().ok()?;
        let plain = !text.is_empty()
            && text.len() <= LONGEST
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        plain.then(|| RequestId(text.into()))
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The outermost layer: finds who asks, gives the id, opens the span, counts and logs the answer.
pub async fn identify(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let peer = client_ip::peer(&request);
    let from_proxy = client_ip::is_proxy(peer.ip(), &app.config.trusted_proxies);
    let brought = if from_proxy { RequestId::brought(request.headers()) } else { None };
    let id = brought.unwrap_or_default();
    let client = ClientIp(client_ip::client(peer.ip(), request.headers(), &app.config.trusted_proxies));
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(client);
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = pattern(path.as_ref());
    let span = tracing::info_span!("request", request_id = %id, %method);
    let started = Instant::now();
    let in_flight = app.metrics.begin();
    let mut response = next.run(request).instrument(span.clone()).await;
    drop(in_flight);
    let took = started.elapsed();
    app.metrics.answered(&method, route, response.status(), took);
    let _inside = span.enter();
    let (status, ms) = (response.status().as_u16(), took.as_millis() as u64);
    if NOISE.contains(&route) && status < 400 {
        tracing::debug!(route, status, ms, client = %client.0, "answered");
    } else {
        tracing::info!(route, status, ms, client = %client.0, "answered");
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// The pattern of the route that matched. One that takes any rest of a path is no route of ours.
fn pattern(path: Option<&MatchedPath>) -> &str {
    path.map(MatchedPath::as_str).filter(|path| !path.contains("{*")).unwrap_or("unmatched")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_plain_and_ascending() {
        let (first, second) = (RequestId::new(), RequestId::new());
        assert!(first.as_str() < second.as_str());
        assert_eq!(first.as_str().len(), 26);
    }

    #[test]
    fn only_plain_ids_are_taken_over() {
        let brought = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_str(text).expect("a header value"));
            RequestId::brought(&headers)
        };
        assert_eq!(brought("a-b_9").map(|id| id.to_string()), Some("a-b_9".to_owned()));
        for bad in ["", "a b", "<script>", "a\tb", &"x".repeat(65)] {
            assert_eq!(brought(bad), None, "{bad:?}");
        }
    }
}
