//! Payouts: what processors sent to the bank.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ids::{ConnectionId, PayoutId};
use engine::sheets::payout::{PayoutSheet, payout_sheet};
use engine::store::payout::{self, PayoutRow, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads};
use super::lists::{List, Listing};
use super::values::Day;
use crate::app::App;
use crate::json::{self, Id};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/payouts", get(list)).route("/api/v1/payouts/{id}", get(one))
}

#[derive(OpenApi)]
#[openapi(paths(list, one))]
pub struct Description;

/// What a processor sent to the bank, or took from it. Amounts are signed: a payout takes back when more was refunded than taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payout {
    id: String,
    /// `prc_…`
    processor: String,
    /// The processor's own id of it.
    remote_id: String,
    /// What it let go of: `net + fees`.
    gross: i64,
    /// What it kept.
    fees: i64,
    /// What arrived.
    net: i64,
    /// What stays at the processor for later: the change of the balance there. Negative where it brings what had stayed.
    kept: i64,
    currency: String,
    #[schema(format = Date)]
    arrived_on: String,
    /// All of it is of payments in these books.
    reconciled: bool,
    /// Of gross and kept, what is not: it waits in suspense.
    in_suspense: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A payout with its parts.
#[derive(Debug, Serialize, ToSchema)]
struct PayoutInFull {
    #[serde(flatten)]
    payout: Payout,
    lines: Vec<PayoutLine>,
    journal: Vec<JournalLine>,
}

/// What a payout has of one charge.
#[derive(Debug, Serialize, ToSchema)]
struct PayoutLine {
    /// The processor's own id; `balance-before-…` and `not-listed-before-…` name what is of no charge.
    charge: String,
    /// `pay_…`; null: of no payment in these books.
    payment: Option<String>,
    /// Signed: + captured, − refunded, disputed or returned.
    amount: i64,
}

/// A debit or credit on a ledger account.
#[derive(Debug, Serialize, ToSchema)]
struct JournalLine {
    account: String,
    debit: i64,
    credit: i64,
}

impl Payout {
    fn of(row: PayoutRow) -> Payout {
        Payout {
            id: row.id.to_string(),
            processor: row.connection_id.to_string(),
            gross: row.gross(),
            in_suspense: row.in_suspense(),
            remote_id: row.remote_id,
            fees: row.fees,
            net: row.net,
            kept: row.kept,
            currency: row.currency.code().to_owned(),
            arrived_on: row.arrived_on.to_string(),
            reconciled: row.whole,
            created_at: row.listed_at.to_rfc3339(),
        }
    }
}

impl PayoutInFull {
    fn of(sheet: PayoutSheet) -> PayoutInFull {
        let line = |line: engine::store::payout::LineRow| PayoutLine {
            charge: line.charge,
            payment: line.payment_id.map(|id| id.to_string()),
            amount: line.amount,
        };
        let leg =
            |leg: books::ledger::Leg| JournalLine { account: leg.account.to_string(), debit: leg.debit, credit: leg.credit };
        PayoutInFull {
            payout: Payout::of(sheet.row()),
            lines: sheet.lines.into_iter().map(line).collect(),
            journal: sheet.journal.into_iter().map(leg).collect(),
        }
    }
}

/// Which payouts.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PayoutsQuery {
    #[param(value_type = Option<String>)]
    processor: Option<ConnectionId>,
    reconciled: Option<bool>,
    /// The first day of arrival.
    from: Option<Day>,
    /// The last day of arrival.
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Payouts, the latest arrival first
#[utoipa::path(get, path = "/api/v1/payouts", tag = "payouts", params(PayoutsQuery),
    responses((status = 200, description = "A page of payouts", body = List<Payout>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<PayoutsQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Wanted {
        connection: query.processor,
        whole: query.reconciled,
        from: query.from.map(|day| day.0),
        to: query.to.map(|day| day.0),
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = payout::page(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| (row.arrived_on, row.id), Payout::of)?))
}

/// A payout with its parts and its journal
#[utoipa::path(get, path = "/api/v1/payouts/{id}", tag = "payouts", params(("id" = String, Path, description = "`pto_…`")),
    responses((status = 200, description = "The payout", body = PayoutInFull)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<PayoutId>) -> Result<Response, Problem> {
    let sheet = payout_sheet(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &PayoutInFull::of(sheet)))
}
