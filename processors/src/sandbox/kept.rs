//! How the bank reads and changes one record: read, let time pass, decide, compare and swap, again if somebody was faster.
//!
//! Invariants: what must change together stands in one record, so two nodes cannot charge one page twice; a decision that
//! changes nothing writes nothing. Limits: [`MAX_RACES`] lost races, then the caller is told that the bank is busy.

use books::calendar::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::bank::{Bank, BankError};
use super::outbox::Outbox;
use super::shelf::{Draft, Record};
use crate::capabilities::Capability;
use crate::outcome::{RejectReason, Rejection};

/// How many lost races one change bears. Each lost race is another's change, and a record sees few changes in its life.
pub const MAX_RACES: usize = 64;

/// A kind of record on the shelf.
pub(super) trait Kept: Serialize + DeserializeOwned + Send {
    const KIND: &'static str;

    /// When something in it falls due.
    fn due_at(&self) -> Option<Instant> {
        None
    }

    /// Lets everything happen that was due by `now`.
    fn advance(&mut self, _now: Instant) {}

    fn outbox(&mut self) -> Option<&mut Outbox> {
        None
    }
}

impl Bank {
    /// The record as it stands, without letting time pass.
    pub(super) async fn peek<K: Kept>(&self, id: &str) -> Result<Option<K>, BankError> {
        match self.shelf().get(K::KIND, id).await? {
            Some(record) => Ok(Some(parse(&record)?)),
            None => Ok(None),
        }
    }

    /// The record as it stands at `now`.
    pub(super) async fn look<K: Kept>(&self, id: &str, now: Instant) -> Result<Option<K>, BankError> {
        let mut found = self.peek::<K>(id).await?;
        if let Some(found) = &mut found {
            found.advance(now);
        }
        Ok(found)
    }

    /// Puts a new record on the shelf. False: there is one already and it stays as it is.
    pub(super) async fn place<K: Kept>(&self, id: &str, mut fresh: K) -> Result<bool, BankError> {
        if self.shelf().get(K::KIND, id).await?.is_some() {
            return Ok(false);
        }
        self.hush(&mut fresh);
        Ok(self.shelf().put(K::KIND, id, None, draft(&fresh)).await?)
    }

    /// A connection without webhooks keeps no messages to send.
    fn hush<K: Kept>(&self, kept: &mut K) {
        if !self.can(Capability::Webhooks)
            && let Some(outbox) = kept.outbox()
        {
            outbox.clear();
        }
    }

    /// Lets time pass and then `act` on the record. `act` may run several times and sees each time what others left; a
    /// refusal of it changes nothing.
    pub(super) async fn change<K: Kept, T>(
        &self,
        id: &str,
        now: Instant,
        mut act: impl FnMut(&mut K) -> Result<T, BankError>,
    ) -> Result<T, BankError> {
        for _ in 0..MAX_RACES {
            let Some(record) = self.shelf().get(K::KIND, id).await? else { return Err(BankError::not_found()) };
            let mut kept: K = parse(&record)?;
            kept.advance(now);
            let answer = act(&mut kept)?;
            self.hush(&mut kept);
            let next = draft(&kept);
            if next.body == record.body || self.shelf().put(K::KIND, id, Some(record.version), next).await? {
                return Ok(answer);
            }
        }
        Err(BankError::Unreachable("too many others changed the same record at once".to_owned()))
    }
}

pub(super) fn parse<K: Kept>(record: &Record) -> Result<K, BankError> {
    serde_json::from_str(&record.body)
        .map_err(|error| BankError::Unreachable(format!("a {} record is damaged: {error}", K::KIND)))
}

fn draft<K: Kept>(kept: &K) -> Draft {
    let body = serde_json::to_string(kept).expect("records are plain data with text keys");
    Draft { body, due_at: kept.due_at() }
}

impl BankError {
    pub(super) fn not_found() -> BankError {
        BankError::refused(RejectReason::NotFound, "The bank knows no such thing.")
    }

    pub(super) fn refused(reason: RejectReason, text: impl Into<String>) -> BankError {
        BankError::Refused(Rejection { reason, text: text.into() })
    }
}
