//! Customers and what they owe.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ids::CustomerId;
use engine::flows::save_customer::{CustomerChange, CustomerDetails, change_customer, create_customer};
use engine::sheets::trace;
use engine::store::business;
use engine::store::customer::{self, AutoCharge as Switch, Customer as Row, CustomerBalance, Listed, Sort, Wanted};
use engine::store::mail::{self, Mail};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Writes};
use super::explanations::Explanation;
use super::lists::{List, Listing};
use super::replies::written;
use super::values::{self, Amount, Currency, Day, cleared};
use crate::app::App;
use crate::json::{self, Id, StrictJson, StrictQuery};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/customers", get(list).post(create))
        .route("/api/v1/customers/{id}", get(one).patch(change))
        .route("/api/v1/customers/{id}/explain", get(explain))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, one, change, explain))]
pub struct Description;

/// A customer with what they owe.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    id: String,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    reference: Option<String>,
    address: Option<String>,
    locale: Option<String>,
    hold_exempt: bool,
    /// When they are charged without anybody asking; null: never.
    auto_charge: Option<AutoCharge>,
    /// One for each currency; the business's own is always there.
    balances: Vec<Balance>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A customer, and whether their address takes mails.
#[derive(Debug, Serialize, ToSchema)]
struct WholeCustomer {
    #[serde(flatten)]
    customer: Customer,
    /// The latest mail to their present address, where it did not get through; null: nothing is known against the address.
    unreached: Option<Unreached>,
}

/// A mail that did not get through.
#[derive(Debug, Serialize, ToSchema)]
struct Unreached {
    mail: String,
    to: String,
    /// What the mail server said.
    reason: String,
    #[schema(format = DateTime)]
    at: String,
}

impl From<Mail> for Unreached {
    fn from(mail: Mail) -> Unreached {
        Unreached {
            mail: mail.id.to_string(),
            to: mail.send_to,
            reason: mail.error.unwrap_or_default(),
            at: mail.created_at.to_rfc3339(),
        }
    }
}

/// When a customer is charged by a saved method without anybody asking.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AutoCharge {
    /// A saved method's id, or `default`.
    method: String,
    #[schema(inline)]
    at: ChargeAt,
    /// For `threshold`: minor units of the business's currency.
    threshold: Option<Amount>,
}

/// Each charge on its due day, or all that is owed once it passes a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChargeAt {
    Due,
    Threshold,
}

impl From<Switch> for AutoCharge {
    fn from(switch: Switch) -> AutoCharge {
        let at = if switch.at == "threshold" { ChargeAt::Threshold } else { ChargeAt::Due };
        AutoCharge { method: switch.method, at, threshold: switch.threshold.map(Amount) }
    }
}

impl From<AutoCharge> for Switch {
    fn from(new: AutoCharge) -> Switch {
        let at = if new.at == ChargeAt::Threshold { "threshold" } else { "due" };
        Switch { method: new.method, at: at.to_owned(), threshold: new.threshold.map(|amount| amount.0) }
    }
}

/// What a customer owes in one currency. `balance = credit_available - amount_owed`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Balance {
    currency: String,
    /// Negative: the customer owes.
    balance: i64,
    #[schema(minimum = 0)]
    amount_owed: i64,
    #[schema(minimum = 0)]
    credit_available: i64,
}

impl Balance {
    fn of(currency: books::money::Currency, balance: i64) -> Balance {
        Balance {
            currency: currency.code().to_owned(),
            balance,
            amount_owed: books::customer::amount_owed(balance),
            credit_available: books::customer::credit_available(balance),
        }
    }
}

impl Customer {
    fn of(row: Row, balances: Vec<Balance>) -> Customer {
        Customer {
            id: row.id.to_string(),
            name: row.name,
            email: row.email,
            phone: row.phone,
            reference: row.reference,
            address: row.address,
            locale: row.locale,
            auto_charge: row.auto_charge.map(AutoCharge::from),
            hold_exempt: row.hold_exempt,
            balances,
            created_at: row.created_at.to_rfc3339(),
            updated_at: row.updated_at.to_rfc3339(),
        }
    }

    fn now((row, balances): (Row, Vec<CustomerBalance>)) -> Customer {
        Customer::of(row, balances.into_iter().map(|row| Balance::of(row.currency, row.balance)).collect())
    }
}

/// A new customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomer {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(format = Email, max_length = 200)]
    email: Option<String>,
    #[schema(max_length = 200)]
    phone: Option<String>,
    /// Your own number for them.
    #[schema(max_length = 200)]
    reference: Option<String>,
    #[schema(max_length = 1000)]
    address: Option<String>,
    /// The language of their mails and papers.
    #[schema(max_length = 200)]
    locale: Option<String>,
    /// Messages are not held while they have unpaid invoices.
    #[serde(default)]
    hold_exempt: bool,
    auto_charge: Option<AutoCharge>,
}

/// Create a customer
#[utoipa::path(post, path = "/api/v1/customers", tag = "customers", request_body = NewCustomer,
    responses((status = 201, description = "The customer", body = Customer)))]
async fn create(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    StrictJson { value: new, request_hash }: StrictJson<NewCustomer>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let details = CustomerDetails {
        name: new.name,
        email: new.email,
        phone: new.phone,
        reference: new.reference,
        address: new.address,
        locale: new.locale,
        hold_exempt: new.hold_exempt,
        auto_charge: new.auto_charge.map(Switch::from),
    };
    let act = create_customer(&app.services.db, &call, details);
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, &call, id)).await
}

async fn shown(app: &App, call: &engine::flows::call::Call, id: CustomerId) -> Result<Customer, Problem> {
    Ok(Customer::now(customer::customer(&app.services.db, call.business, id).await?))
}

/// What changes: what is absent stays, null takes a value away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedCustomer {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, format = Email, max_length = 200)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 200)]
    phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 200)]
    reference: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    address: Option<Option<String>>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<String>, max_length = 200)]
    locale: Option<Option<String>>,
    hold_exempt: Option<bool>,
    #[serde(default, deserialize_with = "cleared")]
    #[schema(value_type = Option<AutoCharge>)]
    auto_charge: Option<Option<AutoCharge>>,
}

/// Change some of what is known about a customer
#[utoipa::path(patch, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = String, Path, description = "`cus_…`")),
    request_body = ChangedCustomer, responses((status = 200, description = "The customer", body = Customer)))]
async fn change(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    Id(id): Id<CustomerId>,
    StrictJson { value: new, request_hash }: StrictJson<ChangedCustomer>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let change = CustomerChange {
        name: new.name,
        email: new.email,
        phone: new.phone,
        reference: new.reference,
        address: new.address,
        locale: new.locale,
        hold_exempt: new.hold_exempt,
        auto_charge: new.auto_charge.map(|switch| switch.map(Switch::from)),
    };
    let act = change_customer(&app.services.db, &call, id, change);
    written(&app, &call, StatusCode::OK, act, |id| shown(&app, &call, id)).await
}

/// As at which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// The balances as at the end of this day; absent: now.
    as_of: Option<Day>,
}

/// A customer with what they owe, now or as at a past day
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = String, Path, description = "`cus_…`"), AsOf),
    responses((status = 200, description = "The customer", body = WholeCustomer)))]
async fn one(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<CustomerId>,
    StrictQuery(query): StrictQuery<AsOf>,
) -> Result<Response, Problem> {
    let db = &app.services.db;
    let customer = match query.as_of {
        None => Customer::now(customer::customer(db, caller.business, id).await?),
        Some(Day(as_of)) => {
            let (row, then) = customer::balances_then(db, caller.business, id, as_of).await?;
            Customer::of(row, then.into_iter().map(|row| Balance::of(row.currency, row.balance)).collect())
        }
    };
    let unreached = mail::unreached(db, caller.business, id, customer.email.clone()).await?.map(Unreached::from);
    Ok(json::answer(StatusCode::OK, &WholeCustomer { customer, unreached }))
}

/// In which order customers are listed.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
enum SortBy {
    /// Who owes most comes first.
    #[default]
    #[serde(rename = "-owed")]
    Owed,
    #[serde(rename = "name")]
    Name,
    /// Who was active last comes first.
    #[serde(rename = "-activity")]
    Activity,
}

impl From<SortBy> for Sort {
    fn from(sort: SortBy) -> Sort {
        match sort {
            SortBy::Owed => Sort::Owed,
            SortBy::Name => Sort::Name,
            SortBy::Activity => Sort::Activity,
        }
    }
}

/// Which customers, in which order.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CustomersQuery {
    #[serde(default)]
    #[param(inline)]
    sort: SortBy,
    /// The currency whose balances are ranked; absent: the business's own.
    currency: Option<Currency>,
    /// Text in name, email, phone or reference.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only those who owe.
    #[serde(default)]
    owes: bool,
    /// Only those with credit.
    #[serde(default)]
    credit: bool,
    /// Only those with something past a named due day.
    #[serde(default)]
    overdue: bool,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Customers with what they owe
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(CustomersQuery),
    responses((status = 200, description = "A page of customers", body = List<Customer>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<CustomersQuery>) -> Result<Response, Problem> {
    let db = &app.services.db;
    let business = business::business(db, caller.business).await?;
    let query = &listing.query;
    let wanted = Wanted {
        currency: query.currency.map_or(business.currency, |currency| currency.0),
        sort: query.sort.into(),
        search: query.q.clone(),
        owes: query.owes,
        credit: query.credit,
        overdue: query.overdue,
        after: listing.after()?,
        limit: listing.one_more(),
        today: business.today(db.clock().now()).to_string(),
    };
    let rows = customer::listed(db, caller.business, wanted).await?;
    let page = listing.page(rows, |row| row.place.clone(), |row: Listed| Customer::now((row.customer, row.balances)))?;
    Ok(json::answer(StatusCode::OK, &page))
}

/// In which currency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InCurrency {
    /// Absent: the business's own.
    currency: Option<values::Currency>,
}

/// How what a customer owes came about
#[utoipa::path(get, path = "/api/v1/customers/{id}/explain", tag = "customers",
    params(("id" = String, Path, description = "`cus_…`"), InCurrency),
    responses((status = 200, description = "The trace of the amount due", body = Explanation)))]
async fn explain(
    State(app): State<Arc<App>>,
    Asks(caller): Asks,
    Id(id): Id<CustomerId>,
    StrictQuery(query): StrictQuery<InCurrency>,
) -> Result<Response, Problem> {
    let db = &app.services.db;
    let business = business::business(db, caller.business).await?;
    customer::customer(db, caller.business, id).await?;
    let currency = query.currency.map_or(business.currency, |currency| currency.0);
    let trace = trace::of_customer(db, caller.business, id, currency).await?;
    Ok(json::answer(StatusCode::OK, &Explanation::of(trace, currency)))
}
