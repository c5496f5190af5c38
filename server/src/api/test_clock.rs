//! The clock of tests: moved forward, it does everything that falls due on the way.
//!
//! Invariant: without a test clock this address does not exist.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use books::calendar::Instant;
use engine::error::FieldError;
use engine::flows::move_clock::advance;
use jiff::Span;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::Sets;
use super::replies::written_down;
use crate::app::App;
use crate::json::StrictJson;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/test/clock", post(forward))
}

#[derive(OpenApi)]
#[openapi(paths(forward))]
pub struct Description;

/// By how much.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Forward {
    /// An ISO 8601 duration, such as `P31D` or `PT1H`; at most ten years.
    #[schema(examples("P31D"))]
    advance: String,
}

/// The time that is shown now.
#[derive(Debug, Serialize, ToSchema)]
struct Now {
    #[schema(format = DateTime)]
    now: String,
}

/// The instant that lies a duration later, on the calendar of UTC.
fn later(now: Instant, by: Span) -> Option<Instant> {
    let then = now.timestamp().to_zoned(jiff::tz::TimeZone::UTC).checked_add(by).ok()?;
    Some(Instant(then.timestamp().as_microsecond()))
}

/// Move the test clock forward and do everything that falls due on the way, in order
#[utoipa::path(post, path = "/api/v1/test/clock", tag = "test", request_body = Forward,
    responses((status = 200, description = "The new present; without a test clock this is 404", body = Now)))]
async fn forward(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    StrictJson { value: Forward { advance: text }, request_hash }: StrictJson<Forward>,
) -> Result<Response, Problem> {
    let by: Result<Span, _> = text.parse();
    let by = by.ok().filter(|_| text.starts_with('P')).ok_or_else(|| {
        let detail = "Write an ISO 8601 duration, as P31D or PT1H.".to_owned();
        Problem::invalid(vec![FieldError { field: "advance".to_owned(), code: "INVALID", detail }])
    })?;
    let call = caller.call(request_hash);
    let act = advance(&app.services, &call, |now| later(now, by));
    let show = async |now: Option<Instant>, _: String| {
        // A repeat whose words are gone says what time it is now.
        Ok(Now { now: now.unwrap_or_else(|| app.services.db.clock().now()).to_rfc3339() })
    };
    written_down(&app, &call, StatusCode::OK, act, show, |_| caller.business.to_string()).await
}
