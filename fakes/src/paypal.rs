//! PayPal, as far as Owed speaks to it, on a port of this machine.
//!
//! Invariants: a request id that was used before gives what it made, as it stands now, for as long as PayPal keeps it; an
//! order is taken once; a call without a token that is known now is not done. Every body is held against PayPal's published
//! descriptions. Limits: one merchant; wallets without a name. Source: PayPal's OpenAPI files of 2024, developer.paypal.com.

mod api;
pub mod bank;
mod billing;
pub mod reports;

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use self::bank::{Bank, Refused};
use crate::fault::{Fault, Revoked, UnderWay};
use crate::http::{Answered, Arrived, Begin, serve_slowly};
use crate::judge::Judge;
use crate::spec::Spec;
use crate::stripe::Card;

static ORDERS: LazyLock<Spec> =
    LazyLock::new(|| Spec::read(include_str!("../../processors/tests/specs/paypal/checkout_orders_v2.json")));
static PAYMENTS: LazyLock<Spec> =
    LazyLock::new(|| Spec::read(include_str!("../../processors/tests/specs/paypal/payments_payment_v2.json")));
static VAULT: LazyLock<Spec> =
    LazyLock::new(|| Spec::read(include_str!("../../processors/tests/specs/paypal/vault_payment_tokens_v3.json")));
static INVOICING: LazyLock<Spec> =
    LazyLock::new(|| Spec::read(include_str!("../../processors/tests/specs/paypal/invoicing_v2.json")));
static REPORTING: LazyLock<Spec> =
    LazyLock::new(|| Spec::read(include_str!("../../processors/tests/specs/paypal/reporting_transactions_v1.trimmed.json")));
static WEBHOOKS: LazyLock<Spec> =
    LazyLock::new(|| Spec::read(include_str!("../../processors/tests/specs/paypal/notifications_webhooks_v1.json")));

const SIGNER: &[u8] = include_bytes!("../../processors/tests/fixtures/paypal/signer.pem");
const SIGNER_KEY: &str = include_str!("../../processors/tests/fixtures/paypal/signer-key.b64");
const CERT: &str = "/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";
/// Our webhook's id there.
pub const WEBHOOK: &str = "4JH86294D6297924G";
pub const CLIENT: (&str, &str) = ("client", "client secret");

/// A message as it would arrive.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The fake. It listens for as long as the test's runtime lives; dropping it fails when something did not agree with the
/// description.
pub struct PayPalFake {
    pub base_url: String,
    remote: Arc<Remote>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PayPalFake {
    /// Begins to listen. `now`: seconds since 1970.
    pub async fn start(now: i64) -> PayPalFake {
        let remote = Arc::new(Remote::default());
        lock(&remote.bank).now = now;
        let (theirs, door) = (remote.clone(), remote.clone());
        let start = Arc::new(move |request: &Arrived| door.begin(request));
        let base_url = serve_slowly(Arc::new(move |request| theirs.answer(request)), start).await;
        PayPalFake { base_url, remote }
    }

    /// What PayPal keeps.
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

    /// Every request that arrived with a token that was known, and its body.
    pub fn seen(&self) -> Vec<(Arrived, Value)> {
        lock(&self.remote.seen).clone()
    }

    /// After so many more calls the client's keys are refused. None: they are known again.
    pub fn revoke_after(&self, calls: Option<usize>) {
        self.remote.revoked.after(calls);
    }

    /// PayPal forgets the token it gave.
    pub fn sign_out(&self) {
        *lock(&self.remote.signed_in) += 1;
    }

    /// What happened, from the `from`th message on, as PayPal delivers it.
    pub fn messages(&self, from: usize) -> Vec<Delivery> {
        let bank = self.bank();
        let time = bank.time();
        bank.events.iter().skip(from).map(|event| signed(event, &time, &self.base_url)).collect()
    }

    /// A payer approves an order on its page with this card. None: the page says that it is over.
    pub fn approve(&self, order: &str, card: Card) -> Option<()> {
        api::approve(&mut self.bank(), order, card)
    }

    /// The receiver of an invoice pays it on its page. None: it cannot be paid; false: the card was declined.
    pub fn pay_invoice(&self, invoice: &str, card: Card) -> Option<bool> {
        billing::pay(&mut self.bank(), invoice, card)
    }

    /// Staff key a card in PayPal's Virtual Terminal, with this invoice number. Answers the capture.
    pub fn key_in_terminal(&self, invoice: &str, amount: &Value, card: Card) -> String {
        self.bank().key_in_terminal(invoice, amount, card)
    }

    /// PayPal decides the newest dispute about what a payer disputed (see [`Bank::dispute_on`]), in these words.
    pub fn decide_dispute(&self, of: &str, outcome: &str) {
        self.bank().decide_dispute(of, outcome);
    }

    /// Somebody refunds a capture in PayPal's own pages.
    pub fn refund_elsewhere(&self, capture: &str, amount: &Value) -> bool {
        api::refund(&mut self.bank(), capture, &json!({ "amount": amount })).is_ok()
    }
}

/// The order on a page where a payer approves.
pub fn order_on(url: &str) -> String {
    api::order_on(url)
}

/// The invoice on a page where its receiver pays.
pub fn invoice_on(url: &str) -> Option<String> {
    billing::invoice_on(url)
}

impl Drop for PayPalFake {
    fn drop(&mut self) {
        self.remote.judge.speak_up();
    }
}

/// PayPal's side of the wire.
#[derive(Default)]
struct Remote {
    bank: Mutex<Bank>,
    faults: Mutex<VecDeque<Fault>>,
    /// Every request that PayPal saw, with its decoded body.
    seen: Mutex<Vec<(Arrived, Value)>>,
    /// Tokens that PayPal knows at this moment.
    signed_in: Mutex<u32>,
    revoked: Revoked,
    under_way: UnderWay,
    judge: Judge,
}

impl Remote {
    /// A request id whose first call is not done yet is refused; a call that is to be slow begins.
    fn begin(&self, request: &Arrived) -> Begin {
        let Some(key) = request.header("paypal-request-id") else { return Begin::Now };
        if self.under_way.is(key) {
            return Begin::Refused(Some(refusal(&Refused(409, "PREVIOUS_REQUEST_IN_PROGRESS"))));
        }
        self.under_way.begin(key, &self.faults).map_or(Begin::Now, Begin::After)
    }

    fn answer(&self, request: Arrived) -> Answered {
        if request.path == CERT {
            return Some((200, SIGNER.to_vec()));
        }
        let revoked = self.revoked.strikes();
        if request.path == "/v1/oauth2/token" {
            return Some(if revoked { stranger() } else { self.sign_in(&request) });
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let token = format!("Bearer token-{}", lock(&self.signed_in));
        if revoked || request.header("authorization") != Some(&token) {
            return Some(refusal(&Refused(401, "INVALID_TOKEN")));
        }
        lock(&self.seen).push((request.clone(), body.clone()));
        self.hold(&request, true, &body);
        self.hold_query(&request);
        let acts = request.method != "GET" && !request.path.ends_with("/search-invoices");
        let was_slow = request.header("paypal-request-id").is_some_and(|key| self.under_way.end(key));
        let line = if acts && !was_slow { lock(&self.faults).pop_front() } else { None };
        match line {
            Some(Fault::Silent) => return None,
            Some(Fault::Error500 | Fault::Stored500) => return Some(refusal(&Refused(500, "INTERNAL_SERVER_ERROR"))),
            Some(Fault::Busy) => return Some(refusal(&Refused(429, "RATE_LIMIT_REACHED"))),
            Some(Fault::Garbage | Fault::LoseAnswer | Fault::Slow(_)) | None => {}
        }
        let answer = match api::answer(&mut lock(&self.bank), &request, &body) {
            Ok((status, body)) => {
                self.hold(&request, false, &body);
                (status, if body.is_null() { Vec::new() } else { body.to_string().into_bytes() })
            }
            Err(refused) => refusal(&refused),
        };
        match line {
            Some(Fault::LoseAnswer) => None,
            Some(Fault::Garbage) => Some((200, b"<html>We'll be right back.</html>".to_vec())),
            _ => Some(answer),
        }
    }

    fn sign_in(&self, request: &Arrived) -> (u16, Vec<u8>) {
        let basic = format!("Basic {}", STANDARD.encode("client:client secret"));
        if request.header("authorization") != Some(&basic) || request.body != b"grant_type=client_credentials" {
            return stranger();
        }
        let mut signed_in = lock(&self.signed_in);
        *signed_in += 1;
        let granted = json!({ "access_token": format!("token-{signed_in}"), "token_type": "Bearer", "expires_in": 32_400 });
        (200, granted.to_string().into_bytes())
    }
}

/// What a client hears that PayPal does not know.
fn stranger() -> (u16, Vec<u8>) {
    (401, br#"{"error":"invalid_client","error_description":"Client Authentication failed"}"#.to_vec())
}

fn refusal(Refused(status, issue): &Refused) -> (u16, Vec<u8>) {
    let name = match status {
        400 => "INVALID_REQUEST",
        401 => "AUTHENTICATION_FAILURE",
        403 => "NOT_AUTHORIZED",
        404 => "RESOURCE_NOT_FOUND",
        409 => "RESOURCE_CONFLICT",
        422 => "UNPROCESSABLE_ENTITY",
        _ => "INTERNAL_SERVER_ERROR",
    };
    // Some refusals have no word of their own.
    let is_sentence = issue.contains(' ');
    let details = if is_sentence { json!([]) } else { json!([{ "issue": issue, "description": "In PayPal's own words." }]) };
    let message = if is_sentence { issue } else { "The request could not be done." };
    let body = json!({ "name": name, "message": message, "debug_id": "b1d1f06c7246c", "details": details });
    (*status, body.to_string().into_bytes())
}

impl Remote {
    /// Holds a request or an answer against the description of its address.
    fn hold(&self, request: &Arrived, asked: bool, body: &Value) {
        if body.is_null() {
            return;
        }
        let path: Vec<&str> = request.path.split('/').skip(1).collect();
        let (spec, name) = match (request.method.as_str(), path.as_slice()) {
            ("POST", ["v2", "checkout", "orders"]) if asked => (&ORDERS, "order_request"),
            ("PATCH", ["v2", "checkout", ..]) => (&ORDERS, "patch_request"),
            (_, ["v2", "checkout", ..]) => (&ORDERS, "order"),
            ("POST", ["v2", "payments", "authorizations", _, "capture"]) if asked => (&PAYMENTS, "capture_request"),
            ("POST", ["v2", "payments", "captures", _, "refund"]) if asked => (&PAYMENTS, "refund_request"),
            (_, ["v2", "payments", "captures", _, "refund"] | ["v2", "payments", "refunds", _]) => (&PAYMENTS, "refund"),
            (_, ["v2", "payments", ..]) => (&PAYMENTS, "capture-2"),
            ("POST", ["v3", "vault", "setup-tokens"]) if asked => (&VAULT, "setup_token_request"),
            (_, ["v3", "vault", "setup-tokens", ..]) => (&VAULT, "setup_token_response"),
            // The file knows only agreements as tokens; PayPal itself, and its own client, take setup tokens.
            ("POST", ["v3", "vault", "payment-tokens"]) if asked => return,
            ("GET", ["v3", "vault", "payment-tokens"]) => (&VAULT, "customer_vault_payment_tokens_response"),
            (_, ["v3", "vault", "payment-tokens", ..]) => (&VAULT, "payment_token_response"),
            ("POST", ["v2", "invoicing", "invoices"]) | ("GET", ["v2", "invoicing", "invoices", _]) => (&INVOICING, "invoice"),
            ("POST", ["v2", "invoicing", "search-invoices"]) => (&INVOICING, if asked { "search_data" } else { "invoices" }),
            ("POST", ["v2", "invoicing", "invoices", _, "send"]) if !asked => (&INVOICING, "link_description"),
            ("POST", ["v2", "invoicing", "invoices", _, "send" | "remind" | "cancel"]) if asked => (&INVOICING, "notification"),
            (_, ["v1", "reporting", "transactions"]) => (&REPORTING, "search_response"),
            (_, ["v1", "notifications", "webhooks-events"]) => {
                body["events"].as_array().into_iter().flatten().for_each(|event| self.judge.hold(&WEBHOOKS, "event", event));
                return;
            }
            _ => return,
        };
        self.judge.hold(spec, name, body);
    }
}

impl Remote {
    /// Holds what the record of movements is asked for against its description.
    fn hold_query(&self, request: &Arrived) {
        if request.path != "/v1/reporting/transactions" {
            return;
        }
        for (name, text) in request.query.split('&').filter_map(|pair| pair.split_once('=')) {
            let text = text.replace("%3A", ":");
            let schema = format!("/components/parameters/{name}/schema");
            if !REPORTING.holds(&schema) {
                self.judge.complain(format!("{name} is nothing that the record of movements is asked for"));
            } else if let Some(wrong) = REPORTING.judge(&schema, &json!(text)).first() {
                self.judge.complain(format!("{name}: {wrong}"));
            }
        }
    }
}

/// A message as PayPal delivers it.
fn signed(event: &Value, time: &str, base: &str) -> Delivery {
    let body = event.to_string().into_bytes();
    let id = format!("tx-{}", event["id"].as_str().unwrap_or_default());
    let text = format!("{id}|{time}|{WEBHOOK}|{}", crc32(&body));
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(SIGNER_KEY.trim()).expect("base64")).expect("a key");
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), text.as_bytes(), &mut signature).expect("it signs");
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("PAYPAL-TRANSMISSION-ID", id),
        ("PAYPAL-TRANSMISSION-TIME", time.to_owned()),
        ("PAYPAL-TRANSMISSION-SIG", STANDARD.encode(&signature)),
        ("PAYPAL-AUTH-ALGO", "SHA256withRSA".to_owned()),
        ("PAYPAL-CERT-URL", format!("{base}{CERT}")),
    ];
    Delivery { headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body }
}

/// The checksum, by table and from the other end, so that it is not the connector's own.
fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|byte| (0..8).fold(byte, |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 }))
        .collect();
    !bytes.iter().fold(u32::MAX, |sum, byte| (sum >> 8) ^ table[usize::from((sum as u8) ^ byte)])
}
