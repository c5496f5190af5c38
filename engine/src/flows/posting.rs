//! Stores what the books decided: entries, what is open of them, allocations, journal lines and the balance.
//!
//! Invariants: everything one act posted is stored in its transaction or nothing is; `allocated` and `reserved` move by guarded
//! updates only, so no other path can take more than there is; an account's entries are in the order of their ids, whatever the
//! clocks of the nodes that wrote them say.

use books::account::{Account, Flag, ItemState, LineRef, Posting};
use books::ids::{CustomerId, EventId};
use books::money::Currency;

use super::call::Call;
use crate::db::{Expect, Tx, sql};
use crate::error::{Error, Result};
use crate::store::account::{channel_word, load};
use crate::store::allocation::Allocation;
use crate::store::business::{self, Business};
use crate::store::customer::{Customer, CustomerBalance};
use crate::store::entry::{ALLOCATE, Entry, EntryOpen, JournalLine, RESERVE};

pub(crate) use crate::store::account::Touched;

sql!(HELD, "update entry_open set held = $3 where business_id = $1 and entry_id = $2");
sql!(RECOGNIZED, "update entry_open set recognized = $3 where business_id = $1 and entry_id = $2");
sql!(REOPENED, "update entry_open set reopened_on = $3 where business_id = $1 and entry_id = $2");
sql!(
    LINE_CREDITED,
    "
    update order_line set credited = credited + $3, credited_tax = credited_tax + $4 where business_id = $1 and id = $2"
);
sql!(
    INVOICE_LINE_CREDITED,
    "
    update invoice_line set credited = credited + $3, credited_tax = credited_tax + $4 where business_id = $1 and id = $2"
);
// A charge is on one live invoice at most: another one's is never taken over. Its due day is its invoice's, once that is issued.
sql!(
    COVERED,
    "
    update entry_open set invoice_id = $3, due_on = coalesce(cast($4 as text), (select e.due_on from entry e
        where e.business_id = entry_open.business_id and e.id = entry_open.entry_id))
    where business_id = $1 and entry_id = $2 and (invoice_id is null or invoice_id = $3)"
);
sql!(
    UNCOVERED,
    "
    update entry_open set invoice_id = null, due_on = (select e.due_on from entry e
        where e.business_id = entry_open.business_id and e.id = entry_open.entry_id)
    where business_id = $1 and entry_id = $2"
);

/// A customer's account, locked and loaded: what every act on money begins with.
pub(crate) struct Books {
    pub business: Business,
    pub customer: Customer,
    pub account: Account,
    /// Before the act; negative: owes.
    balance: i64,
}

/// Locks the customer, then loads the account as far as the act needs it.
pub(crate) async fn open_books(tx: &mut Tx<'_>, customer: CustomerId, currency: Currency, touched: &Touched) -> Result<Books> {
    let business_id = tx.business();
    let customer = tx.lock::<Customer>(&[&business_id, &customer]).await?.ok_or(Error::NotFound)?;
    let business = business::of(tx).await?;
    let kept = tx.lock::<CustomerBalance>(&[&business_id, &customer.id, &currency]).await?;
    // Another node's clock may be ahead of ours: what is posted now still comes behind what was posted before.
    if let Some(last) = kept.as_ref().and_then(|row| row.last_entry_id) {
        tx.go_on_after(last.0);
    }
    let balance = kept.map_or(0, |row| row.balance);
    let account = load(tx, &business, customer.id, currency, touched).await?;
    Ok(Books { business, customer, account, balance })
}

/// What an act did, as later steps of its flow need it.
pub(crate) struct Posted {
    /// After the act; negative: owes.
    pub balance: i64,
}

impl Books {
    /// Ends the act: rule 5, every invariant, and the buffered writes. Answers the account as it stands afterwards.
    pub(crate) fn write(self, tx: &mut Tx<'_>, call: &Call, event: EventId) -> Result<(Account, Posted)> {
        let mut account = self.account;
        if self.business.settings()?.apply_credit {
            account.apply_free_credit()?;
        }
        let after = account.clone();
        let posting = account.finish(tx.ids())?;
        let balance = write_entries(tx, &posting, self.balance, call, event)?;
        write_allocations(tx, &posting, event);
        write_changes(tx, &posting);
        if let Some(last) = posting.entries.iter().map(|entry| entry.id).max() {
            let row = CustomerBalance {
                business_id: tx.business(),
                customer_id: posting.customer,
                currency: posting.currency,
                balance: posting.balance_change,
                active_at: tx.now(),
                last_entry_id: Some(last),
            };
            tx.bump_and_set(&row, &["balance"], &["active_at", "last_entry_id"]);
        }
        Ok((after, Posted { balance }))
    }
}

/// Buffers the new entries with their journal lines. Answers the balance after them.
fn write_entries(tx: &mut Tx<'_>, posting: &Posting, before: i64, call: &Call, event: EventId) -> Result<i64> {
    let mut balance = before;
    for (entry, state) in posting.entries.iter().zip(&posting.states) {
        balance = balance
            .checked_add(entry.signed())
            .ok_or_else(|| Error::invalid("amount", "TOO_LARGE", "the balance would be too large"))?;
        insert_entry(tx, entry, state, balance, call, event);
    }
    let business = tx.business();
    for line in &posting.journal_lines {
        tx.insert(&JournalLine {
            business_id: business,
            entry_id: line.entry,
            seq: i64::from(line.seq),
            account: line.account.to_string(),
            currency: posting.currency,
            debit: line.debit,
            credit: line.credit,
            effective_on: line.effective_on,
        });
    }
    Ok(balance)
}

fn write_allocations(tx: &mut Tx<'_>, posting: &Posting, event: EventId) {
    let (business, now) = (tx.business(), tx.now());
    for row in &posting.allocations {
        tx.insert(&Allocation {
            business_id: business,
            id: row.id,
            customer_id: posting.customer,
            credit_id: row.credit,
            charge_id: row.charge,
            amount: row.amount,
            takes_back: row.takes_back,
            effective_on: row.effective_on,
            event_id: event,
            created_at: now,
        });
    }
}

fn insert_entry(
    tx: &mut Tx<'_>,
    entry: &books::entry::Entry,
    state: &ItemState,
    balance_after: i64,
    call: &Call,
    event: EventId,
) {
    let business = tx.business();
    tx.insert(&Entry {
        business_id: business,
        id: entry.id,
        customer_id: entry.customer,
        currency: entry.currency,
        side: entry.side,
        kind: entry.kind,
        amount: entry.amount,
        net: entry.net,
        tax: entry.tax,
        description: entry.description.clone(),
        category: entry.category.clone(),
        note: entry.note.clone(),
        method: entry.method.clone(),
        reason: entry.reason.clone(),
        effective_on: entry.effective_on,
        due_on: entry.due_on,
        noted_on: entry.noted_on,
        order_id: entry.order,
        amendment_id: entry.amendment,
        invoice_id: entry.invoice,
        payment_id: entry.payment,
        credit_note_id: entry.credit_note,
        reverses: entry.reverses,
        balance_after,
        actor: call.actor.id(),
        event_id: event,
        created_at: tx.now(),
    });
    tx.insert(&EntryOpen {
        business_id: business,
        entry_id: entry.id,
        customer_id: entry.customer,
        currency: entry.currency,
        side: entry.side,
        amount: entry.amount,
        allocated: state.allocated,
        reserved: state.reserved,
        held: state.held,
        recognized: state.recognized,
        reopened_on: state.reopened_on,
        channel: state.channel.as_ref().map(channel_word),
        order_id: entry.order,
        invoice_id: state.cover.as_ref().map(|cover| cover.invoice),
        due_on: state.cover.as_ref().filter(|cover| cover.issued).and_then(|cover| cover.due_on).or(entry.due_on),
        effective_on: entry.effective_on,
    });
}

fn write_changes(tx: &mut Tx<'_>, posting: &Posting) {
    let business = tx.business();
    for change in &posting.allocated_changes {
        tx.execute(&ALLOCATE, &[&business, &change.entry, &change.delta], Expect::Exactly(1));
    }
    for change in &posting.flag_changes {
        match &change.flag {
            Flag::Held(held) => tx.execute(&HELD, &[&business, &change.entry, held], Expect::Exactly(1)),
            Flag::Recognized(recognized) => tx.execute(&RECOGNIZED, &[&business, &change.entry, recognized], Expect::Exactly(1)),
            Flag::ReopenedOn(day) => tx.execute(&REOPENED, &[&business, &change.entry, day], Expect::Exactly(1)),
            Flag::Reserved(by) => tx.execute(&RESERVE, &[&business, &change.entry, by], Expect::Exactly(1)),
            Flag::Cover(Some(cover)) => {
                let due_on = cover.due_on.filter(|_| cover.issued);
                tx.execute(&COVERED, &[&business, &change.entry, &cover.invoice, &due_on], Expect::Exactly(1));
            }
            Flag::Cover(None) => tx.execute(&UNCOVERED, &[&business, &change.entry], Expect::Exactly(1)),
        }
    }
    for change in &posting.line_changes {
        let (credited, tax) = (change.credited, change.credited_tax);
        match change.line {
            LineRef::Order(line) => tx.execute(&LINE_CREDITED, &[&business, &line, &credited, &tax], Expect::Any),
            LineRef::Invoice(line) => tx.execute(&INVOICE_LINE_CREDITED, &[&business, &line, &credited, &tax], Expect::Any),
            // A charge without lines is a line of itself; what was taken off it is in its allocations.
            LineRef::Charge(_) => {}
        }
    }
}
