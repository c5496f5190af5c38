//! The page of ours on which staff key a card into the processor's own fields.
//!
//! Invariants: the amount was agreed on before the page was shown, and the browser brings a token alone; each processor has its
//! own path and its own policy, and no other page of staff's loads a foreign script. What is authorized here is taken or let go
//! where every hold is. Left out: processors whose page takes the card (`card.rs` leads there), and their terminals apart (`apart.rs`).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use books::account::Target;
use books::ids::PaymentId;
use engine::flows::key_apart::waiting;
use engine::flows::pay_in_fields::{Shown, hold_keyed, open_terminal};
use engine::sheets::payment::{PaymentSheet, payment_sheet};
use engine::wording;

use super::charge::told;
use super::desk::Desk;
use super::rows::order_name;
use super::views::payments::KeyedPage;
use super::{again, apart};
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{Form, new_key};
use crate::respond::{Problem, page};
use crate::security::embedded::embeds;
use crate::security::headers::leads_to;
use crate::view::Link;
use crate::view::shell::Section;

/// Where staff come back to, whatever became of it.
fn way_back(id: PaymentId) -> String {
    format!("/admin/payments/{id}/keyed")
}

/// `GET /admin/card/{kind}/{payment}`: the fields, while a card can be keyed; then what became of the payment.
pub async fn show(
    State(app): State<Arc<App>>,
    Path((kind, id)): Path<(String, String)>,
    Clerk(staff): Clerk,
) -> Result<Response, Problem> {
    let id: PaymentId = id.parse().map_err(|_| Problem::not_found())?;
    if let Some(waiting) = waiting(&app.services, &staff.call(None), id).await? {
        return apart::show(&app, staff, &kind, waiting).await;
    }
    match open_terminal(&app.services, &staff.call(None), id).await? {
        Some(open) if open.kind.name == kind => {
            let desk = Desk::open(&app, staff).await?;
            let sheet = payment_sheet(&app.services.db, desk.staff.business, id).await?;
            draw(&desk, &sheet, open)
        }
        Some(_) => Err(Problem::not_found()),
        None => Ok(Redirect::to(&way_back(id)).into_response()),
    }
}

fn draw(desk: &Desk, sheet: &PaymentSheet, open: Shown) -> Result<Response, Problem> {
    let payment = &open.payment;
    let known = embeds(&open.fields, &leads_to([]), "");
    let policy = known.ok_or_else(|| Problem::fault(format!("no policy is written for {}", open.fields.script)))?;
    let customer = Link::new(format!("/admin/customers/{}", payment.customer_id), sheet.customer.name.clone());
    let shown = KeyedPage {
        shell: desk.shell(Section::Payments),
        about: about(sheet).unwrap_or_else(|| customer.clone()),
        payment: Link::new(format!("/admin/payments/{}", payment.id), payment.number.clone()),
        customer,
        amount: desk.amount(payment.amount, payment.currency),
        kind: open.kind.name,
        processor: open.kind.title,
        script: open.fields.script,
        given: open.fields.given,
        refused: payment.decline_text.as_ref().map(|_| wording::decline(&locale::Tongue::english(), payment)),
        action: format!("/admin/card/{}/{}", open.kind.name, payment.id),
        key: new_key(),
        give_up: format!("/admin/payments/{}/void", payment.id),
        done: way_back(payment.id),
    };
    let mut response = page(StatusCode::OK, &shown);
    response.extensions_mut().insert(policy);
    Ok(response)
}

/// The one document that it is for.
pub fn about(sheet: &PaymentSheet) -> Option<Link> {
    match sheet.payment.target()? {
        Target::Order(id) => {
            let order = sheet.orders.iter().find(|row| row.id == id)?;
            Some(Link::new(format!("/admin/orders/{id}"), order_name(order.kind, order.number.as_deref())))
        }
        Target::Invoice(id) => {
            let invoice = sheet.invoices.iter().find(|row| row.id == id)?;
            Some(Link::new(format!("/admin/invoices/{id}"), invoice.title()))
        }
        Target::Entry(_) => None,
    }
}

/// `POST /admin/card/{kind}/{payment}`: what the token stands for is held; a card that is refused leads back to the fields.
pub async fn hold(
    State(app): State<Arc<App>>,
    Path((kind, id)): Path<(String, String)>,
    Clerk(staff): Clerk,
    mut typed: Form,
) -> Result<Response, Problem> {
    let id: PaymentId = id.parse().map_err(|_| Problem::not_found())?;
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    if hold_keyed(&app.services, &call, id, typed.value("token")).await? {
        return Ok(Redirect::to(&format!("/admin/card/{kind}/{id}")).into_response());
    }
    told(&app, &desk, id).await
}
