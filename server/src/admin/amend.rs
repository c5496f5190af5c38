//! Amending an order after it was agreed: lines to add, lines to take off, a reason.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::{OrderId, OrderLineId};
use books::money::Currency;
use engine::flows::amend_order::{Amending, REASONS, amend_order};
use engine::sheets::order::{OrderSheet, order_sheet};
use engine::store::order::OrderLine;

use super::again::Again;
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::orders::AmendForm;
use super::{lines, rows, words};
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{Form, NOTE};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::form::Tick;
use crate::view::shell::Section;
use crate::view::{Choice, Link};

/// `GET /admin/orders/{id}/amend`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let sheet = of(&app, &desk, id).await?;
    Ok(form(&desk, &sheet, &Again::fresh(Form::default())))
}

async fn of(app: &App, desk: &Desk, id: OrderId) -> Result<OrderSheet, Problem> {
    Ok(order_sheet(&app.services.db, desk.staff.business, id).await?)
}

fn form(desk: &Desk, sheet: &OrderSheet, again: &Again) -> Response {
    let typed = &again.form;
    let order = &sheet.order;
    let currency = order.currency;
    let mut shown_fields = lines::names(typed);
    shown_fields.push("note".to_owned());
    let shown_fields: Vec<&str> = shown_fields.iter().map(String::as_str).collect();
    let ticked: Vec<&str> = typed.all("remove").collect();
    let tick = |line: &OrderLine| Tick {
        value: line.id.to_string(),
        label: line.description.clone(),
        hint: desk.amount(line.gross, currency).text,
        ticked: ticked.contains(&line.id.to_string().as_str()),
    };
    let reason = typed.value("reason");
    let removable = sheet.standing_lines().filter(|line| line.entry_id.is_some());
    let shown = AmendForm {
        shell: desk.shell(Section::Orders),
        order: Link::new(format!("/admin/orders/{}", order.id), rows::order_name(order.kind, order.number.as_deref())),
        id: order.id.to_string(),
        key: again.key(),
        refusal: again.refusal(&shown_fields),
        due: desk.amount(sheet.figures.amount_due, currency),
        reasons: REASONS.into_iter().map(|word| Choice::new(word, words::amendment_reason(word), word == reason)).collect(),
        note: typed.field("note"),
        currency: currency.code().to_owned(),
        lines: lines::fields(typed),
        removable: removable.map(tick).collect(),
    };
    page(again.status, &shown)
}

fn read(typed: &mut Form, currency: Currency) -> Option<Amending> {
    let reason = typed.text("reason", crate::forms::NAME);
    let note = typed.optional_lines("note", NOTE);
    let add = lines::read(typed, currency);
    let ticked: Vec<String> = typed.all("remove").map(str::to_owned).collect();
    let remove: Result<Vec<OrderLineId>, _> = ticked.iter().map(|id| id.parse()).collect();
    if remove.is_err() {
        typed.wrong("remove", "UNKNOWN", "There is no such line.");
    }
    if typed.errors().is_empty() { Some(Amending { reason: reason?, note, add, remove: remove.ok()? }) } else { None }
}

/// `POST /admin/orders/{id}/amendments`
pub async fn submit(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, OrderId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    let sheet = of(&app, &desk, id).await?;
    let saved = match read(&mut typed, sheet.order.currency) {
        Some(change) => amend_order(&app.services.db, &call, sheet.order.id, change).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/orders/{}", sheet.order.id), "amended")),
        Err(error) => Ok(form(&desk, &sheet, &Again::of(typed, error)?)),
    }
}
