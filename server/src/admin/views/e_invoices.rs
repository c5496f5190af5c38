//! Electronic invoices: what they say of the business and of a customer.

use askama::Template;

use super::settings::SettingsTab;
use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Choice, Link, filters};

/// Where somebody is, in parts.
pub struct PlaceFields {
    pub street: Field,
    pub postcode: Field,
    pub city: Field,
    pub country: Field,
}

/// Of the business.
#[derive(Template)]
#[template(path = "admin/settings/e_invoices.html")]
pub struct SellerForm {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    pub place: PlaceFields,
    pub vat_id: Field,
    pub tax_number: Field,
    pub registration: Field,
    pub iban: Field,
    pub bic: Field,
    /// Why lines without tax have none; the first: there are none.
    pub untaxed: Vec<Choice>,
    pub untaxed_reason: Field,
}

/// Of a customer.
#[derive(Template)]
#[template(path = "admin/customers/e_invoicing.html")]
pub struct BuyerForm {
    pub shell: Shell,
    pub customer: Link,
    pub action: String,
    pub key: String,
    pub refusal: Option<String>,
    pub place: PlaceFields,
    pub vat_id: Field,
    pub buyer_reference: Field,
}
