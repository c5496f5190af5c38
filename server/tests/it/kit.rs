//! An installation for one test: a business, its owner's key, a clock moved by hand, and the real router.
//!
//! Invariants: every test runs on SQLite and on PostgreSQL, each time in a database of its own; a missing PostgreSQL is a
//! failure, never a skip. When a test ends, no job may be left over unless it said so ([`TestApp::leaves_jobs`]), and the
//! books must agree, by the second opinion of `owed verify`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use books::calendar::Instant;
use books::ids::BusinessId;
use books::money::Currency;
use engine::clock::Clock;
use engine::db::{Db, DbConfig, EngineKind, Mode};
use engine::flows::call::Call;
use engine::flows::create_business::{NewBusiness, create_business};
use engine::flows::issue_key::{NewKey, issue_key};
use engine::flows::send_message::release_due;
use engine::jobs::{follow_processor, run_due};
use engine::keys::Keys;
use engine::services::Services;
use processors::sandbox::{Bank, CardEntry, CheckoutStep, PageId};
use serde_json::{Value, json};
use server::app::App;
use server::cli::Common;
use server::config::{Config, PublicUrl};
use server::listen::Stop;
use server::papers::Papers;
use tower::ServiceExt;

mod answer;
mod fake;
mod papers;
mod place;

pub use answer::Answer;
pub use fake::Fake;
use papers::stand_in;
pub use papers::{drawn, plain};
pub use place::Place;

/// What every test's clock shows at first.
pub const START: &str = "2026-01-15T09:00:00Z";
/// How people reach the installation.
pub const ADDRESS: &str = "http://owed.example";
pub const OWNER: &str = "owner@harbor.example";
pub const PASSWORD: &str = "a long enough password";
/// Rounds of background work after which a test is told that it never ends.
const MOST_ROUNDS: usize = 50;

/// One installation with one business in US dollars, without a processor.
pub struct TestApp {
    pub app: Arc<App>,
    pub business: BusinessId,
    /// A key with every scope.
    pub key: String,
    router: Router,
    leaves_jobs: AtomicBool,
    /// Which address of this machine everybody sits at; 0: elsewhere.
    at_machine: AtomicU16,
}

impl TestApp {
    /// Runs a test on both databases, one after the other, and then looks whether it left all in order.
    pub fn both(test: impl AsyncFn(&TestApp)) {
        TestApp::both_printing(stand_in(), test);
    }

    /// The same with something else that draws papers.
    pub fn both_printing(papers: Papers, test: impl AsyncFn(&TestApp)) {
        for place in Place::both() {
            TestApp::at(&place, papers, &test);
        }
    }

    /// The same at one place, for tests that are at several of them at a time.
    pub fn at(place: &Place, papers: Papers, test: &impl AsyncFn(&TestApp)) {
        block_on(async {
            let app = TestApp::begin(start_up(place, BTreeMap::new(), papers)).await;
            test(&app).await;
            app.check_left_behind().await;
            app.app.services.db.shutdown();
        });
    }

    /// The same with a fake in its processor's place, whose clock starts with the app's.
    pub fn both_with<F: Fake>(test: impl AsyncFn(&TestApp, &F)) {
        for place in Place::both() {
            block_on(async {
                let start = Instant::from_rfc3339(START).expect("a time");
                let fake = F::begin(start.0 / 1_000_000).await;
                let address = BTreeMap::from([(F::KIND.to_owned(), fake.address().to_owned())]);
                let app = TestApp::open_with(&place, address).await;
                test(&app, &fake).await;
                app.check_left_behind().await;
                app.app.services.db.shutdown();
            });
        }
    }

    /// A new business in a fresh database, with other addresses for processors.
    pub async fn open_with(place: &Place, base_urls: BTreeMap<String, String>) -> TestApp {
        TestApp::begin(start_up(place, base_urls, stand_in())).await
    }

    async fn begin(app: Arc<App>) -> TestApp {
        let (business, key) = another_business(&app.services, "Harbor Joinery", "USD").await;
        TestApp::over(app, business, key)
    }

    /// The same installation started anew so many seconds later, as after the process before has ended.
    pub async fn again(
        place: &Place,
        base_urls: BTreeMap<String, String>,
        business: BusinessId,
        key: String,
        later: i64,
    ) -> TestApp {
        let app = start_up(place, base_urls, stand_in());
        let clock = app.services.db.clock();
        clock.set(clock.now().plus_seconds(later));
        engine::flows::move_clock::resume(&app.services.db).await.expect("the test clock goes on");
        engine::store::event::take_up(&app.services.db).await.expect("ids go on behind what is kept");
        TestApp::over(app, business, key)
    }

    fn over(app: Arc<App>, business: BusinessId, key: String) -> TestApp {
        let router = server::router::router(&app);
        TestApp { app, business, key, router, leaves_jobs: AtomicBool::new(false), at_machine: AtomicU16::new(0) }
    }

    pub fn engine(&self) -> EngineKind {
        self.app.services.db.engine()
    }

    pub fn services(&self) -> &Services {
        &self.app.services
    }

    /// This test leaves jobs behind on purpose.
    #[allow(dead_code, reason = "for tests about jobs that fail")]
    pub fn leaves_jobs(&self) {
        self.leaves_jobs.store(true, Ordering::SeqCst);
    }

    /// From now on everybody sits at this machine, whose pages are not counted, and at an address of it that nobody used before, so
    /// that payments are counted anew: for tests that look at very many and pay often.
    pub fn on_this_machine(&self) {
        self.at_machine.fetch_add(1, Ordering::SeqCst);
    }

    /// Another business in the same installation, wholly apart. Answers its key.
    pub async fn other_business(&self) -> (BusinessId, String) {
        another_business(self.services(), "Fjord Rowing", "EUR").await
    }

    /// A key of this business with some scopes only.
    pub async fn key_with(&self, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let new = NewKey { name: "narrow".to_owned(), scopes, expires_on: None };
        let call = Call::system(self.business, "test");
        issue_key(&self.services().db, &call, new).await.expect("a key").1
    }

    /// Sends a request as it is given.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.into()).expect("a request");
        let client = match self.at_machine.load(Ordering::SeqCst).to_be_bytes() {
            [0, 0] => [203, 0, 113, 7],
            [high, low] => [127, 0, high, low],
        };
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((client, 4321))));
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        Answer::read(format!("{method} {path}"), response).await
    }

    /// A call of the API with another key than the usual one. `body`: null for none.
    pub async fn call(&self, key: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        if body.is_null() {
            return self.send(method, &format!("/api/v1{path}"), &all, Body::empty()).await;
        }
        all.push(("content-type", "application/json"));
        self.send(method, &format!("/api/v1{path}"), &all, body.to_string()).await
    }

    /// `GET /api/v1{path}`.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(&self.key, "GET", path, &[], &Value::Null).await
    }

    /// `POST /api/v1{path}` without an idempotency key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(&self.key, "POST", path, &[], &body).await
    }

    /// The same under an idempotency key.
    pub async fn post_once(&self, key: &str, path: &str, body: Value) -> Answer {
        self.call(&self.key, "POST", path, &[("idempotency-key", key)], &body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(&self.key, "PATCH", path, &[], &body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(&self.key, "DELETE", path, &[], &Value::Null).await
    }

    /// A customer with an address; answers the id.
    pub async fn customer(&self, name: &str) -> String {
        let made = self.post("/customers", json!({"name": name, "email": "pay@fern.example"})).await.json(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A confirmed order of one item; answers the id.
    pub async fn order(&self, customer: &str, amount: i64) -> String {
        let lines = json!([{"kind": "item", "description": "Oak table", "quantity": 1, "unit_amount": amount}]);
        let order = json!({"customer": customer, "kind": "order", "currency": "USD", "lines": lines, "state": "confirmed"});
        let made = self.post("/orders", order).await.json(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Sandbox; answers the connection's id.
    pub async fn sandbox(&self) -> String {
        let made = self.post("/processors", json!({"kind": "sandbox", "settings": {}})).await.json(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A payer opens a link's address and presses *Pay*. The processor's page.
    pub async fn page_of_link(&self, url: &str) -> String {
        use engine::flows::open_link::{Opened, open_link};
        use engine::flows::start_checkout::{Next, start_checkout};
        let token = url.strip_prefix(&format!("{ADDRESS}/p/")).expect("a payer's address");
        let opened = open_link(&self.services().db, token, "a visitor", true, "test").await.expect("it can be looked up");
        let Opened::Live(link) = opened else { panic!("{url} is not live: {opened:?}") };
        let next = start_checkout(self.services(), &link, None, "test").await.expect("a page");
        let Next::Page(page) = next else { panic!("a page was expected, not {next:?}") };
        page
    }

    /// A payer opens a link's address, presses *Pay* and fills in Sandbox's page. What the page said.
    pub async fn pay_by_link(&self, url: &str, number: &str) -> CheckoutStep {
        let page = self.page_of_link(url).await;
        let id: PageId = page.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
        let entry = CardEntry { number, exp: "12/30", cvc: "123", name: "A payer" };
        for bank in self.banks().await {
            // Each Sandbox knows its own pages only.
            if let Ok(step) = bank.pay_checkout(&id, &entry, self.services().db.clock().now()).await {
                self.work().await;
                return step;
            }
        }
        panic!("no Sandbox has the page {page}");
    }

    /// Sandbox's own side; of several the first that was connected.
    pub async fn bank(&self) -> Arc<Bank> {
        self.banks().await.into_iter().next().expect("Sandbox is connected")
    }

    async fn banks(&self) -> Vec<Arc<Bank>> {
        let connections = engine::store::connection::list(&self.services().db, self.business).await.expect("connections");
        let open = |connection| self.services().connections.open(connection, "Harbor Joinery").expect("it opens").bank;
        connections.iter().filter_map(open).collect()
    }

    /// Follows processors and runs jobs until nothing is left to do now.
    pub async fn work(&self) {
        for _ in 0..MOST_ROUNDS {
            follow_processor::follow_all(self.services()).await.expect("processors are followed");
            release_due(self.services()).await.expect("held messages are looked at");
            if run_due(self.services()).await.expect("jobs run") == 0 {
                return;
            }
        }
        panic!("background work never ends");
    }

    async fn check_left_behind(&self) {
        if !self.leaves_jobs.load(Ordering::SeqCst) {
            self.work().await;
            let left = engine::store::job::list(&self.services().db, self.business).await.expect("the list of jobs");
            assert!(left.is_empty(), "jobs are left over: {left:?}");
        }
        self.check_books().await;
    }

    /// The second opinion on the books (`owed verify`) agrees, and the API keeps the identity of every order.
    pub async fn check_books(&self) {
        let report = engine::verify::verify(&self.services().db).await.expect("the books can be read");
        for business in &report.businesses {
            assert!(business.disagreements.is_empty(), "{}: {:#?}", business.name, business.disagreements);
        }
        for order in self.all("/orders?limit=200").await {
            let figure = |name: &str| order[name].as_i64().unwrap_or_else(|| panic!("{name} of {order}"));
            let asked = figure("paid") + figure("credited") + figure("written_off") + figure("amount_due");
            assert!(order["state"] == "draft" || figure("total") == asked, "{order}");
        }
        for invoice in self.all("/invoices?limit=200").await {
            let figure = |name: &str| invoice[name].as_i64().unwrap_or_else(|| panic!("{name} of {invoice}"));
            let asked = figure("paid") + figure("credited") + figure("written_off") + figure("amount_due");
            assert!(invoice["state"] == "draft" || figure("total") + figure("fees") == asked, "{invoice}");
            let id = invoice["id"].as_str().expect("an id");
            let one = self.get(&format!("/invoices/{id}")).await.json(200);
            for name in ["state", "total", "fees", "paid", "credited", "written_off", "amount_due", "overdue"] {
                assert_eq!(one[name], invoice[name], "{name} of {id} in the list and alone");
            }
            let explained = self.get(&format!("/invoices/{id}/explain")).await.json(200);
            assert_eq!(explained["amount_due"], invoice["amount_due"], "{explained}");
        }
    }

    /// Every page of a list. `path` has a query already.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}{cursor}")).await.json(200);
            rows.extend(page["data"].as_array().expect("a list").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }
}

/// Opens the database and puts the server over it, on the test clock.
fn start_up(place: &Place, base_urls: BTreeMap<String, String>, papers: Papers) -> Arc<App> {
    let start = Instant::from_rfc3339(START).expect("a time");
    let at = DbConfig { data: place.data.clone(), url: place.url.clone(), mode: Mode::ReadWrite };
    let db = Db::open(&at, Clock::test(start)).expect("a fresh database opens");
    let keys = Keys::open(&place.data.join("key")).expect("a fresh key file");
    let services = Services::new(db, keys, ADDRESS.to_owned(), None).with_base_urls(base_urls);
    let common = Common { data: Some(place.data.clone()), ..Common::default() };
    let mut config = Config::load(&common, None).expect("the defaults");
    config.configured_url = Some(PublicUrl::parse(ADDRESS).expect("a URL"));
    config.test_clock = Some(start);
    App::new(config, services, papers, Stop::new())
}

async fn another_business(services: &Services, name: &str, currency: &str) -> (BusinessId, String) {
    let new = NewBusiness {
        name: name.to_owned(),
        currency: Currency::from_code(currency).expect("a known code"),
        owner_email: OWNER.to_owned(),
        owner_name: "The owner".to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
        api_key: true,
    };
    let made = create_business(&services.db, new).await.expect("a business");
    (made.business, made.api_key.expect("a key was asked for"))
}

/// Runs something asynchronous to its end.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime for the test").block_on(work)
}
