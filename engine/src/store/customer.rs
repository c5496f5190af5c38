//! Customers: who owes. Their balance stands in a narrow row of its own, one for each currency.
//!
//! Invariant: the list runs over an index that gives its order, so it is as fast at a million customers as at sixty:
//! keyset pages, never an offset. A search first finds ids (at most [`SEARCH_LIMIT`]) and then sorts them.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId};
use books::money::Currency;

use crate::db::{Db, Reader, row, sql, table};
use crate::error::{Error, Result};

/// A search that finds more customers than this shows the first of them and says that there are more.
pub const SEARCH_LIMIT: i64 = 1000;

table! {
    /// A customer's name and how to reach them.
    pub struct Customer in customer key(business_id, id) {
        pub business_id: BusinessId,
        pub id: CustomerId,
        pub name: String,
        pub name_key: String,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub reference: Option<String>,
        pub address: Option<String>,
        pub locale: Option<String>,
        pub hold_exempt: bool,
        pub search: String,
        pub created_at: Instant,
        pub updated_at: Instant,
    }
}

impl Customer {
    /// Refreshes what is derived from the name and the ways to reach them.
    pub fn index(&mut self) {
        self.name_key = self.name.to_lowercase();
        let parts = [Some(&self.name), self.email.as_ref(), self.phone.as_ref(), self.reference.as_ref()];
        self.search = parts.into_iter().flatten().map(|part| part.to_lowercase()).collect::<Vec<_>>().join("\n");
    }
}

table! {
    /// What a customer owes (negative) or has in credit (positive) in one currency.
    pub struct CustomerBalance in customer_balance key(business_id, customer_id, currency) {
        pub business_id: BusinessId,
        pub customer_id: CustomerId,
        pub currency: Currency,
        pub balance: i64,
        pub active_at: Instant,
    }
}

row! {
    /// A line of the customer list.
    pub struct CustomerLine {
        pub id: CustomerId,
        pub name: String,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub reference: Option<String>,
        pub currency: Currency,
        /// Negative: owes.
        pub balance: i64,
        pub active_at: Instant,
        pub overdue: bool,
    }
}

/// In which order the list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Who owes most comes first.
    Owed,
    Name,
    /// Who was active last comes first.
    Activity,
}

/// Which customers are wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub currency: Currency,
    pub sort: Sort,
    /// Text in name, email, phone or reference.
    pub search: Option<String>,
    pub owes: bool,
    pub credit: bool,
    pub overdue: bool,
    /// Where the page before ended: balance or microseconds (or 0), name key, and id.
    pub after: Option<(i64, String, CustomerId)>,
    pub limit: i64,
    /// Today, as text, for what is overdue.
    pub today: String,
}

macro_rules! customer_line {
    ($rest:literal) => {
        concat!(
            "select c.id, c.name, c.email, c.phone, c.reference, b.currency, b.balance, b.active_at,
                exists (select 1 from entry_open o where o.business_id = b.business_id and o.customer_id = b.customer_id
                    and o.currency = b.currency and o.side = 'charge' and o.allocated < o.amount and o.due_on < $3) as overdue
             from customer_balance b join customer c on c.business_id = b.business_id and c.id = b.customer_id
             where b.business_id = $1 and b.currency = $2 ",
            $rest
        )
    };
}

sql!(
    BY_OWED,
    customer_line!(
        "
    and ($4 = false or b.balance < 0) and ($5 = false or b.balance > 0)
    and (b.balance, b.customer_id) > ($6, $7)
    order by b.balance, b.customer_id limit $8"
    )
);
sql!(
    BY_ACTIVITY,
    customer_line!(
        "
    and ($4 = false or b.balance < 0) and ($5 = false or b.balance > 0)
    and (b.active_at, b.customer_id) < ($6, $7)
    order by b.active_at desc, b.customer_id desc limit $8"
    )
);
sql!(
    BY_NAME,
    customer_line!(
        "
    and ($4 = false or b.balance < 0) and ($5 = false or b.balance > 0)
    and (c.name_key, c.id) > ($6, $7)
    order by c.name_key, c.id limit $8"
    )
);
sql!(
    OVERDUE_BY_OWED,
    customer_line!(
        "
    and b.customer_id in (select o.customer_id from entry_open o where o.business_id = $1 and o.currency = $2
        and o.side = 'charge' and o.allocated < o.amount and o.due_on < $3)
    and (b.balance, b.customer_id) > ($4, $5)
    order by b.balance, b.customer_id limit $6"
    )
);
sql!(
    FOUND,
    customer_line!(
        "
    and b.customer_id in ({find_customers:$4} limit $5)
    order by b.balance, b.customer_id"
    )
);
sql!(
    FOUND_SHORT,
    customer_line!(
        "
    and b.customer_id in (select id from customer where business_id = $1 and name_key >= $4 and name_key < $5 limit $6)
    order by b.balance, b.customer_id"
    )
);
sql!(BALANCES, "select * from customer_balance where business_id = $1 and customer_id = $2 order by currency");
sql!(ONE, "select * from customer where business_id = $1 and id = $2");

/// A page of the list. With a search the page is the whole answer (at most [`SEARCH_LIMIT`]), sorted as asked.
pub(crate) async fn list(reader: &mut Reader<'_>, business: BusinessId, wanted: &Wanted) -> Result<Vec<CustomerLine>> {
    if let Some(text) = wanted.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        return found(reader, business, wanted, &text.to_lowercase()).await;
    }
    let least = CustomerId(uuid::Uuid::nil());
    let most = CustomerId(uuid::Uuid::max());
    if wanted.overdue {
        let (at, _, id) = wanted.after.clone().unwrap_or((i64::MIN, String::new(), least));
        return reader.query(&OVERDUE_BY_OWED, &[&business, &wanted.currency, &wanted.today, &at, &id, &wanted.limit]).await;
    }
    match wanted.sort {
        Sort::Owed => {
            let (at, _, id) = wanted.after.clone().unwrap_or((i64::MIN, String::new(), least));
            reader
                .query(
                    &BY_OWED,
                    &[&business, &wanted.currency, &wanted.today, &wanted.owes, &wanted.credit, &at, &id, &wanted.limit],
                )
                .await
        }
        Sort::Activity => {
            let (at, _, id) = wanted.after.clone().unwrap_or((i64::MAX, String::new(), most));
            reader
                .query(
                    &BY_ACTIVITY,
                    &[&business, &wanted.currency, &wanted.today, &wanted.owes, &wanted.credit, &at, &id, &wanted.limit],
                )
                .await
        }
        Sort::Name => {
            let (_, name, id) = wanted.after.clone().unwrap_or((0, String::new(), least));
            reader
                .query(
                    &BY_NAME,
                    &[&business, &wanted.currency, &wanted.today, &wanted.owes, &wanted.credit, &name, &id, &wanted.limit],
                )
                .await
        }
    }
}

async fn found(reader: &mut Reader<'_>, business: BusinessId, wanted: &Wanted, text: &str) -> Result<Vec<CustomerLine>> {
    // A trigram index needs three letters; fewer are taken as the beginning of the name.
    let mut lines: Vec<CustomerLine> = if text.chars().count() >= 3 {
        let pattern = format!("%{}%", text.replace('%', ""));
        reader.query(&FOUND, &[&business, &wanted.currency, &wanted.today, &pattern, &SEARCH_LIMIT]).await?
    } else {
        let end = format!("{text}\u{10FFFF}");
        reader.query(&FOUND_SHORT, &[&business, &wanted.currency, &wanted.today, &text.to_owned(), &end, &SEARCH_LIMIT]).await?
    };
    lines.retain(|line| {
        (!wanted.owes || line.balance < 0) && (!wanted.credit || line.balance > 0) && (!wanted.overdue || line.overdue)
    });
    match wanted.sort {
        Sort::Owed => {}
        Sort::Name => lines.sort_by_key(|line| (line.name.to_lowercase(), line.id)),
        Sort::Activity => lines.sort_by_key(|line| std::cmp::Reverse((line.active_at, line.id))),
    }
    Ok(lines)
}

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: CustomerId) -> Result<Customer> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn balances(reader: &mut Reader<'_>, business: BusinessId, id: CustomerId) -> Result<Vec<CustomerBalance>> {
    reader.query(&BALANCES, &[&business, &id]).await
}

/// One page of the list.
pub async fn page(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<CustomerLine>> {
    db.read(async move |reader| list(reader, business, &wanted).await).await
}

/// One customer with their balances.
pub async fn customer(db: &Db, business: BusinessId, id: CustomerId) -> Result<(Customer, Vec<CustomerBalance>)> {
    db.read(async move |reader| Ok((one(reader, business, id).await?, balances(reader, business, id).await?))).await
}
