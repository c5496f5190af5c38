//! What Authorize.Net settled, each batch as one payout, taken apart into its transactions.
//!
//! Invariants: a batch is told once it is settled, and as it was settled: what became of its charges later does not change it.
//! One that is listed before all of it is settled is waited for, for [`WAIT_DAYS`] days, without holding up the others. A
//! charge that the payer's bank took back afterwards is told beside it, as a payout of its own that takes from the bank, and
//! once more the other way when the dispute is won; a refund that a bank sent back is one that brings. Fees are nothing: the
//! acquirer takes them elsewhere and Authorize.Net does not know them, so that a connection whose acquirer takes them out of
//! each deposit does not claim this.
//! Limits: what comes back is found for [`BACK_DAYS`] days; of a disputed charge no day is told, so it is dated as its batch.
//! Source: developer.authorize.net, Transaction Reporting, 2026.

use std::collections::{BTreeMap, BTreeSet};

use books::calendar::{Day, Instant, parse_day};
use books::money::{Currency, Money};

use super::AuthorizeNet;
use super::answers::Said;
use super::reading::{instant, is_refund};
use super::shapes::{Batch, Summary};
use crate::amounts::Units;
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Payout, PayoutLine, Payouts};

/// How far back the first look goes.
const FIRST_DAYS: i64 = 31;
/// What comes back of a batch is looked for so long.
const BACK_DAYS: i64 = 150;
/// Batches that are taken apart for one answer.
const AT_ONCE: usize = 20;
/// A batch may be listed a little later than one that was settled after it.
const AGAIN_SECONDS: i64 = 86_400;
/// A bank debit is on its way for days. What is not settled after so long is told without the rest.
const WAIT_DAYS: i64 = 15;
const DAY: i64 = 86_400;
/// The type of a transaction that gives money back.
const REFUND: &str = "refundTransaction";

/// How far batches were read, those of which something came back, and those before it that are waited for.
struct Place {
    settled: Instant,
    back: BTreeSet<String>,
    waits: BTreeSet<String>,
}

/// Stands before a batch in the cursor that is waited for.
const WAITS: char = '?';

impl Place {
    fn read(cursor: Option<&str>, now: Instant) -> Option<Place> {
        let Some(text) = cursor else {
            let settled = now.plus_seconds(-FIRST_DAYS * DAY);
            return Some(Place { settled, back: BTreeSet::new(), waits: BTreeSet::new() });
        };
        let mut parts = text.split(' ');
        let settled = Instant::from_rfc3339(parts.next()?)?;
        let (waits, back): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.starts_with(WAITS));
        let waits = waits.iter().map(|part| part.trim_start_matches(WAITS).to_owned()).collect();
        Some(Place { settled, back: back.into_iter().map(str::to_owned).collect(), waits })
    }

    fn text(&self) -> String {
        let mut text = self.settled.to_rfc3339();
        self.back.iter().for_each(|batch| text.push_str(&format!(" {batch}")));
        self.waits.iter().for_each(|batch| text.push_str(&format!(" {WAITS}{batch}")));
        text
    }
}

/// What became of a batch.
enum Night {
    /// Its payout; none when nothing in it moved money.
    Settled(Option<Payout>),
    /// Some of it is still on its way.
    Waits,
}

impl AuthorizeNet {
    pub(super) async fn paid_out(&self, since: Option<&str>, now: Instant) -> Outcome<Payouts> {
        let Some(place) = Place::read(since, now) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a place in Authorize.Net's list of batches.");
        };
        match self.settled_since(place, now).await {
            Ok(payouts) => Outcome::Done(payouts),
            Err(said) => said.outcome(),
        }
    }

    async fn settled_since(&self, mut place: Place, now: Instant) -> Result<Payouts, Said> {
        let all = self.batches(place.settled.min(now.plus_seconds(-BACK_DAYS * DAY)), now).await?;
        let new: Vec<&Batch> = all.iter().filter(|batch| settled_at(batch) >= place.settled).collect();
        if all.is_empty() {
            return Ok(Payouts { payouts: Vec::new(), cursor: place.text(), more: false });
        }
        let currency = self.own_currency().await?;
        let mut payouts = Vec::new();
        let waited = all.iter().filter(|batch| settled_at(batch) < place.settled && place.waits.contains(&batch.batch_id));
        let mut waits = BTreeSet::new();
        for batch in waited.chain(new.iter().take(AT_ONCE).copied()) {
            match self.whole(batch, currency, now).await? {
                Night::Settled(payout) => payouts.extend(payout),
                Night::Waits => drop(waits.insert(batch.batch_id.clone())),
            }
        }
        place.waits = waits;
        let more = new.len() > AT_ONCE;
        if more {
            let last = settled_at(new[AT_ONCE - 1]);
            if last <= place.settled {
                return Err(Said::Lost("Authorize.Net lists more batches of one moment than are read at once".to_owned()));
            }
            place.settled = last;
        } else {
            for batch in &all {
                self.add_what_came_back(batch, currency, &mut place, &mut payouts).await?;
            }
            let last = new.last().map_or(place.settled, |batch| settled_at(batch).plus_seconds(-AGAIN_SECONDS));
            place.settled = place.settled.max(last);
            place.back.retain(|id| all.iter().any(|batch| batch.batch_id == *id));
        }
        Ok(Payouts { payouts, cursor: place.text(), more })
    }

    /// What the merchant's account counts in: a list of transactions names none.
    async fn own_currency(&self) -> Result<Currency, Said> {
        let own = self.merchant().await?.currencies.first().and_then(|code| Currency::from_code(code));
        own.ok_or_else(|| Said::Lost("Authorize.Net does not say in which currency it settles".to_owned()))
    }

    /// A batch as it was settled.
    async fn whole(&self, batch: &Batch, currency: Currency, now: Instant) -> Result<Night, Said> {
        let patient = now < settled_at(batch).plus_seconds(WAIT_DAYS * DAY);
        match batch.settlement_state.as_str() {
            "settlementError" => return Ok(Night::Settled(None)),
            "pendingSettlement" if patient => return Ok(Night::Waits),
            _ => {}
        }
        let mut lines: BTreeMap<String, i64> = BTreeMap::new();
        let mut net = 0_i64;
        let all = self.of_batch(&batch.batch_id).await?;
        if patient && all.iter().any(is_settling) {
            return Ok(Night::Waits);
        }
        for it in all {
            let Some((charge, signed)) = self.moved(&it, currency).await? else { continue };
            *lines.entry(charge).or_default() += signed;
            net += signed;
        }
        if lines.is_empty() {
            return Ok(Night::Settled(None));
        }
        let lines = lines.into_iter().collect();
        Ok(Night::Settled(Some(payout(batch.batch_id.clone(), net, lines, day_of(batch)?, currency))))
    }

    /// The charge that a settled transaction is or gives back, and what it brought or took in its night; none: it moved nothing.
    async fn moved(&self, it: &Summary, currency: Currency) -> Result<Option<(String, i64)>, Said> {
        let behind = match it.transaction_status.as_str() {
            // What the payer's bank took back later had been settled before.
            "settledSuccessfully" | "chargeback" | "chargebackReversal" => None,
            // A bank sends back charges, and refunds too; a list does not say which of them it was.
            "refundSettledSuccessfully" | "returnedItem" => Some(self.details(&it.trans_id).await?),
            _ => return Ok(None),
        };
        let unreadable = |_| Said::Lost(format!("Authorize.Net told no amount of {}", it.trans_id));
        let amount = Units::Iso.read(&it.settle_amount, currency.code()).map_err(unreadable)?.minor;
        let refund = behind.filter(|details| is_refund(&it.transaction_status) || details.transaction_type == REFUND);
        Ok(Some(match refund {
            Some(details) => (details.ref_trans_id.unwrap_or_else(|| it.trans_id.clone()), -amount),
            None => (it.trans_id.clone(), amount),
        }))
    }

    async fn add_what_came_back(
        &self,
        batch: &Batch,
        currency: Currency,
        place: &mut Place,
        payouts: &mut Vec<Payout>,
    ) -> Result<(), Said> {
        let any = batch.statistics.iter().any(|of| of.chargeback_count + of.returned_item_count > 0);
        if !any && !place.back.contains(&batch.batch_id) {
            return Ok(());
        }
        place.back.insert(batch.batch_id.clone());
        for it in self.of_batch(&batch.batch_id).await? {
            let on = match it.transaction_status.as_str() {
                "returnedItem" => {
                    let items = self.details(&it.trans_id).await?.returned_items;
                    items.first().and_then(|item| day(&item.date_utc)).map_or_else(|| day_of(batch), Ok)?
                }
                "chargeback" | "chargebackReversal" => day_of(batch)?,
                _ => continue,
            };
            let Some((charge, taken)) = self.moved(&it, currency).await? else { continue };
            let one = |word: &str, amount: i64| {
                let id = format!("{}-{}-{word}", batch.batch_id, it.trans_id);
                payout(id, amount, vec![(charge.clone(), amount)], on, currency)
            };
            payouts.push(one("back", -taken));
            if it.transaction_status == "chargebackReversal" {
                payouts.push(one("again", taken));
            }
        }
        Ok(())
    }
}

fn is_settling(it: &Summary) -> bool {
    matches!(it.transaction_status.as_str(), "pendingSettlement" | "pendingFinalSettlement" | "updatingSettlement")
}

fn payout(id: String, net: i64, lines: Vec<(String, i64)>, on: Day, currency: Currency) -> Payout {
    let line = |(charge, minor)| PayoutLine { charge, attempt: None, amount: Money::new(minor, currency) };
    Payout {
        id,
        net: Money::new(net, currency),
        fees: Money::zero(currency),
        kept: Money::zero(currency),
        arrived_on: on,
        lines: lines.into_iter().map(line).collect(),
    }
}

fn settled_at(batch: &Batch) -> Instant {
    instant(&batch.settlement_time_utc)
}

/// The day of a batch where the merchant is.
fn day_of(batch: &Batch) -> Result<Day, Said> {
    let told = day(&batch.settlement_time_local).or_else(|| day(&batch.settlement_time_utc));
    told.ok_or_else(|| Said::Lost(format!("Authorize.Net told no day of the batch {}", batch.batch_id)))
}

fn day(text: &str) -> Option<Day> {
    text.get(..10).and_then(parse_day)
}
