//! The pretend processor's own pages: they stand for another company's site, and look like it.
//!
//! Invariant: they take the published test numbers only and keep the last four. No cookie of ours is read or set here.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use processors::sandbox::{Bank, BankError, CardEntry, CheckoutStep, PUBLISHED, PageId, PagePurpose, PageState, PageView};

use super::views::sandbox::{SandboxAuthenticate, SandboxCheckout, SandboxGone, SandboxInvoice, SandboxSave, TestCard};
use crate::app::App;
use crate::forms::CardForm;
use crate::respond::{Problem, page};
use crate::view::{Amount, Day};

/// The last four of the one published card that asks its holder.
const ASKING_CARD: &str = "3155";

/// The bank behind a page's address.
async fn bank(app: &App, text: &str) -> Result<(PageId, Arc<Bank>), Response> {
    let id: PageId = text.parse().map_err(|_| gone("There is no such page"))?;
    let problem = |error: engine::error::Error| Problem::from(error).into_response();
    let connection = engine::store::connection::anywhere(&app.services.db, id.connection()).await.map_err(problem)?;
    let connection = connection.ok_or_else(|| gone("There is no such page"))?;
    let name = engine::store::business::business(&app.services.db, connection.business_id).await.map_err(problem)?.name;
    let opened = app.services.connections.open(&connection, &name).map_err(problem)?;
    opened.bank.map(|bank| (id, bank)).ok_or_else(|| gone("There is no such page"))
}

fn gone(title: &str) -> Response {
    let text = "Go back to the business that sent you here and start again. Nothing was charged.";
    page(StatusCode::NOT_FOUND, &SandboxGone { title: title.to_owned(), text: text.to_owned() })
}

fn failed(error: BankError) -> Response {
    match error {
        BankError::Refused(_) => gone("This page is no longer there"),
        BankError::Unreachable(why) => {
            tracing::warn!(why, "the pretend bank could not be reached");
            Problem::busy(2).into_response()
        }
    }
}

/// `GET /sandbox/checkout/{id}`
pub async fn show(State(app): State<Arc<App>>, Path(text): Path<String>) -> Result<Response, Response> {
    let (id, bank) = bank(&app, &text).await?;
    let view = bank.checkout(&id, app.services.db.clock().now()).await.map_err(failed)?;
    Ok(draw(&text, view, None))
}

fn draw(id: &str, view: PageView, refused: Option<String>) -> Response {
    let action = format!("/sandbox/checkout/{id}");
    let refused = refused.or_else(|| view.last_decline.as_ref().map(|decline| decline.text.clone()));
    let cards = || PUBLISHED.iter().map(|card| TestCard { number: card.number.to_owned(), what: card.text.to_owned() }).collect();
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match (view.state, view.purpose, view.amount) {
        (PageState::Open | PageState::Completed, PagePurpose::PayInvoice, Some(money)) => {
            invoice(status, action, view, money, refused, cards())
        }
        (PageState::Completed, ..) => Redirect::to(&view.return_url).into_response(),
        (PageState::Expired | PageState::Canceled, ..) => gone("This page is no longer open"),
        (PageState::Authenticating, _, Some(money)) | (_, PagePurpose::Confirm, Some(money)) => {
            let asks =
                SandboxAuthenticate { action, business: view.business, amount: Amount::of(money), last4: ASKING_CARD.to_owned() };
            page(StatusCode::OK, &asks)
        }
        (_, PagePurpose::Pay | PagePurpose::StaffKeyed, Some(money)) => {
            let about = if view.reference.is_empty() { view.description } else { view.reference };
            let amount = Amount::of(money);
            let form = SandboxCheckout {
                action,
                business: view.business,
                about,
                amount,
                refused,
                cancel: view.cancel_url,
                cards: cards(),
            };
            page(status, &form)
        }
        _ => {
            let save = SandboxSave {
                action,
                business: view.business,
                customer: view.description,
                refused,
                cancel: view.cancel_url,
                cards: cards(),
            };
            page(status, &save)
        }
    }
}

/// The bank's own invoice: what it asks for, and a form while it can be paid.
fn invoice(
    status: StatusCode,
    action: String,
    view: PageView,
    money: books::money::Money,
    refused: Option<String>,
    cards: Vec<TestCard>,
) -> Response {
    let Some(bill) = view.bill else { return gone("There is no such page") };
    let shown = SandboxInvoice {
        action,
        business: view.business,
        number: view.reference,
        to: bill.to,
        due: bill.due_on.map(Day::of),
        lines: bill.lines.into_iter().map(|line| (line.description, Amount::of(line.amount))).collect(),
        amount: Amount::of(money),
        paid: bill.paid,
        refused,
        cards,
    };
    page(status, &shown)
}

/// `POST /sandbox/checkout/{id}`: a card, or the holder's answer.
pub async fn submit(
    State(app): State<Arc<App>>,
    Path(text): Path<String>,
    CardForm(form): CardForm,
) -> Result<Response, Response> {
    let (id, bank) = bank(&app, &text).await?;
    let now = app.services.db.clock().now();
    let step = if form.has("result") {
        bank.authenticate(&id, form.value("result") == "ok", now).await
    } else {
        let entry =
            CardEntry { number: form.value("number"), exp: form.value("exp"), cvc: form.value("cvc"), name: form.value("name") };
        bank.pay_checkout(&id, &entry, now).await
    };
    match step.map_err(failed)? {
        CheckoutStep::Paid { return_url }
        | CheckoutStep::BankDebitPending { return_url }
        | CheckoutStep::Saved { return_url } => Ok(Redirect::to(&return_url).into_response()),
        CheckoutStep::Declined { return_url: Some(return_url), .. } => Ok(Redirect::to(&return_url).into_response()),
        CheckoutStep::Declined { decline, return_url: None } => again(&bank, &id, &text, now, decline.text).await,
        CheckoutStep::Invalid { errors } => {
            let said: Vec<&str> = errors.iter().map(|error| error.text).collect();
            again(&bank, &id, &text, now, said.join(" ")).await
        }
        CheckoutStep::NeedsAuthentication => Ok(Redirect::to(&format!("/sandbox/checkout/{text}")).into_response()),
        CheckoutStep::AnswerLost => Ok(page(
            StatusCode::BAD_GATEWAY,
            &SandboxGone {
                title: "No answer came".to_owned(),
                text: "The pretend bank did not answer in time. Go back to the business: it finds out whether you were charged."
                    .to_owned(),
            },
        )),
        CheckoutStep::Closed { .. } => Ok(gone("This page is no longer open")),
    }
}

async fn again(
    bank: &Bank,
    id: &PageId,
    text: &str,
    now: books::calendar::Instant,
    refused: String,
) -> Result<Response, Response> {
    let view = bank.checkout(id, now).await.map_err(failed)?;
    Ok(draw(text, view, Some(refused)))
}
