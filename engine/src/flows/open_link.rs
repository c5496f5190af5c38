//! A payer opens a link: the browser gathers the right to see what is behind it.
//!
//! Invariant: opening changes nothing but *opened*, and that only for a person (not for a preview, a HEAD request or staff).

use books::calendar::Instant;
use books::link::LinkState;
use books::request::RequestEvent;

use super::audit::{Act, event_id};
use super::call::{Actor, Call};
use super::share_link::VISIT_SECONDS;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::digest;
use crate::store::link::{self, Link};
use crate::store::request::Request;
use crate::store::session::VisitorRight;

/// What stands behind a token.
#[derive(Debug, Clone)]
pub enum Opened {
    /// The link is live: the browser may see it from now on.
    Live(Link),
    /// It has expired; a fresh one can be mailed to the address on file.
    Expired(Link),
    /// Unknown, malformed or revoked: all the same from outside.
    Nothing,
}

/// Looks a token up, and gives the visitor's browser the right to the link.
/// `counts`: whether a person opened it, so that the request reads *opened*.
pub async fn open_link(db: &Db, token: &str, visitor: &str, counts: bool, request_id: &str) -> Result<Opened> {
    let kept = digest(token);
    let Some(found) = db.read(async move |reader| link::by_digest(reader, kept.clone()).await).await? else {
        return Ok(Opened::Nothing);
    };
    let call = Call {
        business: found.business_id,
        actor: Actor::Payer { link: found.id },
        request_id: request_id.to_owned(),
        key: None,
    };
    let visitor = digest(visitor);
    let id = found.id;
    db.write(found.business_id, async move |tx| {
        let now = tx.now();
        let mut link = tx.lock::<Link>(&[&call.business, &id]).await?.ok_or(Error::NotFound)?;
        match link.state(now) {
            LinkState::Revoked => return Ok(Opened::Nothing),
            LinkState::Expired => return Ok(Opened::Expired(link)),
            LinkState::Active => {}
        }
        let known = tx.get::<VisitorRight>(&[&call.business, &visitor, &id]).await?;
        let request = match link.request_id {
            Some(request) if counts => tx.lock::<Request>(&[&call.business, &request]).await?,
            _ => None,
        };
        let expires_at = now.plus_seconds(VISIT_SECONDS);
        let right =
            VisitorRight { business_id: call.business, digest: visitor.clone(), link_id: id, created_at: now, expires_at };
        if known.is_some() {
            tx.set(&right);
        } else {
            tx.insert(&right);
        }
        if counts && link.opened_at.is_none() {
            link.opened_at = Some(now);
            tx.set(&link);
            note_opened(tx, &call, &link, request, now);
        }
        Ok(Opened::Live(link))
    })
    .await
}

fn note_opened(tx: &mut crate::db::Tx<'_>, call: &Call, link: &Link, request: Option<Request>, now: Instant) {
    if let Some(mut request) = request {
        if request.opened_at.is_none() {
            request.opened_at = Some(now);
        }
        request.state = request.state.after(RequestEvent::Opened);
        tx.set(&request);
    }
    let event = event_id(tx);
    let subject = link.request_id.map_or_else(|| link.id.to_string(), |request| request.to_string());
    Act { kind: "link_opened", subject, customer: Some(link.customer_id), data: serde_json::json!({}), call }.write(tx, event);
}
