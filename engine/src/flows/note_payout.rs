//! A payout that a processor listed is kept, and held against the payments it is made of.
//!
//! Invariants: kept once, by the processor's own id, however often it is listed; what arrived and what was kept as fees are
//! taken from the listing and never computed. A charge that is not in these books is named, not guessed; when its payment
//! is learned of later, the next listing finds it.

use std::collections::HashMap;

use books::ids::{AttemptId, ConnectionId, PaymentId, PayoutId};
use serde_json::json;

use super::audit::{Act, event_id};
use super::call::Call;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::payout::{self, Payout, PayoutLine};

/// Keeps a listed payout. Idempotent by the processor's id. Faults on amounts of several currencies in one payout, and on
/// sums that pass what an amount can be: nothing of such a listing is kept.
pub async fn note_payout(services: &Services, call: &Call, connection: ConnectionId, listed: &processors::Payout) -> Result<()> {
    let currency = listed.net.currency;
    let own = [listed.fees.currency, listed.kept.currency];
    let all_alike = own.iter().all(|of| *of == currency) && listed.lines.iter().all(|line| line.amount.currency == currency);
    if !all_alike {
        return Err(Error::Fault(format!("the payout {} is in several currencies", listed.id)));
    }
    let (by, listed) = (call.onward(), listed.clone());
    services
        .db
        .write(call.business, async move |tx| {
            let known = payout::by_remote(tx, connection, &listed.id).await?;
            let listed = named_as_ours(tx, connection, listed.clone()).await?;
            let charges = listed.lines.iter().map(|line| line.charge.clone());
            match known {
                Some((row, _)) if row.whole => Ok(()),
                Some((row, lines)) => {
                    let payments = payout::payments_of(tx, connection, charges).await?;
                    learn(tx, &by, row, lines, &payments)
                }
                None => {
                    let payments = payout::payments_of(tx, connection, charges).await?;
                    keep(tx, &by, connection, &listed, &payments)
                }
            }
        })
        .await
}

/// A listing may name a charge otherwise than its payment does: our key that it carries leads to what we know it by.
async fn named_as_ours(tx: &mut Tx<'_>, connection: ConnectionId, mut listed: processors::Payout) -> Result<processors::Payout> {
    let attempts: Vec<AttemptId> = listed.lines.iter().filter_map(|line| line.attempt).collect();
    if attempts.is_empty() {
        return Ok(listed);
    }
    let charges = payout::charges_of(tx, connection, attempts.into_iter()).await?;
    for line in &mut listed.lines {
        if let Some(charge) = line.attempt.and_then(|attempt| charges.get(&attempt)) {
            line.charge.clone_from(charge);
        }
    }
    Ok(listed)
}

fn keep(
    tx: &mut Tx<'_>,
    by: &Call,
    connection: ConnectionId,
    listed: &processors::Payout,
    payments: &HashMap<String, PaymentId>,
) -> Result<()> {
    let id = PayoutId::new(tx.ids());
    let row = Payout {
        business_id: tx.business(),
        id,
        connection_id: connection,
        remote_id: listed.id.clone(),
        currency: listed.net.currency,
        net: listed.net.minor,
        fees: listed.fees.minor,
        kept: listed.kept.minor,
        known: 0,
        whole: false,
        arrived_on: listed.arrived_on,
        listed_at: tx.now(),
    };
    let line = |(position, line): (i64, &processors::PayoutLine)| PayoutLine {
        business_id: row.business_id,
        payout_id: id,
        position,
        charge: line.charge.clone(),
        payment_id: payments.get(&line.charge).copied(),
        amount: line.amount.minor,
    };
    let lines: Vec<PayoutLine> = (0..).zip(&listed.lines).map(line).collect();
    let row = held_against(row, &lines)?;
    tx.insert(&row);
    for line in &lines {
        tx.insert(line);
    }
    tell(tx, by, &row, "payout_listed");
    Ok(())
}

/// Charges that were strangers and are payments by now.
fn learn(
    tx: &mut Tx<'_>,
    by: &Call,
    row: Payout,
    mut lines: Vec<PayoutLine>,
    payments: &HashMap<String, PaymentId>,
) -> Result<()> {
    let mut learned = false;
    for line in lines.iter_mut().filter(|line| line.payment_id.is_none()) {
        if let Some(payment) = payments.get(&line.charge) {
            line.payment_id = Some(*payment);
            tx.set(line);
            learned = true;
        }
    }
    if learned {
        let row = held_against(row, &lines)?;
        tx.set(&row);
        tell(tx, by, &row, "payout_matched");
    }
    Ok(())
}

fn held_against(mut row: Payout, lines: &[PayoutLine]) -> Result<Payout> {
    let too_much = || Error::Fault(format!("the payout {} passes what an amount can be", row.remote_id));
    let found = row.reconciled(lines).ok_or_else(too_much)?;
    (row.known, row.whole) = (found.known, found.is_whole());
    Ok(row)
}

fn tell(tx: &mut Tx<'_>, by: &Call, row: &Payout, kind: &'static str) {
    let event = event_id(tx);
    let data = json!({ "net": row.net, "fees": row.fees, "kept": row.kept, "known": row.known, "currency": row.currency });
    Act { kind, subject: row.id.to_string(), customer: None, data, call: by }.write(tx, event);
}
