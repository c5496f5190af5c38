//! Reads what processors sent to the bank, from each connection that lists it.
//!
//! Invariant: the place in the listing moves on only after everything before it was kept, so a crash in between reads some
//! of it again, and each payout is kept once.

use books::calendar::Instant;
use processors::registry::Connected;
use processors::{Capability, Outcome};

use super::follow_processor::{PATIENCE, ROUNDS};
use crate::connections::Asking;
use crate::db::sql;
use crate::error::Result;
use crate::flows::call::Call;
use crate::flows::note_payout::note_payout;
use crate::services::Services;
use crate::store::connection::Connection;

sql!(KEEP_CURSOR, "update connection set payouts_cursor = $3 where business_id = $1 and id = $2");

/// A real processor is asked for payouts once in so many seconds: they come once a day.
const ASK_AGAIN_SECONDS: i64 = 3600;

/// Keeps what one connection's processor paid out since it was last asked. A processor that does not answer is asked again.
pub(crate) async fn read_payouts(
    services: &Services,
    connection: &Connection,
    connected: &Connected,
    now: Instant,
) -> Result<()> {
    if !connected.processor.capabilities().can(Capability::Payouts) {
        return Ok(());
    }
    if connected.bank.is_none() && !services.connections.may_ask(connection.id, Asking::Payouts, now, ASK_AGAIN_SECONDS) {
        return Ok(());
    }
    let call = Call::system(connection.business_id, format!("payouts of {}", connection.id));
    let mut cursor = connection.payouts_cursor.clone();
    for _ in 0..ROUNDS {
        let asked = tokio::time::timeout(PATIENCE, connected.processor.payouts(cursor.as_deref(), now)).await;
        let Ok(Outcome::Done(page)) = asked else { return Ok(()) };
        for payout in &page.payouts {
            note_payout(services, &call, connection.id, payout).await?;
        }
        if cursor.as_deref() != Some(page.cursor.as_str()) {
            let (business, id, next) = (connection.business_id, connection.id, page.cursor.clone());
            services
                .db
                .write(business, async move |tx| {
                    tx.execute(&KEEP_CURSOR, &[&business, &id, &next], crate::db::Expect::Any);
                    Ok(())
                })
                .await?;
        }
        if !page.more {
            return Ok(());
        }
        cursor = Some(page.cursor);
    }
    Ok(())
}
