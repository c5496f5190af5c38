//! From a connection's row to the processor behind it.
//!
//! Invariant: processors are called outside transactions only; this room hands out the connector and, for Sandbox, the
//! pretend bank on its far side. Left out: secrets of real processors, which come with their connectors.

use std::sync::Arc;
use std::time::Duration;

use books::capability::Processors;
use processors::registry::{self, Connected, Surroundings};
use processors::sandbox::House;
use processors::{Capability, Fut, Secret};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::store::connection::Connection;
use crate::store::sandbox::SqlShelf;

/// What every call to a processor needs to know about this installation.
#[derive(Clone)]
pub struct Connections {
    pub db: Db,
    pub keys: Keys,
    /// Where payers reach us, without a slash at the end.
    pub public_url: String,
}

fn pause(duration: Duration) -> Fut<'static, ()> {
    Box::pin(tokio::time::sleep(duration))
}

impl Connections {
    /// Whether a payer can pay on a page of this connection's processor. One that cannot be opened cannot be paid on.
    pub fn takes_checkout(&self, connection: &Connection, business_name: &str) -> bool {
        self.open(connection, business_name).is_ok_and(|connected| connected.processor.capabilities().can(Capability::Checkout))
    }

    /// Whether any live connection can be paid online by a payer who was sent a request.
    pub fn ability(&self, connections: &[Connection], business_name: &str) -> Result<Processors> {
        let mut ability = Processors::None;
        for connection in connections.iter().filter(|connection| connection.state == "live") {
            let connected = self.open(connection, business_name)?;
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
        let settings: serde_json::Value = serde_json::from_str(&connection.settings)
            .map_err(|error| Error::Fault(format!("settings of {}: {error}", connection.id)))?;
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
            base_url: None,
            house,
        };
        Ok(kind.connect(&settings, around))
    }
}
