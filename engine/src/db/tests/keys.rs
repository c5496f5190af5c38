//! Idempotency keys: sent any number of times, at once or later, through any node, an act happens once.

use super::*;
use crate::error::Error;

/// Adds an item under a key, or answers what the first one with this key made.
async fn add(db: &Db, business: BusinessId, key: &str, hash: &[u8]) -> Result<String> {
    let (key, hash) = (key.to_owned(), hash.to_vec());
    db.write(business, async move |tx: &mut Tx<'_>| {
        if let Some(prior) = tx.claim("key_test", Some(&key), &hash).await? {
            return prior.answer.ok_or(Error::InProgress);
        }
        let id = tx.ids().next_uuid();
        tx.insert(&Item { business_id: business, id, name: id.to_string(), amount: 1, allocated: 1 });
        let event = event(tx, "key_test", Some(&key), &hash, &id.to_string());
        tx.emit(&event);
        Ok(id.to_string())
    })
    .await
}

#[test]
fn many_at_once_with_one_key_have_one_effect_and_one_answer() {
    on_both(async |bench| {
        let business = bench.business;
        let racing = (0..60).map(|_| {
            let db = bench.db.clone();
            async move { add(&db, business, "k", b"same").await.expect("an answer") }
        });
        let mut answers = all_of(racing).await;
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(bench.sum().await.count, 1);
        assert_eq!(add(&bench.db, business, "k", b"other").await, Err(Error::IdempotencyMismatch));
        assert!(add(&bench.db, business, "k2", b"other").await.is_ok());
        assert_eq!(bench.sum().await.count, 2);
    });
}

#[test]
fn two_nodes_with_one_key_have_one_effect_and_one_answer() {
    on_postgres(async |bench| {
        let business = bench.business;
        let nodes = [bench.db.clone(), bench.another_node(), bench.another_node()];
        for round in 0..30 {
            let racing = (0..9).map(|number| {
                let db = nodes[number % 3].clone();
                async move { add(&db, business, &format!("key {round}"), b"same").await.expect("an answer") }
            });
            let mut answers = all_of(racing).await;
            answers.dedup();
            assert_eq!(answers.len(), 1, "round {round}");
        }
        assert_eq!(bench.sum().await.count, 30);
    });
}

#[test]
fn without_a_key_nothing_is_claimed() {
    on_both(async |bench| {
        let business = bench.business;
        for _ in 0..2 {
            let prior = bench.db.write(business, async move |tx: &mut Tx<'_>| {
                let prior = tx.claim("usr_test", None, b"hash").await?;
                let event = event(tx, "usr_test", None, b"hash", "answer");
                tx.emit(&event);
                Ok(prior)
            });
            assert_eq!(prior.await, Ok(None));
        }
    });
}
