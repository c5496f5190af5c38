//! Refunds: the form on a payment, and the list of all.
//!
//! Invariant: what can be refunded is what the capability function says; above somebody's limit the same form asks a second
//! person instead.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::account::Target;
use books::capability::Action as Act;
use books::ids::{EntryId, OrderId, PaymentId, RefundId};
use books::refund::{RefundRoute, RefundState};
use engine::flows::record_payment::Part;
use engine::flows::refund_payment::{GiveBack, refund_payment};
use engine::sheets::actions;
use engine::sheets::payment::{PaymentSheet, payment_sheet};
use engine::sheets::refund::refund_sheet;
use engine::store::refund::{self, Refund};

use super::again::{Again, filled};
use super::customers::query;
use super::desk::{Desk, done};
use super::rows::order_name;
use super::submission::Submission;
use super::views::payments::{RefundForm, RefundList, RefundRow};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::{DESCRIPTION, Form};
use crate::json::Id;
use crate::papers;
use crate::respond::{Problem, page};
use crate::view::form::Tick;
use crate::view::shell::Section;
use crate::view::{Amount, Chip, Link, Moment, Pager, Tab};

/// How many refunds a page shows.
const PAGE: usize = 50;
const FILTERS: [(&str, &str); 5] = [
    ("", "All"),
    ("succeeded", "Succeeded"),
    ("pending", "Pending"),
    ("waiting_approval", "Waiting for approval"),
    ("failed", "Failed"),
];
const SHOWN: [&str; 2] = ["amount", "reason"];

/// `GET /admin/refunds`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let here = FILTERS.into_iter().map(|(word, _)| word).find(|word| *word == desk.asked.value("filter")).unwrap_or("");
    let before: Option<RefundId> = desk.asked.optional("cursor");
    let mut found = refund::rows(&app.services.db, desk.staff.business, here.to_owned(), before, PAGE as i64 + 1).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let tab = |(word, text): (&str, &str)| Tab {
        href: query("/admin/refunds", &[("filter", word)]),
        text: text.to_owned(),
        count: None,
        here: word == here,
    };
    let last = found.last().filter(|_| more).map(|row| row.id.to_string());
    let row = |row: &refund::RefundRow| {
        let payment = format!("{}, {}", row.payment_number, row.customer_name);
        RefundRow {
            number: row.number.clone(),
            pdf: confirmation(row.id, row.state),
            at: desk.moment(row.created_at),
            payment: Link::new(format!("/admin/payments/{}", row.payment_id), payment),
            detail: detail(row.route, &row.reason, row.decline_text.as_deref()),
            status: Chip::of_state(row.state.as_str()),
            amount: desk.amount(row.amount, row.currency),
        }
    };
    let shown = RefundList {
        shell: desk.live(Section::Payments),
        tabs: FILTERS.into_iter().map(tab).collect(),
        rows: found.iter().map(row).collect(),
        pager: Pager {
            first: before.map(|_| query("/admin/refunds", &[("filter", here)])),
            next: last.map(|last| query("/admin/refunds", &[("filter", here), ("cursor", &last)])),
            summary: String::new(),
        },
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Where the confirmation of a refund is, once it has gone.
fn confirmation(id: RefundId, state: RefundState) -> Option<String> {
    (state == RefundState::Succeeded).then(|| format!("/admin/refunds/{id}/pdf"))
}

fn detail(route: RefundRoute, reason: &str, failed: Option<&str>) -> String {
    let to = match route {
        RefundRoute::Original => "the way it came",
        RefundRoute::Outside => "given back outside",
    };
    let parts = [Some(to), Some(reason), failed];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A refund under its payment.
pub fn under(amount: impl Fn(i64) -> Amount, moment: impl Fn(books::calendar::Instant) -> Moment, row: &Refund) -> RefundRow {
    RefundRow {
        number: row.number.clone(),
        pdf: confirmation(row.id, row.state),
        at: moment(row.created_at),
        payment: Link::new(format!("/admin/payments/{}", row.payment_id), row.number.clone()),
        detail: detail(row.route, &row.reason, row.decline_text.as_deref()),
        status: Chip::of_state(row.state.as_str()),
        amount: amount(row.amount),
    }
}

/// `GET /admin/payments/{id}/refund`: prefilled with what is left.
pub async fn new(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let sheet = sheet_of(&app, &desk, id).await?;
    let left = desk.amount(sheet.refundable(), sheet.payment.currency);
    let typed = filled([("amount", if left.is_zero() { String::new() } else { left.decimal })]);
    form(&app, &desk, &sheet, &Again::fresh(typed)).await
}

async fn sheet_of(app: &App, desk: &Desk, id: PaymentId) -> Result<PaymentSheet, Problem> {
    Ok(payment_sheet(&app.services.db, desk.staff.business, id).await?)
}

async fn form(app: &App, desk: &Desk, sheet: &PaymentSheet, again: &Again) -> Result<Response, Problem> {
    let paid = &sheet.payment;
    let answers = actions::of_payment(&app.services, desk.staff.business, paid.id, &desk.staff.call(None).actor).await?;
    let closed = answers
        .iter()
        .find(|answer| answer.action == Act::Refund && answer.code.is_some_and(|code| code.as_str() == "WINDOW_CLOSED"));
    let only_outside = closed.and_then(|answer| answer.detail.clone());
    let typed = &again.form;
    let original = format!("Back to {}", sheet.means());
    let routes: &[(&str, &str)] = match (paid.connection_id, &only_outside) {
        (Some(_), None) => &[("original", original.as_str()), ("outside", "Given back outside, recorded only")],
        _ => &[("outside", "Given back outside, recorded only")],
    };
    let shown = RefundForm {
        shell: desk.shell(Section::Payments),
        payment: Link::new(format!("/admin/payments/{}", paid.id), paid.number.clone()),
        id: paid.id.to_string(),
        refundable: desk.amount(sheet.refundable(), paid.currency),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        only_outside,
        needs_approval: again.has_code("NEEDS_APPROVAL"),
        amount: typed.field("amount"),
        currency: paid.currency.code().to_owned(),
        to: again.choices("to", routes.iter().copied()),
        reason: typed.field("reason"),
        reopens: reopens(desk, sheet, typed),
    };
    Ok(page(again.status, &shown))
}

/// The documents that this payment pays: each may be owed again.
fn reopens(desk: &Desk, sheet: &PaymentSheet, typed: &Form) -> Vec<Tick> {
    let ticked: Vec<&str> = typed.all("reopens").collect();
    let mut ticks: Vec<Tick> = Vec::new();
    for (target, part) in sheet.paid_documents() {
        let (value, label) = match target {
            Target::Order(id) => {
                let order = sheet.orders.iter().find(|order| order.id == id);
                (id.to_string(), order.map_or_else(String::new, |order| order_name(order.kind, order.number.as_deref())))
            }
            Target::Invoice(id) => (id.to_string(), "Invoice".to_owned()),
            Target::Entry(id) => {
                let charge = sheet.charges.iter().find(|charge| charge.id == id);
                (id.to_string(), charge.map_or_else(String::new, |charge| charge.description.clone()))
            }
        };
        let hint = format!("{} paid by it", desk.amount(part, sheet.payment.currency).text);
        ticks.push(Tick { ticked: ticked.contains(&value.as_str()), value, label, hint });
    }
    // With one document there is nothing to choose.
    if ticks.len() > 1 { ticks } else { Vec::new() }
}

fn read(typed: &mut Form, sheet: &PaymentSheet) -> Option<GiveBack> {
    let amount = typed.amount("amount", sheet.payment.currency);
    let to = typed.choice("to", &[("original", RefundRoute::Original), ("outside", RefundRoute::Outside)]);
    let reason = typed.lines("reason", DESCRIPTION);
    let ticked: Vec<String> = typed.all("reopens").map(str::to_owned).collect();
    let mut parts = Vec::with_capacity(ticked.len());
    for id in ticked {
        let whole = |target| Part { target, amount: None };
        match (id.parse::<OrderId>(), id.parse::<EntryId>()) {
            (Ok(order), _) => parts.push(whole(Target::Order(order))),
            (_, Ok(entry)) => parts.push(whole(Target::Entry(entry))),
            _ => typed.wrong("reopens", "UNKNOWN", "There is no such document."),
        }
    }
    if !typed.errors().is_empty() {
        return None;
    }
    Some(GiveBack {
        payment: sheet.payment.id,
        amount: amount?.minor,
        reason: reason?,
        to,
        reopens: parts,
        request_approval: typed.ticked("request_approval"),
    })
}

/// `POST /admin/payments/{id}/refunds`
pub async fn create(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, PaymentId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    let sheet = sheet_of(&app, &desk, id).await?;
    let saved = match read(&mut typed, &sheet) {
        Some(back) => refund_payment(&app.services, &call, back).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(made) => {
            let row = refund::refund(&app.services.db, desk.staff.business, made.value).await?;
            Ok(done(&format!("/admin/payments/{}", row.payment_id), word(row.state)))
        }
        Err(error) => form(&app, &desk, &sheet, &Again::of(typed, error)?).await,
    }
}

/// `GET /admin/refunds/{id}/pdf`: the confirmation of one that has gone.
pub async fn pdf(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<RefundId>) -> Result<Response, Problem> {
    papers::refund_pdf(&app, &refund_sheet(&app.services.db, staff.business, id).await?).await
}

/// What the page says was done.
fn word(state: RefundState) -> &'static str {
    match state {
        RefundState::Succeeded => "refunded",
        RefundState::Pending => "refund-pending",
        RefundState::WaitingApproval => "refund-asked",
        RefundState::Failed => "refund-failed",
    }
}
