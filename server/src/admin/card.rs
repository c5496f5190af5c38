//! Card in person or by phone: an amount is authorized, then processed or voided.
//!
//! Invariant: a card is typed into the processor's own fields (its virtual terminal) and never into a form of ours.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::{ConnectionId, MethodId, PaymentId};
use books::payment::PaymentState;
use engine::flows::hold_amount::{self, Holding, KeyedAt, hold_amount, look_at};
use engine::sheets::payment::{means, payment_sheet};
use engine::store::connection;
use engine::store::payment::{self, Payment};
use processors::Terminal;

use super::acts;
use super::again::{self, Again, filled};
use super::charge::{choices, parts, told};
use super::desk::{Desk, done};
use super::purpose::{Purpose, purpose};
use super::submission::Submission;
use super::views::payments::{CardForm, HeldRow};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::{Form, new_key};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::form::Field;
use crate::view::shell::Section;
use crate::view::{Action, Choice, Link, Way};

const SHOWN: [&str; 1] = ["amount"];

/// `GET /admin/payments/card?order=|invoice=|customer=`
pub async fn new(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let purpose =
        purpose(&app, &desk, desk.asked.value("order"), desk.asked.value("invoice"), desk.asked.value("customer")).await?;
    let due = desk.amount(purpose.due, purpose.currency);
    let typed = filled([("amount", if due.is_zero() { String::new() } else { due.decimal })]);
    form(&app, &desk, purpose, &Again::fresh(typed)).await
}

async fn form(app: &App, desk: &Desk, purpose: Purpose, again: &Again) -> Result<Response, Problem> {
    let typed = &again.form;
    let held = payment::held_of(&app.services.db, desk.staff.business, purpose.customer, purpose.currency).await?;
    let held = held.iter().filter(|row| purpose.target.is_none() || row.target() == purpose.target);
    let shown = CardForm {
        shell: desk.shell(Section::Payments),
        cards: cards(app, desk, &purpose, typed.value("card")).await?,
        held: held.map(|row| held_row(desk, row)).collect(),
        order_id: purpose.order().map(|order| order.to_string()).unwrap_or_default(),
        invoice_id: purpose.invoice().map(|invoice| invoice.to_string()).unwrap_or_default(),
        about: purpose.about,
        customer_id: purpose.customer.to_string(),
        due: desk.amount(purpose.due, purpose.currency),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        amount: typed.field("amount"),
        currency: purpose.currency.code().to_owned(),
    };
    Ok(page(again.status, &shown))
}

/// Stands before the connection in whose terminal apart the card is keyed.
const APART: &str = "apart:";

/// Each processor into whose fields, or in whose terminal apart, a card can be keyed, then the customer's saved methods.
async fn cards(app: &App, desk: &Desk, purpose: &Purpose, typed: &str) -> Result<Vec<Choice>, Problem> {
    let mut cards = Vec::new();
    for connection in connection::list(&app.services.db, desk.staff.business).await? {
        let open = app.services.connections.open(&connection, &desk.frame.business.name);
        let Ok(open) = open else { continue };
        let places = KeyedAt::of(open.processor.capabilities());
        for place in places.into_iter().filter(|_| connection.state == "live") {
            let (name, id) = (&connection.name, connection.id.to_string());
            let (value, text) = match (place, open.processor.terminal()) {
                (KeyedAt::Fields, Terminal::ItsPage) => (id, format!("Key the card on {name}’s page")),
                (KeyedAt::Fields, Terminal::OurPage) => (id, format!("Key the card into {name}’s fields")),
                (KeyedAt::Apart, _) => (format!("{APART}{id}"), format!("Key the card in {name}’s own terminal")),
            };
            let chosen = if typed.is_empty() { cards.is_empty() } else { typed == value };
            cards.push(Choice::new(value, text, chosen));
        }
    }
    let saved = choices(app, desk, purpose, typed).await?;
    cards.extend(saved.into_iter().map(|choice| Choice { chosen: choice.value == typed, ..choice }));
    Ok(cards)
}

fn held_row(desk: &Desk, row: &Payment) -> HeldRow {
    let act = |name, label, icon, confirm| Action {
        confirm,
        ..acts::always(desk, name, label, icon, format!("/admin/payments/{}/{name}", row.id), Way::Post(new_key()))
    };
    HeldRow {
        payment: Link::new(format!("/admin/payments/{}", row.id), row.number.clone()),
        amount: desk.amount(row.amount, row.currency),
        method: means(row),
        until: row.held_until.map(|at| desk.moment(at)),
        capture: act("capture", "Process payment", "credit-card", ""),
        key: new_key(),
        id: row.id.to_string(),
        part: Field::of(desk.amount(row.amount, row.currency).decimal),
        currency: row.currency.code().to_owned(),
        void: act("void", "Void", "ban", "Let go of it? Nothing is taken."),
    }
}

fn read(typed: &mut Form, purpose: &Purpose, of_method: impl Fn(MethodId) -> Option<ConnectionId>) -> Option<Holding> {
    let amount = typed.amount("amount", purpose.currency);
    let card = typed.value("card").to_owned();
    let (place, named) = match card.strip_prefix(APART) {
        Some(connection) => (KeyedAt::Apart, connection),
        None => (KeyedAt::Fields, card.as_str()),
    };
    let chosen = match (named.parse::<ConnectionId>(), card.parse::<MethodId>()) {
        (Ok(connection), _) => Some((connection, None)),
        (_, Ok(method)) => of_method(method).map(|connection| (connection, Some(method))),
        _ => None,
    };
    if chosen.is_none() {
        typed.wrong("card", "REQUIRED", "Choose a card.");
    }
    if !typed.errors().is_empty() {
        return None;
    }
    let (connection, method) = chosen?;
    Some(Holding {
        customer: purpose.customer,
        amount: amount?.minor,
        currency: purpose.currency,
        parts: parts(purpose),
        connection,
        method,
        place: Some(place),
        back: Some("/admin/payments/{id}/keyed".to_owned()),
    })
}

/// `POST /admin/payments/card`: holds the amount; with a card to be keyed it leads to the processor's fields, or to what is to be
/// typed in its terminal.
pub async fn authorize(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let purpose = purpose(&app, &desk, typed.value("order"), typed.value("invoice"), typed.value("customer")).await?;
    let methods = engine::store::method::list(&app.services.db, desk.staff.business, purpose.customer).await?;
    let of_method = |id: MethodId| methods.iter().find(|row| row.id == id).map(|row| row.connection_id);
    let saved = match read(&mut typed, &purpose, of_method) {
        Some(holding) => hold_amount(&app.services, &call, holding).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(made) => {
            let paid = payment_sheet(&app.services.db, desk.staff.business, made.value).await?.payment;
            let keys = matches!(paid.state, PaymentState::Created | PaymentState::Pending) && paid.kind == "in_person";
            match paid.checkout_url.filter(|_| keys) {
                Some(url) => Ok(Redirect::to(&url).into_response()),
                None => told(&app, &desk, made.value).await,
            }
        }
        Err(error) => form(&app, &desk, purpose, &Again::of(typed, error)?).await,
    }
}

/// `GET /admin/payments/{id}/keyed`: back from the processor's fields; the processor says what became of it.
pub async fn keyed(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let paid = payment_sheet(&app.services.db, staff.business, id).await?.payment;
    if paid.state == PaymentState::Created {
        look_at(&app.services, &staff.call(None), id).await?;
    }
    let paid = payment_sheet(&app.services.db, staff.business, id).await?.payment;
    let word = match paid.state {
        PaymentState::Authorized => "held",
        PaymentState::Unknown | PaymentState::Pending => "charge-pending",
        _ => "charge-failed",
    };
    Ok(done(&format!("/admin/payments/{id}"), word))
}

/// `POST /admin/payments/{id}/capture`: all that is held, or the part that is typed; the rest is released.
pub async fn capture(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, PaymentId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    let held = payment_sheet(&app.services.db, desk.staff.business, id).await?.payment;
    let part = typed.optional_amount("amount", held.currency).map(|money| money.minor);
    if let Some(error) = typed.errors().first() {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID", error.detail.clone()));
    }
    hold_amount::capture(&app.services, &call, id, part, None).await?;
    told(&app, &desk, id).await
}

/// `POST /admin/payments/{id}/void`
pub async fn void(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, PaymentId>,
) -> Result<Response, Problem> {
    hold_amount::void(&app.services, &call, id).await?;
    Ok(done(&format!("/admin/payments/{id}"), "let-go"))
}
