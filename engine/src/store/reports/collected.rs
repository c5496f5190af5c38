//! Money that came in, by day.

use books::calendar::Day;
use books::ids::BusinessId;
use books::money::Currency;

use crate::db::{Db, Reader, row, sql};
use crate::error::Result;

row! {
    /// What was collected on one day, in minor units.
    pub struct CollectedDay {
        pub day: Day,
        pub amount: i64,
    }
}

sql!(
    BY_DAY,
    "
    select effective_on as day, cast(sum(amount) as bigint) as amount
    from entry where business_id = $1 and currency = $2 and kind = 'payment' and effective_on >= $3 and effective_on <= $4
    group by effective_on order by effective_on"
);

pub(crate) async fn by_day(
    reader: &mut Reader<'_>,
    business: BusinessId,
    currency: Currency,
    from: Day,
    to: Day,
) -> Result<Vec<CollectedDay>> {
    reader.query(&BY_DAY, &[&business, &currency, &from, &to]).await
}

/// What was collected on each day of a span.
pub async fn collected(db: &Db, business: BusinessId, currency: Currency, from: Day, to: Day) -> Result<Vec<CollectedDay>> {
    db.read(async move |reader| by_day(reader, business, currency, from, to).await).await
}
