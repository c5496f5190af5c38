//! A payment under way: what it is meant for is reserved, until it arrives, lapses or fails.
//!
//! Invariant: exactly what was reserved is released, so the targets keep it; an end is final and is reached once. When a reservation
//! begins or ends, what else is asked for the same money is fitted by a job: other pages, and invoices at processors.

use books::account::Reserved;
use books::ids::{EntryId, EventId};
use books::payment::PaymentState;
use processors::Charge;

use super::Settling;
use crate::db::Tx;
use crate::error::Result;
use crate::flows::audit::{event_id, leave_job, leave_job_at};
use crate::flows::posting::Books;
use crate::flows::request_payment::close_settled;
use crate::store::payment::PaymentTarget;
use crate::store::request::Request;

impl Settling<'_> {
    /// Under way: the charges it is meant for are reserved until the outcome is known.
    pub(super) fn pend(&mut self, tx: &mut Tx<'_>, books: Books) -> Result<()> {
        let event = event_id(tx);
        self.reserve(tx, books, event)?;
        self.payment.state = PaymentState::Pending;
        self.payment.checkout_url = None;
        self.stop_asking(tx);
        self.save(tx);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        self.emit(tx, event, "payment_pending", serde_json::json!({ "amount": self.payment.amount }));
        Ok(())
    }

    /// The answer to a call that may have moved money was lost: what it is meant for stays reserved until somebody knows.
    pub(super) fn lose_sight(&mut self, tx: &mut Tx<'_>, held: bool) {
        let moves_money = held || self.payment.is_direct();
        if !moves_money || !matches!(self.payment.state, PaymentState::Created | PaymentState::Authorized) {
            return;
        }
        let event = event_id(tx);
        self.payment.state = PaymentState::Unknown;
        self.save(tx);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        self.emit(tx, event, "payment_unknown", serde_json::json!({ "amount": self.payment.amount }));
    }

    /// Held on the card, not yet taken: reserved like money under way, until it is taken, let go, or lapses.
    pub(super) fn hold(&mut self, tx: &mut Tx<'_>, books: Books, charge: &Charge) -> Result<()> {
        let event = event_id(tx);
        self.reserve(tx, books, event)?;
        self.payment.state = PaymentState::Authorized;
        self.payment.checkout_url = None;
        self.payment.decline_code = None;
        self.payment.decline_text = None;
        self.payment.held_until = charge.expires_at;
        self.stop_asking(tx);
        // The hold lapses by itself: the processor is asked then.
        if let (Some(last), Some(until)) = (self.attempts.last_mut(), charge.expires_at) {
            last.check_at = Some(until.plus_seconds(1));
            tx.set(last);
        }
        self.save(tx);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        self.emit(tx, event, "payment_authorized", serde_json::json!({ "amount": self.payment.amount }));
        Ok(())
    }

    /// Reserves what the payment is meant for, unless it is reserved already. The targets say what, so that exactly this is
    /// released.
    pub(super) fn reserve(&mut self, tx: &mut Tx<'_>, mut books: Books, event: EventId) -> Result<()> {
        if self.payment.reserves() {
            return Ok(());
        }
        let parts = books.account.reserve(&self.aims()?, self.payment.amount)?;
        books.write(tx, self.by, event)?;
        for target in &mut self.targets {
            target.amount = parts.iter().find(|part| part.charge == target.entry_id).map_or(0, |part| part.amount);
            tx.set(target);
        }
        let known: Vec<EntryId> = self.targets.iter().map(|target| target.entry_id).collect();
        let last = self.targets.iter().map(|target| target.position).max().unwrap_or(0);
        for (position, part) in (last + 1..).zip(parts.iter().filter(|part| !known.contains(&part.charge))) {
            let (business_id, payment_id) = (self.payment.business_id, self.payment.id);
            tx.insert(&PaymentTarget { business_id, payment_id, position, entry_id: part.charge, amount: part.amount });
        }
        Ok(())
    }

    /// Gives back what a payment under way had reserved, on the loaded account.
    pub(super) fn release(&self, books: &mut Books) -> Result<()> {
        if !self.payment.reserves() {
            return Ok(());
        }
        let reserved = |target: &PaymentTarget| Reserved { charge: target.entry_id, amount: target.amount };
        let parts: Vec<Reserved> = self.targets.iter().filter(|target| target.amount > 0).map(reserved).collect();
        Ok(books.account.release(&parts)?)
    }

    /// It came to nothing. What it had reserved is free again, and credit that waited beside it may settle that now.
    pub(super) fn fail(
        &mut self,
        tx: &mut Tx<'_>,
        mut books: Books,
        requests: Vec<Request>,
        state: PaymentState,
        reason: Option<(&str, &str)>,
    ) -> Result<()> {
        if matches!(self.payment.state, PaymentState::Succeeded | PaymentState::Failed | PaymentState::Canceled) {
            return Ok(());
        }
        self.release(&mut books)?;
        let retry_days = books.business.settings()?.retry_days;
        let event = event_id(tx);
        let (account, _) = books.write(tx, self.by, event)?;
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        self.end(tx, state, reason, event);
        if self.payment.by_itself && state == PaymentState::Failed {
            self.try_later(tx, &retry_days, event);
        }
        Ok(())
    }

    /// A charge that nobody asked for in person is tried again by the schedule; customer and staff hear of it.
    pub(super) fn try_later(&mut self, tx: &mut Tx<'_>, retry_days: &[i64], event: EventId) {
        leave_job(tx, "mail_failed", self.payment.id, event);
        leave_job(tx, "alert_charge_failed", self.payment.id, event);
        let next = usize::try_from(self.payment.tries).ok().and_then(|tries| retry_days.get(tries));
        if let Some(days) = next {
            let at = tx.now().plus_seconds(days * 86_400);
            leave_job_at(tx, "retry_payment", self.payment.id, event, at);
        }
    }

    pub(super) fn end(&mut self, tx: &mut Tx<'_>, state: PaymentState, reason: Option<(&str, &str)>, event: EventId) {
        if matches!(self.payment.state, PaymentState::Succeeded | PaymentState::Failed | PaymentState::Canceled) {
            return;
        }
        let was_pending = self.payment.state == PaymentState::Pending;
        let had_page = self.payment.checkout_url.is_some();
        self.payment.state = state;
        self.payment.checkout_url = None;
        self.payment.held_until = None;
        self.payment.decline_code = reason.map(|(code, _)| code.to_owned());
        self.payment.decline_text = reason.map(|(_, text)| text.to_owned());
        self.stop_asking(tx);
        self.save(tx);
        // A charge by itself tells in its own way; who stood at a page has been told there.
        let tells = was_pending || self.payment.wants_holder() && !had_page;
        if tells && state == PaymentState::Failed && !self.payment.by_itself {
            leave_job(tx, "mail_failed", self.payment.id, event);
        }
        let kind = if state == PaymentState::Failed { "payment_failed" } else { "payment_canceled" };
        self.emit(tx, event, kind, serde_json::json!({ "code": self.payment.decline_code }));
    }
}
