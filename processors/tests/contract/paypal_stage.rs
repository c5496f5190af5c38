//! PayPal on the stage: our connector, speaking over HTTP with a bank that keeps PayPal's own rules, and a payer at its page.

use std::sync::{Arc, Mutex};

use books::calendar::Instant;
use books::money::{Currency, Money};
use fakes::paypal::{CLIENT, PayPalFake, WEBHOOK, bank, invoice_on, order_on};
use processors::http::Wire;
use processors::{CheckoutState, DeclineReason, Fields, Fut, Outcome, Processor, Reference, RejectReason, Remote, RemoteKind};
use serde_json::{Value, json};

use crate::opening::{Place, open};
use crate::stage::{Line, Message, Met, Role, Stage, Truth, Typed, card, fault, money, usd};

const HOOK_URL: &str = "https://pay.shop.example/hooks/prc_2";
const NEW_WEBHOOK: &str = "7XW55555PB123456K";

pub struct PayPalStage {
    pub fake: PayPalFake,
    narrowed: Value,
    processor: Arc<dyn Processor>,
    told: Mutex<usize>,
}

pub fn set(narrowed: Value) -> Fut<'static, Box<dyn Stage>> {
    Box::pin(async move { Box::new(PayPalStage::new(narrowed).await) as Box<dyn Stage> })
}

impl PayPalStage {
    pub async fn new(narrowed: Value) -> PayPalStage {
        let start = Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
        let fake = PayPalFake::start(start.0 / 1_000_000).await;
        let processor = connect(&fake.base_url, &narrowed, WEBHOOK, &[]);
        PayPalStage { fake, narrowed, processor, told: Mutex::new(0) }
    }

    async fn pay_order(&self, order: &str, role: Role) -> Met {
        if role == Role::Confirms {
            self.fake.bank().orders.get_mut(order).expect("a page").asked = true;
            return Met::AskedToConfirm;
        }
        let _approved = self.fake.approve(order, card(role));
        self.back(order).await
    }

    async fn confirm_order(&self, order: &str, ok: bool) -> Met {
        if ok {
            self.fake.bank().orders.get_mut(order).expect("a page").refused = false;
            let _approved = self.fake.approve(order, card(Role::Pays));
        } else {
            let mut bank = self.fake.bank();
            let asked = bank.orders.get_mut(order).expect("a page");
            if asked.status != "COMPLETED" {
                (asked.refused, asked.card) = (true, true);
            }
        }
        self.back(order).await
    }

    /// What the payer meets when PayPal leads back to us and we look.
    async fn back(&self, order: &str) -> Met {
        match self.processor.fetch(&Reference::new(RemoteKind::Checkout, order), self.now()).await {
            Outcome::Done(Remote::Checkout(page)) => match (page.state, page.last_decline) {
                (CheckoutState::Completed, _) => Met::Thanks,
                (CheckoutState::Open, Some(decline)) => Met::Declined(decline.reason),
                (CheckoutState::Open, None) => Met::AskedToConfirm,
                (CheckoutState::Expired | CheckoutState::Canceled | CheckoutState::Abandoned, _) => Met::Closed,
            },
            // PayPal has forgotten an order that nobody approved in time.
            Outcome::Rejected(rejection) if rejection.reason == RejectReason::NotFound => Met::Closed,
            other => panic!("the payer came back, and {other:?}"),
        }
    }
}

/// The order that a button on a page of ours was given.
fn order_of(given: &Fields) -> &str {
    given.given.iter().find(|(name, _)| *name == "order").map_or("", |(_, order)| order)
}

pub fn connect(base: &str, narrowed: &Value, webhook: &str, replaced: &[&str]) -> Arc<dyn Processor> {
    let settings = json!({
        "client_id": CLIENT.0,
        "client_secret": CLIENT.1,
        "webhook_id": webhook,
        "capabilities": narrowed,
    });
    open("paypal", &settings, Place { base, hook_url: HOOK_URL, wire: Wire::new(), replaced: ("webhook_id", replaced) })
}

/// The connector with settings of the caller's own.
pub fn connect_with(base: &str, settings: &Value) -> Arc<dyn Processor> {
    open("paypal", settings, Place { base, hook_url: HOOK_URL, wire: Wire::new(), replaced: ("webhook_id", &[]) })
}

impl Stage for PayPalStage {
    fn processor(&self) -> Arc<dyn Processor> {
        self.processor.clone()
    }

    fn with_new_secret(&self, old_too: bool) -> Arc<dyn Processor> {
        connect(&self.fake.base_url, &self.narrowed, NEW_WEBHOOK, if old_too { &[WEBHOOK] } else { &[] })
    }

    fn now(&self) -> Instant {
        Instant(self.fake.bank().now * 1_000_000)
    }

    fn pass<'a>(&'a self, seconds: i64) -> Fut<'a, ()> {
        let mut bank = self.fake.bank();
        bank.now += seconds;
        let disputed = |order: &&bank::Order| order.role == card(Role::Disputed) && order.payments["captures"].is_array();
        let open: Vec<String> = bank.orders.values().filter(disputed).map(|order| order.id.clone()).collect();
        for order in open {
            bank.dispute_on(&order);
        }
        // This account sends its balance to the bank by itself.
        bank.sweep();
        Box::pin(std::future::ready(()))
    }

    fn token(&self, role: Role) -> String {
        format!("CARD-{}", format!("{role:?}").to_uppercase())
    }

    fn tells_of_pages(&self) -> bool {
        false
    }

    fn takes_tokens(&self) -> bool {
        false
    }

    fn declines(&self) -> Vec<(Role, DeclineReason)> {
        vec![(Role::Declined, DeclineReason::CardDeclined), (Role::Expired, DeclineReason::ExpiredCard)]
    }

    fn amounts(&self) -> Vec<Money> {
        vec![money(1, "JPY"), money(355, "JPY"), money(35_500, "HUF"), usd(1), usd(999_999_999_999_999)]
    }

    fn amounts_too_fine(&self) -> Vec<Money> {
        vec![money(1_250, "KWD"), money(35_550, "HUF")]
    }

    fn pay<'a>(&'a self, page: &'a str, role: Role) -> Fut<'a, Met> {
        Box::pin(async move {
            if let Some(setup) = page.split_once("approval_session_id=").map(|(_, id)| id) {
                return self.approve_setup(setup);
            }
            if let Some(invoice) = invoice_on(page) {
                return match self.fake.pay_invoice(&invoice, card(role)) {
                    Some(true) => Met::Thanks,
                    Some(false) => Met::Declined(DeclineReason::CardDeclined),
                    None => Met::Closed,
                };
            }
            self.pay_order(&order_on(page), role).await
        })
    }

    /// The payer approves in PayPal's window; the script leads on to us, and we look.
    fn in_fields<'a>(&'a self, given: &'a Fields, role: Role) -> Fut<'a, Typed> {
        Box::pin(async move { Typed::Met(self.pay_order(order_of(given), role).await) })
    }

    fn answer_bank<'a>(&'a self, given: &'a Fields, ok: bool) -> Fut<'a, Met> {
        Box::pin(self.confirm_order(order_of(given), ok))
    }

    fn confirm<'a>(&'a self, page: &'a str, ok: bool) -> Fut<'a, Met> {
        Box::pin(async move { self.confirm_order(&order_on(page), ok).await })
    }

    fn key_in_terminal(&self, reference: &str, role: Role, amount: Money) -> String {
        let amount = json!({ "currency_code": amount.currency.code(), "value": amount.to_decimal() });
        self.fake.key_in_terminal(reference, &amount, card(role))
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
        let paid = bank.orders.values().filter(|order| order.payments != json!({}));
        let truth = paid.filter_map(|order| {
            let amount = &order.body["purchase_units"][0]["amount"];
            let currency = Currency::from_code(amount["currency_code"].as_str()?)?;
            // HUF stands without its hundredths on PayPal's wire.
            let unit = if currency.code() == "HUF" { 100 } else { 1 };
            let capture = order.payments["captures"].get(0).filter(|capture| capture["status"] != "DECLINED");
            let captured = capture.map_or(0, |capture| bank::minor(&capture["amount"]));
            let refunded = capture.map_or(0, |capture| bank.returned(capture["id"].as_str().unwrap_or_default()));
            Some(Truth {
                attempt: bank.custom(&order.id).as_str()?.parse().ok()?,
                captured: Money::new(captured * unit, currency),
                refunded: Money::new(refunded * unit, currency),
            })
        });
        let keyed = bank.keyed.values().filter(|capture| capture["status"] != "DECLINED").filter_map(|capture| {
            let currency = Currency::from_code(capture["amount"]["currency_code"].as_str()?)?;
            Some(Truth {
                attempt: capture["invoice_id"].as_str()?.parse().ok()?,
                captured: Money::new(bank::minor(&capture["amount"]), currency),
                refunded: Money::new(bank.returned(capture["id"].as_str()?), currency),
            })
        });
        let truth = truth.chain(keyed).collect();
        Box::pin(std::future::ready(truth))
    }

    fn messages<'a>(&'a self) -> Fut<'a, Vec<Message>> {
        if self.narrowed["webhooks"] == json!(false) {
            return Box::pin(std::future::ready(Vec::new()));
        }
        let mut told = self.told.lock().expect("unbroken");
        let new = self.fake.messages(*told);
        *told += new.len();
        let messages = new.into_iter().map(|it| Message { url: HOOK_URL.into(), headers: it.headers, body: it.body }).collect();
        Box::pin(std::future::ready(messages))
    }

    fn refund_elsewhere<'a>(&'a self, charge: &'a str, amount: Money) -> Fut<'a, ()> {
        let capture = {
            let bank = self.fake.bank();
            let order = bank.orders.get(charge);
            // What was keyed in the terminal is its own capture.
            order.map_or(charge.to_owned(), |order| order.payments["captures"][0]["id"].as_str().expect("captured").to_owned())
        };
        let amount = json!({ "currency_code": amount.currency.code(), "value": amount.to_decimal() });
        assert!(self.fake.refund_elsewhere(&capture, &amount), "refundable");
        Box::pin(std::future::ready(()))
    }

    fn dispute<'a>(&'a self, charge: &'a str) -> Fut<'a, ()> {
        self.fake.bank().dispute_on(charge);
        Box::pin(std::future::ready(()))
    }
}

impl PayPalStage {
    fn approve_setup(&self, id: &str) -> Met {
        let mut bank = self.fake.bank();
        match bank.setups.get_mut(id) {
            Some(setup) => {
                if setup.status == "PAYER_ACTION_REQUIRED" {
                    setup.status = "APPROVED";
                }
                Met::Thanks
            }
            None => Met::Closed,
        }
    }
}
