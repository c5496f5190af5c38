//! Electronic invoices at the desk: their files, and the details that they need of the business and of a customer.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::{CreditNoteId, CustomerId, InvoiceId};
use engine::flows::save_e_invoicing::{save_buyer, save_seller};
use engine::sheets::credit_note::credit_note_sheet;
use engine::sheets::e_invoice::{self, Syntax};
use engine::sheets::invoice::{InvoiceSheet, invoice_sheet};
use engine::store::customer;
use engine::store::e_invoicing::{self, BuyerDetails, Place, SellerDetails};

use super::again::{self, Again, filled, sentence};
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::e_invoices::{BuyerForm, PlaceFields, SellerForm};
use super::views::settings::SettingsTab;
use crate::app::App;
use crate::auth::{Clerk, Manager};
use crate::forms::{DESCRIPTION, Form, NAME};
use crate::json::Id;
use crate::papers;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Action, Link, Refused, Way};

const SELLER_FIELDS: [&str; 11] =
    ["street", "postcode", "city", "country", "vat_id", "tax_number", "registration", "iban", "bic", "untaxed", "untaxed_reason"];
const BUYER_FIELDS: [&str; 6] = ["street", "postcode", "city", "country", "vat_id", "buyer_reference"];
const UNTAXED: [(&str, &str); 5] = [
    ("", "All lines are taxed"),
    ("exempt", "Exempt"),
    ("outside_scope", "Outside the scope of the tax"),
    ("reverse_charge", "Reverse charge"),
    ("export", "Export"),
];

/// The two files of an invoice, each possible or not with its reason.
pub fn files(sheet: &InvoiceSheet) -> [Action; 2] {
    let lacking = e_invoice::lacking(&e_invoice::of_invoice(sheet));
    let refused = || lacking.as_ref().map(|no| Refused { code: no.code, why: sentence(&no.detail) });
    let file = |name, label, syntax: &str| Action {
        name,
        label: Cow::Borrowed(label),
        icon: "file-text",
        href: format!("/admin/invoices/{}/e-invoice?syntax={syntax}", sheet.invoice.id),
        way: Way::Go,
        refused: refused(),
        confirm: "",
    };
    [file("e_invoice_ubl", "E-invoice (UBL)", "ubl"), file("e_invoice_cii", "E-invoice (CII)", "cii")]
}

fn syntax(desk: &Desk) -> Syntax {
    if desk.asked.value("syntax") == "cii" { Syntax::Cii } else { Syntax::Ubl }
}

/// `GET /admin/invoices/{id}/e-invoice`
pub async fn of_invoice(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    papers::invoice_xml(&sheet, syntax(&desk))
}

/// `GET /admin/credit-notes/{id}/e-invoice`
pub async fn of_credit_note(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CreditNoteId>) -> Result<Response, Problem> {
    let sheet = credit_note_sheet(&app.services.db, desk.staff.business, id).await?;
    papers::credit_note_xml(&sheet, syntax(&desk))
}

fn place_fields(typed: &Form) -> PlaceFields {
    let field = |name| typed.field(name);
    PlaceFields { street: field("street"), postcode: field("postcode"), city: field("city"), country: field("country") }
}

fn read_place(typed: &mut Form) -> Place {
    Place {
        street: typed.optional_text("street", NAME),
        postcode: typed.optional_text("postcode", NAME),
        city: typed.optional_text("city", NAME),
        country: typed.optional_text("country", NAME),
    }
}

fn place_filled(place: Place) -> [(&'static str, String); 4] {
    let text = Option::unwrap_or_default;
    [
        ("street", text(place.street)),
        ("postcode", text(place.postcode)),
        ("city", text(place.city)),
        ("country", text(place.country)),
    ]
}

/// `GET /admin/settings/e-invoices`
pub async fn seller(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let known = e_invoicing::seller(&app.services.db, desk.staff.business).await?;
    let text = Option::unwrap_or_default;
    let own = [
        ("vat_id", text(known.vat_id)),
        ("tax_number", text(known.tax_number)),
        ("registration", text(known.registration)),
        ("iban", text(known.iban)),
        ("bic", text(known.bic)),
        ("untaxed", text(known.untaxed)),
        ("untaxed_reason", text(known.untaxed_reason)),
    ];
    Ok(seller_form(&desk, &Again::fresh(filled(place_filled(known.place).into_iter().chain(own)))))
}

fn seller_form(desk: &Desk, again: &Again) -> Response {
    let typed = &again.form;
    let shown = SellerForm {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::EInvoices,
        key: again.key(),
        refusal: again.refusal(&SELLER_FIELDS),
        place: place_fields(typed),
        vat_id: typed.field("vat_id"),
        tax_number: typed.field("tax_number"),
        registration: typed.field("registration"),
        iban: typed.field("iban"),
        bic: typed.field("bic"),
        untaxed: again.choices("untaxed", UNTAXED),
        untaxed_reason: typed.field("untaxed_reason"),
    };
    page(again.status, &shown)
}

/// `POST /admin/settings/e-invoices`
pub async fn save_seller_side(
    State(app): State<Arc<App>>,
    Manager(staff): Manager,
    mut typed: Form,
) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let details = SellerDetails {
        place: read_place(&mut typed),
        vat_id: typed.optional_text("vat_id", NAME),
        tax_number: typed.optional_text("tax_number", NAME),
        registration: typed.optional_text("registration", NAME),
        iban: typed.optional_text("iban", NAME),
        bic: typed.optional_text("bic", NAME),
        untaxed: typed.optional_text("untaxed", NAME),
        untaxed_reason: typed.optional_lines("untaxed_reason", DESCRIPTION),
    };
    let saved = match typed.errors().is_empty() {
        true => save_seller(&app.services.db, &call, details).await.map_err(Some),
        false => Err(None),
    };
    match saved {
        Ok(_) => Ok(done("/admin/settings/e-invoices", "saved")),
        Err(error) => Ok(seller_form(&Desk::open(&app, staff).await?, &Again::of(typed, error)?)),
    }
}

/// `GET /admin/customers/{id}/e-invoicing`
pub async fn buyer(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let known = e_invoicing::buyer(&app.services.db, desk.staff.business, id).await?;
    let own = [("vat_id", known.vat_id.unwrap_or_default()), ("buyer_reference", known.buyer_reference.unwrap_or_default())];
    buyer_form(&app, &desk, id, &Again::fresh(filled(place_filled(known.place).into_iter().chain(own)))).await
}

async fn buyer_form(app: &App, desk: &Desk, id: CustomerId, again: &Again) -> Result<Response, Problem> {
    let (customer, _) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let typed = &again.form;
    let shown = BuyerForm {
        shell: desk.shell(Section::Customers),
        customer: Link::new(format!("/admin/customers/{id}"), customer.name),
        action: format!("/admin/customers/{id}/e-invoicing"),
        key: again.key(),
        refusal: again.refusal(&BUYER_FIELDS),
        place: place_fields(typed),
        vat_id: typed.field("vat_id"),
        buyer_reference: typed.field("buyer_reference"),
    };
    Ok(page(again.status, &shown))
}

/// `POST /admin/customers/{id}/e-invoicing`
pub async fn save_buyer_side(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, CustomerId>,
) -> Result<Response, Problem> {
    let details = BuyerDetails {
        place: read_place(&mut typed),
        vat_id: typed.optional_text("vat_id", NAME),
        buyer_reference: typed.optional_text("buyer_reference", NAME),
    };
    let saved = match typed.errors().is_empty() {
        true => save_buyer(&app.services.db, &call, id, details).await.map_err(Some),
        false => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/customers/{id}"), "saved")),
        Err(error) => buyer_form(&app, &Desk::open(&app, staff).await?, id, &Again::of(typed, error)?).await,
    }
}
