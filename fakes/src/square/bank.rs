//! Square as a test plays it: what it keeps, its keys, its versions, its lists.
//!
//! Invariants: written from Square's specification and pages, not from our connector; one key gives its first answer for
//! ever and is refused with another body; an order is paid once and never after it was canceled; a hold ends once.

use std::collections::BTreeMap;

use books::calendar::Instant;
use serde_json::{Value, json};

use super::debits::{Linked, stands_against_refund};
use crate::http::Arrived;
use crate::stripe::Card as Role;

#[derive(Default)]
pub struct Bank {
    pub now: i64,
    next: u64,
    pub orders: BTreeMap<String, Value>,
    pub links: BTreeMap<String, Value>,
    pub payments: BTreeMap<String, Value>,
    pub roles: BTreeMap<String, Role>,
    pub refunds: BTreeMap<String, Value>,
    pub disputes: BTreeMap<String, Value>,
    pub invoices: BTreeMap<String, Value>,
    pub customers: BTreeMap<String, Value>,
    pub events: Vec<Value>,
    /// Where the one location is.
    pub country: &'static str,
    /// What went to the merchant's bank, and the movements that each is made of.
    pub payouts: BTreeMap<String, Value>,
    pub movements: BTreeMap<String, Vec<Value>>,
    told: usize,
    keys: BTreeMap<String, (Value, Value)>,
    /// Refunds stay under way until time passes.
    pub slow_refunds: bool,
    /// Tokens that the fields of the Web Payments SDK gave, by what their card plays; each is good once.
    pub(super) tokens: BTreeMap<String, Role>,
    /// Tokens of bank accounts, each good once.
    pub(super) linked: BTreeMap<String, Linked>,
    /// Cards on file. What each plays stands among the roles.
    pub cards: BTreeMap<String, Value>,
}

/// A refusal as Square writes it: status, category, code.
pub struct Refused(pub u16, pub &'static str, pub &'static str);

pub type Answer = Result<Value, Refused>;

/// How long Square holds a card that was not there itself.
const HOLD_SECONDS: i64 = 7 * 86_400;

const INVALID: &str = "INVALID_REQUEST_ERROR";

pub(super) fn invalid<T>(code: &'static str) -> Result<T, Refused> {
    Err(Refused(400, INVALID, code))
}

pub(super) fn missing<T>() -> Result<T, Refused> {
    Err(Refused(404, INVALID, "NOT_FOUND"))
}

impl Bank {
    pub(super) fn id(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{:08}", self.next)
    }

    pub fn time(&self) -> String {
        // Each change has a millisecond of its own, as on a real clock.
        let ms = self.now * 1_000 + i64::try_from(self.next).unwrap_or(0);
        let second = Instant(ms / 1_000 * 1_000_000).to_rfc3339();
        format!("{}.{:03}Z", second.trim_end_matches('Z'), ms % 1_000)
    }

    pub(super) fn tell(&mut self, kind: &str, name: &str, object: &Value) {
        let id = self.id("evt-");
        self.events.push(json!({
            "merchant_id": "ML",
            "type": kind,
            "event_id": id,
            "created_at": self.time(),
            "data": { "type": name, "id": object["id"], "object": { name: object } },
        }));
    }

    /// How many messages were told of before; all that there are count as told then.
    pub fn took_news(&mut self) -> usize {
        std::mem::replace(&mut self.told, self.events.len())
    }

    pub fn answer(&mut self, request: &Arrived, body: &Value) -> Answer {
        let path: Vec<&str> = request.path.split('/').skip(2).collect();
        let key = body["idempotency_key"].as_str().map(|key| format!("{} {key}", request.path));
        if let Some((asked, answer)) = key.as_ref().and_then(|key| self.keys.get(key)) {
            return if asked == body { Ok(answer.clone()) } else { invalid("IDEMPOTENCY_KEY_REUSED") };
        }
        let answer = self.route(request, &path, body)?;
        if let Some(key) = key {
            self.keys.insert(key, (body.clone(), answer.clone()));
        }
        Ok(answer)
    }

    fn route(&mut self, request: &Arrived, path: &[&str], body: &Value) -> Answer {
        match (request.method.as_str(), path) {
            ("GET", ["locations", "L"]) => Ok(
                json!({ "location": { "id": "L", "status": "ACTIVE", "country": self.country, "currency": "USD", "name": "Nordwind Signs" } }),
            ),
            ("POST", ["customers", "search"]) => {
                let id = &body["query"]["filter"]["reference_id"]["exact"];
                let found: Vec<&Value> = self.customers.values().filter(|customer| customer["reference_id"] == *id).collect();
                Ok(if found.is_empty() { json!({}) } else { json!({ "customers": found }) })
            }
            ("GET", ["customers", id]) => one(&self.customers, id, "customer"),
            ("POST", ["customers"]) => {
                let id = self.id("CUST");
                let mut customer = body.clone();
                customer.as_object_mut().expect("an object").remove("idempotency_key");
                customer["id"] = json!(id);
                self.customers.insert(id, customer.clone());
                Ok(json!({ "customer": customer }))
            }
            ("POST", ["online-checkout", "payment-links"]) => self.new_link(body),
            ("GET", ["online-checkout", "payment-links", id]) => one(&self.links, id, "payment_link"),
            ("POST", ["orders"]) => {
                let order = self.new_order(&body["order"])?;
                Ok(json!({ "order": order }))
            }
            ("GET", ["orders", id]) => one(&self.orders, id, "order"),
            ("PUT", ["orders", id]) => self.change_order(id, &body["order"]),
            (_, ["cards", ..]) => self.card(request, path, body),
            ("POST", ["payments"]) => self.charge(body),
            ("POST", ["payments", id, "complete"]) => self.complete(id, body),
            ("POST", ["payments", id, "cancel"]) => self.let_go(id),
            ("GET", ["payments"]) => Ok(list(&self.payments, "payments", request)),
            ("GET", ["payments", id]) => one(&self.payments, id, "payment"),
            ("GET", ["refunds"]) => Ok(list(&self.refunds, "refunds", request)),
            ("GET", ["refunds", id]) => one(&self.refunds, id, "refund"),
            ("POST", ["refunds"]) => self.refund(body),
            ("GET", ["disputes"]) => Ok(if self.disputes.is_empty() {
                json!({})
            } else {
                json!({ "disputes": self.disputes.values().collect::<Vec<_>>() })
            }),
            ("GET", ["disputes", id]) => one(&self.disputes, id, "dispute"),
            (_, ["invoices", ..]) => self.invoicing(request, path, body),
            ("GET", ["payouts"]) => self.list_payouts(request),
            ("GET", ["payouts", id, "payout-entries"]) => self.list_movements(id, request),
            _ => missing(),
        }
    }

    fn new_order(&mut self, asked: &Value) -> Result<Value, Refused> {
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

    fn new_link(&mut self, body: &Value) -> Answer {
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

    fn change_order(&mut self, id: &str, change: &Value) -> Answer {
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
    fn charge(&mut self, body: &Value) -> Answer {
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
    fn complete(&mut self, id: &str, body: &Value) -> Answer {
        let Some(payment) = self.payments.get(id) else { return missing() };
        if body["version_token"].is_string() && body["version_token"] != payment["version_token"] {
            return invalid("VERSION_MISMATCH");
        }
        self.end_hold(id, "COMPLETED", "CAPTURED", "captured_at")
    }

    /// `CancelPayment` of one that is held.
    fn let_go(&mut self, id: &str) -> Answer {
        if self.payments.contains_key(id) { self.end_hold(id, "CANCELED", "VOIDED", "voided_at") } else { missing() }
    }

    fn end_hold(&mut self, id: &str, status: &str, card: &str, when: &str) -> Answer {
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
    fn lapse(&mut self) {
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

    fn invoicing(&mut self, request: &Arrived, path: &[&str], body: &Value) -> Answer {
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

pub(super) fn one(all: &BTreeMap<String, Value>, id: &str, name: &str) -> Answer {
    all.get(id).map_or_else(missing, |found| Ok(json!({ name: found })))
}

/// A list by last change, oldest first, so many at a time.
fn list(all: &BTreeMap<String, Value>, name: &str, request: &Arrived) -> Value {
    let text = |name: &str| request.asked(name).unwrap_or_default().replace("%3A", ":");
    let (since, begun) = (text("updated_at_begin_time"), text("begin_time"));
    let limit: usize = request.asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100);
    let skip: usize = request.asked("cursor").and_then(|cursor| cursor.trim_start_matches("skip").parse().ok()).unwrap_or(0);
    let at = |thing: &Value, name: &str| thing[name].as_str().unwrap_or_default().to_owned();
    let later = |thing: &&Value| at(thing, "updated_at") >= since && at(thing, "created_at") >= begun;
    let mut some: Vec<&Value> = all.values().filter(later).collect();
    some.sort_by_key(|thing| at(thing, "updated_at"));
    let page: Vec<&Value> = some.iter().skip(skip).take(limit).copied().collect();
    let mut answer = if page.is_empty() { json!({}) } else { json!({ name: page }) };
    if skip + limit < some.len() {
        answer["cursor"] = json!(format!("skip{}", skip + limit));
    }
    answer
}
