//! The parts that several papers share, as rows of words: lines, sums, the ribbon, payments, open items.
//!
//! Invariant: amounts are printed, not computed; what is zero and says nothing is left out.

use books::calendar::Day;
use books::money::Money;
use books::paper::{Amendment, AmendmentReason, Body, Mark, OpenItem, PaidRow, PaperFault, PaperLine, Prices, Standing};
use serde_json::{Value, json};

use crate::format::Tongue;

/// Colors of the parts of a ribbon, beside the brand's own.
pub(crate) const QUIET: &str = "#aab1bc";
pub(crate) const REST: &str = "#e2e5ea";

/// A table of so many lines may run over a page, and then carries its sum over.
const LONG: usize = 16;
/// Beyond so many the typesetter, which asks every page for its rows again, takes seconds and a gigabyte: no sum is carried then.
const TOO_LONG: usize = 200;

/// The type of a table, in points, and the smallest that it may shrink to.
const USUAL: f64 = 9.0;
const SMALLEST: f64 = 6.0;

/// One row of sums.
pub(crate) fn row(label: impl Into<String>, amount: String) -> Value {
    json!({ "label": label.into(), "amount": amount, "style": "plain" })
}

/// A sum with a line above it.
pub(crate) fn sum_row(label: impl Into<String>, amount: String) -> Value {
    json!({ "label": label.into(), "amount": amount, "style": "sum" })
}

/// The figure that the paper is about.
pub(crate) fn due_row(label: impl Into<String>, amount: String) -> Value {
    json!({ "label": label.into(), "amount": amount, "style": "due" })
}

/// A column: its word, whether it takes the room that is left, whether it is set to the right.
pub(crate) fn head(word: &str, wide: bool, end: bool) -> Value {
    json!({ "word": word, "wide": wide, "end": end })
}

pub(crate) fn table(title: &str, heads: Vec<Value>, rows: Vec<Vec<String>>) -> Value {
    let size = type_size(&heads, rows.iter().map(Vec::as_slice));
    json!({ "title": title, "heads": heads, "rows": rows, "size": size })
}

/// In points: what the narrow columns need, so that the wide one keeps some room for words whatever the amounts are.
fn type_size<'r>(heads: &[Value], rows: impl Iterator<Item = &'r [String]>) -> f64 {
    let mut longest: Vec<usize> = heads.iter().map(|head| head["word"].as_str().map_or(0, letters)).collect();
    for row in rows {
        for (most, cell) in longest.iter_mut().zip(row) {
            *most = cell.lines().map(letters).fold(*most, usize::max);
        }
    }
    let narrow = heads.iter().zip(&longest).filter(|(head, _)| head["wide"] == false);
    let all: usize = narrow.map(|(_, letters)| letters).sum();
    // Of the page's 170 mm and more, so many letters of the usual size, with the gaps between them, leave the words what they need.
    const ROOM: f64 = 58.0;
    (USUAL * ROOM / (all as f64).max(ROOM)).max(SMALLEST)
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

/// Joins what is not empty, the second part on a smaller line below.
pub(crate) fn over(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (false, false) => format!("{first}\n{second}"),
        (true, _) => second.to_owned(),
        (_, true) => first.to_owned(),
    }
}

/// A line's amount as its column shows it.
fn in_column(line: &PaperLine, prices: Prices) -> Money {
    match prices {
        Prices::BeforeTax => line.net,
        Prices::TaxIncluded => line.gross,
    }
}

impl Tongue {
    /// The table of lines. Without tax there is no column for it.
    pub(crate) fn lines(&self, body: &Body) -> Result<Value, PaperFault> {
        let words = self.words;
        let taxed = body.lines.iter().any(|line| line.tax_rate.is_some());
        let mut heads =
            vec![head(words.description, true, false), head(words.quantity, false, true), head(words.unit_price, false, true)];
        if taxed {
            heads.push(head(words.tax, false, true));
        }
        heads.push(head(words.amount, false, true));
        let cells: Vec<Vec<String>> = body.lines.iter().map(|line| self.cells(line, body.prices, taxed)).collect();
        let size = type_size(&heads[1..], cells.iter().map(Vec::as_slice));
        let rows: Vec<Value> = body.lines.iter().zip(&cells).map(|(line, cells)| self.line(line, cells)).collect();
        Ok(json!({ "heads": heads, "rows": rows, "size": size, "carried": self.carried(body)? }))
    }

    /// What the lines have come to after each of them, for the foot of a page on which the table does not end. Of a short
    /// table, and of an endless one: none.
    fn carried(&self, body: &Body) -> Result<Vec<String>, PaperFault> {
        if !(LONG..=TOO_LONG).contains(&body.lines.len()) {
            return Ok(Vec::new());
        }
        let mut sum = Money::zero(body.total.currency);
        let mut sums = Vec::with_capacity(body.lines.len());
        for line in &body.lines {
            if !line.amended.as_ref().is_some_and(|amended| amended.removed) {
                sum = sum.plus(in_column(line, body.prices))?;
            }
            sums.push(self.plain(sum));
        }
        Ok(sums)
    }

    /// What a line has in the columns behind its description.
    fn cells(&self, line: &PaperLine, prices: Prices, taxed: bool) -> Vec<String> {
        let rate = line.tax_rate.as_deref().map(|rate| self.percent(rate)).unwrap_or_default();
        let amount = in_column(line, prices);
        let mut cells = vec![self.quantity(&line.quantity), self.plain(line.unit_amount)];
        if taxed {
            cells.push(rate);
        }
        cells.push(self.plain(amount));
        cells
    }

    fn line(&self, line: &PaperLine, cells: &[String]) -> Value {
        let removed = line.amended.as_ref().is_some_and(|amended| amended.removed);
        json!({
            "name": line.description,
            "detail": line.detail,
            "removed": removed,
            "amended": line.amended.as_ref().map(|amended| self.amended(amended)).unwrap_or_default(),
            "cells": cells.iter().map(|text| json!({ "text": text, "struck": removed })).collect::<Vec<_>>(),
        })
    }

    /// `1234.567 kg` as the reader writes the number; the unit stays as it is.
    fn quantity(&self, quantity: &str) -> String {
        match quantity.split_once(' ') {
            Some((number, unit)) => format!("{} {unit}", self.decimal(number)),
            None => self.decimal(quantity),
        }
    }

    fn amended(&self, amended: &Amendment) -> String {
        let words = self.words;
        let day = [("day", &self.day(amended.on))];
        let what = if amended.removed { self.said("paper-removed", day) } else { self.said("paper-added", day) };
        let reason = match amended.reason {
            AmendmentReason::ItemsAdded => words.items_added,
            AmendmentReason::Shipping => words.shipping,
            AmendmentReason::ExtraService => words.extra_service,
            AmendmentReason::Correction => words.correction,
            AmendmentReason::Other => "",
        };
        [what.as_str(), reason, &amended.note].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// Subtotal, taxes and total.
    pub(crate) fn body_sums(&self, body: &Body) -> Result<Vec<Value>, PaperFault> {
        let words = self.words;
        let taxes = body.taxes.iter().map(|tax| {
            let values = [("rate", &self.percent(&tax.rate)), ("base", &self.plain(tax.net))];
            let before = body.prices == Prices::BeforeTax;
            let label = if before { self.said("paper-tax_on", values) } else { self.said("paper-tax_within", values) };
            row(label, self.plain(tax.tax))
        });
        let mut rows = Vec::new();
        if body.prices == Prices::BeforeTax && !body.taxes.is_empty() {
            rows.push(row(words.subtotal, self.plain(body.subtotal()?)));
            rows.extend(taxes);
            rows.push(sum_row(words.total, self.money(body.total)));
        } else {
            rows.push(sum_row(words.total, self.money(body.total)));
            rows.extend(taxes);
        }
        Ok(rows)
    }

    /// What follows the total: fees, what was taken off it, and what is due.
    pub(crate) fn standing_sums(&self, standing: &Standing, mark: Option<Mark>) -> Vec<Value> {
        let words = self.words;
        let mut rows = Vec::new();
        if standing.fees.minor != 0 {
            rows.push(row(words.late_fees, self.plain(standing.fees)));
        }
        for (label, amount) in
            [(words.credited, standing.credited), (words.written_off, standing.written_off), (words.paid, standing.paid)]
        {
            if amount.minor != 0 {
                rows.push(row(label, self.taken(amount)));
            }
        }
        if mark != Some(Mark::Draft) {
            rows.push(due_row(words.amount_due, self.money(standing.amount_due)));
        }
        rows
    }

    /// In which currency the figures without a sign are.
    pub(crate) fn amounts_in(&self, money: Money) -> String {
        self.said("paper-amounts_in", [("currency", money.currency.code())])
    }

    /// An amount that lowers what is due, with a minus.
    pub(crate) fn taken(&self, amount: Money) -> String {
        self.plain(Money { minor: -amount.minor, ..amount })
    }

    /// How much of the whole is settled. None while nothing is.
    pub(crate) fn ribbon(&self, standing: &Standing, brand: &str) -> Value {
        let words = self.words;
        let reduced = standing.credited.minor.saturating_add(standing.written_off.minor);
        if standing.paid.minor <= 0 && reduced <= 0 {
            return Value::Null;
        }
        let parts = [
            (words.paid, standing.paid, brand),
            (words.credited, standing.credited, QUIET),
            (words.written_off, standing.written_off, QUIET),
            (words.amount_due, standing.amount_due, REST),
        ];
        let shown = parts.into_iter().filter(|(_, amount, _)| amount.minor > 0);
        let parts: Vec<Value> = shown.map(|(label, amount, color)| self.part(label, amount, color)).collect();
        json!({ "parts": parts })
    }

    /// One share of a ribbon.
    pub(crate) fn part(&self, label: &str, amount: Money, color: &str) -> Value {
        json!({ "label": label, "amount": self.plain(amount), "weight": amount.minor.max(0), "color": color })
    }

    /// The payments that stand against a bill. None when there are none.
    pub(crate) fn payments(&self, payments: &[PaidRow]) -> Option<Value> {
        if payments.is_empty() {
            return None;
        }
        let words = self.words;
        let heads = vec![
            head(words.date, false, false),
            head(words.payment_no, false, false),
            head(words.method, true, false),
            head(words.amount, false, true),
        ];
        let rows = payments.iter().map(|row| {
            let whole = if row.amount == row.applied {
                String::new()
            } else {
                self.said("paper-of_payment", [("amount", &self.plain(row.amount))])
            };
            vec![self.day(row.on), row.number.clone(), self.means(&row.means), over(&self.plain(row.applied), &whole)]
        });
        Some(table(words.payments, heads, rows.collect()))
    }

    /// What is open, with its due day and how late it is. None when nothing is.
    pub(crate) fn open_items(&self, items: &[OpenItem]) -> Option<Value> {
        if items.is_empty() {
            return None;
        }
        let words = self.words;
        let heads = vec![
            head(words.document, false, false),
            head(words.description, true, false),
            head(words.date, false, false),
            head(words.due, false, false),
            head(words.amount, false, true),
            head(words.open, false, true),
        ];
        let rows = items.iter().map(|item| {
            let due = over(&item.due_on.map(|day: Day| self.day(day)).unwrap_or_default(), &self.lateness(item.days_past_due));
            vec![
                item.number.clone(),
                item.description.clone(),
                self.day(item.on),
                due,
                self.plain(item.amount),
                self.plain(item.open),
            ]
        });
        Some(table(words.open_items, heads, rows.collect()))
    }

    fn lateness(&self, days: i64) -> String {
        if days > 0 { self.reader.say("paper-days_late").count("days", days).to_string() } else { String::new() }
    }
}
