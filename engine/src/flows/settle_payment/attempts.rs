//! The attempts behind a payment: ended by an answer, asked about again, or let go of.
//!
//! Invariant: an attempt whose answer was lost is asked about until there is evidence; one that ended is not asked about, except a
//! page that nobody comes back from.

use books::ids::AttemptId;
use books::payment::PaymentState;

use super::Settling;
use crate::db::Tx;
use crate::store::payment::{Attempt, AttemptState};

impl Settling<'_> {
    /// Whether an attempt takes or lets go of an amount that is held: its failure leaves the hold as it was.
    pub(super) fn is_on_hold(&self, id: AttemptId) -> bool {
        let on_hold = |attempt: &&Attempt| attempt.id == id && matches!(attempt.operation.as_str(), "capture" | "void");
        self.attempts.iter().any(|attempt| on_hold(&attempt))
    }

    /// The amount is still held, as far as is known.
    pub(super) fn stay_held(&mut self, tx: &mut Tx<'_>) {
        if self.payment.state == PaymentState::Unknown {
            self.payment.state = PaymentState::Authorized;
            self.save(tx);
        }
    }

    pub(super) fn end_attempt(
        &mut self,
        tx: &mut Tx<'_>,
        id: AttemptId,
        state: AttemptState,
        evidence: &str,
        remote: Option<String>,
    ) {
        let now = tx.now();
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            // A page that nobody comes back from is looked at until it is closed.
            let looks = state == AttemptState::Done && attempt.operation != "send_invoice";
            attempt.end(state, evidence, remote.as_deref(), now, looks.then_some(2));
            tx.set(attempt);
        }
    }

    pub(super) fn ask_later(&mut self, tx: &mut Tx<'_>, id: AttemptId, why: &str) {
        let now = tx.now();
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            attempt.ask_later(why, now);
            tx.set(attempt);
        }
    }

    pub(super) fn stop_asking(&mut self, tx: &mut Tx<'_>) {
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.check_at.is_some()) {
            attempt.check_at = None;
            tx.set(attempt);
        }
    }
}
