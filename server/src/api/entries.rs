//! Entries: everything a customer was charged or credited, and what staff add, adjust and reverse by hand.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::calendar::Day as CivilDay;
use books::entry::entry_status;
use books::ids::{CustomerId, EntryId};
use engine::flows::add_entry::{Adjusting, How, NewEntry as Entering, adjust_balance, enter};
use engine::flows::approvals::Made;
use engine::flows::call::Call;
use engine::flows::pay_out_credit::{HandOut, pay_out_credit};
use engine::flows::reverse_entry::reverse_entry;
use engine::sheets::entry::{EntrySheet, entry_sheet};
use engine::store::allocation::Allocation;
use engine::store::customer;
use engine::store::entry::{self, EntryLine, JournalLine, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Refunds, Writes};
use super::approvals::{Waiting, waiting};
use super::lists::{List, Listing};
use super::replies::{Reply, replied, written};
use super::values::{Amount, Currency, Day, EntryKind, EntryStatus, ExternalKind, Side, SignedAmount};
use crate::app::App;
use crate::json::{self, Id, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/customers/{id}/entries", get(list).post(create))
        .route("/api/v1/customers/{id}/adjustments", post(adjust))
        .route("/api/v1/customers/{id}/payouts", post(pay_out))
        .route("/api/v1/entries/{id}", get(one))
        .route("/api/v1/entries/{id}/reverse", post(reverse))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, adjust, pay_out, one, reverse))]
pub struct Description;

/// A charge or credit on a customer's account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    id: String,
    customer: String,
    #[schema(value_type = Side)]
    side: String,
    #[schema(value_type = EntryKind)]
    kind: String,
    /// More than 0; the side gives the direction.
    amount: i64,
    currency: String,
    description: String,
    category: Option<String>,
    /// For staff; payers never see it.
    note: Option<String>,
    /// How money came.
    method: Option<String>,
    /// Why staff did it.
    reason: Option<String>,
    /// The accounting day.
    #[schema(format = Date)]
    effective_on: String,
    /// A named due day; null: none.
    #[schema(format = Date)]
    due_on: Option<String>,
    /// What of it is set against nothing yet.
    open: i64,
    /// Of the account after this entry, in posting order; negative: the customer owes.
    balance_after: i64,
    #[schema(value_type = EntryStatus)]
    status: String,
    /// The document it came from: an order, invoice, payment or credit note.
    source: Option<String>,
    /// The entry that this one takes back.
    reverses: Option<String>,
    /// The entry that took this one back.
    reversed_by: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl Entry {
    pub fn of(line: EntryLine) -> Entry {
        let status = entry_status(line.side, line.amount, line.allocated, line.reversed_by.is_some());
        Entry {
            id: line.id.to_string(),
            customer: line.customer_id.to_string(),
            side: line.side.to_string(),
            kind: line.kind.to_string(),
            amount: line.amount,
            currency: line.currency.code().to_owned(),
            open: line.open(),
            status: status.to_string(),
            source: line.source(),
            description: line.description,
            category: line.category,
            note: line.note,
            method: line.method,
            reason: line.reason,
            effective_on: line.effective_on.to_string(),
            due_on: line.due_on.map(|day| day.to_string()),
            balance_after: line.balance_after,
            reverses: line.reverses.map(|id| id.to_string()),
            reversed_by: line.reversed_by.map(|id| id.to_string()),
            created_at: line.created_at.to_rfc3339(),
        }
    }
}

/// Which entries.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EntriesQuery {
    #[param(inline)]
    side: Option<Side>,
    #[param(inline)]
    kind: Option<EntryKind>,
    currency: Option<Currency>,
    /// The first accounting day.
    from: Option<Day>,
    /// The last accounting day.
    to: Option<Day>,
    /// Text in description, note or category.
    #[param(max_length = 200)]
    q: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// A customer's entries, newest posted first
#[utoipa::path(get, path = "/api/v1/customers/{id}/entries", tag = "entries",
    params(("id" = String, Path, description = "`cus_…`"), EntriesQuery),
    responses((status = 200, description = "A page of entries", body = List<Entry>)))]
async fn list(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<CustomerId>,
    listing: Listing<EntriesQuery>,
) -> Result<Response, Problem> {
    let db = &app.services.db;
    customer::customer(db, caller.business, id).await?;
    let query = &listing.query;
    let wanted = Wanted {
        currency: query.currency.map(|currency| currency.0),
        side: query.side.map(|side| side.0),
        kind: query.kind.map(|kind| kind.0),
        from: query.from.map(|day| day.0),
        to: query.to.map(|day| day.0),
        search: query.q.clone(),
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = entry::page(db, caller.business, id, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, Entry::of)?))
}

/// A new entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    side: Side,
    amount: Amount,
    currency: Currency,
    #[schema(min_length = 1, max_length = 1000)]
    description: String,
    /// Absent: today.
    effective_on: Option<Day>,
    /// For a charge.
    due_on: Option<Day>,
    /// A credit of category `payment` is recorded as a payment (this needs the scope `payments`).
    #[schema(max_length = 200)]
    category: Option<String>,
    #[schema(max_length = 10000)]
    note: Option<String>,
    /// How the money of a payment came; absent: `other`.
    method: Option<ExternalKind>,
    /// Of a payment: check number, transfer reference.
    #[schema(max_length = 200)]
    reference: Option<String>,
    /// A credit above the limit: wait for a second person instead of NEEDS_APPROVAL.
    #[serde(default)]
    request_approval: bool,
}

/// Add a charge or credit
#[utoipa::path(post, path = "/api/v1/customers/{id}/entries", tag = "entries", params(("id" = String, Path, description = "`cus_…`")),
    request_body = NewEntry, responses((status = 201, description = "The entry", body = Entry),
        (status = 202, description = "It waits for a second person", body = Waiting)))]
async fn create(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(customer): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<NewEntry>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let how =
        How { kind: new.method.map(|kind| kind.0.to_string()), reference: new.reference, request_approval: new.request_approval };
    let entering = Entering {
        customer,
        side: new.side.0,
        amount: new.amount.0,
        currency: new.currency.0,
        description: new.description,
        effective_on: new.effective_on.map(|day| day.0),
        due_on: new.due_on.map(|day| day.0),
        category: new.category,
        note: new.note,
    };
    let act = enter(&app.services.db, &call, entering, how);
    replied(&app, &call, act, |made| entered(&app, &call, made)).await
}

/// The entry, or that it waits.
pub async fn entered(app: &App, call: &Call, made: Made<EntryId>) -> Result<Reply, Problem> {
    match made {
        Made::Now(id) => Reply::made(StatusCode::CREATED, &shown(app, call, id).await?),
        Made::Waiting(id) => Reply::made(StatusCode::ACCEPTED, &waiting(app, call, id).await?),
    }
}

/// The entry as it is now.
pub async fn shown(app: &App, call: &Call, id: EntryId) -> Result<Entry, Problem> {
    Ok(Entry::of(entry::entry(&app.services.db, call.business, id).await?))
}

/// A change of the money balance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAdjustment {
    /// More than 0 gives credit, less takes it away.
    amount: SignedAmount,
    currency: Currency,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    note: String,
    /// Above the limit: wait for a second person instead of NEEDS_APPROVAL.
    #[serde(default)]
    request_approval: bool,
}

/// Adjust the money balance
#[utoipa::path(post, path = "/api/v1/customers/{id}/adjustments", tag = "entries", params(("id" = String, Path, description = "`cus_…`")),
    request_body = NewAdjustment, responses((status = 201, description = "The entry", body = Entry),
        (status = 202, description = "It waits for a second person", body = Waiting)))]
async fn adjust(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(customer): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<NewAdjustment>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let adjusting = Adjusting {
        customer,
        amount: new.amount.0,
        currency: new.currency.0,
        note: new.note,
        request_approval: new.request_approval,
    };
    let act = adjust_balance(&app.services.db, &call, adjusting);
    replied(&app, &call, act, |made| entered(&app, &call, made)).await
}

/// Credit that is handed out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPayout {
    amount: Amount,
    currency: Currency,
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// How it was handed out; absent: not said.
    method: Option<ExternalKind>,
    /// Above the limit: wait for a second person instead of NEEDS_APPROVAL.
    #[serde(default)]
    request_approval: bool,
}

/// Hand out credit that no payment stands behind
#[utoipa::path(post, path = "/api/v1/customers/{id}/payouts", tag = "entries", params(("id" = String, Path, description = "`cus_…`")),
    request_body = NewPayout, responses((status = 201, description = "The entry", body = Entry),
        (status = 202, description = "It waits for a second person", body = Waiting)))]
async fn pay_out(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(customer): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<NewPayout>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let method = new.method.map(|kind| kind.0.to_string());
    let out = HandOut {
        customer,
        amount: new.amount.0,
        currency: new.currency.0,
        reason: new.reason,
        method,
        request_approval: new.request_approval,
    };
    let act = pay_out_credit(&app.services.db, &call, out);
    replied(&app, &call, act, |made| entered(&app, &call, made)).await
}

/// Why it was a mistake.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reversal {
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Reverse an entry made by mistake
#[utoipa::path(post, path = "/api/v1/entries/{id}/reverse", tag = "entries", params(("id" = String, Path, description = "`ent_…`")),
    request_body = Reversal, responses((status = 201, description = "The reversing entry", body = Entry)))]
async fn reverse(
    State(app): State<Arc<App>>,
    Refunds(caller): Refunds,
    Id(id): Id<EntryId>,
    StrictJson { value: new, request_hash }: StrictJson<Reversal>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = reverse_entry(&app.services.db, &call, id, &new.reason);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

/// An entry in full.
#[derive(Debug, Serialize, ToSchema)]
struct EntryInFull {
    #[serde(flatten)]
    entry: Entry,
    /// In the order they were made.
    allocations: Vec<EntryAllocation>,
    /// Debits equal credits.
    journal: Vec<EntryJournalLine>,
}

/// Part of a credit set against a charge, or the taking back of that.
#[derive(Debug, Serialize, ToSchema)]
struct EntryAllocation {
    id: String,
    credit: String,
    charge: String,
    amount: i64,
    /// The allocation that this one undoes, in part or whole.
    takes_back: Option<String>,
    #[schema(format = Date)]
    effective_on: String,
}

impl EntryAllocation {
    fn of(row: &Allocation) -> EntryAllocation {
        EntryAllocation {
            id: row.id.to_string(),
            credit: row.credit_id.to_string(),
            charge: row.charge_id.to_string(),
            amount: row.amount,
            takes_back: row.takes_back.map(|id| id.to_string()),
            effective_on: text(row.effective_on),
        }
    }
}

/// One line of the journal: debit or credit of one ledger account.
#[derive(Debug, Serialize, ToSchema)]
struct EntryJournalLine {
    account: String,
    debit: i64,
    credit: i64,
    #[schema(format = Date)]
    effective_on: String,
}

impl EntryJournalLine {
    fn of(line: &JournalLine) -> EntryJournalLine {
        EntryJournalLine {
            account: line.account.clone(),
            debit: line.debit,
            credit: line.credit,
            effective_on: text(line.effective_on),
        }
    }
}

fn text(day: CivilDay) -> String {
    day.to_string()
}

/// An entry with its allocations and journal lines
#[utoipa::path(get, path = "/api/v1/entries/{id}", tag = "entries", params(("id" = String, Path, description = "`ent_…`")),
    responses((status = 200, description = "The entry", body = EntryInFull)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<EntryId>) -> Result<Response, Problem> {
    let EntrySheet { entry, allocations, journal, .. } = entry_sheet(&app.services.db, caller.business, id).await?;
    let full = EntryInFull {
        entry: Entry::of(entry),
        allocations: allocations.iter().map(EntryAllocation::of).collect(),
        journal: journal.iter().map(EntryJournalLine::of).collect(),
    };
    Ok(json::answer(StatusCode::OK, &full))
}
