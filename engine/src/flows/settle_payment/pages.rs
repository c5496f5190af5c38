//! A processor's page that waits for somebody: the payer, or the holder of a saved card whose bank asks for them.

use books::ids::AttemptId;
use books::payment::PaymentState;
use processors::CheckoutState;

use super::Settling;
use crate::db::Tx;
use crate::error::Result;
use crate::flows::audit::{event_id, leave_job};
use crate::flows::posting::Books;
use crate::store::payment::{AttemptState, next_check};

impl Settling<'_> {
    /// The card's bank wants its holder to confirm: they get a link to the processor's page, and what was reserved is free, because
    /// nobody knows whether they will.
    pub(super) fn ask_holder(
        &mut self,
        tx: &mut Tx<'_>,
        mut books: Books,
        attempt: AttemptId,
        action: &processors::Action,
    ) -> Result<()> {
        self.end_attempt(tx, attempt, AttemptState::Pending, "the payer has to confirm", Some(action.id.clone()));
        if !self.payment.is_direct() || self.payment.checkout_url.is_some() {
            return Ok(());
        }
        let now = tx.now();
        for row in self.attempts.iter_mut().filter(|row| row.id == attempt) {
            row.check_at = Some(now.plus_seconds(next_check(2)));
            tx.set(row);
        }
        self.release(&mut books)?;
        let event = event_id(tx);
        books.write(tx, self.by, event)?;
        let reason = processors::DeclineReason::AuthenticationRequired;
        self.payment.state = PaymentState::Created;
        self.payment.checkout_url = Some(action.url.clone());
        self.payment.decline_code = Some(reason.code().to_owned());
        self.payment.decline_text = Some(reason.text().to_owned());
        self.save(tx);
        leave_job(tx, "mail_confirm", self.payment.id, event);
        self.emit(tx, event, "payment_needs_holder", serde_json::json!({ "amount": self.payment.amount }));
        Ok(())
    }

    /// A page without a charge: open, closed, or left.
    pub(super) fn note_page(&mut self, tx: &mut Tx<'_>, page: &processors::Checkout) {
        if self.payment.state != PaymentState::Created || page.charge.is_some() {
            return;
        }
        let declined = page.last_decline.as_ref().map(|decline| (decline.reason.code().to_owned(), decline.text.clone()));
        // A charge that waits for its holder keeps saying so, and a page of ours why its last card was refused.
        let keeps = self.payment.is_direct() || page.url.is_empty();
        let asked = self.payment.decline_code.clone().zip(self.payment.decline_text.clone()).filter(|_| keeps);
        let declined = declined.or(asked);
        match page.state {
            CheckoutState::Open | CheckoutState::Completed => {
                // A page of ours is known here alone.
                let url = Some(page.url.clone()).filter(|url| !url.is_empty()).or_else(|| self.payment.checkout_url.clone());
                let (code, text) = declined.unzip();
                if self.payment.checkout_url != url || self.payment.decline_code != code {
                    self.payment.checkout_url = url;
                    self.payment.decline_code = code;
                    self.payment.decline_text = text;
                    self.save(tx);
                }
            }
            // One that was given up and is paid all the same is found by its charge.
            CheckoutState::Expired | CheckoutState::Canceled | CheckoutState::Abandoned => {
                let state = if declined.is_some() { PaymentState::Failed } else { PaymentState::Canceled };
                let declined = declined.as_ref().map(|(code, text)| (code.as_str(), text.as_str()));
                self.stop_asking(tx);
                let event = event_id(tx);
                self.end(tx, state, declined, event);
            }
        }
    }
}
