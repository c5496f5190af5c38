//! What Stripe sent to the merchant's bank, taken apart into the payments it came from.
//!
//! Invariants: only payouts that have arrived are told, so that they never change afterwards; lines less fees are what
//! arrived. What moved the balance without a payment behind it (Stripe's own charges) counts as a fee.
//! Limits: payouts that Stripe makes by itself; a payout made by hand cannot be taken apart and is told without lines.

use std::collections::BTreeMap;

use books::money::Money;

use super::Stripe;
use super::forms::expand;
use super::look::{Ended, ended, is_id};
use super::meaning;
use super::objects::{BalanceTransaction, Expandable, Page, PayoutObject};
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Payout, PayoutLine, Payouts};

/// Payouts in one answer.
const AT_ONCE: usize = 20;
/// At most so many pages of movements are read for one payout, a hundred each.
const PAGES: usize = 1_000;
/// A payout may arrive later than one that was made after it: so many seconds are read again.
const AGAIN: i64 = 14 * 86_400;

/// `arrived since/payout`: those that arrived since that second, after that payout of the list.
struct Place {
    since: i64,
    after: Option<String>,
}

impl Place {
    fn read(cursor: Option<&str>) -> Option<Place> {
        let Some(text) = cursor else { return Some(Place { since: 0, after: None }) };
        let (since, after) = text.split_once('/')?;
        let after = Some(after).filter(|after| !after.is_empty());
        if after.is_some_and(|after| !is_id(after, &["po_"])) {
            return None;
        }
        Some(Place { since: since.parse().ok()?, after: after.map(str::to_owned) })
    }

    fn path(&self) -> String {
        let after = self.after.as_ref().map(|after| format!("&starting_after={after}")).unwrap_or_default();
        format!("/v1/payouts?limit={AT_ONCE}&status=paid&arrival_date[gte]={}{after}", self.since)
    }

    /// While there is more, on from the last one; afterwards from a little before the latest arrival.
    fn next(&self, page: &Page<PayoutObject>) -> String {
        let last = page.data.last().filter(|_| page.has_more);
        let latest = page.data.iter().map(|payout| payout.arrival_date - AGAIN).max().unwrap_or(self.since);
        match last {
            Some(last) => format!("{}/{}", self.since, last.id),
            None => format!("{}/", latest.max(self.since)),
        }
    }
}

impl Stripe {
    pub(super) async fn paid_out(&self, since: Option<&str>) -> Outcome<Payouts> {
        let Some(place) = Place::read(since) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a place in Stripe's list of payouts.");
        };
        let page: Page<PayoutObject> = match self.line.get(place.path()).await.or_end() {
            Ok(page) => page,
            Err(outcome) => return outcome,
        };
        let mut payouts = Vec::with_capacity(page.data.len());
        for object in page.data.iter().filter(|payout| payout.status == "paid") {
            match self.taken_apart(object).await {
                Ok(payout) => payouts.push(payout),
                Err(outcome) => return ended(outcome),
            }
        }
        Outcome::Done(Payouts { payouts, cursor: place.next(&page), more: page.has_more })
    }

    async fn taken_apart(&self, object: &PayoutObject) -> Ended<Payout> {
        let net = meaning::money(object.amount, &object.currency).map_err(Outcome::from)?;
        let mut lines: BTreeMap<String, i64> = BTreeMap::new();
        let (mut after, mut fees) = (String::new(), 0_i64);
        for _ in 0..PAGES {
            let parts = expand(&["data.source"]);
            let path = format!("/v1/balance_transactions?payout={}&limit=100&{parts}{after}", object.id);
            let page: Page<BalanceTransaction> = self.line.get(path).await.or_end()?;
            for moved in page.data.iter().filter(|moved| moved.kind != "payout") {
                match charge_of(moved) {
                    Some(charge) => {
                        *lines.entry(charge).or_default() += moved.amount;
                        fees += moved.fee;
                    }
                    None => fees += moved.fee - moved.amount,
                }
            }
            after = page.data.last().map(|last| format!("&starting_after={}", last.id)).unwrap_or_default();
            if !page.has_more {
                break;
            }
        }
        let money = |whole| meaning::money(whole, &object.currency).map_err(Outcome::from);
        let mut told = Vec::with_capacity(lines.len());
        for (charge, amount) in lines {
            told.push(PayoutLine { charge, attempt: None, amount: money(amount)? });
        }
        let fees: Money = money(fees)?;
        let (kept, arrived_on) = (Money::zero(net.currency), meaning::day(object.arrival_date));
        Ok(Payout { id: object.id.clone(), net, fees, kept, arrived_on, lines: told })
    }
}

/// The payment behind a movement of the balance.
fn charge_of(moved: &BalanceTransaction) -> Option<String> {
    let source = moved.source.as_ref().and_then(Expandable::whole)?;
    Some(source.payment_intent.as_ref()?.id().to_owned())
}
