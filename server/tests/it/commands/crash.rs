//! The process is killed between what a processor did and what the books know of it, and is started again.
//!
//! The server runs in a process of its own, this test's program asked for one test by name. It has committed the attempt and the
//! processor has charged when SIGKILL comes; the answer never arrives. Whoever starts next on the same database finds out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant as Watch};

use books::ids::BusinessId;
use fakes::Fault;
use fakes::authorize_net::{AuthorizeNetFake, LOGIN};
use fakes::stripe::Card;
use serde_json::{Value, json};

use crate::kit::{Place, START, TestApp, block_on};

const ERRAND: &str = "OWED_TEST_ERRAND";
/// Sandbox's card whose bank answers after five seconds.
const SLOW: &str = "tok_4000000000000101";

/// What the process that is killed is told.
struct Errand {
    place: Place,
    base_urls: BTreeMap<String, String>,
    business: BusinessId,
    key: String,
    body: Value,
}

impl Errand {
    /// A process of its own that sends the payment.
    fn begin(&self) -> Child {
        let told = json!({
            "data": self.place.data, "url": self.place.url, "base_urls": self.base_urls, "business": self.business.to_string(),
            "key": self.key, "body": self.body,
        });
        let program = std::env::current_exe().expect("this test's program");
        let mut command = Command::new(program);
        command.args(["--exact", "commands::crash::the_process_that_is_killed", "--ignored"]);
        command.env(ERRAND, told.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("a process")
    }

    fn is_asking(&self) -> bool {
        self.place.data.join("asking").exists()
    }
}

#[test]
#[ignore = "the child of the tests below"]
fn the_process_that_is_killed() {
    let Ok(told) = std::env::var(ERRAND) else { return };
    let told: Value = serde_json::from_str(&told).expect("an errand");
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    let place = Place { data: PathBuf::from(text("data").expect("a folder")), url: text("url") };
    let urls = serde_json::from_value(told["base_urls"].clone()).expect("addresses");
    block_on(async {
        let business = text("business").expect("a business").parse().expect("its id");
        let app = TestApp::again(&place, urls, business, text("key").expect("a key"), 1).await;
        std::fs::write(place.data.join("asking"), "now").expect("a sign for the parent");
        app.post_once("killed", "/payments", told["body"].clone()).await;
    });
    // Nothing of the parent's is removed here.
    std::mem::forget(place);
}

/// Waits for something, for at most a minute.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Watch::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what} never happened");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A customer with a kept card and an order, in an installation that is closed again. Answers the errand.
async fn prepared(place: Place, base_urls: BTreeMap<String, String>, connect: Value, token: &str) -> Errand {
    let app = TestApp::open_with(&place, base_urls.clone()).await;
    let made = app.post("/processors", connect).await.json(201);
    let prc = made["id"].as_str().expect("an id");
    if made["state"] != "live" {
        app.post(&format!("/processors/{prc}/test"), json!({})).await.json(200);
    }
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, 9_900).await;
    let keep = json!({"processor": prc, "token": token});
    let method = app.post(&format!("/customers/{customer}/methods"), keep).await.json(201);
    let body = json!({"customer": customer, "amount": 9_900, "currency": "USD", "order": order, "method": {"type": "saved", "id": method["id"]}});
    app.work().await;
    app.app.services.db.shutdown();
    let (business, key) = (app.business, app.key.clone());
    drop(app);
    Errand { place, base_urls, business, key, body }
}

/// Starts again, lets time pass, and answers how the one payment and its order stand. The books agree.
async fn started_again(errand: &Errand, pass: impl FnOnce()) -> (Value, Value) {
    let app = TestApp::again(&errand.place, errand.base_urls.clone(), errand.business, errand.key.clone(), 60).await;
    let payments = app.all("/payments?limit=50").await;
    assert_eq!(payments.len(), 1, "the attempt was kept before anybody was asked: {payments:?}");
    assert!(!matches!(payments[0]["state"].as_str(), Some("succeeded" | "failed")), "nobody knows yet: {}", payments[0]);
    pass();
    app.post("/test/clock", json!({"advance": "PT30M"})).await.json(200);
    app.work().await;
    app.post("/test/clock", json!({"advance": "PT2H"})).await.json(200);
    app.work().await;
    let payments = app.all("/payments?limit=50").await;
    let order = app.get(&format!("/orders/{}", errand.body["order"].as_str().expect("an order"))).await.json(200);
    app.check_books().await;
    app.app.services.db.shutdown();
    assert_eq!(payments.len(), 1, "{payments:?}");
    (payments[0].clone(), order)
}

#[test]
fn a_charge_of_a_real_kind_is_booked_once_after_a_kill() {
    for place in Place::both() {
        block_on(async {
            let start = books::calendar::Instant::from_rfc3339(START).expect("a time");
            let fake = AuthorizeNetFake::start(start.0 / 1_000_000).await;
            let urls = BTreeMap::from([("authorize_net".to_owned(), fake.base_url.clone())]);
            let settings = json!({"login_id": LOGIN.0, "transaction_key": LOGIN.1, "environment": "sandbox"});
            let connect = json!({"kind": "authorize_net", "settings": settings});
            let token = fake.nonce(Card::Pays);
            let errand = prepared(place, urls, connect, &token).await;
            fake.break_next([Fault::Slow(4_000)]);
            let mut child = errand.begin();
            until("the charge", || !fake.bank().transactions.is_empty()).await;
            child.kill().expect("it is killed");
            child.wait().expect("it is gone");
            let (payment, order) = started_again(&errand, || fake.bank().pass(9_000)).await;
            assert_eq!((&payment["state"], &order["payment_state"]), (&json!("succeeded"), &json!("paid")), "{payment}");
            let taken: Vec<i64> = fake.bank().transactions.iter().map(|it| it.settles).collect();
            assert_eq!(taken, [9_900], "exactly one capture");
        });
    }
}

#[test]
fn a_charge_of_sandbox_is_booked_once_after_a_kill() {
    for place in Place::both() {
        block_on(async {
            let errand = prepared(place, BTreeMap::new(), json!({"kind": "sandbox", "settings": {}}), SLOW).await;
            let mut child = errand.begin();
            until("the call", || errand.is_asking()).await;
            // Its bank has charged by now and keeps everybody waiting.
            tokio::time::sleep(Duration::from_millis(4_500)).await;
            child.kill().expect("it is killed");
            child.wait().expect("it is gone");
            let (payment, order) = started_again(&errand, || ()).await;
            let app = TestApp::again(&errand.place, BTreeMap::new(), errand.business, errand.key.clone(), 60).await;
            let prc = app.get("/processors").await.json(200)["data"][0]["id"].as_str().expect("an id").to_owned();
            let charges = app.all(&format!("/processors/{prc}/sandbox/charges?limit=50")).await;
            app.app.services.db.shutdown();
            assert_eq!(charges.len(), 1, "exactly one capture: {charges:?}");
            assert_eq!((&payment["state"], &order["payment_state"]), (&json!("succeeded"), &json!("paid")), "{payment}");
        });
    }
}
