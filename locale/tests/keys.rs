//! What the compiler cannot see of the sentences: every language has the keys and values of English; every key that code and
//! pages name is there, and every key is named somewhere; no page of a payer has a word of its own.
//!
//! Limits: sources are read as text. A key is named by a literal, or with its whole family
//! by `one_of("family", …)`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// Files that every language has.
const FILES: [&str; 5] = ["shared", "portal", "refusals", "mail", "paper"];
const LANGUAGES: [&str; 4] = ["en", "es", "fr", "de"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in a workspace").to_owned()
}

/// The keys of a file with the values that each takes.
fn keys(language: &str, file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = root().join(format!("locale/locales/{language}/{file}.ftl"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = fluent_syntax::parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
    let mut keys = BTreeMap::new();
    for entry in read.body {
        if let Entry::Message(message) = entry {
            let mut values = BTreeSet::new();
            names(message.value.as_ref().expect("every message has a text"), &mut values);
            let before = keys.insert(message.id.name.to_owned(), values);
            assert!(before.is_none(), "{} stands twice in {}", message.id.name, path.display());
        }
    }
    keys
}

fn names(pattern: &Pattern<&str>, out: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                variants.iter().for_each(|variant| names(&variant.value, out));
                selector
            }
        };
        if let InlineExpression::VariableReference { id } = inline {
            out.insert(id.name.to_owned());
        }
    }
}

fn english() -> BTreeMap<String, BTreeSet<String>> {
    FILES.iter().chain(&["admin"]).flat_map(|file| keys("en", file)).collect()
}

#[test]
fn every_language_has_the_keys_and_values_of_english() {
    for file in FILES {
        let english = keys("en", file);
        for language in &LANGUAGES[1..] {
            let other = keys(language, file);
            for (key, values) in &english {
                assert_eq!(other.get(key), Some(values), "{key} in {language}/{file}.ftl");
            }
            assert_eq!(other.len(), english.len(), "{language}/{file}.ftl has keys that English has not");
        }
    }
}

#[test]
fn no_key_stands_in_two_files() {
    let count: usize = FILES.iter().chain(&["admin"]).map(|file| keys("en", file).len()).sum();
    assert_eq!(english().len(), count);
}

#[test]
fn french_and_german_are_set_as_their_printers_set_them() {
    for file in FILES {
        let text = |language| fs::read_to_string(root().join(format!("locale/locales/{language}/{file}.ftl"))).expect("a file");
        for line in text("fr").lines().filter(|line| !line.starts_with('#')) {
            let said = line.split_once(" = ").map_or(line, |(_, said)| said);
            for mark in [" ;", " :", " ?", " !", " »", "« ", "'", "..."] {
                assert!(!said.contains(mark), "fr/{file}.ftl: {mark:?} in {line}");
            }
            // In front of a mark stands the narrow space; a colon inside a time or an address stays bare.
            for mark in [';', '?', '!'] {
                let bare = said.match_indices(mark).any(|(at, _)| !said[..at].ends_with('\u{202f}'));
                assert!(!bare, "fr/{file}.ftl: no narrow space before {mark} in {line}");
            }
        }
        for language in ["es", "de", "en"] {
            for line in text(language).lines().filter(|line| !line.starts_with('#')) {
                assert!(!line.contains(['\'', '"']) && !line.contains("..."), "{language}/{file}.ftl: {line}");
            }
        }
    }
}

/// Sources that name keys.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|end| end == "rs" || end == "html" || end == "mjml" || end == "txt") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                out.push((path, text));
            }
        }
    }
    let mut out = Vec::new();
    for folder in ["locale/src", "documents/src", "engine/src", "engine/templates", "server/src", "server/templates"] {
        walk(&root().join(folder), &mut out);
    }
    out
}

/// What stands as a literal behind each of these words.
fn literals<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).filter_map(move |(at, _)| {
        let rest = text[at + word.len()..].trim_start().strip_prefix('"')?;
        rest.split_once('"').map(|(literal, _)| literal)
    })
}

#[test]
fn every_key_that_is_named_is_there_and_every_key_is_named() {
    let known = english();
    let mut named = BTreeSet::new();
    let mut families = BTreeSet::new();
    for (path, text) in sources() {
        for word in [".say(", ".said("] {
            // The verifier too says things, by the names of its checks, which are written large.
            for key in literals(&text, word).filter(|key| key.starts_with(char::is_lowercase)) {
                assert!(known.contains_key(key), "{} names {key}", path.display());
            }
        }
        // A key may reach `say` through a closure: any literal that is one counts as named.
        named.extend(text.split('"').filter(|literal| known.contains_key(*literal)).map(str::to_owned));
        for word in ["one_of(", "has(", "family(", "named(locale,"] {
            families.extend(literals(&text, word).map(|family| format!("{family}-")));
        }
    }
    // The table of papers names its keys by its fields.
    let table = fs::read_to_string(root().join("documents/src/words.rs")).expect("the table of words");
    let fields = table.split_once("table! {").and_then(|(_, rest)| rest.split_once("\n}")).expect("the table").0;
    let fields = fields.lines().map(|line| line.split("//").next().unwrap_or_default());
    for field in fields.flat_map(|line| line.split(',')).map(str::trim).filter(|field| !field.is_empty()) {
        let key = format!("paper-{field}");
        assert!(known.contains_key(&key), "the table of papers names {key}");
        named.insert(key);
    }
    let unused: Vec<&String> =
        known.keys().filter(|key| !named.contains(*key) && !families.iter().any(|family| key.starts_with(family))).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

/// What payers' pages are made of.
fn payer_templates() -> Vec<(PathBuf, String)> {
    let folder = root().join("server/templates/portal");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("the pages").map(|entry| entry.expect("an entry").path()).collect();
    paths.push(root().join("server/templates/parts/statement.html"));
    paths.push(root().join("server/templates/parts/ribbon.html"));
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(&path).expect("pages are UTF-8"))).collect()
}

/// The page with what the engine of templates reads taken out: `{# #}` and `{% %}` are gone, `{{ }}` is one mark.
fn bare(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let (end, mark) = match rest.as_bytes().get(at + 1) {
            Some(b'#') => ("#}", ""),
            Some(b'%') => ("%}", ""),
            Some(b'{') => ("}}", "\u{1}"),
            _ => ("{", "{"),
        };
        out.push_str(mark);
        let from = if end == "{" { at } else { at + rest[at..].find(end).expect("what opens is closed") };
        rest = &rest[from + end.len()..];
    }
    out + rest
}

#[test]
fn no_page_of_a_payer_has_a_word_of_its_own() {
    const READ_ALOUD: [&str; 6] = ["aria-label=\"", "title=\"", "alt=\"", "placeholder=\"", "data-confirm=\"", "data-copied=\""];
    for (path, page) in payer_templates() {
        let page = bare(&page);
        for text in page.split('<').map(|piece| piece.split_once('>').map_or("", |(_, text)| text)) {
            assert!(!text.contains(char::is_alphabetic), "{}: {text:?} is written in the page", path.display());
        }
        for attribute in READ_ALOUD {
            for (at, _) in page.match_indices(attribute) {
                let value = page[at + attribute.len()..].split('"').next().unwrap_or_default();
                assert!(!value.contains(char::is_alphabetic), "{}: {attribute}{value}", path.display());
            }
        }
    }
}

/// The texts of English, for looking at how they end.
fn english_texts() -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for file in FILES {
        let text = fs::read_to_string(root().join(format!("locale/locales/en/{file}.ftl"))).expect("a file");
        texts.extend(text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, said)| (key.to_owned(), said.to_owned())));
    }
    texts
}

/// Two texts may stand beside each other on a page where the first is a whole sentence, or where a tag or a middle dot
/// parts them. Anything else would be one sentence glued from two, which another language could not order its own way.
#[test]
fn no_sentence_is_glued_from_two_texts() {
    let texts = english_texts();
    for (path, page) in payer_templates() {
        for run in page.split('<').map(|piece| piece.rsplit_once('>').map_or("", |(_, run)| run)) {
            let said: Vec<(usize, &str)> = run
                .match_indices("say(\"")
                .map(|(at, mark)| (at, run[at + mark.len()..].split('"').next().unwrap_or_default()))
                .collect();
            for pair in said.windows(2) {
                let [(first, key), (second, _)] = pair else { continue };
                let between = &run[*first..*second];
                let parted = between.contains('·') || between.contains("{% else") || between.contains("{% when");
                let whole = texts.get(*key).is_some_and(|text| text.ends_with(['.', '!', '?', ':']));
                assert!(parted || whole, "{}: {key} goes on in another text", path.display());
            }
        }
    }
}

#[test]
fn no_mail_has_words_of_its_own() {
    let folder = root().join("engine/src/mail");
    for entry in fs::read_dir(folder).expect("the mails") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // The words of the business, and of mail servers, are not ours to translate; samples name made-up people.
        if ["words.rs", "bounce.rs", "samples.rs"].contains(&name) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let words = line.split('"').skip(1).step_by(2).find(|literal| literal.contains(' ') && !literal.contains('{'));
            assert!(words.is_none(), "{}: {line}", path.display());
        }
    }
}
