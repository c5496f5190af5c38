//! Days as a language and place write them, with the name of the month, short or long.
//!
//! The names of months stand with the other words (`shared.ftl`). Two choices of our own: English without a place writes the
//! day before the month, which readers everywhere understand; hours are counted to 24 in every language, so that a receipt
//! cannot be read twelve hours wrong. In a language that nothing is written in, days are English, as the sentences around
//! them. ICU4X's calendars are not used: for four languages they would bring more than the rest of this crate weighs.

use books::calendar::Day;

use crate::{Language, Locale, Tongue};

/// English is written month first there.
const MONTH_FIRST: [&str; 5] = ["US", "CA", "PH", "PR", "GU"];
/// Where weeks begin on Sunday, by CLDR, as far as it is not the rule of the language's other places.
const FROM_SUNDAY: [&str; 40] = [
    "AG", "AS", "BD", "BR", "BS", "BT", "BW", "BZ", "CA", "CO", "DM", "DO", "ET", "GT", "GU", "HK", "HN", "ID", "IL", "IN", "JM",
    "JP", "KE", "KR", "MX", "NI", "NP", "PA", "PE", "PH", "PK", "PR", "PT", "PY", "SA", "SV", "TT", "TW", "US", "ZA",
];
/// Where they begin on Saturday.
const FROM_SATURDAY: [&str; 14] = ["AE", "AF", "BH", "DJ", "DZ", "EG", "IQ", "IR", "JO", "KW", "LY", "OM", "QA", "SY"];

/// `19 Nov 2026`, `Nov 19, 2026`, `19. Nov. 2026`.
pub(crate) fn short(locale: &Locale, day: Day) -> String {
    let (number, year) = (day.day(), day.year());
    let month = || named(locale, "month-short", day);
    match locale.language() {
        Language::English if is_month_first(locale) => format!("{} {number}, {year}", month()),
        Language::German => format!("{number}. {} {year}", month()),
        Language::English | Language::Spanish | Language::French => format!("{number} {} {year}", month()),
    }
}

/// `19 November 2026`, `November 19, 2026`, `19. November 2026`, `19 de noviembre de 2026`.
pub(crate) fn long(locale: &Locale, day: Day) -> String {
    let (number, year) = (day.day(), day.year());
    let month = named(locale, "month-long", day);
    match locale.language() {
        Language::English if is_month_first(locale) => format!("{month} {number}, {year}"),
        Language::German => format!("{number}. {month} {year}"),
        Language::Spanish => format!("{number} de {month} de {year}"),
        Language::English | Language::French => format!("{number} {month} {year}"),
    }
}

fn named(locale: &Locale, family: &str, day: Day) -> String {
    Tongue::of(locale.language()).one_of(family, &day.month().to_string())
}

fn is_month_first(locale: &Locale) -> bool {
    locale.is_spoken() && locale.region().is_some_and(|region| MONTH_FIRST.contains(&region))
}

/// On which day weeks begin there: 1 is Monday, 7 is Sunday (ISO 8601). Without a place: Monday.
pub(crate) fn week_begins(locale: &Locale) -> i8 {
    match locale.region() {
        Some(region) if FROM_SUNDAY.contains(&region) => 7,
        Some(region) if FROM_SATURDAY.contains(&region) => 6,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_weeks_by_place() {
        let on = books::calendar::parse_day("2026-09-03").expect("a day");
        for (place, want, long_day, begins) in [
            ("en", "3 Sep 2026", "3 September 2026", 1),
            ("en-US", "Sep 3, 2026", "September 3, 2026", 7),
            ("en-GB", "3 Sep 2026", "3 September 2026", 1),
            ("en-IN", "3 Sep 2026", "3 September 2026", 7),
            ("en-CA", "Sep 3, 2026", "September 3, 2026", 7),
            ("es", "3 sept 2026", "3 de septiembre de 2026", 1),
            ("es-MX", "3 sept 2026", "3 de septiembre de 2026", 7),
            ("fr", "3 sept. 2026", "3 septembre 2026", 1),
            ("fr-CA", "3 sept. 2026", "3 septembre 2026", 7),
            ("fr-CH", "3 sept. 2026", "3 septembre 2026", 1),
            ("de", "3. Sep. 2026", "3. September 2026", 1),
            ("de-AT", "3. Sep. 2026", "3. September 2026", 1),
            ("de-CH", "3. Sep. 2026", "3. September 2026", 1),
            ("pt-BR", "3 Sep 2026", "3 September 2026", 7),
            ("ar-EG", "3 Sep 2026", "3 September 2026", 6),
        ] {
            let locale = Locale::parse(place).expect("a tag");
            let written = (short(&locale, on), long(&locale, on), week_begins(&locale));
            assert_eq!(written, (want.to_owned(), long_day.to_owned(), begins), "{place}");
        }
    }
}
