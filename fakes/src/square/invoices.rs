//! Invoices: drafted, published, sent, paid, canceled.

use serde_json::{Value, json};

use super::bank::{Answer, Bank, INVALID, Refused, invalid, missing, one};
use crate::http::Arrived;
use crate::stripe::Card as Role;

impl Bank {
    pub(super) fn invoicing(&mut self, request: &Arrived, path: &[&str], body: &Value) -> Answer {
        match (request.method.as_str(), path) {
            ("POST", ["invoices"]) => {
                let asked = &body["invoice"];
                if self.invoices.values().any(|invoice| invoice["invoice_number"] == asked["invoice_number"]) {
                    return invalid("INVALID_VALUE");
                }
                let id = format!("inv:0-{}", self.id("I"));
                let mut invoice = asked.clone();
                invoice["id"] = json!(id);
                invoice["version"] = json!(0);
                invoice["status"] = json!("DRAFT");
                invoice["created_at"] = json!(self.time());
                self.invoices.insert(id, invoice.clone());
                Ok(json!({ "invoice": invoice }))
            }
            ("GET", ["invoices", id]) => one(&self.invoices, id, "invoice"),
            ("POST", ["invoices", id, verb]) => {
                let Some(invoice) = self.invoices.get_mut(*id) else { return missing() };
                if invoice["version"] != body["version"] {
                    return Err(Refused(409, INVALID, "VERSION_MISMATCH"));
                }
                let (from, to) = if *verb == "publish" { ("DRAFT", "UNPAID") } else { ("UNPAID", "CANCELED") };
                if invoice["status"] != from {
                    return invalid("BAD_REQUEST");
                }
                invoice["status"] = json!(to);
                invoice["version"] = json!(invoice["version"].as_i64().unwrap_or(0) + 1);
                invoice["public_url"] = json!(format!("https://squareup.com/pay-invoice/{id}"));
                let order = invoice["order_id"].as_str().unwrap_or_default().to_owned();
                let invoice = invoice.clone();
                if to == "CANCELED" {
                    self.orders.get_mut(&order).expect("it has an order")["state"] = json!("CANCELED");
                }
                Ok(json!({ "invoice": invoice }))
            }
            ("DELETE", ["invoices", id]) => match self.invoices.get(*id).map(|invoice| invoice["status"].clone()) {
                Some(status) if status == "DRAFT" => {
                    self.invoices.remove(*id);
                    Ok(json!({}))
                }
                Some(_) => invalid("BAD_REQUEST"),
                None => missing(),
            },
            _ => missing(),
        }
    }

    /// The receiver pays on the invoice's page.
    pub fn pay_invoice(&mut self, id: &str, role: Role) -> Option<bool> {
        if matches!(role, Role::DebitSettles | Role::DebitReturned) {
            return self.collect_invoice(id, role);
        }
        let invoice = self.invoices.get(id)?.clone();
        let paid = self.pay(invoice["order_id"].as_str()?, role);
        if paid == Some(true) {
            let invoice = self.invoices.get_mut(id)?;
            invoice["status"] = json!("PAID");
            invoice["version"] = json!(invoice["version"].as_i64().unwrap_or(0) + 1);
            let invoice = invoice.clone();
            self.tell("invoice.payment_made", "invoice", &invoice);
        }
        paid
    }
}
