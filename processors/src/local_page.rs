//! A page of ours whose fields give a token: the processor hears nothing before the token is charged, so the page is its name.
//!
//! Invariants: amount and end stand in the name, which is kept with the attempt and never comes from a browser; a page is open
//! until its end; whose card is typed there, and whether it is kept, stands in the name too. Limits: whether a token was charged, and
//! whether the page was closed, is known to whoever keeps the attempts.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::{Currency, Money};

use crate::outcome::{Outcome, RejectReason};
use crate::processor::{Attempt, CheckoutRequest, Initiator};
use crate::remote::{Checkout, CheckoutState};

/// Whose card is typed there, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A payer's, to pay.
    Paid,
    /// A payer's, to pay and to be kept.
    Kept,
    /// One that staff key.
    Keyed,
}

/// How the name of a page says it.
const MARKS: [(&str, Typed); 3] = [("fields", Typed::Paid), ("kept", Typed::Kept), ("keyed", Typed::Keyed)];
/// How long such a page is good for when nobody says.
const USUAL_SECONDS: i64 = 3_600;

/// `fields~att_…~1099~USD~1768467600`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalPage {
    by: AttemptId,
    pub amount: Money,
    until: Instant,
    pub typed: Typed,
}

impl LocalPage {
    pub fn of(by: &Attempt, request: &CheckoutRequest) -> LocalPage {
        let until = request.expires_at.unwrap_or_else(|| by.at.plus_seconds(USUAL_SECONDS));
        let typed = match request.by {
            Initiator::Staff => Typed::Keyed,
            _ if request.save => Typed::Kept,
            _ => Typed::Paid,
        };
        LocalPage { by: by.id, amount: request.amount, until, typed }
    }

    /// The page with this name, if it is the name of one.
    pub fn read(name: &str) -> Option<LocalPage> {
        let mut parts = name.split('~');
        let mark = parts.next()?;
        let typed = MARKS.iter().find(|(known, _)| *known == mark)?.1;
        let by = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let currency = Currency::from_code(parts.next()?)?;
        let seconds: i64 = parts.next()?.parse().ok()?;
        Some(LocalPage { by, amount: Money::new(minor, currency), until: Instant(seconds.checked_mul(1_000_000)?), typed })
    }

    fn name(&self) -> String {
        let seconds = self.until.0.div_euclid(1_000_000);
        let mark = MARKS.iter().find(|(_, typed)| *typed == self.typed).map_or("", |(mark, _)| mark);
        format!("{mark}~{}~{}~{}~{seconds}", self.by, self.amount.minor, self.amount.currency.code())
    }

    /// As it stands now. `url`: where it is, as far as the caller knows.
    pub fn at(&self, now: Instant, url: &str) -> Checkout {
        let state = if now < self.until { CheckoutState::Open } else { CheckoutState::Expired };
        Checkout {
            id: self.name(),
            attempt: Some(self.by),
            url: url.to_owned(),
            amount: self.amount,
            state,
            charge: None,
            last_decline: None,
            expires_at: self.until,
        }
    }

    /// Nothing is charged on it any more.
    pub fn closed(&self, now: Instant) -> Checkout {
        Checkout { state: CheckoutState::Expired, ..self.at(now, "") }
    }
}

/// An amount of nothing is no page.
pub(crate) fn open(by: &Attempt, request: &CheckoutRequest, url: &str) -> Outcome<Checkout> {
    if request.amount.minor <= 0 {
        return Outcome::rejected(RejectReason::BadRequest, "Nothing is paid on a page for nothing.");
    }
    Outcome::Done(LocalPage::of(by, request).at(by.at, url))
}
