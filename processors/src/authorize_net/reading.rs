//! Authorize.Net's transactions as ours: charges, refunds, disputes.
//!
//! Invariants: a transaction is ours when its invoice number is a reference of ours. What was taken and voided before the
//! night has gone back whole. A refund stands for itself and names its charge, so what a charge has given back is the sum of
//! the refunds that name it; none exists before the charge has settled. Limits: no answer names a currency: ours stands at the
//! end of the purchase order number, and for what is not ours the merchant's own counts. A dispute is a state of the charge.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::{Currency, Money};

use super::AuthorizeNet;
use super::answers::{Said, declined};
use super::cards::{AUTHORIZATION_DAYS, Gone};
use super::references::{attempt, made_at};
use super::shapes::{CardRead, Detailed, Details, Merchant, Nothing, OneTransaction, PaymentRead, Summary};
use crate::amounts::Units;
use crate::outcome::{DeclineReason, Outcome, RejectReason};
use crate::remote::{Charge, ChargeState, Dispute, DisputeState, MethodKind, Refund, RefundState, SavedMethod};

const DAY: i64 = 86_400;

/// A transaction of which we know the currency.
pub(super) struct Read {
    pub details: Details,
    pub amount: Money,
    pub taken: Money,
    pub state: ChargeState,
    pub disputed: bool,
}

impl Read {
    pub fn attempt(&self) -> Option<AttemptId> {
        attempt(self.details.order.invoice_number.as_deref()?)
    }

    pub fn at(&self) -> Instant {
        instant(&self.details.submit_time_utc)
    }

    pub fn is_settled(&self) -> bool {
        self.settled_at().is_some()
    }

    pub fn settled_at(&self) -> Option<Instant> {
        let batch = self.details.batch.as_ref().filter(|batch| !batch.settlement_time_utc.is_empty())?;
        Instant::from_rfc3339(&batch.settlement_time_utc)
    }

    /// Taken, and voided before the night came.
    pub fn was_undone(&self) -> bool {
        self.details.transaction_status == "voided" && self.state == ChargeState::Captured
    }
}

pub(super) fn instant(text: &str) -> Instant {
    // Some lists leave out the zone, which is UTC.
    Instant::from_rfc3339(text).or_else(|| Instant::from_rfc3339(&format!("{text}Z"))).unwrap_or(Instant(0))
}

/// The id, if Authorize.Net could know it.
pub(super) fn numeric<T>(id: &str) -> Result<&str, Outcome<T>> {
    if (1..=20).contains(&id.len()) && id.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(id)
    } else {
        Err(Outcome::rejected(RejectReason::NotFound, "Authorize.Net knows no such thing."))
    }
}

/// Whether a status is one of a refund.
pub(super) fn is_refund(status: &str) -> bool {
    matches!(status, "refundPendingSettlement" | "refundSettledSuccessfully")
}

fn state(details: &Details) -> ChargeState {
    let debit = details.payment.bank_account.is_some();
    match details.transaction_status.as_str() {
        "authorizedPendingCapture" | "authorizedPendingRelease" => ChargeState::Authorized,
        "capturedPendingSettlement" | "pendingSettlement" | "pendingFinalSettlement" | "updatingSettlement" if debit => {
            ChargeState::Pending
        }
        "voided" if details.transaction_type == "authOnlyTransaction" => ChargeState::Voided,
        "voided" if debit => ChargeState::Failed,
        "capturedPendingSettlement"
        | "pendingSettlement"
        | "pendingFinalSettlement"
        | "updatingSettlement"
        | "couldNotVoid"
        | "settledSuccessfully"
        | "chargeback"
        | "chargebackReversal"
        | "voided" => ChargeState::Captured,
        "expired" => ChargeState::Expired,
        "declined" | "generalError" | "communicationError" | "failedReview" => ChargeState::Failed,
        "returnedItem" | "settlementError" => ChargeState::Returned,
        // Under review, and whatever is added one day: not known to be taken.
        _ => ChargeState::Pending,
    }
}

fn reason(details: &Details, state: ChargeState) -> Option<DeclineReason> {
    match state {
        ChargeState::Failed => Some(declined(&details.response_reason_code).reason),
        // R01 and R09 of the clearing house: the account did not hold the money.
        ChargeState::Returned if details.returned_items.iter().any(|item| matches!(item.code.as_str(), "R01" | "R09")) => {
            Some(DeclineReason::InsufficientFunds)
        }
        ChargeState::Returned => Some(DeclineReason::CardDeclined),
        _ => None,
    }
}

/// A way to pay as much of it as may be shown; `id`: the token where it is kept.
pub(super) fn method(id: &str, payment: &PaymentRead) -> SavedMethod {
    let last4 = |text: &str| text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    if let Some(account) = &payment.bank_account {
        return SavedMethod {
            id: id.to_owned(),
            kind: MethodKind::BankDebit,
            brand: account.bank_name.clone().unwrap_or_else(|| "Bank account".to_owned()),
            last4: last4(&account.account_number),
            expires: None,
        };
    }
    let card = payment.credit_card.clone().unwrap_or_default();
    SavedMethod {
        id: id.to_owned(),
        kind: MethodKind::Card,
        brand: brand(&card),
        last4: last4(&card.card_number),
        expires: expires(&card.expiration_date),
    }
}

fn brand(card: &CardRead) -> String {
    match card.card_type.as_deref() {
        Some("MasterCard") => "Mastercard".to_owned(),
        Some("AmericanExpress") => "American Express".to_owned(),
        Some("DinersClub") => "Diners Club".to_owned(),
        Some(known) if !known.is_empty() => known.to_owned(),
        _ => "Card".to_owned(),
    }
}

/// `2030-12`; masked ones say nothing.
fn expires(text: &str) -> Option<(i16, u8)> {
    let (year, month) = text.split_once('-')?;
    Some((year.parse().ok()?, month.parse().ok()?))
}

impl AuthorizeNet {
    pub(super) async fn details(&self, id: &str) -> Result<Details, Said> {
        let asked = OneTransaction { trans_id: Some(id.to_owned()) };
        let found: Detailed = self.line.ask("getTransactionDetailsRequest", &asked).await?;
        Ok(found.transaction)
    }

    /// What a merchant's account counts in.
    pub(super) async fn merchant(&self) -> Result<Merchant, Said> {
        self.line.ask("getMerchantDetailsRequest", &Nothing {}).await
    }

    /// One transaction, with its currency.
    pub(super) async fn read<T>(&self, id: &str) -> Result<Read, Outcome<T>> {
        let details = self.details(numeric(id)?).await.map_err(Said::outcome)?;
        self.understood(details).await
    }

    async fn understood<T>(&self, details: Details) -> Result<Read, Outcome<T>> {
        let currency = match currency_at_end(details.order.purchase_order_number.as_deref()) {
            Some(currency) => currency,
            None => {
                let own = self.merchant().await.map_err(Said::outcome)?;
                let own = own.currencies.first().and_then(|code| Currency::from_code(code));
                own.ok_or_else(|| Outcome::unknown("Authorize.Net does not say in which currency"))?
            }
        };
        let amount = |text: &str| Units::Iso.read(text, currency.code());
        let (Ok(asked), Ok(taken)) = (amount(&details.auth_amount), amount(&details.settle_amount)) else {
            return Err(Outcome::unknown(format!("Authorize.Net told no amount of {}", details.trans_id)));
        };
        let state = state(&details);
        let disputed = details.transaction_status == "chargeback";
        Ok(Read { details, amount: asked, taken, state, disputed })
    }

    /// A charge as it stands, with what has gone back of it.
    pub(super) async fn look_at_charge(&self, id: &str, now: Instant) -> Outcome<Charge> {
        let read = match self.read(id).await {
            Ok(read) => read,
            Err(outcome) => return outcome,
        };
        self.charge_of(&read, now).await
    }

    pub(super) async fn charge_of(&self, read: &Read, now: Instant) -> Outcome<Charge> {
        let details = &read.details;
        if is_refund(&details.transaction_status) || details.transaction_type == "refundTransaction" {
            return Outcome::rejected(RejectReason::NotFound, "This is a refund, not a charge.");
        }
        let zero = Money::zero(read.amount.currency);
        let refunded = match (read.was_undone(), read.is_settled()) {
            (true, _) => read.taken,
            (false, false) => zero,
            (false, true) => match self.given_back(read, now).await {
                Ok(refunded) => refunded,
                Err(said) => return said.outcome(),
            },
        };
        let is_taken = matches!(read.state, ChargeState::Captured | ChargeState::Returned);
        let saved = match self.kept_with(details).await {
            Ok(saved) => saved,
            Err(outcome) => return outcome,
        };
        let charge = Charge {
            id: details.trans_id.clone(),
            attempt: read.attempt(),
            amount: read.amount,
            captured: if is_taken { read.taken } else { zero },
            refunded,
            state: read.state,
            reason: reason(details, read.state),
            method: Some(method("", &details.payment)),
            saved,
            approval_code: details.auth_code.clone().filter(|code| !code.is_empty()),
            disputed: read.disputed,
            created_at: read.at(),
            expires_at: (read.state == ChargeState::Authorized).then(|| read.at().plus_seconds(AUTHORIZATION_DAYS * DAY)),
            captured_at: (is_taken && details.transaction_type != "authOnlyTransaction").then(|| read.at()),
            settled_at: read.settled_at(),
        };
        if charge.state == ChargeState::Pending { Outcome::Pending(charge) } else { Outcome::Done(charge) }
    }

    /// The kept method that a charge was made with or left behind, unless it was forgotten since.
    async fn kept_with(&self, details: &Details) -> Result<Option<SavedMethod>, Outcome<Charge>> {
        let Some(profile) = &details.profile else { return Ok(None) };
        let Some(id) = &profile.customer_payment_profile_id else { return Ok(None) };
        match self.one_kept(&profile.customer_profile_id, id).await {
            Outcome::Done(method) => Ok(Some(method)),
            Outcome::Rejected(rejection) if rejection.reason == RejectReason::Credentials => Err(Outcome::Rejected(rejection)),
            // A method that the login may not read is none that it could charge.
            Outcome::Rejected(rejection) if matches!(rejection.reason, RejectReason::NotFound | RejectReason::Forbidden) => {
                Ok(None)
            }
            other => Err(Outcome::unknown(format!("the saved method could not be read: {other:?}"))),
        }
    }

    /// The sum of the refunds that name this charge: those of tonight, and those of every batch since that has any.
    async fn given_back(&self, charge: &Read, now: Instant) -> Result<Money, Said> {
        let last4 = method("", &charge.details.payment).last4;
        let may_be = |it: &Summary| is_refund(&it.transaction_status) && it.account_number.ends_with(&last4);
        let mut found: Vec<Summary> = self.unsettled().await?.into_iter().filter(may_be).collect();
        let since = charge.settled_at().unwrap_or_else(|| charge.at());
        for batch in self.batches(since, now).await? {
            if batch.statistics.iter().any(|of| of.refund_count > 0) {
                found.extend(self.of_batch(&batch.batch_id).await?.into_iter().filter(may_be));
            }
        }
        let mut sum = Money::zero(charge.amount.currency);
        for summary in found {
            let refund = self.details(&summary.trans_id).await?;
            if refund.ref_trans_id.as_deref() == Some(charge.details.trans_id.as_str()) {
                let part = Units::Iso.read(&refund.settle_amount, sum.currency.code());
                sum.minor += part.map_err(|error| Said::Lost(error.to_string()))?.minor;
            }
        }
        Ok(sum)
    }

    /// A refund as it stands, by the id that [`Gone`] gave it.
    pub(super) async fn look_at_refund(&self, id: &str) -> Outcome<Refund> {
        match Gone::read(id) {
            Some(Gone::Voided { charge, by }) => match self.read(&charge).await {
                Ok(read) if read.was_undone() || read.state == ChargeState::Voided => voided(&read, by),
                Ok(_) => Outcome::rejected(RejectReason::NotFound, "This charge was not voided."),
                Err(outcome) => outcome,
            },
            Some(Gone::Refunded(id)) => match self.read(&id).await {
                Ok(read) => self.refund_of(&read).await,
                Err(outcome) => outcome,
            },
            None => Outcome::rejected(RejectReason::NotFound, "Authorize.Net knows no such refund."),
        }
    }

    pub(super) async fn refund_of(&self, read: &Read) -> Outcome<Refund> {
        let Some(charge) = read.details.ref_trans_id.clone() else {
            return Outcome::rejected(RejectReason::NotFound, "This is no refund of a charge.");
        };
        let of = match self.details(&charge).await {
            Ok(of) => of.order.invoice_number.as_deref().and_then(attempt),
            Err(said) if said.is_missing() => None,
            Err(said) => return said.outcome(),
        };
        let state = match read.details.transaction_status.as_str() {
            "refundPendingSettlement" | "refundSettledSuccessfully" => RefundState::Succeeded,
            "voided" | "declined" | "generalError" | "communicationError" | "settlementError" => RefundState::Failed,
            _ => RefundState::Pending,
        };
        let refund = Refund {
            id: read.details.trans_id.clone(),
            // One that somebody made at Authorize.Net's own desk carries the invoice number of its charge.
            attempt: read.attempt().filter(|own| Some(*own) != of),
            charge,
            charge_attempt: of,
            amount: read.taken,
            state,
            reason: (state == RefundState::Failed).then_some(DeclineReason::RefundFailed),
            created_at: read.at(),
        };
        if state == RefundState::Pending { Outcome::Pending(refund) } else { Outcome::Done(refund) }
    }

    pub(super) async fn look_at_dispute(&self, id: &str) -> Outcome<Dispute> {
        let read = match self.read(id).await {
            Ok(read) => read,
            Err(outcome) => return outcome,
        };
        let state = match read.details.transaction_status.as_str() {
            "chargeback" => DisputeState::Opened,
            "chargebackReversal" => DisputeState::Won,
            _ => return Outcome::rejected(RejectReason::NotFound, "This charge is not disputed."),
        };
        let at = read.settled_at().unwrap_or_else(|| read.at());
        Outcome::Done(Dispute {
            id: read.details.trans_id.clone(),
            charge: read.details.trans_id.clone(),
            charge_attempt: read.attempt(),
            amount: read.taken,
            state,
            opened_at: at,
            closed_at: (state != DisputeState::Opened).then_some(at),
        })
    }
}

/// A charge that was voided whole, as the refund that it was asked for as.
pub(super) fn voided(read: &Read, by: AttemptId) -> Outcome<Refund> {
    Outcome::Done(Refund {
        id: Gone::Voided { charge: read.details.trans_id.clone(), by }.text(),
        attempt: Some(by),
        charge: read.details.trans_id.clone(),
        charge_attempt: read.attempt(),
        amount: read.taken,
        state: RefundState::Succeeded,
        reason: None,
        created_at: made_at(by),
    })
}

/// `INV-2026-00042 USD`: the currency that we wrote.
fn currency_at_end(text: Option<&str>) -> Option<Currency> {
    Currency::from_code(text?.rsplit_once(' ')?.1)
}
