//! The outbox: every mail that was made, how it looks, what became of it.
//!
//! Invariant: a mail's own HTML is shown under a policy of its own that runs nothing and loads nothing.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use books::ids::MailId;
use engine::flows::try_again::retry_mail;
use engine::store::event;
use engine::store::mail::{self, Attached, Mail};

use super::desk::{Desk, done};
use super::rows::refused;
use super::submission::Submission;
use super::views::mails::{MailPage, MailRow, Outbox};
use super::words::{self, Names};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::new_key;
use crate::json::Id;
use crate::papers;
use crate::respond::{Problem, page};
use crate::security::headers::{FramesOurs, OwnPolicy};
use crate::view::shell::Section;
use crate::view::{Action, Chip, Link, Pager, Tab, Way};

/// How many mails a page shows.
const PAGE: usize = 50;
/// The filters: the word in the address, what it is called, the kind of mail it shows.
const FILTERS: [(&str, &str, &str); 4] =
    [("", "All", ""), ("requests", "Requests", "payment_request"), ("receipts", "Receipts", "receipt"), ("failed", "Failed", "")];
/// The policy of a mail's HTML, which comes from our templates but holds other people's words.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'self'";

/// `GET /admin/outbox`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let (filter, _, kind) = FILTERS.into_iter().find(|(word, ..)| *word == desk.asked.value("filter")).unwrap_or(FILTERS[0]);
    let before: Option<MailId> = desk.asked.optional("cursor");
    let (db, of, one_more) = (&app.services.db, desk.staff.business, PAGE as i64 + 1);
    let mut mails = match filter {
        "failed" => mail::troubled(db, of, before, one_more).await?,
        _ => mail::outbox(db, of, None, kind, before, one_more).await?,
    };
    let more = mails.len() > PAGE;
    mails.truncate(PAGE);
    let base = if filter.is_empty() { "/admin/outbox?".to_owned() } else { format!("/admin/outbox?filter={filter}&") };
    let tab = |(word, text, _): (&str, &str, &str)| Tab {
        href: if word.is_empty() { "/admin/outbox".to_owned() } else { format!("/admin/outbox?filter={word}") },
        text: text.to_owned(),
        count: None,
        here: word == filter,
    };
    let shown = Outbox {
        shell: desk.live(Section::Outbox),
        kept: app.services.postman.is_none(),
        tabs: FILTERS.into_iter().map(tab).collect(),
        pager: Pager {
            first: before.map(|_| base.trim_end_matches(['?', '&']).to_owned()),
            next: mails.last().filter(|_| more).map(|last| format!("{base}cursor={}", last.id)),
            summary: String::new(),
        },
        rows: mails.iter().map(|mail| row(&desk, mail)).collect(),
    };
    Ok(page(StatusCode::OK, &shown))
}

fn row(desk: &Desk, mail: &Mail) -> MailRow {
    MailRow {
        href: format!("/admin/outbox/{}", mail.id),
        subject: mail.subject.clone(),
        to: mail.send_to.clone(),
        kind: words::mail_kind(&mail.kind).to_owned(),
        at: desk.moment(mail.created_at),
        status: Chip::of_state(&mail.state),
        about: about(mail.about.as_deref()),
    }
}

/// The record that an id names, as a link; none for what has no page of its own.
pub fn about(id: Option<&str>) -> Option<Link> {
    let id = id?;
    let (list, name) = match id.split('_').next()? {
        "ord" => ("orders", "Order"),
        "pay" => ("payments", "Payment"),
        "cus" => ("customers", "Customer"),
        "ent" => ("entries", "Entry"),
        "mai" => ("outbox", "Mail"),
        "req" => return Some(Link::new("/admin/requests", "Payment requests")),
        _ => return None,
    };
    Some(Link::new(format!("/admin/{list}/{id}"), name))
}

/// `GET /admin/outbox/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<MailId>) -> Result<Response, Problem> {
    let mail = mail::mail(&app.services.db, desk.staff.business, id).await?;
    let attached = mail::attached(&app.services.db, desk.staff.business, id).await?;
    let names = Names::of(&app, desk.staff.business).await?;
    let events = event::about(&app.services.db, desk.staff.business, id.to_string(), 50).await?;
    let shown = MailPage {
        shell: desk.live(Section::Outbox),
        id: id.to_string(),
        subject: mail.subject.clone(),
        from: mail.reply_to.clone().unwrap_or_else(|| desk.frame.business.name.clone()),
        to: mail.send_to.clone(),
        cc: mail.copies(),
        kind: words::mail_kind(&mail.kind).to_owned(),
        at: desk.moment(mail.created_at),
        status: Chip::of_state(&mail.state),
        about: about(mail.about.as_deref()),
        error: mail.error.clone(),
        waits: mail.state == "queued",
        sent: mail.state == "sent",
        attachments: attached.iter().map(|one| file(&mail, one)).collect(),
        text: mail.body_text.clone(),
        history: words::history(&desk, &names, &events),
        actions: vec![again_action(&app, &desk, &mail)],
    };
    let mut response = page(StatusCode::OK, &shown);
    response.extensions_mut().insert(FramesOurs);
    Ok(response)
}

fn file(mail: &Mail, one: &Attached) -> Link {
    Link::new(
        format!("/admin/outbox/{}/attachments/{}", mail.id, one.name),
        format!("{} ({} KB)", one.name, (one.size + 1023) / 1024),
    )
}

/// `GET /admin/outbox/{id}/attachments/{name}`: a file that went along, byte for byte.
pub async fn attachment(
    State(app): State<Arc<App>>,
    Path((id, name)): Path<(String, String)>,
    staff: Staff,
) -> Result<Response, Problem> {
    let id: MailId = id.parse().map_err(|_| Problem::not_found())?;
    Ok(papers::sent_along(mail::attachment(&app.services.db, staff.business, id, name).await?))
}

fn again_action(app: &App, desk: &Desk, mail: &Mail) -> Action {
    let no = match (app.services.postman.is_some(), mail.state.as_str()) {
        (false, _) => Some(("NO_SMTP", "No mail server is configured: set OWED_SMTP_URL.".to_owned())),
        (true, "sent" | "queued") => Some(("ALREADY_SENT", "This mail was sent, or waits to be sent.".to_owned())),
        _ => None,
    };
    Action {
        name: "retry",
        label: Cow::Borrowed("Send it now"),
        icon: "send",
        href: format!("/admin/outbox/{}/retry", mail.id),
        way: Way::Post(new_key()),
        refused: refused(desk, no),
        confirm: "",
    }
}

/// `GET /admin/outbox/{id}/html`: the mail as it looks, for a frame without rights.
pub async fn html(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<MailId>) -> Result<Response, Problem> {
    let mail = mail::mail(&app.services.db, staff.business, id).await?;
    Ok(framed(mail.body_html))
}

/// A mail's HTML for a frame without rights.
pub fn framed(html: String) -> Response {
    let mut response = Html(html).into_response();
    response.extensions_mut().insert(OwnPolicy(MAIL_POLICY.to_owned()));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// `POST /admin/outbox/{id}/retry`
pub async fn retry(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, MailId>,
) -> Result<Response, Problem> {
    let can_send = app.services.postman.is_some();
    retry_mail(&app.services.db, &call, id, can_send).await?;
    Ok(done(&format!("/admin/outbox/{id}"), "retried"))
}
