//! From sheets to papers, and papers to PDF: what is printed is what the pages show, from the same figures.
//!
//! Invariants: the functions that draw are handed in by the binary, so this crate is built and tested without the
//! typesetter; a paper is drawn off the event loop and only a few at a time (`press`); a template of a business's own is run in a
//! process with limits (`worker`). Left out: looks, which are `documents`'.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use books::money::{Currency, Money};
use books::order::OrderState;
use books::paper::{
    AgeingStrip, Amendment, AmendmentReason, AppliedTo, Body, Business, LetterPaper, Letterhead, Logo, Mark, Means, Movement,
    OpenItem, OrderKind, OrderPaper, PageSize, PaidRow, Paper, PaperKind, PaperLine, Party, PayPanel, Prices, ReceiptPaper,
    Stamp, Standing, StatementPaper, TaxRow,
};
use engine::press::{Press, Printable, Printed};
use engine::sheets::credit_note::CreditNoteSheet;
use engine::sheets::invoice::InvoiceSheet;
use engine::sheets::order::OrderSheet;
use engine::sheets::payment::PaymentSheet;
use engine::sheets::refund::RefundSheet;
use engine::sheets::statement::{Moved, StatementSheet};
use engine::store::customer::Customer;
use engine::store::mail::MailAttachment;
use engine::store::order::OrderLine;
use engine::store::payment::Payment;
use engine::wording;
use locale::Tongue;

mod invoices;
pub mod press;
mod refunds;
mod samples;
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

/// The values that an order's PDF prints.
pub fn order_paper(sheet: &OrderSheet, pay_url: Option<String>, now: books::calendar::Instant) -> OrderPaper {
    let zone = sheet.business.zone();
    let currency = sheet.order.currency;
    let money = |minor| Money::new(minor, currency);
    let figures = sheet.figures;
    let due = figures.amount_due > 0;
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), now);
    OrderPaper {
        body: body(&tongue(&head), sheet),
        head,
        customer: party(&sheet.customer),
        kind: match sheet.order.kind {
            books::order::OrderKind::Order => OrderKind::Order,
            books::order::OrderKind::Application => OrderKind::Application,
        },
        number: sheet.order.number.clone(),
        mark: mark(sheet),
        description: String::new(),
        ordered_on: sheet.order.created_at.day_in(&zone),
        due_on: None,
        reference: sheet.customer.reference.clone().unwrap_or_default(),
        standing: Standing {
            total: money(figures.total),
            fees: money(figures.fees),
            credited: money(figures.credited),
            written_off: money(figures.written_off),
            paid: money(figures.paid),
            amount_due: money(figures.amount_due),
        },
        payments: paid_rows(sheet),
        pay: pay_url.filter(|_| due).map(PayPanel::link),
        message: String::new(),
        notes: sheet.order.note.iter().cloned().collect(),
    }
}

fn mark(sheet: &OrderSheet) -> Option<Mark> {
    use books::figures::PaymentState as P;
    match (sheet.order.state, sheet.payment_state()) {
        (OrderState::Draft, _) => Some(Mark::Draft),
        (OrderState::Canceled | OrderState::Denied | OrderState::Withdrawn, _) => Some(Mark::Canceled),
        (_, _) if sheet.reserved() > 0 => Some(Mark::Pending),
        (_, P::Paid) => Some(Mark::Paid),
        (_, P::PartPaid) => Some(Mark::PartPaid),
        (_, P::Unpaid) => Some(Mark::Unpaid),
    }
}

fn body(tongue: &Tongue, sheet: &OrderSheet) -> Body {
    let currency = sheet.order.currency;
    let money = |minor| Money::new(minor, currency);
    let live = || sheet.lines.iter().filter(|line| line.removed_by.is_none());
    let mut lines: Vec<PaperLine> = sheet.lines.iter().map(|line| paper_line(sheet, line)).collect();
    let mut taxes: Vec<TaxRow> = Vec::new();
    for line in live() {
        let Some(rate) = &line.tax_rate else { continue };
        match taxes.iter_mut().find(|row| row.rate == *rate) {
            Some(row) => {
                *row = TaxRow { rate: rate.clone(), net: money(row.net.minor + line.net), tax: money(row.tax.minor + line.tax) }
            }
            None => taxes.push(TaxRow { rate: rate.clone(), net: money(line.net), tax: money(line.tax) }),
        }
    }
    // A discount may outlive the line that it had lessened: what is left over is printed, so that the paper adds up.
    let over = sheet.figures.total - live().map(|line| line.gross).sum::<i64>();
    if over != 0 {
        lines.push(leftover(tongue, money(over)));
    }
    Body { prices: Prices::BeforeTax, lines, taxes, total: money(sheet.figures.total) }
}

fn leftover(tongue: &Tongue, amount: Money) -> PaperLine {
    PaperLine {
        description: tongue.say("written-leftover").to_string(),
        detail: String::new(),
        quantity: "1".to_owned(),
        unit_amount: amount,
        tax_rate: None,
        net: amount,
        gross: amount,
        amended: None,
    }
}

fn paper_line(sheet: &OrderSheet, line: &OrderLine) -> PaperLine {
    let zone = sheet.business.zone();
    let money = |minor| Money::new(minor, sheet.order.currency);
    let changed = line.removed_by.or(line.added_by);
    let amended = sheet.amendments.iter().find(|row| Some(row.id) == changed).map(|row| Amendment {
        on: row.created_at.day_in(&zone),
        reason: match row.reason.as_str() {
            "items_added" => AmendmentReason::ItemsAdded,
            "shipping" => AmendmentReason::Shipping,
            "extra_service" => AmendmentReason::ExtraService,
            "correction" => AmendmentReason::Correction,
            _ => AmendmentReason::Other,
        },
        note: String::new(),
        removed: line.removed_by.is_some(),
    });
    PaperLine {
        description: line.description.clone(),
        detail: String::new(),
        quantity: line.unit.as_ref().map_or_else(|| line.quantity.clone(), |unit| format!("{} {unit}", line.quantity)),
        unit_amount: money(line.unit_amount),
        tax_rate: line.tax_rate.clone(),
        net: money(line.net),
        gross: money(line.gross),
        amended,
    }
}

fn paid_rows(sheet: &OrderSheet) -> Vec<PaidRow> {
    let zone = sheet.business.zone();
    let counted = sheet.payments.iter().rev().map(|payment| (payment, sheet.paid_by(payment.id))).filter(|(_, part)| *part > 0);
    counted
        .map(|(payment, part)| PaidRow {
            number: payment.number.clone(),
            on: payment.received_on.unwrap_or_else(|| payment.succeeded_at.unwrap_or(payment.created_at).day_in(&zone)),
            means: means(payment),
            applied: Money::new(part, payment.currency),
            amount: Money::new(payment.amount, payment.currency),
        })
        .collect()
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

/// The values that a receipt prints.
pub fn receipt_paper(sheet: &PaymentSheet, now: books::calendar::Instant) -> ReceiptPaper {
    let zone = sheet.business.zone();
    let currency: Currency = sheet.payment.currency;
    let money = |minor| Money::new(minor, currency);
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), now);
    let tongue = tongue(&head);
    let applied: Vec<AppliedTo> = sheet
        .charges
        .iter()
        .filter(|charge| charge.kind.class() == books::entry::Class::Charge)
        .map(|charge| {
            let part: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
            let order = sheet.order_of(charge).and_then(|order| order.number.clone());
            let invoice = sheet.invoice_of(charge).and_then(|invoice| invoice.number.clone());
            AppliedTo {
                number: invoice.or(order).unwrap_or_default(),
                description: wording::entry(&tongue, charge.kind, &charge.description),
                applied: money(part),
                due_after: None,
            }
        })
        .collect();
    let set_against: i64 = applied.iter().map(|row| row.applied.minor).sum();
    let free = sheet.unapplied();
    let payment = &sheet.payment;
    ReceiptPaper {
        head,
        customer: party(&sheet.customer),
        number: payment.number.clone(),
        received_at: Stamp::in_zone(payment.succeeded_at.unwrap_or(payment.created_at), &zone),
        received_on: payment.received_on,
        amount: money(payment.amount),
        means: means(payment),
        reference: String::new(),
        tendered: payment.tendered.map(money),
        change: payment.change().map(money),
        applied,
        refunded: money(payment.amount - set_against - free),
        credit_left: money(free),
        still_owed: Some(money(sheet.still_due)),
        message: String::new(),
        notes: Vec::new(),
    }
}

fn open_items(tongue: &Tongue, sheet: &StatementSheet) -> Vec<OpenItem> {
    let money = |minor| Money::new(minor, sheet.currency);
    let items = sheet.open.iter().map(|item| OpenItem {
        number: item.number.clone(),
        description: wording::entry(tongue, item.kind, &item.description),
        on: item.on,
        due_on: item.due_on,
        // Without a named due day it is aged, but never called late.
        days_past_due: if item.due_on.is_some() { item.days_past_due } else { 0 },
        amount: money(item.amount),
        open: money(item.open),
    });
    items.collect()
}

/// The values that a statement prints.
pub fn statement_paper(sheet: &StatementSheet, pay_url: Option<String>) -> StatementPaper {
    let money = |minor| Money::new(minor, sheet.currency);
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), sheet.made_at);
    let tongue = tongue(&head);
    let moved = |row: &Moved| Movement {
        on: row.on,
        description: wording::entry(&tongue, row.kind, &row.description),
        number: row.number.clone(),
        amount: money(row.amount),
        balance: money(row.balance),
    };
    let a = sheet.ageing;
    StatementPaper {
        open_items: open_items(&tongue, sheet),
        head,
        customer: party(&sheet.customer),
        from: sheet.period.from,
        to: sheet.period.to,
        opening: money(sheet.opening),
        movements: sheet.movements.iter().map(moved).collect(),
        closing: money(sheet.closing),
        ageing: AgeingStrip {
            current: money(a.current),
            d1_30: money(a.d1_30),
            d31_60: money(a.d31_60),
            d61_90: money(a.d61_90),
            d90_plus: money(a.d90_plus),
            free_credit: money(a.credit),
        },
        last_closing: sheet.said_before.map(money),
        entered_since: sheet.entered_since.iter().map(moved).collect(),
        pay: pay_url.filter(|_| sheet.closing < 0).map(PayPanel::link),
        notes: Vec::new(),
    }
}

/// The values that a payment letter prints: what is open at the end of the sheet's days, in the business's words.
pub fn letter_paper(sheet: &StatementSheet, pay_url: Option<String>) -> LetterPaper {
    let money = |minor| Money::new(minor, sheet.currency);
    let due = money(-sheet.closing);
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), sheet.made_at);
    let tongue = tongue(&head);
    let how = match (&pay_url, due.minor > 0) {
        (_, false) => tongue.say("letter-nothing"),
        (Some(_), true) => tongue.say("letter-by-code"),
        (None, true) => tongue.say("letter-ask"),
    };
    LetterPaper {
        customer: party(&sheet.customer),
        dated_on: sheet.period.to,
        subject: tongue.say("letter-subject").with("business", &sheet.business.name).to_string(),
        paragraphs: vec![
            tongue.say("letter-greeting").with("name", &sheet.customer.name).to_string(),
            tongue.say("letter-open").to_string(),
            how.to_string(),
            format!("{}\n{}", tongue.say("letter-regards"), sheet.business.name),
        ],
        open_items: open_items(&tongue, sheet),
        amount_due: due,
        free_credit: money(sheet.ageing.credit),
        pay: pay_url.map(PayPanel::link),
        head,
    }
}
