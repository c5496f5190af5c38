//! Square as a test plays it: what it keeps, its keys, its versions, its lists.
//!
//! Invariants: written from Square's specification and pages, not from our connector; one key gives its first answer for
//! ever and is refused with another body; an order is paid once and never after it was canceled; a hold ends once.

use std::collections::BTreeMap;

use books::calendar::Instant;
use serde_json::{Value, json};

use super::debits::Linked;
use crate::http::Arrived;
use crate::stripe::Card as Role;

#[derive(Default)]
pub struct Bank {
    pub now: i64,
    next: u64,
    pub orders: BTreeMap<String, Value>,
    /// Orders that the token has no right to read.
    pub guarded: Vec<String>,
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

pub(super) const INVALID: &str = "INVALID_REQUEST_ERROR";

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
            ("GET", ["orders", id]) if self.guarded.iter().any(|guarded| guarded == id) => {
                Err(Refused(403, "AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES"))
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
