//! Invoices that a processor makes, mails and collects: the form, and how they stand under their document.
//!
//! Invariant: whether one can be made, mailed again or canceled is answered by the engine; a button says why not.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::account::Target;
use books::capability::{Action as Act, Answer};
use books::ids::{BusinessId, InvoiceId, OrderId, RemoteInvoiceId};
use books::remote_invoice::RemoteInvoiceState as S;
use engine::flows::remote_invoice::{
    NewRemoteInvoice, cancel_remote_invoice, mails_once, make_remote_invoice, send_remote_invoice,
};
use engine::store::connection::{self, Connection};
use engine::store::event::{self, Event};
use engine::store::remote_invoice::{self, RemoteInvoice};

use super::acts;
use super::again::{Again, filled};
use super::desk::{Desk, done};
use super::requests::{About, about};
use super::rows::refused;
use super::submission::Submission;
use super::views::documents::RemoteInvoiceRow;
use super::views::remote_invoices::RemoteInvoiceForm;
use super::words::Names;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{Form, NOTE, new_key};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Action, Chip, Choice, Day, Way};

const SHOWN: [&str; 3] = ["to", "due_on", "message"];

/// The live connections that make invoices of their own.
fn able<'a>(app: &'a App, desk: &'a Desk, connections: &'a [Connection]) -> impl Iterator<Item = &'a Connection> {
    connections.iter().filter(|one| app.services.connections.can_invoice(one, &desk.frame.business.name))
}

/// `Invoice from Square`, or of no name where none or several can.
fn title<'a>(mut able: impl Iterator<Item = &'a Connection>) -> Cow<'static, str> {
    match (able.next(), able.next()) {
        (Some(only), None) => Cow::Owned(format!("Invoice from {}", only.name)),
        _ => Cow::Borrowed("Invoice from processor"),
    }
}

/// The act, as the capability function answers for it.
pub fn offer(app: &App, desk: &Desk, answers: &[Answer], connections: &[Connection], href: String) -> Action {
    let label = title(able(app, desk, connections));
    Action { label, ..acts::answered(desk, answers, Act::RemoteInvoice, "Invoice from processor", "file-text", href) }
}

/// What was done to a document, and to the invoices at processors that ask for it, latest first.
pub async fn history(app: &App, of: BusinessId, document: String, invoices: &[RemoteInvoice]) -> Result<Vec<Event>, Problem> {
    let db = &app.services.db;
    let mut events = event::about(db, of, document, 200).await?;
    for one in invoices {
        events.extend(event::about(db, of, one.id.to_string(), 200).await?);
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.id));
    Ok(events)
}

/// The rows under a document.
pub fn rows(
    app: &App,
    desk: &Desk,
    names: &Names,
    invoices: &[RemoteInvoice],
    connections: &[Connection],
) -> Vec<RemoteInvoiceRow> {
    let one = |row: &RemoteInvoice| {
        let connection = connections.iter().find(|known| known.id == row.connection_id);
        RemoteInvoiceRow {
            number: row.number.clone().unwrap_or_else(|| "(no number yet)".to_owned()),
            processor: connection.map(|known| known.name.clone()).unwrap_or_default(),
            to: row.send_to.clone(),
            amount: desk.amount(row.amount, row.currency),
            due: Day::of(row.due_on),
            made: desk.moment(row.created_at),
            made_by: names.name(&row.actor),
            status: Chip::of_state(row.state.as_str()),
            url: row.url.clone().filter(|_| row.state == S::Sent),
            actions: row_actions(app, desk, row, connection),
        }
    };
    invoices.iter().map(one).collect()
}

fn row_actions(app: &App, desk: &Desk, row: &RemoteInvoice, connection: Option<&Connection>) -> Vec<Action> {
    let act = |name: &'static str, label, icon, no: Option<(&'static str, String)>, confirm| Action {
        name,
        label: Cow::Borrowed(label),
        icon,
        href: format!("/admin/remote-invoices/{}/{name}", row.id),
        way: Way::Post(new_key()),
        refused: refused(desk, no),
        confirm,
    };
    let over = (!row.state.is_out()).then(|| ("CLOSED", format!("This invoice is {}.", row.state)));
    let asked = (row.state != S::Sent).then(|| ("PAYMENT_PENDING", "The processor is being asked about it.".to_owned()));
    let once = connection
        .filter(|one| !app.services.connections.mails_again(one, &desk.frame.business.name))
        .map(|one| ("PROCESSOR_INCOMPATIBLE", mails_once(&one.name)));
    vec![
        act("send", "Send again", "send", over.clone().or(asked).or(once), ""),
        act("cancel", "Cancel invoice", "ban", over, "Cancel this invoice at the processor? It can then not be paid any more."),
    ]
}

/// `GET /admin/orders/{id}/remote-invoice`
pub async fn new(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<OrderId>) -> Result<Response, Problem> {
    first(&app, &desk, Target::Order(id)).await
}

/// `GET /admin/invoices/{id}/remote-invoice`
pub async fn new_of_invoice(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    first(&app, &desk, Target::Invoice(id)).await
}

/// Prefilled with the contact's address and today.
async fn first(app: &App, desk: &Desk, target: Target) -> Result<Response, Problem> {
    let about = about(app, desk, target).await?;
    let prefilled = filled([("to", about.email.clone()), ("due_on", desk.today().to_string())]);
    form(app, desk, about, &Again::fresh(prefilled)).await
}

async fn form(app: &App, desk: &Desk, about: About, again: &Again) -> Result<Response, Problem> {
    let typed = &again.form;
    let connections = connection::list(&app.services.db, desk.staff.business).await?;
    let choice =
        |one: &Connection| Choice::new(one.id.to_string(), one.name.clone(), one.id.to_string() == typed.value("processor"));
    let shown = RemoteInvoiceForm {
        shell: desk.shell(Section::Orders),
        list: about.list,
        action: format!("{}/remote-invoices", about.document.href),
        document: about.document,
        title: title(able(app, desk, &connections)).into_owned(),
        customer: about.customer,
        amount: desk.amount(about.due, about.currency),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        to: typed.field("to"),
        due_on: typed.field("due_on"),
        message: typed.field("message"),
        processors: able(app, desk, &connections).map(choice).collect(),
    };
    Ok(page(again.status, &shown))
}

fn read(typed: &mut Form) -> Option<NewRemoteInvoice> {
    let to = typed.email("to");
    let due_on = typed.optional_day("due_on");
    let message = typed.optional_lines("message", NOTE);
    let processor = typed.optional("processor");
    if !typed.errors().is_empty() {
        return None;
    }
    Some(NewRemoteInvoice { processor, to: Some(to?), due_on, message })
}

/// `POST /admin/orders/{id}/remote-invoices`
pub async fn create(State(app): State<Arc<App>>, sent: Submission<Clerk, OrderId>) -> Result<Response, Problem> {
    make(&app, Target::Order(sent.id), sent).await
}

/// `POST /admin/invoices/{id}/remote-invoices`
pub async fn create_of_invoice(State(app): State<Arc<App>>, sent: Submission<Clerk, InvoiceId>) -> Result<Response, Problem> {
    make(&app, Target::Invoice(sent.id), sent).await
}

async fn make<Id>(app: &App, target: Target, sent: Submission<Clerk, Id>) -> Result<Response, Problem> {
    let Submission { staff, call, mut typed, .. } = sent;
    let made = match read(&mut typed) {
        Some(new) => make_remote_invoice(&app.services, &call, target, new).await.map_err(Some),
        None => Err(None),
    };
    let desk = Desk::open(app, staff).await?;
    let about = about(app, &desk, target).await?;
    match made {
        Ok(made) => {
            let row = remote_invoice::remote_invoice(&app.services.db, call.business, made.value).await?;
            Ok(done(&about.document.href, if row.state == S::Sent { "invoiced" } else { "invoicing" }))
        }
        Err(error) => form(app, &desk, about, &Again::of(typed, error)?).await,
    }
}

/// `POST /admin/remote-invoices/{id}/send`
pub async fn send(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, RemoteInvoiceId>,
) -> Result<Response, Problem> {
    send_remote_invoice(&app.services, &call, id).await?;
    let row = remote_invoice::remote_invoice(&app.services.db, call.business, id).await?;
    Ok(done(&address(&row), "resent"))
}

/// `POST /admin/remote-invoices/{id}/cancel`
pub async fn cancel(
    State(app): State<Arc<App>>,
    Submission { id, call, .. }: Submission<Clerk, RemoteInvoiceId>,
) -> Result<Response, Problem> {
    cancel_remote_invoice(&app.services, &call, id).await?;
    let row = remote_invoice::remote_invoice(&app.services.db, call.business, id).await?;
    Ok(done(&address(&row), if row.state == S::Closing { "invoice-ending" } else { "invoice-ended" }))
}

/// Where the document is that it asks for.
fn address(row: &RemoteInvoice) -> String {
    let order = row.order_id.map(|order| format!("/admin/orders/{order}"));
    let invoice = || row.invoice_id.map(|invoice| format!("/admin/invoices/{invoice}"));
    order.or_else(invoice).unwrap_or_else(|| "/admin/payments".to_owned())
}
