//! *Generate invoice* for the balance of an order or application: a description, perhaps a due day, and it is issued.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::ids::OrderId;
use engine::flows::issue_invoice::{Generating, generate_invoice};
use engine::sheets::order::{OrderSheet, order_sheet};

use super::again::Again;
use super::desk::{Desk, done};
use super::rows;
use super::submission::Submission;
use super::views::invoices::GenerateForm;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{DESCRIPTION, Form};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::Link;
use crate::view::shell::Section;

fn form(desk: &Desk, sheet: &OrderSheet, again: &Again) -> Response {
    let order = &sheet.order;
    let billed = sheet.charges.iter().filter(|charge| charge.live_invoice_id.is_none());
    let shown = GenerateForm {
        shell: desk.shell(Section::Orders),
        document: Link::new(format!("/admin/orders/{}", order.id), rows::order_name(order.kind, order.number.as_deref())),
        action: format!("/admin/orders/{}/invoices", order.id),
        key: again.key(),
        refusal: again.refusal(&["description", "due_on"]),
        customer: sheet.customer.name.clone(),
        due: desk.amount(billed.map(engine::store::entry::EntryLine::open).sum(), order.currency),
        description: again.form.field("description"),
        due_on: again.form.field("due_on"),
        has_address: sheet.customer.email.is_some(),
    };
    page(again.status, &shown)
}

/// `GET /admin/orders/{id}/invoice`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    let sheet = order_sheet(&app.services.db, desk.staff.business, id).await?;
    Ok(form(&desk, &sheet, &Again::fresh(Form::default())))
}

/// `POST /admin/orders/{id}/invoices`
pub async fn submit(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, OrderId>,
) -> Result<Response, Problem> {
    let send = typed.value("then") == "send";
    let description = typed.lines("description", DESCRIPTION);
    let due_on = typed.optional_day("due_on");
    let saved = match description.filter(|_| typed.errors().is_empty()) {
        Some(description) => {
            let generating = Generating { description, due_on, send };
            generate_invoice(&app.services, &call, id, generating).await.map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok(made) => Ok(done(&format!("/admin/invoices/{}", made.value), if send { "issued-sent" } else { "issued" })),
        Err(error) => {
            let desk = Desk::open(&app, staff).await?;
            let sheet = order_sheet(&app.services.db, desk.staff.business, id).await?;
            Ok(form(&desk, &sheet, &Again::of(typed, error)?))
        }
    }
}
