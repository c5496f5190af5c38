//! The messages a record still has to send: they stand in the record itself, so that a change and its message are kept
//! together or not at all.
//!
//! Invariants: one message keeps one id through all its deliveries; a delivery that is handed out is not handed out again
//! until its lease is over. Limits: [`MAX_TRIES`] deliveries, then it is given up (asking for changes still finds it).

use books::calendar::Instant;
use books::ids::AttemptId;
use serde::{Deserialize, Serialize};

use super::faults::Fault;
use crate::remote::Reference;

/// How often a refused message is sent, with these pauses in seconds between: a minute, ten, an hour, six, then daily.
const PAUSES: [i64; 7] = [60, 600, 3_600, 21_600, 86_400, 86_400, 86_400];
pub const MAX_TRIES: usize = PAUSES.len() + 1;
/// How long a message that was handed out for delivery stays hidden from others.
const LEASE_SECONDS: i64 = 60;
/// How late a message is that the fault `late_webhook` holds back.
const LATE_SECONDS: i64 = 3_600;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Outbox {
    hooks: Vec<Hook>,
    /// How many messages there ever were: the next one's number.
    given: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Hook {
    pub id: String,
    pub event: String,
    pub about: Reference,
    pub attempt: Option<AttemptId>,
    pub at: Instant,
    deliver_at: Instant,
    tries: usize,
    /// Whether a fault was already spent on it.
    spoiled: bool,
}

impl Outbox {
    /// `record` makes the id unique in the bank.
    pub fn push(
        &mut self,
        record: &str,
        event: &str,
        about: Reference,
        attempt: Option<AttemptId>,
        at: Instant,
        delay_seconds: i64,
    ) {
        self.given += 1;
        self.hooks.push(Hook {
            id: format!("ev_{record}_{}", self.given),
            event: event.to_owned(),
            about,
            attempt,
            at,
            deliver_at: at.plus_seconds(delay_seconds),
            tries: 0,
            spoiled: false,
        });
    }

    pub fn due_at(&self) -> Option<Instant> {
        self.hooks.iter().map(|hook| hook.deliver_at).min()
    }

    /// How many due messages a fault could still spoil.
    pub fn fresh(&self, now: Instant) -> usize {
        self.hooks.iter().filter(|hook| hook.deliver_at <= now && !hook.spoiled && hook.tries == 0).count()
    }

    /// Takes out what is due, under a lease, and spends the faults on it: a late one stays, a doubled one is there twice.
    pub fn lease(&mut self, now: Instant, faults: &[Fault]) -> Vec<Hook> {
        let mut faults = faults.iter();
        let mut leased = Vec::new();
        for hook in self.hooks.iter_mut().filter(|hook| hook.deliver_at <= now) {
            let fault = if hook.spoiled || hook.tries > 0 { None } else { faults.next() };
            hook.spoiled |= fault.is_some();
            if fault == Some(&Fault::LateWebhook) {
                hook.deliver_at = now.plus_seconds(LATE_SECONDS);
                continue;
            }
            hook.deliver_at = now.plus_seconds(LEASE_SECONDS);
            leased.push(hook.clone());
            if fault == Some(&Fault::DuplicateWebhook) {
                leased.push(hook.clone());
            }
        }
        leased
    }

    /// The receiver answered 2xx, or not. One that is gone already changes nothing.
    pub fn delivered(&mut self, id: &str, accepted: bool, now: Instant) {
        let Some(at) = self.hooks.iter().position(|hook| hook.id == id) else { return };
        let hook = &mut self.hooks[at];
        hook.tries += 1;
        if accepted || hook.tries >= MAX_TRIES {
            self.hooks.remove(at);
        } else {
            hook.deliver_at = now.plus_seconds(PAUSES[hook.tries - 1]);
        }
    }

    /// For a connection without webhooks.
    pub fn clear(&mut self) {
        self.hooks.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::RemoteKind;

    fn with_one() -> Outbox {
        let mut outbox = Outbox::default();
        outbox.push("x", "charge.captured", Reference::new(RemoteKind::Charge, "ch_x"), None, Instant(0), 0);
        outbox
    }

    #[test]
    fn a_message_is_tried_again_under_its_id_and_given_up_at_last() {
        let mut outbox = with_one();
        let (mut now, mut tries) = (Instant(0), 0);
        while let Some(due) = outbox.due_at() {
            now = now.max(due);
            let leased = outbox.lease(now, &[]);
            assert_eq!(leased.len(), 1);
            assert!(outbox.lease(now, &[]).is_empty(), "nobody else gets it meanwhile");
            outbox.delivered(&leased[0].id, false, now);
            tries += 1;
        }
        assert_eq!(tries, MAX_TRIES);
    }

    #[test]
    fn faults_double_and_delay_once() {
        let mut outbox = with_one();
        assert!(outbox.lease(Instant(0), &[Fault::LateWebhook]).is_empty());
        let later = Instant(0).plus_seconds(LATE_SECONDS);
        assert_eq!(outbox.due_at(), Some(later));
        assert_eq!(outbox.fresh(later), 0);
        assert_eq!(outbox.lease(later, &[Fault::DuplicateWebhook]).len(), 1, "spoiled once is enough");

        let mut outbox = with_one();
        let leased = outbox.lease(Instant(0), &[Fault::DuplicateWebhook]);
        assert_eq!(leased.len(), 2);
        assert_eq!(leased[0].id, leased[1].id);
        outbox.delivered(&leased[0].id, true, Instant(0));
        outbox.delivered(&leased[1].id, true, Instant(0));
        assert_eq!(outbox.due_at(), None);
    }
}
