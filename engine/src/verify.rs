//! The second opinion on the books: every balance and invariant recomputed from raw rows (`owed verify`).
//!
//! Invariants: it believes no stored total and changes nothing; each business is read in one transaction, so it can run beside
//! a server that writes; what does not agree is named by its id, by what the row says and what was found. An account is
//! refolded by [`books::audit`], which shares no code with the acts; the rest looks at what an account alone cannot show.
//! Limits: as many customers at a time as have some [`rows::MOST_ENTRIES`] entries between them. Left out: repairing
//! anything, and the processors' own records, which only they can show.

mod accounts;
mod invoices;
mod ledger;
mod methods;
mod numbers;
mod orders;
mod papers;
mod payments;
mod payouts;
mod remote_invoices;
mod requests;
mod rows;
mod trail;

use std::time::{Duration, Instant as Stopwatch};

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId};
use serde::Serialize;

use crate::db::{Db, Reader, row, sql};
use crate::error::{Error, Result};
use crate::store::business::{self, Business};

/// What came of looking at an installation.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub businesses: Vec<Verified>,
    pub took_ms: u64,
}

/// What came of looking at one business.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    pub business: BusinessId,
    pub name: String,
    pub checked: Checked,
    pub disagreements: Vec<Disagreement>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub customers: usize,
    pub accounts: usize,
    pub entries: usize,
    pub allocations: usize,
    pub journal_lines: usize,
    pub orders: usize,
    pub invoices: usize,
    pub credit_notes: usize,
    pub payments: usize,
    pub requests: usize,
    pub remote_invoices: usize,
    pub mails: usize,
    pub events: usize,
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// The short name of the promise that does not hold; see [`meaning`].
    pub check: &'static str,
    /// The id of what it is about.
    pub subject: String,
    pub said: String,
    pub found: String,
}

/// What each check promises. The first ones are those of [`books::audit::Check`].
const PROMISES: &[(&str, &str)] = &[
    ("E0", "an entry does not contradict itself"),
    ("L1", "debits equal credits on every entry"),
    ("L2", "the receivable account is the sum of the customers' balances"),
    ("L3", "the balance is the sum of the entries"),
    ("L5", "a reversal mirrors exactly one entry, once"),
    ("A1", "what is allocated is the sum of the live allocations"),
    ("A2", "nothing is allocated beyond an amount, on any day"),
    ("A3", "credit adds up: reductions are allocated whole, and a refund takes from its payment while something is left"),
    ("A4", "both ends of an allocation belong to one account"),
    ("A6", "the figures of a document are those of its charges"),
    ("R5", "free credit does not stand beside open charges"),
    ("A5", "an order's lines add up to its charges"),
    ("E1", "what stands beside an entry agrees with it"),
    ("O1", "an order's state, number and charges agree"),
    ("I1", "a charge is on one live invoice at most, and on one of its own account"),
    ("I2", "an issued invoice says what its charges say, and never changes"),
    ("I3", "a credit note is exactly what was posted for it"),
    ("C2", "what is reserved is what payments under way will pay"),
    ("C3", "a lost answer is asked for until there is evidence"),
    ("C5", "what a processor sent to the bank is of the payments it names, or is named as a difference"),
    ("P1", "a payment that succeeded is exactly one credit, and each credit of a payment has one"),
    ("P2", "what a payment says went back is what was posted"),
    ("P3", "a refund that succeeded is exactly one pay-out, any other is none, and we never give back more than the payment"),
    ("P4", "what is in dispute stands on disputed funds, and nothing else does"),
    ("M1", "a customer has at most one default method, and only one that was not removed"),
    ("Q1", "a request is paid or closed when nothing is due, and only then"),
    ("Q2", "an invoice at a processor is the page of one payment, asks for its charges, and says what became of it"),
    ("N1", "numbers have no holes and none twice"),
    ("D1", "nothing stands without what it belongs to"),
    ("K1", "a kept paper has the bytes whose digest was written down"),
    ("K2", "a template is the one that was kept last"),
    ("K3", "what went along with a mail has the bytes that it had"),
    ("S1", "a statement said what its entries come to"),
    ("M2", "a message was sent or is held, and the code says why"),
    ("U1", "every act left its line, and the chain of lines recomputes"),
    ("X0", "every row can be read"),
];

/// The promise behind a check, in words.
pub fn meaning(check: &str) -> &'static str {
    PROMISES.iter().find(|(known, _)| *known == check).map_or("", |(_, promise)| promise)
}

impl Report {
    /// Whether everything agrees.
    pub fn agrees(&self) -> bool {
        self.businesses.iter().all(|business| business.disagreements.is_empty())
    }
}

/// Looks at every business, each in a transaction of its own. Refuses nothing; a database that does not answer is a fault.
pub async fn verify(db: &Db) -> Result<Report> {
    let begun = Stopwatch::now();
    let mut businesses = Vec::new();
    for business in business::list(db).await? {
        businesses.push(verify_business(db, business).await?);
    }
    Ok(Report { businesses, took_ms: millis(begun.elapsed()) })
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// Looks at one business, in one transaction.
pub async fn verify_business(db: &Db, business: Business) -> Result<Verified> {
    db.read(async move |reader| {
        let mut audit = Audit::open(reader, business.id).await?;
        audit.customers(reader).await?;
        numbers::check(reader, &mut audit).await?;
        ledger::check(reader, &mut audit).await?;
        trail::check(reader, &mut audit).await?;
        papers::check(reader, &mut audit).await?;
        payouts::check(reader, &mut audit).await?;
        let mut disagreements = audit.found;
        // The same row may be named by a look at its account and by a look at all rows.
        disagreements.sort_by(|a, b| (a.check, &a.subject, &a.said, &a.found).cmp(&(b.check, &b.subject, &b.said, &b.found)));
        disagreements.dedup();
        Ok(Verified { business: business.id, name: business.name, checked: audit.checked, disagreements })
    })
    .await
}

/// One look at one business under way.
struct Audit {
    business: BusinessId,
    /// The setting of rule 5.
    apply_free: bool,
    /// When the settings were last changed: an account that was not touched since need not follow them yet.
    settings_since: Instant,
    checked: Checked,
    found: Vec<Disagreement>,
}

row! {
    /// An instant, or none.
    struct Latest {
        at: Option<Instant>,
    }
}

sql!(SETTINGS_SINCE, "select max(created_at) as at from event where business_id = $1 and kind = 'settings_changed'");

impl Audit {
    async fn open(reader: &mut Reader<'_>, id: BusinessId) -> Result<Audit> {
        let business = business::one(reader, id).await?;
        let changed: Latest = reader.query_one(&SETTINGS_SINCE, &[&id]).await?;
        Ok(Audit {
            business: id,
            apply_free: business.settings()?.apply_credit,
            settings_since: changed.at.unwrap_or(business.created_at),
            checked: Checked::default(),
            found: Vec::new(),
        })
    }

    fn say(&mut self, check: &'static str, subject: impl ToString, said: impl ToString, found: impl ToString) {
        let (subject, said, found) = (subject.to_string(), said.to_string(), found.to_string());
        self.found.push(Disagreement { check, subject, said, found });
    }

    /// Every customer with all that is theirs, some at a time.
    async fn customers(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let mut after = CustomerId(uuid::Uuid::nil());
        loop {
            let page = rows::customers_after(reader, self.business, after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            self.checked.customers += page.len();
            for some in rows::in_portions(&page) {
                self.portion(reader, &some).await?;
            }
        }
    }

    /// A row that cannot be read ends the look at its customer alone.
    async fn portion(&mut self, reader: &mut Reader<'_>, customers: &[CustomerId]) -> Result<()> {
        match rows::load(reader, self.business, customers).await {
            Ok(rows) => self.look_at(&rows),
            Err(Error::Fault(_)) if customers.len() > 1 => {
                for customer in customers {
                    Box::pin(self.portion(reader, &[*customer])).await?;
                }
            }
            Err(Error::Fault(why)) => {
                self.say("X0", customers.first().map_or_else(String::new, ToString::to_string), "rows", why)
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn look_at(&mut self, rows: &rows::Rows) {
        self.checked.entries += rows.entries.len();
        self.checked.allocations += rows.allocations.len();
        self.checked.journal_lines += rows.journal.len();
        self.checked.orders += rows.orders.len();
        self.checked.invoices += rows.invoices.len();
        self.checked.credit_notes += rows.credit_notes.len();
        self.checked.payments += rows.payments.len();
        self.checked.requests += rows.requests.len();
        self.checked.remote_invoices += rows.remote_invoices.len();
        accounts::check(rows, self);
        payments::check(rows, self);
        methods::check(rows, self);
        orders::check(rows, self);
        invoices::check(rows, self);
        requests::check(rows, self);
        remote_invoices::check(rows, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_of_the_books_has_its_promise() {
        for check in books::audit::Check::ALL {
            assert!(!meaning(check.as_str()).is_empty(), "{check}");
        }
        let mut names: Vec<&str> = PROMISES.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PROMISES.len(), "no name stands for two promises");
    }
}
