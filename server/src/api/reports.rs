//! Reports: who owes how long, and totals.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use engine::sheets::report::{Meant, ageing_report, summary_report};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::Asks;
use super::values::{Currency, Day};
use crate::app::App;
use crate::json::{self, StrictQuery};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/reports/ageing", get(ageing)).route("/api/v1/reports/summary", get(summary))
}

#[derive(OpenApi)]
#[openapi(paths(ageing, summary))]
pub struct Description;

/// Which day, in which currency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// Absent: today. Not in the future.
    as_of: Option<Day>,
    /// Absent: the business's own.
    currency: Option<Currency>,
}

impl AsOf {
    fn meant(self) -> Meant {
        Meant { as_of: self.as_of.map(|day| day.0), currency: self.currency.map(|currency| currency.0) }
    }
}

/// What all customers owe, by days past due. `total` is the sum of the five columns before it.
#[derive(Debug, Serialize, ToSchema)]
struct Ageing {
    #[schema(format = Date)]
    as_of: String,
    currency: String,
    current: i64,
    d1_30: i64,
    d31_60: i64,
    d61_90: i64,
    d90_plus: i64,
    total: i64,
    /// Credit that is set against nothing; taken off no column.
    credit: i64,
}

/// What all customers owe, by days past due, now or as at a past day
#[utoipa::path(get, path = "/api/v1/reports/ageing", tag = "reports", params(AsOf),
    responses((status = 200, description = "The columns", body = Ageing)))]
async fn ageing(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    StrictQuery(query): StrictQuery<AsOf>,
) -> Result<Response, Problem> {
    let report = ageing_report(&app.services.db, caller.business, query.meant()).await?;
    let sums = report.of;
    let shown = Ageing {
        as_of: report.as_of.to_string(),
        currency: report.currency.code().to_owned(),
        current: sums.current,
        d1_30: sums.d1_30,
        d31_60: sums.d31_60,
        d61_90: sums.d61_90,
        d90_plus: sums.d90_plus,
        total: sums.total,
        credit: sums.credit,
    };
    Ok(json::answer(StatusCode::OK, &shown))
}

/// All customers together in one currency. All amounts are at least 0.
#[derive(Debug, Serialize, ToSchema)]
struct Summary {
    #[schema(format = Date)]
    as_of: String,
    currency: String,
    customers: i64,
    /// How many owe.
    owing: i64,
    /// What they owe.
    amount_owed: i64,
    /// How many have credit.
    in_credit: i64,
    /// What they have.
    credit_available: i64,
}

/// What all customers owe and have together, now or as at a past day
#[utoipa::path(get, path = "/api/v1/reports/summary", tag = "reports", params(AsOf),
    responses((status = 200, description = "The totals", body = Summary)))]
async fn summary(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    StrictQuery(query): StrictQuery<AsOf>,
) -> Result<Response, Problem> {
    let report = summary_report(&app.services.db, caller.business, query.meant()).await?;
    let totals = report.of;
    let shown = Summary {
        as_of: report.as_of.to_string(),
        currency: report.currency.code().to_owned(),
        customers: totals.customers,
        owing: totals.owing,
        amount_owed: totals.owed,
        in_credit: totals.in_credit,
        credit_available: totals.credit,
    };
    Ok(json::answer(StatusCode::OK, &shown))
}
