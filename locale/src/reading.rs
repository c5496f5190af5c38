//! Amounts as people type them: plain decimals, or as this place writes money.
//!
//! Invariant: what is printed here for an amount is read back as that amount, with or without the sign of its currency. A plain
//! decimal with a point (`1500.00`) is read the same everywhere and goes first. Groups must be whole; where a currency has as
//! many decimal places as a group has digits, a group without a point behind it is not guessed at. Left out: signs below zero.

use books::money::{Currency, Money, MoneyError};

use crate::{Locale, numbers};

/// Reads an amount of zero or more. Refuses what is none, with the reason that belongs to it.
pub(crate) fn amount(locale: &Locale, text: &str, currency: Currency) -> Result<Money, MoneyError> {
    Money::parse(text, currency).or_else(|first| match as_decimal(locale, text, currency) {
        Some(plain) => Money::parse(&plain, currency),
        None => Err(first),
    })
}

/// The same as a plain decimal; none where it is not written as this place writes money.
fn as_decimal(locale: &Locale, text: &str, currency: Currency) -> Option<String> {
    let (group, point) = marks(locale)?;
    let text = without_sign(text.trim(), &numbers::money(locale, Money::zero(currency)).text(), currency);
    let (whole, fraction) = text.rsplit_once(point).map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let parts: Vec<&str> = whole.split(|letter| is_same(letter, group)).collect();
    if parts.len() > 1 {
        let last = parts.len() - 1;
        let is_whole = |(at, part): (usize, &&str)| match at {
            0 => (1..=3).contains(&part.len()),
            at if at == last => part.len() == 3,
            _ => (2..=3).contains(&part.len()),
        };
        if !parts.iter().enumerate().all(is_whole) || (fraction.is_none() && currency.exponent() == 3) {
            return None;
        }
    }
    let whole = parts.concat();
    Some(fraction.map_or(whole.clone(), |fraction| format!("{whole}.{fraction}")))
}

/// What stands between groups of digits here, and before the minor units.
fn marks(locale: &Locale) -> Option<(char, char)> {
    let sample = numbers::plain(locale, Money::new(123_456_789, Currency::from_code("USD")?));
    let mut letters = sample.chars().filter(|letter| !letter.is_ascii_digit());
    Some((letters.next()?, letters.next_back()?))
}

/// A space is a space and an apostrophe an apostrophe, whichever a keyboard has.
fn is_same(letter: char, group: char) -> bool {
    letter == group || (letter.is_whitespace() && group.is_whitespace()) || (letter == '\'' && group == '’')
}

/// Without the currency's sign as it stands in `zero`, or its code, in front or behind.
fn without_sign<'t>(text: &'t str, zero: &str, currency: Currency) -> &'t str {
    let sign: String = zero.chars().filter(|letter| !letter.is_ascii_digit() && !",.".contains(*letter)).collect();
    let bare = [sign.trim(), currency.code()].into_iter().filter(|sign| !sign.is_empty());
    let mut found = bare.filter_map(|sign| text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)));
    found.next().unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(place: &str, text: &str, code: &str) -> Option<i64> {
        let currency = Currency::from_code(code).expect("a known code");
        amount(&Locale::parse(place).expect("a tag"), text, currency).ok().map(|money| money.minor)
    }

    #[test]
    fn what_is_printed_is_read_back_everywhere() {
        for place in ["en", "en-IN", "es", "es-MX", "fr", "fr-CH", "de", "de-AT", "de-CH", "pt-BR", "nl", "ja"] {
            let locale = Locale::parse(place).expect("a tag");
            for code in ["USD", "EUR", "GBP", "JPY", "CHF", "KWD", "BRL"] {
                let currency = Currency::from_code(code).expect("a known code");
                for minor in [0, 7, 5_000, 440_738, 123_456_789] {
                    let money = Money::new(minor, currency);
                    let texts = [numbers::money(&locale, money).text(), numbers::plain(&locale, money), money.to_decimal()];
                    for text in texts {
                        assert_eq!(read(place, &text, code), Some(minor), "{place} {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn people_type_with_the_keys_they_have() {
        for (place, text, code, want) in [
            ("de", "50,00", "EUR", Some(5_000)),
            ("de", "50,5", "EUR", Some(5_050)),
            ("de", "1.000,00 €", "EUR", Some(100_000)),
            ("de", "1.500", "EUR", Some(150_000)),
            ("de", "1500.00", "EUR", Some(150_000)),
            ("de", "EUR 12", "EUR", Some(1_200)),
            ("fr", "1 500,25", "EUR", Some(150_025)),
            ("de-CH", "1'500.25", "CHF", Some(150_025)),
            ("en", "$1,399.00", "USD", Some(139_900)),
            ("en", "1,399", "USD", Some(139_900)),
            ("en", "1,399", "KWD", None),
            ("en", "1,399.250", "KWD", Some(1_399_250)),
            ("en", "12,50", "USD", None),
            ("en", "1,2,3.00", "USD", None),
            ("en", "1,0000.00", "USD", None),
            ("de", "50,001", "EUR", None),
            ("de", "50,00,00", "EUR", None),
            ("de", "-50,00", "EUR", None),
            ("de", "", "EUR", None),
            ("de", "€", "EUR", None),
        ] {
            assert_eq!(read(place, text, code), want, "{place} {text}");
        }
    }
}
