//! From sheets to papers, and papers to PDF: what is printed is what the pages show, from the same figures.
//!
//! Invariants: the functions that draw are handed in by the binary, so this crate is built and tested without the
//! typesetter; a paper is drawn off the event loop and only a few at a time (`press`); a template of a business's own is run in a
//! process with limits (`worker`). The values of each kind of paper are made in the file of its name. Left out: looks, which are
//! `documents`'.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use books::paper::{Business, Letterhead, Logo, Means, PageSize, Paper, PaperKind, Party, Stamp};
use engine::press::{Press, Printable, Printed};
use engine::sheets::credit_note::CreditNoteSheet;
use engine::sheets::invoice::InvoiceSheet;
use engine::sheets::order::OrderSheet;
use engine::sheets::payment::PaymentSheet;
use engine::sheets::refund::RefundSheet;
use engine::sheets::statement::StatementSheet;
use engine::store::customer::Customer;
use engine::store::mail::MailAttachment;
use engine::store::payment::Payment;
use locale::Tongue;

mod invoices;
mod orders;
pub mod press;
mod receipts;
mod refunds;
mod samples;
mod statements;
pub mod worker;

pub use invoices::{credit_note_xml, invoice_xml};

use crate::app::App;
use crate::respond::Problem;
use crate::security::headers::InlinePdf;

/// Where a template is at fault, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mistake {
    /// Line and column, counted from 1. None: of no place in particular.
    pub place: Option<(usize, usize)>,
    pub message: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// A PDF, or in words why there is none.
pub type Drawn = Result<Vec<u8>, String>;
/// A PDF, or where its template is at fault.
pub type Performed = Result<Vec<u8>, Vec<Mistake>>;

/// The functions that draw papers; what they refuse is said in words.
#[derive(Clone, Copy)]
pub struct Papers {
    /// The PDF by the built-in templates, with the electronic invoice that goes inside, if it can be one.
    pub draw: fn(&Paper, Option<&str>) -> Drawn,
    /// The built-in template, as text.
    pub built_in: fn(PaperKind) -> String,
    /// What a template reads as `data.json`.
    pub data: fn(&Paper, Option<&str>) -> Result<String, String>,
    /// What another process needs in order to print this paper by that template.
    pub errand: fn(&Paper, Option<&str>, &str) -> Drawn,
    /// In that process: the PDF.
    pub perform: fn(&[u8]) -> Performed,
    /// How that process is started; it gets the errand on its standard input.
    pub worker: fn() -> std::io::Result<std::process::Command>,
}

/// The PDF of an order or application as it stands. `pay_url`: where it can be paid, printed with a code.
pub async fn order_pdf(app: &Arc<App>, sheet: &OrderSheet, pay_url: Option<String>) -> Result<Response, Problem> {
    shown(app, Printable::Order { sheet, pay_url }).await
}

/// The PDF of an invoice. `pay_url`: where it can be paid, printed with a code.
pub async fn invoice_pdf(app: &Arc<App>, sheet: &InvoiceSheet, pay_url: Option<String>) -> Result<Response, Problem> {
    shown(app, Printable::Invoice { sheet, pay_url }).await
}

/// The PDF of a credit note.
pub async fn credit_note_pdf(app: &Arc<App>, sheet: &CreditNoteSheet) -> Result<Response, Problem> {
    shown(app, Printable::CreditNote(sheet)).await
}

/// The PDF of a payment's receipt.
pub async fn receipt_pdf(app: &Arc<App>, sheet: &PaymentSheet) -> Result<Response, Problem> {
    shown(app, Printable::Receipt(sheet)).await
}

/// The PDF that confirms a refund.
pub async fn refund_pdf(app: &Arc<App>, sheet: &RefundSheet) -> Result<Response, Problem> {
    shown(app, Printable::Refund(sheet)).await
}

/// The PDF of a statement of account. `pay_url`: where it can be paid, printed with a code.
pub async fn statement_pdf(app: &Arc<App>, sheet: &StatementSheet, pay_url: Option<String>) -> Result<Response, Problem> {
    shown(app, Printable::Statement { sheet, pay_url }).await
}

/// The PDF of a letter that asks for what an account owes, with the code of its payment page.
pub async fn letter_pdf(app: &Arc<App>, sheet: &StatementSheet, pay_url: Option<String>) -> Result<Response, Problem> {
    shown(app, Printable::Letter { sheet, pay_url }).await
}

async fn shown(app: &Arc<App>, of: Printable<'_>) -> Result<Response, Problem> {
    Ok(sent(app.press.print(of).await?))
}

/// A PDF to be looked at.
pub fn sent(paper: Printed) -> Response {
    let mut response = paper.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    if let Ok(value) = HeaderValue::from_str(&format!("inline; filename=\"{}.pdf\"", paper.name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response.extensions_mut().insert(InlinePdf);
    response
}

/// What went along with a mail, as it went.
pub fn sent_along(one: MailAttachment) -> Response {
    let name = one.name.strip_suffix(".pdf").unwrap_or(&one.name).to_owned();
    sent(Printed { name, bytes: one.bytes })
}

/// To be kept as a file, not shown.
fn sent_xml(name: &str, xml: String) -> Response {
    sent_file(&format!("{name}.xml"), "application/xml", xml)
}

/// A text to be kept as a file.
pub fn sent_file(name: &str, kind: &'static str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The business's own head, in the language of whom the paper is for; none: its own.
fn letterhead(business: &engine::store::business::Business, locale: Option<&str>, now: books::calendar::Instant) -> Letterhead {
    let sender = Business {
        name: business.name.clone(),
        address: lines_of(business.address.as_deref()),
        email: business.email.clone().unwrap_or_default(),
        phone: business.phone.clone().unwrap_or_default(),
        tax_id: business.tax_id.clone().unwrap_or_default(),
        color: Some(business.color.clone()),
        logo: business.logo.clone().map(|bytes| Logo { bytes }),
        footer: business.footer.clone().unwrap_or_default(),
    };
    let page = if business.paper == "letter" { PageSize::Letter } else { PageSize::A4 };
    let locale = locale.unwrap_or(&business.locale).to_owned();
    Letterhead { page, locale, ..Letterhead::new(sender, Stamp::in_zone(now, &business.zone())) }
}

fn lines_of(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn party(customer: &Customer) -> Party {
    Party {
        name: customer.name.clone(),
        address: lines_of(customer.address.as_deref()),
        email: customer.email.clone().unwrap_or_default(),
        phone: customer.phone.clone().unwrap_or_default(),
        tax_id: String::new(),
        reference: customer.reference.clone().unwrap_or_default(),
    }
}

/// How the reader of a paper is spoken to.
fn tongue(head: &Letterhead) -> Tongue {
    Tongue::of_tag(&head.locale)
}

fn means(payment: &Payment) -> Means {
    let reference = payment.reference.clone().unwrap_or_default();
    match (payment.external_kind.as_deref(), payment.brand.as_deref(), &payment.last4) {
        (Some("cash"), ..) => Means::Cash,
        (Some("check"), ..) => Means::Check { number: reference },
        (Some("bank_transfer"), ..) => Means::BankTransfer { reference },
        (Some("card_terminal"), ..) => Means::CardTerminal { reference },
        (Some(_), ..) => Means::Other { label: reference },
        (None, Some("Bank debit"), Some(last4)) => Means::BankDebit { bank: String::new(), last4: last4.clone() },
        (None, Some(brand), Some(last4)) => Means::Card { brand: brand.to_owned(), last4: last4.clone() },
        (None, ..) => Means::Other { label: String::new() },
    }
}
