//! Staff record money that came outside a processor: cash, check, transfer, a terminal of their own.
//!
//! It is applied to what staff named, in that order, else to what is due longest; what is left over is the customer's credit.

use books::account::{Aim, MoneyIn, Target, When};
use books::calendar::Day;
use books::entry::Side;
use books::ids::{CustomerId, EntryId, InvoiceId, OrderId, PaymentId};
use books::ledger::rules::Channel;
use books::money::Currency;
use books::payment::PaymentState;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::posting::{Touched, open_books};
use super::request_payment::{close_settled, open_of_customer, refuse_unissued};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::store::counter;
use crate::store::entry::Entry;
use crate::store::invoice::Invoice;
use crate::store::order::Order;
use crate::store::payment::Payment;

/// How money can come without a processor.
pub const KINDS: [&str; 5] = ["cash", "check", "bank_transfer", "card_terminal", "other"];

/// One part of a payment and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub target: Target,
    /// None: all that is open there.
    pub amount: Option<i64>,
}

/// Money as staff record it.
#[derive(Debug, Clone)]
pub struct Received {
    pub customer: CustomerId,
    /// Minor units, more than 0.
    pub amount: i64,
    pub currency: Currency,
    /// One of [`KINDS`].
    pub kind: String,
    /// Check number, transfer reference.
    pub reference: Option<String>,
    /// None: today.
    pub received_on: Option<Day>,
    pub memo: Option<String>,
    /// In order; none: oldest due first.
    pub parts: Vec<Part>,
    /// Record it although another payment for the same document is under way.
    pub despite_pending: bool,
    /// Mail a receipt; none: as the business's setting says.
    pub receipt: Option<bool>,
    /// Cash that was handed over, minor units, at least the amount.
    pub tendered: Option<i64>,
    /// Whatever staff said about an entry that turned out to be a payment.
    pub category: Option<String>,
    pub description: Option<String>,
}

/// Records it. Refuses PAYMENT_PENDING (unless told otherwise), FUTURE_DATE, PERIOD_LOCKED, NOT_CONFIRMED for a draft,
/// CURRENCY_MISMATCH. Idempotent by key.
pub async fn record_payment(db: &Db, call: &Call, received: Received) -> Result<Done<PaymentId>> {
    check::amount("amount", received.amount)?;
    if !KINDS.contains(&received.kind.as_str()) {
        return Err(Error::invalid("method.kind", "UNKNOWN", format!("the kind is one of {}", KINDS.join(", "))));
    }
    let reference = check::short("method.reference", received.reference.as_deref())?;
    let memo = check::note("memo", received.memo.as_deref())?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let (orders, invoices) = documents(&received.parts);
        let touched = check_parts(tx, &received.parts, received.customer, received.currency).await?;
        let mut books = open_books(tx, received.customer, received.currency, &touched).await?;
        if !received.despite_pending {
            refuse_while_pending(&books.account, &received.parts)?;
        }
        let requests = open_of_customer(tx, received.customer).await?;
        let today = books.business.today(tx.now());
        let number = counter::next(tx, "PAY", today).await?;
        let settings = books.business.settings()?;

        let id = PaymentId::new(tx.ids());
        let description = received.description.clone().unwrap_or_else(|| format!("Payment {}, {}", number.text(), kind_words(&received.kind)));
        let outcome = books.account.receive(
            tx.ids(),
            &MoneyIn {
                payment: id,
                amount: received.amount,
                channel: Channel::Outside,
                method: Some(received.kind.clone()),
                description,
                category: received.category.clone(),
                note: memo.clone(),
                when: received.received_on.map_or(When::Today, When::On),
                aims: received.parts.iter().map(|part| Aim { target: part.target, amount: part.amount }).collect(),
                whole_account: false,
                hold_excess: false,
            },
        ).map_err(|no| Error::from(no).parts_in("allocations"))?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        let now = tx.now();
        let number = counter::take(tx, number);
        tx.insert(&Payment {
            business_id: by.business,
            id,
            number,
            customer_id: received.customer,
            currency: received.currency,
            amount: received.amount,
            state: PaymentState::Succeeded,
            kind: "external".to_owned(),
            external_kind: Some(received.kind.clone()),
            reference: reference.clone(),
            memo: memo.clone(),
            received_on: Some(received.received_on.unwrap_or(today)),
            connection_id: None,
            remote_id: None,
            brand: None,
            last4: None,
            decline_code: None,
            decline_text: None,
            order_id: orders.first().copied(),
            invoice_id: invoices.first().copied(),
            request_id: None,
            link_id: None,
            entry_id: Some(outcome.credit),
            refunded: 0,
            disputed: false,
            returned: false,
            checkout_url: None,
            actor: by.actor.id(),
            created_at: now,
            updated_at: now,
            succeeded_at: Some(now),
            tendered: received.tendered,
            ..Payment::fresh(by.business, id, received.customer, received.currency, now)
        });
        close_settled(tx, requests, &account, None);
        if received.receipt.unwrap_or(settings.receipt_external) {
            leave_job(tx, "mail_receipt", id, event);
        }
        leave_job(tx, "close_checkouts", received.customer, event);
        let data = serde_json::json!({ "amount": received.amount, "currency": received.currency, "unapplied": outcome.unapplied, "balance": posted.balance });
        Act { kind: "payment_recorded", subject: id.to_string(), customer: Some(received.customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// The orders and invoices that are named, each once.
fn documents(parts: &[Part]) -> (Vec<OrderId>, Vec<InvoiceId>) {
    let (mut orders, mut invoices) = (Vec::new(), Vec::new());
    for part in parts {
        match part.target {
            Target::Order(id) if !orders.contains(&id) => orders.push(id),
            Target::Invoice(id) if !invoices.contains(&id) => invoices.push(id),
            _ => {}
        }
    }
    (orders, invoices)
}

/// Refuses an invoice of somebody else (unknown), of another currency, and one that takes no money (NOT_ISSUED).
pub(crate) async fn check_invoice(tx: &mut Tx<'_>, id: InvoiceId, customer: CustomerId, currency: Currency) -> Result<Invoice> {
    let business = tx.business();
    let invoice = tx.get::<Invoice>(&[&business, &id]).await?;
    let invoice = invoice.filter(|invoice| invoice.customer_id == customer).ok_or(Error::NotFound)?;
    refuse_unissued(&invoice)?;
    if invoice.currency != currency {
        return Err(Error::refused("CURRENCY_MISMATCH", format!("it is in {}, not in {currency}", invoice.currency)));
    }
    Ok(invoice)
}

/// Checks what a payment names: somebody else's order or charge is unknown here, and nothing of it is loaded into this account.
/// Answers what has to be loaded.
pub(crate) async fn check_parts(tx: &mut Tx<'_>, parts: &[Part], customer: CustomerId, currency: Currency) -> Result<Touched> {
    let mut touched = Touched::default();
    for part in parts {
        match part.target {
            Target::Order(order) => drop(check_order(tx, order, customer, currency).await?),
            Target::Entry(entry) => drop(check_entry(tx, entry, customer, currency).await?),
            Target::Invoice(invoice) => drop(check_invoice(tx, invoice, customer, currency).await?),
        }
        touched.also(part.target);
    }
    Ok(touched)
}

/// Refuses an order of somebody else (unknown), of another currency, and a draft, which takes no money.
pub(crate) async fn check_order(tx: &mut Tx<'_>, id: OrderId, customer: CustomerId, currency: Currency) -> Result<Order> {
    let business = tx.business();
    let order = tx.get::<Order>(&[&business, &id]).await?.filter(|order| order.customer_id == customer).ok_or(Error::NotFound)?;
    if !order.state.is_charged() {
        return Err(Error::refused("NOT_CONFIRMED", "confirm it first; a draft takes no money"));
    }
    if order.currency != currency {
        return Err(Error::refused("CURRENCY_MISMATCH", format!("it is in {}, not in {currency}", order.currency)));
    }
    Ok(order)
}

/// Refuses an entry of somebody else (unknown), one that is no charge, and one of another currency.
pub(crate) async fn check_entry(tx: &mut Tx<'_>, id: EntryId, customer: CustomerId, currency: Currency) -> Result<()> {
    let business = tx.business();
    let entry = tx.get::<Entry>(&[&business, &id]).await?;
    let entry = entry.filter(|entry| entry.customer_id == customer && entry.side == Side::Charge).ok_or(Error::NotFound)?;
    if entry.currency != currency {
        return Err(Error::refused("CURRENCY_MISMATCH", format!("it is in {}, not in {currency}", entry.currency)));
    }
    Ok(())
}

/// Refuses PAYMENT_PENDING while a payment under way has reserved any charge that this one is meant for.
fn refuse_while_pending(account: &books::account::Account, parts: &[Part]) -> Result<()> {
    let meant = |entry: &books::account::Item| {
        parts.is_empty()
            || parts.iter().any(|part| match part.target {
                Target::Order(id) => entry.entry.order == Some(id),
                Target::Entry(id) => entry.entry.id == id,
                Target::Invoice(id) => entry.state.cover.as_ref().is_some_and(|cover| cover.invoice == id),
            })
    };
    if account.items().iter().any(|item| item.is_charge() && item.state.reserved > 0 && meant(item)) {
        return Err(Error::refused(
            "PAYMENT_PENDING",
            "a payment for this is under way; confirm that you want to record another one beside it",
        ));
    }
    Ok(())
}

/// In words, as statements and receipts say it.
pub fn kind_words(kind: &str) -> &'static str {
    match kind {
        "cash" => "cash",
        "check" => "check",
        "bank_transfer" => "bank transfer",
        "card_terminal" => "card terminal",
        _ => "recorded by staff",
    }
}
