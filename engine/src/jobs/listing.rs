//! Reads on in what a processor lists of itself: what changed, and what it sent to the bank.
//!
//! Invariants: the place in the listing moves on only after everything before it was taken in, or kept to be followed later, so a
//! crash in between reads some of it again; taking the same in twice does nothing. What a processor says instead of its payouts is noted once for staff, until it
//! lists them again. Limits: [`PATIENCE`] for an answer, [`ROUNDS`] pages at a time.

use std::time::Duration;

use books::calendar::Instant;
use processors::registry::Connected;
use processors::{Outcome, Payout, Remote};

use super::follow_processor::keep_hints;
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

sql!(
    NOTE_TROUBLE,
    "update connection set payouts_trouble = $3, payouts_trouble_at = coalesce(payouts_trouble_at, $4)
        where business_id = $1 and id = $2"
);

sql!(
    FORGET_TROUBLE,
    "update connection set payouts_trouble = null, payouts_trouble_at = null where business_id = $1 and id = $2"
);

/// At most so many pages are read from one connection at a time.
const ROUNDS: usize = 20;

/// A processor that does not answer holds up the others for so long. What a page lists may take a question for each thing on it.
const PATIENCE: Duration = Duration::from_secs(45);

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

/// What a processor answers.
enum Answer {
    Page(Page),
    /// Why there is no page.
    Trouble(String),
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

    /// The page after a place, or why the processor cannot say now.
    async fn page(self, connected: &Connected, after: Option<&str>, now: Instant) -> Answer {
        match tokio::time::timeout(PATIENCE, self.ask(connected, after, now)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Trouble("It did not answer in time.".to_owned()),
        }
    }

    async fn ask(self, connected: &Connected, after: Option<&str>, now: Instant) -> Answer {
        match self {
            Listing::Changes => match connected.processor.changes(after, now).await {
                Outcome::Done(page) | Outcome::Pending(page) => {
                    let listed = page.changed.into_iter().map(Listed::Changed).collect();
                    Answer::Page(Page { listed, cursor: page.cursor, more: page.more })
                }
                other => Answer::Trouble(why(other)),
            },
            Listing::Payouts => match connected.processor.payouts(after, now).await {
                Outcome::Done(page) => {
                    let listed = page.payouts.into_iter().map(Listed::PaidOut).collect();
                    Answer::Page(Page { listed, cursor: page.cursor, more: page.more })
                }
                other => Answer::Trouble(why(other)),
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
        let page = match listing.page(connected, cursor.as_deref(), now).await {
            Answer::Page(page) => page,
            Answer::Trouble(why) if listing == Listing::Payouts => {
                return note_trouble(services, connection, Some(why), now).await;
            }
            Answer::Trouble(why) => {
                tracing::warn!(connection = %connection.id, why, "a processor did not list what changed; it is asked again");
                return Ok(());
            }
        };
        for listed in &page.listed {
            match listed {
                Listed::Changed(remote) => {
                    let told = told(remote);
                    if let Err(error) = follow(services, &call, connection, &told).await {
                        tracing::warn!(connection = %connection.id, about = ?told.about, %error, "a change could not be followed");
                        follow_later(services, connection, told, now).await?;
                    }
                }
                Listed::PaidOut(payout) => note_payout(services, &call, connection.id, payout).await?,
            }
        }
        if cursor.as_deref() != Some(page.cursor.as_str()) {
            keep(services, connection, listing.keep(), page.cursor.clone()).await?;
        }
        if !page.more {
            return if listing == Listing::Payouts { note_trouble(services, connection, None, now).await } else { Ok(()) };
        }
        cursor = Some(page.cursor);
    }
    Ok(())
}

/// One change that cannot be followed now holds up none behind it: it is kept as a message would be, and followed as one.
async fn follow_later(services: &Services, connection: &Connection, told: Told, now: Instant) -> Result<()> {
    let delivery = format!("listed {:?} {} {}", told.about.kind, told.about.id, now.timestamp().as_second());
    keep_hints(services, connection, delivery, vec![told], String::new()).await
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

/// Keeps for staff what stands in the way of the payouts, and since when; none: nothing does. Written only when that changes.
pub(super) async fn note_trouble(services: &Services, connection: &Connection, why: Option<String>, now: Instant) -> Result<()> {
    if connection.payouts_trouble == why {
        return Ok(());
    }
    let (business, id) = (connection.business_id, connection.id);
    services
        .db
        .write(business, async move |tx| {
            match &why {
                Some(why) => tx.execute(&NOTE_TROUBLE, &[&business, &id, why, &now], Expect::Any),
                None => tx.execute(&FORGET_TROUBLE, &[&business, &id], Expect::Any),
            }
            Ok(())
        })
        .await
}

/// What an answer that is no listing says, for people.
fn why<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    match outcome {
        Outcome::Rejected(rejection) => rejection.text,
        Outcome::Unknown { why } => why,
        other => format!("It answered with something that is no listing: {other:?}"),
    }
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
