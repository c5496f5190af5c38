//! What PayPal's API is sent and answers, as far as we use it.
//!
//! Invariants: names are PayPal's; what we do not use is not read, and what may be missing is optional. Source: the
//! OpenAPI files of Orders 2.13, Payments 2.5, Vault 3.1, Invoicing 2.3, Webhooks 1.11 and
//! Transaction Search 1.9.

use serde::{Deserialize, Serialize};

use super::amounts::Amount;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Order {
    pub id: String,
    pub status: String,
    pub intent: String,
    pub purchase_units: Vec<PurchaseUnit>,
    pub payment_source: Option<PaidWith>,
    pub links: Vec<Link>,
    pub create_time: Option<String>,
    pub update_time: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PurchaseUnit {
    pub amount: Option<Amount>,
    pub custom_id: Option<String>,
    pub invoice_id: Option<String>,
    pub payments: Payments,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Payments {
    pub authorizations: Vec<Authorization>,
    pub captures: Vec<Capture>,
    pub refunds: Vec<Refunded>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Authorization {
    pub id: String,
    pub status: String,
    pub amount: Option<Amount>,
    pub expiration_time: Option<String>,
    pub processor_response: Option<ProcessorResponse>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Capture {
    pub id: String,
    pub status: String,
    pub amount: Option<Amount>,
    pub custom_id: Option<String>,
    pub invoice_id: Option<String>,
    pub create_time: Option<String>,
    pub processor_response: Option<ProcessorResponse>,
    pub supplementary_data: Option<Supplementary>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Supplementary {
    pub related_ids: RelatedIds,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RelatedIds {
    pub order_id: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Refunded {
    pub id: String,
    pub status: String,
    pub amount: Option<Amount>,
    pub custom_id: Option<String>,
    pub create_time: Option<String>,
    pub links: Vec<Link>,
    pub seller_payable_breakdown: Option<Payable>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Payable {
    /// What went back of the capture up to this refund.
    pub total_refunded_amount: Option<Amount>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ProcessorResponse {
    pub response_code: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Link {
    pub href: String,
    pub rel: String,
}

/// How an order was paid.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PaidWith {
    pub card: Option<Card>,
    pub paypal: Option<Wallet>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Card {
    pub last_digits: Option<String>,
    pub brand: Option<String>,
    pub expiry: Option<String>,
    pub attributes: Attributes,
    pub authentication_result: Option<Authentication>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Wallet {
    pub attributes: Attributes,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Attributes {
    pub vault: Option<Vaulted>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Vaulted {
    pub id: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Authentication {
    pub three_d_secure: Option<ThreeDSecure>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ThreeDSecure {
    pub authentication_status: Option<String>,
}

/// A setup token or a payment token of the vault.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct VaultToken {
    pub id: String,
    pub status: Option<String>,
    pub customer: Option<VaultCustomer>,
    pub payment_source: Option<PaidWith>,
    pub links: Vec<Link>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VaultCustomer {
    pub id: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct VaultList {
    pub payment_tokens: Vec<VaultToken>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Invoice {
    pub id: String,
    pub status: String,
    pub detail: InvoiceDetail,
    pub amount: Option<Amount>,
    pub payments: Option<InvoicePayments>,
    pub refunds: Option<InvoiceRefunds>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InvoiceDetail {
    pub reference: Option<String>,
    pub invoice_number: Option<String>,
    pub metadata: InvoiceMetadata,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InvoiceMetadata {
    pub create_time: Option<String>,
    pub recipient_view_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InvoicePayments {
    pub paid_amount: Option<Amount>,
    pub transactions: Vec<InvoicePayment>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InvoicePayment {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub payment_id: Option<String>,
    pub payment_date: Option<String>,
    pub amount: Option<Amount>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InvoiceRefunds {
    pub refund_amount: Option<Amount>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InvoiceList {
    pub items: Vec<Invoice>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DisputeList {
    pub items: Vec<Disputed>,
}

/// A dispute of the Disputes API, which has no file among our specifications: the names are those of its documentation.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Disputed {
    pub dispute_id: String,
    pub status: String,
    pub create_time: Option<String>,
    pub update_time: Option<String>,
    pub dispute_amount: Option<Amount>,
    pub dispute_outcome: Option<DisputeOutcome>,
    pub disputed_transactions: Vec<DisputedTransaction>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DisputeOutcome {
    pub outcome_code: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DisputedTransaction {
    pub seller_transaction_id: String,
    pub invoice_number: Option<String>,
}

/// A message, as it is delivered and as it is listed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Event {
    pub id: String,
    pub create_time: Option<String>,
    pub event_type: String,
    pub resource: Resource,
}

/// As much of any resource as tells what a message is about.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Resource {
    pub id: Option<String>,
    pub custom_id: Option<String>,
    pub invoice_id: Option<String>,
    pub links: Vec<Link>,
    pub dispute_id: Option<String>,
    pub purchase_units: Vec<PurchaseUnit>,
    pub supplementary_data: Option<Supplementary>,
    pub disputed_transactions: Vec<DisputedTransaction>,
    pub invoice: Option<Invoice>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventList {
    pub events: Vec<Event>,
    pub links: Vec<Link>,
}

/// A page of PayPal's own record of its balances.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Movements {
    pub transaction_details: Vec<MovementDetail>,
    pub total_pages: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MovementDetail {
    pub transaction_info: Moved,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Moved {
    pub transaction_id: String,
    pub paypal_reference_id: Option<String>,
    pub paypal_reference_id_type: Option<String>,
    pub transaction_event_code: String,
    pub transaction_initiation_date: String,
    pub transaction_updated_date: Option<String>,
    pub transaction_amount: Option<Amount>,
    pub fee_amount: Option<Amount>,
    pub transaction_status: String,
    pub ending_balance: Option<Amount>,
    pub invoice_id: Option<String>,
    pub custom_field: Option<String>,
}

/// A refusal: `{"name": "UNPROCESSABLE_ENTITY", "details": [{"issue": "ORDER_NOT_APPROVED"}], "debug_id": "…"}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Trouble {
    pub name: String,
    pub error: String,
    pub message: String,
    pub debug_id: String,
    pub details: Vec<Detail>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Detail {
    pub issue: String,
    pub field: Option<String>,
    pub description: Option<String>,
}

impl Trouble {
    /// PayPal's finest word for what is wrong.
    pub fn issue(&self) -> &str {
        match self.details.first() {
            Some(detail) if !detail.issue.is_empty() => &detail.issue,
            _ if !self.name.is_empty() => &self.name,
            _ => &self.error,
        }
    }

    /// A line for the log and for staff, with the id under which PayPal's support finds the call.
    pub fn text(&self) -> String {
        let said = self.details.first().and_then(|detail| detail.description.as_deref()).unwrap_or_default();
        format!("PayPal refused: {} {said} (debug id {})", self.issue(), self.debug_id)
    }
}
