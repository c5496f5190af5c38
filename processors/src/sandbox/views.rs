//! What the bank tells others about its records: never more than a real processor would.
//!
//! Invariant: a view is made of one record at one moment.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::{Currency, Money};
use serde::Serialize;

use super::bank::{Bank, PageKind};
use super::deal::{Deal, Purpose};
use super::session::PageState;
use super::taken::{PayoutMade, RefundMade, Taken};
use super::wallet::SetupKept;
use crate::outcome::{Action, Decline, DeclineReason, Outcome};
use crate::remote::{
    Charge, ChargeState, Checkout, CheckoutState, Dispute, MethodKind, Payout, PayoutLine, Refund, RefundState, Remote,
    RemoteInvoice, RemoteInvoiceState, Setup, SetupState,
};

/// One line of the bank's own record of what it charged, for checking the books against it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BankCharge {
    pub id: String,
    /// Our attempt that it carries.
    pub attempt: AttemptId,
    pub reference: String,
    /// Minor units of `currency`, here and below.
    pub amount: i64,
    pub captured: i64,
    pub refunded: i64,
    pub currency: Currency,
    pub state: ChargeState,
    pub disputed: bool,
    pub method: MethodKind,
    pub last4: String,
    pub created_at: Instant,
}

impl BankCharge {
    /// Money is left in it that was neither given back nor taken back: its payer can dispute it, its desk refund it.
    pub fn has_money_left(&self) -> bool {
        self.state == ChargeState::Captured && !self.disputed && self.captured > self.refunded
    }

    /// A bank debit that has not come back yet.
    pub fn can_come_back(&self) -> bool {
        self.method == MethodKind::BankDebit && !matches!(self.state, ChargeState::Returned | ChargeState::Failed)
    }
}

impl Deal {
    fn minor(&self, minor: i64) -> Money {
        Money::new(minor, self.terms.amount.currency)
    }

    /// The charge, once there is one: also one that was declined.
    pub(super) fn charge(&self) -> Option<Charge> {
        match (&self.taken, &self.declined) {
            (Some(taken), _) => Some(self.charge_of(taken)),
            (None, Some(decline)) => Some(self.failed(decline)),
            (None, None) => None,
        }
    }

    fn charge_of(&self, taken: &Taken) -> Charge {
        let digits = self.attempt.0.as_u128() % 1_000_000;
        Charge {
            captured: self.minor(taken.captured),
            refunded: self.minor(taken.refunded()),
            state: taken.state,
            reason: taken.reason,
            method: Some(taken.card.shown("")),
            saved: taken.saved.as_deref().map(|id| taken.card.shown(id)),
            approval_code: Some(format!("{digits:06}")),
            disputed: taken.is_disputed(),
            expires_at: taken.expires_at,
            captured_at: taken.captured_at,
            settled_at: taken.settled_at,
            ..self.empty_charge()
        }
    }

    fn failed(&self, decline: &Decline) -> Charge {
        Charge { state: ChargeState::Failed, reason: Some(decline.reason), ..self.empty_charge() }
    }

    fn empty_charge(&self) -> Charge {
        Charge {
            id: self.charge_id(),
            attempt: Some(self.attempt),
            amount: self.terms.amount,
            captured: self.minor(0),
            refunded: self.minor(0),
            state: ChargeState::Pending,
            reason: None,
            method: None,
            saved: None,
            approval_code: None,
            disputed: false,
            created_at: self.created_at,
            expires_at: None,
            captured_at: None,
            settled_at: None,
        }
    }

    /// A refund as one of this deal's.
    pub(super) fn refund_view(&self, made: &RefundMade) -> Refund {
        let failed = made.state == RefundState::Failed;
        Refund {
            id: made.id.clone(),
            attempt: made.attempt,
            charge: self.charge_id(),
            charge_attempt: Some(self.attempt),
            amount: self.minor(made.minor),
            state: made.state,
            reason: failed.then_some(DeclineReason::RefundFailed),
            created_at: made.at,
        }
    }

    pub(super) fn refund_outcome(&self, made: &RefundMade) -> Outcome<Refund> {
        match made.state {
            RefundState::Succeeded => Outcome::Done(self.refund_view(made)),
            RefundState::Pending => Outcome::Pending(self.refund_view(made)),
            RefundState::Failed => {
                let decline = Decline::of(DeclineReason::RefundFailed);
                Outcome::Declined(Decline { charge: Some(self.charge_id()), ..decline })
            }
        }
    }

    pub(super) fn dispute_view(&self) -> Option<Dispute> {
        let made = self.taken.as_ref()?.dispute.as_ref()?;
        Some(Dispute {
            id: self.dispute_id(),
            charge: self.charge_id(),
            charge_attempt: Some(self.attempt),
            amount: self.minor(made.minor),
            state: made.state,
            opened_at: made.opened_at,
            closed_at: made.closed_at,
        })
    }

    pub(super) fn payouts(&self) -> Vec<Payout> {
        let one = |made: &PayoutMade| {
            let line = PayoutLine { charge: self.charge_id(), attempt: None, amount: self.minor(made.minor) };
            Payout {
                id: made.id.clone(),
                net: self.minor(made.minor - made.fee),
                fees: self.minor(made.fee),
                kept: self.minor(0),
                arrived_on: made.on,
                lines: vec![line],
            }
        };
        // A charge that only tried the connection is nobody's payment.
        let taken = self.taken.iter().filter(|_| self.terms.purpose != Purpose::Test);
        taken.flat_map(|taken| taken.payouts.iter().map(one)).collect()
    }

    pub(super) fn bank_charge(&self) -> Option<BankCharge> {
        let taken = self.taken.as_ref().filter(|_| self.terms.purpose != Purpose::Test)?;
        Some(BankCharge {
            id: self.charge_id(),
            attempt: self.attempt,
            reference: self.terms.reference.clone(),
            amount: self.terms.amount.minor,
            captured: taken.captured,
            refunded: taken.refunded(),
            currency: self.terms.amount.currency,
            state: taken.state,
            disputed: taken.is_disputed(),
            method: taken.card.does.kind(),
            last4: taken.card.last4.clone(),
            created_at: self.created_at,
        })
    }
}

impl Bank {
    pub(super) fn checkout_view(&self, deal: &Deal) -> Checkout {
        let id = self.page_id(PageKind::Pay, deal.attempt);
        let page = deal.page.as_ref();
        let state = match page.map_or(PageState::Expired, |page| page.state) {
            PageState::Open | PageState::Authenticating => CheckoutState::Open,
            PageState::Completed => CheckoutState::Completed,
            PageState::Expired => CheckoutState::Expired,
            PageState::Canceled => CheckoutState::Canceled,
        };
        Checkout {
            id: id.to_string(),
            attempt: Some(deal.attempt),
            url: self.page_url(&id),
            amount: deal.terms.amount,
            state,
            charge: deal.charge(),
            last_decline: page.and_then(|page| page.last_decline.clone()),
            expires_at: page.and_then(|page| page.expires_at).unwrap_or(deal.created_at),
        }
    }

    pub(super) fn invoice_view(&self, deal: &Deal) -> RemoteInvoice {
        let money_came = |taken: &Taken| taken.captured > 0;
        let state = match deal.page.as_ref().map(|page| page.state) {
            None => RemoteInvoiceState::Draft,
            Some(PageState::Completed) if deal.taken.as_ref().is_some_and(money_came) => RemoteInvoiceState::Paid,
            Some(PageState::Expired | PageState::Canceled) => RemoteInvoiceState::Canceled,
            Some(_) => RemoteInvoiceState::Sent,
        };
        let url = deal.page.as_ref().map(|_| self.page_url(&self.page_id(PageKind::Pay, deal.attempt)));
        RemoteInvoice {
            id: deal.invoice_id(),
            attempt: Some(deal.attempt),
            number: deal.terms.reference.clone(),
            state,
            url,
            amount: deal.terms.amount,
            charge: deal.charge(),
            version: None,
        }
    }

    /// The answer to the call that opened a charge, as it stands now.
    pub(super) fn charge_outcome(&self, deal: &Deal) -> Outcome<Charge> {
        if let Some(taken) = &deal.taken {
            let charge = deal.charge_of(taken);
            return if taken.state == ChargeState::Pending { Outcome::Pending(charge) } else { Outcome::Done(charge) };
        }
        if let Some(decline) = &deal.declined {
            return Outcome::Declined(Decline { charge: Some(deal.charge_id()), ..decline.clone() });
        }
        let id = self.page_id(PageKind::Pay, deal.attempt);
        Outcome::NeedsAction(Action { id: id.to_string(), url: self.page_url(&id) })
    }

    pub(super) fn setup_view(&self, kept: &SetupKept) -> Setup {
        let id = self.page_id(PageKind::Save, kept.attempt);
        let state = match kept.page.state {
            PageState::Open | PageState::Authenticating => SetupState::Open,
            PageState::Completed => SetupState::Completed,
            PageState::Expired => SetupState::Expired,
            PageState::Canceled => SetupState::Canceled,
        };
        Setup {
            id: id.to_string(),
            url: self.page_url(&id),
            customer: kept.customer.clone(),
            state,
            method: kept.method.clone(),
            expires_at: kept.page.expires_at.unwrap_or(kept.created_at),
        }
    }

    /// Everything a deal is to the outside, for those who ask what changed.
    pub(super) fn remotes(&self, deal: &Deal) -> Vec<Remote> {
        if deal.dead || deal.terms.purpose == Purpose::Test {
            return Vec::new();
        }
        let mut all = Vec::new();
        match deal.terms.purpose {
            Purpose::Checkout => all.push(Remote::Checkout(self.checkout_view(deal))),
            Purpose::Invoice { .. } => all.push(Remote::Invoice(self.invoice_view(deal))),
            Purpose::Charge { .. } | Purpose::Test => {}
        }
        all.extend(deal.charge().map(Remote::Charge));
        let refunds = deal.taken.iter().flat_map(|taken| &taken.refunds);
        all.extend(refunds.map(|made| Remote::Refund(deal.refund_view(made))));
        all.extend(deal.dispute_view().map(Remote::Dispute));
        all
    }
}
