//! The line to Authorize.Net: one address, one verb; the request's name is the only key of its body.
//!
//! Invariants: nothing is repeated here; the login stands first in every body, where the schema wants it; an answer is the
//! thing that was asked for or what Authorize.Net said instead. Limits: none of its own. Source: developer.authorize.net, 2026.

use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answers::Said;
use super::shapes::{CreateTransaction, Response, Told, Transacted, Transaction};
use crate::http::{Http, Request};
use crate::secret::Secret;

const PATH: &str = "/xml/v1/request.api";
/// How we call ourselves there.
const CLIENT: &str = "owed";

pub struct Line {
    http: Http,
    login: String,
    key: Secret,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a, T> {
    merchant_authentication: Login<'a>,
    client_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ref_id: Option<&'a str>,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Login<'a> {
    name: &'a str,
    transaction_key: &'a str,
}

impl Line {
    pub fn new(http: Http, login: String, key: Secret) -> Line {
        Line { http, login, key }
    }

    /// Asks for something that moves no money.
    pub async fn ask<T: DeserializeOwned>(&self, name: &str, body: &impl Serialize) -> Result<T, Said> {
        let answer = self.call(name, None, body).await?;
        fitting(&answer)?;
        read(answer)
    }

    /// The same for something that may be there already: the refusal of a duplicate names what is.
    pub async fn ask_or_there<T: DeserializeOwned>(&self, name: &str, body: &impl Serialize) -> Result<T, Said> {
        let answer = self.call(name, None, body).await?;
        match fitting(&answer) {
            Err(said) if !said.is_duplicate() => Err(said),
            _ => read(answer),
        }
    }

    /// Asks for money to be moved. `reference` is given back in the answer and in messages.
    pub async fn transact(&self, reference: Option<&str>, request: Transaction) -> Result<Response, Said> {
        let body = CreateTransaction { transaction_request: Some(request) };
        let answer = self.call("createTransactionRequest", reference, &body).await?;
        // A decline comes with an error of the whole as well: what counts is what became of the transaction.
        let became: Transacted = serde_json::from_value(answer.clone()).unwrap_or_default();
        match became.transaction_response {
            Some(response) if !response.response_code.is_empty() => Ok(response),
            _ => {
                fitting(&answer)?;
                Err(Said::Lost("Authorize.Net does not say what became of the transaction".to_owned()))
            }
        }
    }

    async fn call<T: Serialize>(&self, name: &str, reference: Option<&str>, body: &T) -> Result<Value, Said> {
        let login = Login { name: &self.login, transaction_key: self.key.expose() };
        let whole = Whole { merchant_authentication: login, client_id: CLIENT, ref_id: reference, body };
        let whole = serde_json::to_string(&whole).expect("our own requests are plain data with text keys");
        let request = Request::json(Method::POST, PATH, format!("{{\"{name}\":{whole}}}"));
        let answer = self.http.send(request).await.map_err(|lost| Said::Lost(lost.to_string()))?;
        if !answer.is_success() {
            return Err(Said::Lost(format!("Authorize.Net answered {}", answer.status)));
        }
        answer.json().map_err(|lost| Said::Lost(lost.to_string()))
    }
}

/// Whether an answer says of itself that all is well.
fn fitting(answer: &Value) -> Result<(), Said> {
    let told: Told = read(answer.clone())?;
    match (told.messages.result_code.as_str(), told.messages.message.into_iter().next()) {
        ("Ok", _) => Ok(()),
        ("Error", Some(message)) => Err(Said::Refused { code: message.code, text: message.text }),
        _ => Err(Said::Lost("Authorize.Net's answer could not be read".to_owned())),
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, Said> {
    serde_json::from_value(answer).map_err(|_| Said::Lost("Authorize.Net's answer could not be read".to_owned()))
}
