//! Amounts, days and moments as a reader of one language and place writes them.
//!
//! Invariants: digits come from `Money` and are only regrouped, never computed; a negative amount has a true minus in
//! front of everything; an amount never breaks over two lines. English is the default: `4,407.38`. Left out on purpose:
//! digits other than 0 to 9, and lakhs.

use books::calendar::Day;
use books::money::Money;
use books::paper::{Means, Stamp};

use crate::words::{self, Words, fill};

const NO_BREAK: char = '\u{a0}';
const NARROW_NO_BREAK: char = '\u{202f}';
const MINUS: char = '\u{2212}';

/// Spanish as written in America groups like English.
const POINT_FOR_DECIMALS_ES: [&str; 11] = ["MX", "US", "GT", "HN", "NI", "PA", "PE", "DO", "PR", "SV", "CU"];

/// How one locale writes.
#[derive(Clone)]
pub(crate) struct Tongue {
    pub(crate) words: &'static Words,
    /// Two upper-case letters, if the tag names a place.
    pub(crate) region: Option<String>,
    group: char,
    decimal: char,
    symbol_first: bool,
}

impl Tongue {
    /// Reads a language tag such as `de-AT`; what it does not know is English.
    pub(crate) fn of(locale: &str) -> Tongue {
        let mut parts = locale.split(['-', '_']);
        let words = words::of(&parts.next().unwrap_or_default().to_ascii_lowercase());
        let region =
            parts.find(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic())).map(str::to_ascii_uppercase);
        let at = region.as_deref().unwrap_or_default();
        let (group, decimal, symbol_first) = match words.language {
            "de" | "fr" if at == "CH" => ('’', '.', true),
            "de" => ('.', ',', false),
            "fr" => (NARROW_NO_BREAK, ',', false),
            "es" if !POINT_FOR_DECIMALS_ES.contains(&at) => ('.', ',', false),
            _ => (',', '.', true),
        };
        Tongue { words, region, group, decimal, symbol_first }
    }

    /// Digits alone, for columns: `−4,407.38`.
    pub(crate) fn plain(&self, money: Money) -> String {
        let regroup = |letter| match letter {
            ',' => self.group,
            '.' => self.decimal,
            '-' => MINUS,
            digit => digit,
        };
        money.to_grouped().chars().map(regroup).collect()
    }

    /// With the sign or code of its currency: `$4,407.38`, `4.407,38 €`, `CHF 12.50`.
    pub(crate) fn money(&self, money: Money) -> String {
        let digits = self.plain(money);
        let (minus, digits) = digits.strip_prefix(MINUS).map_or(("", digits.as_str()), |digits| ("−", digits));
        let sign = self.sign(money.currency.code());
        let gap = if sign.ends_with(|last: char| last.is_ascii_alphabetic()) { NO_BREAK.to_string() } else { String::new() };
        if self.symbol_first { format!("{minus}{sign}{gap}{digits}") } else { format!("{minus}{digits}{NO_BREAK}{sign}") }
    }

    /// The sign a reader there knows, or the code. A bare dollar sign is the dollar of the place, else the US dollar.
    fn sign(&self, code: &'static str) -> &'static str {
        let home = match self.region.as_deref() {
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

    /// `Nov 3, 2026`, `3 Nov 2026` outside America, `3. Nov. 2026`.
    pub(crate) fn day(&self, day: Day) -> String {
        let month = usize::try_from(day.month() - 1).ok().and_then(|at| self.words.months.get(at)).copied().unwrap_or_default();
        let (number, year) = (day.day(), day.year());
        match (self.words.language, self.region.as_deref()) {
            ("en", None | Some("US" | "CA" | "PH")) => format!("{month}{NO_BREAK}{number}, {year}"),
            ("de", _) => format!("{number}.{NO_BREAK}{month} {year}"),
            _ => format!("{number}{NO_BREAK}{month} {year}"),
        }
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
        let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if is_number { text.replace('.', &self.decimal.to_string()) } else { text.to_owned() }
    }

    /// A rate with its sign: `19%`, `7,7 %`.
    pub(crate) fn percent(&self, rate: &str) -> String {
        let gap = if self.symbol_first { String::new() } else { NO_BREAK.to_string() };
        format!("{}{gap}%", self.decimal(rate))
    }

    /// How money came or went, in words: `Visa ending 4242`.
    pub(crate) fn means(&self, means: &Means) -> String {
        let words = self.words;
        let or = |text: &str, plain: &str| if text.is_empty() { plain.to_owned() } else { text.to_owned() };
        let ending = |name: String, last4: &str| if last4.is_empty() { name } else { fill(words.ending, &[&name, last4]) };
        let noted =
            |name: &str, reference: &str| if reference.is_empty() { name.to_owned() } else { format!("{name} · {reference}") };
        match means {
            Means::Card { brand, last4 } => ending(or(brand, words.card), last4),
            Means::CardTerminal { reference } => noted(words.card_terminal, reference),
            Means::Cash => words.cash.to_owned(),
            Means::Check { number } if number.is_empty() => words.check.to_owned(),
            Means::Check { number } => fill(words.check_number, &[number]),
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
            ("es", 440_738, "EUR", "4.407,38\u{a0}€"),
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
