//! Saved methods: ways to pay that a processor keeps for a customer.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post};
use books::ids::{AttemptId, ConnectionId, CustomerId, MethodId};
use engine::error::FieldError;
use engine::flows::call::Call;
use engine::flows::keep_method::{choose_default, remove_method, save_token};
use engine::flows::set_up_method::start_setup;
use engine::store::business;
use engine::store::method::{self, Method as Row};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::{Pays, Reads};
use super::lists::List;
use super::replies::written;
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/customers/{id}/methods", get(list).post(create))
        .route("/api/v1/methods/{id}/default", post(choose))
        .route("/api/v1/methods/{id}", delete(remove))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, choose, remove))]
pub struct Description;

/// A way to pay that a processor keeps. Only brand and last four are known here.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedMethod {
    id: String,
    customer: String,
    /// The connection whose processor keeps it.
    processor: String,
    /// `card` or `bank_debit`.
    kind: String,
    brand: String,
    /// Null where there is no number: a PayPal account.
    last4: Option<String>,
    /// The last month it is good for, `2030-12`; null for a bank account.
    expires: Option<String>,
    /// Charged unless another is named.
    default: bool,
    /// It can be charged: not removed, and not expired.
    live: bool,
}

impl SavedMethod {
    fn of(row: Row, today: books::calendar::Day) -> SavedMethod {
        SavedMethod {
            live: row.is_live(today),
            id: row.id.to_string(),
            customer: row.customer_id.to_string(),
            processor: row.connection_id.to_string(),
            kind: row.kind,
            brand: row.brand,
            last4: (!row.last4.is_empty()).then_some(row.last4),
            expires: row.expires,
            default: row.is_default,
        }
    }
}

async fn today(app: &App, call_of: books::ids::BusinessId) -> Result<books::calendar::Day, Problem> {
    let of = business::business(&app.services.db, call_of).await?;
    Ok(of.today(app.services.db.clock().now()))
}

async fn shown(app: &App, call: &Call, id: MethodId) -> Result<SavedMethod, Problem> {
    let row = method::method(&app.services.db, call.business, id).await?;
    Ok(SavedMethod::of(row, today(app, call.business).await?))
}

/// A customer's saved methods, oldest first
#[utoipa::path(get, path = "/api/v1/customers/{id}/methods", tag = "methods", params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "The methods", body = List<SavedMethod>)))]
async fn list(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let rows = method::list(&app.services.db, caller.business, id).await?;
    let today = today(&app, caller.business).await?;
    let shown = rows.into_iter().map(|row| SavedMethod::of(row, today)).collect();
    Ok(json::answer(StatusCode::OK, &List::whole(shown)))
}

/// A method to keep: by the processor's token, or on the processor's own page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMethod {
    /// The connection.
    #[schema(value_type = String)]
    processor: ConnectionId,
    /// What the processor's fields gave the browser. Sandbox: `tok_` and a test number.
    #[schema(max_length = 500)]
    token: Option<String>,
    /// Open a page of the processor instead, and answer its address.
    #[serde(default)]
    setup: bool,
    /// Charged unless another is named; a customer's first one is anyway.
    #[serde(default)]
    default: bool,
}

/// A page of the processor on which a card is kept.
#[derive(Debug, Serialize, ToSchema)]
struct MethodPage {
    #[schema(format = "uri")]
    url: Option<String>,
}

/// Save a method, or open the processor's page for it
#[utoipa::path(post, path = "/api/v1/customers/{id}/methods", tag = "methods", params(("id" = String, Path, description = "`cus_…`")),
    request_body = NewMethod, responses((status = 201, description = "The method; with `setup`: where to add it", body = SavedMethod)))]
async fn create(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(customer): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<NewMethod>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    match (&new.token, new.setup) {
        (Some(token), false) => {
            let act = save_token(&app.services, &call, customer, new.processor, token, new.default);
            written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
        }
        (None, true) => {
            let act = start_setup(&app.services, &call, customer, new.processor, None);
            written(&app, &call, StatusCode::CREATED, act, |id| page(&app, &call, id)).await
        }
        _ => {
            let detail = "Send either the processor's token, or setup: true.".to_owned();
            Err(Problem::invalid(vec![FieldError { field: "token".to_owned(), code: "INVALID", detail }]))
        }
    }
}

async fn page(app: &App, call: &Call, id: AttemptId) -> Result<MethodPage, Problem> {
    Ok(MethodPage { url: method::setup(&app.services.db, call.business, id).await?.url })
}

/// Charge this one unless another is named
#[utoipa::path(post, path = "/api/v1/methods/{id}/default", tag = "methods", params(("id" = String, Path, description = "`pme_…`")),
    responses((status = 200, description = "The method", body = SavedMethod)))]
async fn choose(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<MethodId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = choose_default(&app.services, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// Remove a method; it is charged no more
#[utoipa::path(delete, path = "/api/v1/methods/{id}", tag = "methods", params(("id" = String, Path, description = "`pme_…`")),
    responses((status = 200, description = "The method, no longer live", body = SavedMethod)))]
async fn remove(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<MethodId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = remove_method(&app.services, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}
