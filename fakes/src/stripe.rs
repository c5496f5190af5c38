//! Stripe, as far as Owed speaks to it, on a port of this machine.
//!
//! Invariants: an answer to a key is kept word for word and given again, for the same path and form only; refusals of
//! malformed requests are not kept; nothing is taken twice. Every form that arrives and every object that leaves is held
//! against Stripe's published description. Limits: one account, one currency per charge, no fees.
//! Source: Stripe's OpenAPI file of 2023-08-16, its samples of 2026-08-21, and its page on idempotent requests.

mod api;
mod book;
mod browser;
mod cards;
mod objects;
mod payer;
mod reading;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use self::book::Book;
pub use self::book::Truth;
pub use self::browser::PUBLISHABLE_KEY;
pub use self::cards::Card;
pub use self::payer::Met;
use crate::fault::{Fault, Revoked, broken, garbage};
use crate::form;
use crate::spec::Spec;

const DESCRIPTION: &str = include_str!("../../processors/tests/specs/stripe/spec3-2023-08-16.trimmed.json");
/// What the connector pins.
const VERSION: &str = "2026-10-28.endive";
pub const SECRET_KEY: &str = "sk_test_fake";
/// So many bodies of one shape are judged; after them every hundredth, so that long loops stay short.
const JUDGED: usize = 100;
/// So many requests are remembered.
const REMEMBERED: usize = 2_000;

fn description() -> &'static Spec {
    static READ: OnceLock<Spec> = OnceLock::new();
    READ.get_or_init(|| Spec::read(DESCRIPTION).knowing_also(&["authorization_code", "capture_before", "moto"]))
}

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub method: String,
    /// With its query.
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// The fake. It listens until it is dropped; dropping it fails when something did not agree with the description.
pub struct StripeFake {
    pub base_url: String,
    inner: Arc<Inner>,
    listener: tokio::task::JoinHandle<()>,
}

struct Inner {
    book: Mutex<Book>,
    kept: Mutex<HashMap<String, Kept>>,
    /// Keys of calls that have begun and not ended.
    under_way: Mutex<HashSet<String>>,
    faults: Mutex<VecDeque<Fault>>,
    revoked: Revoked,
    /// Beginnings of paths that the key has no right to.
    forbidden: Mutex<Vec<String>>,
    arrived: Mutex<VecDeque<Arrived>>,
    judged: Mutex<HashMap<String, usize>>,
    complaints: Mutex<Vec<String>>,
}

struct Kept {
    path: String,
    body: Bytes,
    status: u16,
    /// As text, because many are kept.
    answer: String,
}

/// A status and a body.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub status: u16,
    pub body: Value,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StripeFake {
    /// Begins to listen. `now`: seconds since 1970.
    pub async fn start(now: i64) -> StripeFake {
        let inner = Arc::new(Inner {
            book: Mutex::new(Book::new(now)),
            kept: Mutex::default(),
            under_way: Mutex::default(),
            faults: Mutex::default(),
            revoked: Revoked::default(),
            forbidden: Mutex::default(),
            arrived: Mutex::default(),
            judged: Mutex::default(),
            complaints: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let app = Router::new().fallback(serve).with_state(inner.clone());
        let listener = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("a listener serves until it is dropped");
        });
        StripeFake { base_url, inner, listener }
    }

    /// Moves its clock forward and lets happen what falls due: debits, holds that lapse, pages, disputes, payouts.
    pub fn set_now(&self, now: i64) {
        lock(&self.inner.book).pass(now);
    }

    /// The next calls that would change something meet these, one each.
    pub fn break_next(&self, faults: &[Fault]) {
        lock(&self.inner.faults).extend(faults);
    }

    /// After so many more calls the client's keys are refused. None: they are known again.
    pub fn revoke_after(&self, calls: Option<usize>) {
        self.inner.revoked.after(calls);
    }

    /// The key has no right to what is at these paths.
    pub fn forbid(&self, beginning: &str) {
        lock(&self.inner.forbidden).push(beginning.to_owned());
    }

    /// What did not agree with the description so far.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.inner.complaints).clone()
    }

    /// The page at this address, as its interface shows it. Null where there is none.
    pub fn page(&self, url: &str) -> Value {
        lock(&self.inner.book).page_of(url)
    }

    /// What a payer does on the page at this address.
    pub fn pay(&self, url: &str, card: Card) -> Met {
        lock(&self.inner.book).pay(url, card)
    }

    /// What a payer does in Stripe's fields on another page, where its script was given this key and secret.
    pub fn pay_in_fields(&self, key: &str, secret: &str, card: Card) -> Met {
        lock(&self.inner.book).pay_in_fields(key, secret, card)
    }

    /// Staff type a card into Stripe's fields on another page, whose script was given this key: the token that they give.
    pub fn type_card(&self, key: &str, card: Card) -> Option<String> {
        lock(&self.inner.book).method_from_browser(key, card)
    }

    /// What the payer at such fields says when their bank asks.
    pub fn answer_bank(&self, secret: &str, agrees: bool) -> Met {
        lock(&self.inner.book).answer_bank(secret, agrees)
    }

    /// What the holder of a card says when their bank asks.
    pub fn confirm(&self, url: &str, agrees: bool) -> Met {
        lock(&self.inner.book).confirm(url, agrees)
    }

    /// The payment intents that took money, oldest first.
    pub fn truth(&self) -> Vec<Truth> {
        lock(&self.inner.book).truth()
    }

    /// A refund that somebody makes at the dashboard.
    pub fn refund_at_dashboard(&self, intent: &str, amount: i64) {
        lock(&self.inner.book).refund_at_dashboard(intent, amount);
    }

    /// Days after it went, the card's bank does not take what an intent gave back last.
    pub fn bounce_refund(&self, intent: &str) {
        lock(&self.inner.book).bounce_refund(intent);
    }

    /// A refund of a charge without an intent, which another program made on the same account.
    pub fn refund_of_a_stranger(&self, amount: i64) {
        lock(&self.inner.book).refund_of_a_stranger(amount);
    }

    /// A payer goes to their bank.
    pub fn dispute(&self, intent: &str) {
        lock(&self.inner.book).dispute(intent, "needs_response", "general");
    }

    /// The bank decides.
    pub fn decide_dispute(&self, intent: &str, won: bool) {
        lock(&self.inner.book).decide_dispute(intent, won);
    }

    /// Events that were not delivered yet, as signed requests: headers and body. They count as delivered then.
    pub fn deliveries(&self, secret: &str) -> Vec<(Vec<(String, String)>, String)> {
        let (events, now) = lock(&self.inner.book).undelivered();
        events.into_iter().map(|event| (signed(secret, now, &event.to_string()), event.to_string())).collect()
    }

    /// What arrived so far, at most the last two thousand requests.
    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.inner.arrived).iter().cloned().collect()
    }

    /// Stripe may forget keys after a day.
    pub fn forget_keys(&self) {
        lock(&self.inner.kept).clear();
    }
}

/// The headers of a delivery.
fn signed(secret: &str, now: i64, body: &str) -> Vec<(String, String)> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{now}.{body}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    vec![
        ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
        ("Stripe-Signature".to_owned(), format!("t={now},v1={signature}")),
    ]
}

impl Drop for StripeFake {
    fn drop(&mut self) {
        self.listener.abort();
        let complaints = lock(&self.inner.complaints);
        if !std::thread::panicking() {
            assert!(complaints.is_empty(), "not as Stripe describes it:\n{}", complaints.join("\n"));
        }
    }
}

async fn serve(State(inner): State<Arc<Inner>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let text = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
    };
    let headers: HashMap<String, String> = headers.iter().map(text).collect();
    let arrived =
        Arrived { method: method.to_string(), path: path.clone(), headers, body: String::from_utf8_lossy(&body).into() };
    {
        let mut all = lock(&inner.arrived);
        if all.len() == REMEMBERED {
            all.pop_front();
        }
        all.push_back(arrived.clone());
    }
    if let Some(id) = from_browser(&arrived) {
        return answer(&lock(&inner.book).confirm_from_browser(&id, &form::tree(&arrived.body)));
    }
    if let Some(refusal) = at_the_door(&arrived).or_else(|| inner.refuses_key(&arrived)) {
        return answer(&refusal);
    }
    if arrived.headers.get("idempotency-key").is_some_and(|key| lock(&inner.under_way).contains(key)) {
        let text = "There is currently another in-progress request using this idempotency key.";
        return answer(&said(409, "idempotency_error", "idempotency_key_in_use", text));
    }
    let changes = method != Method::GET;
    let fault = if changes { lock(&inner.faults).pop_front() } else { None };
    match fault {
        Some(Fault::Silent) => return broken(),
        Some(Fault::Error500) => return answer(&said(500, "api_error", "", "An error occurred on our side.")),
        Some(Fault::Busy) => return answer(&said(429, "invalid_request_error", "rate_limit", "Too many requests.")),
        Some(Fault::Slow(ms)) => return slowly(inner, ms, arrived, method, body).await,
        _ => {}
    }
    let done = inner.act(&method, &arrived, body, fault == Some(Fault::Stored500));
    match fault {
        Some(Fault::LoseAnswer) => broken(),
        Some(Fault::Garbage) => garbage(),
        _ => answer(&done),
    }
}

/// Does it after so many milliseconds, although the caller may have hung up by then.
async fn slowly(inner: Arc<Inner>, ms: u64, arrived: Arrived, method: Method, body: Bytes) -> Response {
    let key = arrived.headers.get("idempotency-key").cloned();
    lock(&inner.under_way).extend(key.clone());
    let doing = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        let done = inner.act(&method, &arrived, body, false);
        if let Some(key) = key {
            lock(&inner.under_way).remove(&key);
        }
        done
    });
    doing.await.map_or_else(|_| broken(), |done| answer(&done))
}

fn answer(said: &Said) -> Response {
    let status = StatusCode::from_u16(said.status).expect("a status");
    (status, [("content-type", "application/json"), ("request-id", "req_fake")], said.body.to_string()).into_response()
}

/// A refusal in Stripe's words.
pub(crate) fn said(status: u16, kind: &str, code: &str, message: &str) -> Said {
    let mut error = json!({ "type": kind, "message": message });
    if !code.is_empty() {
        error["code"] = json!(code);
    }
    Said { status, body: json!({ "error": error }) }
}

/// The intent that a browser confirms, by a key of its own in the form and without ours.
fn from_browser(arrived: &Arrived) -> Option<String> {
    let id = arrived.path.strip_prefix("/v1/payment_intents/")?.strip_suffix("/confirm")?;
    (arrived.method == "POST" && !arrived.headers.contains_key("authorization")).then(|| id.to_owned())
}

fn at_the_door(arrived: &Arrived) -> Option<Said> {
    let header = |name: &str| arrived.headers.get(name).map_or("", String::as_str);
    if header("authorization") != format!("Bearer {SECRET_KEY}") {
        return Some(said(401, "invalid_request_error", "", "Invalid API Key provided."));
    }
    if header("stripe-version") != VERSION {
        return Some(said(400, "invalid_request_error", "", "Invalid Stripe API version."));
    }
    if arrived.method == "POST" && header("idempotency-key").is_empty() {
        return Some(said(400, "invalid_request_error", "", "The fake wants a key with every write."));
    }
    None
}

impl Inner {
    /// What a key hears that was revoked, or that lacks a right.
    fn refuses_key(&self, arrived: &Arrived) -> Option<Said> {
        if self.revoked.strikes() {
            return Some(said(401, "invalid_request_error", "api_key_expired", "Expired API Key provided."));
        }
        let forbidden = lock(&self.forbidden).iter().any(|beginning| arrived.path.starts_with(beginning.as_str()));
        let text = "The provided key does not have the required permissions for this endpoint.";
        forbidden.then(|| said(403, "invalid_request_error", "", text))
    }

    /// Does what is asked, once for a key.
    fn act(&self, method: &Method, arrived: &Arrived, body: Bytes, fails: bool) -> Said {
        // One at a time: what is slow is refused with 409 before it comes here, and what overlaps by chance waits.
        let mut book = lock(&self.book);
        let path = arrived.path.split('?').next().unwrap_or_default();
        let query = arrived.path.split_once('?').map_or("", |(_, query)| query);
        let Some(key) = arrived.headers.get("idempotency-key").filter(|_| method == Method::POST) else {
            return self.judged(path, book.answer(method.as_str(), path, &form::tree(query)));
        };
        if let Some(kept) = lock(&self.kept).get(key) {
            if kept.path != path || kept.body != body {
                let text = "Keys for idempotent requests can only be used with the same parameters they were first used with.";
                return said(400, "idempotency_error", "", text);
            }
            let body = serde_json::from_str(&kept.answer).expect("what was kept is JSON");
            return Said { status: kept.status, body };
        }
        let tree = form::tree(&arrived.body);
        self.judge_form(path, &tree);
        let done = match fails {
            true => said(500, "api_error", "", "An error occurred on our side."),
            false => self.judged(path, book.answer("POST", path, &tree)),
        };
        // What was refused before anything began is not kept.
        if done.status < 300 || done.status == 402 || done.status >= 500 {
            let kept = Kept { path: path.to_owned(), body, status: done.status, answer: done.body.to_string() };
            lock(&self.kept).insert(key.clone(), kept);
        }
        done
    }

    fn is_judged(&self, shape: String) -> bool {
        let mut judged = lock(&self.judged);
        let count = judged.entry(shape).or_default();
        *count += 1;
        *count <= JUDGED || count.is_multiple_of(100)
    }

    fn judge_form(&self, path: &str, tree: &Value) {
        let spec = description();
        let Some(pointer) = spec.request_body("post", path, "application/x-www-form-urlencoded") else {
            lock(&self.complaints).push(format!("there is no POST {path}"));
            return;
        };
        if self.is_judged(pointer.clone()) {
            let found = spec.judge(&pointer, &spec.typed(&pointer, tree));
            lock(&self.complaints).extend(found.into_iter().map(|one| format!("POST {path}: {one}")));
        }
    }

    /// Judges every object of an answer that the description knows.
    fn judged(&self, path: &str, mut said: Said) -> Said {
        hide_ours(&mut said.body);
        if said.status < 300 {
            let listed = said.body["data"].as_array().filter(|_| said.body["object"] == "list");
            let objects = listed.map_or_else(|| std::slice::from_ref(&said.body), Vec::as_slice);
            for object in objects {
                let shape = object["object"].as_str().unwrap_or("nothing").to_owned();
                let known = description().knows(&shape) && object["deleted"].is_null();
                if known && self.is_judged(format!("{shape} of {}", path.split('/').nth(2).unwrap_or_default())) {
                    let found = description().against(&shape, object);
                    lock(&self.complaints).extend(found.into_iter().map(|one| format!("{path} answered {shape}{one}")));
                }
            }
        }
        said
    }
}

/// Which payout a movement went into is asked for by a list alone: what the book notes of it is not answered.
fn hide_ours(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("object").is_some_and(|kind| kind == "balance_transaction") {
                fields.remove("payout");
            }
            fields.values_mut().for_each(hide_ours);
        }
        Value::Array(items) => items.iter_mut().for_each(hide_ours),
        _ => {}
    }
}
