//! What a processor said about a refund is stored, and the books follow: the second half of every refund through one.
//!
//! Invariants: the direct answer, a webhook and the timed question all end here; the refund is read again under the
//! customer's lock, and one that is settled changes no more. It is posted when the money has gone; of one that comes back after
//! all staff are told. A lost answer keeps its credit reserved and is asked for until there is evidence.

use books::account::When;
use books::ids::{AttemptId, RefundId};
use books::payment::PaymentState;
use books::refund::RefundState;
use processors::{Outcome, RefundState as Remotely, Remote};

use super::audit::{event_id, leave_job};
use super::call::Call;
use super::refund_payment::{Case, emit, money_back_of};
use super::request_payment::close_settled;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::payment::{self, Attempt, AttemptState};
use crate::store::refund::Refund;

/// What is known now.
#[derive(Debug, Clone)]
pub enum RefundFinding {
    /// The answer to its attempt, directly or found later by its key.
    Answered { attempt: AttemptId, outcome: Outcome<Remote> },
    /// The processor never received it, and never will.
    Absent { attempt: AttemptId },
    /// The refund as it stands at the processor.
    Seen(processors::Refund),
}

/// Stores a finding about a refund. Idempotent: what is known already is not done again.
pub async fn settle_refund(services: &Services, call: &Call, id: RefundId, finding: RefundFinding) -> Result<()> {
    let by = call.onward();
    services
        .db
        .write(call.business, async move |tx| {
            let seen = tx.get::<Refund>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let case = Case::open(tx, seen.payment_id).await?;
            let row = tx.lock::<Refund>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let attempts = payment::attempts_of_flow(tx, row.payment_id).await?;
            let attempts = attempts.into_iter().filter(|attempt| attempt.refund_id == Some(id)).collect();
            let mut settling = Settling { by: &by, row, attempts };
            match (&settling.row.state, &finding) {
                (RefundState::Pending, _) => settling.take(tx, case, &finding),
                (RefundState::Succeeded, RefundFinding::Seen(refund)) if refund.state == Remotely::Failed => {
                    settling.come_back(tx, refund);
                    Ok(())
                }
                _ => Ok(()),
            }
        })
        .await
}

struct Settling<'a> {
    by: &'a Call,
    row: Refund,
    attempts: Vec<Attempt>,
}

impl Settling<'_> {
    fn take(&mut self, tx: &mut Tx<'_>, case: Case, finding: &RefundFinding) -> Result<()> {
        match finding {
            RefundFinding::Absent { attempt } => {
                self.end_attempt(tx, *attempt, AttemptState::Rejected, "the processor never received it", None);
                self.fail(tx, case, "NOT_RECEIVED", "The processor never received it: try again.")
            }
            RefundFinding::Seen(refund) => self.seen(tx, case, refund),
            RefundFinding::Answered { attempt, outcome } => match outcome {
                Outcome::Done(Remote::Refund(refund)) | Outcome::Pending(Remote::Refund(refund)) => {
                    let under_way = refund.state == Remotely::Pending;
                    let state = if under_way { AttemptState::Pending } else { AttemptState::Done };
                    self.end_attempt(tx, *attempt, state, "answered", Some(refund.id.clone()));
                    self.seen(tx, case, refund)
                }
                Outcome::Declined(decline) => {
                    self.end_attempt(tx, *attempt, AttemptState::Declined, &decline.text, None);
                    self.fail(tx, case, decline.reason.code(), &decline.text)
                }
                Outcome::Rejected(rejection) => {
                    self.end_attempt(tx, *attempt, AttemptState::Rejected, &rejection.text, None);
                    self.fail(tx, case, rejection.reason.code(), &rejection.text)
                }
                Outcome::Unknown { why } => {
                    self.ask_later(tx, *attempt, why);
                    Ok(())
                }
                Outcome::Done(_) | Outcome::Pending(_) | Outcome::NeedsAction(_) => {
                    self.ask_later(tx, *attempt, "the processor answered something else");
                    Ok(())
                }
            },
        }
    }

    fn seen(&mut self, tx: &mut Tx<'_>, case: Case, refund: &processors::Refund) -> Result<()> {
        self.row.remote_id = Some(refund.id.clone());
        match refund.state {
            Remotely::Succeeded => self.succeed(tx, case),
            Remotely::Failed => {
                let reason = refund.reason.unwrap_or(processors::DeclineReason::RefundFailed);
                self.fail(tx, case, reason.code(), reason.text())
            }
            Remotely::Pending => {
                self.row.updated_at = tx.now();
                tx.set(&self.row);
                Ok(())
            }
        }
    }

    /// The money has gone: it is posted, even where a return or dispute was faster.
    fn succeed(&mut self, tx: &mut Tx<'_>, mut case: Case) -> Result<()> {
        let account = &mut case.books.account;
        account.release_refund(self.row.payment_id, self.row.amount)?;
        let when = When::Machine(case.books.business.today(tx.now()));
        let overtaken = case.payment.disputed
            || case.payment.state != PaymentState::Succeeded
            || case.books.account.refundable(self.row.payment_id)? < self.row.amount;
        let back = money_back_of(&case, &self.row, when)?;
        let account = &mut case.books.account;
        let posted = if overtaken { account.refund_gone(tx.ids(), &back)? } else { account.refund(tx.ids(), &back)? };
        let event = event_id(tx);
        let (account, _) = case.books.write(tx, self.by, event)?;
        close_settled(tx, case.requests, &account, None);
        let mut payment = case.payment;
        payment.refunded += self.row.amount;
        payment.updated_at = tx.now();
        tx.set(&payment);
        self.row.state = RefundState::Succeeded;
        self.row.entry_id = Some(posted.entry);
        self.close(tx);
        leave_job(tx, "mail_refund", self.row.id, event);
        leave_job(tx, "close_checkouts", self.row.customer_id, event);
        if overtaken {
            leave_job(tx, "alert_refund_overtaken", self.row.id, event);
        }
        emit(tx, self.by, event, "refund_succeeded", &self.row);
        Ok(())
    }

    /// Nothing went back: the books stay as they are, and staff are told.
    fn fail(&mut self, tx: &mut Tx<'_>, mut case: Case, code: &str, text: &str) -> Result<()> {
        case.books.account.release_refund(self.row.payment_id, self.row.amount)?;
        let event = event_id(tx);
        let (account, _) = case.books.write(tx, self.by, event)?;
        close_settled(tx, case.requests, &account, None);
        self.row.state = RefundState::Failed;
        self.row.decline_code = Some(code.to_owned());
        self.row.decline_text = Some(text.to_owned());
        self.close(tx);
        leave_job(tx, "alert_refund_failed", self.row.id, event);
        emit(tx, self.by, event, "refund_failed", &self.row);
        Ok(())
    }

    /// It had gone and could not be delivered, days later: the money is with the processor again. The books keep what was posted,
    /// because only a person knows how the customer gets it now; staff are told, once.
    fn come_back(&mut self, tx: &mut Tx<'_>, refund: &processors::Refund) {
        if self.row.has_come_back() {
            return;
        }
        let reason = refund.reason.unwrap_or(processors::DeclineReason::RefundFailed);
        self.row.decline_code = Some(reason.code().to_owned());
        self.row.decline_text = Some(reason.text().to_owned());
        self.row.updated_at = tx.now();
        tx.set(&self.row);
        let event = event_id(tx);
        leave_job(tx, "alert_refund_came_back", self.row.id, event);
        emit(tx, self.by, event, "refund_came_back", &self.row);
    }

    fn close(&mut self, tx: &mut Tx<'_>) {
        let now = tx.now();
        self.row.updated_at = now;
        self.row.settled_at = Some(now);
        tx.set(&self.row);
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.check_at.is_some()) {
            attempt.check_at = None;
            if attempt.state == AttemptState::Pending {
                attempt.state = AttemptState::Done;
            }
            tx.set(attempt);
        }
    }

    fn end_attempt(&mut self, tx: &mut Tx<'_>, id: AttemptId, state: AttemptState, evidence: &str, remote: Option<String>) {
        let now = tx.now();
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            // One that is under way is looked at until it has arrived.
            let look = (state == AttemptState::Pending).then_some(4);
            attempt.end(state, evidence, remote.as_deref(), now, look);
            tx.set(attempt);
        }
    }

    fn ask_later(&mut self, tx: &mut Tx<'_>, id: AttemptId, why: &str) {
        let now = tx.now();
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            attempt.ask_later(why, now);
            tx.set(attempt);
        }
    }
}
