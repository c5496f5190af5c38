//! Connections to processors: connect one, disable one, enable it again.

use books::ids::ConnectionId;
use processors::registry;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::db::Db;
use crate::error::{Error, FieldError, Result};
use crate::store::connection::Connection;

/// What is needed to connect.
#[derive(Debug, Clone)]
pub struct NewConnection {
    pub kind: String,
    pub name: Option<String>,
    pub settings: serde_json::Value,
}

/// Connects a processor. Sandbox is live at once; its settings are checked before anything is kept.
pub async fn connect_processor(db: &Db, call: &Call, new: NewConnection) -> Result<Done<ConnectionId>> {
    let kind = registry::find(&new.kind)
        .ok_or_else(|| Error::invalid("kind", "UNKNOWN", format!("no processor is called {}", new.kind)))?;
    if db.clock().is_test() && !kind.pretend {
        return Err(Error::invalid("kind", "TEST_CLOCK", "only Sandbox may be live under a test clock"));
    }
    kind.check(&new.settings).map_err(|errors| {
        let one = |error: registry::SettingError| FieldError {
            field: format!("settings.{}", error.field),
            code: "INVALID",
            detail: error.text,
        };
        Error::Invalid(errors.into_iter().map(one).collect())
    })?;
    let name = check::short("name", new.name.as_deref())?.unwrap_or_else(|| kind.title.to_owned());
    let settings = new.settings.to_string();
    let (by, kind) = (call.clone(), kind.name);
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let id = ConnectionId::new(tx.ids());
        let now = tx.now();
        tx.insert(&Connection {
            business_id: by.business,
            id,
            kind: kind.to_owned(),
            name: name.clone(),
            state: "live".to_owned(),
            settings: settings.clone(),
            changes_cursor: None,
            created_at: now,
        });
        let event = event_id(tx);
        Act {
            kind: "processor_connected",
            subject: id.to_string(),
            customer: None,
            data: serde_json::json!({ "kind": kind }),
            call: &by,
        }
        .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// Takes a connection out of use, or back into it. Payments already under way are still followed.
pub async fn set_connection_state(db: &Db, call: &Call, id: ConnectionId, live: bool) -> Result<Done<ConnectionId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut connection = tx.lock::<Connection>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        connection.state = if live { "live" } else { "disabled" }.to_owned();
        tx.set(&connection);
        let event = event_id(tx);
        let data = serde_json::json!({ "state": connection.state });
        Act { kind: "processor_changed", subject: id.to_string(), customer: None, data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}
