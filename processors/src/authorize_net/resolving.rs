//! What became of a call to Authorize.Net whose answer was lost.
//!
//! Invariants: nothing is ever repeated, because nothing says what a repetition would do; only what stands in Authorize.Net's
//! lists decides. Nothing leaves later than five minutes after its attempt was made, so what is not there after
//! [`SURELY_SECONDS`] never comes. Credentials that fail now say nothing about what happened then.

use books::calendar::Instant;

use super::AuthorizeNet;
use super::answers::declined;
use super::references::made_at;
use crate::asked::{Asked, ask};
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::Attempt;
use crate::remote::{Charge, ChargeState, Remote};

/// Twice the time in which a call may leave.
const SURELY_SECONDS: i64 = 600;

impl AuthorizeNet {
    pub(super) async fn find_out(&self, by: &Attempt, asked: &Asked, now: Instant) -> Resolved<Remote> {
        let by = &Attempt { id: by.id, at: now };
        let over = now >= made_at(by.id).plus_seconds(SURELY_SECONDS);
        match asked {
            // Nobody was led to a page whose address we never heard.
            Asked::Checkout(_) | Asked::Setup(_) => Resolved::ProvenAbsent,
            Asked::ExpireCheckout { .. } | Asked::Keyed(_) => heard(ask(self, by, asked).await),
            Asked::Charge(_) => match self.charge_with(by.id, now).await {
                Ok(Some(read)) if read.state == ChargeState::Failed => {
                    Resolved::Found(Outcome::Declined(declined(&read.details.response_reason_code)))
                }
                Ok(Some(read)) => heard(self.charge_of(&read, now).await.map(Remote::Charge)),
                Ok(None) => absent(over),
                Err(said) => heard(said.outcome()),
            },
            Asked::Capture(request) => match self.look_at_charge(&request.charge, now).await {
                Outcome::Done(charge) if charge.state == ChargeState::Captured => taken(charge),
                Outcome::Done(charge) if charge.state == ChargeState::Authorized => absent(over),
                Outcome::Done(charge) if charge.state == ChargeState::Expired => {
                    Resolved::Found(Outcome::rejected(RejectReason::AuthorizationExpired, "The hold has lapsed."))
                }
                Outcome::Done(_) => Resolved::Found(Outcome::rejected(RejectReason::WrongState, "It was let go.")),
                other => heard(other.map(Remote::Charge)),
            },
            Asked::Void { charge } => match self.look_at_charge(charge, now).await {
                Outcome::Done(charge) if charge.state == ChargeState::Voided => taken(charge),
                Outcome::Done(charge) if charge.state == ChargeState::Authorized => absent(over),
                Outcome::Done(_) => Resolved::Found(Outcome::rejected(RejectReason::WrongState, "It is not held any more.")),
                other => heard(other.map(Remote::Charge)),
            },
            Asked::Refund(request) => match self.find_refund(by.id, request, now).await {
                Ok(Some(found)) => heard(found.map(Remote::Refund)),
                Ok(None) => absent(over),
                Err(said) => heard(said.outcome()),
            },
            Asked::CreateInvoice(_) | Asked::SendInvoice { .. } | Asked::CancelInvoice { .. } => {
                heard(ask(self, by, asked).await)
            }
        }
    }
}

fn taken(charge: Charge) -> Resolved<Remote> {
    Resolved::Found(Outcome::Done(Remote::Charge(charge)))
}

fn absent(over: bool) -> Resolved<Remote> {
    if over { Resolved::ProvenAbsent } else { Resolved::StillUnknown { why: "Authorize.Net does not show it yet".to_owned() } }
}

fn heard(outcome: Outcome<Remote>) -> Resolved<Remote> {
    match outcome {
        Outcome::Unknown { why } => Resolved::StillUnknown { why },
        Outcome::Rejected(rejection) if rejection.reason.is_about_keys() => Resolved::StillUnknown { why: rejection.text },
        outcome => Resolved::Found(outcome),
    }
}
