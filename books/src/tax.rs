//! Prices of lines: net, tax and gross of each line, and the taxes of the whole posting.
//!
//! Invariants: the net of a line rounds half away from zero; tax is computed per rate on the sum of its lines' nets and
//! rounded once (EN 16931, BR-S-09), then shown per line by largest remainder, so that lines, taxes and total add up.
//! Totals that a client sends are never read. This is one of the two places where money is rounded; the other is
//! `money.rs`. Limits: 1,000 lines; quantities with up to 4 places; rates from 0 to 100 percent with up to 4 places.
//! Left out: which rate applies to what, which is the business's to know.

use std::fmt;
use std::str::FromStr;

use crate::money::{Currency, MAX_MINOR, divide_half_away};
use crate::words::words;

/// The most lines one order, amendment or invoice may have.
pub const MAX_LINES: usize = 1_000;
/// Characters of a line's description.
pub const MAX_DESCRIPTION: usize = 1_000;
/// Characters of a line's unit ("hour", "piece").
pub const MAX_UNIT: usize = 40;

const QUANTITY_PLACES: u32 = 4;
const QUANTITY_ONE: i64 = 10_i64.pow(QUANTITY_PLACES);
const MAX_QUANTITY: i64 = 1_000_000_000 * QUANTITY_ONE;
const RATE_PLACES: u32 = 4;
/// A rate of 100 percent.
const RATE_WHOLE: i64 = 100 * 10_i64.pow(RATE_PLACES);

words! {
    /// What a line sells. Only a discount has a negative unit amount.
    LineKind {
        Item = "item",
        Option = "option",
        Shipping = "shipping",
        Service = "service",
        Fee = "fee",
        Discount = "discount",
    }
}

/// How many; more than zero, with up to four decimal places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i64);

impl Quantity {
    pub const ONE: Quantity = Quantity(QUANTITY_ONE);

    /// A whole number of units.
    pub fn whole(count: i64) -> Option<Quantity> {
        count.checked_mul(QUANTITY_ONE).and_then(Quantity::from_ten_thousandths)
    }

    /// As it is stored: 15000 is 1.5.
    pub fn from_ten_thousandths(value: i64) -> Option<Quantity> {
        (1..=MAX_QUANTITY).contains(&value).then_some(Quantity(value))
    }

    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }
}

impl FromStr for Quantity {
    type Err = LineProblem;
    fn from_str(text: &str) -> Result<Self, LineProblem> {
        decimal(text, QUANTITY_PLACES).and_then(Quantity::from_ten_thousandths).ok_or(LineProblem::Quantity)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, QUANTITY_PLACES)
    }
}

impl serde::Serialize for Quantity {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Quantity {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A tax rate in percent, `19` or `7.7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxRate(i64);

impl TaxRate {
    /// As it is stored: 77000 is 7.7 percent.
    pub fn from_ten_thousandths(value: i64) -> Option<TaxRate> {
        (0..=RATE_WHOLE).contains(&value).then_some(TaxRate(value))
    }

    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }
}

impl FromStr for TaxRate {
    type Err = LineProblem;
    fn from_str(text: &str) -> Result<Self, LineProblem> {
        decimal(text, RATE_PLACES).and_then(TaxRate::from_ten_thousandths).ok_or(LineProblem::TaxRate)
    }
}

impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, RATE_PLACES)
    }
}

impl serde::Serialize for TaxRate {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A line as it was asked for. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInput {
    pub kind: LineKind,
    pub description: String,
    pub quantity: Quantity,
    pub unit: Option<String>,
    /// Price of one; negative for a discount, at least zero for all else.
    pub unit_amount: i64,
    pub tax_rate: Option<TaxRate>,
    /// `unit_amount` includes the tax.
    pub tax_included: bool,
}

/// What a line comes to. `net + tax = gross`; all three are negative or zero for a discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedLine {
    pub net: i64,
    pub tax: i64,
    pub gross: i64,
}

/// One row of the tax table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct TaxSum {
    pub rate: TaxRate,
    /// The sum of the lines' nets at this rate.
    pub net: i64,
    pub tax: i64,
}

/// Lines with their prices, in the order they came. `total = net + tax`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    pub currency: Currency,
    pub lines: Vec<PricedLine>,
    /// By rate, lowest first; lines without a rate are in none.
    pub taxes: Vec<TaxSum>,
    pub net: i64,
    pub tax: i64,
    pub total: i64,
}

/// What is wrong with a line, to be shown at its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    #[error("the quantity must be more than 0, with at most 4 decimal places")]
    Quantity,
    #[error("the tax rate is a percentage from 0 to 100 with at most 4 decimal places, such as 19 or 7.7")]
    TaxRate,
    #[error("a line needs a description of at most 1,000 characters")]
    Description,
    #[error("a unit has at most 40 characters")]
    Unit,
    #[error("only a discount has a negative amount, and it must have one")]
    Sign,
    #[error("the amount is too large")]
    TooLarge,
    #[error("write at least one line and at most 1,000")]
    Count,
    #[error("the lines come to less than zero: lower the discount")]
    LessThanZero,
}

impl LineProblem {
    /// The field of the line it belongs to.
    pub fn field(self) -> &'static str {
        match self {
            LineProblem::Quantity => "quantity",
            LineProblem::TaxRate => "tax_rate",
            LineProblem::Description => "description",
            LineProblem::Unit => "unit",
            LineProblem::Sign | LineProblem::TooLarge => "unit_amount",
            LineProblem::Count | LineProblem::LessThanZero => "lines",
        }
    }
}

/// A problem and the line it was found in, counted from 0; none: the lines as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct BadLine {
    pub line: Option<usize>,
    pub problem: LineProblem,
}

/// Net, tax and gross of every line and of the whole. Refuses: no lines or more than [`MAX_LINES`], a wrong sign, a
/// missing description, amounts above [`MAX_MINOR`]. A total below zero is *not* refused here: a discount on an order
/// is priced alone.
pub fn price(lines: &[LineInput], currency: Currency) -> Result<Priced, BadLine> {
    if lines.is_empty() || lines.len() > MAX_LINES {
        return Err(BadLine { line: None, problem: LineProblem::Count });
    }
    let mut priced = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let net = line_net(line).map_err(|problem| BadLine { line: Some(at), problem })?;
        priced.push(PricedLine { net, tax: 0, gross: net });
    }
    let mut rates: Vec<TaxRate> = lines.iter().filter_map(|line| line.tax_rate).collect();
    rates.sort_unstable();
    rates.dedup();
    let taxes = rates.into_iter().map(|rate| tax_of_rate(rate, lines, &mut priced)).collect();
    whole(currency, priced, taxes)
}

/// Like [`price`], and refuses lines that come to less than zero: what an order or invoice begins with.
pub fn price_document(lines: &[LineInput], currency: Currency) -> Result<Priced, BadLine> {
    let priced = price(lines, currency)?;
    if priced.total < 0 { Err(BadLine { line: None, problem: LineProblem::LessThanZero }) } else { Ok(priced) }
}

/// The tax inside a part of a line or charge: `round(tax × credited so far ÷ gross) − tax credited before`, so that
/// parts never add up to more or less than the whole. `so_far` includes this part. All of one sign; 0 of nothing.
pub fn tax_of_part(gross: i64, tax: i64, so_far: i64, tax_before: i64) -> i64 {
    if gross == 0 || so_far == gross {
        return tax - tax_before;
    }
    let sign = i128::from(gross.signum());
    let upto = divide_half_away(i128::from(tax) * i128::from(so_far) * sign, i128::from(gross) * sign);
    i64::try_from(upto).expect("a part of a tax is not larger than the tax") - tax_before
}

fn line_net(line: &LineInput) -> Result<i64, LineProblem> {
    let length = line.description.chars().count();
    if length == 0 || length > MAX_DESCRIPTION {
        return Err(LineProblem::Description);
    }
    if line.unit.as_ref().is_some_and(|unit| unit.chars().count() > MAX_UNIT) {
        return Err(LineProblem::Unit);
    }
    if (line.kind == LineKind::Discount) != (line.unit_amount < 0) {
        return Err(LineProblem::Sign);
    }
    if line.unit_amount.unsigned_abs() > MAX_MINOR.unsigned_abs() {
        return Err(LineProblem::TooLarge);
    }
    let product = i128::from(line.unit_amount) * i128::from(line.quantity.0);
    let net = match line.tax_rate.filter(|_| line.tax_included) {
        None => divide_half_away(product, i128::from(QUANTITY_ONE)),
        Some(rate) => {
            let whole = i128::from(RATE_WHOLE);
            divide_half_away(product * whole, i128::from(QUANTITY_ONE) * (whole + i128::from(rate.0)))
        }
    };
    i64::try_from(net).ok().filter(|net| net.abs() <= MAX_MINOR).ok_or(LineProblem::TooLarge)
}

/// Rounds the tax of one rate once and spreads it over its lines by largest remainder (ties: earlier lines first).
fn tax_of_rate(rate: TaxRate, lines: &[LineInput], priced: &mut [PricedLine]) -> TaxSum {
    let whole = i128::from(RATE_WHOLE);
    let of_rate: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].tax_rate == Some(rate)).collect();
    let net: i64 = of_rate.iter().map(|at| priced[*at].net).sum();
    let exact = |net: i64| i128::from(net) * i128::from(rate.0);
    let tax = i64::try_from(divide_half_away(exact(net), whole)).expect("at most 100 percent of the nets");
    let mut left = tax;
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(of_rate.len());
    for at in of_rate {
        let floor = i64::try_from(exact(priced[at].net).div_euclid(whole)).expect("at most 100 percent of a net");
        priced[at].tax = floor;
        left -= floor;
        remainders.push((exact(priced[at].net).rem_euclid(whole), at));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, at) in remainders.into_iter().take(usize::try_from(left).expect("floors never exceed the rounded sum")) {
        priced[at].tax += 1;
    }
    for line in priced.iter_mut() {
        line.gross = line.net + line.tax;
    }
    TaxSum { rate, net, tax }
}

fn whole(currency: Currency, lines: Vec<PricedLine>, taxes: Vec<TaxSum>) -> Result<Priced, BadLine> {
    let net: i64 = lines.iter().map(|line| line.net).sum();
    let tax: i64 = lines.iter().map(|line| line.tax).sum();
    if net.abs() > MAX_MINOR || (net + tax).abs() > MAX_MINOR {
        return Err(BadLine { line: None, problem: LineProblem::TooLarge });
    }
    Ok(Priced { currency, lines, taxes, net, tax, total: net + tax })
}

/// Reads plain decimal text with at most `places` decimals as a whole number of its last place.
fn decimal(text: &str, places: u32) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let plain = !whole.is_empty() && whole.len() <= 12 && digits(whole) && digits(fraction) && !text.ends_with('.');
    let width = usize::try_from(places).expect("a handful of places");
    if !plain || fraction.len() > width {
        return None;
    }
    format!("{whole}{fraction:0<width$}").parse().ok()
}

fn write_decimal(f: &mut fmt::Formatter<'_>, value: i64, places: u32) -> fmt::Result {
    let one = 10_i64.pow(places);
    let width = usize::try_from(places).expect("a handful of places");
    let fraction = format!("{:0width$}", value % one);
    match fraction.trim_end_matches('0') {
        "" => write!(f, "{}", value / one),
        rest => write!(f, "{}.{rest}", value / one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::from_code("USD").expect("a known code")
    }

    fn line(quantity: &str, unit_amount: i64, rate: &str, tax_included: bool) -> LineInput {
        LineInput {
            kind: if unit_amount < 0 { LineKind::Discount } else { LineKind::Item },
            description: "Oak table".to_owned(),
            quantity: quantity.parse().expect("a quantity"),
            unit: None,
            unit_amount,
            tax_rate: (!rate.is_empty()).then(|| rate.parse().expect("a rate")),
            tax_included,
        }
    }

    #[test]
    fn lines_are_priced_by_the_published_rule() {
        // quantity, unit amount, rate, included → net, tax
        let cases = [
            ("1", 10_000, "8.25", false, 10_000, 825),
            ("3", 333, "", false, 999, 0),
            ("1.5", 333, "", false, 500, 0),
            ("0.0001", 5_000, "", false, 1, 0),
            ("1", 11_900, "19", true, 10_000, 1_900),
            ("1", 1_000, "19", true, 840, 160),
            ("2", -1_000, "10", false, -2_000, -200),
            ("1", -1, "50", false, -1, -1),
            ("1", 0, "19", false, 0, 0),
        ];
        for (quantity, unit_amount, rate, included, net, tax) in cases {
            let priced = price(&[line(quantity, unit_amount, rate, included)], usd()).expect("a good line");
            assert_eq!((priced.net, priced.tax, priced.total), (net, tax, net + tax), "{quantity} x {unit_amount} at {rate}");
        }
    }

    #[test]
    fn tax_rounds_once_per_rate_and_is_shown_by_largest_remainder() {
        let lines =
            [line("1", 33, "19", false), line("1", 33, "19", false), line("1", 34, "19", false), line("1", 10, "7", false)];
        let priced = price(&lines, usd()).expect("good lines");
        assert_eq!(
            priced.taxes.iter().map(|t| (t.rate.to_string(), t.net, t.tax)).collect::<Vec<_>>(),
            [("7".to_owned(), 10, 1), ("19".to_owned(), 100, 19)]
        );
        assert_eq!(priced.lines.iter().map(|l| l.tax).collect::<Vec<_>>(), [6, 6, 7, 1]);
    }

    #[test]
    fn bad_lines_are_refused_at_their_field() {
        let mut wrong_sign = line("1", 100, "", false);
        wrong_sign.kind = LineKind::Discount;
        let mut nameless = line("1", 100, "", false);
        nameless.description.clear();
        let cases = [
            (wrong_sign, LineProblem::Sign),
            (nameless, LineProblem::Description),
            (line("2", MAX_MINOR, "", false), LineProblem::TooLarge),
            (line("1", MAX_MINOR + 1, "", false), LineProblem::TooLarge),
        ];
        for (bad, problem) in cases {
            let refused = price(&[line("1", 1, "", false), bad], usd());
            assert_eq!(refused, Err(BadLine { line: Some(1), problem }));
        }
        assert_eq!(price(&[], usd()).map_err(|bad| bad.problem), Err(LineProblem::Count));
        let heavy = [line("1", 100, "", false), line("1", -101, "", false)];
        assert_eq!(price_document(&heavy, usd()).map_err(|bad| bad.problem), Err(LineProblem::LessThanZero));
        assert_eq!(price(&heavy, usd()).map(|priced| priced.total), Ok(-1));
    }

    #[test]
    fn quantities_and_rates_are_read_strictly() {
        for (text, shown) in [("1", "1"), ("1.50", "1.5"), ("0.0001", "0.0001"), ("1000000000", "1000000000")] {
            assert_eq!(text.parse::<Quantity>().map(|q| q.to_string()), Ok(shown.to_owned()));
        }
        for bad in ["0", "-1", "1.00001", "1.", ".5", "", "1e3", "1000000001", "9999999999999999999"] {
            assert!(bad.parse::<Quantity>().is_err(), "{bad:?}");
        }
        assert_eq!("7.70".parse::<TaxRate>().map(|rate| rate.to_string()), Ok("7.7".to_owned()));
        for bad in ["100.01", "-1", "7.7%", ""] {
            assert!(bad.parse::<TaxRate>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn parts_of_a_tax_add_up() {
        assert_eq!(tax_of_part(10_825, 825, 5_000, 0), 381);
        assert_eq!(tax_of_part(10_825, 825, 10_825, 381), 444);
        assert_eq!(tax_of_part(-120, -20, -60, 0), -10);
        assert_eq!(tax_of_part(0, 0, 0, 0), 0);
    }

    proptest::proptest! {
        #[test]
        fn lines_taxes_and_total_always_add_up(
            rows in proptest::collection::vec((1_i64..50_000, -9_999_i64..99_999, 0_usize..4, proptest::bool::ANY), 1..30)
        ) {
            let rates = ["", "7.7", "19", "8.875"];
            let lines: Vec<_> = rows.iter().map(|(quantity, amount, rate, included)| LineInput {
                quantity: Quantity::from_ten_thousandths(*quantity).expect("in range"),
                ..line("1", *amount, rates[*rate], *included)
            }).collect();
            let priced = price(&lines, usd()).expect("good lines");
            let sum = |of: fn(&PricedLine) -> i64| priced.lines.iter().map(of).sum::<i64>();
            proptest::prop_assert_eq!(sum(|l| l.gross), priced.total);
            proptest::prop_assert_eq!(sum(|l| l.tax), priced.taxes.iter().map(|t| t.tax).sum::<i64>());
            for row in &priced.taxes {
                let exact = i128::from(row.net) * i128::from(row.rate.ten_thousandths());
                proptest::prop_assert_eq!(i128::from(row.tax), divide_half_away(exact, i128::from(RATE_WHOLE)));
            }
            for (line, input) in priced.lines.iter().zip(&lines) {
                let Some(rate) = input.tax_rate else { proptest::prop_assert_eq!(line.tax, 0); continue };
                let exact = i128::from(line.net) * i128::from(rate.ten_thousandths());
                let off = i128::from(line.tax) * i128::from(RATE_WHOLE) - exact;
                proptest::prop_assert!(off.abs() <= i128::from(RATE_WHOLE), "a line is off by less than one unit");
            }
        }
    }
}
