//! Payments against the credits they became, and against what went back.

use std::collections::HashMap;

use books::entry::EntryKind;
use books::ids::{EntryId, PaymentId};
use books::payment::PaymentState;
use books::refund::RefundState;

use super::Audit;
use super::rows::Rows;
use crate::store::entry::Entry;
use crate::store::payment::{Payment, PaymentTarget};
use crate::store::refund::Refund;

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
    let mut refunds: HashMap<PaymentId, Vec<&Refund>> = HashMap::new();
    for refund in &rows.refunds {
        refunds.entry(refund.payment_id).or_default().push(refund);
    }
    for payment in &rows.payments {
        let entries = of_payment.remove(&payment.id).unwrap_or_default();
        credit(payment, &entries, audit);
        went_back(payment, &entries, audit);
        refunded(payment, &entries, &refunds.remove(&payment.id).unwrap_or_default(), audit);
        disputed(payment, &entries, rows, audit);
        targets(payment, &meant.remove(&payment.id).unwrap_or_default(), rows, audit);
    }
    for (payment, lost) in refunds {
        for refund in lost {
            audit.say("P3", refund.id, payment, "this customer has no such payment");
        }
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
    // A return that was reversed is back: its dispute was won after all.
    let reversed = |of: EntryId| entries.iter().any(|entry| entry.reverses == Some(of));
    let returned = entries.iter().any(|entry| entry.kind == EntryKind::Return && !reversed(entry.id));
    if payment.returned != returned {
        let said = if payment.returned { "returned" } else { "not returned" };
        audit.say("P2", payment.id, said, if returned { "a return stands" } else { "no return stands" });
    }
}

/// A refund that succeeded is exactly one posted pay-out of its amount, any other is none; and nothing was posted without one.
fn refunded(payment: &Payment, entries: &[&Entry], refunds: &[&Refund], audit: &mut Audit) {
    let posted = |id: EntryId| entries.iter().find(|entry| entry.id == id && entry.kind == EntryKind::Refund);
    let mut ours: i128 = 0;
    for refund in refunds {
        let succeeded = refund.state == RefundState::Succeeded;
        if succeeded != refund.entry_id.is_some() || refund.state.is_final() != refund.settled_at.is_some() {
            audit.say(
                "P3",
                refund.id,
                refund.state,
                if refund.entry_id.is_some() { "it was posted" } else { "it was not posted" },
            );
        }
        if let Some(id) = refund.entry_id {
            match posted(id) {
                Some(entry) if entry.amount == refund.amount => {}
                Some(entry) => audit.say("P3", refund.id, refund.amount, format!("{} posted by {id}", entry.amount)),
                None => audit.say("P3", refund.id, id, "no such refund of this payment was posted"),
            }
        }
        if (refund.customer_id, refund.currency) != (payment.customer_id, payment.currency) {
            audit.say("P3", refund.id, refund.customer_id, payment.customer_id);
        }
        // What the processor's own desk gave back was not asked of us.
        if refund.actor != "system" && (succeeded || refund.state.reserves()) {
            ours += i128::from(refund.amount);
        }
    }
    for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Refund) {
        if refunds.iter().filter(|refund| refund.entry_id == Some(entry.id)).count() != 1 {
            audit.say("P3", entry.id, "a refund", "no refund, or several, say that this was posted for them");
        }
    }
    if ours > i128::from(payment.amount) {
        audit.say("P3", payment.id, format!("a payment of {}", payment.amount), format!("{ours} refunded by us or under way"));
    }
}

/// What open disputes hold back stands on disputed funds, and nothing else; what others took was returned.
fn disputed(payment: &Payment, entries: &[&Entry], rows: &Rows, audit: &mut Audit) {
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
    let lines = rows.journal.iter().filter(|line| ids.contains(&line.entry_id) && line.account == "disputed_funds");
    let held: i128 = lines.map(|line| i128::from(line.debit) - i128::from(line.credit)).sum();
    let wanted = match payment.dispute.as_deref() {
        Some("opened") => i128::from(payment.disputed_amount.unwrap_or(0)),
        _ => 0,
    };
    let returned = entries.iter().filter(|entry| entry.kind == EntryKind::Return);
    let back = |of: EntryId| entries.iter().any(|entry| entry.reverses == Some(of));
    let gone: i128 = returned.filter(|entry| !back(entry.id)).map(|entry| i128::from(entry.amount)).sum();
    if i128::from(payment.lost) > gone {
        audit.say("P4", payment.id, format!("{} lost to disputes", payment.lost), format!("{gone} returned"));
    }
    if held != wanted {
        let said = payment.dispute.clone().unwrap_or_else(|| "never disputed".to_owned());
        audit.say("P4", payment.id, format!("{said}: {wanted}"), format!("{held} on disputed funds"));
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
    if payment.reserves() && sum > i128::from(payment.amount) {
        audit.say("C2", payment.id, format!("a payment of {}", payment.amount), format!("{sum} reserved"));
    }
}
