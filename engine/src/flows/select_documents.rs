//! Documents chosen to be paid at once: one link over exactly these, to be paid now or handed over (POR-1, POR-3).
//!
//! Invariant: the same choice of the same customer leads to the same live link, so a second click asks for the same payment.

use books::account::Target;
use books::ids::{CustomerId, LinkId};
use books::money::Currency;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::share_link::{expiry, link_row};
use crate::db::{Db, Tx, row, sql};
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::store::business;
use crate::store::customer::Customer;
use crate::store::link::{self, Link, LinkTarget, SELECTIONS, target_text};

/// At most so many documents are paid at once.
pub const MOST: usize = 200;

row! {
    /// Whose a document is, and in which currency.
    struct Owner {
        customer_id: CustomerId,
        currency: Currency,
    }
}

sql!(OWNER_OF_ORDER, "select customer_id, currency from orders where business_id = $1 and id = $2");
sql!(OWNER_OF_CHARGE, "select customer_id, currency from entry where business_id = $1 and id = $2 and side = 'charge'");
// A draft asks for nothing, and its customer does not know of it.
sql!(OWNER_OF_INVOICE, "select customer_id, currency from invoice where business_id = $1 and id = $2 and standing <> 'draft'");

async fn owner(tx: &mut Tx<'_>, target: Target) -> Result<Option<Owner>> {
    let business = tx.business();
    match target {
        Target::Order(id) => tx.query_opt(&OWNER_OF_ORDER, &[&business, &id]).await,
        Target::Entry(id) => tx.query_opt(&OWNER_OF_CHARGE, &[&business, &id]).await,
        Target::Invoice(id) => tx.query_opt(&OWNER_OF_INVOICE, &[&business, &id]).await,
    }
}

/// A link over these documents of a customer (none: over all that the account owes). Idempotent by key, and by the choice
/// itself. Refuses more than [`MOST`], and (as unknown) what is another customer's or in another currency.
pub async fn select_documents(
    db: &Db,
    keys: &Keys,
    call: &Call,
    customer: CustomerId,
    currency: Currency,
    mut targets: Vec<Target>,
) -> Result<Done<LinkId>> {
    targets.sort_by_key(|target| target_text(*target));
    targets.dedup();
    if targets.len() > MOST {
        return Err(Error::invalid("document", "TOO_MANY", format!("choose at most {MOST} documents at once")));
    }
    let (by, keys) = (call.clone(), keys.clone());
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        tx.lock::<Customer>(&[&by.business, &customer]).await?.ok_or(Error::NotFound)?;
        for target in &targets {
            let owner = owner(tx, *target).await?;
            owner.filter(|owner| owner.customer_id == customer && owner.currency == currency).ok_or(Error::NotFound)?;
        }
        let business = business::of(tx).await?;
        let id = match same_choice(tx, customer, currency, &targets).await? {
            Some(known) => known,
            None => {
                let purpose = if targets.is_empty() { "account" } else { "selection" };
                let expires_at = expiry(&business, tx.now(), None)?;
                let link = link_row(tx, &keys, purpose, customer, currency, expires_at, by.actor.id());
                write_choice(tx, &link, &targets);
                link.id
            }
        };
        let event = event_id(tx);
        let data = serde_json::json!({ "documents": targets.len() });
        Act { kind: "documents_chosen", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// A live link over the very same documents.
async fn same_choice(tx: &mut Tx<'_>, customer: CustomerId, currency: Currency, targets: &[Target]) -> Result<Option<LinkId>> {
    let (business, now) = (tx.business(), tx.now());
    let wanted: Vec<String> = targets.iter().copied().map(target_text).collect();
    let live: Vec<Link> = tx.query(&SELECTIONS, &[&business, &customer, &currency, &now]).await?;
    for known in live {
        let of: Vec<String> = link::targets_of_flow(tx, &known).await?.into_iter().map(|row| row.target).collect();
        if of == wanted {
            return Ok(Some(known.id));
        }
    }
    Ok(None)
}

fn write_choice(tx: &mut Tx<'_>, link: &Link, targets: &[Target]) {
    tx.insert(link);
    for (position, target) in (1_i64..).zip(targets) {
        let target = target_text(*target);
        tx.insert(&LinkTarget { business_id: link.business_id, link_id: link.id, position, target });
    }
}
