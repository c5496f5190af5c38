//! The one form for money: a saved method is charged, or what came outside a processor is recorded.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::account::Target;
use books::ids::{EntryId, InvoiceId, OrderId, PaymentId};
use engine::flows::call::Call;
use engine::flows::charge_saved::{Which, charge_saved};
use engine::flows::record_payment::{KINDS, Part, Received, record_payment};
use engine::store::method;

use super::again::{self, Again, filled};
use super::charge::{SAVED, choices, told, which};
use super::customers::choose;
use super::desk::{Desk, done};
use super::purpose::{Purpose, purpose};
use super::views::payments::PaymentForm;
use super::words;
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::{DESCRIPTION, Form, NAME};
use crate::respond::{Problem, page};
use crate::view::form::Tick;
use crate::view::shell::Section;
use crate::view::{Amount, Choice, Link};

const SHOWN: [&str; 4] = ["amount", "received_on", "reference", "memo"];

/// `GET /admin/payments/new?order=|invoice=|customer=`: prefilled with what is due.
pub async fn new(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let [order, invoice, customer] = ["order", "invoice", "customer"].map(|name| desk.asked.value(name));
    if [order, invoice, customer].iter().all(|id| id.is_empty()) {
        let list = Link::new("/admin/payments", "Payments");
        return choose(&app, &desk, Section::Payments, list, "Add Payment", "/admin/payments/new").await;
    }
    let purpose = purpose(&app, &desk, order, invoice, customer).await?;
    let due = desk.amount(purpose.due, purpose.currency);
    let methods = choices(&app, &desk, &purpose, "").await?;
    // Money is charged only when somebody chose to: what opens chosen is external, unless a saved method was asked for.
    let default = methods.iter().find(|method| method.chosen).or(methods.first());
    let kind = match desk.asked.value("kind") {
        SAVED => default.map(|method| method.value.clone()).unwrap_or_default(),
        kind => kind.to_owned(),
    };
    let typed = filled([
        ("amount", if due.is_zero() { String::new() } else { due.decimal }),
        ("received_on", desk.today().to_string()),
        ("kind", kind),
    ]);
    form(&app, &desk, purpose, &Again::fresh(typed)).await
}

async fn form(app: &App, desk: &Desk, purpose: Purpose, again: &Again) -> Result<Response, Problem> {
    let typed = &again.form;
    let kind = typed.value("kind");
    let ticked: Vec<&str> = typed.all("document").collect();
    let tick = |(id, name, due): (String, String, Amount)| Tick {
        ticked: ticked.contains(&id.as_str()),
        value: id,
        label: name,
        hint: format!("{} due", due.text),
    };
    let methods = method::list(&app.services.db, desk.staff.business, purpose.customer).await?;
    let chosen = |row: &method::Method| row.id.to_string() == kind || (kind == SAVED && row.is_default);
    let named = |row: &method::Method| Choice::new(row.id.to_string(), row.name(), chosen(row));
    let first = KINDS.first().filter(|_| !methods.iter().any(chosen) && !KINDS.contains(&kind));
    let external = |word: &str| Choice::new(word, words::method(Some(word)), word == kind || first == Some(&word));
    let shown = PaymentForm {
        shell: desk.shell(Section::Payments),
        methods: methods.iter().map(named).collect(),
        about: purpose.about,
        customer_id: purpose.customer.to_string(),
        target: match purpose.target {
            Some(Target::Order(id)) => Some(("order", id.to_string())),
            Some(Target::Invoice(id)) => Some(("invoice", id.to_string())),
            Some(Target::Entry(_)) | None => None,
        },
        due: desk.amount(purpose.due, purpose.currency),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        may_despite_pending: purpose.under_way || again.has_code("PAYMENT_PENDING"),
        amount: typed.field("amount"),
        currency: purpose.currency.code().to_owned(),
        kinds: KINDS.into_iter().map(external).collect(),
        received_on: typed.field("received_on"),
        reference: typed.field("reference"),
        memo: typed.field("memo"),
        documents: purpose.documents.into_iter().map(tick).collect(),
    };
    Ok(page(again.status, &shown))
}

fn read(typed: &mut Form, purpose: &Purpose) -> Option<Received> {
    let amount = typed.amount("amount", purpose.currency);
    let kind = typed.text("kind", NAME);
    let received_on = typed.optional_day("received_on");
    let reference = typed.optional_text("reference", NAME);
    let memo = typed.optional_lines("memo", DESCRIPTION);
    let parts = parts(typed, purpose.target);
    if !typed.errors().is_empty() {
        return None;
    }
    Some(Received {
        customer: purpose.customer,
        amount: amount?.minor,
        currency: purpose.currency,
        kind: kind?,
        reference,
        received_on,
        memo,
        parts,
        despite_pending: typed.ticked("despite_pending"),
        receipt: None,
        tendered: None,
        category: None,
        description: None,
    })
}

/// What it is for: the document, or the ticked documents and charges in the order in which they stand.
fn parts(typed: &mut Form, target: Option<Target>) -> Vec<Part> {
    let whole = |target| Part { target, amount: None };
    if let Some(target) = target {
        return vec![whole(target)];
    }
    let ticked: Vec<String> = typed.all("document").map(str::to_owned).collect();
    let mut parts = Vec::with_capacity(ticked.len());
    for id in ticked {
        match (id.parse::<OrderId>(), id.parse::<EntryId>(), id.parse::<InvoiceId>()) {
            (Ok(order), ..) => parts.push(whole(Target::Order(order))),
            (_, Ok(entry), _) => parts.push(whole(Target::Entry(entry))),
            (.., Ok(invoice)) => parts.push(whole(Target::Invoice(invoice))),
            _ => typed.wrong("document", "UNKNOWN", "There is no such document."),
        }
    }
    parts
}

/// `POST /admin/payments`: a saved method is charged, anything else is recorded.
pub async fn create(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let purpose = purpose(&app, &desk, typed.value("order"), typed.value("invoice"), typed.value("customer")).await?;
    let saved = match which(typed.value("kind")) {
        Some(which) => charge(&app, &call, &mut typed, &purpose, which).await.map(Some),
        None => record(&app, &call, &mut typed, &purpose).await.map(|()| None),
    };
    match saved {
        Ok(Some(payment)) => told(&app, &desk, payment).await,
        Ok(None) => Ok(done(&purpose.about.href, "payment")),
        Err(error) => form(&app, &desk, purpose, &Again::of(typed, error.map(at_our_fields))?).await,
    }
}

/// A refusal, or none where a field is wrong.
type Refusal = Option<engine::error::Error>;

async fn charge(app: &App, call: &Call, typed: &mut Form, purpose: &Purpose, which: Which) -> Result<PaymentId, Refusal> {
    let parts = parts(typed, purpose.target);
    let charging = super::charge::read(typed, purpose, which, parts).ok_or(None)?;
    Ok(charge_saved(&app.services, call, charging).await.map_err(Some)?.value)
}

async fn record(app: &App, call: &Call, typed: &mut Form, purpose: &Purpose) -> Result<(), Refusal> {
    let received = read(typed, purpose).ok_or(None)?;
    record_payment(&app.services.db, call, received).await.map(drop).map_err(Some)
}

/// The flow calls the fields of a method by their place in the API.
pub fn at_our_fields(error: engine::error::Error) -> engine::error::Error {
    let engine::error::Error::Invalid(mut errors) = error else { return error };
    for one in &mut errors {
        if let Some(own) = one.field.strip_prefix("method.") {
            one.field = own.to_owned();
        }
    }
    engine::error::Error::Invalid(errors)
}
