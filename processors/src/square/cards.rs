//! Cards that Square keeps: from a token of its fields, or from a payment that was made with one.
//!
//! Invariants: a card is kept for one customer and charged for no other. Keeping one beside a payment begins when the payment is made
//! and changes nothing about it: where it fails, the money came all the same and nothing is kept. Limits: a kept card whose bank wants
//! its holder is declined, since Square asks only in its fields. Source: Square's OpenAPI file, `CreateCard`, `ListCards`,
//! `DisableCard`; developer.squareup.com, Cards API, 2026.

use serde_json::json;

use super::Square;
use super::answers::Said;
use super::payments::method;
use super::shapes::{Card, Made, Page};
use crate::form::escaped;
use crate::outcome::{Outcome, RejectReason};
use crate::processor::Attempt;
use crate::remote::SavedMethod;

fn gone<T>() -> Outcome<T> {
    Outcome::rejected(RejectReason::MethodGone, "Square keeps no such card for this customer.")
}

impl Square {
    /// Keeps the card behind a token of the fields.
    pub(super) async fn keep(&self, by: &Attempt, customer: &str, token: &str) -> Outcome<SavedMethod> {
        let body = json!({
            "idempotency_key": by.key(),
            "source_id": token,
            "card": { "customer_id": customer, "reference_id": by.key() },
        });
        match self.line.post::<Made>("/v2/cards", &body).await {
            Ok(Made { card: Some(card), .. }) => Outcome::Done(kept(&card)),
            Ok(_) => Outcome::unknown("Square answered without the card"),
            Err(said) => said.outcome(),
        }
    }

    /// Keeps the card that a payment was made with. None: Square would not, or could not say.
    pub(super) async fn keep_from(&self, by: &Attempt, customer: &str, payment: &str) -> Option<SavedMethod> {
        match self.keep(by, customer, payment).await {
            Outcome::Done(card) => Some(card),
            // It may be kept all the same: whoever was not told looks.
            Outcome::Unknown { .. } => {
                let cards = self.cards(customer).await.ok()?;
                cards.iter().find(|card| card.reference_id.as_deref() == Some(&*by.key())).map(kept)
            }
            _ => None,
        }
    }

    async fn cards(&self, customer: &str) -> Result<Vec<Card>, Said> {
        let base = format!("/v2/cards?customer_id={}", escaped(customer));
        let (mut all, mut path) = (Vec::new(), base.clone());
        loop {
            let page: Page = self.line.get(&path).await?;
            all.extend(page.cards);
            match page.cursor {
                Some(next) => path = format!("{base}&cursor={}", escaped(&next)),
                None => return Ok(all),
            }
        }
    }

    pub(super) async fn kept_for(&self, customer: &str) -> Outcome<Vec<SavedMethod>> {
        let customer = match super::plain(customer) {
            Ok(customer) => customer,
            Err(outcome) => return outcome,
        };
        match self.cards(customer).await {
            // Square's list is as empty for a customer whom it does not know.
            Ok(cards) if cards.is_empty() => match self.line.get::<Made>(&format!("/v2/customers/{customer}")).await {
                Ok(_) => Outcome::Done(Vec::new()),
                Err(said) => said.outcome(),
            },
            Ok(cards) => Outcome::Done(cards.iter().map(kept).collect()),
            Err(said) => said.outcome(),
        }
    }

    /// Forgets a card. One that is gone is forgotten.
    pub(super) async fn forget(&self, card: &str) -> Outcome<()> {
        let Ok(card) = super::plain::<()>(card) else { return Outcome::Done(()) };
        match self.line.post::<Made>(&format!("/v2/cards/{card}/disable"), &json!({})).await {
            Ok(_) | Err(Said::Refused { status: 404, .. }) => Outcome::Done(()),
            Err(said) => said.outcome(),
        }
    }
}

fn kept(card: &Card) -> SavedMethod {
    SavedMethod { id: card.id.clone().unwrap_or_default(), ..method(Some(card), None) }
}

/// What Square says of a card that it does not keep for this customer (any more), in the words of a charge.
pub(super) fn or_gone<T>(outcome: Outcome<T>) -> Outcome<T> {
    match outcome {
        Outcome::Rejected(rejection) if rejection.reason == RejectReason::NotFound => gone(),
        outcome => outcome,
    }
}
