//! The first page for staff: what is owed, what came in, who owes most, what needs a look.

use books::calendar::Day;
use books::ids::{BusinessId, PaymentId};
use books::money::Currency;

use super::customer_list::{self, Together};
use crate::db::Db;
use crate::error::Result;
use crate::store::connection::{self, Connection};
use crate::store::customer::{Sort, Wanted};
use crate::store::payment::{self, PaymentRow};
use crate::store::reports::collected::{self, CollectedDay};
use crate::store::reports::exceptions::{self, Exceptions};
use crate::store::reports::totals::{self, CurrencyTotals, OverdueIn};
use crate::store::{business, order, request};

/// How many debtors and payments are named.
const NAMED: i64 = 8;

/// The dashboard, in the business's own currency, read in one snapshot.
#[derive(Debug, Clone)]
pub struct HomeSheet {
    pub currency: Currency,
    pub today: Day,
    pub together: Together,
    /// Totals in other currencies, and what of them is overdue.
    pub others: Vec<(CurrencyTotals, i64)>,
    /// Each day of this month on which money came in.
    pub days: Vec<CollectedDay>,
    pub collected: i64,
    /// In the whole month before.
    pub collected_before: i64,
    /// Who owes most.
    pub debtors: Vec<customer_list::Listed>,
    pub payments: Vec<PaymentRow>,
    pub exceptions: Exceptions,
    pub connections: Vec<Connection>,
    pub has_orders: bool,
    pub has_requests: bool,
}

/// Reads the dashboard of a business.
pub async fn home_sheet(db: &Db, of: BusinessId) -> Result<HomeSheet> {
    db.read(async move |reader| {
        let business = business::one(reader, of).await?;
        let (currency, today) = (business.currency, business.today(reader.now()));
        let first = today.first_of_month();
        let last_of_before = first.yesterday().unwrap_or(first);
        let days = collected::by_day(reader, of, currency, first, today.last_of_month()).await?;
        let before = collected::by_day(reader, of, currency, last_of_before.first_of_month(), last_of_before).await?;
        let wanted = Wanted {
            currency,
            sort: Sort::Owed,
            search: None,
            owes: true,
            credit: false,
            overdue: false,
            after: None,
            limit: NAMED,
            today: today.to_string(),
        };
        let late = totals::overdue(reader, of, today).await?;
        let others = totals::totals(reader, of).await?.into_iter().filter(|row| row.currency != currency);
        let overdue_in = |wanted: Currency| late.iter().find(|row: &&OverdueIn| row.currency == wanted).map_or(0, |row| row.open);
        let others = others.map(|row| (overdue_in(row.currency), row)).map(|(overdue, row)| (row, overdue)).collect();
        let orders = order::list(reader, of, &order::Wanted { limit: 1, ..order::Wanted::default() }).await?;
        let requests = request::list(reader, of, "", books::ids::RequestId(uuid::Uuid::max()), 1).await?;
        Ok(HomeSheet {
            currency,
            today,
            together: customer_list::together(reader, of, currency, today).await?,
            others,
            collected: days.iter().map(|day| day.amount).sum(),
            collected_before: before.iter().map(|day| day.amount).sum(),
            days,
            debtors: customer_list::rows(reader, of, &wanted, today).await?,
            payments: payment::list(reader, of, None, "", PaymentId(uuid::Uuid::max()), NAMED).await?,
            exceptions: exceptions::exceptions(reader, of).await?,
            connections: connection::of_business(reader, of).await?,
            has_orders: !orders.is_empty(),
            has_requests: !requests.is_empty(),
        })
    })
    .await
}
