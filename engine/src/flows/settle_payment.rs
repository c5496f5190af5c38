//! What a processor said about a payment is stored, and the books follow: the second half of every payment online.
//!
//! Invariant: the direct answer, the return of the browser, a webhook and the nightly question all end here. The state is
//! read again under the customer's lock; a finding that comes late or twice changes nothing. States only move forward.

use books::account::{Account, Aim, MoneyBack, MoneyIn, Reserved, ReturnInput, Target, When};
use books::ids::{AttemptId, EntryId, EventId, PaymentId};
use books::ledger::rules::Channel;
use books::payment::PaymentState;
use processors::{Charge, ChargeState, CheckoutState, MethodKind, Outcome, Remote};

use super::audit::{Act, event_id, leave_job};
use super::call::Call;
use super::posting::{Books, Touched, open_books};
use super::request_payment::{close_settled, open_of_customer};
use super::start_checkout;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::connection::Connection;
use crate::store::link::{self, Scope};
use crate::store::payment::{self, Attempt, AttemptState, Payment, PaymentTarget};

/// What is known now.
#[derive(Debug, Clone)]
pub enum Finding {
    /// The answer to an attempt, directly or found later by its key.
    Answered { attempt: AttemptId, outcome: Outcome<Remote> },
    /// The processor never received the attempt, and never will.
    Absent { attempt: AttemptId },
    /// The page or charge as it stands at the processor.
    Seen(Remote),
}

/// Seconds until an attempt is asked about again: 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, then daily.
pub(crate) fn next_check(checks: i64) -> i64 {
    match checks {
        ..=0 => 5,
        1 => 30,
        2 => 120,
        3 => 600,
        4 => 3_600,
        5 => 21_600,
        _ => 86_400,
    }
}

/// Stores a finding about a payment. Idempotent: what is known already is not done again.
pub async fn settle_payment(services: &Services, call: &Call, id: PaymentId, finding: Finding) -> Result<()> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            let seen = tx.get::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let targets = payment::targets_of_flow(tx, id).await?;
            let chosen = link::chosen_of_flow(tx, seen.link_id).await?;
            let of_orders = chosen.iter().filter_map(|target| match target {
                Target::Order(id) => Some(*id),
                Target::Invoice(_) | Target::Entry(_) => None,
            });
            let touched = Touched {
                orders: of_orders.chain(seen.order_id).collect(),
                entries: targets.iter().map(|target| target.entry_id).collect(),
                payments: if seen.entry_id.is_some() { vec![id] } else { Vec::new() },
                ..Touched::default()
            };
            let books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
            let payment = tx.lock::<Payment>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            if payment.entry_id != seen.entry_id {
                // It was settled between the two reads; whoever asks again sees the rest.
                return Ok(());
            }
            let channel = match payment.connection_id {
                Some(connection) => tx.get::<Connection>(&[&by.business, &connection]).await?.map(|row| row.kind),
                None => None,
            };
            let attempts = payment::attempts_of_flow(tx, id).await?;
            let requests = open_of_customer(tx, payment.customer_id).await?;
            let channel = Channel::Processor(channel.ok_or_else(|| Error::Fault(format!("{id} has no processor")))?);
            let mut settling = Settling { by: &by, payment, attempts, targets, chosen, channel };
            settling.take(tx, books, requests, &finding)
        })
        .await
}

struct Settling<'a> {
    by: &'a Call,
    payment: Payment,
    attempts: Vec<Attempt>,
    targets: Vec<PaymentTarget>,
    /// The documents that it was to pay together; empty: its order, or the account as a whole.
    chosen: Vec<Target>,
    channel: Channel,
}

/// What is due of several documents, each charge counted once.
fn due_of(account: &Account, chosen: &[Target]) -> i64 {
    let mut scope = Scope::default();
    chosen.iter().for_each(|target| scope.add(*target));
    start_checkout::due(account, &scope)
}

impl Settling<'_> {
    fn take(
        &mut self,
        tx: &mut Tx<'_>,
        books: Books,
        requests: Vec<crate::store::request::Request>,
        finding: &Finding,
    ) -> Result<()> {
        match finding {
            Finding::Absent { attempt } => {
                self.end_attempt(tx, *attempt, AttemptState::Rejected, "the processor never received it", None);
                let event = event_id(tx);
                self.end(tx, PaymentState::Canceled, None, event);
                Ok(())
            }
            Finding::Answered { attempt, outcome } => self.answered(tx, books, requests, *attempt, outcome),
            Finding::Seen(remote) => self.seen(tx, books, requests, remote),
        }
    }

    fn answered(
        &mut self,
        tx: &mut Tx<'_>,
        books: Books,
        requests: Vec<crate::store::request::Request>,
        attempt: AttemptId,
        outcome: &Outcome<Remote>,
    ) -> Result<()> {
        match outcome {
            Outcome::Done(remote) | Outcome::Pending(remote) => {
                self.end_attempt(tx, attempt, AttemptState::Done, "answered", Some(remote.reference().id));
                self.seen(tx, books, requests, remote)
            }
            Outcome::NeedsAction(action) => {
                self.end_attempt(tx, attempt, AttemptState::Pending, "the payer has to confirm", Some(action.id.clone()));
                Ok(())
            }
            Outcome::Declined(decline) => {
                self.end_attempt(tx, attempt, AttemptState::Declined, &decline.text, decline.charge.clone());
                let event = event_id(tx);
                self.end(tx, PaymentState::Failed, Some((decline.reason.code(), &decline.text)), event);
                Ok(())
            }
            Outcome::Rejected(rejection) => {
                self.end_attempt(tx, attempt, AttemptState::Rejected, &rejection.text, None);
                let event = event_id(tx);
                self.end(tx, PaymentState::Failed, Some((rejection.reason.code(), &rejection.text)), event);
                Ok(())
            }
            Outcome::Unknown { why } => {
                self.ask_later(tx, attempt, why);
                Ok(())
            }
        }
    }

    fn seen(
        &mut self,
        tx: &mut Tx<'_>,
        books: Books,
        requests: Vec<crate::store::request::Request>,
        remote: &Remote,
    ) -> Result<()> {
        if let Remote::Checkout(page) = remote {
            self.note_page(tx, page);
        }
        match remote.charge() {
            Some(charge) => self.follow_charge(tx, books, requests, charge),
            None => Ok(()),
        }
    }

    /// A page without a charge: open, closed, or left.
    fn note_page(&mut self, tx: &mut Tx<'_>, page: &processors::Checkout) {
        if self.payment.state != PaymentState::Created || page.charge.is_some() {
            return;
        }
        let declined = page.last_decline.as_ref().map(|decline| (decline.reason.code().to_owned(), decline.text.clone()));
        match page.state {
            CheckoutState::Open | CheckoutState::Completed => {
                let url = Some(page.url.clone());
                let (code, text) = declined.unzip();
                if self.payment.checkout_url != url || self.payment.decline_code != code {
                    self.payment.checkout_url = url;
                    self.payment.decline_code = code;
                    self.payment.decline_text = text;
                    self.save(tx);
                }
            }
            CheckoutState::Expired | CheckoutState::Canceled => {
                let state = if declined.is_some() { PaymentState::Failed } else { PaymentState::Canceled };
                let declined = declined.as_ref().map(|(code, text)| (code.as_str(), text.as_str()));
                self.stop_asking(tx);
                let event = event_id(tx);
                self.end(tx, state, declined, event);
            }
        }
    }

    fn follow_charge(
        &mut self,
        tx: &mut Tx<'_>,
        books: Books,
        requests: Vec<crate::store::request::Request>,
        charge: &Charge,
    ) -> Result<()> {
        use PaymentState as P;
        self.payment.remote_id = Some(charge.id.clone());
        if let Some(method) = &charge.method {
            self.payment.brand =
                Some(if method.kind == MethodKind::BankDebit { "Bank debit".to_owned() } else { method.brand.clone() });
            self.payment.last4 = Some(method.last4.clone());
        }
        let ended = matches!(self.payment.state, P::Failed | P::Canceled);
        match (charge.state, self.payment.state) {
            (ChargeState::Captured, P::Succeeded) => self.after_success(tx, books, charge),
            (ChargeState::Captured, _) => self.succeed(tx, books, requests, charge),
            (ChargeState::Returned, P::Succeeded) if !self.payment.returned => self.come_back(tx, books),
            (ChargeState::Returned, P::Created | P::Pending | P::Unknown) => {
                self.fail(tx, books, requests, P::Failed, Some(("RETURNED", "The bank returned the debit.")))
            }
            (ChargeState::Pending, P::Created | P::Unknown) => self.pend(tx, books),
            (ChargeState::Failed, _) if !ended && self.payment.state != P::Succeeded => {
                self.fail(tx, books, requests, P::Failed, charge.reason.map(|reason| (reason.code(), reason.text())))
            }
            (ChargeState::Voided | ChargeState::Expired, _) if !ended && self.payment.state != P::Succeeded => {
                self.fail(tx, books, requests, P::Canceled, None)
            }
            _ => Ok(()),
        }
    }

    /// The money is there: it settles what the payment named, the rest becomes credit.
    fn succeed(
        &mut self,
        tx: &mut Tx<'_>,
        mut books: Books,
        requests: Vec<crate::store::request::Request>,
        charge: &Charge,
    ) -> Result<()> {
        self.release(&mut books)?;
        let aims = self.aims();
        let meant: i64 = match self.payment.order_id {
            Some(order) => books.account.due(Target::Order(order)),
            None if !self.chosen.is_empty() => due_of(&books.account, &self.chosen),
            None => (-books.account.balance()).max(0),
        };
        let captured = charge.captured.minor;
        // Nothing was due any more: somebody paid by another route. Their money waits for a person to decide.
        let twice = meant == 0;
        let settings = books.business.settings()?;
        let today = books.business.today(charge.captured_at.unwrap_or(tx.now()));
        let outcome = books.account.receive(
            tx.ids(),
            &MoneyIn {
                payment: self.payment.id,
                amount: captured,
                channel: self.channel.clone(),
                method: Some("card".to_owned()),
                description: format!("Payment {}, {}", self.payment.number, self.means()),
                category: None,
                note: None,
                when: When::Machine(today),
                whole_account: aims.is_empty(),
                aims,
                hold_excess: twice,
            },
        )?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, self.by, event)?;
        self.payment.entry_id = Some(outcome.credit);
        self.payment.amount = captured;
        self.payment.succeeded_at = Some(tx.now());
        self.payment.checkout_url = None;
        self.payment.decline_code = None;
        self.payment.decline_text = None;
        self.payment.state = PaymentState::Succeeded;
        self.stop_asking(tx);
        self.save(tx);
        let notify = requests.iter().any(|request| Some(request.id) == self.payment.request_id && !request.notified().is_empty());
        close_settled(tx, requests, &account, self.payment.request_id);
        if settings.receipt_online {
            leave_job(tx, "mail_receipt", self.payment.id, event);
        }
        if notify {
            leave_job(tx, "mail_notice", self.payment.id, event);
        }
        leave_job(tx, "close_checkouts", self.payment.customer_id, event);
        let data = serde_json::json!({
            "amount": captured, "currency": self.payment.currency, "unapplied": outcome.unapplied, "twice": twice, "balance": posted.balance,
        });
        self.emit(tx, event, "payment_succeeded", data);
        Ok(())
    }

    /// Refunds and disputes that were made at the processor's own desk.
    fn after_success(&mut self, tx: &mut Tx<'_>, mut books: Books, charge: &Charge) -> Result<()> {
        let more = charge.refunded.minor - self.payment.refunded;
        let disputed = charge.disputed != self.payment.disputed;
        if more <= 0 && !disputed {
            return Ok(());
        }
        let event = event_id(tx);
        let mut kind = "payment_changed";
        if more > 0 {
            let today = books.business.today(tx.now());
            let back = MoneyBack {
                payment: self.payment.id,
                amount: more,
                channel: self.channel.clone(),
                method: Some("card".to_owned()),
                reason: "Refunded at the processor".to_owned(),
                when: When::Machine(today),
                reopens: Vec::new(),
            };
            books.account.refund(tx.ids(), &back)?;
            self.payment.refunded = charge.refunded.minor;
            kind = "payment_refunded_outside";
        }
        books.write(tx, self.by, event)?;
        if disputed {
            self.payment.disputed = charge.disputed;
            kind = if charge.disputed { "payment_disputed" } else { "dispute_ended" };
        }
        self.save(tx);
        self.emit(tx, event, kind, serde_json::json!({ "refunded": self.payment.refunded, "disputed": self.payment.disputed }));
        Ok(())
    }

    /// A debit that had succeeded was returned by the bank: what it paid is open again.
    fn come_back(&mut self, tx: &mut Tx<'_>, mut books: Books) -> Result<()> {
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
        self.emit(tx, event, "payment_returned", serde_json::json!({ "amount": self.payment.amount, "owed": outcome.owed }));
        Ok(())
    }

    /// What the payment named, to be settled when it arrives: its order, the documents that were chosen, else the account
    /// as a whole.
    fn aims(&self) -> Vec<Aim> {
        let order = self.payment.order_id.map(Target::Order);
        let named = order.map_or_else(|| self.chosen.clone(), |order| vec![order]);
        named.into_iter().map(|target| Aim { target, amount: None }).collect()
    }

    /// Under way: the charges it is meant for are reserved until the outcome is known.
    fn pend(&mut self, tx: &mut Tx<'_>, mut books: Books) -> Result<()> {
        let parts = books.account.reserve(&self.aims(), self.payment.amount)?;
        let event = event_id(tx);
        books.write(tx, self.by, event)?;
        // The targets say what was reserved, so that exactly this is released.
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
        self.payment.state = PaymentState::Pending;
        self.payment.checkout_url = None;
        self.stop_asking(tx);
        self.save(tx);
        self.emit(tx, event, "payment_pending", serde_json::json!({ "amount": self.payment.amount }));
        Ok(())
    }

    /// Gives back what a payment under way had reserved, on the loaded account.
    fn release(&self, books: &mut Books) -> Result<()> {
        if self.payment.state != PaymentState::Pending {
            return Ok(());
        }
        let reserved = |target: &PaymentTarget| Reserved { charge: target.entry_id, amount: target.amount };
        let parts: Vec<Reserved> = self.targets.iter().filter(|target| target.amount > 0).map(reserved).collect();
        Ok(books.account.release(&parts)?)
    }

    /// It came to nothing. What it had reserved is free again, and credit that waited beside it may settle that now.
    fn fail(
        &mut self,
        tx: &mut Tx<'_>,
        mut books: Books,
        requests: Vec<crate::store::request::Request>,
        state: PaymentState,
        reason: Option<(&str, &str)>,
    ) -> Result<()> {
        self.release(&mut books)?;
        let event = event_id(tx);
        let (account, _) = books.write(tx, self.by, event)?;
        close_settled(tx, requests, &account, None);
        self.end(tx, state, reason, event);
        Ok(())
    }

    fn end(&mut self, tx: &mut Tx<'_>, state: PaymentState, reason: Option<(&str, &str)>, event: EventId) {
        if matches!(self.payment.state, PaymentState::Succeeded | PaymentState::Failed | PaymentState::Canceled) {
            return;
        }
        let was_pending = self.payment.state == PaymentState::Pending;
        self.payment.state = state;
        self.payment.checkout_url = None;
        self.payment.decline_code = reason.map(|(code, _)| code.to_owned());
        self.payment.decline_text = reason.map(|(_, text)| text.to_owned());
        self.stop_asking(tx);
        self.save(tx);
        if was_pending && state == PaymentState::Failed {
            leave_job(tx, "mail_failed", self.payment.id, event);
        }
        let kind = if state == PaymentState::Failed { "payment_failed" } else { "payment_canceled" };
        self.emit(tx, event, kind, serde_json::json!({ "code": self.payment.decline_code }));
    }

    fn end_attempt(&mut self, tx: &mut Tx<'_>, id: AttemptId, state: AttemptState, evidence: &str, remote: Option<String>) {
        let now = tx.now();
        let open_page = state == AttemptState::Done;
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            attempt.state = state;
            attempt.evidence = Some(evidence.to_owned());
            attempt.remote_id = remote.clone().or_else(|| attempt.remote_id.clone());
            attempt.updated_at = now;
            // A page that nobody comes back from is looked at until it is closed.
            attempt.check_at = open_page.then(|| now.plus_seconds(next_check(2)));
            tx.set(attempt);
        }
    }

    fn ask_later(&mut self, tx: &mut Tx<'_>, id: AttemptId, why: &str) {
        let now = tx.now();
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            attempt.state = AttemptState::Unknown;
            attempt.evidence = Some(why.to_owned());
            attempt.check_at = Some(now.plus_seconds(next_check(attempt.checks)));
            attempt.checks += 1;
            attempt.updated_at = now;
            tx.set(attempt);
        }
    }

    fn stop_asking(&mut self, tx: &mut Tx<'_>) {
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.check_at.is_some()) {
            attempt.check_at = None;
            tx.set(attempt);
        }
    }

    fn means(&self) -> String {
        match (&self.payment.brand, &self.payment.last4) {
            (Some(brand), Some(last4)) => format!("{brand} ending {last4}"),
            _ => "online".to_owned(),
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
