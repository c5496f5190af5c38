//! Square, as far as Owed speaks to it, on a port of this machine.
//!
//! Invariants: a key gives its first answer for ever and is refused with another body; an order is paid once, and never
//! after it was canceled; a change on another version than the last is refused. Every body is held against Square's
//! published description. Limits: one location; links are not described there, so that only what they carry is judged.
//! Source: Square's OpenAPI file of 2025-08-20, developer.squareup.com.

pub mod bank;
mod cards;
mod charges;
mod debits;
mod invoices;
mod links;
mod payouts;

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use self::bank::{Bank, Refused};
use crate::fault::{Fault, Revoked, UnderWay};
use crate::http::{Answered, Arrived, Begin, serve_slowly};
use crate::judge::Judge;
use crate::spec::Spec;
use crate::stripe::Card;

static SPEC: LazyLock<Spec> =
    LazyLock::new(|| Spec::read(include_str!("../../processors/tests/specs/square/api-2025-08-20.trimmed.json")));

pub const TOKEN: &str = "token";
pub const LOCATION: &str = "L";
pub const APPLICATION: &str = "sandbox-sq0idb-1";
pub const SIGNATURE: &str = "x-square-hmacsha256-signature";

/// A message as it would arrive.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The fake. It listens for as long as the test's runtime lives; dropping it fails when something did not agree with the
/// description.
pub struct SquareFake {
    pub base_url: String,
    remote: Arc<Remote>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SquareFake {
    /// Begins to listen. `now`: seconds since 1970.
    pub async fn start(now: i64) -> SquareFake {
        let remote = Arc::new(Remote::default());
        (lock(&remote.bank).now, lock(&remote.bank).country) = (now, "US");
        let (theirs, door) = (remote.clone(), remote.clone());
        let start = Arc::new(move |request: &Arrived| door.begin(request));
        let base_url = serve_slowly(Arc::new(move |request| theirs.answer(request)), start).await;
        SquareFake { base_url, remote }
    }

    /// What Square keeps.
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

    /// Every request that arrived with the right token, and its body.
    pub fn seen(&self) -> Vec<(Arrived, Value)> {
        lock(&self.remote.seen).clone()
    }

    /// What happened, from the `from`th message on, as Square delivers it to this address.
    pub fn messages(&self, from: usize, url: &str, key: &str) -> Vec<Delivery> {
        self.bank().events.iter().skip(from).map(|event| signed(event, url, key)).collect()
    }

    /// A payer types a card into the fields that were given this application and location: the token that they give.
    pub fn type_card(&self, application: &str, location: &str, card: Card) -> Option<String> {
        let known = application == APPLICATION && location == LOCATION;
        known.then(|| self.bank().token(card))
    }

    /// A payer chooses a bank account in the window of the script that was given this application and location, and agrees to this
    /// amount: the token that it gives. Whoever has no name agrees to nothing.
    pub fn link_bank(&self, application: &str, location: &str, holder: &str, amount: i64, account: Card) -> Option<String> {
        let known = application == APPLICATION && location == LOCATION && !holder.is_empty();
        known.then(|| self.bank().link(account, amount))
    }

    /// A payer pays on a link's page. None: it cannot be paid; false: the card was declined.
    pub fn pay(&self, url: &str, card: Card) -> Option<bool> {
        let mut bank = self.bank();
        if let Some(invoice) = url.strip_prefix("https://squareup.com/pay-invoice/") {
            return bank.pay_invoice(invoice, card);
        }
        let order = bank.order_on(url)?;
        bank.pay(&order, card)
    }
}

impl Drop for SquareFake {
    fn drop(&mut self) {
        self.remote.judge.speak_up();
    }
}

/// Square's side of the wire.
#[derive(Default)]
struct Remote {
    bank: Mutex<Bank>,
    faults: Mutex<VecDeque<Fault>>,
    /// Every request that Square saw, with its decoded body.
    seen: Mutex<Vec<(Arrived, Value)>>,
    revoked: Revoked,
    under_way: UnderWay,
    judge: Judge,
}

impl Remote {
    /// A key whose first call is not done yet is refused; a call that is to be slow begins.
    fn begin(&self, request: &Arrived) -> Begin {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let Some(key) = body["idempotency_key"].as_str() else { return Begin::Now };
        if self.under_way.is(key) {
            return Begin::Refused(Some(refusal(&Refused(409, "INVALID_REQUEST_ERROR", "CONFLICT"))));
        }
        self.under_way.begin(key, &self.faults).map_or(Begin::Now, Begin::After)
    }

    fn answer(&self, request: Arrived) -> Answered {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        if request.header("authorization") != Some("Bearer token") {
            return Some(refusal(&Refused(401, "AUTHENTICATION_ERROR", "UNAUTHORIZED")));
        }
        if self.revoked.strikes() {
            return Some(refusal(&Refused(401, "AUTHENTICATION_ERROR", "ACCESS_TOKEN_REVOKED")));
        }
        if request.header("square-version").is_none_or(|version| version.len() != 10) {
            self.judge.complain(format!("no version on {} {}", request.method, request.path));
        }
        self.hold(&request, true, &body);
        lock(&self.seen).push((request.clone(), body.clone()));
        let acts = request.method != "GET" && !request.path.ends_with("/search");
        let was_slow = body["idempotency_key"].as_str().is_some_and(|key| self.under_way.end(key));
        let line = if acts && !was_slow { lock(&self.faults).pop_front() } else { None };
        match line {
            Some(Fault::Silent) => return None,
            Some(Fault::Error500 | Fault::Stored500) => {
                return Some(refusal(&Refused(500, "API_ERROR", "INTERNAL_SERVER_ERROR")));
            }
            Some(Fault::Busy) => return Some(refusal(&Refused(429, "RATE_LIMIT_ERROR", "RATE_LIMITED"))),
            Some(Fault::Garbage | Fault::LoseAnswer | Fault::Slow(_)) | None => {}
        }
        let answer = match lock(&self.bank).answer(&request, &body) {
            Ok(body) => {
                self.hold(&request, false, &body);
                (200, body.to_string().into_bytes())
            }
            Err(refused) => refusal(&refused),
        };
        match line {
            Some(Fault::LoseAnswer) => None,
            Some(Fault::Garbage) => Some((200, b"<html>We'll be right back.</html>".to_vec())),
            _ => Some(answer),
        }
    }
}

fn refusal(Refused(status, category, code): &Refused) -> (u16, Vec<u8>) {
    let fault = json!({ "category": category, "code": code, "detail": "In Square's own words." });
    (*status, json!({ "errors": [fault] }).to_string().into_bytes())
}

impl Remote {
    /// Holds a request or an answer against the description of its address. Payment links are not in it; what they carry is.
    fn hold(&self, request: &Arrived, asked: bool, body: &Value) {
        let path: Vec<&str> = request.path.split('/').skip(2).collect();
        let name = match (request.method.as_str(), path.as_slice()) {
            ("POST", ["online-checkout", "payment-links"]) if asked => {
                self.judge.hold(&SPEC, "Order", &body["order"]);
                return;
            }
            (_, ["online-checkout", ..]) => return,
            _ if body.is_null() => return,
            ("POST", ["customers"]) => {
                if asked {
                    "CreateCustomerRequest"
                } else {
                    "CreateCustomerResponse"
                }
            }
            ("GET", ["customers", _]) => "RetrieveCustomerResponse",
            ("POST", ["customers", "search"]) => {
                if asked {
                    "SearchCustomersRequest"
                } else {
                    "SearchCustomersResponse"
                }
            }
            ("POST", ["orders"]) => {
                if asked {
                    "CreateOrderRequest"
                } else {
                    "CreateOrderResponse"
                }
            }
            ("PUT", ["orders", _]) => {
                if asked {
                    "UpdateOrderRequest"
                } else {
                    "UpdateOrderResponse"
                }
            }
            ("GET", ["orders", _]) => "RetrieveOrderResponse",
            ("POST", ["payments"]) => {
                if asked {
                    "CreatePaymentRequest"
                } else {
                    "CreatePaymentResponse"
                }
            }
            ("POST", ["payments", _, "complete"]) => {
                if asked {
                    "CompletePaymentRequest"
                } else {
                    "CompletePaymentResponse"
                }
            }
            ("POST", ["payments", _, "cancel"]) => "CancelPaymentResponse",
            ("POST", ["cards"]) => {
                if asked {
                    "CreateCardRequest"
                } else {
                    "CreateCardResponse"
                }
            }
            ("GET", ["cards"]) => "ListCardsResponse",
            ("POST", ["cards", _, "disable"]) if !asked => "DisableCardResponse",
            ("GET", ["payments"]) => "ListPaymentsResponse",
            ("GET", ["payments", _]) => "GetPaymentResponse",
            ("POST", ["refunds"]) => {
                if asked {
                    "RefundPaymentRequest"
                } else {
                    "RefundPaymentResponse"
                }
            }
            ("GET", ["refunds"]) => "ListPaymentRefundsResponse",
            ("GET", ["refunds", _]) => "GetPaymentRefundResponse",
            ("GET", ["disputes"]) => "ListDisputesResponse",
            ("GET", ["disputes", _]) => "RetrieveDisputeResponse",
            ("POST", ["invoices"]) => {
                if asked {
                    "CreateInvoiceRequest"
                } else {
                    "CreateInvoiceResponse"
                }
            }
            ("POST", ["invoices", _, "publish"]) => {
                if asked {
                    "PublishInvoiceRequest"
                } else {
                    "PublishInvoiceResponse"
                }
            }
            ("POST", ["invoices", _, "cancel"]) => {
                if asked {
                    "CancelInvoiceRequest"
                } else {
                    "CancelInvoiceResponse"
                }
            }
            ("GET", ["invoices", _]) => "GetInvoiceResponse",
            _ => return,
        };
        self.judge.hold(&SPEC, name, body);
    }
}

/// A message as Square delivers it.
fn signed(event: &Value, url: &str, key: &str) -> Delivery {
    let body = event.to_string().into_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    mac.update(&body);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let headers = [("Content-Type", "application/json".to_owned()), (SIGNATURE, signature)];
    Delivery { headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body }
}
