//! Stripe's page, as Checkout opens it: a decline is told there, and another card may be tried.

use serde_json::{Value, json};

use super::{Hosted, Page, Shown, Visit, written};
use crate::courier::Message;
use crate::stripe::{Met, PUBLISHABLE_KEY, SECRET_KEY, StripeFake};

const ORIGIN: &str = "https://checkout.stripe.com";
const WEBHOOK_SECRET: &str = "whsec_pretend_secret_1111";

impl Hosted for StripeFake {
    fn name(&self) -> &'static str {
        "Stripe"
    }

    fn api(&self) -> &str {
        &self.base_url
    }

    fn origins(&self) -> &'static [&'static str] {
        &[ORIGIN]
    }

    fn settings(&self) -> Value {
        json!({ "secret_key": SECRET_KEY, "publishable_key": PUBLISHABLE_KEY, "webhook_secret": WEBHOOK_SECRET })
    }

    fn pass(&self, now: i64) {
        self.set_now(now);
    }

    fn news(&self, _address: &str) -> Vec<Message> {
        let made = |(headers, body): (Vec<(String, String)>, String)| Message { headers, body: body.into_bytes() };
        self.deliveries(WEBHOOK_SECRET).into_iter().map(made).collect()
    }

    fn complaints(&self) -> Vec<String> {
        self.complaints()
    }

    fn visit(&self, visit: &Visit) -> Shown {
        let url = format!("{ORIGIN}{}", visit.path);
        let met = visit.card().map(|card| self.pay(&url, card));
        let page = self.page(&url);
        let text = |name: &str| page[name].as_str().unwrap_or_default().to_owned();
        match text("status").as_str() {
            "complete" => Shown::Onward(text("success_url")),
            "open" => Shown::Page(Page {
                amount: page["amount_total"].as_i64().map(|amount| written(amount, &text("currency"))),
                declined: matches!(met, Some(Met::Declined(_))),
                hidden: Vec::new(),
                typed: Vec::new(),
                back: text("cancel_url"),
            }),
            _ => Shown::Gone,
        }
    }
}
