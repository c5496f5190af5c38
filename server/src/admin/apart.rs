//! What staff type in a processor's own terminal, a program apart from its API, and what became of it (PRC-2).
//!
//! Invariants: no card is typed here and nothing of the terminal is framed; the link opens it beside this page, which follows by
//! itself what the processor tells. Nothing that is pressed here settles a payment.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::PaymentId;
use books::payment::PaymentState;
use engine::flows::key_apart::{Waiting, look_now};
use engine::sheets::payment::payment_sheet;

use super::desk::Desk;
use super::keyed::about;
use super::submission::Submission;
use super::views::payments::ApartPage;
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::new_key;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Chip, Link};

/// The page of a payment that is keyed apart: what to type there while it waits, then what became of it.
pub async fn show(app: &Arc<App>, staff: Staff, kind: &str, waiting: Waiting) -> Result<Response, Problem> {
    if waiting.kind.name != kind {
        return Err(Problem::not_found());
    }
    let desk = Desk::open(app, staff).await?;
    let Waiting { payment, kind, apart, waits } = waiting;
    let sheet = payment_sheet(&app.services.db, desk.staff.business, payment.id).await?;
    let customer = Link::new(format!("/admin/customers/{}", payment.customer_id), sheet.customer.name.clone());
    let at = |end: &str| format!("/admin/payments/{}{end}", payment.id);
    let shown = ApartPage {
        shell: desk.live_about(Section::Payments, payment.customer_id),
        about: about(&sheet).unwrap_or_else(|| customer.clone()),
        payment: Link::new(at(""), payment.number.clone()),
        customer,
        amount: desk.amount(payment.amount, payment.currency),
        processor: kind.title,
        url: apart.url,
        way: apart.way,
        field: apart.field,
        reference: apart.reference,
        waits,
        paid: payment.state == PaymentState::Succeeded,
        came: payment.remote_id.is_some(),
        status: Chip::of_state(payment.state.as_str()),
        why: payment.decline_text,
        look: at("/look"),
        give_up: at("/void"),
        key: new_key(),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// `POST /admin/payments/{id}/look`: the processor is asked at once; then the page says what became of it.
pub async fn look(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, PaymentId>,
) -> Result<Response, Problem> {
    look_now(&app.services, &call, id).await?;
    let paid = payment_sheet(&app.services.db, staff.business, id).await?.payment;
    let to = paid.checkout_url.unwrap_or_else(|| format!("/admin/payments/{id}"));
    Ok(Redirect::to(&to).into_response())
}
