//! A mistake is corrected by a mirrored entry with a reason. Nothing posted is edited or deleted.

use books::account::{Reverse, When};
use books::ids::{BusinessId, EntryId};
use books::money::Money;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::limits::{Limited, must_be_free};
use super::posting::{Touched, open_books};
use super::request_payment::close_settled;
use crate::db::{Db, sql};
use crate::error::{Error, Refusal, Result};
use crate::store::entry::Entry;

sql!(REVERSED, "select * from entry where business_id = $1 and reverses = $2");

/// Posts the reversing entry. Refuses an entry that belongs to a document, is a reversal, or was reversed before
/// (ALREADY_REVERSED); NO_RIGHT, and NEEDS_APPROVAL above the limit for refunds (a payment's entry) or adjustments. Idempotent by key.
pub async fn reverse_entry(db: &Db, call: &Call, id: EntryId, reason: &str) -> Result<Done<EntryId>> {
    let reason = check::reason("reason", reason)?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let entry = tx.get::<Entry>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let touched = Touched { entries: vec![id], payments: entry.payment_id.into_iter().collect(), ..Touched::default() };
        let mut books = open_books(tx, entry.customer_id, entry.currency, &touched).await?;
        // Read again under the customer's lock: another clerk may have been faster.
        if tx.query_opt::<Entry>(&REVERSED, &[&by.business, &id]).await?.is_some() {
            return Err(Error::refused("ALREADY_REVERSED", "this entry was already reversed"));
        }
        books.account.can_reverse(id)?;
        let what = if entry.payment_id.is_some() { Limited::Refund } else { Limited::Adjustment };
        must_be_free(&books.business, &by.actor, what, Money::new(entry.amount, entry.currency))?;
        let requests = super::request_payment::open_of_customer(tx, entry.customer_id).await?;
        let reversing = books.account.reverse(tx.ids(), &Reverse { entry: id, reason: reason.clone(), when: When::Today })?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", entry.customer_id, event);
        let data = serde_json::json!({ "reverses": id, "balance": posted.balance });
        Act { kind: "entry_reversed", subject: reversing.to_string(), customer: Some(entry.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Done::now(reversing))
    })
    .await
}

/// Whether an entry may be reversed now: none, or the refusal that [`reverse_entry`] would answer with. Changes nothing.
pub async fn may_reverse(db: &Db, business: BusinessId, id: EntryId) -> Result<Option<Refusal>> {
    // The books decide from an account that only a transaction can load; this one writes nothing.
    db.write(business, async move |tx| {
        let entry = tx.get::<Entry>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
        let touched = Touched { entries: vec![id], payments: entry.payment_id.into_iter().collect(), ..Touched::default() };
        let books = open_books(tx, entry.customer_id, entry.currency, &touched).await?;
        if tx.query_opt::<Entry>(&REVERSED, &[&business, &id]).await?.is_some() {
            return Ok(Some(Refusal::new("ALREADY_REVERSED", "this entry was already reversed")));
        }
        match books.account.can_reverse(id).map_err(Error::from) {
            Ok(()) => Ok(None),
            Err(Error::Refused(refusal)) => Ok(Some(refusal)),
            Err(other) => Err(other),
        }
    })
    .await
}
