//! Money, decimals and rates as a place writes them.
//!
//! Digits, their groups and points come from CLDR through ICU4X's decimals; where the sign of a currency stands, and which it
//! is, from the tables here. ICU4X's own currencies are not used: they are named experimental, round an amount silently to the
//! digits that CLDR counts (none for the Iraqi dinar, which has three by ISO 4217), read over the points and groups that a
//! place uses in money alone, and take as long to compile as all the rest of this crate together. Invariants: every digit of the
//! amount is printed and none is made up; a negative amount has a true minus in front of everything; no space breaks; digits
//! are 0 to 9.

use std::cell::RefCell;
use std::collections::HashMap;

use books::money::Money;
use fixed_decimal::Decimal;
use icu_decimal::options::{DecimalFormatterOptions, GroupingStrategy};
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use icu_locale_core::extensions::unicode::Value;
use icu_locale_core::preferences::extensions::unicode::keywords::NumberingSystem;

use crate::Locale;

const MINUS: char = '\u{2212}';
const NO_BREAK: char = '\u{a0}';
/// So many formatters are kept a thread; there are few places in use.
const MOST: usize = 64;

thread_local! {
    static DECIMALS: RefCell<HashMap<(Locale, bool), DecimalFormatter>> = RefCell::default();
}

/// An amount in three parts, so that a page can print its minor units small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `−$4,407`: everything before the minor units.
    pub whole: String,
    /// `.38`; empty where the currency has no minor unit.
    pub fraction: String,
    /// ` €`, where the sign stands behind; empty where it stands in front.
    pub after: String,
}

impl Written {
    /// The amount in one piece.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.whole, self.fraction, self.after)
    }
}

/// An amount with the sign or code of its currency.
pub(crate) fn money(locale: &Locale, money: Money) -> Written {
    let (whole, fraction) = digits(locale, money);
    let minus = if money.minor < 0 { "−" } else { "" };
    let sign = sign(locale, money.currency.code());
    let spaced = format!("{sign}{NO_BREAK}");
    match position(locale) {
        Position::Behind => Written { whole: format!("{minus}{whole}"), fraction, after: format!("{NO_BREAK}{sign}") },
        Position::Front if !sign.ends_with(|last: char| last.is_ascii_alphabetic()) => {
            Written { whole: format!("{minus}{sign}{whole}"), fraction, after: String::new() }
        }
        Position::Front | Position::FrontSpaced => {
            Written { whole: format!("{minus}{spaced}{whole}"), fraction, after: String::new() }
        }
    }
}

/// An amount without sign or code, for columns that say once which currency they are in.
pub(crate) fn plain(locale: &Locale, amount: Money) -> String {
    let (whole, fraction) = digits(locale, amount);
    format!("{}{whole}{fraction}", if amount.minor < 0 { "−" } else { "" })
}

/// A decimal number such as a quantity, ungrouped. What is no number stays as it is.
pub(crate) fn decimal(locale: &Locale, text: &str) -> String {
    formatted(locale, text, false).unwrap_or_else(|| text.to_owned())
}

/// A rate with its sign: `19%`, `7,7 %`. What is no number stays as it is, with the sign behind.
pub(crate) fn percent(locale: &Locale, rate: &str) -> String {
    let is_spaced = match locale.id().language.as_str() {
        "de" => !matches!(locale.region(), Some("CH" | "LI")),
        "fr" => locale.region() != Some("CH"),
        "es" => locale.region() != Some("MX"),
        _ => false,
    };
    let gap = if is_spaced { "\u{a0}" } else { "" };
    format!("{}{gap}%", decimal(locale, rate))
}

/// The digits without a sign: what stands before the minor units, and these with their point.
fn digits(locale: &Locale, money: Money) -> (String, String) {
    let plain = money.to_decimal();
    let bare = plain.trim_start_matches('-');
    let text = formatted(locale, bare, true).unwrap_or_else(|| bare.to_owned());
    let text: String = text.chars().map(|letter| as_money(locale, letter)).collect();
    let exponent = usize::from(money.currency.exponent());
    // The last digits are ASCII; the point before them is one character, of whatever length.
    let point = match exponent {
        0 => text.len(),
        digits => text[..text.len() - digits].char_indices().next_back().map_or(0, |(at, _)| at),
    };
    (text[..point].to_owned(), text[point..].to_owned())
}

fn formatted(locale: &Locale, text: &str, grouped: bool) -> Option<String> {
    let number: Decimal = text.parse().ok()?;
    DECIMALS.with_borrow_mut(|kept| {
        if kept.len() >= MOST {
            kept.clear();
        }
        let key = (locale.clone(), grouped);
        let formatter = match kept.get(&key) {
            Some(formatter) => formatter,
            None => {
                let mut prefs = DecimalFormatterPreferences::from(locale.id());
                prefs.numbering_system = Value::try_from_str("latn").ok().and_then(|value| NumberingSystem::try_from(value).ok());
                let mut options = DecimalFormatterOptions::default();
                options.grouping_strategy = Some(if grouped { GroupingStrategy::Auto } else { GroupingStrategy::Never });
                kept.entry(key).or_insert(DecimalFormatter::try_new(prefs, options).ok()?)
            }
        };
        Some(formatter.format(&number).to_string().chars().map(mended).collect())
    })
}

/// A true minus, the curved Swiss apostrophe, spaces that do not break.
fn mended(letter: char) -> char {
    match letter {
        '-' => MINUS,
        '\'' => '’',
        ' ' => NO_BREAK,
        other => other,
    }
}

/// The marks that a place uses in money and not in other numbers, by CLDR: Austria groups money by points; French and Italian
/// Switzerland writes its minor units behind one.
fn as_money(locale: &Locale, letter: char) -> char {
    match (locale.id().language.as_str(), locale.region(), letter) {
        ("de", Some("AT"), NO_BREAK) => '.',
        ("fr" | "it", Some("CH"), ',') => '.',
        _ => letter,
    }
}

/// Where the sign of a currency stands.
enum Position {
    /// `$4`; a code or a sign that ends in a letter keeps a space.
    Front,
    /// `€ 4`
    FrontSpaced,
    /// `4 €`
    Behind,
}

/// By CLDR's standard patterns. Spanish is written in America as its neighbor writes.
fn position(locale: &Locale) -> Position {
    match (locale.id().language.as_str(), locale.region()) {
        ("de", Some("AT" | "CH" | "LI")) | ("nl", _) | ("pt", Some("BR") | None) | ("es", Some("AR" | "CO" | "UY" | "VE")) => {
            Position::FrontSpaced
        }
        ("it", Some("CH")) => Position::FrontSpaced,
        ("es", Some("ES" | "EA" | "IC" | "GQ") | None) => Position::Behind,
        ("es" | "en" | "ja" | "zh" | "ko" | "hi" | "th" | "tr", _) => Position::Front,
        (
            "de" | "fr" | "it" | "pt" | "pl" | "cs" | "sk" | "hu" | "ro" | "bg" | "hr" | "sl" | "sv" | "da" | "fi" | "nb" | "uk",
            _,
        ) => Position::Behind,
        _ => Position::Front,
    }
}

/// The sign a reader there knows, or the code. A bare dollar sign is the dollar of the place, else the US dollar.
fn sign(locale: &Locale, code: &'static str) -> &'static str {
    let home = match locale.region() {
        Some("CA") => "CAD",
        Some("AU") => "AUD",
        Some("NZ") => "NZD",
        Some("MX") => "MXN",
        Some("HK") => "HKD",
        _ => "USD",
    };
    match code {
        _ if code == home => "$",
        "USD" => "US$",
        "CAD" => "CA$",
        "AUD" => "A$",
        "NZD" => "NZ$",
        "MXN" => "MX$",
        "HKD" => "HK$",
        "BRL" => "R$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        "CNY" => "CN¥",
        "INR" => "₹",
        "KRW" => "₩",
        "ILS" => "₪",
        "VND" => "₫",
        "NGN" => "₦",
        "PHP" => "₱",
        "UAH" => "₴",
        "TRY" => "₺",
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use books::money::Currency;

    /// Fifteen places, each with the eight currencies of the table's head.
    const PLACES: [&str; 15] =
        ["en", "en-GB", "en-IN", "en-CA", "es", "es-MX", "fr", "fr-CA", "fr-CH", "de", "de-AT", "de-CH", "pt-BR", "nl", "ja"];
    const CURRENCIES: [&str; 8] = ["USD", "EUR", "GBP", "JPY", "KWD", "CHF", "INR", "BRL"];
    const AMOUNTS: [i64; 2] = [123_456_789, -440_738];

    fn digits_of(text: &str) -> String {
        text.chars().filter(char::is_ascii_digit).collect()
    }

    fn of(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).expect("a known code"))
    }

    fn table() -> String {
        let mut out = String::new();
        for place in PLACES {
            let locale = Locale::parse(place).expect("a tag");
            for code in CURRENCIES {
                for minor in AMOUNTS {
                    out.push_str(&format!("{place}\t{code}\t{}\n", money(&locale, of(minor, code)).text()));
                }
            }
        }
        out
    }

    /// `OWED_UPDATE_GOLDEN=1` writes the table anew; each changed line wants to be looked at.
    #[test]
    fn money_in_fifteen_places_and_eight_currencies() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/money.tsv");
        if std::env::var_os("OWED_UPDATE_GOLDEN").is_some() {
            std::fs::write(path, table()).expect("the table is in the source tree");
        }
        let kept = std::fs::read_to_string(path).expect("the table is in the source tree");
        for (now, kept) in table().lines().zip(kept.lines()) {
            assert_eq!(now, kept);
        }
        assert_eq!(table().lines().count(), kept.lines().count());
    }

    #[test]
    fn every_currency_keeps_every_digit_everywhere() {
        for place in PLACES {
            let locale = Locale::parse(place).expect("a tag");
            for currency in Currency::all() {
                for minor in [0, 7, -1_234_567, 9_876_543_210] {
                    let amount = Money::new(minor, currency);
                    let parts = money(&locale, amount);
                    assert_eq!(digits_of(&parts.text()), digits_of(&amount.to_decimal()), "{place} {amount}");
                    let fraction = digits_of(&parts.fraction).len();
                    assert_eq!(fraction, usize::from(currency.exponent()), "{place} {amount}: {parts:?}");
                    assert_eq!(parts.text().contains(MINUS), minor < 0, "{place} {amount}");
                    assert!(!parts.text().contains([' ', '-', '\'']), "{place} {amount}");
                }
            }
        }
    }

    #[test]
    fn pages_in_english_stay_as_they_are() {
        let english = Locale::parse("en").expect("a tag");
        assert_eq!(money(&english, of(-440_738, "USD")).text(), "−$4,407.38");
        assert_eq!(money(&english, of(1_250, "KWD")).text(), "KWD\u{a0}1.250");
        assert_eq!(plain(&english, of(-440_738, "USD")), "−4,407.38");
        // CLDR counts no minor digits for the Iraqi dinar, ISO 4217 three.
        assert_eq!(money(&english, of(1_234_567, "IQD")).text(), "IQD\u{a0}1,234.567");
        assert_eq!(money(&Locale::parse("de").expect("a tag"), of(1_234_567, "IQD")).text(), "1.234,567\u{a0}IQD");
    }

    #[test]
    fn an_amount_comes_in_parts() {
        let german = Locale::parse("de").expect("a tag");
        let parts = money(&german, of(-440_738, "EUR"));
        assert_eq!((parts.whole.as_str(), parts.fraction.as_str(), parts.after.as_str()), ("−4.407", ",38", "\u{a0}€"));
        let yen = money(&german, of(500, "JPY"));
        assert_eq!((yen.whole.as_str(), yen.fraction.as_str(), yen.after.as_str()), ("500", "", "\u{a0}¥"));
        assert_eq!(plain(&Locale::parse("de-CH").expect("a tag"), of(-440_738, "CHF")), "−4’407.38");
    }

    #[test]
    fn rates_and_quantities() {
        for (place, rate, quantity) in [
            ("en", "7.7%", "1250.5"),
            ("de", "7,7\u{a0}%", "1250,5"),
            ("fr", "7,7\u{a0}%", "1250,5"),
            ("es", "7,7\u{a0}%", "1250,5"),
            ("de-CH", "7.7%", "1250.5"),
        ] {
            let locale = Locale::parse(place).expect("a tag");
            assert_eq!((percent(&locale, "7.7"), decimal(&locale, "1250.5")), (rate.to_owned(), quantity.to_owned()), "{place}");
        }
        assert_eq!(decimal(&Locale::parse("de").expect("a tag"), "about 3"), "about 3");
    }
}
