//! Entries: adding a charge or credit, adjusting the balance, one entry in full, taking one back.
//!
//! Invariant: the balance moves by exactly the amount that was typed; nothing posted is ever edited.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use books::entry::{Side, entry_status};
use books::ids::{CustomerId, EntryId};
use books::money::Currency;
use engine::flows::add_entry::{self, Adjusting, How, NewEntry, PAYMENT};
use engine::flows::reverse_entry;
use engine::sheets::entry::{EntrySheet, entry_sheet};
use engine::store::allocation::Allocation;
use engine::store::customer::{self, CustomerBalance};
use engine::store::event;
use engine::store::user::Role;

use super::again::{Again, filled, sentence};
use super::approvals::said;
use super::desk::{Desk, done};
use super::rows::{order_name, signed};
use super::submission::Submission;
use super::views::customers::AdjustForm;
use super::views::entries::{AllocationRow, EntryForm, EntryPage, JournalRow};
use super::words::{self, Names};
use crate::app::App;
use crate::auth::{Clerk, Manager};
use crate::forms::{DESCRIPTION, Form, NAME, NOTE};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Chip, Choice, Day, Link, Refused};

const SHOWN: [&str; 5] = ["amount", "description", "effective_on", "due_on", "note"];
const CATEGORIES: [(&str, &str); 6] = [
    ("", "None"),
    (PAYMENT, "Payment"),
    ("service", "Service"),
    ("product", "Product"),
    ("fee", "Fee"),
    ("goodwill", "Goodwill"),
];

/// Currencies of a customer's account first, then all others.
pub fn currencies(balances: &[CustomerBalance], own: Currency, chosen: &str) -> Vec<Choice> {
    let mut codes: Vec<&'static str> = vec![own.code()];
    codes.extend(balances.iter().map(|row| row.currency.code()));
    let mut rest: Vec<&'static str> = Currency::all().map(Currency::code).collect();
    rest.sort_unstable();
    codes.extend(rest);
    let mut seen = std::collections::HashSet::new();
    codes.retain(|code| seen.insert(*code));
    let chosen = if chosen.is_empty() { own.code() } else { chosen };
    codes.into_iter().map(|code| Choice::new(code, code, code == chosen)).collect()
}

/// `GET /admin/customers/{id}/entries/new`
pub async fn new(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let typed = filled([
        ("effective_on", desk.today().to_string()),
        ("side", desk.asked.value("side").to_owned()),
        ("category", desk.asked.value("category").to_owned()),
    ]);
    form(&app, &desk, id, &Again::fresh(typed)).await
}

async fn form(app: &App, desk: &Desk, id: CustomerId, again: &Again) -> Result<Response, Problem> {
    let (known, balances) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let typed = &again.form;
    let own = balances.iter().find(|row| row.currency == desk.currency()).map_or(0, |row| row.balance);
    let shown = EntryForm {
        shell: desk.shell(Section::Customers),
        customer: Link::new(format!("/admin/customers/{}", known.id), known.name),
        customer_id: known.id.to_string(),
        balance: desk.amount(own, desk.currency()),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        needs_approval: again.has_code("NEEDS_APPROVAL"),
        sides: again.choices("side", [("charge", "Charge"), ("credit", "Credit")]),
        amount: typed.field("amount"),
        currencies: currencies(&balances, desk.currency(), typed.value("currency")),
        description: typed.field("description"),
        categories: again.choices("category", CATEGORIES),
        effective_on: typed.field("effective_on"),
        due_on: typed.field("due_on"),
        note: typed.field("note"),
    };
    Ok(page(again.status, &shown))
}

fn read(typed: &mut Form, customer: CustomerId) -> Option<NewEntry> {
    let side = typed.choice("side", &[("charge", Side::Charge), ("credit", Side::Credit)]);
    let currency: Option<Currency> = typed.read("currency");
    let amount = currency.and_then(|currency| typed.amount("amount", currency));
    let description = typed.text("description", DESCRIPTION);
    let effective_on = typed.optional_day("effective_on");
    let due_on = typed.optional_day("due_on");
    let category = typed.optional_text("category", NAME);
    let note = typed.optional_lines("note", NOTE);
    if !typed.errors().is_empty() {
        return None;
    }
    Some(NewEntry {
        customer,
        side: side?,
        amount: amount?.minor,
        currency: currency?,
        description: description?,
        effective_on,
        due_on,
        category,
        note,
    })
}

/// `POST /admin/customers/{id}/entries`: a credit of the category *payment* is recorded as a payment.
pub async fn create(
    State(app): State<Arc<App>>,
    Submission { id: customer, staff, call, mut typed, .. }: Submission<Clerk, CustomerId>,
) -> Result<Response, Problem> {
    let saved = match read(&mut typed, customer) {
        Some(new) => {
            let how = How { request_approval: typed.ticked("request_approval"), ..How::default() };
            add_entry::enter(&app.services.db, &call, new, how).await.map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok(made) => Ok(done(&format!("/admin/customers/{customer}"), said(made.value, "entry"))),
        Err(error) => form(&app, &Desk::open(&app, staff).await?, customer, &Again::of(typed, error)?).await,
    }
}

/// `GET /admin/customers/{id}/adjust`
pub async fn adjust(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    adjust_form(&app, &desk, id, &Again::fresh(Form::default())).await
}

async fn adjust_form(app: &App, desk: &Desk, id: CustomerId, again: &Again) -> Result<Response, Problem> {
    let (known, balances) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let typed = &again.form;
    let shown = AdjustForm {
        shell: desk.shell(Section::Customers),
        id: known.id.to_string(),
        name: known.name,
        key: again.key(),
        refusal: again.refusal(&["amount", "note"]),
        needs_approval: again.has_code("NEEDS_APPROVAL"),
        direction: again.choices("direction", [("give", "Give credit"), ("deduct", "Deduct")]),
        amount: typed.field("amount"),
        currencies: currencies(&balances, desk.currency(), typed.value("currency")),
        note: typed.field("note"),
    };
    Ok(page(again.status, &shown))
}

/// What is typed: minor units with the sign of the direction, the currency, and the note.
fn read_adjustment(typed: &mut Form) -> Option<(i64, Currency, String)> {
    let sign = typed.choice("direction", &[("give", 1), ("deduct", -1)]);
    let currency: Option<Currency> = typed.read("currency");
    let amount = currency.and_then(|currency| typed.amount("amount", currency));
    let note = typed.lines("note", DESCRIPTION);
    if typed.errors().is_empty() { Some((amount?.minor * sign?, currency?, note?)) } else { None }
}

/// `POST /admin/customers/{id}/adjustments`
pub async fn adjusted(
    State(app): State<Arc<App>>,
    Submission { id: customer, staff, call, mut typed, .. }: Submission<Manager, CustomerId>,
) -> Result<Response, Problem> {
    let saved = match read_adjustment(&mut typed) {
        Some((amount, currency, note)) => {
            let request_approval = typed.ticked("request_approval");
            let adjusting = Adjusting { customer, amount, currency, note, request_approval };
            add_entry::adjust_balance(&app.services.db, &call, adjusting).await.map_err(Some)
        }
        None => Err(None),
    };
    match saved {
        Ok(made) => Ok(done(&format!("/admin/customers/{customer}"), said(made.value, "adjusted"))),
        Err(error) => adjust_form(&app, &Desk::open(&app, staff).await?, customer, &Again::of(typed, error)?).await,
    }
}

/// `GET /admin/entries/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<EntryId>) -> Result<Response, Problem> {
    detail(&app, &desk, id, &Again::fresh(Form::default())).await
}

async fn detail(app: &App, desk: &Desk, id: EntryId, again: &Again) -> Result<Response, Problem> {
    let of = desk.staff.business;
    let sheet = entry_sheet(&app.services.db, of, id).await?;
    let names = Names::of(app, of).await?;
    let events = event::about(&app.services.db, of, id.to_string(), 50).await?;
    let refusal = reverse_entry::may_reverse(&app.services.db, of, id).await?;
    let line = &sheet.entry;
    let (side, currency) = (line.side, line.currency);
    let shown = EntryPage {
        shell: desk.live_about(Section::Customers, line.customer_id),
        id: id.to_string(),
        customer: Link::new(format!("/admin/customers/{}", line.customer_id), sheet.customer.name.clone()),
        description: line.description.clone(),
        is_credit: side == Side::Credit,
        kind: words::entry_kind(line.kind).to_owned(),
        category: line.category.clone().unwrap_or_default(),
        status: Chip::of_state(entry_status(side, line.amount, line.allocated, line.reversed_by.is_some()).as_str()),
        amount: signed(desk, side, line.amount, currency),
        open: desk.amount(line.open(), currency),
        balance_after: desk.amount(line.balance_after, currency),
        effective_on: Day::of(line.effective_on),
        due_on: line.due_on.map(Day::of),
        recorded: desk.moment(line.created_at),
        recorded_by: names.name(&line.actor),
        note: [line.reason.clone(), line.note.clone()].into_iter().flatten().collect::<Vec<_>>().join("\n"),
        document: document(&sheet),
        reverses: line.reverses.map(|other| Link::new(format!("/admin/entries/{other}"), "an earlier entry")),
        reversed_by: line.reversed_by.map(|other| Link::new(format!("/admin/entries/{other}"), "a later entry")),
        allocations: sheet.allocations.iter().filter_map(|row| allocation(desk, &sheet, row)).collect(),
        journal: journal(desk, &sheet),
        history: words::history(desk, &names, &events),
        key: again.key(),
        reverse_refused: reverse_refused(desk, refusal),
        reason: again.form.field("reason"),
    };
    Ok(page(again.status, &shown))
}

fn reverse_refused(desk: &Desk, refusal: Option<engine::error::Refusal>) -> Option<Refused> {
    if !desk.staff.may(Role::Manager) {
        return Some(Refused { code: "NO_RIGHT", why: "Your role may not do this: ask an owner or manager.".to_owned() });
    }
    refusal.map(|refusal| Refused { code: refusal.code, why: sentence(&refusal.detail) })
}

fn document(sheet: &EntrySheet) -> Option<Link> {
    if let Some(order) = &sheet.order {
        return Some(Link::new(format!("/admin/orders/{}", order.id), order_name(order.kind, order.number.as_deref())));
    }
    sheet.entry.payment_id.map(|payment| Link::new(format!("/admin/payments/{payment}"), "Payment"))
}

/// A part applied, as the entry's page shows it. Rows that take back are shown at the row they take back.
pub fn allocation(desk: &Desk, sheet: &EntrySheet, row: &Allocation) -> Option<AllocationRow> {
    if row.takes_back.is_some() {
        return None;
    }
    let other = sheet.other(row)?;
    let taken_back = sheet.allocations.iter().find(|later| later.takes_back == Some(row.id));
    Some(AllocationRow {
        on: Day::of(row.effective_on),
        with: Link::new(format!("/admin/entries/{}", other.id), other.description.clone()),
        amount: desk.amount(row.amount, sheet.entry.currency),
        taken_back: taken_back.map(|later| {
            format!("{} on {}", desk.amount(later.amount, sheet.entry.currency).text, Day::of(later.effective_on).text)
        }),
    })
}

/// The journal lines of an entry, in posting order.
pub fn journal(desk: &Desk, sheet: &EntrySheet) -> Vec<JournalRow> {
    let some = |minor: i64| (minor > 0).then(|| desk.amount(minor, sheet.entry.currency));
    let row = |line: &engine::store::entry::JournalLine| JournalRow {
        account: words::ledger_account(&line.account),
        debit: some(line.debit),
        credit: some(line.credit),
    };
    sheet.journal.iter().map(row).collect()
}

/// `POST /admin/entries/{id}/reverse`
pub async fn reverse(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Manager, EntryId>,
) -> Result<Response, Problem> {
    let saved = match typed.text("reason", DESCRIPTION) {
        Some(reason) => reverse_entry::reverse_entry(&app.services.db, &call, id, &reason).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(reversing) => Ok(done(&format!("/admin/entries/{}", reversing.value), "reversed")),
        Err(error) => {
            let mut again = Again::of(typed, error)?;
            if let Some(refusal) = again.refusal(&["reason"]) {
                again.form.wrong("reason", "REFUSED", refusal);
            }
            detail(&app, &Desk::open(&app, staff).await?, id, &again).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_is_offered_once_the_own_one_first() {
        let own = Currency::from_code("EUR").expect("a known code");
        let all = currencies(&[], own, "");
        assert_eq!((all[0].value.as_str(), all[0].chosen), ("EUR", true));
        assert_eq!(all.iter().filter(|choice| choice.value == "EUR").count(), 1);
        assert!(currencies(&[], own, "USD").iter().any(|choice| choice.value == "USD" && choice.chosen));
    }
}
