//! From a connection's row to the processor behind it.
//!
//! Invariants: processors are called outside transactions only; this room hands out the connector and, for Sandbox, the
//! pretend bank on its far side. Secrets are sealed before they reach the database and opened here alone, for the connector.
//! Limits: a secret that was replaced is taken for [`GRACE_SECONDS`] more, for messages that are still under way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use books::calendar::Instant;
use books::capability::Processors;
use books::ids::ConnectionId;
use processors::http::Wire;
use processors::registry::{self, Connected, ProcessorKind, Surroundings};
use processors::sandbox::House;
use processors::{Capability, Fut, Secret};

use serde_json::{Map, Value};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::store::connection::{Connection, Replaced};
use crate::store::sandbox::SqlShelf;

/// What every call to a processor needs to know about this installation.
#[derive(Clone)]
pub struct Connections {
    pub db: Db,
    pub keys: Keys,
    /// Where payers reach us, without a slash at the end.
    pub public_url: String,
    /// The way out to real processors.
    pub wire: Wire,
    /// Other addresses for processors' APIs, by kind: for tests against a fake.
    pub base_urls: BTreeMap<String, String>,
    /// When this process last asked each connection for what it lists.
    asked: Arc<Mutex<BTreeMap<(ConnectionId, Asking), Instant>>>,
}

/// What a connection is asked for now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asking {
    Changes,
    Payouts,
}

/// A processor that is told of a new secret goes on signing with the old one for at most a day. Source: Stripe's page on
/// rolling an endpoint's secret, 2026.
pub const GRACE_SECONDS: i64 = 86_400;
/// So many of a secret's last letters are shown, where that is less than half of it.
const HINT: usize = 4;

/// A connection's settings as they are stored.
pub(crate) struct Stored {
    pub settings: String,
    pub secrets: Option<String>,
    pub hints: Option<String>,
}

fn place(id: ConnectionId) -> String {
    format!("connection {id}")
}

fn pause(duration: Duration) -> Fut<'static, ()> {
    Box::pin(tokio::time::sleep(duration))
}

impl Connections {
    pub fn new(db: Db, keys: Keys, public_url: String) -> Connections {
        Connections { db, keys, public_url, wire: Wire::new(), base_urls: BTreeMap::new(), asked: Arc::default() }
    }

    /// Whether a connection was not asked for this within so many seconds; notes that it is now.
    pub(crate) fn may_ask(&self, id: ConnectionId, what: Asking, now: Instant, every: i64) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let due = asked.get(&(id, what)).is_none_or(|before| now >= before.plus_seconds(every));
        if due {
            asked.insert((id, what), now);
        }
        due
    }

    /// The live connection on whose page a payer pays: by a request the first that can be paid by request, while there is one,
    /// for that is why the request could be sent; else the first that takes payers.
    pub fn for_payers<'a>(&self, all: &'a [Connection], business_name: &str, by_request: bool) -> Option<&'a Connection> {
        let takes = |what| move |found: &&Connection| found.state == "live" && self.claims(found, business_name, what);
        let mut payable = all.iter().filter(takes(Capability::Checkout));
        let asked = payable.clone().find(takes(Capability::PaymentRequest)).filter(|_| by_request);
        asked.or_else(|| payable.next())
    }

    /// Whether the card that a payer pays with is kept for later when they say so.
    pub fn keeps_while_paying(&self, connection: &Connection, business_name: &str) -> bool {
        let claims = |what| self.claims(connection, business_name, what);
        claims(Capability::SavedMethods) && claims(Capability::KeepWhilePaying)
    }

    /// Whether payers pay in this connection's fields on a page of ours: it can show them, and its setting says so.
    pub fn pays_in_fields(&self, connection: &Connection, business_name: &str) -> bool {
        let wanted = connection.shown_settings().get(registry::PAYER_PAYS).is_some_and(|word| word == registry::IN_FIELDS);
        wanted && self.claims(connection, business_name, Capability::EmbeddedFields)
    }

    /// Whether this connection's processor makes, mails and collects invoices of its own, now.
    pub fn can_invoice(&self, connection: &Connection, business_name: &str) -> bool {
        connection.state == "live" && self.claims(connection, business_name, Capability::RemoteInvoice)
    }

    /// Whether it mails such an invoice again.
    pub fn mails_again(&self, connection: &Connection, business_name: &str) -> bool {
        self.claims(connection, business_name, Capability::ResendInvoice)
    }

    fn claims(&self, connection: &Connection, business_name: &str, what: Capability) -> bool {
        self.open(connection, business_name).is_ok_and(|connected| connected.processor.capabilities().can(what))
    }

    /// Whether any live connection makes invoices of its own.
    pub fn invoicing(&self, connections: &[Connection], business_name: &str) -> Processors {
        let mut live = connections.iter().filter(|connection| connection.state == "live").peekable();
        match (live.peek().is_some(), live.any(|connection| self.can_invoice(connection, business_name))) {
            (false, _) => Processors::None,
            (true, false) => Processors::Incompatible,
            (true, true) => Processors::Ready,
        }
    }

    /// Whether any live connection has fields in which staff key a card and holds its amount, or a terminal apart.
    pub fn keying(&self, connections: &[Connection], business_name: &str) -> Processors {
        let mut live = connections.iter().filter(|connection| connection.state == "live").peekable();
        match (live.peek().is_some(), live.any(|connection| self.takes_keys(connection, business_name))) {
            (false, _) => Processors::None,
            (true, false) => Processors::Incompatible,
            (true, true) => Processors::Ready,
        }
    }

    /// Whether it has such fields, or a terminal apart.
    fn takes_keys(&self, connection: &Connection, business_name: &str) -> bool {
        let opened = self.open(connection, business_name);
        opened.is_ok_and(|connected| {
            let can = connected.processor.capabilities();
            can.holds_keyed() || can.can(Capability::SeparateTerminal)
        })
    }

    /// Whether any live connection can be paid online by a payer who was sent a request.
    pub fn ability(&self, connections: &[Connection], business_name: &str) -> Result<Processors> {
        let mut ability = Processors::None;
        for connection in connections.iter().filter(|connection| connection.state == "live") {
            // One whose secrets cannot be opened any more cannot be paid on; the books stay readable.
            let Ok(connected) = self.open(connection, business_name) else { continue };
            let capabilities = connected.processor.capabilities();
            if capabilities.can(Capability::Checkout) && capabilities.can(Capability::PaymentRequest) {
                return Ok(Processors::Ready);
            }
            ability = Processors::Incompatible;
        }
        Ok(ability)
    }

    /// The connector (and Sandbox's bank) of one connection. Refuses a kind that this build does not know.
    pub fn open(&self, connection: &Connection, business_name: &str) -> Result<Connected> {
        let kind = registry::find(&connection.kind)
            .ok_or_else(|| Error::Fault(format!("no processor is called {}", connection.kind)))?;
        let settings = Value::Object(self.settings(connection)?);
        let settings =
            kind.check(&settings).map_err(|errors| Error::Fault(format!("settings of {}: {errors:?}", connection.id)))?;
        let shelf = Arc::new(SqlShelf::new(self.db.clone(), connection.business_id, connection.id));
        let house = House {
            shelf,
            pause,
            page_key: Secret::new(self.keys.sandbox_secret("page", connection.id)),
            hook_secrets: vec![Secret::new(self.keys.sandbox_secret("hook", connection.id))],
        };
        let around = Surroundings {
            connection: connection.id,
            business: business_name.to_owned(),
            public_url: self.public_url.clone(),
            hook_url: format!("{}/hooks/{}", self.public_url, connection.id),
            base_url: self.base_urls.get(&connection.kind).cloned(),
            wire: self.wire.clone(),
            replaced: self.replaced(connection)?.into_iter().map(|old| (old.name, Secret::new(old.secret))).collect(),
            house,
        };
        Ok(kind.connect(&settings, around))
    }

    /// All settings of a connection, the secret ones opened.
    pub(crate) fn settings(&self, connection: &Connection) -> Result<Map<String, Value>> {
        let fault = |error: serde_json::Error| Error::Fault(format!("settings of {}: {error}", connection.id));
        let mut settings: Map<String, Value> = serde_json::from_str(&connection.settings).map_err(fault)?;
        if let Some(sealed) = &connection.secrets {
            let opened = self.keys.unseal(&place(connection.id), sealed)?;
            settings.extend(serde_json::from_str::<Map<String, Value>>(&opened).map_err(fault)?);
        }
        Ok(settings)
    }

    /// Settings that were checked, taken apart: what may be read, and what is sealed.
    pub(crate) fn store(&self, id: ConnectionId, kind: &ProcessorKind, settings: &Map<String, Value>) -> Result<Stored> {
        let is_secret = |name: &str| kind.fields.iter().any(|field| field.name == name && field.secret);
        let (secret, plain): (Map<String, Value>, Map<String, Value>) =
            settings.clone().into_iter().partition(|(name, _)| is_secret(name));
        let hint = |value: &Value| {
            let letters: Vec<char> = value.as_str().unwrap_or_default().trim().chars().collect();
            let shown = if letters.len() > 2 * HINT { &letters[letters.len() - HINT..] } else { &[] };
            Value::String(shown.iter().collect())
        };
        let hints: Map<String, Value> = secret.iter().map(|(name, value)| (name.clone(), hint(value))).collect();
        let kept = |map: Map<String, Value>| (!map.is_empty()).then(|| Value::Object(map).to_string());
        let secrets = kept(secret).map(|text| self.keys.seal(&place(id), &text)).transpose()?;
        Ok(Stored { settings: Value::Object(plain).to_string(), secrets, hints: kept(hints) })
    }

    /// The secrets that were replaced and are still taken.
    fn replaced(&self, connection: &Connection) -> Result<Vec<Replaced>> {
        let Some(sealed) = &connection.replaced else { return Ok(Vec::new()) };
        let opened = self.keys.unseal(&place(connection.id), sealed)?;
        let now = self.db.clock().now();
        let all: Vec<Replaced> = serde_json::from_str(&opened)
            .map_err(|error| Error::Fault(format!("replaced secrets of {}: {error}", connection.id)))?;
        Ok(all.into_iter().filter(|old| old.until > now).collect())
    }

    /// Those and the ones that are replaced now, sealed.
    pub(crate) fn replace(
        &self,
        connection: &Connection,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
        now: Instant,
    ) -> Result<Option<String>> {
        let mut all = self.replaced(connection)?;
        let hints = connection.secret_hints();
        for (name, secret) in before.iter().filter(|(name, _)| hints.contains_key(*name)) {
            if after.get(name).is_some_and(|new| new != secret) {
                let secret = secret.as_str().unwrap_or_default().to_owned();
                all.insert(0, Replaced { name: name.clone(), secret, until: now.plus_seconds(GRACE_SECONDS) });
            }
        }
        if all.is_empty() {
            return Ok(None);
        }
        let text = serde_json::to_string(&all).map_err(|error| Error::Fault(format!("secrets could not be kept: {error}")))?;
        self.keys.seal(&place(connection.id), &text).map(Some)
    }
}
