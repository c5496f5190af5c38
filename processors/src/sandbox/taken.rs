//! What became of the money of a deal: held, captured, returned in parts, disputed, paid out.
//!
//! Invariants: 0 <= refunded <= captured <= amount; a capture, a release and each refund happen once for their key; the sum
//! of all payouts is what the bank keeps for the merchant, two days later. Limits: a refund of a bank debit takes three
//! days; everything else is at once. Left out on purpose: fees (this bank takes none).

use books::calendar::{Day, Instant};
use books::ids::AttemptId;
use books::money::Money;
use serde::{Deserialize, Serialize};

use super::bank::{BankError, bad_request, record_id};
use super::cards::{Behavior, Card};
use super::deal::{Deal, Happening, Timer};
use crate::outcome::{DeclineReason, RejectReason};
use crate::remote::{ChargeState, DisputeState, MethodKind, Reference, RefundState, RemoteKind};

const DAY: i64 = 86_400;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Taken {
    pub state: ChargeState,
    pub card: Card,
    /// The token it is kept under, when this charge saved it.
    pub saved: Option<String>,
    /// Minor units of the deal's currency, here and below.
    pub captured: i64,
    pub reason: Option<DeclineReason>,
    pub expires_at: Option<Instant>,
    pub captured_at: Option<Instant>,
    pub settled_at: Option<Instant>,
    captured_by: Option<AttemptId>,
    voided_by: Option<AttemptId>,
    pub refunds: Vec<RefundMade>,
    pub dispute: Option<DisputeMade>,
    pub payouts: Vec<PayoutMade>,
    /// Keys that were given up: they can never capture, release or refund.
    given_up: Vec<AttemptId>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RefundMade {
    pub id: String,
    pub attempt: Option<AttemptId>,
    pub minor: i64,
    pub state: RefundState,
    pub at: Instant,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct DisputeMade {
    pub minor: i64,
    pub state: DisputeState,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PayoutMade {
    pub id: String,
    /// Signed: of the charge, before the fee.
    pub minor: i64,
    /// Kept by Sandbox; of a charge's first payout alone.
    #[serde(default)]
    pub fee: i64,
    pub on: Day,
}

/// What Sandbox keeps of a charge: 2.9 % rounded half up, and 30 of the smallest units; never more than the charge.
/// Given back to nobody, as with real processors.
fn fee_of(charge: i64) -> i64 {
    let share = (i128::from(charge) * 29 + 500) / 1_000;
    i64::try_from(share).unwrap_or(i64::MAX).saturating_add(30).min(charge)
}

/// What the connection's claims allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    pub partial: bool,
    pub refund_days: Option<u16>,
}

impl Taken {
    fn new(state: ChargeState, card: Card, saved: Option<String>) -> Taken {
        Taken {
            state,
            card,
            saved,
            captured: 0,
            reason: None,
            expires_at: None,
            captured_at: None,
            settled_at: None,
            captured_by: None,
            voided_by: None,
            refunds: Vec::new(),
            dispute: None,
            payouts: Vec::new(),
            given_up: Vec::new(),
        }
    }

    pub fn pending(card: Card, saved: Option<String>) -> Taken {
        Taken::new(ChargeState::Pending, card, saved)
    }

    pub fn held(card: Card, saved: Option<String>, lapses_at: Instant) -> Taken {
        Taken { expires_at: Some(lapses_at), ..Taken::new(ChargeState::Authorized, card, saved) }
    }

    pub fn captured(card: Card, saved: Option<String>, minor: i64, at: Instant) -> Taken {
        Taken { captured: minor, captured_at: Some(at), settled_at: Some(at), ..Taken::new(ChargeState::Captured, card, saved) }
    }

    /// Refunds that succeeded or are under way.
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().filter(|refund| refund.state != RefundState::Failed).map(|refund| refund.minor).sum()
    }

    pub fn is_disputed(&self) -> bool {
        self.dispute.as_ref().is_some_and(|dispute| dispute.state != DisputeState::Won)
    }

    /// What the bank owes the merchant for it in all, before payouts.
    fn keeps(&self) -> i64 {
        let left = self.captured - self.refunded();
        if self.state == ChargeState::Returned {
            return 0;
        }
        let disputed =
            self.dispute.as_ref().filter(|dispute| dispute.state != DisputeState::Won).map_or(0, |dispute| dispute.minor);
        left - disputed
    }

    fn own_refund(&self, by: AttemptId) -> Option<&RefundMade> {
        self.refunds.iter().find(|refund| refund.attempt == Some(by))
    }
}

impl Deal {
    fn money(&mut self) -> Result<&mut Taken, BankError> {
        self.taken.as_mut().ok_or_else(BankError::not_found)
    }

    /// Takes what is held, once.
    pub fn capture(&mut self, by: AttemptId, amount: Money, allowed: Allowed, at: Instant) -> Result<(), BankError> {
        let terms = self.terms.amount;
        let taken = self.money()?;
        if taken.captured_by == Some(by) {
            return same(taken.captured == amount.minor && terms.currency == amount.currency);
        }
        refuse_dead(taken, by)?;
        match taken.state {
            ChargeState::Authorized => {}
            ChargeState::Expired => return Err(BankError::refused(RejectReason::AuthorizationExpired, "The hold has lapsed.")),
            _ => return Err(BankError::refused(RejectReason::WrongState, "Nothing is held on this charge any more.")),
        }
        whole_amount(amount, terms)?;
        if amount.minor > terms.minor {
            return Err(BankError::refused(RejectReason::AboveAuthorized, format!("Only {terms} is held.")));
        }
        if amount.minor < terms.minor && !allowed.partial {
            return Err(BankError::refused(RejectReason::Unsupported, "Only the whole held amount can be taken."));
        }
        taken.state = ChargeState::Captured;
        taken.captured = amount.minor;
        taken.captured_by = Some(by);
        (taken.captured_at, taken.settled_at) = (Some(at), Some(at));
        self.timers.retain(|timer| timer.does != Happening::LapseHold);
        self.captured(at);
        self.tell("charge.captured", RemoteKind::Charge, at, 0);
        Ok(())
    }

    /// Lets what is held go.
    pub fn void(&mut self, by: AttemptId, at: Instant) -> Result<(), BankError> {
        let taken = self.money()?;
        if taken.voided_by == Some(by) {
            return Ok(());
        }
        refuse_dead(taken, by)?;
        if taken.state != ChargeState::Authorized {
            return Err(BankError::refused(RejectReason::WrongState, "Nothing is held on this charge any more."));
        }
        taken.state = ChargeState::Voided;
        taken.voided_by = Some(by);
        self.timers.retain(|timer| timer.does != Happening::LapseHold);
        self.tell("charge.voided", RemoteKind::Charge, at, 0);
        Ok(())
    }

    /// Returns money. `by` none: at the bank's own desk. A refund the card's bank does not take is kept as failed.
    pub fn refund(
        &mut self,
        by: Option<AttemptId>,
        amount: Money,
        allowed: Allowed,
        at: Instant,
    ) -> Result<RefundMade, BankError> {
        let (terms, charge) = (self.terms.amount, record_id(self.attempt));
        let taken = self.money()?;
        if let Some(by) = by {
            if let Some(made) = taken.own_refund(by) {
                let made = made.clone();
                return same(made.minor == amount.minor && terms.currency == amount.currency).map(|()| made);
            }
            refuse_dead(taken, by)?;
        }
        may_refund(taken, amount, terms, allowed, at)?;
        let state = match (taken.card.does, taken.card.does.kind()) {
            (Behavior::RefundFails, _) => RefundState::Failed,
            (_, MethodKind::BankDebit) => RefundState::Pending,
            (_, MethodKind::Card) => RefundState::Succeeded,
        };
        let id = match by {
            Some(by) => format!("re_{charge}_{}", record_id(by)),
            None => format!("re_{charge}_{}", taken.refunds.len() + 1),
        };
        let made = RefundMade { id, attempt: by, minor: amount.minor, state, at };
        taken.refunds.push(made.clone());
        if state == RefundState::Pending {
            let does = Happening::FinishRefund { refund: made.id.clone() };
            self.timers.push(Timer { at: at.plus_seconds(3 * DAY), does });
        }
        if state != RefundState::Failed {
            self.pay_out_later(at);
        }
        self.tell_about("refund.created", Reference::new(RemoteKind::Refund, made.id.as_str()), by, at, 0);
        Ok(made)
    }

    pub fn finish_refund(&mut self, id: &str, at: Instant) {
        let Some(taken) = &mut self.taken else { return };
        let Some(refund) = taken.refunds.iter_mut().find(|refund| refund.id == id) else { return };
        refund.state = RefundState::Succeeded;
        let attempt = refund.attempt;
        self.tell_about("refund.succeeded", Reference::new(RemoteKind::Refund, id), attempt, at, 0);
    }

    pub fn lapse(&mut self, at: Instant) {
        let Some(taken) = self.taken.as_mut().filter(|taken| taken.state == ChargeState::Authorized) else { return };
        taken.state = ChargeState::Expired;
        self.tell("charge.expired", RemoteKind::Charge, at, 0);
    }

    /// A bank debit arrives.
    pub fn settle(&mut self, at: Instant) {
        let amount = self.terms.amount.minor;
        let Some(taken) = self.taken.as_mut().filter(|taken| taken.state == ChargeState::Pending) else { return };
        taken.state = ChargeState::Captured;
        taken.captured = amount;
        (taken.captured_at, taken.settled_at) = (Some(at), Some(at));
        self.captured(at);
        self.tell("charge.settled", RemoteKind::Charge, at, 0);
    }

    /// A bank debit comes back: before it settled it has failed, afterwards it is returned. Other charges cannot come back.
    pub fn come_back(&mut self, at: Instant) {
        let Some(taken) = self.taken.as_mut().filter(|taken| taken.card.does.kind() == MethodKind::BankDebit) else { return };
        match taken.state {
            ChargeState::Pending => taken.state = ChargeState::Failed,
            ChargeState::Captured => taken.state = ChargeState::Returned,
            _ => return,
        }
        taken.reason = Some(DeclineReason::InsufficientFunds);
        self.timers.retain(|timer| !matches!(timer.does, Happening::Settle | Happening::Return));
        self.pay_out_later(at);
        self.tell("charge.returned", RemoteKind::Charge, at, 0);
    }

    /// The payer disputes what is left. Once in the life of a charge.
    pub fn open_dispute(&mut self, at: Instant) {
        let Some(taken) = self.taken.as_mut().filter(|taken| taken.may_be_disputed()) else { return };
        let minor = taken.captured - taken.refunded();
        taken.dispute = Some(DisputeMade { minor, state: DisputeState::Opened, opened_at: at, closed_at: None });
        self.pay_out_later(at);
        self.tell_dispute("dispute.opened", at);
    }

    pub fn close_dispute(&mut self, won: bool, at: Instant) {
        let Some(taken) = &mut self.taken else { return };
        let open = taken.dispute.as_mut().filter(|dispute| dispute.state == DisputeState::Opened);
        let Some(dispute) = open else { return };
        dispute.state = if won { DisputeState::Won } else { DisputeState::Lost };
        dispute.closed_at = Some(at);
        self.pay_out_later(at);
        self.tell_dispute("dispute.closed", at);
    }

    fn tell_dispute(&mut self, event: &str, at: Instant) {
        let about = Reference::new(RemoteKind::Dispute, self.dispute_id());
        self.tell_about(event, about, Some(self.attempt), at, 0);
    }

    /// Sends what has come together since the last payout, or takes back what was sent too much.
    pub fn pay_out(&mut self, at: Instant) {
        let record = record_id(self.attempt);
        let Some(taken) = &mut self.taken else { return };
        let sent: i64 = taken.payouts.iter().map(|payout| payout.minor).sum();
        let minor = taken.keeps() - sent;
        if minor != 0 {
            let id = format!("po_{record}_{}", taken.payouts.len() + 1);
            let fee = if taken.payouts.is_empty() && minor > 0 { fee_of(minor) } else { 0 };
            taken.payouts.push(PayoutMade { id, minor, fee, on: at.day_in(&jiff::tz::TimeZone::UTC) });
        }
    }

    /// Whether this key captured it; if not, it never will.
    pub fn captured_by_or_give_up(&mut self, by: AttemptId) -> bool {
        self.taken.as_mut().is_some_and(|taken| taken.captured_by == Some(by) || taken.give_up(by))
    }

    /// Whether this key released it; if not, it never will.
    pub fn voided_by_or_give_up(&mut self, by: AttemptId) -> bool {
        self.taken.as_mut().is_some_and(|taken| taken.voided_by == Some(by) || taken.give_up(by))
    }

    /// The refund of this key; if there is none, there never will be.
    pub fn refund_by_or_give_up(&mut self, by: AttemptId) -> Option<RefundMade> {
        let taken = self.taken.as_mut()?;
        let made = taken.own_refund(by).cloned();
        if made.is_none() {
            taken.give_up(by);
        }
        made
    }
}

impl Taken {
    pub fn may_be_disputed(&self) -> bool {
        self.state == ChargeState::Captured && self.dispute.is_none() && self.captured > self.refunded()
    }

    /// Always false, for the callers' sentence.
    fn give_up(&mut self, by: AttemptId) -> bool {
        if !self.given_up.contains(&by) {
            self.given_up.push(by);
        }
        false
    }
}

fn may_refund(taken: &Taken, amount: Money, terms: Money, allowed: Allowed, at: Instant) -> Result<(), BankError> {
    let refuse = |reason, text: String| Err(BankError::refused(reason, text));
    match taken.state {
        ChargeState::Captured => {}
        ChargeState::Returned => {
            return refuse(RejectReason::NothingRefundable, "The payer's bank took it back already.".to_owned());
        }
        _ => return refuse(RejectReason::WrongState, "Nothing has been taken on this charge.".to_owned()),
    }
    if taken.is_disputed() {
        return refuse(RejectReason::Disputed, "The payer disputes this charge.".to_owned());
    }
    let until = |days: u16| taken.captured_at.map(|from| from.plus_seconds(i64::from(days) * DAY));
    if allowed.refund_days.and_then(until).is_some_and(|until| at > until) {
        return refuse(RejectReason::WindowClosed, "It is too late to refund this charge.".to_owned());
    }
    whole_amount(amount, terms)?;
    let left = Money::new(taken.captured - taken.refunded(), terms.currency);
    if amount.minor > left.minor {
        return refuse(RejectReason::NothingRefundable, format!("Only {left} is left to refund."));
    }
    if amount.minor < taken.captured && !allowed.partial {
        return refuse(RejectReason::Unsupported, "Only the whole charge can be refunded.".to_owned());
    }
    Ok(())
}

fn whole_amount(amount: Money, terms: Money) -> Result<(), BankError> {
    if amount.currency != terms.currency {
        return Err(bad_request("The charge is in another currency."));
    }
    if amount.minor <= 0 { Err(bad_request("The amount must be more than zero.")) } else { Ok(()) }
}

fn same(request: bool) -> Result<(), BankError> {
    let text = "This key came with another amount before.";
    if request { Ok(()) } else { Err(BankError::refused(RejectReason::KeyReused, text)) }
}

fn refuse_dead(taken: &Taken, by: AttemptId) -> Result<(), BankError> {
    let text = "This key was given up and can never act.";
    if taken.given_up.contains(&by) { Err(BankError::refused(RejectReason::KeyDead, text)) } else { Ok(()) }
}
