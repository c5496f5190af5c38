//! The words of mails: which can be changed, what they are, how they would look, and a test.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use engine::error::FieldError;
use engine::flows::reword_mail::{preview_mail, reword_mail, send_test_mail};
use engine::mail::samples;
use engine::mail::words::{KINDS, MailWords};
use engine::store::business;
use engine::store::mail;
use locale::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Sets};
use super::mails::Mail;
use super::replies::written;
use crate::app::App;
use crate::json::{self, Id, StrictJson, StrictQuery};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/mail-words", get(list))
        .route("/api/v1/mail-words/{id}", put(reword))
        .route("/api/v1/mail-words/{id}/preview", post(preview))
        .route("/api/v1/mail-words/{id}/test", post(test))
}

#[derive(OpenApi)]
#[openapi(paths(list, reword, preview, test))]
pub struct Description;

/// How one kind of mail is worded.
#[derive(Debug, Serialize, ToSchema)]
struct Worded {
    kind: String,
    /// `en`, `es`, `fr`, `de`
    language: String,
    /// What people call it.
    name: String,
    /// What may stand between braces in its words.
    places: Vec<&'static str>,
    /// Null: the usual one.
    subject: Option<String>,
    /// Null: the usual one.
    body: Option<String>,
    /// The subject as it is now, with sample values.
    sample: String,
}

async fn all(app: &App, of: books::ids::BusinessId, language: Language) -> Result<Vec<Worded>, Problem> {
    let known = business::business(&app.services.db, of).await?;
    let settings = known.settings()?;
    let mut rows = Vec::with_capacity(KINDS.len());
    for kind in KINDS.iter().filter(|kind| kind.speaks(language)) {
        let MailWords { subject, body } = settings.words_of(kind.word, language);
        let from = engine::mail::Sender::of(&known, kind.word, known.tongue_in(language))?;
        let sample = samples::letter(kind.word, &from)?.subject;
        rows.push(Worded {
            kind: kind.word.to_owned(),
            language: language.code().to_owned(),
            name: kind.name.to_owned(),
            places: kind.places.iter().map(|place| place.word()).collect(),
            subject,
            body,
            sample,
        });
    }
    Ok(rows)
}

/// All kinds of mails.
#[derive(Debug, Serialize, ToSchema)]
struct WordedMails {
    data: Vec<Worded>,
}

/// Which language is meant; without one: English.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InLanguage {
    /// `en`, `es`, `fr` or `de`
    language: Option<String>,
}

fn language(code: Option<&str>) -> Result<Language, Problem> {
    let Some(code) = code else { return Ok(Language::English) };
    Language::of_code(code).ok_or_else(|| {
        let detail = "the language is en, es, fr or de".to_owned();
        Problem::invalid(vec![FieldError { field: "language".to_owned(), code: "UNKNOWN", detail }])
    })
}

/// How mails are worded
///
/// Mails to the business's own people are in English, and are listed for no other language.
#[utoipa::path(get, path = "/api/v1/mail-words", tag = "mails", params(InLanguage),
    responses((status = 200, description = "Every kind whose words can be changed", body = WordedMails)))]
async fn list(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    StrictQuery(wanted): StrictQuery<InLanguage>,
) -> Result<Response, Problem> {
    Ok(json::answer(
        StatusCode::OK,
        &WordedMails { data: all(&app, caller.business, language(wanted.language.as_deref())?).await? },
    ))
}

/// Words in place of the usual ones. Names between braces, such as `{amount}`, stand for what one mail is about; each kind has its
/// `places`. What is absent is as usual; the figures and the button of a mail stay, and so does what a person wrote for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWords {
    /// `en`, `es`, `fr` or `de`; absent: `en`.
    language: Option<String>,
    #[schema(max_length = 200)]
    subject: Option<String>,
    /// Paragraphs with an empty line between them.
    #[schema(max_length = 10000)]
    body: Option<String>,
}

impl From<NewWords> for MailWords {
    fn from(new: NewWords) -> MailWords {
        MailWords { subject: new.subject, body: new.body }
    }
}

/// Word a kind of mail
#[utoipa::path(put, path = "/api/v1/mail-words/{id}", tag = "mails",
    params(("id" = String, Path, description = "The kind of mail, such as `invoice`")), request_body = NewWords,
    responses((status = 200, description = "How it is worded now", body = Worded)))]
async fn reword(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(kind): Id<String>,
    StrictJson { value: new, request_hash }: StrictJson<NewWords>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let language = language(new.language.as_deref())?;
    let act = reword_mail(&app.services.db, &call, &kind, language, new.into());
    written(&app, &call, StatusCode::OK, act, async |id| {
        all(&app, id, language).await?.into_iter().find(|row| row.kind == kind).ok_or_else(Problem::not_found)
    })
    .await
}

/// A mail as it would be.
#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    subject: String,
    text: String,
    html: String,
}

/// How a kind of mail would look in these words, with sample values
#[utoipa::path(post, path = "/api/v1/mail-words/{id}/preview", tag = "mails",
    params(("id" = String, Path, description = "The kind of mail, such as `invoice`")), request_body = NewWords,
    responses((status = 200, description = "The mail; nothing is kept", body = Preview)))]
async fn preview(
    State(app): State<Arc<App>>,
    Reads(caller): Reads,
    Id(kind): Id<String>,
    StrictJson { value: new, .. }: StrictJson<NewWords>,
) -> Result<Response, Problem> {
    let language = language(new.language.as_deref())?;
    let made = preview_mail(&app.services.db, caller.business, &kind, language, new.into()).await?;
    Ok(json::answer(StatusCode::OK, &Preview { subject: made.subject, text: made.text, html: made.html }))
}

/// To whom a test goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestTo {
    #[schema(format = Email)]
    to: String,
    /// `en`, `es`, `fr` or `de`; absent: `en`.
    language: Option<String>,
}

/// Send a test of a kind of mail, in the words that are kept
#[utoipa::path(post, path = "/api/v1/mail-words/{id}/test", tag = "mails",
    params(("id" = String, Path, description = "The kind of mail, such as `invoice`")), request_body = TestTo,
    responses((status = 201, description = "The mail", body = Mail)))]
async fn test(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(kind): Id<String>,
    StrictJson { value: new, request_hash }: StrictJson<TestTo>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = send_test_mail(&app.services, &call, &kind, language(new.language.as_deref())?, &new.to);
    written(&app, &call, StatusCode::CREATED, act, async |id| {
        Ok(Mail::from(mail::mail(&app.services.db, call.business, id).await?))
    })
    .await
}
