//! The page behind a payment link of Square's, where only its payer hears of a decline; and the place at which the fields of its
//! script hand in a card, or a bank account, and get a token.

use serde_json::{Value, json};

use super::{Hosted, Page, Shown, Visit, with, written};
use crate::courier::Message;
use crate::square::{APPLICATION, LOCATION, SquareFake, TOKEN};
use crate::stripe::Card;

const ORIGIN: &str = "https://square.link";
/// Where the script's fields hand in what was typed; the real one's way there is not written down.
const TYPED: &str = "/-/card";
/// Where its window hands in a bank account.
const CHOSEN: &str = "/-/bank";
const SIGNATURE_KEY: &str = "a signature key of pretend Square's";

impl SquareFake {
    /// The token of an account, where its holder agreed to an amount in dollars.
    fn choose_bank(&self, visit: &Visit) -> Option<String> {
        let agreed = visit.field("press") == "pay" && visit.field("currency") == "USD";
        let (whole, cents) = visit.field("amount").split_once('.').filter(|_| agreed)?;
        let amount = whole.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok()?;
        self.link_bank(visit.field("application"), visit.field("location"), visit.field("holder"), amount, Card::DebitSettles)
    }
}

impl Hosted for SquareFake {
    fn name(&self) -> &'static str {
        "Square"
    }

    fn api(&self) -> &str {
        &self.base_url
    }

    fn origins(&self) -> &'static [&'static str] {
        &[ORIGIN]
    }

    fn settings(&self) -> Value {
        json!({
            "access_token": TOKEN, "application_id": APPLICATION, "location_id": LOCATION,
            "signature_key": SIGNATURE_KEY,
        })
    }

    fn pass(&self, now: i64) {
        self.bank().now = now;
    }

    fn news(&self, address: &str) -> Vec<Message> {
        let from = self.bank().took_news();
        let all = self.messages(from, address, SIGNATURE_KEY).into_iter();
        all.map(|delivery| Message { headers: delivery.headers, body: delivery.body }).collect()
    }

    fn complaints(&self) -> Vec<String> {
        self.complaints()
    }

    fn visit(&self, visit: &Visit) -> Shown {
        if visit.path == TYPED {
            let token = visit.card().and_then(|card| self.type_card(visit.field("application"), visit.field("location"), card));
            return token.map_or(Shown::Gone, Shown::Token);
        }
        if visit.path == CHOSEN {
            return self.choose_bank(visit).map_or(Shown::Gone, Shown::Token);
        }
        let url = format!("{ORIGIN}{}", visit.path);
        let paid = visit.card().map(|card| self.pay(&url, card));
        let bank = self.bank();
        let Some((id, order)) = bank.order_on(&url).and_then(|id| Some((id.clone(), bank.orders.get(&id)?))) else {
            return Shown::Gone;
        };
        let link = bank.links.values().find(|link| link["order_id"] == *id);
        let back = link.and_then(|link| link["checkout_options"]["redirect_url"].as_str()).unwrap_or_default();
        let total = &order["total_money"];
        match order["state"].as_str() {
            Some("COMPLETED") => Shown::Onward(with(back, &format!("orderId={id}"))),
            Some("OPEN") => Shown::Page(Page {
                amount: total["amount"].as_i64().map(|amount| written(amount, total["currency"].as_str().unwrap_or_default())),
                declined: paid == Some(Some(false)),
                hidden: Vec::new(),
                typed: Vec::new(),
                back: back.to_owned(),
            }),
            _ => Shown::Gone,
        }
    }
}
