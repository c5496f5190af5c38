//! What frames every page for staff: the business as it shows itself, and the counts beside the sections.

use books::calendar::{Day, Instant};
use books::ids::BusinessId;

use crate::db::Db;
use crate::error::Result;
use crate::store::business::{self, Business};
use crate::store::reports::tallies::{self, Tallies};

/// The frame, read in one snapshot.
#[derive(Debug, Clone)]
pub struct Frame {
    pub business: Business,
    pub tallies: Tallies,
    pub now: Instant,
    /// On the business's own calendar.
    pub today: Day,
}

/// Reads the frame of a business's pages.
pub async fn frame(db: &Db, business: BusinessId) -> Result<Frame> {
    db.read(async move |reader| {
        let now = reader.now();
        let business = business::one(reader, business).await?;
        let tallies = tallies::tallies(reader, business.id).await?;
        let today = business.today(now);
        Ok(Frame { business, tallies, now, today })
    })
    .await
}
