//! When a customer is charged without anybody asking: the switch, its moment and its method (DUN-3).
//!
//! Invariant: only a saved method is charged; off until somebody turns it on. Left out: the charging itself (a job).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::CustomerId;
use engine::flows::save_customer::{CustomerChange, change_customer};
use engine::store::customer::{self, AutoCharge};
use engine::store::method;

use super::again::{Again, filled};
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::customers::AutoChargeForm;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::Form;
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::Choice;
use crate::view::shell::Section;

/// What the customer's page says about the switch; none: it is off.
pub fn words(desk: &Desk, switch: Option<&AutoCharge>) -> Option<String> {
    let switch = switch?;
    Some(match switch.threshold {
        Some(minor) => format!("Charged by itself from {}", desk.amount(minor, desk.currency()).text),
        None => "Charged by itself when due".to_owned(),
    })
}

async fn form(app: &App, desk: &Desk, id: CustomerId, again: Again) -> Result<Response, Problem> {
    let (known, _) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let kept = method::list(&app.services.db, desk.staff.business, id).await?;
    let typed = &again.form;
    let mut methods = vec![Choice::new("default", "The default method", typed.value("method") == "default")];
    methods.extend(kept.iter().map(|row| {
        let id = row.id.to_string();
        Choice::new(id.clone(), row.name(), typed.value("method") == id)
    }));
    let all = [
        ("off", "Off", "Charged only when somebody asks."),
        ("due", "On the due day", "Each charge when it falls due."),
        ("threshold", "From an amount on", "All that is owed, once it is at least that much."),
    ];
    let moment = |(word, text, hint): (&str, &str, &str)| Choice {
        hint: hint.to_owned(),
        ..Choice::new(word, text, typed.value("at") == word)
    };
    let shown = AutoChargeForm {
        shell: desk.shell(Section::Customers),
        id: known.id.to_string(),
        name: known.name,
        key: again.key(),
        refusal: again.refusal(&["threshold"]),
        moments: all.into_iter().map(moment).collect(),
        threshold: typed.field("threshold"),
        currency: desk.currency().code().to_owned(),
        methods,
        has_method: !kept.is_empty(),
    };
    Ok(page(again.status, &shown))
}

/// `GET /admin/customers/{id}/auto-charge`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let (known, _) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let switch = known.auto_charge;
    let threshold = switch.as_ref().and_then(|switch| switch.threshold);
    let typed = filled([
        ("at", switch.as_ref().map_or_else(|| "off".to_owned(), |switch| switch.at.clone())),
        ("method", switch.map_or_else(|| "default".to_owned(), |switch| switch.method)),
        ("threshold", threshold.map(|minor| desk.amount(minor, desk.currency()).decimal).unwrap_or_default()),
    ]);
    form(&app, &desk, id, Again::fresh(typed)).await
}

/// What is typed: off, at the due day, or from an amount on.
fn read(typed: &mut Form, desk: &Desk) -> Option<Option<AutoCharge>> {
    let at = typed.choice("at", &[("off", "off"), ("due", "due"), ("threshold", "threshold")])?;
    if at == "off" {
        return Some(None);
    }
    let threshold = match at {
        "threshold" => Some(typed.amount("threshold", desk.currency())?.minor),
        _ => None,
    };
    let method = match typed.value("method") {
        "" => "default".to_owned(),
        named => named.to_owned(),
    };
    Some(Some(AutoCharge { method, at: at.to_owned(), threshold }))
}

/// `POST /admin/customers/{id}/auto-charge`
pub async fn submit(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, CustomerId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    let saved = match read(&mut typed, &desk) {
        Some(switch) => {
            let change = CustomerChange { auto_charge: Some(switch), ..CustomerChange::default() };
            change_customer(&app.services.db, &call, id, change).await.map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/customers/{id}"), "saved")),
        Err(error) => form(&app, &desk, id, Again::of(typed, error)?).await,
    }
}
