//! Statements of account in the portal, and payments that staff hand over from there.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use books::ids::LinkId;
use engine::error::Error;
use engine::sheets::link::link_sheet;
use engine::sheets::statement::{Period, statement_sheet};
use engine::store::business;
use engine::store::customer::{customer, usual_currency};
use locale::Tongue;

use super::account::asked_currency;
use super::guest::{Account, Guest};
use super::reader::spoken;
use super::shown;
use super::views::account::{AccountStatementPage, HandedPage};
use crate::app::App;
use crate::auth::form_encode;
use crate::forms::{Form, new_key};
use crate::papers;
use crate::respond::Problem;
use crate::view::Day;
use crate::view::form::Field;
use crate::view::statement::StatementView;

/// The days asked for: this month unless the address names others. Mistakes are noted at their fields.
pub fn period(asked: &mut Form, today: books::calendar::Day) -> (Field, Field, Option<Period>) {
    let from = asked.optional_day("from").unwrap_or_else(|| today.first_of_month());
    let to = asked.optional_day("to").unwrap_or(today);
    let mut period = None;
    if asked.errors().is_empty() {
        match Period::new(from, to) {
            Ok(days) => period = Some(days),
            Err(_) => asked.wrong("to", "OUT_OF_RANGE", "The last day lies before the first."),
        }
    }
    let field = |name: &str, day: books::calendar::Day| Field {
        value: if asked.value(name).is_empty() { day.to_string() } else { asked.value(name).to_owned() },
        error: asked.error(name).map(str::to_owned),
    };
    (field("from", from), field("to", to), period)
}

/// The mistakes at both fields in the reader's language.
fn say_what_is_wrong(tongue: &Tongue, asked: &Form, from: &mut Field, to: &mut Field) {
    for wrong in asked.errors() {
        let sentence = match wrong.code {
            "OUT_OF_RANGE" => tongue.say("wrong-days"),
            _ => tongue.say("wrong-day").with("example", "2026-01-31"),
        };
        let field = if wrong.field == "from" { &mut *from } else { &mut *to };
        field.error = Some(sentence.to_string());
    }
}

/// The address of the same statement as PDF.
pub fn pdf_address(base: &str, from: &Field, to: &Field, currency: &str) -> String {
    let value = |field: &Field| form_encode(&field.value);
    format!("{base}/statement.pdf?from={}&to={}&currency={currency}", value(from), value(to))
}

/// `GET /portal/{customer}/statement` (from, to)
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, guest: Guest, uri: Uri) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let mut asked = Form::parse(uri.query().unwrap_or_default().as_bytes())?;
    let of = business::business(&app.services.db, account.business()).await?;
    let (_, balances) = customer(&app.services.db, account.business(), account.id()).await?;
    let currency = asked_currency(&asked).unwrap_or_else(|| usual_currency(of.currency, &balances));
    let today = of.today(app.services.db.clock().now());
    let (mut from, mut to, period) = period(&mut asked, today);
    let tongue = account.tongue(&of);
    say_what_is_wrong(&tongue, &asked, &mut from, &mut to);
    let mut statement = None;
    if let Some(period) = period {
        match statement_sheet(&app.services.db, account.business(), account.id(), Some(currency), period).await {
            Ok(sheet) => statement = Some(StatementView::by(&tongue, &sheet)),
            Err(Error::Invalid(_)) => from.error = Some(tongue.say("too-long-statement").to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    let status = if statement.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = AccountStatementPage {
        shell: account.shell(&of, false),
        pdf: pdf_address(&account.home(), &from, &to, currency.code()),
        base: account.home(),
        from,
        to,
        currency: currency.code(),
        statement,
    };
    Ok(spoken(&tongue, status, &shown))
}

/// `GET /portal/{customer}/statement.pdf` (from, to)
pub async fn pdf(State(app): State<Arc<App>>, Path(id): Path<String>, guest: Guest, uri: Uri) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let mut asked = Form::parse(uri.query().unwrap_or_default().as_bytes())?;
    let of = business::business(&app.services.db, account.business()).await?;
    let (.., period) = period(&mut asked, of.today(app.services.db.clock().now()));
    let period = period.ok_or_else(|| Problem::invalid(asked.errors().to_vec()))?;
    let currency = asked_currency(&asked);
    let sheet = statement_sheet(&app.services.db, account.business(), account.id(), currency, period).await?;
    papers::statement_pdf(&app, &sheet, None).await
}

/// `GET /portal/{customer}/handed/{link}`: the payment that staff prepared, with its link to give to the customer.
pub async fn handed(
    State(app): State<Arc<App>>,
    Path((id, link)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let link: LinkId = link.parse().map_err(|_| Problem::not_found())?;
    if !account.is_acted() {
        return Err(Problem::not_found());
    }
    handed_page(&app, &account, link).await
}

async fn handed_page(app: &App, account: &Account<'_>, id: LinkId) -> Result<Response, Problem> {
    let sheet = link_sheet(&app.services.db, account.business(), id).await?;
    let prepared = ["selection", "account"].contains(&sheet.link.purpose.as_str());
    if sheet.customer.id != account.id() || !prepared {
        return Err(Problem::not_found());
    }
    let token = app.services.keys.link_token(&sheet.link.purpose, id);
    let url = app.public_url.link(&format!("/p/{token}"));
    let tongue = account.tongue(&sheet.business);
    let due = shown::amount(&tongue, sheet.amount_due(), sheet.link.currency);
    let text = tongue.say("sms-text").with("business", &sheet.business.name).with("amount", &due.text).with("address", &url);
    let text = text.to_string();
    let phone: String = sheet.customer.phone.as_deref().unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    let shown = HandedPage {
        shell: account.shell(&sheet.business, false),
        home: account.home(),
        customer: sheet.customer.name.clone(),
        due,
        qr: format!("/admin/links/{id}/qr.svg"),
        sms: format!("sms:{}?body={}", form_encode(&phone), form_encode(&text)),
        works_until: Day::by(&tongue, sheet.link.last_day(&sheet.business.zone())),
        mail: sheet.customer.email.as_ref().map(|_| format!("/admin/links/{id}/send")),
        url,
        key: new_key(),
    };
    Ok(spoken(&tongue, StatusCode::OK, &shown))
}
