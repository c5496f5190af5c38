//! Reads what processors sent to the bank, from each connection that lists it.
//!
//! Invariant: each payout is kept once; where the place in the listing is kept, `listing` says.

use books::calendar::Instant;
use processors::Capability;
use processors::registry::Connected;

use super::listing::{Listing, note_trouble, read_on};
use crate::connections::Asking;
use crate::error::Result;
use crate::services::Services;
use crate::store::connection::Connection;

/// A real processor is asked for payouts once in so many seconds: they come once a day.
const ASK_AGAIN_SECONDS: i64 = 3600;

/// Keeps what one connection's processor paid out since it was last asked. A processor that does not answer is asked again, and
/// staff are told why.
pub(crate) async fn read_payouts(
    services: &Services,
    connection: &Connection,
    connected: &Connected,
    now: Instant,
) -> Result<()> {
    if !connected.processor.capabilities().can(Capability::Payouts) {
        // Whoever had them not read any more has nothing to mend.
        return note_trouble(services, connection, None, now).await;
    }
    if connected.bank.is_none() && !services.connections.may_ask(connection.id, Asking::Payouts, now, ASK_AGAIN_SECONDS) {
        return Ok(());
    }
    read_on(services, connection, connected, now, Listing::Payouts).await
}
