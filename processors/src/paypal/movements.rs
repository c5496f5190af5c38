//! PayPal's own record of what moved its balance (Transaction Search).
//!
//! Invariants: only what moves the balance is read, with the balance that each movement left; nothing but the time is asked for,
//! because PayPal leaves the balances out as soon as anything else is. An answer that has several pages is therefore asked for again
//! in two halves. Limits: 31 days at a time, [`ANSWERS`] answers; what happened may show up to three hours later.
//! Source: PayPal's Transaction Search 1.9 (`reporting_transactions_v1.json`) and its list of transaction event codes, 2026.

use books::calendar::{Day, Instant, parse_day};
use books::ids::AttemptId;
use books::money::{Currency, Money};

use super::PayPal;
use super::amounts;
use super::answers::Said;
use super::keyed;
use super::orders::attempt_in;
use super::shapes::{Moved, Movements};
use crate::form::escaped;

const DAY: i64 = 86_400;
/// The most that one question may span.
const WINDOW_SECONDS: i64 = 31 * DAY - 1;
const ANSWERS: usize = 300;

/// One movement of a balance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Movement {
    pub id: String,
    /// Its kind: `T0006`.
    pub code: String,
    pub at: Instant,
    /// The day on which it last changed, where the account is.
    pub day: Day,
    pub status: Status,
    /// Signed: what came or went, before the fee.
    pub amount: i64,
    /// Signed: less than nothing where PayPal took it.
    pub fee: i64,
    pub currency: Currency,
    /// The balance that it left.
    pub left: Option<i64>,
    /// The movement that it follows from.
    pub about: Option<String>,
    /// The attempt that a payment was taken for by an order.
    pub attempt: Option<AttemptId>,
    /// Staff keyed it in PayPal's terminal by a reference of ours: it is known by itself, since another may carry the same.
    pub is_keyed: bool,
    /// The number of an invoice.
    pub invoice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Done,
    Pending,
    /// It moved nothing.
    Denied,
}

impl Movement {
    /// Between the balance and a bank account: money sent there or fetched from it, and what of both came back.
    pub fn is_of_bank(&self) -> bool {
        matches!(self.code.get(..3), Some("T03" | "T04")) || matches!(self.code.as_str(), "T1101" | "T1104")
    }

    /// What PayPal keeps for itself, beside the fees of payments.
    pub fn is_fee(&self) -> bool {
        self.code.starts_with("T01") || matches!(self.code.as_str(), "T1108" | "T1109")
    }

    /// A payment, as opposed to what follows from one.
    pub fn is_payment(&self) -> bool {
        self.code.starts_with("T00")
    }

    /// The payment it is of, or itself: refunds, disputes and holds name theirs.
    pub fn source(&self) -> &str {
        let follows = matches!(self.code.get(..3), Some("T11" | "T12" | "T15" | "T21"));
        self.about.as_deref().filter(|_| follows).unwrap_or(&self.id)
    }

    /// By how much it changed the balance.
    pub fn net(&self) -> i64 {
        self.amount + self.fee
    }

    fn read(moved: &Moved) -> Option<Movement> {
        let Money { minor: amount, currency } = amounts::read_signed(moved.transaction_amount.as_ref())?;
        let same = |money: &Money| money.currency == currency;
        let fee = match &moved.fee_amount {
            Some(fee) => amounts::read_signed(Some(fee)).filter(same)?.minor,
            None => 0,
        };
        let updated = moved.transaction_updated_date.as_deref().unwrap_or(&moved.transaction_initiation_date);
        let custom = moved.custom_field.as_deref();
        Some(Movement {
            id: moved.transaction_id.clone(),
            code: moved.transaction_event_code.clone(),
            at: instant(&moved.transaction_initiation_date)?,
            day: parse_day(updated.get(..10)?)?,
            status: match moved.transaction_status.as_str() {
                // Reversed or partly refunded later: what went back is a movement of its own.
                "S" | "V" | "F" => Status::Done,
                "P" => Status::Pending,
                _ => Status::Denied,
            },
            amount,
            fee,
            currency,
            left: amounts::read_signed(moved.ending_balance.as_ref()).filter(same).map(|left| left.minor),
            about: moved.paypal_reference_id.clone().filter(|_| moved.paypal_reference_id_type.as_deref() == Some("TXN")),
            attempt: attempt_in(custom),
            is_keyed: attempt_in(custom).is_none() && keyed::attempt_of(None, moved.invoice_id.as_deref()).is_some(),
            invoice: moved.invoice_id.clone(),
        })
    }
}

/// PayPal writes a zone without its colon here (`+0000`), against its own description.
fn instant(text: &str) -> Option<Instant> {
    let with_colon = || {
        let (time, zone) = text.split_at_checked(text.len().checked_sub(4)?)?;
        let (hours, minutes) = zone.split_at_checked(2)?;
        Instant::from_rfc3339(&format!("{time}{hours}:{minutes}"))
    };
    Instant::from_rfc3339(text).or_else(with_colon)
}

impl PayPal {
    /// Everything that moved a balance between two moments, both included, oldest first.
    pub(super) async fn movements(&self, from: Instant, to: Instant, now: Instant) -> Result<Vec<Movement>, Said> {
        let (mut begin, last) = (seconds(from), seconds(to));
        let mut windows = Vec::new();
        while begin <= last {
            windows.push((begin, (begin + WINDOW_SECONDS).min(last)));
            begin += WINDOW_SECONDS + 1;
        }
        windows.reverse();
        let mut all: Vec<Movement> = Vec::new();
        for _ in 0..ANSWERS {
            let Some((from, to)) = windows.pop() else {
                all.sort_by_key(|movement| movement.at);
                return Ok(all);
            };
            match self.window(from, to, now).await? {
                Some(mut some) => all.append(&mut some),
                None if from == to => {
                    return Err(Said::Lost("PayPal lists more movements of one second than can be read".into()));
                }
                None => windows.extend([((from + to) / 2 + 1, to), (from, (from + to) / 2)]),
            }
        }
        Err(Said::Lost("PayPal lists more movements than can be read at once".to_owned()))
    }

    /// The movements of a window; none where they do not fit on one page.
    async fn window(&self, from: i64, to: i64, now: Instant) -> Result<Option<Vec<Movement>>, Said> {
        let text = |seconds: i64| escaped(&Instant(seconds * 1_000_000).to_rfc3339());
        let path = format!("/v1/reporting/transactions?start_date={}&end_date={}", text(from), text(to));
        let page: Movements = match self.line.get(&path, now).await {
            Err(said) if said.is(&["RESULTSET_TOO_LARGE"]) => return Ok(None),
            // Where a window begins after PayPal last took in movements. They show later; the balances tell that they are missing.
            Err(said) if said.says("Data for the given start date is not available") => return Ok(Some(Vec::new())),
            page => page?,
        };
        if page.total_pages.is_some_and(|pages| pages > 1) {
            return Ok(None);
        }
        let read = |detail: &super::shapes::MovementDetail| {
            let unreadable =
                || Said::Lost(format!("PayPal's movement {} could not be read", detail.transaction_info.transaction_id));
            Movement::read(&detail.transaction_info).ok_or_else(unreadable)
        };
        page.transaction_details.iter().map(read).collect::<Result<_, Said>>().map(Some)
    }
}

fn seconds(at: Instant) -> i64 {
    at.0.div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_read_with_its_colon_and_without() {
        let at = Instant::from_rfc3339("2026-01-15T09:00:00Z");
        for text in ["2026-01-15T09:00:00Z", "2026-01-15T09:00:00+0000", "2026-01-15T10:00:00+01:00", "2026-01-15T02:00:00-0700"]
        {
            assert_eq!(instant(text), at, "{text}");
        }
        assert_eq!(instant("yesterday"), None);
        assert_eq!(instant("é00"), None);
    }
}
