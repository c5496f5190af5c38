//! *Explain this balance*: the trace of what a customer owes or of what is due on an order or invoice, step by step.
//!
//! Invariant: the last step leaves the very figure that is explained, because both come from the same trace.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::entry::EntryKind;
use books::explain::{Trace as Books, TracedEntry};
use books::ids::{CustomerId, InvoiceId, OrderId};
use books::money::Currency;
use engine::sheets::invoice::invoice_sheet;
use engine::sheets::order::order_sheet;
use engine::sheets::trace;
use engine::store::customer;

use super::desk::Desk;
use super::rows::order_name;
use super::views::customers::ExplainPage;
use super::views::documents::{Trace, TraceStep};
use super::words;
use crate::app::App;
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Day, Link};

/// `GET /admin/customers/{id}/explain`
pub async fn customer(State(app): State<Arc<App>>, mut desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let (known, balances) = customer::customer(&app.services.db, of, id).await?;
    let as_at = desk.asked.optional_day("as_of");
    let mut traces = Vec::with_capacity(balances.len());
    for row in &balances {
        let found = trace::of_customer_as_at(&app.services.db, of, id, row.currency, as_at).await?;
        traces.push(shown(&desk, found, row.currency));
    }
    let explained = ExplainPage {
        shell: desk.live_about(Section::Customers, id),
        about: Link::new(format!("/admin/customers/{id}"), known.name),
        list: Link::new("/admin/customers", "Customers"),
        traces,
        as_at: Some(desk.asked.field("as_of")),
    };
    Ok(page(StatusCode::OK, &explained))
}

/// `GET /admin/orders/{id}/explain`
pub async fn order(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let sheet = order_sheet(&app.services.db, of, id).await?;
    let found = trace::of_order(&app.services.db, of, id).await?;
    let explained = ExplainPage {
        shell: desk.live_about(Section::Orders, sheet.customer.id),
        about: Link::new(format!("/admin/orders/{id}"), order_name(sheet.order.kind, sheet.order.number.as_deref())),
        list: Link::new("/admin/orders", "Orders"),
        traces: vec![shown(&desk, found, sheet.order.currency)],
        as_at: None,
    };
    Ok(page(StatusCode::OK, &explained))
}

/// `GET /admin/invoices/{id}/explain`
pub async fn invoice(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let sheet = invoice_sheet(&app.services.db, of, id).await?;
    let found = trace::of_invoice(&app.services.db, of, id).await?;
    let explained = ExplainPage {
        shell: desk.live_about(Section::Invoices, sheet.customer.id),
        about: Link::new(format!("/admin/invoices/{id}"), sheet.invoice.title()),
        list: Link::new("/admin/invoices", "Invoices"),
        traces: vec![shown(&desk, found, sheet.invoice.currency)],
        as_at: None,
    };
    Ok(page(StatusCode::OK, &explained))
}

/// Every charge with what was set against it, then credit that is free; the sum stands beside each step.
fn shown(desk: &Desk, found: Books, currency: Currency) -> Trace {
    let mut steps = Steps { desk, currency, owed: 0, steps: Vec::new() };
    for charge in &found.charges {
        steps.add(&charge.entry, charge.entry.on, charge.entry.amount, String::new());
        for part in &charge.applied {
            let against = format!("set against {}", charge.entry.description);
            match part.taken_back {
                true => steps.add(&part.from, part.on, part.amount, format!("no longer {against}")),
                false => steps.add(&part.from, part.on, -part.amount, against),
            }
        }
    }
    for credit in &found.free_credits {
        steps.add(&credit.entry, credit.entry.on, -credit.free, "not set against anything yet".to_owned());
    }
    Trace { steps: steps.steps, result_label: "Amount due".to_owned(), result: desk.amount(found.amount_due, currency) }
}

/// Steps with what is owed after each.
struct Steps<'d> {
    desk: &'d Desk,
    currency: Currency,
    owed: i64,
    steps: Vec<TraceStep>,
}

impl Steps<'_> {
    /// `by`: how much more is owed after this step, in minor units.
    fn add(&mut self, entry: &TracedEntry, on: books::calendar::Day, by: i64, how: String) {
        self.owed += by;
        // The reason of an amendment is a word of programs.
        let reason = match entry.kind {
            EntryKind::Amendment => entry.reason.as_deref().map(|word| words::amendment_reason(word).to_owned()),
            _ => entry.reason.clone(),
        };
        let parts = [Some(how).filter(|how| !how.is_empty()), reason, entry.note.clone(), Some(entry.by.clone())];
        self.steps.push(TraceStep {
            on: Day::of(on),
            what: entry.description.clone(),
            href: Some(format!("/admin/entries/{}", entry.id)),
            detail: parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            amount: self.desk.amount(by, self.currency),
            running: self.desk.amount(self.owed, self.currency),
        });
    }
}
