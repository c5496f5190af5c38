//! Entries: everything a customer was charged or credited, one row each, never edited and never deleted.
//!
//! Invariants: `amount > 0` and `net + tax = amount`; the kind gives the side and the class; a mistake is corrected
//! by a further entry. What an entry's class means is rule 1 to 4 of the ledger (`docs/ledger.md`): only *money* is
//! ever free; *reductions* and *write-offs* are allocated whole, at once, to the charges they lessen; a *pay-out*
//! consumes the credit it takes back. Left out: the running `allocated`, which stands beside the entry
//! ([`crate::account::ItemState`]), and its journal lines ([`crate::ledger::JournalLine`]).

use crate::calendar::Day;
use crate::ids::{AmendmentId, CreditNoteId, CustomerId, EntryId, InvoiceId, OrderId, PaymentId};
use crate::money::{Currency, Money};
use crate::words::words;

words! {
    /// A charge raises what the customer owes, a credit lowers it.
    Side {
        Charge = "charge",
        Credit = "credit",
    }
}

words! {
    /// What an entry is. The text is stored and published.
    EntryKind {
        /// Lines of an order or application, one charge for each posting.
        Order = "order",
        /// Lines of an invoice written from scratch.
        Invoice = "invoice",
        /// Added by staff on the customer's page.
        ManualCharge = "manual_charge",
        /// Charged by a rule on an overdue invoice.
        LateFee = "late_fee",
        /// Deducted from the money balance by staff.
        AdjustmentDown = "adjustment_down",
        /// Money given back to the customer.
        Refund = "refund",
        /// Money the bank or card network took back: a bounced debit, a lost dispute.
        Return = "return",
        /// Takes back a credit recorded by mistake.
        CreditReversal = "credit_reversal",
        /// Credit without a payment behind it, handed out.
        Payout = "payout",
        /// Takes back a write-off or small difference.
        WriteOffReversal = "write_off_reversal",
        /// Money received.
        Payment = "payment",
        /// Given by staff on the customer's page.
        ManualCredit = "manual_credit",
        /// Added to the money balance by staff.
        AdjustmentUp = "adjustment_up",
        /// Lines taken off an order, or a discount added to it.
        Amendment = "amendment",
        /// A credit note on an issued invoice.
        CreditNote = "credit_note",
        /// Mirrors a charge that was a mistake.
        Reversal = "reversal",
        /// Takes back what a void invoice had charged.
        Void = "void",
        /// Given up as bad debt.
        WriteOff = "write_off",
        /// A few cents not worth asking for.
        SmallDifference = "small_difference",
    }
}

/// What the rules do with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A charge proper: goods, fees, services, an adjustment down.
    Charge,
    /// A charge that consumes the credit it takes back.
    PayOut,
    /// The only credit that can be free.
    Money,
    /// Lessens one charge; displaces money where it must.
    Reduction,
    /// Gives up what is open; yields to a reduction and to money that names its document.
    WriteOff,
}

impl EntryKind {
    pub const fn class(self) -> Class {
        use EntryKind as K;
        match self {
            K::Order | K::Invoice | K::ManualCharge | K::LateFee | K::AdjustmentDown => Class::Charge,
            K::Refund | K::Return | K::CreditReversal | K::Payout | K::WriteOffReversal => Class::PayOut,
            K::Payment | K::ManualCredit | K::AdjustmentUp => Class::Money,
            K::Amendment | K::CreditNote | K::Reversal | K::Void => Class::Reduction,
            K::WriteOff | K::SmallDifference => Class::WriteOff,
        }
    }

    pub const fn side(self) -> Side {
        match self.class() {
            Class::Charge | Class::PayOut => Side::Charge,
            Class::Money | Class::Reduction | Class::WriteOff => Side::Credit,
        }
    }
}

/// One charge or credit on a customer's account in one currency. Amounts are in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    pub customer: CustomerId,
    pub currency: Currency,
    pub side: Side,
    pub kind: EntryKind,
    /// More than zero; the side gives the direction. Includes tax.
    pub amount: i64,
    /// `amount` without `tax`.
    pub net: i64,
    /// The tax inside `amount`; 0 for money and write-offs.
    pub tax: i64,
    pub description: String,
    pub category: Option<String>,
    /// For staff; payers do not see it.
    pub note: Option<String>,
    /// How money came or went: `cash`, `check`, `card` …
    pub method: Option<String>,
    /// Why staff did it: reversals, write-offs, refunds, amendments.
    pub reason: Option<String>,
    /// The accounting day: the day it counts from in every balance as at a day.
    pub effective_on: Day,
    /// When a charge without an invoice is due; nothing: it has no named due day.
    pub due_on: Option<Day>,
    /// The real day, when a lock of the books moved `effective_on` to the first open day.
    pub noted_on: Option<Day>,
    pub order: Option<OrderId>,
    pub amendment: Option<AmendmentId>,
    /// The invoice this entry came from: its own lines, its late fee, its void, a write-off on it.
    pub invoice: Option<InvoiceId>,
    pub payment: Option<PaymentId>,
    pub credit_note: Option<CreditNoteId>,
    /// The entry this one takes back whole.
    pub reverses: Option<EntryId>,
}

impl Entry {
    /// What the entry does to the balance: a credit raises it, a charge lowers it.
    pub fn signed(&self) -> i64 {
        match self.side {
            Side::Charge => -self.amount,
            Side::Credit => self.amount,
        }
    }

    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    pub fn class(&self) -> Class {
        self.kind.class()
    }
}

words! {
    /// The mark beside an entry. The first three are a charge's, the next three a credit's.
    EntryStatus {
        Open = "open",
        PartPaid = "part_paid",
        Paid = "paid",
        Unapplied = "unapplied",
        PartApplied = "part_applied",
        Applied = "applied",
        /// Taken back whole by a further entry.
        Reversed = "reversed",
    }
}

/// The mark beside an entry of which `allocated` is set against the other side. `reversed`: a further entry names it
/// in `reverses`.
pub fn entry_status(side: Side, amount: i64, allocated: i64, reversed: bool) -> EntryStatus {
    if reversed {
        return EntryStatus::Reversed;
    }
    match (side, allocated) {
        (Side::Charge, 0) => EntryStatus::Open,
        (Side::Charge, part) if part < amount => EntryStatus::PartPaid,
        (Side::Charge, _) => EntryStatus::Paid,
        (Side::Credit, 0) => EntryStatus::Unapplied,
        (Side::Credit, part) if part < amount => EntryStatus::PartApplied,
        (Side::Credit, _) => EntryStatus::Applied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_and_has_the_side_of_its_class() {
        for kind in EntryKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            let owed = matches!(kind.class(), Class::Charge | Class::PayOut);
            assert_eq!(kind.side() == Side::Charge, owed, "{kind}");
        }
        assert!("Order".parse::<EntryKind>().is_err());
    }

    #[test]
    fn the_mark_follows_what_is_allocated() {
        let cases = [
            (Side::Charge, 0, false, "open"),
            (Side::Charge, 1, false, "part_paid"),
            (Side::Charge, 100, false, "paid"),
            (Side::Charge, 100, true, "reversed"),
            (Side::Credit, 0, false, "unapplied"),
            (Side::Credit, 99, false, "part_applied"),
            (Side::Credit, 100, false, "applied"),
            (Side::Credit, 0, true, "reversed"),
        ];
        for (side, allocated, reversed, want) in cases {
            assert_eq!(entry_status(side, 100, allocated, reversed).as_str(), want);
        }
    }
}
