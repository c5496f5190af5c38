//! Messages to one, some or all customers: who is held until they pay is shown before it is sent (MSG-1).
//!
//! Invariant: the preview asks the same rule as sending does. Finding and previewing change nothing; what was chosen and
//! typed comes back with them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::ids::{CustomerId, MessageId};
use engine::error::Error;
use engine::flows::send_message::{Addressed, NewMessage, To, preview, send_message};
use engine::store::customer::{self, Sort, Wanted};
use engine::store::message::{self, RecipientLine};

use super::again::{self, Again, filled};
use super::desk::{Desk, done};
use super::views::messages::{HeldRow, MessageForm, MessageList, MessagePage, MessageRow, Preview, RecipientRow};
use super::words::Names;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{Form, NAME, NOTE};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::form::Tick;
use crate::view::shell::Section;
use crate::view::{Chip, Pager, Tone};

const PAGE: usize = 50;
/// So many customers a search shows at once.
const FOUND: i64 = 20;
/// So many who would be held are listed in a preview.
const LISTED: usize = 20;
const TO: [(&str, &str); 2] = [("some", "The customers chosen below"), ("all", "All customers")];
const SHOWN: [&str; 2] = ["subject", "body"];

/// `GET /admin/messages`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let before: Option<MessageId> = desk.asked.optional("cursor");
    let mut found = message::list(&app.services.db, desk.staff.business, before, PAGE as i64 + 1).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let names = Names::of(&app, desk.staff.business).await?;
    let shown = MessageList {
        shell: desk.live(Section::Messages),
        pager: Pager {
            first: before.map(|_| "/admin/messages".to_owned()),
            next: found.last().filter(|_| more).map(|last| format!("/admin/messages?cursor={}", last.id)),
            summary: String::new(),
        },
        rows: found
            .iter()
            .map(|line| MessageRow {
                href: format!("/admin/messages/{}", line.id),
                subject: line.subject.clone(),
                at: desk.moment(line.created_at),
                by: names.name(&line.actor),
                to: match (line.to_all, line.sent + line.held) {
                    (true, _) => "all customers".to_owned(),
                    (false, 1) => "1 customer".to_owned(),
                    (false, count) => format!("{count} customers"),
                },
                sent: line.sent,
                held: line.held,
            })
            .collect(),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// `GET /admin/messages/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<MessageId>) -> Result<Response, Problem> {
    let (db, of) = (&app.services.db, desk.staff.business);
    let written = message::message(db, of, id).await?;
    let recipients = message::recipients(db, of, id).await?;
    let held = recipients.iter().filter(|one| one.state == "held").count();
    let shown = MessagePage {
        shell: desk.live(Section::Messages),
        subject: written.subject,
        body: written.body,
        at: desk.moment(written.created_at),
        by: Names::of(&app, of).await?.name(&written.actor),
        sent: recipients.len() - held,
        held,
        recipients: recipients.iter().map(|one| recipient(&desk, one)).collect(),
    };
    Ok(page(StatusCode::OK, &shown))
}

fn recipient(desk: &Desk, one: &RecipientLine) -> RecipientRow {
    RecipientRow {
        href: format!("/admin/customers/{}", one.customer_id),
        name: one.name.clone(),
        email: one.email.clone().unwrap_or_default(),
        status: if one.state == "held" { Chip::new(Tone::Warn, "Held") } else { Chip::new(Tone::Ok, "Sent") },
        note: match (one.code.as_deref(), one.released_at) {
            (Some("HELD_UNPAID"), _) => "Unpaid invoices: it goes out when they are paid.".to_owned(),
            (Some(_), _) => "No email address: it goes out when they have one.".to_owned(),
            (None, Some(at)) => format!("Held first, let go {}", desk.moment(at).text),
            (None, None) => String::new(),
        },
    }
}

/// `GET /admin/messages/new`, perhaps to one `customer`.
pub async fn new(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let chosen: Vec<(&str, String)> = desk.asked.all("customer").map(|id| ("customer", id.to_owned())).collect();
    let prefilled = Again::fresh(filled(chosen));
    form(&app, &desk, &prefilled, None).await
}

/// The customers that are ticked; what is no id is ignored.
fn ticked(typed: &Form) -> Vec<CustomerId> {
    typed.all("customer").filter_map(|id| id.parse().ok()).collect()
}

fn to(typed: &Form) -> To {
    if typed.value("to") == "all" { To::All } else { To::These(ticked(typed)) }
}

async fn form(app: &App, desk: &Desk, again: &Again, previewed: Option<Preview>) -> Result<Response, Problem> {
    let typed = &again.form;
    let q = typed.value("q").trim().to_owned();
    let mut customers = chosen(app, desk, typed).await?;
    let looking = !q.is_empty() && typed.value("do") == "find";
    let found = if looking { find(app, desk, &q).await? } else { Vec::new() };
    let nobody_found = looking && found.is_empty();
    customers.extend(found.into_iter().filter(|tick| !typed.all("customer").any(|id| id == tick.value)));
    let shown = MessageForm {
        shell: desk.shell(Section::Messages),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        to: again.choices("to", TO),
        customers,
        q,
        nobody_found,
        subject: typed.field("subject"),
        body: typed.field("body"),
        preview: previewed,
    };
    Ok(page(again.status, &shown))
}

/// Those ticked already, by name. One that is not this business's is left out.
async fn chosen(app: &App, desk: &Desk, typed: &Form) -> Result<Vec<Tick>, Problem> {
    let mut ticks = Vec::new();
    for id in ticked(typed) {
        match customer::customer(&app.services.db, desk.staff.business, id).await {
            Ok((row, _)) => ticks.push(tick(id, &row.name, row.email.as_deref(), true)),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ticks)
}

async fn find(app: &App, desk: &Desk, q: &str) -> Result<Vec<Tick>, Problem> {
    let wanted = Wanted {
        currency: desk.currency(),
        sort: Sort::Name,
        search: Some(q.to_owned()),
        owes: false,
        credit: false,
        overdue: false,
        after: None,
        limit: FOUND,
        today: desk.today().to_string(),
    };
    let mut lines = customer::page(&app.services.db, desk.staff.business, wanted).await?;
    lines.truncate(FOUND as usize);
    Ok(lines.iter().map(|line| tick(line.id, &line.name, line.email.as_deref(), false)).collect())
}

fn tick(id: CustomerId, name: &str, email: Option<&str>, ticked: bool) -> Tick {
    let hint = email.unwrap_or("No email address").to_owned();
    Tick { value: id.to_string(), label: name.to_owned(), hint, ticked }
}

/// `POST /admin/messages/draft`: finds customers, or shows who would be held. Sends nothing.
pub async fn draft(State(app): State<Arc<App>>, Clerk(staff): Clerk, typed: Form) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    if typed.value("do") != "preview" {
        return form(&app, &desk, &Again::fresh(typed), None).await;
    }
    match preview(&app.services.db, desk.staff.business, &to(&typed)).await {
        Ok(all) => form(&app, &desk, &Again::fresh(typed), Some(previewed(&all))).await,
        Err(error) => form(&app, &desk, &Again::of(typed, Some(error))?, None).await,
    }
}

fn previewed(all: &[Addressed]) -> Preview {
    let held: Vec<&Addressed> = all.iter().filter(|one| !one.answer.allowed).collect();
    let row = |one: &&Addressed| HeldRow {
        href: format!("/admin/customers/{}", one.customer.id),
        name: one.customer.name.clone(),
        code: one.answer.code.map_or("", |code| code.as_str()),
        why: one.answer.detail.clone().unwrap_or_default(),
    };
    Preview {
        sent: all.len() - held.len(),
        held: held.iter().take(LISTED).map(row).collect(),
        more: held.len().saturating_sub(LISTED),
    }
}

fn read(typed: &mut Form) -> Option<NewMessage> {
    let subject = typed.text("subject", NAME);
    let body = typed.optional_lines("body", NOTE);
    if body.is_none() && typed.error("body").is_none() {
        typed.wrong("body", "REQUIRED", "Write something.");
    }
    if !typed.errors().is_empty() {
        return None;
    }
    Some(NewMessage { to: to(typed), subject: subject?, body: body? })
}

/// `POST /admin/messages`
pub async fn create(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let sent = match read(&mut typed) {
        Some(new) => send_message(&app.services.db, &call, new).await.map_err(Some),
        None => Err(None),
    };
    match sent {
        Ok(sent) => Ok(done(&format!("/admin/messages/{}", sent.value), "message")),
        Err(error) => {
            let desk = Desk::open(&app, staff).await?;
            form(&app, &desk, &Again::of(typed, error)?, None).await
        }
    }
}
