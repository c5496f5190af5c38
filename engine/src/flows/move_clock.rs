//! The clock of tests is moved forward: whatever falls due on the way is done, in order, before the next thing falls due.
//!
//! Invariants: the present is kept in the database, so a restart goes on from there; it never goes back. Limits: at most
//! [`LONGEST_DAYS`] at a time. Left out: the computer's own clock, which nobody moves.

use std::time::Duration;

use books::calendar::Instant;
use books::ids::BusinessId;

use super::audit::{Act, event_id};
use super::call::Call;
use super::send_message::release_due;
use crate::db::{Db, row, sql};
use crate::error::{Error, Result};
use crate::jobs::{auto_charge, follow_processor, keep_house, run_due};
use crate::services::Services;
use crate::store::installation::{self, Installation, TEST_CLOCK};

/// The furthest that the clock is moved at a time, in days.
pub const LONGEST_DAYS: i64 = 3_660;
/// Nothing falls due later than this after the last stop without another stop in between.
const STRIDE_SECONDS: i64 = 86_400;
/// Rounds of work at one instant after which something must be wrong.
const ROUNDS: usize = 200;
/// Another worker of this process may be at a job: so long is waited for it each time, and so often.
const PAUSE: Duration = Duration::from_millis(25);
const PAUSES: usize = 200;

row! {
    struct Next {
        at: Option<Instant>,
    }
}

row! {
    struct Waiting {
        jobs: i64,
    }
}

sql!(
    NEXT,
    "
    select min(due.at) as at from (
        select min(run_at) as at from job where state = 'waiting' and run_at > $1
        union all select min(lease_until) as at from job where state = 'waiting' and lease_until > $1
        union all select min(check_at) as at from attempt where check_at > $1
        union all select min(due_at) as at from sandbox_record where due_at > $1) due"
);
sql!(WAITING, "select count(*) as jobs from job where state = 'waiting' and run_at <= $1");

/// Sets the test clock to where it stood when the installation was last used. Does nothing on the computer's own clock.
pub async fn resume(db: &Db) -> Result<()> {
    let kept = installation::get(db, TEST_CLOCK).await?;
    if let Some(at) = kept.as_deref().and_then(Instant::from_rfc3339)
        && at > db.clock().now()
    {
        db.clock().set(at);
    }
    Ok(())
}

/// Moves the test clock to what `to` makes of the present, and does everything that falls due on the way. Answers the new
/// present. Unknown (NotFound) on the computer's own clock; refuses to go back, and further than [`LONGEST_DAYS`].
pub async fn advance(services: &Services, call: &Call, to: impl Fn(Instant) -> Option<Instant>) -> Result<Instant> {
    if !services.db.clock().is_test() {
        return Err(Error::NotFound);
    }
    let now = services.db.clock().now();
    let furthest = now.plus_seconds(LONGEST_DAYS * 86_400);
    let target = to(now).filter(|target| (now..=furthest).contains(target)).ok_or_else(|| {
        Error::invalid("advance", "OUT_OF_RANGE", format!("the clock goes forward, and at most {LONGEST_DAYS} days at a time"))
    })?;
    work(services).await?;
    while services.db.clock().now() < target {
        let now = services.db.clock().now();
        let next = next_due(&services.db, now).await?;
        let stop = next.into_iter().fold(now.plus_seconds(STRIDE_SECONDS).min(target), Instant::min);
        services.db.clock().set(stop);
        keep(&services.db, stop).await?;
        work(services).await?;
    }
    keep_house::tidy(services).await?;
    note(&services.db, call, target).await?;
    Ok(target)
}

/// The line of the act, so that a repeat of the same request does not move the clock again.
async fn note(db: &Db, call: &Call, at: Instant) -> Result<()> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        let event = event_id(tx);
        let data = serde_json::json!({ "now": at });
        Act { kind: "clock_moved", subject: by.business.to_string(), customer: None, data, call: &by }.write(tx, event);
        Ok(())
    })
    .await
}

async fn next_due(db: &Db, now: Instant) -> Result<Option<Instant>> {
    let found: Option<Next> = db.read(async move |reader| reader.query_opt(&NEXT, &[&now]).await).await?;
    Ok(found.and_then(|row| row.at))
}

/// Does what is due now, until nothing is. Jobs that nobody ends were taken by a process that is gone: they are done once the clock
/// has passed their lease.
async fn work(services: &Services) -> Result<()> {
    let (mut rounds, mut pauses) = (0, 0);
    while rounds < ROUNDS {
        follow_processor::follow_all(services).await?;
        auto_charge::charge_due(services).await?;
        release_due(services).await?;
        let ran = run_due(services).await?;
        let now = services.db.clock().now();
        let waiting: Waiting = services.db.read(async move |reader| reader.query_one(&WAITING, &[&now]).await).await?;
        if ran > 0 {
            rounds += 1;
        } else if waiting.jobs == 0 || pauses == PAUSES {
            return Ok(());
        } else {
            pauses += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }
    Err(Error::Fault("work that is due at one instant never ends".to_owned()))
}

async fn keep(db: &Db, at: Instant) -> Result<()> {
    db.write(BusinessId(uuid::Uuid::nil()), async move |tx| {
        let present = tx.lock::<Installation>(&[&TEST_CLOCK]).await?;
        let row = Installation { name: TEST_CLOCK.to_owned(), value: at.to_rfc3339() };
        if present.is_some() {
            tx.set(&row)
        } else {
            tx.insert(&row)
        }
        Ok(())
    })
    .await
}
