//! A refund's confirmation as a paper.

use books::money::Money;
use books::paper::{OwedAgain, RefundPaper, RefundTo, Stamp};
use books::refund::RefundRoute;
use engine::sheets::refund::RefundSheet;
use engine::wording;

use super::{letterhead, means, party, tongue};

/// The values that a refund's confirmation prints.
pub fn refund_paper(sheet: &RefundSheet, now: books::calendar::Instant) -> RefundPaper {
    let (refund, of) = (&sheet.refund, &sheet.payment);
    let money = |minor| Money::new(minor, refund.currency);
    let zone = of.business.zone();
    let before = sheet.before();
    let owed_again = sheet.owed_again.iter().map(|(number, minor)| OwedAgain { number: number.clone(), amount: money(*minor) });
    let head = letterhead(&of.business, of.customer.locale.as_deref(), now);
    RefundPaper {
        notes: Vec::new(),
        reason: wording::refund_reason(&tongue(&head), &refund.reason),
        head,
        customer: party(&of.customer),
        number: refund.number.clone(),
        refunded_at: Stamp::in_zone(refund.settled_at.unwrap_or(refund.created_at), &zone),
        amount: money(refund.amount),
        to: match refund.route {
            RefundRoute::Original => RefundTo::Original(means(&of.payment)),
            RefundRoute::Outside => RefundTo::Outside,
        },
        payment_number: of.payment.number.clone(),
        payment_amount: money(of.payment.amount),
        refunded_before: money(before),
        left: money(of.payment.amount - before - refund.amount),
        owed_again: owed_again.collect(),
        still_owed: money(of.owed()),
    }
}
