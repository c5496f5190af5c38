//! What may be done now, and if not, why: every action, each time.
//!
//! Invariant: the answers are those that buttons and flows get; the rights are those of the key that asks.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::capability::Answer;
use books::ids::{CustomerId, InvoiceId, OrderId, PaymentId};
use engine::sheets::actions;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::access::Reads;
use super::values::Action;
use crate::app::App;
use crate::json::{self, Id};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/orders/{id}/actions", get(of_order))
        .route("/api/v1/invoices/{id}/actions", get(of_invoice))
        .route("/api/v1/customers/{id}/actions", get(of_customer))
        .route("/api/v1/payments/{id}/actions", get(of_payment))
}

#[derive(OpenApi)]
#[openapi(paths(of_order, of_invoice, of_customer, of_payment))]
pub struct Description;

/// Whether one thing may be done now.
#[derive(Debug, Serialize, ToSchema)]
pub struct PossibleAction {
    #[schema(value_type = Action)]
    action: String,
    allowed: bool,
    /// Why not, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Why not, and what to do, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl From<Answer> for PossibleAction {
    fn from(answer: Answer) -> PossibleAction {
        PossibleAction {
            action: answer.action.to_string(),
            allowed: answer.allowed,
            code: answer.code.map(|code| code.to_string()),
            detail: answer.detail,
        }
    }
}

fn shown(answers: Vec<Answer>) -> Response {
    json::answer(StatusCode::OK, &answers.into_iter().map(PossibleAction::from).collect::<Vec<_>>())
}

/// What may be done with an order
#[utoipa::path(get, path = "/api/v1/orders/{id}/actions", tag = "actions", params(("id" = String, Path, description = "`ord_…`")),
    responses((status = 200, description = "Every action", body = Vec<PossibleAction>)))]
async fn of_order(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    Ok(shown(actions::of_order(&app.services, caller.business, id, &caller.actor()).await?))
}

/// What may be done with an invoice
#[utoipa::path(get, path = "/api/v1/invoices/{id}/actions", tag = "actions", params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "Every action", body = Vec<PossibleAction>)))]
async fn of_invoice(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    Ok(shown(actions::of_invoice(&app.services, caller.business, id, &caller.actor()).await?))
}

/// What may be done with a customer's account
#[utoipa::path(get, path = "/api/v1/customers/{id}/actions", tag = "actions", params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "Every action", body = Vec<PossibleAction>)))]
async fn of_customer(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    Ok(shown(actions::of_customer(&app.services, caller.business, id, &caller.actor()).await?))
}

/// What may be done with a payment
#[utoipa::path(get, path = "/api/v1/payments/{id}/actions", tag = "actions", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "Every action", body = Vec<PossibleAction>)))]
async fn of_payment(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    Ok(shown(actions::of_payment(&app.services, caller.business, id, &caller.actor()).await?))
}
