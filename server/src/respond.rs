//! From an error to an answer, in one place: problem+json for programs, a page for people.
//!
//! Invariants: a handler returns a [`Problem`] (any [`engine::error::Error`] becomes one); the body is written once, by
//! the [`render`] layer, which knows the request's id and who is asking. What went wrong inside is logged there once
//! and never leaves the process. A panic becomes a 500 with an id. Left out: refusals shown beside a form's
//! fields, which the page renders itself from the [`FieldError`]s.

use std::any::Any;
use std::borrow::Cow;
use std::panic::AssertUnwindSafe;

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use engine::error::{Error, FieldError};
use futures_util::FutureExt;
use locale::Tongue;
use serde_json::{Map, Value, json};

use crate::portal::reader::{Asked as Languages, spoken};
use crate::portal::views::outcomes::TroublePage;
use crate::request_id::RequestId;

/// The media type of errors (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Seconds after which a request that is still running elsewhere may be asked for again.
const IN_PROGRESS_RETRY_S: u32 = 1;
/// Seconds after which there may be room on the disk again.
const NO_SPACE_RETRY_S: u32 = 60;

/// Everything a caller is told about why they did not get what they asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub status: StatusCode,
    /// The reason in one upper-case word, stable for programs.
    pub code: Cow<'static, str>,
    /// A sentence for people that says what to do.
    pub detail: String,
    /// What is wrong with which field.
    pub errors: Vec<FieldError>,
    /// Further members of the answer, such as `payment` or `refundable`.
    pub facts: Map<String, Value>,
    /// After how many seconds to ask again.
    pub retry_after_s: Option<u32>,
    /// What happened inside: logged, never shown.
    inside: Option<String>,
}

impl Problem {
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Problem {
        let (code, detail) = (code.into(), detail.into());
        Problem { status, code, detail, errors: Vec::new(), facts: Map::new(), retry_after_s: None, inside: None }
    }

    /// 400: the request cannot be understood; `errors` say where.
    pub fn malformed(detail: impl Into<String>, errors: Vec<FieldError>) -> Problem {
        Problem { errors, ..Problem::new(StatusCode::BAD_REQUEST, "MALFORMED", detail) }
    }

    /// 401, before anything else is read.
    pub fn unauthenticated() -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "Send an API key as `Authorization: Bearer owed_…`.")
    }

    /// 403 with NO_RIGHT, NO_SCOPE or CROSS_ORIGIN.
    pub fn forbidden(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404, the same for what does not exist and for what belongs to another business.
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing here, or it is not yours to see.")
    }

    /// 413: the body is longer than `limit` bytes.
    pub fn too_large(limit: usize) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", format!("The body is longer than {limit} bytes."))
    }

    /// 415: the body is not what this address takes.
    pub fn unsupported_media_type(wanted: &str) -> Problem {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", format!("Send the body as {wanted} in UTF-8."))
    }

    /// 422: understood, but these values cannot be taken.
    pub fn invalid(errors: Vec<FieldError>) -> Problem {
        let detail = errors
            .first()
            .map_or_else(|| "A value is not valid.".to_owned(), |first| format!("{}: {}", first.field, first.detail));
        Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID", detail) }
    }

    /// 429: too many tries; nothing was recorded.
    pub fn rate_limited(retry_after_s: u32) -> Problem {
        let detail = format!("Too many tries. Wait {retry_after_s} seconds and try again.");
        Problem { retry_after_s: Some(retry_after_s), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", detail) }
    }

    /// 503: busy or not reachable; nothing was recorded, the same key may be used again.
    pub fn busy(retry_after_s: u32) -> Problem {
        let detail = "The server is busy and did nothing. Send the same request again in a moment.";
        Problem { retry_after_s: Some(retry_after_s), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", detail) }
    }

    /// 500: our fault. The text goes to the log under the request's id.
    pub fn fault(inside: impl Into<String>) -> Problem {
        let detail = "Something went wrong on our side. The request id names it in our log.";
        Problem { inside: Some(inside.into()), ..Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "FAULT", detail) }
    }

    /// The problem of a bare status, such as the router's own 405.
    fn of_status(status: StatusCode) -> Problem {
        match status {
            StatusCode::NOT_FOUND => Problem::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => {
                Problem::new(status, "METHOD_NOT_ALLOWED", "This address does not take that method.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "TOO_LARGE", "The body is too long."),
            StatusCode::UNAUTHORIZED => Problem::unauthenticated(),
            status if status.is_server_error() => Problem { status, ..Problem::fault("answered without a reason") },
            status => Problem::new(status, "MALFORMED", "The request cannot be understood."),
        }
    }

    /// A few words for the status, the same for every problem that has it.
    pub fn title(&self) -> &'static str {
        match self.status.as_u16() {
            400 => "Malformed request",
            401 => "Not signed in",
            402 => "Payment refused",
            403 => "Not allowed",
            404 => "Not found",
            405 => "Method not allowed",
            408 => "Too slow",
            409 => "Not possible as things stand",
            410 => "No longer here",
            413 => "Too large",
            415 => "Unsupported media type",
            422 => "Invalid values",
            429 => "Too many tries",
            503 => "Busy",
            500..=599 => "Fault on our side",
            _ => "Refused",
        }
    }

    /// The members of the answer in the published order. Facts never replace a standard member.
    fn to_json(&self, id: &str) -> Value {
        let mut body = json!({
            "type": format!("/api/v1/docs#{}", self.code),
            "title": self.title(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "request_id": id,
        });
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(|e| json!({"field": e.field, "code": e.code, "detail": e.detail}));
            body["errors"] = Value::Array(errors.collect());
        }
        for (name, value) in &self.facts {
            if body.get(name).is_none() {
                body[name.as_str()] = value.clone();
            }
        }
        body
    }
}

/// The one mapping from what the engine says to what a caller is told.
impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => {
                let errors = refusal.field.iter().map(|field| FieldError {
                    field: (*field).to_owned(),
                    code: refusal.code,
                    detail: refusal.detail.clone(),
                });
                let errors = errors.collect();
                Problem { errors, facts: *refusal.facts, ..Problem::new(status_of(refusal.code), refusal.code, refusal.detail) }
            }
            Error::Invalid(errors) => Problem::invalid(errors),
            Error::NotFound => Problem::not_found(),
            Error::Forbidden { code } => Problem::forbidden(code, "You may not do this here."),
            Error::IdempotencyMismatch => {
                let detail = "This Idempotency-Key was used before with another request. Use a new key.";
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_MISMATCH", detail)
            }
            Error::InProgress => {
                let detail = "The first request with this Idempotency-Key is still running. Ask again in a moment.";
                let problem = Problem::new(StatusCode::CONFLICT, "IN_PROGRESS", detail);
                Problem { retry_after_s: Some(IN_PROGRESS_RETRY_S), ..problem }
            }
            Error::Busy { retry_after_s } => Problem::busy(retry_after_s),
            Error::NoSpace => {
                let detail = "The server's disk is full. Nothing was recorded; send the same request again later.";
                Problem { code: "NO_SPACE".into(), detail: detail.into(), ..Problem::busy(NO_SPACE_RETRY_S) }
            }
            Error::Broken { constraint } => Problem::fault(format!("no refusal is written for constraint {constraint}")),
            Error::Fault(inside) => Problem::fault(inside),
        }
    }
}

/// Refusals answer 409, save those whose code says that a payment, a right, a cursor or a sum was refused.
fn status_of(code: &str) -> StatusCode {
    match code {
        "CARD_DECLINED" | "INSUFFICIENT_FUNDS" | "EXPIRED_CARD" | "INCORRECT_CVC" | "AUTHENTICATION_REQUIRED" => {
            StatusCode::PAYMENT_REQUIRED
        }
        "NO_RIGHT" | "NO_SCOPE" => StatusCode::FORBIDDEN,
        "BAD_CURSOR" => StatusCode::BAD_REQUEST,
        "DOES_NOT_ADD_UP" => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

/// Carries the problem to the [`render`] layer, which writes the body.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Who reads the errors of a group of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Always problem+json.
    Program,
    /// A page, or a fragment of one when htmx asks.
    Person,
    /// A page when HTML is asked for, else problem+json.
    Unknown,
}

/// Writes the body of every error below it, once, and logs what was our fault.
pub async fn render(State(reader): State<Reader>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let asked = Asked::of(reader, request.headers());
    let at_desk = request.uri().path().starts_with("/admin");
    let payer = request.extensions().get::<Languages>().map(|languages| languages.for_anybody());
    let response = next.run(request).await;
    let (mut parts, body) = response.into_parts();
    let problem = match parts.extensions.remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare_error(parts.status, &parts.headers) => Problem::of_status(parts.status),
        None => return Response::from_parts(parts, body),
    };
    if problem.status.is_server_error() {
        tracing::error!(code = %problem.code, inside = problem.inside.as_deref().unwrap_or(""), "fault");
    }
    // What stood beside the error stays: Allow, WWW-Authenticate, cookies.
    for stale in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        parts.headers.remove(stale);
    }
    if let Some(seconds) = problem.retry_after_s {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    parts.status = problem.status;
    let written = asked.write(&problem, &id, payer.as_ref(), at_desk);
    let (written_parts, body) = written.into_parts();
    parts.headers.extend(written_parts.headers);
    Response::from_parts(parts, body)
}

/// An error nobody wrote a body for: the framework's own answers have none or plain text. What a handler wrote as
/// HTML or JSON is its own affair.
fn is_bare_error(status: StatusCode, headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    (status.is_client_error() || status.is_server_error()) && kind.is_none_or(|kind| kind.starts_with(b"text/plain"))
}

/// What kind of body was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Json,
    Page,
    Fragment,
}

impl Asked {
    fn of(reader: Reader, headers: &HeaderMap) -> Asked {
        let html = headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        match reader {
            Reader::Program => Asked::Json,
            Reader::Unknown if !html => Asked::Json,
            Reader::Person | Reader::Unknown if headers.contains_key("hx-request") => Asked::Fragment,
            Reader::Person | Reader::Unknown => Asked::Page,
        }
    }

    fn write(self, problem: &Problem, id: &RequestId, payer: Option<&Tongue>, at_desk: bool) -> Response {
        let page = match self {
            Asked::Json => return json_body(problem, id),
            Asked::Page if payer.is_some() => return payer_page(problem, id, payer.cloned().unwrap_or_default()),
            Asked::Page => ErrorPage { problem, id: id.as_str(), at_desk }.render(),
            Asked::Fragment => ErrorFragment { problem, id: id.as_str() }.render(),
        };
        match page {
            Ok(text) => Html(text).into_response(),
            Err(_) => json_body(problem, id),
        }
    }
}

fn json_body(problem: &Problem, id: &RequestId) -> Response {
    let body = Body::from(problem.to_json(id.as_str()).to_string());
    ([(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON))], body).into_response()
}

/// The same for a payer, in their language and without the words of programs.
fn payer_page(problem: &Problem, id: &RequestId, tongue: Tongue) -> Response {
    let status = problem.status.as_u16().to_string();
    let family =
        |family: &str| if tongue.has(family, &status) { tongue.one_of(family, &status) } else { tongue.one_of(family, "other") };
    let shown = TroublePage {
        title: family("problem-title"),
        text: family("problem-text"),
        request_id: id.as_str().to_owned(),
        back: None,
        tongue: tongue.clone(),
    };
    spoken(&tongue, problem.status, &shown)
}

#[derive(Template)]
#[template(path = "system/error.html")]
struct ErrorPage<'a> {
    problem: &'a Problem,
    id: &'a str,
    /// Below `/admin`, where there is a way home.
    at_desk: bool,
}

#[derive(Template)]
#[template(path = "system/error_fragment.html")]
struct ErrorFragment<'a> {
    problem: &'a Problem,
    id: &'a str,
}

/// Turns a panic below it into a 500; the panic hook has logged where it happened.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => Problem::fault(format!("panicked: {}", panic_text(panic.as_ref()))).into_response(),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

/// An answer with a page in it. A page that cannot be rendered is our fault.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(e) => Problem::fault(format!("a page cannot be rendered: {e}")).into_response(),
    }
}

#[cfg(test)]
mod tests;
