//! One order or application: everything about it, and the decisions about it as a whole.
//!
//! Invariant: every action is shown, possible or not, as the capability function answers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::capability::{Action as Act, Answer};
use books::ids::{OrderId, OrderLineId};
use books::order::{OrderAct, OrderKind, OrderState};
use books::refusal::Code;
use engine::flows::change_order::{Decision, change_order};
use engine::sheets::actions;
use engine::sheets::order::{OrderSheet, order_sheet};
use engine::store::order::OrderLine;
use engine::store::user::Role;

use super::again::Again;
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::orders::{Amendment, OrderPage, ProcessorError, ReasonForm};
use super::words::{self, Names};
use super::{acts, remote_invoices, rows};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::{DESCRIPTION, Form};
use crate::json::Id;
use crate::papers;
use crate::portal::shown::line_row;
use crate::respond::{Problem, page};
use crate::view::form::Tick;
use crate::view::shell::Section;
use crate::view::{Action, Figures, Link, Notice, Tone, Way};
use locale::Tongue;

/// `GET /admin/orders/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let sheet = order_sheet(&app.services.db, of, id).await?;
    let answers = actions::of_order(&app.services, of, id, &desk.staff.call(None).actor).await?;
    let names = Names::of(&app, of).await?;
    let events = remote_invoices::history(&app, of, id.to_string(), &sheet.remote_invoices).await?;
    let order = &sheet.order;
    let name = rows::order_name(order.kind, order.number.as_deref());
    let requests = sheet.requests.iter().map(|request| {
        let document = Link::new(format!("/admin/orders/{id}"), name.clone());
        rows::request(&app, &desk, &names, request, &sheet.customer.name, document)
    });
    let shown = OrderPage {
        shell: desk.live_about(Section::Orders, order.customer_id),
        id: id.to_string(),
        noun: rows::noun(order.kind),
        number: order.number.clone().unwrap_or_else(|| "Draft".to_owned()),
        customer: Link::new(format!("/admin/customers/{}", order.customer_id), sheet.customer.name.clone()),
        dated: desk.day(order.created_at),
        pdf: Some(format!("/admin/orders/{id}/pdf")),
        chips: rows::order_chips(sheet.shown_state(), order.state, &sheet.figures),
        notices: notices(&desk, &sheet),
        lines: sheet
            .lines
            .iter()
            .filter(|line| line.added_by.is_none())
            .map(|line| line_row(&Tongue::english(), line, order.currency))
            .collect(),
        amendments: amendments(&desk, &names, &sheet),
        figures: figures(&desk, &sheet),
        payments: sheet.payments.iter().map(|paid| rows::payment_of(&desk, paid, sheet.paid_by(paid.id))).collect(),
        requests: requests.collect(),
        remote_invoices: remote_invoices::rows(&app, &desk, &names, &sheet.remote_invoices, &sheet.connections),
        invoices: sheet.invoices.iter().map(|listed| rows::invoice(&desk, listed)).collect(),
        processor_errors: processor_errors(&desk, &sheet),
        history: words::history(&desk, &names, &events),
        actions: page_actions(&app, &desk, &sheet, &answers),
        primary: if order.state.is_charged() { "request_payment" } else { "confirm" },
    };
    Ok(page(StatusCode::OK, &shown))
}

fn notices(desk: &Desk, sheet: &OrderSheet) -> Vec<Notice> {
    let currency = sheet.order.currency;
    let mut notices = Vec::new();
    if sheet.reserved() > 0 {
        notices.push(Notice {
            tone: Tone::Warn,
            title: "A payment is under way.".to_owned(),
            text: format!("{} is reserved until it is decided.", desk.amount(sheet.reserved(), currency).text),
            link: None,
        });
    }
    let due = sheet.figures.amount_due;
    if sheet.order.state == OrderState::Submitted && due > 0 {
        notices.push(Notice {
            tone: Tone::Quiet,
            title: "The application is still pending.".to_owned(),
            text: format!(
                "Its balance of {} is settled inside the application; an invoice can be generated once it is approved.",
                desk.amount(due, currency).text
            ),
            link: Some(Link::new(format!("/admin/payments/new?order={}", sheet.order.id), "Settle it inside the application")),
        });
    }
    if sheet.overpaid() > 0 {
        notices.push(Notice {
            tone: Tone::Warn,
            title: "More was paid than is due.".to_owned(),
            text: format!("{} is credit of the customer now.", desk.amount(sheet.overpaid(), currency).text),
            link: Some(Link::new(format!("/admin/customers/{}", sheet.customer.id), "See the balance")),
        });
    }
    notices
}

fn amendments(desk: &Desk, names: &Names, sheet: &OrderSheet) -> Vec<Amendment> {
    let currency = sheet.order.currency;
    let one = |row: &engine::store::order::Amendment| {
        let touched = |line: &&OrderLine| line.added_by == Some(row.id) || line.removed_by == Some(row.id);
        Amendment {
            at: desk.moment(row.created_at),
            by: names.name(&row.actor),
            reason: words::amendment_reason(&row.reason).to_owned(),
            note: row.note.clone().unwrap_or_default(),
            lines: sheet.lines.iter().filter(touched).map(|line| line_row(&Tongue::english(), line, currency)).collect(),
            change: desk.amount(row.change(), currency),
        }
    };
    sheet.amendments.iter().map(one).collect()
}

fn figures(desk: &Desk, sheet: &OrderSheet) -> Figures {
    let amount = |minor| desk.amount(minor, sheet.order.currency);
    let known = sheet.figures;
    Figures {
        taxes: sheet.taxes().into_iter().map(|sum| (format!("of it tax {}%", sum.rate), amount(sum.tax))).collect(),
        total: amount(known.total),
        fees: amount(known.fees),
        paid: amount(known.paid),
        credited: amount(known.credited),
        written_off: amount(known.written_off),
        due: amount(known.amount_due),
        draft: !sheet.order.state.is_charged(),
    }
}

/// What processors answered when they refused.
fn processor_errors(desk: &Desk, sheet: &OrderSheet) -> Vec<ProcessorError> {
    let one = |payment: &engine::store::payment::Payment| {
        let connection = sheet.connections.iter().find(|connection| Some(connection.id) == payment.connection_id);
        let text = payment.decline_text.clone()?;
        Some(ProcessorError {
            at: desk.moment(payment.updated_at),
            processor: connection.map(|connection| connection.name.clone()).unwrap_or_default(),
            text,
        })
    };
    sheet.payments.iter().filter_map(one).collect()
}

fn page_actions(app: &App, desk: &Desk, sheet: &OrderSheet, answers: &[Answer]) -> Vec<Action> {
    let order = &sheet.order;
    let id = order.id;
    let at = |path: &str| format!("/admin/orders/{id}/{path}");
    let counter = |form: &str| format!("/admin/payments/in-person?order={id}&form={form}");
    let go = |action: Action| Action { way: Way::Go, ..action };
    let answered = |act, label, icon, href| acts::answered(desk, answers, act, label, icon, href);
    let decision = |act| acts::decision(desk, id, order.kind, order.state, act);
    let mut all = vec![
        answered(Act::RequestPayment, "Request payment", "send", at("request")),
        remote_invoices::offer(app, desk, answers, &sheet.connections, at("remote-invoice")),
        acts::confirmable(desk, answers, Act::AddPayment, "Add Payment", "wallet", format!("/admin/payments/new?order={id}")),
        answered(Act::GenerateInvoice, "Generate invoice", "file-text", at("invoice")),
        go(answered(Act::ProcessCheck, "Check in person", "receipt", counter("check"))),
        go(answered(Act::ProcessCash, "Cash in person", "banknote", counter("cash"))),
        card_in_person(desk, answers, format!("/admin/payments/card?order={id}")),
        answered(Act::ChargeSaved, "Charge saved method", "credit-card", format!("/admin/payments/new?order={id}&kind=saved")),
        answered(Act::Amend, "Amend", "plus", at("amend")),
    ];
    all.push(decision(OrderAct::Confirm));
    all.extend(match order.kind {
        OrderKind::Order => vec![decision(OrderAct::Complete), decision(OrderAct::Cancel)],
        OrderKind::Application => {
            vec![decision(OrderAct::Approve), decision(OrderAct::Deny), decision(OrderAct::Withdraw)]
        }
    });
    all
}

/// The page on which a card is authorized and then processed: open while an amount is held, else when one can be.
pub(super) fn card_in_person(desk: &Desk, answers: &[Answer], href: String) -> Action {
    let action = acts::answered(desk, answers, Act::Authorize, "Card in person", "credit-card", href);
    let held = answers.iter().any(|answer| answer.action == Act::ProcessCard && answer.code != Some(Code::NotAuthorized));
    if held && desk.staff.may(Role::Clerk) { Action { refused: None, ..action } } else { action }
}

/// `GET /admin/orders/{id}/pdf`
pub async fn pdf(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let sheet = order_sheet(&app.services.db, staff.business, id).await?;
    papers::order_pdf(&app, &sheet, None).await
}

/// The decisions that need no reason.
async fn decide(app: &App, sent: Submission<Clerk, OrderId>, act: OrderAct, word: &'static str) -> Result<Response, Problem> {
    let Submission { id, call, .. } = sent;
    change_order(&app.services.db, &call, id, Decision { act, reason: None, remove: Vec::new() }).await?;
    Ok(done(&format!("/admin/orders/{id}"), word))
}

/// `POST /admin/orders/{id}/confirm`
pub async fn confirm(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    decide(&app, sent, OrderAct::Confirm, "confirmed").await
}

/// `POST /admin/orders/{id}/complete`
pub async fn complete(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    decide(&app, sent, OrderAct::Complete, "completed").await
}

/// `POST /admin/orders/{id}/approve`
pub async fn approve(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    decide(&app, sent, OrderAct::Approve, "approved").await
}

/// A decision that ends an order, with its words.
#[derive(Clone, Copy)]
struct Ending {
    act: OrderAct,
    button: &'static str,
    text: &'static str,
    done: &'static str,
    /// Staff tick which lines are no longer owed.
    chooses_lines: bool,
}

const CANCEL: Ending = Ending {
    act: OrderAct::Cancel,
    button: "Cancel order",
    text: "All its lines are taken off. What was paid becomes credit of the customer, never a refund by itself.",
    done: "canceled",
    chooses_lines: false,
};
const DENY: Ending = Ending {
    act: OrderAct::Deny,
    button: "Deny",
    text: "Fees that you tick are taken off; the others stay owed.",
    done: "denied",
    chooses_lines: true,
};
const WITHDRAW: Ending = Ending { act: OrderAct::Withdraw, button: "Withdraw", done: "withdrawn", ..DENY };

async fn reason_form(app: &App, desk: &Desk, id: OrderId, ending: Ending, again: &Again) -> Result<Response, Problem> {
    let sheet = order_sheet(&app.services.db, desk.staff.business, id).await?;
    let name = rows::order_name(sheet.order.kind, sheet.order.number.as_deref());
    let ticked: Vec<&str> = again.form.all("remove").collect();
    let tick = |line: &OrderLine| Tick {
        value: line.id.to_string(),
        label: line.description.clone(),
        hint: desk.amount(line.gross, sheet.order.currency).text,
        ticked: ticked.contains(&line.id.to_string().as_str()),
    };
    let may_choose = ending.chooses_lines && sheet.order.state.is_charged();
    let standing = sheet.standing_lines().filter(|line| line.gross > 0);
    let shown = ReasonForm {
        shell: desk.shell(Section::Orders),
        list: Link::new("/admin/orders", "Orders"),
        about: Link::new(format!("/admin/orders/{id}"), name.clone()),
        title: format!("{} {name}", ending.button.trim_end_matches(" order")),
        text: ending.text.to_owned(),
        action: format!("/admin/orders/{id}/{}", ending.act.as_str()),
        button: ending.button,
        key: again.key(),
        refusal: again.refusal(&["reason"]),
        reason: again.form.field("reason"),
        lines: if may_choose { standing.map(tick).collect() } else { Vec::new() },
        keep_fees: None,
        needs_approval: false,
    };
    Ok(page(again.status, &shown))
}

fn read(typed: &mut Form, ending: Ending) -> Option<Decision> {
    let reason = typed.lines("reason", DESCRIPTION);
    let ticked: Vec<String> = typed.all("remove").map(str::to_owned).collect();
    let remove: Result<Vec<OrderLineId>, _> = ticked.iter().map(|id| id.parse()).collect();
    if remove.is_err() {
        typed.wrong("remove", "UNKNOWN", "There is no such line.");
    }
    if typed.errors().is_empty() { Some(Decision { act: ending.act, reason: Some(reason?), remove: remove.ok()? }) } else { None }
}

async fn end(app: &App, sent: Submission<Clerk, OrderId>, ending: Ending) -> Result<Response, Problem> {
    let Submission { id: order, staff, call, mut typed, .. } = sent;
    let saved = match read(&mut typed, ending) {
        Some(decision) => change_order(&app.services.db, &call, order, decision).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/orders/{order}"), ending.done)),
        Err(error) => reason_form(app, &Desk::open(app, staff).await?, order, ending, &Again::of(typed, error)?).await,
    }
}

/// `GET /admin/orders/{id}/cancel`
pub async fn cancel_form(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    reason_form(&app, &desk, id, CANCEL, &Again::fresh(Form::default())).await
}

/// `POST /admin/orders/{id}/cancel`
pub async fn cancel(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    end(&app, sent, CANCEL).await
}

/// `GET /admin/orders/{id}/deny`
pub async fn deny_form(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    reason_form(&app, &desk, id, DENY, &Again::fresh(Form::default())).await
}

/// `POST /admin/orders/{id}/deny`
pub async fn deny(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    end(&app, sent, DENY).await
}

/// `GET /admin/orders/{id}/withdraw`
pub async fn withdraw_form(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    reason_form(&app, &desk, id, WITHDRAW, &Again::fresh(Form::default())).await
}

/// `POST /admin/orders/{id}/withdraw`
pub async fn withdraw(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    end(&app, sent, WITHDRAW).await
}
