//! What happened to all customers' balances in a span of days: charged, paid, credited, given back, given up.
//!
//! Invariant: opening + movements = closing, because all three are sums of the same entries by their accounting day. Units:
//! minor units of one currency; a balance below zero is owed to the business.

use books::calendar::Day;
use books::entry::EntryKind;
use books::ids::BusinessId;
use books::ledger::LedgerAccount;
use books::money::Currency;

use crate::db::{Db, Reader, row, sql};
use crate::error::Result;
use crate::store::reports::ageing;
use crate::store::reports::collected::{self, CollectedDay};

row! {
    /// Entries of one kind in the span.
    pub struct KindSum {
        pub kind: EntryKind,
        pub amount: i64,
    }
}

row! {
    /// Money that came in one way.
    pub struct MethodSum {
        pub method: Option<String>,
        pub amount: i64,
    }
}

row! {
    struct BalanceSum {
        balance: i64,
    }
}

/// The summary of a span of days in one currency.
#[derive(Debug, Clone)]
pub struct Movements {
    /// Of all customers together before the first day; below zero: owed to the business.
    pub opening: i64,
    pub by_kind: Vec<KindSum>,
    /// At the end of the last day.
    pub closing: i64,
    pub by_method: Vec<MethodSum>,
    pub by_day: Vec<CollectedDay>,
    /// Charged and not yet earned, as at the end of the last day.
    pub uninvoiced: i64,
    /// Tax charged and not yet handed over, as at the end of the last day.
    pub tax_payable: i64,
    /// Credit of customers that is set against nothing now.
    pub free_credit: i64,
}

impl Movements {
    /// The sum of the entries of these kinds, each counted as it stands (more than 0).
    pub fn sum(&self, kinds: &[EntryKind]) -> i64 {
        self.by_kind.iter().filter(|row| kinds.contains(&row.kind)).map(|row| row.amount).sum()
    }
}

sql!(
    BALANCE,
    "
    select cast(coalesce(sum(case when side = 'credit' then amount else -amount end), 0) as bigint) as balance
    from entry where business_id = $1 and currency = $2 and effective_on <= $3"
);
sql!(
    BY_KIND,
    "
    select kind, cast(sum(amount) as bigint) as amount from entry
    where business_id = $1 and currency = $2 and effective_on >= $3 and effective_on <= $4 group by kind order by kind"
);
sql!(
    BY_METHOD,
    "
    select method, cast(sum(amount) as bigint) as amount from entry
    where business_id = $1 and currency = $2 and kind = 'payment' and effective_on >= $3 and effective_on <= $4
    group by method order by method"
);
sql!(
    ACCOUNT,
    "
    select cast(coalesce(sum(credit - debit), 0) as bigint) as balance from journal_line
    where business_id = $1 and account = $2 and currency = $3 and effective_on <= $4"
);

async fn movements(reader: &mut Reader<'_>, business: BusinessId, currency: Currency, from: Day, to: Day) -> Result<Movements> {
    let balance = async |reader: &mut Reader<'_>, through: Day| -> Result<i64> {
        let found: Option<BalanceSum> = reader.query_opt(&BALANCE, &[&business, &currency, &through]).await?;
        Ok(found.map_or(0, |row| row.balance))
    };
    let account = async |reader: &mut Reader<'_>, account: LedgerAccount| -> Result<i64> {
        let found: Option<BalanceSum> = reader.query_opt(&ACCOUNT, &[&business, &account.to_string(), &currency, &to]).await?;
        Ok(found.map_or(0, |row| row.balance))
    };
    let opening = match from.yesterday() {
        Ok(before) => balance(reader, before).await?,
        Err(_) => 0,
    };
    Ok(Movements {
        opening,
        by_kind: reader.query(&BY_KIND, &[&business, &currency, &from, &to]).await?,
        closing: balance(reader, to).await?,
        by_method: reader.query(&BY_METHOD, &[&business, &currency, &from, &to]).await?,
        by_day: collected::by_day(reader, business, currency, from, to).await?,
        uninvoiced: account(reader, LedgerAccount::Uninvoiced).await?,
        tax_payable: account(reader, LedgerAccount::TaxPayable).await?,
        free_credit: ageing::free_credit(reader, business, currency).await?,
    })
}

/// The summary of the days `from` to `to`, both included.
pub async fn between(db: &Db, business: BusinessId, currency: Currency, from: Day, to: Day) -> Result<Movements> {
    db.read(async move |reader| movements(reader, business, currency, from, to).await).await
}
