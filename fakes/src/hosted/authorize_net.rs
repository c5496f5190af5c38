//! Authorize.Net's pages, which take their visitor by a form with a token: one to pay on, one to leave a card on.

use serde_json::{Value, json};

use super::{Hosted, Page, Shown, Visit};
use crate::authorize_net::{AuthorizeNetFake, LOGIN, minor, wish};
use crate::courier::Message;

const PAY: &str = "/payment/payment";
const KEEP: &str = "/customer/addPayment";
/// The Merchant Interface, which we do not look into further than its terminal.
const TERMINAL: &str = "/";
const SIGNATURE_KEY: &str = "339E42F5D962293A925C244313E8C354";

impl Hosted for AuthorizeNetFake {
    fn name(&self) -> &'static str {
        "Authorize.Net"
    }

    fn api(&self) -> &str {
        &self.base_url
    }

    fn origins(&self) -> &'static [&'static str] {
        &["https://test.authorize.net", "https://sandbox.authorize.net"]
    }

    fn settings(&self) -> Value {
        json!({
            "login_id": LOGIN.0, "transaction_key": LOGIN.1, "signature_key": SIGNATURE_KEY, "environment": "sandbox",
        })
    }

    fn pass(&self, now: i64) {
        let mut bank = self.bank();
        let passed = now - bank.now;
        bank.pass(passed);
    }

    fn news(&self, _address: &str) -> Vec<Message> {
        let from = self.bank().took_news();
        let all = self.messages(from, SIGNATURE_KEY).into_iter();
        all.map(|delivery| Message { headers: delivery.headers, body: delivery.body }).collect()
    }

    fn complaints(&self) -> Vec<String> {
        self.complaints()
    }

    fn visit(&self, visit: &Visit) -> Shown {
        if visit.path == TERMINAL {
            return self.terminal(visit);
        }
        let token = visit.field("token");
        let Some(asked) = self.bank().page(token) else { return Shown::Gone };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let hidden = vec![("token", token.to_owned())];
        match visit.path.as_str() {
            PAY => {
                let transaction = &asked["transactionRequest"];
                let ways = wish(&asked["hostedPaymentSettings"], "hostedPaymentReturnOptions");
                match visit.card().map(|card| self.pay(token, card)) {
                    Some(Some(true)) => Shown::Onward(text(&ways["url"])),
                    Some(None) => Shown::Gone,
                    declined => Shown::Page(Page {
                        amount: Some(format!("{} {}", text(&transaction["amount"]), text(&transaction["currencyCode"]))),
                        declined: declined.is_some(),
                        hidden,
                        typed: Vec::new(),
                        back: text(&ways["cancelUrl"]),
                    }),
                }
            }
            KEEP => {
                let settings = asked["hostedProfileSettings"]["setting"].as_array().into_iter().flatten();
                let mut back =
                    settings.filter(|it| it["settingName"] == "hostedProfileReturnUrl").map(|it| text(&it["settingValue"]));
                let back = back.next().unwrap_or_default();
                match visit.card().map(|card| self.keep(token, card)) {
                    Some(Some(_)) => Shown::Onward(back),
                    Some(None) => Shown::Gone,
                    None => Shown::Page(Page { amount: None, declined: false, hidden, typed: Vec::new(), back }),
                }
            }
            _ => Shown::Gone,
        }
    }
}

impl AuthorizeNetFake {
    /// The Virtual Terminal: staff type an amount and an invoice number, and a card.
    fn terminal(&self, visit: &Visit) -> Shown {
        let taken = visit.card().inspect(|card| {
            let amount = minor(&json!(visit.field("amount")));
            self.bank().key_in_terminal(visit.field("invoice"), amount, *card);
        });
        Shown::Page(super::terminal(taken))
    }
}
