//! What is done to invoices: issued, sent, taken back, given up, copied; and made from an order's balance.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use books::ids::{InvoiceId, OrderId};
use engine::flows::approvals::Made;
use engine::flows::call::Call;
use engine::flows::charge_late_fee::{self, charge_late_fee};
use engine::flows::draft_invoice::duplicate_invoice;
use engine::flows::issue_and_charge::{Charged, issue_and_charge};
use engine::flows::issue_invoice::{Generating, Issuing, generate_invoice, issue_invoice, send_invoice};
use engine::flows::void_invoice::{GivingUp, void_invoice, write_off};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use super::access::{Refunds, Writes};
use super::approvals::{Waiting, waiting};
use super::entries::{self, Entry, entered};
use super::invoices::{Invoice, shown};
use super::payments::{outcome, which};
use super::replies::{Reply, replied, written};
use super::values::{Amount, Day};
use crate::app::App;
use crate::json::{Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/orders/{id}/invoices", post(generate))
        .route("/api/v1/invoices/{id}/issue", post(issue))
        .route("/api/v1/invoices/{id}/send", post(send))
        .route("/api/v1/invoices/{id}/void", post(void))
        .route("/api/v1/invoices/{id}/uncollectible", post(uncollectible))
        .route("/api/v1/invoices/{id}/duplicate", post(duplicate))
        .route("/api/v1/invoices/{id}/write-offs", post(give_up))
        .route("/api/v1/invoices/{id}/late-fees", post(charge_fee))
}

#[derive(OpenApi)]
#[openapi(paths(generate, issue, send, void, uncollectible, duplicate, give_up, charge_fee))]
pub struct Description;

/// The balance of an order or application, to be billed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FromOrder {
    #[schema(min_length = 1, max_length = 1000)]
    description: String,
    due_on: Option<Day>,
    /// Mail it to the customer.
    #[serde(default)]
    send: bool,
}

/// Bill what an order or application has open and on no invoice
#[utoipa::path(post, path = "/api/v1/orders/{id}/invoices", tag = "invoices", params(("id" = String, Path, description = "`ord_…`")),
    request_body = FromOrder, responses((status = 201, description = "The invoice, issued", body = Invoice)))]
async fn generate(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(order): Id<OrderId>,
    StrictJson { value: new, request_hash }: StrictJson<FromOrder>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let generating = Generating { description: new.description, due_on: new.due_on.map(|day| day.0), send: new.send };
    let act = generate_invoice(&app.services, &call, order, generating);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// How it is issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Issue {
    /// Mail it to the customer.
    #[serde(default)]
    send: bool,
    /// A saved method to charge at once: its id, or `default`.
    charge: Option<String>,
}

/// Issue a draft: it gets its number, and its lines are charged. With `charge` a saved method pays it at once: 402 with the
/// invoice, which stays issued, where that is declined
#[utoipa::path(post, path = "/api/v1/invoices/{id}/issue", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    request_body = Issue, responses((status = 200, description = "The invoice", body = Invoice)))]
async fn issue(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<Issue>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let Some(method) = new.charge else {
        let act = issue_invoice(&app.services, &call, id, Issuing { send: new.send, charge: None });
        return written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await;
    };
    let act = issue_and_charge(&app.services, &call, id, new.send, which(&method, "charge")?);
    replied(&app, &call, act, |done| charged(&app, &call, done)).await
}

/// The invoice; 402 with it where its charge was declined.
async fn charged(app: &App, call: &Call, done: Charged) -> Result<Reply, Problem> {
    let invoice = shown(app, call, done.invoice).await?;
    let Some(payment) = done.payment else { return Reply::made(StatusCode::OK, &invoice) };
    match outcome(app, call, payment).await? {
        Reply::Made(..) => Reply::made(StatusCode::OK, &invoice),
        Reply::Declined(mut problem) => {
            problem.facts.insert("invoice".to_owned(), serde_json::json!(invoice));
            Ok(Reply::Declined(problem))
        }
    }
}

/// Mail an issued invoice; a second time as a reminder
#[utoipa::path(post, path = "/api/v1/invoices/{id}/send", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "The invoice", body = Invoice)))]
async fn send(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<InvoiceId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = send_invoice(&app.services, &call, id);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// Why an invoice is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Voiding {
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// Its late fees stay charged.
    #[serde(default)]
    keep_fees: bool,
}

/// Take an invoice back: what it charged is reversed, what it covered is free to be billed again
#[utoipa::path(post, path = "/api/v1/invoices/{id}/void", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    request_body = Voiding, responses((status = 200, description = "The invoice", body = Invoice)))]
async fn void(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<Voiding>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = void_invoice(&app.services.db, &call, id, &new.reason, new.keep_fees);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// Why nothing more is expected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GivenUp {
    /// Absent: that it is uncollectible.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// Above the limit: wait for a second person instead of NEEDS_APPROVAL.
    #[serde(default)]
    request_approval: bool,
}

/// Give up all that is due: the invoice reads *uncollectible* until money comes after all
#[utoipa::path(post, path = "/api/v1/invoices/{id}/uncollectible", tag = "invoices",
    params(("id" = String, Path, description = "`inv_…`")), request_body = GivenUp,
    responses((status = 200, description = "The invoice", body = Invoice),
        (status = 202, description = "It waits for a second person", body = Waiting)))]
async fn uncollectible(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(id): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<GivenUp>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let reason = new.reason.unwrap_or_else(|| "Uncollectible".to_owned());
    let giving = GivingUp { amount: None, reason, uncollectible: true, request_approval: new.request_approval };
    let act = write_off(&app.services.db, &call, id, giving);
    replied(&app, &call, act, async |made| match made {
        Made::Now(_) => Reply::made(StatusCode::OK, &shown(&app, &call, id).await?),
        Made::Waiting(approval) => Reply::made(StatusCode::ACCEPTED, &waiting(&app, &call, approval).await?),
    })
    .await
}

/// Write a new draft with the same lines
#[utoipa::path(post, path = "/api/v1/invoices/{id}/duplicate", tag = "invoices",
    params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 201, description = "The new draft", body = Invoice)))]
async fn duplicate(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<InvoiceId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = duplicate_invoice(&app.services.db, &call, id);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// What is given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWriteOff {
    /// Absent: all that is due.
    amount: Option<Amount>,
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// Above the limit: wait for a second person instead of NEEDS_APPROVAL.
    #[serde(default)]
    request_approval: bool,
}

/// Give up a part or all of what is due on an invoice
#[utoipa::path(post, path = "/api/v1/invoices/{id}/write-offs", tag = "invoices",
    params(("id" = String, Path, description = "`inv_…`")), request_body = NewWriteOff,
    responses((status = 201, description = "The write-off", body = Entry),
        (status = 202, description = "It waits for a second person", body = Waiting)))]
async fn give_up(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(id): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<NewWriteOff>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let amount = new.amount.map(|amount| amount.0);
    let giving = GivingUp { amount, reason: new.reason, uncollectible: false, request_approval: new.request_approval };
    let act = write_off(&app.services.db, &call, id, giving);
    replied(&app, &call, act, |made| entered(&app, &call, made)).await
}

/// A late fee.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLateFee {
    amount: Amount,
    /// What the customer reads; absent: `Late fee`.
    #[schema(min_length = 1, max_length = 1000)]
    description: Option<String>,
}

/// Charge a late fee on an overdue invoice: it joins the invoice and is no part of its total
#[utoipa::path(post, path = "/api/v1/invoices/{id}/late-fees", tag = "invoices",
    params(("id" = String, Path, description = "`inv_…`")), request_body = NewLateFee,
    responses((status = 201, description = "The fee", body = Entry)))]
async fn charge_fee(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<NewLateFee>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let description = new.description.unwrap_or_else(|| charge_late_fee::NAME.to_owned());
    let act = charge_late_fee(&app.services.db, &call, id, new.amount.0, &description);
    written(&app, &call, StatusCode::CREATED, act, |entry| entries::shown(&app, &call, entry)).await
}
