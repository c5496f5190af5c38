//! The database layer against both engines: on tables of its own, so that it does not depend on the schema of the books.

mod batches;
mod conflicts;
mod files;
mod histories;
mod keys;
mod lost;
mod together;
mod values;

#[path = "../../tests/it/kit.rs"]
mod kit;

use books::calendar::Instant;
use books::ids::{BusinessId, EventId, IdSource};
use uuid::Uuid;

use self::kit::Place;
use super::{Db, DbConfig, Migration, Mode, Tx, row, sql, table};
use crate::clock::Clock;
use crate::error::Result;

const SCHEMA: &[Migration] = &[Migration {
    name: "0001_test",
    sqlite: "
        create table item (
            business_id blob not null, id blob not null, name text not null,
            amount integer not null, allocated integer not null,
            primary key (business_id, id),
            constraint item_allocated check (allocated between 0 and amount)
        ) without rowid;
        create unique index item_name on item (business_id, name);
        create table tally (
            business_id blob not null, name text not null, total integer not null, at integer not null, note text,
            primary key (business_id, name)
        ) without rowid;
        create table event (
            business_id blob not null, id blob not null, actor text not null, kind text not null, subject text not null,
            idempotency_key text, request_hash blob, answer text, body text, status integer, created_at integer not null,
            primary key (business_id, id)
        ) without rowid;
        create unique index event_idempotency on event (business_id, actor, idempotency_key) where idempotency_key is not null;",
    postgres: "
        create table item (
            business_id uuid not null, id uuid not null, name text not null,
            amount bigint not null, allocated bigint not null,
            primary key (business_id, id),
            constraint item_allocated check (allocated between 0 and amount)
        );
        create unique index item_name on item (business_id, name);
        create table tally (
            business_id uuid not null, name text not null, total bigint not null, at bigint not null, note text,
            primary key (business_id, name)
        );
        create table event (
            business_id uuid not null, id uuid not null, actor text not null, kind text not null, subject text not null,
            idempotency_key text, request_hash bytea, answer text, body text, status bigint, created_at bigint not null,
            primary key (business_id, id)
        );
        create unique index event_idempotency on event (business_id, actor, idempotency_key) where idempotency_key is not null;",
}];

table! {
    /// Something with an amount of which parts are allocated.
    pub(crate) struct Item in item key(business_id, id) {
        pub business_id: BusinessId,
        pub id: Uuid,
        pub name: String,
        pub amount: i64,
        pub allocated: i64,
    }
}

table! {
    /// A running total.
    pub(crate) struct Tally in tally key(business_id, name) {
        pub business_id: BusinessId,
        pub name: String,
        pub total: i64,
        pub at: Instant,
        pub note: Option<String>,
    }
}

table! {
    /// As much of an event as keys need.
    pub(crate) struct TestEvent in event key(business_id, id) {
        pub business_id: BusinessId,
        pub id: EventId,
        pub actor: String,
        pub kind: String,
        pub subject: String,
        pub idempotency_key: Option<String>,
        pub request_hash: Option<Vec<u8>>,
        pub answer: Option<String>,
        pub body: Option<String>,
        pub status: Option<i64>,
        pub created_at: Instant,
    }
}

row! {
    /// How many, and their sum.
    pub(crate) struct Sum {
        pub count: i64,
        pub total: i64,
    }
}

sql!(
    ITEMS,
    "select cast(count(*) as bigint) as count, cast(coalesce(sum(allocated), 0) as bigint) as total from item where business_id = $1"
);
sql!(
    ALLOCATE,
    "
    update item set allocated = allocated + $3
    where business_id = $1 and id = $2 and allocated + $3 between 0 and amount"
);

/// A database with the test schema, and a business in it.
struct Bench {
    db: Db,
    place: Place,
    business: BusinessId,
}

impl Bench {
    fn on(place: Place) -> Bench {
        let db = open(&place);
        let business = BusinessId::new(&mut db.ids());
        Bench { db, place, business }
    }

    /// Another process's view of the same database.
    fn another_node(&self) -> Db {
        open(&self.place)
    }

    async fn sum(&self) -> Sum {
        let business = self.business;
        self.db.read(async move |reader| reader.query_one(&ITEMS, &[&business]).await).await.expect("a sum")
    }

    /// A stored item of this amount.
    async fn item(&self, name: &str, amount: i64) -> Item {
        let item =
            Item { business_id: self.business, id: self.db.ids().next_uuid(), name: name.to_owned(), amount, allocated: 0 };
        let row = item.clone();
        self.db
            .write(self.business, async move |tx: &mut Tx<'_>| {
                tx.insert(&row);
                Ok(())
            })
            .await
            .expect("an item");
        item
    }

    async fn look(&self, item: &Item) -> Item {
        let (business, id) = (item.business_id, item.id);
        let found: Result<Option<Item>> = self.db.read(async move |reader| reader.get::<Item>(&[&business, &id]).await).await;
        found.expect("a read").expect("the item is there")
    }
}

fn config(place: &Place) -> DbConfig {
    DbConfig { data: place.data.clone(), url: place.url.clone(), mode: Mode::ReadWrite }
}

fn open(place: &Place) -> Db {
    Db::open_with(&config(place), Clock::test(Instant(1_768_467_600_000_000)), SCHEMA).expect("the database opens")
}

/// Runs a test on SQLite and on PostgreSQL.
fn on_both(test: impl AsyncFn(&Bench)) {
    for place in Place::both() {
        let bench = Bench::on(place);
        println!("on {:?}", bench.db.engine());
        kit::block_on(test(&bench));
    }
}

/// Runs a test on PostgreSQL, where several nodes may write.
fn on_postgres(test: impl AsyncFn(&Bench)) {
    kit::block_on(test(&Bench::on(Place::postgres())));
}

/// Starts many at once and waits for all.
async fn all_of<T: Send + 'static>(works: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let tasks: Vec<_> = works.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("the task ends"));
    }
    results
}

/// A new row, not yet written.
fn fresh(tx: &mut Tx<'_>, name: &str, amount: i64) -> Item {
    Item { business_id: tx.business(), id: tx.ids().next_uuid(), name: name.to_owned(), amount, allocated: 0 }
}

fn event(tx: &mut Tx<'_>, actor: &str, key: Option<&str>, hash: &[u8], answer: &str) -> TestEvent {
    TestEvent {
        business_id: tx.business(),
        id: EventId::new(tx.ids()),
        actor: actor.to_owned(),
        kind: "tested".to_owned(),
        subject: answer.to_owned(),
        idempotency_key: key.map(str::to_owned),
        request_hash: Some(hash.to_vec()),
        answer: Some(answer.to_owned()),
        body: None,
        status: Some(201),
        created_at: tx.now(),
    }
}
