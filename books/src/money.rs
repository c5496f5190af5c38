//! Money: a whole number of a currency's minor units, and nothing else.
//!
//! Invariants: an amount never leaves its currency, arithmetic is checked, and the exponent comes from
//! the currency (never `/ 100`). Rounding happens in two named places only: [`Rounded`] division here
//! and in `tax.rs`. Limits: a single amount is at most [`MAX_MINOR`]; sums are kept in `i64` and refused on
//! overflow. Left out on purpose: exchange between currencies, and formatting by locale (pages and papers do that).

use std::fmt;
use std::str::FromStr;

/// The largest single amount taken from outside, in minor units: 10^15 − 1.
pub const MAX_MINOR: i64 = 999_999_999_999_999;

/// A currency of ISO 4217 with its minor unit. Copied freely; equality is by code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(u16);

/// Every active code of ISO 4217 (list one, without metals, funds for testing and codes with no minor unit)
/// and its exponent: how many decimal digits the minor unit has.
/// Source: ISO 4217 maintenance agency, list one, amendment 179.
#[rustfmt::skip]
const CURRENCIES: &[(&str, u8)] = &[
    ("AED", 2), ("AFN", 2), ("ALL", 2), ("AMD", 2), ("AOA", 2), ("ARS", 2), ("AUD", 2), ("AWG", 2), ("AZN", 2),
    ("BAM", 2), ("BBD", 2), ("BDT", 2), ("BHD", 3), ("BIF", 0), ("BMD", 2), ("BND", 2), ("BOB", 2), ("BOV", 2),
    ("BRL", 2), ("BSD", 2), ("BTN", 2), ("BWP", 2), ("BYN", 2), ("BZD", 2), ("CAD", 2), ("CDF", 2), ("CHE", 2),
    ("CHF", 2), ("CHW", 2), ("CLF", 4), ("CLP", 0), ("CNY", 2), ("COP", 2), ("COU", 2), ("CRC", 2), ("CUP", 2),
    ("CVE", 2), ("CZK", 2), ("DJF", 0), ("DKK", 2), ("DOP", 2), ("DZD", 2), ("EGP", 2), ("ERN", 2), ("ETB", 2),
    ("EUR", 2), ("FJD", 2), ("FKP", 2), ("GBP", 2), ("GEL", 2), ("GHS", 2), ("GIP", 2), ("GMD", 2), ("GNF", 0),
    ("GTQ", 2), ("GYD", 2), ("HKD", 2), ("HNL", 2), ("HTG", 2), ("HUF", 2), ("IDR", 2), ("ILS", 2), ("INR", 2),
    ("IQD", 3), ("IRR", 2), ("ISK", 0), ("JMD", 2), ("JOD", 3), ("JPY", 0), ("KES", 2), ("KGS", 2), ("KHR", 2),
    ("KMF", 0), ("KPW", 2), ("KRW", 0), ("KWD", 3), ("KYD", 2), ("KZT", 2), ("LAK", 2), ("LBP", 2), ("LKR", 2),
    ("LRD", 2), ("LSL", 2), ("LYD", 3), ("MAD", 2), ("MDL", 2), ("MGA", 2), ("MKD", 2), ("MMK", 2), ("MNT", 2),
    ("MOP", 2), ("MRU", 2), ("MUR", 2), ("MVR", 2), ("MWK", 2), ("MXN", 2), ("MXV", 2), ("MYR", 2), ("MZN", 2),
    ("NAD", 2), ("NGN", 2), ("NIO", 2), ("NOK", 2), ("NPR", 2), ("NZD", 2), ("OMR", 3), ("PAB", 2), ("PEN", 2),
    ("PGK", 2), ("PHP", 2), ("PKR", 2), ("PLN", 2), ("PYG", 0), ("QAR", 2), ("RON", 2), ("RSD", 2), ("RUB", 2),
    ("RWF", 0), ("SAR", 2), ("SBD", 2), ("SCR", 2), ("SDG", 2), ("SEK", 2), ("SGD", 2), ("SHP", 2), ("SLE", 2),
    ("SOS", 2), ("SRD", 2), ("SSP", 2), ("STN", 2), ("SVC", 2), ("SYP", 2), ("SZL", 2), ("THB", 2), ("TJS", 2),
    ("TMT", 2), ("TND", 3), ("TOP", 2), ("TRY", 2), ("TTD", 2), ("TWD", 2), ("TZS", 2), ("UAH", 2), ("UGX", 0),
    ("USD", 2), ("USN", 2), ("UYI", 0), ("UYU", 2), ("UYW", 4), ("UZS", 2), ("VED", 2), ("VES", 2), ("VND", 0),
    ("VUV", 0), ("WST", 2), ("XAF", 0), ("XCD", 2), ("XCG", 2), ("XOF", 0), ("XPF", 0), ("YER", 2), ("ZAR", 2),
    ("ZMW", 2), ("ZWG", 2),
];

impl Currency {
    /// The currency of an upper-case ISO 4217 code, or nothing when there is no such code.
    pub fn from_code(code: &str) -> Option<Currency> {
        let at = CURRENCIES.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
        Some(Currency(u16::try_from(at).expect("the list is far shorter than 65,536")))
    }

    /// The three-letter code, upper case.
    pub fn code(self) -> &'static str {
        CURRENCIES[usize::from(self.0)].0
    }

    /// Decimal digits of the minor unit: 2 for USD, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u8 {
        CURRENCIES[usize::from(self.0)].1
    }

    /// Every currency, in order of code.
    pub fn all() -> impl Iterator<Item = Currency> {
        (0..CURRENCIES.len()).map(|at| Currency(at as u16))
    }

    /// Minor units in one major unit: 100 for USD, 1 for JPY.
    pub fn minor_per_major(self) -> i64 {
        10_i64.pow(u32::from(self.exponent()))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Currency::from_code(code).ok_or(MoneyError::UnknownCurrency)
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Currency::from_code(&code).ok_or_else(|| serde::de::Error::custom("not an upper-case ISO 4217 currency code"))
    }
}

/// Why an amount was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("this is not an amount: write it like 120.00")]
    NotAnAmount,
    #[error("{currency} amounts have at most {exponent} decimal places")]
    TooManyDecimals { currency: Currency, exponent: u8 },
    #[error("the amount is too large")]
    TooLarge,
    #[error("the amount must be more than zero")]
    NotPositive,
    #[error("this is not an upper-case ISO 4217 currency code")]
    UnknownCurrency,
    #[error("amounts in {left} and {right} cannot be put together")]
    CurrencyMismatch { left: Currency, right: Currency },
}

/// An amount of one currency in minor units. The sign is meaningful only where a docstring says so.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole minor units: 35550 is 355.50 USD, 355 is 355 JPY.
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    pub const fn zero(currency: Currency) -> Money {
        Money { minor: 0, currency }
    }

    /// Refuses another currency and a sum that does not fit.
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Money { minor, ..self })
    }

    /// Refuses another currency and a difference that does not fit. The result may be negative.
    pub fn minus(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Money { minor, ..self })
    }

    pub fn same_currency(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }

    /// Reads decimal text such as `120`, `120.5`, `1,200.00` is refused: no grouping, no sign, no exponent,
    /// and never more decimals than the currency has. The result is at least 0 and at most [`MAX_MINOR`].
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
            return Err(MoneyError::NotAnAmount);
        }
        let exponent = currency.exponent();
        if fraction.len() > usize::from(exponent) {
            return Err(MoneyError::TooManyDecimals { currency, exponent });
        }
        let padded = format!("{whole}{fraction:0<width$}", width = usize::from(exponent));
        let minor: i64 = padded.parse().map_err(|_| MoneyError::TooLarge)?;
        if minor > MAX_MINOR { Err(MoneyError::TooLarge) } else { Ok(Money { minor, currency }) }
    }

    /// Plain decimal text without currency or grouping: `-355.50`, `12`, `1.250`. The inverse of [`Money::parse`].
    pub fn to_decimal(self) -> String {
        let exponent = usize::from(self.currency.exponent());
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        if exponent == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// Decimal text grouped by thousands, as English papers print it: `-4,407.38`.
    pub fn to_grouped(self) -> String {
        let plain = self.to_decimal();
        let (sign, rest) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
        let mut out = String::with_capacity(plain.len() + whole.len() / 3);
        out.push_str(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                out.push(',');
            }
            out.push(digit);
        }
        if let Some(fraction) = fraction {
            out.push('.');
            out.push_str(fraction);
        }
        out
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_grouped(), self.currency)
    }
}

/// `numerator / denominator` rounded half away from zero. One of the two places where money is rounded.
/// The denominator is positive.
pub fn divide_half_away(numerator: i128, denominator: i128) -> i128 {
    debug_assert!(denominator > 0, "a share is taken of something");
    let half = denominator / 2;
    let (magnitude, negative) = (numerator.abs(), numerator < 0);
    let mut quotient = magnitude / denominator;
    let rest = magnitude % denominator;
    if rest > half || (rest == half && denominator % 2 == 0) {
        quotient += 1;
    }
    if negative { -quotient } else { quotient }
}

/// Splits `total` over `weights` so that the parts add up to `total` exactly: each gets its floor share and
/// the rest goes by largest remainder (ties: earlier first). Weights are at least 0; if all are 0 the whole
/// goes to the first. The sign of `total` is kept.
pub fn split_by_weight(total: i64, weights: &[i64]) -> Vec<i64> {
    if weights.is_empty() {
        return Vec::new();
    }
    let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    let mut parts = vec![0_i64; weights.len()];
    if sum == 0 {
        parts[0] = total;
        return parts;
    }
    let magnitude = i128::from(total).abs();
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
    let mut left = magnitude;
    for (at, weight) in weights.iter().enumerate() {
        let product = magnitude * i128::from(*weight);
        let share = product / sum;
        left -= share;
        parts[at] = i64::try_from(share).expect("a share is not larger than the whole");
        remainders.push((product % sum, at));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, at) in remainders.into_iter().take(usize::try_from(left).expect("fewer units are left than weights")) {
        parts[at] += 1;
    }
    if total < 0 {
        for part in &mut parts {
            *part = -*part;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::from_code("USD").expect("a known code")
    }

    #[test]
    fn the_list_is_sorted_and_has_no_code_twice() {
        assert!(CURRENCIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn parses_only_what_the_currency_can_hold() {
        let jpy = Currency::from_code("JPY").expect("a known code");
        let kwd = Currency::from_code("KWD").expect("a known code");
        assert_eq!(Money::parse("355.5", usd()), Ok(Money::new(35550, usd())));
        assert_eq!(Money::parse(" 1.250 ", kwd), Ok(Money::new(1250, kwd)));
        assert_eq!(Money::parse("12.5", jpy), Err(MoneyError::TooManyDecimals { currency: jpy, exponent: 0 }));
        for bad in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,000", "0x1", "١", "1.005"] {
            assert!(Money::parse(bad, usd()).is_err(), "{bad:?}");
        }
        assert_eq!(Money::parse("10000000000000", usd()), Err(MoneyError::TooLarge));
    }

    #[test]
    fn prints_what_it_parses() {
        for text in ["0.00", "0.05", "355.50", "9999999999999.99"] {
            assert_eq!(Money::parse(text, usd()).expect("an amount").to_decimal(), text);
        }
        assert_eq!(Money::new(-440_738, usd()).to_grouped(), "-4,407.38");
        assert_eq!(Money::new(1_234_567, Currency::from_code("JPY").expect("a known code")).to_grouped(), "1,234,567");
    }

    #[test]
    fn rounds_half_away_from_zero() {
        for (n, d, want) in [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (0, 7, 0), (15, 10, 2), (149, 100, 1)] {
            assert_eq!(divide_half_away(n, d), want, "{n}/{d}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_split_loses_nothing(total in -MAX_MINOR..MAX_MINOR, weights in proptest::collection::vec(0_i64..1_000_000, 1..40)) {
            let parts = split_by_weight(total, &weights);
            proptest::prop_assert_eq!(parts.iter().sum::<i64>(), total);
        }
    }
}
