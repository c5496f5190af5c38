//! The first page: what is owed, what came in, who owes most, what needs a look.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::payment::PaymentState;
use engine::sheets::home::{HomeSheet, home_sheet};
use engine::store::reports::exceptions::Exceptions;

use super::desk::Desk;
use super::views::home::{Exception, FirstStep, Home, OwedIn};
use super::{approvals, rows, words, work};
use crate::app::App;
use crate::respond::{Problem, page};
use crate::view::figures::{Chart, Ribbon};
use crate::view::shell::Section;
use crate::view::{Link, Tone};

/// `GET /admin`
pub async fn show(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let sheet = home_sheet(&app.services.db, desk.staff.business).await?;
    let currency = sheet.currency;
    let totals = &sheet.together.totals;
    let home = Home {
        shell: desk.live(Section::Home),
        owed: desk.amount(totals.owed, currency),
        overdue: desk.amount(sheet.together.overdue, currency),
        debtors: u64::try_from(totals.owing).unwrap_or(0),
        credit: desk.amount(totals.credit, currency),
        ribbon: ribbon(&sheet.together.ageing, currency),
        month: sheet.today.strftime("%B %Y").to_string(),
        collected: desk.amount(sheet.collected, currency),
        collected_before: desk.amount(sheet.collected_before, currency),
        chart: chart(&sheet),
        debtors_most: sheet.debtors.iter().map(|listed| rows::customer(&desk, listed)).collect(),
        exceptions: exceptions(&desk, &sheet.exceptions),
        payments: sheet.payments.iter().map(|row| rows::payment(&desk, row)).collect(),
        first_steps: first_steps(&sheet),
        others: others(&desk, &sheet),
    };
    Ok(page(StatusCode::OK, &home))
}

/// What is owed by age, as the product's picture.
pub fn ribbon(ageing: &books::ageing::Ageing, currency: books::money::Currency) -> Ribbon {
    Ribbon::of([ageing.current, ageing.d1_30, ageing.d31_60, ageing.d61_90, ageing.d90_plus], currency)
}

/// Each day of the month with what came in on it.
fn chart(sheet: &HomeSheet) -> Chart {
    let last = sheet.today.last_of_month().day();
    let on = |day: i8| sheet.days.iter().find(|row| row.day.day() == day).map_or(0, |row| row.amount);
    let values: Vec<(String, i64)> = (1..=last).map(|day| (day.to_string(), on(day))).collect();
    let now = usize::try_from(sheet.today.day() - 1).ok();
    Chart::columns("collected-by-day", "Collected by day", "Day", &values, now, sheet.currency)
}

fn others(desk: &Desk, sheet: &HomeSheet) -> Vec<OwedIn> {
    let one = |(totals, overdue): &(engine::store::reports::totals::CurrencyTotals, i64)| OwedIn {
        owed: desk.amount(totals.owed, totals.currency),
        overdue: desk.amount(*overdue, totals.currency),
    };
    sheet.others.iter().filter(|(totals, _)| totals.owed > 0).map(one).collect()
}

/// What needs a person, most urgent kinds first.
fn exceptions(desk: &Desk, found: &Exceptions) -> Vec<Exception> {
    let mut all = Vec::new();
    all.extend(found.payments.iter().map(|row| {
        let (tone, what) = match (row.disputed, row.returned, row.state) {
            (true, _, _) => (Tone::Bad, "is disputed"),
            (_, true, _) => (Tone::Bad, "was returned by the bank"),
            (_, _, PaymentState::Unknown) => (Tone::Warn, "has an unknown outcome; the processor is being asked"),
            _ => (Tone::Warn, "needs a look"),
        };
        let amount = desk.amount(row.amount, row.currency).text;
        Exception {
            tone,
            text: format!("A payment of {amount} by {} {what}.", row.customer_name),
            link: Link::new(format!("/admin/payments/{}", row.id), row.number.clone()),
            at: desk.moment(row.updated_at),
        }
    }));
    all.extend(found.held.iter().map(|row| Exception {
        tone: Tone::Warn,
        text: format!(
            "{} of {} is held as credit until somebody decides, perhaps because it was paid twice.",
            desk.amount(row.free, row.currency).text,
            row.customer_name
        ),
        link: Link::new(format!("/admin/entries/{}", row.id), "See the credit"),
        at: desk.moment(row.created_at),
    }));
    all.extend(found.approvals.iter().map(|row| Exception {
        tone: Tone::Warn,
        text: format!(
            "{} of {} for {} waits for a second person.",
            approvals::what(&row.kind),
            desk.amount(row.amount, row.currency).text,
            row.customer_name
        ),
        link: Link::new("/admin/approvals", "Decide"),
        at: desk.moment(row.created_at),
    }));
    all.extend(found.declined.iter().map(|row| Exception {
        tone: Tone::Bad,
        text: format!(
            "{} was to pay {} by itself: the charge was declined.",
            row.customer_name,
            desk.amount(row.amount, row.currency).text
        ),
        link: Link::new(format!("/admin/payments/{}", row.id), row.number.clone()),
        at: desk.moment(row.updated_at),
    }));
    all.extend(found.refunds.iter().map(|row| Exception {
        tone: Tone::Bad,
        text: format!(
            "The refund {} of {} to {} failed.",
            row.number,
            desk.amount(row.amount, row.currency).text,
            row.customer_name
        ),
        link: Link::new(format!("/admin/payments/{}", row.payment_id), "See the payment"),
        at: desk.moment(row.updated_at),
    }));
    all.extend(found.payouts.iter().map(|row| Exception {
        tone: Tone::Warn,
        text: format!("{} paid out {} that is of no payment here.", row.processor, desk.amount(row.suspense, row.currency).text),
        link: Link::new(format!("/admin/payouts/{}", row.id), "See the payout"),
        at: desk.moment(row.listed_at),
    }));
    all.extend(found.unread.iter().map(|row| Exception {
        tone: Tone::Warn,
        text: format!("The payouts of {} cannot be read. {}", row.name, row.why),
        link: Link::new("/admin/settings/processors", "Processors"),
        at: desk.moment(row.since),
    }));
    all.extend(found.dead.iter().map(|job| Exception {
        tone: Tone::Bad,
        text: format!("{} was given up after {} tries.", work::name(&job.kind), job.tries),
        link: Link::new("/admin/background", "Background work"),
        at: desk.moment(job.run_at),
    }));
    all.extend(found.templates.iter().map(|row| Exception {
        tone: Tone::Bad,
        text: format!("Your own template of {} failed; the built-in one is used in its place.", words::paper_plural(&row.paper)),
        link: Link::new(format!("/admin/settings/papers/{}", row.paper), "See why"),
        at: desk.moment(row.failed_at.unwrap_or(row.saved_at)),
    }));
    all.extend(found.mails.iter().map(|mail| Exception {
        tone: Tone::Bad,
        text: format!("A mail to {} did not get through.", mail.send_to),
        link: Link::new(format!("/admin/outbox/{}", mail.id), mail.subject.clone()),
        at: desk.moment(mail.created_at),
    }));
    all
}

/// How a new business gets to its first payment; empty once all is done.
fn first_steps(sheet: &HomeSheet) -> Vec<FirstStep> {
    let has_customers = sheet.together.totals.customers > 0;
    let live = sheet.connections.iter().any(|connection| connection.state == "live");
    let steps = [
        (live, "/admin/settings/processors", "Connect a processor", "So that customers can pay online. Sandbox lets you try it."),
        (has_customers, "/admin/customers/new", "Add a customer", "Name and email are enough."),
        (sheet.has_orders, "/admin/orders/new", "Write an order", "With its lines; it becomes a charge when you confirm it."),
        (sheet.has_requests, "/admin/orders", "Request a payment", "Open an order and choose Request payment."),
    ];
    if steps.iter().all(|(done, ..)| *done) {
        return Vec::new();
    }
    let step = |(done, href, text, hint): (bool, &str, &str, &str)| FirstStep {
        done,
        link: Link::new(href, text),
        hint: hint.to_owned(),
    };
    steps.into_iter().map(step).collect()
}
