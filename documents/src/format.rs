//! Amounts, days and moments on papers: the reader's tongue (crate `locale`) with what paper needs beside it.
//!
//! Invariants: digits come from `Money` and are only regrouped, never computed; an amount and a day never break over two
//! lines. English without a place is American on papers, as it was from the first: a paper that was printed once is kept, and
//! a later one must read like it.

use books::calendar::Day;
use books::money::Money;
use books::paper::{Means, Stamp};
use locale::{Language, Locale};

use crate::words::{self, Words};

const NO_BREAK: char = '\u{a0}';
const MINUS: char = '\u{2212}';

/// How one reader's papers are written.
#[derive(Clone)]
pub(crate) struct Tongue {
    pub(crate) words: &'static Words,
    pub(crate) reader: locale::Tongue,
    /// Where the reader is, if the tag names a place.
    region: Option<String>,
}

impl Tongue {
    /// Reads a language tag such as `de-AT`; what it does not know is English.
    pub(crate) fn of(tag: &str) -> Tongue {
        let locale = Locale::or_english(tag);
        let region = locale.region().map(str::to_owned);
        let locale = if locale.language() == Language::English && locale.is_spoken() { locale.or_in("US") } else { locale };
        let reader = locale::Tongue::new(locale);
        Tongue { words: words::of(reader.language()), reader, region }
    }

    /// ISO 639-1.
    pub(crate) fn language(&self) -> &'static str {
        self.reader.language().code()
    }

    /// Two upper-case letters, if the tag names a place in which the language is spoken.
    pub(crate) fn region(&self) -> Option<&str> {
        self.region.as_deref().filter(|region| region.len() == 2)
    }

    /// A sentence with its values.
    pub(crate) fn said<const N: usize>(&self, key: &str, values: [(&'static str, impl std::fmt::Display); N]) -> String {
        values.into_iter().fold(self.reader.say(key), |sentence, (name, value)| sentence.with(name, value)).to_string()
    }

    /// Digits alone, for columns: `−4,407.38`.
    pub(crate) fn plain(&self, money: Money) -> String {
        self.reader.plain(money)
    }

    /// With the sign or code of its currency: `$4,407.38`, `4.407,38 €`, `CHF 12.50`.
    pub(crate) fn money(&self, money: Money) -> String {
        self.reader.money(money)
    }

    /// `Nov 3, 2026`, `3 Nov 2026` outside America, `3. Nov. 2026`.
    pub(crate) fn day(&self, day: Day) -> String {
        self.reader.day(day).replacen(' ', &NO_BREAK.to_string(), 1)
    }

    /// Day, time and its distance from UTC: `Nov 3, 2026, 14:05 UTC+1`.
    pub(crate) fn moment(&self, stamp: Stamp) -> String {
        let local = stamp.local();
        let minutes = stamp.offset_minutes.unsigned_abs();
        let zone = match (stamp.offset_minutes, minutes % 60) {
            (0, _) => String::new(),
            (east, 0) => format!("{}{}", if east < 0 { MINUS } else { '+' }, minutes / 60),
            (east, rest) => format!("{}{}:{rest:02}", if east < 0 { MINUS } else { '+' }, minutes / 60),
        };
        format!("{}, {:02}:{:02}{NO_BREAK}UTC{zone}", self.day(local.date()), local.hour(), local.minute())
    }

    /// A decimal text such as a tax rate, with this locale's decimal sign.
    pub(crate) fn decimal(&self, text: &str) -> String {
        self.reader.decimal(text)
    }

    /// A rate with its sign: `19%`, `7,7 %`.
    pub(crate) fn percent(&self, rate: &str) -> String {
        self.reader.percent(rate)
    }

    /// How money came or went, in words: `Visa ending 4242`.
    pub(crate) fn means(&self, means: &Means) -> String {
        let words = self.words;
        let or = |text: &str, plain: &str| if text.is_empty() { plain.to_owned() } else { text.to_owned() };
        let ending = |name: String, last4: &str| {
            if last4.is_empty() { name } else { self.said("paper-ending", [("name", name.as_str()), ("last4", last4)]) }
        };
        let noted =
            |name: &str, reference: &str| if reference.is_empty() { name.to_owned() } else { format!("{name} · {reference}") };
        match means {
            Means::Card { brand, last4 } => ending(or(brand, words.card), last4),
            Means::CardTerminal { reference } => noted(words.card_terminal, reference),
            Means::Cash => words.cash.to_owned(),
            Means::Check { number } if number.is_empty() => words.check.to_owned(),
            Means::Check { number } => self.said("paper-check_number", [("number", number)]),
            Means::BankTransfer { reference } => noted(words.bank_transfer, reference),
            Means::BankDebit { bank, last4 } => ending(or(bank, words.bank_debit), last4),
            Means::Other { label } => or(label, words.other_means),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use books::calendar::{Instant, parse_day};
    use books::money::Currency;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).expect("a known code"))
    }

    #[test]
    fn amounts_by_locale() {
        for (locale, minor, code, want) in [
            ("en", 440_738, "USD", "$4,407.38"),
            ("", -440_738, "USD", "−$4,407.38"),
            ("en", 1_234_567, "JPY", "¥1,234,567"),
            ("en", 1_250, "KWD", "KWD\u{a0}1.250"),
            ("en-CA", 500, "CAD", "$5.00"),
            ("en-CA", 500, "USD", "US$5.00"),
            ("en", 500, "CAD", "CA$5.00"),
            ("de", -440_738, "EUR", "−4.407,38\u{a0}€"),
            ("de_CH", 440_738, "CHF", "CHF\u{a0}4’407.38"),
            ("fr-FR", 440_738, "EUR", "4\u{202f}407,38\u{a0}€"),
            ("es", 440_738, "EUR", "4407,38\u{a0}€"),
            ("es", 1_234_567, "EUR", "12.345,67\u{a0}€"),
            ("es-MX", 440_738, "MXN", "$4,407.38"),
        ] {
            assert_eq!(Tongue::of(locale).money(money(minor, code)), want, "{locale} {code}");
        }
        assert_eq!(Tongue::of("en").plain(money(-440_738, "USD")), "−4,407.38");
    }

    #[test]
    fn days_moments_and_rates_by_locale() {
        let day = parse_day("2026-11-03").expect("a day");
        for (locale, want) in [
            ("en", "Nov\u{a0}3, 2026"),
            ("en-GB", "3\u{a0}Nov 2026"),
            ("pt-BR", "3\u{a0}Nov 2026"),
            ("de", "3.\u{a0}Nov. 2026"),
            ("fr", "3\u{a0}nov. 2026"),
            ("es", "3\u{a0}nov 2026"),
        ] {
            assert_eq!(Tongue::of(locale).day(day), want);
        }
        let at = Instant::from_rfc3339("2026-11-03T23:05:00Z").expect("a time");
        let moment = |offset_minutes| Tongue::of("en-GB").moment(Stamp { at, offset_minutes });
        assert_eq!(moment(0), "3\u{a0}Nov 2026, 23:05\u{a0}UTC");
        assert_eq!(moment(60), "4\u{a0}Nov 2026, 00:05\u{a0}UTC+1");
        assert_eq!(moment(-210), "3\u{a0}Nov 2026, 19:35\u{a0}UTC−3:30");
        assert_eq!(Tongue::of("de").percent("7.7"), "7,7\u{a0}%");
        assert_eq!(Tongue::of("en").percent("7.7"), "7.7%");
    }

    #[test]
    fn means_in_words() {
        let card = Means::Card { brand: "Visa".into(), last4: "4242".into() };
        assert_eq!(Tongue::of("en").means(&card), "Visa ending 4242");
        assert_eq!(Tongue::of("de").means(&card), "Visa, endet auf 4242");
        assert_eq!(Tongue::of("en").means(&Means::Check { number: String::new() }), "Check");
        assert_eq!(Tongue::of("en").means(&Means::BankTransfer { reference: "RF18".into() }), "Bank transfer · RF18");
    }
}
