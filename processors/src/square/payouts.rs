//! What Square sent to the merchant's bank, taken apart into the payments it came from.
//!
//! Invariants: only payouts that have arrived are told, so that they never change afterwards; lines less fees are what
//! arrived. The list goes by the time a payout was made, so the cursor waits at the oldest one that is still on its way.
//! What moved the balance beside payments and fees (a loan's installment, a transfer by hand) is a line of its own, under the
//! movement's id: it is money, and no fee. Limits: [`PAGES`] pages of movements a payout; the payments of a payout that the
//! bank returned are not told again, Square gives them back as one movement.
//! Source: developer.squareup.com, Payouts API, 2026; the trimmed description leaves it out.

use std::collections::BTreeMap;

use books::calendar::{Instant, parse_day};
use books::money::Money;

use super::Square;
use super::answers::Said;
use super::shapes::{Amount, Page, PaidOut, PayoutEntry};
use crate::amounts::Units;
use crate::form::escaped;
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{Payout, PayoutLine, Payouts};

/// How far back the first look goes. Source: the default of Square's list of payouts.
const FIRST_DAYS: i64 = 365;
/// Payouts in one answer.
const AT_ONCE: usize = 20;
const PAGES: usize = 1_000;
/// A list may show a payout a little later than one that was made after it.
const AGAIN_SECONDS: i64 = 86_400;
/// What has not arrived after so long is not waited for any more.
const PATIENCE_SECONDS: i64 = 60 * 86_400;
/// Movements that are a payment's own money, coming, going or kept back for a while.
const OF_PAYMENT: &[&str] =
    &["CHARGE", "DISPUTE", "HOLD_ADJUSTMENT", "OPEN_DISPUTE", "REFUND", "RELEASE_ADJUSTMENT", "RESERVE_HOLD", "RESERVE_RELEASE"];
/// Movements that are what Square keeps for itself.
const FEES: &[&str] = &[
    "DEPOSIT_FEE",
    "DEPOSIT_FEE_REVERSED",
    "FEE",
    "FREE_PROCESSING",
    "PAID_SERVICE_FEE",
    "PAID_SERVICE_FEE_REFUND",
    "SUBSCRIPTION_FEE",
    "SUBSCRIPTION_FEE_PAID_REFUND",
    "SUBSCRIPTION_FEE_REFUND",
    "TAX_ON_FEE",
    "THIRD_PARTY_FEE",
    "THIRD_PARTY_FEE_REFUND",
];

/// Where the next page begins, and the oldest payout before it that is still on its way.
struct Place {
    from: Instant,
    under_way: Option<Instant>,
}

impl Place {
    fn read(cursor: Option<&str>, now: Instant) -> Option<Place> {
        let Some(text) = cursor else {
            return Some(Place { from: now.plus_seconds(-FIRST_DAYS * 86_400), under_way: None });
        };
        let (from, under_way) = text.split_once(' ').map_or((text, None), |(from, under_way)| (from, Some(under_way)));
        let under_way = match under_way {
            Some(text) => Some(Instant::from_rfc3339(text)?),
            None => None,
        };
        Some(Place { from: Instant::from_rfc3339(from)?, under_way })
    }

    fn path(&self, location: &str) -> String {
        let from = self.from.to_rfc3339();
        format!("/v2/payouts?location_id={location}&sort_order=ASC&limit={AT_ONCE}&begin_time={}", escaped(&from))
    }

    /// Goes on after this page. True: there is more of the list.
    fn pass(&mut self, page: &Page, now: Instant) -> Result<bool, Outcome<Payouts>> {
        let made = |payout: &PaidOut| Instant::from_rfc3339(&payout.created_at);
        let sent = page.payouts.iter().filter(|payout| payout.status == "SENT").filter_map(made);
        let under_way = sent.filter(|made| *made > now.plus_seconds(-PATIENCE_SECONDS)).min();
        self.under_way = self.under_way.into_iter().chain(under_way).min();
        let last = page.payouts.last().and_then(made).unwrap_or(self.from);
        if page.cursor.is_some() {
            if last <= self.from {
                return Err(Outcome::unknown("Square lists more payouts of one moment than a page holds"));
            }
            self.from = last;
            return Ok(true);
        }
        let again = self.from.max(last.plus_seconds(-AGAIN_SECONDS));
        self.from = self.under_way.take().map_or(again, |under_way| under_way.min(again));
        Ok(false)
    }

    fn text(&self) -> String {
        match self.under_way {
            Some(under_way) => format!("{} {}", self.from.to_rfc3339(), under_way.to_rfc3339()),
            None => self.from.to_rfc3339(),
        }
    }
}

impl Square {
    pub(super) async fn paid_out(&self, since: Option<&str>, now: Instant) -> Outcome<Payouts> {
        let Some(mut place) = Place::read(since, now) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a place in Square's list of payouts.");
        };
        let page: Page = match self.line.get(&place.path(&self.location)).await {
            Ok(page) => page,
            Err(said) => return said.outcome(),
        };
        let mut payouts = Vec::with_capacity(page.payouts.len());
        for payout in page.payouts.iter().filter(|payout| payout.status == "PAID") {
            match self.taken_apart(payout).await {
                Ok(payout) => payouts.push(payout),
                Err(said) => return said.outcome(),
            }
        }
        match place.pass(&page, now) {
            Ok(more) => Outcome::Done(Payouts { payouts, cursor: place.text(), more }),
            Err(outcome) => outcome,
        }
    }

    async fn taken_apart(&self, paid: &PaidOut) -> Result<Payout, Said> {
        let arrived = paid.arrival_date.as_deref().and_then(parse_day);
        let (Some(net), Some(arrived_on)) = (paid.amount_money.as_ref(), arrived) else {
            return Err(unreadable(&paid.id));
        };
        let mut lines: BTreeMap<String, i64> = BTreeMap::new();
        // A transfer by hand is taken apart by the next payout, where it stands as one movement.
        if paid.kind == "SIMPLE" {
            lines.insert(paid.id.clone(), net.amount);
        } else {
            self.add_movements(&paid.id, &mut lines).await?;
        }
        let brought: i64 = lines.values().sum();
        let money = |minor| signed(minor, net).ok_or_else(|| unreadable(&paid.id));
        let line = |(charge, minor)| Ok(PayoutLine { charge, attempt: None, amount: money(minor)? });
        Ok(Payout {
            id: paid.id.clone(),
            net: money(net.amount)?,
            fees: money(brought - net.amount)?,
            kept: money(0)?,
            arrived_on,
            lines: lines.into_iter().map(line).collect::<Result<_, Said>>()?,
        })
    }

    /// What each payment brought or took, before fees.
    async fn add_movements(&self, payout: &str, lines: &mut BTreeMap<String, i64>) -> Result<(), Said> {
        let base = format!("/v2/payouts/{}/payout-entries?limit=100", escaped(payout));
        let mut path = base.clone();
        for _ in 0..PAGES {
            let page: Page = self.line.get(&path).await?;
            for entry in page.payout_entries.iter().filter(|entry| !FEES.contains(&entry.kind.as_str())) {
                let gross = entry.gross_amount_money.as_ref().ok_or_else(|| unreadable(payout))?;
                *lines.entry(source_of(entry)).or_default() += gross.amount;
            }
            match page.cursor {
                Some(next) => path = format!("{base}&cursor={}", escaped(&next)),
                None => return Ok(()),
            }
        }
        Err(Said::Lost(format!("Square's payout {payout} has no end of movements")))
    }
}

/// The payment behind a movement, or the movement itself. Square writes it into a field that is named for the type.
fn source_of(entry: &PayoutEntry) -> String {
    if !OF_PAYMENT.contains(&entry.kind.as_str()) {
        return entry.id.clone();
    }
    let details = entry.details.get(&format!("type_{}_details", entry.kind.to_ascii_lowercase()));
    let payment = details.and_then(|details| details["payment_id"].as_str());
    payment.unwrap_or(&entry.id).to_owned()
}

fn signed(minor: i64, like: &Amount) -> Option<Money> {
    Units::Iso.money(minor, &like.currency).ok()
}

fn unreadable(payout: &str) -> Said {
    Said::Lost(format!("Square's payout {payout} could not be read"))
}
