//! Stripe on the stage: its connector over HTTP to the fake, whose every answer is held against Stripe's description.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use books::calendar::Instant;
use books::money::{Currency, Money};
use fakes::Fault;
use fakes::stripe::{Card, Met as MetThere, PUBLISHABLE_KEY, SECRET_KEY, StripeFake};
use processors::http::Wire;
use processors::{DeclineReason, Fields, Fut, Processor};
use serde_json::{Value, json};

use crate::opening::{Place, open};
use crate::stage::{DAY, Line, Message, Met, Role, Stage, Truth, Typed, money, usd};

pub const HOOK_URL: &str = "https://pay.shop.example/hooks/prc_1";
const HOOK_SECRET: &str = "whsec_first";

pub struct StripeStage {
    pub fake: StripeFake,
    pub wire: Wire,
    processor: Arc<dyn Processor>,
    settings: Value,
    now: AtomicI64,
}

pub fn set(narrowed: Value) -> Fut<'static, Box<dyn Stage>> {
    Box::pin(async move {
        let stage: Box<dyn Stage> = Box::new(StripeStage::new(narrowed).await);
        stage
    })
}

pub fn connect(base_url: &str, wire: &Wire, settings: &Value, replaced: &[&str]) -> Arc<dyn Processor> {
    open(
        "stripe",
        settings,
        Place { base: base_url, hook_url: HOOK_URL, wire: wire.clone(), replaced: ("webhook_secret", replaced) },
    )
}

impl StripeStage {
    pub async fn new(narrowed: Value) -> StripeStage {
        let now = Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
        let fake = StripeFake::start(now.0 / 1_000_000).await;
        let settings = json!({
            "secret_key": SECRET_KEY, "webhook_secret": HOOK_SECRET, "publishable_key": PUBLISHABLE_KEY,
            "staff_key_cards": "allowed", "capabilities": narrowed,
        });
        let wire = Wire::with_patience(std::time::Duration::from_secs(5));
        let processor = connect(&fake.base_url, &wire, &settings, &[]);
        StripeStage { fake, wire, processor, settings, now: AtomicI64::new(now.0) }
    }
}

fn card(role: Role) -> Card {
    match role {
        Role::Pays => Card::Pays,
        Role::Declined => Card::Declined,
        Role::InsufficientFunds => Card::InsufficientFunds,
        Role::Expired => Card::Expired,
        Role::IncorrectCvc => Card::IncorrectCvc,
        Role::Confirms => Card::Confirms,
        Role::RefundFails => Card::RefundFails,
        Role::Disputed => Card::Disputed,
        Role::DebitSettles => Card::DebitSettles,
        Role::DebitReturned => Card::DebitReturned,
    }
}

fn met(there: MetThere) -> Met {
    match there {
        MetThere::Thanks => Met::Thanks,
        MetThere::AskedToConfirm => Met::AskedToConfirm,
        MetThere::Closed => Met::Closed,
        MetThere::Declined(word) => Met::Declined(match word.as_str() {
            "insufficient_funds" => DeclineReason::InsufficientFunds,
            "expired_card" => DeclineReason::ExpiredCard,
            "incorrect_cvc" => DeclineReason::IncorrectCvc,
            _ => DeclineReason::CardDeclined,
        }),
    }
}

fn ready<'a, T: Send + 'a>(value: T) -> Fut<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Stage for StripeStage {
    fn processor(&self) -> Arc<dyn Processor> {
        self.processor.clone()
    }

    fn with_new_secret(&self, old_too: bool) -> Arc<dyn Processor> {
        let settings = json!({"secret_key": SECRET_KEY, "webhook_secret": "whsec_second"});
        let replaced: &[&str] = if old_too { &[HOOK_SECRET] } else { &[] };
        connect(&self.fake.base_url, &self.wire, &settings, replaced)
    }

    fn now(&self) -> Instant {
        Instant(self.now.load(Ordering::Relaxed))
    }

    fn pass<'a>(&'a self, seconds: i64) -> Fut<'a, ()> {
        let now = self.now.fetch_add(seconds * 1_000_000, Ordering::Relaxed) + seconds * 1_000_000;
        self.fake.set_now(now / 1_000_000);
        ready(())
    }

    fn token(&self, role: Role) -> String {
        card(role).token().to_owned()
    }

    fn longest_page(&self) -> i64 {
        DAY
    }

    fn amounts(&self) -> Vec<Money> {
        let isk = Money::new(355, Currency::from_code("ISK").expect("a currency"));
        vec![money(1, "JPY"), money(355, "JPY"), money(1_250, "KWD"), isk, money(12_345, "HUF"), usd(50), usd(99_999_999)]
    }

    fn amounts_too_fine(&self) -> Vec<Money> {
        vec![money(1_255, "KWD"), money(1_001, "MGA"), usd(100_000_000)]
    }

    fn pay<'a>(&'a self, page: &'a str, role: Role) -> Fut<'a, Met> {
        ready(met(self.fake.pay(page, card(role))))
    }

    fn confirm<'a>(&'a self, page: &'a str, ok: bool) -> Fut<'a, Met> {
        ready(met(self.fake.confirm(page, ok)))
    }

    fn in_fields<'a>(&'a self, given: &'a Fields, role: Role) -> Fut<'a, Typed> {
        let text = |name: &str| given.given.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
        if text("staff") == "yes" {
            return ready(Typed::Token(self.fake.type_card(text("key"), card(role)).expect("the script knows its key")));
        }
        ready(Typed::Met(met(self.fake.pay_in_fields(text("key"), text("secret"), card(role)))))
    }

    fn answer_bank<'a>(&'a self, given: &'a Fields, ok: bool) -> Fut<'a, Met> {
        let secret = given.given.iter().find(|(known, _)| *known == "secret").map_or("", |(_, text)| text);
        ready(met(self.fake.answer_bank(secret, ok)))
    }

    /// Stripe's way back is a link: nothing is canceled.
    fn turn_back<'a>(&'a self, _page: &'a str) -> Fut<'a, ()> {
        ready(())
    }

    fn break_line<'a>(&'a self, next: &'a [Line]) -> Fut<'a, ()> {
        let fault = |line: &Line| match line {
            Line::LosesAnswer => Fault::LoseAnswer,
            Line::Silent => Fault::Silent,
            Line::ServerError => Fault::Error500,
        };
        self.fake.break_next(&next.iter().map(fault).collect::<Vec<_>>());
        ready(())
    }

    fn revoke_after(&self, calls: Option<usize>) -> bool {
        self.fake.revoke_after(calls);
        true
    }

    fn truth<'a>(&'a self) -> Fut<'a, Vec<Truth>> {
        let money = |whole, code: &str| processors::amounts::Units::Stripe.money(whole, code).expect("an amount");
        let all = self.fake.truth().into_iter().map(|charge| Truth {
            attempt: charge.attempt.parse().expect("the key of an attempt"),
            captured: money(charge.captured, &charge.currency),
            refunded: money(charge.refunded, &charge.currency),
        });
        ready(all.collect())
    }

    fn messages<'a>(&'a self) -> Fut<'a, Vec<Message>> {
        if self.settings["capabilities"]["webhooks"] == false {
            return ready(Vec::new());
        }
        let all = self.fake.deliveries(HOOK_SECRET).into_iter();
        ready(all.map(|(headers, body)| Message { url: HOOK_URL.into(), headers, body: body.into_bytes() }).collect())
    }

    fn refund_elsewhere<'a>(&'a self, charge: &'a str, amount: Money) -> Fut<'a, ()> {
        self.fake.refund_at_dashboard(charge, amount.minor);
        ready(())
    }

    fn dispute<'a>(&'a self, charge: &'a str) -> Fut<'a, ()> {
        self.fake.dispute(charge);
        ready(())
    }
}
