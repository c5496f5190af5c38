//! What Stripe's script does in a payer's browser: confirms a payment intent with the publishable key and the intent's secret, or
//! makes a payment method of what was typed.
//!
//! Invariant: without both nothing is done, and neither amount nor metadata can be touched from there. Left out on purpose:
//! drawing the fields, which is the part of whoever stands in for the script.

use serde_json::{Value, json};

use super::book::Book;
use super::cards::Card;
use super::objects::text;
use super::payer::Met;
use super::{Said, said};

pub const PUBLISHABLE_KEY: &str = "pk_test_fake";

/// The secret of an intent.
pub fn secret_of(intent: &str) -> String {
    format!("{intent}_secret_fake")
}

impl Book {
    /// `POST /v1/payment_methods` as the browser sends it: a token for the card that was typed. None: the key is unknown.
    pub fn method_from_browser(&self, key: &str, card: Card) -> Option<String> {
        (key == PUBLISHABLE_KEY).then(|| card.token().to_owned())
    }

    /// `POST /v1/payment_intents/{id}/confirm`, as the browser sends it: `key`, `client_secret` and `payment_method`.
    pub fn confirm_from_browser(&mut self, id: &str, form: &Value) -> Said {
        let intent = self.get(id);
        if text(form, "key") != PUBLISHABLE_KEY
            || intent.is_null()
            || text(form, "client_secret") != text(&intent, "client_secret")
        {
            return said(401, "invalid_request_error", "", "Invalid API Key or client secret provided.");
        }
        if !matches!(text(&intent, "status"), "requires_payment_method" | "requires_action") {
            return said(
                400,
                "invalid_request_error",
                "payment_intent_unexpected_state",
                "This PaymentIntent cannot be confirmed.",
            );
        }
        let Some(card) = Card::of_token(text(form, "payment_method")) else {
            return said(400, "invalid_request_error", "resource_missing", "No such PaymentMethod");
        };
        if let Err(refused) = self.try_card(id, card, false, false) {
            return refused;
        }
        let intent = self.get(id);
        // The browser learns no more than this.
        Said { status: 200, body: json!({ "id": id, "object": "payment_intent", "status": intent["status"] }) }
    }

    /// What a payer does in the fields that were given this key and secret.
    pub fn pay_in_fields(&mut self, key: &str, secret: &str, card: Card) -> Met {
        let id = secret.split("_secret_").next().unwrap_or_default().to_owned();
        let form = json!({ "key": key, "client_secret": secret, "payment_method": card.token() });
        let answer = self.confirm_from_browser(&id, &form);
        match (answer.status, text(&self.get(&id), "status")) {
            (200, "requires_action") => Met::AskedToConfirm,
            (200, _) | (400, "succeeded") => Met::Thanks,
            (402, _) => Met::Declined(text(&answer.body["error"], "decline_code").to_owned()),
            _ => Met::Closed,
        }
    }

    /// The holder's word to their bank, which asked for it while they stood at the fields.
    pub fn answer_bank(&mut self, secret: &str, agrees: bool) -> Met {
        let id = secret.split("_secret_").next().unwrap_or_default().to_owned();
        if text(&self.get(&id), "status") != "requires_action" {
            return Met::Closed;
        }
        if agrees {
            return match self.try_card(&id, Card::Confirms, false, true) {
                Ok(()) => Met::Thanks,
                Err(_) => Met::Closed,
            };
        }
        self.refuse_holder(&id);
        Met::Declined("authentication_failure".to_owned())
    }
}
