//! The line to PayPal: every call carries a token that is kept until shortly before it lapses, and every answer is either
//! the thing that was asked for or what PayPal said instead.
//!
//! Invariants: a call whose token PayPal no longer knows was not done, so it is made once more with a new one; no other call
//! is ever repeated here. Limits: tokens live in the memory of this process, one for each pair of address and client.
//! Left out on purpose: waiting, and trying again after silence (the caller decides, with the same attempt).

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine};
use books::calendar::Instant;
use hyper::Method;
use hyper::body::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::answers::Said;
use super::shapes::Trouble;
use crate::http::{Answer, Http, Lost, Request};
use crate::secret::Secret;

/// A token is given up this long before PayPal says it lapses.
const TOKEN_MARGIN_SECONDS: i64 = 60;

/// Where calls go and in whose name.
pub struct Line {
    http: Http,
    base: String,
    client: String,
    secret: Secret,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    expires_in: i64,
}

#[derive(Clone)]
struct Token {
    text: Secret,
    from: Instant,
    until: Instant,
}

/// By address, client and secret: a token asked for with a secret that was replaced since is never used again.
type Tokens = HashMap<(String, String, String), Token>;

static TOKENS: LazyLock<Mutex<Tokens>> = LazyLock::new(Mutex::default);

impl Line {
    pub fn new(http: Http, base: String, client: String, secret: Secret) -> Line {
        Line { http, base, client, secret }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, now: Instant) -> Result<T, Said> {
        read(&self.call(Method::GET, path, None, None, now).await?)
    }

    /// Sends a body under a key (none: PayPal knows none here) and reads the thing that came of it.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: Option<&str>,
        body: &impl Serialize,
        now: Instant,
    ) -> Result<T, Said> {
        read(&self.call(Method::POST, path, key, Some(written(body)), now).await?)
    }

    /// As [`Line::post`], where PayPal takes no body.
    pub async fn press<T: DeserializeOwned>(&self, path: &str, key: &str, now: Instant) -> Result<T, Said> {
        read(&self.call(Method::POST, path, Some(key), None, now).await?)
    }

    /// As [`Line::press`], where PayPal answers nothing.
    pub async fn wave(&self, path: &str, key: &str, now: Instant) -> Result<(), Said> {
        self.call(Method::POST, path, Some(key), None, now).await.map(drop)
    }

    /// Sends a body where nothing of the answer matters but that it was done.
    pub async fn tell(&self, path: &str, body: &impl Serialize, now: Instant) -> Result<(), Said> {
        self.call(Method::POST, path, None, Some(written(body)), now).await.map(drop)
    }

    pub async fn patch(&self, path: &str, body: &impl Serialize, now: Instant) -> Result<(), Said> {
        self.call(Method::PATCH, path, None, Some(written(body)), now).await.map(drop)
    }

    pub async fn delete(&self, path: &str, now: Instant) -> Result<(), Said> {
        self.call(Method::DELETE, path, None, None, now).await.map(drop)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<String>,
        now: Instant,
    ) -> Result<Bytes, Said> {
        let mut request = match body {
            Some(body) => Request::json(method, path, body),
            None if method == Method::POST => Request::json(method, path, String::new()),
            None => Request::new(method, path, "", String::new()),
        };
        request = request.header("prefer", "return=representation");
        if let Some(key) = key {
            request = request.header("paypal-request-id", key);
        }
        match self.once(request.clone(), now).await {
            Err(Said::Refused { status: 401, .. }) => {
                self.forget();
                self.once(request, now).await
            }
            answer => answer,
        }
    }

    async fn once(&self, request: Request, now: Instant) -> Result<Bytes, Said> {
        let token = self.token(now).await?;
        let request = request.header("authorization", format!("Bearer {}", token.expose()));
        heard(self.http.send(request).await)
    }

    /// Whether PayPal knows this client: a new token is asked for, whatever is kept.
    pub async fn sign_in(&self, now: Instant) -> Result<(), Said> {
        self.forget();
        self.token(now).await.map(drop)
    }

    async fn token(&self, now: Instant) -> Result<Secret, Said> {
        if let Some(token) = kept().get(&self.name()).filter(|token| token.from <= now && now < token.until) {
            return Ok(token.text.clone());
        }
        let basic = BASE64_STANDARD.encode(format!("{}:{}", self.client, self.secret.expose()));
        let request = Request::form("/v1/oauth2/token", "grant_type=client_credentials".to_owned())
            .header("authorization", format!("Basic {basic}"));
        let granted: Granted = read(&heard(self.http.send(request).await)?)?;
        let until = now.plus_seconds(granted.expires_in.saturating_sub(TOKEN_MARGIN_SECONDS));
        let token = Token { text: granted.access_token, from: now, until };
        kept().insert(self.name(), token.clone());
        Ok(token.text)
    }

    fn forget(&self) {
        kept().remove(&self.name());
    }

    fn name(&self) -> (String, String, String) {
        let mark = crate::webhook::hmac_sha256(&self.secret, &[b"owed: which secret a token was asked for with"]);
        (self.base.clone(), self.client.clone(), hex::encode(mark))
    }
}

fn kept() -> std::sync::MutexGuard<'static, Tokens> {
    TOKENS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn written(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("our own requests are plain data with text keys")
}

fn heard(answer: Result<Answer, Lost>) -> Result<Bytes, Said> {
    let answer = answer.map_err(|lost| Said::Lost(lost.to_string()))?;
    match answer.status {
        200..=299 => Ok(answer.body),
        status => match serde_json::from_slice::<Trouble>(&answer.body) {
            Ok(trouble) if !trouble.issue().is_empty() || status < 500 => Err(Said::Refused { status, trouble }),
            Ok(_) => Err(Said::Lost(format!("PayPal answered {status}"))),
            // Whoever answered was not PayPal's API, so nothing is known.
            Err(_) => Err(Said::Lost(format!("PayPal answered {status} with something that is not its own"))),
        },
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Said> {
    serde_json::from_slice(body).map_err(|_| Said::Lost("PayPal's answer could not be read".to_owned()))
}
