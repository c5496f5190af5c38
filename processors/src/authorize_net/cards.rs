//! Money that is taken, held, let go and given back at Authorize.Net.
//!
//! Invariants: Authorize.Net knows no keys. Every request that moves money carries our attempt as its invoice number, under
//! which a second one like it is refused for eight hours, and none leaves later than [`SENT_WITHIN`] after its attempt was
//! made: whoever finds nothing well after that knows that nothing comes any more. Before the night a charge can only be voided
//! whole; afterwards parts go back. Limits: the currencies of [`CURRENCIES`]. Source: developer.authorize.net, 2026.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::Money;

use super::AuthorizeNet;
use super::answers::{Became, Said, became};
use super::reading::{Read, numeric, voided};
use super::references::{made_at, reference};
use super::shapes::{
    Chosen, Masked, MaskedAccount, Opaque, Order, Payment, ProcessingOptions, Profile, Settings, Transaction, setting,
};
use crate::amounts::Units;
use crate::capabilities::Capability;
use crate::outcome::{Decline, DeclineReason, Outcome, RejectReason};
use crate::processor::{Attempt, CaptureRequest, ChargeRequest, Initiator, RefundRequest, Source};
use crate::remote::{Charge, ChargeState, Refund, RefundState};

/// Source: support.authorize.net, article 000001346.
pub const AUTHORIZATION_DAYS: i64 = 30;
/// Source: developer.authorize.net, 2026; older pages say 120, and the answer decides.
pub const REFUND_DAYS: u16 = 180;
/// The longest that Authorize.Net remembers what is alike, in seconds.
pub const DUPLICATES_SECONDS: u64 = 28_800;
/// No request leaves later than so many seconds after its attempt was made.
pub const SENT_WITHIN: i64 = 300;
/// What merchants' accounts are opened in. Source: Authorize.Net's page on currencies, 2026.
const CURRENCIES: [&str; 12] = ["USD", "CAD", "GBP", "EUR", "AUD", "NZD", "CHF", "DKK", "NOK", "PLN", "SEK", "ZAR"];
const LONGEST_DESCRIPTION: usize = 255;
/// Of the purchase order number, before the currency.
const LONGEST_NUMBER: usize = 21;
const LONGEST_NAME: usize = 22;
pub const OPAQUE: &str = "COMMON.ACCEPT.INAPP.PAYMENT";

/// How money went back, in a refund's id: by a refund of its own, or by voiding the charge whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    Refunded(String),
    Voided { charge: String, by: AttemptId },
}

impl Gone {
    pub fn text(&self) -> String {
        match self {
            Gone::Refunded(id) => id.clone(),
            Gone::Voided { charge, by } => format!("void-{charge}-{by}"),
        }
    }

    pub fn read(id: &str) -> Option<Gone> {
        let Some(rest) = id.strip_prefix("void-") else { return Some(Gone::Refunded(id.to_owned())) };
        let (charge, by) = rest.split_once('-')?;
        Some(Gone::Voided { charge: charge.to_owned(), by: by.parse().ok()? })
    }
}

/// The reference of an attempt whose time to be sent is not over.
pub(super) fn fresh<T>(by: &Attempt) -> Result<String, Outcome<T>> {
    if by.at > made_at(by.id).plus_seconds(SENT_WITHIN) {
        return Err(Outcome::rejected(RejectReason::KeyDead, "This was not sent in time, and is not sent any more."));
    }
    reference(by.id).ok_or_else(|| Outcome::rejected(RejectReason::BadRequest, "This attempt's id has no reference."))
}

/// An amount as Authorize.Net reads it.
pub(super) fn decimal<T>(money: Money) -> Result<String, Outcome<T>> {
    let refused = |text: String| Outcome::rejected(RejectReason::BadRequest, text);
    if !CURRENCIES.contains(&money.currency.code()) {
        return Err(refused(format!("Authorize.Net does not take {}.", money.currency.code())));
    }
    Units::Iso.decimal(money).map_err(|error| refused(error.to_string()))
}

pub(super) fn order(reference: &str, description: &str) -> Order {
    let description: String = description.chars().take(LONGEST_DESCRIPTION).collect();
    Order { invoice_number: Some(reference.to_owned()), description: Some(description).filter(|text| !text.is_empty()) }
}

/// Our document's number, and the currency, which no answer tells otherwise.
pub(super) fn po_number(number: &str, money: Money) -> String {
    let number: String = number.chars().filter(|letter| !letter.is_control()).take(LONGEST_NUMBER).collect();
    format!("{number} {}", money.currency.code())
}

pub(super) fn duplicates() -> Settings {
    Settings { setting: Some(vec![setting("duplicateWindow", DUPLICATES_SECONDS.to_string())]) }
}

impl AuthorizeNet {
    pub(super) async fn take(&self, by: &Attempt, request: &ChargeRequest) -> Outcome<Charge> {
        let (reference, amount) = match fresh(by).and_then(|reference| Ok((reference, decimal(request.amount)?))) {
            Ok(both) => both,
            Err(outcome) => return outcome,
        };
        let (profile, payment) = match &request.source {
            Source::Saved { customer, method } => match (numeric::<Charge>(customer), numeric::<Charge>(method)) {
                (Ok(customer), Ok(method)) => {
                    let chosen = Chosen { payment_profile_id: Some(method.to_owned()) };
                    let profile = Profile { customer_profile_id: Some(customer.to_owned()), payment_profile: Some(chosen) };
                    (Some(profile), None)
                }
                _ => return Outcome::rejected(RejectReason::MethodGone, "Authorize.Net knows no such saved method."),
            },
            Source::Token { token, .. } => (None, Some(opaque(token))),
        };
        let away = request.by == Initiator::OffSession && profile.is_some();
        let saved = profile.is_some();
        let transaction = Transaction {
            transaction_type: Some(if request.capture { "authCaptureTransaction" } else { "authOnlyTransaction" }),
            amount: Some(amount),
            currency_code: Some(request.amount.currency.code()),
            payment,
            profile,
            order: Some(order(&reference, &request.description)),
            po_number: Some(po_number(&request.reference, request.amount)),
            transaction_settings: Some(duplicates()),
            processing_options: away.then_some(ProcessingOptions { is_subsequent_auth: Some(true) }),
            ..Transaction::default()
        };
        match self.line.transact(Some(&reference), transaction).await.map(|response| became(&response)) {
            Ok(Became::Approved { trans_id }) => self.look_at_charge(&trans_id, by.at).await,
            Ok(Became::Duplicate) => self.first_like_it(by, request.amount).await,
            Ok(Became::Otherwise(outcome)) => outcome,
            Err(said) if saved && said.is_missing() => {
                Outcome::rejected(RejectReason::MethodGone, "Authorize.Net knows this saved method no more.")
            }
            Err(said) => said.outcome(),
        }
    }

    /// The charge that came before with our reference, when Authorize.Net calls this one a duplicate.
    async fn first_like_it(&self, by: &Attempt, amount: Money) -> Outcome<Charge> {
        match self.charge_with(by.id, by.at).await {
            Ok(Some(read)) if read.amount != amount => {
                Outcome::rejected(RejectReason::KeyReused, "Authorize.Net has this attempt with another amount.")
            }
            Ok(Some(read)) => self.charge_of(&read, by.at).await,
            Ok(None) => Outcome::unknown("Authorize.Net calls it a duplicate and does not show the first"),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn take_held(&self, by: &Attempt, request: &CaptureRequest) -> Outcome<Charge> {
        let (amount, held) = match self.held(by, &request.charge).await {
            Ok(held) => match decimal(request.amount) {
                Ok(amount) => (amount, held),
                Err(outcome) => return outcome,
            },
            Err(outcome) => return outcome,
        };
        if held.amount.currency != request.amount.currency {
            return Outcome::rejected(RejectReason::BadRequest, "It is held in another currency.");
        }
        if request.amount.minor > held.amount.minor {
            return Outcome::rejected(RejectReason::AboveAuthorized, "More than is held.");
        }
        if request.amount != held.amount && !self.can(Capability::PartialCapture) {
            return Outcome::rejected(RejectReason::Unsupported, "This connection takes all that is held, or nothing.");
        }
        let transaction = Transaction {
            transaction_type: Some("priorAuthCaptureTransaction"),
            amount: Some(amount),
            ref_trans_id: Some(request.charge.clone()),
            ..Transaction::default()
        };
        match self.line.transact(reference(by.id).as_deref(), transaction).await.map(|response| became::<Charge>(&response)) {
            Ok(Became::Approved { .. }) => match self.look_at_charge(&request.charge, by.at).await {
                // Somebody was faster. Two calls of one attempt ask for the same and are both right.
                Outcome::Done(charge) if charge.captured != request.amount => {
                    Outcome::rejected(RejectReason::WrongState, "It was taken already, with another amount.")
                }
                outcome => outcome,
            },
            Ok(Became::Duplicate) => self.look_at_charge(&request.charge, by.at).await,
            Ok(Became::Otherwise(outcome)) => outcome,
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn let_go(&self, by: &Attempt, charge: &str) -> Outcome<Charge> {
        match self.read(charge).await {
            Ok(read) if read.state == ChargeState::Voided => return self.charge_of(&read, by.at).await,
            Ok(_) => {}
            Err(outcome) => return outcome,
        }
        if let Err(outcome) = self.held::<Charge>(by, charge).await {
            return outcome;
        }
        match self.undo(by, charge).await {
            Ok(()) => self.look_at_charge(charge, by.at).await,
            Err(outcome) => outcome,
        }
    }

    /// A charge that is held and not yet taken; anything else says why not.
    async fn held<T>(&self, by: &Attempt, charge: &str) -> Result<Read, Outcome<T>> {
        let read = self.read(charge).await?;
        fresh(by)?;
        match read.state {
            ChargeState::Authorized => Ok(read),
            ChargeState::Expired => Err(Outcome::rejected(RejectReason::AuthorizationExpired, "The hold has lapsed.")),
            _ => Err(Outcome::rejected(RejectReason::WrongState, "It is not held any more.")),
        }
    }

    async fn undo<T>(&self, by: &Attempt, charge: &str) -> Result<(), Outcome<T>> {
        let transaction = Transaction {
            transaction_type: Some("voidTransaction"),
            ref_trans_id: Some(charge.to_owned()),
            ..Transaction::default()
        };
        match self.line.transact(reference(by.id).as_deref(), transaction).await.map(|response| became::<T>(&response)) {
            Ok(Became::Approved { .. } | Became::Duplicate) => Ok(()),
            Ok(Became::Otherwise(outcome)) => Err(outcome),
            Err(said) => Err(said.outcome()),
        }
    }

    pub(super) async fn give_back(&self, by: &Attempt, request: &RefundRequest) -> Outcome<Refund> {
        let read = match self.read(&request.charge).await {
            Ok(read) => read,
            Err(outcome) => return outcome,
        };
        if let Err(outcome) = self.refundable(by, request, &read) {
            return outcome;
        }
        let (reference, amount) = match fresh(by).and_then(|reference| Ok((reference, decimal(request.amount)?))) {
            Ok(both) => both,
            Err(outcome) => return outcome,
        };
        if !read.is_settled() {
            return self.undo_whole(by, request, &read).await;
        }
        let transaction = Transaction {
            transaction_type: Some("refundTransaction"),
            amount: Some(amount),
            currency_code: Some(request.amount.currency.code()),
            payment: Some(same_way(&read)),
            ref_trans_id: Some(request.charge.clone()),
            order: Some(order(&reference, &request.reason)),
            po_number: Some(po_number("refund", request.amount)),
            transaction_settings: Some(duplicates()),
            ..Transaction::default()
        };
        match self.line.transact(Some(&reference), transaction).await.map(|response| became(&response)) {
            Ok(Became::Approved { trans_id }) => self.look_at_refund(&trans_id).await,
            Ok(Became::Duplicate) => match self.refund_with(by.id, by.at).await {
                Ok(Some(read)) => self.refund_of(&read).await,
                Ok(None) => Outcome::unknown("Authorize.Net calls it a duplicate and does not show the first"),
                Err(said) => said.outcome(),
            },
            Ok(Became::Otherwise(Outcome::Declined(_))) => Outcome::Declined(Decline::of(DeclineReason::RefundFailed)),
            Ok(Became::Otherwise(outcome)) => outcome,
            Err(said) => said.outcome(),
        }
    }

    /// What speaks against a refund before anybody is asked.
    fn refundable(&self, by: &Attempt, request: &RefundRequest, read: &Read) -> Result<(), Outcome<Refund>> {
        let no = |reason, text: &str| Err(Outcome::rejected(reason, text));
        if request.amount.currency != read.amount.currency {
            return no(RejectReason::BadRequest, "It was taken in another currency.");
        }
        if request.amount.minor <= 0 {
            return no(RejectReason::BadRequest, "A refund is more than zero.");
        }
        if read.disputed {
            return no(RejectReason::Disputed, "The payer disputes it.");
        }
        if read.was_undone() {
            return no(RejectReason::NothingRefundable, "It was voided whole.");
        }
        if read.state != ChargeState::Captured {
            return no(RejectReason::WrongState, "Nothing was taken that could go back.");
        }
        if request.amount != read.taken && !self.can(Capability::PartialRefund) {
            return no(RejectReason::Unsupported, "This connection returns all that was taken, or nothing.");
        }
        if by.at > read.at().plus_seconds(i64::from(REFUND_DAYS) * 86_400) {
            return no(RejectReason::WindowClosed, "Authorize.Net returns money for 180 days after the payment.");
        }
        Ok(())
    }

    /// Before the night a charge is voided, and only whole.
    async fn undo_whole(&self, by: &Attempt, request: &RefundRequest, read: &Read) -> Outcome<Refund> {
        if request.amount.minor > read.taken.minor {
            return Outcome::rejected(RejectReason::NothingRefundable, "More than was taken.");
        }
        if request.amount != read.taken {
            let text = "Authorize.Net settles at night and gives back a part only afterwards. Return all of it now, or the part tomorrow.";
            return Outcome::rejected(RejectReason::NotSettled, text);
        }
        if let Err(outcome) = self.undo::<Refund>(by, &request.charge).await {
            return outcome;
        }
        match self.read(&request.charge).await {
            Ok(now) => voided(&now, by.id),
            Err(outcome) => outcome,
        }
    }

    /// What became of a refund whose answer was lost, by the charge: voided whole, or a refund of its own under our reference.
    pub(super) async fn find_refund(
        &self,
        by: AttemptId,
        request: &RefundRequest,
        now: Instant,
    ) -> Result<Option<Outcome<Refund>>, Said> {
        if let Some(read) = self.refund_with(by, now).await? {
            let found = self.refund_of(&read).await;
            let failed = matches!(&found, Outcome::Done(refund) if refund.state == RefundState::Failed);
            return Ok(Some(if failed { Outcome::Declined(Decline::of(DeclineReason::RefundFailed)) } else { found }));
        }
        match self.read::<Refund>(&request.charge).await {
            Ok(read) if (read.was_undone() || read.state == ChargeState::Voided) && request.amount == read.taken => {
                Ok(Some(voided(&read, by)))
            }
            Ok(_) => Ok(None),
            Err(outcome) => Err(Said::Lost(format!("the charge could not be read: {outcome:?}"))),
        }
    }
}

pub(super) fn opaque(token: &str) -> Payment {
    let opaque = Opaque { data_descriptor: Some(OPAQUE), data_value: Some(token.to_owned()) };
    Payment { opaque_data: Some(opaque), ..Payment::default() }
}

/// Back to the card or account that it came from, by its masked number.
fn same_way(read: &Read) -> Payment {
    if let Some(account) = &read.details.payment.bank_account {
        let name: String = account.name_on_account.chars().take(LONGEST_NAME).collect();
        let account = MaskedAccount {
            account_type: account.account_type.clone(),
            routing_number: Some(account.routing_number.clone()),
            account_number: Some(account.account_number.clone()),
            name_on_account: Some(name),
        };
        return Payment { bank_account: Some(account), ..Payment::default() };
    }
    let card = read.details.payment.credit_card.clone().unwrap_or_default();
    let last4 = card.card_number.get(card.card_number.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let card = Masked { card_number: Some(last4), expiration_date: Some("XXXX".to_owned()) };
    Payment { credit_card: Some(card), ..Payment::default() }
}
