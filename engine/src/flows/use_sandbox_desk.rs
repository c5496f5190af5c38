//! What somebody does at the pretend bank's own desk: dispute a charge, return a debit, refund past us, make things go wrong.
//!
//! Invariant: the books learn of it as they would from a real bank, by its webhooks and its record; only the audit line is
//! written here. Refuses connections that are not Sandbox as unknown.

use std::sync::Arc;

use books::calendar::Instant;
use books::ids::{BusinessId, ConnectionId};
use books::money::Money;
use processors::sandbox::{Bank, BankCharge, BankCharges, BankError, Fault, Mailed};
use processors::{Processor, Reference, RejectReason, Rejection, RemoteKind};

use super::audit::{Act, event_id};
use super::call::Call;
use super::check;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business;
use crate::store::connection;

/// At most so many faults are queued by one call.
pub const MOST_FAULTS: usize = 100_000;

/// What happens to a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskAct {
    /// The payer disputes it.
    Dispute,
    /// The bank decides an open dispute.
    Decide { won: bool },
    /// A bank debit comes back.
    Return,
    /// Money is given back past us; none: all that is left. Minor units.
    Refund { amount: Option<i64> },
}

/// The connector and the pretend bank of a connection of this business.
async fn open(services: &Services, business: BusinessId, id: ConnectionId) -> Result<(Arc<dyn Processor>, Arc<Bank>)> {
    let (connection, of) = services
        .db
        .read(async move |reader| Ok((connection::one(reader, business, id).await?, business::one(reader, business).await?)))
        .await?;
    let connected = services.connections.open(&connection, &of.name)?;
    let bank = connected.bank.ok_or(Error::NotFound)?;
    Ok((connected.processor, bank))
}

/// A page of the bank's own record of charges, newest first.
pub async fn charges(
    services: &Services,
    business: BusinessId,
    id: ConnectionId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<BankCharges> {
    open(services, business, id).await?.1.charges(cursor, limit).await.map_err(refused)
}

/// The invoices of its own that the bank "mailed" lately, newest first.
pub async fn mailed(services: &Services, business: BusinessId, id: ConnectionId) -> Result<Vec<Mailed>> {
    open(services, business, id).await?.1.mailed().await.map_err(refused)
}

/// Acts on a charge at the desk. Answers the charge as the bank has it now.
pub async fn act(services: &Services, call: &Call, id: ConnectionId, charge: &str, act: DeskAct) -> Result<BankCharge> {
    let (processor, bank) = open(services, call.business, id).await?;
    let now = services.db.clock().now();
    let (kind, answer) = match act {
        DeskAct::Dispute => ("sandbox_disputed", bank.dispute(charge, now).await),
        DeskAct::Decide { won } => ("sandbox_decided", bank.close_dispute(charge, won, now).await),
        DeskAct::Return => ("sandbox_returned", bank.return_debit(charge, now).await),
        DeskAct::Refund { amount } => {
            let amount = match amount {
                Some(minor) => Some(money(processor.as_ref(), charge, check::amount("amount", minor)?, now).await?),
                None => None,
            };
            ("sandbox_refunded", bank.refund_at_dashboard(charge, amount, now).await)
        }
    };
    let answer = answer.map_err(refused)?;
    note(services, call, kind, id, serde_json::json!({ "charge": answer.id, "amount": answer.amount })).await?;
    Ok(answer)
}

/// Lets these things go wrong next, after what waits already.
pub async fn queue_faults(services: &Services, call: &Call, id: ConnectionId, next: &[Fault]) -> Result<usize> {
    if next.len() > MOST_FAULTS {
        return Err(Error::invalid("next", "TOO_MANY", format!("at most {MOST_FAULTS} faults at once")));
    }
    open(services, call.business, id).await?.1.faults(next).await.map_err(refused)?;
    note(services, call, "sandbox_faults", id, serde_json::json!({ "queued": next.len() })).await?;
    Ok(next.len())
}

/// An amount in the currency of a charge.
async fn money(processor: &dyn Processor, charge: &str, minor: i64, now: Instant) -> Result<Money> {
    let about = Reference::new(RemoteKind::Charge, charge.to_owned());
    let found =
        processor.fetch(&about, now).await.value().and_then(|remote| remote.charge().map(|charge| charge.amount.currency));
    found.map(|currency| Money::new(minor, currency)).ok_or(Error::NotFound)
}

async fn note(services: &Services, call: &Call, kind: &'static str, id: ConnectionId, data: serde_json::Value) -> Result<()> {
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            let event = event_id(tx);
            Act { kind, subject: id.to_string(), customer: None, data: data.clone(), call: &by }.write(tx, event);
            Ok(())
        })
        .await
}

/// The bank's own refusals, with their codes.
fn refused(error: BankError) -> Error {
    match error {
        BankError::Refused(Rejection { reason: RejectReason::NotFound, .. }) => Error::NotFound,
        BankError::Refused(Rejection { reason: RejectReason::NothingRefundable, text }) => {
            Error::refused("NOTHING_REFUNDABLE", text)
        }
        BankError::Refused(Rejection { text, .. }) => Error::refused("SANDBOX_REFUSED", text),
        BankError::Unreachable(why) => Error::Fault(format!("Sandbox: {why}")),
    }
}
