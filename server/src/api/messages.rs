//! Messages to one, some or all customers: who gets one, and who is held until their invoices are paid.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use books::ids::{CustomerId, MessageId};
use engine::flows::send_message::{NewMessage, To, send_message};
use engine::store::message::{self, MessageLine, RecipientLine};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::access::{Asks, Reads, Writes};
use super::lists::{List, Listing};
use super::replies::written;
use crate::app::App;
use crate::json::{self, Id, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/messages", get(list).post(create)).route("/api/v1/messages/{id}", get(one))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, one))]
pub struct Description;

/// To whom a message goes: the word `all`, or customers by id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
enum Addressees {
    /// Every customer there is, at most 10,000.
    All(AllCustomers),
    /// At most 1,000 customers, each once.
    #[schema(value_type = Vec<String>)]
    These(Vec<CustomerId>),
}

/// The word `all`.
#[derive(Debug, Deserialize, ToSchema)]
enum AllCustomers {
    #[serde(rename = "all")]
    All,
}

/// A new message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Writing {
    to: Addressees,
    #[schema(min_length = 1, max_length = 200)]
    subject: String,
    /// An empty line begins a new paragraph.
    #[schema(min_length = 1, max_length = 10000)]
    body: String,
}

/// A customer who does not get it now.
#[derive(Debug, Serialize, ToSchema)]
struct HeldCustomer {
    customer: String,
    /// `HELD_UNPAID`: it goes out when their invoices are paid. `NO_CONTACT`: it goes out when they have an address.
    code: String,
}

/// A message with everybody it goes to.
#[derive(Debug, Serialize, ToSchema)]
struct Message {
    id: String,
    subject: String,
    body: String,
    to_all: bool,
    /// Customers to whom it was or is being sent, also those who were held first.
    sent: Vec<String>,
    held: Vec<HeldCustomer>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl Message {
    fn of(row: message::Message, recipients: Vec<RecipientLine>) -> Message {
        let (held, sent): (Vec<_>, Vec<_>) = recipients.into_iter().partition(|one| one.state == "held");
        Message {
            id: row.id.to_string(),
            subject: row.subject,
            body: row.body,
            to_all: row.to_all,
            sent: sent.into_iter().map(|one| one.customer_id.to_string()).collect(),
            held: held
                .into_iter()
                .map(|one| HeldCustomer { customer: one.customer_id.to_string(), code: one.code.unwrap_or_default() })
                .collect(),
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

async fn shown(app: &App, of: books::ids::BusinessId, id: MessageId) -> Result<Message, Problem> {
    let row = message::message(&app.services.db, of, id).await?;
    Ok(Message::of(row, message::recipients(&app.services.db, of, id).await?))
}

/// Write to one, some or all customers; whoever has unpaid invoices is held until they pay
#[utoipa::path(post, path = "/api/v1/messages", tag = "messages", request_body = Writing,
    responses((status = 201, description = "The message, and who gets it", body = Message)))]
async fn create(
    State(app): State<Arc<App>>,
    Writes(caller): Writes,
    StrictJson { value: new, request_hash }: StrictJson<Writing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let to = match new.to {
        Addressees::All(AllCustomers::All) => To::All,
        Addressees::These(ids) => To::These(ids),
    };
    let act = send_message(&app.services.db, &call, NewMessage { to, subject: new.subject, body: new.body });
    written(&app, &call, StatusCode::CREATED, act, |id| shown(&app, call.business, id)).await
}

/// A message in the list.
#[derive(Debug, Serialize, ToSchema)]
struct MessageSummary {
    id: String,
    subject: String,
    to_all: bool,
    /// To how many it was or is being sent.
    sent: i64,
    /// How many are held.
    held: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<MessageLine> for MessageSummary {
    fn from(line: MessageLine) -> MessageSummary {
        MessageSummary {
            id: line.id.to_string(),
            subject: line.subject,
            to_all: line.to_all,
            sent: line.sent,
            held: line.held,
            created_at: line.created_at.to_rfc3339(),
        }
    }
}

/// Which messages.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MessagesQuery {
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Messages, newest first
#[utoipa::path(get, path = "/api/v1/messages", tag = "messages", params(MessagesQuery),
    responses((status = 200, description = "A page of messages", body = List<MessageSummary>)))]
async fn list(State(app): State<Arc<App>>, Asks(caller): Asks, listing: Listing<MessagesQuery>) -> Result<Response, Problem> {
    let rows = message::list(&app.services.db, caller.business, listing.after()?, listing.one_more()).await?;
    Ok(json::answer(StatusCode::OK, &listing.page(rows, |row| row.id, MessageSummary::from)?))
}

/// A message with everybody it goes to
#[utoipa::path(get, path = "/api/v1/messages/{id}", tag = "messages", params(("id" = String, Path, description = "`msg_…`")),
    responses((status = 200, description = "The message", body = Message)))]
async fn one(State(app): State<Arc<App>>, Reads(caller): Reads, Id(id): Id<MessageId>) -> Result<Response, Problem> {
    Ok(json::answer(StatusCode::OK, &shown(&app, caller.business, id).await?))
}
