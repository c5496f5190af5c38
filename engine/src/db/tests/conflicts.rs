//! Several nodes at the same rows: locks, guarded updates, deadlocks.

use super::*;
use crate::db::{Expect, values};
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
            let item = bench.item(&format!("round {round}"), 100_00).await;
            let racing = (0..12).map(|number| {
                let (db, item) = (nodes[number % nodes.len()].clone(), item.clone());
                async move {
                    db.write(item.business_id, async move |tx: &mut Tx<'_>| {
                        tx.execute(&ALLOCATE, &[&item.business_id, &item.id, &60_00_i64], Expect::OrRefuse(1, exceeds()));
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
            assert_eq!((won.count(), bench.look(&item).await.allocated), (1, 60_00));
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
        let item = bench.item("shared", 100_00).await;
        let racing = (0..150).map(|number| {
            let (db, item) = (nodes[number % nodes.len()].clone(), item.clone());
            async move {
                db.write(item.business_id, async move |tx: &mut Tx<'_>| {
                    let found = tx.lock::<Item>(&[&item.business_id, &item.id]).await?;
                    let mut found = found.ok_or(Error::NotFound)?;
                    if found.allocated + 1_00 > found.amount {
                        return Err(exceeds().into());
                    }
                    found.allocated += 1_00;
                    tx.set(&found);
                    Ok(())
                })
                .await
            }
        });
        let outcomes = all_of(racing).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 100);
        assert!(outcomes.iter().flat_map(|outcome| outcome.as_ref().err()).all(|error| *error == Error::Refused(exceeds())));
        assert_eq!(bench.look(&item).await.allocated, 100_00);
    });
}

#[test]
fn flows_that_lock_in_opposite_orders_all_succeed_in_the_end() {
    on_postgres(async |bench| {
        let nodes = [bench.db.clone(), bench.another_node()];
        let (a, b) = (bench.item("a", 1_000_000).await, bench.item("b", 1_000_000).await);
        let racing = (0..40).map(|number: usize| {
            let (first, second) = if number % 2 == 0 { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
            let db = nodes[number % 2].clone();
            async move {
                db.write(first.business_id, async move |tx: &mut Tx<'_>| {
                    let one = tx.lock::<Item>(&[&first.business_id, &first.id]).await?;
                    // Long enough for the other node to take the other row.
                    std::thread::sleep(std::time::Duration::from_millis(20));
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
        assert!(all_of(racing).await.iter().all(Result::is_ok));
        assert_eq!((bench.look(&a).await.allocated, bench.look(&b).await.allocated), (40, 40));
        let reruns: u64 = nodes.iter().map(|node| node.numbers().reruns).sum();
        assert!(reruns > 0, "the nodes did meet");
    });
}

#[test]
fn locking_many_in_any_order_never_meets_a_deadlock() {
    on_postgres(async |bench| {
        let nodes = [bench.db.clone(), bench.another_node()];
        let (a, b) = (bench.item("a", 1_000_000).await, bench.item("b", 1_000_000).await);
        let racing = (0..40).map(|number: usize| {
            let mut ids = vec![a.id, b.id];
            ids.rotate_left(number % 2);
            let (db, business) = (nodes[number % 2].clone(), bench.business);
            async move {
                db.write(business, async move |tx: &mut Tx<'_>| {
                    let keys = ids.iter().map(|id| values![business, *id]).collect();
                    for mut item in tx.lock_all::<Item>(keys).await? {
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
