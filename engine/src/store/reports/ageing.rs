//! Open charges by days past due, as at today: from what is open now.
//!
//! Invariant: the columns add up to what all customers owe before free credit, the same rows as every amount due.

use books::calendar::Day;
use books::ids::BusinessId;
use books::money::Currency;

use crate::db::{Db, Reader, row, sql};
use crate::error::Result;

row! {
    /// What is open by the day it falls due (or takes effect, when nobody named a due day).
    pub struct DueBucket {
        pub due_on: Day,
        pub open: i64,
    }
}

row! {
    /// Credit that is not set against anything.
    pub struct FreeCredit {
        pub free: i64,
    }
}

sql!(
    BY_DAY,
    "
    select coalesce(due_on, effective_on) as due_on, cast(sum(amount - allocated) as bigint) as open
    from entry_open where business_id = $1 and currency = $2 and side = 'charge' and allocated < amount
    group by coalesce(due_on, effective_on)"
);
sql!(
    BY_DAY_OF_CUSTOMER,
    "
    select coalesce(due_on, effective_on) as due_on, cast(sum(amount - allocated) as bigint) as open
    from entry_open where business_id = $1 and customer_id = $2 and currency = $3 and side = 'charge' and allocated < amount
    group by coalesce(due_on, effective_on)"
);
sql!(
    FREE,
    "
    select cast(coalesce(sum(amount - allocated), 0) as bigint) as free
    from entry_open where business_id = $1 and currency = $2 and side = 'credit' and allocated < amount"
);

pub(crate) async fn by_day(reader: &mut Reader<'_>, business: BusinessId, currency: Currency) -> Result<Vec<DueBucket>> {
    reader.query(&BY_DAY, &[&business, &currency]).await
}

pub(crate) async fn by_day_of_customer(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: books::ids::CustomerId,
    currency: Currency,
) -> Result<Vec<DueBucket>> {
    reader.query(&BY_DAY_OF_CUSTOMER, &[&business, &customer, &currency]).await
}

/// Minor units of credit that no charge has taken yet.
pub(crate) async fn free_credit(reader: &mut Reader<'_>, business: BusinessId, currency: Currency) -> Result<i64> {
    let found: Option<FreeCredit> = reader.query_opt(&FREE, &[&business, &currency]).await?;
    Ok(found.map_or(0, |row| row.free))
}

/// Open charges by due day and free credit, read together.
pub async fn ageing(db: &Db, business: BusinessId, currency: Currency) -> Result<(Vec<DueBucket>, i64)> {
    db.read(async move |reader| Ok((by_day(reader, business, currency).await?, free_credit(reader, business, currency).await?)))
        .await
}
