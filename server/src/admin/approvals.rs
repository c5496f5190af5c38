//! Approvals: acts above somebody's limit, and the other person who decides.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::ids::{ApprovalId, InvoiceId, RefundId};
use engine::flows::approvals::{self, Made, may_decide};
use engine::store::approval::{self, ApprovalRow as Row};
use engine::store::refund;

use super::customers::query;
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::work::{ApprovalList, ApprovalRow};
use super::words::Names;
use crate::app::App;
use crate::auth::Manager;
use crate::forms::new_key;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Action, Chip, Link, Refused, Tab, Way};

const FILTERS: [(&str, &str); 3] = [("waiting", "Waiting"), ("approved", "Approved"), ("rejected", "Rejected")];
/// At most so many are shown.
const MOST: i64 = 200;

/// `GET /admin/approvals`
pub async fn list(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let here = FILTERS.into_iter().map(|(word, _)| word).find(|word| *word == desk.asked.value("filter")).unwrap_or("waiting");
    let of = desk.staff.business;
    let found = approval::listed(&app.services.db, of, here.to_owned(), MOST).await?;
    let names = Names::of(&app, of).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in &found {
        rows.push(shown(&app, &desk, &names, row).await?);
    }
    let tab = |(word, text): (&str, &str)| Tab {
        href: query("/admin/approvals", &[("filter", word)]),
        text: text.to_owned(),
        count: None,
        here: word == here,
    };
    let shown = ApprovalList { shell: desk.live(Section::Payments), tabs: FILTERS.into_iter().map(tab).collect(), rows };
    Ok(page(StatusCode::OK, &shown))
}

async fn shown(app: &App, desk: &Desk, names: &Names, row: &Row) -> Result<ApprovalRow, Problem> {
    let href = match (row.about.parse::<RefundId>(), row.about.parse::<InvoiceId>()) {
        (Ok(id), _) => format!("/admin/payments/{}", refund::refund(&app.services.db, desk.staff.business, id).await?.payment_id),
        (_, Ok(invoice)) => format!("/admin/invoices/{invoice}"),
        _ => format!("/admin/customers/{}", row.customer_id),
    };
    let may = may_decide(&desk.staff.call(None).actor, &row.actor);
    let why = "Another manager or owner decides; nobody approves what they asked for.".to_owned();
    let refused = (!may).then_some(Refused { code: "NO_RIGHT", why });
    let act = |name, label, icon, confirm| Action {
        name,
        label: Cow::Borrowed(label),
        icon,
        href: format!("/admin/approvals/{}/{name}", row.id),
        way: Way::Post(new_key()),
        refused: refused.clone(),
        confirm,
    };
    Ok(ApprovalRow {
        what: what(&row.kind),
        about: Link::new(href, row.customer_name.clone()),
        amount: desk.amount(row.amount, row.currency),
        asked_by: names.name(&row.actor),
        asked: desk.moment(row.created_at),
        reason: row.reason.clone(),
        state: (row.state != "waiting").then(|| Chip::of_state(&row.state)),
        actions: vec![
            act("approve", "Approve", "circle-check", "Approve? It is done at once."),
            act("reject", "Reject", "ban", "Reject? Nothing is done."),
        ],
    })
}

/// The word of what the page says was done: that of the act itself, or that it waits for a second person.
pub fn said<T>(made: Made<T>, word: &'static str) -> &'static str {
    match made {
        Made::Now(_) => word,
        Made::Waiting(_) => "asked",
    }
}

/// What an act is called.
pub fn what(kind: &str) -> &'static str {
    match kind {
        "refund" => "Refund",
        "write_off" => "Write-off",
        "credit_note" => "Credit note",
        "credit" => "Credit",
        "payout" => "Payout of credit",
        "adjustment" => "Adjustment",
        _ => "Act",
    }
}

/// `POST /admin/approvals/{id}/approve`
pub async fn approve(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Manager, ApprovalId>,
) -> Result<Response, Problem> {
    approvals::approve(&app.services, &call, id).await?;
    Ok(done("/admin/approvals", "approved"))
}

/// `POST /admin/approvals/{id}/reject`
pub async fn reject(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Manager, ApprovalId>,
) -> Result<Response, Problem> {
    approvals::reject(&app.services, &call, id, None).await?;
    Ok(done("/admin/approvals", "rejected"))
}
