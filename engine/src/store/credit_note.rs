//! Credit notes: what was taken off an issued invoice, why, and where the money went that this set free.
//!
//! Invariant: a credit note never changes. Its amount is the sum of the entries that name it.

use books::calendar::{Day, Instant};
use books::ids::{AmendmentId, BusinessId, CreditNoteId, CustomerId, InvoiceId, InvoiceLineId};
use books::money::Currency;

use crate::db::{Db, Reader, sql, table};
use crate::error::{Error, Result};
use crate::store::invoice::Frozen;

table! {
    /// A credit note. Amounts are positive minor units, `net + tax = amount`.
    pub struct CreditNote in credit_note key(business_id, id) {
        pub business_id: BusinessId,
        pub id: CreditNoteId,
        pub number: String,
        pub customer_id: CustomerId,
        pub invoice_id: InvoiceId,
        pub currency: Currency,
        pub amount: i64,
        pub net: i64,
        pub tax: i64,
        /// Lines were named; else an amount was credited, and no line says so.
        pub by_line: bool,
        pub reason: String,
        pub note: Option<String>,
        pub dated_on: Day,
        /// What was due on the invoice before it.
        pub due_before: i64,
        pub due_after: i64,
        /// Of the money it set free: what stayed as credit.
        pub to_balance: i64,
        pub to_card: i64,
        pub to_outside: i64,
        /// The amendment that made it, if one did.
        pub amendment_id: Option<AmendmentId>,
        /// JSON of [`super::invoice::Frozen`].
        pub frozen: String,
        pub actor: String,
        pub created_at: Instant,
    }
}

table! {
    /// What a credit note takes off, line by line; one line without a name for an amount.
    pub struct CreditNoteLine in credit_note_line key(business_id, credit_note_id, position) {
        pub business_id: BusinessId,
        pub credit_note_id: CreditNoteId,
        pub position: i64,
        pub invoice_line_id: Option<InvoiceLineId>,
        pub description: String,
        pub tax_rate: Option<String>,
        pub net: i64,
        pub tax: i64,
        pub gross: i64,
    }
}

impl CreditNote {
    /// Both sides as they were when it was written.
    pub fn parties(&self) -> Result<Frozen> {
        Frozen::read(&self.frozen)
    }

    /// The money it set free, wherever it went.
    pub fn freed(&self) -> i64 {
        self.to_balance + self.to_card + self.to_outside
    }
}

/// Which credit notes are wanted; none means all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub customer: Option<CustomerId>,
    pub invoice: Option<InvoiceId>,
    /// First day it is dated to.
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub before: Option<CreditNoteId>,
    pub limit: i64,
}

macro_rules! wanted {
    ($of:literal) => {
        concat!(
            "select * from credit_note where business_id = $1 and id < $2
    and ($3 = '' or dated_on >= $3) and ($4 = '' or dated_on <= $4) ",
            $of,
            " order by id desc limit $5"
        )
    };
}

sql!(WANTED, wanted!(""));
sql!(WANTED_OF_CUSTOMER, wanted!("and customer_id = $6"));
sql!(WANTED_OF_INVOICE, wanted!("and invoice_id = $6"));
sql!(ONE, "select * from credit_note where business_id = $1 and id = $2");
sql!(OF_INVOICE, "select * from credit_note where business_id = $1 and invoice_id = $2 order by id desc limit 1000");
sql!(LINES, "select * from credit_note_line where business_id = $1 and credit_note_id = $2 order by position limit 5000");

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: CreditNoteId) -> Result<CreditNote> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn lines(reader: &mut Reader<'_>, business: BusinessId, id: CreditNoteId) -> Result<Vec<CreditNoteLine>> {
    reader.query(&LINES, &[&business, &id]).await
}

/// The credit notes of an invoice, newest first.
pub(crate) async fn of_invoice(reader: &mut Reader<'_>, business: BusinessId, invoice: InvoiceId) -> Result<Vec<CreditNote>> {
    reader.query(&OF_INVOICE, &[&business, &invoice]).await
}

/// Credit notes, newest first. An invoice narrows more than its customer.
pub async fn wanted(db: &Db, business: BusinessId, wanted: Wanted) -> Result<Vec<CreditNote>> {
    db.read(async move |reader| {
        let before = wanted.before.unwrap_or(CreditNoteId(uuid::Uuid::max()));
        let text = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let (from, to, limit) = (text(wanted.from), text(wanted.to), wanted.limit);
        let mut found: Vec<CreditNote> = match (wanted.invoice, wanted.customer) {
            (Some(invoice), _) => reader.query(&WANTED_OF_INVOICE, &[&business, &before, &from, &to, &limit, &invoice]).await?,
            (None, Some(customer)) => {
                reader.query(&WANTED_OF_CUSTOMER, &[&business, &before, &from, &to, &limit, &customer]).await?
            }
            (None, None) => reader.query(&WANTED, &[&business, &before, &from, &to, &limit]).await?,
        };
        found.retain(|row| wanted.customer.is_none_or(|customer| row.customer_id == customer));
        Ok(found)
    })
    .await
}
