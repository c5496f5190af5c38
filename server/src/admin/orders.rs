//! The list of orders and applications, and the form of a new one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::ids::{CustomerId, OrderId};
use books::money::Currency;
use books::order::{OrderKind, OrderState};
use engine::flows::create_order::{NewOrder, create_order};
use engine::sheets::found::{self, Looking};
use engine::sheets::order_list;
use engine::store::customer;
use engine::store::order::Wanted;

use super::again::{self, Again, filled};
use super::customers::{choose, query};
use super::desk::{Desk, done};
use super::entries::currencies;
use super::views::orders::{OrderForm, OrderList};
use super::{lines, rows};
use crate::app::App;
use crate::auth::Clerk;
use crate::forms::Form;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Link, Pager, Tab};

/// How many orders a page shows.
const PAGE: i64 = 50;
/// The filters: the word in the address, what it is called, which orders it shows.
const FILTERS: [(&str, &str, Which); 6] = [
    ("", "All", Which::All),
    ("due", "Amount due", Which::Due),
    ("draft", "Drafts", Which::State(OrderState::Draft)),
    ("confirmed", "Confirmed", Which::State(OrderState::Confirmed)),
    ("completed", "Completed", Which::State(OrderState::Completed)),
    ("applications", "Applications", Which::Kind(OrderKind::Application)),
];

#[derive(Debug, Clone, Copy)]
enum Which {
    All,
    Due,
    State(OrderState),
    Kind(OrderKind),
}

/// `GET /admin/orders`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let q = desk.asked.value("q").trim().to_owned();
    let (filter, _, which) = FILTERS.into_iter().find(|(word, ..)| *word == desk.asked.value("filter")).unwrap_or(FILTERS[0]);
    let before: Option<OrderId> = desk.asked.optional("cursor");
    let (db, of) = (&app.services.db, desk.staff.business);
    let (found, more) = if q.is_empty() {
        let wanted = Wanted {
            state: if let Which::State(state) = which { Some(state) } else { None },
            kind: if let Which::Kind(kind) = which { Some(kind) } else { None },
            due: matches!(which, Which::Due),
            before,
            limit: PAGE,
            ..Wanted::default()
        };
        let list = order_list::order_list(db, of, wanted).await?;
        (list.rows, list.more)
    } else {
        (found::orders(db, of, looking(&desk, &q, PAGE)).await?, false)
    };
    let base = query("/admin/orders", &[("filter", filter)]);
    let tab = |(word, text, _): (&str, &str, Which)| Tab {
        href: query("/admin/orders", &[("filter", word)]),
        text: text.to_owned(),
        count: None,
        here: word == filter && q.is_empty(),
    };
    let last = found.last().filter(|_| more).map(|listed| listed.row.id.to_string());
    let shown = OrderList {
        shell: desk.live(Section::Orders),
        tabs: FILTERS.into_iter().map(tab).collect(),
        filter: filter.to_owned(),
        rows: found.iter().map(|listed| rows::order(&desk, listed)).collect(),
        pager: Pager {
            first: before.map(|_| base),
            next: last.map(|last| query("/admin/orders", &[("filter", filter), ("cursor", &last)])),
            summary: String::new(),
        },
        q,
    };
    Ok(page(StatusCode::OK, &shown))
}

/// A search of a person on this page.
pub fn looking(desk: &Desk, q: &str, limit: i64) -> Looking {
    let amount =
        locale::Tongue::english().read_amount(q, desk.currency()).ok().map(|money| money.minor).filter(|minor| *minor > 0);
    Looking { text: q.to_owned(), amount, currency: desk.currency(), today: desk.today(), limit }
}

/// `GET /admin/orders/new?customer=`
pub async fn new(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let id = desk.asked.value("customer").to_owned();
    if id.is_empty() {
        return choose(&app, &desk, Section::Orders, Link::new("/admin/orders", "Orders"), "New order", "/admin/orders/new")
            .await;
    }
    let typed = filled([("customer", id), ("currency", desk.currency().code().to_owned()), ("state", "confirmed".to_owned())]);
    form(&app, &desk, &Again::fresh(typed)).await
}

async fn form(app: &App, desk: &Desk, again: &Again) -> Result<Response, Problem> {
    let typed = &again.form;
    let id: CustomerId = typed.value("customer").parse().map_err(|_| Problem::not_found())?;
    let (known, balances) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let of_lines = lines::names(typed);
    let shown_fields: Vec<&str> = of_lines.iter().map(String::as_str).collect();
    let currency = typed.value("currency");
    let shown = OrderForm {
        shell: desk.shell(Section::Orders),
        key: again.key(),
        refusal: again.refusal(&shown_fields),
        kinds: again.choices("order_kind", [("order", "Order"), ("application", "Application")]),
        customer: Link::new(format!("/admin/customers/{id}"), known.name),
        customer_id: id.to_string(),
        currencies: currencies(&balances, desk.currency(), currency),
        currency: if currency.is_empty() { desk.currency().code().to_owned() } else { currency.to_owned() },
        states: again.choices("state", [("confirmed", "Confirmed: charged at once"), ("draft", "Draft: charged later")]),
        lines: lines::fields(typed),
    };
    Ok(page(again.status, &shown))
}

fn read(typed: &mut Form) -> Option<NewOrder> {
    let customer: Option<CustomerId> = typed.read("customer");
    let kind = typed.choice("order_kind", &[("order", OrderKind::Order), ("application", OrderKind::Application)]);
    let currency: Option<Currency> = typed.read("currency");
    let as_draft = typed.choice("state", &[("confirmed", false), ("draft", true)]);
    let lines = lines::read(typed, currency?);
    if !typed.errors().is_empty() {
        return None;
    }
    let kind = kind?;
    let charged = match kind {
        OrderKind::Order => OrderState::Confirmed,
        OrderKind::Application => OrderState::Submitted,
    };
    let state = if as_draft? { OrderState::Draft } else { charged };
    Some(NewOrder { customer: customer?, kind, currency: currency?, lines, state, note: None })
}

/// `POST /admin/orders`
pub async fn create(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let saved = match read(&mut typed) {
        Some(new) => create_order(&app.services.db, &call, new).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(made) => Ok(done(&format!("/admin/orders/{}", made.value), "order")),
        Err(error) => form(&app, &Desk::open(&app, staff).await?, &Again::of(typed, error)?).await,
    }
}
