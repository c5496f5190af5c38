//! `owed doctor` on installations in good and in bad health.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use engine::db::EngineKind;
use engine::doctor::{Grade, Look};
use server::commands::doctor::examine;
use server::config::{Config, Hidden, PublicUrl};

use super::config;
use crate::kit::TestApp;

fn graded(looks: &[Look], what: &str) -> (Grade, String) {
    let look = looks.iter().find(|look| look.what == what).unwrap_or_else(|| panic!("{what} was not looked at: {looks:#?}"));
    assert_eq!(look.grade == Grade::Ok, look.hint.is_none(), "whatever is wrong has a hint: {look:?}");
    (look.grade, look.said.clone())
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("its mode can be set");
}

#[test]
fn a_sound_installation_fails_in_nothing() {
    TestApp::both(async |app| {
        if app.engine() != EngineKind::Sqlite {
            return;
        }
        set_mode(&config(app).data, 0o700);
        let config =
            Config { configured_url: Some(PublicUrl::parse("https://billing.example").expect("a URL")), ..config(app).clone() };
        let looks = examine(&config).await;
        assert!(looks.iter().all(|look| look.grade != Grade::Fail), "{looks:#?}");
        for what in
            ["data folder", "key file", "database", "database files", "schema", "statements", "failed work", "unknown outcomes"]
        {
            assert_eq!(graded(&looks, what).0, Grade::Ok, "{what}: {looks:#?}");
        }
        assert_eq!(graded(&looks, "public address"), (Grade::Ok, "https://billing.example".to_owned()));
        assert_eq!(graded(&looks, "mail server").0, Grade::Warn, "mails are kept");
    });
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    TestApp::both(async |app| {
        if app.engine() != EngineKind::Sqlite {
            return;
        }
        let file = rusqlite::Connection::open(config(app).data.join("owed.sqlite")).expect("the file");
        let dead = "insert into job select id, id, 'mail_receipt', 'pay_x', id, 'dead', 0, null, 8, 'no', 0 from business";
        assert_eq!(file.execute(dead, []), Ok(1));
        set_mode(&config(app).data, 0o755);
        set_mode(&config(app).key_file, 0o644);
        // A port on which nobody listens.
        let config = Config { smtp_url: Some(Hidden::new("smtp://127.0.0.1:1")), ..config(app).clone() };
        let looks = examine(&config).await;
        for what in ["data folder", "key file", "failed work", "public address"] {
            assert_eq!(graded(&looks, what).0, Grade::Warn, "{what}: {looks:#?}");
        }
        assert_eq!(graded(&looks, "mail server").0, Grade::Fail);
        assert!(graded(&looks, "failed work").1.starts_with("1 jobs failed for good"));

        set_mode(&config.key_file, 0o666);
        assert_eq!(graded(&examine(&config).await, "key file").0, Grade::Fail, "anybody can change it");
        std::fs::remove_file(&config.key_file).expect("it is there");
        let looks = examine(&config).await;
        assert_eq!(graded(&looks, "key file").0, Grade::Fail);
        assert!(!config.key_file.exists(), "looking makes none");
        assert_eq!(file.execute("delete from job where state = 'dead'", []), Ok(1));
    });
}

#[test]
fn a_folder_that_is_not_there_yet_is_no_failure_and_stays_away() {
    TestApp::both(async |app| {
        let data = config(app).data.join("not-yet");
        let config = Config { key_file: data.join("key"), data: data.clone(), database_url: None, ..config(app).clone() };
        let looks = examine(&config).await;
        for what in ["data folder", "key file", "database"] {
            assert_eq!(graded(&looks, what).0, Grade::Warn, "{what}: {looks:#?}");
        }
        assert!(!data.exists(), "looking creates nothing");
        let away = Config { database_url: Some(Hidden::new("postgres://owed@127.0.0.1:1/owed")), ..config };
        assert_eq!(graded(&examine(&away).await, "database").0, Grade::Fail);
    });
}
