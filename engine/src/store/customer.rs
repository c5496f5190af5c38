//! Customers: who owes. Their balance stands in a narrow row of its own, one for each currency.
//!
//! Invariant: the list runs over an index that gives its order, so it is as fast at a million customers as at sixty:
//! keyset pages, never an offset. A search first finds ids (at most [`SEARCH_LIMIT`]) and then sorts them.

use std::collections::HashMap;

use books::calendar::{Day, Instant};
use books::ids::{BusinessId, CustomerId, EntryId};
use books::money::Currency;
use locale::Tongue;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Reader, Value, row, sql, table};
use crate::error::{Error, Result};
use crate::store::business::Business;
use crate::store::search;

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
        /// When they are charged without anybody asking.
        pub auto_charge: Option<AutoCharge>,
        pub search: String,
        pub created_at: Instant,
        pub updated_at: Instant,
    }
}

/// When a customer is charged without anybody asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoCharge {
    /// A saved method's id, or `default`.
    pub method: String,
    /// `due`: each charge on its due day. `threshold`: all that is owed, once it is at least that much.
    pub at: String,
    /// Minor units of the business's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<i64>,
}

impl crate::db::ToValue for AutoCharge {
    fn to_value(&self) -> Value {
        Value::Text(serde_json::json!(self).to_string())
    }
}

impl crate::db::Column for AutoCharge {
    fn from_value(value: &Value) -> Result<Self> {
        let text = <String as crate::db::Column>::from_value(value)?;
        serde_json::from_str(&text).map_err(|error| Error::Fault(format!("the switch {text}: {error}")))
    }
}

impl AutoCharge {
    /// Refuses words that are not known, and a threshold that is missing or not meant.
    pub fn checked(self) -> Result<AutoCharge> {
        if self.method != "default" && self.method.parse::<books::ids::MethodId>().is_err() {
            return Err(Error::invalid("auto_charge.method", "UNKNOWN", "name a saved method, or default"));
        }
        match (self.at.as_str(), self.threshold) {
            ("due", None) => Ok(self),
            ("threshold", Some(1..=books::money::MAX_MINOR)) => Ok(self),
            ("due", Some(_)) => Err(Error::invalid("auto_charge.threshold", "NOT_HERE", "only at a threshold there is one")),
            ("threshold", _) => Err(Error::invalid("auto_charge.threshold", "REQUIRED", "say from which amount on")),
            _ => Err(Error::invalid("auto_charge.at", "UNKNOWN", "charge at due or at threshold")),
        }
    }
}

impl Customer {
    /// How they are spoken to: in their own language, or the business's.
    pub fn tongue(&self, business: &Business) -> Tongue {
        Tongue::of_tag(self.locale.as_deref().unwrap_or(&business.locale))
    }

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
        /// The latest entry; the next one's id is behind it. None before the first.
        pub last_entry_id: Option<EntryId>,
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
    and ($9 = false or b.customer_id in (select o.customer_id from entry_open o where o.business_id = $1 and o.currency = $2
        and o.side = 'charge' and o.allocated < o.amount and o.due_on < $3))
    order by b.balance, b.customer_id limit $8"
    )
);
sql!(
    BY_ACTIVITY,
    customer_line!(
        "
    and ($4 = false or b.balance < 0) and ($5 = false or b.balance > 0)
    and (b.active_at, b.customer_id) < ($6, $7)
    and ($9 = false or b.customer_id in (select o.customer_id from entry_open o where o.business_id = $1 and o.currency = $2
        and o.side = 'charge' and o.allocated < o.amount and o.due_on < $3))
    order by b.active_at desc, b.customer_id desc limit $8"
    )
);
sql!(
    BY_NAME,
    customer_line!(
        "
    and ($4 = false or b.balance < 0) and ($5 = false or b.balance > 0)
    and (c.name_key, c.id) > ($6, $7)
    and ($9 = false or b.customer_id in (select o.customer_id from entry_open o where o.business_id = $1 and o.currency = $2
        and o.side = 'charge' and o.allocated < o.amount and o.due_on < $3))
    order by c.name_key, c.id limit $8"
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
    let Wanted { currency, today, owes, credit, overdue, limit, .. } = wanted;
    match wanted.sort {
        Sort::Owed => {
            let (at, _, id) = wanted.after.clone().unwrap_or((i64::MIN, String::new(), least));
            reader.query(&BY_OWED, &[&business, currency, today, owes, credit, &at, &id, limit, overdue]).await
        }
        Sort::Activity => {
            let (at, _, id) = wanted.after.clone().unwrap_or((i64::MAX, String::new(), most));
            reader.query(&BY_ACTIVITY, &[&business, currency, today, owes, credit, &at, &id, limit, overdue]).await
        }
        Sort::Name => {
            let (_, name, id) = wanted.after.clone().unwrap_or((0, String::new(), least));
            reader.query(&BY_NAME, &[&business, currency, today, owes, credit, &name, &id, limit, overdue]).await
        }
    }
}

async fn found(reader: &mut Reader<'_>, business: BusinessId, wanted: &Wanted, text: &str) -> Result<Vec<CustomerLine>> {
    // A trigram index needs three letters; fewer are taken as the beginning of the name.
    let mut lines: Vec<CustomerLine> = if text.chars().count() >= 3 {
        let pattern = search::around(text);
        reader.query(&FOUND, &[&business, &wanted.currency, &wanted.today, &pattern, &SEARCH_LIMIT]).await?
    } else {
        let end = format!("{text}\u{10FFFF}");
        reader.query(&FOUND_SHORT, &[&business, &wanted.currency, &wanted.today, &text.to_owned(), &end, &SEARCH_LIMIT]).await?
    };
    // In the pattern some signs stand for any; in what was typed they stand for themselves.
    let has = |line: &CustomerLine| {
        let parts = [Some(&line.name), line.email.as_ref(), line.phone.as_ref(), line.reference.as_ref()];
        parts.into_iter().flatten().any(|part| part.to_lowercase().contains(text))
    };
    lines.retain(|line| {
        has(line)
            && (!wanted.owes || line.balance < 0)
            && (!wanted.credit || line.balance > 0)
            && (!wanted.overdue || line.overdue)
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

/// In which currency a customer is spoken to when none is named: the business's own, unless nothing stands there and something does
/// in another one; then that in which most is owed.
pub fn usual_currency(own: Currency, balances: &[CustomerBalance]) -> Currency {
    let stands = |row: &&CustomerBalance| row.balance != 0;
    if balances.iter().filter(stands).any(|row| row.currency == own) {
        return own;
    }
    balances.iter().filter(stands).min_by_key(|row| row.balance).map_or(own, |row| row.currency)
}

row! {
    /// What a customer is called.
    pub struct CustomerName {
        pub id: CustomerId,
        pub name: String,
    }
}

sql!(NAMES, "select id, name from customer where business_id = $1 and id {any_id:$2}");
sql!(
    OTHER_BALANCES,
    "
    select * from customer_balance
    where business_id = $1 and customer_id {any_id:$2} and currency <> $3 and balance <> 0 order by currency"
);
sql!(OWING_EXACTLY, customer_line!("and b.balance = $4 order by b.customer_id limit $5"));

/// What these customers are called.
pub(crate) async fn names(
    reader: &mut Reader<'_>,
    business: BusinessId,
    ids: impl IntoIterator<Item = CustomerId>,
) -> Result<Vec<CustomerName>> {
    reader.query(&NAMES, &[&business, &Value::ids(ids)]).await
}

/// Balances that are not zero in other currencies than this one.
pub(crate) async fn other_balances(
    reader: &mut Reader<'_>,
    business: BusinessId,
    ids: &[CustomerId],
    currency: Currency,
) -> Result<Vec<CustomerBalance>> {
    reader.query(&OTHER_BALANCES, &[&business, &Value::ids(ids.iter().copied()), &currency]).await
}

/// Customers who owe exactly this many minor units.
pub(crate) async fn owing_exactly(
    reader: &mut Reader<'_>,
    business: BusinessId,
    currency: Currency,
    amount: i64,
    today: Day,
    limit: i64,
) -> Result<Vec<CustomerLine>> {
    reader.query(&OWING_EXACTLY, &[&business, &currency, &today.to_string(), &-amount, &limit]).await
}

/// A customer in full, as a page of the list brings it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub customer: Customer,
    /// One for each currency, by code.
    pub balances: Vec<CustomerBalance>,
    /// Where the next page begins after this one.
    pub place: (i64, String, CustomerId),
}

row! {
    /// What a customer's entries come to in one currency.
    pub struct BalanceThen {
        pub currency: Currency,
        pub balance: i64,
    }
}

sql!(MANY, "select * from customer where business_id = $1 and id {any_id:$2}");
sql!(
    BALANCES_OF_MANY,
    "select * from customer_balance where business_id = $1 and customer_id {any_id:$2} order by customer_id, currency"
);
sql!(
    BALANCES_THEN,
    "
    select b.currency, cast(coalesce(sum(case when e.side = 'credit' then e.amount else -e.amount end), 0) as bigint) as balance
    from customer_balance b left join entry e on e.business_id = b.business_id and e.customer_id = b.customer_id
        and e.currency = b.currency and e.effective_on <= $3
    where b.business_id = $1 and b.customer_id = $2 group by b.currency order by b.currency"
);

impl Wanted {
    /// Where a line stands in this order.
    fn place(&self, line: &CustomerLine) -> (i64, String, CustomerId) {
        match self.sort {
            Sort::Owed => (line.balance, String::new(), line.id),
            Sort::Name => (0, line.name.to_lowercase(), line.id),
            Sort::Activity => (line.active_at.0, String::new(), line.id),
        }
    }

    /// Whether a place lies behind the one where the page before ended.
    fn is_after(&self, place: &(i64, String, CustomerId)) -> bool {
        match (&self.after, self.sort) {
            (None, _) => true,
            (Some(end), Sort::Activity) => place < end,
            (Some(end), Sort::Owed | Sort::Name) => place > end,
        }
    }
}

/// One page of the list, each customer in full with all balances; a search too is cut into pages.
pub async fn listed(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<Listed>> {
    db.read(async move |reader| {
        let lines = list(reader, business, &wanted).await?;
        let mut places: Vec<_> = lines.iter().map(|line| wanted.place(line)).filter(|place| wanted.is_after(place)).collect();
        places.truncate(usize::try_from(wanted.limit).unwrap_or(0));
        let ids: Vec<CustomerId> = places.iter().map(|(_, _, id)| *id).collect();
        let rows: Vec<Customer> = reader.query(&MANY, &[&business, &Value::ids(ids.iter().copied())]).await?;
        let mut customers: HashMap<CustomerId, Customer> = rows.into_iter().map(|row| (row.id, row)).collect();
        let rows: Vec<CustomerBalance> = reader.query(&BALANCES_OF_MANY, &[&business, &Value::ids(ids)]).await?;
        let mut balances: HashMap<CustomerId, Vec<CustomerBalance>> = HashMap::new();
        for row in rows {
            balances.entry(row.customer_id).or_default().push(row);
        }
        let full = |place: (i64, String, CustomerId)| {
            let balances = balances.remove(&place.2).unwrap_or_default();
            customers.remove(&place.2).map(|customer| Listed { customer, balances, place })
        };
        Ok(places.into_iter().filter_map(full).collect())
    })
    .await
}

/// A customer's balances as at the end of a day: the sum of the entries that had taken effect. Negative: owed.
pub async fn balances_then(db: &Db, business: BusinessId, id: CustomerId, as_of: Day) -> Result<(Customer, Vec<BalanceThen>)> {
    db.read(async move |reader| {
        let customer = one(reader, business, id).await?;
        Ok((customer, reader.query(&BALANCES_THEN, &[&business, &id, &as_of]).await?))
    })
    .await
}
