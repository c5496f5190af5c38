//! Flows of one batch that want the same rows: each must see what the one before it did, as if it had waited for its commit.

use std::sync::atomic::Ordering;

use super::batches::hold;
use super::*;
use crate::db::{Expect, Row};
use crate::error::Error;

/// Runs so many flows in one batch and answers their results in order.
async fn in_one_batch<T, F>(bench: &Bench, count: u64, flow: impl Fn(u64) -> F) -> Vec<Result<T>>
where
    F: AsyncFn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    let (free, held) = hold(&bench.db, bench.business).await;
    let before = bench.db.numbers();
    let mut flows = Vec::new();
    for number in 0..count {
        let (db, business, flow) = (bench.db.clone(), bench.business, flow(number));
        flows.push(tokio::spawn(async move { db.write(business, flow).await }));
        // One after the other, so that they stand in the queue in their order.
        while bench.db.numbers().waiting <= number {
            tokio::task::yield_now().await;
        }
    }
    free.store(true, Ordering::SeqCst);
    held.await.expect("the task ends").expect("the holding flow succeeds");
    let mut results = Vec::new();
    for flow in flows {
        results.push(flow.await.expect("the task ends"));
    }
    let after = bench.db.numbers();
    assert_eq!((after.flows - before.flows, after.batches - before.batches), (count + 1, 2), "all share one commit");
    results
}

#[test]
fn numbers_have_no_gap_and_totals_add_up() {
    on_both(async |bench| {
        let business = bench.business;
        let results = in_one_batch(bench, 80, |_| {
            async move |tx: &mut Tx<'_>| {
                let counter = tx.lock::<Tally>(&[&business, &"series"]).await?;
                let row =
                    |name: &str, total| Tally { business_id: business, name: name.to_owned(), total, at: tx.now(), note: None };
                let number = counter.as_ref().map_or(1, |counter| counter.total);
                let (next, sum) = (row("series", number + 1), row("sum", number));
                // A refused act takes no number.
                if number % 10 == 0 && counter.is_some_and(|counter| counter.note.is_none()) {
                    tx.set(&Tally { note: Some("refused once".to_owned()), ..next });
                    return Err(Error::refused("NOT_NOW", "Not now."));
                }
                let item = fresh(tx, &format!("NUM-{number}"), number);
                if number == 1 {
                    tx.insert(&next)
                } else {
                    tx.set(&next)
                }
                tx.bump_and_set(&sum, &["total"], &["at"]);
                tx.insert(&item);
                Ok(number)
            }
        })
        .await;
        let numbers: Vec<i64> = results.iter().flatten().copied().collect();
        // From 10 on everybody is refused, because a refusal leaves nothing behind, not even its note.
        assert_eq!(numbers, (1..10).collect::<Vec<i64>>());
        assert_eq!(results.iter().filter(|result| result.is_err()).count(), 71);
        let tallies = bench.db.read(async move |reader| {
            Ok((reader.get::<Tally>(&[&business, &"series"]).await?, reader.get::<Tally>(&[&business, &"sum"]).await?))
        });
        let (series, sum) = tallies.await.expect("a read");
        assert_eq!((series.map(|tally| tally.total), sum.map(|tally| tally.total)), (Some(10), Some(45)));
        assert_eq!(bench.sum().await.count, 9);
    });
}

sql!(ALLOCATED, "select allocated from item where business_id = $1 and id = $2");
sql!(ALLOCATED_LOCKED, "select allocated from item where business_id = $1 and id = $2 {for_update}");

#[test]
fn whoever_waited_for_a_lock_sees_what_was_written_under_it() {
    on_both(async |bench| {
        let item = bench.item("shared", 1_000).await;
        for round in 0..3 {
            let results = in_one_batch(bench, 30, |_| {
                let item = item.clone();
                async move |tx: &mut Tx<'_>| {
                    let key: [&dyn crate::db::ToValue; 2] = [&item.business_id, &item.id];
                    // By its key, by a query that locks, or the one after the other.
                    let seen = match round {
                        0 => tx.lock::<Item>(&key).await?.ok_or(Error::NotFound)?.allocated,
                        1 => tx.query_opt::<Row>(&ALLOCATED_LOCKED, &key).await?.ok_or(Error::NotFound)?.get("allocated")?,
                        _ => {
                            tx.lock::<Item>(&key).await?;
                            tx.query_opt::<Row>(&ALLOCATED, &key).await?.ok_or(Error::NotFound)?.get("allocated")?
                        }
                    };
                    tx.execute(&ALLOCATE, &[&item.business_id, &item.id, &1_i64], Expect::Exactly(1));
                    Ok(seen)
                }
            })
            .await;
            let mut seen: Vec<i64> = results.into_iter().map(|result| result.expect("a value")).collect();
            seen.sort_unstable();
            assert_eq!(seen, (round * 30..round * 30 + 30).collect::<Vec<i64>>());
        }
        assert_eq!(bench.look(&item).await.allocated, 90);
    });
}

#[test]
fn locks_by_key_and_by_query_keep_each_other_out() {
    on_both(async |bench| {
        let item = bench.item("shared", 1_000).await;
        let results = in_one_batch(bench, 40, |number| {
            let item = item.clone();
            async move |tx: &mut Tx<'_>| {
                let key: [&dyn crate::db::ToValue; 2] = [&item.business_id, &item.id];
                if number % 2 == 0 {
                    tx.query_opt::<Row>(&ALLOCATED_LOCKED, &key).await?.ok_or(Error::NotFound)?;
                }
                let mut found = tx.lock::<Item>(&key).await?.ok_or(Error::NotFound)?;
                found.allocated += 1;
                tx.set(&found);
                Ok(())
            }
        })
        .await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(bench.look(&item).await.allocated, 40);
    });
}

#[test]
fn one_key_many_times_in_one_batch_has_one_effect_and_needs_no_second_run() {
    on_both(async |bench| {
        let results = in_one_batch(bench, 50, |number| {
            async move |tx: &mut Tx<'_>| {
                let key = format!("key {}", number % 5);
                if let Some(prior) = tx.claim("usr_x", Some(&key), b"h").await? {
                    return Ok((false, prior.answer.unwrap_or_default()));
                }
                let item = fresh(tx, &key, 1);
                tx.insert(&item);
                let event = event(tx, "usr_x", Some(&key), b"h", &item.id.to_string());
                tx.emit(&event);
                Ok((true, item.id.to_string()))
            }
        })
        .await;
        let results: Vec<(bool, String)> = results.into_iter().map(|result| result.expect("an answer")).collect();
        assert_eq!(results.iter().filter(|(first, _)| *first).count(), 5);
        for (number, (_, answer)) in results.iter().enumerate() {
            assert_eq!(*answer, results[number % 5].1);
        }
        assert_eq!((bench.sum().await.count, bench.db.numbers().reruns), (5, 0));
    });
}

#[test]
fn flows_of_one_batch_that_wait_for_each_other_are_taken_apart() {
    on_both(async |bench| {
        let (a, b) = (bench.item("a", 1_000).await, bench.item("b", 1_000).await);
        let (free, held) = hold(&bench.db, bench.business).await;
        let racing: Vec<_> = (0..30)
            .map(|number| {
                let (first, second) = if number % 2 == 0 { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
                let db = bench.db.clone();
                tokio::spawn(async move {
                    db.write(first.business_id, async move |tx: &mut Tx<'_>| {
                        let one = tx.lock::<Item>(&[&first.business_id, &first.id]).await?;
                        let two = tx.lock::<Item>(&[&second.business_id, &second.id]).await?;
                        for mut item in [one, two].into_iter().flatten() {
                            item.allocated += 1;
                            tx.set(&item);
                        }
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        while bench.db.numbers().waiting < 30 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        free.store(true, Ordering::SeqCst);
        held.await.expect("the task ends").expect("the holding flow succeeds");
        for flow in racing {
            assert_eq!(flow.await.expect("the task ends"), Ok(()));
        }
        assert_eq!((bench.look(&a).await.allocated, bench.look(&b).await.allocated), (30, 30));
    });
}

#[test]
fn rows_of_many_flows_go_in_whatever_their_number() {
    on_both(async |bench| {
        let business = bench.business;
        let results = in_one_batch(bench, 100, |number| {
            async move |tx: &mut Tx<'_>| {
                for part in 0..=number % 3 {
                    let item = fresh(tx, &format!("{number}/{part}"), 10);
                    tx.insert(&item);
                    tx.execute(&ALLOCATE, &[&business, &item.id, &1_i64], Expect::Exactly(1));
                }
                let name = format!("tally {}", number % 7);
                tx.bump_and_set(&Tally { business_id: business, name, total: 1, at: tx.now(), note: None }, &["total"], &[]);
                let event = event(tx, "usr_x", None, b"h", "answer");
                tx.emit(&event);
                Ok(())
            }
        })
        .await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(bench.sum().await, Sum { count: 199, total: 199 });
        sql!(
            TALLIES,
            "select cast(count(*) as bigint) as count, cast(sum(total) as bigint) as total from tally where business_id = $1"
        );
        let tallies: Sum =
            bench.db.read(async move |reader| reader.query_one(&TALLIES, &[&business]).await).await.expect("a sum");
        assert_eq!(tallies, Sum { count: 7, total: 100 });
    });
}

#[test]
fn gathered_writes_keep_their_order_where_it_matters() {
    on_both(async |bench| {
        let old = bench.item("taken", 1).await;
        let results = in_one_batch(bench, 6, |number| {
            let old = old.clone();
            async move |tx: &mut Tx<'_>| {
                let item = match number {
                    // The name becomes free in between, and both rows that want one are of the same table.
                    1 => {
                        tx.lock::<Item>(&[&old.business_id, &old.id]).await?;
                        let mut old = old.clone();
                        old.name = "left".to_owned();
                        tx.set(&old);
                        return Ok(());
                    }
                    2 => fresh(tx, "taken", 5),
                    _ => fresh(tx, &format!("other {number}"), 5),
                };
                tx.insert(&item);
                tx.execute(&ALLOCATE, &[&item.business_id, &item.id, &1_i64], Expect::Exactly(1));
                Ok(())
            }
        })
        .await;
        assert_eq!(results, vec![Ok(()); 6]);
        assert_eq!(bench.sum().await, Sum { count: 6, total: 5 });
    });
}
