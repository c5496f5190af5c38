//! How a write is answered: once for its first time, and the same again for every repeat under its idempotency key.
//!
//! Invariants: the first answer is kept word for word without its secrets: `url` is rebuilt from the key file on a repeat, `key`
//! (shown once) stays null. When the words are gone, after 72 hours or because the node died in between, a repeat is answered from
//! the record. Left out: the keys' own rules, which the flows keep inside their transactions.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::flows::call::{Call, Done};
use engine::flows::keep_answer::{Kept, find_answer, keep_answer};
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::json;
use crate::respond::Problem;

/// A payer's address: not kept, but made again for every repeat.
const REBUILT: &str = "url";
/// A key's text: shown once, never again.
const SHOWN_ONCE: &str = "key";

/// The constraint by which a key counts once.
const USED_KEY: &str = "event_idempotency";

/// Answers an act that claims its key inside its own transaction. `show` reads what is to be shown of the result.
pub async fn written<T, R, Shown>(
    app: &App,
    call: &Call,
    status: StatusCode,
    act: impl Future<Output = engine::error::Result<Done<T>>>,
    show: impl FnOnce(T) -> Shown,
) -> Result<Response, Problem>
where
    Shown: Future<Output = Result<R, Problem>>,
    R: Serialize,
{
    let done = act.await?;
    if !done.repeated {
        return first(app, call, status, show(done.value).await?).await;
    }
    let kept = find_answer(&app.services.db, call).await?;
    again(kept, status, show(done.value)).await
}

/// Answers an act that only writes its key down: a repeat is found before it is done again. `show` is given the TypeID that the
/// first answer was about.
pub async fn written_down<T, R, Shown>(
    app: &App,
    call: &Call,
    status: StatusCode,
    act: impl Future<Output = engine::error::Result<T>>,
    show: impl FnOnce(Option<T>, String) -> Shown,
    about: impl FnOnce(&T) -> String,
) -> Result<Response, Problem>
where
    Shown: Future<Output = Result<R, Problem>>,
    R: Serialize,
{
    if let Some(kept) = find_answer(&app.services.db, call).await? {
        let subject = kept.about.clone();
        return again(Some(kept), status, show(None, subject)).await;
    }
    let done = act.await.map_err(|error| match error {
        // The same request is being done by somebody else: what came of it can be asked for in a moment.
        error if error.broke(USED_KEY) => engine::error::Error::InProgress,
        error => error,
    })?;
    let subject = about(&done);
    first(app, call, status, show(Some(done), subject).await?).await
}

/// How an act ended whose answer is not always of the same status.
pub enum Reply {
    Made(StatusCode, Value),
    /// A processor declined it: 402, remembered like a success.
    Declined(Problem),
}

impl Reply {
    pub fn made(status: StatusCode, shown: &impl Serialize) -> Result<Reply, Problem> {
        Ok(Reply::Made(status, as_value(shown)?))
    }
}

/// As [`written`], where the result decides about the status.
pub async fn replied<T, Shown>(
    app: &App,
    call: &Call,
    act: impl Future<Output = engine::error::Result<Done<T>>>,
    show: impl FnOnce(T) -> Shown,
) -> Result<Response, Problem>
where
    Shown: Future<Output = Result<Reply, Problem>>,
{
    let done = act.await?;
    if done.repeated {
        let kept = find_answer(&app.services.db, call).await?;
        return replied_again(kept, show(done.value).await?);
    }
    match show(done.value).await? {
        Reply::Made(status, value) => first(app, call, status, value).await,
        Reply::Declined(problem) => {
            if call.key.is_some() {
                let words = serde_json::json!({
                    "code": problem.code, "detail": problem.detail, "facts": without_secrets(problem.facts.clone().into()),
                });
                keep_answer(&app.services.db, call, problem.status.as_u16(), words.to_string()).await?;
            }
            Err(problem)
        }
    }
}

/// The first answer once more: its words where they are kept, else as the record has it now.
fn replied_again(kept: Option<Kept>, now: Reply) -> Result<Response, Problem> {
    let said = kept.as_ref().and_then(|kept| kept.status).and_then(|code| StatusCode::from_u16(code).ok());
    let words = kept.and_then(|kept| kept.body).and_then(|body| serde_json::from_str::<Value>(&body).ok());
    let (url, whole) = match &now {
        Reply::Made(_, value) => (value.get(REBUILT).cloned(), value.clone()),
        Reply::Declined(problem) => (problem.facts.get(REBUILT).cloned(), Value::Null),
    };
    let rebuilt = |mut value: Value| {
        if value.get(REBUILT) == Some(&Value::Null) {
            value[REBUILT] = url.clone().unwrap_or(Value::Null);
        }
        value
    };
    let response = match (said, words, now) {
        (Some(StatusCode::PAYMENT_REQUIRED), Some(words), _) => {
            let text = |name: &str| words[name].as_str().unwrap_or_default().to_owned();
            let mut problem = Problem::new(StatusCode::PAYMENT_REQUIRED, text("code"), text("detail"));
            if let Value::Object(facts) = rebuilt(words["facts"].clone()) {
                problem.facts = facts;
            }
            problem.into_response()
        }
        (Some(status), Some(words), _) => json::answer(status, &rebuilt(words)),
        (_, _, Reply::Made(status, _)) => json::answer(status, &without(whole, SHOWN_ONCE)),
        (_, _, Reply::Declined(problem)) => problem.into_response(),
    };
    Ok(json::replayed(response))
}

async fn first(app: &App, call: &Call, status: StatusCode, shown: impl Serialize) -> Result<Response, Problem> {
    let shown = as_value(&shown)?;
    if call.key.is_some() {
        keep_answer(&app.services.db, call, status.as_u16(), without_secrets(shown.clone()).to_string()).await?;
    }
    Ok(json::answer(status, &shown))
}

async fn again<R: Serialize>(
    kept: Option<Kept>,
    status: StatusCode,
    show: impl Future<Output = Result<R, Problem>>,
) -> Result<Response, Problem> {
    let said = kept.as_ref().and_then(|kept| kept.status).and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(status);
    let words = kept.and_then(|kept| kept.body).and_then(|body| serde_json::from_str::<Value>(&body).ok());
    let body = match words {
        None => without(as_value(&show.await?)?, SHOWN_ONCE),
        Some(mut words) if words.get(REBUILT) == Some(&Value::Null) => {
            words[REBUILT] = as_value(&show.await?)?[REBUILT].clone();
            words
        }
        Some(words) => words,
    };
    Ok(json::replayed(json::answer(said, &body)))
}

fn as_value(shown: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(shown).map_err(|error| Problem::fault(format!("an answer cannot be written: {error}")))
}

fn without_secrets(body: Value) -> Value {
    without(without(body, REBUILT), SHOWN_ONCE)
}

fn without(mut body: Value, name: &str) -> Value {
    if let Some(secret) = body.get_mut(name) {
        *secret = Value::Null;
    }
    body
}
