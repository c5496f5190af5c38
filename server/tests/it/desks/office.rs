//! A business of its own inside one installation, so that many small stories share a database and cannot disturb each other.
//!
//! Invariants: nothing of another office can be seen or moved, except the clock, which all share. Staff are signed in without the
//! form, because doors are tested elsewhere.

use std::cell::Cell;
use std::sync::Arc;

use books::calendar::Day;
use books::ids::BusinessId;
use books::money::Currency;
use engine::flows::call::Call;
use engine::flows::create_business::{NewBusiness, create_business};
use engine::flows::manage_users::{NewUser, add_user};
use engine::flows::sign_in::{self, open_session};
use engine::store::user::{self, Role};
use processors::sandbox::{Bank, CardEntry, CheckoutStep, PageId};
use serde_json::Value;

use crate::admin::browser::Browser;
use crate::kit::{ADDRESS, Answer, PASSWORD, TestApp};

pub struct Office<'a> {
    pub app: &'a TestApp,
    pub business: BusinessId,
    /// A key with every scope.
    pub key: String,
    /// Writes so far.
    posts: Cell<u64>,
}

/// Of so many writes of an [`Office::retries`] one is sent twice.
const RETRIED: u64 = 4;

impl<'a> Office<'a> {
    /// A new business in US dollars. `name` is part of its owner's address and has to be new.
    pub async fn open(app: &'a TestApp, name: &str) -> Office<'a> {
        let new = NewBusiness {
            name: format!("Office {name}"),
            currency: Currency::from_code("USD").expect("a known code"),
            owner_email: format!("{name}@office.example"),
            owner_name: "The owner".to_owned(),
            password: PASSWORD.to_owned(),
            time_zone: "UTC".to_owned(),
            api_key: true,
        };
        let made = create_business(&app.services().db, new).await.expect("a business");
        Office { app, business: made.business, key: made.api_key.expect("a key was asked for"), posts: Cell::new(0) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.app.call(&self.key, "GET", path, &[], &Value::Null).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.app.call(&self.key, "POST", path, &[], body).await
    }

    /// The same under a key of its own, and now and then a second time, as by a program that lost the answer: it is given the first
    /// answer again, and whether anything happened twice is for the figures to show.
    pub async fn retries(&self, path: &str, body: &Value) -> Answer {
        self.posts.set(self.posts.get() + 1);
        let key = format!("{}-{}", self.business, self.posts.get());
        let post = async || self.app.call(&self.key, "POST", path, &[("idempotency-key", &key)], body).await;
        let first = post().await;
        if self.posts.get().is_multiple_of(RETRIED) {
            let again = post().await;
            assert_eq!(again.status, first.status, "{path}: {} and again {}", first.text, again.text);
            if first.status.is_success() {
                assert!(again.replayed(), "{path}: {}", again.text);
                assert_eq!(again.text, first.text, "{path}");
            }
        }
        first
    }

    /// A key of this business with some scopes only.
    pub async fn key_with(&self, scopes: &[&str]) -> String {
        let new = engine::flows::issue_key::NewKey {
            name: "narrow".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            expires_on: None,
        };
        let made = engine::flows::issue_key::issue_key(&self.app.services().db, &Call::system(self.business, "test"), new).await;
        made.expect("a key").1
    }

    /// Somebody of this role, signed in.
    pub async fn staff(&self, role: Role) -> Browser<'a> {
        let db = &self.app.services().db;
        if role != Role::Owner {
            let email = format!("{}-{}@office.example", role.as_str(), self.business);
            let new = NewUser { email, name: "Sam".to_owned(), role, password: PASSWORD.to_owned() };
            add_user(db, &Call::system(self.business, "test"), new).await.expect("a user");
        }
        let users = user::list(db, self.business).await.expect("users");
        let user = users.into_iter().find(|user| user.role == role).expect("somebody of that role");
        let browser = sign_in::Browser { ip: "127.0.0.1".to_owned(), agent: "Firefox/140.0 Linux".to_owned() };
        let session = open_session(db, user, Vec::new(), browser, "test").await.expect("a session");
        Browser { app: self.app, cookie: format!("owed_sid={}", session.token) }
    }

    /// A payer's browser that followed a link, and the clean address it was led to.
    pub async fn payer(&self, url: &str) -> (Browser<'a>, String) {
        let mut browser = Browser::stranger(self.app);
        let opened = browser.send("GET", url.strip_prefix(ADDRESS).expect("a payer's address"), "").await;
        assert_eq!(opened.status.as_u16(), 303, "{url}: {}", opened.text);
        browser.keep_cookie(&opened);
        let clean = opened.header("location").to_owned();
        (browser, clean)
    }

    /// Sandbox's own side.
    pub async fn bank(&self) -> Arc<Bank> {
        let services = self.app.services();
        let connections = engine::store::connection::list(&services.db, self.business).await.expect("connections");
        let open = |connection| services.connections.open(connection, "Office").expect("it opens").bank;
        connections.iter().find_map(open).expect("Sandbox is connected")
    }

    /// Fills in a page of Sandbox's. `exp`: the card's month.
    pub async fn fill_in(&self, page: &str, number: &str, exp: &str) -> CheckoutStep {
        let id: PageId = page.rsplit('/').next().expect("the page's id").parse().unwrap_or_else(|_| panic!("no page: {page}"));
        let entry = CardEntry { number, exp, cvc: "123", name: "A payer" };
        let now = self.app.services().db.clock().now();
        self.bank().await.pay_checkout(&id, &entry, now).await.expect("the bank answers")
    }

    /// A payer opens a link, presses *Pay* (`amount`: none for all that is due) and fills in Sandbox's page. None: they were
    /// not let through.
    pub async fn pay_by_link(&self, url: &str, amount: Option<i64>, number: &str) -> Option<CheckoutStep> {
        let page = self.page_of_link(url, amount).await?;
        Some(self.fill_in(&page, number, "12/30").await)
    }

    /// The same up to Sandbox's page.
    pub async fn page_of_link(&self, url: &str, amount: Option<i64>) -> Option<String> {
        use engine::flows::open_link::{Opened, open_link};
        use engine::flows::start_checkout::{Next, start_checkout};
        let services = self.app.services();
        let token = url.strip_prefix(&format!("{ADDRESS}/p/")).expect("a payer's address");
        let opened = open_link(&services.db, token, "a visitor", true, "test").await.expect("it can be looked up");
        let Opened::Live(link) = opened else { return None };
        match start_checkout(services, &link, amount, "test").await {
            Ok(Next::Page(page)) => Some(page),
            Ok(Next::Payment(_)) | Err(engine::error::Error::Refused(_)) => None,
            Err(error) => panic!("{url}: {error}"),
        }
    }

    /// Today, as the business counts days.
    pub fn today(&self) -> Day {
        self.app.services().db.clock().now().day_in(&jiff::tz::TimeZone::UTC)
    }
}
