//! Authorize.Net, as far as Owed speaks to it, on a port of this machine.
//!
//! Invariants: it knows no keys: what is asked for twice is done twice, but for what is alike in amount, number and payer within
//! the window that was asked for, which it refuses; it settles at midnight, voids before and refunds after; a field that stands
//! out of order is refused; a token is good for 15 minutes and cannot be closed. Every kind of body is judged by the order of the
//! schema, and by the schema itself where it is at hand. Limits: US dollars, Euros and pounds, each with two places; a payer
//! ticks the box that keeps the card. Source: AnetApiSchema.xsd of 2024-08-29, developer.authorize.net, 2026.

mod api;
mod bank;
mod order;
mod views;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha512;

pub use self::bank::{Bank, Transaction, minor, wish};
use crate::fault::{Fault, Revoked};
use crate::http::{Answered, Arrived, serve};
use crate::judge::Judge;
use crate::stripe::Card;

pub const LOGIN: (&str, &str) = ("login", "key");
pub const SIGNATURE: &str = "X-ANET-Signature";
const PATH: &str = "/xml/v1/request.api";
/// So many bodies of one kind are shown to the schema.
const SHOWN: usize = 6;

/// A message as it would arrive.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The fake. It listens for as long as the test's runtime lives; dropping it fails when something did not agree with the
/// description.
pub struct AuthorizeNetFake {
    pub base_url: String,
    remote: Arc<Remote>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AuthorizeNetFake {
    /// Begins to listen. `now`: seconds since 1970.
    pub async fn start(now: i64) -> AuthorizeNetFake {
        let remote = Arc::new(Remote::default());
        lock(&remote.bank).now = now;
        if order::schema().is_none() {
            eprintln!(
                "authorize_net: no schema is named by OWED_ANET_XSD, so bodies are judged by the order of their fields only"
            );
        }
        let theirs = remote.clone();
        let base_url = serve(Arc::new(move |request| theirs.answer(&request))).await;
        AuthorizeNetFake { base_url, remote }
    }

    /// What Authorize.Net keeps.
    pub fn bank(&self) -> MutexGuard<'_, Bank> {
        lock(&self.remote.bank)
    }

    /// What did not agree with the published description so far.
    pub fn complaints(&self) -> Vec<String> {
        self.remote.judge.complaints()
    }

    /// The next calls that would change something meet these, one each.
    pub fn break_next(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.remote.faults).extend(faults);
    }

    /// After so many more calls the client's keys are refused. None: they are known again.
    pub fn revoke_after(&self, calls: Option<usize>) {
        self.remote.revoked.after(calls);
    }

    /// Every request that arrived with the right login: how it came, its name and its body.
    pub fn seen(&self) -> Vec<(Arrived, String, Value)> {
        lock(&self.remote.seen).clone()
    }

    /// What happened, from the `from`th message on, as Authorize.Net delivers it.
    pub fn messages(&self, from: usize, key: &str) -> Vec<Delivery> {
        self.bank().events.iter().skip(from).map(|event| signed(event, key)).collect()
    }

    /// A payer's browser sends a token to the page to pay on, and they enter this card. None: the page has lapsed; false: the
    /// card was declined.
    pub fn pay(&self, token: &str, card: Card) -> Option<bool> {
        self.bank().pay(token, card)
    }

    /// The same for the page on which a card is kept.
    pub fn keep(&self, token: &str, card: Card) -> Option<bool> {
        self.bank().keep(token, card)
    }

    /// A token of Accept.js for a card that was typed into its fields; good once.
    pub fn nonce(&self, card: Card) -> String {
        self.bank().nonce(card)
    }
}

impl Drop for AuthorizeNetFake {
    fn drop(&mut self) {
        self.remote.judge.speak_up();
    }
}

/// Authorize.Net's side of the wire.
#[derive(Default)]
struct Remote {
    bank: Mutex<Bank>,
    faults: Mutex<VecDeque<Fault>>,
    seen: Mutex<Vec<(Arrived, String, Value)>>,
    revoked: Revoked,
    shown: Mutex<BTreeMap<String, usize>>,
    judge: Judge,
}

impl Remote {
    fn answer(&self, request: &Arrived) -> Answered {
        let whole: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let named = whole.as_object().filter(|object| object.len() == 1).and_then(|object| object.iter().next());
        let Some((name, body)) = named.filter(|_| request.path == PATH && request.method == "POST") else {
            return Some(spoken(&error("E00003", "This is no request.")));
        };
        let login = json!({ "name": LOGIN.0, "transactionKey": LOGIN.1 });
        if self.revoked.strikes() || body["merchantAuthentication"] != login {
            return Some(spoken(&error("E00007", "User authentication failed due to invalid authentication values.")));
        }
        if !order::is_known(name) {
            self.judge.complain(format!("{name} is not what Authorize.Net reads"));
        }
        if let Some(wrong) = order::wrong(name, body) {
            self.judge.complain(format!("{name}: {wrong}"));
            return Some(spoken(&error("E00003", &wrong)));
        }
        self.show(name, body);
        lock(&self.seen).push((request.clone(), name.clone(), body.clone()));
        let line = if api::acts(name) { lock(&self.faults).pop_front() } else { None };
        match line {
            Some(Fault::Silent) => return None,
            Some(Fault::Error500 | Fault::Stored500) => return Some((500, b"Internal Server Error".to_vec())),
            Some(Fault::Busy) => return Some((429, b"Too Many Requests".to_vec())),
            _ => {}
        }
        let answer = api::answer(&mut lock(&self.bank), name, body);
        self.show(&name.replace("Request", "Response"), &answer);
        match line {
            Some(Fault::LoseAnswer) => None,
            Some(Fault::Garbage) => Some((200, b"<html>We'll be right back.</html>".to_vec())),
            Some(Fault::Slow(milliseconds)) => {
                std::thread::sleep(std::time::Duration::from_millis(milliseconds));
                Some(spoken(&answer))
            }
            _ => Some(spoken(&answer)),
        }
    }

    /// Shows a body to the schema, the first few of each kind.
    fn show(&self, name: &str, body: &Value) {
        let Some(schema) = order::schema() else { return };
        // What is refused is told in the words of another type.
        let kind = format!("{name} {} {}", body["transactionRequest"]["transactionType"], body["messages"]["resultCode"]);
        let seen = {
            let mut shown = lock(&self.shown);
            let seen = shown.entry(kind).or_default();
            *seen += 1;
            *seen
        };
        if seen > SHOWN {
            return;
        }
        let refused = body["messages"]["resultCode"] == "Error" && body["transactionResponse"].is_null();
        let name = if refused { "ErrorResponse" } else { name };
        let mut body = body.clone();
        if let Some(object) = body.as_object_mut().filter(|_| refused) {
            object.retain(|name, _| name == "messages");
        }
        if let Some(complaint) = order::against(&schema, name, &body) {
            self.judge.complain(format!("{name}: {complaint} in {body}"));
        }
    }
}

/// With the mark of byte order before it, as Authorize.Net has it.
fn spoken(answer: &Value) -> (u16, Vec<u8>) {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(answer.to_string().into_bytes());
    (200, bytes)
}

fn error(code: &str, text: &str) -> Value {
    json!({ "messages": { "resultCode": "Error", "message": [{ "code": code, "text": text }] } })
}

/// A message as Authorize.Net delivers it.
fn signed(event: &Value, key: &str) -> Delivery {
    let body = event.to_string().into_bytes();
    let mut mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(&body);
    let signature = format!("sha512={}", hex::encode_upper(mac.finalize().into_bytes()));
    let headers = [("Content-Type", "application/json".to_owned()), (SIGNATURE, signature)];
    Delivery { headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body }
}
