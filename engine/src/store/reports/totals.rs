//! What is owed, overdue and held as credit, in each currency that is used.

use books::calendar::Day;
use books::ids::{BusinessId, CustomerId};
use books::money::Currency;

use crate::db::{Reader, Value, row, sql};
use crate::error::Result;

row! {
    /// Totals over all customers in one currency, in minor units; all at least 0.
    pub struct CurrencyTotals {
        pub currency: Currency,
        pub customers: i64,
        pub owing: i64,
        pub owed: i64,
        pub credit: i64,
    }
}

row! {
    /// What is past a named due day in one currency, over all customers.
    pub struct OverdueIn {
        pub currency: Currency,
        pub open: i64,
    }
}

row! {
    /// What of one customer is past a named due day.
    pub struct OverdueOf {
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub open: i64,
    }
}

row! {
    /// Money taken from one customer in one currency.
    pub struct Taken {
        pub currency: Currency,
        pub amount: i64,
    }
}

sql!(
    TOTALS,
    "
    select currency, count(*) as customers, count(*) filter (where balance < 0) as owing,
        cast(coalesce(sum(-balance) filter (where balance < 0), 0) as bigint) as owed,
        cast(coalesce(sum(balance) filter (where balance > 0), 0) as bigint) as credit
    from customer_balance where business_id = $1 group by currency order by currency"
);
sql!(
    OVERDUE,
    "
    select currency, cast(sum(amount - allocated) as bigint) as open from entry_open
    where business_id = $1 and side = 'charge' and allocated < amount and due_on < $2 group by currency"
);
sql!(
    OVERDUE_OF,
    "
    select customer_id, currency, cast(sum(amount - allocated) as bigint) as open from entry_open
    where business_id = $1 and customer_id {any_id:$2} and side = 'charge' and allocated < amount and due_on < $3
    group by customer_id, currency"
);
sql!(
    TAKEN,
    "
    select currency, cast(sum(amount) as bigint) as amount from entry
    where business_id = $1 and customer_id = $2 and kind = 'payment' and effective_on >= $3 group by currency"
);

/// By currency.
pub(crate) async fn totals(reader: &mut Reader<'_>, business: BusinessId) -> Result<Vec<CurrencyTotals>> {
    reader.query(&TOTALS, &[&business]).await
}

pub(crate) async fn overdue(reader: &mut Reader<'_>, business: BusinessId, today: Day) -> Result<Vec<OverdueIn>> {
    reader.query(&OVERDUE, &[&business, &today]).await
}

pub(crate) async fn overdue_of(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customers: impl IntoIterator<Item = CustomerId>,
    today: Day,
) -> Result<Vec<OverdueOf>> {
    reader.query(&OVERDUE_OF, &[&business, &Value::ids(customers), &today]).await
}

/// Payments of a customer since a day, by currency.
pub(crate) async fn taken(reader: &mut Reader<'_>, business: BusinessId, customer: CustomerId, since: Day) -> Result<Vec<Taken>> {
    reader.query(&TAKEN, &[&business, &customer, &since]).await
}
