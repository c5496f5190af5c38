//! Invoices and credit notes as papers.
//!
//! Invariants: the face is made from what was frozen at issue and from nothing else, so it prints the same for ever. Once something
//! has changed since, a sheet behind the face says how the invoice stands now. Where its details let it be an electronic invoice, that is inside the
//! file (Factur-X); where not, the paper is printed all the same.

use std::collections::BTreeMap;

use axum::response::Response;
use books::entry::EntryKind;
use books::invoice::InvoiceState;
use books::money::{Currency, Money};
use books::paper::{
    AsAt, Body, Business, Change, ChangeKind, CreditNotePaper, Destination, DestinationKind, Drawn, Fact, InvoicePaper,
    Letterhead, Logo, Mark, Means, PageSize, PaidRow, PaperLine, Party, PayPanel, Prices, Stamp, Standing, TaxRow,
};
use engine::error::Result as Made;
use engine::sheets::credit_note::CreditNoteSheet;
use engine::sheets::e_invoice::{self, Syntax};
use engine::sheets::invoice::InvoiceSheet;
use engine::store::allocation::Allocation;
use engine::store::e_invoicing::SellerDetails;
use engine::store::entry::EntryLine;
use engine::store::invoice::{Frozen, FrozenParty, InvoiceLine};
use engine::wording;
use locale::Tongue;

use super::{lines_of, means, sent_xml, tongue};
use crate::respond::Problem;

/// An issued invoice as an electronic one. Refuses NOT_ISSUED and E_INVOICE_INCOMPLETE.
pub fn invoice_xml(sheet: &InvoiceSheet, syntax: Syntax) -> Result<Response, Problem> {
    let bill = e_invoice::of_invoice(sheet)?;
    Ok(sent_xml(&bill.number, e_invoice::xml(&bill, syntax)?))
}

/// A credit note as an electronic one. Refuses E_INVOICE_INCOMPLETE.
pub fn credit_note_xml(sheet: &CreditNoteSheet, syntax: Syntax) -> Result<Response, Problem> {
    let bill = e_invoice::of_credit_note(sheet)?;
    Ok(sent_xml(&bill.number, e_invoice::xml(&bill, syntax)?))
}

fn letterhead(frozen: &Frozen, business: &engine::store::business::Business, made: books::calendar::Instant) -> Letterhead {
    let of = &frozen.business;
    let sender = Business {
        name: of.name.clone(),
        address: lines_of(of.address.as_deref()),
        email: of.email.clone().unwrap_or_default(),
        phone: of.phone.clone().unwrap_or_default(),
        tax_id: of.tax_id.clone().unwrap_or_default(),
        color: Some(frozen.color.clone()),
        logo: business.logo.clone().map(|bytes| Logo { bytes }),
        footer: frozen.footer.clone().unwrap_or_default(),
    };
    let page = if frozen.paper == "letter" { PageSize::Letter } else { PageSize::A4 };
    let locale = frozen.customer.locale.clone().or_else(|| of.locale.clone()).unwrap_or_else(|| "en".to_owned());
    Letterhead { page, locale, ..Letterhead::new(sender, Stamp::in_zone(made, &business.zone())) }
}

fn party(of: &FrozenParty) -> Party {
    Party {
        name: of.name.clone(),
        address: lines_of(of.address.as_deref()),
        email: of.email.clone().unwrap_or_default(),
        phone: of.phone.clone().unwrap_or_default(),
        tax_id: of.tax_id.clone().unwrap_or_default(),
        reference: of.reference.clone().unwrap_or_default(),
    }
}

/// The values that an invoice's PDF prints.
pub fn invoice_paper(sheet: &InvoiceSheet, pay_url: Option<String>) -> Made<InvoicePaper> {
    let invoice = &sheet.invoice;
    let money = |minor| Money::new(minor, invoice.currency);
    let draft = invoice.number.is_none();
    let frozen = invoice.parties(&sheet.business, &sheet.customer)?;
    let total = if draft { sheet.figures.total } else { invoice.total };
    // What was written off before the issue was not asked for either.
    let before = if draft { 0 } else { invoice.total - invoice.due_at_issue - invoice.applied };
    let head = letterhead(&frozen, &sheet.business, invoice.issued_at.unwrap_or(sheet.now));
    let tongue = tongue(&head);
    Ok(InvoicePaper {
        head,
        customer: party(&frozen.customer),
        number: invoice.number.clone(),
        description: invoice.description.clone().unwrap_or_default(),
        issued_on: invoice.issued_on,
        due_on: invoice.due_on,
        terms: invoice.terms.clone().unwrap_or_default(),
        reference: frozen.customer.reference.clone().unwrap_or_default(),
        order_number: sheet.order.as_ref().and_then(|order| order.number.clone()),
        body: body(&tongue, sheet, total),
        drawn: Drawn { already_paid: money(before), applied_balance: money(invoice.applied) },
        due_at_issue: money(if draft { total } else { invoice.due_at_issue }),
        payments: paid_at_issue(sheet),
        pay: pay_panel(&tongue, pay_url, frozen.seller.as_ref().or(sheet.sides.seller.as_ref()), invoice.number.as_deref()),
        notes: invoice.notes.iter().chain(&frozen.note).cloned().collect(),
        as_at: as_at(&tongue, sheet),
    })
}

/// The link, and the account for whoever pays by transfer. None: neither is known.
fn pay_panel(tongue: &Tongue, url: Option<String>, seller: Option<&SellerDetails>, number: Option<&str>) -> Option<PayPanel> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    let mut bank = Vec::new();
    if let Some(iban) = seller.and_then(|details| details.iban.as_deref()) {
        bank.push(fact("IBAN", in_fours(iban)));
        bank.extend(seller.and_then(|details| details.bic.clone()).map(|bic| fact("BIC", bic)));
        bank.extend(number.map(|number| fact(&tongue.say("written-reference").to_string(), number.to_owned())));
    }
    (url.is_some() || !bank.is_empty()).then(|| PayPanel { url: url.unwrap_or_default(), text: String::new(), bank })
}

/// An account number as people read it.
fn in_fours(iban: &str) -> String {
    let letters: Vec<char> = iban.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

fn body(tongue: &Tongue, sheet: &InvoiceSheet, total: i64) -> Body {
    let (lines, currency) = (&sheet.lines, sheet.invoice.currency);
    let money = |minor| Money::new(minor, currency);
    let printed = lines.iter().map(|line| PaperLine {
        description: described(tongue, sheet, line),
        detail: String::new(),
        quantity: line.unit.as_ref().map_or_else(|| line.quantity.clone(), |unit| format!("{} {unit}", line.quantity)),
        unit_amount: money(line.unit_amount),
        tax_rate: line.tax_rate.clone(),
        net: money(line.net),
        gross: money(line.gross),
        amended: None,
    });
    let taxed = lines.iter().filter_map(|line| line.tax_rate.clone().map(|rate| (rate, line.net, line.tax)));
    Body { prices: Prices::BeforeTax, lines: printed.collect(), taxes: tax_rows(taxed, currency), total: money(total) }
}

/// What a line is for. One that stands for a whole charge says what its entry says, in the reader's language.
fn described(tongue: &Tongue, sheet: &InvoiceSheet, line: &InvoiceLine) -> String {
    let charge = sheet.charges.iter().find(|charge| Some(charge.id) == line.entry_id);
    match charge.filter(|charge| charge.description == line.description) {
        Some(charge) => wording::entry(tongue, charge.kind, &charge.description),
        None => line.description.clone(),
    }
}

fn tax_rows(taxed: impl Iterator<Item = (String, i64, i64)>, currency: Currency) -> Vec<TaxRow> {
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (rate, net, tax) in taxed {
        let sum = sums.entry(rate).or_default();
        *sum = (sum.0 + net, sum.1 + tax);
    }
    let row = |(rate, (net, tax))| TaxRow { rate, net: Money::new(net, currency), tax: Money::new(tax, currency) };
    let mut rows: Vec<TaxRow> = sums.into_iter().map(row).collect();
    // A rate is a decimal text: by its whole percents first, which as text are longer the larger they are.
    rows.sort_by_key(|row| {
        let (whole, part) = row.rate.split_once('.').unwrap_or((&row.rate, ""));
        (whole.len(), whole.to_owned(), part.to_owned())
    });
    rows
}

/// Payments that stood against it when it was issued.
fn paid_at_issue(sheet: &InvoiceSheet) -> Vec<PaidRow> {
    let zone = sheet.business.zone();
    let mut parts: BTreeMap<books::ids::PaymentId, i64> = BTreeMap::new();
    for row in sheet.history.iter().filter(|row| sheet.invoice.number.is_some() && !sheet.is_later(row)) {
        if let Some(payment) = credit_of(sheet, row).and_then(|credit| credit.payment_id) {
            *parts.entry(payment).or_default() += if row.takes_back.is_some() { -row.amount } else { row.amount };
        }
    }
    let found = parts.into_iter().filter(|(_, part)| *part > 0).filter_map(|(id, part)| {
        sheet.payments.iter().find(|payment| payment.id == id).map(|payment| PaidRow {
            number: payment.number.clone(),
            on: payment.received_on.unwrap_or_else(|| payment.succeeded_at.unwrap_or(payment.created_at).day_in(&zone)),
            means: means(payment),
            applied: Money::new(part, payment.currency),
            amount: Money::new(payment.amount, payment.currency),
        })
    });
    found.collect()
}

fn credit_of<'a>(sheet: &'a InvoiceSheet, row: &Allocation) -> Option<&'a EntryLine> {
    sheet.credits.iter().find(|credit| credit.id == row.credit_id)
}

/// The sheet behind the face, once anything has changed since the issue.
fn as_at(tongue: &Tongue, sheet: &InvoiceSheet) -> Option<AsAt> {
    let invoice = &sheet.invoice;
    invoice.number.as_ref()?;
    let changes = changes(tongue, sheet);
    if changes.is_empty() {
        return None;
    }
    let figures = sheet.figures;
    let mark = match sheet.state() {
        _ if sheet.overdue() => Mark::Overdue,
        InvoiceState::Draft => Mark::Draft,
        InvoiceState::Open => Mark::Unpaid,
        InvoiceState::PartPaid => Mark::PartPaid,
        InvoiceState::Paid => Mark::Paid,
        InvoiceState::Void => Mark::Void,
        InvoiceState::Uncollectible => Mark::Uncollectible,
    };
    Some(AsAt {
        at: Stamp::in_zone(sheet.now, &sheet.business.zone()),
        mark: Some(mark),
        standing: Standing::of(&figures, invoice.currency),
        changes,
    })
}

/// What happened since the issue, in the order it was posted.
fn changes(tongue: &Tongue, sheet: &InvoiceSheet) -> Vec<Change> {
    let money = |minor| Money::new(minor, sheet.invoice.currency);
    let mut changes: Vec<Change> = Vec::new();
    if let Some(day) = sheet.invoice.voided_on {
        let note = String::new();
        let amount = money(-sheet.invoice.due_at_issue);
        changes.push(Change { on: day, kind: ChangeKind::Void, number: String::new(), note, amount });
    }
    for fee in sheet.charges.iter().filter(|charge| charge.kind == EntryKind::LateFee) {
        let (number, note) = (String::new(), wording::entry(tongue, fee.kind, &fee.description));
        changes.push(Change { on: fee.effective_on, kind: ChangeKind::LateFee, number, note, amount: money(fee.amount) });
    }
    for row in sheet.history.iter().filter(|row| sheet.is_later(row)) {
        let Some(credit) = credit_of(sheet, row) else { continue };
        let sign = if row.takes_back.is_some() { 1 } else { -1 };
        changes.push(Change {
            on: row.effective_on,
            kind: if row.takes_back.is_some() { taken_back(sheet, row) } else { set_against(row, credit) },
            number: number_of(sheet, credit),
            note: String::new(),
            amount: money(sign * row.amount),
        });
    }
    changes
}

/// Why money that had paid the invoice does so no more.
fn taken_back(sheet: &InvoiceSheet, row: &Allocation) -> ChangeKind {
    match sheet.sent_back.iter().find(|gone| gone.event_id == row.event_id).map(|gone| gone.kind) {
        Some(EntryKind::Refund) => ChangeKind::Refund,
        Some(EntryKind::Return) => ChangeKind::Return,
        _ => ChangeKind::Reversal,
    }
}

fn set_against(row: &Allocation, credit: &EntryLine) -> ChangeKind {
    match credit.kind {
        // It came earlier, for something else or for nothing yet, and was applied to this now.
        EntryKind::Payment if credit.event_id != row.event_id => ChangeKind::AppliedBalance,
        EntryKind::Payment => ChangeKind::Payment,
        EntryKind::ManualCredit | EntryKind::AdjustmentUp => ChangeKind::AppliedBalance,
        EntryKind::CreditNote => ChangeKind::CreditNote,
        EntryKind::WriteOff | EntryKind::SmallDifference => ChangeKind::WriteOff,
        _ => ChangeKind::Reversal,
    }
}

fn number_of(sheet: &InvoiceSheet, credit: &EntryLine) -> String {
    let payment = || sheet.payments.iter().find(|payment| Some(payment.id) == credit.payment_id);
    let note = || sheet.credit_notes.iter().find(|note| Some(note.id) == credit.credit_note_id);
    note().map(|note| note.number.clone()).or_else(|| payment().map(|payment| payment.number.clone())).unwrap_or_default()
}

/// The values that a credit note's PDF prints.
pub fn credit_note_paper(sheet: &CreditNoteSheet) -> Made<CreditNotePaper> {
    let note = &sheet.note;
    let money = |minor| Money::new(minor, note.currency);
    let frozen = note.parties()?;
    // An amount may be spread over several rates; its tax is shown under the one that most of the invoice was charged at.
    let usual = sheet.invoice_lines.iter().filter(|line| line.tax_rate.is_some()).max_by_key(|line| line.tax);
    let usual = usual.and_then(|line| line.tax_rate.clone()).unwrap_or_else(|| "0".to_owned());
    let rate = |line: &engine::store::credit_note::CreditNoteLine| match (&line.tax_rate, line.tax) {
        (None, 0) => None,
        (rate, _) => Some(rate.clone().unwrap_or_else(|| usual.clone())),
    };
    let head = letterhead(&frozen, &sheet.business, note.created_at);
    let tongue = tongue(&head);
    let lines = sheet.lines.iter().map(|line| PaperLine {
        description: wording::credit_reason(&tongue, note, &line.description),
        detail: String::new(),
        quantity: "1".to_owned(),
        unit_amount: money(line.net),
        tax_rate: rate(line),
        net: money(line.net),
        gross: money(line.gross),
        amended: None,
    });
    let taxed = sheet.lines.iter().filter_map(|line| rate(line).map(|rate| (rate, line.net, line.tax)));
    let card = DestinationKind::Card { means: Means::Other { label: String::new() } };
    let ways = [(DestinationKind::Balance, note.to_balance), (card, note.to_card), (DestinationKind::Outside, note.to_outside)];
    let destinations = ways.into_iter().filter(|(_, amount)| *amount > 0);
    Ok(CreditNotePaper {
        head,
        customer: party(&frozen.customer),
        number: note.number.clone(),
        dated_on: note.dated_on,
        invoice_number: sheet.invoice.number.clone().unwrap_or_default(),
        invoice_issued_on: sheet.invoice.issued_on,
        reason: wording::credit_reason(&tongue, note, &note.reason),
        body: Body {
            prices: Prices::BeforeTax,
            lines: lines.collect(),
            taxes: tax_rows(taxed, note.currency),
            total: money(note.amount),
        },
        due_before: money(note.due_before),
        due_after: money(note.due_after),
        destinations: destinations.map(|(kind, amount)| Destination { kind, amount: money(amount) }).collect(),
        notes: frozen.note.into_iter().collect(),
    })
}
