//! Stripe's fields on a page of ours: a payment intent that its payer confirms there.
//!
//! Invariants: the amount is the intent's, which we made before the page was shown, and never the browser's; what is known of
//! such a page is what Stripe says of its intent. The intent is canceled when the page is closed, and by whoever looks at one
//! whose time is over, because an intent does not lapse by itself; one that was paid meanwhile cannot be canceled, and says so.
//! A card that staff key has no intent before it: its fields give a token, which is charged with the flag for mail and telephone
//! orders. Limits: the way back of a payment that leaves for its bank is given by our page, and proves nothing.
//! Source: docs.stripe.com, Payment Element, and
//! payments/payment-intents/moto, 2026.

use books::calendar::Instant;

use super::Stripe;
use super::acts::bad_amount;
use super::forms;
use super::line::Said;
use super::look::{Ended, ended, is_id, not_found};
use super::meaning::{self, NotUnderstood};
use super::objects::Intent;
use crate::amounts::Units;
use crate::local_page::LocalPage;
use crate::outcome::{Outcome, RejectReason};
use crate::processor::{Attempt, CheckoutRequest};
use crate::remote::{Charge, Checkout, CheckoutState, Fields};

/// Stands before an intent's id where the intent is a page of ours, and not a charge without a page.
const MARK: &str = "fields.";
const SCRIPT: &str = "https://js.stripe.com/v3/";

/// The intent behind a page of ours, if this is the name of one.
pub fn intent_of(page: &str) -> Option<&str> {
    page.strip_prefix(MARK).filter(|id| is_id(id, &["pi_"]))
}

impl Stripe {
    pub(super) async fn open_fields(&self, by: &Attempt, request: &CheckoutRequest, page: &str) -> Outcome<Checkout> {
        let form = match forms::in_fields(request, by, self.cards_only()) {
            Ok(form) => form,
            Err(error) => return bad_amount(error),
        };
        let made: Ended<Intent> = self.line.post("/v1/payment_intents", form, &by.key()).await.or_end();
        let shown = async { self.as_fields(&made?).await };
        shown.await.map_or_else(ended, |shown| Outcome::Done(Checkout { url: page.to_owned(), ..shown }))
    }

    /// The page as it stands. One whose time is over is closed.
    pub(super) async fn fields_now(&self, id: &str, now: Instant) -> Ended<Checkout> {
        let page = self.as_fields(&self.intent_now(id).await?).await?;
        if page.state != CheckoutState::Open || now < page.expires_at {
            return Ok(page);
        }
        self.close_intent(id, &format!("owed-lapse-{id}")).await
    }

    /// Cancels the intent of a page. When its payer was faster the page says what was paid.
    pub(super) async fn close_intent(&self, id: &str, key: &str) -> Ended<Checkout> {
        match self.cancel(key, id, "abandoned").await {
            Said::Good(_) | Said::Refused { .. } => {}
            Said::Lost { why } => return Err(Outcome::Unknown { why }),
        }
        match self.as_fields(&self.intent_now(id).await?).await? {
            page if page.state == CheckoutState::Open => Err(Outcome::unknown("Stripe did not give up its payment intent")),
            page => Ok(page),
        }
    }

    /// What Stripe's script is given. Its secret lets this one payment be confirmed and is good for nothing else.
    pub(super) async fn given(&self, page: &str) -> Outcome<Fields> {
        let Some(id) = intent_of(page) else { return not_found("page") };
        let intent = match self.intent_now(id).await {
            Ok(intent) => intent,
            Err(outcome) => return ended(outcome),
        };
        let Some(secret) = intent.client_secret else {
            return Outcome::rejected(RejectReason::WrongState, "Stripe gives nobody the fields of this payment any more.");
        };
        let given = vec![("key", self.publishable_key.clone()), ("secret", secret)];
        Outcome::Done(Fields { script: SCRIPT.to_owned(), given, gives_token: false, banks: false })
    }

    /// For a card that staff key: Stripe hears of the amount with the token, because an intent says that it came by mail or
    /// telephone only while it is confirmed.
    pub(super) fn given_to_staff(&self, page: &LocalPage) -> Outcome<Fields> {
        if let Err(error) = Units::Stripe.whole(page.amount) {
            return bad_amount(error);
        }
        let given = vec![("key", self.publishable_key.clone()), ("staff", "yes".to_owned())];
        Outcome::Done(Fields { script: SCRIPT.to_owned(), given, gives_token: true, banks: false })
    }

    async fn as_fields(&self, intent: &Intent) -> Ended<Checkout> {
        let paid = matches!(intent.status.as_str(), "succeeded" | "processing" | "requires_capture");
        let charge = if paid { Some(self.as_charge(intent).await?) } else { None };
        page(intent, charge).map_err(Outcome::from)
    }
}

/// An intent as the page on which it is confirmed. Its address is not known here.
fn page(intent: &Intent, charge: Option<Charge>) -> Result<Checkout, NotUnderstood> {
    let state = match intent.status.as_str() {
        _ if charge.is_some() => CheckoutState::Completed,
        "requires_payment_method" | "requires_confirmation" | "requires_action" => CheckoutState::Open,
        "canceled" => CheckoutState::Expired,
        other => return Err(NotUnderstood(format!("a payment that is {other}"))),
    };
    let refused = intent.last_payment_error.as_ref().filter(|_| intent.status == "requires_payment_method");
    Ok(Checkout {
        id: format!("{MARK}{}", intent.id),
        attempt: meaning::attempt(&intent.metadata),
        url: String::new(),
        amount: meaning::money(intent.amount, &intent.currency)?,
        state,
        charge,
        last_decline: refused.map(|error| meaning::decline(error, None)),
        expires_at: meaning::at(forms::until(intent)),
    })
}
