//! Measures what recording a payment by HTTP costs, on both databases, beside the limits of this machine in the same run.
//!
//! `cargo xtask postgres` in one terminal, then `cargo build --release && OWED_TEST_POSTGRES_URL=… cargo run --release -p bench`.
//! It prints figures and ratios and asserts nothing. Limits: one client machine is the server's too, so the client's own
//! work is in every figure; an empty handler measured the same way shows how much that is.

use std::time::{Duration, Instant};

mod http;
mod limits;
mod server;

use http::Target;
use server::Server;

/// How long each figure is measured.
const LASTS: Duration = Duration::from_secs(5);
const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Customers, each with a charge large enough to take all payments of a run.
const CUSTOMERS: usize = 500;

fn main() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| e.to_string())?;
    runtime.block_on(run())
}

async fn run() -> Result<(), String> {
    let place = server::place()?;
    println!("limits of this machine, measured now");
    let fsyncs = limits::fsyncs(&place, LASTS)?;
    println!("  fdatasync of 4 KiB in {}: {fsyncs}/s", place.display());
    let empty = limits::empty_handler().await?;
    for connections in CONNECTIONS {
        let figure = measure(&empty, connections).await?;
        println!("  empty handler, {connections:>2} connections: {figure}");
    }
    let postgres = std::env::var("OWED_TEST_POSTGRES_URL").ok();
    let engines = [("SQLite", None), ("PostgreSQL", postgres.as_deref())];
    for (name, url) in engines {
        if name == "PostgreSQL" && url.is_none() {
            println!("\nPostgreSQL is left out: OWED_TEST_POSTGRES_URL is not set");
            continue;
        }
        engine(name, url, &place, fsyncs).await?;
    }
    std::fs::remove_dir_all(&place).map_err(|e| format!("cannot remove {}: {e}", place.display()))
}

async fn engine(name: &str, url: Option<&str>, place: &std::path::Path, fsyncs: u64) -> Result<(), String> {
    println!("\n{name}");
    let (server, started) = Server::start(name, url, place).await?;
    println!("  start-up until it listens: {} ms; resident memory then: {} MB", started.as_millis(), server.resident_mb()?);
    let target = server.payments(CUSTOMERS).await?;
    let bound = match url {
        None => limits::one_transaction_sqlite(place)?,
        Some(url) => limits::one_transaction_postgres(url).await?,
    };
    println!("  the same rows in one transaction: {bound}/s");
    for connections in CONNECTIONS {
        let figure = measure(&target, connections).await?;
        let of_bound = figure.per_second * 100 / bound.max(1);
        let of_fsync = figure.per_second * 100 / fsyncs.max(1);
        println!(
            "  record a payment, {connections:>2} connections: {figure}  ({of_bound} % of one transaction, {of_fsync} % of the fsync rate)"
        );
    }
    println!("  resident memory afterwards: {} MB", server.resident_mb()?);
    server.stop().await
}

/// Requests per second with the middle and the slowest hundredth of their times.
struct Figure {
    per_second: u64,
    p50: Duration,
    p99: Duration,
    refused: u64,
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (p50, p99) = (self.p50.as_micros(), self.p99.as_micros());
        write!(
            f,
            "{:>6}/s, p50 {}.{:02} ms, p99 {}.{:02} ms",
            self.per_second,
            p50 / 1000,
            p50 % 1000 / 10,
            p99 / 1000,
            p99 % 1000 / 10
        )?;
        if self.refused > 0 { write!(f, ", {} not 2xx", self.refused) } else { Ok(()) }
    }
}

async fn measure(target: &Target, connections: usize) -> Result<Figure, String> {
    // One second to warm up is not counted.
    let begin = Instant::now() + Duration::from_secs(1);
    let until = begin + LASTS;
    let clients: Vec<_> = (0..connections)
        .map(|n| {
            let target = target.clone();
            tokio::spawn(async move { http::client(&target, n, begin, until).await })
        })
        .collect();
    let (mut times, mut refused) = (Vec::new(), 0);
    for client in clients {
        let (measured, bad) = client.await.map_err(|e| e.to_string())??;
        times.extend(measured);
        refused += bad;
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).or(times.last()).copied().unwrap_or_default();
    let per_second = times.len() as u64 / LASTS.as_secs().max(1);
    Ok(Figure { per_second, p50: at(50), p99: at(99), refused })
}
