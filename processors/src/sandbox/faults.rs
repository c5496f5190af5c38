//! What goes wrong on purpose: a queue of faults, spent one by one.
//!
//! Invariant: a fault is spent once. `lose_answer`, `timeout` and `error_500` strike the next calls that carry an attempt;
//! `duplicate_webhook` and `late_webhook` the next messages; questions (fetch, resolve, changes) are never struck, so that
//! a watcher cannot spend what a test meant for somebody else. Limits: at most [`MAX_QUEUED`] wait.

use books::calendar::Instant;
use serde::{Deserialize, Serialize};

use super::bank::{Bank, BankError};
use super::kept::Kept;
use crate::outcome::{RejectReason, Rejection};

/// How many faults may wait.
pub const MAX_QUEUED: usize = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The bank does what it is asked and its answer never arrives.
    LoseAnswer,
    /// The call never reaches the bank.
    Timeout,
    /// The bank fails before it does anything.
    #[serde(rename = "error_500")]
    Error500,
    /// The next message is delivered twice.
    DuplicateWebhook,
    /// The next message is delivered an hour late.
    LateWebhook,
}

impl Fault {
    fn strikes_webhooks(self) -> bool {
        matches!(self, Fault::DuplicateWebhook | Fault::LateWebhook)
    }
}

/// The record of a bank's waiting faults.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Queue {
    waiting: Vec<Fault>,
}

impl Kept for Queue {
    const KIND: &'static str = "faults";
}

const ID: &str = "queue";
/// Time does not pass for a queue.
const TIMELESS: Instant = Instant(0);

impl Bank {
    /// Lets these things go wrong next, in this order, after what waits already.
    pub async fn faults(&self, next: &[Fault]) -> Result<(), BankError> {
        let add = |queue: &mut Queue| {
            if queue.waiting.len() + next.len() > MAX_QUEUED {
                let text = format!("At most {MAX_QUEUED} faults can wait.");
                return Err(BankError::Refused(Rejection { reason: RejectReason::BadRequest, text }));
            }
            queue.waiting.extend_from_slice(next);
            Ok(())
        };
        self.place(ID, Queue::default()).await?;
        self.change(ID, TIMELESS, add).await
    }

    /// Spends the next fault that strikes calls.
    pub(super) async fn next_call_fault(&self) -> Result<Option<Fault>, BankError> {
        Ok(self.spend(1, |fault| !fault.strikes_webhooks()).await?.pop())
    }

    /// Spends up to `most` faults that strike messages.
    pub(super) async fn next_webhook_faults(&self, most: usize) -> Result<Vec<Fault>, BankError> {
        self.spend(most, Fault::strikes_webhooks).await
    }

    async fn spend(&self, most: usize, strikes: impl Fn(Fault) -> bool) -> Result<Vec<Fault>, BankError> {
        if most == 0 || self.peek::<Queue>(ID).await?.is_none() {
            return Ok(Vec::new());
        }
        let take = |queue: &mut Queue| {
            let mut spent = Vec::new();
            queue.waiting.retain(|fault| {
                let now = spent.len() < most && strikes(*fault);
                if now {
                    spent.push(*fault);
                }
                !now
            });
            Ok(spent)
        };
        self.change(ID, TIMELESS, take).await
    }
}
