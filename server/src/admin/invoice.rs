//! One invoice: everything about it, and what is done to it as a whole.
//!
//! Invariant: every action is shown, possible or not, as the capability function answers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::capability::{Action as Act, Answer};
use books::ids::InvoiceId;
use books::invoice::InvoiceStanding;
use engine::flows::charge_saved::Which;
use engine::flows::draft_invoice::duplicate_invoice;
use engine::flows::issue_and_charge;
use engine::flows::issue_invoice::{Issuing, issue_invoice, send_invoice};
use engine::sheets::actions;
use engine::sheets::invoice::{InvoiceSheet, invoice_sheet};
use engine::store::credit_note::CreditNote;
use engine::store::invoice::InvoiceLine;

use super::charge::told;
use super::desk::{Desk, done};
use super::order::card_in_person;
use super::submission::Submission;
use super::views::invoices::{CreditNoteRow, InvoicePage};
use super::words::{self, Names};
use super::{acts, e_invoices, remote_invoices, rows};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::new_key;
use crate::json::Id;
use crate::papers;
use crate::portal::shown::invoice_line;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Action, Amount, Day, Fact, Figures, Link, Notice, Tone, Way};
use locale::Tongue;

/// `GET /admin/invoices/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let sheet = invoice_sheet(&app.services.db, of, id).await?;
    let answers = actions::of_invoice(&app.services, of, id, &desk.staff.call(None).actor).await?;
    let names = Names::of(&app, of).await?;
    let events = remote_invoices::history(&app, of, id.to_string(), &sheet.remote_invoices).await?;
    let invoice = &sheet.invoice;
    let requests = sheet.requests.iter().map(|request| {
        let document = Link::new(format!("/admin/invoices/{id}"), invoice.title());
        rows::request(&app, &desk, &names, request, &sheet.customer.name, document)
    });
    let order = sheet
        .order
        .as_ref()
        .map(|order| Link::new(format!("/admin/orders/{}", order.id), rows::order_name(order.kind, order.number.as_deref())));
    let shown = InvoicePage {
        shell: desk.live_about(Section::Invoices, invoice.customer_id),
        id: id.to_string(),
        title: invoice.title(),
        number: invoice.number.clone().unwrap_or_else(|| "Draft".to_owned()),
        customer: Link::new(format!("/admin/customers/{}", invoice.customer_id), sheet.customer.name.clone()),
        order,
        chips: rows::invoice_chips(sheet.state(), sheet.overdue()),
        notices: notices(&desk, &sheet),
        description: invoice.description.clone().unwrap_or_default(),
        facts: facts(&desk, &sheet),
        lines: sheet.lines.iter().map(|line| line_row(&sheet, line)).collect(),
        figures: figures(&desk, &sheet),
        drawn: drawn(&desk, &sheet),
        payments: sheet.payments.iter().map(|paid| rows::payment_of(&desk, paid, sheet.paid_by(paid.id))).collect(),
        requests: requests.collect(),
        remote_invoices: remote_invoices::rows(&app, &desk, &names, &sheet.remote_invoices, &sheet.connections),
        credit_notes: sheet.credit_notes.iter().map(|note| credit_note(&desk, note)).collect(),
        history: words::history(&desk, &names, &events),
        actions: page_actions(&app, &desk, &sheet, &answers),
        primary: if invoice.standing == InvoiceStanding::Draft { "issue" } else { "request_payment" },
    };
    Ok(page(StatusCode::OK, &shown))
}

fn line_row(sheet: &InvoiceSheet, line: &InvoiceLine) -> crate::view::LineRow {
    let mut row = invoice_line(&Tongue::english(), line, sheet.invoice.currency);
    let credited = sheet.credited.get(&line.id).copied().unwrap_or(0);
    row.removed = credited != 0 && credited == line.gross;
    row
}

fn notices(desk: &Desk, sheet: &InvoiceSheet) -> Vec<Notice> {
    let currency = sheet.invoice.currency;
    let warn = |title: &str, text: String, link| Notice { tone: Tone::Warn, title: title.to_owned(), text, link };
    let mut notices = Vec::new();
    if desk.asked.has("refused") && sheet.invoice.standing == InvoiceStanding::Draft {
        let why = sheet.missing().map_or_else(String::new, |what| format!("Fill in {what} first."));
        notices.push(warn("It was saved as a draft, but not issued.", why, None));
    }
    if sheet.reserved() > 0 {
        let text = format!("{} is reserved until it is decided.", desk.amount(sheet.reserved(), currency).text);
        notices.push(warn("A payment is under way.", text, None));
    }
    if sheet.overpaid() > 0 {
        let text = format!("{} is credit of the customer now.", desk.amount(sheet.overpaid(), currency).text);
        let link = Link::new(format!("/admin/customers/{}", sheet.customer.id), "See the balance");
        notices.push(warn("More was paid than is due.", text, Some(link)));
    }
    notices
}

fn facts(desk: &Desk, sheet: &InvoiceSheet) -> Vec<Fact> {
    let invoice = &sheet.invoice;
    let some = |name: &str, value: Option<String>| value.map(|value| Fact { name: name.to_owned(), value });
    let day = |day: books::calendar::Day| Day::of(day).text;
    let all = [
        some("Issued", invoice.issued_on.map(day)),
        some("Due on", invoice.due_on.map(day)),
        some("Terms", invoice.terms.clone()),
        some("Last sent", invoice.sent_at.map(|at| desk.moment(at).text)),
        some("Voided", invoice.voided_on.map(day)),
        some("Reason", invoice.reason.clone()),
        some("Notes", invoice.notes.clone()),
    ];
    all.into_iter().flatten().collect()
}

fn figures(desk: &Desk, sheet: &InvoiceSheet) -> Figures {
    let amount = |minor| desk.amount(minor, sheet.invoice.currency);
    let known = sheet.figures;
    Figures {
        taxes: sheet.taxes().into_iter().map(|sum| (format!("of it tax {}%", sum.rate), amount(sum.tax))).collect(),
        total: amount(known.total),
        fees: amount(known.fees),
        paid: amount(known.paid),
        credited: amount(known.credited),
        written_off: amount(known.written_off),
        due: amount(known.amount_due),
        draft: sheet.invoice.standing == InvoiceStanding::Draft,
    }
}

fn drawn(desk: &Desk, sheet: &InvoiceSheet) -> Vec<(&'static str, Amount)> {
    let invoice = &sheet.invoice;
    let rows = [("Already paid at issue", invoice.already_paid), ("Applied balance", invoice.applied)];
    let some = rows.into_iter().filter(|(_, minor)| *minor > 0);
    some.map(|(name, minor)| (name, desk.amount(minor, invoice.currency))).collect()
}

fn credit_note(desk: &Desk, note: &CreditNote) -> CreditNoteRow {
    let amount = |minor| desk.amount(minor, note.currency);
    let ways = [(note.to_balance, "to the balance"), (note.to_card, "to the card"), (note.to_outside, "handed back")];
    let freed = ways.into_iter().filter(|(minor, _)| *minor > 0);
    CreditNoteRow {
        number: note.number.clone(),
        on: Day::of(note.dated_on),
        reason: note.reason.clone(),
        amount: amount(note.amount),
        due_after: amount(note.due_after),
        freed: freed.map(|(minor, to)| format!("{} {to}", amount(minor).text)).collect::<Vec<_>>().join(", "),
        pdf: format!("/admin/credit-notes/{}/pdf", note.id),
    }
}

fn page_actions(app: &App, desk: &Desk, sheet: &InvoiceSheet, answers: &[Answer]) -> Vec<Action> {
    let id = sheet.invoice.id;
    let at = |path: &str| format!("/admin/invoices/{id}/{path}");
    let counter = |form: &str| format!("/admin/payments/in-person?invoice={id}&form={form}");
    let answered = |act, label, icon, href| acts::answered(desk, answers, act, label, icon, href);
    let press = |act, label, icon, path: &str| Action { way: Way::Post(new_key()), ..answered(act, label, icon, at(path)) };
    let go = |act, label, icon, href| Action { way: Way::Go, ..answered(act, label, icon, href) };
    let again = if sheet.invoice.sent_at.is_some() { "Send reminder" } else { "Send" };
    let draft = sheet.invoice.standing == InvoiceStanding::Draft;
    let mut all = Vec::new();
    if draft {
        all.push(acts::always(desk, "edit", "Change draft", "file-text", at("edit"), Way::Go));
        let discard = acts::always(desk, "discard", "Discard draft", "x", at("discard"), Way::Post(new_key()));
        all.push(Action { confirm: "Throw this draft away?", ..discard });
    }
    all.extend([
        press(Act::Issue, "Issue", "circle-check", "issue"),
        press(Act::IssueAndCharge, "Issue and charge", "credit-card", "issue-and-charge"),
        answered(Act::RequestPayment, "Request payment", "send", at("request")),
        remote_invoices::offer(app, desk, answers, &sheet.connections, at("remote-invoice")),
        press(Act::Send, again, "mail", "send"),
        acts::confirmable(
            desk,
            answers,
            Act::AddPayment,
            "Create payment",
            "wallet",
            format!("/admin/payments/new?invoice={id}"),
        ),
        go(Act::ProcessCheck, "Check in person", "receipt", counter("check")),
        go(Act::ProcessCash, "Cash in person", "banknote", counter("cash")),
        card_in_person(desk, answers, format!("/admin/payments/card?invoice={id}")),
        answered(Act::ChargeSaved, "Charge saved method", "credit-card", format!("/admin/payments/new?invoice={id}&kind=saved")),
        go(Act::CreditNote, "Credit note", "undo-2", at("credit")),
        answered(Act::WriteOff, "Write off", "scale", at("write-off")),
        Action { name: "uncollectible", ..answered(Act::WriteOff, "Mark uncollectible", "ban", at("uncollectible")) },
        answered(Act::LateFee, "Late fee", "clock", at("late-fee")),
        answered(Act::Void, "Void", "ban", at("void")),
        acts::always(desk, "duplicate", "Duplicate", "copy", at("duplicate"), Way::Post(new_key())),
    ]);
    all.extend(e_invoices::files(sheet));
    all
}

/// `GET /admin/invoices/{id}/pdf`
pub async fn pdf(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let sheet = invoice_sheet(&app.services.db, staff.business, id).await?;
    papers::invoice_pdf(&app, &sheet, None).await
}

/// `POST /admin/invoices/{id}/issue`
pub async fn issue(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    issue_invoice(&app.services, &call, id, Issuing::default()).await?;
    Ok(done(&format!("/admin/invoices/{id}"), "issued"))
}

/// `POST /admin/invoices/{id}/issue-and-charge`
pub async fn issue_and_charge(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    match issue_and_charge::issue_and_charge(&app.services, &call, id, false, Which::Default).await?.value.payment {
        Some(payment) => told(&app, &desk, payment).await,
        None => Ok(done(&format!("/admin/invoices/{id}"), "issued")),
    }
}

/// `POST /admin/invoices/{id}/send`
pub async fn send(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    send_invoice(&app.services, &call, id).await?;
    Ok(done(&format!("/admin/invoices/{id}"), "sent"))
}

/// `POST /admin/invoices/{id}/duplicate`
pub async fn duplicate(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    let made = duplicate_invoice(&app.services.db, &call, id).await?;
    Ok(done(&format!("/admin/invoices/{}", made.value), "duplicated"))
}
