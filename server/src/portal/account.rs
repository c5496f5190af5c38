//! One account in the portal: what is owed, document by document; paying one, several or all; orders, receipts, statements.
//!
//! Invariant: every handler reaches the account through `Guest::account`, and each document through a read that knows the
//! customer, so another customer's is as unknown as one that never was.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use books::account::Target;
use books::ids::{LinkId, OrderId, PaymentId};
use books::money::Currency;
use engine::error::Error;
use engine::flows::call::Call;
use engine::flows::select_documents::select_documents;
use engine::flows::start_checkout::{Next, Wish, start_checkout_by};
use engine::sheets::portal::{OpenDocument, PortalSheet, order_of, payment_of, portal_sheet};
use engine::sheets::trace;
use engine::store::customer;
use engine::store::link::{self, target_of};
use engine::wording;
use locale::Tongue;

use super::guest::{Account, Guest};
use super::links::explained;
use super::reader::spoken;
use super::shown::{self, Asking};
use super::views::account::{AccountPage, InvoicedRow, OpenRow, OrderedRow, PaidRow, SentStatement};
use crate::app::App;
use crate::forms::{Form, new_key};
use crate::live::{LiveStream, Topic};
use crate::papers;
use crate::respond::Problem;
use crate::security::client_ip::ClientIp;
use crate::view::shell::PayerShell;
use crate::view::{Chip, Day, Tab, capitalized};

/// Which of the account's currencies the address asks for; none: the business's own.
pub fn asked_currency(form: &Form) -> Option<Currency> {
    form.value("currency").parse().ok()
}

/// `GET /portal/{customer}`
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, guest: Guest, uri: Uri) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let asked = Form::parse(uri.query().unwrap_or_default().as_bytes())?;
    let sheet = portal_sheet(&app.services.db, account.business(), account.id(), asked_currency(&asked)).await?;
    render(&app, &account, &sheet, &Form::default(), None, StatusCode::OK).await
}

/// The account's page. `refused`: why what was chosen could not be paid; the choice stays as it was.
async fn render(
    app: &App,
    account: &Account<'_>,
    sheet: &PortalSheet,
    typed: &Form,
    refused: Option<String>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (methods, may_save) = super::methods::shown(app, account, &sheet.business).await?;
    let (currency, zone) = (sheet.currency, sheet.business.zone());
    let today = sheet.business.today(app.services.db.clock().now());
    let tongue = &account.tongue(&sheet.business);
    let day = |day| Day::by(tongue, day);
    let amount = |minor| shown::amount(tongue, minor, currency);
    let base = account.home();
    let payable = shown::online(&app.services, tongue, &sheet.business, &sheet.connections, false);
    let shown = AccountPage {
        shell: PayerShell { here: Some(base.clone()), ..account.shell(&sheet.business, true) },
        customer: sheet.customer.name.clone(),
        standing: shown::standing(sheet.balance),
        amount: amount(sheet.balance.abs()),
        overdue: amount(sheet.overdue),
        currencies: currencies(sheet, &base),
        currency: currency.code(),
        key: new_key(),
        open: sheet.open.iter().map(|one| open_row(tongue, one, currency, today, &base, typed)).collect(),
        all: amount((-sheet.balance).max(0)),
        not_payable: match &payable {
            Some(_) => String::new(),
            None => shown::not_payable(tongue, &sheet.business),
        },
        assurance: payable.unwrap_or_default(),
        may_hand_over: account.is_acted(),
        refused,
        invoices: sheet
            .invoices
            .iter()
            .filter(|listed| listed.row.currency == currency)
            .map(|listed| InvoicedRow {
                href: format!("{base}/invoices/{}", listed.row.id),
                number: listed.row.number.clone().unwrap_or_default(),
                on: day(listed.row.issued_on.unwrap_or_else(|| listed.row.created_at.day_in(&zone))),
                due_on: listed.row.due_on.map(day),
                status: Chip::by(tongue, if listed.overdue { "overdue" } else { listed.state.as_str() }),
                total: amount(listed.figures.total),
                due: amount(listed.figures.amount_due),
            })
            .collect(),
        orders: sheet
            .orders
            .iter()
            .filter(|listed| listed.row.currency == currency)
            .map(|listed| OrderedRow {
                href: format!("{base}/orders/{}", listed.row.id),
                name: wording::order_name(tongue, listed.row.kind, listed.row.number.as_deref()),
                on: day(listed.row.created_at.day_in(&zone)),
                status: Chip::by(tongue, listed.payment_state().as_str()),
                total: amount(listed.figures.total),
            })
            .collect(),
        payments: sheet
            .payments
            .iter()
            .filter(|payment| payment.currency == currency)
            .map(|payment| PaidRow {
                href: format!("{base}/payments/{}", payment.id),
                number: payment.number.clone(),
                method: capitalized(&wording::means(tongue, payment)),
                on: day(payment.succeeded_at.unwrap_or(payment.created_at).day_in(&zone)),
                status: Chip::by(tongue, if payment.returned { "returned" } else { payment.state.as_str() }),
                amount: amount(payment.amount),
            })
            .collect(),
        methods,
        may_save,
        statements: sheet
            .statements
            .iter()
            .map(|sent| SentStatement {
                href: format!("{base}/statement?from={}&to={}&currency={}", sent.from_on, sent.to_on, currency.code()),
                from: day(sent.from_on),
                to: day(sent.to_on),
                closing: amount(sent.closing),
            })
            .collect(),
        recent: sheet.recent.iter().map(|line| shown::recent(tongue, line)).collect(),
        base,
    };
    Ok(spoken(tongue, status, &shown))
}

/// A tab for each currency, where there are several.
fn currencies(sheet: &PortalSheet, base: &str) -> Vec<Tab> {
    if sheet.balances.len() < 2 {
        return Vec::new();
    }
    let tab = |code: &str| Tab {
        href: format!("{base}?currency={code}"),
        text: code.to_owned(),
        count: None,
        here: code == sheet.currency.code(),
    };
    sheet.balances.iter().map(|row| tab(row.currency.code())).collect()
}

fn open_row(
    tongue: &Tongue,
    one: &OpenDocument,
    currency: Currency,
    today: books::calendar::Day,
    base: &str,
    typed: &Form,
) -> OpenRow {
    let chosen = !typed.has("document") || typed.all("document").any(|id| id == one.id);
    OpenRow {
        href: match one.target {
            Target::Order(id) => Some(format!("{base}/orders/{id}")),
            Target::Invoice(id) => Some(format!("{base}/invoices/{id}")),
            Target::Entry(_) => None,
        },
        id: one.id.clone(),
        name: wording::entry(tongue, one.kind, &one.name),
        on: Day::by(tongue, one.on),
        due_on: one.due_on.map(|day| Day::by(tongue, day)),
        is_late: one.due_on.is_some_and(|day| day < today),
        due: shown::amount(tongue, one.due, currency),
        reserved: one.reserved,
        chosen: chosen && !one.reserved,
    }
}

/// What a form chose to pay: documents, or (empty) all of the account. None: nothing was chosen.
fn chosen(form: &Form) -> Result<Option<Vec<Target>>, Problem> {
    if form.value("what") == "all" {
        return Ok(Some(Vec::new()));
    }
    let targets: Option<Vec<Target>> = form.all("document").map(target_of).collect();
    let targets = targets.ok_or_else(Problem::not_found)?;
    Ok(Some(targets).filter(|targets| !targets.is_empty()))
}

/// `POST /portal/{customer}/pay`: one checkout over what was chosen; or, where staff act, a link over it to hand over.
pub async fn pay(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(client): Extension<ClientIp>,
    guest: Guest,
    mut form: Form,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let sheet = portal_sheet(&app.services.db, account.business(), account.id(), asked_currency(&form)).await?;
    let Some(targets) = chosen(&form)? else {
        let why = Some(account.tongue(&sheet.business).one_of("refusal", "nothing_chosen"));
        return render(&app, &account, &sheet, &form, why, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    app.limits.payment(client, account.id())?;
    let call = account.call(&mut form);
    let selected =
        select_documents(&app.services.db, &app.services.keys, &call, account.id(), sheet.currency, targets).await?.value;
    if form.value("what") == "hand" && account.is_acted() {
        return Ok(Redirect::to(&format!("{}/handed/{selected}", account.home())).into_response());
    }
    match checkout(&app, &account, &call, selected, form.ticked("keep")).await {
        Err(Error::Refused(refusal)) => {
            let why = wording::refusal(&account.tongue(&sheet.business), &refusal);
            render(&app, &account, &sheet, &form, Some(why), StatusCode::CONFLICT).await
        }
        Ok(response) => Ok(response),
        Err(error) => Err(error.into()),
    }
}

/// To the processor's page for a selection, in the name of whoever acts. `keep`: the card is kept for later.
pub async fn checkout(
    app: &App,
    account: &Account<'_>,
    call: &Call,
    selected: LinkId,
    keep: bool,
) -> engine::error::Result<Response> {
    let link = link::link(&app.services.db, account.business(), selected).await?;
    let unkeyed = Call { key: None, ..call.clone() };
    Ok(match start_checkout_by(&app.services, &unkeyed, &link, Wish { amount: None, keep }).await? {
        Next::Page(url) => Redirect::to(&url).into_response(),
        Next::Payment(payment) => Redirect::to(&format!("{}/payments/{payment}", account.home())).into_response(),
    })
}

/// `GET /portal/{customer}/live`
pub async fn live(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(client): Extension<ClientIp>,
    headers: HeaderMap,
    guest: Guest,
) -> Result<LiveStream, Response> {
    let account = guest.account(&id).map_err(IntoResponse::into_response)?;
    let topic = Topic::Customer(account.id());
    app.hub.subscribe(account.business(), topic, client.network(), &headers).map_err(IntoResponse::into_response)
}

/// `GET /portal/{customer}/orders/{id}`
pub async fn order(
    State(app): State<Arc<App>>,
    Path((id, order)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    order_page(&app, &account, &order, None, StatusCode::OK).await
}

async fn order_page(
    app: &App,
    account: &Account<'_>,
    order: &str,
    refused: Option<String>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let order: OrderId = order.parse().map_err(|_| Problem::not_found())?;
    let sheet = order_of(&app.services.db, account.business(), account.id(), order).await?;
    let base = format!("{}/orders/{order}", account.home());
    let asking = Asking::of_order(&sheet);
    let tongue = account.tongue(&sheet.business);
    let paybox = shown::paybox_for(&app.services, &tongue, &asking, &base, refused);
    let shell = PayerShell { here: Some(base.clone()), ..account.shell(&sheet.business, true) };
    Ok(spoken(&tongue, status, &shown::document_page(&sheet, shell, base, String::new(), paybox)))
}

/// `POST /portal/{customer}/orders/{id}/pay`: this order alone.
pub async fn pay_order(
    State(app): State<Arc<App>>,
    Path((id, order)): Path<(String, String)>,
    Extension(client): Extension<ClientIp>,
    guest: Guest,
    mut form: Form,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let parsed: OrderId = order.parse().map_err(|_| Problem::not_found())?;
    let sheet = order_of(&app.services.db, account.business(), account.id(), parsed).await?;
    app.limits.payment(client, account.id())?;
    let call = account.call(&mut form);
    let targets = vec![Target::Order(parsed)];
    let (db, keys) = (&app.services.db, &app.services.keys);
    let selected = select_documents(db, keys, &call, account.id(), sheet.order.currency, targets).await?.value;
    match checkout(&app, &account, &call, selected, form.ticked("keep")).await {
        Err(Error::Refused(refusal)) => {
            let why = wording::refusal(&account.tongue(&sheet.business), &refusal);
            order_page(&app, &account, &order, Some(why), StatusCode::CONFLICT).await
        }
        Ok(response) => Ok(response),
        Err(error) => Err(error.into()),
    }
}

/// `GET /portal/{customer}/orders/{id}/pdf`
pub async fn order_pdf(
    State(app): State<Arc<App>>,
    Path((id, order)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let order: OrderId = order.parse().map_err(|_| Problem::not_found())?;
    let sheet = order_of(&app.services.db, account.business(), account.id(), order).await?;
    papers::order_pdf(&app, &sheet, None).await
}

/// `GET /portal/{customer}/orders/{id}/explain`
pub async fn explain_order(
    State(app): State<Arc<App>>,
    Path((id, order)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let order: OrderId = order.parse().map_err(|_| Problem::not_found())?;
    let sheet = order_of(&app.services.db, account.business(), account.id(), order).await?;
    let trace = trace::of_order(&app.services.db, account.business(), order).await?;
    let about = wording::order(&account.tongue(&sheet.business), &sheet.order);
    let base = format!("{}/orders/{order}", account.home());
    Ok(explained(account.shell(&sheet.business, false), base, about, trace, sheet.order.currency))
}

/// `GET /portal/{customer}/explain`: how what the account owes came about.
pub async fn explain(State(app): State<Arc<App>>, Path(id): Path<String>, guest: Guest, uri: Uri) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let asked = Form::parse(uri.query().unwrap_or_default().as_bytes())?;
    let business = engine::store::business::business(&app.services.db, account.business()).await?;
    let (_, balances) = customer::customer(&app.services.db, account.business(), account.id()).await?;
    let currency = asked_currency(&asked).unwrap_or_else(|| customer::usual_currency(business.currency, &balances));
    let trace = trace::of_customer(&app.services.db, account.business(), account.id(), currency).await?;
    let about = account.tongue(&business).say("document-balance").to_string();
    Ok(explained(account.shell(&business, false), account.home(), about, trace, currency))
}

/// `GET /portal/{customer}/payments/{id}`: the receipt, or how the payment stands.
pub async fn payment(
    State(app): State<Arc<App>>,
    Path((id, payment)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let payment: PaymentId = payment.parse().map_err(|_| Problem::not_found())?;
    let sheet = payment_of(&app.services.db, account.business(), account.id(), payment).await?;
    let pdf = format!("{}/payments/{payment}/pdf", account.home());
    let shell = account.shell(&sheet.business, true);
    Ok(super::returns::receipt_in(shell, &sheet, &account.home(), false, Some(pdf)))
}

/// `GET /portal/{customer}/payments/{id}/pdf`
pub async fn payment_pdf(
    State(app): State<Arc<App>>,
    Path((id, payment)): Path<(String, String)>,
    guest: Guest,
) -> Result<Response, Problem> {
    let account = guest.account(&id)?;
    let payment: PaymentId = payment.parse().map_err(|_| Problem::not_found())?;
    let sheet = payment_of(&app.services.db, account.business(), account.id(), payment).await?;
    papers::receipt_pdf(&app, &sheet).await
}
