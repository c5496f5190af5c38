//! Payments of cards and holds, what is given back of them, and what their holders take back.

use books::calendar::Instant;
use serde_json::{Value, json};

use super::bank::{Answer, Bank, Refused, invalid, missing};
use super::debits::stands_against_refund;
use crate::stripe::Card as Role;

/// How long Square holds a card that was not there itself.
const HOLD_SECONDS: i64 = 7 * 86_400;

impl Bank {
    /// Somebody pays at Square's own till: a payment behind an order of which nobody here knows.
    pub fn sell_elsewhere(&mut self, amount: i64) {
        let price = json!({ "amount": amount, "currency": "USD" });
        let line = json!({ "name": "At the till", "quantity": "1", "base_price_money": price });
        if let Ok(order) = self.new_order(&json!({ "location_id": "L", "line_items": [line] })) {
            self.pay(order["id"].as_str().unwrap_or_default(), Role::Pays);
        }
    }

    /// What the fields give a browser for a card that was typed there.
    pub fn token(&mut self, role: Role) -> String {
        let token = self.id("cnon:");
        self.tokens.insert(token.clone(), role);
        token
    }

    /// `CreatePayment` with such a token.
    pub(super) fn charge(&mut self, body: &Value) -> Answer {
        if body["amount_money"]["amount"].as_i64().unwrap_or(0) <= 0 || body["location_id"] != "L" {
            return invalid("VALUE_TOO_LOW");
        }
        if let Some(collected) = self.collect(body) {
            return collected;
        }
        let Some(role) = self.source(body) else { return missing() };
        if role == Role::Confirms && body["customer_details"]["customer_initiated"] == false {
            return Err(Refused(402, "PAYMENT_METHOD_ERROR", "CARD_DECLINED_VERIFICATION_REQUIRED"));
        }
        if let Some(code) = refusal_of(role) {
            return Err(Refused(402, "PAYMENT_METHOD_ERROR", code));
        }
        let (id, now) = (self.id("pay"), self.time());
        let held = body["autocomplete"] == false;
        let mut payment = json!({
            "id": id,
            "status": if held { "APPROVED" } else { "COMPLETED" },
            "version_token": format!("{id}-1"),
            "amount_money": body["amount_money"],
            "total_money": body["amount_money"],
            "reference_id": body["reference_id"],
            "note": body["note"],
            "location_id": "L",
            "source_type": "CARD",
            "created_at": now,
            "updated_at": now,
            "card_details": {
                "status": if held { "AUTHORIZED" } else { "CAPTURED" },
                "card": { "card_brand": "VISA", "last_4": "1111", "exp_month": 12, "exp_year": 2040 },
                "auth_result_code": "68aLBM",
                "card_payment_timeline": { "authorized_at": now },
            },
        });
        if body["customer_id"].is_string() {
            payment["customer_id"] = body["customer_id"].clone();
        }
        if held {
            payment["delay_duration"] = json!("P7D");
            payment["delayed_until"] = json!(Instant((self.now + HOLD_SECONDS) * 1_000_000).to_rfc3339());
        } else {
            payment["card_details"]["card_payment_timeline"]["captured_at"] = json!(now);
        }
        self.payments.insert(id.clone(), payment.clone());
        self.roles.insert(id, role);
        self.tell("payment.created", "payment", &payment);
        Ok(json!({ "payment": payment }))
    }

    /// `CompletePayment`: once, on the version that is named.
    pub(super) fn complete(&mut self, id: &str, body: &Value) -> Answer {
        let Some(payment) = self.payments.get(id) else { return missing() };
        if body["version_token"].is_string() && body["version_token"] != payment["version_token"] {
            return invalid("VERSION_MISMATCH");
        }
        self.end_hold(id, "COMPLETED", "CAPTURED", "captured_at")
    }

    /// `CancelPayment` of one that is held.
    pub(super) fn let_go(&mut self, id: &str) -> Answer {
        if self.payments.contains_key(id) { self.end_hold(id, "CANCELED", "VOIDED", "voided_at") } else { missing() }
    }

    pub(super) fn end_hold(&mut self, id: &str, status: &str, card: &str, when: &str) -> Answer {
        let now = self.time();
        let payment = self.payments.get_mut(id).expect("it is there");
        if payment["status"] != "APPROVED" {
            return invalid("BAD_REQUEST");
        }
        payment["status"] = json!(status);
        payment["version_token"] = json!(format!("{id}-2"));
        payment["updated_at"] = json!(now);
        payment["card_details"]["status"] = json!(card);
        payment["card_details"]["card_payment_timeline"][when] = json!(now);
        let payment = payment.clone();
        self.tell("payment.updated", "payment", &payment);
        Ok(json!({ "payment": payment }))
    }

    /// Holds whose time is over are let go.
    pub(super) fn lapse(&mut self) {
        let now = Instant(self.now * 1_000_000);
        let until = |payment: &Value| payment["delayed_until"].as_str().and_then(Instant::from_rfc3339);
        let over = |payment: &Value| payment["status"] == "APPROVED" && until(payment).is_some_and(|until| now >= until);
        let late: Vec<String> = self.payments.iter().filter(|(_, it)| over(it)).map(|(id, _)| id.clone()).collect();
        for id in late {
            let _canceled = self.end_hold(&id, "CANCELED", "VOIDED", "voided_at");
        }
    }

    pub fn refund(&mut self, body: &Value) -> Answer {
        let id = body["payment_id"].as_str().unwrap_or_default().to_owned();
        let Some(payment) = self.payments.get(&id).cloned() else { return missing() };
        if let Some(refused) = stands_against_refund(&payment) {
            return Err(refused);
        }
        if self.disputes.values().any(|dispute| dispute["disputed_payment"]["payment_id"] == *id) {
            return Err(Refused(400, "REFUND_ERROR", "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE"));
        }
        let (amount, taken) = (&body["amount_money"], &payment["amount_money"]);
        let before = payment["refunded_money"]["amount"].as_i64().unwrap_or(0);
        if amount["currency"] != taken["currency"] {
            return invalid("CURRENCY_MISMATCH");
        }
        let asked = amount["amount"].as_i64().unwrap_or(0);
        if asked <= 0 || asked > taken["amount"].as_i64().unwrap_or(0) - before {
            return Err(Refused(400, "REFUND_ERROR", "REFUND_AMOUNT_INVALID"));
        }
        if self.roles.get(&id) == Some(&Role::RefundFails) {
            return Err(Refused(400, "REFUND_ERROR", "REFUND_DECLINED"));
        }
        let made = format!("{id}_{}", self.id("ref"));
        let now = self.time();
        let refund = json!({
            "id": made,
            "status": if self.slow_refunds { "PENDING" } else { "COMPLETED" },
            "location_id": "L",
            "amount_money": amount,
            "payment_id": id,
            "order_id": payment["order_id"],
            "reason": body["reason"],
            "created_at": now,
            "updated_at": now,
        });
        self.refunds.insert(made, refund.clone());
        let payment = self.payments.get_mut(&id).expect("it is there");
        payment["refunded_money"] = json!({ "amount": before + asked, "currency": taken["currency"] });
        payment["updated_at"] = json!(now);
        self.tell("refund.created", "refund", &refund);
        Ok(json!({ "refund": refund }))
    }

    pub fn dispute_on(&mut self, payment: &str) {
        let amount = self.payments[payment]["amount_money"].clone();
        let id = self.id("dts");
        let now = self.time();
        let dispute = json!({
            "id": id,
            "dispute_id": id,
            "amount_money": amount,
            "reason": "NOT_AS_DESCRIBED",
            "state": "EVIDENCE_REQUIRED",
            "disputed_payment": { "payment_id": payment },
            "created_at": now,
            "updated_at": now,
            "location_id": "L",
        });
        self.disputes.insert(id, dispute.clone());
        self.tell("dispute.created", "dispute", &dispute);
        let payment = self.payments[payment].clone();
        self.tell("payment.updated", "payment", &payment);
    }

    /// What is under way ends.
    pub fn settle(&mut self) {
        self.lapse();
        self.clear();
        let now = self.time();
        let waiting: Vec<String> =
            self.refunds.iter().filter(|(_, refund)| refund["status"] == "PENDING").map(|(id, _)| id.clone()).collect();
        for id in waiting {
            let refund = self.refunds.get_mut(&id).expect("it is there");
            refund["status"] = json!("COMPLETED");
            refund["updated_at"] = json!(now);
            let refund = refund.clone();
            self.tell("refund.updated", "refund", &refund);
        }
        self.pay_out();
    }
}

/// What Square says of a card that its bank declines, or an account that it does not pay from.
pub(super) fn refusal_of(role: Role) -> Option<&'static str> {
    match role {
        Role::Declined => Some("GENERIC_DECLINE"),
        Role::InsufficientFunds => Some("INSUFFICIENT_FUNDS"),
        Role::Expired => Some("CARD_EXPIRED"),
        Role::IncorrectCvc => Some("CVV_FAILURE"),
        _ => None,
    }
}
