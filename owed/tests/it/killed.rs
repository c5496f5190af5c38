//! The power goes while a charge is on its way: the server's process is killed between the call and its answer, on either
//! side of the processor, and started again. Each charge is made once and booked once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use books::calendar::Instant;
use fakes::http::{Answered, Arrived, serve};
use fakes::stripe::{Card, SECRET_KEY, StripeFake};
use processors::http::{Http, Request, Wire};
use serde_json::{Value, json};

use crate::kit::{Place, block_on};

const BEGIN: &str = "2026-01-15T09:00:00Z";
const AMOUNT: i64 = 12_345;

/// Where the call is when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Sent, and not yet at the processor.
    Before,
    /// Charged, and the answer not yet back.
    After,
}

/// Stands between the server and Stripe, and holds one charge up until the server is dead.
#[derive(Default)]
struct Gate {
    holds: Mutex<Option<Side>>,
    reached: AtomicBool,
    killed: AtomicBool,
}

impl Gate {
    fn hold(&self, side: Side) {
        self.reached.store(false, Ordering::SeqCst);
        self.killed.store(false, Ordering::SeqCst);
        *self.holds.lock().unwrap_or_else(PoisonError::into_inner) = Some(side);
    }

    /// The side on which this request is held up; it is held up once.
    fn holds(&self, arrived: &Arrived) -> Option<Side> {
        let is_charge = arrived.method == "POST" && arrived.path == "/v1/payment_intents";
        if is_charge { self.holds.lock().unwrap_or_else(PoisonError::into_inner).take() } else { None }
    }

    fn wait_for_the_end(&self) -> Answered {
        self.reached.store(true, Ordering::SeqCst);
        while !self.killed.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }

    async fn stand(self: Arc<Gate>, fake: &str) -> String {
        let there = Http::new(&Wire::new(), "stripe", fake, None);
        let handle = tokio::runtime::Handle::current();
        let pass = move |arrived: Arrived| match self.holds(&arrived) {
            Some(Side::Before) => self.wait_for_the_end(),
            Some(Side::After) => {
                handle.block_on(pass_on(&there, &arrived)).expect("the charge arrives");
                self.wait_for_the_end()
            }
            None => handle.block_on(pass_on(&there, &arrived)),
        };
        serve(Arc::new(move |arrived| tokio::task::block_in_place(|| pass(arrived)))).await
    }
}

async fn pass_on(there: &Http, arrived: &Arrived) -> Answered {
    let query = if arrived.query.is_empty() { String::new() } else { format!("?{}", arrived.query) };
    let path = format!("{}{query}", arrived.path);
    let mut request = match arrived.method.as_str() {
        "GET" => Request::get(path),
        _ => Request::form(path, String::from_utf8(arrived.body.clone()).expect("a form is text")),
    };
    for name in ["authorization", "idempotency-key", "stripe-version"] {
        if let Some(value) = arrived.header(name) {
            request = request.header(name, value);
        }
    }
    let answer = there.send(request).await.ok()?;
    let body = answer.json().ok()?;
    Some((answer.status, body.to_string().into_bytes()))
}

/// One business and its server, which may be killed and started again.
struct Office<'a> {
    place: &'a Place,
    stripe: String,
    key: String,
    running: Option<Child>,
    api: Http,
}

impl Office<'_> {
    fn command(place: &Place) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_owed"));
        command.env("OWED_LOG", "error").env("OWED_TEST_CLOCK", BEGIN).env("OWED_DATA", &place.data);
        if let Some(url) = &place.url {
            command.env("OWED_DATABASE_URL", url);
        }
        command
    }

    fn open<'a>(place: &'a Place, stripe: &str) -> Office<'a> {
        let mut setup = Office::command(place);
        setup.args(["setup", "--business", "Harbor Joinery", "--currency", "USD", "--email", "owner@harbor.example"]);
        setup.args(["--password-stdin", "--api-key"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut setup = setup.spawn().expect("the program starts");
        setup.stdin.take().expect("it was piped").write_all(b"a password for the test\n").expect("it reads");
        let said = setup.wait_with_output().expect("it ends");
        assert!(said.status.success());
        let key = String::from_utf8(said.stdout).expect("a key is text").trim().to_owned();
        let nowhere = Http::new(&Wire::new(), "owed", "http://127.0.0.1:1", None);
        let mut office = Office { place, stripe: stripe.to_owned(), key, running: None, api: nowhere };
        office.start();
        office
    }

    fn start(&mut self) {
        let mut serve = Office::command(self.place);
        serve.args(["serve", "--listen", "127.0.0.1:0"]).env("OWED_STRIPE_BASE_URL", &self.stripe).stdout(Stdio::piped());
        let mut child = serve.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
        let said = lines.find_map(|line| line.ok()?.strip_prefix("listening on ").map(str::to_owned));
        self.api = Http::new(&Wire::new(), "owed", &said.expect("it listens"), None);
        self.running = Some(child);
    }

    /// No farewell: what is not on the disk is gone.
    fn kill(&mut self) {
        let mut child = self.running.take().expect("it runs");
        child.kill().expect("it is killed");
        child.wait().expect("it is dead");
    }

    fn request(&self, path: &str, body: Option<&Value>) -> Request {
        let path = format!("/api/v1{path}");
        let request = match body {
            Some(body) => Request::json(hyper::Method::POST, path, body.to_string()),
            None => Request::get(path),
        };
        request.header("authorization", format!("Bearer {}", self.key))
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.api.send(self.request(path, Some(&body))).await.expect("an answer");
        let said = answer.json().expect("JSON");
        assert!(answer.is_success(), "{path}: {said}");
        said
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.api.send(self.request(path, None)).await.expect("an answer");
        let said = answer.json().expect("JSON");
        assert!(answer.is_success(), "{path}: {said}");
        said
    }

    async fn made(&self, path: &str, body: Value) -> String {
        self.post(path, body).await["id"].as_str().expect("an id").to_owned()
    }

    /// Time passes here and at Stripe.
    async fn wait(&self, fake: &StripeFake, advance: &str) {
        let now = self.post("/test/clock", json!({ "advance": advance })).await;
        let now = Instant::from_rfc3339(now["now"].as_str().expect("a time")).expect("a time");
        fake.set_now(now.0 / 1_000_000);
        self.post("/test/clock", json!({ "advance": "PT1S" })).await;
    }

    /// An order, its customer, and what charges their kept card for it.
    async fn owed(&self, connection: &str, token: &str) -> (String, Value) {
        let customer = self.made("/customers", json!({"name": "Fern & Field", "email": "pay@fern.example"})).await;
        let kept = json!({"processor": connection, "token": token});
        let method = self.made(&format!("/customers/{customer}/methods"), kept).await;
        let lines = json!([{"kind": "item", "description": "Oak table", "quantity": 1, "unit_amount": AMOUNT}]);
        let order = json!({"customer": customer, "kind": "order", "currency": "USD", "lines": lines, "state": "confirmed"});
        let order = self.made("/orders", order).await;
        let method = json!({"type": "saved", "id": method});
        let charge = json!({"customer": customer, "amount": AMOUNT, "currency": "USD", "order": order, "method": method});
        (order, charge)
    }

    /// Charges, and is killed meanwhile, as soon as `when` says so.
    async fn charge_and_kill(&mut self, charge: &Value, when: impl AsyncFn()) {
        let (api, request) = (self.api.clone(), self.request("/payments", Some(charge)));
        let asked = tokio::spawn(async move { api.send(request).await });
        when().await;
        self.kill();
        assert!(asked.await.expect("it was asked").is_err(), "nobody answers any more");
    }

    /// The one payment of an order, once there is evidence of what became of it.
    async fn settled(&self, fake: &StripeFake, order: &str) -> Value {
        for _ in 0..10 {
            self.wait(fake, "PT2M").await;
            let payments = self.get("/payments?limit=50").await["data"].as_array().expect("a list").clone();
            let own: Vec<Value> = payments.into_iter().filter(|one| one["order"] == order).collect();
            assert_eq!(own.len(), 1, "one payment, whatever happened: {own:?}");
            if ["succeeded", "failed", "canceled"].iter().any(|end| own[0]["state"] == *end) {
                return own[0].clone();
            }
        }
        panic!("nobody finds out what became of the charge");
    }

    fn verify(&self) {
        let said = Office::command(self.place).arg("verify").output().expect("the program starts");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    }
}

impl Drop for Office<'_> {
    fn drop(&mut self) {
        if let Some(child) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start_of_time() -> i64 {
    Instant::from_rfc3339(BEGIN).expect("a time").0 / 1_000_000
}

async fn until(reached: &AtomicBool) {
    for _ in 0..3_000 {
        if reached.load(Ordering::SeqCst) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the charge never came by");
}

#[test]
fn a_charge_at_stripe_is_made_once_and_booked_once_however_the_server_dies() {
    for place in Place::both() {
        block_on(async {
            let fake = StripeFake::start(start_of_time()).await;
            let gate = Arc::new(Gate::default());
            let address = gate.clone().stand(&fake.base_url).await;
            let mut office = Office::open(&place, &address);
            let settings = json!({"secret_key": SECRET_KEY, "webhook_secret": "whsec_first_secret_1111"});
            let connection = office.made("/processors", json!({"kind": "stripe", "settings": settings})).await;
            office.post(&format!("/processors/{connection}/test"), json!({})).await;
            for (round, side) in [(1, Side::Before), (2, Side::After)] {
                let (order, charge) = office.owed(&connection, Card::Pays.token()).await;
                gate.hold(side);
                office.charge_and_kill(&charge, async || until(&gate.reached).await).await;
                gate.killed.store(true, Ordering::SeqCst);
                let taken = |fake: &StripeFake| {
                    // The test charge was held and let go.
                    fake.truth().iter().map(|charge| charge.captured).filter(|minor| *minor > 0).collect::<Vec<_>>()
                };
                let before = if side == Side::After { round } else { round - 1 };
                assert_eq!(taken(&fake), vec![AMOUNT; before], "{side:?}: as far as it came");

                office.start();
                let payment = office.settled(&fake, &order).await;
                assert_eq!((&payment["state"], &payment["amount"]), (&json!("succeeded"), &json!(AMOUNT)), "{side:?}");
                assert_eq!(office.get(&format!("/orders/{order}")).await["amount_due"], 0, "{side:?}");
                assert_eq!(taken(&fake), vec![AMOUNT; round], "{side:?}: charged once");
                office.verify();
            }
        });
        assert!(Path::new(&place.data).is_dir());
    }
}

#[test]
fn a_charge_at_sandbox_is_made_once_or_never_and_the_books_say_which() {
    for place in Place::both() {
        block_on(async {
            let fake = StripeFake::start(start_of_time()).await;
            let mut office = Office::open(&place, &fake.base_url);
            let connection = office.made("/processors", json!({"kind": "sandbox", "settings": {}})).await;
            for millis in [20, 700, 2_000] {
                // This card takes five seconds to be charged.
                let (order, charge) = office.owed(&connection, "tok_4000000000000101").await;
                office.charge_and_kill(&charge, async || tokio::time::sleep(Duration::from_millis(millis)).await).await;
                office.start();
                let payments = office.get("/payments?limit=50").await["data"].as_array().expect("a list").clone();
                if payments.iter().all(|one| one["order"] != order) {
                    continue; // It died before it had written anything down.
                }
                let payment = office.settled(&fake, &order).await;
                let due = office.get(&format!("/orders/{order}")).await["amount_due"].as_i64().expect("an amount");
                let paid = if payment["state"] == "succeeded" { AMOUNT } else { 0 };
                assert_eq!(due, AMOUNT - paid, "{payment}");
                office.verify();
            }
            let charges = office.get(&format!("/processors/{connection}/sandbox/charges")).await;
            let taken: i64 = charges["data"].as_array().expect("a list").iter().filter_map(|one| one["captured"].as_i64()).sum();
            let payments = office.get("/payments?state=succeeded&limit=50").await;
            let booked: i64 = payments["data"].as_array().expect("a list").iter().filter_map(|one| one["amount"].as_i64()).sum();
            assert_eq!(taken, booked, "what the bank took is what was booked");
        });
    }
}
