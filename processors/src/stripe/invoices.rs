//! Invoices that Stripe makes, sends and collects.
//!
//! Invariant: a draft is made in several calls, each under the attempt's key with a word of its own, so that making it again
//! after a lost answer ends with the same draft. Limits: Stripe sends to the customer's one address, so further addresses
//! are left to our own mail. Left out on purpose: Stripe's reminders and its own numbers; ours stands on the paper.

use super::Stripe;
use super::acts::bad_amount;
use super::forms;
use super::line::{Said, refused};
use super::look::{Ended, ended, is_id, not_found};
use super::objects::{InvoiceObject, Named};
use crate::capabilities::Capability;
use crate::form::FormBody;
use crate::outcome::{Outcome, RejectReason};
use crate::processor::{Attempt, InvoiceRequest};
use crate::remote::{RemoteInvoice, RemoteInvoiceState};

fn wrong_state<T>(text: &str) -> Outcome<T> {
    Outcome::rejected(RejectReason::WrongState, text)
}

impl Stripe {
    pub(super) async fn draft_invoice(&self, by: &Attempt, request: &InvoiceRequest) -> Outcome<RemoteInvoice> {
        let lines = request.lines.iter().map(|line| line.amount.minor).try_fold(0_i64, i64::checked_add);
        let same_currency = request.lines.iter().all(|line| line.amount.currency == request.amount.currency);
        if lines != Some(request.amount.minor) || !same_currency || request.amount.minor <= 0 {
            return Outcome::rejected(RejectReason::BadRequest, "The lines of an invoice add up to what is due.");
        }
        self.drafted(by, request).await.map_or_else(ended, Outcome::Done)
    }

    async fn drafted(&self, by: &Attempt, request: &InvoiceRequest) -> Ended<RemoteInvoice> {
        let key = by.key();
        let customer = match &request.customer {
            Some(known) => known.clone(),
            None => {
                let made: Named =
                    self.line.post("/v1/customers", forms::receiver(request, by), &format!("{key}-customer")).await.or_end()?;
                made.id
            }
        };
        let form = forms::invoice(request, &customer, by);
        let draft: Named = self.line.post("/v1/invoices", form, &key).await.or_end()?;
        for (place, line) in request.lines.iter().enumerate() {
            let form = forms::invoice_line(line, &customer, &draft.id).map_err(bad_amount)?;
            let _line: Named = self.line.post("/v1/invoiceitems", form, &format!("{key}-{place}")).await.or_end()?;
        }
        self.invoice_now(&draft.id).await
    }

    /// Makes a draft final and sends it; a sent one is sent again.
    pub(super) async fn issue_invoice(&self, by: &Attempt, id: &str) -> Outcome<RemoteInvoice> {
        if !is_id(id, &["in_"]) {
            return not_found("invoice");
        }
        self.issued(by, id).await.map_or_else(ended, Outcome::Done)
    }

    async fn issued(&self, by: &Attempt, id: &str) -> Ended<RemoteInvoice> {
        let now = self.invoice_now(id).await?;
        match now.state {
            RemoteInvoiceState::Draft => {
                let form = FormBody::new().with("auto_advance", false);
                let path = format!("/v1/invoices/{id}/finalize");
                let _final: Named = self.line.post(path, form, &format!("{}-final", by.key())).await.or_end()?;
            }
            RemoteInvoiceState::Sent if self.can(Capability::ResendInvoice) => {}
            RemoteInvoiceState::Sent => {
                return Err(Outcome::rejected(RejectReason::Unsupported, "This connection mails an invoice once."));
            }
            RemoteInvoiceState::Paid => return Err(wrong_state("This invoice is paid.")),
            RemoteInvoiceState::Canceled => return Err(wrong_state("This invoice was canceled.")),
        }
        let object: InvoiceObject =
            self.line.post(format!("/v1/invoices/{id}/send"), FormBody::new(), &by.key()).await.or_end()?;
        self.as_invoice(&object).await
    }

    /// Closes an unpaid invoice for good: a draft is thrown away, an open one is voided.
    pub(super) async fn withdraw_invoice(&self, by: &Attempt, id: &str) -> Outcome<RemoteInvoice> {
        if !is_id(id, &["in_"]) {
            return not_found("invoice");
        }
        let now = match self.invoice_now(id).await {
            Ok(now) => now,
            Err(outcome) => return ended(outcome),
        };
        let said = match now.state {
            RemoteInvoiceState::Paid | RemoteInvoiceState::Canceled => return Outcome::Done(now),
            RemoteInvoiceState::Draft => match self.line.delete::<Named>(format!("/v1/invoices/{id}")).await {
                Said::Good(_) => return Outcome::Done(RemoteInvoice { state: RemoteInvoiceState::Canceled, ..now }),
                other => other,
            },
            RemoteInvoiceState::Sent => {
                self.line.post::<Named>(format!("/v1/invoices/{id}/void"), FormBody::new(), &by.key()).await
            }
        };
        match (said, self.invoice_now(id).await) {
            (Said::Lost { why }, _) => Outcome::Unknown { why },
            (_, Ok(now)) if matches!(now.state, RemoteInvoiceState::Paid | RemoteInvoiceState::Canceled) => Outcome::Done(now),
            (Said::Refused { status, error }, _) => refused(status, &error),
            (Said::Good(_), Err(outcome)) => ended(outcome),
            (Said::Good(_), Ok(_)) => Outcome::unknown("Stripe did not void its invoice"),
        }
    }
}
