//! Everything one payout shows: what it is made of, what of that is ours, and its journal.

use books::ids::{BusinessId, PayoutId};
use books::ledger::{Leg, rules};
use books::payout::Reconciled;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::connection::{self, Connection};
use crate::store::payout::{self, LineRow, PartOf, Payout, PayoutRow};

/// One payout, read in one snapshot.
#[derive(Debug, Clone)]
pub struct PayoutSheet {
    pub payout: Payout,
    pub connection: Connection,
    pub lines: Vec<LineRow>,
    pub reconciled: Reconciled,
    /// What it does to the ledger accounts.
    pub journal: Vec<Leg>,
}

impl PayoutSheet {
    /// How many lines are of this, and their sum.
    pub fn sum_of(&self, part: PartOf) -> (usize, i64) {
        let lines = self.lines.iter().filter(|line| line.part_of() == part);
        lines.fold((0, 0), |(count, sum), line| (count + 1, sum + line.amount))
    }

    /// The same as lists have it.
    pub fn row(&self) -> PayoutRow {
        let Payout { id, connection_id, currency, net, fees, kept, arrived_on, listed_at, .. } = self.payout;
        PayoutRow {
            id,
            connection_id,
            processor: self.connection.name.clone(),
            remote_id: self.payout.remote_id.clone(),
            currency,
            net,
            fees,
            kept,
            known: self.reconciled.known,
            whole: self.reconciled.is_whole(),
            arrived_on,
            lines: i64::try_from(self.lines.len()).unwrap_or(i64::MAX),
            listed_at,
        }
    }
}

/// Reads a payout.
pub async fn payout_sheet(db: &Db, business: BusinessId, id: PayoutId) -> Result<PayoutSheet> {
    db.read(async move |reader| {
        let payout = payout::one(reader, business, id).await?;
        let connection = connection::one(reader, business, payout.connection_id).await?;
        let parts = payout::lines(reader, business, id).await?;
        let too_much = || Error::Fault(format!("the lines of {id} pass what an amount can be"));
        let reconciled = payout.reconciled(&parts).ok_or_else(too_much)?;
        let journal = rules::paid_out(payout.net, payout.fees, reconciled.released(), &connection.kind);
        let lines = payout::line_rows(reader, business, id).await?;
        Ok(PayoutSheet { payout, connection, lines, reconciled, journal })
    })
    .await
}
