//! A payer's link: from the token in a mail to the page with the amount, and on to the processor.
//!
//! Invariants: the token leaves the address bar at once (303 to a clean address, whose right stands in the visitor's cookie);
//! a GET changes nothing but *opened*, and that only for a person. Unknown, malformed and revoked look the same.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form as RawForm};
use books::explain::{Trace, TracedEntry};
use books::ids::LinkId;
use books::link::LinkState;
use books::money::Currency;
use engine::flows::call::{Actor, Call};
use engine::flows::open_link::{Opened, open_link};
use engine::flows::share_link::regenerate_link;
use engine::flows::start_checkout::{Next, Wish, start_checkout};
use engine::sheets::link::{LinkSheet, link_sheet, visited_link};
use engine::sheets::trace;
use engine::store::session;
use engine::wording;
use locale::Tongue;

use super::reader::{Asked, spoken};
use super::shown;
use super::views::PayBox;
use super::views::account::{ChosenPage, ChosenRow, StatementPage};
use super::views::documents::{BalancePage, ExplainPage, PublicStep};
use super::views::outcomes::{ExpiredPage, LostPage, TroublePage};
use crate::app::App;
use crate::auth::Visitor;
use crate::forms::{Form, new_key};
use crate::live::{LiveStream, Topic};
use crate::papers;
use crate::request_id::RequestId;
use crate::respond::Problem;
use crate::security::client_ip::ClientIp;
use crate::security::cookies::Cookie;
use crate::view::Day;
use crate::view::shell::PayerShell;
use crate::view::statement::StatementView;

/// `GET /p/{token}`: gives the browser the right to the link and leads to its clean address.
pub async fn open(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Extension(client): Extension<ClientIp>,
    method: Method,
    headers: HeaderMap,
    visitor: Visitor,
) -> Result<Response, Problem> {
    app.limits.link_opened(client)?;
    let counts = method == Method::GET && !is_prefetch(&headers) && !is_staff(&app, &headers).await?;
    let opened = open_link(&app.services.db, &token, &visitor.token, counts, visitor.request.as_str()).await?;
    let mut response = match opened {
        Opened::Live(link) => Redirect::to(&clean(link.id)).into_response(),
        Opened::Expired(link) => {
            let sheet = link_sheet(&app.services.db, link.business_id, link.id).await?;
            expired(&visitor, &sheet, &token, Some(String::new()))
        }
        Opened::Nothing => {
            app.limits.link_missed(client);
            lost(visitor.asked)
        }
    };
    if let Some((name, value)) = visitor.cookie(&app) {
        response.headers_mut().append(name, value);
    }
    // The token must not travel on in a Referer.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// The same for what never was, what was revoked and what is not this browser's to see.
pub fn lost(asked: Asked) -> Response {
    let tongue = asked.for_anybody();
    spoken(&tongue, StatusCode::NOT_FOUND, &LostPage { tongue: tongue.clone() })
}

/// The page of a link past its day. `here`: its address, where it can be read in another language; none: the offer of a fresh link
/// was taken.
fn expired(visitor: &Visitor, sheet: &LinkSheet, token: &str, here: Option<String>) -> Response {
    let tongue = visitor.asked.for_customer(&sheet.customer, &sheet.business);
    let mailed = here.is_none();
    let shell = PayerShell { here, ..shown::shell(&sheet.business, tongue.clone(), None) };
    let shown = ExpiredPage { shell, action: format!("/p/renew/{token}"), key: new_key(), mailed };
    spoken(&tongue, if mailed { StatusCode::OK } else { StatusCode::GONE }, &shown)
}

/// The address of a link without its token.
pub fn clean(link: LinkId) -> String {
    format!("/p/v/{link}")
}

fn is_prefetch(headers: &HeaderMap) -> bool {
    let says = |name: &str, word: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(word))
    };
    says("sec-purpose", "prefetch") || says("purpose", "prefetch") || says("x-moz", "prefetch") || says("x-purpose", "preview")
}

async fn is_staff(app: &App, headers: &HeaderMap) -> Result<bool, Problem> {
    match Cookie::Session.read(headers, &app.public_url) {
        Some(token) => Ok(session::of_token(&app.services.db, token).await?.is_some()),
        None => Ok(false),
    }
}

/// The sheet of a link that this browser may see and that still works; anything else is the same page as an unknown link.
async fn sheet(app: &App, visitor: &Visitor, id: &str) -> Result<LinkSheet, Response> {
    let lost = || lost(visitor.asked);
    let id: LinkId = id.parse().map_err(|_| lost())?;
    match visited_link(&app.services.db, &visitor.token, id).await {
        Ok(sheet) if sheet.link.state(app.services.db.clock().now()) == LinkState::Expired => {
            let token = app.services.keys.link_token(&sheet.link.purpose, sheet.link.id);
            Err(expired(visitor, &sheet, &token, Some(clean(id))))
        }
        Ok(sheet) => Ok(sheet),
        Err(engine::error::Error::NotFound) => Err(lost()),
        Err(error) => Err(Problem::from(error).into_response()),
    }
}

/// `GET /p/v/{link}`: the balance, the order or the receipt, as it is now.
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, visitor: Visitor) -> Response {
    match sheet(&app, &visitor, &id).await {
        Ok(sheet) => render(&app, &visitor, &sheet, None, StatusCode::OK),
        Err(response) => response,
    }
}

/// Why the last try to pay did not go through, the amount that was typed then (empty: none was asked for), and the tick.
struct Refused {
    why: String,
    typed: String,
    keep: bool,
}

/// The page of a link.
fn render(app: &App, visitor: &Visitor, sheet: &LinkSheet, refused: Option<Refused>, status: StatusCode) -> Response {
    let base = clean(sheet.link.id);
    let tongue = &visitor.asked.for_customer(&sheet.customer, &sheet.business);
    let shell = shown::shell(&sheet.business, tongue.clone(), Some(format!("{base}/live")));
    let shell = PayerShell { here: Some(base.clone()), ..shell };
    let sent = refused.as_ref().map_or((String::new(), false), |refused| (refused.typed.clone(), refused.keep));
    let paybox = shown::paybox(&app.services, tongue, sheet, &base, refused.map(|refused| refused.why)).as_sent(sent.0, sent.1);
    if let Some(statement) = &sheet.statement {
        let statement = StatementView::by(tongue, statement);
        return spoken(tongue, status, &StatementPage { shell, base, statement, paybox });
    }
    if sheet.link.purpose == "selection" {
        return spoken(tongue, status, &chosen(sheet, shell, base, paybox));
    }
    if let Some(invoice) = &sheet.invoice {
        let asked = sheet.link.request_id.and_then(|id| invoice.requests.iter().find(|row| row.id == id));
        let message = asked.and_then(|row| row.message.clone()).unwrap_or_default();
        return spoken(tongue, status, &shown::invoice_page(invoice, shell, base, message, paybox));
    }
    match (&sheet.order, &sheet.payment) {
        (Some(order), _) => {
            let message = sheet
                .link
                .request_id
                .and_then(|id| order.requests.iter().find(|row| row.id == id))
                .and_then(|row| row.message.clone());
            spoken(tongue, status, &shown::document_page(order, shell, base, message.unwrap_or_default(), paybox))
        }
        (None, Some(payment)) => super::returns::receipt(app, visitor.asked, payment, &base, false),
        (None, None) => {
            let currency = sheet.link.currency;
            let balance = BalancePage {
                shell,
                base,
                customer: sheet.customer.name.clone(),
                standing: shown::standing(sheet.balance),
                amount: shown::amount(tongue, sheet.balance.abs(), currency),
                overdue: shown::amount(tongue, sheet.overdue, currency),
                recent: sheet.recent.iter().map(|line| shown::recent(tongue, line)).collect(),
                works_until: Day::long(tongue, sheet.link.last_day(&sheet.business.zone())),
                paybox,
            };
            spoken(tongue, status, &balance)
        }
    }
}

/// The page of documents chosen to be paid together.
fn chosen(sheet: &LinkSheet, shell: PayerShell, base: String, paybox: PayBox) -> ChosenPage {
    let currency = sheet.link.currency;
    let tongue = &shell.tongue.clone();
    ChosenPage {
        shell,
        base,
        customer: sheet.customer.name.clone(),
        due: shown::amount(tongue, sheet.amount_due(), currency),
        charges: sheet
            .chosen
            .iter()
            .map(|charge| ChosenRow {
                description: wording::entry(tongue, charge.kind, &charge.description),
                on: Day::by(tongue, charge.effective_on),
                due_on: charge.due_on.map(|day| Day::by(tongue, day)),
                open: shown::amount(tongue, charge.open(), currency),
            })
            .collect(),
        works_until: Day::long(tongue, sheet.link.last_day(&sheet.business.zone())),
        paybox,
    }
}

/// `POST /p/v/{link}/pay`: leads to the processor's page. Two clicks lead to the same page.
pub async fn pay(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(client): Extension<ClientIp>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let sheet = match sheet(&app, &visitor, &id).await {
        Ok(sheet) => sheet,
        Err(response) => return Ok(response),
    };
    let typed = form.value("amount").trim().to_owned();
    let tongue = visitor.asked.for_customer(&sheet.customer, &sheet.business);
    let keep = form.ticked("keep");
    let refused = |why| Some(Refused { why, typed: typed.clone(), keep });
    let amount = match (typed.is_empty(), tongue.read_amount(&typed, sheet.link.currency)) {
        (true, _) => None,
        (false, Ok(money)) => Some(money.minor),
        (false, Err(error)) => {
            let why = wording::refusal(&tongue, &engine::error::Refusal::new("INVALID_AMOUNT", error.to_string()));
            return Ok(render(&app, &visitor, &sheet, refused(why), StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    // What was only mistyped is no try to pay.
    app.limits.payment(client, sheet.link.id)?;
    match start_checkout(&app.services, &sheet.link, Wish { amount, keep }, visitor.request.as_str()).await {
        Ok(Next::Page(url)) => Ok(Redirect::to(&url).into_response()),
        Ok(Next::Payment(_)) => Ok(Redirect::to(&clean(sheet.link.id)).into_response()),
        Err(engine::error::Error::Refused(refusal)) => {
            let why = wording::refusal(&tongue, &refusal);
            Ok(render(&app, &visitor, &sheet, refused(why), StatusCode::CONFLICT))
        }
        Err(engine::error::Error::Busy { .. }) => Ok(trouble(tongue, &visitor.request, Some(clean(sheet.link.id)))),
        Err(error) => Err(error.into()),
    }
}

fn trouble(tongue: Tongue, request: &RequestId, back: Option<String>) -> Response {
    let shown = TroublePage {
        title: tongue.say("one-moment").to_string(),
        text: tongue.say("page-not-opened").to_string(),
        request_id: request.as_str().to_owned(),
        back,
        tongue: tongue.clone(),
    };
    spoken(&tongue, StatusCode::SERVICE_UNAVAILABLE, &shown)
}

/// `POST /p/renew/{token}`: mails a fresh link to the address on file. Says the same whatever happens.
pub async fn renew(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Extension(client): Extension<ClientIp>,
    visitor: Visitor,
    RawForm(_): RawForm<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    app.limits.link_opened(client)?;
    let Opened::Expired(link) = open_link(&app.services.db, &token, &visitor.token, false, visitor.request.as_str()).await?
    else {
        app.limits.link_missed(client);
        return Ok(lost(visitor.asked));
    };
    app.limits.payment(client, link.id)?;
    let call = Call {
        business: link.business_id,
        actor: Actor::Payer { link: link.id },
        request_id: visitor.request.as_str().to_owned(),
        key: None,
    };
    regenerate_link(&app.services.db, &app.services.keys, &call, link.id, true).await?;
    let sheet = link_sheet(&app.services.db, link.business_id, link.id).await?;
    Ok(expired(&visitor, &sheet, &token, None))
}

/// `GET /p/v/{link}/explain`: how the amount came about, without what is internal.
pub async fn explain(State(app): State<Arc<App>>, Path(id): Path<String>, visitor: Visitor) -> Result<Response, Problem> {
    let sheet = match sheet(&app, &visitor, &id).await {
        Ok(sheet) => sheet,
        Err(response) => return Ok(response),
    };
    let tongue = visitor.asked.for_customer(&sheet.customer, &sheet.business);
    let about = match (&sheet.order, &sheet.invoice) {
        (Some(order), _) => wording::order(&tongue, &order.order),
        (None, Some(invoice)) => wording::invoice(&tongue, &invoice.invoice),
        (None, None) if sheet.link.purpose == "selection" => tongue.say("what-to-pay").to_string(),
        (None, None) => tongue.say("document-balance").to_string(),
    };
    let (trace, currency) = match sheet.payment {
        // A receipt asks for nothing; how its customer's balance came about is told all the same.
        Some(_) => {
            let (of, currency) = (sheet.link.business_id, sheet.link.currency);
            (trace::of_customer(&app.services.db, of, sheet.customer.id, currency).await?, currency)
        }
        None => trace::of_link(&app.services.db, sheet.link.business_id, sheet.link.id).await?,
    };
    Ok(explained(shown::shell(&sheet.business, tongue, None), clean(sheet.link.id), about, trace, currency))
}

/// The page that tells how an amount due came about, without what is internal.
pub fn explained(shell: PayerShell, base: String, about: String, trace: Trace, currency: Currency) -> Response {
    let due = trace.amount_due;
    let tongue = shell.tongue.clone();
    let mut running = 0;
    let mut steps = Vec::new();
    let mut step = |of: &TracedEntry, on, detail: String, minor: i64| {
        running += minor;
        steps.push(PublicStep {
            on: Day::by(&tongue, on),
            what: wording::entry(&tongue, of.kind, &of.description),
            detail,
            amount: shown::amount(&tongue, minor, currency),
            running: shown::amount(&tongue, running, currency),
        });
    };
    for charge in trace.for_payer().charges {
        let entry = &charge.entry;
        step(entry, entry.on, String::new(), entry.amount);
        for applied in &charge.applied {
            let onto = wording::entry(&tongue, entry.kind, &entry.description);
            let (detail, signed) = match applied.taken_back {
                true => (tongue.say("taken-back").to_string(), applied.amount),
                false => (tongue.say("applied-to").with("charge", onto).to_string(), -applied.amount),
            };
            step(&applied.from, applied.on, detail, signed);
        }
    }
    let result = shown::amount(&tongue, due, currency);
    let result_label = tongue.say("amount-due").to_string();
    spoken(&tongue, StatusCode::OK, &ExplainPage { shell, base, about, steps, result_label, result })
}

/// `GET /p/v/{link}/pdf`: the order as it stands, the invoice, or the receipt.
pub async fn pdf(State(app): State<Arc<App>>, Path(id): Path<String>, visitor: Visitor) -> Result<Response, Problem> {
    let sheet = match sheet(&app, &visitor, &id).await {
        Ok(sheet) => sheet,
        Err(response) => return Ok(response),
    };
    if let Some(statement) = &sheet.statement {
        let token = app.services.keys.link_token(&sheet.link.purpose, sheet.link.id);
        return papers::statement_pdf(&app, statement, Some(app.public_url.link(&format!("/p/{token}")))).await;
    }
    if let Some(invoice) = &sheet.invoice {
        let token = app.services.keys.link_token(&sheet.link.purpose, sheet.link.id);
        return papers::invoice_pdf(&app, invoice, Some(app.public_url.link(&format!("/p/{token}")))).await;
    }
    match (&sheet.order, &sheet.payment) {
        (Some(order), _) => {
            let token = app.services.keys.link_token(&sheet.link.purpose, sheet.link.id);
            papers::order_pdf(&app, order, Some(app.public_url.link(&format!("/p/{token}")))).await
        }
        (None, Some(payment)) => papers::receipt_pdf(&app, payment).await,
        (None, None) => Ok(lost(visitor.asked)),
    }
}

/// `GET /p/v/{link}/live`: tells the open page when something about its customer changed.
pub async fn live(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(client): Extension<ClientIp>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Result<LiveStream, Response> {
    let sheet = sheet(&app, &visitor, &id).await?;
    let topic = Topic::Customer(sheet.customer.id);
    app.hub.subscribe(sheet.link.business_id, topic, client.network(), &headers).map_err(IntoResponse::into_response)
}
