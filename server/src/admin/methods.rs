//! Saved methods on a customer's page: added on the processor's own page, chosen, removed.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::{CustomerId, MethodId};
use engine::flows::keep_method::{choose_default, remove_method};
use engine::flows::set_up_method::{newest_setup, start_setup};
use engine::store::connection::{self, Connection};
use engine::store::method::{self, Method};
use processors::Capability;

use super::acts;
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::customers::SavedMethod;
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::new_key;
use crate::json::Id;
use crate::respond::Problem;
use crate::view::{Action, Chip, Refused, Tone, Way};

/// The customer's methods as their page shows them.
pub async fn shown(app: &App, desk: &Desk, id: CustomerId) -> Result<Vec<SavedMethod>, Problem> {
    let rows = method::list(&app.services.db, desk.staff.business, id).await?;
    let connections = connection::list(&app.services.db, desk.staff.business).await?;
    Ok(rows.iter().map(|row| one(desk, &connections, row)).collect())
}

fn one(desk: &Desk, connections: &[Connection], row: &Method) -> SavedMethod {
    let at = connections.iter().find(|connection| connection.id == row.connection_id).map(|connection| connection.name.clone());
    let expires = row.expires.as_ref().map(|month| format!("good through {month}"));
    let act = |name, label, icon, confirm| Action {
        confirm,
        ..acts::always(desk, name, label, icon, format!("/admin/methods/{}/{name}", row.id), Way::Post(new_key()))
    };
    let mut choose = act("default", "Make default", "check", "");
    if row.is_default && choose.refused.is_none() {
        choose.refused = Some(Refused { code: "CLOSED", why: "It is the default already.".to_owned() });
    }
    SavedMethod {
        id: row.id.to_string(),
        name: row.name(),
        detail: [at, expires].into_iter().flatten().collect::<Vec<_>>().join(", "),
        is_default: row.is_default,
        chip: row.is_expired(desk.today()).then(|| Chip::new(Tone::Bad, "Expired")),
        actions: vec![choose, act("remove", "Remove", "x", "Remove this method? It is charged no more.")],
    }
}

/// A live connection whose processor has a page to save a card on.
pub async fn keeper(app: &App, desk_business: books::ids::BusinessId, name: &str) -> Result<Option<Connection>, Problem> {
    let all = connection::list(&app.services.db, desk_business).await?;
    let able = |connection: &Connection| {
        connection.state == "live"
            && app
                .services
                .connections
                .open(connection, name)
                .is_ok_and(|open| open.processor.capabilities().can(Capability::SetupPage))
    };
    Ok(all.into_iter().find(able))
}

/// *Add*: disabled, with its reason, while no processor could keep one.
pub async fn add_action(app: &App, desk: &Desk, id: CustomerId) -> Result<Action, Problem> {
    let href = format!("/admin/customers/{id}/methods");
    let mut action = acts::always(desk, "add_method", "Add", "plus", href, Way::Post(new_key()));
    let found = keeper(app, desk.staff.business, &desk.frame.business.name).await?;
    if action.refused.is_none() && found.is_none() {
        let why = "No live processor can keep a card: connect one in Settings.".to_owned();
        action.refused = Some(Refused { code: "NO_PROCESSOR", why });
    }
    Ok(action)
}

/// `POST /admin/customers/{id}/methods`: to the processor's page.
pub async fn add(
    State(app): State<Arc<App>>,
    Submission { id: customer, staff, call, .. }: Submission<Clerk, CustomerId>,
) -> Result<Response, Problem> {
    let of = engine::store::business::business(&app.services.db, staff.business).await?;
    let Some(connection) = keeper(&app, staff.business, &of.name).await? else {
        return Err(engine::error::Error::refused("NO_PROCESSOR", "no live processor can keep a card").into());
    };
    let back = format!("/admin/customers/{customer}/method-added");
    let setup = start_setup(&app.services, &call, customer, connection.id, Some(back)).await?;
    let row = method::setup(&app.services.db, staff.business, setup.value).await?;
    match row.url {
        Some(url) => Ok(Redirect::to(&url).into_response()),
        None => Ok(done(&format!("/admin/customers/{customer}"), "method-none")),
    }
}

/// `GET /admin/customers/{id}/method-added`: back from that page; the processor says whether a card was left there.
pub async fn added(State(app): State<Arc<App>>, staff: Staff, Id(customer): Id<CustomerId>) -> Result<Response, Problem> {
    let setup = newest_setup(&app.services, &staff.call(None), customer).await?;
    let kept = setup.is_some_and(|setup| setup.state == "done");
    Ok(done(&format!("/admin/customers/{customer}"), if kept { "method" } else { "method-none" }))
}

/// `POST /admin/methods/{id}/default`
pub async fn choose(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, MethodId>,
) -> Result<Response, Problem> {
    let row = method::method(&app.services.db, staff.business, id).await?;
    choose_default(&app.services, &call, id).await?;
    Ok(done(&format!("/admin/customers/{}", row.customer_id), "saved"))
}

/// `POST /admin/methods/{id}/remove`
pub async fn remove(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, MethodId>,
) -> Result<Response, Problem> {
    let row = method::method(&app.services.db, staff.business, id).await?;
    remove_method(&app.services, &call, id).await?;
    Ok(done(&format!("/admin/customers/{}", row.customer_id), "method-removed"))
}
