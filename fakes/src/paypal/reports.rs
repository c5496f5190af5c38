//! PayPal's balances as a test plays them, and its record of what moved them (Transaction Search).
//!
//! Invariants: written from PayPal's description and its list of event codes, not from our connector: each movement keeps the balance
//! that it left, in its own currency; the balances are shown only where nothing but the time was asked for. Limits: PayPal keeps
//! 2.9 % and 30 of a payment and gives nothing of it back.

use books::calendar::Instant;
use serde_json::{Value, json};

use super::bank::{Answer, Bank, DAY, DECIMALS, Refused, capture_of, minor};
use crate::http::Arrived;

/// Something that moved a balance.
#[derive(Debug, Clone)]
pub struct Movement {
    pub id: String,
    pub code: &'static str,
    pub at: i64,
    pub currency: String,
    pub amount: i64,
    pub fee: i64,
    pub left: i64,
    /// The movement that it follows from.
    pub about: Option<String>,
    pub custom: Value,
    pub invoice: Value,
    pub status: &'static str,
}

/// What goes wrong with the record.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub movements: Vec<Movement>,
    /// The app was not given the right to read it.
    pub refused: bool,
    /// Seconds until a movement shows.
    pub late: i64,
    /// Movements that never show.
    pub hidden: Vec<String>,
    /// Captures that are not this app's own are refused, and not only unknown.
    pub guarded: bool,
}

fn value(sum: i64, currency: &str) -> Value {
    let places = DECIMALS.iter().find(|(code, _)| *code == currency).map_or(2, |(_, places)| *places);
    let digits = format!("{:0>width$}", sum.unsigned_abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let text = if places == 0 { whole.to_owned() } else { format!("{whole}.{part}") };
    json!({ "currency_code": currency, "value": format!("{}{text}", if sum < 0 { "-" } else { "" }) })
}

fn shown(it: &Movement, with_balance: bool) -> Value {
    let at = Instant(it.at * 1_000_000).to_rfc3339();
    let mut info = json!({
        "paypal_account_id": "23N61105X92314351",
        "transaction_id": it.id,
        "transaction_event_code": it.code,
        "transaction_initiation_date": at,
        "transaction_updated_date": at,
        "transaction_amount": value(it.amount, &it.currency),
        "transaction_status": it.status,
        "protection_eligibility": "01",
    });
    if it.fee != 0 {
        info["fee_amount"] = value(it.fee, &it.currency);
    }
    if let Some(about) = &it.about {
        info["paypal_reference_id"] = json!(about);
        info["paypal_reference_id_type"] = json!("TXN");
    }
    for (name, text) in [("custom_field", &it.custom), ("invoice_id", &it.invoice)] {
        if text.is_string() {
            info[name] = text.clone();
        }
    }
    if with_balance {
        info["ending_balance"] = value(it.left, &it.currency);
        info["available_balance"] = value(it.left, &it.currency);
    }
    json!({ "transaction_info": info })
}

impl Bank {
    /// What of a currency is there.
    pub fn balance(&self, currency: &str) -> i64 {
        let of = |it: &&Movement| it.currency == currency && it.status != "D";
        self.record.movements.iter().rev().find(of).map_or(0, |it| it.left)
    }

    fn moves(&mut self, code: &'static str, id: String, currency: &str, amount: i64, fee: i64) -> &mut Movement {
        let left = self.balance(currency) + amount + fee;
        let (at, currency) = (self.now, currency.to_owned());
        let (custom, invoice) = (Value::Null, Value::Null);
        self.record.movements.push(Movement {
            id,
            code,
            at,
            currency,
            amount,
            fee,
            left,
            about: None,
            custom,
            invoice,
            status: "S",
        });
        self.record.movements.last_mut().expect("it was just put there")
    }

    /// A capture brings its money.
    pub(super) fn took(&mut self, capture: &Value, invoice: Option<&Value>) {
        let amount = minor(&capture["amount"]);
        let (id, currency) = (text(&capture["id"]), text(&capture["amount"]["currency_code"]));
        let moved = self.moves("T0006", id, &currency, amount, -(amount * 29 / 1_000 + 30).min(amount));
        moved.custom = capture["custom_id"].clone();
        moved.invoice = invoice.unwrap_or(&capture["invoice_id"]).clone();
    }

    /// A refund takes it back.
    pub(super) fn gave(&mut self, refund: &Value) {
        let (id, currency) = (text(&refund["id"]), text(&refund["amount"]["currency_code"]));
        let moved = self.moves("T1107", id, &currency, -minor(&refund["amount"]), 0);
        moved.about = capture_of(refund).map(str::to_owned);
        moved.custom = refund["custom_id"].clone();
    }

    /// What is disputed is held.
    pub(super) fn held_back(&mut self, capture: &Value) {
        let id = self.id("H");
        let currency = text(&capture["amount"]["currency_code"]);
        self.moves("T1110", id, &currency, -minor(&capture["amount"]), 0).about = Some(text(&capture["id"]));
    }

    /// What was held is free again; what a decision had taken is given back.
    pub(super) fn let_go_again(&mut self, capture: &Value, was_lost: bool) {
        let id = self.id("H");
        let currency = text(&capture["amount"]["currency_code"]);
        let code = if was_lost { "T1202" } else { "T1111" };
        self.moves(code, id, &currency, minor(&capture["amount"]), 0).about = Some(text(&capture["id"]));
    }

    /// The owner sends some of a balance to the bank. Answers the movement.
    pub fn withdraw(&mut self, currency: &str, amount: i64) -> String {
        let id = self.id("W");
        self.moves("T0400", id.clone(), currency, -amount, 0);
        id
    }

    /// PayPal sends every balance to the bank by itself, and fetches what is missing from it.
    pub fn sweep(&mut self) {
        for (currency, _) in DECIMALS {
            match self.balance(currency) {
                0 => {}
                left => {
                    let id = self.id("W");
                    self.moves(if left > 0 { "T0401" } else { "T0302" }, id, currency, -left, 0);
                }
            }
        }
    }

    /// The bank sends a withdrawal back.
    pub fn bounce(&mut self, withdrawal: &str) {
        let of = self.record.movements.iter().find(|it| it.id == withdrawal).cloned().expect("it went out");
        let id = self.id("W");
        self.moves("T1101", id, &of.currency, -of.amount, 0).about = Some(of.id);
    }

    /// PayPal takes a fee of its own.
    pub fn charge_fee(&mut self, currency: &str, amount: i64) {
        let id = self.id("F");
        self.moves("T0106", id, currency, -amount, 0);
    }

    /// Somebody else's money comes, past every order of ours.
    pub fn receive(&mut self, currency: &str, amount: i64) -> String {
        let id = self.id("C");
        self.moves("T0000", id.clone(), currency, amount, 0);
        id
    }

    pub(super) fn listed(&self, request: &Arrived) -> Answer {
        if self.record.refused {
            return Err(Refused(403, "NOT_AUTHORIZED"));
        }
        let time = |name: &str| Instant::from_rfc3339(&request.asked(name).unwrap_or_default().replace("%3A", ":"));
        let (Some(from), Some(to)) = (time("start_date"), time("end_date")) else { return Err(Refused(400, "INVALID_REQUEST")) };
        if to < from || to.0 - from.0 > 31 * DAY * 1_000_000 {
            return Err(Refused(400, "INVALID_REQUEST"));
        }
        // What was not taken into the record so far cannot be begun with.
        if from.0 > (self.now - self.record.late) * 1_000_000 {
            return Err(Refused(400, "Data for the given start date is not available."));
        }
        let only_time = request.query.split('&').count() == 2;
        let number = |name: &str, usual: usize| request.asked(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
        let (size, page) = (number("page_size", 100), number("page", 1));
        let within = |it: &&Movement| {
            (from.0..=to.0).contains(&(it.at * 1_000_000))
                && it.at + self.record.late <= self.now
                && !self.record.hidden.contains(&it.id)
        };
        let all: Vec<&Movement> = self.record.movements.iter().filter(within).collect();
        let some: Vec<Value> = all.iter().skip((page - 1) * size).take(size).map(|it| shown(it, only_time)).collect();
        let mut answer = json!({
            "account_number": "XXXXXXXXXXXXX",
            "start_date": from.to_rfc3339(),
            "end_date": to.to_rfc3339(),
            "last_refreshed_datetime": self.time(),
            "page": page,
            "total_items": all.len(),
            "total_pages": all.len().div_ceil(size),
        });
        if !some.is_empty() {
            answer["transaction_details"] = json!(some);
        }
        Ok((200, answer))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
