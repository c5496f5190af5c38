//! A customer's invoices in the portal: seen, explained, downloaded and paid.
//!
//! Invariant: an invoice is read through its customer, so another's, and a draft, is as unknown as one that never was.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use books::account::Target;
use books::ids::InvoiceId;
use books::link::Policy;
use engine::error::Error;
use engine::flows::select_documents::select_documents;
use engine::sheets::invoice::InvoiceSheet;
use engine::sheets::portal::invoice_of;
use engine::sheets::trace;
use engine::store::payment::Payment;
use engine::wording;

use super::account::checkout;
use super::guest::{Account, Guest};
use super::links::explained;
use super::reader::spoken;
use super::shown::{self, Asking, is_open};
use crate::app::App;
use crate::forms::Form;
use crate::papers::invoice_pdf;
use crate::respond::Problem;
use crate::security::client_ip::ClientIp;
use crate::view::shell::PayerShell;

/// What is asked for on an invoice by itself, in the portal.
fn asking(sheet: &InvoiceSheet) -> Asking<'_> {
    let mine = |payment: &&Payment| payment.invoice_id == Some(sheet.invoice.id) && is_open(payment);
    Asking {
        business: &sheet.business,
        connections: &sheet.connections,
        currency: sheet.invoice.currency,
        due: sheet.figures.amount_due,
        credit: 0,
        can_pay: true,
        by_request: false,
        policy: Policy::Full,
        pending: sheet.payments.iter().find(mine),
    }
}

async fn read(app: &App, account: &Account<'_>, invoice: &str) -> Result<InvoiceSheet, Problem> {
    let id: InvoiceId = invoice.parse().map_err(|_| Problem::not_found())?;
    Ok(invoice_of(&app.services.db, account.business(), account.id(), id).await?)
}

fn render(app: &App, account: &Account<'_>, sheet: &InvoiceSheet, refused: Option<String>, status: StatusCode) -> Response {
    let base = format!("{}/invoices/{}", account.home(), sheet.invoice.id);
    let tongue = account.tongue(&sheet.business);
    let paybox = shown::paybox_for(&app.services, &tongue, &asking(sheet), &base, refused);
    let shell = PayerShell { here: Some(base.clone()), ..account.shell(&sheet.business, true) };
    spoken(&tongue, status, &shown::invoice_page(sheet, shell, base, String::new(), paybox))
}

/// `GET /portal/{customer}/invoices/{id}`
pub async fn show(
    State(app): State<Arc<App>>,
    Path((id, invoice)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let sheet = read(&app, &account, &invoice).await?;
    Ok(render(&app, &account, &sheet, None, StatusCode::OK))
}

/// `POST /portal/{customer}/invoices/{id}/pay`: this invoice alone.
pub async fn pay(
    State(app): State<Arc<App>>,
    Path((id, invoice)): Path<(String, String)>,
    Extension(client): Extension<ClientIp>,
    guest: Guest,
    mut form: Form,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let sheet = read(&app, &account, &invoice).await?;
    app.limits.payment(client, account.id())?;
    let call = account.call(&mut form);
    let (db, keys, targets) = (&app.services.db, &app.services.keys, vec![Target::Invoice(sheet.invoice.id)]);
    let selected = select_documents(db, keys, &call, account.id(), sheet.invoice.currency, targets).await?.value;
    match checkout(&app, &account, &call, selected, form.ticked("keep")).await {
        Err(Error::Refused(refusal)) => {
            let why = wording::refusal(&account.tongue(&sheet.business), &refusal);
            Ok(render(&app, &account, &sheet, Some(why), StatusCode::CONFLICT))
        }
        Ok(response) => Ok(response),
        Err(error) => Err(error.into()),
    }
}

/// `GET /portal/{customer}/invoices/{id}/pdf`
pub async fn pdf(
    State(app): State<Arc<App>>,
    Path((id, invoice)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let sheet = read(&app, &account, &invoice).await?;
    invoice_pdf(&app, &sheet, None).await
}

/// `GET /portal/{customer}/invoices/{id}/explain`
pub async fn explain(
    State(app): State<Arc<App>>,
    Path((id, invoice)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let sheet = read(&app, &account, &invoice).await?;
    let trace = trace::of_invoice(&app.services.db, account.business(), sheet.invoice.id).await?;
    let about = wording::invoice(&account.tongue(&sheet.business), &sheet.invoice);
    let base = format!("{}/invoices/{}", account.home(), sheet.invoice.id);
    Ok(explained(account.shell(&sheet.business, false), base, about, trace, sheet.invoice.currency))
}
