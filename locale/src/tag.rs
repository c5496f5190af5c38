//! A language tag (BCP 47) such as `de-AT`: who reads, and where.
//!
//! Invariant: what is kept is well formed and in its canonical spelling. Left out: extensions (`-u-…`), which are read over.

use std::fmt;
use std::str::FromStr;

use icu_locale_core::LanguageIdentifier;
use icu_locale_core::subtags::Language as Subtag;

use crate::Language;

/// The longest tag that is read.
const LONGEST: usize = 35;

/// Where somebody reads, and in which language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locale(LanguageIdentifier);

/// A text that is no language tag; the sentence says how one looks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no language tag; write one such as en, es, fr-CA or de-AT")]
pub struct BadLocale(String);

impl Locale {
    /// Reads a tag in any case, with hyphens or underscores. Refuses what is not well formed and languages of more than
    /// three letters, which nobody speaks.
    pub fn parse(text: &str) -> Result<Locale, BadLocale> {
        let bad = || BadLocale(text.chars().take(LONGEST).collect());
        if text.len() > LONGEST {
            return Err(bad());
        }
        let read = icu_locale_core::Locale::from_str(&text.trim().replace('_', "-")).map_err(|_| bad())?;
        let letters = read.id.language.as_str().len();
        if read.id.language == Subtag::UNKNOWN || letters > 3 { Err(bad()) } else { Ok(Locale(read.id)) }
    }

    /// Reads a tag that was kept before such tags were checked: one that is not understood is English.
    pub fn or_english(text: &str) -> Locale {
        Locale::parse(text).unwrap_or_else(|_| Locale::of(Language::English))
    }

    /// A language without a place.
    pub fn of(language: Language) -> Locale {
        let subtag = Subtag::try_from_str(language.code()).expect("the code of a language is a subtag");
        Locale(LanguageIdentifier { language: subtag, ..LanguageIdentifier::UNKNOWN })
    }

    /// The language that sentences are said in: its own, or English where nothing is written in it.
    pub fn language(&self) -> Language {
        Language::of_code(self.0.language.as_str()).unwrap_or(Language::English)
    }

    /// Whether sentences are written in the language that was asked for.
    pub fn is_spoken(&self) -> bool {
        Language::of_code(self.0.language.as_str()).is_some()
    }

    /// Two upper-case letters or three digits, if the tag names a place.
    pub fn region(&self) -> Option<&str> {
        self.0.region.as_ref().map(|region| region.as_str())
    }

    /// The same language in another place, if this one names none.
    pub fn or_in(&self, region: &str) -> Locale {
        let region = self.0.region.or_else(|| region.parse().ok());
        Locale(LanguageIdentifier { region, ..self.0.clone() })
    }

    pub(crate) fn id(&self) -> &LanguageIdentifier {
        &self.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_kept_in_its_canonical_spelling() {
        for (text, want) in [("de_ch", "de-CH"), ("FR", "fr"), (" zh-hant-tw ", "zh-Hant-TW"), ("es-419", "es-419")] {
            assert_eq!(Locale::parse(text).expect("a tag").to_string(), want);
        }
        assert_eq!(Locale::parse("pt-BR").expect("a tag").language(), Language::English);
        assert_eq!(Locale::parse("de-u-co-phonebk").expect("a tag").to_string(), "de");
    }

    #[test]
    fn nonsense_is_refused_and_read_as_english() {
        for text in ["", "german", "nonsense", "d", "de-", "12", "und", "en-USA-x", "<b>", "de AT", &"a-".repeat(40)] {
            assert!(Locale::parse(text).is_err(), "{text}");
            assert_eq!(Locale::or_english(text), Locale::of(Language::English));
        }
        let said = Locale::parse("german").expect_err("no tag").to_string();
        assert_eq!(said, "\"german\" is no language tag; write one such as en, es, fr-CA or de-AT");
    }
}
