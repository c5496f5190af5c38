//! What electronic invoices must say of both sides beyond what papers print: numbers of tax and register, a country by its letters.
//!
//! Invariant: one row for the business and one for each customer that has such details; both are copied into an invoice when it
//! is issued. Left out: names and addresses as papers print them, which stand with the business and the customer.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId};
use serde::{Deserialize, Serialize};

use crate::db::{Db, Reader, Tx, Value, sql, table};
use crate::error::{Error, Result};

table! {
    /// Details of one side.
    pub struct EInvoicing in e_invoicing key(business_id, about) {
        pub business_id: BusinessId,
        /// TypeID of the business itself, or of a customer.
        pub about: String,
        /// JSON of [`SellerDetails`] or [`BuyerDetails`].
        pub details: String,
        pub updated_at: Instant,
    }
}

/// Where somebody is, in the parts that a program can read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Of the business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SellerDetails {
    pub place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// Of the local tax office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<String>,
    /// In the register of companies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// Why lines without tax have none: `exempt`, `outside_scope`, `reverse_charge` or `export`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untaxed: Option<String>,
    /// The sentence that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untaxed_reason: Option<String>,
}

/// Of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BuyerDetails {
    pub place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// What the customer asked to be quoted on invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_reference: Option<String>,
}

/// Both sides, where they have such details.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    pub seller: Option<SellerDetails>,
    pub buyer: Option<BuyerDetails>,
}

impl Sides {
    fn of(business: BusinessId, rows: Vec<EInvoicing>) -> Result<Sides> {
        let mut sides = Sides::default();
        for row in rows {
            if row.about == business.to_string() {
                sides.seller = Some(read(&row)?);
            } else {
                sides.buyer = Some(read(&row)?);
            }
        }
        Ok(sides)
    }
}

/// Unreadable details are a fault, never silently none.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(row: &EInvoicing) -> Result<T> {
    serde_json::from_str(&row.details).map_err(|error| Error::Fault(format!("details of {}: {error}", row.about)))
}

sql!(SIDES, "select * from e_invoicing where business_id = $1 and about {any_text:$2}");
sql!(pub(crate) ALL, "select * from e_invoicing where business_id = $1 and about > $2 order by about limit $3");

fn names(business: BusinessId, customer: CustomerId) -> Value {
    Value::texts(vec![business.to_string(), customer.to_string()])
}

/// Both sides of a bill to this customer.
pub(crate) async fn sides(reader: &mut Reader<'_>, business: BusinessId, customer: CustomerId) -> Result<Sides> {
    Sides::of(business, reader.query(&SIDES, &[&business, &names(business, customer)]).await?)
}

/// The same inside a flow.
pub(crate) async fn sides_of_flow(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Sides> {
    let business = tx.business();
    Sides::of(business, tx.query(&SIDES, &[&business, &names(business, customer)]).await?)
}

/// What is known of the business; nothing yet: none of it.
pub async fn seller(db: &Db, business: BusinessId) -> Result<SellerDetails> {
    let row = db.read(async move |reader| reader.get::<EInvoicing>(&[&business, &business.to_string()]).await).await?;
    row.as_ref().map_or_else(|| Ok(SellerDetails::default()), read)
}

/// What is known of a customer; nothing yet: none of it.
pub async fn buyer(db: &Db, business: BusinessId, customer: CustomerId) -> Result<BuyerDetails> {
    let row = db.read(async move |reader| reader.get::<EInvoicing>(&[&business, &customer.to_string()]).await).await?;
    row.as_ref().map_or_else(|| Ok(BuyerDetails::default()), read)
}
