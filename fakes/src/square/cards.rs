//! Cards on file at the Square of a test: kept from a token or a payment, listed, disabled, charged.
//!
//! Invariants: a card belongs to one customer and is charged for no other; a disabled card is not charged and not listed. Limits:
//! brand and digits are the same for every card; keeping one asks no bank. Source: Square's OpenAPI file, Cards API.

use serde_json::{Value, json};

use super::bank::{Answer, Bank, invalid, missing, one};
use crate::http::Arrived;
use crate::stripe::Card as Role;

/// Square's test values, by what they play: good as often as wanted.
const TEST_VALUES: [(&str, Role); 6] = [
    ("cnon:Pays", Role::Pays),
    ("cnon:Declined", Role::Declined),
    ("cnon:InsufficientFunds", Role::InsufficientFunds),
    ("cnon:Expired", Role::Expired),
    ("cnon:IncorrectCvc", Role::IncorrectCvc),
    ("cnon:Disputed", Role::Disputed),
];

impl Bank {
    pub(super) fn card(&mut self, request: &Arrived, path: &[&str], body: &Value) -> Answer {
        match (request.method.as_str(), path) {
            ("POST", ["cards"]) => self.keep_card(body),
            ("GET", ["cards"]) => {
                let customer = request.asked("customer_id").unwrap_or_default();
                let theirs = |card: &&Value| card["customer_id"] == customer && card["enabled"] == true;
                let found: Vec<&Value> = self.cards.values().filter(theirs).collect();
                Ok(if found.is_empty() { json!({}) } else { json!({ "cards": found }) })
            }
            ("POST", ["cards", id, "disable"]) => {
                let Some(card) = self.cards.get_mut(*id) else { return missing() };
                card["enabled"] = json!(false);
                card["version"] = json!(2);
                one(&self.cards, id, "card")
            }
            _ => missing(),
        }
    }

    /// `CreateCard`
    fn keep_card(&mut self, body: &Value) -> Answer {
        let customer = body["card"]["customer_id"].as_str().unwrap_or_default();
        if !self.customers.contains_key(customer) {
            return missing();
        }
        let source = body["source_id"].as_str().unwrap_or_default();
        let paid = self.payments.get(source).filter(|payment| payment["customer_id"] == customer);
        let role = match paid {
            Some(payment) if payment["status"] == "COMPLETED" || payment["status"] == "APPROVED" => {
                self.roles.get(source).copied()
            }
            Some(_) => None,
            None => self.typed(source),
        };
        let Some(role) = role else { return invalid("INVALID_CARD_DATA") };
        let id = self.id("ccof:");
        let card = json!({
            "id": id,
            "card_brand": "VISA",
            "last_4": "1111",
            "exp_month": 12,
            "exp_year": 2040,
            "customer_id": customer,
            "reference_id": body["card"]["reference_id"],
            "merchant_id": "ML",
            "enabled": true,
            "version": 1,
        });
        self.cards.insert(id.clone(), card.clone());
        self.roles.insert(id, role);
        Ok(json!({ "card": card }))
    }

    /// What a payment is made with: a token of the fields, good once, or a card on file of the customer who is named.
    pub(super) fn source(&mut self, body: &Value) -> Option<Role> {
        let source = body["source_id"].as_str().unwrap_or_default();
        if !source.starts_with("ccof:") {
            return self.typed(source);
        }
        let card = self.cards.get(source)?;
        let is_theirs = card["customer_id"] == body["customer_id"] && card["enabled"] == true;
        self.roles.get(source).copied().filter(|_| is_theirs)
    }

    fn typed(&mut self, token: &str) -> Option<Role> {
        let test = TEST_VALUES.iter().find(|(name, _)| *name == token).map(|(_, role)| *role);
        test.or_else(|| self.tokens.remove(token))
    }
}
