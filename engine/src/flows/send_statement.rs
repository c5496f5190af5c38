//! A statement of account is sent to a customer: kept as it was, with a link on which it can be seen and paid (rule 13).

use books::ids::{CustomerId, StatementId};
use books::money::Currency;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::share_link::{expiry, link_row};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::sheets::statement::{Period, statement_sheet};
use crate::store::business;
use crate::store::customer::Customer;
use crate::store::statement::Statement;
use crate::store::user::Role;

/// Sends the statement over some days (none: in the business's own currency) to the customer's address. Idempotent by key.
/// Refuses with NO_RIGHT, NO_CONTACT without an address, and days of which nothing can be said.
pub async fn send_statement(
    db: &Db,
    keys: &Keys,
    call: &Call,
    customer: CustomerId,
    currency: Option<Currency>,
    period: Period,
) -> Result<Done<StatementId>> {
    call.actor.must(Role::Clerk, "write")?;
    // Read beforehand: what it says is what was known when it was made, and `last_entry` says how far that went.
    let sheet = statement_sheet(db, call.business, customer, currency, period).await?;
    let (by, keys) = (call.clone(), keys.clone());
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let to = tx.get::<Customer>(&[&by.business, &customer]).await?.ok_or(Error::NotFound)?;
        let send_to = to.email.ok_or_else(|| {
            Error::refused("NO_CONTACT", "this customer has no e-mail address: print the statement instead, or add one")
        })?;
        let business = business::of(tx).await?;
        let expires_at = expiry(&business, tx.now(), None)?;
        let link = link_row(tx, &keys, "statement", customer, sheet.currency, expires_at, by.actor.id());
        let id = StatementId::new(tx.ids());
        tx.insert(&link);
        tx.insert(&Statement {
            business_id: by.business,
            id,
            customer_id: customer,
            currency: sheet.currency,
            from_on: period.from,
            to_on: period.to,
            opening: sheet.opening,
            closing: sheet.closing,
            last_entry: sheet.last_entry,
            link_id: link.id,
            send_to,
            sent_at: tx.now(),
            actor: by.actor.id(),
        });
        let event = event_id(tx);
        leave_job(tx, "mail_statement", id, event);
        let data = serde_json::json!({ "from": period.from, "to": period.to, "closing": sheet.closing });
        Act { kind: "statement_sent", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}
