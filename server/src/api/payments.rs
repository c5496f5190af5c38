//! Payments: money that came in, each one try with one amount and one state.

mod new;
mod shape;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::{CustomerId, InvoiceId, OrderId, PaymentId};
use engine::flows::charge_saved::charge_saved;
use engine::flows::hold_amount::capture;
use engine::flows::reallocate_payment::reallocate_payment;
use engine::flows::record_payment::record_payment;
use engine::flows::take_in_person::take_in_person;
use engine::sheets::payment::payment_sheet;
use engine::sheets::payment_list::{one_payment, payment_list};
use engine::store::business::Span;
use engine::store::payment::Wanted;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use self::new::{Doing, NewPayment};
pub use self::new::{NewPart, which, wrong};
pub use self::shape::{Payment, now, outcome};
use super::access::{Asks, Pays, Reads};
use super::lists::{List, Listing};
use super::replies::{replied, written};
use super::values::{Day, PaymentState};
use crate::app::App;
use crate::json::{self, Id, StrictJson};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/payments", get(list).post(create))
        .route("/api/v1/payments/{id}", get(one))
        .route("/api/v1/payments/{id}/pdf", get(pdf))
        .route("/api/v1/payments/{id}/reallocate", post(reallocate))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, one, pdf, reallocate))]
pub struct Description;

/// Record a payment
#[utoipa::path(post, path = "/api/v1/payments", tag = "payments", request_body = NewPayment,
    responses((status = 201, description = "The payment", body = Payment),
        (status = 202, description = "It is under way, or nobody knows yet", body = Payment)))]
async fn create(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    StrictJson { value: new, request_hash }: StrictJson<NewPayment>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    match new.doing()? {
        Doing::Charge(charging) => {
            replied(&app, &call, charge_saved(&app.services, &call, charging), |id| outcome(&app, &call, id)).await
        }
        Doing::Take(id, expected) => {
            let act = capture(&app.services, &call, id, None, Some(expected));
            replied(&app, &call, act, |id| outcome(&app, &call, id)).await
        }
        Doing::Record(received, tender) => {
            let act = async {
                match tender {
                    Some(tender) => take_in_person(&app.services.db, &call, received, tender).await,
                    None => record_payment(&app.services.db, &call, received).await,
                }
            };
            written(&app, &call, StatusCode::CREATED, act, |id| now(&app, &call, id)).await
        }
    }
}

/// Which payments.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PaymentsQuery {
    #[param(inline)]
    state: Option<PaymentState>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    /// Those that named this order.
    #[param(value_type = Option<String>)]
    order: Option<OrderId>,
    /// Those that named this invoice.
    #[param(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    /// The first day of creation.
    from: Option<Day>,
    /// The last day of creation.
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Payments, newest first
#[utoipa::path(get, path = "/api/v1/payments", tag = "payments", params(PaymentsQuery),
    responses((status = 200, description = "A page of payments", body = List<Payment>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<PaymentsQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Wanted {
        customer: query.customer,
        order: query.order,
        invoice: query.invoice,
        state: query.state.map(|state| state.0),
        span: Span { from: query.from.map(|day| day.0), to: query.to.map(|day| day.0) },
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = payment_list(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.payment.id, Payment::of)?))
}

/// A payment
#[utoipa::path(get, path = "/api/v1/payments/{id}", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "The payment", body = Payment)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let applied = one_payment(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Payment::of(applied)))
}

/// A payment's receipt as a PDF
#[utoipa::path(get, path = "/api/v1/payments/{id}/pdf", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "The receipt", body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let sheet = payment_sheet(&app.services.db, caller.business, id).await?;
    papers::receipt_pdf(&app, &sheet).await
}

/// What a payment is for now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reallocation {
    /// In this order. Empty: all of it goes to the balance and stays there.
    #[schema(max_items = 1000)]
    allocations: Vec<NewPart>,
}

/// Move a payment to other documents, or to the balance
#[utoipa::path(post, path = "/api/v1/payments/{id}/reallocate", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    request_body = Reallocation, responses((status = 200, description = "The payment", body = Payment)))]
async fn reallocate(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<PaymentId>,
    StrictJson { value: new, request_hash }: StrictJson<Reallocation>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let parts = new.allocations.iter().enumerate().map(|(at, part)| part.part(at)).collect::<Result<Vec<_>, _>>()?;
    let act = reallocate_payment(&app.services.db, &call, id, parts);
    written(&app, &call, StatusCode::OK, act, |id| now(&app, &call, id)).await
}
