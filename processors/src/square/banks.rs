//! Bank accounts from which Square collects by ACH: chosen in its fields on a page of ours, or on an invoice of its own.
//!
//! Invariants: such a payment is under way for days, completed or failed at the end; once it is completed its bank may still take
//! it back. Both read *returned*, since Square has one word for a payment that failed: whoever booked it knows whether it had come.
//! Limits: the United States and its dollar; no amount is held and no account is kept. Source: Square's OpenAPI file,
//! `BankAccountPaymentDetails`; developer.squareup.com, ACH payments and Web Payments SDK, 2026.

use books::money::Currency;

use super::shapes::{BankDetails, Payment};
use crate::remote::{MethodKind, SavedMethod};

/// Where Square takes bank accounts, as its locations name their country.
pub(super) const COUNTRY: &str = "US";
const CURRENCY: &str = "USD";

/// Whether money of this currency can come from a bank account.
pub(super) fn is_taken(currency: Currency) -> bool {
    currency.code() == CURRENCY
}

/// What a payment says of the bank account that it came from. None: it came another way.
pub(super) fn behind(payment: &Payment) -> Option<BankDetails> {
    let is_bank = payment.source_type.as_deref() == Some("BANK_ACCOUNT");
    is_bank.then(|| payment.bank_account_details.clone().unwrap_or_default())
}

impl BankDetails {
    /// Why its bank did not pay, in Square's code; empty where Square does not say.
    pub(super) fn fault(&self) -> &str {
        self.errors.as_deref().and_then(<[_]>::first).map_or("", |fault| &fault.code)
    }

    pub(super) fn method(&self) -> SavedMethod {
        let suffix = self.ach_details.as_ref().and_then(|ach| ach.account_number_suffix.clone());
        SavedMethod {
            id: String::new(),
            kind: MethodKind::BankDebit,
            brand: self.bank_name.clone().unwrap_or_else(|| "Bank account".to_owned()),
            last4: suffix.unwrap_or_default(),
            expires: None,
        }
    }
}
