//! SQLite as a file: who may open it, what a killed process leaves, what a full disk does.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;
use crate::db::{Expect, Row};
use crate::error::Error;

/// Set in the process that a test starts in order to kill it.
const CHILD: &str = "OWED_TEST_WRITE_UNTIL_KILLED";

#[test]
fn one_process_writes_and_others_read_beside_it() {
    let place = Place::sqlite();
    let bench = Bench::on(place);
    let refused =
        Db::open_with(&config(&bench.place), Clock::system(), SCHEMA).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        refused.starts_with("another process is writing to ") && refused.ends_with("only one may: stop it first"),
        "{refused}"
    );
    kit::block_on(async {
        bench.item("seen from beside", 1).await;
        let reading = DbConfig { mode: Mode::ReadOnly, ..config(&bench.place) };
        let beside = Db::open_with(&reading, Clock::system(), SCHEMA).expect("a reader");
        let business = bench.business;
        let sum: Sum = beside.read(async move |reader| reader.query_one(&ITEMS, &[&business]).await).await.expect("a sum");
        assert_eq!(sum.count, 1);
        let write = beside.write(business, async |_: &mut Tx<'_>| Ok(())).await;
        assert_eq!(write, Err(Error::Fault("this process only reads".to_owned())));
    });
    let Bench { db, place, business } = bench;
    drop(db);
    // Closed, the file can be opened again, by a reader first, and holds what was written.
    let reading = DbConfig { mode: Mode::ReadOnly, ..config(&place) };
    drop(Db::open_with(&reading, Clock::system(), SCHEMA).expect("a reader of a file at rest"));
    let again = open(&place);
    let sum: Sum = kit::block_on(again.read(async move |reader| reader.query_one(&ITEMS, &[&business]).await)).expect("a sum");
    assert_eq!(sum.count, 1);
}

#[test]
fn there_is_nothing_to_read_where_there_is_no_file() {
    let place = Place::sqlite();
    let reading = DbConfig { mode: Mode::ReadOnly, ..config(&place) };
    let refused = Db::open_with(&reading, Clock::system(), SCHEMA).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.starts_with("there is no database at "), "{refused}");
}

/// The same test is both processes: it starts itself with [`CHILD`] set, and kills that after some answers.
#[test]
fn what_was_answered_before_a_kill_is_there_and_the_lock_is_free() {
    if let Ok(data) = std::env::var(CHILD) {
        write_until_killed(Place { data: data.into(), url: None });
    }
    let place = Place::sqlite();
    let program = std::env::current_exe().expect("this test's program");
    for answers in [1, 7, 40, 300] {
        let mut child = Command::new(&program)
            .args(["--exact", "db::tests::files::what_was_answered_before_a_kill_is_there_and_the_lock_is_free", "--nocapture"])
            .env(CHILD, &place.data)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child process");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let answered =
            lines.map_while(std::result::Result::ok).filter(|line| line.starts_with("done ")).take(answers).collect::<Vec<_>>();
        child.kill().expect("the child is killed");
        child.wait().expect("the child ends");
        assert_eq!(answered.len(), answers);
        // A check may come before the next server: it reads what the killed one left in its log, and repairs nothing.
        let reading = DbConfig { mode: Mode::ReadOnly, ..config(&place) };
        let beside = Db::open_with(&reading, Clock::system(), SCHEMA).expect("a reader of what a killed process left");
        let seen: Sum = kit::block_on(beside.read(async |reader| reader.query_one(&ITEMS, &[&BusinessId(Uuid::nil())]).await))
            .expect("a sum");
        assert!(seen.count >= answers as i64);
        drop(beside);
        let db = open(&place);
        kit::block_on(async {
            for line in &answered {
                let id: Uuid = line.trim_start_matches("done ").parse().expect("an id");
                let item = db
                    .read(async move |reader| reader.get::<Item>(&[&BusinessId(Uuid::nil()), &id]).await)
                    .await
                    .expect("a read");
                let tally = db.read(async move |reader| reader.get::<Tally>(&[&BusinessId(Uuid::nil()), &id.to_string()]).await);
                assert!(item.is_some() && tally.await.expect("a read").is_some(), "{line} is wholly there");
            }
            let halves: Row = db.read(async |reader| reader.query_one(&HALVES, &[]).await).await.expect("a count");
            assert_eq!(halves.get::<i64>("halves"), Ok(0));
        });
    }
}

sql!(
    HALVES,
    "
    select (select count(*) from item) - (select count(*) from tally) as halves"
);

fn write_until_killed(place: Place) -> ! {
    let db = open(&place);
    // Whoever is killed cannot tidy up, and the parent still needs the folder.
    std::mem::forget(place);
    let business = BusinessId(Uuid::nil());
    let writer = async |number: i64| -> ! {
        loop {
            let done = db.write(business, async move |tx: &mut Tx<'_>| {
                let mut item = fresh(tx, "", number);
                item.name = item.id.to_string();
                tx.insert(&item);
                tx.insert(&Tally { business_id: business, name: item.name, total: 1, at: tx.now(), note: None });
                Ok(item.id)
            });
            println!("\ndone {}", done.await.expect("it is written"));
        }
    };
    kit::block_on(async { tokio::join!(writer(1), writer(2), writer(3), writer(4)).0 })
}

#[test]
fn a_full_disk_is_said_so_leaves_nothing_half_and_passes() {
    // SQLite reports a file that may not grow exactly as it reports a full disk.
    sql!(NO_MORE_PAGES, "pragma max_page_count = 20");
    sql!(PLENTY_OF_PAGES, "pragma max_page_count = 1000000");
    let bench = Bench::on(Place::sqlite());
    let business = bench.business;
    let fill = async |name: &'static str| {
        bench
            .db
            .write(business, async move |tx: &mut Tx<'_>| {
                for _ in 0..200 {
                    let mut item = fresh(tx, name, 1);
                    item.name = format!("{name} {} {}", item.id, "x".repeat(900));
                    tx.insert(&item);
                }
                Ok(())
            })
            .await
    };
    let limit =
        async |sql| bench.db.write(business, async move |tx: &mut Tx<'_>| tx.query::<Row>(sql, &[]).await.map(|_| ())).await;
    kit::block_on(async {
        limit(&NO_MORE_PAGES).await.expect("a limit");
        for _ in 0..3 {
            assert_eq!(fill("too much").await, Err(Error::NoSpace));
            assert_eq!(bench.sum().await.count, 0, "reading goes on");
        }
        limit(&PLENTY_OF_PAGES).await.expect("no limit");
        assert_eq!(fill("enough room").await, Ok(()));
        assert_eq!(bench.sum().await.count, 200);
        assert_eq!(bench.db.ready().await, Ok(()));
    });
}

#[test]
fn a_failed_disk_ends_all_writing_but_not_reading() {
    let bench = Bench::on(Place::sqlite());
    kit::block_on(async {
        bench.item("before", 1).await;
        let crate::db::Engine::Sqlite(sqlite) = &bench.db.0.engine else { panic!("this is SQLite") };
        sqlite.state.fail("as if a flush had failed");
        let outcome = bench.db.write(bench.business, async |_: &mut Tx<'_>| Ok(())).await;
        let expected = Err(Error::Fault("the disk failed; nothing is written until this process is started anew".to_owned()));
        assert_eq!((outcome, bench.db.ready().await), (expected.clone(), expected));
        assert_eq!(bench.sum().await.count, 1);
    });
}

#[test]
fn the_log_is_emptied_and_the_settings_hold() {
    sql!(
        SETTINGS,
        "select (select journal_mode from pragma_journal_mode) as journal, (select synchronous from pragma_synchronous) as sync,
        (select foreign_keys from pragma_foreign_keys) as keys"
    );
    sql!(AUTOCHECKPOINT, "pragma wal_autocheckpoint");
    let bench = Bench::on(Place::sqlite());
    let business = bench.business;
    let both = bench.db.write(business, async move |tx: &mut Tx<'_>| {
        Ok((
            tx.query_opt::<Row>(&SETTINGS, &[]).await?.ok_or(Error::NotFound)?,
            tx.query_opt::<Row>(&AUTOCHECKPOINT, &[]).await?.ok_or(Error::NotFound)?,
        ))
    });
    let (settings, autocheckpoint) = kit::block_on(both).expect("settings");
    assert_eq!(settings.get::<String>("journal"), Ok("wal".to_owned()));
    assert_eq!((settings.get::<i64>("sync"), settings.get::<i64>("keys")), (Ok(2), Ok(1)));
    assert_eq!(autocheckpoint.get::<i64>("wal_autocheckpoint"), Ok(0));
    kit::block_on(async {
        for number in 0..50 {
            let item = bench.item(&format!("{number}"), 1).await;
            bench
                .db
                .write(business, async move |tx: &mut Tx<'_>| {
                    tx.execute(&ALLOCATE, &[&business, &item.id, &1_i64], Expect::Exactly(1));
                    Ok(())
                })
                .await
                .expect("allocated");
        }
    });
    assert!(bench.db.numbers().wal_bytes > 0);
    bench.db.shutdown();
    assert_eq!(bench.db.numbers().wal_bytes, 0, "closing leaves one file that can be copied");
}
