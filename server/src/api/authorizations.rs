//! Amounts held on a card: authorized, then taken or let go. Also another try of a payment that failed.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use books::account::Target;
use books::ids::{ConnectionId, CustomerId, InvoiceId, MethodId, OrderId, PaymentId};
use engine::flows::charge_saved::retry_payment;
use engine::flows::hold_amount::{Holding, KeyedAt, capture, hold_amount, void};
use engine::flows::record_payment::Part;
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use super::access::Pays;
use super::payments::{Payment, outcome, wrong};
use super::replies::replied;
use super::values::{Amount, Currency};
use crate::app::App;
use crate::json::{Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/authorizations", post(authorize))
        .route("/api/v1/authorizations/{id}/process", post(process))
        .route("/api/v1/payments/{id}/capture", post(take))
        .route("/api/v1/payments/{id}/void", post(release))
        .route("/api/v1/payments/{id}/retry", post(retry))
}

#[derive(OpenApi)]
#[openapi(paths(authorize, process, take, release, retry))]
pub struct Description;

/// An amount to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAuthorization {
    #[schema(value_type = String)]
    customer: CustomerId,
    /// The order it is for; absent: whatever is due, oldest first.
    #[schema(value_type = Option<String>)]
    order: Option<OrderId>,
    /// The invoice it is for.
    #[schema(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    amount: Amount,
    currency: Currency,
    /// The connection.
    #[schema(value_type = String)]
    processor: ConnectionId,
    /// A saved method; absent: the card is keyed on the processor's page in `url`.
    #[schema(value_type = Option<String>)]
    method: Option<MethodId>,
    /// Where staff key the card. Absent: in the processor's fields where it has any, else in its own terminal.
    terminal: Option<KeyedPlace>,
}

/// Where staff key a card.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KeyedPlace {
    /// In the processor's fields: the amount is held first.
    Fields,
    /// In the processor's terminal, a program apart: `method.reference` is typed there, and what arrives by it is the payment.
    Apart,
}

impl KeyedPlace {
    fn known(self) -> KeyedAt {
        match self {
            KeyedPlace::Fields => KeyedAt::Fields,
            KeyedPlace::Apart => KeyedAt::Apart,
        }
    }
}

impl NewAuthorization {
    fn parts(&self) -> Result<Vec<Part>, Problem> {
        let target = match (self.order, self.invoice) {
            (Some(_), Some(_)) => return Err(wrong("invoice".to_owned(), "Name either an order or an invoice.")),
            (Some(order), None) => Some(Target::Order(order)),
            (None, Some(invoice)) => Some(Target::Invoice(invoice)),
            (None, None) => None,
        };
        Ok(target.map(|target| Part { target, amount: None }).into_iter().collect())
    }
}

/// Hold an amount on a card
#[utoipa::path(post, path = "/api/v1/authorizations", tag = "payments", request_body = NewAuthorization,
    responses((status = 201, description = "The payment: authorized, or created with the address of the processor's fields", body = Payment),
        (status = 202, description = "Nobody knows yet, or it waits for a card keyed in the processor's own terminal", body = Payment)))]
async fn authorize(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    StrictJson { value: new, request_hash }: StrictJson<NewAuthorization>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let parts = new.parts()?;
    let holding = Holding {
        customer: new.customer,
        amount: new.amount.0,
        currency: new.currency.0,
        parts,
        connection: new.processor,
        method: new.method,
        place: new.terminal.map(KeyedPlace::known),
        back: None,
    };
    replied(&app, &call, hold_amount(&app.services, &call, holding), |id| outcome(&app, &call, id)).await
}

/// How much of what is held.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Taking {
    /// At most what is held; the rest is let go. Absent: all of it.
    amount: Option<Amount>,
}

/// Take what is held
#[utoipa::path(post, path = "/api/v1/authorizations/{id}/process", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    request_body = Taking, responses((status = 201, description = "The payment", body = Payment)))]
async fn process(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<PaymentId>,
    StrictJson { value: new, request_hash }: StrictJson<Taking>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = capture(&app.services, &call, id, new.amount.map(|amount| amount.0), None);
    replied(&app, &call, act, |id| outcome(&app, &call, id)).await
}

/// Take what is held
#[utoipa::path(post, path = "/api/v1/payments/{id}/capture", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    request_body = Taking, responses((status = 201, description = "The payment", body = Payment)))]
async fn take(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<PaymentId>,
    StrictJson { value: new, request_hash }: StrictJson<Taking>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = capture(&app.services, &call, id, new.amount.map(|amount| amount.0), None);
    replied(&app, &call, act, |id| outcome(&app, &call, id)).await
}

/// Let go of what is held, close the page of a payment that was only begun, or give up one that waits for a terminal
#[utoipa::path(post, path = "/api/v1/payments/{id}/void", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "The payment", body = Payment)))]
async fn release(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<PaymentId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = void(&app.services, &call, id);
    super::replies::written(&app, &call, axum::http::StatusCode::OK, act, |id| super::payments::now(&app, &call, id)).await
}

/// Charge a failed payment once more, as a new payment
#[utoipa::path(post, path = "/api/v1/payments/{id}/retry", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 201, description = "The new payment", body = Payment), (status = 202, description = "Nobody knows yet", body = Payment)))]
async fn retry(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<PaymentId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    replied(&app, &call, retry_payment(&app.services, &call, id), |id| outcome(&app, &call, id)).await
}
