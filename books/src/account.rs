//! One customer's account in one currency: the open items, and every act that may be done to them.
//!
//! The caller locks the customer, loads what matters into an [`Account`], calls one or more acts, and stores the
//! [`Posting`] that [`Account::finish`] gives. Nothing else decides what a credit pays or what a charge still owes.
//!
//! Invariants, checked by `finish`: nothing is allocated beyond an entry's amount; reductions and write-offs are
//! allocated whole; debits equal credits on every entry; free credit does not stand beside open charges (unless the
//! setting is off, the credit is held, or either is reserved); an allocation counts from no earlier day than its
//! entries, and on no day is more allocated than an entry's amount. After a refusal the account must be thrown away.
//!
//! **What must be loaded.** Always: every entry with something open (`allocated < amount`), both sides. Then, for
//! each entry an act *touches*, the entry itself even when closed, its live allocations, and the entries at their
//! other ends; of a write-off among those, its live allocations and their charges too. Touched are: the charges of
//! the named order or invoice (amend, cancel, receive money for it, credit note, write-off, void, issue), of an order
//! also the other charges of the invoices that have them, late fees included; for amendments, the order's lines, for
//! credit notes by line, the named ones; the named entry (reverse), with the entry that reverses it, if any; the
//! payment's credit, the charges it is allocated to and the other charges of their documents, with every entry that
//! names the payment (refund, return, reverse, reallocate). Other closed entries are never needed. Where it can tell,
//! an act refuses with the fault [`Refusal::NotLoaded`] rather than decide on half of the facts.
//!
//! Left out: documents' own states and numbers, processors, approvals, and what a refusal looks like.

mod amend;
mod bill;
mod credit_note;
mod dispute;
mod finish;
mod lessen;
mod manual;
mod pay_out;
mod receive;
mod reserve;
mod reverse;
mod settle;
mod state;
mod write_off;

use std::collections::HashMap;

use crate::allocation::{DueKey, LiveAllocation, oldest_due_first};
use crate::calendar::Day;
use crate::entry::{Class, Entry, EntryKind};
use crate::ids::{EntryId, IdSource, InvoiceId, OrderId, PaymentId};
use crate::ledger::{JournalLine, Leg, balances};
use crate::money::{Currency, MAX_MINOR, Money};
use crate::refusal::Refusal;

pub use amend::{Amend, AmendOutcome, NewLine, NewLines, OrderCharge, OwnCreditNote, TakeOff};
pub use bill::{FeeCharge, IssueOutcome, ScratchBill, VoidInvoice, Voided};
pub use credit_note::{
    CreditBy, CreditNoteInput, CreditNoteOutcome, Creditable, Destination, DestinationKind, LineCredit, SentBack,
};
pub use dispute::{DisputeMove, Reinstated};
pub use finish::{AllocatedChange, Flag, FlagChange, LineChange, Posting};
pub use manual::{Adjustment, ByHand};
pub use pay_out::{MoneyBack, PayOutOutcome, PayoutInput, ReturnInput};
pub use receive::{Aim, MoneyIn, MoneyInOutcome, Reallocate, Target};
pub use reserve::Reserved;
pub use reverse::Reverse;
pub use state::{Basis, ChargeLine, Cover, Freed, Item, ItemState, LineRef, Loaded, When};
pub use write_off::{WriteOff, WrittenOff};

pub(crate) use state::{Dated, Row, TakeBack};

/// The loaded items of one customer in one currency, with what the acts did so far.
#[derive(Debug, Clone)]
pub struct Account {
    basis: Basis,
    items: Vec<Item>,
    /// The states as they were loaded; items beyond these are new.
    before: Vec<ItemState>,
    place: HashMap<EntryId, usize>,
    /// In posting order: a row further down is newer.
    rows: Vec<Row>,
    /// How many rows were loaded; those beyond are new.
    loaded_rows: usize,
    take_backs: Vec<TakeBack>,
    lines: Vec<ChargeLine>,
    lines_before: Vec<ChargeLine>,
    journal: Vec<JournalLine>,
}

impl Account {
    /// Refuses (as a fault) entries of another customer or currency, allocations whose ends are not there, and an
    /// `allocated` outside of the entry's amount.
    pub fn load(basis: Basis, loaded: Loaded) -> Result<Account, Refusal> {
        let mut account = Account {
            before: loaded.items.iter().map(|item| item.state.clone()).collect(),
            place: loaded.items.iter().enumerate().map(|(at, item)| (item.entry.id, at)).collect(),
            items: loaded.items,
            rows: Vec::with_capacity(loaded.allocations.len()),
            loaded_rows: 0,
            take_backs: Vec::new(),
            lines_before: loaded.lines.clone(),
            lines: loaded.lines,
            journal: Vec::new(),
            basis,
        };
        for item in &account.items {
            account.check_item(item)?;
        }
        account.load_rows(loaded.allocations)?;
        Ok(account)
    }

    /// An account that has nothing yet.
    pub fn empty(basis: Basis) -> Account {
        Account {
            basis,
            items: Vec::new(),
            before: Vec::new(),
            place: HashMap::new(),
            rows: Vec::new(),
            loaded_rows: 0,
            take_backs: Vec::new(),
            lines: Vec::new(),
            lines_before: Vec::new(),
            journal: Vec::new(),
        }
    }

    /// Signed: negative, the customer owes. The sum over open items is the balance, because closed ones cancel out.
    pub fn balance(&self) -> i64 {
        self.items.iter().map(|item| if item.is_charge() { -item.open() } else { item.open() }).sum()
    }

    /// What is open of the charges an order, invoice or entry covers: its amount due.
    pub fn due(&self, target: Target) -> i64 {
        self.charges_of(target).into_iter().map(|at| self.items[at].open()).sum()
    }

    /// An entry with its state as the acts have left it.
    pub fn item(&self, entry: EntryId) -> Option<&Item> {
        self.place.get(&entry).map(|at| &self.items[*at])
    }

    /// All items that are loaded or were posted, in posting order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The credit of a payment, when it is loaded.
    pub fn credit_of(&self, payment: PaymentId) -> Option<EntryId> {
        self.credit_at(payment).ok().map(|at| self.items[at].entry.id)
    }

    pub fn currency(&self) -> Currency {
        self.basis.currency
    }

    fn check_item(&self, item: &Item) -> Result<(), Refusal> {
        let entry = &item.entry;
        let what = if entry.customer != self.basis.customer || entry.currency != self.basis.currency {
            "an entry of another account"
        } else if entry.side != entry.kind.side() || entry.amount <= 0 {
            "an entry that contradicts itself"
        } else if item.state.allocated < 0 || item.state.allocated > entry.amount || item.state.reserved < 0 {
            "an allocated sum outside of the amount"
        } else {
            return Ok(());
        };
        Err(Refusal::NotLoaded { what, entry: entry.id })
    }

    fn load_rows(&mut self, mut allocations: Vec<LiveAllocation>) -> Result<(), Refusal> {
        allocations.sort_by_key(|row| row.allocation.id);
        for LiveAllocation { allocation, live } in allocations {
            let credit = self.at(allocation.credit)?;
            let charge = self.at(allocation.charge)?;
            self.rows.push(Row {
                id: Some(allocation.id),
                credit,
                charge,
                amount: allocation.amount,
                live,
                on: allocation.effective_on,
            });
        }
        self.loaded_rows = self.rows.len();
        Ok(())
    }

    fn at(&self, entry: EntryId) -> Result<usize, Refusal> {
        self.place.get(&entry).copied().ok_or(Refusal::NotLoaded { what: "the entry", entry })
    }

    fn credit_at(&self, payment: PaymentId) -> Result<usize, Refusal> {
        let of = |item: &Item| item.entry.kind == EntryKind::Payment && item.entry.payment == Some(payment);
        self.items.iter().position(of).ok_or(Refusal::NotFound { what: "the payment" })
    }

    fn is_new(&self, at: usize) -> bool {
        at >= self.before.len()
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.basis.currency)
    }

    /// Every live allocation of the entry was loaded, so that acts may rest on them.
    fn complete(&self, at: usize) -> Result<(), Refusal> {
        let sum: i64 = self.rows.iter().filter(|row| row.credit == at || row.charge == at).map(|row| row.live).sum();
        if sum == self.items[at].state.allocated {
            Ok(())
        } else {
            Err(Refusal::NotLoaded { what: "the allocations", entry: self.items[at].entry.id })
        }
    }

    /// Open or closed charges proper that a document covers, oldest due first.
    fn charges_of(&self, target: Target) -> Vec<usize> {
        let covered = |item: &Item| match target {
            Target::Invoice(invoice) => item.state.cover.as_ref().is_some_and(|cover| cover.invoice == invoice),
            Target::Order(order) => item.entry.order == Some(order),
            Target::Entry(entry) => item.entry.id == entry,
        };
        let of_class = |item: &Item| match target {
            Target::Entry(_) => item.is_charge(),
            _ => item.entry.class() == Class::Charge,
        };
        self.in_due_order(|item| of_class(item) && covered(item))
    }

    fn charges_of_order(&self, order: OrderId) -> Vec<usize> {
        self.charges_of(Target::Order(order))
    }

    fn charges_of_invoice(&self, invoice: InvoiceId) -> Vec<usize> {
        self.charges_of(Target::Invoice(invoice))
    }

    fn in_due_order(&self, wanted: impl Fn(&Item) -> bool) -> Vec<usize> {
        let mut found: Vec<(DueKey, usize)> =
            self.items.iter().enumerate().filter(|(_, item)| wanted(item)).map(|(at, item)| (item.due_key(), at)).collect();
        found.sort_by(|a, b| oldest_due_first(&a.0, &b.0));
        found.into_iter().map(|(_, at)| at).collect()
    }

    /// A fresh entry of this account; the caller fills in what it came from.
    fn draft(&self, ids: &mut dyn IdSource, kind: EntryKind, amount: i64, description: &str, dated: Dated) -> Entry {
        Entry {
            id: EntryId::new(ids),
            customer: self.basis.customer,
            currency: self.basis.currency,
            side: kind.side(),
            kind,
            amount,
            net: amount,
            tax: 0,
            description: description.to_owned(),
            category: None,
            note: None,
            method: None,
            reason: None,
            effective_on: dated.on,
            due_on: None,
            noted_on: dated.noted,
            order: None,
            amendment: None,
            invoice: None,
            payment: None,
            credit_note: None,
            reverses: None,
        }
    }

    /// Puts an entry and its journal lines on the account. Refuses amounts outside of 1 to [`MAX_MINOR`].
    fn post(&mut self, entry: Entry, state: ItemState, legs: Vec<Leg>) -> Result<usize, Refusal> {
        if entry.amount <= 0 {
            return Err(Refusal::NotPositive);
        }
        if entry.amount > MAX_MINOR {
            return Err(Refusal::TooLarge);
        }
        let at = self.items.len();
        self.place.insert(entry.id, at);
        self.add_lines(entry.id, 1, entry.effective_on, legs)?;
        self.items.push(Item { entry, state });
        Ok(at)
    }

    /// Adds balanced journal lines to an entry, numbered from `first`.
    fn add_lines(&mut self, entry: EntryId, first: i32, on: Day, legs: Vec<Leg>) -> Result<(), Refusal> {
        if !balances(&legs) {
            return Err(Refusal::WouldNotAgree(format!("the journal lines of {entry} do not balance")));
        }
        for (seq, leg) in (first..).zip(legs) {
            self.journal.push(JournalLine {
                entry,
                seq,
                account: leg.account,
                debit: leg.debit,
                credit: leg.credit,
                effective_on: on,
            });
        }
        Ok(())
    }

    /// Rule 13: staff date nothing into the future or the locked past; a machine's entry for a locked day takes the
    /// first open day and notes the real one.
    fn dated(&self, when: When) -> Result<Dated, Refusal> {
        let Basis { today, locked_through, .. } = self.basis;
        let locked = |day: Day| locked_through.filter(|through| day <= *through);
        let staff = |day: Day| match locked(day) {
            _ if day > today => Err(Refusal::FutureDate { day, today }),
            Some(locked_through) => Err(Refusal::PeriodLocked { day, locked_through }),
            None => Ok(Dated { on: day, noted: None }),
        };
        match when {
            When::Today => staff(today),
            When::On(day) => staff(day),
            When::Machine(day) => {
                let day = day.min(today);
                match locked(day) {
                    Some(through) => Ok(Dated { on: through.tomorrow().map_err(|_| Refusal::TooLarge)?, noted: Some(day) }),
                    None => Ok(Dated { on: day, noted: None }),
                }
            }
        }
    }
}
