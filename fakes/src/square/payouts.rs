//! What Square sends to the merchant's bank, as a test plays it.
//!
//! Invariants: written from Square's pages, not from our connector; every payment and refund is a movement of one payout,
//! what is disputed stays away; the amount of a payout is what its movements leave after Square's fees. Limits: one
//! currency; a payout is made a day after the latest of its movements and arrives a day later.

use books::calendar::Instant;
use serde_json::{Value, json};

use super::bank::{Answer, Bank, invalid, missing};
use crate::http::Arrived;

const DAY: i64 = 86_400;

/// What Square keeps of a charge: 2.9 % and 30.
fn fee_of(charged: i64) -> i64 {
    charged * 29 / 1_000 + 30
}

fn amount(of: &Value) -> i64 {
    of["amount_money"]["amount"].as_i64().unwrap_or(0)
}

fn made_at(of: &Value) -> i64 {
    of["created_at"].as_str().and_then(Instant::from_rfc3339).map_or(0, |at| at.0 / 1_000_000)
}

impl Bank {
    /// Sends what has come together, and lets arrive what was sent a day ago.
    pub(super) fn pay_out(&mut self) {
        let ready: Vec<Value> = self.unsent().into_iter().filter(|moved| made_at(moved) <= self.now - DAY).collect();
        if let Some(latest) = ready.iter().map(made_at).max() {
            self.send(&ready, latest + DAY);
        }
        let now = Instant(self.now * 1_000_000).to_rfc3339();
        let day = now.split('T').next().unwrap_or_default();
        let sent: Vec<String> = self.payouts.values().filter(|it| it["status"] == "SENT").map(id_of).collect();
        for id in sent {
            let payout = self.payouts.get_mut(&id).expect("it is there");
            if made_at(payout) > self.now - DAY {
                continue;
            }
            payout["status"] = json!("PAID");
            payout["arrival_date"] = json!(day);
            let payout = payout.clone();
            self.tell("payout.paid", "payout", &payout);
        }
    }

    /// Payments and refunds that no payout has, and that nobody disputes.
    fn unsent(&self) -> Vec<Value> {
        let disputed = |payment: &Value| self.disputes.values().any(|it| it["disputed_payment"]["payment_id"] == *payment);
        let gone = |id: &Value| self.movements.values().flatten().any(|moved| moved["about"] == *id);
        let all = self.payments.values().chain(self.refunds.values()).filter(|it| it["status"] == "COMPLETED");
        let of = |it: &Value| if it["payment_id"].is_null() { it["id"].clone() } else { it["payment_id"].clone() };
        all.filter(|it| !gone(&it["id"]) && !disputed(&of(it))).cloned().collect()
    }

    fn send(&mut self, ready: &[Value], at: i64) {
        let id = self.id("po_");
        let (mut movements, mut net) = (Vec::new(), 0);
        for moved in ready {
            let is_refund = !moved["payment_id"].is_null();
            let gross = if is_refund { -amount(moved) } else { amount(moved) };
            let fee = if is_refund { 0 } else { fee_of(gross) };
            net += gross - fee;
            let currency = &moved["amount_money"]["currency"];
            let money = |minor: i64| json!({ "amount": minor, "currency": currency });
            let mut entry = json!({
                "id": self.id("poe_"),
                "payout_id": id,
                "effective_at": moved["created_at"],
                "type": if is_refund { "REFUND" } else { "CHARGE" },
                "gross_amount_money": money(gross),
                "fee_amount_money": money(fee),
                "net_amount_money": money(gross - fee),
            });
            if is_refund {
                entry["type_refund_details"] = json!({ "payment_id": moved["payment_id"], "refund_id": moved["id"] });
            } else {
                entry["type_charge_details"] = json!({ "payment_id": moved["id"] });
            }
            movements.push(json!({ "about": moved["id"], "entry": entry }));
        }
        let made = Instant(at * 1_000_000).to_rfc3339();
        let payout = json!({
            "id": id,
            "status": "SENT",
            "location_id": "L",
            "type": "BATCH",
            "amount_money": { "amount": net, "currency": ready[0]["amount_money"]["currency"] },
            "created_at": made,
            "updated_at": made,
        });
        self.payouts.insert(id.clone(), payout.clone());
        self.movements.insert(id, movements);
        self.tell("payout.sent", "payout", &payout);
    }

    pub(super) fn list_payouts(&self, request: &Arrived) -> Answer {
        let begun = request.asked("begin_time").unwrap_or_default().replace("%3A", ":");
        let Some(begun) = Instant::from_rfc3339(&begun) else { return invalid("INVALID_TIME") };
        if request.asked("location_id") != Some("L") || request.asked("sort_order") != Some("ASC") {
            return invalid("INVALID_VALUE");
        }
        let later = |payout: &&Value| made_at(payout) * 1_000_000 >= begun.0;
        let mut some: Vec<&Value> = self.payouts.values().filter(later).collect();
        some.sort_by_key(|payout| (made_at(payout), id_of(payout)));
        page("payouts", &some, request)
    }

    pub(super) fn list_movements(&self, id: &str, request: &Arrived) -> Answer {
        let Some(movements) = self.movements.get(id) else { return missing() };
        page("payout_entries", &movements.iter().map(|moved| &moved["entry"]).collect::<Vec<_>>(), request)
    }
}

fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_default().to_owned()
}

fn page(name: &str, all: &[&Value], request: &Arrived) -> Answer {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok());
    let limit = number(request.asked("limit")).unwrap_or(100);
    if limit == 0 || limit > 100 {
        return invalid("VALUE_TOO_HIGH");
    }
    let skip = number(request.asked("cursor").map(|cursor| cursor.trim_start_matches("skip"))).unwrap_or(0);
    let some: Vec<&Value> = all.iter().skip(skip).take(limit).copied().collect();
    let mut answer = if some.is_empty() { json!({}) } else { json!({ name: some }) };
    if skip + limit < all.len() {
        answer["cursor"] = json!(format!("skip{}", skip + limit));
    }
    Ok(answer)
}
