//! An amount that Square holds: taken whole, or let go.
//!
//! Invariants: only a card that staff key is held, because Square's pages take money at once; a hold is taken or let go once, on the
//! version that was looked at. Square takes no key for either, so nothing is repeated: nothing leaves later than
//! [`LEAVES_SECONDS`] after its attempt was made, and what is not seen after [`SURELY_SECONDS`] never comes. Limits: Square lets
//! a hold lapse after [`HOLD_DAYS`]; less than the whole is not taken. Source: Square's OpenAPI file, `CompletePayment`,
//! `CancelPayment`.

use books::calendar::Instant;
use serde_json::json;

use super::Square;
use super::answers::Said;
use super::resolving::{heard, made_at};
use super::shapes::{Made, Payment};
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::{Attempt, CaptureRequest};
use crate::remote::{Charge, ChargeState, Remote};

/// How long a card that was not there itself is held, when nobody says.
pub const HOLD_DAYS: u16 = 7;
const LEAVES_SECONDS: i64 = 300;
/// Twice the time in which a call may leave.
const SURELY_SECONDS: i64 = 600;

/// What becomes of a hold.
#[derive(Clone, Copy)]
enum End {
    Taken,
    LetGo,
}

impl End {
    fn state(self) -> ChargeState {
        match self {
            End::Taken => ChargeState::Captured,
            End::LetGo => ChargeState::Voided,
        }
    }
}

impl Square {
    pub(super) async fn take_held(&self, by: &Attempt, request: &CaptureRequest) -> Outcome<Charge> {
        let (held, charge) = match self.held(by, &request.charge).await {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        if let Some(reason) = stands_against(charge.state) {
            return Outcome::rejected(reason, "Square does not hold this any more.");
        }
        if request.amount.currency != charge.amount.currency {
            return Outcome::rejected(RejectReason::BadRequest, "It is held in another currency.");
        }
        if request.amount.minor > charge.amount.minor {
            return Outcome::rejected(RejectReason::AboveAuthorized, "Less than this is held.");
        }
        if request.amount != charge.amount {
            return Outcome::rejected(RejectReason::Unsupported, "This connection takes a held amount whole.");
        }
        let body = match &held.version_token {
            Some(version) => json!({ "version_token": version }),
            None => json!({}),
        };
        let said = self.line.post::<Made>(&format!("/v2/payments/{}/complete", held.id), &body).await;
        self.ended(said, &held.id, End::Taken).await
    }

    /// One that was let go before stays so.
    pub(super) async fn release_held(&self, by: &Attempt, id: &str) -> Outcome<Charge> {
        let (held, charge) = match self.held(by, id).await {
            Ok(found) => found,
            Err(outcome) => return outcome,
        };
        match charge.state {
            ChargeState::Voided => return Outcome::Done(charge),
            state => {
                if let Some(reason) = stands_against(state) {
                    return Outcome::rejected(reason, "Square does not hold this any more.");
                }
            }
        }
        let said = self.line.post_nothing::<Made>(&format!("/v2/payments/{}/cancel", held.id)).await;
        self.ended(said, &held.id, End::LetGo).await
    }

    /// The payment as it stands, for a call that is still in time.
    async fn held(&self, by: &Attempt, id: &str) -> Result<(Payment, Charge), Outcome<Charge>> {
        if by.at >= made_at(by).plus_seconds(LEAVES_SECONDS) {
            return Err(Outcome::rejected(RejectReason::KeyDead, "This was not sent in time, and is not sent any more."));
        }
        let payment = self.payment(super::plain(id)?).await.map_err(Said::outcome)?;
        match self.charge_of(&payment, &[]).await {
            Outcome::Done(charge) | Outcome::Pending(charge) => Ok((payment, charge)),
            other => Err(other),
        }
    }

    /// The answer to taking or letting go. A refusal is told by how the payment stands.
    async fn ended(&self, said: Result<Made, Said>, id: &str, wanted: End) -> Outcome<Charge> {
        match said {
            Ok(Made { payment: Some(payment), .. }) => match self.charge_of(&payment, &[]).await {
                Outcome::Done(charge) if charge.state == wanted.state() => Outcome::Done(charge),
                Outcome::Unknown { why } => Outcome::Unknown { why },
                _ => Outcome::unknown("Square answered, and the payment stands as before"),
            },
            Ok(_) => Outcome::unknown("Square answered without the payment"),
            Err(Said::Lost(why)) => Outcome::Unknown { why },
            Err(said) => match self.look_at_charge(id).await {
                Outcome::Done(now) if now.state == ChargeState::Authorized => said.outcome(),
                Outcome::Done(now) => match stands_against(now.state) {
                    Some(reason) => Outcome::rejected(reason, "Something else was done with this hold before."),
                    None => said.outcome(),
                },
                _ => said.outcome(),
            },
        }
    }

    /// What became of a call whose answer was lost: the hold itself tells.
    pub(super) async fn trace_on_hold(&self, by: &Attempt, id: &str, taken: bool, now: Instant) -> Resolved<Remote> {
        let wanted = if taken { End::Taken } else { End::LetGo };
        let id = match super::plain(id) {
            Ok(id) => id,
            Err(outcome) => return heard(outcome),
        };
        match self.look_at_charge(id).await {
            Outcome::Done(charge) if charge.state == wanted.state() => Resolved::Found(Outcome::Done(Remote::Charge(charge))),
            Outcome::Done(charge) => match stands_against(charge.state) {
                Some(reason) => Resolved::Found(Outcome::rejected(reason, "Something else became of this hold.")),
                None if now >= made_at(by).plus_seconds(SURELY_SECONDS) => Resolved::ProvenAbsent,
                None => Resolved::StillUnknown { why: "Square does not show it yet".to_owned() },
            },
            other => heard(other.map(Remote::Charge)),
        }
    }
}

/// Why a payment in this state can neither be taken nor let go. None: it is held.
fn stands_against(state: ChargeState) -> Option<RejectReason> {
    match state {
        ChargeState::Authorized => None,
        ChargeState::Expired => Some(RejectReason::AuthorizationExpired),
        _ => Some(RejectReason::WrongState),
    }
}
