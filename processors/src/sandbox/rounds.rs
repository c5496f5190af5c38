//! What the bank does by itself as time passes: it settles, returns, closes pages and pays out, and it sends messages.
//!
//! Invariants: everything happens at its own time, whenever somebody looks; a message is signed when it is handed out, and
//! stays in its record until it was accepted. Limits: [`BATCH`] records at a time.

use books::calendar::Instant;
use books::ids::AttemptId;
use serde::{Deserialize, Serialize};

use super::bank::{Bank, BankError};
use super::deal::Deal;
use super::kept::{Kept, parse};
use super::outbox::Hook;
use super::shelf::Slice;
use super::wallet::SetupKept;
use crate::capabilities::Capability;
use crate::remote::Reference;
use crate::webhook::timestamped_header;

const BATCH: usize = 200;
/// The header that carries the bank's signature.
pub const SIGNATURE_HEADER: &str = "Sandbox-Signature";

/// A message ready to be posted to the connection's hook.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub receipt: Receipt,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What to give back when the message was delivered or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    kind: String,
    record: String,
    message: String,
}

/// What a message says: only what it is about, so that nobody books what was not asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Message {
    pub id: String,
    pub event: String,
    pub at: Instant,
    pub about: Reference,
    pub attempt: Option<AttemptId>,
}

impl Bank {
    /// Lets everything happen that is due by `now`; gives how many records changed.
    pub async fn tick(&self, now: Instant) -> Result<usize, BankError> {
        Ok(self.tick_kind::<Deal>(now).await? + self.tick_kind::<SetupKept>(now).await?)
    }

    /// When the next thing falls due by itself, messages included.
    pub async fn next_due(&self) -> Result<Option<Instant>, BankError> {
        let mut next: Option<Instant> = None;
        for kind in [Deal::KIND, SetupKept::KIND] {
            let slice = Slice::Due { by: Instant(i64::MAX), after: None };
            let first = self.shelf().list(kind, slice, 1).await?.into_iter().find_map(|record| record.due_at);
            next = next.into_iter().chain(first).min();
        }
        Ok(next)
    }

    /// Messages that are due, at most `limit` records' worth, each under a lease of a minute: say how it went with
    /// [`Bank::webhook_delivered`], or they come again.
    pub async fn pending_webhooks(&self, now: Instant, limit: usize) -> Result<Vec<Delivery>, BankError> {
        if !self.can(Capability::Webhooks) {
            return Ok(Vec::new());
        }
        let mut ready = self.hand_out::<Deal>(now, limit).await?;
        ready.extend(self.hand_out::<SetupKept>(now, limit).await?);
        Ok(ready)
    }

    /// The message was answered with 2xx, or not: then it comes again later, eight times in all.
    pub async fn webhook_delivered(&self, receipt: &Receipt, accepted: bool, now: Instant) -> Result<(), BankError> {
        if receipt.kind == Deal::KIND {
            self.note::<Deal>(receipt, accepted, now).await
        } else {
            self.note::<SetupKept>(receipt, accepted, now).await
        }
    }

    async fn tick_kind<K: Kept>(&self, now: Instant) -> Result<usize, BankError> {
        let (mut changed, mut after) = (0, None);
        loop {
            let records = self.shelf().list(K::KIND, Slice::Due { by: now, after: after.clone() }, BATCH).await?;
            let last = records.len() < BATCH;
            for record in records {
                let version = |kept: &mut K| Ok(serde_json::to_string(kept).is_ok_and(|body| body != record.body));
                changed += usize::from(self.change::<K, bool>(&record.id, now, version).await?);
                // What is only waiting to be delivered stays due: step over it.
                after = record.due_at.map(|at| (at, record.id.clone()));
            }
            if last {
                return Ok(changed);
            }
        }
    }

    async fn hand_out<K: Kept>(&self, now: Instant, limit: usize) -> Result<Vec<Delivery>, BankError> {
        let records = self.shelf().list(K::KIND, Slice::Due { by: now, after: None }, limit.min(BATCH)).await?;
        let mut ready = Vec::new();
        for record in records {
            let mut kept: K = parse(&record)?;
            kept.advance(now);
            let fresh = kept.outbox().map_or(0, |outbox| outbox.fresh(now));
            let faults = self.next_webhook_faults(fresh).await?;
            let lease = |kept: &mut K| Ok(kept.outbox().map_or_else(Vec::new, |outbox| outbox.lease(now, &faults)));
            let hooks = self.change(&record.id, now, lease).await?;
            ready.extend(hooks.into_iter().map(|hook| self.delivery::<K>(&record.id, hook, now)));
        }
        Ok(ready)
    }

    async fn note<K: Kept>(&self, receipt: &Receipt, accepted: bool, now: Instant) -> Result<(), BankError> {
        let note = |kept: &mut K| {
            if let Some(outbox) = kept.outbox() {
                outbox.delivered(&receipt.message, accepted, now);
            }
            Ok(())
        };
        self.change(&receipt.record, now, note).await
    }

    fn delivery<K: Kept>(&self, record: &str, hook: Hook, now: Instant) -> Delivery {
        let receipt = Receipt { kind: K::KIND.to_owned(), record: record.to_owned(), message: hook.id.clone() };
        let message = Message { id: hook.id, event: hook.event, at: hook.at, about: hook.about, attempt: hook.attempt };
        let body = serde_json::to_string(&message).expect("a message is plain data");
        let signature = timestamped_header(self.hook_secrets(), body.as_bytes(), now);
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned()), (SIGNATURE_HEADER.to_owned(), signature)];
        Delivery { receipt, headers, body }
    }
}
