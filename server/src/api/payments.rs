//! Payments: money that came in, each one try with one amount and one state.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::account::Target;
use books::ids::{CustomerId, EntryId, InvoiceId, OrderId, PaymentId};
use engine::error::FieldError;
use engine::flows::call::Call;
use engine::flows::charge_saved::{Charging, Which, charge_saved};
use engine::flows::hold_amount::{Expected, capture};
use engine::flows::reallocate_payment::reallocate_payment;
use engine::flows::record_payment::{Part, Received, record_payment};
use engine::flows::take_in_person::{Tender, take_in_person};
use engine::sheets::payment::payment_sheet;
use engine::sheets::payment_list::{self, Applied, one_payment, payment_list};
use engine::store::business::Span;
use engine::store::payment::Wanted;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Pays, Reads};
use super::lists::{List, Listing};
use super::replies::{Reply, replied, written};
use super::values::{Amount, Currency, Day, ExternalKind, PaymentState};
use crate::app::App;
use crate::json::{self, Id, StrictJson};
use crate::papers;
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/payments", get(list).post(create))
        .route("/api/v1/payments/{id}", get(one))
        .route("/api/v1/payments/{id}/pdf", get(pdf))
        .route("/api/v1/payments/{id}/reallocate", post(reallocate))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, one, pdf, reallocate))]
pub struct Description;

/// A payment. `amount = allocations + refunded + unapplied` once it has succeeded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payment {
    id: String,
    number: String,
    #[schema(value_type = PaymentState)]
    state: String,
    customer: String,
    amount: i64,
    currency: String,
    /// Of it, given back.
    refunded: i64,
    /// What is set against nothing.
    unapplied: i64,
    allocations: Vec<PaymentPart>,
    method: PaymentMethod,
    disputed: bool,
    /// The bank took it back.
    returned: bool,
    /// The order it named.
    order: Option<String>,
    /// The invoice it named.
    invoice: Option<String>,
    /// The request it came through.
    request: Option<String>,
    /// The credit it became.
    entry: Option<String>,
    memo: Option<String>,
    /// Why it was declined.
    decline: Option<Decline>,
    /// Cash that was handed over, and what is to be given back of it; null: not cash, or not counted.
    tendered: Option<i64>,
    change: Option<i64>,
    /// The payment that this one tries again.
    retry_of: Option<String>,
    /// Of a card: what its bank answered.
    approval_code: Option<String>,
    /// When a held amount lapses.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// `opened`, `won` or `lost`.
    dispute: Option<String>,
    /// The processor's page, where staff key a card or the holder confirms; null once it is closed.
    #[schema(format = "uri")]
    url: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    succeeded_at: Option<String>,
}

/// A part of a payment and what it paid.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentPart {
    /// The charge.
    entry: String,
    order: Option<String>,
    invoice: Option<String>,
    amount: i64,
}

/// How a payment came.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentMethod {
    /// `external`, `online` (a payer's page), `saved` or `in_person` (staff keyed the card).
    r#type: String,
    /// The saved method.
    id: Option<String>,
    #[schema(value_type = Option<ExternalKind>)]
    kind: Option<String>,
    /// Check number, transfer reference.
    reference: Option<String>,
    #[schema(format = Date)]
    received_on: Option<String>,
    /// The connection it came through.
    processor: Option<String>,
    brand: Option<String>,
    last4: Option<String>,
}

/// Why a payment was declined, in a word and in a sentence.
#[derive(Debug, Serialize, ToSchema)]
struct Decline {
    code: String,
    detail: String,
}

impl Payment {
    fn of(applied: Applied) -> Payment {
        let Applied { payment, parts, unapplied } = applied;
        let change = payment.change();
        let part = |part: &payment_list::Part| PaymentPart {
            entry: part.charge.to_string(),
            order: part.order.map(|id| id.to_string()),
            invoice: part.invoice.map(|id| id.to_string()),
            amount: part.amount,
        };
        let decline = payment.decline_code.zip(payment.decline_text).map(|(code, detail)| Decline { code, detail });
        Payment {
            id: payment.id.to_string(),
            number: payment.number,
            state: payment.state.to_string(),
            customer: payment.customer_id.to_string(),
            amount: payment.amount,
            currency: payment.currency.code().to_owned(),
            refunded: payment.refunded,
            unapplied,
            allocations: parts.iter().map(part).collect(),
            method: PaymentMethod {
                r#type: payment.kind,
                id: payment.method_id.map(|id| id.to_string()),
                kind: payment.external_kind,
                reference: payment.reference,
                received_on: payment.received_on.map(|day| day.to_string()),
                processor: payment.connection_id.map(|id| id.to_string()),
                brand: payment.brand,
                last4: payment.last4,
            },
            disputed: payment.disputed,
            returned: payment.returned,
            order: payment.order_id.map(|id| id.to_string()),
            invoice: payment.invoice_id.map(|id| id.to_string()),
            request: payment.request_id.map(|id| id.to_string()),
            entry: payment.entry_id.map(|id| id.to_string()),
            memo: payment.memo,
            decline,
            tendered: payment.tendered,
            change,
            retry_of: payment.retry_of.map(|id| id.to_string()),
            approval_code: payment.approval_code,
            expires_at: payment.held_until.map(|at| at.to_rfc3339()),
            dispute: payment.dispute,
            // A payer's own page is the payer's; its address is not for others.
            url: payment.checkout_url.filter(|_| payment.link_id.is_none()),
            created_at: payment.created_at.to_rfc3339(),
            succeeded_at: payment.succeeded_at.map(|at| at.to_rfc3339()),
        }
    }
}

/// Money that came in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPayment {
    #[schema(value_type = String)]
    customer: CustomerId,
    amount: Amount,
    currency: Currency,
    method: Method,
    /// The order it pays; the rest stays on the balance.
    #[schema(value_type = Option<String>)]
    order: Option<OrderId>,
    /// The invoice it pays; the rest stays on the balance.
    #[schema(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    /// What it pays, in this order; absent: oldest due first.
    #[serde(default)]
    #[schema(max_items = 1000)]
    allocations: Vec<NewPart>,
    #[schema(max_length = 10000)]
    memo: Option<String>,
    /// Record it although another payment of the same document is under way.
    #[serde(default)]
    despite_pending: bool,
    /// Mail a receipt; absent: as the business has set.
    receipt: Option<bool>,
}

/// How it came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Method {
    /// It came some other way and is recorded only.
    External {
        kind: ExternalKind,
        #[schema(max_length = 200)]
        reference: Option<String>,
        /// Absent: today.
        received_on: Option<Day>,
    },
    /// A saved method is charged now, while its holder is away; never more than is due.
    Saved {
        /// The method's id, or `default`.
        id: String,
    },
    /// Over the counter.
    InPerson(InPerson),
}

/// What was handed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum InPerson {
    Check {
        /// Needed.
        #[schema(max_length = 200)]
        number: Option<String>,
        #[schema(max_length = 200)]
        bank: Option<String>,
        dated_on: Option<Day>,
    },
    Cash {
        /// Needed: what was handed over, at least the amount.
        tendered: Option<Amount>,
    },
    /// An amount that was held on a card is taken.
    Card {
        /// The payment that holds exactly this amount.
        #[schema(value_type = Option<String>)]
        authorization: Option<PaymentId>,
    },
}

/// What a new payment is: recorded, charged, or taken from what is held.
enum Doing {
    Record(Received, Option<Tender>),
    Charge(Charging),
    Take(PaymentId, Expected),
}

/// Part of a payment and what it is for: exactly one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPart {
    #[schema(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    #[schema(value_type = Option<String>)]
    order: Option<OrderId>,
    #[schema(value_type = Option<String>)]
    entry: Option<EntryId>,
    amount: Amount,
}

impl NewPart {
    pub fn part(&self, at: usize) -> Result<Part, Problem> {
        let target = match (self.invoice, self.order, self.entry) {
            (Some(invoice), None, None) => Target::Invoice(invoice),
            (None, Some(order), None) => Target::Order(order),
            (None, None, Some(entry)) => Target::Entry(entry),
            _ => return Err(wrong(format!("allocations[{at}]"), "Name one invoice, order or entry.")),
        };
        Ok(Part { target, amount: Some(self.amount.0) })
    }
}

pub fn wrong(field: String, detail: &str) -> Problem {
    Problem::invalid(vec![FieldError { field, code: "INVALID", detail: detail.to_owned() }])
}

impl NewPayment {
    fn parts(&self) -> Result<Vec<Part>, Problem> {
        let whole = |target| Ok(vec![Part { target, amount: None }]);
        match (self.order, self.invoice) {
            (Some(_), Some(_)) => Err(wrong("invoice".to_owned(), "Name either an order or an invoice.")),
            (Some(_), _) | (_, Some(_)) if !self.allocations.is_empty() => {
                Err(wrong("allocations".to_owned(), "Name either one document or allocations."))
            }
            (Some(order), None) => whole(Target::Order(order)),
            (None, Some(invoice)) => whole(Target::Invoice(invoice)),
            (None, None) => self.allocations.iter().enumerate().map(|(at, part)| part.part(at)).collect(),
        }
    }

    fn doing(self) -> Result<Doing, Problem> {
        let parts = self.parts()?;
        let (kind, reference, received_on, tender) = match self.method {
            Method::Saved { id } => {
                let method = which(&id, "method.id")?;
                let all = Charging::all(self.customer, self.currency.0, method, parts);
                return Ok(Doing::Charge(Charging { amount: Some(self.amount.0), memo: self.memo, ..all }));
            }
            Method::InPerson(InPerson::Card { authorization }) => {
                let missing =
                    || Problem::from(engine::error::Error::refused("NOT_AUTHORIZED", "authorize the card for this amount first"));
                let expected = Expected { customer: self.customer, amount: self.amount.0, currency: self.currency.0 };
                return Ok(Doing::Take(authorization.ok_or_else(missing)?, expected));
            }
            Method::External { kind, reference, received_on } => (kind.0.to_string(), reference, received_on, None),
            Method::InPerson(InPerson::Check { number, bank, dated_on }) => {
                (String::new(), None, None, Some(Tender::Check { number, bank, dated_on: dated_on.map(|day| day.0) }))
            }
            Method::InPerson(InPerson::Cash { tendered }) => {
                (String::new(), None, None, Some(Tender::Cash { tendered: tendered.map(|amount| amount.0) }))
            }
        };
        let received = Received {
            customer: self.customer,
            amount: self.amount.0,
            currency: self.currency.0,
            kind,
            reference,
            received_on: received_on.map(|day| day.0),
            memo: self.memo,
            parts,
            despite_pending: self.despite_pending,
            receipt: self.receipt,
            tendered: None,
            category: None,
            description: None,
        };
        Ok(Doing::Record(received, tender))
    }
}

/// A saved method as a program names it: by its id, or `default`.
pub fn which(named: &str, field: &str) -> Result<Which, Problem> {
    match named {
        "default" => Ok(Which::Default),
        id => id.parse().map(Which::One).map_err(|_| wrong(field.to_owned(), "Name a saved method, or default.")),
    }
}

/// Record a payment
#[utoipa::path(post, path = "/api/v1/payments", tag = "payments", request_body = NewPayment,
    responses((status = 201, description = "The payment", body = Payment),
        (status = 202, description = "It is under way, or nobody knows yet", body = Payment)))]
async fn create(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    StrictJson { value: new, request_hash }: StrictJson<NewPayment>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    match new.doing()? {
        Doing::Charge(charging) => {
            replied(&app, &call, charge_saved(&app.services, &call, charging), |id| outcome(&app, &call, id)).await
        }
        Doing::Take(id, expected) => {
            let act = capture(&app.services, &call, id, None, Some(expected));
            replied(&app, &call, act, |id| outcome(&app, &call, id)).await
        }
        Doing::Record(received, tender) => {
            let act = async {
                match tender {
                    Some(tender) => take_in_person(&app.services.db, &call, received, tender).await,
                    None => record_payment(&app.services.db, &call, received).await,
                }
            };
            written(&app, &call, StatusCode::CREATED, act, |id| now(&app, &call, id)).await
        }
    }
}

/// The payment as it is now.
pub async fn now(app: &App, call: &Call, id: PaymentId) -> Result<Payment, Problem> {
    Ok(Payment::of(one_payment(&app.services.db, call.business, id).await?))
}

/// Codes of 402 that programs rely on.
const DECLINES: [&str; 5] = ["CARD_DECLINED", "INSUFFICIENT_FUNDS", "EXPIRED_CARD", "INCORRECT_CVC", "AUTHENTICATION_REQUIRED"];

/// What became of a charge: taken or held (201), under way or not known (202), declined (402 with the payment).
pub async fn outcome(app: &App, call: &Call, id: PaymentId) -> Result<Reply, Problem> {
    use books::payment::PaymentState as P;
    let applied = one_payment(&app.services.db, call.business, id).await?;
    let state = applied.payment.state;
    let payment = Payment::of(applied);
    let asks_holder = payment.decline.as_ref().is_some_and(|decline| decline.code == "AUTHENTICATION_REQUIRED");
    match state {
        P::Succeeded | P::Authorized => Reply::made(StatusCode::CREATED, &payment),
        P::Created if !asks_holder => Reply::made(StatusCode::CREATED, &payment),
        P::Pending | P::Unknown => Reply::made(StatusCode::ACCEPTED, &payment),
        P::Created | P::Failed | P::Canceled => {
            let known = payment.decline.as_ref().and_then(|decline| DECLINES.into_iter().find(|code| *code == decline.code));
            let detail = payment.decline.as_ref().map_or("No money moved.", |decline| decline.detail.as_str()).to_owned();
            let mut problem = Problem::new(StatusCode::PAYMENT_REQUIRED, known.unwrap_or("CHARGE_FAILED"), detail);
            if payment.url.is_some() {
                problem.facts.insert("url".to_owned(), serde_json::json!(payment.url));
            }
            // The address stands beside it, where a repeat can rebuild it.
            problem.facts.insert("payment".to_owned(), serde_json::json!(Payment { url: None, ..payment }));
            Ok(Reply::Declined(problem))
        }
    }
}

/// Which payments.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PaymentsQuery {
    #[param(inline)]
    state: Option<PaymentState>,
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    /// Those that named this order.
    #[param(value_type = Option<String>)]
    order: Option<OrderId>,
    /// Those that named this invoice.
    #[param(value_type = Option<String>)]
    invoice: Option<InvoiceId>,
    /// The first day of creation.
    from: Option<Day>,
    /// The last day of creation.
    to: Option<Day>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Payments, newest first
#[utoipa::path(get, path = "/api/v1/payments", tag = "payments", params(PaymentsQuery),
    responses((status = 200, description = "A page of payments", body = List<Payment>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<PaymentsQuery>) -> Result<Response, Problem> {
    let query = &listing.query;
    let wanted = Wanted {
        customer: query.customer,
        order: query.order,
        invoice: query.invoice,
        state: query.state.map(|state| state.0),
        span: Span { from: query.from.map(|day| day.0), to: query.to.map(|day| day.0) },
        before: listing.after()?,
        limit: listing.one_more(),
    };
    let rows = payment_list(&app.services.db, caller.business, wanted).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.payment.id, Payment::of)?))
}

/// A payment
#[utoipa::path(get, path = "/api/v1/payments/{id}", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "The payment", body = Payment)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let applied = one_payment(&app.services.db, caller.business, id).await?;
    Ok(json::answer(StatusCode::OK, &Payment::of(applied)))
}

/// A payment's receipt as a PDF
#[utoipa::path(get, path = "/api/v1/payments/{id}/pdf", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    responses((status = 200, description = "The receipt", body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<PaymentId>) -> Result<Response, Problem> {
    let sheet = payment_sheet(&app.services.db, caller.business, id).await?;
    papers::receipt_pdf(&app, &sheet).await
}

/// What a payment is for now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reallocation {
    /// In this order. Empty: all of it goes to the balance and stays there.
    #[schema(max_items = 1000)]
    allocations: Vec<NewPart>,
}

/// Move a payment to other documents, or to the balance
#[utoipa::path(post, path = "/api/v1/payments/{id}/reallocate", tag = "payments", params(("id" = String, Path, description = "`pay_…`")),
    request_body = Reallocation, responses((status = 200, description = "The payment", body = Payment)))]
async fn reallocate(
    State(app): State<Arc<App>>,
    Pays(caller): Pays,
    Id(id): Id<PaymentId>,
    StrictJson { value: new, request_hash }: StrictJson<Reallocation>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let parts = new.allocations.iter().enumerate().map(|(at, part)| part.part(at)).collect::<Result<Vec<_>, _>>()?;
    let act = reallocate_payment(&app.services.db, &call, id, parts);
    written(&app, &call, StatusCode::OK, act, |id| now(&app, &call, id)).await
}
