//! Styles, scripts, icons and fonts, embedded in the program.
//!
//! Invariants: a page names a file by [`asset`], which puts eight letters of the content's digest into the name, so a
//! browser may keep it for ever; under its plain name (as styles name fonts) it is asked for again each time and answered
//! 304 while it is the same. Compressed variants are made before the build and only chosen here. Anything else is 404.

use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::respond::Problem;

/// A file under its digest never changes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A file under its plain name may.
const REVALIDATE: &str = "public, no-cache";
const DIGEST_LETTERS: usize = 8;
/// Variants, best first: the name of the encoding and the end of the file's name.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// The address of a file, for templates: `asset("app.css")` → `/static/app.1a2b3c4d.css`. A name that is not there stays
/// as it is and will be answered 404, which a test of every template's names catches.
pub fn asset(name: &str) -> String {
    match (Files::get(name), name.rsplit_once('.')) {
        (Some(file), Some((stem, end))) => format!("/static/{stem}.{}.{end}", digest(&file)),
        _ => format!("/static/{name}"),
    }
}

/// Whether there is such a file, by its plain name.
pub fn exists(name: &str) -> bool {
    Files::get(name).is_some()
}

fn digest(file: &EmbeddedFile) -> String {
    hex::encode(file.metadata.sha256_hash())[..DIGEST_LETTERS].to_owned()
}

/// `GET /static/{name}`. The digest stands in the name, or behind it as `?v=1a2b3c4d`.
pub async fn serve(Path(name): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    if ENCODINGS.iter().any(|(_, end)| name.ends_with(end)) {
        return Problem::not_found().into_response();
    }
    match undigested(&name) {
        Some((plain, wanted)) => match Files::get(&plain) {
            Some(file) if digest(&file) == wanted => answer(&plain, &file, &headers, IMMUTABLE),
            _ => Problem::not_found().into_response(),
        },
        None => match Files::get(&name) {
            Some(file) if query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(&digest(&file)) => {
                answer(&name, &file, &headers, IMMUTABLE)
            }
            _ => at_root(&name, &headers),
        },
    }
}

/// A file under its plain name, for the few that must stand at a fixed address (favicon, manifest, service worker).
pub fn at_root(name: &str, headers: &HeaderMap) -> Response {
    match Files::get(name) {
        Some(file) => answer(name, &file, headers, REVALIDATE),
        None => Problem::not_found().into_response(),
    }
}

/// `app.1a2b3c4d.css` → `app.css` and `1a2b3c4d`.
fn undigested(name: &str) -> Option<(String, &str)> {
    let (rest, end) = name.rsplit_once('.')?;
    let (stem, digest) = rest.rsplit_once('.')?;
    let is_digest = digest.len() == DIGEST_LETTERS && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    is_digest.then(|| (format!("{stem}.{end}"), digest))
}

fn answer(name: &str, file: &EmbeddedFile, headers: &HeaderMap, keep: &'static str) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let variant = ENCODINGS.iter().find_map(|(encoding, end)| {
        let variant = if accepts(accepted, encoding) { Files::get(&format!("{name}{end}")) } else { None };
        variant.map(|file| (*encoding, file))
    });
    let tag = format!(
        "\"{}{}\"",
        &hex::encode(file.metadata.sha256_hash())[..32],
        variant.as_ref().map_or("", |(encoding, _)| encoding)
    );
    let mut response = if matches_tag(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)))];
        let data = variant.as_ref().map_or_else(|| file.data.clone(), |(_, file)| file.data.clone());
        let mut response = (kind, Body::from(data.into_owned())).into_response();
        if let Some((encoding, _)) = &variant {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    out.insert(header::ETAG, HeaderValue::from_str(&tag).expect("a tag is made of hexadecimal digits and an encoding"));
    response
}

/// Whether an encoding is in an `Accept-Encoding` and not switched off by `q=0`.
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|item| {
        let (name, quality) = item.split_once(';').map_or((item, ""), |(name, quality)| (name, quality.trim()));
        let off = quality.strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.', ' ']).is_empty());
        name.trim().eq_ignore_ascii_case(encoding) && !off
    })
}

fn matches_tag(headers: &HeaderMap, tag: &str) -> bool {
    let sent = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(name: &str, headers: &[(header::HeaderName, &str)]) -> Response {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).expect("a header value"))).collect();
        let (name, query) = name.split_once('?').map_or((name, None), |(name, query)| (name, Some(query.to_owned())));
        serve(Path(name.to_owned()), RawQuery(query), headers).await
    }

    fn name(url: &str) -> &str {
        url.strip_prefix("/static/").expect("an asset's address")
    }

    #[tokio::test]
    async fn a_digested_name_is_kept_for_ever() {
        let url = asset("app.css");
        assert_eq!(url.len(), "/static/app.12345678.css".len(), "{url}");
        let response = get(name(&url), &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CACHE_CONTROL], IMMUTABLE);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(get("app.00000000.css", &[]).await.status(), StatusCode::NOT_FOUND);
        let behind = format!("app.css?v={}", url.split('.').nth(1).expect("a digest"));
        assert_eq!(get(&behind, &[]).await.headers()[header::CACHE_CONTROL], IMMUTABLE);
        assert_eq!(get("app.css?v=00000000", &[]).await.headers()[header::CACHE_CONTROL], REVALIDATE);
    }

    #[tokio::test]
    async fn a_plain_name_is_asked_for_again() {
        let first = get("app.css", &[]).await;
        assert_eq!(first.headers()[header::CACHE_CONTROL], REVALIDATE);
        let tag = first.headers()[header::ETAG].to_str().expect("ascii").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
            let again = get("app.css", &[(header::IF_NONE_MATCH, &known)]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()[header::ETAG], tag.as_str());
        }
        assert_eq!(get("app.css", &[(header::IF_NONE_MATCH, "\"x\"")]).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn nothing_else_is_there() {
        for bad in ["", "none.css", "../Cargo.toml", "..%2fsrc", "app.css.br", "app.css.gz", "/etc/passwd"] {
            assert_eq!(get(bad, &[]).await.status(), StatusCode::NOT_FOUND, "{bad}");
        }
        assert_eq!(asset("none.css"), "/static/none.css");
        assert!(exists("app.css") && !exists("none.css"));
    }

    #[test]
    fn encodings_are_chosen_as_asked() {
        assert!(accepts("gzip, deflate, br;q=0.9", "br") && accepts("GZIP", "gzip"));
        assert!(!accepts("br;q=0, gzip", "br") && !accepts("br;q=0.0", "br") && !accepts("", "gzip") && !accepts("brotli", "br"));
    }

    #[test]
    fn digests_are_told_from_parts_of_a_name() {
        assert_eq!(undigested("app.1a2b3c4d.css"), Some(("app.css".to_owned(), "1a2b3c4d")));
        for plain in ["app.css", "htmx.min.js", "app.1A2B3C4D.css", "app.1a2b3c4.css", "css"] {
            assert_eq!(undigested(plain), None, "{plain}");
        }
    }
}
