//! Electronic invoices by EN 16931: the files, and what they say of the business and of a customer.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ids::{CreditNoteId, CustomerId, InvoiceId};
use engine::flows::save_e_invoicing::{save_buyer, save_seller};
use engine::sheets::credit_note::credit_note_sheet;
use engine::sheets::e_invoice;
use engine::sheets::invoice::invoice_sheet;
use engine::store::customer;
use engine::store::e_invoicing::{self, BuyerDetails, Place, SellerDetails};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Sets, Writes};
use super::replies::written;
use crate::app::App;
use crate::json::{self, Id, StrictJson, StrictQuery};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/invoices/{id}/e-invoice", get(of_invoice))
        .route("/api/v1/credit-notes/{id}/e-invoice", get(of_credit_note))
        .route("/api/v1/settings/e-invoicing", get(seller).put(keep_seller))
        .route("/api/v1/customers/{id}/e-invoicing", get(buyer).put(keep_buyer))
}

#[derive(OpenApi)]
#[openapi(paths(of_invoice, of_credit_note, seller, keep_seller, buyer, keep_buyer))]
pub struct Description;

/// Which of the two syntaxes of the norm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Syntax {
    /// UBL 2.1, as Peppol carries it.
    #[default]
    Ubl,
    /// UN/CEFACT Cross Industry Invoice, as Factur-X embeds it.
    Cii,
}

impl From<Syntax> for e_invoice::Syntax {
    fn from(syntax: Syntax) -> e_invoice::Syntax {
        match syntax {
            Syntax::Ubl => e_invoice::Syntax::Ubl,
            Syntax::Cii => e_invoice::Syntax::Cii,
        }
    }
}

/// In which syntax.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SyntaxQuery {
    /// `ubl` unless said otherwise.
    #[param(inline)]
    syntax: Option<Syntax>,
}

/// An issued invoice as an electronic invoice (EN 16931)
///
/// As it was issued: what was paid or credited since is not on it. Refused with E_INVOICE_INCOMPLETE while details are missing.
#[utoipa::path(get, path = "/api/v1/invoices/{id}/e-invoice", tag = "e-invoices",
    params(("id" = String, Path, description = "`inv_…`"), SyntaxQuery),
    responses((status = 200, description = "The file", body = String, content_type = "application/xml")))]
async fn of_invoice(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<InvoiceId>,
    StrictQuery(query): StrictQuery<SyntaxQuery>,
) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, caller.business, id).await?;
    papers::invoice_xml(&sheet, query.syntax.unwrap_or_default().into())
}

/// A credit note as an electronic one (EN 16931)
#[utoipa::path(get, path = "/api/v1/credit-notes/{id}/e-invoice", tag = "e-invoices",
    params(("id" = String, Path, description = "`crn_…`"), SyntaxQuery),
    responses((status = 200, description = "The file", body = String, content_type = "application/xml")))]
async fn of_credit_note(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<CreditNoteId>,
    StrictQuery(query): StrictQuery<SyntaxQuery>,
) -> Result<Response, Problem> {
    let sheet = credit_note_sheet(&app.services.db, caller.business, id).await?;
    papers::credit_note_xml(&sheet, query.syntax.unwrap_or_default().into())
}

/// Why lines without tax have none, by the norm's own categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Untaxed {
    Exempt,
    OutsideScope,
    ReverseCharge,
    Export,
}

impl Untaxed {
    const ALL: [(Untaxed, &str); 4] = [
        (Untaxed::Exempt, "exempt"),
        (Untaxed::OutsideScope, "outside_scope"),
        (Untaxed::ReverseCharge, "reverse_charge"),
        (Untaxed::Export, "export"),
    ];

    fn read(word: &str) -> Option<Untaxed> {
        Untaxed::ALL.into_iter().find(|(_, known)| *known == word).map(|(why, _)| why)
    }

    fn word(self) -> Option<String> {
        Untaxed::ALL.into_iter().find(|(why, _)| *why == self).map(|(_, word)| word.to_owned())
    }
}

/// What electronic invoices say of the business, beside its name, email and phone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SellerSide {
    #[schema(max_length = 200)]
    street: Option<String>,
    #[schema(max_length = 200)]
    postcode: Option<String>,
    #[schema(max_length = 200)]
    city: Option<String>,
    /// ISO 3166-1 alpha-2, such as `DE`.
    country: Option<String>,
    /// With its country in front, such as `DE123456789`.
    vat_id: Option<String>,
    /// Of the local tax office.
    #[schema(max_length = 200)]
    tax_number: Option<String>,
    /// In the register of companies.
    #[schema(max_length = 200)]
    registration: Option<String>,
    /// Where a transfer goes; also printed on invoices.
    iban: Option<String>,
    bic: Option<String>,
    #[schema(inline)]
    untaxed: Option<Untaxed>,
    /// The sentence that says why; needed with `untaxed`.
    #[schema(max_length = 1000)]
    untaxed_reason: Option<String>,
}

impl SellerSide {
    fn of(details: SellerDetails) -> SellerSide {
        let Place { street, postcode, city, country } = details.place;
        SellerSide {
            street,
            postcode,
            city,
            country,
            vat_id: details.vat_id,
            tax_number: details.tax_number,
            registration: details.registration,
            iban: details.iban,
            bic: details.bic,
            untaxed: details.untaxed.as_deref().and_then(Untaxed::read),
            untaxed_reason: details.untaxed_reason,
        }
    }

    fn details(self) -> SellerDetails {
        SellerDetails {
            place: Place { street: self.street, postcode: self.postcode, city: self.city, country: self.country },
            vat_id: self.vat_id,
            tax_number: self.tax_number,
            registration: self.registration,
            iban: self.iban,
            bic: self.bic,
            untaxed: self.untaxed.and_then(Untaxed::word),
            untaxed_reason: self.untaxed_reason,
        }
    }
}

/// What electronic invoices say of the business
#[utoipa::path(get, path = "/api/v1/settings/e-invoicing", tag = "e-invoices",
    responses((status = 200, description = "The details", body = SellerSide)))]
async fn seller(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    let details = e_invoicing::seller(&app.services.db, caller.business).await?;
    Ok(json::answer(StatusCode::OK, &SellerSide::of(details)))
}

/// Replace what electronic invoices say of the business
///
/// What is absent is taken away. Invoices that are issued keep what they said.
#[utoipa::path(put, path = "/api/v1/settings/e-invoicing", tag = "e-invoices", request_body = SellerSide,
    responses((status = 200, description = "The details", body = SellerSide)))]
async fn keep_seller(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    StrictJson { value: new, request_hash }: StrictJson<SellerSide>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = save_seller(&app.services.db, &call, new.details());
    written(&app, &call, StatusCode::OK, act, async |id| Ok(SellerSide::of(e_invoicing::seller(&app.services.db, id).await?)))
        .await
}

/// What electronic invoices say of a customer, beside their name and email.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BuyerSide {
    #[schema(max_length = 200)]
    street: Option<String>,
    #[schema(max_length = 200)]
    postcode: Option<String>,
    #[schema(max_length = 200)]
    city: Option<String>,
    /// ISO 3166-1 alpha-2, such as `FR`.
    country: Option<String>,
    vat_id: Option<String>,
    /// What they asked to be quoted on invoices.
    #[schema(max_length = 200)]
    buyer_reference: Option<String>,
}

impl BuyerSide {
    fn of(details: BuyerDetails) -> BuyerSide {
        let Place { street, postcode, city, country } = details.place;
        let (vat_id, buyer_reference) = (details.vat_id, details.buyer_reference);
        BuyerSide { street, postcode, city, country, vat_id, buyer_reference }
    }

    fn details(self) -> BuyerDetails {
        BuyerDetails {
            place: Place { street: self.street, postcode: self.postcode, city: self.city, country: self.country },
            vat_id: self.vat_id,
            buyer_reference: self.buyer_reference,
        }
    }
}

/// What electronic invoices say of a customer
#[utoipa::path(get, path = "/api/v1/customers/{id}/e-invoicing", tag = "e-invoices",
    params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "The details", body = BuyerSide)))]
async fn buyer(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let (known, _) = customer::customer(&app.services.db, caller.business, id).await?;
    let details = e_invoicing::buyer(&app.services.db, caller.business, known.id).await?;
    Ok(json::answer(StatusCode::OK, &BuyerSide::of(details)))
}

/// Replace what electronic invoices say of a customer
///
/// What is absent is taken away. Invoices that are issued keep what they said.
#[utoipa::path(put, path = "/api/v1/customers/{id}/e-invoicing", tag = "e-invoices",
    params(("id" = String, Path, description = "`cus_…`")), request_body = BuyerSide,
    responses((status = 200, description = "The details", body = BuyerSide)))]
async fn keep_buyer(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<BuyerSide>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = save_buyer(&app.services.db, &call, id, new.details());
    written(&app, &call, StatusCode::OK, act, async |id| {
        Ok(BuyerSide::of(e_invoicing::buyer(&app.services.db, call.business, id).await?))
    })
    .await
}
