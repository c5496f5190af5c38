//! Which lines a credit note takes something off, and what its paper prints of them.
//!
//! Invariant: a line is named once, and at most what is left of it is credited; what is wrong is said at the field where it was
//! asked for. Left out: what becomes of the money (the books decide).

use books::account::{Account, ChargeLine, CreditBy, LineCredit, LineRef};
use books::credit_note::gross_of;
use books::ids::InvoiceLineId;
use books::tax::Quantity;

use super::Credited;
use crate::error::{Error, Result};
use crate::store::account::charge_line;
use crate::store::credit_note::{CreditNote, CreditNoteLine};
use crate::store::invoice::InvoiceLine;
use crate::store::order::OrderLine;

/// A named line: which row, what the books call it, and the gross to take off.
pub(super) struct NamedLine {
    pub row: InvoiceLineId,
    pub line: LineRef,
    pub gross: i64,
}

pub(super) fn by_amount(what: &Credited) -> CreditBy {
    match what {
        Credited::Amount(amount) => CreditBy::Amount(*amount),
        Credited::Lines(_) => CreditBy::Lines(Vec::new()),
    }
}

pub(super) fn by_line(named: &[NamedLine]) -> CreditBy {
    CreditBy::Lines(named.iter().map(|named| (named.line, named.gross)).collect())
}

/// The named lines with what to take off each. Says of each fault in which field it is; none: an amount is credited.
pub(super) fn wanted_lines(
    what: &Credited,
    lines: &[InvoiceLine],
    order_lines: &[OrderLine],
    account: &Account,
) -> Result<Option<Vec<NamedLine>>> {
    let Credited::Lines(wanted) = what else { return Ok(None) };
    if wanted.is_empty() {
        return Err(Error::invalid("lines", "REQUIRED", "name at least one line, or an amount"));
    }
    let mut named: Vec<NamedLine> = Vec::with_capacity(wanted.len());
    for (at, (id, of)) in wanted.iter().enumerate() {
        let field = |part: &str| format!("lines[{at}].{part}");
        let row = lines.iter().find(|line| line.id == *id);
        let row = row.ok_or_else(|| Error::invalid(field("line"), "UNKNOWN", "this invoice has no such line"))?;
        if named.iter().any(|other| other.row == row.id) {
            return Err(Error::invalid(field("line"), "TWICE", "this line is named twice"));
        }
        let charge_line = charge_line_of(row, lines, order_lines, account)?
            .ok_or_else(|| Error::invalid(field("line"), "NOT_CREDITABLE", "a discount is not credited; credit an amount"))?;
        let quantity: Quantity = row.quantity.parse().unwrap_or(Quantity::ONE);
        let gross = gross_of(&charge_line, quantity, *of, account.currency()).map_err(|refusal| match Error::from(refusal) {
            Error::Invalid(_) => Error::invalid(field("amount"), "NOTHING_LEFT", "nothing is left of this line"),
            other => other,
        })?;
        named.push(NamedLine { row: row.id, line: charge_line.line, gross });
    }
    Ok(Some(named))
}

fn charge_line_of(
    row: &InvoiceLine,
    lines: &[InvoiceLine],
    order_lines: &[OrderLine],
    account: &Account,
) -> Result<Option<ChargeLine>> {
    if row.gross <= 0 {
        return Ok(None);
    }
    if let Some(id) = row.order_line_id {
        return Ok(order_lines.iter().find(|line| line.id == id).and_then(charge_line));
    }
    let Some(charge) = row.entry_id else { return Ok(None) };
    let own = account.item(charge).is_some_and(|item| item.entry.kind == books::entry::EntryKind::Invoice);
    if own {
        return Ok(own_charge_line(row));
    }
    // A charge without lines is a line of itself; beside others it is only what made them add up.
    let alone = lines.iter().filter(|line| line.entry_id == Some(charge)).count() == 1;
    let Some(item) = account.item(charge).filter(|_| alone) else { return Ok(None) };
    let (left, tax_left) = account.left_of(charge)?;
    Ok(Some(ChargeLine {
        line: LineRef::Charge(charge),
        charge,
        gross: item.entry.amount,
        tax: item.entry.tax,
        credited: item.entry.amount - left,
        credited_tax: item.entry.tax - tax_left,
    }))
}

/// What the paper prints: the named lines, or one line for each rate that an amount is spread over.
pub(super) fn printed_lines(
    note: &CreditNote,
    named: &Option<Vec<NamedLine>>,
    credits: &[LineCredit],
    lines: &[InvoiceLine],
) -> Vec<CreditNoteLine> {
    let line = |position: usize, row: Option<&InvoiceLine>, description: String, rate, gross: i64, tax: i64| CreditNoteLine {
        business_id: note.business_id,
        credit_note_id: note.id,
        position: i64::try_from(position).unwrap_or(i64::MAX),
        invoice_line_id: row.map(|row| row.id),
        description,
        tax_rate: rate,
        net: gross - tax,
        tax,
        gross,
    };
    let Some(named) = named else {
        return vec![line(1, None, note.reason.clone(), main_rate(lines, note.tax), note.amount, note.tax)];
    };
    let of = |(position, named): (usize, &NamedLine)| {
        let row = lines.iter().find(|row| row.id == named.row);
        let credit = credits.iter().find(|credit| credit.line == named.line);
        let (gross, tax) = credit.map_or((named.gross, 0), |credit| (credit.gross, credit.tax));
        let description = row.map_or_else(|| note.reason.clone(), |row| row.description.clone());
        line(position, row, description, row.and_then(|row| row.tax_rate.clone()), gross, tax)
    };
    (1..).zip(named).map(of).collect()
}

/// The rate that most of the invoice's tax was charged at: what the tax of a credited amount is shown under.
fn main_rate(lines: &[InvoiceLine], tax: i64) -> Option<String> {
    let taxed = lines.iter().filter(|line| tax != 0 && line.tax_rate.is_some());
    taxed.max_by_key(|line| line.tax).and_then(|line| line.tax_rate.clone())
}

/// A line of its own as the books know it; none of a copy.
pub(super) fn own_charge_line(line: &InvoiceLine) -> Option<ChargeLine> {
    line.entry_id.filter(|_| line.order_line_id.is_none()).map(|charge| ChargeLine {
        line: LineRef::Invoice(line.id),
        charge,
        gross: line.gross,
        tax: line.tax,
        credited: line.credited,
        credited_tax: line.credited_tax,
    })
}
