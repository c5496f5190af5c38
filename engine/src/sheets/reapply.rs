//! What a payment can be set against: each document and charge of its account that is open or that it pays now.

use std::collections::BTreeMap;

use books::account::Target;
use books::entry::Class;
use books::ids::{BusinessId, PaymentId};

use crate::db::Db;
use crate::error::Result;
use crate::store::entry;
use crate::store::order::{self, Order};

/// A document or charge.
#[derive(Debug, Clone)]
pub struct Place {
    pub target: Target,
    pub order: Option<Order>,
    /// Of a charge without an order.
    pub name: String,
    /// Minor units that are open there.
    pub open: i64,
    /// What this payment pays there now.
    pub paid: i64,
}

/// Every place, in the order in which the charges were posted.
pub async fn places(db: &Db, of: BusinessId, id: PaymentId) -> Result<Vec<Place>> {
    db.read(async move |reader| {
        let sheet = super::payment::read(reader, of, id).await?;
        let open = entry::open_of(reader, of, sheet.payment.customer_id, sheet.payment.currency).await?;
        let mut charges: Vec<_> = sheet.charges.iter().chain(&open).filter(|line| line.kind.class() == Class::Charge).collect();
        charges.sort_by_key(|line| line.id);
        charges.dedup_by_key(|line| line.id);
        let mut places: Vec<Place> = Vec::new();
        let mut known: BTreeMap<Target, usize> = BTreeMap::new();
        for line in charges {
            let target = line.order_id.map_or(Target::Entry(line.id), Target::Order);
            let paid: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == line.id).map(|row| row.live).sum();
            if let Some(at) = known.get(&target) {
                places[*at].open += line.open();
                places[*at].paid += paid;
                continue;
            }
            let order = match line.order_id {
                Some(order) => Some(order::one(reader, of, order).await?),
                None => None,
            };
            known.insert(target, places.len());
            places.push(Place { target, order, name: line.description.clone(), open: line.open(), paid });
        }
        Ok(places)
    })
    .await
}
