//! Lists as tables for spreadsheets: who owes, a customer's entries, payments; from the same reads as their pages.
//!
//! Limit: [`csv::MOST_ROWS`] rows; a table that was cut says so in its name. One is made at a time.

use axum::response::Response;
use books::entry::{Side, entry_status};
use books::ids::CustomerId;
use books::money::{Currency, Money};
use engine::store::entry::{self, EntryLine};
use engine::store::payment::PaymentRow;
use engine::store::{customer, payment, payout};

use super::desk::Desk;
use super::words;
use crate::app::App;
use crate::csv;
use crate::respond::Problem;

/// One row more than a table holds, so that it shows whether it was cut.
const ONE_MORE: i64 = csv::MOST_ROWS as i64 + 1;

fn decimal(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).to_decimal()
}

/// Cuts the rows to what a table holds, and names the file.
fn cut<R>(rows: &mut Vec<R>, name: &str) -> String {
    if rows.len() <= csv::MOST_ROWS {
        return format!("{name}.csv");
    }
    rows.truncate(csv::MOST_ROWS);
    format!("{name}-first-{}.csv", csv::MOST_ROWS)
}

/// Customers as the list's filters and order have them.
pub async fn customers(app: &App, desk: &Desk, wanted: customer::Wanted) -> Result<Response, Problem> {
    let turn = app.limits.exports.acquire().await.map_err(|_| Problem::busy(2))?;
    let wanted = customer::Wanted { limit: ONE_MORE, after: None, ..wanted };
    let mut lines = customer::page(&app.services.db, desk.staff.business, wanted).await?;
    drop(turn);
    let name = cut(&mut lines, &format!("customers-{}", desk.today()));
    let mut table =
        vec![csv::head(["customer", "name", "email", "phone", "reference", "balance", "currency", "overdue", "last_activity"])];
    table.extend(lines.into_iter().map(|line| {
        vec![
            line.id.to_string(),
            line.name,
            line.email.unwrap_or_default(),
            line.phone.unwrap_or_default(),
            line.reference.unwrap_or_default(),
            decimal(line.balance, line.currency),
            line.currency.code().to_owned(),
            if line.overdue { "yes" } else { "no" }.to_owned(),
            desk.day(line.active_at).iso,
        ]
    }));
    Ok(csv::download(&name, &table))
}

/// A customer's entries as the page's filters have them, newest posted first.
pub async fn entries(app: &App, mut desk: Desk, id: CustomerId) -> Result<Response, Problem> {
    let wanted = entry::Wanted {
        currency: desk.asked.value("currency").parse().ok(),
        side: desk.asked.optional("side"),
        kind: desk.asked.optional("kind"),
        from: desk.asked.optional_day("from"),
        to: desk.asked.optional_day("to"),
        search: Some(desk.asked.value("q").trim().to_owned()).filter(|q| !q.is_empty()),
        before: None,
        limit: ONE_MORE,
    };
    if !desk.asked.errors().is_empty() {
        return Err(Problem::invalid(desk.asked.errors().to_vec()));
    }
    let (db, of) = (&app.services.db, desk.staff.business);
    customer::customer(db, of, id).await?;
    let turn = app.limits.exports.acquire().await.map_err(|_| Problem::busy(2))?;
    let mut lines = entry::page(db, of, id, wanted).await?;
    drop(turn);
    let name = cut(&mut lines, &format!("entries-{}", desk.today()));
    let mut table = vec![csv::head([
        "entry",
        "effective_on",
        "due_on",
        "kind",
        "description",
        "category",
        "note",
        "amount",
        "currency",
        "open",
        "balance_after",
        "status",
    ])];
    table.extend(lines.iter().map(entry_row));
    Ok(csv::download(&name, &table))
}

fn entry_row(line: &EntryLine) -> Vec<String> {
    let signed = if line.side == Side::Charge { -line.amount } else { line.amount };
    vec![
        line.id.to_string(),
        line.effective_on.to_string(),
        line.due_on.map(|day| day.to_string()).unwrap_or_default(),
        words::entry_kind(line.kind).to_owned(),
        line.description.clone(),
        line.category.clone().unwrap_or_default(),
        line.note.clone().unwrap_or_default(),
        decimal(signed, line.currency),
        line.currency.code().to_owned(),
        decimal(line.open(), line.currency),
        decimal(line.balance_after, line.currency),
        entry_status(line.side, line.amount, line.allocated, line.reversed_by.is_some()).to_string(),
    ]
}

/// Payouts, all or by whether they are reconciled, the latest arrival first.
pub async fn payouts(app: &App, desk: &Desk, whole: Option<bool>) -> Result<Response, Problem> {
    let turn = app.limits.exports.acquire().await.map_err(|_| Problem::busy(2))?;
    let wanted = payout::Wanted { whole, limit: ONE_MORE, ..payout::Wanted::default() };
    let mut rows = payout::page(&app.services.db, desk.staff.business, wanted).await?;
    drop(turn);
    let name = cut(&mut rows, &format!("payouts-{}", desk.today()));
    let mut table = vec![csv::head([
        "payout",
        "arrived_on",
        "processor",
        "remote_id",
        "gross",
        "fees",
        "net",
        "kept",
        "in_suspense",
        "currency",
        "reconciled",
    ])];
    table.extend(rows.into_iter().map(|row| {
        vec![
            row.id.to_string(),
            row.arrived_on.to_string(),
            row.processor.clone(),
            row.remote_id.clone(),
            decimal(row.gross(), row.currency),
            decimal(row.fees, row.currency),
            decimal(row.net, row.currency),
            decimal(row.kept, row.currency),
            decimal(row.in_suspense(), row.currency),
            row.currency.code().to_owned(),
            if row.whole { "yes" } else { "no" }.to_owned(),
        ]
    }));
    Ok(csv::download(&name, &table))
}

/// Payments of one state (empty: of all), newest first.
pub async fn payments(app: &App, desk: &Desk, state: &str) -> Result<Response, Problem> {
    let turn = app.limits.exports.acquire().await.map_err(|_| Problem::busy(2))?;
    let mut rows = payment::page(&app.services.db, desk.staff.business, None, state.to_owned(), None, ONE_MORE).await?;
    drop(turn);
    let name = cut(&mut rows, &format!("payments-{}", desk.today()));
    let mut table = vec![csv::head([
        "payment",
        "number",
        "customer",
        "name",
        "made_at",
        "state",
        "amount",
        "refunded",
        "currency",
        "method",
        "reference",
    ])];
    table.extend(rows.into_iter().map(payment_row));
    Ok(csv::download(&name, &table))
}

fn payment_row(row: PaymentRow) -> Vec<String> {
    let method = row.external_kind.as_deref().or(row.brand.as_deref()).unwrap_or("online").to_owned();
    vec![
        row.id.to_string(),
        row.number,
        row.customer_id.to_string(),
        row.customer_name,
        row.created_at.to_rfc3339(),
        row.state.to_string(),
        decimal(row.amount, row.currency),
        decimal(row.refunded, row.currency),
        row.currency.code().to_owned(),
        method,
        row.reference.unwrap_or_default(),
    ]
}
