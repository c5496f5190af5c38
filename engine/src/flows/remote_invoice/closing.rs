//! Ending an invoice at a processor: by staff, or because what is due has changed by another route (the race guard, PAY-6).
//!
//! Invariants: that it is to be closed is committed before the processor is called, and asked for again until the processor
//! says that it is; when its payer was faster, their money is booked. Closing is safe to repeat, so each call carries a key of
//! its own. An invoice that asked for the wrong amount is made anew only after the old one is surely closed.

use books::account::{Account, Target};
use books::ids::{AttemptId, PaymentId, RemoteInvoiceId};
use books::payment::PaymentState;
use books::remote_invoice::{RemoteInvoiceEvent, RemoteInvoiceState};
use processors::{Asked, Attempt as Ask, Outcome, Reference, RemoteKind, ask};

use super::making::{carry_out, pursue};
use super::{NewRemoteInvoice, begin, locked, scope};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::flows::audit::{Act, claim, event_id, prior_id};
use crate::flows::call::{Call, Done};
use crate::flows::posting::{Touched, open_books};
use crate::flows::settle_payment::{Finding, settle_payment};
use crate::flows::start_checkout::due;
use crate::services::Services;
use crate::store::payment::{self, Attempt, Payment, next_check};
use crate::store::remote_invoice::{self, RemoteInvoice};
use crate::store::user::Role;
use crate::store::{business, connection};

/// Cancels an invoice at its processor. Refuses CLOSED for one that is over, and when the payer was faster: then it reads *paid*;
/// PAYMENT_PENDING when the payer has paid and the money is under way. While the processor cannot be reached it reads *closing*
/// and is asked for again. Idempotent by key.
pub async fn cancel_remote_invoice(services: &Services, call: &Call, id: RemoteInvoiceId) -> Result<Done<RemoteInvoiceId>> {
    call.actor.must(Role::Clerk, "payments")?;
    let by = call.clone();
    let begun = services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let (row, payment) = locked(tx, id).await?;
            refuse_over(&row)?;
            if payment.state != PaymentState::Created {
                return Err(Error::refused("PAYMENT_PENDING", "its receiver has paid, and the money is under way"));
            }
            let attempts = payment::attempts_of_flow(tx, row.payment_id).await?;
            give_up(tx, &by, &row, attempts, false);
            Ok(Done::now(id))
        })
        .await?;
    if begun.repeated {
        return Ok(begun);
    }
    pursue(services, &call.onward(), PaymentId(id.0)).await?;
    let after = remote_invoice::remote_invoice(&services.db, call.business, id).await?;
    match after.state {
        RemoteInvoiceState::Paid => refuse_over(&after).map(|()| begun),
        _ => Ok(begun),
    }
}

fn refuse_over(row: &RemoteInvoice) -> Result<()> {
    match row.state.is_out() {
        true => Ok(()),
        false => Err(Error::refused("CLOSED", format!("this invoice is {} and changes no more", row.state))),
    }
}

/// Commits that it is to be closed, and has it asked about soon, however this call ends.
fn give_up(tx: &mut Tx<'_>, by: &Call, row: &RemoteInvoice, attempts: Vec<Attempt>, renews: bool) {
    let state = row.state.after(RemoteInvoiceEvent::GivenUp);
    tx.set(&RemoteInvoice { state, renews, ..row.clone() });
    let soon = tx.now().plus_seconds(next_check(1));
    for attempt in attempts.into_iter().filter(|attempt| attempt.operation == "create_invoice") {
        tx.set(&Attempt { checks: 1, check_at: Some(soon), ..attempt });
    }
    let event = event_id(tx);
    let data = serde_json::json!({ "amount": row.amount, "currency": row.currency, "renews": renews });
    let (subject, customer) = (row.id.to_string(), Some(row.customer_id));
    Act { kind: "remote_invoice_given_up", subject, customer, data, call: by }.write(tx, event);
}

/// Has an invoice ask for what is due now: closes it when nothing is, or when it is another amount, and then it is made anew.
/// What payments under way will pay is not asked for a second time.
pub(crate) async fn fit(services: &Services, call: &Call, id: RemoteInvoiceId) -> Result<()> {
    let by = call.onward();
    let given_up = services
        .db
        .write(call.business, async move |tx| {
            let seen = tx.get::<RemoteInvoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let Some(target) = seen.target() else { return Ok(false) };
            let books = open_books(tx, seen.customer_id, seen.currency, &Touched::of(target)).await?;
            let row = tx.lock::<RemoteInvoice>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
            let payment = tx.lock::<Payment>(&[&by.business, &row.payment_id]).await?.ok_or(Error::NotFound)?;
            if !row.state.is_out() || payment.state != PaymentState::Created {
                return Ok(false);
            }
            let wanted = to_ask(&books.account, target);
            if row.state == RemoteInvoiceState::Closing || wanted == row.amount {
                return Ok(row.state == RemoteInvoiceState::Closing);
            }
            let attempts = payment::attempts_of_flow(tx, row.payment_id).await?;
            give_up(tx, &by, &row, attempts, wanted > 0);
            Ok(true)
        })
        .await?;
    if given_up { pursue(services, call, PaymentId(id.0)).await } else { Ok(()) }
}

/// What is due and no payment under way will pay.
fn to_ask(account: &Account, target: Target) -> i64 {
    (due(account, &scope(target)) - account.reserved_on(target)).max(0)
}

/// Makes the next one for what is due now. What stands in its way by then ends it without a word: it was paid meanwhile, another
/// is out, or the processor went. Idempotent by key.
pub(crate) async fn renew(services: &Services, call: &Call, id: RemoteInvoiceId) -> Result<()> {
    let of = call.business;
    let (old, today) = services
        .db
        .read(async move |reader| {
            let today = business::one(reader, of).await?.today(reader.now());
            Ok((remote_invoice::one(reader, of, id).await?, today))
        })
        .await?;
    let Some(target) = old.target() else { return Ok(()) };
    let new = NewRemoteInvoice {
        processor: Some(old.connection_id),
        to: Some(old.send_to),
        due_on: Some(old.due_on.max(today)),
        message: old.message,
    };
    let made = match begin(services, call, target, new, Some(id)).await {
        Ok(begun) => carry_out(services, call, begun.value).await,
        Err(error) => Err(error),
    };
    match made {
        Err(Error::Refused(why)) => {
            tracing::info!(invoice = %id, ?why, "an invoice at a processor was not made anew");
            Ok(())
        }
        other => other,
    }
}

/// Cancels at the processor, and stores what became of it: canceled, or paid after all. One that the processor never finished
/// making has nothing to be canceled yet.
pub(super) async fn close(services: &Services, call: &Call, row: &RemoteInvoice) -> Result<()> {
    let (of, connection) = (call.business, row.connection_id);
    let Some(invoice) = row.remote_id.clone() else { return Ok(()) };
    let (connection, name) = services
        .db
        .read(async move |reader| Ok((connection::one(reader, of, connection).await?, business::one(reader, of).await?.name)))
        .await?;
    let connected = services.connections.open(&connection, &name)?;
    let now = services.db.clock().now();
    let by = Ask { id: AttemptId::new(&mut services.db.ids()), at: now };
    let seen = match ask(connected.processor.as_ref(), &by, &Asked::CancelInvoice { invoice: invoice.clone() }).await {
        Outcome::Done(seen) | Outcome::Pending(seen) => seen,
        // Too late to cancel it, or the answer was lost: see what it has become.
        _ => match connected.processor.fetch(&Reference::new(RemoteKind::Invoice, invoice), now).await {
            Outcome::Done(seen) | Outcome::Pending(seen) => seen,
            answer => {
                tracing::info!(invoice = %row.id, ?answer, "the processor could not say whether it canceled its invoice");
                return Ok(());
            }
        },
    };
    settle_payment(services, call, row.payment_id, Finding::Seen(seen)).await
}
