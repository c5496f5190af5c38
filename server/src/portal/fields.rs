//! The page of ours on which a payer pays in the processor's own fields, where a connection's setting says so.
//!
//! Invariants: its address needs no cookie and leads to one payment alone; what is paid there was agreed on before it was shown;
//! each processor has its own path and its own policy, and no other page of ours loads a foreign script. Without script it says
//! so and leads to the processor's own page. Left out: what became of the payment (`returns.rs`).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::PaymentId;
use engine::flows::call::{Actor, Call};
use engine::flows::open_link::{Opened, open_link};
use engine::flows::pay_in_fields::{Shown, open_fields, pay_on_its_page, pay_with_token};
use engine::flows::start_checkout::Next;
use engine::sheets::payment::{PaymentSheet, payment_sheet};
use engine::wording;

use super::links::{clean, lost};
use super::reader::spoken;
use super::shown;
use super::views::outcomes::FieldsPage;
use crate::app::App;
use crate::auth::Visitor;
use crate::forms::{Form, new_key};
use crate::respond::Problem;
use crate::security::client_ip::ClientIp;
use crate::security::embedded::embeds;
use crate::security::headers::leads_to;
use crate::security::secrets::new_token;

/// The payment behind an address, and who asks. None: nobody gave out this address.
async fn payment_of(app: &App, client: ClientIp, token: &str, visitor: &Visitor) -> Result<Option<(Call, PaymentId)>, Problem> {
    app.limits.link_opened(client)?;
    let opened = open_link(&app.services.db, token, &visitor.token, false, visitor.request.as_str()).await?;
    let (Opened::Live(link) | Opened::Expired(link)) = opened else {
        app.limits.link_missed(client);
        return Ok(None);
    };
    let actor = Actor::Payer { link: link.id };
    let call = Call { business: link.business_id, actor, request_id: visitor.request.as_str().to_owned(), key: None };
    Ok(link.payment_id.map(|payment| (call, payment)))
}

fn way_back(token: &str) -> String {
    format!("/p/return/{token}")
}

/// `GET /pay/{kind}/{token}`: the fields, while they can be paid in; then what became of the payment.
pub async fn show(
    State(app): State<Arc<App>>,
    Path((kind, token)): Path<(String, String)>,
    Extension(client): Extension<ClientIp>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let Some((call, id)) = payment_of(&app, client, &token, &visitor).await? else { return Ok(lost(visitor.asked)) };
    match open_fields(&app.services, &call, id).await? {
        Some(open) if open.kind.name == kind => {
            let sheet = payment_sheet(&app.services.db, call.business, id).await?;
            draw(&visitor, &sheet, &open, &token)
        }
        Some(_) => Ok(lost(visitor.asked)),
        None => Ok(Redirect::to(&way_back(&token)).into_response()),
    }
}

fn draw(visitor: &Visitor, sheet: &PaymentSheet, open: &Shown, token: &str) -> Result<Response, Problem> {
    let payment = &open.payment;
    let tongue = &visitor.asked.for_customer(&sheet.customer, &sheet.business);
    let nonce = new_token("").map_err(|error| Problem::fault(format!("no randomness: {error}")))?;
    let known = embeds(&open.fields, &leads_to([open.kind.name]), &nonce);
    let policy = known.ok_or_else(|| Problem::fault(format!("no policy is written for {}", open.fields.script)))?;
    let refused = payment.decline_text.as_ref().map(|_| wording::decline(tongue, payment));
    let shown = FieldsPage {
        shell: shown::shell(&sheet.business, tongue.clone(), None),
        kind: open.kind.name,
        processor: open.kind.title,
        about: about(sheet, |order| wording::order(tongue, order), |invoice| wording::invoice(tongue, invoice)),
        amount: shown::amount(tongue, payment.amount, payment.currency),
        script: open.fields.script.clone(),
        nonce,
        buttons: !open.fields.gives_token && open.kind.name == "paypal",
        given: open.fields.given.clone(),
        banks: open.fields.banks,
        refused,
        action: format!("/pay/{}/{token}", open.kind.name),
        key: new_key(),
        done: way_back(token),
        back: payment.link_id.map(clean),
    };
    let mut response = spoken(tongue, StatusCode::OK, &shown);
    response.extensions_mut().insert(policy);
    Ok(response)
}

/// The one document that is paid; empty for several, or the account as a whole.
fn about(
    sheet: &PaymentSheet,
    of_order: impl Fn(&engine::store::order::Order) -> String,
    of_invoice: impl Fn(&engine::store::invoice::Invoice) -> String,
) -> String {
    let payment = &sheet.payment;
    let order = sheet.orders.iter().find(|order| Some(order.id) == payment.order_id).map(of_order);
    let invoice = || sheet.invoices.iter().find(|invoice| Some(invoice.id) == payment.invoice_id).map(of_invoice);
    order.or_else(invoice).unwrap_or_default()
}

/// `POST /pay/{kind}/{token}`: the token that the fields gave is charged; a card that is refused leads back to the fields.
pub async fn pay(
    State(app): State<Arc<App>>,
    Path((kind, token)): Path<(String, String)>,
    Extension(client): Extension<ClientIp>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let Some((call, id)) = payment_of(&app, client, &token, &visitor).await? else { return Ok(lost(visitor.asked)) };
    app.limits.payment(client, id)?;
    let again = match pay_with_token(&app.services, &call, id, form.value("token")).await {
        Ok(again) => again,
        // It was paid or changed meanwhile: the way back says how things stand.
        Err(engine::error::Error::Refused(_)) => false,
        Err(error) => return Err(error.into()),
    };
    if again {
        app.limits.declined(id);
    }
    let next = if again { format!("/pay/{kind}/{token}") } else { way_back(&token) };
    Ok(Redirect::to(&next).into_response())
}

/// `POST /pay/{kind}/{token}/elsewhere`: on to the processor's own page.
pub async fn elsewhere(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    Extension(client): Extension<ClientIp>,
    visitor: Visitor,
    _form: Form,
) -> Result<Response, Problem> {
    let Some((call, id)) = payment_of(&app, client, &token, &visitor).await? else { return Ok(lost(visitor.asked)) };
    let sheet = payment_sheet(&app.services.db, call.business, id).await?;
    if let Some(link) = sheet.payment.link_id {
        app.limits.payment(client, link)?;
    }
    match pay_on_its_page(&app.services, &call, id).await {
        Ok(Next::Page(url)) => Ok(Redirect::to(&url).into_response()),
        // What stands in its way is said by the page that asked for the money.
        Ok(Next::Payment(_)) | Err(engine::error::Error::Refused(_)) => Ok(Redirect::to(&way_back(&token)).into_response()),
        Err(error) => Err(error.into()),
    }
}
