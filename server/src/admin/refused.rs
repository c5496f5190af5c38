//! A button that was refused leads back to the page it stood on, which says why.
//!
//! Invariants: only the code travels in the address, and its sentence comes from the table of codes, so no stranger's text can
//! stand on a page; it leads to staff pages only. A refusal without a page behind it (no Referer) stays an error page. Left
//! out: forms that come back by themselves, which are no problems.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::openapi::codes::CODES;
use crate::respond::Problem;
use crate::view::{Notice, Tone};

/// The name of the query field that says why.
const REFUSED: &str = "refused";
/// What an address says once about what was just done; it is not said again.
const SAID: [&str; 2] = [REFUSED, "done"];

/// The layer around the staff pages.
pub async fn lead_back(request: Request, next: Next) -> Response {
    let own = request.uri().path().to_owned();
    let behind = if request.method() == Method::POST { page_behind(request.headers(), &own) } else { None };
    let response = next.run(request).await;
    let refusal = response.extensions().get::<Problem>().filter(|problem| problem.status == StatusCode::CONFLICT);
    match (behind, refusal) {
        (Some(page), Some(problem)) if meaning(&problem.code).is_some() => {
            let join = if page.contains('?') { '&' } else { '?' };
            Redirect::to(&format!("{page}{join}{REFUSED}={}", problem.code)).into_response()
        }
        _ => response,
    }
}

/// The staff page whose button was pressed, without what it had just said.
fn page_behind(headers: &HeaderMap, own: &str) -> Option<String> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let (_, after) = referer.split_once("://")?;
    let path = &after[after.find('/')?..];
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let plain = referer.bytes().all(|letter| letter.is_ascii_graphic() && letter != b'\\');
    let ours = path == "/admin" || path.starts_with("/admin/");
    if !plain || !ours || path == own {
        return None;
    }
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !SAID.iter().any(|name| pair.split('=').next() == Some(name)))
        .collect();
    Some(if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) })
}

fn meaning(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, status, _)| *known == code && *status == 409).map(|(.., meaning)| *meaning)
}

/// What a page says above its content when a button on it was refused.
pub fn notice(asked: &crate::forms::Form) -> Option<Notice> {
    let text = meaning(asked.value(REFUSED))?;
    Some(Notice { tone: Tone::Bad, title: "That was not done.".to_owned(), text: text.replace('`', ""), link: None })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn behind(referer: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::REFERER, HeaderValue::from_static(referer));
        page_behind(&headers, "/admin/links/lnk_1/send")
    }

    #[test]
    fn only_staff_pages_are_led_back_to_and_what_was_said_is_not_said_again() {
        assert_eq!(
            behind("https://a.example/admin/customers/cus_1?done=link&q=x#pl").as_deref(),
            Some("/admin/customers/cus_1?q=x")
        );
        assert_eq!(behind("http://a.example/admin?refused=CLOSED").as_deref(), Some("/admin"));
        for no in [
            "https://a.example/p/v/lnk_1",
            "https://a.example/administrator",
            "https://a.example",
            "/admin",
            "https://a.example/admin/links/lnk_1/send",
        ] {
            assert_eq!(behind(no), None, "{no}");
        }
    }

    #[test]
    fn a_word_that_is_no_code_says_nothing() {
        assert_eq!(meaning("NO_BALANCE"), Some("Nothing is due."));
        assert_eq!(meaning("<b>Send money</b>"), None);
        assert_eq!(meaning("NOT_FOUND"), None, "not a refusal of a button");
    }
}
