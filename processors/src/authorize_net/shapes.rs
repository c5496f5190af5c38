//! What goes to Authorize.Net and what comes back, as far as we use it.
//!
//! Invariants: the fields of a request stand in the order of Authorize.Net's schema, which it insists on in JSON too; what an
//! answer may leave out is optional. An amount is decimal text on the way out and is read from the digits that came.
//! Source: AnetApiSchema.xsd of 2024-08-29, developer.authorize.net, 2026.

use serde::{Deserialize, Deserializer, Serialize};

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $(#[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)* }
    )*};
}

requests! {
    Transaction {
        transaction_type: &'static str,
        amount: String,
        currency_code: &'static str,
        payment: Payment,
        profile: Profile,
        ref_trans_id: String,
        order: Order,
        po_number: String,
        customer: Payer,
        transaction_settings: Settings,
        processing_options: ProcessingOptions,
    }
    Payment { credit_card: Masked, bank_account: MaskedAccount, opaque_data: Opaque, }
    /// The last four of a card that was charged before: never a whole number.
    Masked { card_number: String, expiration_date: String, }
    MaskedAccount { account_type: String, routing_number: String, account_number: String, name_on_account: String, }
    Opaque { data_descriptor: &'static str, data_value: String, }
    Profile { customer_profile_id: String, payment_profile: Chosen, }
    Chosen { payment_profile_id: String, }
    Order { invoice_number: String, description: String, }
    Payer { id: String, email: String, }
    ProcessingOptions { is_subsequent_auth: bool, }
    Settings { setting: Vec<Setting>, }
    Setting { setting_name: &'static str, setting_value: String, }
    CreateTransaction { transaction_request: Transaction, }
    HostedPayment { transaction_request: Transaction, hosted_payment_settings: Settings, }
    HostedProfile { customer_profile_id: String, hosted_profile_settings: Settings, }
    OneTransaction { trans_id: String, }
    Unsettled { sorting: Sorting, paging: Paging, }
    Batches { include_statistics: bool, first_settlement_date: String, last_settlement_date: String, }
    OfBatch { batch_id: String, sorting: Sorting, paging: Paging, }
    Sorting { order_by: &'static str, order_descending: bool, }
    Paging { limit: usize, offset: usize, }
    OneCustomer { customer_profile_id: String, merchant_customer_id: String, unmask_expiration_date: bool, }
    NewCustomer { profile: NewProfile, }
    NewProfile { merchant_customer_id: String, description: String, email: String, }
    NewMethod { customer_profile_id: String, payment_profile: NewPaymentProfile, validation_mode: &'static str, }
    NewPaymentProfile { payment: Payment, }
    OneMethod { customer_profile_id: String, customer_payment_profile_id: String, unmask_expiration_date: bool, }
    Nothing {}
}

/// One setting by name.
pub fn setting(name: &'static str, value: impl Into<String>) -> Setting {
    Setting { setting_name: Some(name), setting_value: Some(value.into()) }
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name { $($(#[$of])* pub $field: $type,)* }
    )*};
}

answers! {
    /// What every answer says of itself.
    Told { messages: Messages, }
    Messages { result_code: String, message: Vec<Message>, }
    Message { code: String, text: String, }
    /// What became of one request to move money.
    Transacted { transaction_response: Option<Response>, }
    Response {
        response_code: String,
        trans_id: String,
        errors: Vec<Fault>,
        messages: Vec<Remark>,
    }
    Fault { error_code: String, error_text: String, }
    Remark { code: String, description: String, }
    Token { token: String, }
    Detailed { transaction: Details, }
    Details {
        trans_id: String,
        ref_trans_id: Option<String>,
        #[serde(rename = "submitTimeUTC")]
        submit_time_utc: String,
        transaction_type: String,
        transaction_status: String,
        #[serde(deserialize_with = "digits")]
        response_reason_code: String,
        auth_code: Option<String>,
        batch: Option<Batch>,
        order: OrderRead,
        #[serde(deserialize_with = "digits")]
        auth_amount: String,
        #[serde(deserialize_with = "digits")]
        settle_amount: String,
        payment: PaymentRead,
        returned_items: Vec<ReturnedItem>,
        profile: Option<ProfileRead>,
    }
    OrderRead { invoice_number: Option<String>, purchase_order_number: Option<String>, }
    PaymentRead { credit_card: Option<CardRead>, bank_account: Option<AccountRead>, }
    CardRead { card_number: String, expiration_date: String, card_type: Option<String>, }
    AccountRead {
        account_type: Option<String>,
        routing_number: String,
        account_number: String,
        name_on_account: String,
        bank_name: Option<String>,
    }
    ReturnedItem { code: String, #[serde(rename = "dateUTC")] date_utc: String, }
    ProfileRead { customer_profile_id: String, customer_payment_profile_id: Option<String>, }
    /// A list of transactions, newest or oldest first, as asked.
    Listed { transactions: Vec<Summary>, }
    Summary {
        trans_id: String,
        #[serde(rename = "submitTimeUTC")]
        submit_time_utc: String,
        transaction_status: String,
        invoice_number: Option<String>,
        account_type: String,
        account_number: String,
        #[serde(deserialize_with = "digits")]
        settle_amount: String,
    }
    BatchList { batch_list: Vec<Batch>, }
    Batch {
        batch_id: String,
        #[serde(rename = "settlementTimeUTC")]
        settlement_time_utc: String,
        settlement_time_local: String,
        settlement_state: String,
        statistics: Vec<Statistic>,
    }
    Statistic { refund_count: u64, chargeback_count: u64, returned_item_count: u64, }
    Merchant {
        is_test_mode: Option<bool>,
        currencies: Vec<String>,
    }
    Customer { profile: Option<CustomerRead>, }
    CustomerRead { customer_profile_id: String, payment_profiles: Vec<MethodRead>, }
    MethodRead { customer_payment_profile_id: String, payment: PaymentRead, }
    OneMethodRead { payment_profile: MethodRead, }
    CustomerMade { customer_profile_id: Option<String>, }
    MethodMade { customer_payment_profile_id: Option<String>, }
    /// A message that comes by itself.
    Notification { notification_id: String, event_type: String, event_date: String, payload: Payload, }
    Payload { entity_name: String, id: String, merchant_reference_id: Option<String>, invoice_number: Option<String>, }
}

/// The digits of an amount or a code, whether it came as a number or as text.
fn digits<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}
