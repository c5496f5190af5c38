//! Work that is slow, may fail or is due later: mails, webhooks, unknown outcomes. Done at least once, in the background.
//!
//! Invariant: a job is taken by a lease before it runs and removed after it succeeded, so a crash in between runs it again;
//! whatever a job writes is therefore written once by a unique key of its own. A failing job waits longer each time and
//! becomes a dead letter after [`TRIES`] tries; staff see it and can start it again. One bad job never holds up another.

use std::collections::HashSet;
use std::time::Duration;

use books::calendar::Instant;
use tokio::task::JoinSet;
use tokio::time::timeout;

use self::compose::{invoices, news, payments, requests};
use crate::db::Expect;
use crate::error::{Error, Result};
use crate::flows::call::{Call, Key};
use crate::flows::send_message::release_due;
use crate::flows::{approvals, charge_saved, keep_method, key_apart};
use crate::services::Services;
use crate::smtp;
use crate::store::job::{self, AGAIN, REMOVE, TAKE};

pub(crate) use crate::store::job::Job;

pub mod attach;
pub mod auto_charge;
mod compose;
pub mod follow_processor;
pub mod keep_house;
mod listing;
pub mod read_payouts;
pub mod resolve_attempts;
pub mod send_mail;

/// After so many failures a job is a dead letter.
pub const TRIES: i64 = 8;
/// A job that has not ended after so long is taken to have died with its node.
const LEASE_SECONDS: i64 = 120;
/// At most so many jobs are taken at a time.
const BATCH: i64 = 32;
/// How often the runner looks for work.
const PULSE: Duration = Duration::from_millis(200);

/// Seconds to wait after the n-th failure: 5 s, 30 s, 2 min, 10 min, then every hour.
fn backoff(tries: i64) -> i64 {
    match tries {
        ..=1 => 5,
        2 => 30,
        3 => 120,
        4 => 600,
        _ => 3600,
    }
}

/// What runs side by side without waiting for the other: a mail server that takes its time holds up nothing but mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Mails,
    Rest,
}

impl Lane {
    /// How many of its jobs run side by side. A mail is taken when there is a line for it, so that its lease does not run while it waits.
    fn wide(self) -> usize {
        match self {
            Lane::Mails => smtp::AT_ONCE,
            Lane::Rest => BATCH as usize,
        }
    }
}

/// Runs until the process ends. Faults of one round are logged and the next round goes on.
pub async fn run_for_ever(services: Services) {
    tokio::join!(send_for_ever(&services), work_for_ever(&services));
}

async fn send_for_ever(services: &Services) {
    loop {
        tokio::time::sleep(PULSE).await;
        if let Err(error) = run_lane(services, Lane::Mails).await {
            tracing::warn!(%error, "a round of sending mails failed; it is tried again");
        }
    }
}

async fn work_for_ever(services: &Services) {
    let mut rounds: u64 = 0;
    loop {
        tokio::time::sleep(PULSE).await;
        if let Err(error) = run_lane(services, Lane::Rest).await {
            tracing::warn!(%error, "a round of background work failed; it is tried again");
        }
        // Asking processors and tidying up need not happen five times a second.
        if rounds.is_multiple_of(10)
            && let Err(error) = follow_processor::follow_all(services).await
        {
            tracing::warn!(%error, "processors could not be asked; they are asked again");
        }
        // A held message may wait a few seconds longer than the payment that frees it.
        if rounds.is_multiple_of(50)
            && let Err(error) = release_due(services).await
        {
            tracing::warn!(%error, "held messages could not be let go; it is tried again");
        }
        if rounds.is_multiple_of(150)
            && let Err(error) = auto_charge::charge_due(services).await
        {
            tracing::warn!(%error, "customers could not be charged by themselves; it is tried again");
        }
        if rounds.is_multiple_of(3000)
            && let Err(error) = keep_house::tidy(services).await
        {
            tracing::warn!(%error, "tidying up failed; it is tried again");
        }
        rounds += 1;
    }
}

/// Runs everything that is due now, until nothing is. Answers how many jobs ran.
pub async fn run_due(services: &Services) -> Result<usize> {
    let mut ran = 0;
    loop {
        let began = run_lane(services, Lane::Rest).await? + run_lane(services, Lane::Mails).await?;
        if began == 0 {
            return Ok(ran);
        }
        ran += began;
    }
}

/// Runs what is due now in one lane, until nothing is.
async fn run_lane(services: &Services, lane: Lane) -> Result<usize> {
    let mut ran = 0;
    loop {
        let began = run_round(services, lane).await?;
        let resolved = match lane {
            Lane::Rest => resolve_attempts::resolve_due(services).await?,
            Lane::Mails => 0,
        };
        if began + resolved == 0 {
            return Ok(ran);
        }
        ran += began + resolved;
    }
}

/// Runs what is due now in one lane, side by side: their transactions share durable commits, and a slow one holds up none. Mails that
/// fall due meanwhile begin as soon as there is a line, however long the server takes over another.
async fn run_round(services: &Services, lane: Lane) -> Result<usize> {
    let (mut running, mut held) = (JoinSet::new(), HashSet::new());
    let (mut began, mut look, mut broken) = (0, true, None);
    loop {
        if look {
            let now = services.db.clock().now();
            let due = services.db.read(async move |reader| job::due(reader, now, lane == Lane::Mails, BATCH).await).await;
            let due = due.unwrap_or_else(|error| {
                broken = Some(error);
                Vec::new()
            });
            for job in due {
                if running.len() < lane.wide() && held.insert(job.id) {
                    let services = services.clone();
                    running.spawn(async move { (job.id, take_and_run(&services, job).await) });
                }
            }
        }
        match timeout(PULSE, running.join_next()).await {
            Ok(None) => return broken.map_or(Ok(began), Err),
            Ok(Some(ended)) => {
                let (id, ended) = ended.map_err(|error| Error::Fault(format!("background work ended by itself: {error}")))?;
                held.remove(&id);
                match ended {
                    Ok(ran) => began += usize::from(ran),
                    // The others end as they would have: a mail that is cut off in the middle would be sent twice.
                    Err(error) => broken = broken.or(Some(error)),
                }
            }
            // Nothing ended, and something may have fallen due.
            Err(_) => {}
        }
        look = lane == Lane::Mails && broken.is_none() && running.len() < lane.wide();
    }
}

/// Answers false when another node holds the job, or had it meanwhile.
async fn take_and_run(services: &Services, job: Job) -> Result<bool> {
    let now = services.db.clock().now();
    if !take(services, &job, now).await? {
        return Ok(false);
    }
    run_one(services, job).await?;
    Ok(true)
}

async fn take(services: &Services, job: &Job, now: Instant) -> Result<bool> {
    let (business, id, until) = (job.business_id, job.id, now.plus_seconds(LEASE_SECONDS));
    let taken = services
        .db
        .write(business, async move |tx| {
            tx.execute(&TAKE, &[&business, &id, &until, &now], Expect::Exactly(1));
            Ok(())
        })
        .await;
    match taken {
        Ok(()) => Ok(true),
        // Another node holds it.
        Err(Error::Broken { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn run_one(services: &Services, job: Job) -> Result<()> {
    let outcome = work(services, &job).await;
    let (business, id) = (job.business_id, job.id);
    let now = services.db.clock().now();
    let (state, run_at, error) = match outcome {
        Ok(()) => {
            return services
                .db
                .write(business, async move |tx| {
                    tx.execute(&REMOVE, &[&business, &id], Expect::Any);
                    Ok(())
                })
                .await;
        }
        Err(error) if job.tries + 1 >= TRIES => ("dead", now, error.to_string()),
        Err(error) => ("waiting", now.plus_seconds(backoff(job.tries + 1)), error.to_string()),
    };
    tracing::warn!(job = %job.kind, subject = %job.subject, tries = job.tries + 1, state, %error, "background work failed");
    services
        .db
        .write(business, async move |tx| {
            tx.execute(&AGAIN, &[&business, &id, &state, &run_at, &Some(error.clone())], Expect::Any);
            Ok(())
        })
        .await
}

/// A key by which an act that a job does is done once, however often the job runs.
fn once(job: &Job) -> Key {
    Key { text: format!("job {}", job.id), hash: job.id.as_bytes().to_vec() }
}

/// What a job is about, by its id.
fn subject<T: std::str::FromStr>(job: &Job) -> Result<T> {
    job.subject.parse().map_err(|_| Error::Fault(format!("{} is not what {} is about", job.subject, job.kind)))
}

/// The registry: one line for each kind of job.
async fn work(services: &Services, job: &Job) -> Result<()> {
    match job.kind.as_str() {
        "mail_request" => requests::payment_request(services, job).await,
        "mail_receipt" => payments::receipt(services, job).await,
        "mail_notice" => payments::payment_notice(services, job).await,
        "mail_failed" => payments::payment_failed(services, job).await,
        "mail_link" => requests::link_shared(services, job).await,
        "mail_invoice" | "mail_invoice_again" => invoices::invoice(services, job).await,
        "mail_credit_note" => invoices::credit_note(services, job).await,
        "mail_fresh_link" => requests::fresh_link(services, job).await,
        "mail_portal" => news::portal_entry(services, job).await,
        "mail_statement" => news::statement_sent(services, job).await,
        "mail_message" => news::message_sent(services, job).await,
        "mail_released" => news::message_released(services, job).await,
        "mail_refund" => payments::refund_sent(services, job).await,
        "mail_confirm" => payments::confirm(services, job).await,
        kind if kind.starts_with("alert_") => payments::alert(services, job).await,
        "perform_approval" => approvals::perform(services, job.business_id, subject(job)?).await,
        "retry_payment" => {
            let call = Call { key: Some(once(job)), ..Call::system(job.business_id, format!("job {}", job.id)) };
            charge_saved::retry_by_schedule(services, &call, subject(job)?).await
        }
        "book_keyed" => {
            let call = Call::system(job.business_id, format!("job {}", job.id));
            key_apart::book_keyed(services, &call, &job.subject).await
        }
        "detach_method" => keep_method::detach(services, job.business_id, subject(job)?).await,
        "send_mail" => send_mail::send(services, job).await,
        "follow_hook" => follow_processor::follow_hook(services, job).await,
        "renew_remote_invoice" => follow_processor::renew_remote_invoice(services, job).await,
        "close_checkouts" => follow_processor::close_checkouts(services, job).await,
        other => Err(Error::Fault(format!("no job is called {other}"))),
    }
}
