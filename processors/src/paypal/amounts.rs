//! Amounts as PayPal writes them: decimal text beside a currency, for the currencies it lists.
//!
//! Invariants: nothing is rounded; what PayPal cannot write is refused before it is asked. Left out on purpose: how many
//! decimals each currency has, which is [`Units::PayPal`]'s to know. Source: developer.paypal.com, currency codes, 2026.

use books::money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::amounts::{AmountError, Units};
use crate::outcome::{RejectReason, Rejection};

/// The currencies in which PayPal takes payments.
const TAKEN: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK", "NZD", "PHP",
    "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];

/// An amount on the wire: `{"currency_code": "USD", "value": "10.99"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub currency_code: String,
    pub value: String,
}

/// Whether PayPal takes payments in this currency.
pub fn takes(currency: Currency) -> bool {
    TAKEN.contains(&currency.code())
}

/// Writes an amount of more than zero. Refuses everything that PayPal could not read as exactly this.
pub fn write(amount: Money) -> Result<Amount, Rejection> {
    known(amount.currency)?;
    let value = Units::PayPal.decimal(amount).map_err(refused)?;
    Ok(Amount { currency_code: amount.currency.code().to_owned(), value })
}

/// The same for a line of an invoice, which may be a discount or nothing.
pub fn write_line(amount: Money) -> Result<Amount, Rejection> {
    known(amount.currency)?;
    let value = match amount.minor {
        0 => "0".to_owned(),
        minor if minor < 0 => {
            let size = minor.checked_neg().ok_or_else(|| refused(AmountError::OutOfRange))?;
            format!("-{}", Units::PayPal.decimal(Money::new(size, amount.currency)).map_err(refused)?)
        }
        _ => Units::PayPal.decimal(amount).map_err(refused)?,
    };
    Ok(Amount { currency_code: amount.currency.code().to_owned(), value })
}

/// Reads an amount of at least zero. None: it is not one we can hold.
pub fn read(amount: Option<&Amount>) -> Option<Money> {
    let amount = amount?;
    Units::PayPal.read(&amount.value, &amount.currency_code).ok()
}

/// Reads an amount of either sign. None: it is not one we can hold.
pub fn read_signed(amount: Option<&Amount>) -> Option<Money> {
    let amount = amount?;
    match amount.value.strip_prefix('-') {
        Some(size) => {
            let size = Units::PayPal.read(size, &amount.currency_code).ok()?;
            Some(Money::new(size.minor.checked_neg()?, size.currency))
        }
        None => read(Some(amount)),
    }
}

fn known(currency: Currency) -> Result<(), Rejection> {
    if takes(currency) {
        return Ok(());
    }
    Err(Rejection { reason: RejectReason::BadRequest, text: format!("PayPal does not take {}.", currency.code()) })
}

fn refused(error: AmountError) -> Rejection {
    Rejection { reason: RejectReason::BadRequest, text: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).expect("a currency"))
    }

    #[test]
    fn amounts_are_written_as_paypal_reads_them() {
        for (minor, code, text) in [(1_099, "USD", "10.99"), (355, "JPY", "355"), (35_500, "HUF", "355"), (100, "TWD", "1")] {
            let written = write(money(minor, code)).expect("PayPal takes it");
            assert_eq!((written.value.as_str(), written.currency_code.as_str()), (text, code));
            assert_eq!(read(Some(&written)), Some(money(minor, code)));
            let less = Amount { value: format!("-{}", written.value), ..written };
            assert_eq!((read(Some(&less)), read_signed(Some(&less))), (None, Some(money(-minor, code))));
        }
        assert_eq!(write_line(money(-4_450, "USD")).map(|line| line.value), Ok("-44.50".to_owned()));
    }

    #[test]
    fn what_paypal_cannot_write_is_refused() {
        for amount in [money(1_250, "KWD"), money(35_550, "HUF"), money(1, "TWD"), money(0, "USD"), money(-1, "USD")] {
            assert_eq!(write(amount).map_err(|refused| refused.reason), Err(RejectReason::BadRequest), "{amount:?}");
        }
    }
}
