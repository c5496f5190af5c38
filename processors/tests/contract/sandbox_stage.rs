//! Sandbox on the stage: its bank, on a shelf that lets others run between any two steps, so that races happen.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use books::calendar::Instant;
use books::ids::ConnectionId;
use books::money::Money;
use processors::registry::{self, Connected, Surroundings};
use processors::sandbox::{
    Bank, CardEntry, CheckoutStep, Draft, Fault, House, MemoryShelf, PageId, Record, Shelf, ShelfError, Slice,
};
use processors::{Fut, Processor, Secret};
use uuid::Uuid;

use crate::stage::{Line, Message, Met, Role, Stage, Truth};

/// How often somebody had to wait in real time.
pub static PAUSES: AtomicUsize = AtomicUsize::new(0);

fn no_time(_: Duration) -> Fut<'static, ()> {
    PAUSES.fetch_add(1, Ordering::Relaxed);
    Box::pin(std::future::ready(()))
}

/// Gives way before each step; fails as long as it is told to.
#[derive(Default)]
pub struct Crowded {
    inner: MemoryShelf,
    pub broken: std::sync::atomic::AtomicBool,
    pub bodies: std::sync::Mutex<Vec<String>>,
}

impl Crowded {
    async fn step(&self) -> Result<(), ShelfError> {
        tokio::task::yield_now().await;
        if self.broken.load(Ordering::Relaxed) { Err(ShelfError("the disk is gone".into())) } else { Ok(()) }
    }
}

impl Shelf for Crowded {
    fn get<'a>(&'a self, kind: &'a str, id: &'a str) -> Fut<'a, Result<Option<Record>, ShelfError>> {
        Box::pin(async move {
            self.step().await?;
            self.inner.get(kind, id).await
        })
    }

    fn put<'a>(&'a self, kind: &'a str, id: &'a str, expected: Option<i64>, draft: Draft) -> Fut<'a, Result<bool, ShelfError>> {
        Box::pin(async move {
            self.step().await?;
            assert!(id.len() <= 64 && kind.len() <= 64, "{kind} {id}");
            self.bodies.lock().expect("no test panics while it holds this").push(draft.body.clone());
            self.inner.put(kind, id, expected, draft).await
        })
    }

    fn list<'a>(&'a self, kind: &'a str, slice: Slice, limit: usize) -> Fut<'a, Result<Vec<Record>, ShelfError>> {
        Box::pin(async move {
            self.step().await?;
            self.inner.list(kind, slice, limit).await
        })
    }
}

pub struct SandboxStage {
    pub bank: Arc<Bank>,
    pub shelf: Arc<Crowded>,
    processor: Arc<dyn Processor>,
    settings: serde_json::Value,
    now: AtomicI64,
}

pub fn set(narrowed: serde_json::Value) -> Fut<'static, Box<dyn Stage>> {
    let stage: Box<dyn Stage> = Box::new(SandboxStage::new(narrowed));
    Box::pin(std::future::ready(stage))
}

pub fn connect(shelf: Arc<dyn Shelf>, narrowed: &serde_json::Value, secrets: &[&str]) -> Connected {
    let kind = registry::find("sandbox").expect("it is in the registry");
    let settings = kind.check(&serde_json::json!({ "capabilities": narrowed })).expect("narrower claims");
    let house = House {
        shelf,
        pause: no_time,
        page_key: Secret::new("a page key"),
        hook_secrets: secrets.iter().map(|secret| Secret::new(*secret)).collect(),
    };
    let around = Surroundings {
        connection: ConnectionId(Uuid::from_u128(77)),
        business: "Nordwind Signs".into(),
        public_url: "https://pay.shop.example".into(),
        hook_url: HOOK_URL.into(),
        base_url: None,
        wire: processors::http::Wire::new(),
        replaced: Vec::new(),
        house,
    };
    kind.connect(&settings, around)
}

const HOOK_URL: &str = "https://pay.shop.example/hooks/prc_1";

impl SandboxStage {
    pub fn new(narrowed: serde_json::Value) -> SandboxStage {
        let shelf = Arc::new(Crowded::default());
        let connected = connect(shelf.clone(), &narrowed, &["hook secret"]);
        let start = Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time");
        SandboxStage {
            bank: connected.bank.expect("Sandbox has a bank"),
            processor: connected.processor,
            shelf,
            settings: narrowed,
            now: AtomicI64::new(start.0),
        }
    }

    /// Another node with the same records.
    pub fn other_node(&self) -> Connected {
        connect(self.shelf.clone(), &self.settings, &["hook secret"])
    }
}

pub fn number(role: Role) -> &'static str {
    match role {
        Role::Pays => "4242424242424242",
        Role::Declined => "4000000000000002",
        Role::InsufficientFunds => "4000000000009995",
        Role::Expired => "4000000000000069",
        Role::IncorrectCvc => "4000000000000127",
        Role::Confirms => "4000002500003155",
        Role::RefundFails => "4000000000005126",
        Role::Disputed => "4000000000000259",
        Role::DebitSettles => "000123456789",
        Role::DebitReturned => "000222222227",
    }
}

pub fn page_id(url: &str) -> PageId {
    url.rsplit('/').next().expect("a path").parse().expect("the id of a page")
}

pub fn typed(number: &str) -> CardEntry<'_> {
    CardEntry { number, exp: "12/40", cvc: "123", name: "Ada Example" }
}

fn met(step: CheckoutStep) -> Met {
    match step {
        CheckoutStep::Paid { .. } | CheckoutStep::BankDebitPending { .. } | CheckoutStep::Saved { .. } => Met::Thanks,
        CheckoutStep::Declined { decline, .. } => Met::Declined(decline.reason),
        CheckoutStep::NeedsAuthentication => Met::AskedToConfirm,
        CheckoutStep::Closed { .. } => Met::Closed,
        other => panic!("not what a payer meets here: {other:?}"),
    }
}

impl Stage for SandboxStage {
    fn processor(&self) -> Arc<dyn Processor> {
        self.processor.clone()
    }

    fn with_new_secret(&self, old_too: bool) -> Arc<dyn Processor> {
        let secrets: &[&str] = if old_too { &["new secret", "hook secret"] } else { &["new secret"] };
        connect(self.shelf.clone(), &self.settings, secrets).processor
    }

    fn now(&self) -> Instant {
        Instant(self.now.load(Ordering::Relaxed))
    }

    fn pass<'a>(&'a self, seconds: i64) -> Fut<'a, ()> {
        self.now.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        Box::pin(async move {
            self.bank.tick(self.now()).await.expect("the bank works");
        })
    }

    /// No socket lies between, so that a great many fit into a test.
    fn rounds(&self) -> usize {
        10_000
    }

    fn token(&self, role: Role) -> String {
        format!("tok_{}", number(role))
    }

    fn pay<'a>(&'a self, page: &'a str, role: Role) -> Fut<'a, Met> {
        Box::pin(async move {
            met(self.bank.pay_checkout(&page_id(page), &typed(number(role)), self.now()).await.expect("the bank works"))
        })
    }

    fn confirm<'a>(&'a self, page: &'a str, ok: bool) -> Fut<'a, Met> {
        Box::pin(async move { met(self.bank.authenticate(&page_id(page), ok, self.now()).await.expect("the bank works")) })
    }

    fn turn_back<'a>(&'a self, page: &'a str) -> Fut<'a, ()> {
        Box::pin(async move {
            self.bank.cancel_checkout(&page_id(page), self.now()).await.expect("the bank works");
        })
    }

    fn break_line<'a>(&'a self, next: &'a [Line]) -> Fut<'a, ()> {
        let fault = |line: &Line| match line {
            Line::LosesAnswer => Fault::LoseAnswer,
            Line::Silent => Fault::Timeout,
            Line::ServerError => Fault::Error500,
        };
        Box::pin(async move { self.bank.faults(&next.iter().map(fault).collect::<Vec<_>>()).await.expect("the bank works") })
    }

    fn truth<'a>(&'a self) -> Fut<'a, Vec<Truth>> {
        Box::pin(async move {
            let (mut all, mut cursor) = (Vec::new(), None);
            loop {
                let page = self.bank.charges(cursor.as_deref(), 200).await.expect("the bank works");
                all.extend(page.charges.into_iter().map(|charge| Truth {
                    attempt: charge.attempt,
                    captured: Money::new(charge.captured, charge.currency),
                    refunded: Money::new(charge.refunded, charge.currency),
                }));
                match page.next_cursor {
                    Some(next) => cursor = Some(next),
                    None => return all,
                }
            }
        })
    }

    fn messages<'a>(&'a self) -> Fut<'a, Vec<Message>> {
        Box::pin(async move {
            let mut all = Vec::new();
            loop {
                let batch = self.bank.pending_webhooks(self.now(), 100).await.expect("the bank works");
                if batch.is_empty() {
                    return all;
                }
                for delivery in batch {
                    self.bank.webhook_delivered(&delivery.receipt, true, self.now()).await.expect("the bank works");
                    all.push(Message { url: HOOK_URL.into(), headers: delivery.headers, body: delivery.body.into_bytes() });
                }
            }
        })
    }

    fn refund_elsewhere<'a>(&'a self, charge: &'a str, amount: Money) -> Fut<'a, ()> {
        Box::pin(async move {
            self.bank.refund_at_dashboard(charge, Some(amount), self.now()).await.expect("refundable");
        })
    }

    fn dispute<'a>(&'a self, charge: &'a str) -> Fut<'a, ()> {
        Box::pin(async move {
            self.bank.dispute(charge, self.now()).await.expect("disputable");
        })
    }
}
