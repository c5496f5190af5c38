//! Back from the processor, and receipts: what became of a payment, as the processor says it.
//!
//! Invariant: the browser's arrival proves nothing. The processor is asked each time until the outcome is known, and the page
//! needs no cookie: the token of the return is its right.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use books::ids::LinkId;
use books::payment::PaymentState as P;
use engine::flows::ask_processor::look;
use engine::flows::call::{Actor, Call};
use engine::flows::open_link::{Opened, open_link};
use engine::flows::set_up_method::{finish_setup, setup_of_link};
use engine::sheets::payment::{PaymentSheet, payment_sheet};
use engine::wording;
use locale::Tongue;

use super::guest::Guest;
use super::links::lost;
use super::reader::{Asked, spoken};
use super::shown;
use super::views::outcomes::{Outcome, ReceiptPage, SavedPage};
use crate::app::App;
use crate::auth::Visitor;
use crate::respond::Problem;
use crate::security::client_ip::ClientIp;
use crate::view::shell::PayerShell;
use crate::view::{Fact, Moment, capitalized};

/// `GET /p/return/{token}`: asks the processor and shows the receipt, or what stands in its place.
pub async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Extension(client): Extension<ClientIp>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Result<Response, Problem> {
    app.limits.link_opened(client)?;
    let opened = open_link(&app.services.db, &token, &visitor.token, false, visitor.request.as_str()).await?;
    let (link, payment) = match opened {
        Opened::Live(link) | Opened::Expired(link) => (link.clone(), link.payment_id),
        Opened::Nothing => {
            app.limits.link_missed(client);
            return Ok(lost(visitor.asked));
        }
    };
    if link.purpose == "method" {
        return saved(&app, &visitor, &link).await;
    }
    let Some(id) = payment else { return Ok(lost(visitor.asked)) };
    let call = Call {
        business: link.business_id,
        actor: Actor::Payer { link: link.id },
        request_id: visitor.request.as_str().to_owned(),
        key: None,
    };
    let seen = payment_sheet(&app.services.db, link.business_id, id).await?;
    if !matches!(seen.payment.state, P::Succeeded | P::Failed | P::Canceled) {
        look(&app.services, &call, id).await?;
    }
    let sheet = payment_sheet(&app.services.db, link.business_id, id).await?;
    let back = way_back(&app, &headers, &visitor, &sheet, link.id).await?;
    let mut response = receipt(&app, visitor.asked, &sheet, &back, true);
    if let Some((name, value)) = visitor.cookie(&app) {
        response.headers_mut().append(name, value);
    }
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response.into_response())
}

/// Where the payer came from: their account in the portal, or the link.
async fn way_back(
    app: &App,
    headers: &HeaderMap,
    visitor: &Visitor,
    sheet: &PaymentSheet,
    link: LinkId,
) -> Result<String, Problem> {
    let guest = Guest::find(app, headers, visitor.request.clone(), visitor.asked).await?;
    let inside = guest.filter(|guest| guest.business() == sheet.business.id);
    if let Some(customer) = inside.as_ref().and_then(|guest| guest.inside.customer(sheet.customer.id)) {
        return Ok(format!("/portal/{}", customer.id));
    }
    Ok(super::links::clean(sheet.payment.link_id.unwrap_or(link)))
}

/// Back from the page on which a card is kept: whether it was.
async fn saved(app: &App, visitor: &Visitor, link: &engine::store::link::Link) -> Result<Response, Problem> {
    let Some(setup) = setup_of_link(&app.services, link).await? else { return Ok(lost(visitor.asked)) };
    let actor = Actor::Payer { link: link.id };
    let call = Call { business: link.business_id, actor, request_id: visitor.request.as_str().to_owned(), key: None };
    let setup = finish_setup(&app.services, &call, setup.id).await?;
    let tongue = visitor.asked.for_anybody();
    let (title, text) = match setup.state.as_str() {
        "done" => (tongue.say("card-saved"), tongue.say("card-saved-text")),
        "closed" => (tongue.say("no-card"), tongue.say("no-card-text")),
        _ => (tongue.say("no-card-yet"), tongue.say("no-card-yet-text")),
    };
    let (title, text) = (title.to_string(), text.to_string());
    let shown = SavedPage { done: setup.state == "done", title, text, tongue: tongue.clone() };
    Ok(spoken(&tongue, StatusCode::OK, &shown))
}

/// The receipt page of a payment behind a link. `returned`: the payer has just come back from the processor.
pub fn receipt(app: &App, asked: Asked, sheet: &PaymentSheet, back: &str, returned: bool) -> Response {
    tracing::debug!(payment = %sheet.payment.id, origin = app.public_url.origin(), "receipt shown");
    let pdf = sheet.receipt_link.map(|link| format!("{}/pdf", super::links::clean(link)));
    receipt_in(
        shown::shell(&sheet.business, asked.for_customer(&sheet.customer, &sheet.business), None),
        sheet,
        back,
        returned,
        pdf,
    )
}

/// The same in a frame of its own. `pdf`: where it can be downloaded once the money is there.
pub fn receipt_in(shell: PayerShell, sheet: &PaymentSheet, back: &str, returned: bool, pdf: Option<String>) -> Response {
    let payment = &sheet.payment;
    let currency = payment.currency;
    let zone = sheet.business.zone();
    let tongue = &shell.tongue.clone();
    let outcome = outcome(tongue, sheet, returned);
    let mut facts = vec![
        Fact { name: tongue.say("receipt").to_string(), value: payment.number.clone() },
        Fact { name: tongue.say("method").to_string(), value: capitalized(&wording::means(tongue, payment)) },
    ];
    for charge in &sheet.charges {
        let part: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
        let order = sheet.order_of(charge).map(|order| wording::order(tongue, order));
        let name = order.unwrap_or_else(|| wording::entry(tongue, charge.kind, &charge.description));
        facts.push(Fact { name, value: shown::amount(tongue, part, currency).text });
    }
    if sheet.unapplied() > 0 {
        let value = shown::amount(tongue, sheet.unapplied(), currency).text;
        facts.push(Fact { name: tongue.say("paper-credit_left").to_string(), value });
    }
    if outcome != Outcome::Received {
        facts.truncate(1);
    }
    let pdf = pdf.filter(|_| outcome == Outcome::Received);
    let receipt = ReceiptPage {
        shell,
        outcome,
        amount: shown::amount(tongue, payment.amount, currency),
        at: Moment::by(tongue, payment.succeeded_at.unwrap_or(payment.updated_at), &zone),
        facts,
        remaining: shown::amount(tongue, sheet.still_due, currency),
        receipt_pdf: pdf,
        back: back.to_owned(),
    };
    spoken(tongue, StatusCode::OK, &receipt)
}

fn outcome(tongue: &Tongue, sheet: &PaymentSheet, returned: bool) -> Outcome {
    let payment = &sheet.payment;
    match payment.state {
        P::Succeeded if payment.returned => Outcome::Declined { why: tongue.say("returned").to_string() },
        P::Succeeded => Outcome::Received,
        P::Pending | P::Authorized => Outcome::Pending { note: tongue.say("debits-take-days").to_string() },
        P::Unknown => Outcome::Unknown,
        P::Failed => Outcome::Declined { why: wording::decline(tongue, payment) },
        P::Canceled => Outcome::Canceled,
        P::Created => match &payment.decline_text {
            Some(_) => Outcome::Declined { why: wording::decline(tongue, payment) },
            None if returned => Outcome::Canceled,
            None => Outcome::Unknown,
        },
    }
}
