//! What operators do at the command line: beside a running server by its private socket, and in place of one.

mod crash;
mod desk;
mod doctor;

use server::commands;
use server::config::Config;
use server::desk::Desk;
use server::run::Failure;

use crate::kit::TestApp;

fn config(app: &TestApp) -> &Config {
    &app.app.config
}

#[test]
fn what_needs_the_database_alone_says_that_a_server_is_running() {
    TestApp::both(async |app| {
        let desk = Desk::open(config(app), &app.services().db).expect("the desk opens");
        let refused = commands::migrate(config(app)).await.expect_err("a server is running");
        let sentence = refused.to_string();
        assert!(sentence.contains("a server is running") && sentence.contains("`owed migrate`"), "{sentence}");
        drop(desk);
        // Without a desk the lock of the folder still refuses a second writer.
        if app.engine() == engine::db::EngineKind::Sqlite {
            let refused = commands::migrate(config(app)).await.expect_err("somebody holds the lock");
            assert!(refused.to_string().contains("only one may"), "{refused}");
        }
    });
}

#[test]
fn verify_ends_with_its_verdict() {
    TestApp::both(async |app| {
        if app.engine() != engine::db::EngineKind::Sqlite {
            return;
        }
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 48_000).await;
        let args = server::cli::VerifyArgs { json: true };
        commands::verify::verify(config(app), &args).await.expect("everything agrees, beside the one who writes");
        let file = rusqlite::Connection::open(config(app).data.join("owed.sqlite")).expect("the file");
        let spoil = |by: i64| {
            let changed = file.execute("update customer_balance set balance = balance + ?1 where balance <> 0", [by]);
            assert_eq!(changed, Ok(1));
        };
        spoil(1);
        let verdict = commands::verify::verify(config(app), &args).await;
        assert!(matches!(verdict, Err(Failure::Said)), "{verdict:?}");
        spoil(-1);
        let unknown = Config { business: Some("Nobody & Sons".to_owned()), ..config(app).clone() };
        let refused = commands::verify::verify(&unknown, &args).await.expect_err("no such business");
        assert!(refused.to_string().contains("Harbor Joinery"), "{refused}");
    });
}
