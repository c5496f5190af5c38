//! Who owes what since when, customer by customer, as at any day: from the entries and allocations that had taken effect.
//!
//! Invariant: the columns of all customers add up to the totals, because both are folds of the same open items
//! ([`books::ageing::age`]). Keyset pages by name. Limits: a page reads at most [`MOST_BUCKETS`] customers' due days.

use books::ageing::{Ageing, OpenItem, age};
use books::calendar::Day;
use books::entry::Side;
use books::ids::{BusinessId, CustomerId, EntryId};
use books::money::Currency;
use uuid::Uuid;

use crate::db::{Db, Reader, row, sql};
use crate::error::Result;

/// How many open due days one page reads at most.
pub const MOST_BUCKETS: i64 = 10_000;

row! {
    /// What of one customer is open by the day it falls due.
    pub struct Bucket {
        pub customer_id: CustomerId,
        pub customer_name: String,
        pub name_key: String,
        pub side: Side,
        pub due_on: Day,
        pub open: i64,
    }
}

row! {
    /// What of all customers is open by the day it falls due.
    pub struct SumBucket {
        pub side: Side,
        pub due_on: Day,
        pub open: i64,
    }
}

/// One customer's line of the report.
#[derive(Debug, Clone)]
pub struct AgedCustomer {
    pub id: CustomerId,
    pub name: String,
    /// Lower case: where the next page begins after this line.
    pub name_key: String,
    pub ageing: Ageing,
}

/// One page of the report, with the totals of all customers.
#[derive(Debug, Clone)]
pub struct AgeingReport {
    pub sums: Ageing,
    pub rows: Vec<AgedCustomer>,
    /// There are further customers.
    pub more: bool,
}

/// What was open on day $3, added up: only allocations that had taken effect by then count. It falls due when its invoice does,
/// else on its own day; `o` is the entry's row of what changes, which knows both (`flows/posting.rs`).
macro_rules! open_as_at {
    ($first:literal, $rest:literal) => {
        concat!(
            "select ",
            $first,
            " e.side, coalesce(o.due_on, e.effective_on) as due_on,
                cast(sum(case when e.side = 'charge' then
                    e.amount - coalesce((select sum(case when a.takes_back is null then a.amount else -a.amount end)
                        from allocation a where a.business_id = e.business_id and a.charge_id = e.id and a.effective_on <= $3), 0)
                else
                    e.amount - coalesce((select sum(case when a.takes_back is null then a.amount else -a.amount end)
                        from allocation a where a.business_id = e.business_id and a.credit_id = e.id and a.effective_on <= $3), 0)
                end) as bigint) as open ",
            $rest
        )
    };
}

sql!(
    SUMS,
    open_as_at!(
        "",
        "
    from entry e join entry_open o on o.business_id = e.business_id and o.entry_id = e.id
    where e.business_id = $1 and e.currency = $2 and e.effective_on <= $3
    group by e.side, coalesce(o.due_on, e.effective_on)"
    )
);
sql!(
    BY_CUSTOMER,
    open_as_at!(
        "e.customer_id, c.name as customer_name, c.name_key,",
        "
    from customer c join entry e on e.business_id = c.business_id and e.customer_id = c.id
    join entry_open o on o.business_id = e.business_id and o.entry_id = e.id
    where c.business_id = $1 and e.currency = $2 and e.effective_on <= $3 and (c.name_key, c.id) > ($4, $5)
    group by c.name_key, c.name, c.id, e.customer_id, e.side, coalesce(o.due_on, e.effective_on)
    order by c.name_key, c.id limit $6"
    )
);

fn item(side: Side, due: Day, open: i64) -> OpenItem {
    OpenItem { entry: EntryId(Uuid::nil()), side, open, due }
}

/// All customers together.
pub(crate) async fn sums(reader: &mut Reader<'_>, business: BusinessId, currency: Currency, as_of: Day) -> Result<Ageing> {
    let sums: Vec<SumBucket> = reader.query(&SUMS, &[&business, &currency, &as_of]).await?;
    Ok(age(sums.into_iter().map(|bucket| item(bucket.side, bucket.due_on, bucket.open)), as_of))
}

async fn report(
    reader: &mut Reader<'_>,
    business: BusinessId,
    currency: Currency,
    as_of: Day,
    after: (String, CustomerId),
    limit: usize,
) -> Result<AgeingReport> {
    let sums = sums(reader, business, currency, as_of).await?;
    let buckets: Vec<Bucket> =
        reader.query(&BY_CUSTOMER, &[&business, &currency, &as_of, &after.0, &after.1, &MOST_BUCKETS]).await?;
    let cut = buckets.len() as i64 == MOST_BUCKETS;
    let mut rows: Vec<AgedCustomer> = Vec::new();
    for bucket in buckets {
        if rows.last().is_none_or(|row| row.id != bucket.customer_id) {
            rows.push(AgedCustomer {
                id: bucket.customer_id,
                name: bucket.customer_name,
                name_key: bucket.name_key,
                ageing: Ageing::default(),
            });
        }
        if let Some(row) = rows.last_mut() {
            row.ageing.add(&age([item(bucket.side, bucket.due_on, bucket.open)], as_of));
        }
    }
    if cut {
        // The last customer's due days may not all have been read: the next page begins with them.
        rows.pop();
    }
    rows.retain(|row| row.ageing.total != 0 || row.ageing.credit != 0);
    let more = cut || rows.len() > limit;
    rows.truncate(limit);
    Ok(AgeingReport { sums, rows, more })
}

/// One page of the report: customers with something open on that day, by name, after a name and id (none: from the first).
pub async fn as_at(
    db: &Db,
    business: BusinessId,
    currency: Currency,
    as_of: Day,
    after: Option<(String, CustomerId)>,
    limit: usize,
) -> Result<AgeingReport> {
    let after = after.unwrap_or((String::new(), CustomerId(Uuid::nil())));
    db.read(async move |reader| report(reader, business, currency, as_of, after.clone(), limit).await).await
}
