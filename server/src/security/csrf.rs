//! Requests that another site's page made a browser send are refused; no token in any form is needed.
//!
//! Invariant: what changes something is taken from a browser only when the browser says that our own page sent it
//! (`Sec-Fetch-Site`, else `Origin` against the public address). A request with neither header comes from no browser, so
//! no cookie was added behind anybody's back. The same rules as Go's `http.CrossOriginProtection`. Left out: the API and
//! incoming webhooks, which are mounted outside this layer because they do not look at cookies.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::config::PublicUrl;
use crate::respond::Problem;

/// The layer for every page that looks at cookies.
pub async fn protect(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if allowed(request.method(), request.headers(), app.config.configured_url.as_ref()) {
        next.run(request).await
    } else {
        let detail = "This request came from another site. Open the page itself and try again; if you did, the server's public address is set wrongly.";
        Problem::forbidden("CROSS_ORIGIN", detail).into_response()
    }
}

/// Whether a request may be answered. `public_url` is the configured address; without one the request's own `Host` is
/// compared, which is right only where no proxy stands in between.
pub fn allowed(method: &Method, headers: &HeaderMap, public_url: Option<&PublicUrl>) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        Some(b"same-origin" | b"none") => return true,
        Some(_) => return false,
        None => {}
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    match public_url {
        Some(url) => origin == url.origin(),
        None => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            host.is_some() && origin.split_once("://").map(|(_, rest)| rest) == host
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn post(headers: &[(&'static str, &'static str)], public: Option<&str>) -> bool {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
        let public = public.map(|url| PublicUrl::parse(url).expect("a URL"));
        allowed(&Method::POST, &headers, public.as_ref())
    }

    #[test]
    fn reading_is_always_allowed() {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(allowed(&method, &headers, None));
        }
        assert!(!allowed(&Method::DELETE, &headers, None));
    }

    #[test]
    fn the_browsers_own_word_decides_first() {
        for (word, good) in [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false), ("", false)] {
            assert_eq!(
                post(&[("sec-fetch-site", word), ("origin", "https://evil.example"), ("host", "evil.example")], None),
                good,
                "{word}"
            );
        }
    }

    #[test]
    fn else_the_origin_is_compared() {
        let public = Some("https://billing.example");
        assert!(post(&[("origin", "https://billing.example"), ("host", "inner:8080")], public));
        assert!(
            !post(&[("origin", "https://inner:8080"), ("host", "inner:8080")], public),
            "Host is not asked once an address is set"
        );
        assert!(!post(&[("origin", "http://billing.example")], public), "the scheme counts");
        assert!(!post(&[("origin", "null")], public));
        assert!(post(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], None));
        assert!(!post(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:9090")], None));
        assert!(!post(&[("origin", "null"), ("host", "127.0.0.1")], None));
        assert!(!post(&[("origin", "http://127.0.0.1")], None));
    }

    #[test]
    fn neither_header_is_no_browser() {
        assert!(post(&[], None) && post(&[("host", "x")], Some("https://billing.example")));
    }
}
