//! What electronic invoices say of the business and of a customer is written down, whole.
//!
//! Invariant: a number that is wrong by its form is refused at its field, so that no invoice can carry it. Invoices that are
//! issued keep what they said.

use books::ids::{BusinessId, CustomerId};
use serde::Serialize;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::store::customer::Customer;
use crate::store::e_invoicing::{BuyerDetails, EInvoicing, Place, SellerDetails};

/// Why lines have no tax, as it is kept.
pub const UNTAXED: [&str; 4] = ["exempt", "outside_scope", "reverse_charge", "export"];

/// Replaces what electronic invoices say of the business. Refuses wrong numbers at their fields. Idempotent by key.
pub async fn save_seller(db: &Db, call: &Call, details: SellerDetails) -> Result<Done<BusinessId>> {
    let details = checked_seller(details)?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let about = by.business.to_string();
        let known = tx.lock::<EInvoicing>(&[&by.business, &about]).await?;
        keep(tx, &by, about, None, known.is_some(), &details)?;
        Ok(Done::now(by.business))
    })
    .await
}

/// Replaces what electronic invoices say of a customer. Refuses wrong numbers at their fields. Idempotent by key.
pub async fn save_buyer(db: &Db, call: &Call, customer: CustomerId, details: BuyerDetails) -> Result<Done<CustomerId>> {
    let details = BuyerDetails {
        place: checked_place(details.place)?,
        vat_id: vat_id(details.vat_id)?,
        buyer_reference: check::short("buyer_reference", details.buyer_reference.as_deref())?,
    };
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        tx.lock::<Customer>(&[&by.business, &customer]).await?.ok_or(Error::NotFound)?;
        let known = tx.get::<EInvoicing>(&[&by.business, &customer.to_string()]).await?;
        keep(tx, &by, customer.to_string(), Some(customer), known.is_some(), &details)?;
        Ok(Done::now(customer))
    })
    .await
}

fn keep(
    tx: &mut Tx<'_>,
    by: &Call,
    about: String,
    customer: Option<CustomerId>,
    known: bool,
    details: &impl Serialize,
) -> Result<()> {
    let details = serde_json::to_string(details).map_err(|error| Error::Fault(format!("details of {about}: {error}")))?;
    let row = EInvoicing { business_id: by.business, about: about.clone(), details, updated_at: tx.now() };
    if known {
        tx.set(&row);
    } else {
        tx.insert(&row);
    }
    let event = event_id(tx);
    Act { kind: "e_invoicing_changed", subject: about, customer, data: serde_json::json!({}), call: by }.write(tx, event);
    Ok(())
}

fn checked_seller(details: SellerDetails) -> Result<SellerDetails> {
    let iban = compact(details.iban);
    if iban.as_deref().is_some_and(|iban| !einvoice::is_iban(iban)) {
        return Err(Error::invalid("iban", "NOT_AN_IBAN", "the check digits of this account number do not agree"));
    }
    let bic = compact(details.bic);
    if bic.as_deref().is_some_and(|bic| !einvoice::is_bic(bic)) {
        return Err(Error::invalid("bic", "NOT_A_BIC", "this is not a bank code of 8 or 11 letters and digits"));
    }
    let untaxed = details.untaxed.filter(|word| !word.is_empty());
    if untaxed.as_deref().is_some_and(|word| !UNTAXED.contains(&word)) {
        return Err(Error::invalid("untaxed", "UNKNOWN", format!("one of {}", UNTAXED.join(", "))));
    }
    let untaxed_reason = check::lines("untaxed_reason", details.untaxed_reason.as_deref())?;
    if untaxed.is_some() && untaxed_reason.is_none() {
        return Err(Error::invalid("untaxed_reason", "REQUIRED", "say in a sentence why no tax is charged"));
    }
    Ok(SellerDetails {
        place: checked_place(details.place)?,
        vat_id: vat_id(details.vat_id)?,
        tax_number: check::short("tax_number", details.tax_number.as_deref())?,
        registration: check::short("registration", details.registration.as_deref())?,
        iban,
        bic,
        untaxed,
        untaxed_reason,
    })
}

fn checked_place(place: Place) -> Result<Place> {
    let country = compact(place.country);
    if country.as_deref().is_some_and(|code| !einvoice::is_country(code)) {
        return Err(Error::invalid("country", "NOT_A_COUNTRY", "a country is two letters, such as DE or US"));
    }
    Ok(Place {
        street: check::short("street", place.street.as_deref())?,
        postcode: check::short("postcode", place.postcode.as_deref())?,
        city: check::short("city", place.city.as_deref())?,
        country,
    })
}

fn vat_id(text: Option<String>) -> Result<Option<String>> {
    let number = compact(text);
    if number.as_deref().is_some_and(|number| !einvoice::is_vat_id(number)) {
        return Err(Error::invalid("vat_id", "NOT_A_VAT_ID", "a VAT number begins with its country, such as DE123456789"));
    }
    Ok(number)
}

/// Without spaces and in capitals, as such numbers are kept; empty counts as absent.
fn compact(text: Option<String>) -> Option<String> {
    let kept: String = text?.chars().filter(|letter| !letter.is_whitespace()).collect();
    (!kept.is_empty()).then(|| kept.to_uppercase())
}
