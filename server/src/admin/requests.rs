//! Payment requests: asking for what is due on an order, the list of all, sending again and closing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use books::ids::{OrderId, RequestId};
use engine::flows::request_payment::{Asking, close_request, request_payment, resend_request};
use engine::sheets::order::{OrderSheet, order_sheet};
use engine::sheets::request_list::request_list;
use engine::store::request;

use super::again::{self, Again, filled};
use super::customers::query;
use super::desk::{Desk, done};
use super::rows;
use super::views::requests::{RequestForm, RequestList};
use super::words::Names;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{Form, NOTE};
use crate::respond::{Problem, page};
use crate::view::form::{Field, Tick};
use crate::view::shell::Section;
use crate::view::{Link, Pager, Tab};

/// How many requests a page shows.
const PAGE: usize = 50;
const FILTERS: [(&str, &str); 6] =
    [("", "All"), ("sent", "Sent"), ("opened", "Opened"), ("paid", "Paid"), ("closed", "Closed"), ("failed", "Failed")];
const SHOWN: [&str; 4] = ["to", "cc", "message", "notify_more"];

/// `GET /admin/requests`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let here = FILTERS.into_iter().map(|(word, _)| word).find(|word| *word == desk.asked.value("filter")).unwrap_or("");
    let before: Option<RequestId> = desk.asked.optional("cursor");
    let (found, more) = request_list(&app.services.db, desk.staff.business, here, before, PAGE).await?;
    let names = Names::of(&app, desk.staff.business).await?;
    let tab = |(word, text): (&str, &str)| Tab {
        href: query("/admin/requests", &[("filter", word)]),
        text: text.to_owned(),
        count: None,
        here: word == here,
    };
    let last = found.last().filter(|_| more).map(|listed| listed.request.id.to_string());
    let shown = RequestList {
        shell: desk.live(Section::Requests),
        tabs: FILTERS.into_iter().map(tab).collect(),
        rows: found
            .iter()
            .map(|listed| {
                let order = listed.request.order_id.map(|order| format!("/admin/orders/{order}"));
                let document = Link::new(order.unwrap_or_default(), listed.document.clone());
                rows::request(&app, &desk, &names, &listed.request, &listed.customer_name, document)
            })
            .collect(),
        pager: Pager {
            first: before.map(|_| query("/admin/requests", &[("filter", here)])),
            next: last.map(|last| query("/admin/requests", &[("filter", here), ("cursor", &last)])),
            summary: String::new(),
        },
    };
    Ok(page(StatusCode::OK, &shown))
}

async fn of(app: &App, desk: &Desk, id: &str) -> Result<OrderSheet, Problem> {
    let id: OrderId = id.parse().map_err(|_| Problem::not_found())?;
    Ok(order_sheet(&app.services.db, desk.staff.business, id).await?)
}

/// `GET /admin/orders/{id}/request`: prefilled with the contact's address and the usual people to tell.
pub async fn new(State(app): State<Arc<App>>, Path(id): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let sheet = of(&app, &desk, &id).await?;
    let settings = desk.frame.business.settings()?;
    let mut prefilled = vec![("to", sheet.customer.email.clone().unwrap_or_default())];
    if !settings.notify.is_empty() {
        prefilled.push(("notify_on", "on".to_owned()));
    }
    prefilled.extend(settings.notify.iter().map(|address| ("notify", address.clone())));
    form(&desk, &sheet, &Again::fresh(filled(prefilled)))
}

fn form(desk: &Desk, sheet: &OrderSheet, again: &Again) -> Result<Response, Problem> {
    let typed = &again.form;
    let order = &sheet.order;
    let ticked: Vec<&str> = typed.all("notify").collect();
    let mut known = desk.frame.business.settings()?.notify;
    let own = desk.staff.session.email.clone();
    if !known.contains(&own) {
        known.push(own);
    }
    let tick = |address: &String| Tick {
        value: address.clone(),
        label: address.clone(),
        hint: String::new(),
        ticked: ticked.contains(&address.as_str()),
    };
    let shown = RequestForm {
        shell: desk.shell(Section::Orders),
        list: Link::new("/admin/orders", "Orders"),
        document: Link::new(format!("/admin/orders/{}", order.id), rows::order_name(order.kind, order.number.as_deref())),
        action: format!("/admin/orders/{}/payment-requests", order.id),
        customer: sheet.customer.name.clone(),
        amount: desk.amount(sheet.figures.amount_due, order.currency),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        to: typed.field("to"),
        cc: typed.field("cc"),
        message: typed.field("message"),
        notify: Field::of(typed.value("notify_on")),
        notify_known: known.iter().map(tick).collect(),
        notify_more: typed.field("notify_more"),
    };
    Ok(page(again.status, &shown))
}

fn read(typed: &mut Form) -> Option<Asking> {
    let to = typed.email("to");
    let cc = typed.emails("cc");
    let message = typed.optional_lines("message", NOTE);
    let known = typed.emails("notify");
    let more = typed.emails("notify_more");
    if !typed.errors().is_empty() {
        return None;
    }
    let mut notify = Vec::new();
    if typed.ticked("notify_on") {
        notify.extend(known?);
        notify.extend(more?);
    }
    Some(Asking { to: Some(to?), cc: cc?, message, notify })
}

/// `POST /admin/orders/{id}/payment-requests`
pub async fn create(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Clerk(staff): Clerk,
    mut typed: Form,
) -> Result<Response, Problem> {
    let order: OrderId = id.parse().map_err(|_| Problem::not_found())?;
    let call = again::call(&staff, &mut typed)?;
    let saved = match read(&mut typed) {
        Some(asking) => request_payment(&app.services, &call, order, asking).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/orders/{order}"), "requested")),
        Err(error) => {
            let desk = Desk::open(&app, staff).await?;
            form(&desk, &of(&app, &desk, &id).await?, &Again::of(typed, error)?)
        }
    }
}

/// `POST /admin/requests/{id}/resend`
pub async fn resend(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Clerk(staff): Clerk,
    mut typed: Form,
) -> Result<Response, Problem> {
    let id: RequestId = id.parse().map_err(|_| Problem::not_found())?;
    let call = again::call(&staff, &mut typed)?;
    resend_request(&app.services, &call, id).await?;
    Ok(done(&back(&app, call.business, id).await?, "resent"))
}

/// `POST /admin/requests/{id}/close`
pub async fn close(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Clerk(staff): Clerk,
    mut typed: Form,
) -> Result<Response, Problem> {
    let id: RequestId = id.parse().map_err(|_| Problem::not_found())?;
    let call = again::call(&staff, &mut typed)?;
    close_request(&app.services, &call, id).await?;
    Ok(done(&back(&app, call.business, id).await?, "closed"))
}

/// The page of the document that a request is for.
async fn back(app: &App, of: books::ids::BusinessId, id: RequestId) -> Result<String, Problem> {
    let request = request::request(&app.services.db, of, id).await?;
    Ok(request.order_id.map_or_else(|| "/admin/requests".to_owned(), |order| format!("/admin/orders/{order}")))
}
