//! Reports: the summary of a period and ageing as at a day, as pages and as CSV from the same rows.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use books::ageing::Ageing;
use books::calendar::Day;
use books::entry::EntryKind;
use books::ids::CustomerId;
use books::money::{Currency, Money};
use engine::store::reports::ageing_by_customer::{self, AgedCustomer, AgeingReport as Aged};
use engine::store::reports::movements::{self, Movements};

use super::customers::query;
use super::desk::Desk;
use super::entries::currencies;
use super::home::ribbon;
use super::views::reports::{AgeingReport, AgeingRow, Movement, SummaryReport};
use super::words;
use crate::app::App;
use crate::csv;
use crate::respond::{Problem, page};
use crate::view::figures::{Chart, MAX_COLUMNS};
use crate::view::form::Field;
use crate::view::shell::Section;
use crate::view::{Amount, Pager, Tab};

/// How many customers a page of the ageing shows.
const PAGE: usize = 100;

/// Movements in the order in which they are read, by the kinds of entries that make them up, and whether they raise the
/// balance.
const MOVEMENTS: [(&str, &[EntryKind], bool); 9] = [
    ("Charged", &[EntryKind::Order, EntryKind::Invoice, EntryKind::ManualCharge], false),
    ("Late fees", &[EntryKind::LateFee], false),
    ("Deducted by adjustment", &[EntryKind::AdjustmentDown], false),
    ("Paid", &[EntryKind::Payment], true),
    ("Credit given", &[EntryKind::ManualCredit, EntryKind::AdjustmentUp], true),
    ("Taken off by amendments, credit notes and reversals", REDUCTIONS, true),
    ("Written off", &[EntryKind::WriteOff, EntryKind::SmallDifference], true),
    ("Refunded, returned and paid out", &[EntryKind::Refund, EntryKind::Return, EntryKind::Payout], false),
    ("Credits and write-offs taken back", &[EntryKind::CreditReversal, EntryKind::WriteOffReversal], false),
];
const REDUCTIONS: &[EntryKind] = &[EntryKind::Amendment, EntryKind::CreditNote, EntryKind::Reversal, EntryKind::Void];

fn tabs(here: &str) -> Vec<Tab> {
    let tab = |(href, text): (&str, &str)| Tab { href: href.to_owned(), text: text.to_owned(), count: None, here: href == here };
    [("/admin/reports", "Summary"), ("/admin/reports/ageing", "Ageing")].into_iter().map(tab).collect()
}

fn chosen(desk: &Desk) -> Currency {
    desk.asked.value("currency").parse().unwrap_or_else(|_| desk.currency())
}

/// The period asked for: the present month unless named; its end is never before its beginning.
fn period(desk: &mut Desk) -> (Day, Day) {
    let today = desk.today();
    let from = desk.asked.optional_day("from").unwrap_or_else(|| today.first_of_month());
    let to = desk.asked.optional_day("to").unwrap_or(today);
    if to < from {
        desk.asked.wrong("to", "BEFORE_FROM", "The last day is before the first.");
        return (to, to);
    }
    (from, to)
}

/// `GET /admin/reports`
pub async fn summary(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    if desk.asked.value("format") == "csv" {
        return summary_csv(State(app), desk).await;
    }
    let currency = chosen(&desk);
    let (from, to) = period(&mut desk);
    let found = movements::between(&app.services.db, desk.staff.business, currency, from, to).await?;
    let (first, last) = (from.to_string(), to.to_string());
    let shown = SummaryReport {
        spans: spans(&desk, from, to, currency)?,
        shell: desk.live(Section::Reports),
        tabs: tabs("/admin/reports"),
        from: Field { value: first.clone(), error: desk.asked.error("from").map(str::to_owned) },
        to: Field { value: last.clone(), error: desk.asked.error("to").map(str::to_owned) },
        currencies: currencies(&[], desk.currency(), currency.code()),
        csv: query("/admin/reports/summary.csv", &[("from", &first), ("to", &last), ("currency", currency.code())]),
        movements: lines(&found, currency),
        liabilities: liabilities(&found, currency),
        by_method: found
            .by_method
            .iter()
            .map(|row| movement(words::method(row.method.as_deref()), row.amount, currency, false))
            .collect(),
        chart: chart(&found, currency),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Spans that are asked for often: this week and the last as the business counts weeks, this month.
fn spans(desk: &Desk, from: Day, to: Day, currency: Currency) -> Result<Vec<Tab>, Problem> {
    let today = desk.today();
    let week = desk.frame.business.week_of(today)?;
    let before = desk.frame.business.week_of(week.0.yesterday().unwrap_or(week.0))?;
    let tab = |text: &str, (first, last): (Day, Day)| Tab {
        href: query("/admin/reports", &[("from", &first.to_string()), ("to", &last.to_string()), ("currency", currency.code())]),
        text: text.to_owned(),
        count: None,
        here: (first, last) == (from, to),
    };
    Ok(vec![tab("This week", week), tab("Last week", before), tab("This month", (today.first_of_month(), today))])
}

fn movement(name: &str, minor: i64, currency: Currency, strong: bool) -> Movement {
    Movement { name: name.to_owned(), amount: Amount::of(Money::new(minor, currency)), strong }
}

/// Opening balance, what happened, closing balance. Below zero is owed to the business.
fn lines(found: &Movements, currency: Currency) -> Vec<Movement> {
    let mut lines = vec![movement("Balance at the start", found.opening, currency, true)];
    for (name, kinds, raises) in MOVEMENTS {
        let sum = found.sum(kinds);
        if sum != 0 {
            lines.push(movement(name, if raises { sum } else { -sum }, currency, false));
        }
    }
    lines.push(movement("Balance at the end", found.closing, currency, true));
    lines
}

fn liabilities(found: &Movements, currency: Currency) -> Vec<Movement> {
    vec![
        movement("Charged and not yet earned", found.uninvoiced, currency, false),
        movement("Tax payable", found.tax_payable, currency, false),
        movement("Credit of customers, now", found.free_credit, currency, false),
    ]
}

/// Days on which money came in, the latest that fit.
fn chart(found: &Movements, currency: Currency) -> Chart {
    let from = found.by_day.len().saturating_sub(MAX_COLUMNS);
    let values: Vec<(String, i64)> =
        found.by_day[from..].iter().map(|row| (row.day.strftime("%-d %b").to_string(), row.amount)).collect();
    Chart::columns("collected", "Collected", "Day", &values, None, currency)
}

/// `GET /admin/reports/summary.csv`
pub async fn summary_csv(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let currency = chosen(&desk);
    let (from, to) = period(&mut desk);
    let found = movements::between(&app.services.db, desk.staff.business, currency, from, to).await?;
    let mut table = vec![vec!["movement".to_owned(), "amount".to_owned(), "currency".to_owned()]];
    let all = lines(&found, currency).into_iter().chain(liabilities(&found, currency));
    table.extend(all.map(|line| vec![line.name, line.amount.decimal, currency.code().to_owned()]));
    Ok(csv::download(&format!("summary-{from}-{to}.csv"), &table))
}

fn place(text: &str) -> Option<(String, CustomerId)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (id, name) = text.split_once('\n')?;
    Some((name.to_owned(), id.parse().ok()?))
}

fn write_place(row: &AgedCustomer) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}\n{}", row.id, row.name_key))
}

async fn aged(app: &App, desk: &mut Desk, limit: usize) -> Result<(Aged, Currency, Day), Problem> {
    let currency = chosen(desk);
    let as_of = desk.asked.optional_day("as_of").unwrap_or_else(|| desk.today());
    let after = place(desk.asked.value("cursor"));
    let found = ageing_by_customer::as_at(&app.services.db, desk.staff.business, currency, as_of, after, limit).await?;
    Ok((found, currency, as_of))
}

fn columns(ageing: &Ageing, currency: Currency) -> [Amount; 7] {
    let a = ageing;
    [a.current, a.d1_30, a.d31_60, a.d61_90, a.d90_plus, a.credit, a.total].map(|minor| Amount::of(Money::new(minor, currency)))
}

/// `GET /admin/reports/ageing`
pub async fn ageing(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    if desk.asked.value("format") == "csv" {
        return ageing_csv(State(app), desk).await;
    }
    let (found, currency, as_of) = aged(&app, &mut desk, PAGE).await?;
    let day = as_of.to_string();
    let narrowed = [("as_of", day.as_str()), ("currency", currency.code())];
    let is_later = !desk.asked.value("cursor").is_empty();
    let next = found.rows.last().filter(|_| found.more).map(|row| {
        let place = write_place(row);
        query("/admin/reports/ageing", &[narrowed[0], narrowed[1], ("cursor", &place)])
    });
    let shown = AgeingReport {
        shell: desk.live(Section::Reports),
        tabs: tabs("/admin/reports/ageing"),
        as_of: Field { value: day.clone(), error: desk.asked.error("as_of").map(str::to_owned) },
        currencies: currencies(&[], desk.currency(), currency.code()),
        csv: query("/admin/reports/ageing.csv", &narrowed),
        ribbon: ribbon(&found.sums, currency),
        total: Amount::of(Money::new(found.sums.total, currency)),
        credit: Amount::of(Money::new(found.sums.credit, currency)),
        rows: found
            .rows
            .iter()
            .map(|row| AgeingRow {
                href: format!("/admin/customers/{}", row.id),
                name: row.name.clone(),
                amounts: columns(&row.ageing, currency),
            })
            .collect(),
        sums: columns(&found.sums, currency),
        pager: Pager { first: is_later.then(|| query("/admin/reports/ageing", &narrowed)), next, summary: String::new() },
    };
    Ok(page(StatusCode::OK, &shown))
}

/// `GET /admin/reports/ageing.csv`
pub async fn ageing_csv(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let turn = app.limits.exports.acquire().await.map_err(|_| Problem::busy(2))?;
    let (found, currency, as_of) = aged(&app, &mut desk, csv::MOST_ROWS).await?;
    drop(turn);
    let head = ["customer", "name", "current", "d1_30", "d31_60", "d61_90", "d90_plus", "credit", "total", "currency"];
    let mut table = vec![head.map(str::to_owned).to_vec()];
    for row in &found.rows {
        let mut line = vec![row.id.to_string(), row.name.clone()];
        line.extend(columns(&row.ageing, currency).map(|amount| amount.decimal));
        line.push(currency.code().to_owned());
        table.push(line);
    }
    Ok(csv::download(&format!("ageing-{as_of}.csv"), &table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_entry_is_in_one_movement() {
        for kind in EntryKind::ALL {
            let found = MOVEMENTS.iter().filter(|(_, kinds, _)| kinds.contains(kind)).collect::<Vec<_>>();
            assert_eq!(found.len(), 1, "{kind}");
            assert_eq!(found[0].2, kind.side() == books::entry::Side::Credit, "{kind}");
        }
    }
}
