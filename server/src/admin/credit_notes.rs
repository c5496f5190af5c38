//! The form of a credit note: by an amount or by lines, with what it does before it is written.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::account::{Destination, DestinationKind};
use books::credit_note::OfLine;
use books::ids::{CreditNoteId, InvoiceId, InvoiceLineId};
use engine::flows::credit_invoice::{Credited, Crediting, Preview, credit_invoice, preview_credit};
use engine::sheets::credit_note::credit_note_sheet;
use engine::sheets::invoice::{InvoiceSheet, invoice_sheet};
use engine::store::invoice::InvoiceLine;

use super::again::{Again, filled};
use super::approvals::said;
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::invoices::{CreditForm, CreditLine, CreditPreview};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::{DESCRIPTION, Form};
use crate::json::Id;
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
    let mut shown_fields = vec!["amount", "reason", "dated_on", "note", "card", "outside"];
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
            card: typed.field("card"),
            most_to_card: amount(found.most_to_card),
            card_hint: format!(
                "Refunded at once by the processor; at most {} of it came by card.",
                amount(found.most_to_card).text
            ),
        }),
        keep_fees: (sheet.figures.fees > 0).then(|| Field::of(typed.value("keep_fees"))),
        needs_approval: again.has_code("NEEDS_APPROVAL"),
    };
    page(again.status, &shown)
}

/// `GET /admin/invoices/{id}/credit`: prefilled with today.
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    let typed = filled([("dated_on", desk.today().to_string())]);
    Ok(form(&desk, &sheet, &Again::fresh(typed), None))
}

/// The parts of freed money that do not stay on the balance, in minor units.
struct Split {
    card: Option<i64>,
    outside: Option<i64>,
}

/// What was typed: an amount, or the lines that have one.
fn read(typed: &mut Form, sheet: &InvoiceSheet) -> Option<(Crediting, Split)> {
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
    let mut part = |name| typed.optional_amount(name, currency).map(|money| money.minor);
    let ways = Split { card: part("card"), outside: part("outside") };
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
        keep_fees: typed.ticked("keep_fees"),
        send: typed.ticked("send"),
        request_approval: typed.ticked("request_approval"),
    };
    Some((crediting, ways))
}

/// How the freed money is split: what was typed, and the rest to the balance. Nothing typed: all to the balance. What does not
/// add up is refused by the books.
fn split(freed: i64, typed: Split) -> Vec<Destination> {
    let way = |to, amount| Destination { to, amount };
    let parts: Vec<Destination> = [(DestinationKind::Card, typed.card), (DestinationKind::Outside, typed.outside)]
        .into_iter()
        .filter_map(|(to, amount)| amount.map(|amount| way(to, amount)))
        .collect();
    let rest = freed - parts.iter().map(|part| part.amount).sum::<i64>();
    match (parts.is_empty(), rest) {
        (true, _) => Vec::new(),
        (false, 0) => parts,
        (false, rest) => [parts, vec![way(DestinationKind::Balance, rest)]].concat(),
    }
}

/// `POST /admin/invoices/{id}/credit`: looked at first, and written unless only that was asked.
pub async fn submit(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, staff.business, id).await?;
    let write = typed.value("then") != "look";
    let asked = read(&mut typed, &sheet);
    let desk = Desk::open(&app, staff).await?;
    let Some((crediting, ways)) = asked else { return Ok(form(&desk, &sheet, &Again::of(typed, None)?, None)) };
    let preview = match preview_credit(&app.services.db, &call, id, crediting.clone()).await {
        Ok(preview) if write => preview,
        Ok(preview) => return Ok(form(&desk, &sheet, &Again::fresh(typed), Some(preview))),
        Err(error) => return Ok(form(&desk, &sheet, &Again::of(typed, Some(error))?, None)),
    };
    let crediting = Crediting { destinations: split(preview.freed, ways), ..crediting };
    match credit_invoice(&app.services, &call, id, crediting).await {
        Ok(made) => Ok(done(&format!("/admin/invoices/{id}"), said(made.value, "credited"))),
        Err(error) => Ok(form(&desk, &sheet, &Again::of(typed, Some(error))?, Some(preview))),
    }
}

/// `GET /admin/credit-notes/{id}/pdf`
pub async fn pdf(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<CreditNoteId>) -> Result<Response, Problem> {
    let sheet = credit_note_sheet(&app.services.db, staff.business, id).await?;
    papers::credit_note_pdf(&app, &sheet).await
}
