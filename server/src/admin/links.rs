//! A customer's payment link: the panel on their page, and what staff do with it.
//!
//! Invariant: a link's address is made from its id and the key file each time; it is nowhere kept.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use books::calendar::Instant;
use books::capability::Processors;
use books::ids::{CustomerId, LinkId};
use books::link::{LinkState, Policy};
use books::money::Money;
use engine::error::Error;
use engine::flows::share_link::{self, NewLink};
use engine::flows::start_checkout::policy;
use engine::sheets::customer::CustomerSheet;
use engine::store::link::{self, Link};
use engine::store::user::Role;
use qrcode::QrCode;
use qrcode::render::svg;

use super::again::{self, Again};
use super::desk::{Desk, done};
use super::submission::Submission;
use super::views::documents::{LinkPanel, PaymentLink};
use crate::app::App;
use crate::auth::{Clerk, Staff, form_encode};
use crate::forms::Form;
use crate::json::Id;
use crate::respond::Problem;
use crate::view::form::Field;
use crate::view::{Chip, Day};

/// What a link may let the payer pay.
const POLICIES: [(&str, &str); 4] =
    [("full", "The whole amount"), ("minimum", "At least a minimum"), ("steps", "One of fixed amounts"), ("any", "Any amount")];
const SHOWN: [&str; 3] = ["minimum_amount", "steps", "expires_on"];

/// The panel on the customer's page: the live links, or the offer to make one.
/// `typed`: the form as it comes back when something in it was wrong.
pub fn panel(app: &App, desk: &Desk, sheet: &CustomerSheet, typed: Option<&Again>) -> Result<LinkPanel, Problem> {
    let fresh = Again::fresh(Form::default());
    let again = typed.unwrap_or(&fresh);
    let now = desk.frame.now;
    let live = sheet.links.iter().filter(|link| link.state(now) != LinkState::Revoked);
    let ability = app.services.connections.ability(&sheet.connections, &sheet.business.name)?;
    let links: Result<Vec<PaymentLink>, Problem> = live.map(|link| shown(app, desk, sheet, link, now)).collect();
    Ok(LinkPanel {
        generate: format!("/admin/customers/{}/links", sheet.customer.id),
        key: again.key(),
        refusal: again.refusal(&SHOWN),
        policies: again.choices("policy", POLICIES),
        minimum_amount: again.form.field("minimum_amount"),
        steps: again.form.field("steps"),
        expires_on: again.form.field("expires_on"),
        view_only: Field::of(again.form.value("view_only")),
        is_open: typed.is_some(),
        links: links?,
        may_act: desk.staff.may(Role::Clerk),
        not_payable: match ability {
            Processors::None => "No processor is live: the link shows the balance but takes no payment.".to_owned(),
            Processors::Incompatible | Processors::Ready => String::new(),
        },
    })
}

/// The address that is shared.
pub fn url(app: &App, link: &Link) -> String {
    app.public_url.link(&format!("/p/{}", app.services.keys.link_token(&link.purpose, link.id)))
}

fn shown(app: &App, desk: &Desk, sheet: &CustomerSheet, link: &Link, now: Instant) -> Result<PaymentLink, Problem> {
    let url = url(app, link);
    let state = link.state(now);
    let owed = sheet.accounts.iter().find(|account| account.currency == link.currency).map_or(0, |account| account.balance);
    let text = format!("{}: your balance and payment page: {url}", sheet.business.name);
    let phone: String = sheet.customer.phone.as_deref().unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    let can_mail = state == LinkState::Active && sheet.customer.email.is_some();
    Ok(PaymentLink {
        id: link.id.to_string(),
        status: Chip::of_state(state.as_str()),
        qr: format!("/admin/links/{}/qr.svg", link.id),
        asks: desk.amount(owed.min(0).abs(), link.currency),
        policy: policy_words(link)?,
        expires: Some(Day::of(link.last_day(&desk.zone))),
        last_viewed: link.opened_at.map(|at| desk.moment(at)),
        sms: format!("sms:{}?body={}", form_encode(&phone), form_encode(&text)),
        mail: can_mail.then(|| format!("/admin/links/{}/send", link.id)),
        letter: (state == LinkState::Active)
            .then(|| format!("/admin/customers/{}/letter.pdf?currency={}", sheet.customer.id, link.currency.code())),
        url,
    })
}

fn policy_words(link: &Link) -> Result<String, Problem> {
    let money = |minor: i64| crate::view::Amount::of(Money::new(minor, link.currency)).text;
    if !link.can_pay {
        return Ok("Nothing: view only".to_owned());
    }
    Ok(match policy(link)? {
        Policy::Full => "The whole amount".to_owned(),
        Policy::Minimum(least) => format!("At least {}", money(least)),
        Policy::Steps(steps) => steps.into_iter().map(money).collect::<Vec<_>>().join(", "),
        Policy::Any => "Any amount".to_owned(),
    })
}

/// `POST /admin/customers/{id}/links`
pub async fn create(
    State(app): State<Arc<App>>,
    Clerk(staff): Clerk,
    Id(id): Id<CustomerId>,
    mut typed: Form,
) -> Result<Response, Problem> {
    let call = again::call(&staff, &mut typed)?;
    let desk = Desk::open(&app, staff).await?;
    let made = match read(&mut typed, id, desk.currency()) {
        Some(new) => share_link::create_link(&app.services.db, &app.services.keys, &call, new).await.map_err(Some),
        None => Err(None),
    };
    match made {
        Ok(_) => Ok(done(&format!("/admin/customers/{id}"), "link")),
        Err(error) => super::customer::again(&app, desk, id, Again::of(typed, error.map(one_field))?).await,
    }
}

/// A wrong amount among the fixed ones stands at their field.
fn one_field(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    errors.iter_mut().filter(|one| one.field.starts_with("steps[")).for_each(|one| one.field = "steps".to_owned());
    Error::Invalid(errors)
}

fn read(typed: &mut Form, customer: CustomerId, currency: books::money::Currency) -> Option<NewLink> {
    let chosen = typed.value("policy").trim().to_owned();
    let policy = if chosen.is_empty() { "full".to_owned() } else { chosen };
    let minimum = typed.optional_amount("minimum_amount", currency).map(|money| money.minor);
    let steps = steps(typed, currency);
    let expires_on = typed.optional_day("expires_on");
    if !typed.errors().is_empty() {
        return None;
    }
    Some(NewLink {
        minimum_amount: minimum.filter(|_| policy == "minimum"),
        steps: if policy == "steps" { steps } else { Vec::new() },
        policy,
        can_pay: !typed.ticked("view_only"),
        expires_on,
        ..NewLink::usual(customer)
    })
}

/// Fixed amounts apart by commas or semicolons.
fn steps(typed: &mut Form, currency: books::money::Currency) -> Vec<i64> {
    let text = typed.value("steps").to_owned();
    let mut amounts = Vec::new();
    for part in text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        match Money::parse(part, currency) {
            Ok(money) => amounts.push(money.minor),
            Err(_) => typed.wrong("steps", "NOT_AN_AMOUNT", format!("{part:?} is not an amount.")),
        }
    }
    amounts
}

/// `POST /admin/links/{id}/send`
pub async fn send(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, LinkId>,
) -> Result<Response, Problem> {
    let link = of(&app, &staff, id).await?;
    share_link::send_link(&app.services.db, &call, link.id).await?;
    Ok(done(&format!("/admin/customers/{}", link.customer_id), "link-sent"))
}

/// `POST /admin/links/{id}/regenerate`
pub async fn regenerate(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, LinkId>,
) -> Result<Response, Problem> {
    let link = of(&app, &staff, id).await?;
    share_link::regenerate_link(&app.services.db, &app.services.keys, &call, link.id, false).await?;
    Ok(done(&format!("/admin/customers/{}", link.customer_id), "link"))
}

/// `POST /admin/links/{id}/revoke`
pub async fn revoke(
    State(app): State<Arc<App>>,
    Submission { id, staff, call, .. }: Submission<Clerk, LinkId>,
) -> Result<Response, Problem> {
    let link = of(&app, &staff, id).await?;
    share_link::revoke_link(&app.services.db, &call, link.id).await?;
    Ok(done(&format!("/admin/customers/{}", link.customer_id), "link-revoked"))
}

async fn of(app: &App, staff: &Staff, id: LinkId) -> Result<Link, Problem> {
    Ok(link::link(&app.services.db, staff.business, id).await?)
}

/// `GET /admin/links/{id}/qr.svg`: the address as a code to scan, black on nothing.
pub async fn qr(State(app): State<Arc<App>>, staff: Staff, Id(id): Id<LinkId>) -> Result<Response, Problem> {
    let link = of(&app, &staff, id).await?;
    let code = QrCode::new(url(&app, &link)).map_err(|error| Problem::fault(format!("a QR code: {error}")))?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(208, 208).light_color(svg::Color("transparent")).build();
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], drawn).into_response())
}
