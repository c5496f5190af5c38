//! A payment that is an invoice at its processor: how the invoice stands after what became known of the payment.
//!
//! Invariant: the invoice's state follows from the payment's and from what the processor said, in the same transaction; an end
//! at the processor without money is an end here too.

use books::payment::PaymentState;
use books::remote_invoice::{RemoteInvoiceEvent as Event, RemoteInvoiceState};
use processors::{Outcome, Remote, RemoteInvoice as Told, RemoteInvoiceState as Said};

use super::{Finding, Settling};
use crate::db::Tx;
use crate::flows::audit::{Act, event_id, leave_job};
use crate::store::remote_invoice::RemoteInvoice;

/// Money that the shop noted by hand at the processor: it took none, so there is nothing to book.
const MARKED_AS_PAID: &str =
    "It was marked as paid at the processor, which took no money for it. Record the payment here if it has come.";

impl Settling<'_> {
    /// It can be paid there already, so that sending it once more may fail without harm.
    pub(super) fn is_out_already(&self) -> bool {
        self.more.invoice.as_ref().is_some_and(|invoice| invoice.state == RemoteInvoiceState::Sent)
    }

    /// The processor says that it can never be paid any more, and has no money for it.
    pub(super) fn note_end(&mut self, tx: &mut Tx<'_>, told: &Told) {
        if told.charge.is_some() || self.payment.state != PaymentState::Created {
            return;
        }
        let reason = match told.state {
            Said::Draft | Said::Sent => return,
            Said::Paid => Some(("MARKED_AS_PAID", MARKED_AS_PAID)),
            Said::Canceled => None,
        };
        let event = event_id(tx);
        self.end(tx, PaymentState::Canceled, reason, event);
    }

    /// Writes how the invoice stands, once everything else is known.
    pub(super) fn follow_invoice(&mut self, tx: &mut Tx<'_>, finding: &Finding) {
        let Some(before) = self.more.invoice.take() else { return };
        let mut row = before.clone();
        if let Some(Remote::Invoice(told)) = finding.remote() {
            row.remote_id = Some(told.id.clone());
            row.number = Some(told.number.clone()).filter(|number| !number.is_empty()).or(row.number);
            row.url = told.url.clone().or(row.url);
        }
        if let Some(event) = happened(self.payment.state, finding) {
            row.state = row.state.after(event);
        }
        let now = tx.now();
        if row.state == RemoteInvoiceState::Sent {
            row.sent_at = row.sent_at.or(Some(now));
        }
        row.ended_at = if row.state.is_out() { None } else { row.ended_at.or(Some(now)) };
        if row == before {
            return;
        }
        tx.set(&row);
        if row.state != before.state {
            self.tell_of(tx, &row);
        }
    }

    fn tell_of(&self, tx: &mut Tx<'_>, row: &RemoteInvoice) {
        let kind = match row.state {
            RemoteInvoiceState::Sent => "remote_invoice_sent",
            RemoteInvoiceState::Paid => "remote_invoice_paid",
            RemoteInvoiceState::Canceled => "remote_invoice_canceled",
            RemoteInvoiceState::Failed => "remote_invoice_failed",
            RemoteInvoiceState::Unknown => "remote_invoice_unknown",
            RemoteInvoiceState::Making | RemoteInvoiceState::Closing => return,
        };
        let event = event_id(tx);
        if row.state == RemoteInvoiceState::Canceled && row.renews {
            leave_job(tx, "renew_remote_invoice", row.id, event);
        }
        let data = serde_json::json!({ "amount": self.payment.amount, "currency": row.currency });
        Act { kind, subject: row.id.to_string(), customer: Some(row.customer_id), data, call: self.by }.write(tx, event);
    }
}

/// What the payment's state and the finding mean for the invoice.
fn happened(payment: PaymentState, finding: &Finding) -> Option<Event> {
    match (payment, finding.remote(), finding) {
        (PaymentState::Succeeded, ..) => Some(Event::Paid),
        (PaymentState::Canceled, ..) => Some(Event::Ended),
        (PaymentState::Failed, ..) => Some(Event::Failed),
        (_, Some(Remote::Invoice(told)), _) => match told.state {
            Said::Draft => Some(Event::Drafted),
            Said::Sent | Said::Paid => Some(Event::Sent),
            Said::Canceled => Some(Event::Ended),
        },
        (_, _, Finding::Answered { outcome: Outcome::Unknown { .. }, .. }) => Some(Event::AnswerLost),
        _ => None,
    }
}
