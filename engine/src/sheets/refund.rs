//! Everything a refund's confirmation prints: the refund, its payment, and which documents are owed again because of it.
//!
//! Invariant: what is owed again is what was taken back from charges when the refund was posted, not what was asked for.

use std::collections::BTreeMap;

use books::ids::{BusinessId, EntryId, RefundId};
use books::refund::RefundState;

use super::payment::{self, PaymentSheet};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::refund::{self, Refund};
use crate::store::{allocation, entry, invoice, order};

/// One refund that has gone, read in one snapshot.
#[derive(Debug, Clone)]
pub struct RefundSheet {
    pub refund: Refund,
    pub payment: PaymentSheet,
    /// By the number or description of each document or charge: what is owed again, minor units.
    pub owed_again: Vec<(String, i64)>,
}

impl RefundSheet {
    /// What of the payment had gone back before this refund.
    pub fn before(&self) -> i64 {
        let earlier = |row: &&Refund| row.state == RefundState::Succeeded && row.id < self.refund.id;
        self.payment.refunds.iter().filter(earlier).map(|row| row.amount).sum()
    }
}

/// Reads a refund that succeeded. Refuses REFUND_PENDING for any other: there is nothing to confirm yet.
pub async fn refund_sheet(db: &Db, business: BusinessId, id: RefundId) -> Result<RefundSheet> {
    db.read(async move |reader| {
        let refund = refund::one(reader, business, id).await?;
        let (RefundState::Succeeded, Some(posted)) = (refund.state, refund.entry_id) else {
            return Err(Error::refused("REFUND_PENDING", "the refund has not gone, so there is nothing to confirm"));
        };
        let payment = payment::read(reader, business, refund.payment_id).await?;
        let event = entry::one(reader, business, posted).await?.event_id;
        let mut taken: BTreeMap<EntryId, i64> = BTreeMap::new();
        if let Some(credit) = payment.payment.entry_id {
            let history = allocation::of_entry(reader, business, credit).await?;
            for row in history.iter().filter(|row| row.event_id == event && row.takes_back.is_some()) {
                *taken.entry(row.charge_id).or_default() += row.amount;
            }
        }
        let ids: Vec<EntryId> = taken.keys().copied().collect();
        let mut owed_again: Vec<(String, i64)> = Vec::new();
        for charge in entry::by_ids(reader, business, &ids).await? {
            let name = match (charge.live_invoice_id, charge.order_id) {
                (Some(id), _) => invoice::one(reader, business, id).await?.number,
                (None, Some(id)) => order::one(reader, business, id).await?.number,
                (None, None) => None,
            };
            let name = name.unwrap_or_else(|| charge.description.clone());
            let part = taken.get(&charge.id).copied().unwrap_or(0);
            match owed_again.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += part,
                None => owed_again.push((name, part)),
            }
        }
        Ok(RefundSheet { refund, payment, owed_again })
    })
    .await
}
