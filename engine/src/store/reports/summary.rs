//! The totals on the first page: what is owed, what is credit, how many customers stand where.

use books::ids::BusinessId;
use books::money::Currency;

use crate::db::{Db, Reader, row, sql};
use crate::error::Result;

row! {
    /// Totals over all customers in one currency. Both amounts are at least 0.
    pub struct Totals {
        pub customers: i64,
        pub owing: i64,
        pub owed: i64,
        pub in_credit: i64,
        pub credit: i64,
    }
}

sql!(
    TOTALS,
    "
    select count(*) as customers,
        count(*) filter (where balance < 0) as owing,
        cast(coalesce(sum(-balance) filter (where balance < 0), 0) as bigint) as owed,
        count(*) filter (where balance > 0) as in_credit,
        cast(coalesce(sum(balance) filter (where balance > 0), 0) as bigint) as credit
    from customer_balance where business_id = $1 and currency = $2"
);

pub(crate) async fn totals(reader: &mut Reader<'_>, business: BusinessId, currency: Currency) -> Result<Totals> {
    let found: Option<Totals> = reader.query_opt(&TOTALS, &[&business, &currency]).await?;
    Ok(found.unwrap_or(Totals { customers: 0, owing: 0, owed: 0, in_credit: 0, credit: 0 }))
}

/// The totals of a business in one currency.
pub async fn summary(db: &Db, business: BusinessId, currency: Currency) -> Result<Totals> {
    db.read(async move |reader| totals(reader, business, currency).await).await
}
