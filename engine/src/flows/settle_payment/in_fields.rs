//! A token that the processor's fields gave on a page of ours: one try to charge it, and the page again when it came to nothing.
//!
//! Invariants: while a try is under way what it is for is reserved and no other begins; a try that was refused leaves the page open
//! for another card. What is tried is never more than is still due, nor anything that another payment under way is meant for: two
//! pages that staff opened for one document charge one card.

use processors::Asked;

use super::Settling;
use super::succeeds::due_of;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::flows::audit::event_id;
use crate::flows::charge_saved::{asking, insert_attempt};
use crate::flows::posting::Books;
use books::ids::AttemptId;
use books::payment::PaymentState;

impl Settling<'_> {
    /// Whether an attempt charges a token: the payment has a page, and the attempt is none.
    pub(super) fn is_token(&self, id: AttemptId) -> bool {
        let charges = self.attempts.iter().any(|attempt| attempt.id == id && attempt.operation == "charge");
        charges && !self.payment.is_direct()
    }

    /// Commits the try before anybody is called. Does nothing while another is under way, or when the page is not open.
    pub(super) fn try_token(&mut self, tx: &mut Tx<'_>, books: Books, asked: &Asked) -> Result<()> {
        let open = self.payment.state == PaymentState::Created && self.payment.checkout_url.is_some();
        let connection = self.payment.connection_id.filter(|_| open);
        let Some(connection) = connection.filter(|_| !self.attempts.iter().any(|attempt| attempt.is_open())) else {
            return Ok(());
        };
        let aims = self.aims()?;
        let due = match aims.as_slice() {
            [] => (-books.account.balance()).max(0),
            some => due_of(&books.account, &some.iter().map(|aim| aim.target).collect::<Vec<_>>()),
        };
        if due < self.payment.amount {
            return Err(Error::refused("ABOVE_DUE", "less than this is due by now: it was paid or changed meanwhile"));
        }
        if asking(&books.account, &aims).pending > 0 {
            return Err(Error::refused("PAYMENT_PENDING", "a payment for this is under way; wait until its outcome is known"));
        }
        let event = event_id(tx);
        self.reserve(tx, books, event)?;
        self.payment.state = PaymentState::Unknown;
        self.payment.decline_code = None;
        self.payment.decline_text = None;
        self.save(tx);
        insert_attempt(tx, &self.payment, connection, "charge", asked)?;
        self.emit(tx, event, "card_tried", serde_json::json!({ "amount": self.payment.amount }));
        Ok(())
    }

    /// The try came to nothing: what it was for is free again, and the page waits for another card.
    pub(super) fn reopen(&mut self, tx: &mut Tx<'_>, mut books: Books, code: &str, text: &str) -> Result<()> {
        if self.payment.state != PaymentState::Unknown {
            return Ok(());
        }
        self.release(&mut books)?;
        let event = event_id(tx);
        books.write(tx, self.by, event)?;
        self.payment.state = PaymentState::Created;
        self.payment.decline_code = Some(code.to_owned());
        self.payment.decline_text = Some(text.to_owned());
        self.save(tx);
        self.emit(tx, event, "card_refused", serde_json::json!({ "code": code }));
        Ok(())
    }
}
