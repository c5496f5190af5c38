//! Flows that share a commit: what one does, suffers or refuses must not touch the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::db::queue::QUEUE_LIMIT;
use crate::db::{Expect, ToValue};
use crate::error::{Error, Refusal};

/// Queues a flow that keeps the worker busy until it is let go, so that what follows shares one batch. Answers the release.
pub(super) async fn hold(db: &Db, business: BusinessId) -> (Arc<AtomicBool>, tokio::task::JoinHandle<Result<()>>) {
    let (held, free) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (db, holds, waits) = (db.clone(), held.clone(), free.clone());
    let task = tokio::spawn(async move {
        db.write(business, async move |_: &mut Tx<'_>| {
            holds.store(true, Ordering::SeqCst);
            while !waits.load(Ordering::SeqCst) {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            Ok(())
        })
        .await
    });
    while !held.load(Ordering::SeqCst) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    (free, task)
}

#[test]
fn a_failing_flow_leaves_nothing_and_harms_no_other_in_its_batch() {
    on_both(async |bench| {
        let (business, before) = (bench.business, bench.db.numbers());
        let (free, held) = hold(&bench.db, business).await;
        let flows = (0..40_i64).map(|number| {
            let db = bench.db.clone();
            async move {
                db.write(business, async move |tx: &mut Tx<'_>| {
                    let item = fresh(tx, &format!("item {number}"), 10);
                    let twin = fresh(tx, &item.name, 1);
                    tx.insert(&item);
                    match number % 5 {
                        // Refused by a rule, after writing.
                        0 => return Err(Error::refused("NOT_NOW", "Not now.")),
                        // Refused by the database: the same name twice.
                        1 => tx.insert(&twin),
                        // Refused by the database: more than there is.
                        2 => tx.execute(&ALLOCATE, &[&business, &item.id, &11_i64], Expect::Exactly(1)),
                        3 => panic!("a test that panics"),
                        _ => tx.execute(&ALLOCATE, &[&business, &item.id, &number], Expect::Any),
                    }
                    Ok(number)
                })
                .await
            }
        });
        let flows: Vec<_> = flows.map(tokio::spawn).collect();
        while bench.db.numbers().waiting < 40 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        free.store(true, Ordering::SeqCst);
        held.await.expect("the task ends").expect("the holding flow succeeds");
        for (number, flow) in (0_i64..).zip(flows) {
            let outcome = flow.await.expect("the task ends");
            match number % 5 {
                0 => assert_eq!(outcome, Err(Error::refused("NOT_NOW", "Not now."))),
                1 => assert_eq!(outcome, Err(Error::Broken { constraint: "item_name".to_owned() })),
                2 => assert_eq!(outcome, Err(Error::Broken { constraint: "ALLOCATE".to_owned() })),
                3 => assert_eq!(outcome, Err(Error::Fault("a flow panicked: a test that panics".to_owned()))),
                _ => assert_eq!(outcome, Ok(number)),
            }
        }
        // 4 and 9 fit into 10; larger numbers change nothing, which was allowed.
        assert_eq!(bench.sum().await, Sum { count: 8, total: 4 + 9 });
        let after = bench.db.numbers();
        assert_eq!((after.flows - before.flows, after.refused - before.refused, after.waiting), (41, 32, 0));
        // SQLite undoes each failing flow by itself; PostgreSQL, which runs them side by side, first finds out which they are.
        let most = if bench.place.url.is_none() { 2 } else { 14 };
        assert!(after.batches - before.batches <= most, "the waiting flows share commits");
    });
}

#[test]
fn a_full_queue_is_answered_at_once_and_every_queued_flow_is_done() {
    on_both(async |bench| {
        let business = bench.business;
        let (free, held) = hold(&bench.db, business).await;
        let done = Arc::new(AtomicUsize::new(0));
        let flows: Vec<_> = (0..QUEUE_LIMIT + 50)
            .map(|_| {
                let (db, done) = (bench.db.clone(), done.clone());
                tokio::spawn(async move {
                    db.write(business, async move |_: &mut Tx<'_>| {
                        done.fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        let mut waited = 0;
        while bench.db.numbers().waiting < QUEUE_LIMIT as u64 && waited < 20_000 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            waited += 1;
        }
        // Let the rest find the queue full, and one caller hang up: its flow is done all the same.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        flows[0].abort();
        free.store(true, Ordering::SeqCst);
        held.await.expect("the task ends").expect("the holding flow succeeds");
        let mut busy = 0;
        for flow in flows {
            match flow.await {
                Ok(Err(Error::Busy { retry_after_s })) => busy += usize::from(retry_after_s > 0),
                Ok(outcome) => assert_eq!(outcome, Ok(())),
                Err(hung_up) => assert!(hung_up.is_cancelled()),
            }
        }
        assert_eq!((busy, done.load(Ordering::SeqCst)), (50, QUEUE_LIMIT));
    });
}

#[test]
fn reading_after_a_write_and_waiting_for_anything_else_are_faults() {
    on_both(async |bench| {
        let business = bench.business;
        let read_late = bench.db.write(business, async move |tx: &mut Tx<'_>| {
            let item = fresh(tx, "x", 1);
            tx.insert(&item);
            tx.query::<Sum>(&ITEMS, &[&business]).await
        });
        assert_eq!(read_late.await, Err(Error::Fault("a flow reads before it writes, never after".to_owned())));
        let waits = bench.db.write(business, async move |_: &mut Tx<'_>| {
            tokio::task::yield_now().await;
            Ok(())
        });
        assert_eq!(waits.await, Err(Error::Fault("a flow waited for something other than the database".to_owned())));
        let short_key = bench.db.write(business, async move |tx: &mut Tx<'_>| tx.get::<Item>(&[&business]).await);
        assert_eq!(short_key.await, Err(Error::Fault("a key of item has 2 parts, not 1".to_owned())));
        assert_eq!(bench.sum().await.count, 0);
    });
}

#[test]
fn rows_are_inserted_set_bumped_and_ignored() {
    on_both(async |bench| {
        let business = bench.business;
        let item = bench.item("a", 100).await;
        for round in 1..=3_i64 {
            let item = item.clone();
            bench
                .db
                .write(business, async move |tx: &mut Tx<'_>| {
                    let mut item = item.clone();
                    item.name = format!("round {round}");
                    item.allocated = round;
                    tx.set(&item);
                    tx.insert_or_ignore(&Item { amount: 7, name: item.name.clone(), ..item.clone() });
                    let tally = Tally {
                        business_id: business,
                        name: "t".to_owned(),
                        total: round,
                        at: Instant(round),
                        note: Some(round.to_string()),
                    };
                    tx.bump_and_set(&tally, &["total"], &["at"]);
                    Ok(())
                })
                .await
                .expect("the round is written");
        }
        assert_eq!(bench.look(&item).await, Item { name: "round 3".to_owned(), allocated: 3, ..item.clone() });
        let tally = bench.db.read(async move |reader| reader.get::<Tally>(&[&business, &"t"]).await).await.expect("a read");
        let expected =
            Tally { business_id: business, name: "t".to_owned(), total: 6, at: Instant(3), note: Some("1".to_owned()) };
        assert_eq!(tally, Some(expected));
        let missing = Item { id: Uuid::nil(), name: "none".to_owned(), ..item };
        let outcome = bench.db.write(business, async move |tx: &mut Tx<'_>| {
            tx.set(&missing);
            Ok(())
        });
        assert_eq!(outcome.await, Err(Error::Fault("0 rows of item were changed where one was expected".to_owned())));
    });
}

#[test]
fn broken_constraints_have_the_same_name_on_both_engines() {
    on_both(async |bench| {
        let business = bench.business;
        let item = bench.item("a", 100).await;
        let cases = [
            (Item { name: "b".to_owned(), ..item.clone() }, "item_pkey"),
            (Item { id: Uuid::nil(), ..item.clone() }, "item_name"),
            (Item { id: Uuid::nil(), name: "c".to_owned(), allocated: 101, ..item.clone() }, "item_allocated"),
        ];
        for (row, constraint) in cases {
            let outcome = bench.db.write(business, async move |tx: &mut Tx<'_>| {
                tx.insert(&row);
                Ok(())
            });
            assert_eq!(outcome.await, Err(Error::Broken { constraint: constraint.to_owned() }));
        }
        sql!(FORGET_NAME, "update item set name = null where business_id = $1");
        let outcome = bench.db.write(business, async move |tx: &mut Tx<'_>| {
            tx.execute(&FORGET_NAME, &[&business], Expect::Any);
            Ok(())
        });
        assert_eq!(outcome.await, Err(Error::Broken { constraint: "item.name".to_owned() }));
        let refusal = Refusal::new("EXCEEDS_OPEN", "More than is open.").with("open", 100);
        let expected = refusal.clone();
        let outcome = bench.db.write(business, async move |tx: &mut Tx<'_>| {
            tx.execute(&ALLOCATE, &[&business, &item.id, &101_i64], Expect::OrRefuse(1, refusal.clone()));
            Ok(())
        });
        assert_eq!(outcome.await, Err(Error::Refused(expected)));
    });
}

#[test]
fn several_rows_are_locked_in_the_order_of_their_keys() {
    on_both(async |bench| {
        let business = bench.business;
        let (a, b) = (bench.item("a", 1).await, bench.item("b", 2).await);
        let keys = [b.id, a.id, Uuid::nil(), b.id].map(|id| [business.to_value(), id.to_value()]).to_vec();
        let found = bench.db.write(business, async move |tx: &mut Tx<'_>| {
            let all = tx.lock_all::<Item, 2>(keys.clone());
            let one = tx.get::<Item>(&[&business, &a.id.to_value()]);
            Ok((all.await?, one.await?))
        });
        let (all, one) = found.await.expect("rows");
        assert_eq!(all.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(one.as_ref(), all.first());
    });
}

#[test]
fn shutting_down_finishes_the_queue_and_then_takes_nothing_more() {
    on_both(async |bench| {
        let business = bench.business;
        let (free, held) = hold(&bench.db, business).await;
        let flows: Vec<_> = (0..20)
            .map(|number| {
                let db = bench.db.clone();
                tokio::spawn(async move {
                    db.write(business, async move |tx: &mut Tx<'_>| {
                        let item = fresh(tx, &number.to_string(), 1);
                        tx.insert(&item);
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        while bench.db.numbers().waiting < 20 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let db = bench.db.clone();
        let down = tokio::task::spawn_blocking(move || db.shutdown());
        free.store(true, Ordering::SeqCst);
        down.await.expect("shut down");
        held.await.expect("the task ends").expect("the holding flow succeeds");
        for flow in flows {
            assert_eq!(flow.await.expect("the task ends"), Ok(()));
        }
        assert_eq!(bench.db.write(business, async |_: &mut Tx<'_>| Ok(())).await, Err(Error::Busy { retry_after_s: 1 }));
        let again = bench.another_node();
        let sum: Sum = again.read(async move |reader| reader.query_one(&ITEMS, &[&business]).await).await.expect("a sum");
        assert_eq!(sum.count, 20);
    });
}
