//! The line that every act leaves: what, by whom, to what, under which key; and the jobs that follow from it.

use books::ids::{CustomerId, EventId};

use super::call::Call;
use crate::db::{Prior, Tx};
use crate::error::{Error, Result};
use crate::store::event::Event;
use crate::store::job::Job;

/// The event of one act, not yet written.
pub(crate) struct Act<'a> {
    pub kind: &'static str,
    /// TypeID of what changed.
    pub subject: String,
    pub customer: Option<CustomerId>,
    /// Amounts and ids; no personal text, no secret.
    pub data: serde_json::Value,
    pub call: &'a Call,
}

/// The earlier answer under this key, if there is one. Must be asked before anything is written.
pub(crate) async fn claim(tx: &mut Tx<'_>, call: &Call) -> Result<Option<Prior>> {
    match &call.key {
        None => Ok(None),
        Some(key) => tx.claim(&call.actor.id(), Some(&key.text), &key.hash).await,
    }
}

/// What the earlier answer was about.
pub(crate) fn prior_id<T: std::str::FromStr>(prior: &Prior) -> Result<T> {
    let answer = prior.answer.as_deref().unwrap_or(&prior.subject);
    answer.parse().map_err(|_| Error::IdempotencyMismatch)
}

impl Act<'_> {
    /// Buffers the event row. Its id was taken beforehand, so that entries can name it.
    pub(crate) fn write(self, tx: &mut Tx<'_>, id: EventId) {
        let event = Event {
            business_id: tx.business(),
            id,
            actor: self.call.actor.id(),
            actor_role: self.call.actor.role().to_owned(),
            request_id: self.call.request_id.clone(),
            kind: self.kind.to_owned(),
            answer: Some(self.subject.clone()),
            subject: self.subject,
            customer_id: self.customer,
            data: self.data.to_string(),
            idempotency_key: self.call.key.as_ref().map(|key| key.text.clone()),
            request_hash: self.call.key.as_ref().map(|key| key.hash.clone()),
            body: None,
            status: None,
            created_at: tx.now(),
        };
        tx.emit(&event);
    }
}

pub(crate) fn event_id(tx: &mut Tx<'_>) -> EventId {
    EventId::new(tx.ids())
}

/// Leaves a job behind, to be run as soon as the act is committed.
pub(crate) fn leave_job(tx: &mut Tx<'_>, kind: &str, subject: impl ToString, cause: EventId) {
    let at = tx.now();
    leave_job_at(tx, kind, subject, cause, at);
}

/// Leaves a job behind that waits until an instant.
pub(crate) fn leave_job_at(
    tx: &mut Tx<'_>,
    kind: &str,
    subject: impl ToString,
    cause: EventId,
    run_at: books::calendar::Instant,
) {
    let job = Job {
        business_id: tx.business(),
        id: tx.ids().next_uuid(),
        kind: kind.to_owned(),
        subject: subject.to_string(),
        cause,
        state: "waiting".to_owned(),
        run_at,
        lease_until: None,
        tries: 0,
        error: None,
        created_at: tx.now(),
    };
    tx.insert(&job);
}
