//! What Square's API answers, as far as we use it.
//!
//! Invariants: names are Square's; what may be missing is optional. Source: Square's OpenAPI file of 2025-08-20; payment
//! links, which it leaves out, from developer.squareup.com, 2026.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An amount in the smallest unit of its currency, as ISO 4217 counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub amount: i64,
    pub currency: String,
}

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$of])* pub $field: $type,)* }
    )*};
}

shapes! {
    /// What a call that makes or reads one thing answers: one of these.
    Made {
        payment: Option<Payment>,
        payment_link: Option<PaymentLink>,
        order: Option<Order>,
        refund: Option<Refunded>,
        customer: Option<Customer>,
        invoice: Option<Invoice>,
        dispute: Option<Disputed>,
        card: Option<Card>,
    }
    Payment {
        id: String,
        status: String,
        amount_money: Option<Amount>,
        refunded_money: Option<Amount>,
        order_id: Option<String>,
        reference_id: Option<String>,
        created_at: String,
        updated_at: String,
        card_details: Option<CardDetails>,
        bank_account_details: Option<BankDetails>,
        /// Until when an amount is held.
        delayed_until: Option<String>,
        version_token: Option<String>,
        source_type: Option<String>,
    }
    CardDetails {
        card: Option<Card>,
        auth_result_code: Option<String>,
        errors: Vec<Fault>,
        card_payment_timeline: Option<Timeline>,
    }
    BankDetails { bank_name: Option<String>, ach_details: Option<AchDetails>, errors: Option<Vec<Fault>>, }
    AchDetails { account_number_suffix: Option<String>, }
    Timeline { captured_at: Option<String>, voided_at: Option<String>, }
    Card {
        id: Option<String>,
        reference_id: Option<String>,
        card_brand: Option<String>,
        last_4: Option<String>,
        exp_month: Option<u8>,
        exp_year: Option<i16>,
    }
    PaymentLink { id: String, order_id: String, url: String, }
    Order {
        id: String,
        version: i64,
        state: String,
        reference_id: Option<String>,
        metadata: Metadata,
        total_money: Option<Amount>,
        tenders: Vec<Tender>,
        created_at: String,
    }
    Metadata { owed_expires_at: Option<String>, }
    Tender { payment_id: Option<String>, id: String, }
    Refunded {
        id: String,
        status: String,
        amount_money: Option<Amount>,
        payment_id: Option<String>,
        reason: Option<String>,
        created_at: String,
        updated_at: String,
    }
    Customer { id: String, }
    Customers { customers: Vec<Customer>, }
    Invoice {
        id: String,
        version: i64,
        order_id: String,
        status: String,
        invoice_number: Option<String>,
        public_url: Option<String>,
    }
    Disputed {
        id: String,
        state: String,
        amount_money: Option<Amount>,
        disputed_payment: DisputedPayment,
        created_at: String,
        updated_at: String,
    }
    DisputedPayment { payment_id: String, }
    /// A page of a list: one of these, and where it goes on.
    Page {
        payments: Vec<Payment>,
        refunds: Vec<Refunded>,
        disputes: Vec<Disputed>,
        cards: Vec<Card>,
        payouts: Vec<PaidOut>,
        payout_entries: Vec<PayoutEntry>,
        cursor: Option<String>,
    }
    PaidOut {
        id: String,
        status: String,
        #[serde(rename = "type")]
        kind: String,
        amount_money: Option<Amount>,
        arrival_date: Option<String>,
        created_at: String,
    }
    PayoutEntry {
        id: String,
        #[serde(rename = "type")]
        kind: String,
        gross_amount_money: Option<Moved>,
        /// What it is about, in one of many fields.
        #[serde(flatten)]
        details: BTreeMap<String, Value>,
    }
    /// In the currency of its payout.
    Moved { amount: i64, }
    Locations { location: Location, }
    Location { status: Option<String>, currency: Option<String>, country: Option<String>, }
    Event {
        event_id: String,
        #[serde(rename = "type")]
        kind: String,
        created_at: String,
        data: EventData,
    }
    EventData { object: Made, }
    /// A refusal.
    Trouble { errors: Vec<Fault>, }
    Fault { category: String, code: String, detail: Option<String>, }
}
