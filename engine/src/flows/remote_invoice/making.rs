//! Making an invoice at a processor and having it mailed: a draft first, which nobody can pay, then its mail.
//!
//! Invariant: [`pursue`] leads to what was wanted from wherever a crash or a lost answer left it, one call at a time.

use books::account::Target;
use books::ids::{PaymentId, RemoteInvoiceId};
use books::payment::PaymentState;
use books::remote_invoice::RemoteInvoiceState;
use processors::Asked;

use super::closing::close;
use super::{NewRemoteInvoice, begin, locked};
use crate::error::{Error, Result};
use crate::flows::ask_processor::look;
use crate::flows::audit::{Act, claim, event_id, prior_id};
use crate::flows::call::{Call, Done};
use crate::flows::charge_saved::{insert_attempt, live, send};
use crate::services::Services;
use crate::store::payment::{self, AttemptState};
use crate::store::remote_invoice::{self, RemoteInvoice};
use crate::store::user::Role;

/// Has a processor make and mail an invoice for what is due on an order or invoice. Refuses as requests for payment are refused:
/// NO_BALANCE, NO_PROCESSOR, PROCESSOR_INCOMPATIBLE, NO_CONTACT, PAYMENT_PENDING (also while another one is out for the same
/// charges); NOT_ISSUED; PROCESSOR_REFUSED with the processor's own words. A lost answer is no refusal: it reads *unknown* until
/// there is evidence. Idempotent by key.
pub async fn make_remote_invoice(
    services: &Services,
    call: &Call,
    target: Target,
    new: NewRemoteInvoice,
) -> Result<Done<RemoteInvoiceId>> {
    call.actor.must(Role::Clerk, "payments")?;
    let begun = begin(services, call, target, new, None).await?;
    carry_out(services, call, begun.value).await?;
    Ok(begun)
}

/// Calls the processor for one that was begun. Refuses PROCESSOR_REFUSED when it did not take it.
pub(super) async fn carry_out(services: &Services, call: &Call, id: RemoteInvoiceId) -> Result<()> {
    let (of, payment) = (call.business, PaymentId(id.0));
    let seen = remote_invoice::remote_invoice(&services.db, of, id).await?;
    if seen.state == RemoteInvoiceState::Making && seen.remote_id.is_none() {
        send(services, call, payment).await?;
        pursue(services, call, payment).await?;
    }
    let (row, payment) = services
        .db
        .read(async move |reader| Ok((remote_invoice::one(reader, of, id).await?, payment::one(reader, of, payment).await?)))
        .await?;
    match row.state {
        RemoteInvoiceState::Failed => {
            let why = payment.decline_text.unwrap_or_else(|| "The processor did not take the invoice.".to_owned());
            Err(Error::refused("PROCESSOR_REFUSED", why))
        }
        _ => Ok(()),
    }
}

/// Leads a payment that is an invoice at a processor to what is wanted of it: a draft is mailed, one that is to be closed is
/// canceled there. Does nothing for other payments, and while an answer is awaited.
pub(crate) async fn pursue(services: &Services, call: &Call, id: PaymentId) -> Result<()> {
    let of = call.business;
    let found = services
        .db
        .read(async move |reader| {
            let payment = payment::one(reader, of, id).await?;
            if payment.kind != remote_invoice::KIND || payment.state != PaymentState::Created {
                return Ok(None);
            }
            let open = payment::attempts(reader, of, id).await?.iter().any(|attempt| attempt.is_open());
            Ok(Some(remote_invoice::one(reader, of, remote_invoice::of_payment(id)).await?).filter(|_| !open))
        })
        .await?;
    let Some(row) = found else { return Ok(()) };
    match row.state {
        RemoteInvoiceState::Making if row.remote_id.is_some() => {
            if begin_mail(services, call, &row).await? {
                send(services, call, id).await?;
            }
            Ok(())
        }
        RemoteInvoiceState::Closing => close(services, call, &row).await,
        _ => Ok(()),
    }
}

/// Writes the attempt to mail a draft. Answers false when somebody else was first.
async fn begin_mail(services: &Services, call: &Call, row: &RemoteInvoice) -> Result<bool> {
    let id = row.id;
    services
        .db
        .write(call.business, async move |tx| {
            let (row, payment) = locked(tx, id).await?;
            let open = payment::attempts_of_flow(tx, payment.id).await?.iter().any(|attempt| attempt.is_open());
            let Some(invoice) = row.remote_id.filter(|_| row.state == RemoteInvoiceState::Making && !open) else {
                return Ok(false);
            };
            insert_attempt(tx, &payment, row.connection_id, "send_invoice", &Asked::SendInvoice { invoice })?;
            Ok(true)
        })
        .await
}

/// Has the processor mail an invoice once more. Refuses CLOSED for one that is over, PAYMENT_PENDING while the processor is asked
/// about it, PROCESSOR_INCOMPATIBLE where it mails an invoice only once, PROCESSOR_REFUSED with its own words. Idempotent by key.
pub async fn send_remote_invoice(services: &Services, call: &Call, id: RemoteInvoiceId) -> Result<Done<RemoteInvoiceId>> {
    call.actor.must(Role::Clerk, "payments")?;
    let (by, within) = (call.clone(), services.clone());
    let begun = services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let (row, payment) = locked(tx, id).await?;
            let open = payment::attempts_of_flow(tx, payment.id).await?.iter().any(|attempt| attempt.is_open());
            may_be_sent(&row, open || payment.state != PaymentState::Created)?;
            let connection = live(tx, row.connection_id).await?;
            let business = crate::store::business::of(tx).await?;
            if !within.connections.mails_again(&connection, &business.name) {
                return Err(Error::refused("PROCESSOR_INCOMPATIBLE", mails_once(&connection.name)));
            }
            let invoice = row.remote_id.ok_or_else(|| Error::Fault(format!("{id} is nowhere")))?;
            insert_attempt(tx, &payment, connection.id, "send_invoice", &Asked::SendInvoice { invoice })?;
            let event = event_id(tx);
            let (customer, data) = (Some(row.customer_id), serde_json::json!({}));
            Act { kind: "remote_invoice_mailed_again", subject: id.to_string(), customer, data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await?;
    if begun.repeated {
        return Ok(begun);
    }
    match send(services, call, PaymentId(id.0)).await? {
        Some(attempt) if attempt.state == AttemptState::Rejected => {
            // What stands in the way there is seen here too.
            look(services, &call.onward(), PaymentId(id.0)).await?;
            Err(Error::refused("PROCESSOR_REFUSED", attempt.evidence.unwrap_or_default()))
        }
        _ => Ok(begun),
    }
}

/// Why an invoice of this connection is not mailed again, in words.
pub fn mails_once(connection: &str) -> String {
    format!("{connection} mails an invoice once: send its link yourself.")
}

fn may_be_sent(row: &RemoteInvoice, asked: bool) -> Result<()> {
    match row.state {
        RemoteInvoiceState::Sent if !asked => Ok(()),
        state if state.is_out() => Err(Error::refused("PAYMENT_PENDING", "the processor is being asked about it; wait a moment")),
        state => Err(Error::refused("CLOSED", format!("this invoice is {state}: nothing is asked for any more"))),
    }
}
