//! Staff key a card in the processor's own terminal, a program apart from its API, by our reference (PRC-2).
//!
//! Invariants: the payment is pending, reserves what it is meant for, and is committed before staff are led there; nothing that a
//! browser says settles it, only the charge that the processor tells of (`settle_payment/apart.rs`). It waits for a day. Money that
//! came by its reference and is not it becomes a payment of its own whose credit waits. Left out: taking anything there ourselves.

use books::account::{Aim, MoneyIn, When};
use books::calendar::Instant;
use books::ids::{AttemptId, PaymentId};
use books::ledger::rules::Channel;
use books::money::Money;
use books::payment::PaymentState;
use processors::registry::{self, ProcessorKind};
use processors::{
    Apart, Asked, Charge, ChargeState, KeyedRequest, MethodKind, Outcome, Processor, Reference, RejectReason, Remote, RemoteKind,
    ask,
};

use super::ask_processor::{Case, case, look};
use super::audit::{Act, event_id, leave_job};
use super::call::Call;
use super::charge_saved::{Begun, commit_as, named};
use super::hold_amount::Holding;
use super::pay_in_fields::{is_for_staff, staff_address};
use super::posting::{Books, Touched, open_books};
use super::settle_payment::{Finding, settle_payment};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::connection::Connection;
use crate::store::counter::{self, NextNumber};
use crate::store::link::Link;
use crate::store::payment::{self, Attempt, Payment};
use crate::store::user::Role;

/// The operation of an attempt that waits for a card keyed apart.
pub(crate) const KEYED: &str = "keyed";
/// So long something may arrive before it is given up.
const WAITS_SECONDS: i64 = 86_400;
/// Why it was given up by itself.
const NOTHING_CAME: &str = "Nothing arrived by its reference within a day.";

/// A payment that was to be keyed apart: what staff type there, and how it stands.
pub struct Waiting {
    pub payment: Payment,
    pub kind: &'static ProcessorKind,
    pub apart: Apart,
    /// It may still arrive, and nobody gave it up.
    pub waits: bool,
}

/// The attempt of a payment that waits for a card keyed apart.
fn keyed(case: &Case) -> Option<&Attempt> {
    case.attempts.iter().find(|attempt| attempt.operation == KEYED)
}

/// What is about to be keyed apart.
pub(super) struct Keying<'a> {
    pub id: PaymentId,
    pub aims: &'a [Aim],
    pub number: NextNumber,
    pub connection: &'a Connection,
    pub processor: &'a dyn Processor,
    pub back: Link,
}

/// The payment waits for what staff take in the processor's terminal: it reserves what it is for, and is given up after a day.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    services: &Services,
    by: &Call,
    mut books: Books,
    holding: &Holding,
    of: Keying<'_>,
) -> Result<()> {
    let Keying { id, aims, number, connection, processor, back } = of;
    let reserved = books.account.reserve(aims, holding.amount)?;
    let attempt = AttemptId::new(tx.ids());
    let apart =
        processor.terminal_apart(attempt).ok_or_else(|| Error::Fault(format!("{} has no terminal apart", connection.id)))?;
    let now = tx.now();
    let asked = Asked::Keyed(KeyedRequest { amount: Money::new(holding.amount, holding.currency) });
    let row = Payment {
        number: counter::take(tx, number),
        amount: holding.amount,
        state: PaymentState::Pending,
        kind: "in_person".to_owned(),
        connection_id: Some(connection.id),
        reference: Some(apart.reference),
        checkout_url: Some(staff_address(services, connection, id)),
        actor: by.actor.id(),
        ..Payment::fresh(by.business, id, holding.customer, holding.currency, now)
    };
    let event = event_id(tx);
    let begun = Begun { row: named(row, aims), back, reserved, asked, operation: KEYED };
    commit_as(tx, by, books, event, begun, attempt)?;
    let data = serde_json::json!({ "amount": holding.amount, "currency": holding.currency });
    Act { kind: "keyed_apart", subject: id.to_string(), customer: Some(holding.customer), data, call: by }.write(tx, event);
    leave_job(tx, "close_checkouts", holding.customer, event);
    Ok(())
}

/// What staff type in the processor's terminal for this payment. None: it is not taken there. Refuses NO_RIGHT.
pub async fn waiting(services: &Services, call: &Call, id: PaymentId) -> Result<Option<Waiting>> {
    call.actor.must(Role::Clerk, "payments")?;
    let Some(case) = case(services, call, id).await? else { return Ok(None) };
    let Some(attempt) = keyed(&case).map(|attempt| attempt.id) else { return Ok(None) };
    let Case { payment, connection, business, .. } = case;
    let kind = registry::find(&connection.kind).ok_or_else(|| Error::Fault(format!("no processor is {}", connection.kind)))?;
    let connected = services.connections.open(&connection, &business)?;
    let Some(apart) = connected.processor.terminal_apart(attempt) else { return Ok(None) };
    let waits =
        payment.state == PaymentState::Pending && payment.checkout_url.as_deref().is_some_and(|url| is_for_staff(services, url));
    Ok(Some(Waiting { payment, kind, apart, waits }))
}

/// Asks the processor at once whether it has arrived. Does nothing while the processor cannot say. Refuses NO_RIGHT.
pub async fn look_now(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    call.actor.must(Role::Clerk, "payments")?;
    look(services, &call.onward(), id).await
}

/// It did not go through: what it reserved is free, unless the processor has it after all. Refuses NO_RIGHT. Idempotent.
pub async fn give_up(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    call.actor.must(Role::Clerk, "payments")?;
    look(services, &call.onward(), id).await?;
    settle_payment(services, call, id, Finding::GivenUp { why: None }).await
}

/// When what waits in a terminal apart is asked about at the latest, if `next` is planned: its day must not pass unseen.
pub(crate) fn by_its_end(attempt: &Attempt, now: Instant, next: Instant) -> Instant {
    let end = attempt.created_at.plus_seconds(WAITS_SECONDS);
    if attempt.operation == KEYED && now < end { next.min(end) } else { next }
}

/// Asks the processor what was keyed by the reference of a payment that waits, or was given up. When it says *nothing* after a day,
/// the payment is given up.
pub(super) async fn look_apart(services: &Services, call: &Call, attempt: &Attempt, open: &Connection, name: &str) -> Result<()> {
    let connected = services.connections.open(open, name)?;
    let by = processors::Attempt { id: attempt.id, at: services.db.clock().now() };
    match ask(connected.processor.as_ref(), &by, &attempt.asked()?).await {
        Outcome::Done(found) | Outcome::Pending(found) => {
            settle_payment(services, call, attempt.payment_id, Finding::Seen(found)).await
        }
        Outcome::Rejected(no)
            if no.reason == RejectReason::NotFound && by.at >= attempt.created_at.plus_seconds(WAITS_SECONDS) =>
        {
            settle_payment(services, call, attempt.payment_id, Finding::GivenUp { why: Some(NOTHING_CAME) }).await
        }
        answer => {
            tracing::info!(payment = %attempt.payment_id, ?answer, "nothing was keyed by its reference so far");
            Ok(())
        }
    }
}

/// The job `book_keyed`: money that came by the reference of a payment and is not that payment, as credit that waits. Its subject is
/// the payment and the charge.
pub(crate) async fn book_keyed(services: &Services, call: &Call, subject: &str) -> Result<()> {
    let wrong = || Error::Fault(format!("{subject} is no charge of a payment"));
    let (id, charge) = subject.split_once('/').ok_or_else(wrong)?;
    let case =
        case(services, call, id.parse().map_err(|_| wrong())?).await?.filter(|case| keyed(case).is_some()).ok_or_else(wrong)?;
    let connected = services.connections.open(&case.connection, &case.business)?;
    let about = Reference::new(RemoteKind::Charge, charge.to_owned());
    match connected.processor.fetch(&about, services.db.clock().now()).await {
        Outcome::Done(Remote::Charge(charge)) if charge.state == ChargeState::Captured => {
            book(services, call, case, charge).await
        }
        // It came and went before it was booked.
        Outcome::Done(_) => Ok(()),
        answer => Err(Error::Fault(format!("the processor could not say what {charge} is: {answer:?}"))),
    }
}

async fn book(services: &Services, call: &Call, case: Case, charge: Charge) -> Result<()> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            let (asked, connection, money) = (&case.payment, case.connection.id, charge.captured);
            let mut books = open_books(tx, asked.customer_id, money.currency, &Touched::default()).await?;
            if payment::by_remote_of_flow(tx, connection, &charge.id).await?.is_some() {
                return Ok(());
            }
            let today = books.business.today(charge.captured_at.unwrap_or(tx.now()));
            let number = counter::next(tx, "PAY", books.business.today(tx.now())).await?;
            let id = PaymentId::new(tx.ids());
            let number = counter::take(tx, number);
            let outcome = books.account.receive(
                tx.ids(),
                &MoneyIn {
                    payment: id,
                    amount: money.minor,
                    channel: Channel::Processor(case.connection.kind.clone()),
                    method: Some("card".to_owned()),
                    description: format!("Payment {number}, card"),
                    category: None,
                    note: None,
                    when: When::Machine(today),
                    whole_account: false,
                    aims: Vec::new(),
                    hold_excess: true,
                },
            )?;
            let event = event_id(tx);
            let (_, posted) = books.write(tx, &by, event)?;
            let row = arrived(&case, &charge, id, number, tx.now());
            tx.insert(&Payment { entry_id: Some(outcome.credit), ..row });
            leave_job(tx, "alert_keyed_otherwise", id, event);
            let data = serde_json::json!({
                "amount": money.minor, "currency": money.currency, "unapplied": outcome.unapplied, "twice": false, "balance": posted.balance,
            });
            Act { kind: "payment_succeeded", subject: id.to_string(), customer: Some(case.payment.customer_id), data, call: &by }
                .write(tx, event);
            Ok(())
        })
        .await
}

/// The payment that such money is, without its credit.
fn arrived(case: &Case, charge: &Charge, id: PaymentId, number: String, now: Instant) -> Payment {
    let asked = &case.payment;
    let card = charge.method.as_ref().filter(|method| method.kind == MethodKind::Card);
    Payment {
        number,
        amount: charge.captured.minor,
        state: PaymentState::Succeeded,
        kind: "in_person".to_owned(),
        reference: asked.reference.clone(),
        memo: Some(format!("Arrived by the reference of {}", asked.number)),
        connection_id: Some(case.connection.id),
        remote_id: Some(charge.id.clone()),
        brand: card.map(|method| method.brand.clone()),
        last4: card.map(|method| method.last4.clone()),
        approval_code: charge.approval_code.clone(),
        actor: "system".to_owned(),
        succeeded_at: Some(now),
        ..Payment::fresh(asked.business_id, id, asked.customer_id, charge.captured.currency, now)
    }
}
