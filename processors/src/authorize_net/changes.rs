//! What changed at Authorize.Net, whoever caused it.
//!
//! Invariants: of tonight's list every transaction that carries a reference of ours, and every refund, is told when it is new
//! or stands otherwise than before; of a batch that was settled since, what the night made of it: a bank debit that came, what
//! was not told before, what came back. What it refuses to tell is left out; a login that it does not take, or to which a call is
//! closed, ends the look, and the cursor stays. The cursor is how far the batches were read, and how tonight's transactions stood. Limits:
//! [`MOST`] things at a time; a batch is looked at again for [`LOOK_BACK_DAYS`] days, and once an hour for [`DEEP_DAYS`],
//! because what comes back later is only told there.

use std::collections::BTreeMap;

use books::calendar::Instant;

use super::AuthorizeNet;
use super::answers::Said;
use super::reading::{instant, is_refund};
use super::references::attempt;
use super::shapes::{Batch, Summary};
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Changes, Remote};

const MOST: usize = 25;
const LOOK_BACK_DAYS: i64 = 30;
const DEEP_DAYS: i64 = 150;
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// How far everything was read.
#[derive(Debug, Clone, PartialEq)]
struct Cursor {
    /// Batches up to this moment were read whole.
    settled: Instant,
    /// The hour in which older batches were last looked at.
    hour: i64,
    /// How transactions stood: those of tonight, and those told of a batch that is not yet read whole.
    stood: BTreeMap<String, char>,
    /// How many had come back of a batch, where any had.
    back: BTreeMap<String, u64>,
}

impl Cursor {
    fn read(text: Option<&str>, now: Instant) -> Option<Cursor> {
        let settled = now.plus_seconds(-LOOK_BACK_DAYS * DAY);
        let Some(text) = text else {
            return Some(Cursor { settled, hour: 0, stood: BTreeMap::new(), back: BTreeMap::new() });
        };
        let mut parts = text.split(' ');
        let settled = Instant::from_rfc3339(parts.next()?)?;
        let hour = parts.next()?.parse().ok()?;
        let (mut stood, mut back) = (BTreeMap::new(), BTreeMap::new());
        for part in parts {
            match part.split_once('=') {
                Some((batch, count)) => drop(back.insert(batch.to_owned(), count.parse().ok()?)),
                None => {
                    let letter = part.chars().last()?;
                    stood.insert(part.strip_suffix(letter)?.to_owned(), letter);
                }
            }
        }
        Some(Cursor { settled, hour, stood, back })
    }

    fn text(&self) -> String {
        let mut text = format!("{} {}", self.settled.to_rfc3339(), self.hour);
        self.stood.iter().for_each(|(id, letter)| text.push_str(&format!(" {id}{letter}")));
        self.back.iter().for_each(|(batch, count)| text.push_str(&format!(" {batch}={count}")));
        text
    }
}

/// One letter for each way to stand.
fn letter(status: &str) -> char {
    match status {
        "authorizedPendingCapture" => 'a',
        "capturedPendingSettlement" => 'c',
        "settledSuccessfully" => 's',
        "refundPendingSettlement" => 'r',
        "refundSettledSuccessfully" => 'f',
        "voided" => 'v',
        "declined" => 'd',
        "expired" => 'e',
        "chargeback" => 'b',
        "chargebackReversal" => 'w',
        "returnedItem" => 'i',
        _ => 'o',
    }
}

/// Whether a transaction may be about us: a refund names its charge only when it is looked at.
fn concerns(it: &Summary) -> bool {
    is_refund(&it.transaction_status) || it.invoice_number.as_deref().and_then(attempt).is_some()
}

fn came_back(status: &str) -> bool {
    matches!(status, "chargeback" | "chargebackReversal" | "returnedItem")
}

impl AuthorizeNet {
    pub(super) async fn changed_since(&self, since: Option<&str>, now: Instant) -> Outcome<Changes> {
        let Some(before) = Cursor::read(since, now) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a cursor of Authorize.Net's lists.");
        };
        match self.round(&before, now).await {
            Ok(changes) => Outcome::Done(changes),
            Err(outcome) => outcome,
        }
    }

    async fn round(&self, before: &Cursor, now: Instant) -> Result<Changes, Outcome<Changes>> {
        let hour = now.0.div_euclid(HOUR * 1_000_000);
        let days = if hour == before.hour { LOOK_BACK_DAYS } else { DEEP_DAYS };
        let from = before.settled.min(now.plus_seconds(-days * DAY));
        // The batches first: what settles between the two questions is then in the list, or told by the next round.
        let batches = self.batches(from, now).await.map_err(Said::outcome)?;
        let tonight = self.unsettled().await.map_err(Said::outcome)?;
        let mut round = Round { told: Vec::new(), more: false };
        let mut after = Cursor { stood: BTreeMap::new(), hour, ..before.clone() };
        for it in tonight.iter().rev() {
            let (now_stands, stood) = (letter(&it.transaction_status), before.stood.get(&it.trans_id).copied());
            let news = stood != Some(now_stands) && concerns(it);
            if !news || round.has_room() {
                after.stood.insert(it.trans_id.clone(), now_stands);
            } else if let Some(stood) = stood {
                after.stood.insert(it.trans_id.clone(), stood);
            }
            if news && round.takes(&it.trans_id) {
                round.told.extend(self.told(it, now).await?);
            }
        }
        for batch in &batches {
            self.read_batch(batch, before, &mut after, &mut round, now).await?;
        }
        Ok(Changes { changed: round.told.into_iter().map(|(_, it)| it).collect(), cursor: after.text(), more: round.more })
    }

    async fn read_batch(
        &self,
        batch: &Batch,
        before: &Cursor,
        after: &mut Cursor,
        round: &mut Round,
        now: Instant,
    ) -> Result<(), Outcome<Changes>> {
        let at = instant(&batch.settlement_time_utc);
        let is_new = at > before.settled;
        let back: u64 = batch.statistics.iter().map(|of| of.chargeback_count + of.returned_item_count).sum();
        let seen = before.back.get(&batch.batch_id).copied().unwrap_or(0);
        if round.more || (!is_new && back == seen) {
            return Ok(());
        }
        let mut partly = Vec::new();
        for it in self.of_batch(&batch.batch_id).await.map_err(Said::outcome)? {
            let stood = before.stood.get(&it.trans_id).copied();
            let stands = letter(&it.transaction_status);
            // A card's charge that was told before is no news for having settled.
            let quiet = stood == Some(stands)
                || (matches!(stood, Some('c' | 'r')) && matches!(stands, 's' | 'f') && it.account_type != "eCheck");
            let news = concerns(&it) && !quiet && (is_new || came_back(&it.transaction_status));
            if news && !round.has_room() {
                round.more = true;
                break;
            }
            if news && round.takes(&it.trans_id) {
                round.told.extend(self.told(&it, now).await?);
            }
            partly.push((it.trans_id, stands));
        }
        if round.more {
            after.stood.extend(partly);
            return Ok(());
        }
        after.settled = after.settled.max(at);
        if back > 0 {
            after.back.insert(batch.batch_id.clone(), back);
        }
        Ok(())
    }

    /// A transaction as it stands, with its dispute.
    async fn told(&self, it: &Summary, now: Instant) -> Result<Vec<(String, Remote)>, Outcome<Changes>> {
        let id = it.trans_id.as_str();
        let mut all = Vec::new();
        let mut known = |outcome: Outcome<Remote>| match outcome {
            Outcome::Done(remote) | Outcome::Pending(remote) => {
                all.push((id.to_owned(), remote));
                Ok(())
            }
            // A right is to a kind of call there, never to one thing: without it nothing behind this can be told either.
            Outcome::Rejected(rejection) if rejection.reason.is_about_keys() => Err(Outcome::Rejected(rejection)),
            // What is about nothing of ours is no news.
            Outcome::Rejected(rejection) if rejection.reason == RejectReason::NotFound => Ok(()),
            // One thing that Authorize.Net refuses to tell must not hide all the others.
            Outcome::Rejected(rejection) => {
                tracing::warn!(about = id, said = rejection.text, "left out of what changed at Authorize.Net");
                Ok(())
            }
            other => Err(Outcome::unknown(format!("something of Authorize.Net's list could not be read: {other:?}"))),
        };
        if is_refund(&it.transaction_status) {
            known(self.look_at_refund(id).await.map(Remote::Refund))?;
        } else {
            known(self.look_at_charge(id, now).await.map(Remote::Charge))?;
        }
        if matches!(it.transaction_status.as_str(), "chargeback" | "chargebackReversal") {
            known(self.look_at_dispute(id).await.map(Remote::Dispute))?;
        }
        Ok(all)
    }
}

/// What one answer tells.
struct Round {
    told: Vec<(String, Remote)>,
    more: bool,
}

impl Round {
    fn has_room(&self) -> bool {
        self.told.len() < MOST
    }

    /// Whether this one may be told now; else there is more.
    fn takes(&mut self, id: &str) -> bool {
        let first = self.told.iter().all(|(told, _)| told != id);
        self.more |= first && !self.has_room();
        first && self.has_room()
    }
}
