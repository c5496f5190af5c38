//! Payouts: what processors sent to the bank, each held against the payments it is made of.
//!
//! Invariant: read only. What a payout is comes from the processor's listing, what of it is ours from the books; nobody
//! types either.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::calendar::Day as Date;
use books::ids::PayoutId;
use books::money::Currency;
use engine::sheets::payout::{PayoutSheet, payout_sheet};
use engine::store::connection::{self, Connection};
use engine::store::payout::{self, LineRow, PartOf, Wanted};

use super::customers::query;
use super::desk::Desk;
use super::views::payouts::{PayoutList, PayoutPage, PayoutPart, PayoutRow, StillThere};
use super::{exports, words};
use crate::admin::views::entries::JournalRow;
use crate::app::App;
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Chip, Day, Fact, Link, Notice, Pager, Tab, Tone};

/// How many payouts a page shows.
const PAGE: usize = 50;
const FILTERS: [(&str, &str); 3] = [("", "All"), ("reconciled", "Reconciled"), ("differs", "To look at")];

/// `GET /admin/payouts`
pub async fn list(State(app): State<Arc<App>>, mut desk: Desk) -> Result<Response, Problem> {
    let here = FILTERS.into_iter().map(|(word, _)| word).find(|word| *word == desk.asked.value("filter")).unwrap_or("");
    if desk.asked.value("format") == "csv" {
        return exports::payouts(&app, &desk, whole(here)).await;
    }
    let (day, id): (Option<Date>, Option<PayoutId>) = (desk.asked.optional_day("day"), desk.asked.optional("cursor"));
    let before = day.zip(id);
    let wanted = Wanted { whole: whole(here), before, limit: PAGE as i64 + 1, ..Wanted::default() };
    let (db, of) = (&app.services.db, desk.staff.business);
    let mut found = payout::page(db, of, wanted).await?;
    let held = payout::held(db, of).await?;
    let connections = connection::list(db, of).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| more).map(|row| (row.arrived_on.to_string(), row.id.to_string()));
    let tab = |(word, text): (&str, &str)| Tab {
        href: query("/admin/payouts", &[("filter", word)]),
        text: text.to_owned(),
        count: None,
        here: word == here,
    };
    let still = |row: &payout::Held| StillThere {
        name: format!("With {}", processor_of(&row.account)),
        amount: desk.amount(row.amount, row.currency),
    };
    let shown = PayoutList {
        shell: desk.live(Section::Payments),
        tabs: FILTERS.into_iter().map(tab).collect(),
        csv: query("/admin/payouts", &[("filter", here), ("format", "csv")]),
        held: held.iter().map(still).collect(),
        notices: connections.iter().filter_map(unread).collect(),
        rows: found.iter().map(|row| listed(&desk, row)).collect(),
        pager: Pager {
            first: before.map(|_| query("/admin/payouts", &[("filter", here)])),
            next: last.map(|(day, id)| query("/admin/payouts", &[("filter", here), ("day", &day), ("cursor", &id)])),
            summary: String::new(),
        },
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Why a connection's payouts are not read.
fn unread(one: &Connection) -> Option<Notice> {
    let (why, _) = one.payouts_held_up()?;
    let link = Some(Link::new("/admin/settings/processors", "Processors"));
    Some(Notice { tone: Tone::Warn, title: format!("The payouts of {} cannot be read.", one.name), text: why.to_owned(), link })
}

/// The kind of processor behind a clearing account, as people call it.
fn processor_of(account: &str) -> &str {
    let kind = account.trim_start_matches("clearing:");
    processors::registry::find(kind).map_or(kind, |known| known.title)
}

fn whole(filter: &str) -> Option<bool> {
    match filter {
        "reconciled" => Some(true),
        "differs" => Some(false),
        _ => None,
    }
}

fn listed(desk: &Desk, row: &payout::PayoutRow) -> PayoutRow {
    PayoutRow {
        on: Day::of(row.arrived_on),
        link: Link::new(format!("/admin/payouts/{}", row.id), row.processor.clone()),
        detail: if row.lines == 1 { "1 charge".to_owned() } else { format!("{} charges", row.lines) },
        status: status(row.whole),
        gross: desk.amount(row.gross(), row.currency),
        fees: desk.amount(row.fees, row.currency),
        net: desk.amount(row.net, row.currency),
    }
}

fn status(whole: bool) -> Chip {
    if whole { Chip::new(Tone::Ok, "Reconciled") } else { Chip::new(Tone::Warn, "To look at") }
}

/// `GET /admin/payouts/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<PayoutId>) -> Result<Response, Problem> {
    let sheet = payout_sheet(&app.services.db, desk.staff.business, id).await?;
    let currency = sheet.payout.currency;
    let journal = sheet.journal.iter().map(|leg| JournalRow {
        account: words::ledger_account(&leg.account.to_string()),
        debit: (leg.debit > 0).then(|| desk.amount(leg.debit, currency)),
        credit: (leg.credit > 0).then(|| desk.amount(leg.credit, currency)),
    });
    let shown = PayoutPage {
        shell: desk.shell(Section::Payments),
        processor: sheet.connection.name.clone(),
        on: Day::of(sheet.payout.arrived_on),
        status: status(sheet.reconciled.is_whole()),
        net: desk.amount(sheet.payout.net, currency),
        taken: desk.amount(sheet.reconciled.taken(), currency),
        fees: desk.amount(sheet.payout.fees, currency),
        kept: (sheet.payout.kept != 0).then(|| desk.amount(sheet.payout.kept, currency)),
        notices: differences(&desk, &sheet),
        parts: sheet.lines.iter().map(|line| part(&desk, currency, line)).collect(),
        journal: journal.collect(),
        facts: vec![
            Fact { name: "Processor".to_owned(), value: sheet.connection.name.clone() },
            Fact { name: "Its number there".to_owned(), value: sheet.payout.remote_id.clone() },
            Fact { name: "Listed".to_owned(), value: desk.moment(sheet.payout.listed_at).text },
        ],
    };
    Ok(page(StatusCode::OK, &shown))
}

/// What does not belong to payments in these books, in words.
fn differences(desk: &Desk, sheet: &PayoutSheet) -> Vec<Notice> {
    let (found, currency) = (&sheet.reconciled, sheet.payout.currency);
    let amount = |minor| desk.amount(minor, currency).text;
    let waits = |title: String, text: &str| Notice { tone: Tone::Warn, title, text: text.to_owned(), link: None };
    let (count, sum) = sheet.sum_of(PartOf::Stranger);
    let strangers = (count > 0).then(|| {
        let charges = if count == 1 { "1 charge is" } else { &format!("{count} charges are") };
        waits(
            format!("{charges} of no payment in these books: {} in all.", amount(sum)),
            "Taken at the processor, past Owed. It waits in suspense until its payment is learned of.",
        )
    });
    let before = sheet.sum_of(PartOf::Before).1;
    let before = (before != 0).then(|| {
        waits(
            format!("{} was there before Owed first looked.", amount(before)),
            "What it came from is in the books of that time. It waits in suspense.",
        )
    });
    let unlisted = sheet.sum_of(PartOf::Unlisted).1;
    let unlisted = (unlisted != 0).then(|| {
        waits(
            format!("{} moved without being listed.", amount(unlisted)),
            "The processor's own balances show it, and its list does not say what it was. It waits in suspense.",
        )
    });
    let unexplained = (found.unexplained != 0).then(|| {
        waits(
            format!("No charge explains {} of it.", amount(found.unexplained)),
            "The processor lists the payout without saying what this is. It waits in suspense.",
        )
    });
    strangers.into_iter().chain(before).chain(unlisted).chain(unexplained).collect()
}

fn part(desk: &Desk, currency: Currency, line: &LineRow) -> PayoutPart {
    let link = line.payment_id.zip(line.payment_number.clone());
    PayoutPart {
        payment: link.map(|(id, number)| Link::new(format!("/admin/payments/{id}"), number)),
        stranger: match line.part_of() {
            PartOf::Before => "Balance from before",
            PartOf::Unlisted => "Not in the processor's list",
            PartOf::Payment | PartOf::Stranger => "Not in these books",
        },
        detail: match &line.customer_name {
            Some(name) => format!("{name} · {}", line.charge),
            None => line.charge.clone(),
        },
        amount: desk.amount(line.amount, currency),
    }
}
