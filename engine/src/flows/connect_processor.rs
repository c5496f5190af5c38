//! Connections to processors: connect one, change its settings, disable one, enable it again.
//!
//! Invariant: settings are checked before anything is kept, and what is secret is sealed; a real processor is live only after
//! it answered a test. A secret that is replaced is taken for a day more, so that no message is lost on the way.

use books::ids::ConnectionId;
use processors::registry::{self, ProcessorKind, SettingError};
use serde_json::{Map, Value};

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::error::{Error, FieldError, Result};
use crate::services::Services;
use crate::store::connection::Connection;

/// What is needed to connect.
#[derive(Debug, Clone)]
pub struct NewConnection {
    pub kind: String,
    pub name: Option<String>,
    pub settings: Value,
}

/// What is changed of a connection. Settings that are not named stay; null takes an optional one away.
#[derive(Debug, Clone)]
pub struct ChangedConnection {
    pub name: Option<String>,
    pub settings: Map<String, Value>,
}

/// Connects a processor. Sandbox is live at once, a real one after its first test that is answered.
/// Refuses an unknown kind, settings that are wrong (by name), and a real processor under a test clock. Idempotent by key.
pub async fn connect_processor(services: &Services, call: &Call, new: NewConnection) -> Result<Done<ConnectionId>> {
    let kind = registry::find(&new.kind)
        .ok_or_else(|| Error::invalid("kind", "UNKNOWN", format!("no processor is called {}", new.kind)))?;
    // Under a clock that is moved by hand only what pretends may be live: Sandbox, or a test's own address.
    let pretends = kind.pretend || services.connections.base_urls.contains_key(kind.name);
    if services.db.clock().is_test() && !pretends {
        return Err(Error::invalid("kind", "TEST_CLOCK", "only Sandbox may be live under a test clock"));
    }
    let settings = checked(kind, &new.settings)?;
    let name = check::short("name", new.name.as_deref())?.unwrap_or_else(|| kind.title.to_owned());
    let (by, connections) = (call.clone(), services.connections.clone());
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let id = ConnectionId::new(tx.ids());
            let stored = connections.store(id, kind, &settings)?;
            let now = tx.now();
            tx.insert(&Connection {
                business_id: by.business,
                id,
                kind: kind.name.to_owned(),
                name: name.clone(),
                state: if kind.pretend { "live" } else { "untested" }.to_owned(),
                settings: stored.settings,
                changes_cursor: None,
                created_at: now,
                secrets: stored.secrets,
                replaced: None,
                hints: stored.hints,
                hook_refused_at: None,
                payouts_cursor: None,
                payouts_trouble: None,
                payouts_trouble_at: None,
            });
            let event = event_id(tx);
            let data = serde_json::json!({ "kind": kind.name });
            Act { kind: "processor_connected", subject: id.to_string(), customer: None, data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await
}

/// The settings as an object of trimmed texts. Refuses them by the name of each wrong one.
fn checked(kind: &ProcessorKind, settings: &Value) -> Result<Map<String, Value>> {
    let one = |error: SettingError| FieldError { field: error.field, code: "INVALID", detail: error.text };
    kind.check(settings).map_err(|errors| Error::Invalid(errors.into_iter().map(one).collect()))?;
    let trimmed = |value: &Value| value.as_str().map_or_else(|| value.clone(), |text| Value::String(text.trim().to_owned()));
    let object = settings.as_object().into_iter().flatten();
    Ok(object.map(|(name, value)| (name.clone(), trimmed(value))).collect())
}

/// Changes a connection's name or some of its settings; the others stay as they are. The connection stays live or not as it
/// was: test it again after a key was replaced. Refuses what [`connect_processor`] refuses. Idempotent by key.
pub async fn change_connection(
    services: &Services,
    call: &Call,
    id: ConnectionId,
    changed: ChangedConnection,
) -> Result<Done<ConnectionId>> {
    let name = check::short("name", changed.name.as_deref())?;
    let (by, connections) = (call.clone(), services.connections.clone());
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let mut connection = tx.lock::<Connection>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let kind = registry::find(&connection.kind)
                .ok_or_else(|| Error::Fault(format!("no processor is called {}", connection.kind)))?;
            let before = connections.settings(&connection)?;
            let mut after = before.clone();
            for (name, value) in &changed.settings {
                match value {
                    Value::Null => drop(after.shift_remove(name)),
                    value => drop(after.insert(name.clone(), value.clone())),
                }
            }
            let after = checked(kind, &Value::Object(after))?;
            connection.replaced = connections.replace(&connection, &before, &after, tx.now())?;
            let stored = connections.store(id, kind, &after)?;
            (connection.settings, connection.secrets, connection.hints) = (stored.settings, stored.secrets, stored.hints);
            connection.name = name.clone().unwrap_or(connection.name);
            tx.set(&connection);
            let event = event_id(tx);
            let names: Vec<&String> = changed.settings.keys().collect();
            let data = serde_json::json!({ "settings": names });
            Act { kind: "processor_changed", subject: id.to_string(), customer: None, data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await
}

/// Takes a connection out of use, or back into it: Sandbox is live again at once, a real processor after a test.
/// Payments already under way are still followed. Idempotent by key.
pub async fn set_connection_state(services: &Services, call: &Call, id: ConnectionId, live: bool) -> Result<Done<ConnectionId>> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let mut connection = tx.lock::<Connection>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let pretends = registry::find(&connection.kind).is_some_and(|kind| kind.pretend);
            connection.state = match (live, pretends) {
                (true, true) => "live",
                (true, false) => "untested",
                (false, _) => "disabled",
            }
            .to_owned();
            tx.set(&connection);
            let event = event_id(tx);
            let data = serde_json::json!({ "state": connection.state });
            Act { kind: "processor_changed", subject: id.to_string(), customer: None, data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await
}
