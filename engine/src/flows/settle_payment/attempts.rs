//! The attempts behind a payment: ended by an answer, asked about again, or let go of.
//!
//! Invariant: an attempt whose answer was lost is asked about until there is evidence; one that ended is not asked about, except a
//! page that nobody comes back from.

use books::ids::AttemptId;
use books::payment::PaymentState;

use super::{Settling, next_check};
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

    /// The answer to a call that may have moved money was lost: what it is meant for stays reserved.
    pub(super) fn lose_sight(&mut self, tx: &mut Tx<'_>, held: bool) {
        let moves_money = held || self.payment.is_direct();
        if moves_money && matches!(self.payment.state, PaymentState::Created | PaymentState::Authorized) {
            self.payment.state = PaymentState::Unknown;
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
        let open_page = state == AttemptState::Done;
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            attempt.state = state;
            attempt.evidence = Some(evidence.to_owned());
            attempt.remote_id = remote.clone().or_else(|| attempt.remote_id.clone());
            attempt.updated_at = now;
            // A page that nobody comes back from is looked at until it is closed.
            let looks = open_page && attempt.operation != "send_invoice";
            attempt.check_at = looks.then(|| now.plus_seconds(next_check(2)));
            tx.set(attempt);
        }
    }

    pub(super) fn ask_later(&mut self, tx: &mut Tx<'_>, id: AttemptId, why: &str) {
        let now = tx.now();
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            attempt.state = AttemptState::Unknown;
            attempt.evidence = Some(why.to_owned());
            attempt.check_at = Some(now.plus_seconds(next_check(attempt.checks)));
            attempt.checks += 1;
            attempt.updated_at = now;
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
