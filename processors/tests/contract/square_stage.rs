//! Square on the stage: our connector, speaking over HTTP with a bank that keeps Square's own rules, and a payer at its page.

use std::sync::{Arc, Mutex};

use books::calendar::Instant;
use books::money::{Currency, Money};
use fakes::square::{APPLICATION, LOCATION, SquareFake, TOKEN};
use processors::http::Wire;
use processors::{DeclineReason, Fields, Fut, Processor, Reference, RemoteKind};
use serde_json::{Value, json};

use crate::opening::{Place, open};
use crate::stage::{Line, Message, Met, Role, Stage, Truth, Typed, card, fault};

const HOOK_URL: &str = "https://pay.shop.example/hooks/prc_3";
const KEY: &str = "signature key";

pub struct SquareStage {
    pub fake: SquareFake,
    narrowed: Value,
    processor: Arc<dyn Processor>,
    told: Mutex<usize>,
}

pub fn set(narrowed: Value) -> Fut<'static, Box<dyn Stage>> {
    Box::pin(async move { Box::new(SquareStage::new(narrowed).await) as Box<dyn Stage> })
}

impl SquareStage {
    pub async fn new(narrowed: Value) -> SquareStage {
        let start = Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
        let fake = SquareFake::start(start.0 / 1_000_000).await;
        let processor = connect(&fake.base_url, &narrowed, KEY, &[]);
        SquareStage { fake, narrowed, processor, told: Mutex::new(0) }
    }

    /// The open pages, by the ids we know them by.
    fn pages(&self) -> Vec<String> {
        let bank = self.fake.bank();
        let open = bank.links.values().filter(|link| bank.orders[link["order_id"].as_str().unwrap_or("")]["state"] == "OPEN");
        open.map(|link| format!("{}.{}", link["id"].as_str().unwrap_or(""), link["order_id"].as_str().unwrap_or(""))).collect()
    }
}

pub fn connect(base: &str, narrowed: &Value, key: &str, replaced: &[&str]) -> Arc<dyn Processor> {
    let settings = json!({
        "access_token": TOKEN,
        "application_id": APPLICATION,
        "location_id": LOCATION,
        "signature_key": key,
        "payer_pays": "fields",
        "bank_accounts": "us",
        "capabilities": narrowed,
    });
    open("square", &settings, Place { base, hook_url: HOOK_URL, wire: Wire::new(), replaced: ("signature_key", replaced) })
}

fn met(paid: Option<bool>) -> Met {
    match paid {
        Some(true) => Met::Thanks,
        Some(false) => Met::Declined(DeclineReason::CardDeclined),
        None => Met::Closed,
    }
}

impl Stage for SquareStage {
    fn processor(&self) -> Arc<dyn Processor> {
        self.processor.clone()
    }

    fn with_new_secret(&self, old_too: bool) -> Arc<dyn Processor> {
        connect(&self.fake.base_url, &self.narrowed, "new key", if old_too { &[KEY] } else { &[] })
    }

    fn now(&self) -> Instant {
        Instant(self.fake.bank().now * 1_000_000)
    }

    /// Square's links do not lapse by themselves: the house looks at what is open on its rounds.
    fn pass<'a>(&'a self, seconds: i64) -> Fut<'a, ()> {
        Box::pin(async move {
            {
                let mut bank = self.fake.bank();
                bank.now += seconds;
                let of_role = |id: &String| bank.roles.get(id) == Some(&card(Role::Disputed));
                let disputed: Vec<String> = bank.payments.keys().filter(|id| of_role(id)).cloned().collect();
                disputed.iter().for_each(|payment| bank.dispute_on(payment));
                bank.settle();
            }
            for page in self.pages() {
                let _looked = self.processor.fetch(&Reference::new(RemoteKind::Checkout, page), self.now()).await;
            }
        })
    }

    fn token(&self, role: Role) -> String {
        format!("cnon:{role:?}")
    }

    fn takes_tokens(&self) -> bool {
        false
    }

    fn holds_on_pages(&self) -> bool {
        false
    }

    fn keeps_on_pages(&self) -> bool {
        false
    }

    fn debits_on_pages(&self) -> bool {
        false
    }

    /// Its fields ask before they give a token; a card that it keeps is declined.
    fn asks_holders(&self) -> bool {
        false
    }

    /// For what is done to a hold: it takes no key.
    fn sure_after(&self) -> i64 {
        600
    }

    fn tells_of_pages(&self) -> bool {
        false
    }

    fn dates_its_messages(&self) -> bool {
        false
    }

    /// Square's page tells the payer; it tells us nothing until it is paid.
    fn declines(&self) -> Vec<(Role, DeclineReason)> {
        Vec::new()
    }

    fn pay<'a>(&'a self, page: &'a str, role: Role) -> Fut<'a, Met> {
        Box::pin(async move {
            // Another may pay between any two steps.
            tokio::task::yield_now().await;
            if role == Role::Confirms { Met::AskedToConfirm } else { met(self.fake.pay(page, card(role))) }
        })
    }

    fn confirm<'a>(&'a self, page: &'a str, ok: bool) -> Fut<'a, Met> {
        let role = if ok { Role::Pays } else { Role::Declined };
        Box::pin(std::future::ready(met(self.fake.pay(page, card(role)))))
    }

    fn in_fields<'a>(&'a self, given: &'a Fields, role: Role) -> Fut<'a, Typed> {
        let text = |name: &str| given.given.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
        let token = match role {
            Role::DebitSettles | Role::DebitReturned => {
                assert!(given.banks, "nobody chooses what is not offered");
                let amount = text("amount").replace('.', "").parse().expect("hundredths");
                self.fake.link_bank(text("app"), text("location"), "Ada Example", amount, card(role))
            }
            _ => self.fake.type_card(text("app"), text("location"), card(role)),
        };
        let token = token.expect("the script knows its application");
        Box::pin(std::future::ready(Typed::Token(token)))
    }

    fn turn_back<'a>(&'a self, _page: &'a str) -> Fut<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn break_line<'a>(&'a self, next: &'a [Line]) -> Fut<'a, ()> {
        self.fake.break_next(next.iter().map(|line| fault(*line)));
        Box::pin(std::future::ready(()))
    }

    fn revoke_after(&self, calls: Option<usize>) -> bool {
        self.fake.revoke_after(calls);
        true
    }

    fn truth<'a>(&'a self) -> Fut<'a, Vec<Truth>> {
        let bank = self.fake.bank();
        let taken = bank.payments.values().filter(|payment| payment["status"] == "COMPLETED");
        let truth = taken.filter_map(|payment| {
            let amount = &payment["amount_money"];
            let currency = Currency::from_code(amount["currency"].as_str()?)?;
            let minor = |amount: &Value| Money::new(amount["amount"].as_i64().unwrap_or(0), currency);
            let on_order = || bank.orders[payment["order_id"].as_str()?]["reference_id"].as_str();
            Some(Truth {
                attempt: payment["reference_id"].as_str().or_else(on_order)?.parse().ok()?,
                captured: minor(amount),
                refunded: minor(&payment["refunded_money"]),
            })
        });
        let truth = truth.collect();
        Box::pin(std::future::ready(truth))
    }

    fn messages<'a>(&'a self) -> Fut<'a, Vec<Message>> {
        if self.narrowed["webhooks"] == json!(false) {
            return Box::pin(std::future::ready(Vec::new()));
        }
        let mut told = self.told.lock().expect("unbroken");
        let new = self.fake.messages(*told, HOOK_URL, KEY);
        *told += new.len();
        let messages = new.into_iter().map(|it| Message { url: HOOK_URL.into(), headers: it.headers, body: it.body }).collect();
        Box::pin(std::future::ready(messages))
    }

    fn refund_elsewhere<'a>(&'a self, charge: &'a str, amount: Money) -> Fut<'a, ()> {
        let body = json!({
            "payment_id": charge,
            "amount_money": { "amount": amount.minor, "currency": amount.currency.code() },
            "reason": "At the counter",
        });
        assert!(self.fake.bank().refund(&body).is_ok(), "refundable");
        Box::pin(std::future::ready(()))
    }

    fn dispute<'a>(&'a self, charge: &'a str) -> Fut<'a, ()> {
        self.fake.bank().dispute_on(charge);
        Box::pin(std::future::ready(()))
    }
}
