//! The way into the customer portal: a link mailed to an address, used once, and the session that it opens.
//!
//! Invariant: nobody learns from here whether an address is known. A way in dies with its first use, after half an hour, and
//! when a newer one was used; opening its page changes nothing, so a mail scanner cannot use it up.

use books::ids::{BusinessId, PortalEntryId, SessionId};

use super::audit::{Act, event_id, leave_job};
use super::call::{Actor, Call};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::{Keys, digest, new_token};
use crate::store::portal::{self, ENTRY_BY_DIGEST, ENTRY_SECONDS, Inside, LIFE_SECONDS, PortalEntry, PortalSession};

/// The address as it is looked for: without spaces around it, in small letters. None: it cannot be an address.
pub fn address(text: &str) -> Option<String> {
    let address = super::check::email("email", text).ok()?;
    Some(address.to_lowercase())
}

/// Mails a way in to an address, from every business that knows a customer by it. Says nothing of whether there is one.
pub async fn ask_for_entry(db: &Db, keys: &Keys, email: &str, request_id: &str) -> Result<()> {
    let Some(email) = address(email) else { return Ok(()) };
    let looked_for = email.clone();
    let known = db.read(async move |reader| portal::known_to(reader, &looked_for).await).await?;
    for business in known {
        mail_entry(db, keys, business, &email, request_id).await?;
    }
    Ok(())
}

async fn mail_entry(db: &Db, keys: &Keys, business: BusinessId, email: &str, request_id: &str) -> Result<()> {
    let (keys, email) = (keys.clone(), email.to_owned());
    let call = Call::system(business, request_id);
    db.write(business, async move |tx| {
        let id = PortalEntryId::new(tx.ids());
        let now = tx.now();
        tx.insert(&PortalEntry {
            business_id: business,
            id,
            email: email.clone(),
            digest: digest(&keys.portal_token(id)),
            created_at: now,
            expires_at: now.plus_seconds(ENTRY_SECONDS),
            used_at: None,
        });
        let event = event_id(tx);
        leave_job(tx, "mail_portal", id, event);
        Act { kind: "portal_asked", subject: id.to_string(), customer: None, data: serde_json::json!({}), call: &call }
            .write(tx, event);
        Ok(())
    })
    .await
}

/// Whether a way in can still be used. Changes nothing.
pub async fn is_open(db: &Db, token: &str) -> Result<Option<BusinessId>> {
    let kept = digest(token);
    db.read(async move |reader| {
        let now = reader.now();
        let found = portal::entry_by_digest(reader, kept.clone()).await?;
        Ok(found.filter(|entry| entry.used_at.is_none() && entry.expires_at > now).map(|entry| entry.business_id))
    })
    .await
}

/// Uses a way in: answers the token of the session that it opened. Refuses (NotFound) what is unknown, used or too old.
pub async fn enter_portal(db: &Db, token: &str, request_id: &str) -> Result<String> {
    let kept = digest(token);
    let business = is_open(db, token).await?.ok_or(Error::NotFound)?;
    let session = new_token()?;
    let opened = digest(&session);
    let request_id = request_id.to_owned();
    db.write(business, async move |tx| {
        let now = tx.now();
        let found: Option<PortalEntry> = tx.query_opt(&ENTRY_BY_DIGEST, &[&kept]).await?;
        let found = found.ok_or(Error::NotFound)?;
        // Locked in a statement of its own, then looked at: two clicks at once are one use.
        let mut entry = tx.lock::<PortalEntry>(&[&business, &found.id]).await?.ok_or(Error::NotFound)?;
        if entry.used_at.is_some() || entry.expires_at <= now {
            return Err(Error::NotFound);
        }
        entry.used_at = Some(now);
        tx.set(&entry);
        let id = SessionId::new(tx.ids());
        tx.insert(&PortalSession {
            business_id: business,
            id,
            digest: opened.clone(),
            email: Some(entry.email.clone()),
            customer_id: None,
            user_id: None,
            created_at: now,
            seen_at: now,
            expires_at: now.plus_seconds(LIFE_SECONDS),
            ended_at: None,
        });
        let call = Call::system(business, request_id.clone());
        let event = event_id(tx);
        Act { kind: "portal_entered", subject: id.to_string(), customer: None, data: serde_json::json!({}), call: &call }
            .write(tx, event);
        Ok(())
    })
    .await?;
    Ok(session)
}

/// Notes that a session was used. Called now and then, not at each request.
pub async fn touch(db: &Db, session: &PortalSession) -> Result<()> {
    let (business, id) = (session.business_id, session.id);
    db.write(business, async move |tx| {
        if let Some(mut session) = tx.lock::<PortalSession>(&[&business, &id]).await? {
            session.seen_at = tx.now();
            tx.set(&session);
        }
        Ok(())
    })
    .await
}

/// Ends a session at once: sign-out, or staff stop acting for a customer.
pub async fn leave_portal(db: &Db, inside: &Inside, request_id: &str) -> Result<()> {
    let (business, id) = (inside.session.business_id, inside.session.id);
    let (acting, customer) = (inside.acting.clone(), inside.session.customer_id);
    let actor = acting.as_ref().map_or(Actor::System, |user| Actor::User { id: user.id, role: user.role });
    let call = Call { business, actor, request_id: request_id.to_owned(), key: None };
    db.write(business, async move |tx| {
        let mut session = tx.lock::<PortalSession>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
        session.ended_at = Some(tx.now());
        tx.set(&session);
        let event = event_id(tx);
        let kind = if acting.is_some() { "stopped_acting" } else { "portal_left" };
        let subject = customer.map_or_else(|| id.to_string(), |customer| customer.to_string());
        Act { kind, subject, customer, data: serde_json::json!({}), call: &call }.write(tx, event);
        Ok(())
    })
    .await
}
