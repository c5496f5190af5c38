//! What the fake tells of what it keeps: one thing, or a page of a list, with other things put where their ids stand.

use serde_json::{Value, json};

use super::api::{Done, invalid, missing};
use super::book::Book;
use super::objects::number;
use super::said;

impl Book {
    /// One thing by its id, or a list.
    pub fn read(&self, parts: &[&str], query: &Value) -> Done {
        let kind = match parts {
            ["checkout", "sessions", ..] => "checkout.session",
            ["customers", id, "payment_methods"] => {
                self.customer(id)?;
                let of = |method: &&Value| method["customer"] == *id;
                return self.page(self.all("payment_method").filter(of), query);
            }
            ["payment_intents", ..] => "payment_intent",
            ["refunds", ..] => "refund",
            ["disputes", ..] => "dispute",
            ["invoices", ..] => "invoice",
            ["invoice_payments"] => "invoice_payment",
            ["events"] => "event",
            ["payouts"] => "payout",
            ["balance_transactions"] => "balance_transaction",
            ["customers", ..] => "customer",
            _ => return Err(said(404, "invalid_request_error", "", "Unrecognized request URL")),
        };
        let place = if parts[0] == "checkout" { 2 } else { 1 };
        match parts.get(place) {
            Some(id) => Some(self.get(id)).filter(|object| object["object"] == kind).ok_or_else(|| missing(kind, "id")),
            None => self.page(self.all(kind).filter(|object| picked(object, query)), query),
        }
    }

    /// One page of a list, newest first.
    fn page<'a>(&self, all: impl Iterator<Item = &'a Value>, query: &Value) -> Done {
        for name in ["ending_before", "starting_after"] {
            if let Some(unknown) = query[name].as_str().filter(|id| !self.objects.contains_key(*id)) {
                return Err(invalid(name, "resource_missing", &format!("No such object: '{unknown}'")));
            }
        }
        let all: Vec<&Value> = all.collect();
        let limit = number(query, "limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(10).clamp(1, 100);
        let at = |name: &str| query[name].as_str().and_then(|id| all.iter().position(|object| object["id"] == id));
        let (data, has_more) = if let Some(end) = at("ending_before") {
            let begin = end.saturating_sub(limit);
            (&all[begin..end], begin > 0)
        } else {
            let begin = at("starting_after").map_or(0, |last| last + 1);
            let end = (begin + limit).min(all.len());
            (&all[begin..end], end < all.len())
        };
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": "/v1/list" }))
    }

    /// Puts objects where their ids stand, as asked.
    pub fn expanded(&self, mut object: Value, form: &Value) -> Value {
        let parts: Vec<&str> = form["expand"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for part in parts {
            let path: Vec<&str> = part.split('.').collect();
            match path.as_slice() {
                ["data", rest @ ..] => {
                    for one in object["data"].as_array_mut().into_iter().flatten() {
                        self.expand(one, rest);
                    }
                }
                path => self.expand(&mut object, path),
            }
        }
        object
    }

    fn expand(&self, object: &mut Value, path: &[&str]) {
        let Some((name, rest)) = path.split_first() else { return };
        let Some(field) = object.get_mut(*name) else { return };
        if let Some(known) = field.as_str().and_then(|id| self.objects.get(id)) {
            *field = known.clone();
        }
        self.expand(field, rest);
    }
}

/// Whether an object is among those that a list was asked for.
fn picked(object: &Value, query: &Value) -> bool {
    let same = |name: &str| query[name].is_null() || query[name] == object[name];
    let since = |name: &str, bound: &str, holds: fn(i64, i64) -> bool| match number(&query[name], bound) {
        Some(limit) => object[name].as_i64().is_some_and(|at| holds(at, limit)),
        None => true,
    };
    let typed = query["types"].as_array().is_none_or(|types| types.contains(&object["type"]));
    ["customer", "payment_intent", "invoice", "payout", "status"].iter().all(|name| same(name))
        && typed
        && since("created", "gte", |at, limit| at >= limit)
        && since("created", "lte", |at, limit| at <= limit)
        && since("arrival_date", "gte", |at, limit| at >= limit)
}
