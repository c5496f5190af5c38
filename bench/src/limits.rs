//! What this machine could do at best, by the same clock: the disk, the HTTP server, the database without anything else.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;

use crate::http::Target;

/// Rows of a recorded payment: what one act writes, in columns of the same kinds.
const ROWS: [(&str, usize); 8] = [
    ("payment", 28),
    ("entry", 27),
    ("entry_open", 16),
    ("allocation", 10),
    ("journal_line", 8),
    ("journal_line", 8),
    ("event", 15),
    ("job", 11),
];
/// How many payments' worth of rows are written in the one transaction.
const PAYMENTS: u64 = 5_000;

/// Durable writes of one page per second, one after the other.
pub fn fsyncs(place: &Path, lasts: Duration) -> Result<u64, String> {
    let path = place.join("fsync");
    let mut file = std::fs::File::create(&path).map_err(|e| e.to_string())?;
    let (begun, mut count) = (Instant::now(), 0_u64);
    while begun.elapsed() < lasts {
        file.write_all(&[0x5A; 4096]).map_err(|e| e.to_string())?;
        file.sync_data().map_err(|e| e.to_string())?;
        count += 1;
    }
    std::fs::remove_file(&path).map_err(|e| e.to_string())?;
    Ok(count / lasts.as_secs().max(1))
}

/// A server that does nothing but answer, in this process.
pub async fn empty_handler() -> Result<Target, String> {
    let routes = Router::new().route("/empty", post(async |_body: String| "{\"nothing\":true}"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|e| e.to_string())?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let body = "{\"customer\":\"cus_01h455vb4pex5vsknk084sn02q\",\"amount\":100,\"currency\":\"USD\"}".to_owned();
    Ok(Target { address, path: "/empty".to_owned(), key: "none".to_owned(), bodies: Arc::new(vec![body]) })
}

fn text(n: u64, column: usize) -> String {
    format!("value {n} of {column}")
}

/// The rows of as many payments as fit into a second, in one transaction on an embedded file.
pub fn one_transaction_sqlite(place: &Path) -> Result<u64, String> {
    let broken = |e: rusqlite::Error| e.to_string();
    let mut connection = rusqlite::Connection::open(place.join("limit.sqlite")).map_err(broken)?;
    connection.execute_batch("pragma journal_mode = wal; pragma synchronous = full;").map_err(broken)?;
    for (n, (_, columns)) in ROWS.iter().enumerate() {
        let list: Vec<String> = (1..*columns).map(|c| format!("c{c} text")).collect();
        connection.execute_batch(&format!("create table t{n} (id integer primary key, {})", list.join(", "))).map_err(broken)?;
    }
    let begun = Instant::now();
    let act = connection.transaction().map_err(broken)?;
    for payment in 0..PAYMENTS {
        for (n, (_, columns)) in ROWS.iter().enumerate() {
            let places = vec!["?"; columns - 1].join(", ");
            let mut statement = act.prepare_cached(&format!("insert into t{n} values (null, {places})")).map_err(broken)?;
            let values: Vec<String> = (1..*columns).map(|column| text(payment, column)).collect();
            statement.execute(rusqlite::params_from_iter(values)).map_err(broken)?;
        }
    }
    act.commit().map_err(broken)?;
    Ok(per_second(begun))
}

/// The same on PostgreSQL, one statement a round trip.
pub async fn one_transaction_postgres(url: &str) -> Result<u64, String> {
    let broken = |e: tokio_postgres::Error| e.to_string();
    let (mut client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.map_err(broken)?;
    tokio::spawn(connection);
    let act = client.transaction().await.map_err(broken)?;
    let mut statements = Vec::new();
    for (n, (_, columns)) in ROWS.iter().enumerate() {
        let list: Vec<String> = (1..*columns).map(|c| format!("c{c} text")).collect();
        act.batch_execute(&format!(
            "create temporary table bench_{n} (id bigint generated always as identity, {})",
            list.join(", ")
        ))
        .await
        .map_err(broken)?;
        let names: Vec<String> = (1..*columns).map(|c| format!("c{c}")).collect();
        let places: Vec<String> = (1..*columns).map(|c| format!("${c}")).collect();
        let insert = format!("insert into bench_{n} ({}) values ({})", names.join(", "), places.join(", "));
        statements.push(act.prepare(&insert).await.map_err(broken)?);
    }
    let begun = Instant::now();
    for payment in 0..PAYMENTS {
        let rows: Vec<Vec<String>> =
            ROWS.iter().map(|(_, columns)| (1..*columns).map(|column| text(payment, column)).collect()).collect();
        for (statement, values) in statements.iter().zip(&rows) {
            let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = values.iter().map(|value| value as _).collect();
            act.execute(statement, &values).await.map_err(broken)?;
        }
    }
    act.commit().await.map_err(broken)?;
    let rate = per_second(begun);
    // What autovacuum does within a minute: before it PostgreSQL knows nothing of the tables and reads them whole.
    client.batch_execute("analyze").await.map_err(broken)?;
    Ok(rate)
}

fn per_second(begun: Instant) -> u64 {
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
    PAYMENTS * 1_000_000 / micros
}
