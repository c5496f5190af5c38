//! Payments against the credits they became, and against what went back.

use std::collections::HashMap;

use books::entry::EntryKind;
use books::ids::PaymentId;
use books::payment::PaymentState;

use super::Audit;
use super::rows::Rows;
use crate::store::entry::Entry;
use crate::store::payment::{Payment, PaymentTarget};

pub(super) fn check(rows: &Rows, audit: &mut Audit) {
    let mut of_payment: HashMap<PaymentId, Vec<&Entry>> = HashMap::new();
    for entry in &rows.entries {
        match entry.payment_id {
            Some(payment) => of_payment.entry(payment).or_default().push(entry),
            None if matches!(entry.kind, EntryKind::Payment | EntryKind::Refund | EntryKind::Return) => {
                audit.say("P1", entry.id, entry.kind, "it names no payment");
            }
            None => {}
        }
    }
    let mut meant: HashMap<PaymentId, Vec<&PaymentTarget>> = HashMap::new();
    for target in &rows.targets {
        meant.entry(target.payment_id).or_default().push(target);
    }
    for payment in &rows.payments {
        let entries = of_payment.remove(&payment.id).unwrap_or_default();
        credit(payment, &entries, audit);
        went_back(payment, &entries, audit);
        targets(payment, &meant.remove(&payment.id).unwrap_or_default(), rows, audit);
    }
    for (payment, entries) in of_payment {
        for entry in entries {
            audit.say("P1", entry.id, payment, "this customer has no such payment");
        }
    }
}

/// A payment that succeeded is exactly one credit of its amount; any other is none.
fn credit(payment: &Payment, entries: &[&Entry], audit: &mut Audit) {
    let credits: Vec<&&Entry> = entries.iter().filter(|entry| entry.kind == EntryKind::Payment).collect();
    let succeeded = payment.state == PaymentState::Succeeded;
    if credits.len() != usize::from(succeeded) {
        let ids: Vec<String> = credits.iter().map(|entry| entry.id.to_string()).collect();
        let found = if ids.is_empty() { "no credit".to_owned() } else { ids.join(", ") };
        audit.say("P1", payment.id, payment.state, found);
    }
    if succeeded != payment.succeeded_at.is_some() {
        audit.say("P1", payment.id, payment.state, if succeeded { "no time of success" } else { "a time of success" });
    }
    if payment.entry_id != credits.first().map(|entry| entry.id) {
        let named = payment.entry_id.map_or_else(|| "no entry".to_owned(), |id| id.to_string());
        let found = credits.first().map_or_else(|| "no credit".to_owned(), |entry| entry.id.to_string());
        audit.say("P1", payment.id, named, found);
    }
    for entry in credits {
        if (entry.amount, entry.currency) != (payment.amount, payment.currency) {
            let (said, found) =
                (format!("{} {}", payment.amount, payment.currency), format!("{} {}", entry.amount, entry.currency));
            audit.say("P1", payment.id, said, format!("{found} on {}", entry.id));
        }
    }
}

fn went_back(payment: &Payment, entries: &[&Entry], audit: &mut Audit) {
    let posted: i128 = entries.iter().filter(|entry| entry.kind == EntryKind::Refund).map(|entry| i128::from(entry.amount)).sum();
    if i128::from(payment.refunded) != posted {
        audit.say("P2", payment.id, format!("{} refunded", payment.refunded), format!("{posted} posted"));
    }
    let returned = entries.iter().any(|entry| entry.kind == EntryKind::Return);
    if payment.returned != returned {
        let said = if payment.returned { "returned" } else { "not returned" };
        audit.say("P2", payment.id, said, if returned { "a return was posted" } else { "no return was posted" });
    }
}

/// What a payment is meant for are charges of its own customer, and together no more than its amount.
fn targets(payment: &Payment, targets: &[&PaymentTarget], rows: &Rows, audit: &mut Audit) {
    let mut sum: i128 = 0;
    for target in targets {
        sum += i128::from(target.amount);
        let charge = rows.open.get(&target.entry_id);
        let own = charge.is_some_and(|charge| (charge.customer_id, charge.currency) == (payment.customer_id, payment.currency));
        if !own || target.amount < 0 {
            audit.say("C2", payment.id, format!("{} of {}", target.amount, target.entry_id), "not a charge of this account");
        }
    }
    if payment.state.reserves(false) && sum > i128::from(payment.amount) {
        audit.say("C2", payment.id, format!("a payment of {}", payment.amount), format!("{sum} reserved"));
    }
}
