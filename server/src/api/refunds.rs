//! Refunds: money of a payment that goes back.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::{CustomerId, PaymentId, RefundId};
use books::refund::RefundState as State_;
use engine::flows::call::Call;
use engine::flows::refund_payment::{GiveBack, refund_payment};
use engine::sheets::refund::refund_sheet;
use engine::store::approval;
use engine::store::business::Span;
use engine::store::refund::{self, Refund as Row, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Refunds};
use super::approvals::Approval;
use super::lists::{List, Listing};
use super::payments::NewPart;
use super::replies::{Reply, replied};
use super::values::{Amount, Day, RefundRoute, RefundState};
use crate::app::App;
use crate::json::{self, Id, StrictJson};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/payments/{id}/refunds", post(create))
        .route("/api/v1/refunds", get(list))
        .route("/api/v1/refunds/{id}", get(one))
        .route("/api/v1/refunds/{id}/pdf", get(pdf))
}

#[derive(OpenApi)]
#[openapi(paths(create, list, one, pdf))]
pub struct Description;

/// Money that goes back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refund {
    id: String,
    number: String,
    #[schema(value_type = RefundState)]
    state: String,
    payment: String,
    customer: String,
    amount: i64,
    currency: String,
    #[schema(value_type = RefundRoute)]
    to: String,
    reason: String,
    /// The credit note that freed the money.
    credit_note: Option<String>,
    /// The pay-out that was posted, once it has gone.
    entry: Option<String>,
    /// Why it failed.
    failure: Option<RefundFailure>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    settled_at: Option<String>,
}

/// Why a refund failed, in a word and in a sentence.
#[derive(Debug, Serialize, ToSchema)]
struct RefundFailure {
    code: String,
    detail: String,
}

impl Refund {
    pub fn of(row: Row) -> Refund {
        Refund {
            id: row.id.to_string(),
            number: row.number,
            state: row.state.to_string(),
            payment: row.payment_id.to_string(),
            customer: row.customer_id.to_string(),
            amount: row.amount,
            currency: row.currency.code().to_owned(),
            to: row.route.to_string(),
            reason: row.reason,
            credit_note: row.credit_note_id.map(|id| id.to_string()),
            entry: row.entry_id.map(|id| id.to_string()),
            failure: row.decline_code.zip(row.decline_text).map(|(code, detail)| RefundFailure { code, detail }),
            created_at: row.created_at.to_rfc3339(),
            settled_at: row.settled_at.map(|at| at.to_rfc3339()),
        }
    }
}

/// What goes back, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRefund {
    amount: Amount,
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// Absent: the way it came; money that came outside goes back outside.
    #[schema(inline)]
    to: Option<RefundRoute>,
    /// Which documents are owed again, and how much of each; the rest comes from free credit, then from what was paid last.
    #[serde(default)]
    #[schema(max_items = 1000)]
    allocations: Vec<NewPart>,
    /// Above the limit: wait for a second person instead of NEEDS_APPROVAL.
    #[serde(default)]
    request_approval: bool,
}

/// Give money of a payment back
#[utoipa::path(post, path = "/api/v1/payments/{id}/refunds", tag = "refunds", params(("id" = String, Path, description = "`pay_…`")),
    request_body = NewRefund, responses(
        (status = 201, description = "The refund, done", body = Refund),
        (status = 202, description = "The refund is under way, or waits for a second person (then with `approval`)", body = Refund)))]
async fn create(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(payment): Id<PaymentId>,
    StrictJson { value: new, request_hash }: StrictJson<NewRefund>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let parts = new.allocations.iter().enumerate().map(|(at, part)| part.part(at));
    let give_back = GiveBack {
        payment,
        amount: new.amount.0,
        reason: new.reason,
        to: new.to.map(|to| to.0),
        reopens: parts.collect::<Result<_, _>>()?,
        request_approval: new.request_approval,
    };
    let act = refund_payment(&app.services, &call, give_back);
    replied(&app, &call, act, |id| shown(&app, &call, id)).await
}

async fn shown(app: &App, call: &Call, id: RefundId) -> Result<Reply, Problem> {
    let row = refund::refund(&app.services.db, call.business, id).await?;
    match row.state {
        State_::Succeeded => Reply::made(StatusCode::CREATED, &Refund::of(row)),
        State_::Pending => Reply::made(StatusCode::ACCEPTED, &Refund::of(row)),
        State_::WaitingApproval => {
            let approval = approval::about(&app.services.db, call.business, id.to_string()).await?;
            let mut shown = json!(Refund::of(row));
            shown["approval"] = json!(approval.map(Approval::of));
            Reply::made(StatusCode::ACCEPTED, &shown)
        }
        State_::Failed => {
            let detail = row.decline_text.clone().unwrap_or_else(|| "Nothing went back.".to_owned());
            let mut problem = Problem::new(StatusCode::PAYMENT_REQUIRED, "REFUND_FAILED", detail);
            problem.facts.insert("refund".to_owned(), json!(Refund::of(row)));
            Ok(Reply::Declined(problem))
        }
    }
}

/// Which refunds.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RefundsQuery {
    #[param(inline)]
    state: Option<RefundState>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    #[param(value_type = Option<String>)]
    payment: Option<PaymentId>,
    /// The first day of creation.
    from: Option<Day>,
    /// The last day of creation.
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Refunds, newest first
#[utoipa::path(get, path = "/api/v1/refunds", tag = "refunds", params(RefundsQuery),
    responses((status = 200, description = "A page of refunds", body = List<Refund>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<RefundsQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Wanted {
        customer: query.customer,
        payment: query.payment,
        state: query.state.map(|state| state.0),
        span: Span { from: query.from.map(|day| day.0), to: query.to.map(|day| day.0) },
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = refund::page(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, Refund::of)?))
}

/// A refund
#[utoipa::path(get, path = "/api/v1/refunds/{id}", tag = "refunds", params(("id" = String, Path, description = "`rfd_…`")),
    responses((status = 200, description = "The refund", body = Refund)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<RefundId>) -> Result<Response, Problem> {
    let row = refund::refund(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Refund::of(row)))
}

/// The confirmation of a refund that has gone, as a PDF
#[utoipa::path(get, path = "/api/v1/refunds/{id}/pdf", tag = "refunds", params(("id" = String, Path, description = "`rfd_…`")),
    responses((status = 200, description = "The paper", body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<RefundId>) -> Result<Response, Problem> {
    papers::refund_pdf(&app, &refund_sheet(&app.services.db, caller.business, id).await?).await
}
