//! *Get money*: charging a saved method, and another try of a charge that failed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use books::ids::{MethodId, PaymentId};
use books::payment::PaymentState as P;
use engine::flows::charge_saved::{Charging, Which, charge_saved, retry_payment};
use engine::flows::record_payment::Part;
use engine::sheets::payment::payment_sheet;
use engine::store::method;

use super::again::{self, Again, filled};
use super::desk::{Desk, done};
use super::payments::{Purpose, purpose};
use super::views::payments::ChargeForm;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{DESCRIPTION, Form};
use crate::respond::{Problem, page};
use crate::view::Choice;
use crate::view::shell::Section;

const SHOWN: [&str; 2] = ["amount", "memo"];

/// `GET /admin/payments/charge?order=|invoice=|customer=`: prefilled with what is due.
pub async fn new(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let purpose =
        purpose(&app, &desk, desk.asked.value("order"), desk.asked.value("invoice"), desk.asked.value("customer")).await?;
    let due = desk.amount(purpose.due, purpose.currency);
    let typed = filled([("amount", if due.is_zero() { String::new() } else { due.decimal })]);
    form(&app, &desk, purpose, &Again::fresh(typed)).await
}

/// The customer's methods to choose from, the default first chosen.
pub(super) async fn choices(app: &App, desk: &Desk, purpose: &Purpose, typed: &str) -> Result<Vec<Choice>, Problem> {
    let rows = method::list(&app.services.db, desk.staff.business, purpose.customer).await?;
    let chosen = |row: &method::Method| if typed.is_empty() { row.is_default } else { row.id.to_string() == typed };
    Ok(rows.iter().map(|row| Choice::new(row.id.to_string(), row.name(), chosen(row))).collect())
}

async fn form(app: &App, desk: &Desk, purpose: Purpose, again: &Again) -> Result<Response, Problem> {
    let typed = &again.form;
    let shown = ChargeForm {
        shell: desk.shell(Section::Payments),
        methods: choices(app, desk, &purpose, typed.value("method")).await?,
        order_id: purpose.order().map(|order| order.to_string()).unwrap_or_default(),
        invoice_id: purpose.invoice().map(|invoice| invoice.to_string()).unwrap_or_default(),
        about: purpose.about,
        customer_id: purpose.customer.to_string(),
        due: desk.amount(purpose.due, purpose.currency),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        amount: typed.field("amount"),
        currency: purpose.currency.code().to_owned(),
        memo: typed.field("memo"),
    };
    Ok(page(again.status, &shown))
}

/// What it is for: the document, or whatever is due.
pub(super) fn parts(purpose: &Purpose) -> Vec<Part> {
    purpose.target.map(|target| Part { target, amount: None }).into_iter().collect()
}

fn read(typed: &mut Form, purpose: &Purpose) -> Option<Charging> {
    let amount = typed.amount("amount", purpose.currency);
    let memo = typed.optional_lines("memo", DESCRIPTION);
    let method: Option<MethodId> = typed.optional("method");
    if !typed.errors().is_empty() {
        return None;
    }
    let which = method.map_or(Which::Default, Which::One);
    let all = Charging::all(purpose.customer, purpose.currency, which, parts(purpose));
    Some(Charging { amount: Some(amount?.minor), memo, ..all })
}

/// `POST /admin/payments/charge`
pub async fn submit(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let purpose = purpose(&app, &desk, typed.value("order"), typed.value("invoice"), typed.value("customer")).await?;
    let saved = match read(&mut typed, &purpose) {
        Some(charging) => charge_saved(&app.services, &call, charging).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(made) => told(&app, &desk, made.value).await,
        Err(error) => form(&app, &desk, purpose, &Again::of(typed, error)?).await,
    }
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
    Path(id): Path<String>,
    Clerk(staff): Clerk,
    mut typed: Form,
) -> Result<Response, Problem> {
    let id: PaymentId = id.parse().map_err(|_| Problem::not_found())?;
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let made = retry_payment(&app.services, &call, id).await?;
    told(&app, &desk, made.value).await
}
