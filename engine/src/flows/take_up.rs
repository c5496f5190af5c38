//! A process takes up the work where the one before it left off.
//!
//! Invariant: what is new gets ids behind all that is kept, even where the machine's clock was set back in between, because the
//! order of a customer's entries is that of their ids. Limits: other nodes' clocks are not looked at while it runs.

use books::ids::{EntryId, EventId};

use crate::db::{Db, row, sql};
use crate::error::Result;
use crate::store::business;

row! {
    struct LatestEntry {
        id: EntryId,
    }
}

row! {
    struct LatestEvent {
        id: EventId,
    }
}

sql!(ENTRY, "select id from entry where business_id = $1 order by id desc limit 1");
sql!(EVENT, "select id from event where business_id = $1 order by id desc limit 1");

/// Lets new ids begin behind the latest entry and the latest act of every business. Changes nothing that is kept.
pub async fn take_up(db: &Db) -> Result<()> {
    for business in business::list(db).await? {
        let of = business.id;
        let latest = db.read(async move |reader| {
            let entry: Option<LatestEntry> = reader.query_opt(&ENTRY, &[&of]).await?;
            let event: Option<LatestEvent> = reader.query_opt(&EVENT, &[&of]).await?;
            Ok(entry.map(|row| row.id.0).max(event.map(|row| row.id.0)))
        });
        if let Some(latest) = latest.await? {
            db.ids().go_on_after(latest);
        }
    }
    Ok(())
}
