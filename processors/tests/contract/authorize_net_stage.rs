//! Authorize.Net on the stage: our connector, speaking over HTTP with a bank that knows no keys and settles at midnight, and a
//! payer whose browser sends the token on.

use std::sync::{Arc, Mutex};

use books::calendar::Instant;
use books::money::Money;
use fakes::authorize_net::{AuthorizeNetFake, LOGIN};
use processors::authorize_net::references;
use processors::http::Wire;
use processors::{DeclineReason, Fut, Processor};
use serde_json::{Value, json};

use crate::opening::{Place, open};
use crate::stage::{Line, Message, Met, Role, Stage, Truth, card, fault, money, usd};

const HOOK_URL: &str = "https://pay.shop.example/hooks/prc_4";
const KEY: &str = "signature key";

pub struct AuthorizeNetStage {
    pub fake: AuthorizeNetFake,
    narrowed: Value,
    processor: Arc<dyn Processor>,
    told: Mutex<usize>,
}

pub fn set(narrowed: Value) -> Fut<'static, Box<dyn Stage>> {
    Box::pin(async move { Box::new(AuthorizeNetStage::new(narrowed).await) as Box<dyn Stage> })
}

impl AuthorizeNetStage {
    pub async fn new(narrowed: Value) -> AuthorizeNetStage {
        let start = Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
        let fake = AuthorizeNetFake::start(start.0 / 1_000_000).await;
        fake.bank().takes_debits = narrowed["bank_debit"] != json!(false);
        let processor = connect(&fake.base_url, &narrowed, KEY, &[]);
        AuthorizeNetStage { fake, narrowed, processor, told: Mutex::new(0) }
    }

    /// The token that our page sends on with the browser, and whether it leads to where a card is kept.
    pub fn token_on(&self, url: &str) -> (String, bool) {
        let page = url.split_once("?page=").expect("a page of ours").1;
        let onward = self.processor.onward(page, self.now()).expect("it was made here");
        assert!(onward.action.starts_with(onward.origin), "{onward:?}");
        (onward.fields[0].1.clone(), onward.amount.is_none())
    }
}

pub fn connect(base: &str, narrowed: &Value, key: &str, replaced: &[&str]) -> Arc<dyn Processor> {
    let settings = json!({
        "login_id": LOGIN.0,
        "transaction_key": LOGIN.1,
        "signature_key": key,
        "environment": "sandbox",
        "capabilities": narrowed,
    });
    open("authorize_net", &settings, Place { base, hook_url: HOOK_URL, wire: Wire::new(), replaced: ("signature_key", replaced) })
}

/// The connector with settings of the caller's own.
pub fn connect_with(base: &str, settings: &Value) -> Arc<dyn Processor> {
    open("authorize_net", settings, Place { base, hook_url: HOOK_URL, wire: Wire::new(), replaced: ("signature_key", &[]) })
}

/// What Authorize.Net tells us of a decline.
fn told(role: Role) -> DeclineReason {
    match role {
        Role::Expired => DeclineReason::ExpiredCard,
        Role::IncorrectCvc => DeclineReason::IncorrectCvc,
        _ => DeclineReason::CardDeclined,
    }
}

impl Stage for AuthorizeNetStage {
    fn processor(&self) -> Arc<dyn Processor> {
        self.processor.clone()
    }

    fn with_new_secret(&self, old_too: bool) -> Arc<dyn Processor> {
        connect(&self.fake.base_url, &self.narrowed, "new key", if old_too { &[KEY] } else { &[] })
    }

    fn now(&self) -> Instant {
        Instant(self.fake.bank().now * 1_000_000)
    }

    fn pass<'a>(&'a self, seconds: i64) -> Fut<'a, ()> {
        self.fake.bank().pass(seconds);
        Box::pin(std::future::ready(()))
    }

    fn token(&self, role: Role) -> String {
        self.fake.nonce(card(role))
    }

    fn declines(&self) -> Vec<(Role, DeclineReason)> {
        [Role::Declined, Role::InsufficientFunds, Role::Expired, Role::IncorrectCvc].map(|role| (role, told(role))).to_vec()
    }

    fn declines_saved(&self) -> Vec<(Role, DeclineReason)> {
        self.declines()
    }

    fn tells_of_pages(&self) -> bool {
        false
    }

    fn dates_its_messages(&self) -> bool {
        false
    }

    fn closes_pages(&self) -> bool {
        false
    }

    fn tells_of_disputes(&self) -> bool {
        false
    }

    fn asks_holders(&self) -> bool {
        false
    }

    fn sure_after(&self) -> i64 {
        600
    }

    fn longest_page(&self) -> i64 {
        900
    }

    fn amounts(&self) -> Vec<Money> {
        vec![usd(1), usd(1_099), money(12_345_678, "GBP"), usd(999_999_999_999_999)]
    }

    fn amounts_too_fine(&self) -> Vec<Money> {
        vec![money(355, "JPY"), money(1_250, "KWD"), money(12_300, "HUF")]
    }

    fn pay<'a>(&'a self, page: &'a str, role: Role) -> Fut<'a, Met> {
        Box::pin(async move {
            // Another may pay between any two steps.
            tokio::task::yield_now().await;
            if role == Role::Confirms {
                return Met::AskedToConfirm;
            }
            let (token, keeps) = self.token_on(page);
            let paid = if keeps { self.fake.keep(&token, card(role)) } else { self.fake.pay(&token, card(role)) };
            match paid {
                Some(true) => Met::Thanks,
                Some(false) => Met::Declined(told(role)),
                None => Met::Closed,
            }
        })
    }

    fn confirm<'a>(&'a self, page: &'a str, ok: bool) -> Fut<'a, Met> {
        self.pay(page, if ok { Role::Pays } else { Role::Declined })
    }

    fn key_in_terminal(&self, reference: &str, role: Role, amount: Money) -> String {
        self.fake.bank().key_in_terminal(reference, amount.minor, card(role))
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
        let charges = bank.transactions.iter().filter(|it| it.of.is_none());
        let truth = charges.filter_map(|it| {
            // What was keyed in the terminal carries no currency of ours: the merchant has one.
            let currency = it.number.rsplit_once(' ').map_or("USD", |(_, currency)| currency);
            let held = matches!(it.status, "declined" | "expired" | "authorizedPendingCapture");
            let held = held || (it.status == "voided" && it.kind == "authOnlyTransaction");
            // Ours are told by the reference that the connector itself reads back.
            let attempt = references::attempt(&it.invoice)?;
            let captured = if held { 0 } else { it.settles };
            let refunded = if it.status == "voided" && !held { it.settles } else { it.refunded };
            Some(Truth { attempt, captured: money(captured, currency), refunded: money(refunded, currency) })
        });
        let truth = truth.collect();
        Box::pin(std::future::ready(truth))
    }

    fn messages<'a>(&'a self) -> Fut<'a, Vec<Message>> {
        if self.narrowed["webhooks"] == json!(false) {
            return Box::pin(std::future::ready(Vec::new()));
        }
        let mut told = self.told.lock().expect("unbroken");
        let new = self.fake.messages(*told, KEY);
        *told += new.len();
        let messages = new.into_iter().map(|it| Message { url: HOOK_URL.into(), headers: it.headers, body: it.body }).collect();
        Box::pin(std::future::ready(messages))
    }

    fn refund_elsewhere<'a>(&'a self, charge: &'a str, amount: Money) -> Fut<'a, ()> {
        assert!(self.fake.bank().refund_elsewhere(charge, amount.minor), "refundable");
        Box::pin(std::future::ready(()))
    }

    fn dispute<'a>(&'a self, charge: &'a str) -> Fut<'a, ()> {
        self.fake.bank().dispute(charge);
        Box::pin(std::future::ready(()))
    }
}
