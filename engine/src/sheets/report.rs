//! Reports as programs read them: ageing and totals as at any day.
//!
//! Invariant: as at today and as at a past day are the same sums over the same entries; today's are read from what is open now,
//! which is faster. The future is not known: it is refused.

use books::ageing::Ageing;
use books::calendar::Day;
use books::ids::BusinessId;
use books::money::Currency;

use super::customer_list::aged;
use crate::db::{Db, Reader};
use crate::error::{Error, Result};
use crate::store::business;
use crate::store::reports::summary::{self, Totals};
use crate::store::reports::{ageing, ageing_by_customer};

/// A report of one day in one currency.
#[derive(Debug, Clone, Copy)]
pub struct AsAt<T> {
    pub as_of: Day,
    pub currency: Currency,
    pub of: T,
}

/// Which day and currency are meant; none: today, and the business's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meant {
    pub as_of: Option<Day>,
    pub currency: Option<Currency>,
}

/// Today, the day and the currency that are meant. Refuses a day in the future.
async fn meant(reader: &mut Reader<'_>, of: BusinessId, meant: Meant) -> Result<(Day, Day, Currency)> {
    let business = business::one(reader, of).await?;
    let today = business.today(reader.now());
    let as_of = meant.as_of.unwrap_or(today);
    if as_of > today {
        return Err(Error::invalid("as_of", "FUTURE_DATE", format!("today is {today}: choose it or an earlier day")));
    }
    Ok((today, as_of, meant.currency.unwrap_or(business.currency)))
}

/// What all customers owe by days past due, and their free credit beside it.
pub async fn ageing_report(db: &Db, of: BusinessId, asked: Meant) -> Result<AsAt<Ageing>> {
    db.read(async move |reader| {
        let (today, as_of, currency) = meant(reader, of, asked).await?;
        let sums = if as_of == today {
            let open = ageing::by_day(reader, of, currency).await?;
            Ageing { credit: ageing::free_credit(reader, of, currency).await?, ..aged(&open, today) }
        } else {
            ageing_by_customer::sums(reader, of, currency, as_of).await?
        };
        Ok(AsAt { as_of, currency, of: sums })
    })
    .await
}

/// How many customers stand where, and what they owe and have together.
pub async fn summary_report(db: &Db, of: BusinessId, asked: Meant) -> Result<AsAt<Totals>> {
    db.read(async move |reader| {
        let (today, as_of, currency) = meant(reader, of, asked).await?;
        let totals = match as_of == today {
            true => summary::totals(reader, of, currency).await?,
            false => summary::totals_then(reader, of, currency, as_of).await?,
        };
        Ok(AsAt { as_of, currency, of: totals })
    })
    .await
}
