//! Asking a customer to pay what is due on one order or invoice: a mail with a link of its own.
//!
//! Invariant: a request asks for what is due *now*, whenever it is opened; it keeps the amount it named when it was sent, and
//! closes when nothing is due any more: *paid* if money came for it, else *closed*.

use books::account::{Account, Target};
use books::capability::{self, Answer, RequestPaymentFacts};
use books::ids::{CustomerId, InvoiceId, OrderId, RequestId};
use books::money::{Currency, Money};
use books::request::{RequestEvent, RequestState};

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::posting::{Touched, open_books};
use super::remote_invoice::invoiced;
use super::share_link::{expiry, link_row};
use crate::db::{Tx, sql};
use crate::error::{Error, Refusal, Result};
use crate::services::Services;
use crate::store::connection;
use crate::store::invoice::Invoice;
use crate::store::link::Link;
use crate::store::order::Order;
use crate::store::request::Request;

sql!(
    OPEN_OF_CUSTOMER,
    "
    select * from request where business_id = $1 and customer_id = $2 and state in ('sent', 'opened') order by id {for_update}"
);

/// Whom to ask, and what to say.
#[derive(Debug, Clone, Default)]
pub struct Asking {
    /// None: the customer's address.
    pub to: Option<String>,
    pub cc: Vec<String>,
    pub message: Option<String>,
    /// Staff to tell when it is paid.
    pub notify: Vec<String>,
}

/// Sends a request for what is due on an order or invoice. Refuses as SPEC ORD-6 says: NO_BALANCE, NO_CONTACT, NO_PROCESSOR,
/// PROCESSOR_INCOMPATIBLE, PAYMENT_PENDING; and NOT_ISSUED. Idempotent by key.
pub async fn request_payment(services: &Services, call: &Call, target: Target, asking: Asking) -> Result<Done<RequestId>> {
    let to = check::email_or_none("to", asking.to.as_deref())?;
    let cc = check::emails("cc", &asking.cc)?;
    let notify = check::emails("notify", &asking.notify)?;
    let message = check::note("message", asking.message.as_deref())?;
    let (by, keys, services) = (call.clone(), services.keys.clone(), services.clone());
    let db = services.db.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let (customer, currency) = owner(tx, target).await?;
        let books = open_books(tx, customer, currency, &Touched::of(target)).await?;
        let (order, invoice) = named(target);
        if let Some(invoice) = invoice {
            let invoice = tx.lock::<Invoice>(&[&by.business, &invoice]).await?.ok_or(Error::NotFound)?;
            refuse_unissued(&invoice)?;
        }
        let send_to = to.clone().or_else(|| books.customer.email.clone());
        let money = |minor| Money::new(minor, currency);
        let pending = books.account.reserved_on(target);
        let connections = connection::of_flow(tx).await?;
        let facts = RequestPaymentFacts {
            due: money(books.account.due(target)),
            has_address: send_to.is_some(),
            processors: services.connections.ability(&connections, &books.business.name)?,
            pending: (pending > 0).then(|| money(pending)),
            invoiced: invoiced(tx, &books.account, customer, target).await?,
        };
        allowed(capability::request_payment(&facts))?;
        let send_to = send_to.ok_or_else(|| Error::Fault("an address was promised".to_owned()))?;
        let expires_at = expiry(&books.business, tx.now(), None)?;

        let id = RequestId::new(tx.ids());
        let mut link = link_row(tx, &keys, "request", customer, currency, expires_at, by.actor.id());
        (link.order_id, link.invoice_id) = (order, invoice);
        link.request_id = Some(id);
        tx.insert(&link);
        tx.insert(&Request {
            business_id: by.business,
            id,
            customer_id: customer,
            order_id: order,
            invoice_id: invoice,
            link_id: link.id,
            currency,
            amount: facts.due.minor,
            send_to: send_to.clone(),
            cc: serde_json::json!(cc).to_string(),
            message: message.clone(),
            notify: serde_json::json!(notify).to_string(),
            state: RequestState::Sent,
            sent_at: tx.now(),
            opened_at: None,
            paid_at: None,
            closed_at: None,
            actor: by.actor.id(),
        });
        let event = event_id(tx);
        leave_job(tx, "mail_request", id, event);
        let data = serde_json::json!({ "order": order, "invoice": invoice, "amount": facts.due.minor, "currency": currency });
        Act { kind: "payment_requested", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// Whose document it is, and in which currency. A single charge is no document.
pub(crate) async fn owner(tx: &mut Tx<'_>, target: Target) -> Result<(CustomerId, Currency)> {
    let business = tx.business();
    let found = match target {
        Target::Order(id) => tx.get::<Order>(&[&business, &id]).await?.map(|row| (row.customer_id, row.currency)),
        Target::Invoice(id) => tx.get::<Invoice>(&[&business, &id]).await?.map(|row| (row.customer_id, row.currency)),
        Target::Entry(_) => None,
    };
    found.ok_or(Error::NotFound)
}

/// A document as rows name it: an order or an invoice.
pub(crate) fn named(target: Target) -> (Option<OrderId>, Option<InvoiceId>) {
    match target {
        Target::Order(id) => (Some(id), None),
        Target::Invoice(id) => (None, Some(id)),
        Target::Entry(_) => (None, None),
    }
}

/// A draft asks for nothing yet, a void invoice no more.
pub(crate) fn refuse_unissued(invoice: &Invoice) -> Result<()> {
    match capability::not_issued(invoice.standing) {
        None => Ok(()),
        Some((code, why)) => Err(Error::refused(code.as_str(), why)),
    }
}

/// Mails an open request once more, with what is due now.
pub async fn resend_request(services: &Services, call: &Call, id: RequestId) -> Result<Done<RequestId>> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let request = tx.lock::<Request>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            if !request.state.is_out() && request.state != RequestState::Failed {
                return Err(Error::refused(
                    "NO_BALANCE",
                    format!("this request is {}; nothing is asked for any more", request.state),
                ));
            }
            let next = request.state.after(RequestEvent::Resent);
            let event = event_id(tx);
            if next != request.state {
                tx.set(&Request { state: next, ..request.clone() });
            }
            leave_job(tx, "mail_request", id, event);
            Act {
                kind: "request_resent",
                subject: id.to_string(),
                customer: Some(request.customer_id),
                data: serde_json::json!({}),
                call: &by,
            }
            .write(tx, event);
            Ok(Done::now(id))
        })
        .await
}

/// Closes a request by hand; its link dies with it. A closed one stays closed.
pub async fn close_request(services: &Services, call: &Call, id: RequestId) -> Result<Done<RequestId>> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let mut request = tx.lock::<Request>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let mut link = tx.lock::<Link>(&[&by.business, &request.link_id]).await?.ok_or(Error::NotFound)?;
            let next = request.state.after(RequestEvent::ClosedByStaff);
            if next != request.state {
                request.state = next;
                request.closed_at = Some(tx.now());
                link.revoked_at = Some(tx.now());
                tx.set(&request);
                tx.set(&link);
            }
            let event = event_id(tx);
            leave_job(tx, "close_checkouts", request.customer_id, event);
            Act {
                kind: "request_closed",
                subject: id.to_string(),
                customer: Some(request.customer_id),
                data: serde_json::json!({}),
                call: &by,
            }
            .write(tx, event);
            Ok(Done::now(id))
        })
        .await
}

/// Turns a *no* of the books into a refusal with its code.
pub(crate) fn allowed(answer: Answer) -> Result<()> {
    match answer.code {
        None => Ok(()),
        Some(code) => {
            let refusal = Refusal::new(code.as_str(), answer.detail.unwrap_or_default());
            Err(answer.amounts.into_iter().fold(refusal, |refusal, (name, amount)| refusal.amount(name, amount)).into())
        }
    }
}

/// Requests of a customer that wait for money, under lock.
pub(crate) async fn open_of_customer(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Request>> {
    let business = tx.business();
    tx.query(&OPEN_OF_CUSTOMER, &[&business, &customer]).await
}

/// After an act on an account: closes the customer's requests whose document has nothing due now, whichever the act was
/// about, because credit that it set free may have settled another. `through`: the request whose link the money came by, which
/// then reads *paid*.
pub(crate) fn close_settled(tx: &mut Tx<'_>, requests: Vec<Request>, account: &Account, through: Option<RequestId>) {
    let now = tx.now();
    // What is due in another currency stands on another account.
    for mut request in requests.into_iter().filter(|request| request.currency == account.currency()) {
        let Some(target) = request.target() else { continue };
        // A document whose charges were not loaded has none that are open, or it would have been.
        let amount_due = account.due(target);
        let next = request.state.after(RequestEvent::Due { amount_due, through_request: through == Some(request.id) });
        if next == request.state {
            continue;
        }
        request.state = next;
        let ended = if next == RequestState::Paid { &mut request.paid_at } else { &mut request.closed_at };
        *ended = Some(now);
        tx.set(&request);
    }
}
