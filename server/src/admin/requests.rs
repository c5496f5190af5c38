//! Payment requests: asking for what is due on an order or invoice, the list of all, sending again and closing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::account::Target;
use books::ids::{InvoiceId, OrderId, RequestId};
use books::money::Currency;
use engine::flows::request_payment::{Asking, close_request, request_payment, resend_request};
use engine::sheets::invoice::invoice_sheet;
use engine::sheets::order::order_sheet;
use engine::sheets::request_list::request_list;
use engine::store::request::{self, Request};

use super::again::{Again, filled};
use super::customers::query;
use super::desk::{Desk, done};
use super::rows;
use super::submission::Submission;
use super::views::requests::{RequestForm, RequestList};
use super::words::Names;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{Form, NOTE};
use crate::json::Id;
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
                let document = Link::new(address(&listed.request).unwrap_or_default(), listed.document.clone());
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

/// What money is asked for: a document with what is due on it.
pub(super) struct About {
    pub list: Link,
    pub document: Link,
    pub customer: String,
    pub email: String,
    pub due: i64,
    pub currency: Currency,
}

pub(super) async fn about(app: &App, desk: &Desk, target: Target) -> Result<About, Problem> {
    let (db, business) = (&app.services.db, desk.staff.business);
    match target {
        Target::Order(id) => {
            let sheet = order_sheet(db, business, id).await?;
            let name = rows::order_name(sheet.order.kind, sheet.order.number.as_deref());
            Ok(About {
                list: Link::new("/admin/orders", "Orders"),
                document: Link::new(format!("/admin/orders/{id}"), name),
                customer: sheet.customer.name,
                email: sheet.customer.email.unwrap_or_default(),
                due: sheet.figures.amount_due,
                currency: sheet.order.currency,
            })
        }
        Target::Invoice(id) => {
            let sheet = invoice_sheet(db, business, id).await?;
            Ok(About {
                list: Link::new("/admin/invoices", "Invoices"),
                document: Link::new(format!("/admin/invoices/{id}"), sheet.invoice.title()),
                customer: sheet.customer.name,
                email: sheet.customer.email.unwrap_or_default(),
                due: sheet.figures.amount_due,
                currency: sheet.invoice.currency,
            })
        }
        Target::Entry(_) => Err(Problem::not_found()),
    }
}

/// `GET /admin/orders/{id}/request`
pub async fn new(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    first(&app, &desk, Target::Order(id)).await
}

/// `GET /admin/invoices/{id}/request`
pub async fn new_of_invoice(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    first(&app, &desk, Target::Invoice(id)).await
}

/// Prefilled with the contact's address and the usual people to tell.
async fn first(app: &App, desk: &Desk, target: Target) -> Result<Response, Problem> {
    let about = about(app, desk, target).await?;
    let settings = desk.frame.business.settings()?;
    let mut prefilled = vec![("to", about.email.clone())];
    if !settings.notify.is_empty() {
        prefilled.push(("notify_on", "on".to_owned()));
    }
    prefilled.extend(settings.notify.iter().map(|address| ("notify", address.clone())));
    form(desk, about, &Again::fresh(filled(prefilled)))
}

fn form(desk: &Desk, about: About, again: &Again) -> Result<Response, Problem> {
    let typed = &again.form;
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
        list: about.list,
        action: format!("{}/payment-requests", about.document.href),
        document: about.document,
        customer: about.customer,
        amount: desk.amount(about.due, about.currency),
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
pub async fn create(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    ask(&app, Target::Order(sent.id), sent).await
}

/// `POST /admin/invoices/{id}/payment-requests`
pub async fn create_of_invoice(State(app): State<Arc<App>>, sent: Submission<Clerk, InvoiceId>) -> Result<Response, Problem> {
    ask(&app, Target::Invoice(sent.id), sent).await
}

async fn ask<Id>(app: &App, target: Target, sent: Submission<Clerk, Id>) -> Result<Response, Problem> {
    let Submission { staff, call, mut typed, .. } = sent;
    let saved = match read(&mut typed) {
        Some(asking) => request_payment(&app.services, &call, target, asking).await.map_err(Some),
        None => Err(None),
    };
    let desk = Desk::open(app, staff).await?;
    let about = about(app, &desk, target).await?;
    match saved {
        Ok(_) => Ok(done(&about.document.href, "requested")),
        Err(error) => form(&desk, about, &Again::of(typed, error)?),
    }
}

/// `POST /admin/requests/{id}/resend`
pub async fn resend(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, RequestId>,
) -> Result<Response, Problem> {
    resend_request(&app.services, &call, id).await?;
    Ok(done(&back(&app, call.business, id).await?, "resent"))
}

/// `POST /admin/requests/{id}/close`
pub async fn close(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, RequestId>,
) -> Result<Response, Problem> {
    close_request(&app.services, &call, id).await?;
    Ok(done(&back(&app, call.business, id).await?, "closed"))
}

/// Where the document of a request is.
fn address(request: &Request) -> Option<String> {
    let order = request.order_id.map(|order| format!("/admin/orders/{order}"));
    order.or(request.invoice_id.map(|invoice| format!("/admin/invoices/{invoice}")))
}

/// The page of the document that a request is for.
async fn back(app: &App, of: books::ids::BusinessId, id: RequestId) -> Result<String, Problem> {
    let request = request::request(&app.services.db, of, id).await?;
    Ok(address(&request).unwrap_or_else(|| "/admin/requests".to_owned()))
}
