//! Gap-free numbers of documents.
//!
//! Invariant: a number is taken from a locked row inside the transaction that uses it, so a refused act takes none.

use books::calendar::Day;
use books::ids::BusinessId;

use crate::db::{Tx, table};
use crate::error::Result;

table! {
    /// The next number of one series.
    pub struct Counter in counter key(business_id, series) {
        pub business_id: BusinessId,
        pub series: String,
        pub next: i64,
    }
}

/// A number that was read under lock and still has to be taken by [`take`].
pub(crate) struct NextNumber {
    counter: Counter,
    fresh: bool,
    text: String,
}

impl NextNumber {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Reads the next number of a yearly series under its lock: `ORD-2026-00042`.
pub(crate) async fn next(tx: &mut Tx<'_>, prefix: &str, today: Day) -> Result<NextNumber> {
    let business_id = tx.business();
    let series = format!("{prefix}-{}", today.year());
    let found: Option<Counter> = tx.lock::<Counter>(&[&business_id, &series]).await?;
    let fresh = found.is_none();
    let counter = found.unwrap_or(Counter { business_id, series, next: 1 });
    let text = format!("{}-{:05}", counter.series, counter.next);
    Ok(NextNumber { counter, fresh, text })
}

/// Takes the number: a buffered write, undone with the flow if the flow is refused.
pub(crate) fn take(tx: &mut Tx<'_>, number: NextNumber) -> String {
    let NextNumber { mut counter, fresh, text } = number;
    counter.next += 1;
    if fresh {
        tx.insert(&counter);
    } else {
        tx.set(&counter);
    }
    text
}

/// Takes as many numbers as an act needs, one after the other.
#[allow(dead_code, reason = "a credit note may start several refunds at once")]
pub(crate) fn take_several(tx: &mut Tx<'_>, number: NextNumber, many: usize) -> Vec<String> {
    let NextNumber { mut counter, fresh, .. } = number;
    let mut taken = Vec::with_capacity(many);
    for _ in 0..many {
        taken.push(format!("{}-{:05}", counter.series, counter.next));
        counter.next += 1;
    }
    if fresh {
        tx.insert(&counter);
    } else {
        tx.set(&counter);
    }
    taken
}
