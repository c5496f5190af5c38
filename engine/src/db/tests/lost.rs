//! PostgreSQL that goes away: in between, under a read, and at the worst moment, COMMIT.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::*;
use crate::error::Error;

const KILL: &str =
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'owed' and datname = current_database()";

#[test]
fn connections_that_died_in_between_are_replaced_unnoticed() {
    on_postgres(async |bench| {
        let outside = kit::client(bench.place.url.as_deref().expect("a URL")).await;
        for round in 0..5 {
            bench.item(&format!("before {round}"), 1).await;
            assert_eq!(bench.sum().await.count, 2 * round + 1);
            outside.execute(KILL, &[]).await.expect("the connections are ended");
            bench.item(&format!("after {round}"), 1).await;
            assert_eq!(bench.sum().await.count, 2 * round + 2);
        }
    });
}

#[test]
fn a_server_that_is_gone_is_said_so_quickly_and_found_again() {
    on_postgres(async |bench| {
        let proxy = Proxy::before(bench.place.url.as_deref().expect("a URL"));
        let db = Db::open_with(&DbConfig { url: Some(proxy.url.clone()), ..config(&bench.place) }, Clock::system(), SCHEMA)
            .expect("opens");
        let business = bench.business;
        let write =
            async || db.write(business, async |tx: &mut Tx<'_>| tx.query_opt::<Sum>(&ITEMS, &[&tx.business()]).await).await;
        assert!(write().await.is_ok());
        proxy.set(CLOSED);
        let begun = std::time::Instant::now();
        for _ in 0..3 {
            assert_eq!(write().await, Err(Error::Busy { retry_after_s: 3 }));
            assert_eq!(db.ready().await, Err(Error::Busy { retry_after_s: 3 }));
        }
        assert!(begun.elapsed().as_secs() < 20, "nobody waits for a server that is away");
        proxy.set(OPEN);
        let mut tries = 0;
        while write().await.is_err() || db.ready().await.is_err() {
            tries += 1;
            assert!(tries < 50, "it is found again");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    });
}

#[test]
fn when_the_connection_is_lost_at_commit_the_same_key_finds_out() {
    on_postgres(async |bench| {
        let proxy = Proxy::before(bench.place.url.as_deref().expect("a URL"));
        let db = Db::open_with(&DbConfig { url: Some(proxy.url.clone()), ..config(&bench.place) }, Clock::system(), SCHEMA)
            .expect("opens");
        let business = bench.business;
        let pay = async |key: String| {
            db.write(business, async move |tx: &mut Tx<'_>| {
                if tx.claim("key_x", Some(&key), b"h").await?.is_some() {
                    return Ok("again");
                }
                let item = fresh(tx, &key, 1);
                tx.insert(&item);
                let event = event(tx, "key_x", Some(&key), b"h", "answer");
                tx.emit(&event);
                Ok("first")
            })
            .await
        };
        for (round, (mode, then)) in
            [(CUT_BEFORE_COMMIT, "first"), (CUT_AFTER_COMMIT, "again")].into_iter().cycle().take(12).enumerate()
        {
            let key = format!("round {round}");
            proxy.set(mode);
            assert!(matches!(pay(key.clone()).await, Err(Error::Busy { .. })), "nobody knows the outcome");
            proxy.set(OPEN);
            let answer = loop {
                match pay(key.clone()).await {
                    Ok(answer) => break answer,
                    Err(error) => assert!(matches!(error, Error::Busy { .. }), "{error}"),
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            };
            assert_eq!(answer, then, "the key tells whether it had happened");
            assert_eq!(bench.sum().await.count, round as i64 + 1, "once");
        }
    });
}

#[test]
fn a_server_that_may_lose_what_it_confirmed_is_refused() {
    let place = Place::postgres();
    let url = place.url.clone().expect("a URL");
    let name = url.rsplit('/').next().expect("a database").to_owned();
    kit::block_on(async {
        let outside = kit::client(&url).await;
        outside.batch_execute(&format!("alter database {name} set synchronous_commit = off")).await.expect("set");
    });
    let refused =
        Db::open_with(&config(&place), Clock::system(), SCHEMA).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("synchronous_commit = off") && refused.contains("may lose"), "{refused}");
}

#[test]
fn a_url_that_leads_nowhere_says_so() {
    let place = Place::sqlite();
    let config = DbConfig { url: Some("postgres://nobody@127.0.0.1:1/none?connect_timeout=1".to_owned()), ..config(&place) };
    let refused = Db::open_with(&config, Clock::system(), SCHEMA).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.starts_with("cannot reach the database: "), "{refused}");
    let nonsense = DbConfig { url: Some("postgres://x?sslmode=perhaps".to_owned()), ..config };
    let refused = Db::open_with(&nonsense, Clock::system(), SCHEMA).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.starts_with("the database URL: "), "{refused}");
}

const OPEN: u8 = 0;
const CLOSED: u8 = 1;
/// Cuts the connection when it sees COMMIT, which the server never gets.
const CUT_BEFORE_COMMIT: u8 = 2;
/// Lets COMMIT through and cuts before the answer comes back.
const CUT_AFTER_COMMIT: u8 = 3;
/// A simple query of the wire protocol.
const COMMIT: &[u8] = b"Q\0\0\0\x0bcommit\0";

/// A way to the server that can be cut.
struct Proxy {
    url: String,
    mode: Arc<AtomicU8>,
}

impl Proxy {
    fn before(url: &str) -> Proxy {
        let (head, tail) = url.split_once('@').expect("the URL names a user");
        let (server, database) = tail.split_once('/').expect("the URL names a database");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (mode, server) = (Arc::new(AtomicU8::new(OPEN)), server.to_owned());
        let shared = mode.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if shared.load(Ordering::SeqCst) == CLOSED {
                    continue;
                }
                let far = TcpStream::connect(&server).expect("the server is there");
                let (mode, back) = (shared.clone(), shared.clone());
                let ends = (near.try_clone().expect("a twin"), far.try_clone().expect("a twin"));
                std::thread::spawn(move || pump(near, far, &mode, true));
                std::thread::spawn(move || pump(ends.1, ends.0, &back, false));
            }
        });
        Proxy { url: format!("{head}@127.0.0.1:{port}/{database}"), mode }
    }

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, mode: &AtomicU8, to_server: bool) {
    let mut buffer = [0_u8; 16_384];
    from.set_read_timeout(Some(std::time::Duration::from_millis(20))).expect("a timeout");
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                if mode.load(Ordering::SeqCst) == CLOSED {
                    break;
                }
                continue;
            }
            Err(_) => break,
        };
        let bytes = &buffer[..read];
        let mode = mode.load(Ordering::SeqCst);
        let commit = to_server && bytes.windows(COMMIT.len()).any(|window| window == COMMIT);
        if mode == CLOSED || (mode == CUT_BEFORE_COMMIT && commit) {
            break;
        }
        if mode == CUT_AFTER_COMMIT && commit {
            // The caller hears nothing more, while the server finishes.
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.write_all(bytes);
            std::thread::sleep(std::time::Duration::from_millis(100));
            break;
        }
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
