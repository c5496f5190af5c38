//! API keys: issue one (its text is shown once), list them, revoke one.
//!
//! Invariant: a key gives no scope that the key which issues it lacks.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::ApiKeyId;
use engine::flows::call::Call;
use engine::flows::issue_key::{NewKey as Issuing, issue_key, revoke_key};
use engine::store::api_key::{self, ApiKey};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::{Reads, Sets};
use super::lists::List;
use super::replies::written_down;
use super::values::Day;
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/keys", get(list).post(issue)).route("/api/v1/keys/{id}/revoke", post(revoke))
}

#[derive(OpenApi)]
#[openapi(paths(list, issue, revoke))]
pub struct Description;

/// A program's key, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    id: String,
    name: String,
    scopes: Vec<String>,
    /// Its last day; null: until revoked.
    #[schema(format = Date)]
    expires_on: Option<String>,
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<ApiKey> for Key {
    fn from(row: ApiKey) -> Key {
        Key {
            id: row.id.to_string(),
            name: row.name,
            scopes: row.scopes.split(',').map(str::to_owned).collect(),
            expires_on: row.expires_on.map(|day| day.to_string()),
            revoked_at: row.revoked_at.map(|at| at.to_rfc3339()),
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

/// A new key. Its text is shown here and never again: a repeat of the same request has null.
#[derive(Serialize, ToSchema)]
struct IssuedKey {
    #[serde(flatten)]
    about: Key,
    key: Option<String>,
}

async fn shown(app: &App, call: &Call, id: &str) -> Result<Key, Problem> {
    let rows = api_key::list(&app.services.db, call.business).await?;
    rows.into_iter().find(|row| row.id.to_string() == id).map(Key::from).ok_or_else(Problem::not_found)
}

/// Keys, newest first, revoked ones included
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", responses((status = 200, description = "All keys", body = List<Key>)))]
async fn list(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    let rows = api_key::list(&app.services.db, caller.business).await?;
    Ok(json::answer(StatusCode::OK, &List::whole(rows.into_iter().map(Key::from).collect())))
}

/// What the key may do, and until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Some of `read`, `write`, `payments`, `refunds`, `settings`.
    #[schema(min_items = 1, max_items = 5)]
    scopes: Vec<String>,
    /// Its last day; absent: until revoked.
    expires_on: Option<Day>,
}

/// Issue a key
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = NewKey,
    responses((status = 201, description = "The key, with its text", body = IssuedKey)))]
async fn issue(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    StrictJson { value: new, request_hash }: StrictJson<NewKey>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let issuing = Issuing { name: new.name, scopes: new.scopes, expires_on: new.expires_on.map(|day| day.0) };
    let act = issue_key(&app.services.db, &call, issuing);
    let show = async |issued: Option<(ApiKeyId, String)>, id: String| {
        Ok(IssuedKey { about: shown(&app, &call, &id).await?, key: issued.map(|(_, text)| text) })
    };
    written_down(&app, &call, StatusCode::CREATED, act, show, |(id, _)| id.to_string()).await
}

/// Revoke a key at once
#[utoipa::path(post, path = "/api/v1/keys/{id}/revoke", tag = "keys", params(("id" = String, Path, description = "`key_…`")),
    responses((status = 200, description = "The key", body = Key)))]
async fn revoke(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ApiKeyId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = revoke_key(&app.services.db, &call, id);
    let show = async |_: Option<()>, id: String| shown(&app, &call, &id).await;
    written_down(&app, &call, StatusCode::OK, act, show, |()| id.to_string()).await
}
