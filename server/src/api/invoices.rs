//! Invoices: bills for charges, their lines, and what is due on them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ids::{CustomerId, EntryId, InvoiceId};
use engine::flows::call::Call;
use engine::flows::discard_draft::discard_draft;
use engine::flows::draft_invoice::{DraftChanges, NewInvoice as Bill, Texts, change_invoice, create_invoice};
use engine::sheets::invoice::{InvoiceSheet, invoice_sheet};
use engine::sheets::invoice_list::{self, Listed};
use engine::sheets::trace;
use engine::store::invoice::{InvoiceLine, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Writes};
use super::explanations::Explanation;
use super::lines::{NewLine, Tax, inputs};
use super::lists::{List, Listing};
use super::replies::written;
use super::values::{Currency, Day, InvoiceState, LineKind, cleared};
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/invoices", get(list).post(create))
        .route("/api/v1/invoices/{id}", get(one).patch(change).delete(discard))
        .route("/api/v1/invoices/{id}/explain", get(explain))
        .route("/api/v1/invoices/{id}/pdf", get(pdf))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, one, change, discard, explain, pdf))]
pub struct Description;

/// An invoice as lists have it. `total + fees = paid + credited + written_off + amount_due`, but for a draft, which asks for
/// nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvoiceSummary {
    id: String,
    /// Null while it is a draft.
    number: Option<String>,
    customer: String,
    currency: String,
    #[schema(value_type = InvoiceState)]
    state: String,
    /// Past its due day with something due.
    overdue: bool,
    /// The order or application that it bills, if it bills one.
    order: Option<String>,
    description: Option<String>,
    total: i64,
    /// Late fees that joined it.
    fees: i64,
    paid: i64,
    credited: i64,
    written_off: i64,
    amount_due: i64,
    #[schema(format = Date)]
    due_on: Option<String>,
    #[schema(format = Date)]
    issued_on: Option<String>,
    /// When it was last mailed.
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl InvoiceSummary {
    fn of(listed: Listed) -> InvoiceSummary {
        let (row, figures) = (listed.row, listed.figures);
        InvoiceSummary {
            id: row.id.to_string(),
            number: row.number,
            customer: row.customer_id.to_string(),
            currency: row.currency.code().to_owned(),
            state: listed.state.to_string(),
            overdue: listed.overdue,
            order: row.order_id.map(|id| id.to_string()),
            description: row.description,
            total: figures.total,
            fees: figures.fees,
            paid: figures.paid,
            credited: figures.credited,
            written_off: figures.written_off,
            amount_due: figures.amount_due,
            due_on: row.due_on.map(|day| day.to_string()),
            issued_on: row.issued_on.map(|day| day.to_string()),
            sent_at: row.sent_at.map(|at| at.to_rfc3339()),
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

/// An invoice in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invoice {
    #[serde(flatten)]
    summary: InvoiceSummary,
    /// Money that named it and is free, while nothing is due on it.
    overpaid: i64,
    /// What payments under way will pay.
    reserved: i64,
    /// What a credit note can still take off.
    creditable: i64,
    /// What stood against it before it was issued.
    already_paid: i64,
    /// Free credit that was applied when it was issued.
    applied_balance: i64,
    due_at_issue: i64,
    /// As issued; of a draft as they stand.
    lines: Vec<BilledLine>,
    /// By rate.
    taxes: Vec<Tax>,
    /// The charges it covers.
    charges: Vec<CoveredCharge>,
    /// Credit notes on it, newest first.
    credit_notes: Vec<String>,
    terms: Option<String>,
    notes: Option<String>,
    /// Why it was voided or given up.
    reason: Option<String>,
    #[schema(format = Date)]
    voided_on: Option<String>,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A line of an invoice. `net + tax = gross`.
#[derive(Debug, Serialize, ToSchema)]
struct BilledLine {
    /// `ivl_…`; a line that a draft only claims has none yet.
    id: Option<String>,
    #[schema(value_type = LineKind)]
    kind: String,
    description: String,
    /// Decimal text.
    quantity: String,
    unit: Option<String>,
    unit_amount: i64,
    /// Percent as text.
    tax_rate: Option<String>,
    tax_included: bool,
    net: i64,
    tax: i64,
    gross: i64,
    /// Of `gross`, credited by name.
    credited: i64,
    /// The charge that carries it; null while a draft's own line is not charged.
    entry: Option<String>,
}

/// A charge that an invoice covers.
#[derive(Debug, Serialize, ToSchema)]
struct CoveredCharge {
    entry: String,
    order: Option<String>,
    description: String,
    amount: i64,
    open: i64,
}

impl Invoice {
    pub fn of(sheet: &InvoiceSheet) -> Invoice {
        let (invoice, figures) = (&sheet.invoice, &sheet.figures);
        let text = |day: Option<books::calendar::Day>| day.map(|day| day.to_string());
        Invoice {
            summary: InvoiceSummary {
                id: invoice.id.to_string(),
                number: invoice.number.clone(),
                customer: invoice.customer_id.to_string(),
                currency: invoice.currency.code().to_owned(),
                state: sheet.state().to_string(),
                overdue: sheet.overdue(),
                order: invoice.order_id.map(|id| id.to_string()),
                description: invoice.description.clone(),
                total: figures.total,
                fees: figures.fees,
                paid: figures.paid,
                credited: figures.credited,
                written_off: figures.written_off,
                amount_due: figures.amount_due,
                due_on: text(invoice.due_on),
                issued_on: text(invoice.issued_on),
                sent_at: invoice.sent_at.map(|at| at.to_rfc3339()),
                created_at: invoice.created_at.to_rfc3339(),
            },
            overpaid: sheet.overpaid(),
            reserved: sheet.reserved(),
            creditable: sheet.creditable(),
            already_paid: invoice.already_paid,
            applied_balance: invoice.applied,
            due_at_issue: invoice.due_at_issue,
            lines: sheet.lines.iter().map(|line| billed(sheet, line)).collect(),
            taxes: sheet.taxes().into_iter().map(Tax::from).collect(),
            charges: sheet
                .charges
                .iter()
                .map(|charge| CoveredCharge {
                    entry: charge.id.to_string(),
                    order: charge.order_id.map(|id| id.to_string()),
                    description: charge.description.clone(),
                    amount: charge.amount,
                    open: charge.open(),
                })
                .collect(),
            credit_notes: sheet.credit_notes.iter().map(|note| note.id.to_string()).collect(),
            terms: invoice.terms.clone(),
            notes: invoice.notes.clone(),
            reason: invoice.reason.clone(),
            voided_on: text(invoice.voided_on),
            updated_at: invoice.updated_at.to_rfc3339(),
        }
    }
}

fn billed(sheet: &InvoiceSheet, line: &InvoiceLine) -> BilledLine {
    BilledLine {
        id: sheet.is_kept(line).then(|| line.id.to_string()),
        kind: line.kind.clone(),
        description: line.description.clone(),
        quantity: line.quantity.clone(),
        unit: line.unit.clone(),
        unit_amount: line.unit_amount,
        tax_rate: line.tax_rate.clone(),
        tax_included: line.tax_included,
        net: line.net,
        tax: line.tax,
        gross: line.gross,
        credited: sheet.credited.get(&line.id).copied().unwrap_or(0),
        entry: line.entry_id.map(|id| id.to_string()),
    }
}

pub async fn shown(app: &App, call: &Call, id: InvoiceId) -> Result<Invoice, Problem> {
    Ok(Invoice::of(&invoice_sheet(&app.services.db, call.business, id).await?))
}

/// What is to be billed: lines, open charges, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInvoice {
    #[schema(value_type = String)]
    customer: CustomerId,
    currency: Currency,
    #[serde(default)]
    #[schema(max_items = 1000)]
    lines: Vec<NewLine>,
    /// Open charges that are carried forward; each is on at most one live invoice.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 1000)]
    entries: Vec<EntryId>,
    /// What it is for.
    #[schema(max_length = 1000)]
    description: Option<String>,
    due_on: Option<Day>,
    /// Such as `Net 30`.
    #[schema(max_length = 200)]
    terms: Option<String>,
    /// Printed at its foot.
    #[schema(max_length = 10000)]
    notes: Option<String>,
}

/// Write a draft
#[utoipa::path(post, path = "/api/v1/invoices", tag = "invoices", request_body = NewInvoice,
    responses((status = 201, description = "The draft", body = Invoice)))]
async fn create(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    StrictJson { value: new, request_hash }: StrictJson<NewInvoice>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let bill = Bill {
        customer: new.customer,
        currency: new.currency.0,
        lines: inputs(new.lines),
        entries: new.entries,
        texts: Texts { description: new.description, due_on: new.due_on.map(|day| day.0), terms: new.terms, notes: new.notes },
    };
    let act = create_invoice(&app.services.db, &call, bill);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// What changes about a draft; what is not said stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedInvoice {
    /// In place of all lines of its own.
    #[schema(max_items = 1000)]
    lines: Option<Vec<NewLine>>,
    /// In place of all charges that it claims.
    #[schema(value_type = Option<Vec<String>>, max_items = 1000)]
    entries: Option<Vec<EntryId>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<Day>)]
    due_on: Option<Option<Day>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 200)]
    terms: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 10000)]
    notes: Option<Option<String>>,
}

/// Change a draft
#[utoipa::path(patch, path = "/api/v1/invoices/{id}", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    request_body = ChangedInvoice, responses((status = 200, description = "The draft", body = Invoice)))]
async fn change(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<InvoiceId>,
    StrictJson { value: new, request_hash }: StrictJson<ChangedInvoice>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let changes = DraftChanges {
        lines: new.lines.map(inputs),
        entries: new.entries,
        description: new.description,
        due_on: new.due_on.map(|day| day.map(|day| day.0)),
        terms: new.terms,
        notes: new.notes,
    };
    let act = change_invoice(&app.services.db, &call, id, changes);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// A draft that was thrown away.
#[derive(Debug, Serialize, ToSchema)]
struct Discarded {
    id: String,
}

/// Throw a draft away; the charges it named can be billed again
#[utoipa::path(delete, path = "/api/v1/invoices/{id}", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "It is gone", body = Discarded)))]
async fn discard(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<InvoiceId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = discard_draft(&app.services.db, &call, id);
    written(&app, &call, StatusCode::OK, act, async |id| Ok(Discarded { id: id.to_string() })).await
}

/// Which invoices.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InvoicesQuery {
    /// As it is shown.
    #[param(inline)]
    state: Option<InvoiceState>,
    /// `true`: only those past their due day.
    overdue: Option<bool>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    /// The first day of issue; drafts have none.
    from: Option<Day>,
    /// The last day of issue.
    to: Option<Day>,
    /// Text in the number, the description or the customer.
    #[param(max_length = 200)]
    q: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Invoices, newest first
#[utoipa::path(get, path = "/api/v1/invoices", tag = "invoices", params(InvoicesQuery),
    responses((status = 200, description = "A page of invoices", body = List<InvoiceSummary>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<InvoicesQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Wanted {
        customer: query.customer,
        state: query.state.map(|state| state.0),
        overdue: query.overdue.unwrap_or(false),
        from: query.from.map(|day| day.0),
        to: query.to.map(|day| day.0),
        search: query.q.clone(),
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = invoice_list::shown(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |listed| listed.row.id, InvoiceSummary::of)?))
}

/// An invoice
#[utoipa::path(get, path = "/api/v1/invoices/{id}", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "The invoice", body = Invoice)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Invoice::of(&sheet)))
}

/// How what is due on an invoice came about
#[utoipa::path(get, path = "/api/v1/invoices/{id}/explain", tag = "invoices",
    params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "The trace of the amount due", body = Explanation)))]
async fn explain(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let db = &app.services.db;
    let trace = trace::of_invoice(db, caller.business, id).await?;
    let sheet = invoice_sheet(db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Explanation::of(trace, sheet.invoice.currency)))
}

/// An invoice as a PDF
#[utoipa::path(get, path = "/api/v1/invoices/{id}/pdf", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "The paper", body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, caller.business, id).await?;
    papers::invoice_pdf(&app, &sheet, None).await
}
