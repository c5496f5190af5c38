//! Invoices and credit notes: what they cover, what they said at issue, and what was posted for them.
//!
//! Left out: the figures of live invoices, which are refolded with their account, and numbers.

use std::collections::HashMap;

use books::entry::{Class, EntryKind};
use books::ids::{CreditNoteId, EntryId, InvoiceId};
use books::invoice::InvoiceStanding;

use super::Audit;
use super::rows::Rows;
use crate::store::entry::Entry;
use crate::store::invoice::{Invoice, InvoiceLine};

pub(super) fn check(rows: &Rows, audit: &mut Audit) {
    let invoices: HashMap<InvoiceId, &Invoice> = rows.invoices.iter().map(|invoice| (invoice.id, invoice)).collect();
    for entry in &rows.entries {
        cover(entry, rows, &invoices, audit);
    }
    let lowered = lowered(rows);
    let mut lines: HashMap<InvoiceId, Vec<&InvoiceLine>> = HashMap::new();
    for line in &rows.invoice_lines {
        lines.entry(line.invoice_id).or_default().push(line);
        if i128::from(line.net) + i128::from(line.tax) != i128::from(line.gross) {
            audit.say("I2", line.id, line.gross, format!("net {} and tax {}", line.net, line.tax));
        }
    }
    for invoice in &rows.invoices {
        standing(invoice, audit);
        totals(invoice, rows, &lowered, &lines.remove(&invoice.id).unwrap_or_default(), audit);
    }
    credit_notes(rows, audit);
}

/// What covers a charge is a live invoice of its own account, and says when it is due.
fn cover(entry: &Entry, rows: &Rows, invoices: &HashMap<InvoiceId, &Invoice>, audit: &mut Audit) {
    let own = |id: InvoiceId| {
        let found = invoices.get(&id).copied();
        found.filter(|invoice| (invoice.customer_id, invoice.currency) == (entry.customer_id, entry.currency))
    };
    if let Some(id) = entry.invoice_id.filter(|id| own(*id).is_none()) {
        audit.say("I1", entry.id, format!("it came from {id}"), "this account has no such invoice");
    }
    let Some(open) = rows.open.get(&entry.id) else { return };
    let Some(id) = open.invoice_id else { return };
    let Some(invoice) = own(id) else {
        audit.say("I1", entry.id, format!("on {id}"), "this account has no such invoice");
        return;
    };
    if invoice.standing == InvoiceStanding::Void {
        audit.say("I1", entry.id, format!("on {id}"), "that invoice is void");
    }
    if entry.kind.class() != Class::Charge {
        audit.say("I1", entry.id, format!("on {id}"), format!("a {} cannot be billed", entry.kind));
    }
    let named = invoice.due_on.filter(|_| invoice.standing != InvoiceStanding::Draft).or(entry.due_on);
    if open.due_on != named {
        audit.say("I1", entry.id, format!("due day {:?} beside it", open.due_on), format!("{named:?} on {id}"));
    }
}

/// Gross that amendments and reversals took off each charge: what lowers the total of an invoice.
fn lowered(rows: &Rows) -> HashMap<EntryId, i128> {
    let kinds: HashMap<EntryId, EntryKind> = rows.entries.iter().map(|entry| (entry.id, entry.kind)).collect();
    let mut lowered: HashMap<EntryId, i128> = HashMap::new();
    for row in &rows.allocations {
        let lowers = matches!(kinds.get(&row.credit_id), Some(EntryKind::Amendment | EntryKind::Reversal));
        if lowers {
            let amount = i128::from(row.amount);
            *lowered.entry(row.charge_id).or_default() += if row.takes_back.is_some() { -amount } else { amount };
        }
    }
    lowered
}

/// A draft has no number, no day of issue and no frozen copy; everything else has all three.
fn standing(invoice: &Invoice, audit: &mut Audit) {
    let issued = invoice.standing != InvoiceStanding::Draft;
    let has = [invoice.number.is_some(), invoice.issued_on.is_some(), invoice.issued_at.is_some(), invoice.frozen.is_some()];
    if has.iter().any(|has| *has != issued) {
        let found = format!("{} of number, day, time and frozen copy", has.iter().filter(|has| **has).count());
        audit.say("I2", invoice.id, invoice.standing, found);
    }
    if (invoice.standing == InvoiceStanding::Void) != invoice.voided_on.is_some() {
        audit.say(
            "I2",
            invoice.id,
            invoice.standing,
            if invoice.voided_on.is_some() { "a day of voiding" } else { "no day of voiding" },
        );
    }
}

/// The total that was issued is that of its lines, and that of the charges it covers.
fn totals(invoice: &Invoice, rows: &Rows, lowered: &HashMap<EntryId, i128>, lines: &[&InvoiceLine], audit: &mut Audit) {
    if invoice.standing == InvoiceStanding::Draft {
        return;
    }
    let of_lines: i128 = lines.iter().map(|line| i128::from(line.gross)).sum();
    if of_lines != i128::from(invoice.total) {
        audit.say("I2", invoice.id, format!("a total of {}", invoice.total), format!("{of_lines} in its lines"));
    }
    if !invoice.is_live() {
        return;
    }
    let covered = rows.covered_by.get(&invoice.id).map_or(&[][..], Vec::as_slice);
    let charges = covered.iter().map(|at| &rows.entries[*at]).filter(|charge| charge.kind != EntryKind::LateFee);
    let of_charges: i128 = charges.map(|charge| i128::from(charge.amount) - lowered.get(&charge.id).copied().unwrap_or(0)).sum();
    if of_charges != i128::from(invoice.total) {
        audit.say("I2", invoice.id, format!("a total of {}", invoice.total), format!("{of_charges} by its charges"));
    }
    let less = i128::from(invoice.already_paid) + i128::from(invoice.applied) + i128::from(invoice.due_at_issue);
    if less > i128::from(invoice.total) {
        audit.say("I2", invoice.id, format!("a total of {}", invoice.total), format!("{less} paid, applied and due at issue"));
    }
}

/// A credit note comes to the entries that name it, and to what it lowered and set free.
fn credit_notes(rows: &Rows, audit: &mut Audit) {
    let mut posted: HashMap<CreditNoteId, (i128, i128, i128)> = HashMap::new();
    for entry in rows.entries.iter().filter(|entry| entry.kind == EntryKind::CreditNote) {
        match entry.credit_note_id {
            Some(id) => {
                let sum = posted.entry(id).or_default();
                *sum = (sum.0 + i128::from(entry.amount), sum.1 + i128::from(entry.net), sum.2 + i128::from(entry.tax));
            }
            None => audit.say("I3", entry.id, entry.kind, "it names no credit note"),
        }
    }
    for note in &rows.credit_notes {
        let found = posted.remove(&note.id).unwrap_or_default();
        let said = (i128::from(note.amount), i128::from(note.net), i128::from(note.tax));
        if found != said {
            let show = |(gross, net, tax): (i128, i128, i128)| format!("{gross} (net {net}, tax {tax})");
            audit.say("I3", note.id, show(said), format!("{} posted", show(found)));
        }
        let moved = i128::from(note.due_before) - i128::from(note.due_after) + i128::from(note.freed());
        // With a full credit the late fees fall too, and what had paid them is free beside the note's own money.
        if moved != i128::from(note.amount).max(i128::from(note.freed())) {
            audit.say("I3", note.id, note.amount, format!("{moved} lowered and set free"));
        }
    }
    for id in posted.into_keys() {
        audit.say("I3", id, "entries of a credit note", "this customer has no such credit note");
    }
}
