//! Events: what was done, by whom, to what. The audit line of every act.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ids::{CustomerId, EventId};
use engine::store::business::Span;
use engine::store::event::{self, Event as Row, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads};
use super::lists::{List, Listing};
use super::values::Day;
use crate::app::App;
use crate::json::{self, Id};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/events", get(list)).route("/api/v1/events/{id}", get(one))
}

#[derive(OpenApi)]
#[openapi(paths(list, one))]
pub struct Description;

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    id: String,
    /// Such as `payment_recorded`.
    kind: String,
    /// The id of what changed.
    subject: String,
    customer: Option<String>,
    /// `usr_…`, `key_…`, `lnk_…` or `system`.
    actor: String,
    actor_role: String,
    /// Of the request that did it.
    request_id: String,
    /// Amounts and ids.
    #[schema(value_type = Object)]
    data: Value,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Row> for Event {
    fn from(row: Row) -> Event {
        Event {
            id: row.id.to_string(),
            data: row.details(),
            kind: row.kind,
            subject: row.subject,
            customer: row.customer_id.map(|id| id.to_string()),
            actor: row.actor,
            actor_role: row.actor_role,
            request_id: row.request_id,
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

/// Which events.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    #[param(max_length = 200)]
    kind: Option<String>,
    /// The id of what changed.
    #[param(max_length = 200)]
    subject: Option<String>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    from: Option<Day>,
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// What was done, latest first
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventsQuery),
    responses((status = 200, description = "A page of events", body = List<Event>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<EventsQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Wanted {
        kind: query.kind.clone().unwrap_or_default(),
        subject: query.subject.clone().unwrap_or_default(),
        customer: query.customer,
        span: Span { from: query.from.map(|day| day.0), to: query.to.map(|day| day.0) },
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = event::wanted(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, Event::from)?))
}

/// An event
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events", params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, description = "The event", body = Event)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<EventId>) -> Result<Response, Problem> {
    let row = event::event(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Event::from(row)))
}
