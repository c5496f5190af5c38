//! Pages of lists: how many, from where, and where the next one begins.
//!
//! Invariants: a cursor says where the last row of a page stands in the list's order; it belongs to one address, sort and set of
//! filters, and to no other (BAD_CURSOR). It is opaque but not secret: whoever changes one sees other rows of the same business.
//! Limits: 1 to 200 rows, 50 when nobody says.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::StatusCode;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::error::FieldError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::json::StrictQuery;
use crate::respond::Problem;

const USUAL: i64 = 50;
const MOST: i64 = 200;
/// Bytes of the digest that ties a cursor to its list.
const TIE: usize = 9;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    pub data: Vec<T>,
    /// Where the next page begins; null: this was the last.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A list that is always whole.
    pub fn whole(data: Vec<T>) -> List<T> {
        List { data, next_cursor: None }
    }
}

/// The query of a list: its filters, how many rows, and where they begin. `Q` has `limit` and `cursor` among its fields.
#[derive(Debug, Clone)]
pub struct Listing<Q> {
    pub query: Q,
    limit: i64,
    cursor: Option<String>,
    tie: String,
}

impl<Q: DeserializeOwned + Serialize + Send, S: Send + Sync> FromRequestParts<S> for Listing<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let StrictQuery(query) = StrictQuery::<Q>::from_request_parts(parts, state).await?;
        let path = parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.path(), |OriginalUri(uri)| uri.path());
        let mut filters = serde_json::to_value(&query).map_err(|error| Problem::fault(format!("a query: {error}")))?;
        let (mut limit, mut cursor) = (USUAL, None);
        if let Value::Object(filters) = &mut filters {
            limit = filters.remove("limit").and_then(|limit| limit.as_i64()).unwrap_or(USUAL);
            cursor = filters.remove("cursor").and_then(|cursor| cursor.as_str().map(str::to_owned));
        }
        if !(1..=MOST).contains(&limit) {
            let detail = format!("Ask for 1 to {MOST} rows.");
            return Err(Problem::invalid(vec![FieldError { field: "limit".to_owned(), code: "OUT_OF_RANGE", detail }]));
        }
        let digest = Sha256::digest(format!("{path}\n{filters}"));
        Ok(Listing { query, limit, cursor, tie: URL_SAFE_NO_PAD.encode(&digest[..TIE]) })
    }
}

/// What a cursor carries.
#[derive(Serialize, Deserialize)]
struct Cursor<K>(String, K);

impl<Q> Listing<Q> {
    /// One row more than the page has, so that it shows whether there is another page.
    pub fn one_more(&self) -> i64 {
        self.limit + 1
    }

    /// How many rows the page has at most.
    pub fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(1)
    }

    /// Where the page before ended. Refuses what is no cursor of this very list.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let bad = || {
            let detail = "This cursor belongs to another list, sort or filter. Start again without one.";
            let mut problem = Problem::new(StatusCode::BAD_REQUEST, "BAD_CURSOR", detail);
            problem.errors.push(FieldError { field: "cursor".to_owned(), code: "BAD_CURSOR", detail: detail.to_owned() });
            problem
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let Cursor(tie, place) = serde_json::from_slice::<Cursor<K>>(&bytes).map_err(|_| bad())?;
        if tie == self.tie { Ok(Some(place)) } else { Err(bad()) }
    }

    /// The page: cut to its length, each row as it is shown. `place` says where a row stands in the order.
    pub fn page<R, K: Serialize, T>(
        &self,
        mut rows: Vec<R>,
        place: impl Fn(&R) -> K,
        show: impl Fn(R) -> T,
    ) -> Result<List<T>, Problem> {
        let more = rows.len() > self.limit();
        rows.truncate(self.limit());
        let last = rows.last().filter(|_| more).map(place);
        let next_cursor = last.map(|place| self.cursor(place)).transpose()?;
        Ok(List { data: rows.into_iter().map(show).collect(), next_cursor })
    }

    /// The cursor of a place in this list.
    pub fn cursor(&self, place: impl Serialize) -> Result<String, Problem> {
        let bytes = serde_json::to_vec(&Cursor(self.tie.clone(), place));
        bytes.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).map_err(|error| Problem::fault(format!("a cursor: {error}")))
    }
}
