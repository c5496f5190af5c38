//! Reservations: what payments under way will pay, and what refunds under way will take (rule 6).
//!
//! Invariants: a reservation moves no money; rule 5 leaves reserved amounts alone on both sides; it ends with the
//! payment or refund it is for, by exactly the parts it was made of. Left out: who holds it; the caller keeps
//! [`Reserved`] parts with the payment.

use super::{Account, Aim};
use crate::ids::{EntryId, PaymentId};
use crate::refusal::Refusal;

/// Part of a charge that a payment under way will pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserved {
    pub charge: EntryId,
    pub amount: i64,
}

impl Account {
    /// Reserves the charges a payment of `amount` will pay: its targets in order, or (none named) whatever is due,
    /// oldest first. What exceeds them is not reserved. Keep the parts, to release exactly these.
    pub fn reserve(&mut self, aims: &[Aim], amount: i64) -> Result<Vec<Reserved>, Refusal> {
        let mut left = amount;
        let mut parts = Vec::new();
        let named = aims.iter().map(|aim| Ok((self.targets(aim.target)?, aim.amount))).collect::<Result<Vec<_>, Refusal>>()?;
        let groups = if named.is_empty() { vec![(self.in_due_order(super::Item::is_charge), None)] } else { named };
        for (charges, most) in groups {
            let mut room = most.unwrap_or(left).min(left);
            for at in charges {
                let part = self.items[at].usable().min(room);
                if part > 0 {
                    self.items[at].state.reserved += part;
                    parts.push(Reserved { charge: self.items[at].entry.id, amount: part });
                    room -= part;
                    left -= part;
                }
            }
        }
        Ok(parts)
    }

    /// Ends the reservation of a payment that arrived, failed or was canceled. Its charges must be loaded.
    pub fn release(&mut self, parts: &[Reserved]) -> Result<(), Refusal> {
        for part in parts {
            let at = self.at(part.charge)?;
            self.lower_reserved(at, part.amount)?;
        }
        Ok(())
    }

    /// A document has charges that a payment under way will pay: PAYMENT_PENDING.
    pub fn reserved_on(&self, target: super::Target) -> i64 {
        self.charges_of(target).into_iter().map(|at| self.items[at].state.reserved).sum()
    }

    /// Reserves a payment's credit for a refund under way. Refuses more than is refundable.
    pub fn reserve_refund(&mut self, payment: PaymentId, amount: i64) -> Result<(), Refusal> {
        let refundable = self.refundable(payment)?;
        if amount <= 0 {
            return Err(Refusal::NotPositive);
        }
        if amount > refundable {
            return Err(Refusal::NothingRefundable { asked: self.money(amount), refundable: self.money(refundable) });
        }
        let at = self.credit_at(payment)?;
        if self.items[at].state.disputed {
            return Err(Refusal::Disputed);
        }
        self.items[at].state.reserved += amount;
        Ok(())
    }

    /// Ends the reservation of a refund that went out (before it is posted) or failed.
    pub fn release_refund(&mut self, payment: PaymentId, amount: i64) -> Result<(), Refusal> {
        let at = self.credit_at(payment)?;
        self.lower_reserved(at, amount)
    }

    fn lower_reserved(&mut self, at: usize, amount: i64) -> Result<(), Refusal> {
        let item = &mut self.items[at];
        if amount > item.state.reserved {
            return Err(Refusal::NotLoaded { what: "the reservation", entry: item.entry.id });
        }
        item.state.reserved -= amount;
        Ok(())
    }
}
