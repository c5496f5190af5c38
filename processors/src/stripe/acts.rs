//! What we ask Stripe to do: pages, charges, holds, refunds, kept methods.
//!
//! Invariant: a key is the attempt's, or the attempt's with a word after it where one act takes two calls; so the whole act
//! can be made again. Left out on purpose: what to do with an answer that was lost ([`super::resolve`]).

use books::calendar::Instant;

use super::Stripe;
use super::fields::intent_of;
use super::forms::{self, PageFor};
use super::line::{Said, refused};
use super::look::{Ended, ended, is_id, not_found};
use super::meaning;
use super::objects::{ApiError, Intent, MethodObject, Named, RefundObject, Session};
use crate::amounts::AmountError;
use crate::capabilities::Capability;
use crate::outcome::{Action, Decline, DeclineReason, Outcome, RejectReason};
use crate::processor::{Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Initiator, Person, RefundRequest, SetupRequest};
use crate::remote::{Charge, ChargeState, Checkout, CheckoutState, Refund, RefundState, SavedMethod, Setup};

/// An amount that Stripe cannot take is our mistake.
pub fn bad_amount<T>(error: AmountError) -> Outcome<T> {
    Outcome::rejected(RejectReason::BadRequest, format!("Stripe cannot take this: {error}."))
}

impl Stripe {
    /// The key stands for the customer, so that making them known twice finds the first; then the name is brought up to date.
    pub(super) async fn introduce(&self, by: &Attempt, person: &Person) -> Outcome<String> {
        let key = format!("owed-{}", person.id);
        let made: Named = match self.line.post("/v1/customers", forms::new_customer(person), &key).await.or_end() {
            Ok(made) => made,
            Err(outcome) => return outcome,
        };
        let path = format!("/v1/customers/{}", made.id);
        match self.line.post::<Named>(path, forms::customer(person), &format!("{}-name", by.key())).await.or_end() {
            Ok(named) => Outcome::Done(named.id),
            Err(outcome) => outcome,
        }
    }

    pub(super) async fn attach(&self, by: &Attempt, customer: &str, token: &str) -> Outcome<SavedMethod> {
        if !is_id(token, &["pm_", "card_", "src_", "ba_"]) {
            return Outcome::rejected(RejectReason::BadRequest, "This is not one of Stripe's payment methods.");
        }
        let form = crate::form::FormBody::new().with("customer", customer);
        match self.line.post::<MethodObject>(format!("/v1/payment_methods/{token}/attach"), form, &by.key()).await.or_end() {
            Ok(object) => Outcome::Done(meaning::method(&object)),
            Err(outcome) => outcome,
        }
    }

    /// A method that is not attached any more is gone: that is what was asked.
    pub(super) async fn forget(&self, method: &str, now: Instant) -> Outcome<()> {
        if !is_id(method, &["pm_", "card_", "src_", "ba_"]) {
            return Outcome::Done(());
        }
        let key = format!("owed-detach-{method}-{}", meaning::seconds(now));
        let path = format!("/v1/payment_methods/{method}/detach");
        match self.line.post::<Named>(path, crate::form::FormBody::new(), &key).await {
            Said::Good(_) | Said::Refused { status: 400 | 404, .. } => Outcome::Done(()),
            Said::Refused { status, error } => refused(status, &error),
            Said::Lost { why } => Outcome::Unknown { why },
        }
    }

    pub(super) async fn open_setup(&self, by: &Attempt, request: &SetupRequest) -> Outcome<Setup> {
        let form = forms::setup(request, by);
        match self.line.post::<Session>("/v1/checkout/sessions", form, &by.key()).await.or_end() {
            Ok(session) => meaning::setup(&session).map_or_else(Outcome::from, Outcome::Done),
            Err(outcome) => outcome,
        }
    }

    pub(super) async fn open_page(&self, by: &Attempt, request: &CheckoutRequest) -> Outcome<Checkout> {
        let page = PageFor::of(request, self.cards_only());
        self.page(by, &page, &by.key()).await.map_or_else(ended, Outcome::Done)
    }

    async fn page(&self, by: &Attempt, page: &PageFor<'_>, key: &str) -> Ended<Checkout> {
        let form = page.form(by).map_err(bad_amount)?;
        let session: Session = self.line.post("/v1/checkout/sessions", form, key).await.or_end()?;
        self.as_page(&session).await
    }

    /// Closes an open page. One that is not open any more says what became of it.
    pub(super) async fn close_page(&self, by: &Attempt, id: &str) -> Outcome<Checkout> {
        if let Some(intent) = intent_of(id) {
            return self.close_intent(intent, &format!("{}-close", by.key())).await.map_or_else(ended, Outcome::Done);
        }
        if !is_id(id, &["cs_"]) {
            return not_found("page");
        }
        let path = format!("/v1/checkout/sessions/{id}/expire");
        let form = crate::form::FormBody::new();
        if let Said::Lost { why } = self.line.post::<Named>(path, form, &format!("{}-close", by.key())).await {
            return Outcome::Unknown { why };
        }
        let now = async { self.as_page(&self.session_now(id).await?).await };
        match now.await {
            Ok(page) if page.state == CheckoutState::Open => Outcome::unknown("Stripe did not close its page"),
            Ok(page) => Outcome::Done(page),
            Err(outcome) => ended(outcome),
        }
    }

    /// Charges a kept method or a browser's token.
    pub(super) async fn take(&self, by: &Attempt, request: &ChargeRequest) -> Outcome<Charge> {
        let form = match forms::charge(request, by, self.cards_only()) {
            Ok(form) => form,
            Err(error) => return bad_amount(error),
        };
        match self.line.post::<Intent>("/v1/payment_intents", form, &by.key()).await {
            Said::Good(intent) => self.taken(by, request, &intent).await,
            Said::Refused { error: ApiError { payment_intent: Some(intent), code, decline_code, .. }, .. }
                if [code.as_deref(), decline_code.as_deref()].contains(&Some("authentication_required")) =>
            {
                self.ask_holder(by, request, &intent.id).await
            }
            Said::Refused { status, error } => refused(status, &error),
            Said::Lost { why } => Outcome::Unknown { why },
        }
    }

    async fn taken(&self, by: &Attempt, request: &ChargeRequest, intent: &Intent) -> Outcome<Charge> {
        match intent.status.as_str() {
            "requires_action" | "requires_confirmation" => self.ask_holder(by, request, &intent.id).await,
            "requires_payment_method" => {
                let declined = intent.last_payment_error.as_ref();
                Outcome::Declined(declined.map_or_else(
                    || Decline { charge: Some(intent.id.clone()), ..Decline::of(DeclineReason::CardDeclined) },
                    |error| meaning::decline(error, Some(intent.id.clone())),
                ))
            }
            _ => self.as_charge(intent).await.map_or_else(ended, told),
        }
    }

    /// The card's bank wants its holder. Stripe's page is the only place where they can be asked without a script of ours:
    /// the intent is given up first, so that it can never take money beside the page.
    async fn ask_holder(&self, by: &Attempt, request: &ChargeRequest, intent: &str) -> Outcome<Charge> {
        let given_up = self.cancel(&format!("{}-give-up", by.key()), intent, "abandoned").await;
        match given_up {
            Said::Good(_) => {}
            // It moved on: given up before, or paid after all.
            Said::Refused { .. } => match self.charge_now(intent).await {
                Ok(charge) if matches!(charge.state, ChargeState::Voided | ChargeState::Expired) => {}
                Ok(charge) => return told(charge),
                Err(outcome) => return ended(outcome),
            },
            Said::Lost { why } => return Outcome::Unknown { why },
        }
        // Staff cannot answer for the holder.
        if !self.can(Capability::Checkout) || request.by == Initiator::Staff {
            return Outcome::Declined(Decline {
                charge: Some(intent.to_owned()),
                ..Decline::of(DeclineReason::AuthenticationRequired)
            });
        }
        let page = PageFor::to_confirm(request, self.cards_only());
        match self.page(by, &page, &format!("{}-confirm", by.key())).await {
            Ok(page) => self.confirmed(page),
            Err(outcome) => ended(outcome),
        }
    }

    /// What the holder did on the page, so far.
    pub(super) fn confirmed(&self, page: Checkout) -> Outcome<Charge> {
        match (page.state, page.charge) {
            (CheckoutState::Completed, Some(charge)) => told(charge),
            (CheckoutState::Open, _) => Outcome::NeedsAction(Action { id: page.id, url: page.url }),
            (CheckoutState::Completed, None) => Outcome::unknown("Stripe's page was completed without a payment"),
            (CheckoutState::Expired | CheckoutState::Canceled | CheckoutState::Abandoned, _) => {
                Outcome::Declined(Decline::of(DeclineReason::AuthenticationRequired))
            }
        }
    }

    pub(super) async fn take_held(&self, by: &Attempt, request: &CaptureRequest) -> Outcome<Charge> {
        if !is_id(&request.charge, &["pi_"]) {
            return not_found("payment");
        }
        if !self.can(Capability::PartialCapture) {
            match self.charge_now(&request.charge).await {
                Ok(held) if held.amount != request.amount => {
                    return Outcome::rejected(RejectReason::Unsupported, "This connection takes a held amount whole.");
                }
                Ok(_) => {}
                Err(outcome) => return ended(outcome),
            }
        }
        let form = match forms::capture(request) {
            Ok(form) => form,
            Err(error) => return bad_amount(error),
        };
        let path = format!("/v1/payment_intents/{}/capture", request.charge);
        match self.line.post::<Intent>(path, form, &by.key()).await.or_end() {
            Ok(intent) => self.as_charge(&intent).await.map_or_else(ended, told),
            Err(outcome) => outcome,
        }
    }

    pub(super) async fn release_held(&self, by: &Attempt, id: &str) -> Outcome<Charge> {
        if !is_id(id, &["pi_"]) {
            return not_found("payment");
        }
        match self.cancel(&by.key(), id, "requested_by_customer").await.or_end() {
            Ok(intent) => self.as_charge(&intent).await.map_or_else(ended, told),
            Err(outcome) => outcome,
        }
    }

    pub(super) async fn cancel(&self, key: &str, id: &str, reason: &str) -> Said<Intent> {
        self.line.post(format!("/v1/payment_intents/{id}/cancel"), forms::cancel(reason), key).await
    }

    /// The charge is read first: Stripe refunds in the charge's currency whatever we meant.
    pub(super) async fn give_back(&self, by: &Attempt, request: &RefundRequest) -> Outcome<Refund> {
        if !is_id(&request.charge, &["pi_"]) {
            return not_found("payment");
        }
        let charge = match self.charge_now(&request.charge).await {
            Ok(charge) => charge,
            Err(outcome) => return ended(outcome),
        };
        if charge.amount.currency != request.amount.currency {
            let text = format!("This payment was taken in {}.", charge.amount.currency);
            return Outcome::rejected(RejectReason::BadRequest, text);
        }
        if charge.state != ChargeState::Captured {
            return Outcome::rejected(RejectReason::WrongState, "Only money that was taken and stayed can be given back.");
        }
        if request.amount != charge.captured && !self.can(Capability::PartialRefund) {
            return Outcome::rejected(RejectReason::Unsupported, "This connection refunds whole payments only.");
        }
        let form = match forms::refund(request, by) {
            Ok(form) => form,
            Err(error) => return bad_amount(error),
        };
        match self.line.post::<RefundObject>("/v1/refunds", form, &by.key()).await {
            Said::Good(object) => meaning::refund(&object).map_or_else(Outcome::from, gone),
            Said::Refused { error, .. } if error.param.as_deref() == Some("amount") => {
                Outcome::rejected(RejectReason::NothingRefundable, "Less than this is left of the payment.")
            }
            Said::Refused { status, error } => refused(status, &error),
            Said::Lost { why } => Outcome::Unknown { why },
        }
    }
}

/// A charge as the outcome of making it.
pub fn told(charge: Charge) -> Outcome<Charge> {
    match charge.state {
        ChargeState::Pending => Outcome::Pending(charge),
        ChargeState::Failed => {
            let reason = charge.reason.unwrap_or(DeclineReason::CardDeclined);
            Outcome::Declined(Decline { charge: Some(charge.id), ..Decline::of(reason) })
        }
        _ => Outcome::Done(charge),
    }
}

/// A refund as the outcome of making it.
pub fn gone(refund: Refund) -> Outcome<Refund> {
    match refund.state {
        RefundState::Succeeded => Outcome::Done(refund),
        RefundState::Pending => Outcome::Pending(refund),
        RefundState::Failed => Outcome::Declined(Decline::of(DeclineReason::RefundFailed)),
    }
}
