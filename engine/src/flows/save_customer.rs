//! Customers: create one, change how they are reached. Their balance is never typed in.

use books::ids::CustomerId;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::business;
use crate::store::customer::{AutoCharge, Customer, CustomerBalance};

/// What is known about a customer.
#[derive(Debug, Clone, Default)]
pub struct CustomerDetails {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub reference: Option<String>,
    pub address: Option<String>,
    pub locale: Option<String>,
    pub hold_exempt: bool,
    /// None: charged only when somebody asks.
    pub auto_charge: Option<AutoCharge>,
}

impl CustomerDetails {
    fn checked(&self) -> Result<CustomerDetails> {
        Ok(CustomerDetails {
            name: check::name("name", &self.name)?,
            email: check::email_or_none("email", self.email.as_deref())?,
            phone: check::short("phone", self.phone.as_deref())?,
            reference: check::short("reference", self.reference.as_deref())?,
            address: check::lines("address", self.address.as_deref())?,
            locale: check::locale_or_none("locale", self.locale.as_deref())?,
            hold_exempt: self.hold_exempt,
            auto_charge: self.auto_charge.clone().map(AutoCharge::checked).transpose()?,
        })
    }
}

/// Creates a customer with a balance of 0 in the business's currency. Idempotent by key.
pub async fn create_customer(db: &Db, call: &Call, details: CustomerDetails) -> Result<Done<CustomerId>> {
    let details = details.checked()?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let business = business::of(tx).await?;
        let id = CustomerId::new(tx.ids());
        let now = tx.now();
        let mut customer = Customer {
            business_id: by.business,
            id,
            name: details.name.clone(),
            name_key: String::new(),
            email: details.email.clone(),
            phone: details.phone.clone(),
            reference: details.reference.clone(),
            address: details.address.clone(),
            locale: details.locale.clone(),
            hold_exempt: details.hold_exempt,
            auto_charge: details.auto_charge.clone(),
            search: String::new(),
            created_at: now,
            updated_at: now,
        };
        customer.index();
        tx.insert(&customer);
        tx.insert(&CustomerBalance {
            business_id: by.business,
            customer_id: id,
            currency: business.currency,
            balance: 0,
            active_at: now,
            last_entry_id: None,
        });
        let event = event_id(tx);
        Act { kind: "customer_created", subject: id.to_string(), customer: Some(id), data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// What changes about a customer: what is not named stays; an inner none takes the value away.
#[derive(Debug, Clone, Default)]
pub struct CustomerChange {
    pub name: Option<String>,
    pub email: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub reference: Option<Option<String>>,
    pub address: Option<Option<String>>,
    pub locale: Option<Option<String>>,
    pub hold_exempt: Option<bool>,
    pub auto_charge: Option<Option<AutoCharge>>,
}

impl CustomerChange {
    /// The whole of the details after the change.
    fn over(self, present: &Customer) -> CustomerDetails {
        CustomerDetails {
            name: self.name.unwrap_or_else(|| present.name.clone()),
            email: self.email.unwrap_or_else(|| present.email.clone()),
            phone: self.phone.unwrap_or_else(|| present.phone.clone()),
            reference: self.reference.unwrap_or_else(|| present.reference.clone()),
            address: self.address.unwrap_or_else(|| present.address.clone()),
            locale: self.locale.unwrap_or_else(|| present.locale.clone()),
            hold_exempt: self.hold_exempt.unwrap_or(present.hold_exempt),
            auto_charge: self.auto_charge.unwrap_or_else(|| present.auto_charge.clone()),
        }
    }
}

impl From<CustomerDetails> for CustomerChange {
    fn from(whole: CustomerDetails) -> CustomerChange {
        CustomerChange {
            name: Some(whole.name),
            email: Some(whole.email),
            phone: Some(whole.phone),
            reference: Some(whole.reference),
            address: Some(whole.address),
            locale: Some(whole.locale),
            hold_exempt: Some(whole.hold_exempt),
            // Details as a form has them say nothing of the switch.
            auto_charge: None,
        }
    }
}

/// Replaces what is known about a customer. Documents already issued keep what they say.
pub async fn update_customer(db: &Db, call: &Call, id: CustomerId, details: CustomerDetails) -> Result<Done<CustomerId>> {
    change_customer(db, call, id, details.into()).await
}

/// Changes some of what is known about a customer; two changes of different fields at once both hold. Idempotent by key.
pub async fn change_customer(db: &Db, call: &Call, id: CustomerId, change: CustomerChange) -> Result<Done<CustomerId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut customer = tx.lock::<Customer>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let details = change.clone().over(&customer).checked()?;
        customer.auto_charge = details.auto_charge.clone();
        customer.name = details.name;
        customer.email = details.email;
        customer.phone = details.phone;
        customer.reference = details.reference;
        customer.address = details.address;
        customer.locale = details.locale;
        customer.hold_exempt = details.hold_exempt;
        customer.updated_at = tx.now();
        customer.index();
        tx.set(&customer);
        let event = event_id(tx);
        Act { kind: "customer_changed", subject: id.to_string(), customer: Some(id), data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}
