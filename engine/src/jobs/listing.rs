//! Reads on in what a processor lists of itself: what changed, and what it sent to the bank.
//!
//! Invariant: the place in the listing moves on only after everything before it was taken in, so a crash in between reads some of it
//! again; taking the same in twice does nothing. Limits: [`PATIENCE`] for an answer, [`ROUNDS`] pages at a time.

use std::time::Duration;

use books::calendar::Instant;
use processors::registry::Connected;
use processors::{Outcome, Payout, Remote};

use crate::db::{Expect, Sql, sql};
use crate::error::Result;
use crate::flows::ask_processor::follow;
use crate::flows::call::Call;
use crate::flows::note_payout::note_payout;
use crate::services::Services;
use crate::store::connection::Connection;
use crate::store::hook::Told;

sql!(KEEP_CHANGES, "update connection set changes_cursor = $3 where business_id = $1 and id = $2");

sql!(KEEP_PAYOUTS, "update connection set payouts_cursor = $3 where business_id = $1 and id = $2");

/// At most so many pages are read from one connection at a time.
const ROUNDS: usize = 20;
/// A processor that does not answer holds up the others for so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    Changes,
    Payouts,
}

/// One thing in a listing.
enum Listed {
    Changed(Remote),
    PaidOut(Payout),
}

struct Page {
    listed: Vec<Listed>,
    cursor: String,
    more: bool,
}

impl Listing {
    fn word(self) -> &'static str {
        match self {
            Listing::Changes => "changes",
            Listing::Payouts => "payouts",
        }
    }

    fn cursor(self, connection: &Connection) -> Option<String> {
        match self {
            Listing::Changes => connection.changes_cursor.clone(),
            Listing::Payouts => connection.payouts_cursor.clone(),
        }
    }

    fn keep(self) -> &'static Sql {
        match self {
            Listing::Changes => &KEEP_CHANGES,
            Listing::Payouts => &KEEP_PAYOUTS,
        }
    }

    /// The page after a place; none where the processor cannot say now.
    async fn page(self, connected: &Connected, after: Option<&str>, now: Instant) -> Option<Page> {
        match self {
            Listing::Changes => match connected.processor.changes(after, now).await {
                Outcome::Done(page) | Outcome::Pending(page) => {
                    let listed = page.changed.into_iter().map(Listed::Changed).collect();
                    Some(Page { listed, cursor: page.cursor, more: page.more })
                }
                _ => None,
            },
            Listing::Payouts => match connected.processor.payouts(after, now).await {
                Outcome::Done(page) => {
                    let listed = page.payouts.into_iter().map(Listed::PaidOut).collect();
                    Some(Page { listed, cursor: page.cursor, more: page.more })
                }
                _ => None,
            },
        }
    }
}

/// Takes in what one connection's processor listed since it was last read. A processor that does not answer is asked again later.
pub(super) async fn read_on(
    services: &Services,
    connection: &Connection,
    connected: &Connected,
    now: Instant,
    listing: Listing,
) -> Result<()> {
    let call = Call::system(connection.business_id, format!("{} of {}", listing.word(), connection.id));
    let mut cursor = listing.cursor(connection);
    for _ in 0..ROUNDS {
        let asked = tokio::time::timeout(PATIENCE, listing.page(connected, cursor.as_deref(), now)).await;
        let Ok(Some(page)) = asked else { return Ok(()) };
        for listed in &page.listed {
            match listed {
                Listed::Changed(remote) => follow(services, &call, connection, &told(remote)).await?,
                Listed::PaidOut(payout) => note_payout(services, &call, connection.id, payout).await?,
            }
        }
        if cursor.as_deref() != Some(page.cursor.as_str()) {
            keep(services, connection, listing.keep(), page.cursor.clone()).await?;
        }
        if !page.more {
            return Ok(());
        }
        cursor = Some(page.cursor);
    }
    Ok(())
}

async fn keep(services: &Services, connection: &Connection, keep: &'static Sql, cursor: String) -> Result<()> {
    let (business, id) = (connection.business_id, connection.id);
    services
        .db
        .write(business, async move |tx| {
            tx.execute(keep, &[&business, &id, &cursor], Expect::Any);
            Ok(())
        })
        .await
}

fn told(remote: &Remote) -> Told {
    let attempt = match remote {
        Remote::Charge(charge) => charge.attempt,
        Remote::Checkout(checkout) => checkout.attempt,
        Remote::Refund(refund) => refund.attempt.or(refund.charge_attempt),
        Remote::Dispute(dispute) => dispute.charge_attempt,
        Remote::Invoice(invoice) => invoice.attempt,
        Remote::Setup(_) => None,
    };
    Told { about: remote.reference(), attempt }
}
