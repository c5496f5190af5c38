//! Payment links and their orders.

use serde_json::{Value, json};

use super::bank::{Answer, Bank, INVALID, Refused, invalid, missing};
use super::charges::refusal_of;
use crate::stripe::Card as Role;

impl Bank {
    pub(super) fn new_order(&mut self, asked: &Value) -> Result<Value, Refused> {
        let lines = asked["line_items"].as_array().cloned().unwrap_or_default();
        let off = asked["discounts"].as_array().cloned().unwrap_or_default();
        let sum = |of: &[Value], name: &str| of.iter().map(|line| line[name]["amount"].as_i64().unwrap_or(0)).sum::<i64>();
        let total = sum(&lines, "base_price_money") - sum(&off, "amount_money");
        if lines.iter().any(|line| line["base_price_money"]["amount"].as_i64().unwrap_or(-1) < 0) || total <= 0 {
            return invalid("VALUE_TOO_LOW");
        }
        let id = self.id("ord");
        let mut order = asked.clone();
        order["id"] = json!(id);
        order["version"] = json!(1);
        order["state"] = json!("OPEN");
        order["created_at"] = json!(self.time());
        order["total_money"] = json!({ "amount": total, "currency": lines[0]["base_price_money"]["currency"] });
        self.orders.insert(id, order.clone());
        Ok(order)
    }

    pub(super) fn new_link(&mut self, body: &Value) -> Answer {
        let order = self.new_order(&body["order"])?;
        let id = self.id("LINK");
        let link = json!({
            "id": id,
            "version": 1,
            "order_id": order["id"],
            "checkout_options": body["checkout_options"],
            "url": format!("https://square.link/u/{id}"),
            "created_at": self.time(),
        });
        self.links.insert(id, link.clone());
        Ok(json!({ "payment_link": link, "related_resources": { "orders": [order] } }))
    }

    pub(super) fn change_order(&mut self, id: &str, change: &Value) -> Answer {
        let Some(order) = self.orders.get_mut(id) else { return missing() };
        if order["version"] != change["version"] {
            return Err(Refused(409, INVALID, "VERSION_MISMATCH"));
        }
        if order["state"] != "OPEN" {
            return invalid("BAD_REQUEST");
        }
        order["state"] = change["state"].clone();
        order["version"] = json!(order["version"].as_i64().unwrap_or(0) + 1);
        Ok(json!({ "order": order.clone() }))
    }

    /// The order behind a link's page.
    pub fn order_on(&self, url: &str) -> Option<String> {
        let link = self.links.get(url.rsplit('/').next()?)?;
        link["order_id"].as_str().map(str::to_owned)
    }

    /// A payer pays an order on Square's page. None: it cannot be paid. False: the card was declined.
    pub fn pay(&mut self, order_id: &str, role: Role) -> Option<bool> {
        let order = self.orders.get(order_id)?.clone();
        if order["state"] == "COMPLETED" {
            return Some(true);
        }
        if order["state"] != "OPEN" {
            return None;
        }
        let code = refusal_of(role);
        let id = self.id("pay");
        let now = self.time();
        let errors: Vec<Value> = code
            .iter()
            .map(|code| json!({ "category": "PAYMENT_METHOD_ERROR", "code": code, "detail": "The card was declined." }))
            .collect();
        let payment = json!({
            "id": id,
            "status": if code.is_some() { "FAILED" } else { "COMPLETED" },
            "amount_money": order["total_money"],
            "total_money": order["total_money"],
            "order_id": order_id,
            "location_id": "L",
            "source_type": "CARD",
            "created_at": now,
            "updated_at": now,
            "card_details": {
                "status": if code.is_some() { "FAILED" } else { "CAPTURED" },
                "card": { "card_brand": "VISA", "last_4": "1111", "exp_month": 12, "exp_year": 2040 },
                "auth_result_code": "68aLBM",
                "card_payment_timeline": { "authorized_at": now, "captured_at": now },
                "errors": errors,
            },
        });
        self.payments.insert(id.clone(), payment.clone());
        self.roles.insert(id.clone(), role);
        self.tell("payment.created", "payment", &payment);
        if code.is_some() {
            return Some(false);
        }
        let order = self.orders.get_mut(order_id).expect("it is there");
        order["state"] = json!("COMPLETED");
        order["version"] = json!(order["version"].as_i64().unwrap_or(0) + 1);
        order["tenders"] = json!([{ "id": id, "type": "CARD", "payment_id": id, "amount_money": order["total_money"] }]);
        Some(true)
    }
}
