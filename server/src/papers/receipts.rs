//! Receipts as papers: what a payment paid, what of it went back, and what is left of it.

use books::account::Target;
use books::entry::Class;
use books::money::{Currency, Money};
use books::paper::{AppliedTo, ReceiptPaper, Stamp};
use engine::sheets::payment::PaymentSheet;
use engine::store::entry::EntryLine;
use engine::wording;

use super::{letterhead, means, party, tongue};

/// The values that a receipt prints.
pub fn receipt_paper(sheet: &PaymentSheet, now: books::calendar::Instant) -> ReceiptPaper {
    let zone = sheet.business.zone();
    let currency: Currency = sheet.payment.currency;
    let money = |minor| Money::new(minor, currency);
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), now);
    let tongue = tongue(&head);
    let charges: Vec<&EntryLine> = sheet.charges.iter().filter(|charge| charge.kind.class() == Class::Charge).collect();
    // What its document still asks for stands once, behind the last of that document's charges.
    let last_of_document = charges.iter().rposition(|charge| match sheet.payment.target() {
        Some(Target::Order(order)) => charge.order_id == Some(order),
        Some(Target::Invoice(invoice)) => charge.live_invoice_id == Some(invoice),
        _ => false,
    });
    let applied: Vec<AppliedTo> = charges
        .into_iter()
        .enumerate()
        .map(|(at, charge)| {
            let part: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
            let order = sheet.order_of(charge).and_then(|order| order.number.clone());
            let invoice = sheet.invoice_of(charge).and_then(|invoice| invoice.number.clone());
            AppliedTo {
                number: invoice.or(order).unwrap_or_default(),
                description: wording::entry(&tongue, charge.kind, &charge.description),
                applied: money(part),
                due_after: (Some(at) == last_of_document).then(|| money(sheet.still_due)),
            }
        })
        .collect();
    let set_against: i64 = applied.iter().map(|row| row.applied.minor).sum();
    let free = sheet.unapplied();
    let payment = &sheet.payment;
    ReceiptPaper {
        head,
        customer: party(&sheet.customer),
        number: payment.number.clone(),
        received_at: Stamp::in_zone(payment.succeeded_at.unwrap_or(payment.created_at), &zone),
        received_on: payment.received_on,
        amount: money(payment.amount),
        means: means(payment),
        reference: String::new(),
        tendered: payment.tendered.map(money),
        change: payment.change().map(money),
        applied,
        refunded: money(payment.amount - set_against - free),
        credit_left: money(free),
        still_owed: Some(money(sheet.owed())),
        message: String::new(),
        notes: Vec::new(),
    }
}
