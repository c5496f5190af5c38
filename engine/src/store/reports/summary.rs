//! The totals on the first page: what is owed, what is credit, how many customers stand where.

use books::calendar::Day;
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

sql!(
    TOTALS_THEN,
    "
    select count(*) as customers,
        count(*) filter (where balance < 0) as owing,
        cast(coalesce(sum(-balance) filter (where balance < 0), 0) as bigint) as owed,
        count(*) filter (where balance > 0) as in_credit,
        cast(coalesce(sum(balance) filter (where balance > 0), 0) as bigint) as credit
    from (select b.customer_id, cast(coalesce(sum(case when e.side = 'credit' then e.amount else -e.amount end), 0) as bigint) as balance
        from customer_balance b left join entry e on e.business_id = b.business_id and e.customer_id = b.customer_id
            and e.currency = b.currency and e.effective_on <= $3
        where b.business_id = $1 and b.currency = $2 group by b.customer_id) then_"
);

/// The same as at the end of a day: customers who are known now, with the balances that they had then.
pub(crate) async fn totals_then(reader: &mut Reader<'_>, business: BusinessId, currency: Currency, as_of: Day) -> Result<Totals> {
    let found: Option<Totals> = reader.query_opt(&TOTALS_THEN, &[&business, &currency, &as_of]).await?;
    Ok(found.unwrap_or(Totals { customers: 0, owing: 0, owed: 0, in_credit: 0, credit: 0 }))
}

pub(crate) async fn totals(reader: &mut Reader<'_>, business: BusinessId, currency: Currency) -> Result<Totals> {
    let found: Option<Totals> = reader.query_opt(&TOTALS, &[&business, &currency]).await?;
    Ok(found.unwrap_or(Totals { customers: 0, owing: 0, owed: 0, in_credit: 0, credit: 0 }))
}

/// The totals of a business in one currency.
pub async fn summary(db: &Db, business: BusinessId, currency: Currency) -> Result<Totals> {
    db.read(async move |reader| totals(reader, business, currency).await).await
}
