//! Customers at Authorize.Net (CIM) and the methods kept for them, by token only.
//!
//! Invariants: one profile for each customer of ours, found by the end of our id; a method that is left twice is one. What
//! is gone is forgotten. Limits: a token of Accept.js is good once, for 15 minutes. Source: AnetApiSchema.xsd of 2024-08-29.

use super::AuthorizeNet;
use super::answers::Said;
use super::cards::opaque;
use super::reading::{method, numeric};
use super::references;
use super::shapes::{
    Customer, CustomerMade, MethodMade, MethodRead, NewCustomer, NewMethod, NewPaymentProfile, NewProfile, OneCustomer,
    OneMethod, OneMethodRead,
};
use crate::outcome::{Outcome, RejectReason};
use crate::processor::Person;
use crate::remote::SavedMethod;

const LONGEST: usize = 255;

impl AuthorizeNet {
    pub(super) async fn known(&self, person: &Person) -> Outcome<String> {
        let id = references::customer(person.id);
        let asked = OneCustomer { merchant_customer_id: Some(id.clone()), ..OneCustomer::default() };
        match self.line.ask::<Customer>("getCustomerProfileRequest", &asked).await {
            Ok(found) => {
                if let Some(profile) = found.profile {
                    return Outcome::Done(profile.customer_profile_id);
                }
            }
            Err(said) if said.is_missing() => {}
            Err(said) => return said.outcome(),
        }
        let profile = NewProfile {
            merchant_customer_id: Some(id),
            description: Some(person.name.chars().take(LONGEST).collect()),
            email: person.email.clone().filter(|email| email.len() <= LONGEST),
        };
        match self.line.ask::<CustomerMade>("createCustomerProfileRequest", &NewCustomer { profile: Some(profile) }).await {
            Ok(CustomerMade { customer_profile_id: Some(id) }) => Outcome::Done(id),
            Ok(_) => Outcome::unknown("Authorize.Net made a customer and does not say which"),
            // Another of our requests was faster: "A duplicate record with ID 39115 already exists."
            Err(Said::Refused { code, text }) if code == "E00039" => {
                match text.split_whitespace().find_map(|word| numeric::<()>(word).ok()) {
                    Some(id) => Outcome::Done(id.to_owned()),
                    None => Outcome::unknown("Authorize.Net knows the customer and does not say which"),
                }
            }
            Err(said) => said.outcome(),
        }
    }

    /// The methods of a profile as Authorize.Net tells them.
    pub(super) async fn kept_by<T>(&self, customer: &str) -> Result<Vec<MethodRead>, Outcome<T>> {
        let customer = numeric(customer)?;
        let asked = OneCustomer {
            customer_profile_id: Some(customer.to_owned()),
            unmask_expiration_date: Some(true),
            ..OneCustomer::default()
        };
        let found: Customer = self.line.ask("getCustomerProfileRequest", &asked).await.map_err(Said::outcome)?;
        Ok(found.profile.unwrap_or_default().payment_profiles)
    }

    pub(super) async fn listed(&self, customer: &str) -> Outcome<Vec<SavedMethod>> {
        match self.kept_by(customer).await {
            Ok(kept) => Outcome::Done(kept.iter().map(|read| method(&read.customer_payment_profile_id, &read.payment)).collect()),
            Err(outcome) => outcome,
        }
    }

    pub(super) async fn keep(&self, customer: &str, token: &str) -> Outcome<SavedMethod> {
        let customer = match numeric(customer) {
            Ok(customer) => customer.to_owned(),
            Err(outcome) => return outcome,
        };
        let asked = NewMethod {
            customer_profile_id: Some(customer.clone()),
            payment_profile: Some(NewPaymentProfile { payment: Some(opaque(token)) }),
            validation_mode: Some("none"),
        };
        // One that was there already is an error that names it.
        match self.line.ask_or_there::<MethodMade>("createCustomerPaymentProfileRequest", &asked).await {
            Ok(MethodMade { customer_payment_profile_id: Some(id) }) => self.one_kept(&customer, &id).await,
            Ok(_) => Outcome::unknown("Authorize.Net kept a method and does not say which"),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn one_kept(&self, customer: &str, id: &str) -> Outcome<SavedMethod> {
        let asked = OneMethod {
            customer_profile_id: Some(customer.to_owned()),
            customer_payment_profile_id: Some(id.to_owned()),
            unmask_expiration_date: Some(true),
        };
        match self.line.ask::<OneMethodRead>("getCustomerPaymentProfileRequest", &asked).await {
            Ok(read) => Outcome::Done(method(id, &read.payment_profile.payment)),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn forget(&self, customer: &str, id: &str) -> Outcome<()> {
        let (Ok(customer), Ok(id)) = (numeric::<()>(customer), numeric::<()>(id)) else {
            return Outcome::rejected(RejectReason::NotFound, "Authorize.Net knows no such method.");
        };
        let asked = OneMethod {
            customer_profile_id: Some(customer.to_owned()),
            customer_payment_profile_id: Some(id.to_owned()),
            ..OneMethod::default()
        };
        match self.line.ask::<serde_json::Value>("deleteCustomerPaymentProfileRequest", &asked).await {
            Ok(_) => Outcome::Done(()),
            Err(said) if said.is_missing() => Outcome::Done(()),
            Err(said) => said.outcome(),
        }
    }
}
