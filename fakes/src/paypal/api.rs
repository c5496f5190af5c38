//! PayPal's API as a test plays it: which address does what.
//!
//! Invariant: a request id that was used before gives what it made, as it stands now, and never acts twice; with another
//! body it is refused. Source: the OpenAPI files beside this, which judge what comes and goes.

use serde_json::{Value, json};

use super::bank::{Answer, Bank, DAY, Made, Order, Paid, Refused, Setup, Token, What, capture_of, minor, page, unprocessable};
use crate::http::Arrived;
use crate::stripe::Card as Role;

/// What a refused request id is kept for.
fn keeps(path: &str) -> i64 {
    match path.split('/').nth(2) {
        Some("checkout") => 6 * 3_600,
        Some("payments") => 45 * DAY,
        _ => 3 * 3_600,
    }
}

pub fn answer(bank: &mut Bank, request: &Arrived, body: &Value) -> Answer {
    let path: Vec<&str> = request.path.split('/').skip(1).collect();
    let key = request.header("paypal-request-id").map(|key| (request.path.clone(), key.to_owned()));
    if let Some(made) = key.as_ref().and_then(|key| bank.keys.get(key)).filter(|made| bank.now < made.at + keeps(&request.path)) {
        if made.asked != *body {
            return unprocessable("DUPLICATE_REQUEST_ID");
        }
        return Ok(match made.what.clone() {
            What::Order(id) => (200, bank.shown(&id)),
            What::Body(value) => (made.status, value),
        });
    }
    let answer = route(bank, request, &path, body)?;
    if let Some(key) = key {
        let what = match (path.as_slice(), answer.1["id"].as_str()) {
            (["v2", "checkout", "orders", ..], Some(id)) => What::Order(id.to_owned()),
            _ => What::Body(answer.1.clone()),
        };
        bank.keys.insert(key, Made { asked: body.clone(), status: answer.0, what, at: bank.now });
    }
    Ok(answer)
}

fn route(bank: &mut Bank, request: &Arrived, path: &[&str], body: &Value) -> Answer {
    match (request.method.as_str(), path) {
        ("POST", ["v2", "checkout", "orders"]) => new_order(bank, body),
        ("GET", ["v2", "checkout", "orders", id]) => order(bank, id).map(|id| (200, bank.shown(&id))),
        ("PATCH", ["v2", "checkout", "orders", id]) => change(bank, id, body),
        ("POST", ["v2", "checkout", "orders", id, verb @ ("capture" | "authorize")]) => take(bank, id, verb),
        ("POST", ["v2", "payments", "authorizations", id, "capture"]) => capture(bank, id, body),
        ("POST", ["v2", "payments", "authorizations", id, "void"]) => void(bank, id),
        ("GET", ["v2", "payments", "captures", id]) => shown_capture(bank, id),
        ("POST", ["v2", "payments", "captures", id, "refund"]) => refund(bank, id, body),
        ("GET", ["v2", "payments", "refunds", id]) => kept(bank.refunds.get(*id)),
        ("POST", ["v3", "vault", "setup-tokens"]) => new_setup(bank, body),
        ("GET", ["v3", "vault", "setup-tokens", id]) => setup(bank, id),
        ("POST", ["v3", "vault", "payment-tokens"]) => keep(bank, body),
        ("GET", ["v3", "vault", "payment-tokens"]) => tokens_of(bank, request),
        ("GET", ["v3", "vault", "payment-tokens", id]) => token(bank, id),
        ("DELETE", ["v3", "vault", "payment-tokens", id]) => forget(bank, id),
        ("GET", ["v1", "customer", "disputes", ..]) if bank.hides_disputes => Err(Refused(403, "NOT_AUTHORIZED")),
        ("GET", ["v1", "customer", "disputes"]) => {
            let about = request.asked("disputed_transaction_id").unwrap_or_default();
            let of = |dispute: &&Value| dispute["disputed_transactions"][0]["seller_transaction_id"] == about;
            let items: Vec<Value> = bank.disputes.values().filter(of).cloned().collect();
            Ok((200, json!({ "items": items })))
        }
        ("GET", ["v1", "customer", "disputes", id]) => kept(bank.disputes.get(*id)),
        ("GET", ["v1", "notifications", "webhooks-events"]) => Ok((200, events(bank, request))),
        ("GET", ["v1", "reporting", "transactions"]) => bank.listed(request),
        (_, ["v2", "invoicing", ..]) => super::billing::route(bank, &request.method, &path[2..], body),
        _ => Err(Refused(404, "RESOURCE_NOT_FOUND")),
    }
}

pub fn kept(found: Option<&Value>) -> Answer {
    found.map(|body| (200, body.clone())).ok_or(Refused(404, "INVALID_RESOURCE_ID"))
}

/// An order that nobody approved is forgotten after three hours.
fn order(bank: &Bank, id: &str) -> Result<String, Refused> {
    let found = bank.orders.get(id).filter(|order| order.approved > 0 || order.card || bank.now < order.made + 3 * 3_600);
    found.map(|order| order.id.clone()).ok_or(Refused(404, "INVALID_RESOURCE_ID"))
}

fn new_order(bank: &mut Bank, body: &Value) -> Answer {
    let unit = &body["purchase_units"][0];
    bank.amount(&unit["amount"])?;
    if bank.orders.values().any(|order| order.body["purchase_units"][0]["invoice_id"] == unit["invoice_id"]) {
        return unprocessable("DUPLICATE_INVOICE_ID");
    }
    let id = bank.id("5O");
    let vaulted = ["card", "paypal"].iter().find_map(|kind| body["payment_source"][kind]["vault_id"].as_str());
    let mut new = Order {
        id: id.clone(),
        body: body.clone(),
        role: Role::Pays,
        card: false,
        status: "PAYER_ACTION_REQUIRED",
        made: bank.now,
        approved: 0,
        payments: json!({}),
        asked: false,
        refused: false,
        kept: None,
    };
    let Some(vaulted) = vaulted else {
        bank.orders.insert(id.clone(), new);
        return Ok((200, bank.shown(&id)));
    };
    let token = bank.tokens.get(vaulted).ok_or(Refused(422, "TOKEN_ID_NOT_FOUND"))?;
    (new.role, new.card) = (token.role, token.card);
    bank.orders.insert(id.clone(), new);
    if bank.orders[&id].role == Role::Confirms {
        return Ok((201, bank.shown(&id)));
    }
    bank.pay(&id, body["intent"] == "AUTHORIZE")
}

fn change(bank: &mut Bank, id: &str, body: &Value) -> Answer {
    let id = order(bank, id)?;
    let order = bank.orders.get_mut(&id).expect("it is there");
    if order.status == "COMPLETED" {
        return unprocessable("ORDER_ALREADY_COMPLETED");
    }
    for change in body.as_array().expect("a list of changes") {
        assert_eq!(change["op"], "replace");
        match change["path"].as_str() {
            Some("/intent") => order.body["intent"] = change["value"].clone(),
            Some("/purchase_units/@reference_id=='default'/custom_id") => {
                order.body["purchase_units"][0]["custom_id"] = change["value"].clone();
            }
            _ => return unprocessable("NOT_PATCHABLE"),
        }
    }
    Ok((204, Value::Null))
}

fn take(bank: &mut Bank, id: &str, verb: &str) -> Answer {
    let id = order(bank, id)?;
    let order = &bank.orders[&id];
    let hold = order.body["intent"] == "AUTHORIZE";
    if order.status == "COMPLETED" {
        return unprocessable(if hold { "ORDER_ALREADY_AUTHORIZED" } else { "ORDER_ALREADY_CAPTURED" });
    }
    if hold != (verb == "authorize") {
        return unprocessable("ACTION_DOES_NOT_MATCH_INTENT");
    }
    if order.status != "APPROVED" {
        return unprocessable("ORDER_NOT_APPROVED");
    }
    match order.role {
        // On its own page PayPal tells a wallet that was refused as one thing, and an expired card as another.
        Role::Declined | Role::InsufficientFunds | Role::IncorrectCvc if !order.card => unprocessable("INSTRUMENT_DECLINED"),
        Role::Expired if !order.card => unprocessable("CARD_EXPIRED"),
        _ => bank.pay(&id, hold),
    }
}

fn capture(bank: &mut Bank, id: &str, body: &Value) -> Answer {
    bank.amount(&body["amount"])?;
    let order_id = bank.order_with("authorizations", id)?;
    let mut hold = bank.orders[&order_id].payments["authorizations"][0].clone();
    match hold["status"].as_str() {
        Some("CREATED") => {}
        Some("VOIDED") => return unprocessable("AUTHORIZATION_VOIDED"),
        _ => return unprocessable("AUTHORIZATION_ALREADY_CAPTURED"),
    }
    if bank.time().as_str() >= hold["expiration_time"].as_str().expect("a time") {
        return unprocessable("AUTHORIZATION_EXPIRED");
    }
    // PayPal lets a little more than was held be taken; we never ask for it.
    if minor(&body["amount"]) * 100 > minor(&hold["amount"]) * 115 {
        return unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED");
    }
    let made = bank.id("C");
    let capture = json!({
        "id": made,
        "status": "COMPLETED",
        "amount": body["amount"],
        "custom_id": hold["custom_id"],
        "invoice_id": hold["invoice_id"],
        "final_capture": true,
        "create_time": bank.time(),
        "update_time": bank.time(),
    });
    bank.took(&capture, None);
    hold["status"] = json!("CAPTURED");
    let payments = &mut bank.orders.get_mut(&order_id).expect("it is there").payments;
    payments["authorizations"] = json!([hold]);
    payments["captures"] = json!([capture]);
    let mut event = capture.clone();
    event["supplementary_data"] = json!({ "related_ids": { "order_id": order_id } });
    bank.tell("PAYMENT.CAPTURE.COMPLETED", event);
    Ok((201, capture))
}

fn void(bank: &mut Bank, id: &str) -> Answer {
    let order_id = bank.order_with("authorizations", id)?;
    let hold = &mut bank.orders.get_mut(&order_id).expect("it is there").payments["authorizations"][0];
    match hold["status"].as_str() {
        Some("CREATED") => {
            hold["status"] = json!("VOIDED");
            Ok((204, Value::Null))
        }
        Some("VOIDED") => unprocessable("PREVIOUSLY_VOIDED"),
        _ => unprocessable("PREVIOUSLY_CAPTURED"),
    }
}

fn shown_capture(bank: &Bank, id: &str) -> Answer {
    let guarded = bank.record.guarded && bank.record.movements.iter().any(|it| it.id == id);
    let (mut capture, paid) =
        bank.capture(id).map_err(|unknown| if guarded { Refused(403, "PERMISSION_DENIED") } else { unknown })?;
    if let Paid::Order(order) = paid {
        capture["supplementary_data"] = json!({ "related_ids": { "order_id": order } });
    }
    Ok((200, capture))
}

pub fn refund(bank: &mut Bank, id: &str, body: &Value) -> Answer {
    let (capture, paid) = bank.capture(id)?;
    if capture["amount"]["currency_code"] != body["amount"]["currency_code"] {
        return unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH");
    }
    bank.amount(&body["amount"])?;
    if bank.is_disputed(id) {
        return unprocessable("TRANSACTION_DISPUTED");
    }
    let taken = books::calendar::Instant::from_rfc3339(capture["create_time"].as_str().expect("a time")).expect("a time");
    if bank.now * 1_000_000 > taken.plus_seconds(180 * DAY).0 {
        return unprocessable("REFUND_TIME_LIMIT_EXCEEDED");
    }
    let left = minor(&capture["amount"]) - bank.returned(id);
    if left == 0 {
        return unprocessable("CAPTURE_FULLY_REFUNDED");
    }
    if minor(&body["amount"]) > left {
        return unprocessable("REFUND_AMOUNT_EXCEEDED");
    }
    let fails = matches!(&paid, Paid::Order(order) if bank.orders[order].role == Role::RefundFails);
    let made = bank.id("R");
    // What is refunded on PayPal's own pages carries the custom id of the payment.
    let custom = if body["custom_id"].is_null() { capture["custom_id"].clone() } else { body["custom_id"].clone() };
    let mut refund = json!({
        "id": made,
        "status": if fails { "FAILED" } else { "COMPLETED" },
        "amount": body["amount"],
        "create_time": bank.time(),
        "update_time": bank.time(),
        "links": [
            { "href": format!("https://api-m.paypal.com/v2/payments/refunds/{made}"), "rel": "self", "method": "GET" },
            { "href": format!("https://api-m.paypal.com/v2/payments/captures/{id}"), "rel": "up", "method": "GET" },
        ],
    });
    let total = written(bank.returned(id) + if fails { 0 } else { minor(&body["amount"]) }, &capture["amount"]);
    refund["seller_payable_breakdown"] = json!({ "gross_amount": body["amount"], "total_refunded_amount": total });
    if !custom.is_null() {
        refund["custom_id"] = custom;
    }
    bank.refunds.insert(made, refund.clone());
    if !fails {
        bank.gave(&refund);
    }
    let stands = if bank.returned(id) == minor(&capture["amount"]) { "REFUNDED" } else { "PARTIALLY_REFUNDED" };
    match &paid {
        Paid::Order(order) => {
            let of_capture: Vec<Value> = bank.refunds.values().filter(|refund| capture_of(refund) == Some(id)).cloned().collect();
            let payments = &mut bank.orders.get_mut(order).expect("it is there").payments;
            payments["refunds"] = json!(of_capture);
            if !fails {
                payments["captures"][0]["status"] = json!(stands);
            }
        }
        Paid::Invoice(invoice) => super::billing::gave_back(bank, invoice, id, stands),
        Paid::Terminal => bank.keyed.get_mut(id).expect("it was keyed")["status"] = json!(stands),
    }
    if !fails {
        bank.tell("PAYMENT.CAPTURE.REFUNDED", refund.clone());
    }
    Ok((201, refund))
}

/// A sum of the same currency, with as many places.
fn written(sum: i64, like: &Value) -> Value {
    let places = like["value"].as_str().and_then(|value| value.split_once('.')).map_or(0, |(_, places)| places.len());
    let digits = format!("{sum:0>width$}", width = places + 1);
    let (left, right) = digits.split_at(digits.len() - places);
    let value = if places == 0 { left.to_owned() } else { format!("{left}.{right}") };
    json!({ "currency_code": like["currency_code"], "value": value })
}

fn new_setup(bank: &mut Bank, body: &Value) -> Answer {
    let customer = body["customer"]["id"].as_str().unwrap_or_default().to_owned();
    let id = bank.id("4G");
    bank.setups.insert(id.clone(), Setup { customer, status: "PAYER_ACTION_REQUIRED", token: None });
    setup(bank, &id).map(|(_, body)| (201, body))
}

fn setup(bank: &Bank, id: &str) -> Answer {
    let setup = bank.setups.get(id).ok_or(Refused(404, "RESOURCE_NOT_FOUND"))?;
    Ok((
        200,
        json!({
            "id": id,
            "status": setup.status,
            "customer": { "id": setup.customer },
            "payment_source": { "paypal": { "usage_type": "MERCHANT" } },
            "links": [{ "href": format!("https://www.paypal.com/agreements/approve?approval_session_id={id}"), "rel": "approve", "method": "GET" }],
        }),
    ))
}

/// Tokens that a browser got for a card typed into PayPal's fields: `CARD-PAYS-…`.
fn role_of(token: &str) -> Option<Role> {
    Some(match token.strip_prefix("CARD-")? {
        "PAYS" => Role::Pays,
        "DECLINED" => Role::Declined,
        "INSUFFICIENTFUNDS" => Role::InsufficientFunds,
        "EXPIRED" => Role::Expired,
        "INCORRECTCVC" => Role::IncorrectCvc,
        "CONFIRMS" => Role::Confirms,
        "REFUNDFAILS" => Role::RefundFails,
        "DISPUTED" => Role::Disputed,
        _ => return None,
    })
}

fn keep(bank: &mut Bank, body: &Value) -> Answer {
    let from = body["payment_source"]["token"]["id"].as_str().unwrap_or_default().to_owned();
    let (customer, role, card) = match (role_of(&from), bank.setups.get(&from)) {
        (Some(role), _) => (body["customer"]["id"].as_str().unwrap_or_default().to_owned(), role, true),
        (None, Some(setup)) if setup.status == "APPROVED" => (setup.customer.clone(), Role::Pays, false),
        (None, Some(_)) => return unprocessable("SETUP_TOKEN_NOT_APPROVED"),
        (None, None) => return unprocessable("INVALID_TOKEN_ID"),
    };
    let id = bank.id("8kk");
    bank.tokens.insert(id.clone(), Token { customer, role, card });
    if let Some(setup) = bank.setups.get_mut(&from) {
        (setup.status, setup.token) = ("VAULTED", Some(id.clone()));
    }
    token(bank, &id).map(|(_, body)| (201, body))
}

fn token(bank: &Bank, id: &str) -> Answer {
    let token = bank.tokens.get(id).ok_or(Refused(404, "RESOURCE_NOT_FOUND"))?;
    let source = if token.card {
        json!({ "card": { "last_digits": "1111", "brand": "VISA", "expiry": "2040-12" } })
    } else {
        json!({ "paypal": { "usage_type": "MERCHANT" } })
    };
    Ok((200, json!({ "id": id, "customer": { "id": token.customer }, "payment_source": source })))
}

fn tokens_of(bank: &Bank, request: &Arrived) -> Answer {
    let customer = request.asked("customer_id").unwrap_or_default();
    let ids: Vec<&String> = bank.tokens.iter().filter(|(_, token)| token.customer == customer).map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Err(Refused(404, "RESOURCE_NOT_FOUND"));
    }
    let tokens: Vec<Value> = ids.iter().filter_map(|id| token(bank, id).ok()).map(|(_, body)| body).collect();
    Ok((200, json!({ "customer": { "id": customer }, "payment_tokens": tokens })))
}

fn forget(bank: &mut Bank, id: &str) -> Answer {
    bank.tokens.remove(id).map(|_| (204, Value::Null)).ok_or(Refused(404, "RESOURCE_NOT_FOUND"))
}

/// Newest first, so many at a time, with a link to the rest.
fn events(bank: &Bank, request: &Arrived) -> Value {
    let (from, until) = (request.asked("start_time").unwrap_or_default(), request.asked("end_time").unwrap_or_default());
    let size: usize = request.asked("page_size").and_then(|size| size.parse().ok()).unwrap_or(10);
    let skip: usize = request.asked("skip").and_then(|skip| skip.parse().ok()).unwrap_or(0);
    let within = |event: &&Value| {
        let at = event["create_time"].as_str().unwrap_or_default();
        at >= from && at <= until
    };
    let all: Vec<Value> = bank.events.iter().rev().filter(within).cloned().collect();
    let some: Vec<Value> = all.iter().skip(skip).take(size).cloned().collect();
    let mut list = json!({ "count": some.len(), "events": some, "links": [] });
    if skip + size < all.len() {
        let next = format!(
            "https://api-m.paypal.com/v1/notifications/webhooks-events?page_size={size}&start_time={from}&end_time={until}&skip={}",
            skip + size
        );
        list["links"] = json!([{ "href": next, "rel": "next", "method": "GET" }]);
    }
    list
}

/// A payer's step on PayPal's page. None: the page says that it is over.
pub fn approve(bank: &mut Bank, id: &str, role: Role) -> Option<()> {
    let now = bank.now;
    let order = bank.orders.get_mut(id)?;
    if order.status == "COMPLETED" || now >= order.made + 3 * 3_600 {
        return None;
    }
    (order.role, order.status, order.approved) = (role, "APPROVED", now.max(order.approved + 1));
    order.asked = false;
    let resource = bank.shown(id);
    bank.tell("CHECKOUT.ORDER.APPROVED", resource);
    Some(())
}

pub fn order_on(url: &str) -> String {
    url.strip_prefix(page("").as_str()).unwrap_or_default().to_owned()
}
