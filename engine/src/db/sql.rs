//! SQL, written once in the language that both engines share.
//!
//! Invariants: parameters are `$1…` and mean the same on both (SQLite numbers a bare `$n` by first appearance, so it gets
//! `?n`); what truly differs is a word in braces from [`WORDS`]; every text is registered, so that one test prepares all of
//! them on both engines. Limit: no other braces in a text. Left out on purpose: building SQL from parts at run time.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use super::{EngineKind, table};

/// One text with its name.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) name: Cow<'static, str>,
    text: Cow<'static, str>,
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
    tables: OnceLock<Vec<&'static str>>,
}

/// A word in braces: its text for SQLite and for PostgreSQL. `@` stands for what follows the colon.
const WORDS: &[(&str, &str, &str)] = &[
    // SQLite has one writer: whoever writes has locked everything.
    ("for_update", "", "for update"),
    ("any_id", "in (select unhex(value) from json_each(@))", "= any(@::uuid[])"),
    // In small letters, of every alphabet: SQLite's own `lower` knows those of English alone.
    ("folded", "folded(@)", "lower(@)"),
    ("any_text", "in (select value from json_each(@))", "= any(@::text[])"),
    // Customers of business $1 in whose search text the pattern occurs; three letters at least, for the trigram index.
    (
        "find_customers",
        "select c.id from customer_fts f join customer c on c.rowid = f.rowid where f.search like @ and c.business_id = $1",
        "select c.id from customer c where c.search like @ and c.business_id = $1",
    ),
    ("sqlite", "@", ""),
    ("postgres", "", "@"),
];

impl Sql {
    pub(crate) const fn new(name: &'static str, text: &'static str) -> Sql {
        Sql {
            name: Cow::Borrowed(name),
            text: Cow::Borrowed(text),
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
            tables: OnceLock::new(),
        }
    }

    /// A text made from a table's description. Made once for each table and kind of statement.
    pub(crate) fn made(name: String, text: String) -> Sql {
        Sql {
            name: Cow::Owned(name),
            text: Cow::Owned(text),
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
            tables: OnceLock::new(),
        }
    }

    /// Whether it locks the rows it finds.
    pub(crate) fn locks(&self) -> bool {
        self.text(EngineKind::Postgres).contains("for update")
    }

    /// The registered tables that it names. A name in a comment or a quotation counts too: too many do no harm.
    pub(crate) fn tables(&self) -> &[&'static str] {
        self.tables.get_or_init(|| {
            let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let words: HashSet<&str> = self.text.split(|letter| !word(letter)).collect();
            table::all().map(|table| table.name).filter(|name| words.contains(name)).collect()
        })
    }

    /// The text as `engine` wants it.
    pub(crate) fn text(&self, engine: EngineKind) -> &str {
        match engine {
            EngineKind::Sqlite => self.sqlite.get_or_init(|| numbered(&spelled(&self.text, engine))),
            EngineKind::Postgres => self.postgres.get_or_init(|| spelled(&self.text, engine)),
        }
    }
}

/// Replaces the words in braces. An unknown word is left as it is, and so fails when it is prepared.
fn spelled(text: &str, engine: EngineKind) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (word, after) = after.split_once('}').unwrap_or((after, ""));
        let (name, argument) = word.split_once(':').unwrap_or((word, ""));
        match WORDS.iter().find(|(known, ..)| *known == name) {
            Some((_, sqlite, postgres)) => {
                let spelling = if engine == EngineKind::Sqlite { sqlite } else { postgres };
                out.push_str(&spelling.replace('@', argument));
            }
            None => out.push_str(&format!("{{{word}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `$n` becomes `?n`, outside of quoted text.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        quoted ^= letter == '\'';
        let parameter = letter == '$' && !quoted && letters.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { letter });
    }
    out
}

/// A registered text.
pub(crate) struct Registered(pub(crate) &'static Sql);
inventory::collect!(Registered);

/// Declares and registers a text: `sql!(pub(crate) NAME, "select … $1");`.
macro_rules! sql {
    ($(#[$meta:meta])* $visibility:vis $name:ident, $text:expr $(,)?) => {
        $(#[$meta])*
        $visibility static $name: $crate::db::Sql = $crate::db::Sql::new(stringify!($name), $text);
        $crate::db::inventory::submit! { $crate::db::RegisteredSql(&$name) }
    };
}
pub(crate) use sql;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_for_sqlite_but_not_inside_quotes() {
        let sql = Sql::new("T", "select $2, '$1 it''s $3', a$b from t where x = $10");
        assert_eq!(sql.text(EngineKind::Sqlite), "select ?2, '$1 it''s $3', a$b from t where x = ?10");
        assert_eq!(sql.text(EngineKind::Postgres), "select $2, '$1 it''s $3', a$b from t where x = $10");
    }

    #[test]
    fn words_are_spelled_for_each_engine() {
        let sql = Sql::new("T", "select 1 from t where id {any_id:$2} {postgres:limit 1}{for_update}");
        assert_eq!(sql.text(EngineKind::Sqlite), "select 1 from t where id in (select unhex(value) from json_each(?2)) ");
        assert_eq!(sql.text(EngineKind::Postgres), "select 1 from t where id = any($2::uuid[]) limit 1for update");
        assert_eq!(Sql::new("T", "select {what}").text(EngineKind::Sqlite), "select {what}");
    }
}
