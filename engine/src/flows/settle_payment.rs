//! What a processor said about a payment is stored, and the books follow: the second half of every payment online.
//!
//! Invariant: the direct answer, the return of the browser, a webhook and the nightly question all end here. The state is
//! read again under the customer's lock; a finding that comes late or twice changes nothing. States only move forward.

mod apart;
mod attempts;
mod besides;
mod came_back;
mod in_fields;
mod invoiced;
mod pages;
mod succeeds;
mod under_way;

use books::account::Target;
use books::ids::{AttemptId, EventId, PaymentId};
use books::ledger::rules::Channel;
use books::payment::PaymentState;
use processors::{Asked, Charge, ChargeState, Dispute, MethodKind, Outcome, Remote};

use self::besides::Besides;
use super::audit::Act;
use super::call::Call;
use super::posting::{Books, Touched, open_books};
use super::request_payment::open_of_customer;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::connection::Connection;
use crate::store::link;
use crate::store::payment::{self, Attempt, AttemptState, Payment, PaymentTarget};
use crate::store::request::Request;

/// What is known now.
#[derive(Debug, Clone)]
pub enum Finding {
    /// The answer to an attempt, directly or found later by its key.
    Answered { attempt: AttemptId, outcome: Outcome<Remote> },
    /// The processor never received the attempt, and never will.
    Absent { attempt: AttemptId },
    /// The page or charge as it stands at the processor.
    Seen(Remote),
    /// A dispute as it stands there. `known`: what the payment knew of its disputes before the processor was asked; fails when it knows
    /// something else by now, because nobody can say then which answer is the newer one.
    Disputed { dispute: Dispute, known: Option<String> },
    /// The processor's fields on a page of ours gave a token: the charge is about to be sent. Refuses ABOVE_DUE,
    /// PAYMENT_PENDING.
    Typed(Asked),
    /// Nobody waits any longer for a card keyed in the processor's terminal apart. `why`: none when staff said so.
    GivenUp { why: Option<&'static str> },
}

/// Stores a finding about a payment. Idempotent: what is known already is not done again.
pub async fn settle_payment(services: &Services, call: &Call, id: PaymentId, finding: Finding) -> Result<()> {
    let by = call.onward();
    services
        .db
        .write(call.business, async move |tx| {
            let seen = tx.get::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let targets = payment::targets_of_flow(tx, id).await?;
            let chosen = link::chosen_of_flow(tx, seen.link_id).await?;
            let mut touched = Touched {
                orders: seen.order_id.into_iter().collect(),
                invoices: seen.invoice_id.into_iter().collect(),
                entries: targets.iter().map(|target| target.entry_id).collect(),
                payments: if seen.entry_id.is_some() { vec![id] } else { Vec::new() },
                ..Touched::default()
            };
            // What was chosen may have been paid in another way since.
            let aimed = seen.aims()?.into_iter().map(|aim| aim.target);
            chosen.iter().copied().chain(aimed).for_each(|target| touched.also(target));
            let books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
            let payment = tx.lock::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            if payment.entry_id != seen.entry_id {
                // It was settled between the two reads; whoever asks again sees the rest.
                return Ok(());
            }
            let connection = match payment.connection_id {
                Some(connection) => tx.get::<Connection>(&[&by.business, &connection]).await?,
                None => None,
            };
            let connection = connection.ok_or_else(|| Error::Fault(format!("{id} has no processor")))?;
            let attempts = payment::attempts_of_flow(tx, id).await?;
            let requests = open_of_customer(tx, payment.customer_id).await?;
            let more = Besides::read(tx, &payment, &connection, &books, &finding).await?;
            let channel = Channel::Processor(connection.kind);
            let mut settling = Settling { by: &by, payment, attempts, targets, chosen, channel, more };
            settling.take(tx, books, requests, &finding)?;
            settling.follow_invoice(tx, &finding);
            Ok(())
        })
        .await
}

impl Finding {
    fn remote(&self) -> Option<&Remote> {
        match self {
            Finding::Seen(remote) => Some(remote),
            Finding::Answered { outcome: Outcome::Done(remote) | Outcome::Pending(remote), .. } => Some(remote),
            Finding::Answered { .. }
            | Finding::Absent { .. }
            | Finding::Disputed { .. }
            | Finding::Typed(_)
            | Finding::GivenUp { .. } => None,
        }
    }
}

/// Why an attempt ended that did not arrive.
const NEVER_RECEIVED: &str = "The processor never received it: try again.";

/// What a payer reads of a token that the processor did not take; its own words are for staff.
const NOT_ACCEPTED: &str = "The card was not accepted: type it once more, or try another.";

struct Settling<'a> {
    by: &'a Call,
    payment: Payment,
    attempts: Vec<Attempt>,
    targets: Vec<PaymentTarget>,
    /// The documents that it was to pay together; empty: its order, or the account as a whole.
    chosen: Vec<Target>,
    channel: Channel,
    more: Besides,
}

impl Settling<'_> {
    fn take(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, finding: &Finding) -> Result<()> {
        match finding {
            Finding::Typed(asked) => self.try_token(tx, books, asked),
            Finding::GivenUp { why } => self.give_up(tx, books, requests, *why),
            Finding::Absent { attempt } if self.is_token(*attempt) => {
                self.end_attempt(tx, *attempt, AttemptState::Rejected, NEVER_RECEIVED, None);
                self.reopen(tx, books, "NOT_RECEIVED", NEVER_RECEIVED)
            }
            Finding::Absent { attempt } => {
                let held = self.is_on_hold(*attempt);
                self.end_attempt(tx, *attempt, AttemptState::Rejected, NEVER_RECEIVED, None);
                match held {
                    true => self.stay_held(tx),
                    false => {
                        let reason = self.payment.is_direct().then_some(("NOT_RECEIVED", NEVER_RECEIVED));
                        self.fail(tx, books, requests, PaymentState::Canceled, reason)?;
                    }
                }
                Ok(())
            }
            Finding::Answered { attempt, outcome } => self.answered(tx, books, requests, *attempt, outcome),
            Finding::Seen(remote) => self.seen(tx, books, requests, remote),
            Finding::Disputed { dispute, known } => self.follow_dispute(tx, books, requests, dispute, known.as_deref()),
        }
    }

    fn answered(
        &mut self,
        tx: &mut Tx<'_>,
        books: Books,
        requests: Vec<Request>,
        attempt: AttemptId,
        outcome: &Outcome<Remote>,
    ) -> Result<()> {
        let held = self.is_on_hold(attempt);
        let (state, text, code) = match outcome {
            Outcome::Done(remote) | Outcome::Pending(remote) => {
                self.end_attempt(tx, attempt, AttemptState::Done, "answered", Some(remote.reference().id));
                return self.seen(tx, books, requests, remote);
            }
            Outcome::NeedsAction(action) => return self.ask_holder(tx, books, attempt, action),
            Outcome::Unknown { why } => {
                self.ask_later(tx, attempt, why);
                self.lose_sight(tx, held);
                return Ok(());
            }
            Outcome::Declined(decline) => {
                self.end_attempt(tx, attempt, AttemptState::Declined, &decline.text, decline.charge.clone());
                (PaymentState::Failed, &decline.text, decline.reason.code())
            }
            Outcome::Rejected(rejection) => {
                self.end_attempt(tx, attempt, AttemptState::Rejected, &rejection.text, None);
                if self.is_out_already() {
                    return Ok(());
                }
                (PaymentState::Failed, &rejection.text, rejection.reason.code())
            }
        };
        if held {
            self.stay_held(tx);
            return Ok(());
        }
        if self.is_token(attempt) {
            let own = matches!(outcome, Outcome::Rejected(_));
            return self.reopen(tx, books, code, if own { NOT_ACCEPTED } else { text });
        }
        self.fail(tx, books, requests, state, Some((code, text)))
    }

    fn seen(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, remote: &Remote) -> Result<()> {
        match remote {
            Remote::Checkout(page) => self.note_page(tx, page),
            Remote::Invoice(invoice) => self.note_end(tx, invoice),
            _ => {}
        }
        match remote.charge() {
            Some(charge) => self.follow_charge(tx, books, requests, charge),
            None => Ok(()),
        }
    }

    fn follow_charge(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, charge: &Charge) -> Result<()> {
        use PaymentState as P;
        if self.comes_from_apart(charge) {
            return self.arrive(tx, books, requests, charge);
        }
        // Of several tries behind one payment only the one that brought the money can take it back.
        let is_booked = self.payment.remote_id.as_ref().is_none_or(|id| *id == charge.id);
        self.payment.remote_id = Some(charge.id.clone());
        if let Some(method) = &charge.method {
            self.payment.brand =
                Some(if method.kind == MethodKind::BankDebit { "Bank debit".to_owned() } else { method.brand.clone() });
            self.payment.last4 = Some(method.last4.clone());
        }
        if charge.approval_code.is_some() {
            self.payment.approval_code = charge.approval_code.clone();
        }
        let ended = matches!(self.payment.state, P::Failed | P::Canceled);
        let open = !ended && self.payment.state != P::Succeeded;
        match (charge.state, self.payment.state) {
            (ChargeState::Captured, P::Succeeded) => self.after_success(tx, books, charge),
            (ChargeState::Captured, _) => self.succeed(tx, books, requests, charge),
            (ChargeState::Returned, P::Succeeded) if is_booked && !self.payment.returned => self.come_back(tx, books),
            (ChargeState::Returned, _) if open => {
                self.fail(tx, books, requests, P::Failed, Some(("RETURNED", "The bank returned the debit.")))
            }
            (ChargeState::Pending, P::Created | P::Unknown) => self.pend(tx, books),
            (ChargeState::Authorized, P::Created | P::Unknown | P::Pending) => self.hold(tx, books, charge),
            (ChargeState::Failed, _) if open => {
                self.fail(tx, books, requests, P::Failed, charge.reason.map(|reason| (reason.code(), reason.text())))
            }
            (ChargeState::Expired, _) if open => self.fail(
                tx,
                books,
                requests,
                P::Canceled,
                Some(("AUTHORIZATION_EXPIRED", "The hold lapsed; nothing was taken.")),
            ),
            (ChargeState::Voided, _) if open => self.fail(tx, books, requests, P::Canceled, None),
            _ => Ok(()),
        }
    }

    fn save(&mut self, tx: &mut Tx<'_>) {
        self.payment.updated_at = tx.now();
        tx.set(&self.payment);
    }

    fn emit(&self, tx: &mut Tx<'_>, event: EventId, kind: &'static str, data: serde_json::Value) {
        Act { kind, subject: self.payment.id.to_string(), customer: Some(self.payment.customer_id), data, call: self.by }
            .write(tx, event);
    }
}
