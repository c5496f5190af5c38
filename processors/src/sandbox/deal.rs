//! One deal of the bank: what one key of ours asked for, the page it may be paid on, and the one charge that can come of it.
//!
//! Invariants: a deal has at most one charge, and only a live page or the opening call can make it; a dead deal never gets
//! one. Everything here is a decision on values: the shelf around it makes it happen once. Limits: one page, one charge,
//! one dispute. Left out on purpose: whose shelf it stands on ([`super::kept`]).

use books::calendar::{Day, Instant};
use books::ids::AttemptId;
use books::money::Money;
use serde::{Deserialize, Serialize};

use super::bank::record_id;
use super::cards::{Behavior, Card, Verdict};
use super::kept::Kept;
use super::outbox::Outbox;
use super::session::{PageState, Session};
use super::taken::Taken;
use crate::outcome::{Decline, DeclineReason};
use crate::processor::InvoiceLine;
use crate::remote::{MethodKind, Reference, RemoteKind};
use crate::wire;

const DAY: i64 = 86_400;
/// How late the message about a charge comes whose answer was lost: the line is down for it too.
const LOST_LINE_SECONDS: i64 = 60;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Deal {
    pub attempt: AttemptId,
    pub terms: Terms,
    pub page: Option<Session>,
    pub taken: Option<Taken>,
    /// The final no to a charge without a page.
    pub declined: Option<Decline>,
    /// How long an amount stays held. Not one of the terms: settings may change between a call and its repetition.
    pub hold_days: u16,
    /// Given up before it arrived: it can never act.
    pub dead: bool,
    pub created_at: Instant,
    pub timers: Vec<Timer>,
    pub outbox: Outbox,
}

/// What was asked for; the same key with other terms is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Terms {
    pub purpose: Purpose,
    #[serde(with = "wire::money")]
    pub amount: Money,
    pub description: String,
    pub reference: String,
    pub customer: Option<String>,
    pub capture: bool,
    pub save: bool,
    /// Staff key the card.
    pub staff: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    Checkout,
    Charge {
        origin: Origin,
    },
    Invoice {
        email: String,
        due_on: Option<Day>,
        lines: Vec<InvoiceLine>,
    },
    /// The connection's test: not business, so it is not told to anybody.
    Test,
}

/// Where a charge without a page takes its money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Origin {
    Saved { method: String },
    Token { does: Behavior, last4: String },
}

/// Something that happens by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Timer {
    pub at: Instant,
    pub does: Happening,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Happening {
    ClosePage,
    LapseHold,
    Settle,
    Return,
    OpenDispute,
    FinishRefund { refund: String },
    PayOut,
}

/// What a try on a page led to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tried {
    /// Charged just now, with this card.
    Charged(Behavior),
    Declined(Decline),
    NeedsHolder,
    /// The page was not live: nothing was tried.
    Closed,
}

impl Kept for Deal {
    const KIND: &'static str = "deal";

    fn due_at(&self) -> Option<Instant> {
        self.timers.iter().map(|timer| timer.at).chain(self.outbox.due_at()).min()
    }

    /// Each thing happens at its own time, in order, even when nobody looked for a month.
    fn advance(&mut self, now: Instant) {
        while let Some(next) = self.timers.iter().map(|timer| timer.at).min().filter(|at| *at <= now) {
            let at = self.timers.iter().position(|timer| timer.at == next).expect("the smallest is among them");
            let timer = self.timers.remove(at);
            self.happen(timer.does, timer.at);
        }
    }

    fn outbox(&mut self) -> Option<&mut Outbox> {
        Some(&mut self.outbox)
    }
}

impl Deal {
    pub fn new(attempt: AttemptId, terms: Terms, hold_days: u16, at: Instant) -> Deal {
        Deal {
            attempt,
            terms,
            page: None,
            taken: None,
            declined: None,
            hold_days,
            dead: false,
            created_at: at,
            timers: Vec::new(),
            outbox: Outbox::default(),
        }
    }

    /// A deal that never was and never will be: it keeps the key from acting.
    pub fn dead(attempt: AttemptId, terms: Terms, at: Instant) -> Deal {
        Deal { dead: true, ..Deal::new(attempt, terms, 0, at) }
    }

    pub fn show_page(&mut self, page: Session) {
        if let Some(at) = page.expires_at {
            self.timers.push(Timer { at, does: Happening::ClosePage });
        }
        self.page = Some(page);
    }

    /// The opening call of a charge without a page. `page` is where its holder would confirm.
    pub fn charge_directly(&mut self, card: Card, holder_present: bool, page: Session, at: Instant) {
        match verdict(&card, holder_present, at) {
            Verdict::Approve => self.take(card, None, at),
            Verdict::Decline(reason) => {
                self.declined = Some(Decline::of(reason));
                self.tell_declined(at);
            }
            Verdict::Authenticate => {
                self.show_page(page);
                self.live_page().expect("it was opened just now").wait_for_holder(card);
            }
        }
    }

    /// A card was typed on the page. `saved` is the token it is kept under, when it is.
    pub fn pay(&mut self, card: &Card, saved: Option<String>, at: Instant) -> Tried {
        let Some(page) = self.live_page() else { return Tried::Closed };
        match verdict(card, true, at) {
            Verdict::Approve => {
                self.take(card.clone(), saved, at);
                Tried::Charged(card.does)
            }
            Verdict::Decline(reason) => {
                let decline = page.decline(reason);
                self.tell_declined(at);
                Tried::Declined(decline)
            }
            Verdict::Authenticate => {
                page.wait_for_holder(card.clone());
                Tried::NeedsHolder
            }
        }
    }

    /// The holder confirmed, or did not.
    pub fn confirm(&mut self, confirmed: bool, saved: Option<String>, at: Instant) -> Tried {
        let direct = matches!(self.terms.purpose, Purpose::Charge { .. });
        let Some(page) = self.live_page() else { return Tried::Closed };
        let Some(card) = page.confirming.clone() else { return Tried::Closed };
        if confirmed {
            let does = card.does;
            self.take(card, saved, at);
            return Tried::Charged(does);
        }
        let decline = page.decline(DeclineReason::AuthenticationRequired);
        if direct {
            // There is no other card to try: the answer to the call is now no.
            page.close(PageState::Canceled);
            self.declined = Some(decline.clone());
        }
        self.tell_declined(at);
        Tried::Declined(decline)
    }

    /// Closes a live page for good; one that is closed stays as it is.
    pub fn close_page(&mut self, state: PageState, at: Instant) {
        let Some(page) = self.live_page() else { return };
        page.close(state);
        self.timers.retain(|timer| timer.does != Happening::ClosePage);
        match self.terms.purpose {
            Purpose::Checkout => self.tell("checkout.closed", RemoteKind::Checkout, at, 0),
            Purpose::Invoice { .. } => self.tell("invoice.canceled", RemoteKind::Invoice, at, 0),
            Purpose::Charge { .. } => {
                self.declined = Some(Decline::of(DeclineReason::AuthenticationRequired));
                self.tell_declined(at);
            }
            Purpose::Test => {}
        }
    }

    pub fn live_page(&mut self) -> Option<&mut Session> {
        self.page.as_mut().filter(|page| page.is_live())
    }

    /// The charge: made once, here and nowhere else.
    fn take(&mut self, card: Card, saved: Option<String>, at: Instant) {
        debug_assert!(self.taken.is_none() && !self.dead, "a deal is charged once");
        let lost = card.does == Behavior::AnswerLost;
        if let Some(page) = &mut self.page {
            page.close(PageState::Completed);
        }
        self.timers.retain(|timer| timer.does != Happening::ClosePage);
        if card.does.kind() == MethodKind::BankDebit {
            self.timers.push(Timer { at: at.plus_seconds(3 * DAY), does: Happening::Settle });
            if card.does == Behavior::DebitReturned {
                self.timers.push(Timer { at: at.plus_seconds(5 * DAY), does: Happening::Return });
            }
            self.taken = Some(Taken::pending(card, saved));
        } else if self.terms.capture {
            self.taken = Some(Taken::captured(card, saved, self.terms.amount.minor, at));
            self.captured(at);
        } else {
            let lapses_at = at.plus_seconds(i64::from(self.hold_days) * DAY);
            self.timers.push(Timer { at: lapses_at, does: Happening::LapseHold });
            self.taken = Some(Taken::held(card, saved, lapses_at));
        }
        let (event, kind) = match self.terms.purpose {
            Purpose::Checkout => ("checkout.completed", RemoteKind::Checkout),
            Purpose::Invoice { .. } => ("invoice.paid", RemoteKind::Invoice),
            Purpose::Charge { .. } | Purpose::Test => ("charge.created", RemoteKind::Charge),
        };
        self.tell(event, kind, at, if lost { LOST_LINE_SECONDS } else { 0 });
    }

    /// What follows from money having been taken.
    pub fn captured(&mut self, at: Instant) {
        self.pay_out_later(at);
        if self.taken.as_ref().is_some_and(|taken| taken.card.does == Behavior::Disputed) {
            self.timers.push(Timer { at: at.plus_seconds(DAY), does: Happening::OpenDispute });
        }
    }

    pub fn pay_out_later(&mut self, at: Instant) {
        self.timers.push(Timer { at: at.plus_seconds(2 * DAY), does: Happening::PayOut });
    }

    fn happen(&mut self, what: Happening, at: Instant) {
        match what {
            Happening::ClosePage => self.close_page(PageState::Expired, at),
            Happening::LapseHold => self.lapse(at),
            Happening::Settle => self.settle(at),
            Happening::Return => self.come_back(at),
            Happening::OpenDispute => self.open_dispute(at),
            Happening::FinishRefund { refund } => self.finish_refund(&refund, at),
            Happening::PayOut => self.pay_out(at),
        }
    }

    fn tell_declined(&mut self, at: Instant) {
        match self.terms.purpose {
            Purpose::Checkout => self.tell("checkout.declined", RemoteKind::Checkout, at, 0),
            Purpose::Invoice { .. } => self.tell("invoice.declined", RemoteKind::Invoice, at, 0),
            Purpose::Charge { .. } | Purpose::Test => self.tell("charge.declined", RemoteKind::Charge, at, 0),
        }
    }

    /// Queues a message about the deal's own charge, page or invoice.
    pub fn tell(&mut self, event: &str, kind: RemoteKind, at: Instant, delay_seconds: i64) {
        let id = match (kind, &self.page) {
            (RemoteKind::Checkout, Some(page)) => page.id.clone(),
            (RemoteKind::Invoice, _) => self.invoice_id(),
            _ => self.charge_id(),
        };
        self.tell_about(event, Reference::new(kind, id), Some(self.attempt), at, delay_seconds);
    }

    pub fn tell_about(&mut self, event: &str, about: Reference, attempt: Option<AttemptId>, at: Instant, delay_seconds: i64) {
        if self.terms.purpose != Purpose::Test {
            self.outbox.push(&record_id(self.attempt), event, about, attempt, at, delay_seconds);
        }
    }

    /// Whether it is a charge without a page of its own.
    pub fn is_direct(&self) -> bool {
        matches!(self.terms.purpose, Purpose::Charge { .. })
    }

    pub fn charge_id(&self) -> String {
        format!("ch_{}", record_id(self.attempt))
    }

    pub fn invoice_id(&self) -> String {
        format!("in_{}", record_id(self.attempt))
    }

    pub fn dispute_id(&self) -> String {
        format!("dp_{}", record_id(self.attempt))
    }
}

/// What the card's bank says now: a saved card may have run out since it was saved.
fn verdict(card: &Card, present: bool, at: Instant) -> Verdict {
    if card.has_expired(at) { Verdict::Decline(DeclineReason::ExpiredCard) } else { card.does.verdict(present) }
}
