//! *Explain this balance*: the trace of an order's or invoice's amount due, or of what a customer owes.
//!
//! Invariant: the trace ends in the same figure as the sheet of the same thing; both come from the same rows.

use books::calendar::Day;
use books::entry::Class;
use books::explain::{Trace, Traceable, explain_account, explain_document};
use books::ids::{BusinessId, CustomerId, InvoiceId, LinkId, OrderId};
use books::money::Currency;

use crate::db::{Db, Reader};
use crate::error::{Error, Result};
use crate::store::account::{entry_of, every};
use crate::store::allocation;
use crate::store::entry::{self, EntryLine};
use crate::store::link::{self, Link, Scope};
use crate::store::order;
use crate::store::user;

/// How the amount due of an order came about.
pub async fn of_order(db: &Db, business: BusinessId, id: OrderId) -> Result<Trace> {
    db.read(async move |reader| {
        order::one(reader, business, id).await?;
        let of_order = entry::of_order(reader, business, id).await?;
        let charges: Vec<_> = of_order.iter().filter(|entry| entry.kind.class() == Class::Charge).map(|entry| entry.id).collect();
        let allocations = every(allocation::of_order(reader, business, id).await?);
        let mut entries = entry::credits_on_order(reader, business, id).await?;
        entries.retain(|credit| of_order.iter().all(|known| known.id != credit.id));
        entries.extend(of_order);
        Ok(explain_document(&charges, &traceable(reader, business, entries).await?, &allocations))
    })
    .await
}

/// How what is due of a selection of documents came about.
async fn of_selection(db: &Db, link: Link) -> Result<Trace> {
    db.read(async move |reader| {
        let (business, customer) = (link.business_id, link.customer_id);
        let scope = Scope::of(&link, &link::targets(reader, &link).await?);
        let entries = entry::of_account(reader, business, customer, link.currency).await?;
        let allocations = every(allocation::of_account(reader, business, customer, link.currency).await?);
        let chosen = entries
            .iter()
            .filter(|line| line.kind.class() == Class::Charge && scope.covers(line.id, line.order_id, line.live_invoice_id));
        let charges: Vec<_> = chosen.map(|line| line.id).collect();
        Ok(explain_document(&charges, &traceable(reader, business, entries).await?, &allocations))
    })
    .await
}

/// How the amount due of an invoice came about. A draft or void one asks for nothing, and has nothing to trace.
pub async fn of_invoice(db: &Db, business: BusinessId, id: InvoiceId) -> Result<Trace> {
    db.read(async move |reader| {
        let sheet = super::invoice::read(reader, business, id).await?;
        if !sheet.invoice.is_live() {
            return Ok(Trace { figures: sheet.figures, charges: Vec::new(), free_credits: Vec::new(), amount_due: 0 });
        }
        let charges: Vec<_> = sheet.charges.iter().map(|charge| charge.id).collect();
        let entries = sheet.charges.into_iter().chain(sheet.credits).collect();
        Ok(explain_document(&charges, &traceable(reader, business, entries).await?, &every(sheet.history)))
    })
    .await
}

/// How what a customer owes in one currency came about.
pub async fn of_customer(db: &Db, business: BusinessId, id: CustomerId, currency: Currency) -> Result<Trace> {
    of_customer_as_at(db, business, id, currency, None).await
}

/// The same as at the end of a day (none: now), from what had taken effect by then.
pub async fn of_customer_as_at(
    db: &Db,
    business: BusinessId,
    id: CustomerId,
    currency: Currency,
    as_at: Option<Day>,
) -> Result<Trace> {
    db.read(async move |reader| {
        let by_then = |day: Day| as_at.is_none_or(|last| day <= last);
        let mut entries = entry::of_account(reader, business, id, currency).await?;
        entries.retain(|line| by_then(line.effective_on));
        let mut allocations = every(allocation::of_account(reader, business, id, currency).await?);
        allocations.retain(|row| by_then(row.effective_on));
        Ok(explain_account(&traceable(reader, business, entries).await?, &allocations))
    })
    .await
}

/// Entries with who made them, in words: a person's name, else what acted.
async fn traceable(reader: &mut Reader<'_>, business: BusinessId, mut lines: Vec<EntryLine>) -> Result<Vec<Traceable>> {
    let people = user::of_business(reader, business).await?;
    lines.sort_by_key(|line| line.id);
    let by = |actor: &str| match actor.split('_').next() {
        Some("usr") => {
            people.iter().find(|user| user.id.to_string() == actor).map_or("a former user", |user| &user.name).to_owned()
        }
        Some("key") => "a program".to_owned(),
        Some("lnk" | "cus") => "the customer".to_owned(),
        _ => "Owed".to_owned(),
    };
    Ok(lines.into_iter().map(|line| Traceable { by: by(&line.actor), entry: entry_of(line) }).collect())
}

/// How what a link asks for came about: its order or invoice, the documents of a selection, else the whole account. A receipt
/// asks for nothing (unknown).
pub async fn of_link(db: &Db, business: BusinessId, id: LinkId) -> Result<(Trace, Currency)> {
    let link = link::link(db, business, id).await?;
    let trace = match (link.purpose.as_str(), link.order_id) {
        ("balance" | "statement" | "account", _) => of_customer(db, business, link.customer_id, link.currency).await?,
        ("request", Some(order)) => of_order(db, business, order).await?,
        ("selection", _) => of_selection(db, link.clone()).await?,
        ("request" | "invoice", None) => of_invoice(db, business, link.invoice_id.ok_or(Error::NotFound)?).await?,
        _ => return Err(Error::NotFound),
    };
    Ok((trace, link.currency))
}
