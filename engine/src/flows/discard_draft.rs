//! A draft of an invoice that nobody needs is thrown away.
//!
//! Invariants: only a draft, which has no number and posted nothing; the charges it claimed are free to be billed again. Its event
//! stays, so that it is known who threw away what.

use books::ids::InvoiceId;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::draft_invoice::{DROP_LINES, claimed, lock_draft};
use crate::db::{Db, Expect, sql};
use crate::error::Result;
use crate::store::invoice::{self, InvoiceLine};

sql!(DROP, "delete from invoice where business_id = $1 and id = $2 and standing = 'draft'");

/// Throws it away. Refuses NOT_DRAFT. Idempotent by key.
pub async fn discard_draft(db: &Db, call: &Call, id: InvoiceId) -> Result<Done<InvoiceId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let invoice = lock_draft(tx, id).await?;
        let lines: Vec<InvoiceLine> = invoice::lines_of_flow(tx, id).await?;
        let (books, _) = claimed(tx, &invoice, &[]).await?;
        let event = event_id(tx);
        books.write(tx, &by, event)?;
        tx.execute(&DROP_LINES, &[&by.business, &id], Expect::Any);
        tx.execute(&DROP, &[&by.business, &id], Expect::Exactly(1));
        let texts: Vec<&str> = lines.iter().map(|line| line.description.as_str()).collect();
        let data = serde_json::json!({ "description": invoice.description, "lines": texts });
        Act { kind: "invoice_discarded", subject: id.to_string(), customer: Some(invoice.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}
