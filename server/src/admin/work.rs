//! Background work: what waits, and what gave up and can be started again.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::flows::try_again::retry_job;
use engine::store::job::{self, Job};
use uuid::Uuid;

use super::desk::{Desk, done};
use super::outbox::about;
use super::submission::Submission;
use super::views::work::{DeadRow, JobRow, WorkPage};
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::new_key;
use crate::respond::{Problem, page};
use crate::view::Chip;
use crate::view::shell::Section;

/// Every kind of work with what it is called and what it does.
const KINDS: &[(&str, &str, &str)] = &[
    ("mail_request", "Payment request", "Writes the mail that asks a customer to pay."),
    ("mail_receipt", "Receipt", "Writes the mail that confirms a payment."),
    ("mail_notice", "Notice of payment", "Tells staff that a request was paid."),
    ("mail_failed", "Notice of a failed payment", "Tells staff and customer that a payment did not go through."),
    ("mail_link", "Payment link", "Writes the mail with a customer's payment link."),
    ("mail_fresh_link", "Fresh link", "Mails a new link in place of one that has expired."),
    ("mail_refund", "Refund", "Tells a customer that money went back."),
    ("mail_confirm", "Please confirm", "Sends a customer to the page on which their bank asks them to confirm."),
    ("alert_refund_came_back", "Alert", "Tells staff that a refund came back after it had gone."),
    ("alert_refund_failed", "Alert", "Tells staff that a refund failed."),
    ("alert_refund_overtaken", "Alert", "Tells staff that a payment was taken back before its refund arrived."),
    ("alert_refunded_outside", "Alert", "Tells staff of a refund made at the processor."),
    ("alert_returned", "Alert", "Tells staff that a bank debit came back."),
    ("alert_disputed", "Alert", "Tells staff that a payment is disputed."),
    ("alert_dispute_won", "Alert", "Tells staff that a dispute was won."),
    ("alert_dispute_lost", "Alert", "Tells staff that a dispute was lost."),
    ("alert_paid_twice", "Alert", "Tells staff that something was paid twice."),
    ("alert_keyed_otherwise", "Alert", "Tells staff that a terminal took something other than was waited for."),
    ("alert_charge_failed", "Alert", "Tells staff that a saved method was refused."),
    ("retry_payment", "Another try", "Charges a saved method again by the schedule."),
    ("book_keyed", "Money from a terminal", "Books what was keyed in a processor's terminal and fits no payment."),
    ("perform_approval", "Approved act", "Does what a second person approved."),
    ("detach_method", "Removed method", "Tells the processor to forget a saved method."),
    ("send_mail", "Sending mail", "Hands mails to the mail server."),
    ("follow_hook", "Processor messages", "Looks up what a processor's message was about."),
    ("close_checkouts", "Open payment pages", "Closes pages on which nothing is to be paid any more."),
];

/// What a kind of work is called.
pub fn name(kind: &str) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("Background work", |(_, name, _)| name)
}

/// `GET /admin/background`
pub async fn show(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let all = job::list(&app.services.db, desk.staff.business).await?;
    let (dead, waiting): (Vec<Job>, Vec<Job>) = all.into_iter().partition(|job| job.state == "dead");
    let shown = WorkPage {
        shell: desk.live(Section::None),
        jobs: kinds(&desk, &waiting),
        dead: dead.iter().map(|job| dead_row(&desk, job)).collect(),
        key: new_key(),
    };
    Ok(page(StatusCode::OK, &shown))
}

fn kinds(desk: &Desk, waiting: &[Job]) -> Vec<JobRow> {
    let mut by_kind: BTreeMap<&str, Vec<&Job>> = BTreeMap::new();
    waiting.iter().for_each(|job| by_kind.entry(job.kind.as_str()).or_default().push(job));
    let row = |(kind, name, what): &(&str, &str, &str)| {
        let jobs = by_kind.get(kind).map_or(&[][..], Vec::as_slice);
        let next = jobs.iter().map(|job| job.run_at).min();
        let running = jobs.iter().any(|job| job.lease_until.is_some_and(|until| until > desk.frame.now));
        let state = match (running, jobs.is_empty()) {
            (true, _) => "running",
            (false, true) => "done",
            (false, false) => "waiting",
        };
        JobRow {
            name: (*name).to_owned(),
            what: (*what).to_owned(),
            waiting: u64::try_from(jobs.len()).unwrap_or(u64::MAX),
            status: Chip::of_state(state),
            next: next.map(|at| desk.moment(at)),
        }
    };
    KINDS.iter().map(row).collect()
}

fn dead_row(desk: &Desk, job: &Job) -> DeadRow {
    DeadRow {
        id: job.id.to_string(),
        name: name(&job.kind).to_owned(),
        about: about(Some(&job.subject)),
        error: job.error.clone().unwrap_or_default(),
        tries: u64::try_from(job.tries).unwrap_or(0),
        at: desk.moment(job.run_at),
    }
}

/// `POST /admin/background/{id}/retry`
pub async fn retry(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, Uuid>,
) -> Result<Response, Problem> {
    retry_job(&app.services.db, &call, id).await?;
    Ok(done("/admin/background", "retried"))
}
