//! The languages that sentences are written in.
//!
//! English stands in for every other one. A new language is a variant here and a folder in `locales/`; the tests then name
//! each sentence that it lacks.

/// A language that payers are spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    English,
    Spanish,
    French,
    German,
}

impl Language {
    /// All there are, English first.
    pub const ALL: [Language; 4] = [Language::English, Language::Spanish, Language::French, Language::German];

    /// ISO 639-1.
    pub const fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
            Language::French => "fr",
            Language::German => "de",
        }
    }

    /// What its speakers call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Spanish => "Español",
            Language::French => "Français",
            Language::German => "Deutsch",
        }
    }

    /// By its ISO 639-1 code in small letters; none for a language that nothing is written in.
    pub fn of_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The one that a browser asks for most (`Accept-Language`, RFC 9110 12.5.4), among those there are. A weight of 0
    /// refuses a language; of equal weights the first named counts.
    pub fn accepted(header: &str) -> Option<Language> {
        let mut best: Option<(u16, Language)> = None;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1000), thousandths).unwrap_or(0);
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let Some(language) = Language::of_code(&primary) else { continue };
            if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// `0.8` as 800. A weight has at most three decimals and is at most 1.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 3 || !rest.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let rest: u16 = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "1" if rest == 0 => Some(1000),
        "0" => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_s_most_wanted_language_counts() {
        for (header, want) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("ja,fr;q=0.5,es;q=0.7", Some(Language::Spanish)),
            ("en;q=0.2, FR-ca", Some(Language::French)),
            ("de;q=0, en;q=0.1", Some(Language::English)),
            ("es;q=1.5, en;q=2", None),
            ("*", None),
            ("", None),
            ("tlh, nl", None),
        ] {
            assert_eq!(Language::accepted(header), want, "{header}");
        }
    }
}
