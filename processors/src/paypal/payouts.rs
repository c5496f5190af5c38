//! What went between PayPal's balance and the merchant's bank, taken apart into the movements since it last did.
//!
//! Invariants: each such movement is one payout of its currency; what stays at PayPal is the change of its balance, and a payout is
//! told only when the movements between two balances add up to their difference. What they leave open is waited for, told as trouble
//! after a day, and after [`GIVE_UP_SECONDS`] it is a line of its own, because the balances prove that it moved. The balance from
//! before the first look is a line of its own too. The cursor is how far bank movements were looked for, and for each currency where
//! the balance stood at the last one. Limits: the first look goes back [`FIRST_DAYS`] days, and a payout gathers at most a year; a
//! payment from a bank that began before one payout and came after it is such an open difference.
//! Source: see `movements`; the codes are those of PayPal's list of transaction event codes, 2026.

use std::collections::{BTreeMap, BTreeSet};

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::{Currency, Money};

use super::PayPal;
use super::answers::Said;
use super::charges::order_of;
use super::keyed;
use super::movements::{Movement, Status};
use super::shapes::Capture;
use crate::outcome::{Outcome, RejectReason};
use crate::remote::{BALANCE_BEFORE, NOT_LISTED, Payout, PayoutLine, Payouts};

const DAY: i64 = 86_400;
const FIRST_DAYS: i64 = 30;
/// One look for bank movements spans so much.
const LOOK_SECONDS: i64 = 31 * DAY - 1;
/// A payout gathers the movements of at most so long.
const LONGEST_SECONDS: i64 = 366 * DAY;
/// PayPal says that a movement shows within three hours; until then nothing is wrong.
const LATE_SECONDS: i64 = DAY;
/// What is under way for longer never arrives.
const PENDING_SECONDS: i64 = 30 * DAY;
/// A difference is waited for so long.
const GIVE_UP_SECONDS: i64 = 7 * DAY;

/// What staff read where the app was not given the right.
pub(super) const NO_RIGHT: &str = "PayPal does not let this app read its movements. In PayPal's developer dashboard, open the app, \
    tick Transaction search among its features and save; PayPal takes up to nine hours over it. Or set Payouts to Not read.";

/// Where a currency's balance stood after the last payout that was told.
#[derive(Debug, Clone, PartialEq)]
struct Standing {
    balance: i64,
    at: Instant,
    /// The movement that left it.
    id: String,
}

struct Place {
    /// When the first look began.
    since: Instant,
    /// Bank movements before this moment were told.
    looked: Instant,
    stood: BTreeMap<Currency, Standing>,
}

impl Place {
    fn read(cursor: Option<&str>, now: Instant) -> Option<Place> {
        let Some(text) = cursor else {
            let since = now.plus_seconds(-FIRST_DAYS * DAY);
            return Some(Place { since, looked: since, stood: BTreeMap::new() });
        };
        let mut parts = text.split(' ');
        let (since, looked) = (Instant::from_rfc3339(parts.next()?)?, Instant::from_rfc3339(parts.next()?)?);
        let mut stood = BTreeMap::new();
        for part in parts {
            let [code, balance, at, id] = part.split(',').collect::<Vec<_>>().try_into().ok()?;
            let standing = Standing { balance: balance.parse().ok()?, at: Instant::from_rfc3339(at)?, id: id.to_owned() };
            stood.insert(Currency::from_code(code)?, standing);
        }
        Some(Place { since, looked, stood })
    }

    fn text(&self) -> String {
        let mut text = format!("{} {}", self.since.to_rfc3339(), self.looked.to_rfc3339());
        for (currency, Standing { balance, at, id }) in &self.stood {
            text.push_str(&format!(" {},{balance},{},{id}", currency.code(), at.to_rfc3339()));
        }
        text
    }
}

/// What a payout is made of, before its charges are called by what we know them by.
struct Proven {
    lines: BTreeMap<String, Part>,
    fees: i64,
    kept: i64,
    balance: i64,
}

#[derive(Default)]
struct Part {
    amount: i64,
    attempt: Option<AttemptId>,
    invoice: Option<String>,
    /// It is a payment, or names one.
    of_payment: bool,
    is_keyed: bool,
}

enum Verdict {
    Proven(Proven),
    /// It is too early to say.
    Wait,
    Trouble(String),
}

impl PayPal {
    pub(super) async fn paid_out(&self, since: Option<&str>, now: Instant) -> Outcome<Payouts> {
        let Some(place) = Place::read(since, now) else {
            return Outcome::rejected(RejectReason::BadRequest, "This is not a place in PayPal's list of movements.");
        };
        match self.look_for_payouts(place, now).await {
            Ok(outcome) => outcome,
            Err(said) if said.is_forbidden() => Outcome::rejected(RejectReason::Forbidden, NO_RIGHT),
            Err(said) => said.outcome(),
        }
    }

    /// Whether the app was given the right: false only when PayPal says so.
    pub(super) async fn may_read_movements(&self, now: Instant) -> bool {
        let asked = self.movements(now.plus_seconds(-DAY), now, now).await;
        !asked.is_err_and(|said| said.is_forbidden())
    }

    async fn look_for_payouts(&self, mut place: Place, now: Instant) -> Result<Outcome<Payouts>, Said> {
        let to = place.looked.plus_seconds(LOOK_SECONDS).min(now);
        let moved = self.movements(place.looked, to, now).await?;
        let mut waiting: BTreeSet<Currency> = BTreeSet::new();
        let (mut payouts, mut trouble) = (Vec::new(), None);
        let mut next = if to < now { to.plus_seconds(1) } else { place.looked.max(now.plus_seconds(-LATE_SECONDS)) };
        for (position, bank) in moved.iter().enumerate().filter(|(_, it)| it.is_of_bank() && it.status != Status::Denied) {
            let stale = bank.status == Status::Pending && now >= bank.at.plus_seconds(PENDING_SECONDS);
            if stale || waiting.contains(&bank.currency) || is_told(&place, &moved, position) {
                continue;
            }
            let verdict = match bank.status {
                Status::Pending => Verdict::Wait,
                _ => {
                    let period = self.period(&place, &moved, position, now).await?;
                    judged(place.stood.get(&bank.currency), &period, now)
                }
            };
            match verdict {
                Verdict::Proven(proven) => {
                    let standing = Standing { balance: proven.balance, at: bank.at, id: bank.id.clone() };
                    payouts.push(self.called(bank, proven, now).await?);
                    place.stood.insert(bank.currency, standing);
                    continue;
                }
                Verdict::Trouble(why) => trouble = trouble.or(Some(why)),
                Verdict::Wait => {}
            }
            waiting.insert(bank.currency);
            next = next.min(bank.at);
        }
        place.looked = next;
        Ok(match trouble {
            Some(why) if payouts.is_empty() => Outcome::unknown(why),
            trouble => Outcome::Done(Payouts { payouts, cursor: place.text(), more: trouble.is_some() || to < now }),
        })
    }

    /// What moved the currency's balance since it was last told, up to this bank movement.
    async fn period(&self, place: &Place, moved: &[Movement], position: usize, now: Instant) -> Result<Vec<Movement>, Said> {
        let bank = &moved[position];
        let standing = place.stood.get(&bank.currency);
        let from = standing.map_or(place.since, |standing| standing.at).max(bank.at.plus_seconds(-LONGEST_SECONDS));
        let mut all = match from < place.looked {
            true => self.movements(from, place.looked.plus_seconds(-1), now).await?,
            false => Vec::new(),
        };
        all.extend_from_slice(&moved[..=position]);
        let start = standing.and_then(|standing| all.iter().position(|it| it.is_of_bank() && it.id == standing.id));
        let begun = |it: &Movement| standing.is_none_or(|standing| start.is_some() || it.at > standing.at);
        let counts = |it: &Movement| it.currency == bank.currency && it.status == Status::Done && begun(it);
        Ok(all.into_iter().skip(start.map_or(0, |start| start + 1)).filter(counts).collect())
    }

    /// The payout, with each charge called by what we know it by as far as PayPal says it.
    async fn called(&self, bank: &Movement, proven: Proven, now: Instant) -> Result<Payout, Said> {
        let money = |minor| Money::new(minor, bank.currency);
        let mut lines: BTreeMap<String, (i64, Option<AttemptId>)> = BTreeMap::new();
        for (id, part) in proven.lines {
            let known = match (&part.attempt, part.of_payment) {
                (None, true) if !part.is_keyed => self.charge_called(&id, part.invoice.as_deref(), now).await?,
                _ => None,
            };
            let line = lines.entry(known.unwrap_or(id)).or_default();
            (line.0, line.1) = (line.0 + part.amount, line.1.or(part.attempt));
        }
        let line = |(charge, (minor, attempt))| PayoutLine { charge, attempt, amount: money(minor) };
        Ok(Payout {
            id: bank.id.clone(),
            net: money(-bank.amount),
            fees: money(proven.fees),
            kept: money(proven.kept),
            arrived_on: bank.day,
            lines: lines.into_iter().map(line).collect(),
        })
    }

    /// A payment's capture carries no key of ours in the list when it paid an invoice of PayPal's, and is not in it at all when it
    /// was taken before: then PayPal is asked for it.
    async fn charge_called(&self, capture: &str, invoice: Option<&str>, now: Instant) -> Result<Option<String>, Said> {
        let mut number = invoice.map(str::to_owned);
        if number.is_none() && super::is_plain(capture) {
            match self.line.get::<Capture>(&format!("/v2/payments/captures/{capture}"), now).await {
                Ok(found) if order_of(&found) != found.id => return Ok(Some(order_of(&found))),
                Ok(found) if keyed::attempt_of(None, found.invoice_id.as_deref()).is_some() => return Ok(None),
                Ok(found) => number = found.invoice_id,
                // What another app of the merchant's took is not shown to this one.
                Err(said) if said.is_missing() || said.is_forbidden() => {}
                Err(said) => return Err(said),
            }
        }
        let Some(number) = number else { return Ok(None) };
        self.numbered(&number, now).await
    }
}

/// Whether a bank movement stands in the list not after the last one of its currency that was told.
fn is_told(place: &Place, moved: &[Movement], position: usize) -> bool {
    let bank = &moved[position];
    let Some(standing) = place.stood.get(&bank.currency) else { return false };
    match moved.iter().position(|it| it.is_of_bank() && it.id == standing.id) {
        Some(last) => position <= last,
        None => bank.at <= standing.at,
    }
}

/// Holds the movements of a period, the bank's at their end, against the balances at both ends.
fn judged(stood: Option<&Standing>, period: &[Movement], now: Instant) -> Verdict {
    let (Some(first), Some(bank)) = (period.first(), period.last()) else { return Verdict::Wait };
    let (Some(balance), Some(first_left)) = (bank.left, first.left) else {
        return Verdict::Trouble(format!("PayPal tells no balance with its movement {}.", bank.id));
    };
    let before = stood.map_or(0, |stood| stood.balance);
    let (mut lines, mut fees): (BTreeMap<String, Part>, i64) = (BTreeMap::new(), 0);
    let opening = if stood.is_none() { first_left - first.net() } else { 0 };
    let moved: i64 = period.iter().map(Movement::net).sum();
    let missing = balance - before - opening - moved;
    if missing != 0 && now < bank.at.plus_seconds(LATE_SECONDS) {
        return Verdict::Wait;
    }
    if missing != 0 && now < bank.at.plus_seconds(GIVE_UP_SECONDS) {
        return Verdict::Trouble(not_adding_up(bank, missing));
    }
    for (name, amount) in [(BALANCE_BEFORE, opening), (NOT_LISTED, missing)] {
        if amount != 0 {
            lines.insert(format!("{name}{}", bank.id), Part { amount, ..Part::default() });
        }
    }
    for movement in period {
        fees -= movement.fee;
        if movement.is_fee() {
            fees -= movement.amount;
        } else if !movement.is_of_bank() {
            let part = lines.entry(movement.source().to_owned()).or_default();
            part.amount += movement.amount;
            part.of_payment |= movement.is_payment() || movement.source() != movement.id;
            if movement.is_payment() {
                (part.attempt, part.invoice, part.is_keyed) = (movement.attempt, movement.invoice.clone(), movement.is_keyed);
            }
        }
    }
    Verdict::Proven(Proven { lines, fees, kept: balance - before, balance })
}

fn not_adding_up(bank: &Movement, missing: i64) -> String {
    let missing = Money::new(missing, bank.currency);
    format!(
        "What PayPal lists before {} of {} does not add up to its own balances: {} {} is missing. It is read again each hour.",
        bank.id,
        bank.day,
        missing.to_decimal(),
        bank.currency.code()
    )
}
