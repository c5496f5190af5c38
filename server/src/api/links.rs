//! A customer's payment links. The address is made from the key file each time; it is kept nowhere.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::{CustomerId, LinkId};
use engine::flows::call::Call;
use engine::flows::share_link::{NewLink as Sharing, create_link, regenerate_link, revoke_link, send_link};
use engine::sheets::trace;
use engine::store::customer;
use engine::store::link::{self, Link as Row};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::{Reads, Writes};
use super::explanations::Explanation;
use super::lists::List;
use super::replies::written;
use super::values::{Amount, Currency, Day, LinkState, PolicyKind};
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/customers/{id}/links", get(list).post(create))
        .route("/api/v1/links/{id}", get(one))
        .route("/api/v1/links/{id}/explain", get(explain))
        .route("/api/v1/links/{id}/revoke", post(revoke))
        .route("/api/v1/links/{id}/regenerate", post(regenerate))
        .route("/api/v1/links/{id}/send", post(send))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, one, explain, revoke, regenerate, send))]
pub struct Description;

/// A payer's link.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    id: String,
    /// Where the payer goes; null once it is revoked.
    #[schema(format = "uri")]
    url: Option<String>,
    #[schema(value_type = LinkState)]
    state: String,
    /// `balance`, `request`, `receipt`, `selection`, `account` or `statement`.
    purpose: String,
    customer: String,
    currency: String,
    #[schema(value_type = PolicyKind)]
    policy: String,
    minimum_amount: Option<i64>,
    steps: Vec<i64>,
    /// It can be paid through, not only looked at.
    can_pay: bool,
    #[schema(format = DateTime)]
    expires_at: String,
    /// When a payer, not a machine, opened it first.
    #[schema(format = DateTime)]
    opened_at: Option<String>,
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// The address behind which a link's page stands.
pub fn url(app: &App, purpose: &str, id: LinkId) -> String {
    app.public_url.link(&format!("/p/{}", app.services.keys.link_token(purpose, id)))
}

impl Link {
    fn of(app: &App, row: Row) -> Link {
        let state = row.state(app.services.db.clock().now());
        Link {
            id: row.id.to_string(),
            url: row.revoked_at.is_none().then(|| url(app, &row.purpose, row.id)),
            state: state.to_string(),
            steps: row.offered(),
            purpose: row.purpose,
            customer: row.customer_id.to_string(),
            currency: row.currency.code().to_owned(),
            policy: row.policy,
            minimum_amount: row.minimum_amount,
            can_pay: row.can_pay,
            expires_at: row.expires_at.to_rfc3339(),
            opened_at: row.opened_at.map(|at| at.to_rfc3339()),
            revoked_at: row.revoked_at.map(|at| at.to_rfc3339()),
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

async fn shown(app: &App, call: &Call, id: LinkId) -> Result<Link, Problem> {
    Ok(Link::of(app, link::link(&app.services.db, call.business, id).await?))
}

/// A customer's balance links, newest first
#[utoipa::path(get, path = "/api/v1/customers/{id}/links", tag = "links", params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "The newest 50 links", body = List<Link>)))]
async fn list(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let db = &app.services.db;
    customer::customer(db, caller.business, id).await?;
    let rows = link::list(db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &List::whole(rows.into_iter().map(|row| Link::of(&app, row)).collect())))
}

/// What a new link lets the payer do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLink {
    /// Absent: `full`.
    policy: Option<PolicyKind>,
    /// For the policy `minimum`.
    minimum_amount: Option<Amount>,
    /// For the policy `steps`: 1 to 12 amounts to choose from.
    #[serde(default)]
    #[schema(max_items = 12)]
    steps: Vec<Amount>,
    /// Absent: the business's own.
    currency: Option<Currency>,
    /// Absent: yes.
    can_pay: Option<bool>,
    /// Its last day; absent: the business's usual time from today.
    expires_on: Option<Day>,
}

/// Generate a customer's payment link; an earlier one ends
#[utoipa::path(post, path = "/api/v1/customers/{id}/links", tag = "links", params(("id" = String, Path, description = "`cus_…`")),
    request_body = NewLink, responses((status = 201, description = "The link", body = Link)))]
async fn create(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(customer): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<NewLink>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let usual = Sharing::usual(customer);
    let sharing = Sharing {
        currency: new.currency.map(|currency| currency.0),
        policy: new.policy.map_or(usual.policy, |policy| policy.0.to_string()),
        minimum_amount: new.minimum_amount.map(|amount| amount.0),
        steps: new.steps.into_iter().map(|step| step.0).collect(),
        can_pay: new.can_pay.unwrap_or(usual.can_pay),
        expires_on: new.expires_on.map(|day| day.0),
        customer,
    };
    let act = create_link(&app.services.db, &app.services.keys, &call, sharing);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// A link
#[utoipa::path(get, path = "/api/v1/links/{id}", tag = "links", params(("id" = String, Path, description = "`lnk_…`")),
    responses((status = 200, description = "The link", body = Link)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<LinkId>) -> Result<Response, Problem> {
    let row = link::link(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Link::of(&app, row)))
}

/// How what a link asks for came about
#[utoipa::path(get, path = "/api/v1/links/{id}/explain", tag = "links", params(("id" = String, Path, description = "`lnk_…`")),
    responses((status = 200, description = "The trace of the amount due", body = Explanation)))]
async fn explain(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<LinkId>) -> Result<Response, Problem> {
    let (trace, currency) = trace::of_link(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Explanation::of(trace, currency)))
}

/// Revoke a link at once
#[utoipa::path(post, path = "/api/v1/links/{id}/revoke", tag = "links", params(("id" = String, Path, description = "`lnk_…`")),
    responses((status = 200, description = "The link", body = Link)))]
async fn revoke(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<LinkId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = revoke_link(&app.services.db, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// A new link with the same rights; the old one ends
#[utoipa::path(post, path = "/api/v1/links/{id}/regenerate", tag = "links", params(("id" = String, Path, description = "`lnk_…`")),
    responses((status = 201, description = "The new link", body = Link)))]
async fn regenerate(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<LinkId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = regenerate_link(&app.services.db, &app.services.keys, &call, id, false);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// Mail a link to the customer's address
#[utoipa::path(post, path = "/api/v1/links/{id}/send", tag = "links", params(("id" = String, Path, description = "`lnk_…`")),
    responses((status = 200, description = "The link", body = Link)))]
async fn send(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<LinkId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = send_link(&app.services.db, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}
