//! PayPal as a test plays it: what it keeps, and its own rules about keys, states, amounts and time.
//!
//! Invariants: written from PayPal's specification and pages, not from our connector; the same request id gives the same
//! thing as it stands now; an order is taken once. Every body in and out is judged by PayPal's own OpenAPI files.

use std::collections::BTreeMap;

use books::calendar::Instant;
use serde_json::{Value, json};

use super::reports::Record;
use crate::stripe::Card as Role;

pub const DAY: i64 = 86_400;
/// What PayPal takes, and its decimals.
pub(super) const DECIMALS: &[(&str, usize)] = &[("USD", 2), ("EUR", 2), ("JPY", 0), ("HUF", 0)];

#[derive(Default)]
pub struct Bank {
    pub now: i64,
    next: u64,
    pub orders: BTreeMap<String, Order>,
    pub tokens: BTreeMap<String, Token>,
    pub setups: BTreeMap<String, Setup>,
    pub invoices: BTreeMap<String, Value>,
    /// The captures that paid an invoice, by their ids, each with the invoice.
    pub invoiced: BTreeMap<String, (String, Value)>,
    /// Captures of cards that staff keyed in the Virtual Terminal, by their ids.
    pub keyed: BTreeMap<String, Value>,
    pub refunds: BTreeMap<String, Value>,
    pub disputes: BTreeMap<String, Value>,
    /// The app has no right to read disputes.
    pub hides_disputes: bool,
    /// What moved its balances.
    pub record: Record,
    pub events: Vec<Value>,
    told: usize,
    /// By request id: what it made, or how it was refused.
    pub keys: BTreeMap<(String, String), Made>,
}

/// An order with everything that hangs on it.
#[derive(Clone)]
pub struct Order {
    pub id: String,
    pub body: Value,
    pub role: Role,
    pub card: bool,
    pub status: &'static str,
    pub made: i64,
    pub approved: i64,
    pub payments: Value,
    /// The card's bank waits for its holder.
    pub asked: bool,
    pub refused: bool,
    pub kept: Option<String>,
}

pub struct Token {
    pub customer: String,
    pub role: Role,
    pub card: bool,
}

pub struct Setup {
    pub customer: String,
    pub status: &'static str,
    pub token: Option<String>,
}

#[derive(Clone, PartialEq)]
pub struct Made {
    pub asked: Value,
    pub status: u16,
    pub what: What,
    pub at: i64,
}

#[derive(Clone, PartialEq)]
pub enum What {
    Order(String),
    Body(Value),
}

/// What a capture paid.
pub enum Paid {
    Order(String),
    Invoice(String),
    /// Itself: staff keyed the card in the Virtual Terminal.
    Terminal,
}

/// A refusal as PayPal writes it.
pub struct Refused(pub u16, pub &'static str);

pub type Answer = Result<(u16, Value), Refused>;

pub fn unprocessable<T>(issue: &'static str) -> Result<T, Refused> {
    Err(Refused(422, issue))
}

impl Bank {
    pub fn id(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{:0>width$}", self.next, width = 17 - prefix.len())
    }

    pub fn time(&self) -> String {
        Instant(self.now * 1_000_000).to_rfc3339()
    }

    pub fn in_days(&self, days: i64) -> String {
        Instant((self.now + days * DAY) * 1_000_000).to_rfc3339()
    }

    /// Tells an event, if somebody would hear it.
    pub fn tell(&mut self, kind: &str, resource: Value) {
        let id = self.id("WH-");
        let (noun, _) = kind.rsplit_once('.').unwrap_or((kind, ""));
        self.events.push(json!({
            "id": id,
            "create_time": self.time(),
            "event_type": kind,
            "event_version": "1.0",
            "resource_type": noun.to_lowercase(),
            "summary": kind,
            "resource": resource,
        }));
    }

    /// How many messages were told of before; all that there are count as told then.
    pub fn took_news(&mut self) -> usize {
        std::mem::replace(&mut self.told, self.events.len())
    }

    /// An order as PayPal shows it.
    pub fn shown(&self, id: &str) -> Value {
        let order = &self.orders[id];
        let mut unit = order.body["purchase_units"][0].clone();
        unit["reference_id"] = json!("default");
        if order.payments != json!({}) {
            unit["payments"] = order.payments.clone();
        }
        let mut shown = json!({
            "id": id,
            "intent": order.body["intent"],
            "status": order.status,
            "purchase_units": [unit],
            "create_time": Instant(order.made * 1_000_000).to_rfc3339(),
            "update_time": Instant(order.approved.max(order.made) * 1_000_000).to_rfc3339(),
            "links": [{ "href": format!("https://api-m.paypal.com/v2/checkout/orders/{id}"), "rel": "self", "method": "GET" }],
        });
        if order.status != "COMPLETED" {
            let link = json!({ "href": page(id), "rel": "payer-action", "method": "GET" });
            shown["links"].as_array_mut().expect("a list").push(link);
        }
        if order.approved > 0 || order.card {
            let mut card = json!({ "last_digits": "1111", "brand": "VISA", "expiry": "2040-12", "type": "CREDIT" });
            if let Some(kept) = &order.kept {
                card["attributes"] = json!({ "vault": { "id": kept, "status": "VAULTED" } });
            }
            if order.refused {
                card["authentication_result"] = json!({
                    "liability_shift": "NO",
                    "three_d_secure": { "enrollment_status": "Y", "authentication_status": "N" },
                });
            }
            shown["payment_source"] = json!({ "card": card });
        }
        shown
    }

    /// The attempt's key on an order.
    pub fn custom(&self, id: &str) -> Value {
        self.orders[id].body["purchase_units"][0]["custom_id"].clone()
    }

    /// Takes (or holds) what was approved, as the card allows.
    pub fn pay(&mut self, id: &str, hold: bool) -> Answer {
        let order = self.orders[id].clone();
        let unit = &order.body["purchase_units"][0];
        let (made, amount, custom, invoice) =
            (self.id(if hold { "A" } else { "C" }), unit["amount"].clone(), self.custom(id), unit["invoice_id"].clone());
        let code = match order.role {
            Role::Declined => Some("0500"),
            Role::InsufficientFunds => Some("5120"),
            Role::Expired => Some("5400"),
            Role::IncorrectCvc => Some("00N7"),
            _ => None,
        };
        let status = match (hold, code) {
            (true, None) => "CREATED",
            (true, Some(_)) => "DENIED",
            (false, None) => "COMPLETED",
            (false, Some(_)) => "DECLINED",
        };
        let mut payment = json!({
            "id": made,
            "status": status,
            "amount": amount,
            "custom_id": custom,
            "invoice_id": invoice,
            "create_time": self.time(),
            "update_time": self.time(),
            "processor_response": { "response_code": code.unwrap_or("0000") },
        });
        if hold {
            payment["expiration_time"] = json!(self.in_days(29));
        } else {
            payment["final_capture"] = json!(true);
        }
        let kind = if hold { "authorizations" } else { "captures" };
        let mut event = payment.clone();
        event["supplementary_data"] = json!({ "related_ids": { "order_id": id } });
        if !hold && code.is_none() {
            self.took(&payment, None);
        }
        let order = self.orders.get_mut(id).expect("it is there");
        order.payments[kind] = json!([payment]);
        order.status = "COMPLETED";
        if code.is_none() {
            self.keep_if_asked(id);
            self.tell(if hold { "PAYMENT.AUTHORIZATION.CREATED" } else { "PAYMENT.CAPTURE.COMPLETED" }, event);
        } else {
            self.tell("PAYMENT.CAPTURE.DENIED", event);
        }
        Ok((201, self.shown(id)))
    }

    /// The vault instruction of a page: the method is kept once it paid.
    fn keep_if_asked(&mut self, id: &str) {
        let order = &self.orders[id];
        let asked = order.body.pointer("/payment_source/paypal/attributes/customer/id").and_then(Value::as_str);
        let Some(customer) = asked.map(str::to_owned) else { return };
        let role = order.role;
        let token = self.id("8kk");
        self.tokens.insert(token.clone(), Token { customer, role, card: true });
        self.orders.get_mut(id).expect("it is there").kept = Some(token);
    }

    /// Whether PayPal can write this amount.
    pub fn amount(&self, amount: &Value) -> Result<(), Refused> {
        let (code, value) = (amount["currency_code"].as_str().unwrap_or(""), amount["value"].as_str().unwrap_or(""));
        let Some((_, decimals)) = DECIMALS.iter().find(|(known, _)| *known == code) else {
            return unprocessable("INVALID_CURRENCY_CODE");
        };
        let places = value.split_once('.').map_or(0, |(_, places)| places.len());
        if places > *decimals {
            return unprocessable("DECIMAL_PRECISION");
        }
        if minor(amount) <= 0 { unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE") } else { Ok(()) }
    }

    /// The order that a capture or an authorization hangs on, and its place in the list.
    pub fn order_with(&self, kind: &str, id: &str) -> Result<String, Refused> {
        let found = self.orders.values().find(|order| {
            order.payments[kind].as_array().is_some_and(|payments| payments.iter().any(|payment| payment["id"] == id))
        });
        found.map(|order| order.id.clone()).ok_or(Refused(404, "INVALID_RESOURCE_ID"))
    }

    /// A capture, and what it paid.
    pub fn capture(&self, id: &str) -> Result<(Value, Paid), Refused> {
        if let Some((invoice, capture)) = self.invoiced.get(id) {
            return Ok((capture.clone(), Paid::Invoice(invoice.clone())));
        }
        if let Some(capture) = self.keyed.get(id) {
            return Ok((capture.clone(), Paid::Terminal));
        }
        let order = self.order_with("captures", id)?;
        Ok((self.orders[&order].payments["captures"][0].clone(), Paid::Order(order)))
    }

    /// What of a capture went back.
    pub fn returned(&self, capture: &str) -> i64 {
        let counted = |refund: &&Value| capture_of(refund) == Some(capture) && refund["status"] != "FAILED";
        self.refunds.values().filter(counted).map(|refund| minor(&refund["amount"])).sum()
    }

    /// Staff key a card in the Virtual Terminal, a program apart: a capture without an order. Answers its id.
    pub fn key_in_terminal(&mut self, invoice: &str, amount: &Value, role: Role) -> String {
        assert!(invoice.len() <= 127, "the terminal takes no more of {invoice}");
        let made = self.id("C");
        let code = match role {
            Role::Declined => Some("0500"),
            Role::InsufficientFunds => Some("5120"),
            Role::Expired => Some("5400"),
            Role::IncorrectCvc => Some("00N7"),
            _ => None,
        };
        let capture = json!({
            "id": made,
            "status": if code.is_some() { "DECLINED" } else { "COMPLETED" },
            "amount": amount,
            "invoice_id": invoice,
            "final_capture": true,
            "create_time": self.time(),
            "update_time": self.time(),
            "processor_response": { "response_code": code.unwrap_or("0000") },
        });
        if code.is_none() {
            self.took(&capture, None);
        }
        self.keyed.insert(made.clone(), capture.clone());
        self.tell(if code.is_some() { "PAYMENT.CAPTURE.DENIED" } else { "PAYMENT.CAPTURE.COMPLETED" }, capture);
        made
    }

    /// What was taken by an order, in the terminal, or for an invoice of PayPal's; with what a dispute about it names besides.
    fn disputed(&self, of: &str) -> (Value, Value) {
        if let Some(capture) = self.keyed.get(of) {
            return (capture.clone(), json!({ "invoice_number": capture["invoice_id"] }));
        }
        if let Some((_, capture)) = self.invoiced.values().find(|(invoice, _)| invoice == of) {
            return (capture.clone(), json!({ "invoice_number": self.invoices[of]["detail"]["invoice_number"] }));
        }
        let unit = &self.orders[of].body["purchase_units"][0];
        let named = json!({ "invoice_number": unit["invoice_id"], "custom": self.custom(of) });
        (self.orders[of].payments["captures"][0].clone(), named)
    }

    /// A payer disputes what was taken by an order, in the terminal, or for an invoice of PayPal's.
    pub fn dispute_on(&mut self, of: &str) {
        let (capture, named) = self.disputed(of);
        let open = |dispute: &Value| is_about(dispute, &capture) && dispute["status"] != "RESOLVED";
        if !self.disputes.values().any(open) {
            self.held_back(&capture);
        }
        let mut about = json!({
            "seller_transaction_id": capture["id"],
            "create_time": capture["create_time"],
            "transaction_status": "COMPLETED",
            "gross_amount": capture["amount"],
        });
        for (name, text) in named.as_object().expect("an object").iter().filter(|(_, text)| text.is_string()) {
            about[name] = text.clone();
        }
        let id = self.id("PP-D-");
        let dispute = json!({
            "dispute_id": id,
            "create_time": self.time(),
            "update_time": self.time(),
            "status": "WAITING_FOR_SELLER_RESPONSE",
            "reason": "UNAUTHORISED",
            "dispute_amount": capture["amount"],
            "disputed_transactions": [about],
        });
        self.disputes.insert(id, dispute.clone());
        self.tell("CUSTOMER.DISPUTE.CREATED", dispute);
    }

    /// Whether a payer has disputed a capture and was not found to be wrong.
    pub(super) fn is_disputed(&self, capture: &str) -> bool {
        self.disputes.values().any(|dispute| {
            let won = dispute["status"] == "RESOLVED" && dispute["dispute_outcome"]["outcome_code"] != "RESOLVED_BUYER_FAVOUR";
            dispute["disputed_transactions"][0]["seller_transaction_id"] == capture && !won
        })
    }

    /// The newest dispute about it is decided, or after an appeal decided otherwise, in PayPal's words.
    pub fn decide_dispute(&mut self, of: &str, outcome: &str) {
        let (capture, _) = self.disputed(of);
        let now = self.time();
        let dispute = self.disputes.values_mut().rfind(|dispute| is_about(dispute, &capture));
        let dispute = dispute.expect("somebody disputed it");
        let was_lost = dispute["dispute_outcome"]["outcome_code"] == "RESOLVED_BUYER_FAVOUR";
        dispute["status"] = json!("RESOLVED");
        dispute["update_time"] = json!(now);
        dispute["dispute_outcome"] = json!({ "outcome_code": outcome });
        let dispute = dispute.clone();
        if outcome == "RESOLVED_SELLER_FAVOUR" {
            self.let_go_again(&capture, was_lost);
        }
        self.tell("CUSTOMER.DISPUTE.RESOLVED", dispute);
    }
}

fn is_about(dispute: &Value, capture: &Value) -> bool {
    dispute["disputed_transactions"][0]["seller_transaction_id"] == capture["id"]
}

/// Where a payer approves an order.
pub fn page(order: &str) -> String {
    format!("https://www.paypal.com/checkoutnow?token={order}")
}

/// An amount in hundredths or whole units, whatever its currency has.
pub fn minor(amount: &Value) -> i64 {
    let value = amount["value"].as_str().unwrap_or("0");
    let digits: String = value.chars().filter(|letter| *letter != '.').collect();
    digits.parse().unwrap_or(0)
}

/// The capture that a refund gave back of: PayPal tells it by a link alone.
pub fn capture_of(refund: &Value) -> Option<&str> {
    let up = refund["links"].as_array()?.iter().find(|link| link["rel"] == "up")?;
    up["href"].as_str()?.rsplit('/').next()
}
