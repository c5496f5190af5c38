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
use engine::flows::keep_method::{finish_setup, setup_of_link};
use engine::flows::open_link::{Opened, open_link};
use engine::sheets::payment::{PaymentSheet, payment_sheet};

use super::guest::Guest;
use super::shown;
use super::views::outcomes::{LostPage, Outcome, ReceiptPage, SavedPage};
use crate::app::App;
use crate::auth::Visitor;
use crate::respond::{Problem, page};
use crate::security::client_ip::ClientIp;
use crate::view::shell::PayerShell;
use crate::view::{Fact, Moment};

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
            return Ok(page(StatusCode::NOT_FOUND, &LostPage));
        }
    };
    if link.purpose == "method" {
        return saved(&app, &link, visitor.request.as_str()).await;
    }
    let Some(id) = payment else { return Ok(page(StatusCode::NOT_FOUND, &LostPage)) };
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
    let mut response = receipt(&app, &sheet, &back, true);
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
    let guest = Guest::find(app, headers, visitor.request.clone()).await?;
    let inside = guest.filter(|guest| guest.business() == sheet.business.id);
    if let Some(customer) = inside.as_ref().and_then(|guest| guest.inside.customer(sheet.customer.id)) {
        return Ok(format!("/portal/{}", customer.id));
    }
    Ok(super::links::clean(sheet.payment.link_id.unwrap_or(link)))
}

/// Back from the page on which a card is kept: whether it was.
async fn saved(app: &App, link: &engine::store::link::Link, request_id: &str) -> Result<Response, Problem> {
    let Some(setup) = setup_of_link(&app.services, link).await? else { return Ok(page(StatusCode::NOT_FOUND, &LostPage)) };
    let actor = Actor::Payer { link: link.id };
    let call = Call { business: link.business_id, actor, request_id: request_id.to_owned(), key: None };
    let setup = finish_setup(&app.services, &call, setup.id).await?;
    let (title, text) = match setup.state.as_str() {
        "done" => ("Your card is saved", "It can be charged for what you owe. You can close this page."),
        "closed" => ("No card was saved", "The page was closed before a card was left there."),
        _ => ("No card was saved yet", "Go back to finish, or ask for a new page."),
    };
    let kept = SavedPage { done: setup.state == "done", title: title.to_owned(), text: text.to_owned() };
    Ok(page(StatusCode::OK, &kept))
}

/// The receipt page of a payment behind a link. `returned`: the payer has just come back from the processor.
pub fn receipt(app: &App, sheet: &PaymentSheet, back: &str, returned: bool) -> Response {
    tracing::debug!(payment = %sheet.payment.id, origin = app.public_url.origin(), "receipt shown");
    let pdf = sheet.receipt_link.map(|link| format!("{}/pdf", super::links::clean(link)));
    receipt_in(shown::shell(&sheet.business, None), sheet, back, returned, pdf)
}

/// The same in a frame of its own. `pdf`: where it can be downloaded once the money is there.
pub fn receipt_in(shell: PayerShell, sheet: &PaymentSheet, back: &str, returned: bool, pdf: Option<String>) -> Response {
    let payment = &sheet.payment;
    let currency = payment.currency;
    let zone = sheet.business.zone();
    let outcome = outcome(sheet, returned);
    let mut facts = vec![
        Fact { name: "Receipt".to_owned(), value: payment.number.clone() },
        Fact { name: "Method".to_owned(), value: sheet.means() },
    ];
    for charge in &sheet.charges {
        let part: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
        let name = sheet.order_of(charge).map_or_else(
            || charge.description.clone(),
            |order| format!("{} {}", engine::flows::create_order::title(order.kind), order.number.clone().unwrap_or_default()),
        );
        facts.push(Fact { name, value: shown::amount(part, currency).text });
    }
    if outcome != Outcome::Received {
        facts.truncate(1);
    }
    let pdf = pdf.filter(|_| outcome == Outcome::Received);
    let receipt = ReceiptPage {
        shell,
        outcome,
        amount: shown::amount(payment.amount, currency),
        at: Moment::of(payment.succeeded_at.unwrap_or(payment.updated_at), &zone),
        facts,
        remaining: shown::amount(sheet.still_due, currency),
        receipt_pdf: pdf,
        back: back.to_owned(),
    };
    page(StatusCode::OK, &receipt)
}

fn outcome(sheet: &PaymentSheet, returned: bool) -> Outcome {
    let payment = &sheet.payment;
    match payment.state {
        P::Succeeded if payment.returned => Outcome::Declined { why: "The bank returned this payment.".to_owned() },
        P::Succeeded => Outcome::Received,
        P::Pending | P::Authorized => Outcome::Pending { note: "Bank debits take two to three working days.".to_owned() },
        P::Unknown => Outcome::Unknown,
        P::Failed => {
            Outcome::Declined { why: payment.decline_text.clone().unwrap_or_else(|| "It was not completed.".to_owned()) }
        }
        P::Canceled => Outcome::Canceled,
        P::Created => match &payment.decline_text {
            Some(why) => Outcome::Declined { why: why.clone() },
            None if returned => Outcome::Canceled,
            None => Outcome::Unknown,
        },
    }
}
