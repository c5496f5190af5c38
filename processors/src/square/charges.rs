//! A card typed into Square's fields on a page of ours: its token is charged by us.
//!
//! Invariants: the amount is the request's and never the browser's; our attempt's key is Square's key and stands on the payment as
//! its reference, so one try takes money once and is found by its key later. Square settles a bank's question in the browser,
//! before it gives the token. Limits: tokens are good once and for a day. Source: Square's OpenAPI file, `CreatePayment`;
//! developer.squareup.com, Web Payments SDK, 2026.

use books::calendar::Instant;
use serde_json::json;

use super::Square;
use super::links::cut;
use super::shapes::{Made, Page};
use crate::amounts::Units;
use crate::capabilities::Capability;
use crate::form::escaped;
use crate::local_page::LocalPage;
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason, Resolved};
use crate::processor::{Attempt, ChargeRequest, Initiator, Source};
use crate::remote::{Charge, ChargeState, Fields};

const LONGEST_NOTE: usize = 500;

impl Square {
    /// What Square's script is given; none of it is secret.
    pub(super) fn given(&self, page: &str) -> Outcome<Fields> {
        let Some(page) = LocalPage::read(page) else {
            return Outcome::rejected(RejectReason::NotFound, "Square knows no such page.");
        };
        let given = vec![
            ("app", self.application.clone()),
            ("location", self.location.clone()),
            ("amount", page.amount.to_decimal()),
            ("currency", page.amount.currency.code().to_owned()),
        ];
        Outcome::Done(Fields { script: format!("{}/v1/square.js", self.scripts), given, gives_token: true })
    }

    pub(super) async fn charge_token(&self, by: &Attempt, request: &ChargeRequest) -> Outcome<Charge> {
        let Source::Token { token } = &request.source else {
            return Outcome::rejected(RejectReason::Unsupported, "Nothing is kept at Square through us.");
        };
        let amount = match Units::Iso.whole(request.amount) {
            Ok(amount) => amount,
            Err(error) => return Outcome::rejected(RejectReason::BadRequest, error.to_string()),
        };
        let staff = request.by == Initiator::Staff;
        let body = json!({
            "source_id": token,
            "idempotency_key": by.key(),
            "amount_money": { "amount": amount, "currency": request.amount.currency.code() },
            "autocomplete": request.capture,
            "location_id": self.location,
            "reference_id": by.key(),
            "note": cut(&request.description, LONGEST_NOTE),
            "customer_details": { "customer_initiated": !staff, "seller_keyed_in": staff },
        });
        let paid = match self.line.post::<Made>("/v2/payments", &body).await {
            Ok(Made { payment: Some(payment), .. }) => payment,
            Ok(_) => return Outcome::unknown("Square answered without the payment"),
            Err(said) => return said.outcome(),
        };
        match self.charge_of(&paid, &[]).await {
            Outcome::Done(charge) if charge.amount != request.amount => {
                Outcome::rejected(RejectReason::KeyReused, "Square knows this key with another amount.")
            }
            Outcome::Done(charge) if charge.state == ChargeState::Failed => {
                let reason = charge.reason.unwrap_or(DeclineReason::CardDeclined);
                Outcome::Declined(Decline { charge: Some(charge.id), ..Decline::of(reason) })
            }
            outcome => outcome,
        }
    }

    /// A payment carries our key as its reference; the list holds every one since the attempt was made.
    pub(super) async fn find_charge(&self, by: &Attempt, made_at: Instant) -> Resolved<crate::remote::Remote> {
        let from = made_at.plus_seconds(-60).to_rfc3339();
        let base = format!("/v2/payments?location_id={}&sort_order=ASC&begin_time={}", self.location, escaped(&from));
        let mut path = base.clone();
        loop {
            let page: Page = match self.line.get(&path).await {
                Ok(page) => page,
                Err(said) => return super::resolving::heard(said.outcome()),
            };
            let ours = page.payments.iter().find(|payment| payment.reference_id.as_deref() == Some(&*by.key()));
            match (ours, page.cursor) {
                (Some(payment), _) => {
                    return super::resolving::heard(self.charge_of(payment, &[]).await.map(crate::remote::Remote::Charge));
                }
                (None, Some(next)) => path = format!("{base}&cursor={}", escaped(&next)),
                (None, None) => return Resolved::ProvenAbsent,
            }
        }
    }

    /// The first claim that a charge needs and the connection lacks.
    pub(super) fn lacks_to_charge(&self, request: &ChargeRequest) -> Option<&'static str> {
        let staff = request.by == Initiator::Staff;
        let needs = [
            (matches!(request.source, Source::Saved { .. }), Capability::SavedMethods, "saved methods"),
            (!request.capture, Capability::Authorize, "holding an amount"),
            (!staff, Capability::EmbeddedFields, "fields on a page of ours"),
            (staff, Capability::VirtualTerminal, "a virtual terminal"),
        ];
        needs.into_iter().find(|(needed, what, _)| *needed && !self.can(*what)).map(|(_, _, name)| name)
    }
}
