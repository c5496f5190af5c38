//! Electronic invoices by EN 16931: a bill as values in, XML out, in the two syntaxes the norm knows.
//!
//! [`cii`] writes the Cross Industry Invoice that Factur-X and ZUGFeRD embed in a PDF, [`ubl`] the Universal Business
//! Language that Peppol carries; both say the same. Pure: no clock, no files, no settings. Invariant: what would not be a
//! valid electronic invoice is not written; [`Bill::check`] says which details are missing, and by which name the business
//! knows them. Limits: currencies of at most two decimals, as the norm has it; one buyer, one seller, no delivery address.
//! Left out on purpose: national extensions (XRechnung, CTC-FR), intra-community supplies, and reading such files.

mod bill;
mod check;
mod cii;
mod countries;
mod printed;
mod totals;
mod ubl;
mod units;
mod vat;
mod xml;

pub use bill::{Address, Basis, Bill, BillKind, BillLine, Buyer, Preceding, Seller, Untaxed, UntaxedReason};
pub use check::{Fault, Missing};
pub use cii::cii;
pub use countries::is_country;
pub use ubl::ubl;
pub use vat::{is_bic, is_iban, is_vat_id};

/// The specification that both syntaxes name: the core invoice of EN 16931.
const SPECIFICATION: &str = "urn:cen.eu:en16931:2017";
