//! The page between us and a processor's page that takes its visitor by a form.
//!
//! Invariants: it sets no cookie and reads none but the language, shows no field, and its form can lead to that processor alone; what the form sends
//! was signed by the connection that gave the address out, so nobody can make such a page of ours lead elsewhere. With script it
//! goes on by itself, once; without, by its one button.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::flows::lead_on::lead_on;
use serde::Deserialize;

use super::links::lost;
use super::reader::{self, spoken};
use super::shown;
use super::views::outcomes::OnwardPage;
use crate::app::App;
use crate::respond::Problem;
use crate::security::headers::OwnPolicy;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /onward/{connection}?page=`: the form that takes the visitor on. One whose time is over leads back to us.
pub async fn show(
    State(app): State<Arc<App>>,
    Path(connection): Path<String>,
    Query(asked): Query<Asked>,
    Extension(visitor): Extension<reader::Asked>,
) -> Result<Response, Problem> {
    let Ok(connection) = connection.parse() else { return Ok(lost(visitor)) };
    let Some((business, onward)) = lead_on(&app.services, connection, &asked.page).await? else { return Ok(lost(visitor)) };
    if onward.lapsed {
        return Ok(Redirect::to(&onward.back).into_response());
    }
    let tongue = visitor.for_business(&business);
    let amount = onward.amount.map(|money| shown::amount(&tongue, money.minor, money.currency));
    let shown =
        OnwardPage { tongue: tongue.clone(), business: business.name, amount, action: onward.action, fields: onward.fields };
    let mut response = spoken(&tongue, StatusCode::OK, &shown);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action {}; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        onward.origin
    );
    response.extensions_mut().insert(OwnPolicy(policy));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
