//! Payment requests: who was asked for what, and what came of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::account::Target;
use books::ids::{CustomerId, InvoiceId, OrderId, RequestId};
use engine::flows::call::Call;
use engine::flows::request_payment::{Asking, close_request, request_payment, resend_request};
use engine::store::business::Span;
use engine::store::request::{self, Request as Row, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Caller, Reads, Writes};
use super::links::url;
use super::lists::{List, Listing};
use super::replies::written;
use super::values::{Day, RequestState};
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/orders/{id}/payment-requests", post(of_order))
        .route("/api/v1/invoices/{id}/payment-requests", post(of_invoice))
        .route("/api/v1/requests", get(list))
        .route("/api/v1/requests/{id}", get(one))
        .route("/api/v1/requests/{id}/resend", post(resend))
        .route("/api/v1/requests/{id}/close", post(close))
}

#[derive(OpenApi)]
#[openapi(paths(of_order, of_invoice, list, one, resend, close))]
pub struct Description;

/// A request to pay what is due on one order or invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct Request {
    id: String,
    /// Where the payer goes; null once nothing is asked for any more.
    #[schema(format = "uri")]
    url: Option<String>,
    #[schema(value_type = RequestState)]
    state: String,
    to: String,
    cc: Vec<String>,
    /// What was due when it was sent. Whoever opens it is asked for what is due then.
    amount: i64,
    currency: String,
    customer: String,
    order: Option<String>,
    invoice: Option<String>,
    /// The link that leads to it.
    link: String,
    message: Option<String>,
    /// Staff who are told when it is paid.
    notify: Vec<String>,
    #[schema(format = DateTime)]
    sent_at: String,
    #[schema(format = DateTime)]
    opened_at: Option<String>,
    #[schema(format = DateTime)]
    paid_at: Option<String>,
    #[schema(format = DateTime)]
    closed_at: Option<String>,
}

impl Request {
    fn of(app: &App, row: Row) -> Request {
        Request {
            id: row.id.to_string(),
            url: row.is_asked().then(|| url(app, "request", row.link_id)),
            state: row.state.to_string(),
            cc: row.copies(),
            notify: row.notified(),
            to: row.send_to,
            amount: row.amount,
            currency: row.currency.code().to_owned(),
            customer: row.customer_id.to_string(),
            order: row.order_id.map(|id| id.to_string()),
            invoice: row.invoice_id.map(|id| id.to_string()),
            link: row.link_id.to_string(),
            message: row.message,
            sent_at: row.sent_at.to_rfc3339(),
            opened_at: row.opened_at.map(|at| at.to_rfc3339()),
            paid_at: row.paid_at.map(|at| at.to_rfc3339()),
            closed_at: row.closed_at.map(|at| at.to_rfc3339()),
        }
    }
}

async fn shown(app: &App, call: &Call, id: RequestId) -> Result<Request, Problem> {
    Ok(Request::of(app, request::request(&app.services.db, call.business, id).await?))
}

/// Whom to ask, and what to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRequest {
    /// Absent: the customer's address.
    #[schema(format = Email)]
    to: Option<String>,
    #[serde(default)]
    #[schema(max_items = 20)]
    cc: Vec<String>,
    #[schema(max_length = 10000)]
    message: Option<String>,
    /// Staff to tell when it is paid.
    #[serde(default)]
    #[schema(max_items = 20)]
    notify: Vec<String>,
}

/// Ask a customer to pay what is due on an order
#[utoipa::path(post, path = "/api/v1/orders/{id}/payment-requests", tag = "requests",
    params(("id" = String, Path, description = "`ord_…`")), request_body = NewRequest,
    responses((status = 201, description = "The request", body = Request)))]
async fn of_order(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(order): Id<OrderId>,
    StrictJson { value: new, request_hash }: StrictJson<NewRequest>,
) -> Result<Response, Problem> {
    ask(&app, &caller, Target::Order(order), new, request_hash).await
}

/// Ask a customer to pay what is due on an invoice
#[utoipa::path(post, path = "/api/v1/invoices/{id}/payment-requests", tag = "requests",
    params(("id" = String, Path, description = "`inv_…`")), request_body = NewRequest,
    responses((status = 201, description = "The request", body = Request)))]
async fn of_invoice(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(invoice): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<NewRequest>,
) -> Result<Response, Problem> {
    ask(&app, &caller, Target::Invoice(invoice), new, request_hash).await
}

async fn ask(app: &App, caller: &Caller, target: Target, new: NewRequest, request_hash: [u8; 32]) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let asking = Asking { to: new.to, cc: new.cc, message: new.message, notify: new.notify };
    let act = request_payment(&app.services, &call, target, asking);
    written(app, &call, StatusCode::CREATED, act, |id| shown(app, &call, id)).await
}

/// Which requests.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RequestsQuery {
    #[param(inline)]
    state: Option<RequestState>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    #[param(value_type = Option<String>)]
    order: Option<OrderId>,
    #[param(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    /// The first day of sending.
    from: Option<Day>,
    /// The last day of sending.
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Payment requests, newest first
#[utoipa::path(get, path = "/api/v1/requests", tag = "requests", params(RequestsQuery),
    responses((status = 200, description = "A page of requests", body = List<Request>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<RequestsQuery>) -> Result<Response, Problem> {
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
    let rows = request::wanted(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, |row| Request::of(&app, row))?))
}

/// A payment request
#[utoipa::path(get, path = "/api/v1/requests/{id}", tag = "requests", params(("id" = String, Path, description = "`req_…`")),
    responses((status = 200, description = "The request", body = Request)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<RequestId>) -> Result<Response, Problem> {
    let row = request::request(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Request::of(&app, row)))
}

/// Mail an open request once more
#[utoipa::path(post, path = "/api/v1/requests/{id}/resend", tag = "requests", params(("id" = String, Path, description = "`req_…`")),
    responses((status = 200, description = "The request", body = Request)))]
async fn resend(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<RequestId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = resend_request(&app.services, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// Close a request; its link ends
#[utoipa::path(post, path = "/api/v1/requests/{id}/close", tag = "requests", params(("id" = String, Path, description = "`req_…`")),
    responses((status = 200, description = "The request", body = Request)))]
async fn close(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<RequestId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = close_request(&app.services, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}
