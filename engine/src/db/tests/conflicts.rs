//! Several nodes at the same rows: locks, guarded updates, deadlocks.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};

use super::*;
use crate::db::{Expect, ToValue};
use crate::error::{Error, Refusal};

fn exceeds() -> Refusal {
    Refusal::new("EXCEEDS_OPEN", "More than is open.")
}

#[test]
fn the_last_hundred_is_given_once_by_a_guarded_update() {
    on_both(async |bench| {
        let mut nodes = vec![bench.db.clone()];
        if bench.place.url.is_some() {
            nodes.extend([bench.another_node(), bench.another_node()]);
        }
        for round in 0..20 {
            let item = bench.item(&format!("round {round}"), 10_000).await;
            let racing = (0..12).map(|number| {
                let (db, item) = (nodes[number % nodes.len()].clone(), item.clone());
                async move {
                    db.write(item.business_id, async move |tx: &mut Tx<'_>| {
                        tx.execute(&ALLOCATE, &[&item.business_id, &item.id, &6_000_i64], Expect::OrRefuse(1, exceeds()));
                        Ok(())
                    })
                    .await
                }
            });
            let won = all_of(racing).await.into_iter().filter(|outcome| match outcome {
                Ok(()) => true,
                Err(refused) => {
                    assert_eq!(*refused, Error::Refused(exceeds()));
                    false
                }
            });
            assert_eq!((won.count(), bench.look(&item).await.allocated), (1, 6_000));
        }
    });
}

#[test]
fn what_is_locked_is_read_as_the_last_one_left_it() {
    on_both(async |bench| {
        let mut nodes = vec![bench.db.clone()];
        if bench.place.url.is_some() {
            nodes.extend([bench.another_node(), bench.another_node()]);
        }
        let item = bench.item("shared", 10_000).await;
        let racing = (0..150).map(|number| {
            let (db, item) = (nodes[number % nodes.len()].clone(), item.clone());
            async move {
                db.write(item.business_id, async move |tx: &mut Tx<'_>| {
                    let found = tx.lock::<Item>(&[&item.business_id, &item.id]).await?;
                    let mut found = found.ok_or(Error::NotFound)?;
                    if found.allocated + 100 > found.amount {
                        return Err(exceeds().into());
                    }
                    found.allocated += 100;
                    tx.set(&found);
                    Ok(())
                })
                .await
            }
        });
        let outcomes = all_of(racing).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 100);
        assert!(outcomes.iter().flat_map(|outcome| outcome.as_ref().err()).all(|error| *error == Error::Refused(exceeds())));
        assert_eq!(bench.look(&item).await.allocated, 10_000);
    });
}

#[test]
fn flows_that_lock_in_opposite_orders_all_succeed_in_the_end() {
    on_postgres(async |bench| {
        let nodes = [bench.db.clone(), bench.another_node()];
        let (a, b) = (bench.item("a", 1_000_000).await, bench.item("b", 1_000_000).await);
        for round in 1..=2 {
            let met = Arc::new(Barrier::new(2));
            let racing = [(a.clone(), b.clone()), (b.clone(), a.clone())].into_iter().zip(&nodes).map(|((first, second), db)| {
                let (db, met, runs) = (db.clone(), met.clone(), AtomicU32::new(0));
                async move {
                    db.write(first.business_id, async move |tx: &mut Tx<'_>| {
                        let one = tx.lock::<Item>(&[&first.business_id, &first.id]).await?;
                        // The first time, each waits until the other has its row.
                        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                            met.wait();
                        }
                        let two = tx.lock::<Item>(&[&second.business_id, &second.id]).await?;
                        for mut item in [one, two].into_iter().flatten() {
                            item.allocated += 1;
                            tx.set(&item);
                        }
                        Ok(())
                    })
                    .await
                }
            });
            assert_eq!(all_of(racing.collect::<Vec<_>>()).await, [Ok(()), Ok(())]);
            assert_eq!((bench.look(&a).await.allocated, bench.look(&b).await.allocated), (2 * round, 2 * round));
            let reruns: u64 = nodes.iter().map(|node| node.numbers().reruns).sum();
            assert!(reruns >= round as u64, "at least one of the two was the victim and ran again");
        }
    });
}

#[test]
fn locking_many_in_any_order_never_meets_a_deadlock() {
    on_postgres(async |bench| {
        let nodes = [bench.db.clone(), bench.another_node()];
        let (a, b) = (bench.item("a", 1_000_000).await, bench.item("b", 1_000_000).await);
        let racing = (0..40).map(|number: usize| {
            let mut ids = [a.id, b.id];
            ids.rotate_left(number % 2);
            let (db, business) = (nodes[number % 2].clone(), bench.business);
            async move {
                db.write(business, async move |tx: &mut Tx<'_>| {
                    let keys = ids.iter().map(|id| [business.to_value(), id.to_value()]).collect();
                    for mut item in tx.lock_all::<Item, 2>(keys).await? {
                        item.allocated += 1;
                        tx.set(&item);
                    }
                    Ok(())
                })
                .await
            }
        });
        assert!(all_of(racing).await.iter().all(Result::is_ok));
        assert_eq!((bench.look(&a).await.allocated, bench.look(&b).await.allocated), (40, 40));
        assert_eq!(nodes.iter().map(|node| node.numbers().reruns).sum::<u64>(), 0);
    });
}
