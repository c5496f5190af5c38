//! A card typed into Square's fields on a page of ours, a bank account chosen there, a card that Square keeps: charged by us.
//!
//! Invariants: the amount is the request's and never the browser's; our attempt's key is Square's key and stands on the payment
//! as its reference, so one try takes money once and is found by its key later. Square settles a bank's question in the browser,
//! before it gives the token. A card that staff key is flagged as by mail or telephone, and may be held first. A bank
//! account is under way for days, and known by its payment alone: its token says nothing of what it is for. Limits: tokens are
//! good once and for a day. Source: Square's OpenAPI file, `CreatePayment`; developer.squareup.com, Web Payments SDK, 2026.

use books::calendar::Instant;
use serde_json::json;

use super::Square;
use super::banks;
use super::links::cut;
use super::shapes::{Made, Page};
use crate::amounts::Units;
use crate::capabilities::Capability;
use crate::form::escaped;
use crate::local_page::{LocalPage, Typed};
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason, Resolved};
use crate::processor::{Attempt, ChargeRequest, Initiator, Source};
use crate::remote::{Charge, ChargeState, Fields};

const LONGEST_NOTE: usize = 500;

impl Square {
    /// What Square's script is given; none of it is secret.
    pub(super) fn given(&self, page: &str) -> Outcome<Fields> {
        let page = LocalPage::read(page);
        let keyed = page.as_ref().is_some_and(|page| page.typed == Typed::Keyed);
        let needed = if keyed { Capability::VirtualTerminal } else { Capability::EmbeddedFields };
        if !self.can(needed) {
            return Outcome::rejected(RejectReason::Unsupported, "This connection does not offer fields on a page of ours.");
        }
        let Some(page) = page else {
            return Outcome::rejected(RejectReason::NotFound, "Square knows no such page.");
        };
        let mut given = vec![
            ("app", self.application.clone()),
            ("location", self.location.clone()),
            ("amount", page.amount.to_decimal()),
            ("currency", page.amount.currency.code().to_owned()),
        ];
        match page.typed {
            Typed::Keyed => given.push(("staff", "yes".to_owned())),
            Typed::Kept => given.push(("keep", "yes".to_owned())),
            Typed::Paid => {}
        }
        // A payer who wants their card kept means a card: Square would not keep the account.
        let banks = self.can(Capability::BankDebit) && page.typed == Typed::Paid && banks::is_taken(page.amount.currency);
        Outcome::Done(Fields { script: format!("{}/v1/square.js", self.scripts), given, gives_token: true, banks })
    }

    pub(super) async fn charge_card(&self, by: &Attempt, request: &ChargeRequest) -> Outcome<Charge> {
        let (source, customer, keeps) = match &request.source {
            Source::Token { token, keep_for } => (token, keep_for.as_deref(), keep_for.is_some()),
            Source::Saved { customer, method } => (method, Some(&**customer), false),
        };
        let amount = match Units::Iso.whole(request.amount) {
            Ok(amount) => amount,
            Err(error) => return Outcome::rejected(RejectReason::BadRequest, error.to_string()),
        };
        let staff = request.by == Initiator::Staff;
        let mut body = json!({
            "source_id": source,
            "idempotency_key": by.key(),
            "amount_money": { "amount": amount, "currency": request.amount.currency.code() },
            "autocomplete": request.capture,
            "location_id": self.location,
            "reference_id": by.key(),
            "note": cut(&request.description, LONGEST_NOTE),
            "customer_details": { "customer_initiated": request.by == Initiator::Payer, "seller_keyed_in": staff },
        });
        if let Some(customer) = customer {
            body["customer_id"] = json!(customer);
        }
        let paid = match self.line.post::<Made>("/v2/payments", &body).await {
            Ok(Made { payment: Some(payment), .. }) => payment,
            Ok(_) => return Outcome::unknown("Square answered without the payment"),
            Err(said) if matches!(request.source, Source::Saved { .. }) => return super::cards::or_gone(said.outcome()),
            Err(said) => return said.outcome(),
        };
        match self.charge_of(&paid, &[]).await {
            Outcome::Done(charge) if charge.amount != request.amount => {
                Outcome::rejected(RejectReason::KeyReused, "Square knows this key with another amount.")
            }
            Outcome::Done(charge) if matches!(charge.state, ChargeState::Failed | ChargeState::Returned) => {
                let reason = charge.reason.unwrap_or(DeclineReason::CardDeclined);
                Outcome::Declined(Decline { charge: Some(charge.id), ..Decline::of(reason) })
            }
            Outcome::Done(mut charge) => {
                if let Some(customer) = customer.filter(|_| keeps) {
                    charge.saved = self.keep_from(by, customer, &paid.id).await;
                }
                Outcome::Done(charge)
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
            (request.source.is_kept(), Capability::SavedMethods, "saved methods"),
            (request.by == Initiator::Payer, Capability::EmbeddedFields, "fields on a page of ours"),
            (staff, Capability::VirtualTerminal, "a virtual terminal"),
        ];
        needs.into_iter().find(|(needed, what, _)| *needed && !self.can(*what)).map(|(_, _, name)| name)
    }
}
