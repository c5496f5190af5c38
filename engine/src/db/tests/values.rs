//! What goes in comes out, and one read sees one moment.

use super::*;
use crate::db::{Row, Value};
use crate::error::Error;

#[test]
fn every_kind_of_value_survives_the_way_there_and_back() {
    on_both(async |bench| {
        let business = bench.business;
        let long = "ä'\"$1 \u{1F4B6}".repeat(5_000);
        let mut stored = Vec::new();
        for (number, text) in ["", "null", long.as_str()].into_iter().enumerate() {
            let tally = Tally {
                business_id: business,
                name: text.to_owned(),
                total: i64::MIN + number as i64,
                at: Instant(i64::MAX),
                note: None,
            };
            let event = TestEvent {
                business_id: business,
                id: EventId::new(&mut bench.db.ids()),
                actor: text.to_owned(),
                kind: "k".to_owned(),
                subject: "s".to_owned(),
                idempotency_key: (number > 0).then(|| text.to_owned()),
                request_hash: (number > 1).then(|| (0..=255).collect()),
                answer: None,
                body: Some(String::new()),
                status: Some(-1),
                created_at: Instant(0),
            };
            let rows = (tally.clone(), event.clone());
            let written = bench.db.write(business, async move |tx: &mut Tx<'_>| {
                tx.insert(&rows.0);
                tx.emit(&rows.1);
                Ok(())
            });
            written.await.expect("the rows are written");
            stored.push((tally, event));
        }
        for (tally, event) in stored {
            let (name, id) = (tally.name.clone(), event.id);
            let found = bench.db.read(async move |reader| {
                Ok((reader.get::<Tally>(&[&business, &name]).await?, reader.get::<TestEvent>(&[&business, &id]).await?))
            });
            assert_eq!(found.await, Ok((Some(tally), Some(event))));
        }
    });
}

#[test]
fn lists_find_what_they_name() {
    sql!(BY_ID, "select name from item where business_id = $1 and id {any_id:$2} order by name");
    sql!(BY_NAME, "select name from item where business_id = $1 and name {any_text:$2} order by name");
    on_both(async |bench| {
        let business = bench.business;
        let (a, _, c) = (bench.item("a", 1).await, bench.item("b", 2).await, bench.item("c'", 3).await);
        let ask = async |sql, list: Value| {
            let rows: Vec<Row> =
                bench.db.read(async move |reader| reader.query(sql, &[&business, &list]).await).await.expect("rows");
            rows.iter().map(|row| row.get("name")).collect::<Result<Vec<String>>>().expect("names")
        };
        assert_eq!(ask(&BY_ID, Value::ids([a.id, c.id, Uuid::nil()])).await, ["a", "c'"]);
        assert_eq!(ask(&BY_NAME, Value::texts(["c'", "b"])).await, ["b", "c'"]);
        assert_eq!(ask(&BY_NAME, Value::texts([""; 0])).await, Vec::<String>::new());
    });
}

#[test]
fn one_read_sees_one_moment() {
    on_both(async |bench| {
        let business = bench.business;
        bench.item("first", 1).await;
        let (db, twin) = (bench.db.clone(), bench.db.clone());
        let seen = db.read(async move |reader| {
            let before: Sum = reader.query_one(&ITEMS, &[&business]).await?;
            // Somebody else writes meanwhile. A read may not wait for it, so the test blocks the reader's thread.
            let id = twin.ids().next_uuid();
            let written = std::thread::spawn(move || {
                kit::block_on(twin.write(business, async move |tx: &mut Tx<'_>| {
                    tx.insert(&Item { business_id: business, id, name: "second".to_owned(), amount: 1, allocated: 0 });
                    Ok(())
                }))
            });
            written.join().expect("the thread ends")?;
            let after: Sum = reader.query_one(&ITEMS, &[&business]).await?;
            Ok((before.count, after.count))
        });
        assert_eq!(seen.await, Ok((1, 1)));
        assert_eq!(bench.sum().await.count, 2);
    });
}

#[test]
fn a_read_cannot_write() {
    sql!(DELETE_ALL, "delete from item where business_id = $1");
    on_both(async |bench| {
        let business = bench.business;
        bench.item("kept", 1).await;
        let outcome: Result<Vec<Row>> = bench.db.read(async move |reader| reader.query(&DELETE_ALL, &[&business]).await).await;
        assert!(outcome.is_err(), "{outcome:?}");
        assert_eq!(bench.sum().await.count, 1);
        // The reader that refused goes on reading.
        for _ in 0..20 {
            assert_eq!(bench.sum().await.count, 1);
        }
    });
}

#[test]
fn a_wrong_text_fails_its_flow_alone_and_says_which_it_was() {
    sql!(NONSENSE, "select nothing from nowhere where $1 = $2");
    on_both(async |bench| {
        let business = bench.business;
        let good = bench.db.write(business, async move |tx: &mut Tx<'_>| {
            let item = fresh(tx, "good", 1);
            tx.insert(&item);
            Ok(())
        });
        let bad = bench.db.write(business, async move |tx: &mut Tx<'_>| tx.query::<Row>(&NONSENSE, &[&1_i64, &2_i64]).await);
        let (good, bad) = tokio::join!(good, bad);
        assert_eq!(good, Ok(()));
        assert!(matches!(&bad, Err(Error::Fault(sentence)) if sentence.starts_with("NONSENSE: ")), "{bad:?}");
        assert_eq!(bench.sum().await.count, 1);
    });
}

#[test]
fn a_list_of_one_customer_does_not_walk_the_whole_business() {
    sql!(
        PLAN,
        "
        explain query plan select * from event where business_id = $1 and actor = $2 and idempotency_key is not null order by id"
    );
    let bench = Bench::on(Place::sqlite());
    let business = bench.business;
    let plan: Vec<Row> =
        kit::block_on(bench.db.read(async move |reader| reader.query(&PLAN, &[&business, &"usr_x"]).await)).expect("a plan");
    let steps: Vec<String> = plan.iter().map(|row| row.get("detail").expect("a step")).collect();
    assert!(steps[0].contains("USING INDEX event_idempotency (business_id=? AND actor=?"), "{steps:?}");
}
