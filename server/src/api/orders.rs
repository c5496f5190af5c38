//! Orders and applications: what was agreed, changed and decided, and what is due for it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::{CustomerId, OrderId, OrderLineId};
use books::order::OrderAct;
use engine::flows::amend_order::{Amending, amend_order};
use engine::flows::call::Call;
use engine::flows::change_order::{Decision, change_order};
use engine::flows::create_order::{NewOrder as Agreed, create_order};
use engine::sheets::order::{OrderSheet, order_sheet};
use engine::sheets::order_list::{self, Listed};
use engine::sheets::trace;
use engine::store::business::Span;
use engine::store::order::Shown;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Caller, Reads, Writes};
use super::explanations::Explanation;
use super::lines::{Line, NewLine, Tax, inputs};
use super::lists::{List, Listing};
use super::replies::written;
use super::values::{AmendmentReason, Currency, Day, OrderKind, OrderState, PaidState};
use crate::app::App;
use crate::json::{self, Id, StrictJson};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/orders", get(list).post(create))
        .route("/api/v1/orders/{id}", get(one))
        .route("/api/v1/orders/{id}/explain", get(explain))
        .route("/api/v1/orders/{id}/pdf", get(pdf))
        .route("/api/v1/orders/{id}/amendments", post(amend))
        .route("/api/v1/orders/{id}/confirm", post(confirm))
        .route("/api/v1/orders/{id}/complete", post(complete))
        .route("/api/v1/orders/{id}/cancel", post(cancel))
        .route("/api/v1/orders/{id}/approve", post(approve))
        .route("/api/v1/orders/{id}/deny", post(deny))
        .route("/api/v1/orders/{id}/withdraw", post(withdraw))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, one, explain, pdf, amend, confirm, complete, cancel, approve, deny, withdraw))]
pub struct Description;

/// An order as lists have it. `total = paid + credited + written_off + amount_due`, but for a draft, which asks for nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSummary {
    id: String,
    /// Null while it is a draft.
    number: Option<String>,
    #[schema(value_type = OrderKind)]
    kind: String,
    customer: String,
    currency: String,
    /// *Pending* while something is due and a request or payment is out.
    #[schema(value_type = OrderState)]
    state: String,
    #[schema(value_type = PaidState)]
    payment_state: String,
    total: i64,
    paid: i64,
    credited: i64,
    written_off: i64,
    amount_due: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

impl OrderSummary {
    fn of(listed: Listed) -> OrderSummary {
        let payment_state = listed.payment_state();
        let (row, figures) = (listed.row, listed.figures);
        OrderSummary {
            id: row.id.to_string(),
            number: row.number,
            kind: row.kind.to_string(),
            customer: row.customer_id.to_string(),
            currency: row.currency.code().to_owned(),
            state: listed.state.to_string(),
            payment_state: payment_state.to_string(),
            total: figures.total,
            paid: figures.paid,
            credited: figures.credited,
            written_off: figures.written_off,
            amount_due: figures.amount_due,
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

/// An order or application in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Order {
    #[serde(flatten)]
    summary: OrderSummary,
    /// Money that named the order and is free, while nothing is due on it.
    overpaid: i64,
    /// What payments under way will pay.
    reserved: i64,
    /// Those that stand.
    lines: Vec<Line>,
    /// By rate, over the lines that stand.
    taxes: Vec<Tax>,
    amendments: Vec<Amendment>,
    note: Option<String>,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Lines that were added and taken off together, with the reason.
#[derive(Debug, Serialize, ToSchema)]
struct Amendment {
    id: String,
    #[schema(value_type = AmendmentReason)]
    reason: String,
    note: Option<String>,
    /// What was added to the total.
    added: i64,
    /// What was taken off it.
    removed: i64,
    lines_added: Vec<Line>,
    lines_removed: Vec<Line>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl Order {
    fn of(sheet: &OrderSheet) -> Order {
        let (order, figures) = (&sheet.order, &sheet.figures);
        let amendment = |row: &engine::store::order::Amendment| Amendment {
            id: row.id.to_string(),
            reason: row.reason.clone(),
            note: row.note.clone(),
            added: row.added,
            removed: row.removed,
            lines_added: sheet.lines.iter().filter(|line| line.added_by == Some(row.id)).map(Line::from).collect(),
            lines_removed: sheet.lines.iter().filter(|line| line.removed_by == Some(row.id)).map(Line::from).collect(),
            created_at: row.created_at.to_rfc3339(),
        };
        Order {
            summary: OrderSummary {
                id: order.id.to_string(),
                number: order.number.clone(),
                kind: order.kind.to_string(),
                customer: order.customer_id.to_string(),
                currency: order.currency.code().to_owned(),
                state: sheet.shown_state().to_string(),
                payment_state: sheet.payment_state().to_string(),
                total: figures.total,
                paid: figures.paid,
                credited: figures.credited,
                written_off: figures.written_off,
                amount_due: figures.amount_due,
                created_at: order.created_at.to_rfc3339(),
            },
            overpaid: sheet.overpaid(),
            reserved: sheet.reserved(),
            lines: sheet.standing_lines().map(Line::from).collect(),
            taxes: sheet.taxes().into_iter().map(Tax::from).collect(),
            amendments: sheet.amendments.iter().map(amendment).collect(),
            note: order.note.clone(),
            updated_at: order.updated_at.to_rfc3339(),
        }
    }
}

async fn shown(app: &App, call: &Call, id: OrderId) -> Result<Order, Problem> {
    Ok(Order::of(&order_sheet(&app.services.db, call.business, id).await?))
}

/// A new order or application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[schema(value_type = String)]
    customer: CustomerId,
    /// Absent: `order`.
    kind: Option<OrderKind>,
    currency: Currency,
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<NewLine>,
    /// An order: `draft` (when absent) or `confirmed`. An application: `draft` or `submitted` (when absent).
    state: Option<OrderState>,
    /// For staff.
    #[schema(max_length = 10000)]
    note: Option<String>,
}

/// Create an order or application
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", request_body = NewOrder,
    responses((status = 201, description = "The order", body = Order)))]
async fn create(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    StrictJson { value: new, request_hash }: StrictJson<NewOrder>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let kind = new.kind.map_or(books::order::OrderKind::Order, |kind| kind.0);
    let agreed = Agreed {
        customer: new.customer,
        kind,
        currency: new.currency.0,
        lines: inputs(new.lines),
        state: new.state.map_or(kind.first_state(), |state| state.0),
        note: new.note,
    };
    let act = create_order(&app.services.db, &call, agreed);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// Which orders.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OrdersQuery {
    /// As it is shown.
    #[param(inline)]
    state: Option<OrderState>,
    #[param(inline)]
    kind: Option<OrderKind>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    /// The first day of creation.
    from: Option<Day>,
    /// The last day of creation.
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Orders and applications, newest first
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(OrdersQuery),
    responses((status = 200, description = "A page of orders", body = List<OrderSummary>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<OrdersQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Shown {
        customer: query.customer,
        kind: query.kind.map(|kind| kind.0),
        state: query.state.map(|state| state.0),
        span: Span { from: query.from.map(|day| day.0), to: query.to.map(|day| day.0) },
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = order_list::shown(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |listed| listed.row.id, OrderSummary::of)?))
}

/// An order or application
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders", params(("id" = String, Path, description = "`ord_…`")),
    responses((status = 200, description = "The order", body = Order)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let sheet = order_sheet(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Order::of(&sheet)))
}

/// How what is due on an order came about
#[utoipa::path(get, path = "/api/v1/orders/{id}/explain", tag = "orders", params(("id" = String, Path, description = "`ord_…`")),
    responses((status = 200, description = "The trace of the amount due", body = Explanation)))]
async fn explain(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let db = &app.services.db;
    let trace = trace::of_order(db, caller.business, id).await?;
    let sheet = order_sheet(db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Explanation::of(trace, sheet.order.currency)))
}

/// An order as a PDF
#[utoipa::path(get, path = "/api/v1/orders/{id}/pdf", tag = "orders", params(("id" = String, Path, description = "`ord_…`")),
    responses((status = 200, description = "The paper", body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let sheet = order_sheet(&app.services.db, caller.business, id).await?;
    papers::order_pdf(&app, &sheet, None).await
}

/// What changes about an order that was agreed already.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAmendment {
    reason: AmendmentReason,
    #[schema(max_length = 10000)]
    note: Option<String>,
    /// Lines to add.
    #[serde(default)]
    #[schema(max_items = 1000)]
    lines: Vec<NewLine>,
    /// Ids of lines to take off. A changed line is a removal and an addition.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    remove: Vec<OrderLineId>,
}

/// Add lines to an order or take lines off it
#[utoipa::path(post, path = "/api/v1/orders/{id}/amendments", tag = "orders", params(("id" = String, Path, description = "`ord_…`")),
    request_body = NewAmendment, responses((status = 201, description = "The order", body = Order)))]
async fn amend(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<OrderId>,
    StrictJson { value: new, request_hash }: StrictJson<NewAmendment>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let change = Amending { reason: new.reason.0.to_string(), note: new.note, add: inputs(new.lines), remove: new.remove };
    let act = amend_order(&app.services.db, &call, id, change);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    #[schema(max_length = 10000)]
    reason: Option<String>,
}

/// Why, and what is no longer owed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WhyAndWhat {
    #[schema(max_length = 10000)]
    reason: Option<String>,
    /// Ids of the lines that are no longer owed; absent: all stay owed.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    remove: Vec<OrderLineId>,
}

impl From<Why> for WhyAndWhat {
    fn from(why: Why) -> WhyAndWhat {
        WhyAndWhat { reason: why.reason, remove: Vec::new() }
    }
}

async fn decide(
    app: &App,
    caller: &Caller,
    id: OrderId,
    act: OrderAct,
    why: WhyAndWhat,
    request_hash: [u8; 32],
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let decision = Decision { act, reason: why.reason, remove: why.remove };
    let act = change_order(&app.services.db, &call, id, decision);
    written(app, &call, StatusCode::OK, act, |id| shown(app, &call, id)).await
}

macro_rules! decisions {
    ($($(#[$doc:meta])* $name:ident: $path:literal, $body:ident, $act:expr;)*) => {$(
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "orders", params(("id" = String, Path, description = "`ord_…`")),
            request_body = $body, responses((status = 200, description = "The order", body = Order)))]
        async fn $name(
            State(app): State<Arc<App>>,
            Writes(caller): Writes,
            Id(id): Id<OrderId>,
            StrictJson { value: why, request_hash }: StrictJson<$body>,
        ) -> Result<Response, Problem> {
            decide(&app, &caller, id, $act, why.into(), request_hash).await
        }
    )*};
}

decisions! {
    /// Confirm a draft; what it comes to is charged
    confirm: "/api/v1/orders/{id}/confirm", Why, OrderAct::Confirm;
    /// Complete an order; its revenue is earned
    complete: "/api/v1/orders/{id}/complete", Why, OrderAct::Complete;
    /// Cancel an order; all lines are taken off
    cancel: "/api/v1/orders/{id}/cancel", Why, OrderAct::Cancel;
    /// Approve an application
    approve: "/api/v1/orders/{id}/approve", Why, OrderAct::Approve;
    /// Deny an application; only the lines that are named are no longer owed
    deny: "/api/v1/orders/{id}/deny", WhyAndWhat, OrderAct::Deny;
    /// Withdraw an application; only the lines that are named are no longer owed
    withdraw: "/api/v1/orders/{id}/withdraw", WhyAndWhat, OrderAct::Withdraw;
}
