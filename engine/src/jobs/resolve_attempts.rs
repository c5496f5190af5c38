//! Asks processors about attempts whose outcome is not known, and about pages nobody has come back from.
//!
//! Invariant: *unknown* ends only with evidence from the processor. Each attempt is asked about at growing intervals; the next
//! time is set before the question, so that a processor which hangs is not asked in a loop.

use crate::db::sql;
use crate::error::Result;
use crate::flows::ask_processor::look;
use crate::flows::call::Call;
use crate::flows::key_apart::by_its_end;
use crate::services::Services;
use crate::store::payment::{self, Attempt, next_check};

sql!(
    NEXT_TIME,
    "
    update attempt set check_at = $3, checks = checks + 1 where business_id = $1 and id = $2 and check_at = $4"
);

/// At most so many attempts are asked about in one round.
const AT_ONCE: i64 = 50;

/// Asks about every attempt that is due. Answers how many.
pub async fn resolve_due(services: &Services) -> Result<usize> {
    let now = services.db.clock().now();
    let due: Vec<Attempt> = services.db.read(async move |reader| payment::to_check(reader, now, AT_ONCE).await).await?;
    let mut asked = 0;
    for attempt in due {
        if !take(services, &attempt).await? {
            continue;
        }
        asked += 1;
        let call = Call::system(attempt.business_id, format!("check {}", attempt.id));
        if let Err(error) = look(services, &call, attempt.payment_id).await {
            tracing::warn!(attempt = %attempt.id, %error, "an outcome could not be asked for; it is asked for again");
        }
    }
    Ok(asked)
}

/// Moves the next question on; another node that was faster has moved it already.
async fn take(services: &Services, attempt: &Attempt) -> Result<bool> {
    let (business, id, seen) = (attempt.business_id, attempt.id, attempt.check_at);
    let now = services.db.clock().now();
    let next = by_its_end(attempt, now, now.plus_seconds(next_check(attempt.checks + 1)));
    let taken = services
        .db
        .write(business, async move |tx| {
            tx.execute(&NEXT_TIME, &[&business, &id, &next, &seen], crate::db::Expect::Exactly(1));
            Ok(())
        })
        .await;
    match taken {
        Ok(()) => Ok(true),
        Err(crate::error::Error::Broken { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
