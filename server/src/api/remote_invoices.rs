//! Invoices that a processor makes, mails and collects for what is due on an order or invoice.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::account::Target;
use books::ids::{ConnectionId, InvoiceId, OrderId, RemoteInvoiceId};
use engine::flows::call::Call;
use engine::flows::remote_invoice::{NewRemoteInvoice, cancel_remote_invoice, make_remote_invoice, send_remote_invoice};
use engine::sheets::invoice::invoice_sheet;
use engine::sheets::order::order_sheet;
use engine::store::remote_invoice::{self, RemoteInvoice as Row};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::{Caller, Pays, Reads};
use super::lists::List;
use super::replies::written;
use super::values::{Day, RemoteInvoiceState};
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/orders/{id}/remote-invoices", get(list_of_order).post(of_order))
        .route("/api/v1/invoices/{id}/remote-invoices", get(list_of_invoice).post(of_invoice))
        .route("/api/v1/remote-invoices/{id}", get(one))
        .route("/api/v1/remote-invoices/{id}/send", post(send))
        .route("/api/v1/remote-invoices/{id}/cancel", post(cancel))
}

#[derive(OpenApi)]
#[openapi(paths(of_order, of_invoice, list_of_order, list_of_invoice, one, send, cancel))]
pub struct Description;

/// An invoice at a processor, which asks for one amount.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemoteInvoice {
    id: String,
    /// The connection that made it.
    processor: String,
    /// The processor's number; null until it has one.
    number: Option<String>,
    /// Where its receiver reads and pays it; null until it is mailed.
    #[schema(format = "uri")]
    url: Option<String>,
    #[schema(value_type = RemoteInvoiceState)]
    state: String,
    /// What was due when it was made. When that changes it is canceled, and made anew for the rest.
    amount: i64,
    currency: String,
    to: String,
    #[schema(format = Date)]
    due_on: String,
    message: Option<String>,
    customer: String,
    order: Option<String>,
    invoice: Option<String>,
    /// The payment that it becomes.
    payment: String,
    /// The one before it, which asked for another amount.
    replaces: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

impl From<Row> for RemoteInvoice {
    fn from(row: Row) -> RemoteInvoice {
        RemoteInvoice {
            id: row.id.to_string(),
            processor: row.connection_id.to_string(),
            number: row.number,
            url: row.url,
            state: row.state.to_string(),
            amount: row.amount,
            currency: row.currency.code().to_owned(),
            to: row.send_to,
            due_on: row.due_on.to_string(),
            message: row.message,
            customer: row.customer_id.to_string(),
            order: row.order_id.map(|id| id.to_string()),
            invoice: row.invoice_id.map(|id| id.to_string()),
            payment: row.payment_id.to_string(),
            replaces: row.replaces.map(|id| id.to_string()),
            created_at: row.created_at.to_rfc3339(),
            sent_at: row.sent_at.map(|at| at.to_rfc3339()),
            ended_at: row.ended_at.map(|at| at.to_rfc3339()),
        }
    }
}

async fn shown(app: &App, call: &Call, id: RemoteInvoiceId) -> Result<RemoteInvoice, Problem> {
    Ok(remote_invoice::remote_invoice(&app.services.db, call.business, id).await?.into())
}

/// To whom, by when, through which processor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskedRemoteInvoice {
    /// The connection; absent: the oldest live one that makes invoices.
    #[schema(value_type = Option<String>)]
    processor: Option<ConnectionId>,
    /// Absent: the customer's address.
    #[schema(format = Email)]
    to: Option<String>,
    /// Absent: today.
    due_on: Option<Day>,
    #[schema(max_length = 10000)]
    message: Option<String>,
}

/// Have a processor invoice what is due on an order
#[utoipa::path(post, path = "/api/v1/orders/{id}/remote-invoices", tag = "requests",
    params(("id" = String, Path, description = "`ord_…`")), request_body = AskedRemoteInvoice,
    responses((status = 201, description = "The invoice; *unknown* while an answer of the processor is missing", body = RemoteInvoice)))]
async fn of_order(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(order): Id<OrderId>,
    StrictJson { value: new, request_hash }: StrictJson<AskedRemoteInvoice>,
) -> Result<Response, Problem> {
    make(&app, &caller, Target::Order(order), new, request_hash).await
}

/// Have a processor invoice what is due on an invoice
#[utoipa::path(post, path = "/api/v1/invoices/{id}/remote-invoices", tag = "requests",
    params(("id" = String, Path, description = "`inv_…`")), request_body = AskedRemoteInvoice,
    responses((status = 201, description = "The invoice; *unknown* while an answer of the processor is missing", body = RemoteInvoice)))]
async fn of_invoice(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(invoice): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<AskedRemoteInvoice>,
) -> Result<Response, Problem> {
    make(&app, &caller, Target::Invoice(invoice), new, request_hash).await
}

async fn make(
    app: &App,
    caller: &Caller,
    target: Target,
    new: AskedRemoteInvoice,
    request_hash: [u8; 32],
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let due_on = new.due_on.map(|day| day.0);
    let new = NewRemoteInvoice { processor: new.processor, to: new.to, due_on, message: new.message };
    let act = make_remote_invoice(&app.services, &call, target, new);
    written(app, &call, StatusCode::CREATED, act, |id| shown(app, &call, id)).await
}

fn listed(rows: Vec<Row>) -> Response {
    let data = rows.into_iter().map(RemoteInvoice::from).collect();
    json::answer(StatusCode::OK, &List { data, next_cursor: None })
}

/// Invoices at processors for charges of an order
#[utoipa::path(get, path = "/api/v1/orders/{id}/remote-invoices", tag = "requests",
    params(("id" = String, Path, description = "`ord_…`")),
    responses((status = 200, description = "At most 200, newest first", body = List<RemoteInvoice>)))]
async fn list_of_order(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    Ok(listed(order_sheet(&app.services.db, caller.business, id).await?.remote_invoices))
}

/// Invoices at processors for charges of an invoice
#[utoipa::path(get, path = "/api/v1/invoices/{id}/remote-invoices", tag = "requests",
    params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "At most 200, newest first", body = List<RemoteInvoice>)))]
async fn list_of_invoice(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    Ok(listed(invoice_sheet(&app.services.db, caller.business, id).await?.remote_invoices))
}

/// An invoice at a processor
#[utoipa::path(get, path = "/api/v1/remote-invoices/{id}", tag = "requests",
    params(("id" = String, Path, description = "`rin_…`")),
    responses((status = 200, description = "The invoice", body = RemoteInvoice)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<RemoteInvoiceId>) -> Result<Response, Problem> {
    let row = remote_invoice::remote_invoice(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &RemoteInvoice::from(row)))
}

/// Have the processor mail it once more
#[utoipa::path(post, path = "/api/v1/remote-invoices/{id}/send", tag = "requests",
    params(("id" = String, Path, description = "`rin_…`")),
    responses((status = 200, description = "The invoice", body = RemoteInvoice)))]
async fn send(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<RemoteInvoiceId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = send_remote_invoice(&app.services, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// Cancel it at the processor
#[utoipa::path(post, path = "/api/v1/remote-invoices/{id}/cancel", tag = "requests",
    params(("id" = String, Path, description = "`rin_…`")),
    responses((status = 200, description = "The invoice; *closing* while the processor cannot be reached", body = RemoteInvoice)))]
async fn cancel(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<RemoteInvoiceId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = cancel_remote_invoice(&app.services, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}
