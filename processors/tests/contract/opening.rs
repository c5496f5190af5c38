//! A connector at the address of a fake, opened as an installation opens it.
//!
//! Invariant: every connector that speaks over HTTP is given the same surroundings; a stage says only what is its own. Left out:
//! Sandbox, which speaks with a bank in the same process.

use std::sync::Arc;

use books::ids::ConnectionId;
use processors::http::Wire;
use processors::registry::{self, Surroundings};
use processors::sandbox::{House, MemoryShelf};
use processors::{Processor, Secret};
use serde_json::Value;
use uuid::Uuid;

/// Where a connector is opened, and what came before.
pub struct Place<'a> {
    pub base: &'a str,
    pub hook_url: &'a str,
    pub wire: Wire,
    /// The setting that messages are believed by, and the values it had before.
    pub replaced: (&'a str, &'a [&'a str]),
}

/// The connector of this kind with these settings. Fails where they are refused.
pub fn open(kind: &str, settings: &Value, place: Place<'_>) -> Arc<dyn Processor> {
    let kind = registry::find(kind).expect("it is in the list");
    let settings = kind.check(settings).expect("complete settings, and narrower claims");
    let house = House {
        shelf: Arc::new(MemoryShelf::default()),
        pause: |_| Box::pin(std::future::ready(())),
        page_key: Secret::new("signs our pages"),
        hook_secrets: Vec::new(),
    };
    let (name, before) = place.replaced;
    let around = Surroundings {
        connection: ConnectionId(Uuid::from_u128(78)),
        business: "Nordwind Signs".into(),
        public_url: "https://pay.shop.example".into(),
        hook_url: place.hook_url.into(),
        base_url: Some(place.base.to_owned()),
        wire: place.wire,
        replaced: before.iter().map(|value| (name.to_owned(), Secret::new(*value))).collect(),
        house,
    };
    kind.connect(&settings, around).processor
}
