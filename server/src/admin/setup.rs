//! First run: a one-time link opens one form, which makes the business, its owner and, if wanted, a Sandbox to try with.
//!
//! Invariant: the link works while there is no business; an unknown one looks like any page that is not there.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use books::money::Currency;
use engine::flows::call::{Actor, Call};
use engine::flows::connect_processor::{NewConnection, connect_processor};
use engine::flows::create_business::{self, NewBusiness};
use engine::store::user::{self, Role};

use super::again::{Again, filled};
use super::sign_in::{browser, enter};
use super::views::signing_in::Setup;
use crate::app::App;
use crate::forms::{Form, NAME};
use crate::request_id::RequestId;
use crate::respond::{Problem, page};
use crate::security::client_ip::ClientIp;
use crate::view::Choice;

const SHOWN: [&str; 4] = ["business", "name", "email", "password"];

/// `GET /setup/{token}`
pub async fn show(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Response, Problem> {
    opens(&app, &token).await?;
    let first = [("currency", "USD"), ("time_zone", "UTC"), ("sandbox", "on")];
    Ok(form(&token, &Again::fresh(filled(first.map(|(name, value)| (name, value.to_owned()))))))
}

async fn opens(app: &App, token: &str) -> Result<(), Problem> {
    let good = create_business::opens_setup(&app.services.db, token).await?;
    if good { Ok(()) } else { Err(Problem::not_found()) }
}

fn form(token: &str, again: &Again) -> Response {
    let typed = &again.form;
    let shown = Setup {
        action: format!("/setup/{token}"),
        refusal: again.refusal(&SHOWN),
        business: typed.field("business"),
        currencies: currencies(typed.value("currency")),
        zones: zones(typed.value("time_zone")),
        name: typed.field("name"),
        email: typed.field("email"),
        // A password is never sent back.
        password: crate::view::form::Field { value: String::new(), ..typed.field("password") },
        sandbox: typed.field("sandbox"),
    };
    page(again.status, &shown)
}

/// Every currency, by code.
pub fn currencies(chosen: &str) -> Vec<Choice> {
    let mut codes: Vec<&str> = Currency::all().map(Currency::code).collect();
    codes.sort_unstable();
    codes.into_iter().map(|code| Choice::new(code, code, code == chosen)).collect()
}

/// Every time zone that this machine knows, the chosen one in any case.
pub fn zones(chosen: &str) -> Vec<Choice> {
    let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    names.extend(["UTC".to_owned(), chosen.to_owned()]);
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| Choice::new(name.clone(), name.clone(), name == chosen)).collect()
}

/// Languages with the places in which their money and days are written otherwise.
const LOCALES: [(&str, &str); 14] = [
    ("en", "English"),
    ("en-US", "English (US)"),
    ("en-GB", "English (UK)"),
    ("en-CA", "English (Canada)"),
    ("es", "Español"),
    ("es-MX", "Español (México)"),
    ("es-US", "Español (Estados Unidos)"),
    ("fr", "Français"),
    ("fr-CA", "Français (Canada)"),
    ("fr-CH", "Français (Suisse)"),
    ("de", "Deutsch"),
    ("de-AT", "Deutsch (Österreich)"),
    ("de-CH", "Deutsch (Schweiz)"),
    ("de-LU", "Deutsch (Luxemburg)"),
];

/// The languages to choose from, as their speakers call them; the chosen tag in any case. `none`: what stands for no choice.
pub fn locales(chosen: &str, none: Option<&str>) -> Vec<Choice> {
    let first = none.map(|text| Choice::new("", text, chosen.is_empty()));
    let known = LOCALES.into_iter().map(|(tag, name)| Choice::new(tag, name, tag == chosen));
    let is_other = !chosen.is_empty() && !LOCALES.iter().any(|(tag, _)| *tag == chosen);
    let other = is_other.then(|| Choice::new(chosen, chosen, true));
    first.into_iter().chain(known).chain(other).collect()
}

/// `POST /setup/{token}`: creates the business and signs its owner in.
pub async fn submit(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Extension(client): Extension<ClientIp>,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
    mut typed: Form,
) -> Result<Response, Problem> {
    opens(&app, &token).await?;
    let Some(new) = read(&mut typed) else { return Ok(form(&token, &Again::of(typed, None)?)) };
    let made = match create_business::create_business(&app.services.db, new).await {
        Ok(made) => made,
        Err(error) => return Ok(form(&token, &Again::of(typed, Some(renamed(error)))?)),
    };
    let owner = user::list(&app.services.db, made.business).await?.into_iter().find(|user| user.id == made.owner);
    let owner = owner.ok_or_else(|| Problem::fault("the owner of a new business is not there"))?;
    if typed.ticked("sandbox") {
        let actor = Actor::User { id: owner.id, role: Role::Owner };
        let call = Call { business: made.business, actor, request_id: request.as_str().to_owned(), key: None };
        let sandbox = NewConnection { kind: "sandbox".to_owned(), name: None, settings: serde_json::json!({}) };
        connect_processor(&app.services, &call, sandbox).await?;
    }
    enter(&app, owner.clone(), &[owner], browser(client, &headers), &request, "/admin").await
}

fn read(typed: &mut Form) -> Option<NewBusiness> {
    let name = typed.text("business", NAME);
    let currency: Option<Currency> = typed.read("currency");
    let time_zone = typed.text("time_zone", NAME);
    let owner_name = typed.text("name", NAME);
    let owner_email = typed.email("email");
    let password = typed.value("password").to_owned();
    if !typed.errors().is_empty() {
        return None;
    }
    Some(NewBusiness {
        name: name?,
        currency: currency?,
        owner_email: owner_email?,
        owner_name: owner_name?,
        password,
        time_zone: time_zone?,
        api_key: false,
    })
}

/// What the flow calls by other names than the fields of this form.
fn renamed(error: engine::error::Error) -> engine::error::Error {
    let engine::error::Error::Invalid(mut errors) = error else { return error };
    for one in &mut errors {
        one.field = match one.field.as_str() {
            "name" => "business".to_owned(),
            "owner_name" => "name".to_owned(),
            other => other.to_owned(),
        };
    }
    engine::error::Error::Invalid(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_and_zones_can_be_chosen() {
        assert!(currencies("EUR").iter().any(|choice| choice.value == "EUR" && choice.chosen));
        assert_eq!(zones("Moon/Crater").iter().filter(|choice| choice.chosen).count(), 1);
        assert!(zones("UTC").iter().any(|choice| choice.value == "UTC" && choice.chosen));
    }
}
