//! The calls to a processor behind a payment, which are committed before the socket opens.

use books::calendar::Instant;
use books::ids::{AttemptId, BusinessId, ConnectionId, PaymentId, RefundId};

use crate::db::{Reader, Tx, sql, table, text_column};
use crate::error::{Error, Result};

text_column!(AttemptState);

/// What became of one call to a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// Committed, and perhaps on its way.
    Sending,
    Done,
    Declined,
    /// Our request was wrong, or the processor never received it.
    Rejected,
    /// The payer has to do something first.
    Pending,
    /// The answer was lost: money may have moved.
    Unknown,
}

impl AttemptState {
    const ALL: [AttemptState; 6] = [
        AttemptState::Sending,
        AttemptState::Done,
        AttemptState::Declined,
        AttemptState::Rejected,
        AttemptState::Pending,
        AttemptState::Unknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            AttemptState::Sending => "sending",
            AttemptState::Done => "done",
            AttemptState::Declined => "declined",
            AttemptState::Rejected => "rejected",
            AttemptState::Pending => "pending",
            AttemptState::Unknown => "unknown",
        }
    }
}

impl std::str::FromStr for AttemptState {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<AttemptState, ()> {
        AttemptState::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

table! {
    /// One call to a processor. Its id is the key that the processor sees, so a repeat can be recognized there.
    pub struct Attempt in attempt key(business_id, id) {
        pub business_id: BusinessId,
        pub id: AttemptId,
        pub payment_id: PaymentId,
        pub connection_id: ConnectionId,
        /// `checkout`, `charge`, `capture`, `void`, `refund`, `create_invoice`, `send_invoice`, or `keyed` (staff, in a terminal apart)
        pub operation: String,
        pub state: AttemptState,
        pub remote_id: Option<String>,
        /// JSON: what was asked, so that it can be asked again or looked up.
        pub asked: String,
        /// What ended it, in the processor's words.
        pub evidence: Option<String>,
        pub checks: i64,
        pub check_at: Option<Instant>,
        pub created_at: Instant,
        pub updated_at: Instant,
        /// The refund it is for.
        pub refund_id: Option<RefundId>,
    }
}

impl Attempt {
    /// Nobody knows yet what became of it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, AttemptState::Sending | AttemptState::Unknown)
    }

    /// What was asked for.
    pub(crate) fn asked(&self) -> Result<processors::Asked> {
        serde_json::from_str(&self.asked).map_err(|error| Error::Fault(format!("{}: {error}", self.id)))
    }

    /// An answer ended it. `look` is the pause, as [`next_check`] counts them, after which it is looked at once more; none: never.
    pub(crate) fn end(&mut self, state: AttemptState, evidence: &str, remote: Option<&str>, now: Instant, look: Option<i64>) {
        self.state = state;
        self.evidence = Some(evidence.to_owned());
        self.remote_id = remote.map(str::to_owned).or_else(|| self.remote_id.take());
        self.check_at = look.map(|pause| now.plus_seconds(next_check(pause)));
        self.updated_at = now;
    }

    /// Nobody knows what became of it: it is asked about again, later each time.
    pub(crate) fn ask_later(&mut self, why: &str, now: Instant) {
        self.state = AttemptState::Unknown;
        self.evidence = Some(why.to_owned());
        self.check_at = Some(now.plus_seconds(next_check(self.checks)));
        self.checks += 1;
        self.updated_at = now;
    }
}

/// Seconds until an attempt is asked about again: 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, then daily.
pub(crate) fn next_check(checks: i64) -> i64 {
    match checks {
        ..=0 => 5,
        1 => 30,
        2 => 120,
        3 => 600,
        4 => 3_600,
        5 => 21_600,
        _ => 86_400,
    }
}

sql!(ATTEMPTS, "select * from attempt where business_id = $1 and payment_id = $2 order by id limit 500");
sql!(TO_CHECK, "select * from attempt where check_at <= $1 order by check_at, id limit $2");

pub(crate) async fn attempts(reader: &mut Reader<'_>, business: BusinessId, id: PaymentId) -> Result<Vec<Attempt>> {
    reader.query(&ATTEMPTS, &[&business, &id]).await
}

/// Attempts whose outcome has to be asked for now, of all businesses.
pub(crate) async fn to_check(reader: &mut Reader<'_>, now: Instant, limit: i64) -> Result<Vec<Attempt>> {
    reader.query(&TO_CHECK, &[&now, &limit]).await
}

pub(crate) async fn attempts_of_flow(tx: &mut Tx<'_>, id: PaymentId) -> Result<Vec<Attempt>> {
    let business = tx.business();
    tx.query(&ATTEMPTS, &[&business, &id]).await
}
