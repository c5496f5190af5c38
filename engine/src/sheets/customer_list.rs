//! A page of the customer list: each customer with their balances and what of them is overdue; and all of them together.

use books::ageing::Ageing;
use books::calendar::Day;
use books::ids::{BusinessId, CustomerId};
use books::money::Currency;

use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::customer::{self, CustomerBalance, CustomerLine, Wanted};
use crate::store::reports::ageing::{self, DueBucket};
use crate::store::reports::totals::{self, CurrencyTotals};

/// A customer in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub line: CustomerLine,
    /// Past a named due day, minor units of the line's currency.
    pub overdue: i64,
    /// Balances in other currencies that are not zero.
    pub others: Vec<CustomerBalance>,
}

/// What all customers owe together in one currency.
#[derive(Debug, Clone)]
pub struct Together {
    pub totals: CurrencyTotals,
    pub overdue: i64,
    pub ageing: Ageing,
}

/// A page of the list, in one snapshot.
#[derive(Debug, Clone)]
pub struct CustomerList {
    pub rows: Vec<Listed>,
    /// There are further customers behind these.
    pub more: bool,
    /// When asked for.
    pub together: Option<Together>,
}

/// Due days as the books age them.
pub(crate) fn aged(open: &[DueBucket], today: Day) -> Ageing {
    let item = |bucket: &DueBucket| books::ageing::OpenItem {
        entry: books::ids::EntryId(uuid::Uuid::nil()),
        side: books::entry::Side::Charge,
        open: bucket.open,
        due: bucket.due_on,
    };
    books::ageing::age(open.iter().map(item), today)
}

pub(crate) async fn rows(reader: &mut Reader<'_>, of: BusinessId, wanted: &Wanted, today: Day) -> Result<Vec<Listed>> {
    let lines = customer::list(reader, of, wanted).await?;
    let ids: Vec<CustomerId> = lines.iter().map(|line| line.id).collect();
    let overdue = totals::overdue_of(reader, of, ids.iter().copied(), today).await?;
    let others = customer::other_balances(reader, of, &ids, wanted.currency).await?;
    let overdue_of = |line: &CustomerLine| {
        let found = overdue.iter().find(|row| row.customer_id == line.id && row.currency == line.currency);
        found.map_or(0, |row| row.open)
    };
    let listed = lines.into_iter().map(|line| Listed {
        overdue: overdue_of(&line),
        others: others.iter().filter(|row| row.customer_id == line.id).cloned().collect(),
        line,
    });
    Ok(listed.collect())
}

pub(crate) async fn together(reader: &mut Reader<'_>, of: BusinessId, currency: Currency, today: Day) -> Result<Together> {
    let found = totals::totals(reader, of).await?.into_iter().find(|row| row.currency == currency);
    let none = CurrencyTotals { currency, customers: 0, owing: 0, owed: 0, credit: 0 };
    let overdue = totals::overdue(reader, of, today).await?;
    let open = ageing::by_day(reader, of, currency).await?;
    Ok(Together {
        totals: found.unwrap_or(none),
        overdue: overdue.iter().find(|row| row.currency == currency).map_or(0, |row| row.open),
        ageing: aged(&open, today),
    })
}

/// Reads a page of at most `wanted.limit` customers; a search is answered whole. `with_totals`: also all of them together.
pub async fn customer_list(db: &Db, of: BusinessId, wanted: Wanted, today: Day, with_totals: bool) -> Result<CustomerList> {
    db.read(async move |reader| {
        let one_more = Wanted { limit: wanted.limit + 1, ..wanted.clone() };
        let mut found = rows(reader, of, &one_more, today).await?;
        let most = usize::try_from(wanted.limit).unwrap_or(0);
        let searched = wanted.search.as_deref().is_some_and(|text| !text.trim().is_empty());
        let more = !searched && found.len() > most;
        if more {
            found.truncate(most);
        }
        let together = if with_totals { Some(together(reader, of, wanted.currency, today).await?) } else { None };
        Ok(CustomerList { rows: found, more, together })
    })
    .await
}
