//! Announcements to open staff pages, and how a business looks: its color and its logo.
//!
//! Invariants: a stream says that something changed, never what; a color goes into a stylesheet only when it is one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use books::ids::{BusinessId, CustomerId};
use engine::store::business;

use crate::api::looks::media_type;
use crate::app::App;
use crate::auth::Staff;
use crate::forms::Form;
use crate::live::{LiveStream, Topic};
use crate::respond::Problem;

/// `GET /admin/live[?about=cus_…]`
pub async fn live(
    State(app): State<Arc<App>>,
    staff: Staff,
    uri: axum::http::Uri,
    headers: HeaderMap,
) -> Result<LiveStream, Problem> {
    let mut asked = Form::parse(uri.query().unwrap_or_default().as_bytes())?;
    let topic = match asked.value("about").is_empty() {
        true => Topic::Business,
        false => Topic::Customer(asked.read::<CustomerId>("about").ok_or_else(Problem::not_found)?),
    };
    app.hub.subscribe(staff.business, topic, staff.session.session_id, &headers)
}

/// `GET /brand/{id}.css`: the business's color, for its own pages and those of its payers.
pub async fn stylesheet(State(app): State<Arc<App>>, Path(file): Path<String>) -> Result<Response, Problem> {
    let id: BusinessId = file.strip_suffix(".css").and_then(|id| id.parse().ok()).ok_or_else(Problem::not_found)?;
    let known = business::business(&app.services.db, id).await?;
    let text = match books::paper::parse_color(&known.color) {
        Some(_) => format!(":root{{--brand:{}}}", known.color),
        None => String::new(),
    };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], text).into_response())
}

/// `GET /brand/{business}/logo`: the picture as it was given, PNG or JPEG.
pub async fn logo(State(app): State<Arc<App>>, Path(business): Path<String>) -> Result<Response, Problem> {
    let id: BusinessId = business.parse().map_err(|_| Problem::not_found())?;
    let picture = business::business(&app.services.db, id).await?.logo.ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&picture)))], picture).into_response())
}
