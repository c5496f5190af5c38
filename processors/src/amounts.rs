//! Amounts as each processor writes them: whole units of its own, or decimal text.
//!
//! Invariants: our amounts have the minor unit of ISO 4217; nothing is rounded on the way out or in, and what a processor
//! cannot express is refused before it is asked. Limits: 1 to 10^15 − 1 minor units.
//! Left out on purpose: smallest and largest charges, which depend on the merchant's contract; the processor says so itself.

use books::money::{Currency, MAX_MINOR, Money};

/// Where a processor's unit is not that of ISO 4217: the currencies, and how many decimal places it counts in.
struct Exceptions(&'static [(&'static [&'static str], u8)]);

/// Source: Stripe's page on currencies, 2026. MGA counts without its fifths; ISK and UGX are sent in hundredths that are
/// always zero; currencies of three places are sent so that the last is zero.
const STRIPE: Exceptions = Exceptions(&[
    (&["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"], 0),
    (&["ISK", "UGX"], 2),
]);

/// Source: PayPal's page on currency codes, 2026: these take no decimals there.
const PAYPAL: Exceptions = Exceptions(&[(&["HUF", "JPY", "TWD"], 0)]);

/// Square and Authorize.Net count as ISO 4217 does.
const ISO: Exceptions = Exceptions(&[]);

/// How one processor writes amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    Stripe,
    PayPal,
    Iso,
}

/// An amount that a processor cannot express, or that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("the amount must be more than zero and less than 10^15 minor units")]
    OutOfRange,
    #[error("this processor does not take {0} amounts this fine")]
    TooFine(Currency),
    #[error("this is not an amount")]
    NotAnAmount,
}

impl Units {
    fn exponent(self, currency: Currency) -> u8 {
        let Exceptions(table) = match self {
            Units::Stripe => STRIPE,
            Units::PayPal => PAYPAL,
            Units::Iso => ISO,
        };
        let other = table.iter().find(|(codes, _)| codes.contains(&currency.code()));
        other.map_or(currency.exponent(), |(_, exponent)| *exponent)
    }

    /// A positive amount in the processor's whole units.
    pub fn whole(self, money: Money) -> Result<i64, AmountError> {
        if !(1..=MAX_MINOR).contains(&money.minor) {
            return Err(AmountError::OutOfRange);
        }
        self.signed(money)
    }

    /// The same for a line of an invoice, which may lessen it.
    pub fn signed(self, money: Money) -> Result<i64, AmountError> {
        let too_fine = AmountError::TooFine(money.currency);
        if self == Units::Stripe && money.currency.exponent() == 3 && money.minor % 10 != 0 {
            return Err(too_fine);
        }
        let (ours, theirs) = (money.currency.exponent(), self.exponent(money.currency));
        match theirs.checked_sub(ours) {
            Some(more) => money.minor.checked_mul(10_i64.pow(u32::from(more))).ok_or(AmountError::OutOfRange),
            None => {
                let step = 10_i64.pow(u32::from(ours - theirs));
                if money.minor % step == 0 { Ok(money.minor / step) } else { Err(too_fine) }
            }
        }
    }

    /// Reads the processor's whole units back. `code` may be lower case. Signed as it came.
    pub fn money(self, whole: i64, code: &str) -> Result<Money, AmountError> {
        let currency = Currency::from_code(&code.to_ascii_uppercase()).ok_or(AmountError::NotAnAmount)?;
        let (ours, theirs) = (currency.exponent(), self.exponent(currency));
        let minor = match theirs.checked_sub(ours) {
            Some(more) => {
                let step = 10_i64.pow(u32::from(more));
                (whole % step == 0).then_some(whole / step)
            }
            None => whole.checked_mul(10_i64.pow(u32::from(ours - theirs))),
        };
        Ok(Money::new(minor.ok_or(AmountError::NotAnAmount)?, currency))
    }

    /// A positive amount as decimal text: `10.99`, `355`, `1.250`.
    pub fn decimal(self, money: Money) -> Result<String, AmountError> {
        let whole = self.whole(money)?;
        let places = usize::from(self.exponent(money.currency));
        let digits = format!("{whole:0>width$}", width = places + 1);
        let (left, right) = digits.split_at(digits.len() - places);
        Ok(if places == 0 { left.to_owned() } else { format!("{left}.{right}") })
    }

    /// Reads decimal text back, at least zero. Zeros beyond the smallest unit are no amount and are let go.
    pub fn read(self, text: &str, code: &str) -> Result<Money, AmountError> {
        let currency = Currency::from_code(&code.to_ascii_uppercase()).ok_or(AmountError::NotAnAmount)?;
        let (left, right) = text.split_once('.').unwrap_or((text, "0"));
        let places = usize::from(currency.exponent());
        let fine = right.get(places..).unwrap_or_default();
        if right.is_empty() || fine.bytes().any(|digit| digit != b'0') {
            return Err(AmountError::NotAnAmount);
        }
        let kept = right.get(..places).unwrap_or(right);
        let text = if kept.is_empty() { left.to_owned() } else { format!("{left}.{kept}") };
        Money::parse(&text, currency).map_err(|_| AmountError::NotAnAmount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).expect("a currency"))
    }

    #[test]
    fn stripe_counts_in_units_of_its_own() {
        for (minor, code, whole) in [
            (1_099, "USD", 1_099),
            (355, "JPY", 355),
            (355, "ISK", 35_500),
            (7, "UGX", 700),
            (1_250, "KWD", 1_250),
            (12_345, "HUF", 12_345),
            (500, "MGA", 5),
        ] {
            assert_eq!(Units::Stripe.whole(money(minor, code)), Ok(whole), "{minor} {code}");
            assert_eq!(Units::Stripe.money(whole, &code.to_lowercase()), Ok(money(minor, code)), "{whole} {code}");
        }
        let too_fine = |code| Err(AmountError::TooFine(Currency::from_code(code).expect("a currency")));
        assert_eq!(Units::Stripe.whole(money(1_255, "KWD")), too_fine("KWD"));
        assert_eq!(Units::Stripe.whole(money(550, "MGA")), too_fine("MGA"));
        assert_eq!(Units::Stripe.money(35_550, "isk"), Err(AmountError::NotAnAmount), "half a krona is none");
    }

    #[test]
    fn paypal_and_the_others_write_decimals() {
        for (units, minor, code, text) in [
            (Units::PayPal, 1_099, "USD", "10.99"),
            (Units::PayPal, 5, "USD", "0.05"),
            (Units::PayPal, 355, "JPY", "355"),
            (Units::PayPal, 12_300, "HUF", "123"),
            (Units::PayPal, 12_300, "TWD", "123"),
            (Units::Iso, 12_345, "HUF", "123.45"),
            (Units::Iso, 1_250, "KWD", "1.250"),
        ] {
            assert_eq!(units.decimal(money(minor, code)).as_deref(), Ok(text), "{minor} {code}");
            assert_eq!(units.read(text, code), Ok(money(minor, code)), "{text} {code}");
        }
        assert!(Units::PayPal.decimal(money(12_345, "HUF")).is_err());
        assert_eq!(Units::PayPal.read("123.00", "JPY"), Ok(money(123, "JPY")));
        for bad in ["", "1.", "-1.00", "1.005", "1,00", "1e3", "1 000"] {
            assert!(Units::Iso.read(bad, "USD").is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_no_charge_is_refused_before_anybody_is_asked() {
        for minor in [0, -1, i64::MIN, MAX_MINOR + 1, i64::MAX] {
            assert_eq!(Units::Stripe.whole(money(minor, "USD")), Err(AmountError::OutOfRange), "{minor}");
            assert!(Units::PayPal.decimal(money(minor, "USD")).is_err(), "{minor}");
        }
        assert_eq!(Units::Stripe.signed(money(-4_450, "USD")), Ok(-4_450));
    }
}
