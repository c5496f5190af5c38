//! The sentences, by key: read once from the Fluent files that are compiled in.
//!
//! A sentence is whole in its file, with its plural forms; code gives it values and never parts of speech. Isolation marks
//! (U+2068, U+2069) are off: they would travel along when somebody copies a figure or an address, and the four languages are
//! all written from left to right. A key that is not there is a mistake that a test finds (`tests/keys.rs`); should one slip
//! by, the English sentence stands in, and behind that the key.

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::PatternElement;

use crate::Language;

/// The files of one language, in the order of `files!`.
macro_rules! files {
    ($language:literal) => {
        [
            include_str!(concat!("../locales/", $language, "/shared.ftl")),
            include_str!(concat!("../locales/", $language, "/portal.ftl")),
            include_str!(concat!("../locales/", $language, "/refusals.ftl")),
            include_str!(concat!("../locales/", $language, "/mail.ftl")),
            include_str!(concat!("../locales/", $language, "/paper.ftl")),
            // Staff read English; the file is for all to fall back on.
            include_str!("../locales/en/admin.ftl"),
        ]
    };
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 4]> = LazyLock::new(|| Language::ALL.map(bundle));

fn files(language: Language) -> [&'static str; 6] {
    match language {
        Language::English => files!("en"),
        Language::Spanish => files!("es"),
        Language::French => files!("fr"),
        Language::German => files!("de"),
    }
}

fn bundle(language: Language) -> Bundle {
    let id = language.code().parse().expect("the code of a language is a tag");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    for text in files(language) {
        let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| errors);
        let resource = resource.expect("every file is compiled in and read by the tests");
        bundle.add_resource(resource).expect("no key stands in two files: the tests read them all");
    }
    bundle
}

fn of(language: Language) -> &'static Bundle {
    &BUNDLES[Language::ALL.iter().position(|known| *known == language).unwrap_or(0)]
}

/// A text that takes no values. What takes some is said by [`crate::Tongue::say`]; here it would be its key.
pub fn plain(language: Language, key: &'static str) -> &'static str {
    let found = of(language).get_message(key).or_else(|| of(Language::English).get_message(key));
    match found.and_then(|message| message.value()).map(|pattern| pattern.elements.as_slice()) {
        Some([PatternElement::TextElement { value }]) => value,
        _ => {
            debug_assert!(false, "{key} is no plain text");
            key
        }
    }
}

/// A sentence about to be said, with the values it takes.
pub struct Sentence<'a> {
    language: Language,
    key: &'a str,
    values: Option<FluentArgs<'static>>,
}

impl<'a> Sentence<'a> {
    pub(crate) fn new(language: Language, key: &'a str) -> Sentence<'a> {
        Sentence { language, key, values: None }
    }

    /// Puts in a text, as it is.
    pub fn with(mut self, name: &'static str, text: impl fmt::Display) -> Sentence<'a> {
        self.values.get_or_insert_default().set(name, FluentValue::String(text.to_string().into()));
        self
    }

    /// Puts in a number, which decides the plural form.
    pub fn count(mut self, name: &'static str, number: i64) -> Sentence<'a> {
        self.values.get_or_insert_default().set(name, number);
        self
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for language in [self.language, Language::English] {
            let bundle = of(language);
            let Some(pattern) = bundle.get_message(self.key).and_then(|message| message.value()) else { continue };
            let mut errors = Vec::new();
            let said = bundle.format_pattern(pattern, self.values.as_ref(), &mut errors);
            debug_assert!(errors.is_empty(), "{} in {language:?}: {errors:?}", self.key);
            return f.write_str(&said);
        }
        debug_assert!(false, "there is no sentence {}", self.key);
        f.write_str(self.key)
    }
}

/// Whether there is such a key.
pub(crate) fn is_there(key: &str) -> bool {
    of(Language::English).has_message(key)
}
