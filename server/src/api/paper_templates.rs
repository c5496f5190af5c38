//! Templates of papers: what each kind is printed by, a try, one's own, and back to the built-in one.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::BusinessId;
use books::paper::PaperKind;
use engine::flows::replace_template::{replace_template, restore_template, try_template};
use engine::press::{Press, Printed};
use engine::store::business;
use engine::store::paper_template::{self, PaperTemplate as Row};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::{Reads, Sets};
use super::replies::written;
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::papers::{sent, sent_file};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/paper-templates", get(list))
        .route("/api/v1/paper-templates/{id}", get(one).put(replace).delete(restore))
        .route("/api/v1/paper-templates/{id}/preview", post(preview))
        .route("/api/v1/paper-templates/{id}/sample", get(sample))
}

#[derive(OpenApi)]
#[openapi(paths(list, one, replace, restore, preview, sample))]
pub struct Description;

/// By what a kind of paper is printed.
#[derive(Debug, Serialize, ToSchema)]
struct PaperTemplate {
    /// `order`, `invoice`, `credit_note`, `receipt`, `refund`, `statement` or `letter`.
    paper: String,
    /// Whether it is the business's own; else it is the built-in one.
    own: bool,
    /// The template, in Typst.
    template: String,
    /// SHA-256 of an own template, in hexadecimal.
    sha256: Option<String>,
    /// Who kept it: `usr_…` or `key_…`.
    saved_by: Option<String>,
    #[schema(format = DateTime)]
    saved_at: Option<String>,
    /// When it first failed, so that the built-in template was used in its place.
    #[schema(format = DateTime)]
    failed_at: Option<String>,
    /// Why it failed then.
    failed_why: Option<String>,
}

impl PaperTemplate {
    fn of(app: &App, kind: PaperKind, own: Option<Row>) -> PaperTemplate {
        let paper = kind.word().to_owned();
        match own {
            None => PaperTemplate {
                paper,
                own: false,
                template: app.press.built_in(kind),
                sha256: None,
                saved_by: None,
                saved_at: None,
                failed_at: None,
                failed_why: None,
            },
            Some(row) => PaperTemplate {
                paper,
                own: true,
                template: row.source,
                sha256: Some(row.sha256),
                saved_by: Some(row.saved_by),
                saved_at: Some(row.saved_at.to_rfc3339()),
                failed_at: row.failed_at.map(|at| at.to_rfc3339()),
                failed_why: row.failed_why,
            },
        }
    }
}

fn known(word: &str) -> Result<PaperKind, Problem> {
    PaperKind::of_word(word).ok_or_else(Problem::not_found)
}

async fn shown(app: &App, of: BusinessId, kind: PaperKind) -> Result<PaperTemplate, Problem> {
    Ok(PaperTemplate::of(app, kind, paper_template::own(&app.services.db, of, kind).await?))
}

/// All kinds of papers.
#[derive(Debug, Serialize, ToSchema)]
struct PaperTemplates {
    data: Vec<PaperTemplate>,
}

/// By what papers are printed
#[utoipa::path(get, path = "/api/v1/paper-templates", tag = "settings",
    responses((status = 200, description = "Every kind of paper", body = PaperTemplates)))]
async fn list(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    let mut own = paper_template::list(&app.services.db, caller.business).await?;
    let mut take = |kind: PaperKind| own.iter().position(|row| row.paper == kind.word()).map(|at| own.swap_remove(at));
    let data = PaperKind::ALL.into_iter().map(|kind| PaperTemplate::of(&app, kind, take(kind))).collect();
    Ok(json::answer(StatusCode::OK, &PaperTemplates { data }))
}

/// By what a kind of paper is printed
#[utoipa::path(get, path = "/api/v1/paper-templates/{id}", tag = "settings",
    params(("id" = String, Path, description = "The kind of paper, such as `invoice`")),
    responses((status = 200, description = "The template", body = PaperTemplate)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(kind): Id<String>) -> Result<Response, Problem> {
    Ok(json::answer(StatusCode::OK, &shown(&app, caller.business, known(&kind)?).await?))
}

/// A template in Typst. It reads all words and figures from `data.json`, the logo from `logo` and the code of the payment page from
/// `qr.svg`; it sees nothing else. It may take 10 seconds and 768 MB a paper. When it fails later, the built-in template is used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTemplate {
    #[schema(min_length = 1, max_length = 262144)]
    template: String,
}

/// Print a kind of paper by a template of one's own
///
/// It is tried on a made-up paper first; what is wrong with it is told by line and column.
#[utoipa::path(put, path = "/api/v1/paper-templates/{id}", tag = "settings",
    params(("id" = String, Path, description = "The kind of paper, such as `invoice`")), request_body = NewTemplate,
    responses((status = 200, description = "The template in force", body = PaperTemplate)))]
async fn replace(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(kind): Id<String>,
    StrictJson { value: new, request_hash }: StrictJson<NewTemplate>,
) -> Result<Response, Problem> {
    let (kind, call) = (known(&kind)?, caller.call(request_hash));
    let act = replace_template(&app.services, &call, kind, &new.template);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, id, kind)).await
}

/// Print a kind of paper by the built-in template again
#[utoipa::path(delete, path = "/api/v1/paper-templates/{id}", tag = "settings",
    params(("id" = String, Path, description = "The kind of paper, such as `invoice`")),
    responses((status = 200, description = "The template in force", body = PaperTemplate)))]
async fn restore(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(kind): Id<String>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let (kind, call) = (known(&kind)?, caller.call(request_hash));
    let act = restore_template(&app.services.db, &call, kind);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, id, kind)).await
}

/// How a made-up paper would look by a template; nothing is kept
#[utoipa::path(post, path = "/api/v1/paper-templates/{id}/preview", tag = "settings",
    params(("id" = String, Path, description = "The kind of paper, such as `invoice`")), request_body = NewTemplate,
    responses((status = 200, description = "The PDF", body = Vec<u8>, content_type = "application/pdf")))]
async fn preview(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(kind): Id<String>,
    StrictJson { value: new, .. }: StrictJson<NewTemplate>,
) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let bytes = try_template(&app.services, caller.business, kind, &new.template).await?;
    Ok(sent(Printed { name: format!("sample-{}", kind.word()), bytes }))
}

/// What a template reads as `data.json`, of a made-up paper
#[utoipa::path(get, path = "/api/v1/paper-templates/{id}/sample", tag = "settings",
    params(("id" = String, Path, description = "The kind of paper, such as `invoice`")),
    responses((status = 200, description = "The values", body = Object, content_type = "application/json")))]
async fn sample(State(app): State<Arc<App>>, Reads(caller): Reads, Id(kind): Id<String>) -> Result<Response, Problem> {
    let kind = known(&kind)?;
    let data = app.press.sample_data(&business::business(&app.services.db, caller.business).await?, kind)?;
    Ok(sent_file(&format!("{}.json", kind.word()), "application/json", data))
}
