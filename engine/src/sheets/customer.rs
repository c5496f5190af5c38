//! Everything one customer's page shows: what they owe, their history, orders and links.

use books::ageing::Ageing;
use books::entry::Class;
use books::ids::{BusinessId, CustomerId};
use books::money::Currency;

use super::invoice_list::{self, Listed as Invoiced};
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::store::business::{self, Business};
use crate::store::connection::{self, Connection};
use crate::store::customer::{self, Customer, CustomerBalance};
use crate::store::entry::{self, EntryLine, Wanted};
use crate::store::link::{self, Link};
use crate::store::mail::{self, Mail};
use crate::store::order::{self, OrderRow};
use crate::store::payment::{self, PaymentRow};
use crate::store::reports::ageing::{self, DueBucket};
use crate::store::reports::totals;

/// What the customer owes in one currency, and since when.
#[derive(Debug, Clone)]
pub struct AccountSheet {
    pub currency: Currency,
    /// Minor units; negative: the customer owes.
    pub balance: i64,
    /// What is open, by age; its credit is what is set against nothing.
    pub ageing: Ageing,
    /// Past a named due day.
    pub overdue: i64,
    /// Money that came in since the first day of the year.
    pub paid_this_year: i64,
}

/// One customer, read in one snapshot.
#[derive(Debug, Clone)]
pub struct CustomerSheet {
    pub business: Business,
    pub customer: Customer,
    /// One for each currency; the business's own is always there.
    pub balances: Vec<CustomerBalance>,
    /// The same with what is behind them, the business's own currency first.
    pub accounts: Vec<AccountSheet>,
    /// The currency of everything below.
    pub currency: Currency,
    /// What is open, by due day.
    pub open: Vec<DueBucket>,
    /// Newest posted first.
    pub entries: Vec<EntryLine>,
    /// There are older entries than these.
    pub more_entries: bool,
    pub orders: Vec<OrderRow>,
    /// Newest first, at most 50.
    pub invoices: Vec<Invoiced>,
    pub payments: Vec<PaymentRow>,
    pub links: Vec<Link>,
    pub mails: Vec<Mail>,
    /// The latest mail to their present address, where it did not get through.
    pub unreached: Option<Mail>,
    pub connections: Vec<Connection>,
}

impl CustomerSheet {
    /// Minor units; negative: the customer owes.
    pub fn balance(&self) -> i64 {
        self.balances.iter().find(|row| row.currency == self.currency).map_or(0, |row| row.balance)
    }

    /// Of all currencies the one in which most is owed; where nothing is, that with most credit. Minor units, negative: owes.
    pub fn standing(&self) -> i64 {
        let all = || self.balances.iter().map(|row| row.balance);
        all().filter(|balance| *balance < 0).min().or(all().max()).unwrap_or(0)
    }

    /// Charges among the entries that belong to no document and have something open.
    pub fn open_charges(&self) -> impl Iterator<Item = &EntryLine> {
        let stands_alone = |line: &&EntryLine| line.order_id.is_none() && line.kind.class() == Class::Charge;
        self.entries.iter().filter(stands_alone).filter(|line| line.open() > 0)
    }
}

/// Reads a customer in one currency (none: the business's own) with one page of the history.
pub async fn customer_sheet(
    db: &Db,
    business: BusinessId,
    id: CustomerId,
    currency: Option<Currency>,
    wanted: Wanted,
) -> Result<CustomerSheet> {
    db.read(async move |reader| read(reader, business, id, currency, &wanted).await).await
}

async fn read(
    reader: &mut Reader<'_>,
    of: BusinessId,
    id: CustomerId,
    currency: Option<Currency>,
    wanted: &Wanted,
) -> Result<CustomerSheet> {
    let business = business::one(reader, of).await?;
    let customer = customer::one(reader, of, id).await?;
    let currency = currency.unwrap_or(business.currency);
    let balances = customer::balances(reader, of, id).await?;
    let open = ageing::by_day_of_customer(reader, of, id, currency).await?;
    let one_more = Wanted { limit: wanted.limit + 1, currency: Some(currency), ..wanted.clone() };
    let mut entries = entry::history(reader, of, id, &one_more).await?;
    let more_entries = entries.len() as i64 > wanted.limit;
    entries.truncate(usize::try_from(wanted.limit).unwrap_or(0));
    let orders = order::list(reader, of, &order::Wanted { customer: Some(id), limit: 50, ..order::Wanted::default() }).await?;
    let invoices = invoice_list::of_customer(reader, of, id, business.today(reader.now())).await?;
    let payments = payment::list(reader, of, Some(id), "", books::ids::PaymentId(uuid::Uuid::max()), 50).await?;
    let links = link::of_customer(reader, of, id).await?;
    let mails = mail::list(reader, of, Some(id), "", books::ids::MailId(uuid::Uuid::max()), 20).await?;
    let unreached = mail::not_reached(reader, of, id, customer.email.as_deref()).await?;
    let connections = connection::of_business(reader, of).await?;
    let accounts = accounts(reader, &business, &balances, id).await?;
    Ok(CustomerSheet {
        business,
        customer,
        balances,
        accounts,
        currency,
        open,
        entries,
        more_entries,
        orders,
        invoices,
        payments,
        links,
        mails,
        unreached,
        connections,
    })
}

async fn accounts(
    reader: &mut Reader<'_>,
    business: &Business,
    balances: &[CustomerBalance],
    id: CustomerId,
) -> Result<Vec<AccountSheet>> {
    let today = business.today(reader.now());
    let overdue = totals::overdue_of(reader, business.id, [id], today).await?;
    let taken = totals::taken(reader, business.id, id, today.first_of_year()).await?;
    let mut accounts = Vec::with_capacity(balances.len());
    for row in balances {
        let open = ageing::by_day_of_customer(reader, business.id, id, row.currency).await?;
        let mut ageing = super::customer_list::aged(&open, today);
        ageing.credit = (row.balance + ageing.total).max(0);
        accounts.push(AccountSheet {
            currency: row.currency,
            balance: row.balance,
            ageing,
            overdue: overdue.iter().find(|found| found.currency == row.currency).map_or(0, |found| found.open),
            paid_this_year: taken.iter().find(|found| found.currency == row.currency).map_or(0, |found| found.amount),
        });
    }
    accounts.sort_by_key(|account| (account.currency != business.currency, account.currency.code()));
    Ok(accounts)
}
