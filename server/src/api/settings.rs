//! What the business says of itself, and how it collects.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ids::BusinessId;
use engine::flows::save_business::{BusinessChange, change_business};
use engine::store::business::{self, Business, Limits};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::{Reads, Sets};
use super::replies::written;
use super::values::{Day, cleared};
use crate::app::App;
use crate::json::{self, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/settings", get(read).post(change))
}

#[derive(OpenApi)]
#[openapi(paths(read, change))]
pub struct Description;

/// The business and how it collects.
#[derive(Debug, Serialize, ToSchema)]
pub struct Settings {
    /// The business.
    id: String,
    name: String,
    currency: String,
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    tax_id: Option<String>,
    /// `#rrggbb`
    color: String,
    footer: Option<String>,
    /// `a4` or `letter`.
    paper: String,
    time_zone: String,
    /// A language tag (BCP 47): of whoever has none of their own.
    locale: String,
    /// 1 (Monday) to 7 (Sunday); null: as where the locale says.
    week_begins: Option<i8>,
    /// Free credit is applied to open charges by itself, oldest due first.
    apply_credit: bool,
    /// A remainder up to this many minor units is written off when a payment leaves it.
    tolerance: i64,
    /// The last day on which nothing may be booked any more.
    #[schema(format = Date)]
    locked_through: Option<String>,
    /// Staff to tell when a request is paid, prefilled.
    notify: Vec<String>,
    /// Days after which a payer's link expires.
    link_days: i64,
    /// A receipt is mailed for a payment online.
    receipt_online: bool,
    /// A receipt is mailed for a payment recorded by staff.
    receipt_external: bool,
    /// Messages to customers with unpaid invoices wait until these are paid.
    hold_messages: bool,
    /// The least role that may act as a customer in their portal: `clerk`, `manager` or `owner`; null: nobody may.
    act_as_customer: Option<String>,
    /// What each of `owner`, `manager`, `clerk` and `key` (programs) may give away alone, in minor units of the business's currency.
    limits: BTreeMap<String, RoleLimits>,
    /// Days after which a charge that failed is tried again, where it was made by itself.
    retry_days: Vec<i64>,
    /// Kinds of mails that bring their PDF along: `payment_request`, `invoice`, `invoice_reminder`, `receipt`, `credit_note`,
    /// `refund`, `statement`.
    attach_papers: Vec<String>,
}

/// The most that somebody may give away alone; above it a second person approves. Null: what the role itself allows.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleLimits {
    #[schema(minimum = 0)]
    refund: Option<i64>,
    /// Write-offs and credit notes.
    #[schema(minimum = 0)]
    write_off: Option<i64>,
    /// Credits by hand.
    #[schema(minimum = 0)]
    credit: Option<i64>,
    /// Adjustments of the balance, either way.
    #[schema(minimum = 0)]
    adjustment: Option<i64>,
}

impl From<Limits> for RoleLimits {
    fn from(limits: Limits) -> RoleLimits {
        let Limits { refund, write_off, credit, adjustment } = limits;
        RoleLimits { refund, write_off, credit, adjustment }
    }
}

impl From<RoleLimits> for Limits {
    fn from(limits: RoleLimits) -> Limits {
        let RoleLimits { refund, write_off, credit, adjustment } = limits;
        Limits { refund, write_off, credit, adjustment }
    }
}

impl Settings {
    fn of(business: Business) -> Result<Settings, Problem> {
        let settings = business.settings()?;
        Ok(Settings {
            id: business.id.to_string(),
            name: business.name,
            currency: business.currency.code().to_owned(),
            email: business.email,
            phone: business.phone,
            address: business.address,
            tax_id: business.tax_id,
            color: business.color,
            footer: business.footer,
            paper: business.paper,
            time_zone: business.time_zone,
            locale: business.locale,
            week_begins: settings.week_begins,
            apply_credit: settings.apply_credit,
            tolerance: settings.tolerance,
            locked_through: settings.locked_through.map(|day| day.to_string()),
            notify: settings.notify,
            link_days: settings.link_days,
            receipt_online: settings.receipt_online,
            receipt_external: settings.receipt_external,
            hold_messages: settings.hold_messages,
            act_as_customer: settings.act_as_customer,
            limits: settings.limits.into_iter().map(|(role, limits)| (role, limits.into())).collect(),
            retry_days: settings.retry_days,
            attach_papers: settings.attach_papers,
        })
    }
}

async fn shown(app: &App, id: BusinessId) -> Result<Settings, Problem> {
    Settings::of(business::business(&app.services.db, id).await?)
}

/// What the business says of itself, and how it collects
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings", responses((status = 200, description = "The settings", body = Settings)))]
async fn read(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    Ok(json::answer(StatusCode::OK, &shown(&app, caller.business).await?))
}

/// What changes: what is absent stays, null takes a value away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedSettings {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, format = Email)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 200)]
    phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    address: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 200)]
    tax_id: Option<Option<String>>,
    #[schema(pattern = "^#[0-9a-fA-F]{6}$")]
    color: Option<String>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 10000)]
    footer: Option<Option<String>>,
    /// `a4` or `letter`.
    paper: Option<String>,
    /// Such as `Europe/Berlin`.
    time_zone: Option<String>,
    /// A language tag (BCP 47) such as `de-AT`.
    #[schema(max_length = 35)]
    locale: Option<String>,
    /// 1 (Monday) to 7 (Sunday); null: as where the locale says.
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<i8>, minimum = 1, maximum = 7)]
    week_begins: Option<Option<i8>>,
    apply_credit: Option<bool>,
    #[schema(minimum = 0)]
    tolerance: Option<i64>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<Day>)]
    locked_through: Option<Option<Day>>,
    #[schema(max_items = 20)]
    notify: Option<Vec<String>>,
    #[schema(minimum = 1, maximum = 3650)]
    link_days: Option<i64>,
    receipt_online: Option<bool>,
    receipt_external: Option<bool>,
    hold_messages: Option<bool>,
    /// `clerk`, `manager` or `owner`; null: nobody may.
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>)]
    act_as_customer: Option<Option<String>>,
    /// All limits together: a role that is not named has none of its own.
    limits: Option<BTreeMap<String, RoleLimits>>,
    /// At most 8, each 1 to 90.
    #[schema(max_items = 8)]
    retry_days: Option<Vec<i64>>,
    /// All of them: a mail that is not named goes without its PDF.
    #[schema(max_items = 20)]
    attach_papers: Option<Vec<String>>,
}

/// Change some settings
#[utoipa::path(post, path = "/api/v1/settings", tag = "settings", request_body = ChangedSettings,
    responses((status = 200, description = "The settings", body = Settings)))]
async fn change(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    StrictJson { value: new, request_hash }: StrictJson<ChangedSettings>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let change = BusinessChange {
        name: new.name,
        email: new.email,
        phone: new.phone,
        address: new.address,
        tax_id: new.tax_id,
        color: new.color,
        footer: new.footer,
        paper: new.paper,
        time_zone: new.time_zone,
        locale: new.locale,
        week_begins: new.week_begins,
        apply_credit: new.apply_credit,
        tolerance: new.tolerance,
        locked_through: new.locked_through.map(|day| day.map(|day| day.0)),
        notify: new.notify,
        link_days: new.link_days,
        receipt_online: new.receipt_online,
        receipt_external: new.receipt_external,
        hold_messages: new.hold_messages,
        act_as_customer: new.act_as_customer,
        limits: new.limits.map(|all| all.into_iter().map(|(role, limits)| (role, limits.into())).collect()),
        retry_days: new.retry_days,
        attach_papers: new.attach_papers,
    };
    let act = change_business(&app.services.db, &call, change);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, id)).await
}
