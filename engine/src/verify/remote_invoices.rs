//! Invoices at processors against the payments that they are.
//!
//! Left out: how they stand at the processor, which is asked by background work and not by a look at our own rows.

use std::collections::{HashMap, HashSet};

use books::ids::PaymentId;
use books::payment::PaymentState;
use books::remote_invoice::RemoteInvoiceState;

use super::Audit;
use super::rows::Rows;
use crate::store::payment::Payment;
use crate::store::remote_invoice::{KIND, RemoteInvoice, of_payment};

pub(super) fn check(rows: &Rows, audit: &mut Audit) {
    let payments: HashMap<PaymentId, &Payment> = rows.payments.iter().map(|payment| (payment.id, payment)).collect();
    let mut meant: HashMap<PaymentId, i64> = HashMap::new();
    for target in &rows.targets {
        *meant.entry(target.payment_id).or_default() += target.amount;
    }
    let watched: HashSet<PaymentId> =
        rows.invoice_attempts.iter().filter(|attempt| attempt.check_at.is_some()).map(|attempt| attempt.payment_id).collect();
    let known: HashSet<PaymentId> = rows.remote_invoices.iter().map(|row| row.payment_id).collect();
    for payment in rows.payments.iter().filter(|payment| payment.kind == KIND && !known.contains(&payment.id)) {
        audit.say("Q2", payment.id, KIND, "no invoice at a processor says so");
    }
    for row in &rows.remote_invoices {
        let payment = payments.get(&row.payment_id).filter(|payment| payment.kind == KIND);
        let Some(payment) = payment.filter(|_| row.id == of_payment(row.payment_id)) else {
            audit.say("Q2", row.id, row.payment_id, "it is no payment of this customer by an invoice at a processor");
            continue;
        };
        same_terms(row, payment, meant.get(&payment.id).copied().unwrap_or(0), audit);
        standing(row, payment, audit);
        // While it may be paid somebody looks at it; what is under way at the bank is told by its processor.
        if payment.state == PaymentState::Created && row.state.is_out() && !watched.contains(&row.payment_id) {
            audit.say("Q2", row.id, row.state, "its processor is never asked about it again");
        }
    }
}

/// Both ask for the same, on the same document; while it is out also charge by charge.
fn same_terms(row: &RemoteInvoice, payment: &Payment, meant: i64, audit: &mut Audit) {
    let of_row = (row.order_id, row.invoice_id, row.currency, Some(row.connection_id));
    if of_row != (payment.order_id, payment.invoice_id, payment.currency, payment.connection_id) {
        audit.say("Q2", row.id, row.payment_id, "it names another document, currency or processor than its payment");
    }
    if payment.state == PaymentState::Created && (row.amount, row.amount) != (payment.amount, meant) {
        audit.say("Q2", row.id, row.amount, format!("a payment of {}, {meant} of it on charges", payment.amount));
    }
}

fn standing(row: &RemoteInvoice, payment: &Payment, audit: &mut Audit) {
    let wanted = match payment.state {
        PaymentState::Succeeded => Some(RemoteInvoiceState::Paid),
        PaymentState::Canceled => Some(RemoteInvoiceState::Canceled),
        PaymentState::Failed => Some(RemoteInvoiceState::Failed),
        _ => None,
    };
    if wanted.map_or(!row.state.is_out(), |wanted| wanted != row.state) {
        audit.say("Q2", row.id, row.state, format!("its payment is {}", payment.state));
    }
    let ended = row.ended_at.is_some();
    if ended == row.state.is_out() {
        audit.say("Q2", row.id, row.state, if ended { "a time of ending" } else { "no time of ending" });
    }
    if row.state == RemoteInvoiceState::Sent && (row.remote_id.is_none() || row.sent_at.is_none()) {
        audit.say("Q2", row.id, row.state, "nothing of the processor's, or no time of sending");
    }
}
