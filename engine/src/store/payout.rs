//! Payouts: what processors sent to the bank, with the charges each is made of; and what is still with the processors.
//!
//! Invariants: a payout is kept once, by the processor's own id; its net, fees and amounts never change. Only one thing is
//! learned later: that a charge is of a payment in these books. Its journal is not stored, it follows from the row
//! (`books::ledger::rules::paid_out`).

use books::calendar::{Day, Instant};
use books::ids::{AttemptId, BusinessId, ConnectionId, PaymentId, PayoutId};
use books::money::Currency;
use books::payout::{Part, Reconciled, reconcile};
use processors::{BALANCE_BEFORE, NOT_LISTED};

use crate::db::{Db, Reader, Tx, Value, row, sql, table};
use crate::error::{Error, Result};

table! {
    /// What a processor sent to the bank, or took from it. Signed minor units.
    pub struct Payout in payout key(business_id, id) {
        pub business_id: BusinessId,
        pub id: PayoutId,
        pub connection_id: ConnectionId,
        /// The processor's own id of it.
        pub remote_id: String,
        pub currency: Currency,
        /// What arrived.
        pub net: i64,
        pub fees: i64,
        /// Of net, fees and what stays there together: what is of payments in these books.
        pub known: i64,
        /// All of it is.
        pub whole: bool,
        pub arrived_on: Day,
        pub listed_at: Instant,
        /// What the processor keeps of it for later: the change of the balance that stays there.
        pub kept: i64,
    }
}

table! {
    /// What a payout has of one charge.
    pub struct PayoutLine in payout_line key(business_id, payout_id, position) {
        pub business_id: BusinessId,
        pub payout_id: PayoutId,
        pub position: i64,
        /// The processor's own id of the charge.
        pub charge: String,
        /// None: of no payment in these books.
        pub payment_id: Option<PaymentId>,
        /// Signed: + captured, − refunded, disputed or returned.
        pub amount: i64,
    }
}

impl Payout {
    /// Held against its lines. None: the sums pass what an amount can be.
    pub fn reconciled(&self, lines: &[PayoutLine]) -> Option<Reconciled> {
        let parts: Vec<Part> = lines.iter().map(|line| Part { payment: line.payment_id, amount: line.amount }).collect();
        reconcile(self.net, self.fees, self.kept, &parts)
    }
}

row! {
    /// A line of the list of payouts.
    pub struct PayoutRow {
        pub id: PayoutId,
        pub connection_id: ConnectionId,
        pub processor: String,
        pub remote_id: String,
        pub currency: Currency,
        pub net: i64,
        pub fees: i64,
        pub kept: i64,
        pub known: i64,
        pub whole: bool,
        pub arrived_on: Day,
        /// How many charges it is made of.
        pub lines: i64,
        pub listed_at: Instant,
    }
}

impl PayoutRow {
    /// What the processor let go of.
    pub fn gross(&self) -> i64 {
        self.net + self.fees
    }

    /// Of it and what stays there, what is not of payments in these books.
    pub fn in_suspense(&self) -> i64 {
        self.gross() + self.kept - self.known
    }
}

row! {
    /// A line of one payout, with the payment behind it.
    pub struct LineRow {
        pub charge: String,
        pub amount: i64,
        pub payment_id: Option<PaymentId>,
        pub payment_number: Option<String>,
        pub customer_name: Option<String>,
    }
}

/// What a line of a payout is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOf {
    /// A payment in these books.
    Payment,
    /// A charge of no payment in these books.
    Stranger,
    /// No charge: the balance from before the first listing.
    Before,
    /// Nobody knows: the processor's balances prove that it moved, and its list does not have it.
    Unlisted,
}

impl LineRow {
    pub fn part_of(&self) -> PartOf {
        match &self.payment_id {
            Some(_) => PartOf::Payment,
            None if self.charge.starts_with(BALANCE_BEFORE) => PartOf::Before,
            None if self.charge.starts_with(NOT_LISTED) => PartOf::Unlisted,
            None => PartOf::Stranger,
        }
    }
}

row! {
    /// A payout that a payment is part of.
    pub struct PaidOut {
        pub payout_id: PayoutId,
        pub arrived_on: Day,
        /// Signed: what it has of the payment.
        pub amount: i64,
    }
}

row! {
    /// A payout that is not all of payments in these books.
    pub struct Differing {
        pub id: PayoutId,
        pub processor: String,
        pub currency: Currency,
        /// Signed: what is in suspense.
        pub suspense: i64,
        pub listed_at: Instant,
    }
}

row! {
    /// What one kind of processor holds of ours, in one currency. Signed minor units.
    pub struct Held {
        /// `clearing:stripe`
        pub account: String,
        pub currency: Currency,
        pub amount: i64,
    }
}

row! {
    /// A payment by the processor's id of its charge.
    struct ByCharge {
        id: PaymentId,
        charge: String,
    }
}

row! {
    /// What the charge of an attempt is known by.
    struct ByAttempt {
        attempt: AttemptId,
        charge: String,
    }
}

/// Which payouts are wanted; the latest arrival first.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub connection: Option<ConnectionId>,
    pub whole: Option<bool>,
    /// First day of arrival.
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// The last row of the page before.
    pub before: Option<(Day, PayoutId)>,
    pub limit: i64,
}

macro_rules! rows {
    ($which:literal) => {
        concat!(
            "select p.id, p.connection_id, n.name as processor, p.remote_id, p.currency, p.net, p.fees, p.kept, p.known, p.whole, p.arrived_on,
        (select count(*) from payout_line l where l.business_id = p.business_id and l.payout_id = p.id) as lines, p.listed_at
    from payout p join connection n on n.business_id = p.business_id and n.id = p.connection_id
    where p.business_id = $1 and p.arrived_on >= $2 and (p.arrived_on, p.id) < ($3, $4) ",
            $which,
            " order by p.arrived_on desc, p.id desc limit $5"
        )
    };
}

sql!(ROWS, rows!(""));
sql!(ROWS_BY_WHOLE, rows!("and p.whole = $6"));
sql!(ROWS_OF, rows!("and p.connection_id = $6"));
sql!(ROWS_OF_BY_WHOLE, rows!("and p.connection_id = $6 and p.whole = $7"));
sql!(ONE, "select * from payout where business_id = $1 and id = $2");
sql!(BY_REMOTE, "select * from payout where business_id = $1 and connection_id = $2 and remote_id = $3");
sql!(LINES, "select * from payout_line where business_id = $1 and payout_id = $2 order by position");
sql!(
    LINE_ROWS,
    "
    select l.charge, l.amount, l.payment_id, p.number as payment_number, c.name as customer_name
    from payout_line l
        left join payment p on p.business_id = l.business_id and p.id = l.payment_id
        left join customer c on c.business_id = p.business_id and c.id = p.customer_id
    where l.business_id = $1 and l.payout_id = $2 order by l.position"
);
sql!(
    OF_PAYMENT,
    "
    select l.payout_id, p.arrived_on, l.amount
    from payout_line l join payout p on p.business_id = l.business_id and p.id = l.payout_id
    where l.business_id = $1 and l.payment_id = $2 order by p.arrived_on, l.payout_id limit 100"
);
sql!(
    DIFFERING,
    "
    select p.id, n.name as processor, p.currency, p.net + p.fees + p.kept - p.known as suspense, p.listed_at
    from payout p join connection n on n.business_id = p.business_id and n.id = p.connection_id
    where p.business_id = $1 and p.whole = false order by p.id desc limit $2"
);
sql!(
    BY_ATTEMPTS,
    "
    select a.id as attempt, p.remote_id as charge from attempt a
        join payment p on p.business_id = a.business_id and p.id = a.payment_id and p.connection_id = a.connection_id
    where a.business_id = $1 and a.connection_id = $2 and a.refund_id is null and p.remote_id is not null and a.id {any_id:$3}"
);
sql!(
    BY_CHARGES,
    "
    select id, remote_id as charge from payment where business_id = $1 and connection_id = $2 and remote_id {any_text:$3}"
);
// The colon's successor in ASCII ends the range of accounts that begin with `clearing:`.
sql!(
    HELD,
    "
    select h.account, h.currency, cast(sum(h.amount) as bigint) as amount
    from (
        select j.account, j.currency, j.debit - j.credit as amount from journal_line j
            where j.business_id = $1 and j.account >= 'clearing:' and j.account < 'clearing;'
        union all
        select 'clearing:' || n.kind as account, p.currency, p.kept - p.known as amount
            from payout p join connection n on n.business_id = p.business_id and n.id = p.connection_id
            where p.business_id = $1) h
    group by h.account, h.currency order by h.account, h.currency"
);

/// Before every day there is, and after.
const FIRST_DAY: &str = "";
const LAST_DAY: &str = "9999-12-31";

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: PayoutId) -> Result<Payout> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn lines(reader: &mut Reader<'_>, business: BusinessId, id: PayoutId) -> Result<Vec<PayoutLine>> {
    reader.query(&LINES, &[&business, &id]).await
}

pub(crate) async fn line_rows(reader: &mut Reader<'_>, business: BusinessId, id: PayoutId) -> Result<Vec<LineRow>> {
    reader.query(&LINE_ROWS, &[&business, &id]).await
}

/// The payout with the processor's own id, and its lines, inside a flow.
pub(crate) async fn by_remote(
    tx: &mut Tx<'_>,
    connection: ConnectionId,
    remote: &str,
) -> Result<Option<(Payout, Vec<PayoutLine>)>> {
    let business = tx.business();
    let found: Vec<Payout> = tx.query(&BY_REMOTE, &[&business, &connection, &remote.to_owned()]).await?;
    match found.into_iter().next() {
        Some(payout) => {
            let lines = tx.query(&LINES, &[&business, &payout.id]).await?;
            Ok(Some((payout, lines)))
        }
        None => Ok(None),
    }
}

/// Which of a processor's charges are payments in these books, inside a flow.
pub(crate) async fn payments_of(
    tx: &mut Tx<'_>,
    connection: ConnectionId,
    charges: impl Iterator<Item = String>,
) -> Result<std::collections::HashMap<String, PaymentId>> {
    let business = tx.business();
    let found: Vec<ByCharge> = tx.query(&BY_CHARGES, &[&business, &connection, &Value::texts(charges)]).await?;
    Ok(found.into_iter().map(|row| (row.charge, row.id)).collect())
}

/// What the charges of attempts are known by, inside a flow.
pub(crate) async fn charges_of(
    tx: &mut Tx<'_>,
    connection: ConnectionId,
    attempts: impl Iterator<Item = AttemptId>,
) -> Result<std::collections::HashMap<AttemptId, String>> {
    let business = tx.business();
    let found: Vec<ByAttempt> = tx.query(&BY_ATTEMPTS, &[&business, &connection, &Value::ids(attempts)]).await?;
    Ok(found.into_iter().map(|row| (row.attempt, row.charge)).collect())
}

/// The payouts that a payment is part of, the earliest first.
pub(crate) async fn of_payment(reader: &mut Reader<'_>, business: BusinessId, payment: PaymentId) -> Result<Vec<PaidOut>> {
    reader.query(&OF_PAYMENT, &[&business, &payment]).await
}

/// Payouts that are not all of payments in these books, the latest first.
pub(crate) async fn differing(reader: &mut Reader<'_>, business: BusinessId, limit: i64) -> Result<Vec<Differing>> {
    reader.query(&DIFFERING, &[&business, &limit]).await
}

/// A page of payouts, the latest arrival first.
pub async fn page(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<PayoutRow>> {
    db.read(async move |reader| {
        let from = wanted.from.map_or_else(|| FIRST_DAY.to_owned(), |day| day.to_string());
        let (day, id) = match (wanted.before, wanted.to) {
            (Some((day, id)), _) => (day.to_string(), id),
            (None, Some(to)) => (to.to_string(), PayoutId(uuid::Uuid::max())),
            (None, None) => (LAST_DAY.to_owned(), PayoutId(uuid::Uuid::max())),
        };
        let limit = wanted.limit;
        match (wanted.connection, wanted.whole) {
            (None, None) => reader.query(&ROWS, &[&business, &from, &day, &id, &limit]).await,
            (None, Some(whole)) => reader.query(&ROWS_BY_WHOLE, &[&business, &from, &day, &id, &limit, &whole]).await,
            (Some(of), None) => reader.query(&ROWS_OF, &[&business, &from, &day, &id, &limit, &of]).await,
            (Some(of), Some(whole)) => reader.query(&ROWS_OF_BY_WHOLE, &[&business, &from, &day, &id, &limit, &of, &whole]).await,
        }
    })
    .await
}

/// What each kind of processor took for us and did not send to the bank yet: the balance of its clearing account.
pub async fn held(db: &Db, business: BusinessId) -> Result<Vec<Held>> {
    db.read(async move |reader| reader.query(&HELD, &[&business]).await).await
}
