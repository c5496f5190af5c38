//! An invoice that a processor makes, mails and collects for what is due on one order or invoice of ours (PRC-2).
//!
//! Invariants: it is made under a key that was committed before the call, and mailed by a second call with a key of its own; a
//! lost answer is asked for, never guessed. It asks for exactly what is due: when that changes by another route, it is canceled
//! and made anew for the rest (PAY-6), because no processor lowers one that is out. While it is out nobody is asked a second
//! time for the same charges (ORD-4). Limits: [`MOST_LINES`] lines, more stand on it as one.

mod closing;
mod making;

use books::account::{Account, Reserved, Target};
use books::calendar::Day;
use books::capability::{self, RequestPaymentFacts};
use books::ids::{ConnectionId, CustomerId, RemoteInvoiceId};
use books::money::Money;
use books::remote_invoice::RemoteInvoiceState;
use processors::{Asked, InvoiceLine, InvoiceRequest};

pub use self::closing::cancel_remote_invoice;
pub(crate) use self::closing::{fit, renew};
pub(crate) use self::making::pursue;
pub use self::making::{mails_once, make_remote_invoice, send_remote_invoice};
use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::charge_saved::{insert_attempt, reference};
use super::check;
use super::posting::{Books, Touched, open_books};
use super::request_payment::{allowed, named, owner, refuse_unissued};
use super::start_checkout::{charges, due};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::connection::{self, Connection};
use crate::store::counter;
use crate::store::customer::Customer;
use crate::store::invoice::Invoice;
use crate::store::link::Scope;
use crate::store::payment::{self, Payment, PaymentTarget};
use crate::store::remote_invoice::{self, KIND, RemoteInvoice};

/// PayPal takes 100 lines; a payer reads fewer.
const MOST_LINES: usize = 50;

/// To whom, by when, through which processor.
#[derive(Debug, Clone, Default)]
pub struct NewRemoteInvoice {
    /// None: the oldest live connection that can.
    pub processor: Option<ConnectionId>,
    /// None: the customer's address.
    pub to: Option<String>,
    /// None: today.
    pub due_on: Option<Day>,
    pub message: Option<String>,
}

/// What is out at processors for the same charges as a document's, in all; none: nothing is.
pub(crate) async fn invoiced(tx: &mut Tx<'_>, account: &Account, customer: CustomerId, target: Target) -> Result<Option<Money>> {
    let asked = charges_of(account, target);
    let mut sum = 0;
    for other in remote_invoice::out_of_flow(tx, customer).await? {
        let targets = payment::targets_of_flow(tx, other.payment_id).await?;
        let overlaps = targets.iter().any(|part| asked.iter().any(|charge| charge.charge == part.entry_id));
        if other.currency == account.currency() && (other.target() == Some(target) || overlaps) {
            sum += other.amount;
        }
    }
    Ok((sum > 0).then(|| Money::new(sum, account.currency())))
}

/// An invoice and its payment, under lock, after their customer.
async fn locked(tx: &mut Tx<'_>, id: RemoteInvoiceId) -> Result<(RemoteInvoice, Payment)> {
    let business = tx.business();
    let seen = tx.get::<RemoteInvoice>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
    tx.lock::<Customer>(&[&business, &seen.customer_id]).await?.ok_or(Error::NotFound)?;
    let row = tx.lock::<RemoteInvoice>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
    let payment = tx.lock::<Payment>(&[&business, &row.payment_id]).await?.ok_or(Error::NotFound)?;
    Ok((row, payment))
}

fn scope(target: Target) -> Scope {
    let mut scope = Scope::default();
    scope.add(target);
    scope
}

/// The open charges of a document, and all that is open of each.
fn charges_of(account: &Account, target: Target) -> Vec<Reserved> {
    let scope = scope(target);
    let parts = charges(account, &scope, due(account, &scope));
    parts.into_iter().map(|(charge, amount)| Reserved { charge, amount }).collect()
}

/// Writes the invoice, its payment and the attempt to make it, before anybody is called. Idempotent by key.
async fn begin(
    services: &Services,
    call: &Call,
    target: Target,
    new: NewRemoteInvoice,
    replaces: Option<RemoteInvoiceId>,
) -> Result<Done<RemoteInvoiceId>> {
    let to = check::email_or_none("to", new.to.as_deref())?;
    let message = check::note("message", new.message.as_deref())?;
    let (by, services) = (call.clone(), services.clone());
    let db = services.db.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let (customer, currency) = owner(tx, target).await?;
        let books = open_books(tx, customer, currency, &Touched::of(target)).await?;
        if let Target::Invoice(id) = target {
            let invoice = tx.lock::<Invoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            refuse_unissued(&invoice)?;
        }
        let send_to = to.clone().or_else(|| books.customer.email.clone());
        let connections = connection::of_flow(tx).await?;
        let money = |minor| Money::new(minor, currency);
        let pending = books.account.reserved_on(target);
        let facts = RequestPaymentFacts {
            due: money(due(&books.account, &scope(target))),
            has_address: send_to.is_some(),
            processors: services.connections.invoicing(&connections, &books.business.name),
            pending: (pending > 0).then(|| money(pending)),
            invoiced: invoiced(tx, &books.account, customer, target).await?,
        };
        allowed(capability::remote_invoice(&facts))?;
        let send_to = send_to.ok_or_else(|| Error::Fault("an address was promised".to_owned()))?;
        let connection = chosen(&services, &connections, &books, new.processor)?;
        let due_on = due_day(&books, new.due_on, tx)?;
        let number = counter::next(tx, "PAY", books.business.today(tx.now())).await?;
        let reference = reference(tx, Some(target), number.text()).await?;
        let parts = charges_of(&books.account, target);
        let asked = Asked::CreateInvoice(InvoiceRequest {
            number: number.text().to_owned(),
            customer: None,
            email: send_to.clone(),
            cc: Vec::new(),
            message: message.clone().unwrap_or_else(|| format!("{}, {reference}", books.business.name)),
            due_on: Some(due_on),
            lines: lines(&books.account, &parts, &reference, facts.due),
            amount: facts.due,
        });

        let now = tx.now();
        let id = RemoteInvoiceId::new(tx.ids());
        let payment_id = books::ids::PaymentId(id.0);
        let (order_id, invoice_id) = named(target);
        let payment = Payment {
            number: counter::take(tx, number),
            amount: facts.due.minor,
            kind: KIND.to_owned(),
            connection_id: Some(connection.id),
            order_id,
            invoice_id,
            actor: by.actor.id(),
            ..Payment::fresh(by.business, payment_id, customer, currency, now)
        };
        tx.insert(&payment);
        for (position, part) in (1_i64..).zip(&parts) {
            let (business_id, amount) = (by.business, part.amount);
            tx.insert(&PaymentTarget { business_id, payment_id, position, entry_id: part.charge, amount });
        }
        tx.insert(&RemoteInvoice {
            business_id: by.business,
            id,
            payment_id,
            customer_id: customer,
            connection_id: connection.id,
            order_id,
            invoice_id,
            currency,
            amount: facts.due.minor,
            send_to,
            message: message.clone(),
            due_on,
            state: RemoteInvoiceState::Making,
            renews: false,
            replaces,
            remote_id: None,
            number: None,
            url: None,
            actor: by.actor.id(),
            created_at: now,
            sent_at: None,
            ended_at: None,
        });
        insert_attempt(tx, &payment, connection.id, "create_invoice", &asked)?;
        let event = event_id(tx);
        let data =
            serde_json::json!({ "order": order_id, "invoice": invoice_id, "amount": facts.due.minor, "currency": currency });
        Act { kind: "remote_invoice_made", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// The connection that was named, if it can, else the oldest that can.
fn chosen<'a>(
    services: &Services,
    connections: &'a [Connection],
    books: &Books,
    named: Option<ConnectionId>,
) -> Result<&'a Connection> {
    let can = |connection: &&Connection| services.connections.can_invoice(connection, &books.business.name);
    let Some(named) = named else {
        return connections.iter().find(can).ok_or_else(|| Error::Fault("a processor was promised".to_owned()));
    };
    let found = connections.iter().find(|connection| connection.id == named);
    let found = found.ok_or_else(|| Error::invalid("processor", "NOT_FOUND", "there is no such connection"))?;
    match (found.state == "live", can(&found)) {
        (_, true) => Ok(found),
        (false, _) => Err(Error::refused("NO_PROCESSOR", format!("{} is not live: enable it in Settings", found.name))),
        (true, _) => Err(Error::refused("PROCESSOR_INCOMPATIBLE", format!("{} sends no invoices of its own", found.name))),
    }
}

fn due_day(books: &Books, asked: Option<Day>, tx: &Tx<'_>) -> Result<Day> {
    let today = books.business.today(tx.now());
    match asked {
        Some(day) if day < today => Err(Error::invalid("due_on", "DATE_OUT_OF_RANGE", format!("choose {today} or a later day"))),
        asked => Ok(asked.unwrap_or(today)),
    }
}

/// What its receiver reads: each open charge, or the document as a whole where there are too many.
fn lines(account: &Account, parts: &[Reserved], reference: &str, due: Money) -> Vec<InvoiceLine> {
    let line = |description: String, amount| InvoiceLine { description, quantity: "1".to_owned(), amount };
    if parts.len() > MOST_LINES {
        return vec![line(reference.to_owned(), due)];
    }
    let one = |part: &Reserved| {
        let text = account.item(part.charge).map(|item| item.entry.description.clone());
        line(text.unwrap_or_else(|| reference.to_owned()), Money::new(part.amount, due.currency))
    };
    parts.iter().map(one).collect()
}
