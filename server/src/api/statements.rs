//! Statements of account: as figures, as PDF, sent by mail; and the letter that asks for payment on paper.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ageing::Ageing;
use books::ids::{CustomerId, StatementId};
use engine::flows::send_statement::send_statement;
use engine::sheets::statement::{Moved, Period, StatementSheet, StillOpen, statement_sheet};
use engine::store::business;
use engine::store::customer;
use engine::store::link;
use engine::store::statement::{self, Statement as SentRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Writes};
use super::links::url;
use super::lists::List;
use super::replies::written;
use super::values::{Currency, Day, EntryKind};
use crate::app::App;
use crate::json::{self, Id, StrictJson, StrictQuery};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/reports/statement", get(of_account))
        .route("/api/v1/customers/{id}/statement.pdf", get(pdf))
        .route("/api/v1/customers/{id}/letter.pdf", get(letter))
        .route("/api/v1/customers/{id}/statements", get(list).post(send))
}

#[derive(OpenApi)]
#[openapi(paths(of_account, pdf, letter, list, send))]
pub struct Description;

/// Whose account, over which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatementQuery {
    #[param(value_type = String)]
    customer: CustomerId,
    from: Day,
    to: Day,
    /// Absent: the business's own.
    currency: Option<Currency>,
}

/// A statement of account. Balances are signed: negative, the customer owes. `opening + movements = closing`.
#[derive(Debug, Serialize, ToSchema)]
struct Statement {
    customer: String,
    currency: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    opening: i64,
    movements: Vec<StatementLine>,
    closing: i64,
    /// What was open at the end of the last day. Its sum less `free_credit` is what was owed.
    open: Vec<OpenCharge>,
    /// What was open, by its age at the end of the last day (of today, if that comes first).
    ageing: Aged,
    /// Credit that was set against nothing.
    free_credit: i64,
    /// The closing balance of the statement sent for the days before, where it is not this opening.
    said_before: Option<i64>,
    /// What was entered for those days after it had been sent.
    entered_since: Vec<StatementLine>,
}

/// One movement with the balance after it.
#[derive(Debug, Serialize, ToSchema)]
struct StatementLine {
    entry: String,
    #[schema(value_type = EntryKind)]
    kind: String,
    #[schema(format = Date)]
    on: String,
    description: String,
    /// Signed: a charge is negative.
    amount: i64,
    balance: i64,
}

/// What was open, by days past due. Its sum less the free credit is what was owed.
#[derive(Debug, Serialize, ToSchema)]
struct Aged {
    current: i64,
    d1_30: i64,
    d31_60: i64,
    d61_90: i64,
    d90_plus: i64,
}

impl From<Ageing> for Aged {
    fn from(of: Ageing) -> Aged {
        let Ageing { current, d1_30, d31_60, d61_90, d90_plus, .. } = of;
        Aged { current, d1_30, d31_60, d61_90, d90_plus }
    }
}

/// A charge that was open.
#[derive(Debug, Serialize, ToSchema)]
struct OpenCharge {
    entry: String,
    description: String,
    #[schema(format = Date)]
    on: String,
    #[schema(format = Date)]
    due_on: Option<String>,
    amount: i64,
    open: i64,
}

impl From<&Moved> for StatementLine {
    fn from(moved: &Moved) -> StatementLine {
        StatementLine {
            entry: moved.entry.to_string(),
            kind: moved.kind.to_string(),
            on: moved.on.to_string(),
            description: moved.description.clone(),
            amount: moved.amount,
            balance: moved.balance,
        }
    }
}

impl From<&StillOpen> for OpenCharge {
    fn from(item: &StillOpen) -> OpenCharge {
        OpenCharge {
            entry: item.entry.to_string(),
            description: item.description.clone(),
            on: item.on.to_string(),
            due_on: item.due_on.map(|day| day.to_string()),
            amount: item.amount,
            open: item.open,
        }
    }
}

impl Statement {
    fn of(sheet: &StatementSheet) -> Statement {
        Statement {
            customer: sheet.customer.id.to_string(),
            currency: sheet.currency.code().to_owned(),
            from: sheet.period.from.to_string(),
            to: sheet.period.to.to_string(),
            opening: sheet.opening,
            movements: sheet.movements.iter().map(StatementLine::from).collect(),
            closing: sheet.closing,
            open: sheet.open.iter().map(OpenCharge::from).collect(),
            ageing: sheet.ageing.into(),
            free_credit: sheet.ageing.credit,
            said_before: sheet.said_before,
            entered_since: sheet.entered_since.iter().map(StatementLine::from).collect(),
        }
    }
}

/// The statement of one customer's account
#[utoipa::path(get, path = "/api/v1/reports/statement", tag = "reports", params(StatementQuery),
    responses((status = 200, description = "The statement", body = Statement)))]
async fn of_account(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    StrictQuery(query): StrictQuery<StatementQuery>,
) -> Result<Response, Problem> {
    let period = Period::new(query.from.0, query.to.0)?;
    let currency = query.currency.map(|currency| currency.0);
    let sheet = statement_sheet(&app.services.db, caller.business, query.customer, currency, period).await?;
    Ok(json::answer(StatusCode::OK, &Statement::of(&sheet)))
}

/// Over which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Days {
    from: Day,
    to: Day,
    /// Absent: the business's own.
    currency: Option<Currency>,
}

/// The statement of a customer's account as PDF
#[utoipa::path(get, path = "/api/v1/customers/{id}/statement.pdf", tag = "customers",
    params(("id" = String, Path, description = "`cus_…`"), Days),
    responses((status = 200, description = "The statement", body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<CustomerId>,
    StrictQuery(days): StrictQuery<Days>,
) -> Result<Response, Problem> {
    let period = Period::new(days.from.0, days.to.0)?;
    let currency = days.currency.map(|currency| currency.0);
    let sheet = statement_sheet(&app.services.db, caller.business, id, currency, period).await?;
    papers::statement_pdf(&app, &sheet, None).await
}

/// In which currency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InCurrency {
    /// Absent: the business's own.
    currency: Option<Currency>,
}

/// A letter that asks for what is open today, with the code of the customer's live payment link
#[utoipa::path(get, path = "/api/v1/customers/{id}/letter.pdf", tag = "customers",
    params(("id" = String, Path, description = "`cus_…`"), InCurrency),
    responses((status = 200, description = "The letter", body = Vec<u8>, content_type = "application/pdf")))]
async fn letter(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<CustomerId>,
    StrictQuery(query): StrictQuery<InCurrency>,
) -> Result<Response, Problem> {
    let db = &app.services.db;
    let now = db.clock().now();
    let today = business::business(db, caller.business).await?.today(now);
    let currency = query.currency.map(|currency| currency.0);
    let sheet = statement_sheet(db, caller.business, id, currency, Period::new(today, today)?).await?;
    let live = link::live(db, caller.business, id, sheet.currency).await?;
    papers::letter_pdf(&app, &sheet, live.map(|link| url(&app, &link.purpose, link.id))).await
}

/// A statement that was sent.
#[derive(Debug, Serialize, ToSchema)]
struct SentStatement {
    id: String,
    customer: String,
    currency: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    opening: i64,
    closing: i64,
    /// The address it was mailed to.
    sent_to: String,
    /// Where the customer sees it.
    #[schema(format = "uri")]
    url: Option<String>,
    #[schema(format = DateTime)]
    sent_at: String,
}

impl SentStatement {
    fn of(app: &App, row: SentRow) -> SentStatement {
        SentStatement {
            id: row.id.to_string(),
            customer: row.customer_id.to_string(),
            currency: row.currency.code().to_owned(),
            from: row.from_on.to_string(),
            to: row.to_on.to_string(),
            opening: row.opening,
            closing: row.closing,
            sent_to: row.send_to,
            url: Some(url(app, "statement", row.link_id)),
            sent_at: row.sent_at.to_rfc3339(),
        }
    }
}

/// Statements that were sent to a customer, newest first
#[utoipa::path(get, path = "/api/v1/customers/{id}/statements", tag = "customers",
    params(("id" = String, Path, description = "`cus_…`"), InCurrency),
    responses((status = 200, description = "The newest 50", body = List<SentStatement>)))]
async fn list(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<CustomerId>,
    StrictQuery(query): StrictQuery<InCurrency>,
) -> Result<Response, Problem> {
    let db = &app.services.db;
    customer::customer(db, caller.business, id).await?;
    let own = business::business(db, caller.business).await?.currency;
    let rows = statement::list(db, caller.business, id, query.currency.map_or(own, |currency| currency.0)).await?;
    Ok(json::answer(StatusCode::OK, &List::whole(rows.into_iter().map(|row| SentStatement::of(&app, row)).collect())))
}

/// A statement to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Sending {
    from: Day,
    to: Day,
    /// Absent: the business's own.
    currency: Option<Currency>,
}

/// Mail a statement to the customer's address
#[utoipa::path(post, path = "/api/v1/customers/{id}/statements", tag = "customers",
    params(("id" = String, Path, description = "`cus_…`")), request_body = Sending,
    responses((status = 201, description = "The statement that was sent", body = SentStatement)))]
async fn send(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<Sending>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let period = Period::new(new.from.0, new.to.0)?;
    let currency = new.currency.map(|currency| currency.0);
    let act = send_statement(&app.services.db, &app.services.keys, &call, id, currency, period);
    let show = async |id: StatementId| {
        let row = statement::statement(&app.services.db, call.business, id).await?;
        Ok::<_, Problem>(SentStatement::of(&app, row))
    };
    written(&app, &call, StatusCode::CREATED, act, show).await
}
