//! Money that had arrived and goes back: refunded or disputed at the processor's own desk, or returned by the bank.
//!
//! Invariants: what it had paid is owed again in the same transaction, each step once, and staff are told. Disputes are told apart by the
//! processor's ids; each is booked as the newest answer has it, whichever way it came there: won after it was lost, or disputed anew.

use books::account::{Account, DisputeMove, MoneyBack, Reinstated, ReturnInput, When};
use books::dispute::{DisputeState, DisputeStep, on_news};
use books::ids::{EntryId, RefundId};
use books::payment::PaymentState;
use books::refund::{RefundRoute, RefundState};
use processors::{Charge, Dispute, DisputeState as Told};

use super::Settling;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::flows::audit::{event_id, leave_job};
use crate::flows::posting::Books;
use crate::flows::refund_payment::{Planned, refund_row};
use crate::flows::request_payment::close_settled;
use crate::store::counter;
use crate::store::payment::KnownDispute;
use crate::store::refund::Refund;
use crate::store::request::Request;

/// Minor units of a charge that went back past us: neither by a refund of ours that has gone nor by one under way.
pub(super) fn outside(refunds: &[Refund], charge: &Charge) -> i64 {
    let ours = |refund: &&Refund| {
        refund.route == RefundRoute::Original
            && matches!(refund.state, RefundState::Succeeded | RefundState::Pending)
            && !refund.has_come_back()
    };
    charge.refunded.minor - refunds.iter().filter(ours).map(|refund| refund.amount).sum::<i64>()
}

impl Settling<'_> {
    /// Refunds that were made at the processor's own desk: what they took back is owed again, and staff are told.
    pub(super) fn after_success(&mut self, tx: &mut Tx<'_>, mut books: Books, charge: &Charge) -> Result<()> {
        let more = outside(&self.more.refunds, charge);
        let Some(number) = self.more.number.take().filter(|_| more > 0) else {
            return self.note_dispute(tx, charge);
        };
        let today = books.business.today(tx.now());
        let reason = "Refunded at the processor".to_owned();
        let back = MoneyBack {
            payment: self.payment.id,
            amount: more,
            channel: self.channel.clone(),
            method: None,
            reason: reason.clone(),
            when: When::Machine(today),
            reopens: Vec::new(),
        };
        let posted = books.account.refund_gone(tx.ids(), &back)?;
        let event = event_id(tx);
        books.write(tx, self.by, event)?;
        let number = counter::take(tx, number);
        let id = RefundId::new(tx.ids());
        let planned = Planned { id, number, amount: more, route: RefundRoute::Original, reason, aims: Vec::new() };
        let row = refund_row(tx, self.by, &self.payment, planned);
        let now = tx.now();
        tx.insert(&Refund {
            state: RefundState::Succeeded,
            entry_id: Some(posted.entry),
            settled_at: Some(now),
            actor: "system".to_owned(),
            ..row
        });
        self.payment.refunded += more;
        self.payment.disputed = self.is_disputed(charge);
        self.save(tx);
        leave_job(tx, "alert_refunded_outside", id, event);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        let data = serde_json::json!({ "refunded": self.payment.refunded, "disputed": self.payment.disputed });
        self.emit(tx, event, "payment_refunded_outside", data);
        Ok(())
    }

    /// A charge that is disputed cannot be refunded, from the moment that is known; the dispute itself tells the rest.
    pub(super) fn note_dispute(&mut self, tx: &mut Tx<'_>, charge: &Charge) -> Result<()> {
        let disputed = self.is_disputed(charge);
        if disputed == self.payment.disputed {
            return Ok(());
        }
        self.payment.disputed = disputed;
        self.save(tx);
        let event = event_id(tx);
        let kind = if disputed { "payment_disputed" } else { "dispute_ended" };
        self.emit(tx, event, kind, serde_json::json!({ "disputed": disputed }));
        Ok(())
    }

    /// The charge says so, or a dispute that is known, of which the charge does not say how it ended.
    fn is_disputed(&self, charge: &Charge) -> bool {
        charge.disputed || matches!(self.payment.dispute.as_deref(), Some("opened" | "lost"))
    }

    /// The processor holds the money back, gives it back, or keeps it (rule 15): each dispute by itself, whatever was known of it before.
    /// What is told again does nothing.
    pub(super) fn follow_dispute(
        &mut self,
        tx: &mut Tx<'_>,
        mut books: Books,
        requests: Vec<Request>,
        told: &Dispute,
        known: Option<&str>,
    ) -> Result<()> {
        if self.payment.state != PaymentState::Succeeded {
            return Ok(());
        }
        if self.payment.disputes.as_deref() != known {
            return Err(Error::Fault(format!("something else was learned of the disputes of {} meanwhile", self.payment.id)));
        }
        let mut all = self.payment.known_disputes()?;
        let at = all.iter().position(|one| one.id == told.id).or_else(|| all.iter().position(|one| one.id.is_empty()));
        let state = state_of(told.state);
        let step = on_news(at.map(|at| all[at].state), state);
        if step == DisputeStep::Nothing {
            return Ok(());
        }
        let before = at.map(|at| all.remove(at));
        let amount = match (step, &before) {
            (DisputeStep::Release | DisputeStep::Lose | DisputeStep::Reinstate, Some(before)) => before.amount,
            (DisputeStep::Note, _) => 0,
            _ => told.amount.minor.min(self.undisputed(&books, &all)?).max(0),
        };
        let turns = before.as_ref().map_or(1, |before| before.turns + 1);
        let returned = match amount {
            0 => None,
            _ => self.post_dispute(tx, &mut books, step, amount, before.and_then(|before| before.returned))?,
        };
        let event = event_id(tx);
        let (account, _) = books.write(tx, self.by, event)?;
        all.push(KnownDispute { id: told.id.clone(), state, amount, returned, turns });
        self.payment.keep_disputes(&all);
        self.payment.returned = self.is_returned(&account)?;
        self.save(tx);
        close_settled(tx, requests, &account, None);
        let (kind, alert) = words_of(state);
        if step != DisputeStep::Note {
            leave_job(tx, alert, self.payment.id, event);
        }
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        self.emit(tx, event, kind, serde_json::json!({ "amount": amount, "currency": self.payment.currency }));
        Ok(())
    }

    /// What of the payment neither another dispute holds nor the bank took back.
    fn undisputed(&self, books: &Books, others: &[KnownDispute]) -> Result<i64> {
        let held: i64 = others.iter().filter(|one| one.state == DisputeState::Opened).map(|one| one.amount).sum();
        Ok(books.account.returnable(self.payment.id)? - held)
    }

    /// Posts what a step asks for. Answers the return, where the dispute was lost by one.
    fn post_dispute(
        &mut self,
        tx: &mut Tx<'_>,
        books: &mut Books,
        step: DisputeStep,
        amount: i64,
        returned: Option<EntryId>,
    ) -> Result<Option<EntryId>> {
        let payment = self.payment.id;
        let when = When::Machine(books.business.today(tx.now()));
        let next_seq = i32::try_from(self.more.next_line).map_err(|_| Error::Fault("a journal without end".to_owned()))?;
        let dispute = DisputeMove { payment, amount, next_seq, when };
        let account = &mut books.account;
        if matches!(step, DisputeStep::Hold | DisputeStep::HoldAndLose) {
            account.dispute_opened(&dispute)?;
        }
        match step {
            DisputeStep::Lose | DisputeStep::HoldAndLose => {
                let reason = "Dispute lost".to_owned();
                let input = ReturnInput { payment, amount: Some(amount), dispute: true, reason, when };
                return Ok(Some(account.return_payment(tx.ids(), &input)?.entry));
            }
            DisputeStep::Reinstate => {
                let input = Reinstated { dispute, returned, reason: "Dispute won".to_owned(), aims: self.aims()? };
                account.dispute_reinstated(tx.ids(), &input)?;
            }
            DisputeStep::Release => account.dispute_won(&dispute)?,
            DisputeStep::Hold | DisputeStep::Note | DisputeStep::Nothing => {}
        }
        Ok(None)
    }

    /// Whether some of it is gone by the bank's word.
    fn is_returned(&self, account: &Account) -> Result<bool> {
        Ok(account.returnable(self.payment.id)? < self.payment.amount)
    }

    /// A debit that had succeeded was returned by the bank: what it paid is open again.
    pub(super) fn come_back(&mut self, tx: &mut Tx<'_>, mut books: Books) -> Result<()> {
        let today = books.business.today(tx.now());
        let returned = ReturnInput {
            payment: self.payment.id,
            amount: None,
            dispute: false,
            reason: "Returned by the bank".to_owned(),
            when: When::Machine(today),
        };
        let outcome = books.account.return_payment(tx.ids(), &returned)?;
        let event = event_id(tx);
        books.write(tx, self.by, event)?;
        self.payment.returned = true;
        self.save(tx);
        leave_job(tx, "mail_failed", self.payment.id, event);
        leave_job(tx, "alert_returned", self.payment.id, event);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        self.emit(tx, event, "payment_returned", serde_json::json!({ "amount": self.payment.amount, "owed": outcome.owed }));
        Ok(())
    }
}

fn state_of(told: Told) -> DisputeState {
    match told {
        Told::Opened => DisputeState::Opened,
        Told::Won => DisputeState::Won,
        Told::Lost => DisputeState::Lost,
    }
}

/// The event, and the job that tells staff.
fn words_of(state: DisputeState) -> (&'static str, &'static str) {
    match state {
        DisputeState::Opened => ("payment_disputed", "alert_disputed"),
        DisputeState::Won => ("dispute_won", "alert_dispute_won"),
        DisputeState::Lost => ("dispute_lost", "alert_dispute_lost"),
    }
}
