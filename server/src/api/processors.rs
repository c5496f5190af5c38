//! Connections to processors: connect one, try it, take it out of use.
//!
//! Invariant: settings that are secret are never shown again.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::calendar::Instant;
use books::ids::ConnectionId;
use engine::flows::call::Call;
use engine::flows::connect_processor::{
    ChangedConnection as Changing, NewConnection as Connecting, change_connection, connect_processor, set_connection_state,
};
use engine::flows::test_processor::{Tried, test_processor};
use engine::store::business;
use engine::store::connection::{self, Connection as Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};

use super::access::{Reads, Sets};
use super::lists::List;
use super::replies::{written, written_down};
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/processors", get(list).post(connect))
        .route("/api/v1/processors/{id}", get(one).patch(change))
        .route("/api/v1/processors/{id}/test", post(test))
        .route("/api/v1/processors/{id}/disable", post(disable))
        .route("/api/v1/processors/{id}/enable", post(enable))
}

#[derive(OpenApi)]
#[openapi(paths(list, connect, one, change, test, disable, enable))]
pub struct Description;

/// A connection to a processor.
#[derive(Debug, Serialize, ToSchema)]
pub struct Connection {
    id: String,
    kind: String,
    name: String,
    /// `untested`, `live`, `disabled` or `failing`.
    state: String,
    /// What it can do: names to true or false, and days.
    #[schema(value_type = Object)]
    capabilities: Value,
    /// What was set: a text, or for a secret `{"set": true, "last4": "…"}`.
    #[schema(value_type = Object)]
    settings: Value,
    webhook: Webhook,
    /// Why what it sends to the bank is not read, in a sentence; null: it is, or it is not asked for.
    payouts_trouble: Option<String>,
    #[schema(format = DateTime)]
    payouts_trouble_since: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Where its processor sends messages, and whether they come.
#[derive(Debug, Serialize, ToSchema)]
struct Webhook {
    url: String,
    #[schema(format = DateTime)]
    last_received_at: Option<String>,
    /// When one last came whose signature did not fit.
    #[schema(format = DateTime)]
    last_refused_at: Option<String>,
}

impl Connection {
    async fn of(app: &App, row: Row, business: &str) -> Result<Connection, Problem> {
        let connected = app.services.connections.open(&row, business)?;
        let capabilities = serde_json::to_value(connected.processor.capabilities());
        let heard = connection::heard_at(&app.services.db, row.business_id, row.id).await?;
        let webhook = Webhook {
            url: app.public_url.link(&format!("/hooks/{}", row.id)),
            last_received_at: heard.map(Instant::to_rfc3339),
            last_refused_at: row.hook_refused_at.map(Instant::to_rfc3339),
        };
        let (trouble, since) = row.payouts_held_up().unzip();
        Ok(Connection {
            settings: settings_shown(&row),
            webhook,
            payouts_trouble: trouble.map(str::to_owned),
            payouts_trouble_since: since.map(Instant::to_rfc3339),
            id: row.id.to_string(),
            kind: row.kind,
            name: row.name,
            state: row.state,
            capabilities: capabilities.map_err(|error| Problem::fault(format!("capabilities: {error}")))?,
            created_at: row.created_at.to_rfc3339(),
        })
    }
}

fn settings_shown(row: &Row) -> Value {
    let plain = row.shown_settings();
    let secret = row.secret_hints().into_iter().map(|(name, last4)| (name, json!({ "set": true, "last4": last4 })));
    Value::Object(plain.into_iter().chain(secret).collect())
}

async fn shown(app: &App, call: &Call, id: ConnectionId) -> Result<Connection, Problem> {
    let business = business::business(&app.services.db, call.business).await?;
    let row = connection::connection(&app.services.db, call.business, id).await?;
    Connection::of(app, row, &business.name).await
}

/// A new connection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConnection {
    /// `sandbox`, `stripe`, `square`, `paypal` or `authorize_net`.
    kind: String,
    #[schema(max_length = 200)]
    name: Option<String>,
    /// `secret_key`, `webhook_secret` … as texts. Each kind takes `capabilities` too, such as `{"payment_request": false}`.
    #[serde(default = "no_settings")]
    #[schema(value_type = Object)]
    settings: Value,
}

fn no_settings() -> Value {
    json!({})
}

/// Connect a processor
#[utoipa::path(post, path = "/api/v1/processors", tag = "processors", request_body = NewConnection,
    responses((status = 201, description = "The connection", body = Connection)))]
async fn connect(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    StrictJson { value: new, request_hash }: StrictJson<NewConnection>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let connecting = Connecting { kind: new.kind, name: new.name, settings: new.settings };
    let act = connect_processor(&app.services, &call, connecting);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// Connections to processors, oldest first
#[utoipa::path(get, path = "/api/v1/processors", tag = "processors",
    responses((status = 200, description = "All connections", body = List<Connection>)))]
async fn list(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    let business = business::business(&app.services.db, caller.business).await?;
    let rows = connection::list(&app.services.db, caller.business).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(Connection::of(&app, row, &business.name).await?);
    }
    Ok(json::answer(StatusCode::OK, &List::whole(all)))
}

/// A connection
#[utoipa::path(get, path = "/api/v1/processors/{id}", tag = "processors", params(("id" = String, Path, description = "`prc_…`")),
    responses((status = 200, description = "The connection", body = Connection)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<ConnectionId>) -> Result<Response, Problem> {
    let call = caller.call([0; 32]);
    Ok(json::answer(StatusCode::OK, &shown(&app, &call, id).await?))
}

/// What is changed of a connection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedConnection {
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Only what is to be replaced; null takes an optional setting away. A replaced webhook secret is taken for a day more.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: serde_json::Map<String, Value>,
}

/// Rename a connection or replace some of its settings
#[utoipa::path(patch, path = "/api/v1/processors/{id}", tag = "processors", request_body = ChangedConnection,
    params(("id" = String, Path, description = "`prc_…`")),
    responses((status = 200, description = "The connection", body = Connection)))]
async fn change(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    StrictJson { value, request_hash }: StrictJson<ChangedConnection>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let changing = Changing { name: value.name, settings: value.settings };
    let act = change_connection(&app.services, &call, id, changing);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// A connection after it was tried.
#[derive(Debug, Serialize, ToSchema)]
struct TriedConnection {
    #[serde(flatten)]
    connection: Connection,
    tried: Trial,
}

/// What came of trying; null when an answer is repeated whose words are gone.
#[derive(Debug, Serialize, ToSchema)]
struct Trial {
    works: Option<bool>,
    /// What the processor said.
    detail: Option<String>,
}

/// Try a connection: it is live when the processor answers well, failing when it refuses
#[utoipa::path(post, path = "/api/v1/processors/{id}/test", tag = "processors", params(("id" = String, Path, description = "`prc_…`")),
    responses((status = 200, description = "The connection", body = TriedConnection)))]
async fn test(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = test_processor(&app.services, &call, id);
    let show = async |tried: Option<Tried>, _: String| {
        let (works, detail) = tried.map(|tried| (tried.works, tried.said)).unzip();
        Ok(TriedConnection { connection: shown(&app, &call, id).await?, tried: Trial { works, detail } })
    };
    written_down(&app, &call, StatusCode::OK, act, show, |_| id.to_string()).await
}

/// Take a connection out of use; payments under way are still followed
#[utoipa::path(post, path = "/api/v1/processors/{id}/disable", tag = "processors", params(("id" = String, Path, description = "`prc_…`")),
    responses((status = 200, description = "The connection", body = Connection)))]
async fn disable(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = set_connection_state(&app.services, &call, id, false);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// Take a connection into use again: Sandbox at once, a real processor after its next test
#[utoipa::path(post, path = "/api/v1/processors/{id}/enable", tag = "processors", params(("id" = String, Path, description = "`prc_…`")),
    responses((status = 200, description = "The connection", body = Connection)))]
async fn enable(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = set_connection_state(&app.services, &call, id, true);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}
