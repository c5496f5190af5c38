//! What a processor said about a payment is stored, and the books follow: the second half of every payment online.
//!
//! Invariant: the direct answer, the return of the browser, a webhook and the nightly question all end here. The state is
//! read again under the customer's lock; a finding that comes late or twice changes nothing. States only move forward.

mod came_back;
mod invoiced;
mod under_way;

use books::account::{Account, Aim, MoneyIn, Target, When};
use books::ids::{AttemptId, EventId, PaymentId};
use books::ledger::rules::Channel;
use books::payment::PaymentState;
use processors::{Charge, ChargeState, CheckoutState, MethodKind, Outcome, Remote};

use self::came_back::outside;
use super::audit::{Act, event_id, leave_job};
use super::call::Call;
use super::keep_method::saved_row;
use super::posting::{Books, Touched, open_books};
use super::request_payment::{close_settled, open_of_customer};
use super::start_checkout;
use crate::db::{Tx, row, sql};
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::connection::Connection;
use crate::store::counter::{self, NextNumber};
use crate::store::link::{self, Scope};
use crate::store::method::Method;
use crate::store::payment::{self, Attempt, AttemptState, Payment, PaymentTarget};
use crate::store::refund::{self, Refund};
use crate::store::remote_invoice::{self, RemoteInvoice};
use crate::store::request::Request;

row! {
    /// Where the journal of an entry goes on.
    struct NextLine {
        seq: i64,
    }
}

sql!(NEXT_LINE, "select coalesce(max(seq), -1) + 1 as seq from journal_line where business_id = $1 and entry_id = $2");

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
    let by = call.onward();
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
            let of_invoices = chosen.iter().filter_map(|target| match target {
                Target::Invoice(id) => Some(*id),
                Target::Order(_) | Target::Entry(_) => None,
            });
            let mut touched = Touched {
                orders: of_orders.chain(seen.order_id).collect(),
                invoices: of_invoices.chain(seen.invoice_id).collect(),
                entries: targets.iter().map(|target| target.entry_id).collect(),
                payments: if seen.entry_id.is_some() { vec![id] } else { Vec::new() },
                ..Touched::default()
            };
            for aim in seen.aims()? {
                match aim.target {
                    Target::Order(order) if !touched.orders.contains(&order) => touched.orders.push(order),
                    Target::Entry(entry) => touched.entries.push(entry),
                    Target::Invoice(invoice) if !touched.invoices.contains(&invoice) => touched.invoices.push(invoice),
                    Target::Order(_) | Target::Invoice(_) => {}
                }
            }
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
            Finding::Answered { .. } | Finding::Absent { .. } => None,
        }
    }
}

/// What a finding may need besides the payment: read beforehand, because nothing is read after the first write.
struct Besides {
    refunds: Vec<Refund>,
    /// For a refund that was made at the processor's own desk.
    number: Option<NextNumber>,
    /// For the journal of a dispute.
    next_line: i64,
    /// The card that this charge saved, if it is new here.
    saved: Option<Method>,
    /// The processor's own invoice that the payment is.
    invoice: Option<RemoteInvoice>,
}

impl Besides {
    async fn read(
        tx: &mut Tx<'_>,
        payment: &Payment,
        connection: &Connection,
        books: &Books,
        finding: &Finding,
    ) -> Result<Besides> {
        let business = tx.business();
        let mut more = Besides { refunds: Vec::new(), number: None, next_line: 0, saved: None, invoice: None };
        if payment.kind == remote_invoice::KIND {
            more.invoice = tx.lock::<RemoteInvoice>(&[&business, &remote_invoice::of_payment(payment.id)]).await?;
        }
        if let Some(charge) = finding.remote().and_then(Remote::charge) {
            if charge.refunded.minor > 0 {
                more.refunds = refund::of_flow(tx, payment.id).await?;
            }
            if outside(&more.refunds, charge) > 0 {
                more.number = Some(counter::next(tx, "RFD", books.business.today(tx.now())).await?);
            }
            if let Some(saved) = &charge.saved {
                more.saved = saved_row(tx, payment.customer_id, connection.id, saved, &payment.actor).await?;
            }
        }
        if let (Some(Remote::Dispute(_)), Some(entry)) = (finding.remote(), payment.entry_id) {
            let next: Option<NextLine> = tx.query_opt(&NEXT_LINE, &[&business, &entry]).await?;
            more.next_line = next.map_or(0, |row| row.seq);
        }
        Ok(more)
    }
}

/// Why an attempt ended that did not arrive.
const NEVER_RECEIVED: &str = "The processor never received it: try again.";

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

/// What is due of several documents, each charge counted once.
fn due_of(account: &Account, chosen: &[Target]) -> i64 {
    let mut scope = Scope::default();
    chosen.iter().for_each(|target| scope.add(*target));
    start_checkout::due(account, &scope)
}

impl Settling<'_> {
    fn take(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, finding: &Finding) -> Result<()> {
        match finding {
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
        }
    }

    /// Whether an attempt takes or lets go of an amount that is held: its failure leaves the hold as it was.
    fn is_on_hold(&self, id: AttemptId) -> bool {
        let on_hold = |attempt: &&Attempt| attempt.id == id && matches!(attempt.operation.as_str(), "capture" | "void");
        self.attempts.iter().any(|attempt| on_hold(&attempt))
    }

    /// The amount is still held, as far as is known.
    fn stay_held(&mut self, tx: &mut Tx<'_>) {
        if self.payment.state == PaymentState::Unknown {
            self.payment.state = PaymentState::Authorized;
            self.save(tx);
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
        self.fail(tx, books, requests, state, Some((code, text)))
    }

    /// The answer to a call that may have moved money was lost: what it is meant for stays reserved.
    fn lose_sight(&mut self, tx: &mut Tx<'_>, held: bool) {
        let moves_money = held || self.payment.is_direct();
        if moves_money && matches!(self.payment.state, PaymentState::Created | PaymentState::Authorized) {
            self.payment.state = PaymentState::Unknown;
            self.save(tx);
        }
    }

    /// The card's bank wants its holder to confirm: they get a link to the processor's page, and what was reserved is free, because
    /// nobody knows whether they will.
    fn ask_holder(&mut self, tx: &mut Tx<'_>, mut books: Books, attempt: AttemptId, action: &processors::Action) -> Result<()> {
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

    fn seen(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, remote: &Remote) -> Result<()> {
        match remote {
            Remote::Dispute(dispute) => return self.follow_dispute(tx, books, dispute),
            Remote::Checkout(page) => self.note_page(tx, page),
            Remote::Invoice(invoice) => self.note_end(tx, invoice),
            _ => {}
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
        // A charge that waits for its holder keeps saying so.
        let asked = self.payment.decline_code.clone().zip(self.payment.decline_text.clone()).filter(|_| self.payment.is_direct());
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

    fn follow_charge(&mut self, tx: &mut Tx<'_>, books: Books, requests: Vec<Request>, charge: &Charge) -> Result<()> {
        use PaymentState as P;
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
            (ChargeState::Returned, P::Succeeded) if !self.payment.returned => self.come_back(tx, books),
            (ChargeState::Returned, _) if open => {
                self.fail(tx, books, requests, P::Failed, Some(("RETURNED", "The bank returned the debit.")))
            }
            (ChargeState::Pending, P::Created | P::Unknown) => self.pend(tx, books),
            (ChargeState::Authorized, P::Created | P::Unknown) => self.hold(tx, books, charge),
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

    /// The money is there: it settles what the payment named, the rest becomes credit.
    fn succeed(&mut self, tx: &mut Tx<'_>, mut books: Books, requests: Vec<Request>, charge: &Charge) -> Result<()> {
        self.release(&mut books)?;
        let aims = self.aims()?;
        let meant: i64 = match aims.as_slice() {
            [] => (-books.account.balance()).max(0),
            some => due_of(&books.account, &some.iter().map(|aim| aim.target).collect::<Vec<_>>()),
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
        self.payment.held_until = None;
        self.stop_asking(tx);
        self.save(tx);
        if let Some(method) = self.more.saved.take() {
            tx.insert(&method);
        }
        if twice {
            leave_job(tx, "alert_paid_twice", self.payment.id, event);
        }
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

    /// What the payment named, to be settled when it arrives: its documents, those that were chosen, else the account as a whole.
    fn aims(&self) -> Result<Vec<Aim>> {
        let named = self.payment.aims()?;
        let chosen = self.chosen.iter().map(|target| Aim { target: *target, amount: None });
        Ok(if named.is_empty() { chosen.collect() } else { named })
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
            let looks = open_page && attempt.operation != "send_invoice";
            attempt.check_at = looks.then(|| now.plus_seconds(next_check(2)));
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
