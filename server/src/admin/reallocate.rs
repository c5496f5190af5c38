//! Re-applying a payment: to other documents, or to the customer's balance.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::account::Target;
use books::ids::{EntryId, OrderId, PaymentId};
use books::money::Currency;
use engine::flows::reallocate_payment::reallocate_payment;
use engine::flows::record_payment::Part;
use engine::sheets::payment::{PaymentSheet, payment_sheet};
use engine::sheets::reapply::{Place, places};

use super::again::Again;
use super::desk::{Desk, done};
use super::rows::order_name;
use super::submission::Submission;
use super::views::payments::{AllocationField, ReallocateForm};
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::Form;
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::Link;
use crate::view::form::Field;
use crate::view::shell::Section;

/// `GET /admin/payments/{id}/reallocate`: prefilled with what it pays now.
pub async fn new(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    form(&app, &desk, id, &Again::fresh(Form::default()), true).await
}

async fn form(app: &App, desk: &Desk, id: PaymentId, again: &Again, prefill: bool) -> Result<Response, Problem> {
    let sheet: PaymentSheet = payment_sheet(&app.services.db, desk.staff.business, id).await?;
    let all: Vec<Place> = places(&app.services.db, desk.staff.business, id).await?;
    let currency = sheet.payment.currency;
    let typed: Vec<(&str, &str)> = again.form.all("target").zip(again.form.all("amount")).collect();
    let field = |place: &Place| {
        let own = target_id(place.target);
        let amount = match typed.iter().find(|(target, _)| *target == own) {
            Some((_, amount)) => Field::of(*amount),
            None if prefill && place.paid > 0 => Field::of(desk.amount(place.paid, currency).decimal),
            None => Field::of(""),
        };
        AllocationField {
            id: own,
            name: match &place.order {
                Some(order) => order_name(order.kind, order.number.as_deref()),
                None => place.name.clone(),
            },
            open: desk.amount(place.open + place.paid, currency),
            amount,
        }
    };
    let shown = ReallocateForm {
        shell: desk.shell(Section::Payments),
        payment: Link::new(format!("/admin/payments/{id}"), sheet.payment.number.clone()),
        id: id.to_string(),
        amount: desk.amount(sheet.movable(), currency),
        currency: currency.code().to_owned(),
        key: again.key(),
        refusal: again.refusal(&[]),
        targets: all.iter().map(field).collect(),
    };
    Ok(page(again.status, &shown))
}

fn target_id(target: Target) -> String {
    match target {
        Target::Order(id) => id.to_string(),
        Target::Invoice(id) => id.to_string(),
        Target::Entry(id) => id.to_string(),
    }
}

fn read(typed: &mut Form, currency: Currency) -> Option<Vec<Part>> {
    let rows: Vec<(String, String)> =
        typed.all("target").map(str::to_owned).zip(typed.all("amount").map(str::to_owned)).collect();
    let mut parts = Vec::new();
    for (target, amount) in rows {
        let text = amount.trim();
        if text.is_empty() {
            continue;
        }
        let target = match (target.parse::<OrderId>(), target.parse::<EntryId>()) {
            (Ok(order), _) => Target::Order(order),
            (_, Ok(entry)) => Target::Entry(entry),
            _ => {
                typed.wrong("target", "UNKNOWN", "There is no such document.");
                continue;
            }
        };
        match locale::Tongue::english().read_amount(text, currency) {
            Ok(money) if money.minor == 0 => {}
            Ok(money) if money.minor > 0 => parts.push(Part { target, amount: Some(money.minor) }),
            _ => typed.wrong("amount", "NOT_AN_AMOUNT", format!("{text} is not an amount such as 12.50.")),
        }
    }
    if typed.errors().is_empty() { Some(parts) } else { None }
}

/// `POST /admin/payments/{id}/reallocate`
pub async fn submit(
    State(app): State<Arc<App>>,
    Submission { id: payment, staff, call, mut typed, .. }: Submission<Clerk, PaymentId>,
) -> Result<Response, Problem> {
    let currency = payment_sheet(&app.services.db, staff.business, payment).await?.payment.currency;
    let saved = match read(&mut typed, currency) {
        Some(parts) => reallocate_payment(&app.services.db, &call, payment, parts).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/payments/{payment}"), "reapplied")),
        Err(error) => form(&app, &Desk::open(&app, staff).await?, payment, &Again::of(typed, error)?, false).await,
    }
}
