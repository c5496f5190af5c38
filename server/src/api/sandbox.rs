//! Sandbox's own side: its record of what it charged, what happens at its desk, and what goes wrong on purpose.
//!
//! Invariant: the books learn of it as they would from a real processor. Connections of another kind answer 404.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::ConnectionId;
use engine::flows::use_sandbox_desk::{DeskAct, act, charges, queue_faults};
use processors::sandbox::{BankCharge, Fault};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Caller, Sets};
use super::lists::{List, Listing};
use super::replies::written_down;
use super::values::Amount;
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/processors/{id}/sandbox/charges", get(list))
        .route("/api/v1/processors/{id}/sandbox/charges/{charge}/dispute", post(dispute))
        .route("/api/v1/processors/{id}/sandbox/charges/{charge}/return", post(give_back))
        .route("/api/v1/processors/{id}/sandbox/charges/{charge}/refund", post(refund))
        .route("/api/v1/processors/{id}/sandbox/faults", post(faults))
}

#[derive(OpenApi)]
#[openapi(paths(list, dispute, give_back, refund, faults))]
pub struct Description;

/// A charge as the pretend bank has it.
#[derive(Debug, Serialize, ToSchema)]
struct SandboxCharge {
    id: String,
    /// Our key that it carries.
    attempt: String,
    reference: String,
    amount: i64,
    captured: i64,
    refunded: i64,
    currency: String,
    /// `authorized`, `pending`, `captured`, `voided`, `expired`, `failed` or `returned`.
    #[schema(value_type = String)]
    state: Value,
    disputed: bool,
    /// `card` or `bank_debit`.
    #[schema(value_type = String)]
    method: Value,
    last4: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<BankCharge> for SandboxCharge {
    fn from(charge: BankCharge) -> SandboxCharge {
        SandboxCharge {
            id: charge.id,
            attempt: charge.attempt.to_string(),
            reference: charge.reference,
            amount: charge.amount,
            captured: charge.captured,
            refunded: charge.refunded,
            currency: charge.currency.code().to_owned(),
            state: json!(charge.state),
            disputed: charge.disputed,
            method: json!(charge.method),
            last4: charge.last4,
            created_at: charge.created_at.to_rfc3339(),
        }
    }
}

/// A charge's id in the path.
struct Charge(String);

impl<S: Send + Sync> FromRequestParts<S> for Charge {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        let named = params.iter().find(|(name, _)| *name == "charge").map(|(_, text)| text.to_owned());
        named.map(Charge).ok_or_else(Problem::not_found)
    }
}

/// Which page.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChargesQuery {
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// What Sandbox charged, newest first, by its own record
#[utoipa::path(get, path = "/api/v1/processors/{id}/sandbox/charges", tag = "sandbox",
    params(("id" = String, Path, description = "`prc_…`"), ChargesQuery),
    responses((status = 200, description = "A page of charges", body = List<SandboxCharge>)))]
async fn list(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<ConnectionId>,
    listing: Listing<ChargesQuery>,
) -> Result<Response, Problem> {
    let after: Option<String> = listing.after()?;
    let page = charges(&app.services, caller.business, id, after.as_deref(), listing.limit()).await?;
    let next_cursor = page.next_cursor.map(|place| listing.cursor(place)).transpose()?;
    let data = page.charges.into_iter().map(SandboxCharge::from).collect();
    Ok(json::answer(StatusCode::OK, &List { data, next_cursor }))
}

async fn at_desk(
    app: &App,
    caller: &Caller,
    id: ConnectionId,
    Charge(charge): Charge,
    done: DeskAct,
    request_hash: [u8; 32],
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let doing = act(&app.services, &call, id, &charge, done);
    let show = async |now: Option<BankCharge>, _: String| match now {
        Some(now) => Ok(json!(SandboxCharge::from(now))),
        // The words of the first answer are gone; what it was about is not.
        None => Ok(json!({ "id": charge })),
    };
    written_down(app, &call, StatusCode::OK, doing, show, |charge| charge.id.clone()).await
}

/// How an open dispute ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Won,
    Lost,
}

/// Nothing to open a dispute; or how an open one ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Dispute {
    decide: Option<Decision>,
}

/// The payer disputes a charge, or the bank decides an open dispute
#[utoipa::path(post, path = "/api/v1/processors/{id}/sandbox/charges/{charge}/dispute", tag = "sandbox",
    params(("id" = String, Path, description = "`prc_…`"), ("charge" = String, Path, description = "The charge's id")),
    request_body = Dispute, responses((status = 200, description = "The charge", body = SandboxCharge)))]
async fn dispute(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    charge: Charge,
    StrictJson { value: new, request_hash }: StrictJson<Dispute>,
) -> Result<Response, Problem> {
    let done = match new.decide {
        None => DeskAct::Dispute,
        Some(Decision::Won) => DeskAct::Decide { won: true },
        Some(Decision::Lost) => DeskAct::Decide { won: false },
    };
    at_desk(&app, &caller, id, charge, done, request_hash).await
}

/// A bank debit comes back
#[utoipa::path(post, path = "/api/v1/processors/{id}/sandbox/charges/{charge}/return", tag = "sandbox",
    params(("id" = String, Path, description = "`prc_…`"), ("charge" = String, Path, description = "The charge's id")),
    responses((status = 200, description = "The charge", body = SandboxCharge)))]
async fn give_back(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    charge: Charge,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    at_desk(&app, &caller, id, charge, DeskAct::Return, request_hash).await
}

/// How much goes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskRefund {
    /// Absent: all that is left.
    amount: Option<Amount>,
}

/// Somebody refunds at the bank's own desk, past us
#[utoipa::path(post, path = "/api/v1/processors/{id}/sandbox/charges/{charge}/refund", tag = "sandbox",
    params(("id" = String, Path, description = "`prc_…`"), ("charge" = String, Path, description = "The charge's id")),
    request_body = DeskRefund, responses((status = 200, description = "The charge", body = SandboxCharge)))]
async fn refund(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    charge: Charge,
    StrictJson { value: new, request_hash }: StrictJson<DeskRefund>,
) -> Result<Response, Problem> {
    let done = DeskAct::Refund { amount: new.amount.map(|amount| amount.0) };
    at_desk(&app, &caller, id, charge, done, request_hash).await
}

/// What goes wrong next, one by one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFaults {
    /// Each of `lose_answer`, `timeout`, `error_500`, `duplicate_webhook`, `late_webhook`.
    #[schema(value_type = Vec<String>)]
    next: Vec<Fault>,
}

/// How many wait from this call.
#[derive(Debug, Serialize, ToSchema)]
struct QueuedFaults {
    queued: usize,
}

/// Let things go wrong on purpose
#[utoipa::path(post, path = "/api/v1/processors/{id}/sandbox/faults", tag = "sandbox", params(("id" = String, Path, description = "`prc_…`")),
    request_body = NewFaults, responses((status = 200, description = "How many were queued", body = QueuedFaults)))]
async fn faults(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<ConnectionId>,
    StrictJson { value: new, request_hash }: StrictJson<NewFaults>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let queued = new.next.len();
    let act = queue_faults(&app.services, &call, id, &new.next);
    let show = async |_: Option<usize>, _: String| Ok(QueuedFaults { queued });
    written_down(&app, &call, StatusCode::OK, act, show, |_| id.to_string()).await
}
