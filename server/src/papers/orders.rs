//! Orders and applications as papers.
//!
//! Invariant: the lines add up to the total of the page, also where a discount outlived the line that it had lessened.

use books::money::Money;
use books::order::OrderState;
use books::paper::{
    Amendment, AmendmentReason, Body, Mark, OrderKind, OrderPaper, PaidRow, PaperLine, PayPanel, Prices, Standing, TaxRow,
};
use engine::sheets::order::OrderSheet;
use engine::store::order::OrderLine;
use locale::Tongue;

use super::{letterhead, means, party, tongue};

/// The values that an order's PDF prints.
pub fn order_paper(sheet: &OrderSheet, pay_url: Option<String>, now: books::calendar::Instant) -> OrderPaper {
    let zone = sheet.business.zone();
    let currency = sheet.order.currency;
    let due = sheet.figures.amount_due > 0;
    let head = letterhead(&sheet.business, sheet.customer.locale.as_deref(), now);
    OrderPaper {
        body: body(&tongue(&head), sheet),
        head,
        customer: party(&sheet.customer),
        kind: match sheet.order.kind {
            books::order::OrderKind::Order => OrderKind::Order,
            books::order::OrderKind::Application => OrderKind::Application,
        },
        number: sheet.order.number.clone(),
        mark: mark(sheet),
        description: String::new(),
        ordered_on: sheet.order.created_at.day_in(&zone),
        due_on: None,
        reference: sheet.customer.reference.clone().unwrap_or_default(),
        standing: Standing::of(&sheet.figures, currency),
        payments: paid_rows(sheet),
        pay: pay_url.filter(|_| due).map(PayPanel::link),
        message: String::new(),
        notes: sheet.order.note.iter().cloned().collect(),
    }
}

fn mark(sheet: &OrderSheet) -> Option<Mark> {
    use books::figures::PaymentState as P;
    match (sheet.order.state, sheet.payment_state()) {
        (OrderState::Draft, _) => Some(Mark::Draft),
        (OrderState::Canceled | OrderState::Denied | OrderState::Withdrawn, _) => Some(Mark::Canceled),
        (_, _) if sheet.reserved() > 0 => Some(Mark::Pending),
        (_, P::Paid) => Some(Mark::Paid),
        (_, P::PartPaid) => Some(Mark::PartPaid),
        (_, P::Unpaid) => Some(Mark::Unpaid),
    }
}

fn body(tongue: &Tongue, sheet: &OrderSheet) -> Body {
    let currency = sheet.order.currency;
    let money = |minor| Money::new(minor, currency);
    let live = || sheet.lines.iter().filter(|line| line.removed_by.is_none());
    let mut lines: Vec<PaperLine> = sheet.lines.iter().map(|line| paper_line(sheet, line)).collect();
    let mut taxes: Vec<TaxRow> = Vec::new();
    for line in live() {
        let Some(rate) = &line.tax_rate else { continue };
        match taxes.iter_mut().find(|row| row.rate == *rate) {
            Some(row) => {
                *row = TaxRow { rate: rate.clone(), net: money(row.net.minor + line.net), tax: money(row.tax.minor + line.tax) }
            }
            None => taxes.push(TaxRow { rate: rate.clone(), net: money(line.net), tax: money(line.tax) }),
        }
    }
    // A discount may outlive the line that it had lessened: what is left over is printed, so that the paper adds up.
    let over = sheet.figures.total - live().map(|line| line.gross).sum::<i64>();
    if over != 0 {
        lines.push(leftover(tongue, money(over)));
    }
    Body { prices: Prices::BeforeTax, lines, taxes, total: money(sheet.figures.total) }
}

fn leftover(tongue: &Tongue, amount: Money) -> PaperLine {
    PaperLine {
        description: tongue.say("written-leftover").to_string(),
        detail: String::new(),
        quantity: "1".to_owned(),
        unit_amount: amount,
        tax_rate: None,
        net: amount,
        gross: amount,
        amended: None,
    }
}

fn paper_line(sheet: &OrderSheet, line: &OrderLine) -> PaperLine {
    let zone = sheet.business.zone();
    let money = |minor| Money::new(minor, sheet.order.currency);
    let changed = line.removed_by.or(line.added_by);
    let amended = sheet.amendments.iter().find(|row| Some(row.id) == changed).map(|row| Amendment {
        on: row.created_at.day_in(&zone),
        reason: match row.reason.as_str() {
            "items_added" => AmendmentReason::ItemsAdded,
            "shipping" => AmendmentReason::Shipping,
            "extra_service" => AmendmentReason::ExtraService,
            "correction" => AmendmentReason::Correction,
            _ => AmendmentReason::Other,
        },
        note: String::new(),
        removed: line.removed_by.is_some(),
    });
    PaperLine {
        description: line.description.clone(),
        detail: String::new(),
        quantity: line.unit.as_ref().map_or_else(|| line.quantity.clone(), |unit| format!("{} {unit}", line.quantity)),
        unit_amount: money(line.unit_amount),
        tax_rate: line.tax_rate.clone(),
        net: money(line.net),
        gross: money(line.gross),
        amended,
    }
}

fn paid_rows(sheet: &OrderSheet) -> Vec<PaidRow> {
    let zone = sheet.business.zone();
    let counted = sheet.payments.iter().rev().map(|payment| (payment, sheet.paid_by(payment.id))).filter(|(_, part)| *part > 0);
    counted
        .map(|(payment, part)| PaidRow {
            number: payment.number.clone(),
            on: payment.received_on.unwrap_or_else(|| payment.succeeded_at.unwrap_or(payment.created_at).day_in(&zone)),
            means: means(payment),
            applied: Money::new(part, payment.currency),
            amount: Money::new(payment.amount, payment.currency),
        })
        .collect()
}
