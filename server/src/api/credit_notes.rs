//! Credit notes: what was taken off invoices, why, and where freed money went.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::account::Destination;
use books::credit_note::OfLine;
use books::ids::{CreditNoteId, CustomerId, InvoiceId, InvoiceLineId};
use engine::error::FieldError;
use engine::flows::approvals::Made;
use engine::flows::call::Call;
use engine::flows::credit_invoice::{Credited, Crediting, credit_invoice};
use engine::sheets::credit_note::{CreditNoteSheet, credit_note_sheet};
use engine::store::credit_note::{self, CreditNote as Row, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Refunds};
use super::approvals::{Waiting, waiting};
use super::lists::{List, Listing};
use super::replies::{Reply, replied};
use super::values::{Amount, Day, DestinationKind, Quantity};
use crate::app::App;
use crate::json::{self, Id, StrictJson};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/invoices/{id}/credit-notes", post(create))
        .route("/api/v1/credit-notes", get(list))
        .route("/api/v1/credit-notes/{id}", get(one))
        .route("/api/v1/credit-notes/{id}/pdf", get(pdf))
}

#[derive(OpenApi)]
#[openapi(paths(create, list, one, pdf))]
pub struct Description;

/// A credit note as lists have it. `net + tax = amount = due_before − due_after + freed`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreditNoteSummary {
    id: String,
    number: String,
    customer: String,
    invoice: String,
    currency: String,
    amount: i64,
    net: i64,
    tax: i64,
    reason: String,
    #[schema(format = Date)]
    dated_on: String,
    /// What was due on the invoice before it.
    due_before: i64,
    due_after: i64,
    /// Money that it set free.
    freed: i64,
    /// Where that went.
    destinations: Vec<SentTo>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Part of the freed money and where it went.
#[derive(Debug, Serialize, ToSchema)]
struct SentTo {
    #[schema(value_type = DestinationKind)]
    to: String,
    amount: i64,
}

impl CreditNoteSummary {
    fn of(row: &Row) -> CreditNoteSummary {
        use books::account::DestinationKind as To;
        let ways = [(To::Balance, row.to_balance), (To::Card, row.to_card), (To::Outside, row.to_outside)];
        let sent = ways.into_iter().filter(|(_, amount)| *amount > 0);
        CreditNoteSummary {
            id: row.id.to_string(),
            number: row.number.clone(),
            customer: row.customer_id.to_string(),
            invoice: row.invoice_id.to_string(),
            currency: row.currency.code().to_owned(),
            amount: row.amount,
            net: row.net,
            tax: row.tax,
            reason: row.reason.clone(),
            dated_on: row.dated_on.to_string(),
            due_before: row.due_before,
            due_after: row.due_after,
            freed: row.freed(),
            destinations: sent.map(|(to, amount)| SentTo { to: to.to_string(), amount }).collect(),
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

/// A credit note in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreditNote {
    #[serde(flatten)]
    summary: CreditNoteSummary,
    lines: Vec<CreditedLine>,
    /// For staff.
    note: Option<String>,
}

/// A line of a credit note.
#[derive(Debug, Serialize, ToSchema)]
struct CreditedLine {
    /// The invoice's line; null: an amount was credited.
    line: Option<String>,
    description: String,
    /// Percent as text.
    tax_rate: Option<String>,
    net: i64,
    tax: i64,
    gross: i64,
}

impl CreditNote {
    fn of(sheet: &CreditNoteSheet) -> CreditNote {
        let lines = sheet.lines.iter().map(|line| CreditedLine {
            line: line.invoice_line_id.map(|id| id.to_string()),
            description: line.description.clone(),
            tax_rate: line.tax_rate.clone(),
            net: line.net,
            tax: line.tax,
            gross: line.gross,
        });
        CreditNote { summary: CreditNoteSummary::of(&sheet.note), lines: lines.collect(), note: sheet.note.note.clone() }
    }
}

async fn shown(app: &App, call: &Call, id: CreditNoteId) -> Result<CreditNote, Problem> {
    Ok(CreditNote::of(&credit_note_sheet(&app.services.db, call.business, id).await?))
}

/// What is credited: an amount, or lines.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditNote {
    /// Gross.
    amount: Option<Amount>,
    #[schema(max_items = 1000)]
    lines: Option<Vec<LineToCredit>>,
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// For staff.
    #[schema(max_length = 10000)]
    note: Option<String>,
    /// From the day of issue to today; absent: today.
    dated_on: Option<Day>,
    /// Where freed money goes, adding up to what is freed; absent: all to the balance.
    #[serde(default)]
    #[schema(max_items = 20)]
    destinations: Vec<NewDestination>,
    /// Of a full credit: the late fees stay charged.
    #[serde(default)]
    keep_fees: bool,
    /// Mail it to the customer.
    #[serde(default)]
    send: bool,
    /// Above the limit: wait for a second person instead of NEEDS_APPROVAL.
    #[serde(default)]
    request_approval: bool,
}

/// A line and how much of it: some of its units, a gross amount, or (neither) all that is left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LineToCredit {
    #[schema(value_type = String)]
    line: InvoiceLineId,
    quantity: Option<Quantity>,
    amount: Option<Amount>,
}

/// A part of the freed money and where it goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDestination {
    to: DestinationKind,
    amount: Amount,
}

fn wrong(field: String, detail: &str) -> Problem {
    Problem::invalid(vec![FieldError { field, code: "INVALID", detail: detail.to_owned() }])
}

impl LineToCredit {
    fn of(&self, at: usize) -> Result<(InvoiceLineId, OfLine), Problem> {
        match (self.quantity, self.amount) {
            (Some(_), Some(_)) => Err(wrong(format!("lines[{at}]"), "Name either a quantity or an amount.")),
            (Some(quantity), None) => Ok((self.line, OfLine::Quantity(quantity.0))),
            (None, Some(amount)) => Ok((self.line, OfLine::Amount(amount.0))),
            (None, None) => Ok((self.line, OfLine::Rest)),
        }
    }
}

impl NewCreditNote {
    fn crediting(self) -> Result<Crediting, Problem> {
        let what = match (self.amount, &self.lines) {
            (Some(amount), None) => Credited::Amount(amount.0),
            (None, Some(lines)) => {
                let lines = lines.iter().enumerate().map(|(at, line)| line.of(at));
                Credited::Lines(lines.collect::<Result<_, _>>()?)
            }
            _ => return Err(wrong("amount".to_owned(), "Name either an amount or lines.")),
        };
        let destinations = self.destinations.iter().map(|way| Destination { to: way.to.0, amount: way.amount.0 });
        Ok(Crediting {
            what,
            reason: self.reason,
            note: self.note,
            dated_on: self.dated_on.map(|day| day.0),
            destinations: destinations.collect(),
            keep_fees: self.keep_fees,
            send: self.send,
            request_approval: self.request_approval,
        })
    }
}

/// Take something off an issued invoice
#[utoipa::path(post, path = "/api/v1/invoices/{id}/credit-notes", tag = "credit-notes",
    params(("id" = String, Path, description = "`inv_…`")), request_body = NewCreditNote,
    responses((status = 201, description = "The credit note", body = CreditNote),
        (status = 202, description = "It waits for a second person", body = Waiting)))]
async fn create(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(id): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<NewCreditNote>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = credit_invoice(&app.services, &call, id, new.crediting()?);
    replied(&app, &call, act, async |made| match made {
        Made::Now(id) => Reply::made(StatusCode::CREATED, &shown(&app, &call, id).await?),
        Made::Waiting(id) => Reply::made(StatusCode::ACCEPTED, &waiting(&app, &call, id).await?),
    })
    .await
}

/// Which credit notes.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CreditNotesQuery {
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    #[param(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    /// The first day they are dated to.
    from: Option<Day>,
    /// The last day they are dated to.
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Credit notes, newest first
#[utoipa::path(get, path = "/api/v1/credit-notes", tag = "credit-notes", params(CreditNotesQuery),
    responses((status = 200, description = "A page of credit notes", body = List<CreditNoteSummary>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<CreditNotesQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Wanted {
        customer: query.customer,
        invoice: query.invoice,
        from: query.from.map(|day| day.0),
        to: query.to.map(|day| day.0),
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = credit_note::wanted(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, |row| CreditNoteSummary::of(&row))?))
}

/// A credit note
#[utoipa::path(get, path = "/api/v1/credit-notes/{id}", tag = "credit-notes",
    params(("id" = String, Path, description = "`crn_…`")),
    responses((status = 200, description = "The credit note", body = CreditNote)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<CreditNoteId>) -> Result<Response, Problem> {
    let sheet = credit_note_sheet(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &CreditNote::of(&sheet)))
}

/// A credit note as a PDF
#[utoipa::path(get, path = "/api/v1/credit-notes/{id}/pdf", tag = "credit-notes",
    params(("id" = String, Path, description = "`crn_…`")),
    responses((status = 200, description = "The paper", body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<CreditNoteId>) -> Result<Response, Problem> {
    let sheet = credit_note_sheet(&app.services.db, caller.business, id).await?;
    papers::credit_note_pdf(&app, &sheet).await
}
