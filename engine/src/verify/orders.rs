//! Orders and applications: state, number, lines and charges.

use std::collections::{HashMap, HashSet};

use books::entry::EntryKind;
use books::ids::{AmendmentId, CreditNoteId, EntryId, OrderId};

use super::Audit;
use super::rows::Rows;
use crate::store::entry::Entry;
use crate::store::order::{Order, OrderLine};

pub(super) fn check(rows: &Rows, audit: &mut Audit) {
    let mut lines: HashMap<OrderId, Vec<&OrderLine>> = HashMap::new();
    for line in &rows.lines {
        lines.entry(line.order_id).or_default().push(line);
    }
    let mut taken_off: HashMap<OrderId, i128> = HashMap::new();
    let by_amount: HashSet<CreditNoteId> = rows.credit_notes.iter().filter(|note| !note.by_line).map(|note| note.id).collect();
    let mut apart: HashSet<OrderId> = HashSet::new();
    // So does a line that was credited by name, where it is a discount that had been taken off: its charge has no line here.
    let with_lines: HashSet<EntryId> = rows.lines.iter().filter_map(|line| line.entry_id).collect();
    let lineless: HashSet<EntryId> =
        rows.allocations.iter().filter(|row| !with_lines.contains(&row.charge_id)).map(|row| row.credit_id).collect();
    let known: HashMap<OrderId, &Order> = rows.orders.iter().map(|order| (order.id, order)).collect();
    for entry in &rows.entries {
        let Some(id) = entry.order_id else { continue };
        let own = known.get(&id).is_some_and(|order| (order.customer_id, order.currency) == (entry.customer_id, entry.currency));
        if !own {
            audit.say("O1", entry.id, id, "this account has no such order");
        }
        // An amount that was credited lessens charges and no line.
        let by_name = entry.kind == EntryKind::CreditNote && entry.amendment_id.is_none() && lineless.contains(&entry.id);
        if by_name || entry.credit_note_id.is_some_and(|note| by_amount.contains(&note)) {
            apart.insert(id);
        }
        if matches!(entry.kind, EntryKind::Amendment | EntryKind::CreditNote) {
            *taken_off.entry(id).or_default() += i128::from(entry.amount);
        }
    }
    for order in &rows.orders {
        let lines = lines.remove(&order.id).unwrap_or_default();
        let charges = rows.charges_of.get(&order.id).map_or(&[][..], Vec::as_slice);
        let charges: Vec<&Entry> = charges.iter().map(|at| &rows.entries[*at]).collect();
        state(order, &charges, rows, audit);
        lines.iter().for_each(|line| each_line(line, audit));
        of_charges(order, &charges, &lines, audit);
        if !apart.contains(&order.id) {
            total(order, &charges, taken_off.get(&order.id).copied().unwrap_or(0), &lines, audit);
        }
    }
    amendments(rows, audit);
}

/// A draft has no number and no charge; what is charged has a number, and is earned once the order is.
fn state(order: &Order, charges: &[&Entry], rows: &Rows, audit: &mut Audit) {
    if order.state.is_charged() != order.number.is_some() {
        audit.say("O1", order.id, order.state, order.number.as_deref().unwrap_or("no number"));
    }
    for charge in charges {
        if !order.state.is_charged() {
            audit.say("O1", order.id, order.state, format!("charged by {}", charge.id));
        }
        let recognized = rows.open.get(&charge.id).is_none_or(|row| row.recognized);
        if order.state.is_earned() && charge.kind == EntryKind::Order && !recognized {
            audit.say("O1", order.id, order.state, format!("the revenue of {} is not recognized", charge.id));
        }
    }
}

fn each_line(line: &OrderLine, audit: &mut Audit) {
    if i128::from(line.net) + i128::from(line.tax) != i128::from(line.gross) {
        audit.say("A5", line.id, line.gross, format!("net {} and tax {}", line.net, line.tax));
    }
    let within = if line.gross < 0 { line.gross..=0 } else { 0..=line.gross };
    if !within.contains(&line.credited) {
        audit.say("A5", line.id, format!("{} of it taken off", line.credited), format!("{} in all", line.gross));
    }
    if line.removed_by.is_some() && line.credited != line.gross {
        audit.say("A5", line.id, "removed", format!("{} of {} taken off", line.credited, line.gross));
    }
}

/// Each posting's charge is the sum of its lines.
fn of_charges(order: &Order, charges: &[&Entry], lines: &[&OrderLine], audit: &mut Audit) {
    let known: Vec<EntryId> = charges.iter().map(|charge| charge.id).collect();
    for line in lines {
        if let Some(entry) = line.entry_id.filter(|entry| !known.contains(entry)) {
            audit.say("A5", line.id, entry, format!("not a charge of {}", order.id));
        }
    }
    for charge in charges.iter().filter(|charge| charge.kind == EntryKind::Order) {
        let of: Vec<&&OrderLine> = lines.iter().filter(|line| line.entry_id == Some(charge.id)).collect();
        // A discount that is taken off later is a charge without lines of its own.
        if of.is_empty() && charge.amendment_id.is_some() {
            continue;
        }
        let sum = |part: fn(&OrderLine) -> i64| of.iter().map(|line| i128::from(part(line))).sum::<i128>();
        let sums = (sum(|line| line.gross), sum(|line| line.net), sum(|line| line.tax));
        let said = (i128::from(charge.amount), i128::from(charge.net), i128::from(charge.tax));
        if sums != said {
            let show = |(gross, net, tax): (i128, i128, i128)| format!("{gross} (net {net}, tax {tax})");
            audit.say("A5", charge.id, show(said), format!("{} in its lines", show(sums)));
        }
    }
}

/// What is charged less what was taken off is what the lines still come to. A discount given later lessens charges but no
/// line, and what it leaves of a charge bounds what removing a line can take off: there the two part.
fn total(order: &Order, charges: &[&Entry], taken_off: i128, lines: &[&OrderLine], audit: &mut Audit) {
    let discount_given_later = |line: &&OrderLine| line.entry_id.is_none() && line.gross < 0;
    if !order.state.is_charged() || lines.iter().any(discount_given_later) {
        return;
    }
    let charged: i128 = charges.iter().map(|charge| i128::from(charge.amount)).sum();
    // A discount may outlive the items of its posting: it then lessens nothing else.
    let mut postings: HashMap<Option<EntryId>, i128> = HashMap::new();
    for line in lines {
        *postings.entry(line.entry_id).or_default() += i128::from(line.gross) - i128::from(line.credited);
    }
    let left: i128 = postings.into_values().map(|sum| sum.max(0)).sum();
    if charged - taken_off != left {
        audit.say("A5", order.id, format!("{} by its charges", charged - taken_off), format!("{left} by its lines"));
    }
}

/// An amendment added what its lines come to.
fn amendments(rows: &Rows, audit: &mut Audit) {
    let mut added: HashMap<AmendmentId, i128> = HashMap::new();
    for line in rows.lines.iter().filter(|line| line.kind != "discount") {
        if let Some(amendment) = line.added_by {
            *added.entry(amendment).or_default() += i128::from(line.gross);
        }
    }
    for amendment in &rows.amendments {
        let found = added.get(&amendment.id).copied().unwrap_or(0);
        if found != i128::from(amendment.added) {
            audit.say("A5", amendment.id, format!("{} added", amendment.added), format!("{found} in its lines"));
        }
    }
}
