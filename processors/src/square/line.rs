//! The line to Square: every call carries the token and the version of the API that this connector was written for.
//!
//! Invariant: nothing is repeated here; an answer is the thing that was asked for or what Square said instead.

use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answers::Said;
use super::shapes::Trouble;
use crate::http::{Http, Request};
use crate::secret::Secret;

/// The version that Square's own client of 2026 sends.
const VERSION: &str = "2026-09-16";

pub struct Line {
    http: Http,
    token: Secret,
}

impl Line {
    pub fn new(http: Http, token: Secret) -> Line {
        Line { http, token }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Said> {
        self.call(Request::get(path)).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Said> {
        self.call(Request::json(Method::POST, path, written(body))).await
    }

    pub async fn post_nothing<T: DeserializeOwned>(&self, path: &str) -> Result<T, Said> {
        self.call(Request::new(Method::POST, path, "", String::new())).await
    }

    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Said> {
        self.call(Request::json(Method::PUT, path, written(body))).await
    }

    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Said> {
        self.call(Request::new(Method::DELETE, path, "", String::new())).await
    }

    async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, Said> {
        let request =
            request.header("authorization", format!("Bearer {}", self.token.expose())).header("square-version", VERSION);
        let answer = self.http.send(request).await.map_err(|lost| Said::Lost(lost.to_string()))?;
        if answer.is_success() {
            return serde_json::from_slice(&answer.body).map_err(|_| Said::Lost("Square's answer could not be read".to_owned()));
        }
        match serde_json::from_slice::<Trouble>(&answer.body) {
            Ok(trouble) if !trouble.errors.is_empty() => Err(Said::Refused { status: answer.status, trouble }),
            // Whoever answered was not Square's API, so nothing is known.
            _ => Err(Said::Lost(format!("Square answered {} with something that is not its own", answer.status))),
        }
    }
}

fn written(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("our own requests are plain data with text keys")
}
