//! How papers look beside their template: the logo, and what stands under each kind of paper.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use books::ids::BusinessId;
use books::paper::PaperKind;
use engine::error::FieldError;
use engine::flows::dress_papers::{LOGO_BYTES, LOGO_TOO_LARGE, replace_logo, write_under_papers};
use engine::store::business;
use hex::ToHex as _;
use locale::Language;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{OpenApi, ToSchema};

use super::access::{Reads, Sets};
use super::replies::written;
use crate::app::App;
use crate::json::{self, Id, LongestBody, Nothing, StrictJson};
use crate::respond::Problem;

/// The longest body with a logo: in base64 a picture is a third longer, and one that is a little too large is refused by its field.
const LONGEST: LongestBody = LongestBody(2 * LOGO_BYTES);

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/settings/logo", get(logo).put(replace).delete(remove).layer(Extension(LONGEST)))
        .route("/api/v1/paper-texts", get(list))
        .route("/api/v1/paper-texts/{id}", get(one).put(write))
}

#[derive(OpenApi)]
#[openapi(paths(logo, replace, remove, list, one, write))]
pub struct Description;

/// The logo that is in use; all null: none.
#[derive(Debug, Serialize, ToSchema)]
struct Logo {
    /// `image/png` or `image/jpeg`
    media_type: Option<String>,
    /// In bytes.
    size: Option<usize>,
    /// Of the bytes, in hex.
    sha256: Option<String>,
}

async fn in_use(app: &App, of: BusinessId) -> Result<Logo, Problem> {
    let picture = business::business(&app.services.db, of).await?.logo;
    Ok(Logo {
        media_type: picture.as_deref().map(|bytes| media_type(bytes).to_owned()),
        size: picture.as_ref().map(Vec::len),
        sha256: picture.as_ref().map(|bytes| Sha256::digest(bytes).encode_hex()),
    })
}

/// What a picture that was kept is.
pub fn media_type(picture: &[u8]) -> &'static str {
    if picture.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" }
}

/// The logo, as it was given
#[utoipa::path(get, path = "/api/v1/settings/logo", tag = "settings",
    responses((status = 200, description = "The picture, PNG or JPEG", body = Vec<u8>, content_type = "image/png")))]
async fn logo(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    let picture = business::business(&app.services.db, caller.business).await?.logo.ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&picture)))], picture).into_response())
}

/// A picture in place of the logo. Papers are tried with it before it is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLogo {
    /// PNG or JPEG in base64, at most 1 MB of picture and 4,096 pixels a side.
    #[schema(format = Byte)]
    logo: String,
}

/// Keep a logo for pages and papers
#[utoipa::path(put, path = "/api/v1/settings/logo", tag = "settings", request_body = NewLogo,
    responses((status = 200, description = "The logo in use", body = Logo)))]
async fn replace(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    body: Result<StrictJson<NewLogo>, Problem>,
) -> Result<Response, Problem> {
    let StrictJson { value: new, request_hash } = body.map_err(too_large)?;
    let call = caller.call(request_hash);
    let picture = STANDARD.decode(new.logo.trim()).map_err(|_| wrong("logo", "NOT_BASE64", "write the picture in base64"))?;
    let act = replace_logo(&app.services, &call, Some(picture));
    written(&app, &call, StatusCode::OK, act, |id| in_use(&app, id)).await
}

/// Use no logo any more
#[utoipa::path(delete, path = "/api/v1/settings/logo", tag = "settings",
    responses((status = 200, description = "None is in use", body = Logo)))]
async fn remove(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = replace_logo(&app.services, &call, None);
    written(&app, &call, StatusCode::OK, act, |id| in_use(&app, id)).await
}

/// A body that is too long to be read has a picture that is too large.
fn too_large(problem: Problem) -> Problem {
    match problem.status {
        StatusCode::PAYLOAD_TOO_LARGE => wrong("logo", "TOO_LARGE", LOGO_TOO_LARGE),
        _ => problem,
    }
}

fn wrong(field: &str, code: &'static str, detail: &str) -> Problem {
    Problem::invalid(vec![FieldError { field: field.to_owned(), code, detail: detail.to_owned() }])
}

/// What stands under a kind of paper.
#[derive(Debug, Serialize, ToSchema)]
struct PaperText {
    /// `invoice`, `order`, `receipt`, `credit_note`, `refund`, `statement`, `letter`
    paper: String,
    /// By language (`en`, `es`, `fr`, `de`); null: none. A reader whose language has none gets the one in the business's own.
    texts: BTreeMap<String, Option<String>>,
}

async fn shown(app: &App, of: BusinessId, kind: PaperKind) -> Result<PaperText, Problem> {
    let settings = business::business(&app.services.db, of).await?.settings()?;
    let text = |language: Language| (language.code().to_owned(), settings.paper_text(kind, language).map(str::to_owned));
    Ok(PaperText { paper: kind.word().to_owned(), texts: Language::ALL.map(text).into() })
}

fn known(word: &str) -> Result<PaperKind, Problem> {
    PaperKind::of_word(word).ok_or_else(Problem::not_found)
}

/// Every kind of paper.
#[derive(Debug, Serialize, ToSchema)]
struct PaperTexts {
    data: Vec<PaperText>,
}

/// What stands under papers
#[utoipa::path(get, path = "/api/v1/paper-texts", tag = "settings",
    responses((status = 200, description = "Every kind of paper", body = PaperTexts)))]
async fn list(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    let mut data = Vec::with_capacity(PaperKind::ALL.len());
    for kind in PaperKind::ALL {
        data.push(shown(&app, caller.business, kind).await?);
    }
    Ok(json::answer(StatusCode::OK, &PaperTexts { data }))
}

/// What stands under a kind of paper
#[utoipa::path(get, path = "/api/v1/paper-texts/{id}", tag = "settings",
    params(("id" = String, Path, description = "The kind of paper, such as `invoice`")),
    responses((status = 200, description = "Its texts", body = PaperText)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(kind): Id<String>) -> Result<Response, Problem> {
    Ok(json::answer(StatusCode::OK, &shown(&app, caller.business, known(&kind)?).await?))
}

/// Texts by language (`en`, `es`, `fr`, `de`): one that is not named stays, null takes it away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTexts {
    /// At most 1,000 characters each.
    texts: BTreeMap<String, Option<String>>,
}

/// Write under a kind of paper, such as terms of payment
///
/// Invoices and credit notes that were issued keep the text of their day.
#[utoipa::path(put, path = "/api/v1/paper-texts/{id}", tag = "settings",
    params(("id" = String, Path, description = "The kind of paper, such as `invoice`")), request_body = NewTexts,
    responses((status = 200, description = "Its texts", body = PaperText)))]
async fn write(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(kind): Id<String>,
    StrictJson { value: new, request_hash }: StrictJson<NewTexts>,
) -> Result<Response, Problem> {
    let (kind, call) = (known(&kind)?, caller.call(request_hash));
    let language = |(code, text): (String, Option<String>)| match Language::of_code(&code) {
        Some(language) => Ok((language, text)),
        None => Err(wrong(&format!("texts.{code}"), "UNKNOWN", "the language is en, es, fr or de")),
    };
    let texts = new.texts.into_iter().map(language).collect::<Result<Vec<_>, Problem>>()?;
    let act = write_under_papers(&app.services.db, &call, kind, texts);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, id, kind)).await
}
