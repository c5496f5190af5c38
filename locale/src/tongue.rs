//! A reader: the language they are spoken to in and the place whose formats they read.

use std::fmt;

use books::calendar::Day;
use books::money::{Currency, Money, MoneyError};

use crate::numbers::{self, Written};
use crate::sentences::{self, Sentence};
use crate::{Language, Locale, days, reading};

/// How one reader is spoken to. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tongue {
    locale: Locale,
}

impl Tongue {
    /// For a place.
    pub fn new(locale: Locale) -> Tongue {
        Tongue { locale }
    }

    /// A language without a place.
    pub fn of(language: Language) -> Tongue {
        Tongue::new(Locale::of(language))
    }

    /// From the tag that a customer or business has; one that is not understood is English.
    pub fn of_tag(text: &str) -> Tongue {
        Tongue::new(Locale::or_english(text))
    }

    /// English: what staff read.
    pub fn english() -> Tongue {
        Tongue::of(Language::English)
    }

    pub fn language(&self) -> Language {
        self.locale.language()
    }

    pub fn locale(&self) -> &Locale {
        &self.locale
    }

    /// The `lang` of a page: the language of its sentences, with the place where both agree.
    pub fn lang(&self) -> String {
        if self.locale.is_spoken() { self.locale.to_string() } else { self.language().code().to_owned() }
    }

    /// The sentence of that key.
    pub fn say<'a>(&self, key: &'a str) -> Sentence<'a> {
        Sentence::new(self.language(), key)
    }

    /// One of a family of texts: `one_of("state", "part_paid")` is `state-part-paid`.
    pub fn one_of(&self, family: &str, word: &str) -> String {
        Sentence::new(self.language(), &family_key(family, word)).to_string()
    }

    /// Whether a family has this member.
    pub fn has(&self, family: &str, word: &str) -> bool {
        sentences::is_there(&family_key(family, word))
    }

    /// An amount in three parts: `−$4,407` `.38`, or `4.407` `,38` ` €`.
    pub fn written(&self, money: Money) -> Written {
        numbers::money(&self.locale, money)
    }

    /// An amount with the sign or code of its currency: `$4,407.38`, `4.407,38 €`. Signed as it is, with a true minus.
    pub fn money(&self, money: Money) -> String {
        self.written(money).text()
    }

    /// An amount without sign or code: `4,407.38`.
    pub fn plain(&self, money: Money) -> String {
        numbers::plain(&self.locale, money)
    }

    /// Reads an amount of zero or more as people here type it: `50,00` in German, and plain decimals everywhere.
    pub fn read_amount(&self, text: &str, currency: Currency) -> Result<Money, MoneyError> {
        reading::amount(&self.locale, text, currency)
    }

    /// A decimal number with this place's point.
    pub fn decimal(&self, text: &str) -> String {
        numbers::decimal(&self.locale, text)
    }

    /// A rate: `19%`, `19 %`.
    pub fn percent(&self, rate: &str) -> String {
        numbers::percent(&self.locale, rate)
    }

    /// A day: `19 Nov 2026`, `19. Nov. 2026`.
    pub fn day(&self, day: Day) -> String {
        days::short(&self.locale, day)
    }

    /// A day with its month spelled out.
    pub fn long_day(&self, day: Day) -> String {
        days::long(&self.locale, day)
    }

    /// Day and time, to the minute: `19 Nov 2026, 14:05`.
    pub fn moment(&self, at: jiff::civil::DateTime) -> String {
        format!("{}, {:02}:{:02}", self.day(at.date()), at.hour(), at.minute())
    }

    /// On which day weeks begin there: 1 is Monday, 7 is Sunday (ISO 8601).
    pub fn week_begins(&self) -> i8 {
        days::week_begins(&self.locale)
    }
}

fn family_key(family: &str, word: &str) -> String {
    format!("{family}-{}", word.to_ascii_lowercase().replace('_', "-"))
}

impl Default for Tongue {
    fn default() -> Tongue {
        Tongue::english()
    }
}

impl fmt::Display for Tongue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.locale.fmt(f)
    }
}
