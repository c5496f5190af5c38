//! PayPal's vault: methods that are kept and charged while their owner is away.
//!
//! Invariants: a method is kept for one customer and charged for no other; we call it `card:TOKEN` or `paypal:TOKEN`,
//! because an order names it by its kind. Limits: a page to keep one is good for three days. A customer is known to PayPal
//! from the first method on, by our id in 22 letters. Left out on purpose: wallets other than PayPal's own.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use books::calendar::Instant;
use books::ids::CustomerId;
use serde_json::json;

use super::PayPal;
use super::answers::Said;
use super::charges::method;
use super::shapes::{VaultList, VaultToken};
use crate::outcome::{Outcome, RejectReason};
use crate::processor::{Attempt, SetupRequest};
use crate::remote::{SavedMethod, Setup, SetupState};

const SETUP_SECONDS: i64 = 3 * 86_400;

/// Our customer in letters that PayPal takes.
pub fn customer(id: CustomerId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(id.0.as_bytes())
}

/// Whether this is a customer's id as [`customer`] writes it.
pub fn is_customer(text: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 16)
}

/// A kept method as we call it.
pub fn name(kind: &str, token: &str) -> String {
    format!("{kind}:{token}")
}

/// The kind and the token of a method.
pub fn parts(method: &str) -> Option<(&'static str, &str)> {
    let (kind, token) = method.split_once(':')?;
    let kind = ["card", "paypal"].into_iter().find(|known| *known == kind)?;
    super::is_plain(token).then_some((kind, token))
}

pub fn gone<T>() -> Outcome<T> {
    Outcome::rejected(RejectReason::MethodGone, "PayPal keeps no such method for this customer.")
}

impl PayPal {
    /// Whether the method is this customer's: PayPal itself would charge it for anybody.
    pub(super) async fn belongs<T>(&self, customer: &str, token: &str, now: Instant) -> Result<(), Outcome<T>> {
        match self.line.get::<VaultToken>(&format!("/v3/vault/payment-tokens/{token}"), now).await {
            Ok(kept) if kept.customer.as_ref().is_some_and(|owner| owner.id == customer) => Ok(()),
            Ok(_) | Err(Said::Refused { status: 404, .. }) => Err(gone()),
            Err(said) => Err(said.outcome()),
        }
    }

    pub(super) async fn kept(&self, customer: &str, now: Instant) -> Outcome<Vec<SavedMethod>> {
        let path = format!("/v3/vault/payment-tokens?customer_id={customer}&page_size=64");
        match self.line.get::<VaultList>(&path, now).await {
            Ok(list) => Outcome::Done(list.payment_tokens.iter().filter_map(of_token).collect()),
            // PayPal knows a customer only once something is kept for it.
            Err(Said::Refused { status: 404, .. }) => Outcome::Done(Vec::new()),
            Err(said) => said.outcome(),
        }
    }

    /// Keeps what the payer approved in a setup token. A setup token that PayPal does not take was none.
    pub(super) async fn keep(&self, key: &str, customer: &str, token: &str, now: Instant) -> Outcome<SavedMethod> {
        if !super::is_plain(token) {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a token of PayPal's.");
        }
        let body = json!({
            "customer": { "id": customer },
            "payment_source": { "token": { "id": token, "type": "SETUP_TOKEN" } },
        });
        match self.line.post::<VaultToken>("/v3/vault/payment-tokens", Some(key), &body, now).await {
            Ok(kept) => match of_token(&kept) {
                Some(method) => Outcome::Done(method),
                None => Outcome::unknown("PayPal kept something that could not be understood"),
            },
            Err(Said::Refused { status: 404 | 422, trouble }) => Outcome::rejected(RejectReason::BadRequest, trouble.text()),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn forget(&self, customer: &str, name: &str, now: Instant) -> Outcome<()> {
        let Some((_, token)) = parts(name) else { return Outcome::Done(()) };
        match self.belongs::<()>(customer, token, now).await {
            Ok(()) => match self.line.delete(&format!("/v3/vault/payment-tokens/{token}"), now).await {
                Ok(()) | Err(Said::Refused { status: 404, .. }) => Outcome::Done(()),
                Err(said) => said.outcome(),
            },
            Err(Outcome::Rejected(rejection)) if rejection.reason == RejectReason::MethodGone => Outcome::Done(()),
            Err(outcome) => outcome,
        }
    }

    pub(super) async fn open_setup(&self, by: &Attempt, request: &SetupRequest) -> Outcome<Setup> {
        let body = json!({
            "customer": { "id": request.customer },
            "payment_source": { "paypal": {
                "usage_type": "MERCHANT",
                "experience_context": {
                    "brand_name": super::orders::cut(&self.business, 127),
                    "shipping_preference": "NO_SHIPPING",
                    "return_url": request.return_url,
                    "cancel_url": request.cancel_url,
                },
            } },
        });
        match self.line.post::<VaultToken>("/v3/vault/setup-tokens", Some(&by.key()), &body, by.at).await {
            Ok(made) => Outcome::Done(setup_of(&made, SetupState::Open, None, by.at)),
            Err(said) => said.outcome(),
        }
    }

    /// How a page to keep a method stands. What was approved there is kept now, once.
    pub(super) async fn look_at_setup(&self, id: &str, now: Instant) -> Outcome<Setup> {
        let setup: VaultToken = match self.line.get(&format!("/v3/vault/setup-tokens/{id}"), now).await {
            Ok(setup) => setup,
            Err(said) => return said.outcome(),
        };
        match setup.status.as_deref() {
            Some("APPROVED" | "VAULTED") => {
                let customer = setup.customer.clone().unwrap_or_default().id;
                self.keep(&format!("{id}-keep"), &customer, id, now)
                    .await
                    .map(|method| setup_of(&setup, SetupState::Completed, Some(method), now))
            }
            _ => Outcome::Done(setup_of(&setup, SetupState::Open, None, now)),
        }
    }
}

fn of_token(token: &VaultToken) -> Option<SavedMethod> {
    let with = token.payment_source.as_ref()?;
    let kind = if with.card.is_some() { "card" } else { "paypal" };
    (with.card.is_some() || with.paypal.is_some()).then(|| method(with, name(kind, &token.id)))
}

fn setup_of(token: &VaultToken, state: SetupState, method: Option<SavedMethod>, now: Instant) -> Setup {
    let link = token.links.iter().find(|link| link.rel == "approve" || link.rel == "payer-action");
    Setup {
        id: token.id.clone(),
        url: link.map(|link| link.href.clone()).unwrap_or_default(),
        customer: token.customer.clone().unwrap_or_default().id,
        state,
        method,
        expires_at: now.plus_seconds(SETUP_SECONDS),
    }
}
