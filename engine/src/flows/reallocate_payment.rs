//! Staff move a payment to other documents, or off its documents to the customer's balance (ALC-1, ALC-3).
//!
//! Invariant: no money moves, only what it is set against. What no document takes is set free and held, so that it does not
//! slip back by itself to where it was taken from.

use books::account::{Aim, Reallocate};
use books::ids::PaymentId;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::posting::{Touched, open_books};
use super::record_payment::{Part, check_parts};
use super::request_payment::{close_settled, open_of_customer};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::payment::Payment;

/// Sets a payment against `parts`, in this order (none: to the balance). Refuses NOT_FOUND for documents of others,
/// DOES_NOT_ADD_UP for parts of more than it has, ABOVE_DUE for more than a document needs, and a payment that was never
/// received. Idempotent by key.
pub async fn reallocate_payment(db: &Db, call: &Call, id: PaymentId, parts: Vec<Part>) -> Result<Done<PaymentId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let seen = tx.get::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let mut touched = check_parts(tx, &parts, seen.customer_id, seen.currency).await?;
        touched.payments = vec![id];
        let mut books = open_books(tx, seen.customer_id, seen.currency, &Touched { ..touched }).await?;
        let mut payment = tx.lock::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let requests = open_of_customer(tx, payment.customer_id).await?;
        let Some(credit) = payment.entry_id else {
            return Err(Error::refused("NO_BALANCE", "no money came by this payment, so there is nothing to apply"));
        };
        let aims = parts.iter().map(|part| Aim { target: part.target, amount: part.amount }).collect();
        books.account.reallocate(tx.ids(), &Reallocate { credit, aims }).map_err(|no| Error::from(no).parts_in("allocations"))?;
        let event = event_id(tx);
        let (account, _) = books.write(tx, &by, event)?;
        close_settled(tx, requests, &account, None);
        payment.updated_at = tx.now();
        tx.set(&payment);
        leave_job(tx, "close_checkouts", payment.customer_id, event);
        let data = serde_json::json!({ "parts": parts.len(), "currency": payment.currency });
        Act { kind: "payment_reallocated", subject: id.to_string(), customer: Some(payment.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}
