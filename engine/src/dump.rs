//! Every row of every table as JSON lines (`owed dump`): for comparing, for checking from outside, for leaving.
//!
//! A line is one row: `{"table": "entry", …}` with the columns by name in the order in which they are declared; first the
//! schema's history, then the tables by name, each sorted by its key. Ids are TypeIDs (`ent_…`), as everywhere else, or
//! hyphenated UUIDs where a row is no noun of its own (jobs); amounts are minor units; days are text; instants are
//! microseconds since 1970 in UTC; bytes are base64.
//! Invariants: the same books give the same lines on both databases; everything is of one moment; no line opens a door:
//! passwords, digests of tokens and the tokens inside mails are replaced by a digest of what stood there, so that two
//! dumps can still be compared. Limits: [`PAGE`] rows are held at a time. Left out: reading it back.

use std::borrow::Cow;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use books::ids::encode;
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use crate::db::{Db, Reader, RegisteredTable, Row, ToValue, Value, inventory, sql};
use crate::error::{Error, Result};
use crate::store::installation::SETUP_TOKEN;

/// So many rows are read at a time.
const PAGE: i64 = 500;

/// Columns that hold a secret or its digest.
const SECRET: &[(&str, &str)] = &[
    ("api_key", "digest"),
    ("connection", "replaced"),
    ("connection", "secrets"),
    ("link", "digest"),
    ("portal_entry", "digest"),
    ("portal_session", "digest"),
    ("session", "digest"),
    ("users", "password_hash"),
    ("visitor_right", "digest"),
];

/// What begins a token in a text; at least [`TOKEN_LETTERS`] letters follow.
const TOKENS: &[&str] = &["acc_", "bal_", "lnk_", "owed_", "por_", "rcp_", "req_", "sel_", "stm_"];
const TOKEN_LETTERS: usize = 43;

sql!(SCHEMA, "select version, name, applied_at from schema_version order by version");

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dumped {
    pub rows: u64,
    /// Whoever read along went away before the end.
    pub cut_short: bool,
}

/// Writes everything to `out`, in one read transaction.
pub async fn dump(db: &Db, out: impl Write + Send + 'static) -> Result<Dumped> {
    db.read(async move |reader| {
        let mut lines = Lines { out: io::BufWriter::new(out), rows: 0 };
        match write_all(reader, &mut lines).await {
            Ok(()) => Ok(Dumped { rows: lines.rows, cut_short: false }),
            Err(Stop::Reader(io::ErrorKind::BrokenPipe, _)) => Ok(Dumped { rows: lines.rows, cut_short: true }),
            Err(Stop::Reader(_, why)) => Err(Error::Fault(format!("the dump cannot be written: {why}"))),
            Err(Stop::Database(error)) => Err(error),
        }
    })
    .await
}

/// Why it ended before the end.
enum Stop {
    Database(Error),
    /// Whoever takes the lines.
    Reader(io::ErrorKind, String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Database(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Reader(error.kind(), error.to_string())
    }
}

struct Lines<W: Write> {
    out: io::BufWriter<W>,
    rows: u64,
}

impl<W: Write> Lines<W> {
    fn put(&mut self, table: &str, columns: impl Iterator<Item = (String, Json)>) -> Result<(), Stop> {
        let mut line = Map::new();
        line.insert("table".to_owned(), table.into());
        line.extend(columns);
        serde_json::to_writer(&mut self.out, &line).map_err(io::Error::from)?;
        self.out.write_all(b"\n")?;
        self.rows += 1;
        Ok(())
    }
}

async fn write_all<W: Write>(reader: &mut Reader<'_>, lines: &mut Lines<W>) -> Result<(), Stop> {
    let history: Vec<Row> = reader.query(&SCHEMA, &[]).await?;
    for row in &history {
        lines.put("schema_version", row.columns.iter().cloned().zip(row.values.iter().map(|value| json(value, None))))?;
    }
    for table in tables() {
        write_table(reader, table, lines).await?;
    }
    lines.out.flush()?;
    Ok(())
}

/// The declared tables by name.
fn tables() -> Vec<&'static RegisteredTable> {
    let mut tables: Vec<&RegisteredTable> = inventory::iter::<RegisteredTable>().collect();
    tables.sort_by_key(|table| (table.info)().name);
    tables
}

async fn write_table<W: Write>(reader: &mut Reader<'_>, table: &RegisteredTable, lines: &mut Lines<W>) -> Result<(), Stop> {
    let info = (table.info)();
    let mut after: Option<Vec<Value>> = None;
    loop {
        let page: Vec<Row> = match &after {
            None => reader.query(info.first(), &[&PAGE]).await?,
            Some(key) => {
                let mut params: Vec<&dyn ToValue> = key.iter().map(|part| part as &dyn ToValue).collect();
                params.push(&PAGE);
                reader.query(info.next(), &params).await?
            }
        };
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(info.key_of(&values(table, last)));
        for row in &page {
            lines.put(info.name, columns(table, &values(table, row)))?;
        }
    }
}

/// A row's values as their types have them. One that cannot be read as what it should be is shown as it is.
fn values(table: &RegisteredTable, row: &Row) -> Vec<Value> {
    (table.read)(row).unwrap_or_else(|_| row.values.clone())
}

fn columns(table: &RegisteredTable, values: &[Value]) -> impl Iterator<Item = (String, Json)> {
    let info = (table.info)();
    let named = info.columns.iter().zip(table.prefixes).zip(values);
    let is_token =
        |column: &str| info.name == "installation" && column == "value" && values.first() == Some(&SETUP_TOKEN.to_value());
    named.map(move |((column, prefix), value)| {
        let secret = SECRET.contains(&(info.name, column)) || is_token(column);
        let shown = if secret { redacted(value) } else { json(value, *prefix) };
        ((*column).to_owned(), shown)
    })
}

fn json(value: &Value, prefix: Option<&str>) -> Json {
    match (value, prefix) {
        (Value::Null, _) => Json::Null,
        (Value::Bool(it), _) => Json::Bool(*it),
        (Value::Int(it), _) => (*it).into(),
        (Value::Text(it), _) => without_tokens(it).into_owned().into(),
        (Value::Uuid(it), Some(prefix)) => format!("{prefix}_{}", encode(*it)).into(),
        (Value::Uuid(it), None) => it.hyphenated().to_string().into(),
        (Value::Bytes(it), _) => STANDARD.encode(it).into(),
        // Lists are parameters and never columns.
        (Value::List(_), _) => Json::Null,
    }
}

/// A digest of what stands there; what is not there stays so.
fn redacted(value: &Value) -> Json {
    match value {
        Value::Text(it) if it.is_empty() => "".into(),
        Value::Text(it) => digest(it.as_bytes()).into(),
        Value::Bytes(it) => digest(it).into(),
        _ => Json::Null,
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// The text with every token in it replaced by a digest of the token.
fn without_tokens(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((at, prefix, length)) = next_token(rest) {
        let begin = at + prefix.len();
        out.push_str(&rest[..begin]);
        out.push_str(&digest(&rest.as_bytes()[at..begin + length]));
        rest = &rest[begin + length..];
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Where the next token begins, with which prefix, and how many letters follow that.
fn next_token(text: &str) -> Option<(usize, &'static str, usize)> {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let of = |prefix: &&'static str| {
        let places = text.match_indices(prefix).map(|(at, _)| at);
        let lengths = places.map(|at| (at, text.as_bytes()[at + prefix.len()..].iter().take_while(|byte| letter(byte)).count()));
        let long = lengths.into_iter().find(|(_, length)| *length >= TOKEN_LETTERS);
        long.map(|(at, length)| (at, *prefix, length))
    };
    TOKENS.iter().filter_map(of).min_by_key(|(at, ..)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns whose name sounds like a secret and which are none: digests of what was asked, and of the audit trail.
    const NO_SECRET: &[(&str, &str)] = &[("event", "request_hash"), ("event_seal", "digest")];

    #[test]
    fn every_column_that_sounds_like_a_secret_was_thought_about() {
        let mut seen = 0;
        for table in tables() {
            let info = (table.info)();
            for column in info.columns {
                let sounds = ["digest", "hash", "password", "secret", "token"].iter().any(|word| column.contains(word));
                let known = SECRET.contains(&(info.name, column)) || NO_SECRET.contains(&(info.name, column));
                assert!(!sounds || known, "{}.{column}", info.name);
                seen += usize::from(SECRET.contains(&(info.name, column)));
            }
        }
        assert_eq!(seen, SECRET.len(), "no column that is gone is listed");
    }

    #[test]
    fn tokens_are_replaced_and_the_same_one_reads_the_same() {
        let token = format!("req_{}", "aB3-_".repeat(9));
        let text = format!("Pay at http://owed.example/p/{token}\nor http://owed.example/p/{token}.");
        let shown = without_tokens(&text).into_owned();
        assert!(!shown.contains(&token), "{shown}");
        assert_eq!(shown.matches("req_sha256:").count(), 2);
        assert!(shown.ends_with('.') && shown.starts_with("Pay at http://owed.example/p/req_sha256:"), "{shown}");
        assert_ne!(shown, without_tokens(&text.replace("aB3", "aB4")));
        for plain in ["req_01h455vb4pex5vsknk084sn02q is open", "required_by", "", "ünïcode req_ü"] {
            assert!(matches!(without_tokens(plain), Cow::Borrowed(same) if same == plain), "{plain}");
        }
    }

    #[test]
    fn values_have_one_form() {
        let id = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        assert_eq!(json(&Value::Uuid(id), Some("pay")), format!("pay_{}", encode(id)));
        assert_eq!(json(&Value::Uuid(id), None), "01900000-0000-7000-8000-000000000001");
        assert_eq!(json(&Value::Bytes(vec![0, 255]), None), "AP8=");
        assert_eq!(json(&Value::Null, Some("pay")), Json::Null);
        assert_eq!(redacted(&Value::Text(String::new())), "");
        assert!(redacted(&Value::Bytes(vec![1])).as_str().is_some_and(|text| text.starts_with("sha256:")));
    }
}
