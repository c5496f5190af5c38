//! From a page of ours on to a processor's that takes its visitor by a form.
//!
//! Invariant: nothing is changed and no processor is asked: what the form sends stands, signed, in the address that the
//! connection gave out itself. Limits: none of its own.

use books::ids::ConnectionId;
use processors::Onward;

use crate::error::Result;
use crate::services::Services;
use crate::store::business::{self, Business};
use crate::store::connection;

/// What leads a visitor on, and who sends them. None: no connection of ours gave out this address. Anybody may ask.
pub async fn lead_on(services: &Services, id: ConnectionId, page: &str) -> Result<Option<(Business, Onward)>> {
    let Some(connection) = services.db.read(async move |reader| connection::by_id(reader, id).await).await? else {
        return Ok(None);
    };
    let of = connection.business_id;
    let business = services.db.read(async move |reader| business::one(reader, of).await).await?;
    let connected = services.connections.open(&connection, &business.name)?;
    let onward = connected.processor.onward(page, services.db.clock().now());
    Ok(onward.map(|onward| (business, onward)))
}
