//! Settings: the business and how it collects. People, keys and sessions have files of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::response::Response;
use engine::error::Error;
use engine::flows::dress_papers::{LOGO_TOO_LARGE, replace_logo};
use engine::flows::save_business::{BusinessChange, change_business};
use engine::store::business::Limits;
use locale::Tongue;

use super::again::{self, Again, filled};
use super::desk::{Desk, done};
use super::setup::{locales, zones};
use super::views::settings::{BusinessSettings, CollectingSettings, RoleLimit, SettingsTab};
use crate::app::App;
use crate::auth::Manager;
use crate::forms::{DESCRIPTION, Form, NAME};
use crate::respond::{Problem, page};
use crate::view::form::Field;
use crate::view::shell::Section;

pub mod keys;
pub mod mails;
pub mod papers;
pub mod people;
pub mod sessions;

const BUSINESS_FIELDS: [&str; 8] = ["name", "address", "tax_id", "email", "phone", "color", "footer", "logo"];
const COLLECTING_FIELDS: [&str; 5] = ["tolerance", "locked_through", "link_days", "notify", "retry_days"];

/// `GET /admin/settings`
pub async fn business(desk: Desk) -> Response {
    let again = Again::fresh(as_it_is(&desk));
    business_form(&desk, &again)
}

/// On which day weeks begin.
const WEEKS: [(&str, &str); 4] = [("", "As where the language is spoken"), ("1", "Monday"), ("6", "Saturday"), ("7", "Sunday")];

fn as_it_is(desk: &Desk) -> Form {
    let known = &desk.frame.business;
    let week_begins = known.settings().ok().and_then(|settings| settings.week_begins);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    filled([
        ("name", known.name.clone()),
        ("address", text(&known.address)),
        ("tax_id", text(&known.tax_id)),
        ("email", text(&known.email)),
        ("phone", text(&known.phone)),
        ("time_zone", known.time_zone.clone()),
        ("locale", known.locale.clone()),
        ("week_begins", week_begins.map(|day| day.to_string()).unwrap_or_default()),
        ("paper", known.paper.clone()),
        ("color", known.color.clone()),
        ("footer", text(&known.footer)),
    ])
}

fn business_form(desk: &Desk, again: &Again) -> Response {
    let typed = &again.form;
    let shown = BusinessSettings {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::Business,
        key: again.key(),
        refusal: again.refusal(&BUSINESS_FIELDS),
        name: typed.field("name"),
        address: typed.field("address"),
        tax_id: typed.field("tax_id"),
        email: typed.field("email"),
        phone: typed.field("phone"),
        currency: desk.currency().code(),
        zones: zones(typed.value("time_zone")),
        locales: locales(typed.value("locale"), None),
        weeks: again.choices("week_begins", WEEKS),
        paper: again.choices("paper", [("a4", "A4"), ("letter", "Letter")]),
        color: typed.field("color"),
        logo: typed.field("logo"),
        has_logo: desk.frame.business.logo.is_some(),
        footer: typed.field("footer"),
    };
    page(again.status, &shown)
}

fn read_business(typed: &mut Form) -> Option<BusinessChange> {
    let name = typed.text("name", NAME);
    let change = BusinessChange {
        email: Some(typed.optional_email("email")),
        phone: Some(typed.optional_text("phone", NAME)),
        address: Some(typed.optional_lines("address", DESCRIPTION)),
        tax_id: Some(typed.optional_text("tax_id", NAME)),
        color: typed.text("color", NAME),
        footer: Some(typed.optional_lines("footer", DESCRIPTION)),
        paper: typed.text("paper", NAME),
        time_zone: typed.text("time_zone", NAME),
        locale: if typed.has("locale") { typed.text("locale", NAME) } else { None },
        week_begins: typed.has("week_begins").then(|| typed.value("week_begins").parse().ok()),
        ..BusinessChange::default()
    };
    if typed.errors().is_empty() { Some(BusinessChange { name: Some(name?), ..change }) } else { None }
}

/// `POST /admin/settings`
pub async fn save_details(State(app): State<Arc<App>>, Manager(staff): Manager, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let saved = match read_business(&mut typed) {
        Some(change) => change_business(&app.services.db, &call, change).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done("/admin/settings", "saved")),
        Err(error) => Ok(business_form(&Desk::open(&app, staff).await?, &Again::of(typed, error)?)),
    }
}

/// `POST /admin/settings/logo`: a PNG or JPEG of at most 1 MB, as a form's file.
pub async fn logo(State(app): State<Arc<App>>, Manager(staff): Manager, parts: Multipart) -> Result<Response, Problem> {
    let kept = match chosen(parts).await {
        Ok(picture) => replace_logo(&app.services, &staff.call(None), Some(picture)).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(_) => Ok(done("/admin/settings", "saved")),
        Err(error) => {
            let desk = Desk::open(&app, staff).await?;
            Ok(business_form(&desk, &Again::of(as_it_is(&desk), Some(error))?))
        }
    }
}

/// The file that was chosen. Refuses none, and one that is longer than any body may be.
async fn chosen(mut parts: Multipart) -> Result<Vec<u8>, Error> {
    let mut file = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        if part.name() == Some("logo") {
            file = part.bytes().await.map_err(unreadable)?.to_vec();
        }
    }
    if file.is_empty() { Err(Error::invalid("logo", "REQUIRED", "choose a PNG or JPEG picture")) } else { Ok(file) }
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Error {
    match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Error::invalid("logo", "TOO_LARGE", LOGO_TOO_LARGE),
        _ => Error::invalid("logo", "INCOMPLETE", "the file did not arrive whole; choose it again"),
    }
}

/// `POST /admin/settings/logo/remove`
pub async fn remove_logo(State(app): State<Arc<App>>, Manager(staff): Manager) -> Result<Response, Problem> {
    replace_logo(&app.services, &staff.call(None), None).await?;
    Ok(done("/admin/settings", "saved"))
}

/// Who may act as a customer, by the least role.
const ACTING: [(&str, &str); 4] =
    [("", "Nobody"), ("owner", "Owners"), ("manager", "Managers and owners"), ("clerk", "Clerks, managers and owners")];

/// `GET /admin/settings/collecting`
pub async fn collecting(desk: Desk) -> Result<Response, Problem> {
    let known = desk.frame.business.settings()?;
    let on = |ticked: bool| if ticked { "on".to_owned() } else { String::new() };
    let tolerance = desk.amount(known.tolerance, desk.currency()).decimal;
    let own = [
        ("apply_credit", on(known.apply_credit)),
        ("tolerance", tolerance),
        ("locked_through", known.locked_through.map(|day| day.to_string()).unwrap_or_default()),
        ("receipts_online", on(known.receipt_online)),
        ("receipts_external", on(known.receipt_external)),
        ("hold_messages", on(known.hold_messages)),
        ("act_as_customer", known.act_as_customer.clone().unwrap_or_default()),
        ("link_days", known.link_days.to_string()),
        ("notify", known.notify.join(", ")),
        ("retry_days", known.retry_days.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    ];
    let limits = LIMITED.iter().flat_map(|(role, ..)| {
        let of = known.limits.get(*role).copied().unwrap_or_default();
        [("refund", of.refund), ("write_off", of.write_off), ("credit", of.credit), ("adjustment", of.adjustment)]
            .map(|(kind, limit)| (format!("limit_{role}_{kind}"), limit))
    });
    let limits: Vec<(String, String)> =
        limits.filter_map(|(name, limit)| Some((name, desk.amount(limit?, desk.currency()).decimal))).collect();
    let limits = limits.iter().map(|(name, value)| (name.as_str(), value.clone()));
    Ok(collecting_form(&desk, &Again::fresh(filled(own.into_iter().chain(limits)))))
}

/// Whose limits are set, what they are called, and what an empty field means.
const LIMITED: [(&str, &str, &str); 4] = [
    ("owner", "Owners", "Empty: no limit."),
    ("manager", "Managers", "Empty: no limit."),
    ("clerk", "Clerks", "Empty: credits without a limit, nothing else."),
    ("key", "Programs", "Empty: what the scopes of the key allow."),
];
const KINDS: [&str; 4] = ["refund", "write_off", "credit", "adjustment"];

fn role_limits(typed: &Form) -> Vec<RoleLimit> {
    let one = |(role, name, hint): (&'static str, &'static str, &'static str)| {
        let field = |kind: &str| typed.field(&format!("limit_{role}_{kind}"));
        RoleLimit {
            role,
            name,
            hint,
            refund: field("refund"),
            write_off: field("write_off"),
            credit: field("credit"),
            adjustment: field("adjustment"),
        }
    };
    LIMITED.into_iter().map(one).collect()
}

/// The limits as they were typed; an empty field is no limit.
fn read_limits(typed: &mut Form, currency: books::money::Currency) -> BTreeMap<String, Limits> {
    let mut all = BTreeMap::new();
    for (role, ..) in LIMITED {
        let mut limit = |kind: &str| {
            let name = format!("limit_{role}_{kind}");
            let text = typed.value(&name).trim().to_owned();
            if text.is_empty() {
                return None;
            }
            match Tongue::english().read_amount(&text, currency) {
                Ok(money) if money.minor >= 0 => Some(money.minor),
                _ => {
                    typed.wrong(&name, "NOT_AN_AMOUNT", "Write an amount such as 250, or nothing.");
                    None
                }
            }
        };
        let [refund, write_off, credit, adjustment] = KINDS.map(&mut limit);
        let limits = Limits { refund, write_off, credit, adjustment };
        if limits != Limits::default() {
            all.insert(role.to_owned(), limits);
        }
    }
    all
}

/// Days with commas between them.
fn read_days(typed: &mut Form) -> Option<Vec<i64>> {
    let text = typed.value("retry_days").to_owned();
    let days: Result<Vec<i64>, _> = text.split(',').map(str::trim).filter(|day| !day.is_empty()).map(str::parse).collect();
    if days.is_err() {
        typed.wrong("retry_days", "NOT_A_LIST", "Write days with commas between them, such as 3, 5, 7.");
    }
    days.ok()
}

fn collecting_form(desk: &Desk, again: &Again) -> Response {
    let typed = &again.form;
    let shown = CollectingSettings {
        shell: desk.shell(Section::Settings),
        tab: SettingsTab::Collecting,
        key: again.key(),
        refusal: again.refusal(&COLLECTING_FIELDS),
        currency: desk.currency().code().to_owned(),
        apply_credit: Field::of(typed.value("apply_credit")),
        tolerance: typed.field("tolerance"),
        locked_through: typed.field("locked_through"),
        receipts_online: Field::of(typed.value("receipts_online")),
        receipts_external: Field::of(typed.value("receipts_external")),
        hold_messages: Field::of(typed.value("hold_messages")),
        act_as_customer: again.choices("act_as_customer", ACTING),
        link_days: typed.field("link_days"),
        notify: typed.field("notify"),
        retry_days: typed.field("retry_days"),
        limits: role_limits(typed),
    };
    page(again.status, &shown)
}

fn read_collecting(typed: &mut Form, currency: books::money::Currency) -> Option<BusinessChange> {
    let tolerance = match Tongue::english().read_amount(typed.value("tolerance").trim(), currency) {
        Ok(money) => Some(money.minor),
        Err(_) if typed.value("tolerance").trim().is_empty() => Some(0),
        Err(_) => {
            typed.wrong("tolerance", "NOT_AN_AMOUNT", "Write an amount such as 0.05, or 0 for none.");
            None
        }
    };
    let link_days: Option<i64> = typed.read("link_days");
    let notify = typed.emails("notify");
    let locked_through = typed.optional_day("locked_through");
    let limits = read_limits(typed, currency);
    let retry_days = read_days(typed);
    if !typed.errors().is_empty() {
        return None;
    }
    Some(BusinessChange {
        apply_credit: Some(typed.ticked("apply_credit")),
        tolerance: Some(tolerance?),
        locked_through: Some(locked_through),
        notify: Some(notify?),
        link_days: Some(link_days?),
        receipt_online: Some(typed.ticked("receipts_online")),
        receipt_external: Some(typed.ticked("receipts_external")),
        hold_messages: Some(typed.ticked("hold_messages")),
        act_as_customer: Some(Some(typed.value("act_as_customer").to_owned()).filter(|role| !role.is_empty())),
        limits: Some(limits),
        retry_days: Some(retry_days?),
        ..BusinessChange::default()
    })
}

/// `POST /admin/settings/collecting`
pub async fn save_collecting(State(app): State<Arc<App>>, Manager(staff): Manager, mut typed: Form) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let saved = match read_collecting(&mut typed, desk.currency()) {
        Some(change) => change_business(&app.services.db, &call, change).await.map_err(Some),
        None => Err(None),
    };
    match saved {
        Ok(_) => Ok(done("/admin/settings/collecting", "saved")),
        Err(error) => Ok(collecting_form(&desk, &Again::of(typed, error.map(one_field))?)),
    }
}

/// A wrong address in the list stands at the list.
fn one_field(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for one in &mut errors {
        if one.field.starts_with("notify[") {
            one.field = "notify".to_owned();
        }
    }
    Error::Invalid(errors)
}
