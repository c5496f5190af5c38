//! Accounts: refolded from raw rows, and what stands beside each entry held against it.
//!
//! Left out: what `books::audit` needs no rows of other tables for; it does that.

use std::collections::{BTreeMap, HashMap};

use books::audit::{AccountRows, DocumentRow, EntryRow, refold};
use books::calendar::{Day, Instant};
use books::entry::{Class, EntryKind, Side};
use books::figures::{ChargeSums, Figures};
use books::ids::{AllocationId, CustomerId, EntryId, InvoiceId, OrderId};
use books::money::Currency;

use super::Audit;
use super::rows::Rows;
use crate::store::account::allocation;
use crate::store::allocation::Allocation;
use crate::store::entry::{Entry, EntryOpen};

/// One account: one customer in one currency.
type Key = (CustomerId, Currency);

/// Places of an account's rows.
#[derive(Default)]
struct Part<'a> {
    balance: Option<i64>,
    last_entry: Option<EntryId>,
    entries: Vec<&'a Entry>,
    allocations: Vec<&'a Allocation>,
}

pub(super) fn check(rows: &Rows, audit: &mut Audit) {
    let of_entry: HashMap<EntryId, &Entry> = rows.entries.iter().map(|entry| (entry.id, entry)).collect();
    let mut parts: BTreeMap<Key, Part<'_>> = BTreeMap::new();
    for row in &rows.balances {
        let part = parts.entry((row.customer_id, row.currency)).or_default();
        (part.balance, part.last_entry) = (Some(row.balance), row.last_entry_id);
    }
    for entry in &rows.entries {
        parts.entry((entry.customer_id, entry.currency)).or_default().entries.push(entry);
    }
    for row in &rows.allocations {
        // It was read through its charge, so the charge is there.
        let Some(charge) = of_entry.get(&row.charge_id) else { continue };
        parts.entry((charge.customer_id, charge.currency)).or_default().allocations.push(row);
        if row.customer_id != charge.customer_id {
            audit.say("A4", row.id, row.customer_id, charge.customer_id);
        }
    }
    audit.checked.accounts += parts.len();
    let mut journal = journal(rows, &of_entry, audit);
    let mut documents = documents(rows, &of_entry);
    for ((customer, currency), part) in &parts {
        running(audit, *customer, part);
        let account = AccountRows {
            customer: *customer,
            currency: *currency,
            balance: part.balance.unwrap_or(0),
            entries: part.entries.iter().map(|entry| entry_row(rows, entry)).collect(),
            allocations: part.allocations.iter().map(|row| allocation((*row).clone())).collect(),
            journal: part.entries.iter().flat_map(|entry| journal.remove(&entry.id).unwrap_or_default()).collect(),
            documents: documents.remove(&(*customer, *currency)).unwrap_or_default(),
            apply_free: audit.apply_free && touched_since(part, audit.settings_since),
        };
        for one in refold(&account) {
            audit.say(one.check.as_str(), one.subject, one.said, one.found);
        }
    }
    beside(rows, audit);
}

/// The balance after each entry runs on from the one before, in posting order.
fn running(audit: &mut Audit, customer: CustomerId, part: &Part<'_>) {
    if part.balance.is_none() {
        audit.say("L3", customer, "no balance", format!("{} entries", part.entries.len()));
    }
    // The next entry would come behind what is said, and its balance would not run on.
    let last = part.entries.iter().map(|entry| entry.id).max();
    if part.balance.is_some() && part.last_entry != last {
        let named = |id: Option<EntryId>| id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        audit.say("L3", customer, format!("the last entry is {}", named(part.last_entry)), named(last));
    }
    let mut balance: i64 = 0;
    for entry in &part.entries {
        let signed = if entry.side == Side::Charge { -entry.amount } else { entry.amount };
        let after = balance.saturating_add(signed);
        if after != entry.balance_after {
            audit.say("L3", entry.id, format!("{} after it", entry.balance_after), after);
        }
        // From here on as it says, so that one wrong entry is named once and not with all that follow.
        balance = entry.balance_after;
    }
}

fn entry_row(rows: &Rows, entry: &Entry) -> EntryRow {
    let open = rows.open.get(&entry.id);
    EntryRow {
        allocated: open.map_or(0, |row| row.allocated),
        reserved: open.map_or(0, |row| row.reserved),
        held: open.is_some_and(|row| row.held),
        entry: plain(entry),
    }
}

/// The entry as the books know it.
fn plain(entry: &Entry) -> books::entry::Entry {
    let entry = entry.clone();
    books::entry::Entry {
        id: entry.id,
        customer: entry.customer_id,
        currency: entry.currency,
        side: entry.side,
        kind: entry.kind,
        amount: entry.amount,
        net: entry.net,
        tax: entry.tax,
        description: entry.description,
        category: entry.category,
        note: entry.note,
        method: entry.method,
        reason: entry.reason,
        effective_on: entry.effective_on,
        due_on: entry.due_on,
        noted_on: entry.noted_on,
        order: entry.order_id,
        amendment: entry.amendment_id,
        invoice: entry.invoice_id,
        payment: entry.payment_id,
        credit_note: entry.credit_note_id,
        reverses: entry.reverses,
    }
}

/// Journal lines as the books know them; what they cannot know is named here.
fn journal(
    rows: &Rows,
    of_entry: &HashMap<EntryId, &Entry>,
    audit: &mut Audit,
) -> HashMap<EntryId, Vec<books::ledger::JournalLine>> {
    let mut lines: HashMap<EntryId, Vec<books::ledger::JournalLine>> = HashMap::new();
    for row in &rows.journal {
        let currency = of_entry.get(&row.entry_id).map(|entry| entry.currency);
        if currency != Some(row.currency) {
            audit.say("L1", row.entry_id, format!("line {} in {}", row.seq, row.currency), "another currency than its entry");
        }
        match (row.account.parse(), i32::try_from(row.seq)) {
            (Ok(account), Ok(seq)) => lines.entry(row.entry_id).or_default().push(books::ledger::JournalLine {
                entry: row.entry_id,
                seq,
                account,
                debit: row.debit,
                credit: row.credit,
                effective_on: row.effective_on,
            }),
            _ => audit.say("L1", row.entry_id, format!("line {} on {}", row.seq, row.account), "no such account"),
        }
    }
    lines
}

/// What is left of each allocation after take-backs.
fn live(rows: &[Allocation]) -> Vec<(&Allocation, i64)> {
    let mut taken: HashMap<AllocationId, i64> = HashMap::new();
    for row in rows {
        if let Some(target) = row.takes_back {
            *taken.entry(target).or_default() += row.amount;
        }
    }
    let first = rows.iter().filter(|row| row.takes_back.is_none());
    first.map(|row| (row, row.amount - taken.get(&row.id).copied().unwrap_or(0))).collect()
}

/// The orders and live invoices of each account with the figures that lists and pages show for them: what is due from the narrow rows alone.
fn documents(rows: &Rows, of_entry: &HashMap<EntryId, &Entry>) -> HashMap<Key, Vec<DocumentRow>> {
    let mut set: HashMap<EntryId, Vec<(EntryKind, i64)>> = HashMap::new();
    for (row, left) in live(&rows.allocations) {
        if let Some(credit) = of_entry.get(&row.credit_id) {
            set.entry(row.charge_id).or_default().push((credit.kind, left));
        }
    }
    let mut due: HashMap<OrderId, i64> = HashMap::new();
    let mut due_on_invoice: HashMap<InvoiceId, i64> = HashMap::new();
    for row in rows.open.values().filter(|row| row.side == Side::Charge) {
        if let Some(invoice) = row.invoice_id {
            *due_on_invoice.entry(invoice).or_default() += row.amount - row.allocated;
        }
        if let Some(order) = row.order_id {
            *due.entry(order).or_default() += row.amount - row.allocated;
        }
    }
    let none = Vec::new();
    let document = |id: String, charges: &[usize], amount_due: i64| {
        let charges: Vec<&Entry> = charges.iter().map(|at| &rows.entries[*at]).collect();
        let sums = charges.iter().map(|charge| {
            let mut sums = ChargeSums::new(charge.kind, charge.amount);
            set.get(&charge.id).into_iter().flatten().for_each(|(credit, left)| sums.add(*credit, *left));
            sums
        });
        let shown = Figures { amount_due, ..Figures::of(sums) };
        DocumentRow { id, charges: charges.iter().map(|charge| charge.id).collect(), shown }
    };
    let mut documents: HashMap<Key, Vec<DocumentRow>> = HashMap::new();
    for order in rows.orders.iter().filter(|order| order.state.is_charged()) {
        let charges = rows.charges_of.get(&order.id).unwrap_or(&none);
        let row = document(order.id.to_string(), charges, due.get(&order.id).copied().unwrap_or(0));
        documents.entry((order.customer_id, order.currency)).or_default().push(row);
    }
    for invoice in rows.invoices.iter().filter(|invoice| invoice.is_live()) {
        let charges = rows.covered_by.get(&invoice.id).unwrap_or(&none);
        let row = document(invoice.id.to_string(), charges, due_on_invoice.get(&invoice.id).copied().unwrap_or(0));
        documents.entry((invoice.customer_id, invoice.currency)).or_default().push(row);
    }
    documents
}

/// Rule 5 follows with the next act after the setting was switched on.
fn touched_since(part: &Part<'_>, since: Instant) -> bool {
    part.entries.last().is_some_and(|entry| entry.created_at > since)
        || part.allocations.last().is_some_and(|row| row.created_at > since)
}

/// What stands beside each entry: copies of its columns, its marks, and what payments and refunds under way reserve of it.
fn beside(rows: &Rows, audit: &mut Audit) {
    let mut reserved: HashMap<EntryId, i64> = HashMap::new();
    let under_way: HashMap<_, bool> = rows.payments.iter().map(|payment| (payment.id, payment.reserves())).collect();
    for target in &rows.targets {
        if under_way.get(&target.payment_id).copied().unwrap_or(false) {
            *reserved.entry(target.entry_id).or_default() += target.amount;
        }
    }
    let credit_of: HashMap<_, _> = rows.payments.iter().filter_map(|payment| Some((payment.id, payment.entry_id?))).collect();
    for refund in rows.refunds.iter().filter(|refund| refund.state.reserves()) {
        if let Some(credit) = credit_of.get(&refund.payment_id) {
            *reserved.entry(*credit).or_default() += refund.amount;
        }
    }
    let mut taken_back: HashMap<EntryId, Day> = HashMap::new();
    for row in rows.allocations.iter().filter(|row| row.takes_back.is_some()) {
        for end in [row.credit_id, row.charge_id] {
            let latest = taken_back.entry(end).or_insert(row.effective_on);
            *latest = (*latest).max(row.effective_on);
        }
    }
    for entry in &rows.entries {
        let Some(open) = rows.open.get(&entry.id) else { continue };
        copies(entry, open, audit);
        marks(entry, open, audit);
        let wanted = reserved.get(&entry.id).copied().unwrap_or(0);
        if open.reserved != wanted {
            audit.say(
                "C2",
                entry.id,
                format!("{} reserved", open.reserved),
                format!("{wanted} by payments and refunds under way"),
            );
        }
        if let Some(day) = taken_back.get(&entry.id)
            && open.reopened_on.is_none_or(|known| known < *day)
        {
            let said = open.reopened_on.map_or_else(|| "never reopened".to_owned(), |known| format!("reopened on {known}"));
            audit.say("E1", entry.id, said, format!("an allocation was taken back on {day}"));
        }
    }
}

fn copies(entry: &Entry, open: &EntryOpen, audit: &mut Audit) {
    let order = |id: Option<OrderId>| id.map_or_else(|| "no order".to_owned(), |id| id.to_string());
    let mut same = |name: &str, said: String, found: String| {
        if said != found {
            audit.say("E1", entry.id, format!("{name} {said} beside it"), format!("{name} {found}"));
        }
    };
    same("customer", open.customer_id.to_string(), entry.customer_id.to_string());
    same("currency", open.currency.to_string(), entry.currency.to_string());
    same("side", open.side.to_string(), entry.side.to_string());
    same("amount", open.amount.to_string(), entry.amount.to_string());
    same("order", order(open.order_id), order(entry.order_id));
    same("day", open.effective_on.to_string(), entry.effective_on.to_string());
    // Of a charge on an invoice the due day is looked at with the invoice.
    if open.invoice_id.is_none() && open.due_on != entry.due_on {
        same("due day", format!("{:?}", open.due_on), format!("{:?}", entry.due_on));
    }
}

fn marks(entry: &Entry, open: &EntryOpen, audit: &mut Audit) {
    if open.held && entry.kind.class() != Class::Money {
        audit.say("E1", entry.id, "held", format!("a {} cannot be", entry.kind));
    }
    if open.recognized && entry.side == Side::Credit {
        audit.say("E1", entry.id, "recognized", format!("a {} cannot be", entry.kind));
    }
    if open.channel.is_some() != (entry.kind == EntryKind::Payment) {
        let said = open.channel.as_deref().unwrap_or("no channel");
        audit.say("E1", entry.id, said, format!("it is a {}", entry.kind));
    }
}
