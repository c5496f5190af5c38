//! The small counts beside the sections of the staff pages: what waits there for somebody.
//!
//! Invariant: read from partial indexes over what is open, so every page can afford them, however much is done already.

use books::ids::BusinessId;

use crate::db::{Reader, row, sql};
use crate::error::{Error, Result};

row! {
    /// How much waits.
    pub struct Tallies {
        /// Orders for which a request is out.
        pub orders_pending: i64,
        pub requests_open: i64,
        /// Mails that failed or bounced.
        pub mails_failed: i64,
    }
}

sql!(
    TALLIES,
    "
    select
        (select count(distinct order_id) from request where business_id = $1 and state in ('sent', 'opened')) as orders_pending,
        (select count(*) from request where business_id = $1 and state in ('sent', 'opened')) as requests_open,
        (select count(*) from mail where business_id = $1 and state in ('failed', 'bounced')) as mails_failed"
);

pub(crate) async fn tallies(reader: &mut Reader<'_>, business: BusinessId) -> Result<Tallies> {
    reader.query_opt(&TALLIES, &[&business]).await?.ok_or(Error::NotFound)
}
