//! Payments: the list, one attempt in full, and the one form for money: a saved method is charged, or what came outside a
//! processor is recorded.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use books::account::Target;
use books::capability::{Action as Act, Answer};
use books::ids::{CustomerId, EntryId, InvoiceId, OrderId, PaymentId};
use books::money::Currency;
use books::payment::PaymentState;
use engine::flows::call::Call;
use engine::flows::charge_saved::{Which, charge_saved, may_retry};
use engine::flows::record_payment::{KINDS, Part, Received, record_payment};
use engine::sheets::actions;
use engine::sheets::customer::customer_sheet;
use engine::sheets::entry::entry_sheet;
use engine::sheets::found;
use engine::sheets::invoice::invoice_sheet;
use engine::sheets::order::order_sheet;
use engine::sheets::order_list;
use engine::sheets::payment::{PaymentSheet, payment_sheet};
use engine::store::entry::Wanted;
use engine::store::payment::{self, Attempt};
use engine::store::{event, method};

use super::again::{self, Again, filled};
use super::charge::{SAVED, choices, told, which};
use super::customers::{choose, query};
use super::desk::{Desk, done};
use super::entries::{allocation, journal};
use super::orders::looking;
use super::views::payments::{AttemptRow, PaymentForm, PaymentList, PaymentPage};
use super::words::{self, Names};
use super::{acts, refunds, rows};
use crate::app::App;
use crate::auth::{Clerk, Staff};
use crate::forms::{DESCRIPTION, Form, NAME, new_key};
use crate::papers;
use crate::respond::{Problem, page};
use crate::view::form::Tick;
use crate::view::shell::Section;
use crate::view::{Action, Amount, Chip, Choice, Fact, Link, Notice, Pager, Refused, Tab, Tone, Way};

/// How many payments a page shows.
const PAGE: usize = 50;
const FILTERS: [(&str, &str); 6] = [
    ("", "All"),
    ("succeeded", "Succeeded"),
    ("pending", "Pending"),
    ("unknown", "Unknown"),
    ("failed", "Failed"),
    ("canceled", "Canceled"),
];
const SHOWN: [&str; 4] = ["amount", "received_on", "reference", "memo"];

/// `GET /admin/payments`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let q = desk.asked.value("q").trim().to_owned();
    let here = FILTERS.into_iter().map(|(word, _)| word).find(|word| *word == desk.asked.value("filter")).unwrap_or("");
    if desk.asked.value("format") == "csv" {
        return super::exports::payments(&app, &desk, here).await;
    }
    let before: Option<PaymentId> = desk.asked.optional("cursor");
    let (db, of) = (&app.services.db, desk.staff.business);
    let mut found = if q.is_empty() {
        payment::page(db, of, None, here.to_owned(), before, PAGE as i64 + 1).await?
    } else {
        found::payments(db, of, looking(&desk, &q, PAGE as i64)).await?
    };
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let tab = |(word, text): (&str, &str)| Tab {
        href: query("/admin/payments", &[("filter", word)]),
        text: text.to_owned(),
        count: None,
        here: word == here && q.is_empty(),
    };
    let last = found.last().filter(|_| more).map(|row| row.id.to_string());
    let shown = PaymentList {
        shell: desk.live(Section::Payments),
        tabs: FILTERS.into_iter().map(tab).collect(),
        filter: here.to_owned(),
        rows: found.iter().map(|row| rows::payment(&desk, row)).collect(),
        pager: Pager {
            first: before.map(|_| query("/admin/payments", &[("filter", here)])),
            next: last.map(|last| query("/admin/payments", &[("filter", here), ("cursor", &last)])),
            summary: String::new(),
        },
        q,
    };
    Ok(page(StatusCode::OK, &shown))
}

/// `GET /admin/payments/{id}`
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, desk: Desk) -> Result<Response, Problem> {
    let id: PaymentId = id.parse().map_err(|_| Problem::not_found())?;
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
    let mut attempts: Vec<AttemptRow> = sheet.attempts.iter().map(|attempt| attempt_row(&desk, attempt)).collect();
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
        some("Method", Some(sheet.means())),
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
        notices.push(notice(Tone::Bad, "It was refused.", text.clone()));
    }
    if paid.state == books::payment::PaymentState::Unknown {
        let text = "The processor's answer was lost. It is asked until it is known; the amount stays reserved.".to_owned();
        notices.push(notice(Tone::Warn, "The outcome is not known.", text));
    }
    notices
}

/// One call to the processor with its answer; what it said is kept whole as evidence and shown in its own words.
fn attempt_row(desk: &Desk, attempt: &Attempt) -> AttemptRow {
    let checks = if attempt.checks > 0 { format!("asked {} times", attempt.checks) } else { String::new() };
    let parts = [attempt.remote_id.clone().unwrap_or_default(), attempt.evidence.clone().unwrap_or_default(), checks];
    AttemptRow {
        at: desk.moment(attempt.created_at),
        what: attempt.operation.clone(),
        processor: attempt.connection_id.to_string(),
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
    if sheet.payment.state == PaymentState::Created && sheet.payment.checkout_url.is_some() {
        void.refused = None;
    }
    let mut retry = now("retry", "Try again", "rotate-ccw", "");
    if retry.refused.is_none() {
        retry.refused =
            may_retry(&sheet.payment).err().map(|error| Refused { code: "CLOSED", why: again::sentence(&error.to_string()) });
    }
    let page = sheet.payment.checkout_url.clone().filter(|_| sheet.payment.link_id.is_none());
    let page = page.map(|href| see("page", "Open the processor's page", "credit-card", href));
    let invoice = invoice.map(|href| see("invoice", "See its invoice", "file-text", href));
    [Some(refund), Some(reapply), Some(capture), Some(void), Some(retry), page, entry, order, invoice]
        .into_iter()
        .flatten()
        .collect()
}

/// `GET /admin/payments/{id}/pdf`
pub async fn pdf(State(app): State<Arc<App>>, Path(id): Path<String>, staff: Staff) -> Result<Response, Problem> {
    let id: PaymentId = id.parse().map_err(|_| Problem::not_found())?;
    let sheet = payment_sheet(&app.services.db, staff.business, id).await?;
    papers::receipt_pdf(&app, &sheet).await
}

/// What a payment is recorded for.
pub struct Purpose {
    pub about: Link,
    pub customer: CustomerId,
    /// The document; none: the customer's account.
    pub target: Option<Target>,
    pub currency: Currency,
    pub due: i64,
    pub has_address: bool,
    /// A payment under way will pay some of the document; more is recorded only when staff confirm it.
    pub under_way: bool,
    /// For a customer: what it can be set against.
    documents: Vec<(String, String, Amount)>,
}

impl Purpose {
    pub fn order(&self) -> Option<OrderId> {
        self.target.and_then(|target| if let Target::Order(id) = target { Some(id) } else { None })
    }

    pub fn invoice(&self) -> Option<InvoiceId> {
        self.target.and_then(|target| if let Target::Invoice(id) = target { Some(id) } else { None })
    }
}

/// Reads what a payment is for: an order, an invoice, else a customer.
pub async fn purpose(app: &App, desk: &Desk, order: &str, invoice: &str, customer: &str) -> Result<Purpose, Problem> {
    let of = desk.staff.business;
    if !invoice.is_empty() {
        let id: InvoiceId = invoice.parse().map_err(|_| Problem::not_found())?;
        let sheet = invoice_sheet(&app.services.db, of, id).await?;
        return Ok(Purpose {
            about: Link::new(format!("/admin/invoices/{id}"), sheet.invoice.title()),
            customer: sheet.invoice.customer_id,
            target: Some(Target::Invoice(id)),
            currency: sheet.invoice.currency,
            due: sheet.figures.amount_due,
            has_address: sheet.customer.email.is_some(),
            under_way: sheet.reserved() > 0,
            documents: Vec::new(),
        });
    }
    if !order.is_empty() {
        let id: OrderId = order.parse().map_err(|_| Problem::not_found())?;
        let sheet = order_sheet(&app.services.db, of, id).await?;
        let name = rows::order_name(sheet.order.kind, sheet.order.number.as_deref());
        return Ok(Purpose {
            about: Link::new(format!("/admin/orders/{id}"), name),
            customer: sheet.order.customer_id,
            target: Some(Target::Order(id)),
            currency: sheet.order.currency,
            due: sheet.figures.amount_due,
            has_address: sheet.customer.email.is_some(),
            under_way: sheet.reserved() > 0,
            documents: Vec::new(),
        });
    }
    let id: CustomerId = customer.parse().map_err(|_| Problem::not_found())?;
    let wanted = Wanted { limit: 200, ..Wanted::default() };
    let sheet = customer_sheet(&app.services.db, of, id, None, wanted).await?;
    let orders = order_list::of_customer(&app.services.db, of, id).await?;
    let due = orders.iter().filter(|listed| listed.figures.amount_due > 0 && listed.row.currency == sheet.currency);
    let mut documents: Vec<(String, String, Amount)> = due
        .map(|listed| {
            let name = rows::order_name(listed.row.kind, listed.row.number.as_deref());
            (listed.row.id.to_string(), name, desk.amount(listed.figures.amount_due, listed.row.currency))
        })
        .collect();
    let alone =
        sheet.open_charges().map(|line| (line.id.to_string(), line.description.clone(), desk.amount(line.open(), line.currency)));
    documents.extend(alone);
    let billed = sheet.invoices.iter().filter(|listed| listed.figures.amount_due > 0 && listed.row.currency == sheet.currency);
    documents.extend(billed.map(|listed| {
        let name = format!("Invoice {}", listed.row.number.clone().unwrap_or_default());
        (listed.row.id.to_string(), name, desk.amount(listed.figures.amount_due, listed.row.currency))
    }));
    Ok(Purpose {
        about: Link::new(format!("/admin/customers/{id}"), sheet.customer.name.clone()),
        customer: id,
        target: None,
        has_address: sheet.customer.email.is_some(),
        under_way: false,
        currency: sheet.currency,
        due: sheet.balance().min(0).abs(),
        documents,
    })
}

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
