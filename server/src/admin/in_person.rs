//! *Process in person*: a check or cash over the counter, for an order or an invoice; with cash, the change to give back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use books::account::Target;
use books::ids::PaymentId;
use engine::flows::record_payment::{Part, Received};
use engine::flows::take_in_person::{Tender, take_in_person};
use engine::sheets::payment::payment_sheet;

use super::add_payment::at_our_fields;
use super::again::{self, Again, filled};
use super::desk::Desk;
use super::purpose::{Purpose, purpose};
use super::views::invoices::{ChangePage, InPersonForm};
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{DESCRIPTION, Form, NAME};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::form::Field;
use crate::view::shell::Section;
use crate::view::{Link, Tab};

const FORMS: [(&str, &str); 2] = [("check", "Check"), ("cash", "Cash")];
const SHOWN: [&str; 6] = ["amount", "tendered", "number", "bank", "dated_on", "memo"];

/// The hidden field that names the document, and its id.
fn target(purpose: &Purpose) -> Option<(&'static str, String)> {
    match purpose.target? {
        Target::Order(id) => Some(("order", id.to_string())),
        Target::Invoice(id) => Some(("invoice", id.to_string())),
        Target::Entry(_) => None,
    }
}

async fn asked(app: &App, desk: &Desk, of: &Form) -> Result<Purpose, Problem> {
    let found = purpose(app, desk, of.value("order"), of.value("invoice"), "").await?;
    if target(&found).is_none() { Err(Problem::not_found()) } else { Ok(found) }
}

/// `GET /admin/payments/in-person?order=|invoice=&form=check|cash`: prefilled with what is due.
pub async fn show(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let purpose = asked(&app, &desk, &desk.asked).await?;
    let due = desk.amount(purpose.due, purpose.currency);
    let typed = filled([
        ("amount", if due.is_zero() { String::new() } else { due.decimal }),
        ("form", desk.asked.value("form").to_owned()),
    ]);
    Ok(form(&desk, purpose, &Again::fresh(typed)))
}

fn form(desk: &Desk, purpose: Purpose, again: &Again) -> Response {
    let typed = &again.form;
    let target = target(&purpose).unwrap_or(("order", String::new()));
    let is_cash = typed.value("form") == "cash";
    let tab = |(word, text): (&str, &str)| Tab {
        href: format!("/admin/payments/in-person?{}={}&form={word}", target.0, target.1),
        text: text.to_owned(),
        count: None,
        here: (word == "cash") == is_cash,
    };
    let shown = InPersonForm {
        shell: desk.shell(Section::Payments),
        forms: FORMS.into_iter().map(tab).collect(),
        about: purpose.about,
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        may_despite_pending: purpose.under_way || again.has_code("PAYMENT_PENDING"),
        target: target.clone(),
        due: desk.amount(purpose.due, purpose.currency),
        currency: purpose.currency.code().to_owned(),
        is_cash,
        amount: typed.field("amount"),
        tendered: typed.field("tendered"),
        number: typed.field("number"),
        bank: typed.field("bank"),
        dated_on: typed.field("dated_on"),
        memo: typed.field("memo"),
        receipt: Field::of(typed.value("receipt")),
        has_address: purpose.has_address,
    };
    page(again.status, &shown)
}

fn read(typed: &mut Form, purpose: &Purpose) -> Option<(Received, Tender)> {
    let amount = typed.amount("amount", purpose.currency);
    let memo = typed.optional_lines("memo", DESCRIPTION);
    let tender = match typed.value("form") {
        "cash" => Tender::Cash { tendered: typed.optional_amount("tendered", purpose.currency).map(|money| money.minor) },
        _ => Tender::Check {
            number: typed.optional_text("number", NAME),
            bank: typed.optional_text("bank", NAME),
            dated_on: typed.optional_day("dated_on"),
        },
    };
    if !typed.errors().is_empty() {
        return None;
    }
    let received = Received {
        customer: purpose.customer,
        amount: amount?.minor,
        currency: purpose.currency,
        kind: String::new(),
        reference: None,
        received_on: None,
        memo,
        parts: purpose.target.map(|target| Part { target, amount: None }).into_iter().collect(),
        despite_pending: typed.ticked("despite_pending"),
        // In person the clerk asks: ticked or not, that is the answer.
        receipt: Some(typed.ticked("receipt")),
        tendered: None,
        category: None,
        description: None,
    };
    Some((received, tender))
}

/// `POST /admin/payments/in-person`
pub async fn submit(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let purpose = asked(&app, &desk, &typed).await?;
    let saved = match read(&mut typed, &purpose) {
        Some((received, tender)) => {
            let cash = matches!(tender, Tender::Cash { .. });
            let taken = take_in_person(&app.services.db, &call, received, tender).await;
            taken.map(|made| (made.value, cash)).map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok((payment, true)) => Ok(Redirect::to(&format!("/admin/payments/{payment}/change")).into_response()),
        Ok((_, false)) => Ok(super::desk::done(&purpose.about.href, "payment")),
        Err(error) => Ok(form(&desk, purpose, &Again::of(typed, error.map(at_our_fields))?)),
    }
}

/// `GET /admin/payments/{id}/change`: what to give back of the cash that was handed over.
pub async fn change(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let sheet = payment_sheet(&app.services.db, desk.staff.business, id).await?;
    let paid = &sheet.payment;
    let (tendered, back) = paid.tendered.zip(paid.change()).ok_or_else(Problem::not_found)?;
    let customer = Link::new(format!("/admin/customers/{}", paid.customer_id), sheet.customer.name.clone());
    let about = match paid.target() {
        Some(Target::Invoice(invoice)) => sheet
            .invoices
            .iter()
            .find(|row| row.id == invoice)
            .map(|row| Link::new(format!("/admin/invoices/{invoice}"), row.title())),
        Some(Target::Order(order)) => sheet
            .orders
            .iter()
            .find(|row| row.id == order)
            .map(|row| Link::new(format!("/admin/orders/{order}"), super::rows::order_name(row.kind, row.number.as_deref()))),
        _ => None,
    };
    let shown = ChangePage {
        shell: desk.shell(Section::Payments),
        about: about.unwrap_or(customer),
        payment: Link::new(format!("/admin/payments/{id}"), paid.number.clone()),
        amount: desk.amount(paid.amount, paid.currency),
        tendered: desk.amount(tendered, paid.currency),
        change: desk.amount(back, paid.currency),
        pdf: format!("/admin/payments/{id}/pdf"),
    };
    Ok(page(StatusCode::OK, &shown))
}
