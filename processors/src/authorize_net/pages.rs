//! Authorize.Net's hosted pages: one to pay on, one to leave a card on.
//!
//! Invariants: such a page is a token that the browser must send by a form, so the address we give out is a page of ours that
//! holds that form; what it needs stands in the address, signed with a key of this connection, and nobody else can make one.
//! Authorize.Net keeps no record of a token: a page is known by what was paid under our reference. Limits: a token is good for
//! [`PAGE_SECONDS`] and cannot be closed; a page that is given up may still be paid until then, and says so.
//! Source: developer.authorize.net, Accept Hosted and Accept Customer, 2026.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::AuthorizeNet;
use super::answers::declined;
use super::cards::{decimal, duplicates, fresh, order, po_number};
use super::reading::{method, numeric};
use super::shapes::{HostedPayment, HostedProfile, Profile, Setting, Settings, Token, Transaction, setting};
use crate::capabilities::Capability;
use crate::outcome::{Outcome, RejectReason};
use crate::processor::{Attempt, CheckoutRequest, SetupRequest};
use crate::remote::{ChargeState, Checkout, CheckoutState, Onward, Setup, SetupState};
use crate::webhook::{hmac_sha256, matches_sha256};

/// How long a token is good for.
pub const PAGE_SECONDS: i64 = 15 * 60;
const PAY: &str = "/payment/payment";
const SAVE: &str = "/customer/addPayment";
/// What their page shows under its logo.
const LONGEST_NAME: usize = 50;

/// What stands in a page's id and address.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sheet {
    by: AttemptId,
    token: String,
    until: i64,
    back: String,
    /// Minor units and currency; none where a card is only kept.
    amount: Option<(i64, String)>,
    /// The customer whose card is kept there, and the methods that were there before.
    customer: Option<(String, Vec<String>)>,
}

impl Sheet {
    fn until(&self) -> Instant {
        Instant(self.until)
    }

    fn money(&self) -> Option<Money> {
        let (minor, code) = self.amount.as_ref()?;
        Some(Money::new(*minor, Currency::from_code(code)?))
    }
}

fn gone<T>() -> Outcome<T> {
    Outcome::rejected(RejectReason::NotFound, "There is no such page.")
}

impl AuthorizeNet {
    fn sealed(&self, sheet: &Sheet) -> String {
        let text = serde_json::to_string(sheet).expect("a page is plain data");
        let body = BASE64_URL_SAFE_NO_PAD.encode(text);
        let seal = hex::encode(hmac_sha256(&self.page_key, &[b"authorize_net page ", body.as_bytes()]));
        format!("{body}.{seal}")
    }

    fn opened(&self, id: &str) -> Option<Sheet> {
        let (body, seal) = id.split_once('.')?;
        let seal = hex::decode(seal).ok()?;
        let keys = std::slice::from_ref(&self.page_key);
        if !matches_sha256(keys, &[b"authorize_net page ", body.as_bytes()], &seal) {
            return None;
        }
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).ok()?).ok()
    }

    fn address(&self, id: &str) -> String {
        format!("{}/onward/{}?page={id}", self.public_url, self.connection)
    }

    /// Where the browser takes a page's token. None: it was not made here.
    pub(super) fn onward_from(&self, id: &str, now: Instant) -> Option<Onward> {
        let sheet = self.opened(id)?;
        Some(Onward {
            origin: self.pages,
            action: format!("{}{}", self.pages, if sheet.customer.is_some() { SAVE } else { PAY }),
            fields: vec![("token", sheet.token.clone())],
            amount: sheet.money(),
            lapsed: now >= sheet.until(),
            back: sheet.back,
        })
    }

    pub(super) async fn open_page(&self, by: &Attempt, request: &CheckoutRequest) -> Outcome<Checkout> {
        let (reference, amount) = match fresh(by).and_then(|reference| Ok((reference, decimal(request.amount)?))) {
            Ok(both) => both,
            Err(outcome) => return outcome,
        };
        let profile = match request.customer.as_deref().filter(|_| request.save).map(numeric::<Checkout>).transpose() {
            Ok(customer) => customer.map(|id| Profile { customer_profile_id: Some(id.to_owned()), payment_profile: None }),
            Err(outcome) => return outcome,
        };
        let transaction = Transaction {
            transaction_type: Some(if request.capture { "authCaptureTransaction" } else { "authOnlyTransaction" }),
            amount: Some(amount),
            currency_code: Some(request.amount.currency.code()),
            profile,
            order: Some(order(&reference, &request.description)),
            po_number: Some(po_number(&request.reference, request.amount)),
            transaction_settings: Some(duplicates()),
            ..Transaction::default()
        };
        let body = HostedPayment {
            transaction_request: Some(transaction),
            hosted_payment_settings: Some(Settings { setting: Some(self.wishes(request)) }),
        };
        let made: Token = match self.line.ask("getHostedPaymentPageRequest", &body).await {
            Ok(made) => made,
            Err(said) => return said.outcome(),
        };
        let longest = by.at.plus_seconds(PAGE_SECONDS);
        let until = request.expires_at.map_or(longest, |asked| asked.min(longest));
        let sheet = Sheet {
            by: by.id,
            token: made.token,
            until: until.0,
            back: request.return_url.clone(),
            amount: Some((request.amount.minor, request.amount.currency.code().to_owned())),
            customer: None,
        };
        let id = self.sealed(&sheet);
        Outcome::Done(self.page(&id, &sheet, request.amount))
    }

    fn page(&self, id: &str, sheet: &Sheet, amount: Money) -> Checkout {
        Checkout {
            id: id.to_owned(),
            attempt: Some(sheet.by),
            url: self.address(id),
            amount,
            state: CheckoutState::Open,
            charge: None,
            last_decline: None,
            expires_at: sheet.until(),
        }
    }

    /// How the page is to look and where it leads.
    fn wishes(&self, request: &CheckoutRequest) -> Vec<Setting> {
        let debit = self.can(Capability::BankDebit) && request.capture;
        let business: String = self.business.chars().take(LONGEST_NAME).collect();
        let back = json!({
            "showReceipt": false,
            "url": request.return_url, "urlText": "Continue",
            "cancelUrl": request.cancel_url, "cancelUrlText": "Cancel",
        });
        let pay = json!({ "cardCodeRequired": true, "showCreditCard": true, "showBankAccount": debit });
        let keep = request.save && request.customer.is_some();
        [
            ("hostedPaymentReturnOptions", back),
            ("hostedPaymentButtonOptions", json!({ "text": "Pay" })),
            ("hostedPaymentOrderOptions", json!({ "show": true, "merchantName": business })),
            ("hostedPaymentPaymentOptions", pay),
            ("hostedPaymentBillingAddressOptions", json!({ "show": true, "required": false })),
            ("hostedPaymentShippingAddressOptions", json!({ "show": false, "required": false })),
            ("hostedPaymentCustomerOptions", json!({ "showEmail": false, "requiredEmail": false, "addPaymentProfile": keep })),
        ]
        .into_iter()
        .map(|(name, value)| setting(name, value.to_string()))
        .collect()
    }

    pub(super) async fn look_at_page(&self, id: &str, now: Instant) -> Outcome<Checkout> {
        let Some(sheet) = self.opened(id) else { return gone() };
        let Some(amount) = sheet.money() else { return gone() };
        let mut page = self.page(id, &sheet, amount);
        let found = match self.charge_with(sheet.by, now).await {
            Ok(found) => found,
            Err(said) => return said.outcome(),
        };
        if let Some(read) = found {
            if read.state == ChargeState::Failed {
                page.last_decline = Some(declined(&read.details.response_reason_code));
            } else {
                match self.charge_of(&read, now).await {
                    Outcome::Done(charge) | Outcome::Pending(charge) => {
                        page.state = CheckoutState::Completed;
                        page.charge = Some(charge);
                    }
                    other => return Outcome::unknown(format!("what was paid on the page could not be read: {other:?}")),
                }
            }
        }
        if page.charge.is_none() && now >= page.expires_at {
            page.state = CheckoutState::Expired;
        }
        Outcome::Done(page)
    }

    /// A token cannot be taken back: a page that may still be paid is given up, and whoever is told keeps an eye on it.
    pub(super) async fn give_up_page(&self, id: &str, now: Instant) -> Outcome<Checkout> {
        match self.look_at_page(id, now).await {
            Outcome::Done(page) if page.state == CheckoutState::Open => {
                Outcome::Done(Checkout { state: CheckoutState::Abandoned, ..page })
            }
            outcome => outcome,
        }
    }

    pub(super) async fn open_setup(&self, by: &Attempt, request: &SetupRequest) -> Outcome<Setup> {
        let before = match self.kept_by(&request.customer).await {
            Ok(methods) => methods,
            Err(outcome) => return outcome,
        };
        let body = HostedProfile {
            customer_profile_id: Some(request.customer.clone()),
            hosted_profile_settings: Some(Settings {
                setting: Some(vec![
                    setting("hostedProfileReturnUrl", request.return_url.clone()),
                    setting("hostedProfileReturnUrlText", "Continue"),
                    setting("hostedProfileCardCodeRequired", "true"),
                ]),
            }),
        };
        let made: Token = match self.line.ask("getHostedProfilePageRequest", &body).await {
            Ok(made) => made,
            Err(said) => return said.outcome(),
        };
        let known = before.into_iter().map(|read| read.customer_payment_profile_id).collect();
        let sheet = Sheet {
            by: by.id,
            token: made.token,
            until: by.at.plus_seconds(PAGE_SECONDS).0,
            back: request.return_url.clone(),
            amount: None,
            customer: Some((request.customer.clone(), known)),
        };
        let id = self.sealed(&sheet);
        Outcome::Done(Setup {
            url: self.address(&id),
            id,
            customer: request.customer.clone(),
            state: SetupState::Open,
            method: None,
            expires_at: sheet.until(),
        })
    }

    /// A card was left when the customer has a method that was not there before.
    pub(super) async fn look_at_setup(&self, id: &str, now: Instant) -> Outcome<Setup> {
        let Some(sheet) = self.opened(id) else { return gone() };
        let until = sheet.until();
        let Some((customer, known)) = sheet.customer else { return gone() };
        let kept = match self.kept_by::<Setup>(&customer).await {
            Ok(kept) => kept,
            Err(outcome) => return outcome,
        };
        let new = kept.into_iter().rfind(|read| !known.contains(&read.customer_payment_profile_id));
        let state = match &new {
            Some(_) => SetupState::Completed,
            None if now >= until => SetupState::Expired,
            None => SetupState::Open,
        };
        let method = new.map(|read| method(&read.customer_payment_profile_id, &read.payment));
        Outcome::Done(Setup { id: id.to_owned(), url: self.address(id), customer, state, method, expires_at: until })
    }
}
