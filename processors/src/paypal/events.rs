//! What PayPal tells by itself, and its own list of what it told.
//!
//! Invariants: a message counts only under its signature, near its time and for our webhook; what it is about is asked
//! again. The list holds what PayPal told our webhook, so what happened is found there also when no message arrived. What the app has
//! no right to is left out of it; a client that is not known any more ends the look, and the cursor stays.
//! Limits: the list goes back 30 days, and is read to at most [`MOST_PAGES`] pages at once. Left out on purpose: money that never
//! passed through an order or invoice of ours.

use std::collections::VecDeque;

use base64::prelude::{BASE64_STANDARD, Engine};
use books::calendar::Instant;
use books::ids::AttemptId;

use super::PayPal;
use super::answers::Said;
use super::certificates;
use super::keyed;
use super::orders::attempt_in;
use super::shapes::{Event, EventList, Supplementary};
use crate::capabilities::Capability;
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Changes, Reference, Remote, RemoteKind};
use crate::webhook::{Hint, RawHook, TOLERANCE_SECONDS, Verified};

const PAGE: usize = 300;
const MOST_PAGES: usize = 100;
/// How far back the list goes.
pub(super) const LIST_DAYS: i64 = 30;

impl PayPal {
    pub(super) async fn believe(&self, hook: &RawHook<'_>) -> Option<Verified> {
        if !self.can(Capability::Webhooks) {
            return None;
        }
        let (id, time) = (hook.header("paypal-transmission-id")?, hook.header("paypal-transmission-time")?);
        let url = hook.header("paypal-cert-url")?;
        let signature = BASE64_STANDARD.decode(hook.header("paypal-transmission-sig")?).ok()?;
        if hook.header("paypal-auth-algo")? != "SHA256withRSA" {
            return None;
        }
        let age = (hook.now.0 - Instant::from_rfc3339(time)?.0).div_euclid(1_000_000);
        if !(-TOLERANCE_SECONDS..=TOLERANCE_SECONDS).contains(&age) {
            return None;
        }
        let event: Event = serde_json::from_slice(hook.body).ok()?;
        let sum = crc32(hook.body);
        for webhook in self.webhooks.iter().filter(|webhook| !webhook.is_empty()) {
            let signed = format!("{id}|{time}|{}|{sum}", webhook.expose());
            let base = self.instead.as_deref();
            if certificates::signed_by(&self.wire, base, url, signed.as_bytes(), &signature, hook.now).await {
                let at = event.create_time.as_deref().and_then(Instant::from_rfc3339).unwrap_or(hook.now);
                return Some(Verified { delivery_id: event.id.clone(), at, hints: hint(&event).into_iter().collect() });
            }
        }
        None
    }

    /// What PayPal told since the cursor, each as it stands now. The cursor is the time of the last message, and the ids of
    /// the messages of that moment.
    pub(super) async fn told_since(&self, since: Option<&str>, now: Instant) -> Outcome<Changes> {
        let Some(cursor) = Cursor::read(since, now) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a cursor of PayPal's list.");
        };
        let mut events = match self.told(cursor.at, now).await {
            Ok(events) => events,
            Err(said) => return said.outcome(),
        };
        events.retain(|event| !cursor.seen.contains(&event.id));
        let mut next = cursor;
        let mut about: VecDeque<Reference> = VecDeque::new();
        for event in &events {
            next.pass(event);
            if let Some(hint) = hint(event)
                && !about.contains(&hint.about)
            {
                about.push_back(hint.about);
            }
        }
        let mut changed = Vec::new();
        while let Some(reference) = about.pop_front() {
            match self.look(&reference, now).await {
                Outcome::Done(remote) | Outcome::Pending(remote) => {
                    // A dispute changes its charge, of which PayPal tells nothing by itself.
                    if let Remote::Dispute(dispute) = &remote {
                        about.push_back(Reference::new(RemoteKind::Charge, dispute.charge.clone()));
                    }
                    changed.push(remote);
                }
                Outcome::Rejected(rejection) if rejection.reason == RejectReason::NotFound => {}
                // A client that is not known any more is told nothing of this, nor of what comes behind it.
                Outcome::Rejected(rejection) if rejection.reason == RejectReason::Credentials => {
                    return Outcome::Rejected(rejection);
                }
                // One thing that PayPal refuses to tell, as a dispute without the right to it, must not hide all the others.
                Outcome::Rejected(rejection) => {
                    tracing::warn!(about = reference.id, said = rejection.text, "left out of what changed at PayPal");
                }
                Outcome::Unknown { why } => return Outcome::unknown(why),
                other => return Outcome::unknown(format!("{reference:?} could not be read: {other:?}")),
            }
        }
        Outcome::Done(Changes { changed, cursor: next.text(), more: false })
    }

    /// The messages since `from`, oldest first, whatever order the list has.
    pub(super) async fn told(&self, from: Instant, now: Instant) -> Result<Vec<Event>, Said> {
        let (from, until) = (seconds(from), seconds(now.plus_seconds(1)));
        let mut path = format!("/v1/notifications/webhooks-events?page_size={PAGE}&start_time={from}&end_time={until}");
        let mut events = Vec::new();
        for _ in 0..MOST_PAGES {
            let mut list: EventList = self.line.get(&path, now).await?;
            events.append(&mut list.events);
            let next = list.links.iter().find(|link| link.rel == "next");
            match next.and_then(|link| link.href.find("/v1/notifications/").and_then(|at| link.href.get(at..))) {
                Some(next) => path = next.to_owned(),
                None => {
                    events.sort_by(|left, right| (&left.create_time, &left.id).cmp(&(&right.create_time, &right.id)));
                    return Ok(events);
                }
            }
        }
        Err(Said::Lost("PayPal's list of messages is longer than can be read at once".to_owned()))
    }

    /// The order or refund that carries this attempt's key, by what PayPal told of it.
    pub(super) async fn told_of(&self, attempt: AttemptId, from: Instant, now: Instant) -> Result<Option<Hint>, Said> {
        let events = self.told(from, now).await?;
        Ok(events.iter().filter_map(hint).find(|hint| hint.attempt == Some(attempt)))
    }
}

/// What a message is about, when it is about something of ours.
pub fn hint(event: &Event) -> Option<Hint> {
    let resource = &event.resource;
    let id = || resource.id.clone();
    let order = || resource.supplementary_data.as_ref().and_then(|Supplementary { related_ids }| related_ids.order_id.clone());
    if let Some((capture, attempt)) = keyed::told(event) {
        let about = Reference::new(RemoteKind::Charge, capture);
        return Some(Hint { about, attempt: Some(attempt), event: event.event_type.clone() });
    }
    let (kind, id, custom) = match event.event_type.as_str() {
        kind if kind.starts_with("CHECKOUT.ORDER.") => {
            let custom = resource.purchase_units.first().and_then(|unit| unit.custom_id.as_deref());
            // Another program's order on the same app is none of ours.
            attempt_in(custom)?;
            (RemoteKind::Charge, id()?, custom)
        }
        "PAYMENT.CAPTURE.REFUNDED" => (RemoteKind::Refund, id()?, None),
        kind if kind.starts_with("PAYMENT.REFUND.") => (RemoteKind::Refund, id()?, None),
        kind if kind.starts_with("PAYMENT.CAPTURE.") || kind.starts_with("PAYMENT.AUTHORIZATION.") => {
            (RemoteKind::Charge, order()?, resource.custom_id.as_deref())
        }
        kind if kind.starts_with("INVOICING.INVOICE.") => {
            let invoice = resource.invoice.as_ref()?;
            (RemoteKind::Invoice, invoice.id.clone(), invoice.detail.reference.as_deref())
        }
        kind if kind.starts_with("CUSTOMER.DISPUTE.") => (RemoteKind::Dispute, resource.dispute_id.clone()?, None),
        _ => return None,
    };
    let attempt = attempt_in(custom);
    Some(Hint { about: Reference::new(kind, id), attempt, event: event.event_type.clone() })
}

/// How far the list was read.
struct Cursor {
    at: Instant,
    /// The messages of that second, which the list gives again.
    seen: Vec<String>,
}

impl Cursor {
    fn read(text: Option<&str>, now: Instant) -> Option<Cursor> {
        let Some(text) = text else {
            return Some(Cursor { at: now.plus_seconds(-LIST_DAYS * 86_400), seen: Vec::new() });
        };
        let mut parts = text.split(' ');
        let at = Instant::from_rfc3339(parts.next()?)?;
        Some(Cursor { at, seen: parts.map(str::to_owned).collect() })
    }

    fn pass(&mut self, event: &Event) {
        let Some(at) = event.create_time.as_deref().and_then(Instant::from_rfc3339) else { return };
        if seconds(at) != seconds(self.at) {
            self.seen.clear();
        }
        self.at = at;
        self.seen.push(event.id.clone());
    }

    fn text(&self) -> String {
        let mut text = seconds(self.at);
        for id in &self.seen {
            text.push(' ');
            text.push_str(id);
        }
        text
    }
}

/// A time as the list takes it: to the second.
fn seconds(at: Instant) -> String {
    Instant(at.0.div_euclid(1_000_000) * 1_000_000).to_rfc3339()
}

/// The checksum that PayPal signs in place of the body. Source: ISO 3309, as in zip and PNG.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}
