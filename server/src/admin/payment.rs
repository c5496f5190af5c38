//! One payment in full: its attempts, what it pays, what went back, and its receipt.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::capability::{Action as Act, Answer};
use books::ids::PaymentId;
use books::payment::PaymentState;
use engine::flows::charge_saved::may_retry;
use engine::sheets::actions;
use engine::sheets::entry::entry_sheet;
use engine::sheets::payment::{PaymentSheet, payment_sheet};
use engine::store::connection::{self, Connection};
use engine::store::event;
use engine::store::payment::Attempt;

use super::again;
use super::desk::Desk;
use super::entries::{allocation, journal};
use super::views::payments::{AttemptRow, PaymentPage};
use super::words::{self, Names};
use super::{acts, refunds};
use crate::app::App;
use crate::auth::Staff;
use crate::forms::new_key;
use crate::json::Id;
use crate::papers;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Action, Chip, Fact, Link, Notice, Refused, Tone, Way, capitalized};

/// `GET /admin/payments/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let sheet = payment_sheet(&app.services.db, of, id).await?;
    let names = Names::of(&app, of).await?;
    let answers = actions::of_payment(&app.services, of, id, &desk.staff.call(None).actor).await?;
    let events = event::about(&app.services.db, of, id.to_string(), 100).await?;
    let entry = match sheet.payment.entry_id {
        Some(entry) => Some(entry_sheet(&app.services.db, of, entry).await?),
        None => None,
    };
    let paid = &sheet.payment;
    let amount = |minor| desk.amount(minor, paid.currency);
    let connections = connection::list(&app.services.db, of).await?;
    let mut attempts: Vec<AttemptRow> = sheet.attempts.iter().map(|attempt| attempt_row(&desk, &connections, attempt)).collect();
    attempts.reverse();
    let shown = PaymentPage {
        shell: desk.live_about(Section::Payments, paid.customer_id),
        id: id.to_string(),
        number: paid.number.clone(),
        customer: Link::new(format!("/admin/customers/{}", paid.customer_id), sheet.customer.name.clone()),
        status: Chip::of_state(paid.state.as_str()),
        chips: chips(&sheet),
        amount: amount(paid.amount),
        refunded: amount(paid.refunded),
        unapplied: amount(sheet.unapplied()),
        pdf: paid.entry_id.map(|_| format!("/admin/payments/{id}/pdf")),
        facts: facts(&desk, &names, &sheet),
        notices: notices(&sheet),
        allocations: entry
            .as_ref()
            .map(|entry| entry.allocations.iter().filter_map(|row| allocation(&desk, entry, row)).collect())
            .unwrap_or_default(),
        refunds: sheet.refunds.iter().map(|row| refunds::under(amount, |at| desk.moment(at), row)).collect(),
        attempts,
        journal: entry.as_ref().map(|entry| journal(&desk, entry)).unwrap_or_default(),
        history: words::history(&desk, &names, &events),
        actions: page_actions(&desk, &sheet, &answers),
    };
    Ok(page(StatusCode::OK, &shown))
}

fn chips(sheet: &PaymentSheet) -> Vec<Chip> {
    let paid = &sheet.payment;
    let flags = [(paid.disputed, "disputed"), (paid.returned, "returned"), (paid.refunded > 0, "refunded")];
    flags.into_iter().filter(|(stands, _)| *stands).map(|(_, word)| Chip::of_state(word)).collect()
}

/// The days on which a payment went to the bank, or was taken back from it.
fn paid_out(sheet: &PaymentSheet) -> Option<String> {
    let days: Vec<String> = sheet.payouts.iter().map(|part| crate::view::Day::of(part.arrived_on).text).collect();
    (!days.is_empty()).then(|| days.join(", "))
}

fn facts(desk: &Desk, names: &Names, sheet: &PaymentSheet) -> Vec<Fact> {
    let paid = &sheet.payment;
    let some = |name: &str, value: Option<String>| value.map(|value| Fact { name: name.to_owned(), value });
    let received = paid.received_on.map(|day| crate::view::Day::of(day).text);
    let all = [
        some("Method", Some(capitalized(&sheet.means()))),
        some("Received on", received),
        some("Paid out", paid_out(sheet)),
        some("Cash tendered", paid.tendered.map(|minor| desk.amount(minor, paid.currency).text)),
        some("Change given", paid.change().map(|minor| desk.amount(minor, paid.currency).text)),
        some("Recorded", Some(desk.moment(paid.created_at).text)),
        some("By", Some(names.name(&paid.actor))),
        some("Reference", paid.reference.clone()),
        some("Memo", paid.memo.clone()),
        some("Processor's id", paid.remote_id.clone()),
        some("Approval code", paid.approval_code.clone()),
        some("Held until", paid.held_until.map(|at| desk.moment(at).text)),
        some("Dispute", paid.dispute.clone()),
        some("Still due", Some(desk.amount(sheet.still_due, paid.currency).text)),
    ];
    all.into_iter().flatten().collect()
}

fn notices(sheet: &PaymentSheet) -> Vec<Notice> {
    let paid = &sheet.payment;
    let notice = |tone, title: &str, text: String| Notice { tone, title: title.to_owned(), text, link: None };
    let mut notices = Vec::new();
    if let Some(text) = &paid.decline_text {
        let title = match paid.decline_code.as_deref() {
            Some("OTHER_AMOUNT") => "Another amount arrived.",
            Some("NOT_RECEIVED") if paid.kind == "in_person" => "Nothing arrived.",
            _ => "It was refused.",
        };
        notices.push(notice(Tone::Bad, title, text.clone()));
    }
    if paid.state == books::payment::PaymentState::Unknown {
        let text = "The processor's answer was lost. It is asked until it is known; the amount stays reserved.".to_owned();
        notices.push(notice(Tone::Warn, "The outcome is not known.", text));
    }
    notices
}

/// One call to the processor with its answer; what it said is kept whole as evidence and shown in its own words.
fn attempt_row(desk: &Desk, connections: &[Connection], attempt: &Attempt) -> AttemptRow {
    let checks = match attempt.checks {
        0 => String::new(),
        1 => "asked once more".to_owned(),
        more => format!("asked {more} times more"),
    };
    let connection = connections.iter().find(|connection| connection.id == attempt.connection_id);
    let parts = [attempt.remote_id.clone().unwrap_or_default(), attempt.evidence.clone().unwrap_or_default(), checks];
    AttemptRow {
        at: desk.moment(attempt.created_at),
        what: words::operation(&attempt.operation).to_owned(),
        processor: connection.map_or_else(|| attempt.connection_id.to_string(), |connection| connection.name.clone()),
        outcome: Chip::of_state(attempt.state.as_str()),
        detail: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
    }
}

fn page_actions(desk: &Desk, sheet: &PaymentSheet, answers: &[Answer]) -> Vec<Action> {
    let id = sheet.payment.id;
    let at = |path: &str| format!("/admin/payments/{id}/{path}");
    let mut refund = acts::answered(desk, answers, Act::Refund, "Refund", "undo-2", at("refund"));
    // Outside the window money can still be given back outside, and above a limit a second person is asked: the form says so.
    refund.refused = refund.refused.filter(|no| !["WINDOW_CLOSED", "NEEDS_APPROVAL"].contains(&no.code));
    let mut reapply = acts::always(desk, "reallocate", "Re-apply", "refresh-cw", at("reallocate"), Way::Open);
    if reapply.refused.is_none() && sheet.movable() == 0 {
        let why = "No money of this payment is left to apply.".to_owned();
        reapply.refused = Some(Refused { code: "NO_BALANCE", why });
    }
    let entry = sheet.payment.entry_id.map(|entry| format!("/admin/entries/{entry}"));
    let order = sheet.payment.order_id.map(|order| format!("/admin/orders/{order}"));
    let invoice = sheet.payment.invoice_id.map(|invoice| format!("/admin/invoices/{invoice}"));
    let see = |name, label, icon, href| Action { refused: None, ..acts::always(desk, name, label, icon, href, Way::Go) };
    let entry = entry.map(|href| see("entry", "See its entry", "file-text", href));
    let order = order.map(|href| see("order", "See its order", "package", href));
    let now =
        |path, label, icon, confirm| Action { confirm, ..acts::always(desk, path, label, icon, at(path), Way::Post(new_key())) };
    let answer = |mut action: Action, act: Act| {
        let found = acts::answered(desk, answers, act, "", action.icon, action.href.clone());
        action.refused = found.refused;
        action
    };
    let capture = answer(now("capture", "Process payment", "credit-card", ""), Act::Capture);
    let mut void = answer(now("void", "Void", "ban", "Let go of it? Nothing is taken."), Act::Void);
    let open = sheet.payment.checkout_url.is_some();
    let apart = open && sheet.payment.state == PaymentState::Pending;
    if apart || (open && sheet.payment.state == PaymentState::Created) {
        void.refused = None;
    }
    if apart {
        void.label = "It did not go through".into();
        void.confirm = "Give it up? What arrives afterwards is booked all the same.";
    }
    let mut retry = now("retry", "Try again", "rotate-ccw", "");
    if retry.refused.is_none() {
        retry.refused =
            may_retry(&sheet.payment).err().map(|error| Refused { code: "CLOSED", why: again::sentence(&error.to_string()) });
    }
    let page = sheet.payment.checkout_url.clone().filter(|_| sheet.payment.link_id.is_none());
    let label = if apart { "Key it in the terminal" } else { "Open the processor's page" };
    let page = page.map(|href| see("page", label, "credit-card", href));
    let invoice = invoice.map(|href| see("invoice", "See its invoice", "file-text", href));
    [Some(refund), Some(reapply), Some(capture), Some(void), Some(retry), page, entry, order, invoice]
        .into_iter()
        .flatten()
        .collect()
}

/// `GET /admin/payments/{id}/pdf`
pub async fn pdf(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let sheet = payment_sheet(&app.services.db, staff.business, id).await?;
    papers::receipt_pdf(&app, &sheet).await
}
