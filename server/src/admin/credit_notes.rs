//! The form of a credit note: by an amount or by lines, with what it does before it is written.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use books::account::{Destination, DestinationKind};
use books::credit_note::OfLine;
use books::ids::{CreditNoteId, InvoiceId, InvoiceLineId};
use engine::error::Error;
use engine::flows::call::Call;
use engine::flows::credit_invoice::{Credited, Crediting, Preview, credit_invoice, preview_credit};
use engine::sheets::credit_note::credit_note_sheet;
use engine::sheets::invoice::{InvoiceSheet, invoice_sheet};
use engine::store::invoice::InvoiceLine;

use super::again::{self, Again, filled};
use super::desk::{Desk, done};
use super::views::invoices::{CreditForm, CreditLine, CreditPreview};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::{DESCRIPTION, Form};
use crate::papers;
use crate::respond::{Problem, page};
use crate::view::Link;
use crate::view::form::Field;
use crate::view::shell::Section;

/// The name of the field of one line.
fn field_of(line: InvoiceLineId) -> String {
    format!("line-{line}")
}

fn creditable(sheet: &InvoiceSheet) -> impl Iterator<Item = &InvoiceLine> {
    sheet.lines.iter().filter(|line| line.gross > 0 && sheet.left_of(line) > 0)
}

fn form(desk: &Desk, sheet: &InvoiceSheet, again: &Again, preview: Option<Preview>) -> Response {
    let typed = &again.form;
    let (id, currency) = (sheet.invoice.id, sheet.invoice.currency);
    let amount = |minor| desk.amount(minor, currency);
    let line = |line: &InvoiceLine| CreditLine {
        id: line.id.to_string(),
        label: line.description.clone(),
        left: amount(sheet.left_of(line)),
        amount: typed.field(&field_of(line.id)),
    };
    let lines: Vec<CreditLine> = creditable(sheet).map(line).collect();
    let of_lines: Vec<String> = creditable(sheet).map(|line| field_of(line.id)).collect();
    let mut shown_fields = vec!["amount", "reason", "dated_on", "note", "outside"];
    shown_fields.extend(of_lines.iter().map(String::as_str));
    let shown = CreditForm {
        shell: desk.shell(Section::Invoices),
        invoice: Link::new(format!("/admin/invoices/{id}"), sheet.invoice.title()),
        action: format!("/admin/invoices/{id}/credit"),
        key: again.key(),
        refusal: again.refusal(&shown_fields),
        currency: currency.code().to_owned(),
        creditable: amount(sheet.creditable()),
        due: amount(sheet.figures.amount_due),
        amount: typed.field("amount"),
        reason: typed.field("reason"),
        dated_on: typed.field("dated_on"),
        note: typed.field("note"),
        send: Field::of(typed.value("send")),
        has_address: sheet.customer.email.is_some(),
        lines,
        preview: preview.map(|found| CreditPreview {
            amount: amount(found.amount),
            due_before: amount(found.due_before),
            due_after: amount(found.due_after),
            freed: amount(found.freed),
            outside: typed.field("outside"),
        }),
    };
    page(again.status, &shown)
}

/// `GET /admin/invoices/{id}/credit`: prefilled with today.
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let id: InvoiceId = id.parse().map_err(|_| Problem::not_found())?;
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    let typed = filled([("dated_on", desk.today().to_string())]);
    Ok(form(&desk, &sheet, &Again::fresh(typed), None))
}

/// What was typed: an amount, or the lines that have one.
fn read(typed: &mut Form, sheet: &InvoiceSheet) -> Option<(Crediting, Option<i64>)> {
    let currency = sheet.invoice.currency;
    let reason = typed.lines("reason", DESCRIPTION);
    let amount = typed.optional_amount("amount", currency);
    let mut lines = Vec::new();
    for line in creditable(sheet) {
        if let Some(part) = typed.optional_amount(&field_of(line.id), currency) {
            lines.push((line.id, OfLine::Amount(part.minor)));
        }
    }
    let dated_on = typed.optional_day("dated_on");
    let note = typed.optional_lines("note", DESCRIPTION);
    let outside = typed.optional_amount("outside", currency).map(|money| money.minor);
    let what = match (amount, lines.is_empty()) {
        (Some(amount), true) => Some(Credited::Amount(amount.minor)),
        (None, false) => Some(Credited::Lines(lines)),
        (None, true) if typed.errors().is_empty() => {
            typed.wrong("amount", "REQUIRED", "Write an amount, or one at a line.");
            None
        }
        (None, true) => None,
        (Some(_), false) => {
            typed.wrong("amount", "INVALID", "Write either one amount or amounts at lines.");
            None
        }
    };
    if !typed.errors().is_empty() {
        return None;
    }
    let crediting = Crediting {
        what: what?,
        reason: reason?,
        note,
        dated_on,
        destinations: Vec::new(),
        keep_fees: false,
        send: typed.ticked("send"),
    };
    Some((crediting, outside))
}

/// What happened: it was written, or only looked at.
enum Outcome {
    Written,
    Looked(Preview),
}

/// Looks at what it would do and, unless that is all that was asked, writes it with the freed money split as typed.
async fn carry_out(
    app: &App,
    call: &Call,
    id: InvoiceId,
    crediting: Crediting,
    outside: Option<i64>,
    write: bool,
) -> Result<Outcome, Error> {
    let preview = preview_credit(&app.services.db, call, id, crediting.clone()).await?;
    if !write {
        return Ok(Outcome::Looked(preview));
    }
    let ways = outside.map_or_else(Vec::new, |outside| {
        let rest = preview.freed - outside;
        let balance = Destination { to: DestinationKind::Balance, amount: rest };
        let outside = Destination { to: DestinationKind::Outside, amount: outside };
        // What does not add up is refused by the books, at the field where it was typed.
        if rest == 0 { vec![outside] } else { vec![outside, balance] }
    });
    credit_invoice(&app.services, call, id, Crediting { destinations: ways, ..crediting }).await?;
    Ok(Outcome::Written)
}

/// `POST /admin/invoices/{id}/credit`
pub async fn submit(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Clerk(staff): Clerk,
    mut typed: Form,
) -> Result<Response, Problem> {
    let id: InvoiceId = id.parse().map_err(|_| Problem::not_found())?;
    let call = again::call(&staff, &mut typed)?;
    let sheet = invoice_sheet(&app.services.db, staff.business, id).await?;
    let write = typed.value("then") != "look";
    let saved = match read(&mut typed, &sheet) {
        Some((crediting, outside)) => carry_out(&app, &call, id, crediting, outside, write).await.map_err(Some),
        None => Err(None),
    };
    let desk = Desk::open(&app, staff).await?;
    match saved {
        Ok(Outcome::Written) => Ok(done(&format!("/admin/invoices/{id}"), "credited")),
        Ok(Outcome::Looked(preview)) => Ok(form(&desk, &sheet, &Again::fresh(typed), Some(preview))),
        Err(error) => Ok(form(&desk, &sheet, &Again::of(typed, error)?, None)),
    }
}

/// `GET /admin/credit-notes/{id}/pdf`
pub async fn pdf(State(app): State<Arc<App>>, Path(id): Path<String>, staff: Staff) -> Result<Response, Problem> {
    let id: CreditNoteId = id.parse().map_err(|_| Problem::not_found())?;
    let sheet = credit_note_sheet(&app.services.db, staff.business, id).await?;
    papers::credit_note_pdf(&app, &sheet).await
}
