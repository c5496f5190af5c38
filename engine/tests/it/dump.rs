//! `owed dump`: every row once, in one order, the same from both databases, and no line that opens a door.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use engine::dump::{Dumped, dump};
use engine::verify::verify;
use serde_json::Value;

use crate::kit::{Place, block_on};
use crate::shop::Shop;

/// Where the lines go.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes a little and then goes away, as `head` does.
struct Impatient(usize);

impl Write for Impatient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.0 -= 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn lines(shop: &Shop) -> Vec<String> {
    let paper = Paper::default();
    let dumped = dump(&shop.services.db, paper.clone()).await.expect("a dump");
    let text = String::from_utf8(paper.0.lock().expect("nobody panicked").clone()).expect("text");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(dumped, Dumped { rows: lines.len() as u64, cut_short: false });
    lines
}

fn parsed(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

#[test]
fn every_row_is_there_in_one_order_and_no_secret_is() {
    let mut columns: Vec<BTreeMap<String, Vec<String>>> = Vec::new();
    for place in Place::both() {
        block_on(async {
            let shop = Shop::open(&place).await;
            shop.be_busy().await;
            let lines = lines(&shop).await;
            let rows = parsed(&lines);
            let of = |table: &str| rows.iter().filter(|row| row["table"] == table).cloned().collect::<Vec<Value>>();

            let report = verify(&shop.services.db).await.expect("it can be looked at");
            let checked = report.businesses[0].checked;
            assert_eq!(of("entry").len(), checked.entries);
            assert_eq!(of("journal_line").len(), checked.journal_lines);
            assert_eq!(of("event").len(), checked.events);
            assert_eq!(of("schema_version").len(), engine::db::MIGRATIONS.len());
            assert_eq!(rows[0]["table"], "schema_version");

            let entry = &of("entry")[0];
            assert!(entry["id"].as_str().is_some_and(|id| id.starts_with("ent_")), "{entry}");
            assert_eq!(entry["customer_id"], shop.customer.to_string());
            assert!(entry["amount"].is_i64() && entry["reverses"].is_null(), "{entry}");
            assert!(of("entry_open")[0]["held"].is_boolean());
            assert!(of("job")[0]["id"].as_str().is_some_and(|id| id.len() == 36), "no noun: a plain UUID");

            let sorted = |table: &str, key: &str| {
                let keys: Vec<String> = of(table).iter().map(|row| row[key].as_str().expect("text").to_owned()).collect();
                keys.is_sorted() && keys.len() > 1
            };
            for (table, key) in [("entry", "id"), ("event", "id"), ("counter", "series"), ("hook_delivery", "dedupe_id")] {
                assert!(sorted(table, key), "{table} by {key}");
            }
            let tables: Vec<&str> =
                rows.iter().skip(engine::db::MIGRATIONS.len()).filter_map(|row| row["table"].as_str()).collect();
            assert!(tables.is_sorted(), "one table after the other, by name");

            no_secret(&shop, &rows, &lines.join("\n")).await;
            assert_eq!(lines, self::lines(&shop).await, "the same books give the same lines");
            let names = |row: &Value| row.as_object().expect("an object").keys().cloned().collect::<Vec<String>>();
            columns.push(rows.iter().map(|row| (row["table"].as_str().unwrap_or_default().to_owned(), names(row))).collect());
            shop.services.db.shutdown();
        });
    }
    assert_eq!(columns[0], columns[1], "both databases give the same columns in the same order");
    assert!(columns[0].len() > 20, "{}", columns[0].len());
}

async fn no_secret(shop: &Shop, rows: &[Value], text: &str) {
    let db = &shop.services.db;
    let of = |table: &'static str| rows.iter().filter(move |row| row["table"] == table);
    for (table, column) in [
        ("users", "password_hash"),
        ("api_key", "digest"),
        ("link", "digest"),
        ("portal_entry", "digest"),
        ("portal_session", "digest"),
    ] {
        let row = of(table).next().expect("a row");
        assert!(row[column].as_str().is_some_and(|value| value.starts_with("sha256:")), "{row}");
    }
    assert!(!text.contains("argon2"), "a password's hash is not there");
    let mut tokens = 0;
    for link in of("link") {
        let id = link["id"].as_str().expect("an id").parse().expect("the id of a link");
        let purpose = link["purpose"].as_str().expect("a purpose");
        let token = shop.services.keys.link_token(purpose, id);
        assert!(!text.contains(&token), "the token of {id} stands in a line");
        tokens += 1;
    }
    for entry in of("portal_entry") {
        let id = entry["id"].as_str().expect("an id").parse().expect("the id of a way in");
        assert!(!text.contains(&shop.services.keys.portal_token(id)), "the way in {id} stands in a line");
    }
    assert!(tokens > 3 && text.contains("/p/req_sha256:"), "mails still say where their link was");
    let key = engine::store::api_key::list(db, shop.call.business).await.expect("keys").remove(0);
    assert!(!text.contains(&hex::encode(&key.digest)), "nor does the digest of a key");
}

#[test]
fn a_reader_who_goes_away_ends_it_quietly() {
    let place = Place::sqlite();
    block_on(async {
        let shop = Shop::open(&place).await;
        shop.be_busy().await;
        let dumped = dump(&shop.services.db, Impatient(1)).await.expect("no fault");
        assert!(dumped.cut_short);
        shop.services.db.shutdown();
    });
}
