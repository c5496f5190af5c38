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

/// Numbers of one series for an act that may need several, or none.
pub(crate) struct Numbers {
    counter: Counter,
    fresh: bool,
    given: bool,
}

impl Numbers {
    /// The next number of the series.
    pub(crate) fn give(&mut self) -> String {
        let text = format!("{}-{:05}", self.counter.series, self.counter.next);
        self.counter.next += 1;
        self.given = true;
        text
    }

    /// Takes what was given: a buffered write, undone with the flow if the flow is refused.
    pub(crate) fn write(self, tx: &mut Tx<'_>) {
        match (self.given, self.fresh) {
            (false, _) => {}
            (true, true) => tx.insert(&self.counter),
            (true, false) => tx.set(&self.counter),
        }
    }
}

/// Locks a yearly series, to take as many numbers of it as turn out to be needed.
pub(crate) async fn several(tx: &mut Tx<'_>, prefix: &str, today: Day) -> Result<Numbers> {
    let NextNumber { counter, fresh, .. } = next(tx, prefix, today).await?;
    Ok(Numbers { counter, fresh, given: false })
}
