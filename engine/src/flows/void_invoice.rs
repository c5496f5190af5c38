//! An issued invoice is taken back, or given up in whole or in part.
//!
//! Invariants: voiding reverses what the invoice itself charged, so that payments become credit, and lets go of what it only
//! covered, payments included; it is refused while a credit note stands. Giving up posts a write-off and changes no total;
//! *uncollectible* is the write-off of all that is open, and a word that stays until money comes after all.

use books::account::{Target, VoidInvoice, When, WriteOff};
use books::capability::{self, VoidFacts, WriteOffFacts};
use books::entry::EntryKind;
use books::ids::{EntryId, InvoiceId};
use books::invoice::InvoiceStanding;
use books::money::Money;
use serde::{Deserialize, Serialize};

use super::approvals::{Held, HeldAct, Made, wait_for_approval};
use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::limits::{Allowance, Limited, allowance, must_be_free};
use super::posting::{Books, Touched, open_books};
use super::request_payment::{allowed, close_settled, open_of_customer};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::store::invoice::Invoice;
use crate::store::request::Request;
use crate::store::user::Role;

/// The invoice and its customer's account, locked, with the requests that may close.
pub(crate) struct Opened {
    pub books: Books,
    pub invoice: Invoice,
    pub requests: Vec<Request>,
}

/// Locks an invoice with everything that it covers.
pub(crate) async fn open_invoice(tx: &mut Tx<'_>, id: InvoiceId, touched: Touched) -> Result<Opened> {
    let business = tx.business();
    let seen = tx.get::<Invoice>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
    let touched = Touched { invoices: vec![id], ..touched };
    let books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
    let invoice = tx.lock::<Invoice>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
    let requests = open_of_customer(tx, seen.customer_id).await?;
    Ok(Opened { books, invoice, requests })
}

/// Takes an invoice back. Refuses NOT_ISSUED, CREDIT_NOTE_STANDS, PAYMENT_PENDING, NO_RIGHT, and NEEDS_APPROVAL when what the invoice
/// itself charged is above the limit for write-offs. With `keep_fees` its late fees stay charged. Idempotent by key.
pub async fn void_invoice(db: &Db, call: &Call, id: InvoiceId, reason: &str, keep_fees: bool) -> Result<Done<InvoiceId>> {
    let reason = check::reason("reason", reason)?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let Opened { mut books, mut invoice, requests } = open_invoice(tx, id, Touched::default()).await?;
        let pending = books.account.reserved_on(Target::Invoice(id));
        let credited = |item: &books::account::Item| item.entry.kind == EntryKind::CreditNote && item.entry.invoice == Some(id);
        let facts = VoidFacts {
            standing: invoice.standing,
            credit_note: books.account.items().iter().any(credited),
            pending: (pending > 0).then(|| Money::new(pending, invoice.currency)),
            right: by.actor.must(Role::Manager, "write").is_ok(),
        };
        allowed(capability::void(&facts))?;
        let void = VoidInvoice { invoice: id, reason: reason.clone(), when: When::Today, keep_fees };
        let voided = books.account.void_invoice(tx.ids(), &void)?;
        let off = voided.reversals.iter().filter_map(|id| books.account.item(*id)).map(|item| item.entry.amount).sum();
        if off > 0 {
            must_be_free(&books.business, &by.actor, Limited::WriteOff, Money::new(off, invoice.currency))?;
        }
        let today = books.business.today(tx.now());
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        invoice.standing = InvoiceStanding::Void;
        (invoice.voided_on, invoice.reason) = (Some(today), Some(reason.clone()));
        invoice.updated_at = tx.now();
        let customer = invoice.customer_id;
        tx.set(&invoice);
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", customer, event);
        let freed: i64 = voided.freed.iter().map(|freed| freed.amount).sum();
        let data = serde_json::json!({ "freed": freed, "balance": posted.balance });
        Act { kind: "invoice_voided", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// What is given up of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivingUp {
    /// None: all that is due.
    pub amount: Option<i64>,
    pub reason: String,
    /// The invoice reads *uncollectible* from then on; only with all that is due.
    pub uncollectible: bool,
    /// Above the limit: wait for a second person instead of being refused.
    #[serde(skip)]
    pub request_approval: bool,
}

/// Gives up a part or all of what is due on an invoice. Refuses NOT_ISSUED, NO_BALANCE, ABOVE_DUE, NO_RIGHT, and
/// NEEDS_APPROVAL above a limit, PAYMENT_PENDING while a payment under way will pay some of it. Answers the write-off, or the approval that it waits for.
/// Idempotent by key.
pub async fn write_off(db: &Db, call: &Call, id: InvoiceId, giving: GivingUp) -> Result<Done<Made<EntryId>>> {
    let reason = check::reason("reason", &giving.reason)?;
    if let Some(amount) = giving.amount {
        check::amount("amount", amount)?;
    }
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let Opened { mut books, mut invoice, requests } = open_invoice(tx, id, Touched::default()).await?;
        let money = |minor| Money::new(minor, invoice.currency);
        let due = books.account.due(Target::Invoice(id));
        let allowance = allowance(&books.business.settings()?, &by.actor, Limited::WriteOff);
        let asked = money(giving.amount.unwrap_or(due));
        let above = allowance.needs_approval(&books.business, asked);
        if giving.uncollectible && asked.minor != due {
            let detail = format!("{} is due by now: give up all of it", money(due));
            return Err(Error::refused("DOES_NOT_ADD_UP", detail).parts_in("amount"));
        }
        let facts = WriteOffFacts {
            standing: invoice.standing,
            due: money(due),
            amount: giving.amount.map(money),
            needs_approval: above && !giving.request_approval,
            right: allowance != Allowance::Nothing,
        };
        allowed(capability::write_off(&facts))?;
        if books.account.reserved_on(Target::Invoice(id)) > 0 {
            return Err(Error::refused("PAYMENT_PENDING", "a payment for this is under way; wait until its outcome is known"));
        }
        if above {
            // What a second person sees is what will be given up, also when more has become due by then.
            let giving = GivingUp { amount: Some(asked.minor), reason: reason.clone(), ..giving.clone() };
            let act = HeldAct::WriteOff { invoice: id, giving };
            let held = Held { act, customer: invoice.customer_id, about: id.to_string(), amount: asked, reason: reason.clone() };
            return Ok(wait_for_approval(tx, &by, held));
        }
        let what = WriteOff {
            target: Target::Invoice(id),
            amount: giving.amount,
            reason: reason.clone(),
            note: None,
            when: When::Today,
        };
        let written = books.account.write_off(tx.ids(), &what)?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        let customer = invoice.customer_id;
        if giving.uncollectible {
            invoice.standing = InvoiceStanding::Uncollectible;
            invoice.reason = Some(reason.clone());
            invoice.updated_at = tx.now();
            tx.set(&invoice);
        }
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", customer, event);
        let data = serde_json::json!({ "invoice": id, "amount": written.amount, "balance": posted.balance });
        let kind = if giving.uncollectible { "invoice_uncollectible" } else { "written_off" };
        Act { kind, subject: written.entry.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(Made::Now(written.entry)))
    })
    .await
}
