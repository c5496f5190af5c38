//! The fake's records, and what time does to them.
//!
//! Invariant: an object stands here once, by its id; what another object carries is the id alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cards::Card;
use super::objects::{self, text};

const DAY: i64 = 86_400;

/// What falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Settle,
    Dispute,
    Return,
}

/// One charge as the fake knows it to have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    pub intent: String,
    /// What our metadata says.
    pub attempt: String,
    pub currency: String,
    pub captured: i64,
    pub refunded: i64,
}

/// What went back of a charge, without what of a hold was never taken.
fn given_back(charge: &Value) -> i64 {
    let number = |name: &str| charge[name].as_i64().unwrap_or_default();
    // Of a charge that took nothing, nothing went back.
    (number("amount_refunded") - (number("amount") - number("amount_captured"))).max(0)
}

pub struct Book {
    pub now: i64,
    next: u64,
    pub objects: BTreeMap<String, Value>,
    /// The ids of each kind of object, in the order in which they were made.
    order: BTreeMap<String, Vec<String>>,
    /// Which part a kept method or an intent's card plays.
    pub cards: BTreeMap<String, Card>,
    /// What a page was asked for, by its id.
    pub forms: BTreeMap<String, Value>,
    pub due: Vec<(i64, String, Due)>,
    pub delivered: usize,
}

impl Book {
    pub fn new(now: i64) -> Book {
        Book {
            now,
            next: 0,
            objects: BTreeMap::new(),
            order: BTreeMap::new(),
            cards: BTreeMap::new(),
            forms: BTreeMap::new(),
            due: Vec::new(),
            delivered: 0,
        }
    }

    pub fn id(&mut self, beginning: &str) -> String {
        self.next += 1;
        format!("{beginning}{:024}", self.next)
    }

    pub fn keep(&mut self, object: Value) -> Value {
        let id = text(&object, "id").to_owned();
        if self.objects.insert(id.clone(), object.clone()).is_none() {
            self.order.entry(text(&object, "object").to_owned()).or_default().push(id);
        }
        object
    }

    pub fn get(&self, id: &str) -> Value {
        self.objects.get(id).cloned().unwrap_or(Value::Null)
    }

    /// Objects of a kind, newest first.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.order.get(kind).into_iter().flatten().rev().filter_map(|id| self.objects.get(id))
    }

    pub fn emit(&mut self, kind: &str, object: &Value) {
        let id = self.id("evt_");
        let event = objects::event(&id, self.now, kind, object);
        self.keep(event);
    }

    /// Events that nobody was told of yet, oldest first, and the time.
    pub fn undelivered(&mut self) -> (Vec<Value>, i64) {
        let mut events: Vec<Value> = self.all("event").cloned().collect();
        events.reverse();
        let fresh = events.split_off(self.delivered.min(events.len()));
        self.delivered += fresh.len();
        (fresh, self.now)
    }

    pub fn truth(&self) -> Vec<Truth> {
        let mut intents: Vec<&Value> = self.all("payment_intent").filter(|intent| intent["amount_received"] != 0).collect();
        intents.reverse();
        let of = |intent: &&Value| Truth {
            intent: text(intent, "id").to_owned(),
            attempt: self.key_of(intent),
            currency: text(intent, "currency").to_ascii_uppercase(),
            captured: intent["amount_received"].as_i64().unwrap_or_default(),
            refunded: given_back(&self.get(text(intent, "latest_charge"))),
        };
        intents.iter().map(of).collect()
    }

    /// The attempt behind an intent: its own, or that of the invoice it paid.
    fn key_of(&self, intent: &Value) -> String {
        let own = text(&intent["metadata"], "owed_attempt");
        if !own.is_empty() {
            return own.to_owned();
        }
        let paid = self.all("invoice_payment").find(|payment| payment["payment"]["payment_intent"] == intent["id"]);
        paid.map(|payment| text(&self.get(text(payment, "invoice"))["metadata"], "owed_attempt").to_owned()).unwrap_or_default()
    }

    /// Time passes; whatever falls due happens in its order.
    pub fn pass(&mut self, now: i64) {
        loop {
            self.due.sort_by_key(|(at, ..)| *at);
            let Some((at, intent, what)) = self.due.first().cloned().filter(|(at, ..)| *at <= now) else { break };
            self.due.remove(0);
            self.now = self.now.max(at);
            match what {
                Due::Settle => self.settle(&intent),
                Due::Dispute => self.dispute(&intent, "needs_response", "general"),
                Due::Return => self.dispute(&intent, "lost", "insufficient_funds"),
            }
        }
        self.now = self.now.max(now);
        self.lapse();
        self.pay_out();
    }

    /// Holds and pages that nobody used in time.
    fn lapse(&mut self) {
        let late = |at: &Value| at.as_i64().is_some_and(|at| at <= self.now);
        let holds: Vec<String> = self
            .all("payment_intent")
            .filter(|intent| intent["status"] == "requires_capture")
            .filter(|intent| late(&self.get(text(intent, "latest_charge"))["payment_method_details"]["card"]["capture_before"]))
            .map(|intent| text(intent, "id").to_owned())
            .collect();
        for id in holds {
            let mut intent = self.get(&id);
            intent["status"] = json!("canceled");
            intent["cancellation_reason"] = json!("automatic");
            let intent = self.keep(intent);
            self.emit("payment_intent.canceled", &intent);
        }
        let late = |at: &Value| at.as_i64().is_some_and(|at| at <= self.now);
        let pages: Vec<Value> =
            self.all("checkout.session").filter(|page| page["status"] == "open" && late(&page["expires_at"])).cloned().collect();
        for mut page in pages {
            page["status"] = json!("expired");
            page["url"] = Value::Null;
            let page = self.keep(page);
            self.emit("checkout.session.expired", &page);
        }
    }

    /// A debit has come through.
    fn settle(&mut self, id: &str) {
        let intent = self.get(id);
        let amount = intent["amount"].as_i64().unwrap_or_default();
        self.take(id, amount);
        let intent = self.get(id);
        self.emit("payment_intent.succeeded", &intent);
    }

    /// The money is there.
    pub fn take(&mut self, id: &str, amount: i64) {
        let mut intent = self.get(id);
        let mut charge = self.get(text(&intent, "latest_charge"));
        let balance = self.id("txn_");
        let moved =
            objects::balance(&balance, self.now, self.now + 2 * DAY, amount, &intent["currency"], "charge", &charge["id"]);
        self.keep(moved);
        charge["status"] = json!("succeeded");
        charge["paid"] = json!(true);
        charge["captured"] = json!(true);
        charge["amount_captured"] = json!(amount);
        charge["balance_transaction"] = json!(balance);
        let rest = charge["amount"].as_i64().unwrap_or_default() - amount;
        if rest > 0 {
            // What was not taken goes back to the card as a refund that moves nothing.
            charge["amount_refunded"] = json!(rest);
            let refund = self.id("re_");
            let made = objects::refund(&refund, self.now, rest, &charge, json!({}), "succeeded");
            let made = self.keep(made);
            self.emit("refund.created", &made);
        }
        self.keep(charge);
        intent["status"] = json!("succeeded");
        intent["amount_received"] = json!(amount);
        intent["amount_capturable"] = json!(0);
        self.keep(intent);
    }

    /// Another program on the same account gives back a charge of its own, which has no intent.
    pub fn refund_of_a_stranger(&mut self, amount: i64) {
        let (id, balance) = (self.id("re_"), self.id("txn_"));
        let charge = json!({"id": "ch_stranger", "currency": "usd", "payment_intent": null});
        let mut made = objects::refund(&id, self.now, amount, &charge, json!({}), "succeeded");
        made["balance_transaction"] = json!(balance);
        let made = self.keep(made);
        self.emit("refund.created", &made);
    }

    pub fn refund_at_dashboard(&mut self, intent: &str, amount: i64) {
        let charge = self.get(text(&self.get(intent), "latest_charge"));
        self.refund(&charge, amount, json!({}));
    }

    /// Gives money back, or finds that the card does not take it.
    pub fn refund(&mut self, charge: &Value, amount: i64, metadata: Value) -> Value {
        let fails = self.cards.get(text(charge, "payment_intent")) == Some(&Card::RefundFails);
        let id = self.id("re_");
        let status = if fails { "failed" } else { "succeeded" };
        let mut made = objects::refund(&id, self.now, amount, charge, metadata, status);
        if !fails {
            let mut charge = charge.clone();
            let before = charge["amount_refunded"].as_i64().unwrap_or_default();
            charge["amount_refunded"] = json!(before + amount);
            charge["refunded"] = json!(charge["amount_refunded"] == charge["amount"]);
            let balance = self.id("txn_");
            let moved = objects::balance(&balance, self.now, self.now, -amount, &charge["currency"], "refund", &made["id"]);
            self.keep(moved);
            self.keep(charge);
            made["balance_transaction"] = json!(balance);
        }
        let made = self.keep(made);
        self.emit("refund.created", &made);
        made
    }

    /// The money is on the account again, and the charge reads as if it had not gone back.
    pub fn bounce_refund(&mut self, intent: &str) {
        let found = self.all("refund").find(|refund| refund["payment_intent"] == intent).cloned();
        let Some(mut refund) = found else { return };
        refund["status"] = json!("failed");
        let refund = self.keep(refund);
        let mut charge = self.get(text(&self.get(intent), "latest_charge"));
        let back = charge["amount_refunded"].as_i64().unwrap_or_default() - refund["amount"].as_i64().unwrap_or_default();
        charge["amount_refunded"] = json!(back);
        charge["refunded"] = json!(false);
        self.keep(charge);
        self.emit("refund.failed", &refund);
    }

    pub fn dispute(&mut self, intent: &str, status: &str, reason: &str) {
        let mut charge = self.get(text(&self.get(intent), "latest_charge"));
        charge["disputed"] = json!(true);
        let charge = self.keep(charge);
        let id = self.id("dp_");
        let mut made = objects::dispute(&id, self.now, &charge, status, reason);
        let balance = self.id("txn_");
        let amount = charge["amount_captured"].as_i64().unwrap_or_default();
        let moved = objects::balance(&balance, self.now, self.now, -amount, &charge["currency"], "adjustment", &json!(id));
        let moved = self.keep(moved);
        made["balance_transactions"] = json!([moved]);
        let made = self.keep(made);
        self.emit("charge.dispute.created", &made);
    }

    pub fn decide_dispute(&mut self, intent: &str, won: bool) {
        let found = self.all("dispute").find(|dispute| dispute["payment_intent"] == intent).cloned();
        let Some(mut dispute) = found else { return };
        dispute["status"] = json!(if won { "won" } else { "lost" });
        if won {
            let balance = self.id("txn_");
            let amount = dispute["amount"].as_i64().unwrap_or_default();
            let moved =
                objects::balance(&balance, self.now, self.now, amount, &dispute["currency"], "adjustment", &dispute["id"]);
            let moved = self.keep(moved);
            if let Some(all) = dispute["balance_transactions"].as_array_mut() {
                all.push(moved);
            }
        }
        let dispute = self.keep(dispute);
        self.emit("charge.dispute.closed", &dispute);
    }

    /// Everything that is available and was not paid out goes to the bank, one payout a currency.
    fn pay_out(&mut self) {
        let mut by_currency: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for moved in self.all("balance_transaction") {
            let available = moved["available_on"].as_i64().is_some_and(|at| at <= self.now);
            if available && moved["payout"].is_null() {
                by_currency.entry(text(moved, "currency").to_owned()).or_default().push(moved.clone());
            }
        }
        for (currency, moves) in by_currency {
            let amount: i64 = moves.iter().filter_map(|moved| moved["net"].as_i64()).sum();
            let id = self.id("po_");
            let made = objects::payout(&id, self.now, amount, &json!(currency));
            self.keep(made);
            for mut moved in moves {
                moved["payout"] = json!(id);
                moved["status"] = json!("available");
                self.keep(moved);
            }
        }
    }
}
