//! PayPal's page, on which a payer approves an order. Nothing is taken there: whether the card is good is found when we take it.

use serde_json::{Value, json};

use super::{Hosted, Page, Shown, Visit, with};
use crate::courier::Message;
use crate::paypal::{CLIENT, PayPalFake, WEBHOOK};

/// Where staff key cards.
const TERMINAL: &str = "/virtualterminal";

impl Hosted for PayPalFake {
    fn name(&self) -> &'static str {
        "PayPal"
    }

    fn api(&self) -> &str {
        &self.base_url
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://www.paypal.com", "https://www.sandbox.paypal.com"]
    }

    fn settings(&self) -> Value {
        json!({ "client_id": CLIENT.0, "client_secret": CLIENT.1, "webhook_id": WEBHOOK, "environment": "sandbox" })
    }

    fn pass(&self, now: i64) {
        self.bank().now = now;
    }

    fn news(&self, _address: &str) -> Vec<Message> {
        let from = self.bank().took_news();
        self.messages(from).into_iter().map(|delivery| Message { headers: delivery.headers, body: delivery.body }).collect()
    }

    fn complaints(&self) -> Vec<String> {
        self.complaints()
    }

    fn visit(&self, visit: &Visit) -> Shown {
        if visit.path == TERMINAL {
            return self.terminal(visit);
        }
        let id = visit.field("token");
        let Some(asked) = self.bank().orders.get(id).map(|order| order.body.clone()) else { return Shown::Gone };
        let context = &asked["payment_source"]["paypal"]["experience_context"];
        let amount = &asked["purchase_units"][0]["amount"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match visit.card().map(|card| self.approve(id, card)) {
            Some(Some(())) => Shown::Onward(with(&text(&context["return_url"]), &format!("token={id}&PayerID=PRETEND"))),
            Some(None) => Shown::Gone,
            None => Shown::Page(Page {
                amount: Some(format!("{} {}", text(&amount["value"]), text(&amount["currency_code"]))),
                back: with(&text(&context["cancel_url"]), &format!("token={id}")),
                ..Page::default()
            }),
        }
    }
}

impl PayPalFake {
    /// The Virtual Terminal: staff type an amount and an invoice number, and a card.
    fn terminal(&self, visit: &Visit) -> Shown {
        let taken = visit.card().inspect(|card| {
            let amount = json!({ "currency_code": "USD", "value": visit.field("amount") });
            self.key_in_terminal(visit.field("invoice"), &amount, *card);
        });
        Shown::Page(super::terminal(taken))
    }
}
