//! Mails: everything that was told to customers and staff, sent or kept.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::{CustomerId, MailId};
use engine::flows::report_bounce::{report_bounce, report_notice};
use engine::flows::try_again::retry_mail;
use engine::store::mail::{self, Attached, Mail as Row};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Writes};
use super::lists::{List, Listing};
use super::replies::{written, written_down};
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/mails", get(list))
        .route("/api/v1/mails/{id}", get(one))
        .route("/api/v1/mails/{id}/attachments/{name}", get(attachment))
        .route("/api/v1/mails/{id}/retry", post(retry))
        .route("/api/v1/mails/{id}/bounce", post(bounce))
        .route("/api/v1/bounces", post(notice))
}

#[derive(OpenApi)]
#[openapi(paths(list, one, attachment, retry, bounce, notice))]
pub struct Description;

/// A mail as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mail {
    id: String,
    /// `payment_request`, `receipt`, …
    kind: String,
    /// `kept` (no mail server is configured), `queued`, `sent`, `failed` or `bounced`.
    state: String,
    to: String,
    cc: Vec<String>,
    subject: String,
    text: String,
    html: String,
    /// What it is about: the id of a request, payment or link.
    about: Option<String>,
    customer: Option<String>,
    /// What the mail server said when it failed; of one that is `sent`, which copies did not get through.
    error: Option<String>,
    tries: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    sent_at: Option<String>,
}

/// A mail and what goes along with it.
#[derive(Debug, Serialize, ToSchema)]
struct WholeMail {
    #[serde(flatten)]
    mail: Mail,
    /// PDFs that go along, each under `/mails/{id}/attachments/{name}`.
    attachments: Vec<Attachment>,
}

/// A file that goes along with a mail.
#[derive(Debug, Serialize, ToSchema)]
struct Attachment {
    name: String,
    /// In bytes.
    size: i64,
    /// In hexadecimal.
    sha256: String,
}

impl From<Attached> for Attachment {
    fn from(row: Attached) -> Attachment {
        Attachment { name: row.name, size: row.size, sha256: row.sha256 }
    }
}

impl From<Row> for Mail {
    fn from(row: Row) -> Mail {
        Mail {
            id: row.id.to_string(),
            state: row.state.clone(),
            cc: row.copies(),
            kind: row.kind,
            to: row.send_to,
            subject: row.subject,
            text: row.body_text,
            html: row.body_html,
            about: row.about,
            customer: row.customer_id.map(|id| id.to_string()),
            error: row.error,
            tries: row.tries,
            created_at: row.created_at.to_rfc3339(),
            sent_at: row.sent_at.map(|at| at.to_rfc3339()),
        }
    }
}

/// Which mails.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MailsQuery {
    /// Such as `payment_request`.
    #[param(max_length = 200)]
    kind: Option<String>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Mails, newest first
#[utoipa::path(get, path = "/api/v1/mails", tag = "mails", params(MailsQuery),
    responses((status = 200, description = "A page of mails", body = List<Mail>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<MailsQuery>) -> Result<Response, Problem> {
    let kind = listing.query.kind.clone().unwrap_or_default();
    let (db, customer, before) = (&app.services.db, listing.query.customer, listing.after()?);
    let rows = mail::outbox(db, caller.business, customer, &kind, before, listing.one_more()).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, Mail::from)?))
}

/// A mail
#[utoipa::path(get, path = "/api/v1/mails/{id}", tag = "mails", params(("id" = String, Path, description = "`mai_…`")),
    responses((status = 200, description = "The mail", body = WholeMail)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<MailId>) -> Result<Response, Problem> {
    let row = mail::mail(&app.services.db, caller.business, id).await?;
    let attached = mail::attached(&app.services.db, caller.business, id).await?;
    let attachments = attached.into_iter().map(Attachment::from).collect();
    Ok(json::answer(StatusCode::OK, &WholeMail { mail: Mail::from(row), attachments }))
}

/// A file that went along with a mail, byte for byte
#[utoipa::path(get, path = "/api/v1/mails/{id}/attachments/{name}", tag = "mails",
    params(("id" = String, Path, description = "`mai_…`"), ("name" = String, Path, description = "Such as `INV-2026-00042.pdf`")),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/pdf")))]
async fn attachment(
    State(app): State<Arc<App>>,
    Reads(caller): Reads,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id: MailId = id.parse().map_err(|_| Problem::not_found())?;
    Ok(papers::sent_along(mail::attachment(&app.services.db, caller.business, id, name).await?))
}

/// Send a mail again that failed, or that was kept while no mail server was configured
#[utoipa::path(post, path = "/api/v1/mails/{id}/retry", tag = "mails", params(("id" = String, Path, description = "`mai_…`")),
    responses((status = 200, description = "The mail, queued", body = Mail)))]
async fn retry(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<MailId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = retry_mail(&app.services.db, &call, id, app.services.postman.is_some());
    let show = async |_: Option<()>, _: String| Ok(Mail::from(mail::mail(&app.services.db, call.business, id).await?));
    written_down(&app, &call, StatusCode::OK, act, show, |()| id.to_string()).await
}

/// Why it came back, and from whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Returned {
    /// Which of its addresses did not take it; without one, that which it was sent `to`. One in `cc` leaves the mail `sent`.
    #[serde(default)]
    address: Option<String>,
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Report that a mail that was sent came back
#[utoipa::path(post, path = "/api/v1/mails/{id}/bounce", tag = "mails", params(("id" = String, Path, description = "`mai_…`")),
    request_body = Returned, responses((status = 200, description = "The mail as it stands now", body = Mail)))]
async fn bounce(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<MailId>,
    StrictJson { value: new, request_hash }: StrictJson<Returned>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = report_bounce(&app.services.db, &call, id, new.address.as_deref(), &new.reason);
    written(&app, &call, StatusCode::OK, act, async |id| Ok(Mail::from(mail::mail(&app.services.db, call.business, id).await?)))
        .await
}

/// A notice of delivery (RFC 3464), whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Notice {
    notice: String,
}

/// Hand in the notice that a mail server wrote about a mail; the mail is found by its Message-ID
#[utoipa::path(post, path = "/api/v1/bounces", tag = "mails", request_body = Notice,
    responses((status = 200, description = "The mail it is about, as it stands now", body = Mail)))]
async fn notice(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    StrictJson { value: new, request_hash }: StrictJson<Notice>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = report_notice(&app.services.db, &call, &new.notice);
    written(&app, &call, StatusCode::OK, act, async |id| Ok(Mail::from(mail::mail(&app.services.db, call.business, id).await?)))
        .await
}
