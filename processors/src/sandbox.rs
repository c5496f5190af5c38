//! Sandbox: a pretend processor, seen as any other. The connector in this file speaks to a [`Bank`] that keeps its own
//! truth, and the line between the two can lose answers, be silent, or fail, as a real one can.
//!
//! Invariants: the connector knows nothing that the bank does not tell; what it does not hear is *unknown*. Limits: only
//! the published test numbers of [`cards`] are taken, so no real card can be charged and none is ever seen.
//! Left out on purpose: everything that would make it faster than asking.

pub mod bank;
pub mod cards;
mod counter;
mod deal;
pub mod desk;
pub mod faults;
mod inquiry;
mod kept;
mod outbox;
pub mod page;
pub mod rounds;
pub mod session;
pub mod shelf;
mod taken;
mod views;
mod wallet;

use std::sync::Arc;
use std::time::Duration;

use books::calendar::Instant;
use books::money::Currency;

pub use bank::{Bank, BankError, House, NotAPage, PageId, Pause};
pub use cards::{CardEntry, EntryError, PUBLISHED, Published};
pub use desk::{BankCharges, Mailed};
pub use faults::Fault;
pub use page::{Bill, CheckoutStep, PagePurpose, PageView};
pub use rounds::{Delivery, Receipt, SIGNATURE_HEADER};
pub use session::PageState;
pub use shelf::{Draft, MemoryShelf, Record, Shelf, ShelfError, Slice};
pub use views::BankCharge;

use crate::asked::Asked;
use crate::capabilities::{Capabilities, Capability};
use crate::outcome::{Outcome, Resolved};
use crate::processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Fut, InvoiceRequest, Operation, Person, Processor, RefundRequest,
    Replay, SetupRequest, Source, unsupported,
};
use crate::remote::{Changes, Charge, Checkout, Payouts, Reference, Refund, Remote, RemoteInvoice, SavedMethod, Setup, Tested};
use crate::trial::Trial;
use crate::webhook::{Hint, RawHook, Verified, timestamped_is_valid};

pub const KIND: &str = "sandbox";

/// How long the connector waits on a silent line before it gives up.
const PATIENCE: Duration = Duration::from_secs(1);

/// Everything Sandbox can do; settings may narrow it.
pub fn capabilities() -> Capabilities {
    // Its page is a page of this server already: fields of its own would show nothing that it does not.
    Capabilities::new(Capability::ALL, 7, Some(180)).without(Capability::EmbeddedFields).without(Capability::SeparateTerminal)
}

/// The connector.
pub struct SandboxProcessor {
    bank: Arc<Bank>,
}

impl SandboxProcessor {
    pub fn new(bank: Arc<Bank>) -> SandboxProcessor {
        SandboxProcessor { bank }
    }

    fn can(&self, what: Capability) -> bool {
        self.bank.can(what)
    }

    /// One call that acts. The fault that waits, if any, strikes it.
    async fn call<T>(&self, work: impl Future<Output = Result<Outcome<T>, BankError>>) -> Outcome<T> {
        match self.bank.next_call_fault().await {
            Err(error) => Outcome::unknown(error.to_string()),
            Ok(Some(Fault::Timeout)) => {
                self.bank.wait(PATIENCE).await;
                Outcome::unknown("the bank did not answer in time")
            }
            Ok(Some(Fault::Error500)) => Outcome::unknown("the bank answered 500"),
            Ok(Some(Fault::LoseAnswer)) => {
                // The bank acts; whatever it says is lost on the way, as a real answer would be.
                drop(work.await);
                Outcome::unknown("the line went dead before the answer came")
            }
            Ok(Some(Fault::DuplicateWebhook | Fault::LateWebhook) | None) => heard(work.await),
        }
    }

    async fn charge_and_hear(&self, by: &Attempt, request: &ChargeRequest) -> Result<Outcome<Charge>, BankError> {
        let opened = self.bank.open_charge(by.id, request, by.at).await?;
        match opened.made_with {
            Some(cards::Behavior::AnswerLost) => Ok(Outcome::unknown("the line went dead before the answer came")),
            Some(cards::Behavior::Slow) => {
                self.bank.wait(page::SLOW).await;
                Ok(opened.outcome)
            }
            _ => Ok(opened.outcome),
        }
    }
}

fn heard<T>(answer: Result<Outcome<T>, BankError>) -> Outcome<T> {
    match answer {
        Ok(outcome) => outcome,
        Err(BankError::Unreachable(why)) => Outcome::unknown(why),
        Err(BankError::Refused(rejection)) => Outcome::Rejected(rejection),
    }
}

impl Processor for SandboxProcessor {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn capabilities(&self) -> &Capabilities {
        self.bank.capabilities()
    }

    /// The bank never forgets a key.
    fn replay(&self, _operation: Operation) -> Replay {
        Replay::Always
    }

    fn test<'a>(&'a self, by: &'a Attempt, currency: Currency) -> Fut<'a, Outcome<Tested>> {
        Box::pin(self.call(async move {
            self.bank.test_hold(by.id, currency, by.at).await?;
            let text = format!("One {currency} was held on the test card 4242 and let go again.");
            Ok(Outcome::Done(Tested { text }))
        }))
    }

    fn trial(&self) -> Trial {
        Trial::Done
    }

    fn put_customer<'a>(&'a self, _by: &'a Attempt, person: &'a Person) -> Fut<'a, Outcome<String>> {
        Box::pin(self.call(async move { Ok(Outcome::Done(self.bank.know(person.id).await?)) }))
    }

    fn methods<'a>(&'a self, customer: &'a str, _now: Instant) -> Fut<'a, Outcome<Vec<SavedMethod>>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(async move { heard(self.bank.kept_methods(customer).await.map(Outcome::Done)) })
    }

    fn save_method<'a>(&'a self, by: &'a Attempt, customer: &'a str, token: &'a str) -> Fut<'a, Outcome<SavedMethod>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.call(async move {
            let card = counter::token_card(token, by.at)?;
            Ok(Outcome::Done(self.bank.keep_token(by.id, customer, &card).await?))
        }))
    }

    fn detach<'a>(&'a self, customer: &'a str, method: &'a str, _now: Instant) -> Fut<'a, Outcome<()>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(async move { heard(self.bank.forget_method(customer, method).await.map(Outcome::Done)) })
    }

    fn setup<'a>(&'a self, by: &'a Attempt, request: &'a SetupRequest) -> Fut<'a, Outcome<Setup>> {
        if !self.can(Capability::SetupPage) {
            return unsupported("a page to save a card");
        }
        Box::pin(self.call(self.bank.open_setup(by.id, request, by.at)))
    }

    fn checkout<'a>(&'a self, by: &'a Attempt, request: &'a CheckoutRequest) -> Fut<'a, Outcome<Checkout>> {
        if let Some(lack) = request.lacks(self.capabilities()) {
            return unsupported(lack);
        }
        Box::pin(self.call(self.bank.open_checkout(by.id, request, by.at)))
    }

    fn expire_checkout<'a>(&'a self, by: &'a Attempt, checkout: &'a str) -> Fut<'a, Outcome<Checkout>> {
        Box::pin(self.call(self.bank.close_checkout(checkout, by.at)))
    }

    fn charge<'a>(&'a self, by: &'a Attempt, request: &'a ChargeRequest) -> Fut<'a, Outcome<Charge>> {
        if matches!(request.source, Source::Saved { .. }) && !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        if request.source.is_kept() {
            return unsupported("keeping the card of a token");
        }
        if !request.capture && !self.can(Capability::Authorize) {
            return unsupported("holding an amount");
        }
        Box::pin(self.call(self.charge_and_hear(by, request)))
    }

    fn capture<'a>(&'a self, by: &'a Attempt, request: &'a CaptureRequest) -> Fut<'a, Outcome<Charge>> {
        if !self.can(Capability::Authorize) {
            return unsupported("holding an amount");
        }
        Box::pin(self.call(self.bank.take_held(by.id, request, by.at)))
    }

    fn void<'a>(&'a self, by: &'a Attempt, charge: &'a str) -> Fut<'a, Outcome<Charge>> {
        if !self.can(Capability::Authorize) {
            return unsupported("holding an amount");
        }
        Box::pin(self.call(self.bank.release_held(by.id, charge, by.at)))
    }

    fn refund<'a>(&'a self, by: &'a Attempt, request: &'a RefundRequest) -> Fut<'a, Outcome<Refund>> {
        if !self.can(Capability::Refund) {
            return unsupported("refunds");
        }
        Box::pin(self.call(self.bank.give_back(by.id, request, by.at)))
    }

    fn create_invoice<'a>(&'a self, by: &'a Attempt, request: &'a InvoiceRequest) -> Fut<'a, Outcome<RemoteInvoice>> {
        if !self.can(Capability::RemoteInvoice) {
            return unsupported("invoices of its own");
        }
        Box::pin(self.call(self.bank.draft_invoice(by.id, request, by.at)))
    }

    fn send_invoice<'a>(&'a self, by: &'a Attempt, invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        if !self.can(Capability::RemoteInvoice) {
            return unsupported("invoices of its own");
        }
        Box::pin(self.call(self.bank.issue_invoice(invoice, by.at)))
    }

    fn cancel_invoice<'a>(&'a self, by: &'a Attempt, invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        if !self.can(Capability::RemoteInvoice) {
            return unsupported("invoices of its own");
        }
        Box::pin(self.call(self.bank.withdraw_invoice(invoice, by.at)))
    }

    fn fetch<'a>(&'a self, what: &'a Reference, now: Instant) -> Fut<'a, Outcome<Remote>> {
        Box::pin(async move { heard(self.bank.stands(what, now).await) })
    }

    fn resolve<'a>(&'a self, by: &'a Attempt, asked: &'a Asked, now: Instant) -> Fut<'a, Resolved<Remote>> {
        Box::pin(async move { self.bank.what_became(by.id, asked, now).await.unwrap_or_else(inquiry::resolved_refusal) })
    }

    fn verify<'a>(&'a self, hook: &'a RawHook<'a>) -> Fut<'a, Option<Verified>> {
        Box::pin(std::future::ready(self.read_hook(hook)))
    }

    fn changes<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Changes>> {
        Box::pin(async move { heard(self.bank.changed(since, now).await.map(Outcome::Done)) })
    }

    fn payouts<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Payouts>> {
        if !self.can(Capability::Payouts) {
            return unsupported("payouts");
        }
        Box::pin(async move { heard(self.bank.paid_out(since, now).await.map(Outcome::Done)) })
    }
}

impl SandboxProcessor {
    fn read_hook(&self, hook: &RawHook<'_>) -> Option<Verified> {
        if !self.can(Capability::Webhooks) {
            return None;
        }
        let signature = hook.header(SIGNATURE_HEADER)?;
        if !timestamped_is_valid(self.bank.hook_secrets(), signature, hook.body, hook.now) {
            return None;
        }
        let message: rounds::Message = serde_json::from_slice(hook.body).ok()?;
        let hint = Hint { about: message.about, attempt: message.attempt, event: message.event };
        Some(Verified { delivery_id: message.id, at: message.at, hints: vec![hint] })
    }
}
