//! What Stripe tells, as far as we read it.
//!
//! Invariant: only fields that decide something are named, and whatever else stands there is let pass, so that a newer
//! version of the API does not break an older Owed. Source: Stripe's OpenAPI files of 2023-08-16 and 2026-08-21.
//! Left out on purpose: what it means in our words ([`super::meaning`]).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The name under which our attempt's key stands in Stripe's metadata.
pub const ATTEMPT: &str = "owed_attempt";
/// The name under which our document's number stands there.
pub const REFERENCE: &str = "owed_reference";
/// The name under which our customer's id stands there.
pub const CUSTOMER: &str = "owed_customer";

/// The name under which the end of a page of ours stands there, in seconds.
pub const UNTIL: &str = "owed_until";

pub type Metadata = BTreeMap<String, String>;

/// An object, or its id where it was not asked to be expanded.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Expandable<T> {
    Id(String),
    Whole(Box<T>),
}

impl<T> Expandable<T> {
    pub fn whole(&self) -> Option<&T> {
        match self {
            Expandable::Whole(it) => Some(it),
            Expandable::Id(_) => None,
        }
    }
}

/// An object of which only the id matters.
#[derive(Debug, Clone, Deserialize)]
pub struct Named {
    pub id: String,
}

impl Expandable<Named> {
    pub fn id(&self) -> &str {
        match self {
            Expandable::Id(id) => id,
            Expandable::Whole(it) => &it.id,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub has_more: bool,
}

/// A payment intent: the one record of a charge, from the first try to the last refund.
#[derive(Debug, Clone, Deserialize)]
pub struct Intent {
    pub id: String,
    pub amount: i64,
    #[serde(default)]
    pub amount_received: i64,
    pub currency: String,
    pub status: String,
    pub created: i64,
    pub cancellation_reason: Option<String>,
    pub customer: Option<Expandable<Named>>,
    pub latest_charge: Option<Expandable<ChargeObject>>,
    pub last_payment_error: Option<ApiError>,
    pub payment_method: Option<Expandable<Named>>,
    pub setup_future_usage: Option<String>,
    /// What the browser needs to confirm it.
    #[serde(default)]
    pub client_secret: Option<String>,
    #[serde(default)]
    pub metadata: Metadata,
}

/// The charge behind a payment intent.
#[derive(Debug, Clone, Deserialize)]
pub struct ChargeObject {
    pub id: String,
    #[serde(default)]
    pub amount: i64,
    /// What of it was taken. An older Stripe does not say.
    pub amount_captured: Option<i64>,
    /// With what of a hold was not taken.
    pub amount_refunded: i64,
    pub disputed: bool,
    pub created: i64,
    pub balance_transaction: Option<Expandable<BalanceTransaction>>,
    pub payment_intent: Option<Expandable<Named>>,
    pub payment_method_details: Option<Value>,
}

impl ChargeObject {
    /// What went back of the money that was taken: the rest of a hold never came.
    pub fn given_back(&self) -> i64 {
        let rest = self.amount_captured.map_or(0, |captured| (self.amount - captured).max(0));
        (self.amount_refunded - rest).max(0)
    }
}

impl RefundObject {
    /// What of a hold was not taken stands in Stripe's list as a refund that moved nothing.
    pub fn is_rest_of_hold(&self) -> bool {
        self.status.as_deref() == Some("succeeded") && self.balance_transaction.is_none()
    }
}

/// One movement of the merchant's balance at Stripe.
#[derive(Debug, Clone, Deserialize)]
pub struct BalanceTransaction {
    pub id: String,
    /// Signed.
    pub amount: i64,
    pub fee: i64,
    pub currency: String,
    pub created: i64,
    pub available_on: i64,
    #[serde(rename = "type")]
    pub kind: String,
    pub source: Option<Expandable<Source>>,
}

/// What moved the balance: a charge, a refund or a dispute.
#[derive(Debug, Clone, Deserialize)]
pub struct Source {
    pub payment_intent: Option<Expandable<Named>>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct RefundObject {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub created: i64,
    pub status: Option<String>,
    pub payment_intent: Option<Expandable<Intent>>,
    /// What it moved of the balance.
    pub balance_transaction: Option<Expandable<Named>>,
    #[serde(default)]
    pub metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct DisputeObject {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub created: i64,
    pub status: String,
    pub reason: String,
    pub payment_intent: Option<Expandable<Intent>>,
    #[serde(default)]
    pub balance_transactions: Vec<BalanceTransaction>,
}

/// A page of Stripe, for paying (`payment`) or for keeping a card (`setup`).
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    pub id: String,
    pub mode: String,
    pub status: Option<String>,
    pub url: Option<String>,
    pub amount_total: Option<i64>,
    pub currency: Option<String>,
    pub expires_at: i64,
    pub customer: Option<Expandable<Named>>,
    pub payment_intent: Option<Expandable<Intent>>,
    pub setup_intent: Option<Expandable<SetupIntent>>,
    pub metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct SetupIntent {
    pub id: String,
    pub status: String,
    pub payment_method: Option<Expandable<MethodObject>>,
}

/// A kept method: `type`, and under that name what may be shown of it.
#[derive(Debug, Clone, Deserialize)]
pub struct MethodObject {
    pub id: String,
    #[serde(flatten)]
    pub details: Value,
}

#[derive(Debug, Clone, Deserialize)]
pub struct InvoiceObject {
    pub id: String,
    pub number: Option<String>,
    pub status: Option<String>,
    pub total: i64,
    pub currency: String,
    pub hosted_invoice_url: Option<String>,
    #[serde(default)]
    pub metadata: Option<Metadata>,
}

/// What paid an invoice.
#[derive(Debug, Clone, Deserialize)]
pub struct InvoicePayment {
    pub status: String,
    pub payment: InvoicePaidBy,
}

#[derive(Debug, Clone, Deserialize)]
pub struct InvoicePaidBy {
    pub payment_intent: Option<Expandable<Named>>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct PayoutObject {
    pub id: String,
    /// Signed: negative when Stripe takes money back from the bank.
    pub amount: i64,
    pub currency: String,
    pub arrival_date: i64,
    pub status: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    pub id: String,
    #[serde(default)]
    pub charges_enabled: Option<bool>,
    pub business_profile: Option<BusinessProfile>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct BusinessProfile {
    pub name: Option<String>,
}

/// Something that happened, with the object as it stood then.
#[derive(Debug, Clone, Deserialize)]
pub struct EventObject {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub created: i64,
    pub data: EventData,
}

#[derive(Debug, Clone, Deserialize)]
pub struct EventData {
    pub object: Value,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Refusal {
    pub error: ApiError,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ApiError {
    #[serde(rename = "type")]
    pub kind: String,
    pub code: Option<String>,
    pub decline_code: Option<String>,
    pub message: Option<String>,
    pub param: Option<String>,
    /// As it stood when it was refused.
    pub payment_intent: Option<Box<Intent>>,
}

impl ApiError {
    /// The bank's own word where there is one, else Stripe's.
    pub fn word(&self) -> &str {
        self.decline_code.as_deref().or(self.code.as_deref()).unwrap_or_default()
    }

    /// The card's bank wants its holder.
    pub fn wants_holder(&self) -> bool {
        let is = |word: &Option<String>| word.as_deref() == Some("authentication_required");
        is(&self.code) || is(&self.decline_code)
    }
}
