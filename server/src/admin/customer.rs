//! One customer's page: balance on top, entries newest first, the payment link, documents, what may be done.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use books::capability::Action as Act;
use books::entry::{EntryKind, Side};
use books::ids::{CustomerId, EntryId};
use engine::sheets::customer::{AccountSheet, CustomerSheet, customer_sheet};
use engine::sheets::statement::account_as_at;
use engine::sheets::{actions, order_list};
use engine::store::entry::Wanted;
use engine::store::payment::PaymentRow;

use super::again::Again;
use super::customers::query;
use super::desk::Desk;
use super::home::ribbon;
use super::views::customers::{AccountCard, AsAt, Contact, CustomerPage, EntryFilter, Unreached};
use super::{acts, auto_charge, links, methods, pay_out, rows, words};
use crate::app::App;
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::form::Field;
use crate::view::shell::Section;
use crate::view::{Action, Chip, Choice, Day, Link, Pager, Tab, Tone, Way};

/// How many entries a page shows.
const PAGE: i64 = 50;
const SIDES: [(&str, &str, Option<Side>); 3] =
    [("", "All", None), ("charge", "Charges", Some(Side::Charge)), ("credit", "Credits", Some(Side::Credit))];

/// What the entries are narrowed to, as the address has it.
struct Narrowed {
    side: &'static str,
    kind: String,
    from: String,
    to: String,
    q: String,
}

impl Narrowed {
    fn is_active(&self) -> bool {
        ![self.side, &self.kind, &self.from, &self.to, &self.q].iter().all(|text| text.is_empty())
    }

    /// The same entries as a table for spreadsheets.
    fn csv(&self, id: CustomerId) -> String {
        let path = self.address(id, self.side);
        format!("{path}{}format=csv", if path.contains('?') { '&' } else { '?' })
    }

    fn address(&self, id: CustomerId, side: &str) -> String {
        let fields = [("side", side), ("kind", &self.kind), ("from", &self.from), ("to", &self.to), ("q", &self.q)];
        query(&format!("/admin/customers/{id}"), &fields)
    }
}

/// `GET /admin/customers/{id}`
pub async fn show(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    if desk.asked.value("format") == "csv" {
        return super::exports::entries(&app, desk, id).await;
    }
    render(&app, desk, id, None).await
}

/// The page as the answer to a link's form that could not be taken.
pub async fn again(app: &App, desk: Desk, id: CustomerId, typed: Again) -> Result<Response, Problem> {
    render(app, desk, id, Some(typed)).await
}

async fn render(app: &App, mut desk: Desk, id: CustomerId, link_form: Option<Again>) -> Result<Response, Problem> {
    let (side_word, _, side) = SIDES.into_iter().find(|(word, ..)| *word == desk.asked.value("side")).unwrap_or(SIDES[0]);
    let before: Option<EntryId> = desk.asked.optional("cursor");
    let kind: Option<EntryKind> = desk.asked.optional("kind");
    let (from, to) = (desk.asked.optional_day("from"), desk.asked.optional_day("to"));
    let as_of = past_day(&mut desk);
    let text = |name: &str| desk.asked.value(name).trim().to_owned();
    let narrowed = Narrowed { side: side_word, kind: text("kind"), from: text("from"), to: text("to"), q: text("q") };
    let currency = desk.asked.value("currency").parse().ok();
    let search = Some(narrowed.q.clone()).filter(|q| !q.is_empty());
    let wanted = Wanted { side, kind, from, to, search, before, limit: PAGE, ..Wanted::default() };
    let sheet = customer_sheet(&app.services.db, desk.staff.business, id, currency, wanted).await?;
    let orders = order_list::of_customer(&app.services.db, desk.staff.business, id).await?;
    let answers = actions::of_customer(&app.services, desk.staff.business, id, &desk.staff.call(None).actor).await?;
    let shown = CustomerPage {
        shell: desk.live_about(Section::Customers, id),
        id: id.to_string(),
        name: sheet.customer.name.clone(),
        chips: chips(&desk, &sheet),
        contact: contact(&desk, &sheet),
        unreached: sheet.unreached.as_ref().map(|mail| unreached(&desk, mail)),
        accounts: sheet.accounts.iter().map(|account| card(&desk, id, account)).collect(),
        tabs: SIDES
            .into_iter()
            .map(|(word, text, _)| Tab {
                href: narrowed.address(id, word),
                text: text.to_owned(),
                count: None,
                here: word == side_word,
            })
            .collect(),
        filter: filter(&desk, &narrowed),
        entries: sheet.entries.iter().map(|line| rows::entry(&desk, line)).collect(),
        pager: pager(id, &sheet, &narrowed, before.is_some()),
        link: links::panel(app, &desk, &sheet, link_form.as_ref())?,
        as_at: as_at(app, &desk, &sheet, as_of).await?,
        as_of: Field { value: desk.asked.value("as_of").to_owned(), error: desk.asked.error("as_of").map(str::to_owned) },
        today: desk.today().to_string(),
        csv: narrowed.csv(id),
        orders: orders.iter().map(|listed| rows::order(&desk, listed)).collect(),
        methods: methods::shown(app, &desk, id).await?,
        add_method: methods::add_action(app, &desk, id).await?,
        invoices: sheet.invoices.iter().map(|listed| rows::invoice(&desk, listed)).collect(),
        payments: sheet.payments.iter().map(|row: &PaymentRow| rows::payment(&desk, row)).collect(),
        actions: page_actions(&desk, id, &answers, pay_out::action(app, &desk, id, sheet.currency).await?),
    };
    Ok(page(link_form.map_or(StatusCode::OK, |typed| typed.status), &shown))
}

/// What stood at the end of a past day, in the currency that is shown (BAL-8). None: today, which the cards show.
async fn as_at(
    app: &App,
    desk: &Desk,
    sheet: &CustomerSheet,
    day: Option<books::calendar::Day>,
) -> Result<Option<AsAt>, Problem> {
    let Some(day) = day else { return Ok(None) };
    let (db, of, currency) = (&app.services.db, desk.staff.business, sheet.currency);
    let then = account_as_at(db, of, sheet.customer.id, currency, day).await?;
    Ok(Some(AsAt {
        day: Day::of(day),
        balance: desk.amount(then.balance(), currency),
        credit: desk.amount(then.credit, currency),
        ribbon: ribbon(&then, currency),
    }))
}

/// The past day that is asked for. A day that is not past is refused at its field.
fn past_day(desk: &mut Desk) -> Option<books::calendar::Day> {
    let day = desk.asked.optional_day("as_of")?;
    if day > desk.today() {
        desk.asked.wrong("as_of", "FUTURE_DATE", "The future is not known: choose today or an earlier day.");
        return None;
    }
    Some(day)
}

fn chips(desk: &Desk, sheet: &CustomerSheet) -> Vec<Chip> {
    let late = sheet.accounts.iter().any(|account| account.overdue > 0);
    let chip = rows::standing(sheet.standing(), i64::from(late));
    let mut chips = vec![chip];
    if sheet.customer.email.is_none() {
        chips.push(Chip::new(Tone::Plain, "No email"));
    }
    if sheet.unreached.is_some() {
        chips.push(Chip::new(Tone::Bad, "Mail came back"));
    }
    chips.extend(auto_charge::words(desk, sheet.customer.auto_charge.as_ref()).map(|text| Chip::new(Tone::Plain, text)));
    chips
}

fn unreached(desk: &Desk, mail: &engine::store::mail::Mail) -> Unreached {
    Unreached {
        at: desk.moment(mail.created_at),
        to: mail.send_to.clone(),
        why: mail.error.clone().unwrap_or_default(),
        mail: Link::new(format!("/admin/outbox/{}", mail.id), mail.subject.clone()),
    }
}

fn contact(desk: &Desk, sheet: &CustomerSheet) -> Contact {
    let known = &sheet.customer;
    Contact {
        email: known.email.clone().unwrap_or_default(),
        phone: known.phone.clone().unwrap_or_default(),
        reference: known.reference.clone().unwrap_or_default(),
        address: known.address.as_deref().unwrap_or_default().lines().map(str::to_owned).collect(),
        since: desk.day(known.created_at),
    }
}

fn card(desk: &Desk, id: CustomerId, account: &AccountSheet) -> AccountCard {
    let currency = account.currency;
    AccountCard {
        currency: currency.code(),
        balance: desk.amount(account.balance, currency),
        standing: match account.balance {
            ..=-1 => "Owes",
            0 => "Paid in full",
            1.. => "In credit",
        },
        overdue: desk.amount(account.overdue, currency),
        credit: desk.amount(account.ageing.credit, currency),
        paid_this_year: desk.amount(account.paid_this_year, currency),
        ribbon: ribbon(&account.ageing, currency),
        explain: format!("/admin/customers/{id}/explain"),
    }
}

fn filter(desk: &Desk, narrowed: &Narrowed) -> EntryFilter {
    let mut kinds = vec![Choice::new("", "All kinds", narrowed.kind.is_empty())];
    kinds.extend(
        EntryKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), words::entry_kind(*kind), kind.as_str() == narrowed.kind)),
    );
    EntryFilter {
        side: narrowed.side.to_owned(),
        kinds,
        from: desk.asked.field("from"),
        to: desk.asked.field("to"),
        q: narrowed.q.clone(),
        active: narrowed.is_active(),
    }
}

fn pager(id: CustomerId, sheet: &CustomerSheet, narrowed: &Narrowed, is_later: bool) -> Pager {
    let base = narrowed.address(id, narrowed.side);
    let join = if base.contains('?') { '&' } else { '?' };
    let last = sheet.entries.last().filter(|_| sheet.more_entries);
    Pager {
        next: last.map(|entry| format!("{base}{join}cursor={}", entry.id)),
        first: is_later.then_some(base),
        summary: String::new(),
    }
}

fn page_actions(desk: &Desk, id: CustomerId, answers: &[books::capability::Answer], pay_out: Action) -> Vec<Action> {
    let at = |path: &str| format!("/admin/customers/{id}/{path}");
    let message = format!("/admin/messages/new?customer={id}");
    vec![
        acts::confirmable(desk, answers, Act::AddPayment, "Add Payment", "wallet", format!("/admin/payments/new?customer={id}")),
        acts::answered(
            desk,
            answers,
            Act::ChargeSaved,
            "Charge saved method",
            "credit-card",
            format!("/admin/payments/new?customer={id}&kind=saved"),
        ),
        acts::always(desk, "add_entry", "Add Entry", "plus", at("entries/new"), Way::Open),
        acts::for_managers(desk, "adjust", "Adjust balance", "scale", at("adjust")),
        pay_out,
        acts::always(desk, "auto_charge", "Charge by itself", "refresh-cw", at("auto-charge"), Way::Open),
        acts::always(desk, "new_invoice", "New invoice", "file-text", format!("/admin/invoices/new?customer={id}"), Way::Go),
        acts::always(desk, "new_order", "New order", "package", format!("/admin/orders/new?customer={id}"), Way::Go),
        Action { way: Way::Go, ..acts::answered(desk, answers, Act::SendMessage, "Send message", "message-square", message) },
        acts::to_see("statement", "Statement", "file-text", at("statement")),
        acts::acting(desk, at("act")),
        acts::always(desk, "edit", "Edit contact", "user-round", at("edit"), Way::Go),
    ]
}
