//! Bank accounts at the Square of a test: linked in its script's window, collected from by ACH, settled or not.
//!
//! Invariants: a token is good once, for the amount that its payer agreed to; a payment is under way for three days, then completed
//! or failed; one that comes back fails two days after it was completed. An invoice follows its payment. Limits: every account has
//! the same bank and digits. Source: Square's OpenAPI file; developer.squareup.com, ACH payments, 2026. What becomes of a payment
//! that is returned after it was completed is not written there: it is played as one that failed.

use books::calendar::Instant;
use serde_json::{Value, json};

use super::bank::{Answer, Bank, Refused, invalid, missing};
use super::charges::refusal_of;
use crate::stripe::Card as Role;

const DAY: i64 = 86_400;
const SETTLES: i64 = 3 * DAY;
const COMES_BACK: i64 = 5 * DAY;

/// What a payer agreed to in the window: which part the account plays, and how much is collected once.
#[derive(Clone, Copy)]
pub struct Linked {
    role: Role,
    amount: i64,
}

impl Bank {
    /// What the window gives a browser for an account that its holder chose.
    pub fn link(&mut self, role: Role, amount: i64) -> String {
        let token = self.id("bnon:");
        self.linked.insert(token.clone(), Linked { role, amount });
        token
    }

    /// `CreatePayment` with such a token. None: it is the token of something else.
    pub(super) fn collect(&mut self, body: &Value) -> Option<Answer> {
        let token = body["source_id"].as_str().filter(|token| token.starts_with("bnon:"))?;
        let Some(Linked { role, amount }) = self.linked.remove(token) else { return Some(missing()) };
        let asked = &body["amount_money"];
        if asked["currency"] != "USD" || asked["amount"] != amount || body["autocomplete"] == false {
            return Some(invalid("BAD_REQUEST"));
        }
        let mut payment = self.under_way(asked, role);
        payment["reference_id"] = body["reference_id"].clone();
        payment["note"] = body["note"].clone();
        self.tell_first(&payment);
        Some(Ok(json!({ "payment": payment })))
    }

    fn under_way(&mut self, amount: &Value, role: Role) -> Value {
        let (id, now) = (self.id("pay"), self.time());
        self.roles.insert(id.clone(), role);
        json!({
            "id": id,
            "status": "PENDING",
            "amount_money": amount,
            "total_money": amount,
            "location_id": "L",
            "source_type": "BANK_ACCOUNT",
            "created_at": now,
            "updated_at": now,
            "bank_account_details": {
                "bank_name": "Saltmarsh Savings",
                "transfer_type": "ACH",
                "account_ownership_type": "INDIVIDUAL",
                "fingerprint": "sq-1-saltmarsh",
                "country": "US",
                "ach_details": { "routing_number": "000000000", "account_number_suffix": "6789", "account_type": "CHECKING" },
            },
        })
    }

    fn tell_first(&mut self, payment: &Value) {
        self.payments.insert(payment["id"].as_str().unwrap_or_default().to_owned(), payment.clone());
        self.tell("payment.created", "payment", payment);
    }

    /// The receiver of an invoice pays it from a bank account. None: it cannot be paid so.
    pub(super) fn collect_invoice(&mut self, id: &str, role: Role) -> Option<bool> {
        let invoice = self.invoices.get(id)?.clone();
        if invoice["status"] != "UNPAID" || invoice["accepted_payment_methods"]["bank_account"] != true {
            return None;
        }
        let order = invoice["order_id"].as_str()?.to_owned();
        let total = self.orders.get(&order)?["total_money"].clone();
        let mut payment = self.under_way(&total, role);
        payment["order_id"] = json!(order);
        self.tell_first(&payment);
        let tender = json!({ "id": payment["id"], "type": "BANK_ACCOUNT", "payment_id": payment["id"], "amount_money": total });
        self.orders.get_mut(&order)?["tenders"] = json!([tender]);
        self.move_invoice(&order, "PAYMENT_PENDING");
        Some(true)
    }

    fn move_invoice(&mut self, order: &str, status: &str) {
        let Some(invoice) = self.invoices.values_mut().find(|invoice| invoice["order_id"] == order) else { return };
        invoice["status"] = json!(status);
        invoice["version"] = json!(invoice["version"].as_i64().unwrap_or(0) + 1);
        let invoice = invoice.clone();
        let kind = if status == "PAID" { "invoice.payment_made" } else { "invoice.updated" };
        self.tell(kind, "invoice", &invoice);
    }

    /// What was collected settles, or does not.
    pub(super) fn clear(&mut self) {
        let age = |payment: &Value| {
            let made = payment["created_at"].as_str().and_then(Instant::from_rfc3339);
            made.map_or(0, |made| self.now - made.0 / 1_000_000)
        };
        let of_banks = self.payments.iter().filter(|(_, payment)| payment["source_type"] == "BANK_ACCOUNT");
        let moved: Vec<(String, &str)> = of_banks
            .filter_map(|(id, payment)| {
                let returns = self.roles.get(id) == Some(&Role::DebitReturned);
                let comes = returns || self.roles.get(id) == Some(&Role::DebitSettles);
                let to = match payment["status"].as_str()? {
                    "PENDING" if age(payment) >= SETTLES => {
                        if comes {
                            "COMPLETED"
                        } else {
                            "FAILED"
                        }
                    }
                    "COMPLETED" if returns && age(payment) >= COMES_BACK => "FAILED",
                    _ => return None,
                };
                Some((id.clone(), to))
            })
            .collect();
        for (id, to) in moved {
            self.end_debit(&id, to);
        }
    }

    fn end_debit(&mut self, id: &str, status: &str) {
        let now = self.time();
        let code = self.roles.get(id).and_then(|role| refusal_of(*role)).unwrap_or("INSUFFICIENT_FUNDS");
        let payment = self.payments.get_mut(id).expect("it is there");
        payment["status"] = json!(status);
        payment["updated_at"] = json!(now);
        if status == "FAILED" {
            let fault = json!({ "category": "PAYMENT_METHOD_ERROR", "code": code, "detail": "The bank did not pay." });
            payment["bank_account_details"]["errors"] = json!([fault]);
        }
        let payment = payment.clone();
        self.tell("payment.updated", "payment", &payment);
        let Some(order) = payment["order_id"].as_str() else { return };
        if status == "COMPLETED" {
            self.orders.get_mut(order).expect("it has an order")["state"] = json!("COMPLETED");
        }
        self.move_invoice(order, if status == "COMPLETED" { "PAID" } else { "UNPAID" });
    }
}

/// What Square says to a refund of a payment that is not completed, or not any more.
pub(super) fn stands_against_refund(payment: &Value) -> Option<Refused> {
    let code = match payment["status"].as_str() {
        Some("PENDING" | "APPROVED") => "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION",
        Some("FAILED" | "CANCELED") => "PAYMENT_NOT_REFUNDABLE",
        _ => return None,
    };
    Some(Refused(400, "REFUND_ERROR", code))
}
