//! A payment as programs read it, and what became of a charge in the words of HTTP.

use axum::http::StatusCode;
use books::ids::PaymentId;
use engine::flows::call::Call;
use engine::sheets::payment_list::{self, Applied, one_payment};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::replies::Reply;
use crate::api::values::{ExternalKind, PaymentState};
use crate::app::App;
use crate::respond::Problem;

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
    pub fn of(applied: Applied) -> Payment {
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
