//! Bodies and queries of the API, read strictly: what we do not understand we refuse, by field.
//!
//! Invariants: a body is UTF-8 JSON of at most 1 MiB, unless its route takes more, without duplicate keys, NUL or deep nesting;
//! unknown names are refused; a whole number may be written `3.0`, a fraction where an integer is wanted is refused. What cannot be
//! understood is 400, what is understood but not a value of the field is 422, each with the field's path. The parsed body in one
//! canonical spelling is what an idempotency key is bound to. Left out: rules on values, which belong to `books`.

use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use engine::error::FieldError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::respond::Problem;
use crate::security::card_number;

mod complaint;
mod value;

use complaint::Complaint;

/// The longest body taken, in bytes, where a route does not say otherwise.
pub const MAX_BODY: usize = 1024 * 1024;
/// The longest body of a route that takes more than [`MAX_BODY`], such as a picture; laid on the route as an extension.
#[derive(Debug, Clone, Copy)]
pub struct LongestBody(pub usize);

/// How long a client may take to send its body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest query string taken, in bytes.
const MAX_QUERY: usize = 16 * 1024;
/// The code of a field in which a card's number stands.
pub const CARD_NUMBER: &str = "CARD_NUMBER";
/// The sentence beside it.
pub const NO_CARDS: &str = "This looks like a card number, which may not be kept here. Leave it out; cards are entered on the \
     payment service's own page.";
/// The longest idempotency key, in bytes.
pub const MAX_IDEMPOTENCY_KEY: usize = 255;

/// A JSON body that was read strictly, and the digest its idempotency key is bound to.
#[derive(Debug, Clone)]
pub struct StrictJson<T> {
    pub value: T,
    /// SHA-256 over method, path and the canonical body.
    pub request_hash: [u8; 32],
}

/// The body or query of a call that takes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        // No call with a body has a query.
        parse_query::<Nothing>(parts.uri.query().unwrap_or_default())?;
        let longest = parts.extensions.get().map_or(MAX_BODY, |LongestBody(bytes)| *bytes);
        let bytes = read_body(&parts.headers, body, longest).await?;
        let parsed = parse_body(&parts.headers, &bytes)?;
        let request_hash = request_hash(parts.method.as_str(), path(&parts).path(), &parsed);
        Ok(StrictJson { value: from_value(parsed, Place::Body)?, request_hash })
    }
}

/// The path as it was asked for: a nested router sees only the rest of it.
fn path(parts: &Parts) -> Uri {
    parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |OriginalUri(uri)| uri.clone())
}

/// Reads a body up to its limit and for a limited time. Refuses 413 before reading where the length is announced.
pub async fn read_body(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(Problem::too_large(limit));
    }
    match tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(e)) if is_too_long(&e) => Err(Problem::too_large(limit)),
        Ok(Err(_)) => Err(Problem::malformed("The body ended early.", Vec::new())),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", "The body took too long to arrive.")),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(inner) = cause {
        if inner.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// A body as JSON. No body at all is an empty object, so that calls without fields need none.
fn parse_body(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Problem> {
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    if !is_json(headers.get(header::CONTENT_TYPE)) {
        return Err(Problem::unsupported_media_type("application/json"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::malformed("The body is not UTF-8 text.", Vec::new()))?;
    match value::parse(text) {
        Ok(object @ Value::Object(_)) => match card_in("", &object) {
            Some(field) => Err(Problem::invalid(vec![FieldError { field, code: CARD_NUMBER, detail: NO_CARDS.to_owned() }])),
            None => Ok(object),
        },
        Ok(_) => Err(Problem::malformed("The body must be a JSON object.", Vec::new())),
        Err(complaint) => Err(complaint.into_problem()),
    }
}

/// The first place at which a card's number stands, the number itself masked where it is a name.
fn card_in(path: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => card_number::masked(text).map(|_| path.to_owned()),
        Value::Array(all) => all.iter().enumerate().find_map(|(place, one)| card_in(&format!("{path}[{place}]"), one)),
        Value::Object(object) => object.iter().find_map(|(name, one)| match card_number::masked(name) {
            Some(masked) => Some(complaint::join(path, &masked)),
            None => card_in(&complaint::join(path, name), one),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// `application/json`, or a type that ends in `+json`, in UTF-8.
fn is_json(kind: Option<&HeaderValue>) -> bool {
    let Some(kind) = kind.and_then(|kind| kind.to_str().ok()) else { return false };
    let mut parts = kind.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    json && parts.all(|part| part.strip_prefix("charset=").is_none_or(|set| set.trim_matches('"') == "utf-8"))
}

/// Where a complaint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Query,
}

fn from_value<T: DeserializeOwned>(value: Value, place: Place) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|e| {
        let path = e.path().to_string();
        Complaint::of_serde(&path, &e.into_inner().to_string(), place).into_problem()
    })
}

/// What an idempotency key is bound to: SHA-256 over method, path and body, the body in one canonical spelling, so that
/// the order of members, white space and `3.0` for `3` make no difference.
pub fn request_hash(method: &str, path: &str, body: &Value) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [method, path] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(value::canonical(body).as_bytes());
    hash.finalize().into()
}

/// A query that was read strictly: each name at most once, no unknown ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrictQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parse_query(parts.uri.query().unwrap_or_default()).map(StrictQuery)
    }
}

fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    if query.len() > MAX_QUERY {
        return Err(Problem::malformed("The query is too long.", Vec::new()));
    }
    let mut seen: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, text) = (decoded(name)?, decoded(text)?);
        if seen.iter().any(|(before, _)| *before == name) {
            return Err(Complaint::duplicate(&name).into_problem());
        }
        seen.push((name, text));
    }
    let pairs = serde::de::value::MapDeserializer::new(seen.into_iter().map(|(name, text)| (name, QueryText(text))));
    serde_path_to_error::deserialize(pairs).map_err(|e: serde_path_to_error::Error<serde::de::value::Error>| {
        let path = e.path().to_string();
        Complaint::of_serde(&path, &e.into_inner().to_string(), Place::Query).into_problem()
    })
}

/// Undoes `%20` and `+`. Refuses what is not UTF-8, and NUL.
fn decoded(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let bytes = percent_encoding::percent_decode_str(&spaced);
    match bytes.decode_utf8() {
        Ok(text) if text.contains('\0') => Err(Problem::malformed("The query contains NUL.", Vec::new())),
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Problem::malformed("The query is not UTF-8 text.", Vec::new())),
    }
}

/// Text of a query that becomes a number or a boolean where one is wanted.
struct QueryText(String);

macro_rules! query_numbers {
    ($($method:ident => $visit:ident: $type:ty = $wanted:literal,)*) => {$(
        fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self.0.parse::<$type>() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(serde::de::Error::custom(concat!("write ", $wanted))),
            }
        }
    )*};
}

impl<'de> serde::Deserializer<'de> for QueryText {
    type Error = serde::de::value::Error;

    query_numbers! {
        deserialize_bool => visit_bool: bool = "true or false",
        deserialize_i64 => visit_i64: i64 = "a whole number",
        deserialize_i32 => visit_i32: i32 = "a whole number",
        deserialize_u64 => visit_u64: u64 = "a whole number",
        deserialize_u32 => visit_u32: u32 = "a whole number",
        deserialize_u16 => visit_u16: u16 = "a whole number",
        deserialize_u8 => visit_u8: u8 = "a whole number",
    }

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        use serde::de::IntoDeserializer;
        serde::Deserializer::deserialize_enum(self.0.into_deserializer(), name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

impl serde::de::IntoDeserializer<'_, serde::de::value::Error> for QueryText {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The `Idempotency-Key` of a write, if one was sent: 1 to 255 visible ASCII letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let mut sent = parts.headers.get_all("idempotency-key").iter();
        let Some(key) = sent.next() else { return Ok(IdempotencyKey(None)) };
        let text = key.to_str().unwrap_or_default().trim();
        let good = (1..=MAX_IDEMPOTENCY_KEY).contains(&text.len()) && sent.next().is_none();
        if !good {
            let detail = "Send one Idempotency-Key of 1 to 255 visible ASCII letters.";
            let error = FieldError { field: "Idempotency-Key".to_owned(), code: "INVALID", detail: detail.to_owned() };
            return Err(Problem::malformed(detail, vec![error]));
        }
        if card_number::masked(text).is_some() {
            let error = FieldError { field: "Idempotency-Key".to_owned(), code: CARD_NUMBER, detail: NO_CARDS.to_owned() };
            return Err(Problem::malformed(NO_CARDS, vec![error]));
        }
        Ok(IdempotencyKey(Some(text.to_owned())))
    }
}

/// An id in the path. Text that is no id of that noun is answered like an id that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, text)| text.parse().ok());
        id.map(Id).ok_or_else(Problem::not_found)
    }
}

/// Marks an answer that was given before and is only repeated.
pub fn replayed(mut answer: Response) -> Response {
    answer.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    answer
}

/// A JSON answer with a status.
pub fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response(),
        Err(e) => Problem::fault(format!("an answer cannot be written: {e}")).into_response(),
    }
}

#[cfg(test)]
mod tests;
