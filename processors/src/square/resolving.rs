//! What became of a call to Square whose answer was lost.
//!
//! Invariants: while the key is surely known the same call is made again under it, which acts once; later nothing is
//! repeated. A link that nobody was led to is never paid. Credentials that fail now say nothing about what happened then.
//! Limits: the attempt's age is read from its id.

use books::calendar::Instant;

use super::Square;
use super::shapes::Page;
use crate::asked::{Asked, ask};
use crate::form::escaped;
use crate::outcome::{Outcome, Resolved};
use crate::processor::{Attempt, Processor, Replay};
use crate::remote::{Reference, Remote, RemoteInvoiceState, RemoteKind};

impl Square {
    pub(super) async fn find_out(&self, by: &Attempt, asked: &Asked, now: Instant) -> Resolved<Remote> {
        let by = &Attempt { id: by.id, at: now };
        let made_at = made_at(by);
        let age = now.0.saturating_sub(made_at.0) / 1_000_000;
        let repeats = match self.replay(asked.operation()) {
            Replay::Always => true,
            Replay::SafeFor(window) => age < i64::try_from(window.as_secs()).unwrap_or(i64::MAX),
            Replay::DetectsDuplicateFor(_) | Replay::Never => false,
        };
        match asked {
            // Square mails an invoice once and refuses a repetition: whether it went out is seen on the invoice.
            Asked::SendInvoice { invoice } => match self.look(&Reference::new(RemoteKind::Invoice, invoice.clone()), now).await {
                Outcome::Done(Remote::Invoice(draft)) if draft.state == RemoteInvoiceState::Draft => match repeats {
                    true => heard(ask(self, by, asked).await),
                    false => Resolved::ProvenAbsent,
                },
                outcome => heard(outcome),
            },
            Asked::Capture(request) => self.trace_on_hold(by, &request.charge, true, now).await,
            Asked::Void { charge } => self.trace_on_hold(by, charge, false, now).await,
            _ if repeats => heard(ask(self, by, asked).await),
            Asked::Checkout(_) => Resolved::ProvenAbsent,
            Asked::Charge(_) => self.find_charge(by, made_at).await,
            Asked::Refund(_) => self.find_refund(by, made_at).await,
            _ => Resolved::StillUnknown { why: "Square may not know the key any more".to_owned() },
        }
    }

    /// A refund carries our key in its reason; the list holds every one since the attempt was made.
    async fn find_refund(&self, by: &Attempt, made_at: Instant) -> Resolved<Remote> {
        let from = made_at.plus_seconds(-60).to_rfc3339();
        let mark = format!("[{}]", by.key());
        let base = format!("/v2/refunds?location_id={}&sort_order=ASC&begin_time={}", self.location, escaped(&from));
        let mut path = base.clone();
        loop {
            let page: Page = match self.line.get(&path).await {
                Ok(page) => page,
                Err(said) => return heard(said.outcome()),
            };
            let ours = page.refunds.iter().find(|refund| refund.reason.as_deref().is_some_and(|reason| reason.ends_with(&mark)));
            match (ours, page.cursor) {
                (Some(refund), _) => return heard(self.refund_of(refund).await.map(Remote::Refund)),
                (None, Some(next)) => path = format!("{base}&cursor={}", escaped(&next)),
                (None, None) => return Resolved::ProvenAbsent,
            }
        }
    }
}

pub(super) fn heard(outcome: Outcome<Remote>) -> Resolved<Remote> {
    match outcome {
        Outcome::Unknown { why } => Resolved::StillUnknown { why },
        Outcome::Rejected(rejection) if rejection.reason.is_about_keys() => Resolved::StillUnknown { why: rejection.text },
        outcome => Resolved::Found(outcome),
    }
}

/// The first 48 bits of an attempt's id are the millisecond in which it was made.
pub(super) fn made_at(by: &Attempt) -> Instant {
    let milliseconds = i64::try_from(by.id.0.as_u128() >> 80).unwrap_or(i64::MAX);
    Instant(milliseconds.saturating_mul(1_000))
}
