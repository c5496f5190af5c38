//! Giving up what is due: a part of it, or all (*uncollectible*).
//!
//! Invariants: a write-off takes only what is open, oldest due first, and never displaces money; it yields later to a
//! reduction or to money that names its document (rule 4). Left out: limits by role, and the invoice's stored state.

use super::{Account, Target, When};
use crate::entry::EntryKind;
use crate::ids::{EntryId, IdSource};
use crate::refusal::Refusal;

/// What is given up, and why.
#[derive(Debug, Clone)]
pub struct WriteOff {
    pub target: Target,
    /// Nothing: all that is open.
    pub amount: Option<i64>,
    pub reason: String,
    pub note: Option<String>,
    pub when: When,
}

/// What a write-off did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenOff {
    pub entry: EntryId,
    pub amount: i64,
    pub charges: Vec<(EntryId, i64)>,
}

impl Account {
    /// Refuses where nothing is open, and more than is open.
    pub fn write_off(&mut self, ids: &mut dyn IdSource, input: &WriteOff) -> Result<WrittenOff, Refusal> {
        let dated = self.dated(input.when)?;
        let charges = self.targets(input.target)?;
        let due: i64 = charges.iter().map(|at| self.items[*at].open()).sum();
        if due == 0 {
            return Err(Refusal::NoBalance);
        }
        let amount = input.amount.unwrap_or(due);
        if amount > due {
            return Err(Refusal::AboveDue { asked: self.money(amount), due: self.money(due) });
        }
        let mut left = amount;
        let mut parts = Vec::new();
        for at in charges {
            let part = self.items[at].open().min(left);
            if part > 0 {
                parts.push((at, part));
                left -= part;
            }
        }
        let dated = parts.iter().fold(dated, |day, (charge, _)| day.no_earlier(self.items[*charge].entry.effective_on));
        let mut entry = self.draft(ids, EntryKind::WriteOff, amount, "Written off", dated);
        (entry.reason, entry.note) = (Some(input.reason.clone()), input.note.clone());
        match input.target {
            Target::Order(order) => entry.order = Some(order),
            Target::Invoice(invoice) => entry.invoice = Some(invoice),
            Target::Entry(_) => {}
        }
        let id = entry.id;
        self.post_write_off(entry, &parts)?;
        let charges = parts.into_iter().map(|(at, part)| (self.items[at].entry.id, part)).collect();
        Ok(WrittenOff { entry: id, amount, charges })
    }
}
