//! The line to Stripe: one request, and what its status says about it.
//!
//! Invariants: every write carries an idempotency key that is derived from the attempt's; only an answer that was wholly
//! understood counts, everything else is lost. Source: Stripe's pages on idempotent requests and on errors, 2026.
//! Left out on purpose: trying again. Stripe keeps the first answer to a key for at least 24 hours, so that whoever resolves
//! an attempt simply makes the same call once more.

use serde::de::DeserializeOwned;

use super::meaning::{self, NotUnderstood};
use super::objects::{ApiError, Refusal};
use crate::form::FormBody;
use crate::http::{Answer, Http, Request};
use crate::outcome::Outcome;
use crate::secret::Secret;

/// The shapes that this connector was written for. Source: stripe 23.1.0, which pins the same.
pub const VERSION: &str = "2026-10-28.endive";

pub struct Line {
    pub http: Http,
    pub secret_key: Secret,
}

/// What came back.
#[derive(Debug)]
pub enum Said<T> {
    Good(T),
    /// Nothing was done.
    Refused {
        status: u16,
        error: ApiError,
    },
    /// It may have been done.
    Lost {
        why: String,
    },
}

/// A refusal in our words: the bank's no, or our mistake.
pub fn refused<T>(status: u16, error: &ApiError) -> Outcome<T> {
    if status == 402 {
        let charge = error.payment_intent.as_ref().map(|intent| intent.id.clone());
        return Outcome::Declined(meaning::decline(error, charge));
    }
    Outcome::Rejected(meaning::rejection(status, error))
}

impl<T> From<NotUnderstood> for Outcome<T> {
    fn from(error: NotUnderstood) -> Outcome<T> {
        Outcome::Unknown { why: error.to_string() }
    }
}

impl Line {
    pub async fn get<T: DeserializeOwned>(&self, path: impl Into<String>) -> Said<T> {
        self.ask(Request::get(path)).await
    }

    /// Writes under a key. The same key with the same form gives the first answer again.
    pub async fn post<T: DeserializeOwned>(&self, path: impl Into<String>, form: FormBody, key: &str) -> Said<T> {
        self.ask(Request::form(path, form.into_text()).header("idempotency-key", key)).await
    }

    pub async fn delete<T: DeserializeOwned>(&self, path: impl Into<String>) -> Said<T> {
        self.ask(Request::new(hyper::Method::DELETE, path, "", String::new())).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: Request) -> Said<T> {
        let bearer = format!("Bearer {}", self.secret_key.expose());
        let request = request.header("authorization", bearer).header("stripe-version", VERSION);
        match self.http.send(request).await {
            Ok(answer) => read(&answer),
            Err(lost) => Said::Lost { why: lost.why },
        }
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Said<T> {
    let not_understood =
        || Said::Lost { why: format!("Stripe answered {} with something that is not understood", answer.status) };
    match answer.status {
        200..=299 => serde_json::from_slice(&answer.body).map_or_else(|_| not_understood(), Said::Good),
        // The same key is being worked on, or there were too many calls: nothing is stored, the same call may come again.
        409 | 429 => Said::Lost { why: format!("Stripe was busy and answered {}", answer.status) },
        status @ 400..=499 => match serde_json::from_slice::<Refusal>(&answer.body) {
            Ok(refusal) => Said::Refused { status, error: refusal.error },
            Err(_) => not_understood(),
        },
        status => Said::Lost { why: format!("Stripe answered {status}") },
    }
}

impl<T> Said<T> {
    /// The value, or the outcome that ends the call.
    pub fn or_end<U>(self) -> Result<T, Outcome<U>> {
        match self {
            Said::Good(value) => Ok(value),
            Said::Refused { status, error } => Err(refused(status, &error)),
            Said::Lost { why } => Err(Outcome::Unknown { why }),
        }
    }
}
