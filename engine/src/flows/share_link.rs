//! A customer's payment link: generate, revoke, regenerate, send by mail.
//!
//! Invariant: one live balance link for each customer and currency; generating again revokes the earlier one in the same
//! transaction. The token is made from the link's id and the key file, so it can be shown again and is nowhere kept.

use books::calendar::{Day, Instant};
use books::ids::{CustomerId, LinkId, PaymentId};
use books::link::LinkState;
use books::money::Currency;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::keys::{Keys, digest};
use crate::store::business::{self, Business};
use crate::store::customer::Customer;
use crate::store::link::{LIVE_OF_CUSTOMER, Link, OF_PAYMENT};
use crate::store::payment::Payment;

/// How long a payer's browser keeps the right to a link that it has opened.
pub const VISIT_SECONDS: i64 = 12 * 3600;
/// At most so many fixed amounts to choose from.
const MOST_STEPS: usize = 12;

/// What the link lets the payer do.
#[derive(Debug, Clone)]
pub struct NewLink {
    pub customer: CustomerId,
    /// None: the business's currency.
    pub currency: Option<Currency>,
    /// `full`, `minimum`, `steps` or `any`
    pub policy: String,
    pub minimum_amount: Option<i64>,
    pub steps: Vec<i64>,
    pub can_pay: bool,
    /// None: the business's usual time from today.
    pub expires_on: Option<Day>,
}

impl NewLink {
    /// Full amount only, for the business's usual time.
    pub fn usual(customer: CustomerId) -> NewLink {
        NewLink {
            customer,
            currency: None,
            policy: "full".to_owned(),
            minimum_amount: None,
            steps: Vec::new(),
            can_pay: true,
            expires_on: None,
        }
    }

    fn check(&self) -> Result<()> {
        match self.policy.as_str() {
            "full" | "any" if self.minimum_amount.is_none() && self.steps.is_empty() => Ok(()),
            "full" | "any" => Err(Error::invalid("policy", "POLICY", "this policy takes neither a minimum nor steps")),
            "minimum" => match self.minimum_amount {
                Some(minimum) if self.steps.is_empty() => super::check::amount("minimum_amount", minimum).map(|_| ()),
                _ => Err(Error::invalid("minimum_amount", "REQUIRED", "the policy minimum needs a minimum amount and no steps")),
            },
            "steps" => {
                if self.steps.is_empty() || self.steps.len() > MOST_STEPS {
                    return Err(Error::invalid("steps", "REQUIRED", format!("the policy steps needs 1 to {MOST_STEPS} amounts")));
                }
                let check = |(at, step): (usize, &i64)| super::check::amount(&format!("steps[{at}]"), *step).map(|_| ());
                self.steps.iter().enumerate().try_for_each(check)
            }
            _ => Err(Error::invalid("policy", "UNKNOWN", "the policy is full, minimum, steps or any")),
        }
    }
}

/// A new row of the given purpose, with its digest; not yet written.
pub(crate) fn link_row(
    tx: &mut Tx<'_>,
    keys: &Keys,
    purpose: &str,
    customer: CustomerId,
    currency: Currency,
    expires_at: Instant,
    actor: String,
) -> Link {
    let id = LinkId::new(tx.ids());
    Link {
        business_id: tx.business(),
        id,
        purpose: purpose.to_owned(),
        customer_id: customer,
        currency,
        order_id: None,
        invoice_id: None,
        request_id: None,
        payment_id: None,
        digest: digest(&keys.link_token(purpose, id)),
        policy: "full".to_owned(),
        minimum_amount: None,
        steps: None,
        can_pay: true,
        expires_at,
        revoked_at: None,
        opened_at: None,
        created_at: tx.now(),
        actor,
    }
}

/// The instant at which a link made now expires: the end of the named day, or the business's usual number of days.
pub(crate) fn expiry(business: &Business, now: Instant, expires_on: Option<Day>) -> Result<Instant> {
    let Some(last_day) = expires_on else {
        return Ok(now.plus_seconds(business.settings()?.link_days * 86_400));
    };
    if last_day < business.today(now) {
        return Err(Error::invalid("expires_on", "IN_THE_PAST", "the link would be expired already"));
    }
    let end = last_day.tomorrow().ok().and_then(|day| day.to_zoned(business.zone()).ok());
    let end = end.ok_or_else(|| Error::invalid("expires_on", "OUT_OF_RANGE", "this day cannot be used"))?;
    Ok(Instant(end.timestamp().as_microsecond()))
}

/// Makes a balance link, in place of an earlier live one. Idempotent by key.
pub async fn create_link(db: &Db, keys: &Keys, call: &Call, new: NewLink) -> Result<Done<LinkId>> {
    new.check()?;
    let (by, keys) = (call.clone(), keys.clone());
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        tx.lock::<Customer>(&[&by.business, &new.customer]).await?.ok_or(Error::NotFound)?;
        let business = business::of(tx).await?;
        let currency = new.currency.unwrap_or(business.currency);
        let earlier: Vec<Link> = tx.query(&LIVE_OF_CUSTOMER, &[&by.business, &new.customer, &currency]).await?;
        let expires_at = expiry(&business, tx.now(), new.expires_on)?;
        let mut link = link_row(tx, &keys, "balance", new.customer, currency, expires_at, by.actor.id());
        link.policy = new.policy.clone();
        link.minimum_amount = new.minimum_amount;
        link.steps = if new.steps.is_empty() { None } else { Some(serde_json::json!(new.steps).to_string()) };
        link.can_pay = new.can_pay;
        replace(tx, earlier);
        tx.insert(&link);
        let event = event_id(tx);
        let data = serde_json::json!({ "policy": link.policy, "can_pay": link.can_pay });
        Act { kind: "link_created", subject: link.id.to_string(), customer: Some(new.customer), data, call: &by }
            .write(tx, event);
        Ok(Done::now(link.id))
    })
    .await
}

fn replace(tx: &mut Tx<'_>, earlier: Vec<Link>) {
    let now = tx.now();
    for mut link in earlier {
        link.revoked_at = Some(now);
        tx.set(&link);
    }
}

/// Ends a link at once. A revoked link stays revoked.
pub async fn revoke_link(db: &Db, call: &Call, id: LinkId) -> Result<Done<LinkId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut link = tx.lock::<Link>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        if link.revoked_at.is_none() {
            link.revoked_at = Some(tx.now());
            tx.set(&link);
        }
        let event = event_id(tx);
        Act {
            kind: "link_revoked",
            subject: id.to_string(),
            customer: Some(link.customer_id),
            data: serde_json::json!({}),
            call: &by,
        }
        .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// A new link with the same rights; the old one dies in the same transaction. Also what a payer with an expired link asks for,
/// who gets it by mail only (`mail_it`), to the address on file.
pub async fn regenerate_link(db: &Db, keys: &Keys, call: &Call, id: LinkId, mail_it: bool) -> Result<Done<LinkId>> {
    let (by, keys) = (call.clone(), keys.clone());
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut old = tx.lock::<Link>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        if mail_it && old.revoked_at.is_some() {
            return Err(Error::NotFound);
        }
        let business = business::of(tx).await?;
        let earlier: Vec<Link> = if old.purpose == "balance" {
            tx.query(&LIVE_OF_CUSTOMER, &[&by.business, &old.customer_id, &old.currency]).await?
        } else {
            Vec::new()
        };
        let request = match old.request_id {
            Some(request) => tx.lock::<crate::store::request::Request>(&[&by.business, &request]).await?,
            None => None,
        };
        let expires_at = expiry(&business, tx.now(), None)?;
        let fresh = link_row(tx, &keys, &old.purpose, old.customer_id, old.currency, expires_at, by.actor.id());
        let link = Link {
            digest: fresh.digest.clone(),
            id: fresh.id,
            created_at: fresh.created_at,
            expires_at,
            revoked_at: None,
            opened_at: None,
            actor: fresh.actor.clone(),
            ..old.clone()
        };
        let already = earlier.iter().any(|other| other.id == old.id);
        replace(tx, earlier);
        if !already && old.revoked_at.is_none() {
            old.revoked_at = Some(tx.now());
            tx.set(&old);
        }
        tx.insert(&link);
        if let Some(mut request) = request {
            request.link_id = link.id;
            tx.set(&request);
        }
        let event = event_id(tx);
        if mail_it {
            leave_job(tx, "mail_fresh_link", link.id, event);
        }
        let data = serde_json::json!({ "replaces": old.id, "mailed": mail_it });
        Act { kind: "link_regenerated", subject: link.id.to_string(), customer: Some(link.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Done::now(link.id))
    })
    .await
}

/// Mails a balance link to the customer's address. Refuses without an address.
pub async fn send_link(db: &Db, call: &Call, id: LinkId) -> Result<Done<LinkId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let link = tx.lock::<Link>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        match link.state(tx.now()) {
            LinkState::Revoked => return Err(Error::refused("LINK_REVOKED", "this link was revoked; generate a new one")),
            LinkState::Expired => return Err(Error::refused("LINK_EXPIRED", "this link has expired; generate a new one")),
            LinkState::Active => {}
        }
        let customer = tx.get::<Customer>(&[&by.business, &link.customer_id]).await?.ok_or(Error::NotFound)?;
        if customer.email.is_none() {
            return Err(Error::refused(
                "NO_CONTACT",
                "this customer has no e-mail address; copy the link or print its code instead",
            ));
        }
        let event = event_id(tx);
        leave_job(tx, "mail_link", id, event);
        Act {
            kind: "link_sent",
            subject: id.to_string(),
            customer: Some(link.customer_id),
            data: serde_json::json!({}),
            call: &by,
        }
        .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// The link on which the receipt of a payment can be seen; made when there is none yet. The same one each time.
pub async fn receipt_link(db: &Db, keys: &Keys, call: &Call, payment: PaymentId) -> Result<LinkId> {
    let (by, keys) = (call.clone(), keys.clone());
    db.write(call.business, async move |tx| {
        let row = tx.lock::<Payment>(&[&by.business, &payment]).await?.ok_or(Error::NotFound)?;
        if let Some(found) = tx.query_opt::<Link>(&OF_PAYMENT, &[&by.business, &payment]).await? {
            return Ok(found.id);
        }
        let business = business::of(tx).await?;
        let expires_at = expiry(&business, tx.now(), None)?;
        let mut link = link_row(tx, &keys, "receipt", row.customer_id, row.currency, expires_at, by.actor.id());
        link.payment_id = Some(payment);
        link.can_pay = false;
        tx.insert(&link);
        Ok(link.id)
    })
    .await
}
