//! The schema's history: applied once, wholly or not at all, and never by a program that is older than it.

use super::*;
use crate::error::Error;

const SECOND: Migration = Migration {
    name: "0002_more",
    sqlite: "create table more (business_id blob not null primary key) without rowid;",
    postgres: "create table more (business_id uuid not null primary key);",
};
const BROKEN: Migration = Migration {
    name: "0003_broken",
    sqlite: "create table half (business_id blob not null primary key) without rowid; create table more (x integer);",
    postgres: "create table half (business_id uuid not null primary key); create table more (x bigint);",
};

fn open_with(place: &Place, mode: Mode, migrations: &[Migration]) -> Result<Db> {
    Db::open_with(&DbConfig { mode, ..config(place) }, Clock::system(), migrations)
}

#[test]
fn steps_are_applied_once_and_an_older_program_refuses() {
    for place in Place::both() {
        let both = [SCHEMA[0], SECOND];
        drop(open_with(&place, Mode::ReadWrite, SCHEMA).expect("the first schema"));
        let behind = open_with(&place, Mode::ReadOnly, &both).err();
        assert_eq!(behind, Some(Error::Fault("the database has an older schema: run `owed migrate` first".to_owned())));
        drop(open_with(&place, Mode::ReadWrite, &both).expect("the second schema"));
        drop(open_with(&place, Mode::ReadWrite, &both).expect("nothing to do"));
        drop(open_with(&place, Mode::ReadOnly, &both).expect("a reader"));
        for mode in [Mode::ReadWrite, Mode::ReadOnly] {
            let refused = open_with(&place, mode, SCHEMA).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(refused.contains("a newer version of Owed (its schema is 2, this program knows 1)"), "{refused}");
        }
    }
}

#[test]
fn a_step_that_fails_leaves_the_schema_as_it_was() {
    for place in Place::both() {
        let refused = open_with(&place, Mode::ReadWrite, &[SCHEMA[0], SECOND, BROKEN])
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(refused.contains("0003_broken") && refused.contains("more"), "{refused}");
        // The steps before it stand; of the broken one nothing is left, so it can be mended and applied.
        let mended = Migration {
            sqlite: "create table half (business_id blob not null primary key) without rowid;",
            postgres: "create table half (business_id uuid not null primary key);",
            ..BROKEN
        };
        open_with(&place, Mode::ReadWrite, &[SCHEMA[0], SECOND, mended]).expect("the mended schema");
    }
}

#[test]
fn nodes_that_start_together_do_not_trip_over_each_other() {
    let place = Place::postgres();
    let config = config(&place);
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let config = config.clone();
            std::thread::spawn(move || Db::open_with(&config, Clock::system(), &[SCHEMA[0], SECOND]).map(|db| db.engine()))
        })
        .collect();
    for node in starting {
        assert_eq!(node.join().expect("the thread ends"), Ok(super::super::EngineKind::Postgres));
    }
}
