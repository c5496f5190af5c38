//! The list of customers, the form of one, and choosing one for a new record.
//!
//! Invariant: pages run by keyset; the address of the next page holds where this one ended, never a count.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use books::ids::CustomerId;
use engine::flows::save_customer::{self, CustomerDetails};
use engine::sheets::customer_list::{self, CustomerList, Together};
use engine::store::customer::{self, Sort, Wanted};

use super::again::{self, Again, filled};
use super::desk::{Desk, done};
use super::home::ribbon;
use super::rows;
use super::submission::Submission;
use super::views::customers::{ChooseCustomer, CustomerForm, CustomerList as ListPage, CustomerRow, OwedByAll};
use crate::app::App;
use crate::auth::{Clerk, form_encode};
use crate::forms::{DESCRIPTION, Form, NAME};
use crate::json::Id;
use crate::respond::{Problem, page};
use crate::view::shell::Section;
use crate::view::{Choice, Link, Pager, Tab};

/// How many customers a page shows.
const PAGE: i64 = 50;
/// Among how many one is chosen at once; more are found by searching.
const CHOOSE_FROM: i64 = 20;
const FILTERS: [(&str, &str); 4] = [("", "All"), ("owes", "Owes"), ("overdue", "Overdue"), ("credit", "Credit")];
const SORTS: [(&str, &str, Sort); 3] =
    [("owed", "Who owes most", Sort::Owed), ("name", "Name", Sort::Name), ("activity", "Last activity", Sort::Activity)];
const SHOWN: [&str; 5] = ["name", "email", "phone", "reference", "address"];

/// Where a page ended: balance or time, name, id.
type Place = (i64, String, CustomerId);

fn write_place((at, name, id): &Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{at}\n{id}\n{name}"))
}

/// A place that was tampered with is no place: the list begins at its beginning.
fn read_place(text: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let mut parts = text.splitn(3, '\n');
    let (at, id, name) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    Some((at, name.to_owned(), id))
}

/// Where the list goes on after these rows.
fn place(list: &CustomerList, sort: Sort) -> Option<Place> {
    let line = &list.rows.last().filter(|_| list.more)?.line;
    Some(match sort {
        Sort::Owed => (line.balance, String::new(), line.id),
        Sort::Name => (0, line.name.to_lowercase(), line.id),
        Sort::Activity => (line.active_at.0, String::new(), line.id),
    })
}

/// `GET /admin/customers`
pub async fn list(State(app): State<Arc<App>>, desk: Desk) -> Result<Response, Problem> {
    let q = desk.asked.value("q").trim().to_owned();
    let filter = FILTERS.into_iter().map(|(word, _)| word).find(|word| *word == desk.asked.value("filter")).unwrap_or("");
    let sort = SORTS.into_iter().find(|(word, ..)| *word == desk.asked.value("sort")).unwrap_or(SORTS[0]);
    let after = read_place(desk.asked.value("cursor"));
    let wanted = wanted(&desk, &q, filter, sort.2, after.clone(), PAGE);
    if desk.asked.value("format") == "csv" {
        return super::exports::customers(&app, &desk, wanted).await;
    }
    let plain = q.is_empty() && filter.is_empty() && after.is_none();
    let (db, of) = (&app.services.db, desk.staff.business);
    let found = customer_list::customer_list(db, of, wanted, desk.today(), plain).await?;
    let base = address(&q, filter, sort.0);
    let shown = ListPage {
        shell: desk.live(Section::Customers),
        tabs: tabs(&q, filter, sort.0),
        filter: filter.to_owned(),
        sort: SORTS.iter().map(|(word, text, _)| Choice::new(*word, *text, *word == sort.0)).collect(),
        summary: found.together.as_ref().map(|together| summary(&desk, together)),
        rows: found.rows.iter().map(|listed| rows::customer(&desk, listed)).collect(),
        pager: Pager {
            first: after.map(|_| base.clone()),
            next: place(&found, sort.2)
                .map(|place| format!("{base}{}cursor={}", if base.contains('?') { '&' } else { '?' }, write_place(&place))),
            summary: String::new(),
        },
        csv: format!("{base}{}format=csv", if base.contains('?') { '&' } else { '?' }),
        q,
    };
    Ok(page(StatusCode::OK, &shown))
}

fn wanted(desk: &Desk, q: &str, filter: &str, sort: Sort, after: Option<Place>, limit: i64) -> Wanted {
    Wanted {
        currency: desk.currency(),
        sort,
        search: Some(q.to_owned()).filter(|text| !text.is_empty()),
        owes: filter == "owes",
        credit: filter == "credit",
        overdue: filter == "overdue",
        after,
        limit,
        today: desk.today().to_string(),
    }
}

/// The list's own address with what it is narrowed to.
fn address(q: &str, filter: &str, sort: &str) -> String {
    let fields = [("q", q), ("filter", filter), ("sort", if sort == "owed" { "" } else { sort })];
    query("/admin/customers", &fields)
}

/// A path with the fields that are not empty.
pub fn query(path: &str, fields: &[(&str, &str)]) -> String {
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> = given.map(|(name, value)| format!("{name}={}", form_encode(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

fn tabs(q: &str, here: &str, sort: &str) -> Vec<Tab> {
    let tab =
        |(word, text): (&str, &str)| Tab { href: address(q, word, sort), text: text.to_owned(), count: None, here: word == here };
    FILTERS.into_iter().map(tab).collect()
}

fn summary(desk: &Desk, together: &Together) -> OwedByAll {
    let currency = together.totals.currency;
    OwedByAll {
        owed: desk.amount(together.totals.owed, currency),
        overdue: desk.amount(together.overdue, currency),
        credit: desk.amount(together.totals.credit, currency),
        ribbon: ribbon(&together.ageing, currency),
    }
}

/// The page on which a new record's customer is chosen. `action`: its address, which takes `?customer=`.
pub async fn choose(
    app: &App,
    desk: &Desk,
    section: Section,
    list: Link,
    title: &'static str,
    action: &'static str,
) -> Result<Response, Problem> {
    let q = desk.asked.value("q").trim().to_owned();
    let wanted = wanted(desk, &q, "", Sort::Activity, None, CHOOSE_FROM);
    let found = customer_list::customer_list(&app.services.db, desk.staff.business, wanted, desk.today(), false).await?;
    let rows: Vec<CustomerRow> = found.rows.iter().map(|listed| rows::customer(desk, listed)).collect();
    Ok(page(StatusCode::OK, &ChooseCustomer { shell: desk.shell(section), list, title, action, q, rows }))
}

/// `GET /admin/customers/new`
pub async fn new(desk: Desk) -> Response {
    form(&desk, None, &Again::fresh(Form::default()))
}

/// `GET /admin/customers/{id}/edit`
pub async fn edit(State(app): State<Arc<App>>, desk: Desk, Id(id): Id<CustomerId>) -> Result<Response, Problem> {
    let (known, _) = customer::customer(&app.services.db, desk.staff.business, id).await?;
    let typed = filled([
        ("name", known.name),
        ("email", known.email.unwrap_or_default()),
        ("phone", known.phone.unwrap_or_default()),
        ("reference", known.reference.unwrap_or_default()),
        ("address", known.address.unwrap_or_default()),
        ("locale", known.locale.unwrap_or_default()),
    ]);
    Ok(form(&desk, Some(id), &Again::fresh(typed)))
}

fn form(desk: &Desk, id: Option<CustomerId>, again: &Again) -> Response {
    let typed = &again.form;
    let shown = CustomerForm {
        shell: desk.shell(Section::Customers),
        id: id.map(|id| id.to_string()),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        name: typed.field("name"),
        email: typed.field("email"),
        phone: typed.field("phone"),
        reference: typed.field("reference"),
        address: typed.field("address"),
        locales: super::setup::locales(typed.value("locale"), Some("As the business")),
    };
    page(again.status, &shown)
}

/// What is typed over what is known.
fn read(typed: &mut Form, known: CustomerDetails) -> Option<CustomerDetails> {
    let name = typed.text("name", NAME);
    let details = CustomerDetails {
        email: typed.optional_email("email"),
        phone: typed.optional_text("phone", NAME),
        reference: typed.optional_text("reference", NAME),
        address: typed.optional_lines("address", DESCRIPTION),
        locale: if typed.has("locale") { typed.optional_text("locale", NAME) } else { known.locale.clone() },
        ..known
    };
    if typed.errors().is_empty() { Some(CustomerDetails { name: name?, ..details }) } else { None }
}

/// `POST /admin/customers`
pub async fn create(State(app): State<Arc<App>>, Clerk(staff): Clerk, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let saved = match read(&mut typed, CustomerDetails::default()) {
        Some(details) => save_customer::create_customer(&app.services.db, &call, details).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(made) => Ok(done(&format!("/admin/customers/{}", made.value), "customer")),
        Err(error) => Ok(form(&Desk::open(&app, staff).await?, None, &Again::of(typed, error)?)),
    }
}

/// `POST /admin/customers/{id}`
pub async fn save(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, mut typed, .. }: Submission<Clerk, CustomerId>,
) -> Result<Response, Problem> {
    let (known, _) = customer::customer(&app.services.db, staff.business, id).await?;
    let kept = CustomerDetails { locale: known.locale, hold_exempt: known.hold_exempt, ..CustomerDetails::default() };
    let saved = match read(&mut typed, kept) {
        Some(details) => save_customer::update_customer(&app.services.db, &call, id, details).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/admin/customers/{id}"), "saved")),
        Err(error) => Ok(form(&Desk::open(&app, staff).await?, Some(id), &Again::of(typed, error)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_back_and_tampered_ones_do_not() {
        let place = (-35_550, "o'neil\nand sons".to_owned(), CustomerId(uuid::Uuid::from_u128(7)));
        assert_eq!(read_place(&write_place(&place)), Some(place));
        for bad in ["", "x", "AAAA", "MTIz"] {
            assert_eq!(read_place(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_hold_only_what_narrows() {
        assert_eq!(address("", "", "owed"), "/admin/customers");
        assert_eq!(address("a&b", "owes", "name"), "/admin/customers?q=a%26b&filter=owes&sort=name");
    }
}
