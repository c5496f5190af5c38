//! A payer presses *Pay*: from their link to the processor's page, or to ours with the processor's fields.
//!
//! Invariant: for one set of charges there is at most one page on which they can be paid. A double click or a second tab is
//! led to the page that is there; another amount, or another mind about keeping the card, first closes that page. The attempt is committed before
//! the processor is called, and the call happens outside any transaction. Limits: where a processor cannot close a page it is
//! given up and lapses within minutes; what is paid on it until then settles what is still due, and waits as credit otherwise.

use std::time::Duration;

use books::account::{Account, Item};
use books::calendar::Instant;
use books::capability::{self, Action, Answer, PayFacts};
use books::ids::{AttemptId, EntryId, LinkId, PaymentId};
use books::link::Policy;
use books::money::Money;
use books::payment::PaymentState;
use processors::{Asked, Attempt as Ask, CheckoutRequest, Initiator, Outcome, Remote, ask};

use super::ask_processor;
use super::audit::{Act, event_id};
use super::call::{Actor, Call};
use super::charge_saved::reference;
use super::keep_method;
use super::pay_in_fields::{address, is_ours};
use super::posting::{Touched, open_books};
use super::request_payment::{allowed, named};
use super::settle_payment::{Finding, settle_payment};
use super::share_link::link_row;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::connection::{self, Connection};
use crate::store::counter;
use crate::store::link::{self, Link, Scope};
use crate::store::payment::{self, Attempt, AttemptState, Payment, PaymentTarget};
use crate::store::remote_invoice;

/// How long the page of the processor may be used.
const PAGE_SECONDS: i64 = 3600;
/// A second click waits so long, in all, for the first one's page.
const WAIT_ROUNDS: usize = 60;
const WAIT: Duration = Duration::from_millis(150);
/// How often another open page may be closed before this gives up.
const REPLACEMENTS: usize = 5;

/// Where the payer goes now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The processor's page.
    Page(String),
    /// The payment's own page: it is under way, done, or nobody knows yet.
    Payment(PaymentId),
}

/// What a payer asks for with *Pay*.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
    /// Minor units; none: all that is due.
    pub amount: Option<i64>,
    /// The processor keeps the card, so that the business can charge it later. Where it keeps none this is passed over.
    pub keep: bool,
}

impl From<Option<i64>> for Wish {
    fn from(amount: Option<i64>) -> Wish {
        Wish { amount, keep: false }
    }
}

/// Where a payer is to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// As the connection's setting says.
    AsSet,
    /// On the processor's own page, whatever the setting.
    Processor,
}

enum Begun {
    /// A new attempt was committed: call the processor.
    Ask { payment: PaymentId, attempt: AttemptId, connection: Connection, asked: Asked, business: String },
    /// There is a page for exactly this already.
    There(String),
    /// Its page is being made by another request.
    Wait,
    /// Another page for the same charges has to be closed first.
    CloseFirst(PaymentId),
}

/// Starts a payment through a payer's link.
/// Refuses as SPEC ORD-6 says: NO_BALANCE, LINK_REVOKED, LINK_EXPIRED, VIEW_ONLY, NO_PROCESSOR, PAYMENT_PENDING, FULL_ONLY,
/// BELOW_MINIMUM, ABOVE_DUE.
pub async fn start_checkout(services: &Services, link: &Link, wish: impl Into<Wish>, request_id: &str) -> Result<Next> {
    let call =
        Call { business: link.business_id, actor: Actor::Payer { link: link.id }, request_id: request_id.to_owned(), key: None };
    start_checkout_by(services, &call, link, wish.into()).await
}

/// The same in the name of somebody who signed in: a customer in their portal, or staff who act for them. Refuses alike.
pub async fn start_checkout_by(services: &Services, call: &Call, link: &Link, wish: Wish) -> Result<Next> {
    start_checkout_at(services, call, link, wish, Place::AsSet).await
}

/// The same at a place that is asked for. A page that is open at another one is closed first.
pub(crate) async fn start_checkout_at(services: &Services, call: &Call, link: &Link, wish: Wish, place: Place) -> Result<Next> {
    if wish.keep {
        keep_method::introduce_payer(services, call, link).await?;
    }
    let mut replaced = 0;
    for _ in 0..WAIT_ROUNDS {
        match begin(services, call, link.id, wish, place).await? {
            Begun::There(url) => return Ok(Next::Page(url)),
            Begun::Wait => tokio::time::sleep(WAIT).await,
            Begun::CloseFirst(other) if replaced < REPLACEMENTS => {
                replaced += 1;
                close_page(services, call, other).await?;
            }
            Begun::CloseFirst(other) => return Ok(Next::Payment(other)),
            Begun::Ask { payment, attempt, connection, asked, business } => {
                let connected = services.connections.open(&connection, &business)?;
                let by = Ask { id: attempt, at: services.db.clock().now() };
                let outcome = ask(connected.processor.as_ref(), &by, &asked).await;
                return note_page(services, call, payment, attempt, outcome).await;
            }
        }
    }
    Err(Error::Busy { retry_after_s: 5 })
}

async fn begin(services: &Services, call: &Call, link: LinkId, wish: Wish, place: Place) -> Result<Begun> {
    let (by, services) = (call.clone(), services.clone());
    let db = services.db.clone();
    db.write(call.business, async move |tx| {
        let seen = tx.get::<Link>(&[&by.business, &link]).await?.ok_or(Error::NotFound)?;
        let scope = Scope::of(&seen, &link::targets_of_flow(tx, &seen).await?);
        let touched = Touched {
            orders: scope.orders.clone(),
            invoices: scope.invoices.clone(),
            entries: scope.entries.clone(),
            ..Touched::default()
        };
        let books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
        let link = tx.lock::<Link>(&[&by.business, &link]).await?.ok_or(Error::NotFound)?;
        let due = due(&books.account, &scope);
        let amount = wish.amount.unwrap_or(due);
        allowed(capability::pay(&pay_facts(&link, due, reserved(&books.account, &scope), tx.now())))?;
        allowed(match amount == due {
            true => Answer::yes(Action::PayPart),
            false => {
                capability::pay_part(&policy(&link)?, Some(Money::new(amount, link.currency)), Money::new(due, link.currency))
            }
        })?;
        let charges = charges(&books.account, &scope, amount);
        let connection = online(tx, &services, &books.business.name, link.request_id.is_some()).await;
        let keeper = match &connection {
            Ok(connection) if wish.keep => keep_method::known_there(tx, &services, link.customer_id, connection).await?,
            _ => None,
        };

        for other in payment::live_of_flow(tx, link.customer_id, link.currency).await? {
            // An invoice at a processor stays out beside the page: whichever is paid first ends the other.
            if other.kind == remote_invoice::KIND && other.state == PaymentState::Created {
                continue;
            }
            let targets = payment::targets_of_flow(tx, other.id).await?;
            if !targets.iter().any(|target| charges.iter().any(|(charge, _)| *charge == target.entry_id)) {
                continue;
            }
            let is_alike = other.link_id == Some(link.id) && other.amount == amount;
            let is_alike = is_alike && keeps(tx, other.id).await? == keeper.is_some();
            return match other.state {
                PaymentState::Created if is_alike => Ok(match other.checkout_url {
                    Some(url) if place == Place::Processor && is_ours(&services, &url) => Begun::CloseFirst(other.id),
                    Some(url) => Begun::There(url),
                    None => Begun::Wait,
                }),
                PaymentState::Created if other.checkout_url.is_none() => Ok(Begun::Wait),
                PaymentState::Created => Ok(Begun::CloseFirst(other.id)),
                _ => Err(Error::refused("PAYMENT_PENDING", "a payment for this is under way; wait until its outcome is known")),
            };
        }
        let connection = connection?;
        let number = counter::next(tx, "PAY", books.business.today(tx.now())).await?;
        let (order_id, invoice_id) = scope.only().map_or((None, None), named);
        let reference = reference(tx, scope.only(), number.text()).await?;

        let id = PaymentId::new(tx.ids());
        let attempt = AttemptId::new(tx.ids());
        let now = tx.now();
        // The return has a link of its own, so that coming back needs no cookie; later it shows the receipt.
        let mut back = link_row(
            tx,
            &services.keys,
            "receipt",
            link.customer_id,
            link.currency,
            link.expires_at.max(now.plus_seconds(90 * 86_400)),
            by.actor.id(),
        );
        back.payment_id = Some(id);
        (back.order_id, back.invoice_id) = (order_id, invoice_id);
        back.request_id = None;
        back.can_pay = false;
        let token = services.keys.link_token("receipt", back.id);
        let return_url = format!("{}/p/return/{token}", services.public_url());
        let in_fields = place == Place::AsSet && services.connections.pays_in_fields(&connection, &books.business.name);
        let asked = Asked::Checkout(CheckoutRequest {
            amount: Money::new(amount, link.currency),
            description: format!("{}, {reference}", books.business.name),
            reference: reference.clone(),
            save: keeper.is_some(),
            customer: keeper,
            capture: true,
            by: Initiator::Payer,
            return_url: return_url.clone(),
            cancel_url: return_url,
            expires_at: Some(now.plus_seconds(PAGE_SECONDS)),
            fields_url: in_fields.then(|| address(&services, &connection, &token)),
        });
        let text =
            serde_json::to_string(&asked).map_err(|error| Error::Fault(format!("a request could not be kept: {error}")))?;
        let number = counter::take(tx, number);
        tx.insert(&back);
        tx.insert(&Payment {
            business_id: by.business,
            id,
            number,
            customer_id: link.customer_id,
            currency: link.currency,
            amount,
            state: PaymentState::Created,
            kind: "online".to_owned(),
            external_kind: None,
            reference: None,
            memo: None,
            received_on: None,
            connection_id: Some(connection.id),
            remote_id: None,
            brand: None,
            last4: None,
            decline_code: None,
            decline_text: None,
            order_id,
            invoice_id,
            request_id: link.request_id,
            link_id: Some(link.id),
            entry_id: None,
            refunded: 0,
            disputed: false,
            returned: false,
            checkout_url: None,
            actor: by.actor.id(),
            created_at: now,
            updated_at: now,
            succeeded_at: None,
            ..Payment::fresh(by.business, id, link.customer_id, link.currency, now)
        });
        for (position, (entry, part)) in (1_i64..).zip(&charges) {
            tx.insert(&PaymentTarget { business_id: by.business, payment_id: id, position, entry_id: *entry, amount: *part });
        }
        tx.insert(&Attempt {
            business_id: by.business,
            id: attempt,
            payment_id: id,
            connection_id: connection.id,
            operation: "checkout".to_owned(),
            state: AttemptState::Sending,
            remote_id: None,
            asked: text,
            evidence: None,
            checks: 0,
            check_at: Some(now.plus_seconds(30)),
            created_at: now,
            updated_at: now,
            refund_id: None,
        });
        let event = event_id(tx);
        let data = serde_json::json!({ "amount": amount, "currency": link.currency });
        Act { kind: "payment_started", subject: id.to_string(), customer: Some(link.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Begun::Ask { payment: id, attempt, connection, asked, business: books.business.name.clone() })
    })
    .await
}

/// Whether the card is kept that is typed on the page of a payment.
async fn keeps(tx: &mut Tx<'_>, id: PaymentId) -> Result<bool> {
    for attempt in payment::attempts_of_flow(tx, id).await? {
        if let Asked::Checkout(page) = attempt.asked()? {
            return Ok(page.save);
        }
    }
    Ok(false)
}

/// What decides whether a payer may pay through a link. The processor is looked for when the page is asked for.
pub fn pay_facts(link: &Link, due: i64, pending: i64, now: Instant) -> PayFacts {
    let money = |minor| Money::new(minor, link.currency);
    PayFacts { due: money(due), link: link.state(now), can_pay: link.can_pay, pending: (pending > 0).then(|| money(pending)) }
}

/// The charges of an account that a link is about.
fn covered<'a>(account: &'a Account, scope: &'a Scope) -> impl Iterator<Item = &'a Item> {
    let meant = |item: &&Item| {
        let invoice = item.state.cover.as_ref().map(|cover| cover.invoice);
        item.is_charge() && scope.covers(item.entry.id, item.entry.order, invoice)
    };
    account.items().iter().filter(meant)
}

/// What payments under way have reserved of the charges a link is for.
fn reserved(account: &Account, scope: &Scope) -> i64 {
    covered(account, scope).map(|item| item.state.reserved).sum()
}

/// What a link asks for now: what is open of its documents' charges, each counted once, or what the account owes.
pub(crate) fn due(account: &Account, scope: &Scope) -> i64 {
    if scope.is_account() {
        return (-account.balance()).max(0);
    }
    covered(account, scope).map(Item::open).sum()
}

/// The policy of a link as the books know it.
pub fn policy(link: &Link) -> Result<Policy> {
    let steps: Vec<i64> = match &link.steps {
        Some(text) => serde_json::from_str(text).map_err(|error| Error::Fault(format!("steps of {}: {error}", link.id)))?,
        None => Vec::new(),
    };
    Ok(match link.policy.as_str() {
        "minimum" => Policy::Minimum(link.minimum_amount.unwrap_or(1)),
        "steps" => Policy::Steps(steps),
        "any" => Policy::Any,
        _ => Policy::Full,
    })
}

/// The charges that `amount` would pay, oldest due first, and how much of each.
pub(crate) fn charges(account: &Account, scope: &Scope, amount: i64) -> Vec<(EntryId, i64)> {
    let mut open: Vec<&Item> = covered(account, scope).filter(|item| item.open() > 0).collect();
    open.sort_by_key(|item| (item.due_day(), item.entry.effective_on, item.entry.id));
    let mut left = amount;
    let mut parts = Vec::new();
    for item in open {
        let part = item.open().min(left);
        if part > 0 {
            parts.push((item.entry.id, part));
        }
        left -= part;
    }
    parts
}

/// A live connection on whose page a payer can pay. Refuses NO_PROCESSOR.
async fn online(tx: &mut Tx<'_>, services: &Services, business: &str, by_request: bool) -> Result<Connection> {
    let all = connection::of_flow(tx).await?;
    let found = services.connections.for_payers(&all, business, by_request).cloned();
    found.ok_or_else(|| Error::refused("NO_PROCESSOR", "this business cannot be paid online at present"))
}

/// Stores what the processor said about the page it was asked for.
async fn note_page(
    services: &Services,
    call: &Call,
    id: PaymentId,
    attempt: AttemptId,
    outcome: Outcome<Remote>,
) -> Result<Next> {
    let url = match &outcome {
        Outcome::Done(Remote::Checkout(page)) | Outcome::Pending(Remote::Checkout(page)) => Some(page.url.clone()),
        _ => None,
    };
    settle_payment(services, call, id, Finding::Answered { attempt, outcome }).await?;
    Ok(url.map_or(Next::Payment(id), Next::Page))
}

/// Closes the page of another payment at the processor, and stores what became of it: closed, or paid after all.
pub(crate) async fn close_page(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    let business = call.business;
    let (payment, attempts, from) = services
        .db
        .read(async move |reader| {
            let payment = payment::one(reader, business, id).await?;
            let attempts = payment::attempts(reader, business, id).await?;
            let business = crate::store::business::one(reader, business).await?;
            Ok((payment, attempts, business.name))
        })
        .await?;
    let Some(connection) = payment.connection_id else { return Ok(()) };
    let connection = services.db.read(async move |reader| connection::one(reader, business, connection).await).await?;
    let Some(checkout) = attempts.iter().find_map(|attempt| attempt.remote_id.clone()) else {
        return Ok(());
    };
    let connected = services.connections.open(&connection, &from)?;
    // Closing a page is safe to repeat: it carries a key of its own each time.
    let by = Ask { id: AttemptId::new(&mut services.db.ids()), at: services.db.clock().now() };
    match ask(connected.processor.as_ref(), &by, &Asked::ExpireCheckout { checkout }).await {
        Outcome::Done(now) | Outcome::Pending(now) => settle_payment(services, call, id, Finding::Seen(now)).await.map(|_| ()),
        // Too late to close it: see what it has become.
        _ => ask_processor::look(services, call, id).await,
    }
}
