//! Keys and people, given to a running server at its desk.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};

use books::ids::ApiKeyId;
use serde_json::Value;
use server::commands::errands::{Errand, Reply, What, carry_out};
use server::desk::{Desk, ask, somebody_serves};

use super::config;
use crate::kit::{OWNER, TestApp};

fn errand(what: What) -> Errand {
    Errand { business: None, what }
}

async fn done(app: &TestApp, what: What) -> Reply {
    let asked = ask(&config(app).data, &errand(what)).await;
    asked.expect("somebody is there").expect("it is done")
}

async fn refused(app: &TestApp, errand: Errand) -> String {
    let asked = ask(&config(app).data, &errand).await;
    asked.expect("somebody is there").expect_err("it is refused").to_string()
}

fn create(name: &str, scopes: &[&str]) -> What {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    What::CreateKey { name: name.to_owned(), scopes, expires_on: None }
}

#[test]
fn a_key_is_made_listed_and_revoked_beside_the_server() {
    TestApp::both(async |app| {
        let _desk = Desk::open(config(app), &app.services().db).expect("the desk opens");
        let made = done(app, create("shop", &["read"])).await;
        let key = made.answer.expect("the key");
        assert!(key.starts_with("owed_") && !key.contains(char::is_whitespace), "the key alone: {key}");
        app.call(&key, "GET", "/customers", &[], &Value::Null).await.json(200);
        app.call(&key, "POST", "/customers", &[], &serde_json::json!({"name": "Fern"})).await.refused(403, "NO_SCOPE");

        let list = done(app, What::ListKeys).await.answer.expect("a list");
        let line = list.lines().find(|line| line.ends_with("  shop")).expect("the key is listed");
        assert!(line.contains("  live") && !list.contains(&key), "{list}");
        let id: ApiKeyId = line.split_whitespace().next().expect("an id").parse().expect("the id of a key");
        done(app, What::RevokeKey { id }).await;
        assert_eq!(app.call(&key, "GET", "/customers", &[], &Value::Null).await.status, 401);
        let list = done(app, What::ListKeys).await.answer.expect("a list");
        assert!(list.lines().any(|line| line.starts_with(&id.to_string()) && line.contains("  revoked")), "{list}");

        let none = ApiKeyId(uuid::Uuid::nil());
        assert!(refused(app, errand(What::RevokeKey { id: none })).await.contains(&none.to_string()));
        assert!(refused(app, errand(create("shop", &[]))).await.contains("scope"));
        let elsewhere = Errand { business: Some("Nobody & Sons".to_owned()), what: What::ListKeys };
        assert!(refused(app, elsewhere).await.contains("Harbor Joinery"));
    });
}

#[test]
fn people_are_added_given_roles_and_disabled() {
    TestApp::both(async |app| {
        let _desk = Desk::open(config(app), &app.services().db).expect("the desk opens");
        let add = |email: &str, password: &str| What::AddUser {
            email: email.to_owned(),
            name: "A clerk".to_owned(),
            role: "clerk".to_owned(),
            password: password.to_owned(),
        };
        done(app, add("clerk@harbor.example", "another long password")).await;
        assert!(refused(app, errand(add("clerk@harbor.example", "another long password"))).await.contains("already"));
        assert!(refused(app, errand(add("new@harbor.example", "short"))).await.contains("characters"));
        let role = |email: &str, role: &str| What::GiveRole { email: email.to_owned(), role: role.to_owned() };
        done(app, role("clerk@harbor.example", "manager")).await;
        assert!(refused(app, errand(role(OWNER, "viewer"))).await.contains("at least one owner"));
        assert!(refused(app, errand(role("nobody@harbor.example", "viewer"))).await.contains("nobody@harbor.example"));
        assert!(refused(app, errand(role(OWNER, "king"))).await.contains("king"));
        done(app, What::DisableUser { email: "Clerk@harbor.example".to_owned() }).await;
        let users = engine::store::user::list(&app.services().db, app.business).await.expect("users");
        let clerk = users.iter().find(|user| user.email == "clerk@harbor.example").expect("the clerk");
        assert_eq!((clerk.role.as_str(), clerk.disabled_at.is_some()), ("manager", true));
    });
}

#[test]
fn the_same_errands_are_done_without_a_server() {
    TestApp::both(async |app| {
        assert!(ask(&config(app).data, &errand(What::ListKeys)).await.is_none(), "nobody is there");
        let reply = carry_out(&app.services().db, errand(create("shop", &["read", "write"]))).await.expect("it is done");
        let key = reply.answer.expect("the key");
        app.call(&key, "GET", "/customers", &[], &Value::Null).await.json(200);
    });
}

#[test]
fn the_socket_is_private_outlives_a_crash_and_goes_with_the_server() {
    TestApp::both(async |app| {
        let data = &config(app).data;
        let path = data.join("owed.sock");
        // What a server that was killed leaves behind.
        drop(UnixListener::bind(&path).expect("a socket"));
        assert!(path.exists() && !somebody_serves(data).await);
        assert!(ask(data, &errand(What::ListKeys)).await.is_none(), "a dead socket is nobody");

        let desk = Desk::open(config(app), &app.services().db).expect("the desk opens over it");
        assert!(somebody_serves(data).await);
        let mode = std::fs::metadata(&path).expect("the socket").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let odd = tokio::task::spawn_blocking(move || {
            let mut stream = UnixStream::connect(&path).expect("the desk");
            stream.write_all(b"{\"make\": \"coffee\"}\n").expect("a line");
            let mut answer = String::new();
            BufReader::new(stream).read_line(&mut answer).expect("an answer");
            answer
        });
        let odd = odd.await.expect("no panic");
        assert!(odd.contains("refused") && odd.contains("does not understand"), "{odd}");
        done(app, What::ListKeys).await;

        drop(desk);
        assert!(!data.join("owed.sock").exists(), "it goes with the server");
        assert!(!somebody_serves(data).await);
    });
}
