//! What became of a call to PayPal whose answer was lost.
//!
//! Invariants: while PayPal keeps the key the same call is made again under it, which acts once; later nothing is repeated,
//! only looked for. A page that no payer ever saw and that is too old to be approved can never be paid. Credentials that
//! fail now say nothing about what happened then. Limits: the attempt's age is read from its id.

use books::calendar::Instant;

use super::PayPal;
use crate::asked::{Asked, ask};
use crate::outcome::{Outcome, Resolved};
use crate::processor::{Attempt, Processor, Replay};
use crate::remote::{Reference, Remote, RemoteKind};

/// Something that was just made may not be found at once.
const SETTLING_SECONDS: i64 = 600;

impl PayPal {
    pub(super) async fn find_out(&self, by: &Attempt, asked: &Asked, now: Instant) -> Resolved<Remote> {
        let by = &Attempt { id: by.id, at: now };
        let age = now.0.saturating_sub(made_at(by).0) / 1_000_000;
        match self.replay(asked.operation()) {
            Replay::Always => return heard(ask(self, by, asked).await),
            Replay::SafeFor(window) if age < i64::try_from(window.as_secs()).unwrap_or(i64::MAX) => {
                return heard(ask(self, by, asked).await);
            }
            _ => {}
        }
        match asked {
            Asked::CreateInvoice(_) => match self.by_reference(by.id, now).await {
                Ok(Some(invoice)) => heard(self.look_at_invoice(&invoice.id, now).await.map(Remote::Invoice)),
                Ok(None) if age >= SETTLING_SECONDS => Resolved::ProvenAbsent,
                Ok(None) => Resolved::StillUnknown { why: "PayPal does not show the invoice yet".to_owned() },
                Err(said) => heard(said.outcome()),
            },
            Asked::SendInvoice { invoice } => heard(self.look(&Reference::new(RemoteKind::Invoice, invoice.clone()), now).await),
            // Nobody was ever led to it, and its time is over.
            Asked::Checkout(_) | Asked::Setup(_) => Resolved::ProvenAbsent,
            _ => match self.told_of(by.id, made_at(by), now).await {
                Ok(Some(hint)) => heard(self.look(&hint.about, now).await),
                Ok(None) => Resolved::StillUnknown { why: "PayPal told nothing of this payment".to_owned() },
                Err(said) => heard(said.outcome()),
            },
        }
    }
}

fn heard(outcome: Outcome<Remote>) -> Resolved<Remote> {
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
