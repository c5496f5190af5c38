//! One entry in full: what it was applied to, its journal lines, the entries it undoes or is undone by.

use books::ids::{BusinessId, EntryId};

use crate::db::Db;
use crate::error::Result;
use crate::store::allocation::{self, Allocation};
use crate::store::business::{self, Business};
use crate::store::customer::{self, Customer};
use crate::store::entry::{self, EntryLine, JournalLine};
use crate::store::order::{self, Order};

/// One entry, read in one snapshot.
#[derive(Debug, Clone)]
pub struct EntrySheet {
    pub business: Business,
    pub customer: Customer,
    pub entry: EntryLine,
    /// In the order they were made; those that take back, and those that were taken back, included.
    pub allocations: Vec<Allocation>,
    /// The entries on the other side of them.
    pub others: Vec<EntryLine>,
    pub journal: Vec<JournalLine>,
    /// The order it belongs to.
    pub order: Option<Order>,
}

impl EntrySheet {
    /// The entry on the other side of an allocation.
    pub fn other(&self, row: &Allocation) -> Option<&EntryLine> {
        let id = if row.credit_id == self.entry.id { row.charge_id } else { row.credit_id };
        self.others.iter().find(|line| line.id == id)
    }
}

/// Reads an entry with all that belongs to it.
pub async fn entry_sheet(db: &Db, of: BusinessId, id: EntryId) -> Result<EntrySheet> {
    db.read(async move |reader| {
        let business = business::one(reader, of).await?;
        let entry = entry::one(reader, of, id).await?;
        let customer = customer::one(reader, of, entry.customer_id).await?;
        let allocations = allocation::of_entry(reader, of, id).await?;
        let others = entry::touching(reader, of, id).await?;
        let journal = entry::journal(reader, of, id).await?;
        let order = match entry.order_id {
            Some(order) => Some(order::one(reader, of, order).await?),
            None => None,
        };
        Ok(EntrySheet { business, customer, entry, allocations, others, journal, order })
    })
    .await
}
