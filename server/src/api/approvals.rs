//! Acts above somebody's limit, and the second person who decides about them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::ApprovalId;
use engine::flows::approvals::{approve, reject};
use engine::flows::call::Call;
use engine::store::approval::{self, Approval as Row};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Refunds};
use super::lists::{List, Listing};
use super::replies::written;
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/approvals", get(list))
        .route("/api/v1/approvals/{id}", get(one))
        .route("/api/v1/approvals/{id}/approve", post(give))
        .route("/api/v1/approvals/{id}/reject", post(refuse))
}

#[derive(OpenApi)]
#[openapi(paths(list, one, give, refuse))]
pub struct Description;

/// An act above somebody's limit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Approval {
    id: String,
    /// `refund`, `write_off`, `credit_note`, `payout`, `credit` or `adjustment`.
    kind: String,
    /// `waiting`, `approved` or `rejected`.
    state: String,
    customer: String,
    /// What it is about.
    about: String,
    /// Signed for an adjustment.
    amount: i64,
    currency: String,
    reason: String,
    asked_by: String,
    decided_by: Option<String>,
    /// Why it was rejected.
    note: Option<String>,
    /// What came of it.
    outcome: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    decided_at: Option<String>,
}

impl Approval {
    pub fn of(row: Row) -> Approval {
        Approval {
            id: row.id.to_string(),
            kind: row.kind,
            state: row.state,
            customer: row.customer_id.to_string(),
            about: row.about,
            amount: row.amount,
            currency: row.currency.code().to_owned(),
            reason: row.reason,
            asked_by: row.actor,
            decided_by: row.decided_by,
            note: row.note,
            outcome: row.outcome,
            created_at: row.created_at.to_rfc3339(),
            decided_at: row.decided_at.map(|at| at.to_rfc3339()),
        }
    }
}

/// `{approval}`: the answer of an act that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    approval: Approval,
}

/// The answer of an act that waits for a second person.
pub async fn waiting(app: &App, call: &Call, id: ApprovalId) -> Result<Waiting, Problem> {
    Ok(Waiting { approval: shown(app, call, id).await? })
}

async fn shown(app: &App, call: &Call, id: ApprovalId) -> Result<Approval, Problem> {
    Ok(Approval::of(approval::approval(&app.services.db, call.business, id).await?))
}

/// Which approvals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ApprovalState {
    Waiting,
    Approved,
    Rejected,
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ApprovalsQuery {
    #[param(inline)]
    state: Option<ApprovalState>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Approvals, newest first
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals", params(ApprovalsQuery),
    responses((status = 200, description = "A page of approvals", body = List<Approval>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<ApprovalsQuery>) -> Result<Response, Problem> {
    let state = match listing.query.state {
        None => "",
        Some(ApprovalState::Waiting) => "waiting",
        Some(ApprovalState::Approved) => "approved",
        Some(ApprovalState::Rejected) => "rejected",
    };
    let db = &app.services.db;
    let rows = approval::page(db, caller.business, state.to_owned(), listing.after()?, listing.one_more()).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, Approval::of)?))
}

/// An approval
#[utoipa::path(get, path = "/api/v1/approvals/{id}", tag = "approvals", params(("id" = String, Path, description = "`apr_…`")),
    responses((status = 200, description = "The approval", body = Approval)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<ApprovalId>) -> Result<Response, Problem> {
    let row = approval::approval(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Approval::of(row)))
}

/// Approve, as another person or program than the one who asked; the act is done at once
#[utoipa::path(post, path = "/api/v1/approvals/{id}/approve", tag = "approvals", params(("id" = String, Path, description = "`apr_…`")),
    responses((status = 200, description = "The approval", body = Approval)))]
async fn give(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(id): Id<ApprovalId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    written(&app, &call, StatusCode::OK, approve(&app.services, &call, id), |id| shown(&app, &call, id)).await
}

/// Why it is rejected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rejection {
    #[schema(max_length = 10000)]
    reason: Option<String>,
}

/// Reject; nothing is done
#[utoipa::path(post, path = "/api/v1/approvals/{id}/reject", tag = "approvals", params(("id" = String, Path, description = "`apr_…`")),
    request_body = Rejection, responses((status = 200, description = "The approval", body = Approval)))]
async fn refuse(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(id): Id<ApprovalId>,
    StrictJson { value: new, request_hash }: StrictJson<Rejection>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = reject(&app.services, &call, id, new.reason.as_deref());
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}
