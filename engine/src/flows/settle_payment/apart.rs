//! Money arrives that staff took in the processor's terminal, a program apart: matched by our reference, strictly.
//!
//! Invariants: one charge becomes the payment, and only one of exactly its amount and currency; any other that carries the reference
//! is booked by itself, as credit that waits (`key_apart.rs`), and staff are told. A card that was refused there changes nothing:
//! another may be tried. One that was given up is paid all the same when its charge arrives.

use books::payment::PaymentState;
use processors::{Charge, ChargeState};

use super::Settling;
use crate::db::Tx;
use crate::error::Result;
use crate::flows::audit::{event_id, leave_job};
use crate::flows::key_apart::KEYED;
use crate::flows::posting::Books;
use crate::store::payment::{Attempt, AttemptState};
use crate::store::request::Request;

/// Why a payment that waited for a terminal ended without money.
pub(crate) const OTHER_AMOUNT: &str = "OTHER_AMOUNT";

impl Settling<'_> {
    fn keyed(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.operation == KEYED)
    }

    /// Whether this charge came from a terminal and is not known to be this payment.
    pub(super) fn comes_from_apart(&self, charge: &Charge) -> bool {
        self.keyed().is_some() && self.payment.remote_id.as_deref() != Some(charge.id.as_str())
    }

    /// The charge becomes the payment, or is left to be booked by itself.
    pub(super) fn arrive(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, charge: &Charge) -> Result<()> {
        let waits = self.payment.state == PaymentState::Pending;
        let free = self.payment.remote_id.is_none();
        let told = if charge.state == ChargeState::Captured { charge.captured } else { charge.amount };
        let fits = free && (told.minor, told.currency) == (self.payment.amount, self.payment.currency);
        match charge.state {
            ChargeState::Captured if fits => self.is_it(tx, books, requests, charge),
            ChargeState::Authorized if fits && waits => self.is_it(tx, books, requests, charge),
            ChargeState::Pending if fits && waits => {
                self.match_to(tx, charge);
                self.save(tx);
                Ok(())
            }
            ChargeState::Captured => self.leave_apart(tx, books, requests, charge, free && waits),
            // Nothing was taken, or not yet.
            _ => Ok(()),
        }
    }

    fn is_it(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, charge: &Charge) -> Result<()> {
        self.match_to(tx, charge);
        self.follow_charge(tx, books, requests, charge)
    }

    fn match_to(&mut self, tx: &mut Tx<'_>, charge: &Charge) {
        if let Some(attempt) = self.keyed().map(|attempt| attempt.id) {
            self.end_attempt(tx, attempt, AttemptState::Done, "It arrived by our reference.", Some(charge.id.clone()));
        }
        self.payment.remote_id = Some(charge.id.clone());
        self.payment.checkout_url = None;
    }

    /// Not what was waited for: it is booked apart, and a payment that still waited ends here.
    fn leave_apart(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, charge: &Charge, ends: bool) -> Result<()> {
        if self.more.elsewhere {
            return Ok(());
        }
        let event = event_id(tx);
        leave_job(tx, "book_keyed", format!("{}/{}", self.payment.id, charge.id), event);
        let data =
            serde_json::json!({ "amount": charge.captured.minor, "currency": charge.captured.currency, "charge": charge.id });
        self.emit(tx, event, "keyed_otherwise", data);
        if !ends {
            return Ok(());
        }
        let (came, meant) = (charge.captured, self.payment.amount_of());
        let text = format!("{came} arrived by this reference, not {meant}. It waits as credit, as a payment of its own.");
        if let Some(attempt) = self.keyed().map(|attempt| attempt.id) {
            self.end_attempt(tx, attempt, AttemptState::Rejected, &text, None);
        }
        self.fail(tx, books, requests, PaymentState::Canceled, Some((OTHER_AMOUNT, &text)))
    }

    /// Nobody waits any longer. What arrives afterwards is taken in all the same.
    pub(super) fn give_up(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, why: Option<&str>) -> Result<()> {
        let Some(attempt) = self.keyed().filter(|_| self.payment.state == PaymentState::Pending).map(|attempt| attempt.id) else {
            return Ok(());
        };
        if self.payment.remote_id.is_some() {
            return Ok(());
        }
        self.end_attempt(tx, attempt, AttemptState::Rejected, why.unwrap_or("Given up by staff."), None);
        self.fail(tx, books, requests, PaymentState::Canceled, why.map(|why| ("NOT_RECEIVED", why)))
    }
}
