//! *Get money*: charging a saved method, by the form that records money too, and another try of a charge that failed.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::{MethodId, PaymentId};
use books::payment::PaymentState as P;
use engine::flows::charge_saved::{Charging, Which, retry_payment};
use engine::flows::record_payment::Part;
use engine::sheets::payment::payment_sheet;
use engine::store::method;

use super::customers::query;
use super::desk::{Desk, done};
use super::purpose::Purpose;
use super::submission::Submission;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{DESCRIPTION, Form};
use crate::respond::Problem;
use crate::view::Choice;

/// The word that stands for the default method in the address of the form.
pub(super) const SAVED: &str = "saved";

/// `GET /admin/payments/charge?order=|invoice=|customer=`: the one form for money, with the default method chosen.
pub async fn lead_on(desk: Desk) -> Response {
    let names = ["order", "invoice", "customer"];
    let asked: Vec<(&str, &str)> = names.into_iter().map(|name| (name, desk.asked.value(name))).collect();
    let mut with = asked;
    with.push(("kind", SAVED));
    Redirect::to(&query("/admin/payments/new", &with)).into_response()
}

/// The customer's methods to choose from, the default first chosen.
pub(super) async fn choices(app: &App, desk: &Desk, purpose: &Purpose, typed: &str) -> Result<Vec<Choice>, Problem> {
    let rows = method::list(&app.services.db, desk.staff.business, purpose.customer).await?;
    let chosen = |row: &method::Method| if typed.is_empty() { row.is_default } else { row.id.to_string() == typed };
    Ok(rows.iter().map(|row| Choice::new(row.id.to_string(), row.name(), chosen(row))).collect())
}

/// What it is for: the document, or whatever is due.
pub(super) fn parts(purpose: &Purpose) -> Vec<Part> {
    purpose.target.map(|target| Part { target, amount: None }).into_iter().collect()
}

/// The saved method that a form chose; none: the money came from outside.
pub(super) fn which(kind: &str) -> Option<Which> {
    if kind == SAVED { Some(Which::Default) } else { kind.parse::<MethodId>().ok().map(Which::One) }
}

/// What is charged to which method, as the form says it; none: a field is wrong.
pub(super) fn read(typed: &mut Form, purpose: &Purpose, which: Which, parts: Vec<Part>) -> Option<Charging> {
    let amount = typed.amount("amount", purpose.currency);
    let memo = typed.optional_lines("memo", DESCRIPTION);
    if !typed.errors().is_empty() {
        return None;
    }
    let all = Charging::all(purpose.customer, purpose.currency, which, parts);
    Some(Charging { amount: Some(amount?.minor), memo, ..all })
}

/// To the payment's page, which says what became of it.
pub async fn told(app: &App, desk: &Desk, id: PaymentId) -> Result<Response, Problem> {
    let paid = payment_sheet(&app.services.db, desk.staff.business, id).await?.payment;
    let word = match paid.state {
        P::Succeeded => "charged",
        P::Authorized => "held",
        P::Pending | P::Unknown => "charge-pending",
        P::Created => "charge-holder",
        P::Failed | P::Canceled => "charge-failed",
    };
    Ok(done(&format!("/admin/payments/{id}"), word))
}

/// `POST /admin/payments/{id}/retry`
pub async fn retry(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, PaymentId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    let made = retry_payment(&app.services, &call, id).await?;
    told(&app, &desk, made.value).await
}
