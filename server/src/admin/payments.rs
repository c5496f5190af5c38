//! The list of payments.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::ids::PaymentId;
use engine::sheets::found;
use engine::store::payment;

use super::customers::query;
use super::desk::Desk;
use super::orders::looking;
use super::rows;
use super::views::payments::PaymentList;
use crate::app::App;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Pager, Tab};

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
