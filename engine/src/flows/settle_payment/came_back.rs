//! Money that had arrived and goes back: refunded or disputed at the processor's own desk, or returned by the bank.
//!
//! Invariant: what it had paid is owed again in the same transaction, each step once, and staff are told.

use books::account::{DisputeMove, MoneyBack, ReturnInput, When};
use books::ids::RefundId;
use books::payment::PaymentState;
use books::refund::{RefundRoute, RefundState};
use processors::{Charge, Dispute, DisputeState};

use super::Settling;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::flows::audit::{event_id, leave_job};
use crate::flows::posting::Books;
use crate::flows::refund_payment::{Planned, refund_row};
use crate::store::counter;
use crate::store::refund::Refund;

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
        self.payment.disputed = charge.disputed;
        self.save(tx);
        leave_job(tx, "alert_refunded_outside", id, event);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        let data = serde_json::json!({ "refunded": self.payment.refunded, "disputed": self.payment.disputed });
        self.emit(tx, event, "payment_refunded_outside", data);
        Ok(())
    }

    /// A charge that is disputed cannot be refunded, from the moment that is known; the dispute itself tells the rest.
    pub(super) fn note_dispute(&mut self, tx: &mut Tx<'_>, charge: &Charge) -> Result<()> {
        if charge.disputed == self.payment.disputed {
            return Ok(());
        }
        self.payment.disputed = charge.disputed;
        self.save(tx);
        let event = event_id(tx);
        let kind = if charge.disputed { "payment_disputed" } else { "dispute_ended" };
        self.emit(tx, event, kind, serde_json::json!({ "disputed": charge.disputed }));
        Ok(())
    }

    /// The processor holds the money back, gives it back, or keeps it (rule 15). Each step once.
    pub(super) fn follow_dispute(&mut self, tx: &mut Tx<'_>, mut books: Books, dispute: &Dispute) -> Result<()> {
        if self.payment.state != PaymentState::Succeeded {
            return Ok(());
        }
        let was = self.payment.dispute.clone();
        let amount = self.payment.disputed_amount.unwrap_or(dispute.amount.minor).min(self.payment.amount);
        let when = When::Machine(books.business.today(tx.now()));
        let next_seq = i32::try_from(self.more.next_line).map_err(|_| Error::Fault("a journal without end".to_owned()))?;
        let step = DisputeMove { payment: self.payment.id, amount, next_seq, when };
        let (kind, alert) = match (dispute.state, was.as_deref()) {
            (DisputeState::Opened, None) => {
                books.account.dispute_opened(&step)?;
                ("payment_disputed", "alert_disputed")
            }
            (DisputeState::Won, Some("opened")) => {
                books.account.dispute_won(&step)?;
                ("dispute_won", "alert_dispute_won")
            }
            (DisputeState::Lost, None | Some("opened")) => {
                if was.is_none() {
                    books.account.dispute_opened(&step)?;
                }
                let input = ReturnInput {
                    payment: self.payment.id,
                    amount: Some(amount),
                    dispute: true,
                    reason: "Dispute lost".to_owned(),
                    when,
                };
                books.account.return_payment(tx.ids(), &input)?;
                self.payment.returned = true;
                ("dispute_lost", "alert_dispute_lost")
            }
            _ => return Ok(()),
        };
        let event = event_id(tx);
        books.write(tx, self.by, event)?;
        self.payment.disputed = dispute.state != DisputeState::Won;
        self.payment.disputed_amount = Some(amount);
        self.payment.dispute = Some(
            match dispute.state {
                DisputeState::Opened => "opened",
                DisputeState::Won => "won",
                DisputeState::Lost => "lost",
            }
            .to_owned(),
        );
        self.save(tx);
        leave_job(tx, alert, self.payment.id, event);
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        self.emit(tx, event, kind, serde_json::json!({ "amount": amount, "currency": self.payment.currency }));
        Ok(())
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
