//! The database as the whole program uses it: one schema in two spellings, and every text prepared on both engines.

use std::collections::BTreeMap;

use books::calendar::Instant;
use engine::clock::Clock;
use engine::db::{Db, DbConfig, EngineKind, MIGRATIONS, Mode, Prepared};

use crate::kit::{self, Place};

fn open(place: &Place) -> Db {
    let config = DbConfig { data: place.data.clone(), url: place.url.clone(), mode: Mode::ReadWrite };
    Db::open(&config, Clock::test(Instant(1_768_467_600_000_000))).expect("the database opens")
}

#[test]
fn every_text_means_the_same_on_both_engines() {
    let [sqlite, postgres] = Place::both().map(|place| {
        let db = open(&place);
        let prepared = db.prepare_everything().expect("the texts are prepared");
        drop(db);
        prepared
    });
    let refused: Vec<&Prepared> = sqlite.iter().chain(&postgres).filter(|text| text.meaning.is_err()).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    // Texts of the same name in different files are told apart by what they say.
    let meanings = |texts: &[Prepared]| {
        let mut meanings: Vec<_> = texts.iter().map(|text| (text.name.clone(), text.meaning.clone())).collect();
        meanings.sort();
        meanings
    };
    assert_eq!(meanings(&sqlite), meanings(&postgres));
    assert!(sqlite.len() > 100, "the register is not empty: {}", sqlite.len());
}

/// Tables that grow with the business.
const LARGE: [&str; 12] = [
    "allocation",
    "attempt",
    "customer",
    "customer_balance",
    "entry",
    "entry_open",
    "event",
    "journal_line",
    "mail",
    "order_line",
    "orders",
    "payment",
];
/// Texts that look at all rows of a business on purpose: sums of a report or of the front page.
const REPORTS: [&str; 9] =
    ["BALANCE", "BY_CUSTOMER", "BY_KIND", "EVENTS", "SETTINGS_SINCE", "SUMS", "TOTALS", "TOTALS_THEN", "TRIAL"];
/// Texts that walk a business page by page, along a key, as far as their limit.
const PAGES: [&str; 1] = ["ALL"];
/// Checks of the books, which `owed verify` runs in a process of its own.
const CHECKS: [&str; 17] = [
    "ALLOCATION_CHARGE",
    "ALLOCATION_CREDIT",
    "ALLOCATION_EVENT",
    "ATTEMPT_PAYMENT",
    "ATTEMPT_REFUND",
    "BALANCE_CUSTOMER",
    "ENTRY_CUSTOMER",
    "ENTRY_EVENT",
    "ENTRY_OPEN",
    "JOURNAL_ENTRY",
    "KEYED_UNASKED",
    "LINE_ORDER",
    "OPEN_ENTRY",
    "ORDER_CUSTOMER",
    "PAYMENT_CUSTOMER",
    "PAYMENT_METHOD",
    "UNKNOWN_UNASKED",
];

#[test]
fn no_text_walks_a_large_table_unnoticed() {
    let place = Place::sqlite();
    let db = open(&place);
    let connection = rusqlite::Connection::open(place.data.join("owed.sqlite")).expect("the file");
    // A partial index holds what is still to be done, which is little.
    let mut statement =
        connection.prepare("select name from sqlite_schema where type = 'index' and sql like '% where %'").expect("indexes");
    let partial: Vec<String> =
        statement.query_map([], |row| row.get(0)).expect("indexes").collect::<Result<_, _>>().expect("indexes");
    let mut walks = Vec::new();
    for text in db.prepare_everything().expect("the texts are prepared") {
        // Single rows go by their key; an export reads everything, page by page.
        let by_row = ["insert", "ignore", "set", "first", "next"].iter().any(|kind| text.name.ends_with(&format!(".{kind}")));
        if by_row || [&REPORTS[..], &PAGES, &CHECKS].concat().contains(&text.name.as_str()) {
            continue;
        }
        for step in plan(&connection, &text.text) {
            let words: Vec<&str> = step.split_whitespace().collect();
            let walked = words[0] == "SCAN" || step.contains("(business_id=?)");
            let large = LARGE.iter().any(|table| names_of(table, &text.text).any(|name| words.get(1) == Some(&name)));
            if walked && large && !partial.iter().any(|index| words.contains(&index.as_str())) {
                walks.push(format!("{}: {step}", text.name));
            }
        }
    }
    assert!(walks.is_empty(), "{walks:#?}");
    assert_eq!(plan(&connection, "select * from entry e"), ["SCAN e"], "a walk would be seen");
    assert_eq!(names_of("entry", "select * from entry e join entry_open o").collect::<Vec<_>>(), ["entry", "e"]);
}

/// What a text calls a table: by its name, or by the short name that follows it.
fn names_of<'t>(table: &'t str, text: &'t str) -> impl Iterator<Item = &'t str> {
    const CLAUSES: [&str; 12] = ["where", "join", "on", "order", "group", "set", "left", "union", "using", "limit", "for", "as"];
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let short = |pair: &[&'t str]| (pair[0] == table && !CLAUSES.contains(&pair[1])).then_some(pair[1]);
    let short: Vec<&str> = words.windows(2).filter_map(short).collect();
    std::iter::once(table).chain(short)
}

fn plan(connection: &rusqlite::Connection, text: &str) -> Vec<String> {
    // A function of ours stands for no other plan than SQLite's own that it is named after.
    let text = text.replace("folded(", "lower(");
    let mut statement = connection.prepare(&format!("explain query plan {text}")).expect("a plan");
    let nulls: Vec<rusqlite::types::Null> = (0..statement.parameter_count()).map(|_| rusqlite::types::Null).collect();
    let steps = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get("detail")).expect("a plan");
    steps.collect::<Result<_, _>>().expect("a plan")
}

/// What both engines must agree on about a column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ColumnShape {
    /// In the words of SQLite.
    kind: String,
    required: bool,
    /// Place in the primary key, from 1; 0: not part of it.
    key: i64,
}

type Shape = BTreeMap<(String, String), ColumnShape>;
/// Name of a unique index, its table and columns.
type Uniques = BTreeMap<String, (String, Vec<String>)>;

#[test]
fn the_two_schemas_have_the_same_tables_columns_and_keys() {
    let [sqlite, postgres] = Place::both();
    drop((open(&sqlite), open(&postgres)));
    let (shape, uniques) = sqlite_shape(&sqlite);
    let (other_shape, other_uniques) = kit::block_on(postgres_shape(postgres.url.as_deref().expect("a URL")));
    let names = |shape: &Shape| shape.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&shape), names(&other_shape));
    for (column, wanted) in &shape {
        assert_eq!((column, wanted), (column, &other_shape[column]));
    }
    assert_eq!(uniques, other_uniques);
    assert!(shape.len() > 100, "the schema is not empty: {}", shape.len());
}

fn sqlite_shape(place: &Place) -> (Shape, Uniques) {
    let connection = rusqlite::Connection::open(place.data.join("owed.sqlite")).expect("the file");
    // A full-text index is five tables that only SQLite has.
    let columns =
        "select m.name, c.name, lower(c.type), c.\"notnull\" or c.pk > 0, c.pk from sqlite_schema m, pragma_table_info(m.name) c
        where m.type = 'table' and m.name not like '%\\_fts%' escape '\\' and m.name not like 'sqlite%'";
    let mut statement = connection.prepare(columns).expect("columns");
    let rows = statement.query_map([], |row| {
        let shape = ColumnShape { kind: row.get::<_, String>(2)?, required: row.get(3)?, key: row.get(4)? };
        Ok(((row.get(0)?, row.get(1)?), ColumnShape { kind: plain(&shape.kind), ..shape }))
    });
    let shape = rows.expect("columns").collect::<Result<_, _>>().expect("columns");
    let indexes =
        "select i.name, m.name, (select group_concat(c.name) from (select name from pragma_index_info(i.name) order by seqno) c)
        from sqlite_schema m, pragma_index_list(m.name) i where m.type = 'table' and i.\"unique\" and i.origin = 'c'";
    let mut statement = connection.prepare(indexes).expect("indexes");
    let rows = statement.query_map([], |row| {
        let columns: String = row.get(2)?;
        Ok((row.get(0)?, (row.get(1)?, columns.split(',').map(str::to_owned).collect())))
    });
    (shape, rows.expect("indexes").collect::<Result<_, _>>().expect("indexes"))
}

async fn postgres_shape(url: &str) -> (Shape, Uniques) {
    let client = kit::client(url).await;
    let columns = "
        select c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'NO', coalesce((
            select k.ordinal_position::bigint from information_schema.key_column_usage k
            join information_schema.table_constraints t using (constraint_name, table_schema)
            where t.constraint_type = 'PRIMARY KEY' and k.table_name = c.table_name and k.column_name = c.column_name
                and k.table_schema = 'public'), 0)
        from information_schema.columns c where c.table_schema = 'public'";
    let rows = client.query(columns, &[]).await.expect("columns");
    let shape = rows.iter().map(|row| {
        let shape = ColumnShape { kind: plain(row.get::<_, &str>(2)), required: row.get(3), key: row.get(4) };
        ((row.get(0), row.get(1)), shape)
    });
    let indexes = "
        select i.relname::text, t.relname::text, array(select a.attname::text from unnest(x.indkey) with ordinality as k (number, place)
            join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number order by k.place)
        from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
        join pg_namespace n on n.oid = t.relnamespace
        where n.nspname = 'public' and x.indisunique and not x.indisprimary";
    let rows = client.query(indexes, &[]).await.expect("indexes");
    (shape.collect(), rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect())
}

/// The same word for the same kind of value.
fn plain(kind: &str) -> String {
    match kind {
        "uuid" | "bytea" | "blob" => "blob",
        "bigint" | "boolean" | "integer" => "integer",
        "text" => "text",
        other => other,
    }
    .to_owned()
}

#[test]
fn a_database_that_was_closed_opens_as_it_was() {
    for place in Place::both() {
        let first = open(&place);
        let engine = first.engine();
        assert_eq!(kit::block_on(first.ready()), Ok(()));
        first.shutdown();
        drop(first);
        let again = open(&place);
        assert_eq!((again.engine(), kit::block_on(again.ready())), (engine, Ok(())));
        assert_eq!(engine == EngineKind::Postgres, place.url.is_some());
        assert_eq!(again.numbers().reads, 1);
    }
    assert!(MIGRATIONS.windows(2).all(|pair| pair[0].name < pair[1].name), "the steps are in order");
}
