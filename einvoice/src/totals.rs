//! A bill's sums as the norm has them: lines, allowances, one row for each category and rate of tax, and what is payable.
//!
//! Invariant: `lines − allowances + tax = total` and `total − prepaid = payable`, in minor units and to the unit, whatever was
//! spread. A line whose tax belongs to several rates (an amount credited over a mixed bill) is spread over them by what was
//! billed at each, by largest remainder.

use std::collections::BTreeMap;

use books::money::{divide_half_away, split_by_weight};
use books::tax::TaxRate;

use crate::bill::{Basis, Bill, BillLine, Untaxed};

/// Percent in ten-thousandths: 19 percent is 190,000.
const WHOLE: i64 = 1_000_000;

/// A category of tax (UNTDID 5305) and its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    /// `S`, at a rate above 0.
    Standard(TaxRate),
    /// `Z`: taxed, at 0 percent.
    Zero,
    Exempt,
    OutsideScope,
    ReverseCharge,
    Export,
}

impl Category {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Category::Standard(_) => "S",
            Category::Zero => "Z",
            Category::Exempt => "E",
            Category::OutsideScope => "O",
            Category::ReverseCharge => "AE",
            Category::Export => "G",
        }
    }

    /// The rate as text; what lies outside the scope of the tax has none.
    pub(crate) fn rate(self) -> Option<String> {
        match self {
            Category::Standard(rate) => Some(rate.to_string()),
            Category::OutsideScope => None,
            _ => Some("0".to_owned()),
        }
    }

    /// The code list's own reason, where there is one for it.
    pub(crate) fn reason_code(self) -> Option<&'static str> {
        match self {
            Category::ReverseCharge => Some("VATEX-EU-AE"),
            Category::Export => Some("VATEX-EU-G"),
            Category::OutsideScope => Some("VATEX-EU-O"),
            _ => None,
        }
    }

    /// Whether it has to be said why no tax is charged.
    pub(crate) fn needs_reason(self) -> bool {
        !matches!(self, Category::Standard(_) | Category::Zero)
    }

    fn of(rate: Option<&str>, untaxed: Option<Untaxed>) -> Option<Category> {
        match rate.and_then(|rate| rate.parse::<TaxRate>().ok()) {
            Some(rate) if rate.ten_thousandths() == 0 => Some(Category::Zero),
            Some(rate) => Some(Category::Standard(rate)),
            None => untaxed.map(|why| match why {
                Untaxed::Exempt => Category::Exempt,
                Untaxed::OutsideScope => Category::OutsideScope,
                Untaxed::ReverseCharge => Category::ReverseCharge,
                Untaxed::Export => Category::Export,
            }),
        }
    }

    fn ten_thousandths(self) -> i64 {
        if let Category::Standard(rate) = self { rate.ten_thousandths() } else { 0 }
    }
}

/// Part of a line at one rate.
#[derive(Debug, Clone)]
pub(crate) struct Part<'a> {
    pub(crate) line: &'a BillLine,
    pub(crate) category: Category,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    /// The line stands at more than this rate, so its quantity and price do not belong to the part.
    pub(crate) spread: bool,
}

/// One row of the tax table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TaxRow {
    pub(crate) net: i64,
    pub(crate) tax: i64,
}

/// Everything that both syntaxes print as sums.
#[derive(Debug, Clone)]
pub(crate) struct Totals<'a> {
    pub(crate) lines: Vec<Part<'a>>,
    /// Amounts that lower the bill, still negative.
    pub(crate) allowances: Vec<Part<'a>>,
    pub(crate) taxes: BTreeMap<Category, TaxRow>,
}

impl<'a> Totals<'a> {
    /// None where a line without tax stands in a bill that does not say why.
    pub(crate) fn of(bill: &'a Bill) -> Option<Totals<'a>> {
        let untaxed = bill.untaxed.as_ref().map(|reason| reason.why);
        let basis = basis(bill);
        let mut parts = Vec::new();
        for line in &bill.lines {
            parts.extend(split(line, &basis, untaxed)?);
        }
        let mut taxes: BTreeMap<Category, TaxRow> = BTreeMap::new();
        for part in &parts {
            let row = taxes.entry(part.category).or_default();
            *row = TaxRow { net: row.net + part.net, tax: row.tax + part.tax };
        }
        let (allowances, lines) = parts.into_iter().partition(|part: &Part<'_>| part.net < 0);
        Some(Totals { lines, allowances, taxes })
    }

    pub(crate) fn line_sum(&self) -> i64 {
        self.lines.iter().map(|part| part.net).sum()
    }

    /// Positive.
    pub(crate) fn allowance_sum(&self) -> i64 {
        -self.allowances.iter().map(|part| part.net).sum::<i64>()
    }

    pub(crate) fn net(&self) -> i64 {
        self.line_sum() - self.allowance_sum()
    }

    pub(crate) fn tax(&self) -> i64 {
        self.taxes.values().map(|row| row.tax).sum()
    }
}

/// The tax that an amount should have at a rate, rounded half away from zero.
pub(crate) fn tax_at(category: Category, net: i64) -> i64 {
    let exact = divide_half_away(i128::from(net) * i128::from(category.ten_thousandths()), i128::from(WHOLE));
    i64::try_from(exact).unwrap_or(i64::MAX)
}

fn basis(bill: &Bill) -> Vec<Basis> {
    if !bill.basis.is_empty() {
        return bill.basis.clone();
    }
    let own = bill.lines.iter().filter(|line| line.net > 0);
    own.map(|line| Basis { tax_rate: line.tax_rate.clone(), gross: line.net + line.tax }).collect()
}

/// A line at its own rate; one whose tax is not that of its rate, over the rates of the basis.
fn split<'a>(line: &'a BillLine, basis: &[Basis], untaxed: Option<Untaxed>) -> Option<Vec<Part<'a>>> {
    let own = Category::of(line.tax_rate.as_deref(), untaxed);
    // Tax is rounded once for a whole posting, so a line's share may be one unit off.
    let fits = |category: &Category| (tax_at(*category, line.net) - line.tax).abs() <= 1;
    match own {
        Some(category) if fits(&category) => {
            return Some(vec![Part { line, category, net: line.net, tax: line.tax, spread: false }]);
        }
        None if line.tax == 0 => return None,
        _ => {}
    }
    let mut weights: BTreeMap<Category, i64> = BTreeMap::new();
    for row in basis.iter().filter(|row| row.gross > 0) {
        *weights.entry(Category::of(row.tax_rate.as_deref(), untaxed)?).or_default() += row.gross;
    }
    let grosses = split_by_weight(line.net + line.tax, &weights.values().copied().collect::<Vec<_>>());
    let mut parts: Vec<Part<'a>> = Vec::new();
    for (category, gross) in weights.into_keys().zip(grosses).filter(|(_, gross)| *gross != 0) {
        let rate = category.ten_thousandths();
        let within = divide_half_away(i128::from(gross) * i128::from(rate), i128::from(WHOLE + rate));
        let tax = i64::try_from(within).unwrap_or(i64::MAX);
        parts.push(Part { line, category, net: gross - tax, tax, spread: true });
    }
    // What rounding left over belongs to the part with most tax.
    let over = line.tax - parts.iter().map(|part| part.tax).sum::<i64>();
    if let Some(most) = parts.iter_mut().max_by_key(|part| part.tax.abs()) {
        (most.tax, most.net) = (most.tax + over, most.net - over);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(rate: Option<&str>, net: i64, tax: i64) -> BillLine {
        BillLine {
            description: "x".into(),
            quantity: "1".into(),
            unit: String::new(),
            unit_net: None,
            tax_rate: rate.map(str::to_owned),
            net,
            tax,
        }
    }

    #[test]
    fn an_amount_over_two_rates_is_spread_to_the_unit() {
        let basis = [Basis { tax_rate: Some("19".into()), gross: 11_900 }, Basis { tax_rate: Some("7".into()), gross: 10_700 }];
        // Half of 226.00 with half of its 26.00 tax, shown under the rate of most.
        let credited = line(Some("19"), 10_000, 1_300);
        let parts = split(&credited, &basis, None).expect("rates");
        let shown: Vec<(i64, i64)> = parts.iter().map(|part| (part.net, part.tax)).collect();
        assert_eq!(shown.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)), (10_000, 1_300));
        for part in &parts {
            assert!((tax_at(part.category, part.net) - part.tax).abs() <= 1, "{part:?}");
        }
        assert_eq!(parts.len(), 2);
    }

    #[test]
    fn a_line_that_fits_its_rate_is_left_alone_and_one_without_tax_needs_a_reason() {
        let usual = line(Some("8.25"), 18_000, 1_485);
        assert_eq!(split(&usual, &[], None).expect("a rate").len(), 1);
        let bare = line(None, 5_000, 0);
        assert!(split(&bare, &[], None).is_none());
        assert_eq!(split(&bare, &[], Some(Untaxed::Exempt)).expect("a reason")[0].category, Category::Exempt);
        assert_eq!(split(&line(Some("0"), 5_000, 0), &[], None).expect("a rate")[0].category, Category::Zero);
    }
}
