//! A customer's saved methods in the portal: added on the processor's own page, chosen, removed.
//!
//! Invariant: a method is reached through its customer, so another's is as unknown as one that never was; no card number
//! comes near this server.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::MethodId;
use engine::error::Error;
use engine::flows::keep_method::{choose_default, remove_method};
use engine::flows::set_up_method::{newest_setup, start_setup};
use engine::store::business::{self, Business};
use engine::store::method;

use super::guest::{Account, Guest};
use super::views::account::SavedRow;
use crate::admin::methods::keeper;
use crate::app::App;
use crate::forms::Form;
use crate::respond::Problem;

/// The account's saved methods, and whether one more can be added.
pub async fn shown(app: &App, account: &Account<'_>, of: &Business) -> Result<(Vec<SavedRow>, bool), Problem> {
    let rows = method::list(&app.services.db, account.business(), account.id()).await?;
    let today = of.today(app.services.db.clock().now());
    let row = |one: &method::Method| SavedRow {
        id: one.id.to_string(),
        name: one.name(),
        expires: one.expires.clone().unwrap_or_default(),
        is_default: one.is_default,
        is_expired: one.is_expired(today),
    };
    let can_add = keeper(app, account.business(), &of.name).await?.is_some();
    Ok((rows.iter().map(row).collect(), can_add))
}

/// `POST /portal/{customer}/methods`: to the processor's page.
pub async fn add(State(app): State<Arc<App>>, Path(id): Path<String>, guest: Guest, mut form: Form) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let call = account.call(&mut form);
    let of = business::business(&app.services.db, account.business()).await?;
    let Some(connection) = keeper(&app, account.business(), &of.name).await? else {
        return Err(Error::refused("NO_PROCESSOR", "no card can be kept at present").into());
    };
    let back = format!("{}/method-added", account.home());
    let setup = start_setup(&app.services, &call, account.id(), connection.id, Some(back)).await?;
    let row = method::setup(&app.services.db, account.business(), setup.value).await?;
    Ok(Redirect::to(&row.url.unwrap_or_else(|| account.home())).into_response())
}

/// `GET /portal/{customer}/method-added`: back from that page; the processor says whether a card was left there.
pub async fn added(State(app): State<Arc<App>>, Path(id): Path<String>, guest: Guest) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    newest_setup(&app.services, &account.call(&mut Form::default()), account.id()).await?;
    Ok(Redirect::to(&format!("{}#methods", account.home())).into_response())
}

/// A method of this account; another's is unknown.
async fn own(app: &App, account: &Account<'_>, id: &str) -> Result<MethodId, Problem> {
    let id: MethodId = id.parse().map_err(|_| Problem::not_found())?;
    let row = method::method(&app.services.db, account.business(), id).await?;
    if row.customer_id == account.id() { Ok(id) } else { Err(Problem::not_found()) }
}

/// `POST /portal/{customer}/methods/{id}/default`
pub async fn choose(
    State(app): State<Arc<App>>,
    Path((id, method)): Path<(String, String)>,
    guest: Guest,
    mut form: Form,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let method = own(&app, &account, &method).await?;
    choose_default(&app.services, &account.call(&mut form), method).await?;
    Ok(Redirect::to(&format!("{}#methods", account.home())).into_response())
}

/// `POST /portal/{customer}/methods/{id}/remove`
pub async fn remove(
    State(app): State<Arc<App>>,
    Path((id, method)): Path<(String, String)>,
    guest: Guest,
    mut form: Form,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let method = own(&app, &account, &method).await?;
    remove_method(&app.services, &account.call(&mut form), method).await?;
    Ok(Redirect::to(&format!("{}#methods", account.home())).into_response())
}
