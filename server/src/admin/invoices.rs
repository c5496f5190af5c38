//! The list of invoices, sending several, the list as a table, and the form of a draft.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use books::ids::{CustomerId, EntryId, InvoiceId};
use books::invoice::{InvoiceStanding, InvoiceState};
use books::money::{Currency, Money};
use engine::flows::call::{Call, Key};
use engine::flows::draft_invoice::{DraftChanges, NewInvoice, Texts, change_invoice, create_invoice};
use engine::flows::issue_invoice::{Issuing, issue_invoice, send_invoice};
use engine::sheets::invoice::{InvoiceSheet, carriable, invoice_sheet};
use engine::sheets::invoice_list::{Listed, invoice_list};
use engine::store::customer;
use engine::store::entry::EntryLine;
use engine::store::invoice::{InvoiceLine, Wanted};

use super::again::{self, Again, filled};
use super::customers::{choose, query};
use super::desk::{Desk, done};
use super::entries::currencies;
use super::submission::Submission;
use super::views::invoices::{InvoiceForm, InvoiceList, InvoiceRow};
use super::{lines, rows};
use crate::app::App;
use crate::auth::{Clerk, form_encode};
use crate::csv;
use crate::forms::{DESCRIPTION, Form, NAME, NOTE, new_key};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::form::Tick;
use crate::view::shell::Section;
use crate::view::{Link, Notice, Pager, Tab, Tone};

/// How many invoices a page shows, and the most that are sent at once.
const PAGE: i64 = 50;
/// The filters: the word in the address and what it is called.
const FILTERS: [(&str, &str); 8] = [
    ("", "All"),
    ("open", "Open"),
    ("part_paid", "Part-paid"),
    ("overdue", "Overdue"),
    ("draft", "Drafts"),
    ("paid", "Paid"),
    ("void", "Void"),
    ("uncollectible", "Uncollectible"),
];
const SHOWN: [&str; 4] = ["about", "due_on", "terms", "notes"];

fn wanted(desk: &mut Desk, limit: i64) -> (Wanted, &'static str) {
    let asked = desk.asked.value("filter").to_owned();
    let here = FILTERS.into_iter().map(|(word, _)| word).find(|word| **word == asked).unwrap_or("");
    let search = Some(desk.asked.value("q").trim().to_owned()).filter(|q| !q.is_empty());
    let (from, to) = (desk.asked.optional_day("from"), desk.asked.optional_day("to"));
    let state: Option<InvoiceState> = here.parse().ok();
    let before = desk.asked.optional("cursor");
    (Wanted { customer: None, state, overdue: here == "overdue", from, to, search, before, limit }, here)
}

/// `GET /admin/invoices`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let (wanted, here) = wanted(&mut desk, PAGE);
    let is_later = wanted.before.is_some();
    let found = invoice_list(&app.services.db, desk.staff.business, wanted).await?;
    let text = |name: &str| desk.asked.value(name).trim().to_owned();
    let (q, from, to) = (text("q"), text("from"), text("to"));
    let address = |path: &str, word: &str, cursor: &str| {
        query(path, &[("filter", word), ("q", &q), ("from", &from), ("to", &to), ("cursor", cursor)])
    };
    let tab = |(word, name): (&str, &str)| Tab {
        href: address("/admin/invoices", word, ""),
        text: name.to_owned(),
        count: None,
        here: word == here,
    };
    let last = found.rows.last().filter(|_| found.more).map(|listed| listed.row.id.to_string());
    let shown = InvoiceList {
        shell: desk.live(Section::Invoices),
        tabs: FILTERS.into_iter().map(tab).collect(),
        filter: here.to_owned(),
        from: desk.asked.field("from"),
        to: desk.asked.field("to"),
        narrowed: [&q, &from, &to].iter().any(|text| !text.is_empty()),
        rows: found.rows.iter().map(|listed| invoice_row(&desk, listed)).collect(),
        key: new_key(),
        csv: address("/admin/invoices.csv", here, ""),
        pager: Pager {
            first: is_later.then(|| address("/admin/invoices", here, "")),
            next: last.map(|last| address("/admin/invoices", here, &last)),
            summary: String::new(),
        },
        sent: sent_notice(&desk),
        q: q.clone(),
    };
    Ok(page(StatusCode::OK, &shown))
}

fn invoice_row(desk: &Desk, listed: &Listed) -> InvoiceRow {
    let id = listed.row.id.to_string();
    InvoiceRow { document: rows::invoice(desk, listed), pdf: format!("/admin/invoices/{id}/pdf"), id }
}

/// What came of sending several, from the counts in the address.
fn sent_notice(desk: &Desk) -> Option<Notice> {
    let count = |name: &str| desk.asked.value(name).parse::<u16>().ok();
    let (sent, not) = (count("sent")?, count("not_sent").unwrap_or(0));
    let text = match not {
        0 => String::new(),
        not => format!("{not} could not be: a draft or void invoice is not sent, nor one without an address."),
    };
    let tone = if not == 0 { Tone::Ok } else { Tone::Warn };
    Some(Notice { tone, title: format!("{sent} on the way."), text, link: None })
}

/// `POST /admin/invoices/send`: the ticked ones, each under a key of its own.
pub async fn send_many(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let ids: Vec<InvoiceId> = typed.all("invoice").filter_map(|id| id.parse().ok()).take(PAGE as usize).collect();
    let (mut sent, mut not_sent) = (0, 0);
    for id in ids {
        match send_invoice(&app.services, &under(&call, &id.to_string()), id).await {
            Ok(_) => sent += 1,
            Err(engine::error::Error::Refused(_) | engine::error::Error::NotFound) => not_sent += 1,
            Err(other) => return Err(other.into()),
        }
    }
    Ok(Redirect::to(&format!("/admin/invoices?sent={sent}&not_sent={not_sent}")).into_response())
}

/// The same call under a key of its own, for one of several acts of a form.
pub fn under(call: &Call, part: &str) -> Call {
    let key = call.key.as_ref().map(|key| Key { text: format!("{}:{part}", key.text), hash: key.hash.clone() });
    Call { key, ..call.clone() }
}

/// `GET /admin/invoices.csv`
pub async fn table(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let turn = app.limits.exports.acquire().await.map_err(|_| Problem::busy(2))?;
    let (wanted, _) = wanted(&mut desk, csv::MOST_ROWS as i64);
    let found = invoice_list(&app.services.db, desk.staff.business, wanted).await?;
    drop(turn);
    let mut table = vec![csv::head([
        "number",
        "customer",
        "state",
        "overdue",
        "issued_on",
        "due_on",
        "total",
        "fees",
        "paid",
        "credited",
        "written_off",
        "amount_due",
        "currency",
    ])];
    for Listed { row, figures, state, overdue } in &found.rows {
        let amount = |minor| Money::new(minor, row.currency).to_decimal();
        let day = |day: Option<books::calendar::Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let amounts =
            [figures.total, figures.fees, figures.paid, figures.credited, figures.written_off, figures.amount_due].map(amount);
        let mut line = vec![row.number.clone().unwrap_or_default(), row.customer_name.clone(), state.to_string()];
        line.extend([overdue.to_string(), day(row.issued_on), day(row.due_on)]);
        line.extend(amounts);
        line.push(row.currency.code().to_owned());
        table.push(line);
    }
    Ok(csv::download("invoices.csv", &table))
}

/// What a form is about: a customer and currency, and the draft if there is one already.
struct About {
    customer: CustomerId,
    name: String,
    has_address: bool,
    currencies: Vec<crate::view::Choice>,
    currency: Currency,
    draft: Option<InvoiceSheet>,
    charges: Vec<EntryLine>,
}

async fn about_new(app: &App, desk: &Desk, customer: &str, currency: &str) -> Result<About, Problem> {
    let id: CustomerId = customer.parse().map_err(|_| Problem::not_found())?;
    let (known, balances) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let chosen: Currency = currency.parse().unwrap_or(desk.currency());
    Ok(About {
        customer: id,
        name: known.name,
        has_address: known.email.is_some(),
        currencies: currencies(&balances, desk.currency(), chosen.code()),
        currency: chosen,
        draft: None,
        charges: carriable(&app.services.db, desk.staff.business, id, chosen, None).await?,
    })
}

async fn about_draft(app: &App, desk: &Desk, id: InvoiceId) -> Result<About, Problem> {
    let sheet = invoice_sheet(&app.services.db, desk.staff.business, id).await?;
    let (customer, currency) = (sheet.invoice.customer_id, sheet.invoice.currency);
    Ok(About {
        customer,
        name: sheet.customer.name.clone(),
        has_address: sheet.customer.email.is_some(),
        currencies: Vec::new(),
        currency,
        charges: carriable(&app.services.db, desk.staff.business, customer, currency, Some(id)).await?,
        draft: Some(sheet),
    })
}

/// `GET /admin/invoices/new?customer=`
pub async fn new(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let id = desk.asked.value("customer").to_owned();
    if id.is_empty() {
        let list = Link::new("/admin/invoices", "Invoices");
        return choose(&app, &desk, Section::Invoices, list, "New invoice", "/admin/invoices/new").await;
    }
    let about = about_new(&app, &desk, &id, "").await?;
    Ok(form(&desk, about, &Again::fresh(filled([("customer", id)]))))
}

/// `GET /admin/invoices/{id}/edit`
pub async fn edit(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<InvoiceId>) -> Result<Response, Problem> {
    let about = about_draft(&app, &desk, id).await?;
    let Some(sheet) = about.draft.as_ref().filter(|sheet| sheet.invoice.standing == InvoiceStanding::Draft) else {
        return Ok(Redirect::to(&format!("/admin/invoices/{id}")).into_response());
    };
    let typed = filled(prefilled(sheet).iter().map(|(name, value)| (*name, value.clone())));
    Ok(form(&desk, about, &Again::fresh(typed)))
}

/// A draft as its form shows it.
fn prefilled(sheet: &InvoiceSheet) -> Vec<(&'static str, String)> {
    let invoice = &sheet.invoice;
    let mut fields = vec![
        ("customer", invoice.customer_id.to_string()),
        ("due_on", invoice.due_on.map(|day| day.to_string()).unwrap_or_default()),
        ("about", invoice.description.clone().unwrap_or_default()),
        ("terms", invoice.terms.clone().unwrap_or_default()),
        ("notes", invoice.notes.clone().unwrap_or_default()),
    ];
    for line in sheet.lines.iter().filter(|line| sheet.is_kept(line)) {
        fields.extend(line_fields(line, invoice.currency));
    }
    fields.extend(sheet.charges.iter().map(|charge| ("entry", charge.id.to_string())));
    fields
}

fn line_fields(line: &InvoiceLine, currency: Currency) -> [(&'static str, String); 7] {
    let price = Money::new(line.unit_amount.abs(), currency).to_decimal();
    [
        ("kind", line.kind.clone()),
        ("description", line.description.clone()),
        ("quantity", line.quantity.clone()),
        ("unit_amount", price),
        ("tax_rate", line.tax_rate.clone().unwrap_or_default()),
        ("unit", line.unit.clone().unwrap_or_default()),
        ("tax_included", if line.tax_included { "on".to_owned() } else { String::new() }),
    ]
}

fn form(desk: &Desk, about: About, again: &Again) -> Response {
    let typed = &again.form;
    let ticked: Vec<&str> = typed.all("entry").collect();
    let tick = |line: &EntryLine| Tick {
        value: line.id.to_string(),
        label: line.description.clone(),
        hint: format!("{} open", desk.amount(line.open(), line.currency).text),
        ticked: ticked.contains(&line.id.to_string().as_str()),
    };
    let mut fields = lines::names(typed);
    fields.extend(SHOWN.map(str::to_owned));
    let shown_fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let draft = about.draft.as_ref().map(|sheet| sheet.invoice.id);
    let shown = InvoiceForm {
        shell: desk.shell(Section::Invoices),
        draft: draft.map(|id| Link::new(format!("/admin/invoices/{id}"), "Draft")),
        action: draft.map_or_else(|| "/admin/invoices".to_owned(), |id| format!("/admin/invoices/{id}")),
        key: again.key(),
        refusal: again.refusal(&shown_fields),
        customer: Link::new(format!("/admin/customers/{}", about.customer), about.name),
        customer_id: about.customer.to_string(),
        currencies: about.currencies,
        currency: about.currency.code().to_owned(),
        due_on: typed.field("due_on"),
        terms: typed.field("terms"),
        description: typed.field("about"),
        notes: typed.field("notes"),
        lines: lines::fields(typed),
        charges: about.charges.iter().map(tick).collect(),
        has_address: about.has_address,
    };
    page(again.status, &shown)
}

/// What was typed, checked as far as a form can.
struct Read {
    lines: Vec<books::tax::LineInput>,
    entries: Vec<EntryId>,
    texts: Texts,
    then: Then,
}

/// What happens after it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Draft,
    Issue,
    Send,
}

fn read(typed: &mut Form, currency: Currency) -> Option<Read> {
    let texts = Texts {
        description: typed.optional_lines("about", DESCRIPTION),
        due_on: typed.optional_day("due_on"),
        terms: typed.optional_text("terms", NAME),
        notes: typed.optional_lines("notes", NOTE),
    };
    let then = match typed.value("then") {
        "send" => Then::Send,
        "issue" => Then::Issue,
        _ => Then::Draft,
    };
    let lines = lines::read(typed, currency);
    let ticked: Vec<String> = typed.all("entry").map(str::to_owned).collect();
    let entries: Result<Vec<EntryId>, _> = ticked.iter().map(|id| id.parse()).collect();
    if entries.is_err() {
        typed.wrong("entry", "UNKNOWN", "There is no such charge.");
    }
    if typed.errors().is_empty() { Some(Read { lines, entries: entries.ok()?, texts, then }) } else { None }
}

/// `POST /admin/invoices`
pub async fn create(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let about = about_new(&app, &desk, typed.value("customer"), typed.value("currency")).await?;
    let saved = match read(&mut typed, about.currency) {
        Some(Read { lines, entries, texts, then }) => {
            let new = NewInvoice { customer: about.customer, currency: about.currency, lines, entries, texts };
            create_invoice(&app.services.db, &call, new).await.map(|made| (made.value, then)).map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok((id, then)) => go_on(&app, &call, id, then).await,
        Err(error) => Ok(form(&desk, about, &Again::of(typed, error)?)),
    }
}

/// `POST /admin/invoices/{id}`
pub async fn save(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, InvoiceId>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&app, staff).await?;
    let about = about_draft(&app, &desk, id).await?;
    let saved = match read(&mut typed, about.currency) {
        Some(Read { lines, entries, texts, then }) => {
            let changes = DraftChanges {
                lines: Some(lines),
                entries: Some(entries),
                description: Some(texts.description),
                due_on: Some(texts.due_on),
                terms: Some(texts.terms),
                notes: Some(texts.notes),
            };
            change_invoice(&app.services.db, &call, id, changes).await.map(|made| (made.value, then)).map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok((id, then)) => go_on(&app, &call, id, then).await,
        Err(error) => Ok(form(&desk, about, &Again::of(typed, error)?)),
    }
}

/// After a draft is saved: issued and sent too, where that was asked. What is refused then is said on the draft's own page,
/// whose *Issue* gives the reason.
async fn go_on(app: &App, call: &Call, id: InvoiceId, then: Then) -> Result<Response, Problem> {
    let path = format!("/admin/invoices/{id}");
    if then == Then::Draft {
        return Ok(done(&path, "drafted"));
    }
    let how = Issuing { send: then == Then::Send, charge: None };
    match issue_invoice(&app.services, &under(call, "issue"), id, how).await {
        Ok(_) => Ok(done(&path, if then == Then::Send { "issued-sent" } else { "issued" })),
        Err(engine::error::Error::Refused(refusal)) => {
            Ok(Redirect::to(&format!("{path}?refused={}", form_encode(refusal.code))).into_response())
        }
        Err(other) => Err(other.into()),
    }
}
