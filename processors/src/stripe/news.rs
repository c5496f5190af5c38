//! What Stripe tells by itself, and its record of what changed.
//!
//! Invariant: an event is a hint; whatever it is about is asked for again. Payments and pages that do not carry our key are
//! not ours and are left alone; refunds and disputes are followed whoever made them. What the key has no right to is left out; a key
//! that is not taken ends the look, and the cursor stays. A cursor whose event Stripe has forgotten begins anew. Limits: Stripe keeps events for 30 days.
//! Left out on purpose: early warnings of disputes, which move no money.

use books::calendar::Instant;
use serde_json::Value;

use super::Stripe;
use super::line::Said;
use super::meaning::{self, is_warning};
use super::objects::{ATTEMPT, EventObject, Page};
use crate::capabilities::Capability;
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Changes, Reference, RemoteKind};
use crate::webhook::{Hint, RawHook, Verified, timestamped_is_valid};

const SIGNATURE: &str = "Stripe-Signature";
/// The kinds of event that are asked for; the same are to be chosen for the webhook. Stripe takes at most 20.
pub const EVENTS: [&str; 20] = [
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "invoice.paid",
    "invoice.voided",
    "invoice.marked_uncollectible",
];
/// Events in one answer.
const AT_ONCE: usize = 100;
/// The cursor before anything happened.
const NOTHING_YET: &str = "none";

/// Where reading goes on. Stripe lists the newest first: `older` is the last event of the page that was read, and `newest`
/// the first of all, from which the next reading starts once the oldest was reached.
enum Place {
    Beginning,
    /// `evt_…`: everything up to it was told.
    After(String),
    /// `evt_newest/evt_last`: on the way from the newest back to the beginning.
    Back {
        newest: String,
        last: String,
    },
}

impl Place {
    fn read(cursor: Option<&str>) -> Option<Place> {
        let is_event = |id: &str| super::look::is_id(id, &["evt_"]);
        match cursor {
            None | Some(NOTHING_YET) => Some(Place::Beginning),
            Some(text) => match text.split_once('/') {
                Some((newest, last)) if is_event(newest) && is_event(last) => {
                    Some(Place::Back { newest: newest.to_owned(), last: last.to_owned() })
                }
                None if is_event(text) => Some(Place::After(text.to_owned())),
                _ => None,
            },
        }
    }

    fn stands_on_an_event(&self) -> bool {
        !matches!(self, Place::Beginning)
    }

    fn path(&self) -> String {
        let mut path = format!("/v1/events?limit={AT_ONCE}");
        for kind in EVENTS {
            path.push_str("&types[]=");
            path.push_str(kind);
        }
        match self {
            Place::Beginning => {}
            Place::After(event) => path.push_str(&format!("&ending_before={event}")),
            Place::Back { last, .. } => path.push_str(&format!("&starting_after={last}")),
        }
        path
    }

    /// Where to go on after this page.
    fn next(self, page: &Page<EventObject>) -> String {
        let first = page.data.first().map(|event| event.id.clone());
        let last = page.data.last().map(|event| event.id.clone());
        match (self, first, last, page.has_more) {
            (Place::Beginning, None, ..) => NOTHING_YET.to_owned(),
            (Place::Beginning, Some(newest), Some(last), true) => format!("{newest}/{last}"),
            (Place::Beginning, Some(newest), ..) => newest,
            (Place::After(event), first, ..) => first.unwrap_or(event),
            (Place::Back { newest, .. }, _, Some(last), true) => format!("{newest}/{last}"),
            (Place::Back { newest, .. }, ..) => newest,
        }
    }
}

/// What an event leads to. Nothing: it is not ours, or moves nothing.
fn about(event: &EventObject) -> Vec<Hint> {
    let object = &event.data.object;
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let attempt = object.get("metadata").and_then(|kept| kept.get(ATTEMPT)).and_then(Value::as_str);
    let attempt = attempt.and_then(|key| key.parse().ok());
    let hint = |kind, id: &str| Hint { about: Reference::new(kind, id), attempt, event: event.kind.clone() };
    match text("object") {
        "checkout.session" if attempt.is_some() && text("mode") == "setup" => {
            vec![Hint { attempt: None, ..hint(RemoteKind::Setup, text("id")) }]
        }
        "checkout.session" if attempt.is_some() => vec![hint(RemoteKind::Checkout, text("id"))],
        "payment_intent" if attempt.is_some() => vec![hint(RemoteKind::Charge, text("id"))],
        "invoice" if attempt.is_some() => vec![hint(RemoteKind::Invoice, text("id"))],
        "refund" => vec![hint(RemoteKind::Refund, text("id"))],
        "dispute" if !is_warning(text("status")) => {
            let mut hints = vec![Hint { attempt: None, ..hint(RemoteKind::Dispute, text("id")) }];
            if let Some(intent) = object.get("payment_intent").and_then(Value::as_str) {
                hints.push(Hint { attempt: None, ..hint(RemoteKind::Charge, intent) });
            }
            hints
        }
        _ => Vec::new(),
    }
}

impl Stripe {
    /// Checks the signature, then reads. A message of another version of the API is read as far as it is understood.
    pub(super) fn read_hook(&self, hook: &RawHook<'_>) -> Option<Verified> {
        if !self.can(Capability::Webhooks) {
            return None;
        }
        let signature = hook.header(SIGNATURE)?;
        if !timestamped_is_valid(&self.hook_secrets, signature, hook.body, hook.now) {
            return None;
        }
        let event: EventObject = serde_json::from_slice(hook.body).ok()?;
        // Both ends of a dispute are asked for when it is followed, so one hint is enough.
        let hints = about(&event).into_iter().take(1).collect();
        Some(Verified { delivery_id: event.id, at: meaning::at(event.created), hints })
    }

    pub(super) async fn changed(&self, since: Option<&str>, now: Instant) -> Outcome<Changes> {
        let Some(place) = Place::read(since) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a place in Stripe's list of events.");
        };
        let (place, said) = match self.line.get(place.path()).await {
            // The event is forgotten, or another account's: what Stripe still knows is read anew.
            Said::Refused { error, .. } if place.stands_on_an_event() && error.code.as_deref() == Some("resource_missing") => {
                tracing::warn!("Stripe does not know the last event any more: its list is read from the beginning");
                (Place::Beginning, self.line.get(Place::Beginning.path()).await)
            }
            said => (place, said),
        };
        let page: Page<EventObject> = match said.or_end() {
            Ok(page) => page,
            Err(outcome) => return outcome,
        };
        let mut told: Vec<Reference> = Vec::new();
        for hint in page.data.iter().rev().flat_map(about) {
            if !told.contains(&hint.about) {
                told.push(hint.about);
            }
        }
        let mut changed = Vec::with_capacity(told.len());
        for reference in &told {
            match self.look(reference, now).await {
                Outcome::Done(remote) | Outcome::Pending(remote) => changed.push(remote),
                Outcome::Unknown { why } => return Outcome::Unknown { why },
                // A key that is not taken any more says nothing of this, nor of what comes behind it.
                Outcome::Rejected(rejection) if rejection.reason == RejectReason::Credentials => {
                    return Outcome::Rejected(rejection);
                }
                // What is gone, or was never ours to see, has changed nothing here.
                other => tracing::warn!(about = reference.id, said = ?other, "left out of what changed at Stripe"),
            }
        }
        Outcome::Done(Changes { changed, more: page.has_more, cursor: place.next(&page) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(object: Value) -> EventObject {
        serde_json::from_value(json!({"id": "evt_1", "type": "x", "created": 1, "data": {"object": object}})).expect("an event")
    }

    #[test]
    fn only_what_is_ours_or_moves_our_money_is_followed() {
        let key = "att_01h455vb4pex5vsknk084sn02q";
        let ours = json!({"owed_attempt": key});
        for (object, kinds) in [
            (json!({"object": "payment_intent", "id": "pi_1", "metadata": {}}), vec![]),
            (json!({"object": "payment_intent", "id": "pi_1", "metadata": ours}), vec![RemoteKind::Charge]),
            (json!({"object": "checkout.session", "id": "cs_1", "mode": "setup", "metadata": ours}), vec![RemoteKind::Setup]),
            (
                json!({"object": "checkout.session", "id": "cs_1", "mode": "payment", "metadata": ours}),
                vec![RemoteKind::Checkout],
            ),
            (json!({"object": "refund", "id": "re_1"}), vec![RemoteKind::Refund]),
            (json!({"object": "dispute", "id": "dp_1", "status": "warning_needs_response"}), vec![]),
            (
                json!({"object": "dispute", "id": "dp_1", "status": "needs_response", "payment_intent": "pi_1"}),
                vec![RemoteKind::Dispute, RemoteKind::Charge],
            ),
            (json!({"object": "plan", "id": "price_1"}), vec![]),
            (json!("text"), vec![]),
        ] {
            let found: Vec<_> = about(&event(object.clone())).into_iter().map(|hint| hint.about.kind).collect();
            assert_eq!(found, kinds, "{object}");
        }
    }

    #[test]
    fn a_cursor_is_read_back_or_refused() {
        for bad in ["yesterday", "evt_", "evt_1/", "/evt_1", "evt_1/2", "evt_1&limit=1"] {
            assert!(Place::read(Some(bad)).is_none(), "{bad}");
        }
        assert!(matches!(Place::read(Some("evt_1/evt_2")), Some(Place::Back { .. })));
        assert!(matches!(Place::read(Some("none")), Some(Place::Beginning)));
    }
}
