//! Find anything: customers, orders and payments, as a page and as the fragment of the palette.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::sheets::found::{self, Found as Books};

use super::desk::Desk;
use super::orders::looking;
use super::rows;
use super::views::signing_in::{FindPage, Found, FoundGroup, Hit};
use crate::app::App;
use crate::respond::{Problem, page};
use crate::view::shell::Section;

/// How many of each the palette and the page show.
const MOST: i64 = 8;
/// What is longer is no name and no number.
const LONGEST: usize = 100;

/// `GET /admin/find?q=`, and with `part=1` the results alone.
pub async fn find(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let q: String = desk.asked.value("q").trim().chars().take(LONGEST).collect();
    let hits = match q.is_empty() {
        true => Books::default(),
        false => found::find(&app.services.db, desk.staff.business, looking(&desk, &q, MOST)).await?,
    };
    let found = Found { groups: groups(&desk, &hits), q: q.clone() };
    if desk.asked.value("part") == "1" {
        return Ok(page(StatusCode::OK, &found));
    }
    Ok(page(StatusCode::OK, &FindPage { shell: desk.shell(Section::None), q, found }))
}

fn groups(desk: &Desk, found: &Books) -> Vec<FoundGroup> {
    let customers = found.customers.iter().map(|line| Hit {
        href: format!("/admin/customers/{}", line.id),
        text: line.name.clone(),
        detail: desk.amount(line.balance, line.currency).text,
        chip: Some(rows::standing(line.balance, i64::from(line.overdue))),
    });
    let orders = found.orders.iter().map(|listed| {
        let row = rows::order(desk, listed);
        Hit { href: row.href, text: row.number, detail: row.customer, chip: row.chips.into_iter().next() }
    });
    let invoices = found.invoices.iter().map(|listed| {
        let row = rows::invoice(desk, listed);
        Hit { href: row.href, text: row.number, detail: row.customer, chip: row.chips.into_iter().next() }
    });
    let payments = found.payments.iter().map(|paid| {
        let row = rows::payment(desk, paid);
        Hit { href: row.href, text: row.number, detail: format!("{}, {}", row.customer, row.amount.text), chip: Some(row.status) }
    });
    let group = |name, icon, hits: Vec<Hit>| FoundGroup { name, icon, hits };
    let all = [
        group("Customers", "users", customers.collect()),
        group("Orders", "package", orders.collect()),
        group("Invoices", "file-text", invoices.collect()),
        group("Payments", "wallet", payments.collect()),
    ];
    all.into_iter().filter(|group| !group.hits.is_empty()).collect()
}
