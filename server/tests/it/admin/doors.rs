//! Coming in and going out.

use server::security::client_ip::ClientIp;

use super::browser::Browser;
use crate::kit::{ADDRESS, OWNER, PASSWORD, TestApp};

#[test]
fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    TestApp::both(async |app| {
        let mut browser = Browser::stranger(app);
        let wrong = browser.sign_in(OWNER, "not the password", "/admin/orders").await;
        let unknown = browser.sign_in("nobody@harbor.example", PASSWORD, "/admin/orders").await;
        assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (422, 422));
        assert_eq!(wrong.text.replace(OWNER, ""), unknown.text.replace("nobody@harbor.example", ""));
        assert!(wrong.text.contains("do not go together") && wrong.text.contains(&format!("value=\"{OWNER}\"")));
        assert!(wrong.text.contains("value=\"/admin/orders\""), "where they were going is kept");
        assert!(!wrong.text.contains("not the password") && browser.cookie.is_empty());
    });
}

#[test]
fn signing_in_leads_on_to_staff_pages_only() {
    TestApp::both(async |app| {
        let stranger = Browser::stranger(app);
        let sent_away = stranger.send("GET", "/admin/orders?filter=due", "").await;
        assert_eq!(sent_away.header("location"), "/admin/sign-in?next=/admin/orders%3Ffilter%3Ddue");
        let form = stranger.page("/admin/sign-in?next=/admin/orders%3Ffilter%3Ddue").await;
        assert!(form.contains("value=\"/admin/orders?filter=due\"") && form.contains("Harbor Joinery"), "{form}");
        for (next, leads_to) in [
            ("/admin/orders?filter=due", "/admin/orders?filter=due"),
            ("https://evil.example/admin", "/admin"),
            ("//evil.example/admin", "/admin"),
            ("/p/somewhere", "/admin"),
        ] {
            let mut browser = Browser::stranger(app);
            let answer = browser.sign_in(OWNER, PASSWORD, next).await;
            assert_eq!((answer.status.as_u16(), answer.header("location")), (303, leads_to), "{next}");
            let cookie = answer.header("set-cookie");
            assert!(cookie.starts_with("owed_sid=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        }
    });
}

#[test]
fn a_form_sent_after_the_session_is_over_leads_back_to_its_page() {
    TestApp::both(async |app| {
        let (gone, there) = (Browser::owner(app).await, Browser::owner(app).await);
        there.post("/admin/settings/sessions/end-all", &[]).await;
        let sent = async |path: &str, referer: String| {
            let headers = [
                ("accept", "text/html"),
                ("cookie", gone.cookie.as_str()),
                ("content-type", "application/x-www-form-urlencoded"),
                ("sec-fetch-site", "same-origin"),
                ("referer", referer.as_str()),
            ];
            let answer = app.send("POST", path, &headers, String::new()).await;
            assert_eq!(answer.status.as_u16(), 303, "{path}: {}", answer.text);
            answer.header("location").to_owned()
        };
        let end_all = "/admin/settings/sessions/end-all";
        let back = sent(end_all, format!("{ADDRESS}/admin/settings/sessions?page=2")).await;
        assert_eq!(back, "/admin/sign-in?unsaved=1&next=/admin/settings/sessions%3Fpage%3D2");
        let page = Browser::stranger(app).page(&back).await;
        assert!(page.contains("You were signed out before this was saved."), "{page}");
        assert!(page.contains("value=\"/admin/settings/sessions?page=2\""), "{page}");
        for foreign in ["https://evil.example/admin/orders", "http://owed.example.evil.example/admin/orders", "nonsense"] {
            assert_eq!(sent(end_all, foreign.to_owned()).await, "/admin/sign-in?unsaved=1", "{foreign}");
        }
        assert_eq!(sent(end_all, format!("{ADDRESS}/p/somewhere")).await, "/admin/sign-in?unsaved=1");
        assert_eq!(sent("/admin/sign-out", format!("{ADDRESS}/admin/orders")).await, "/admin/sign-in", "nothing was to be saved");
        let plain = Browser::stranger(app).page("/admin/sign-in").await;
        assert!(!plain.contains("before this was saved"), "{plain}");
    });
}

#[test]
fn tries_are_limited_before_a_password_is_looked_at() {
    TestApp::both(async |app| {
        let elsewhere = |n: u8| ClientIp([198, 51, 100, n].into());
        for n in 0..10 {
            app.app.limits.login(elsewhere(n), OWNER).expect("within the limit");
        }
        let refused = Browser::stranger(app).sign_in(OWNER, PASSWORD, "").await;
        assert_eq!(refused.status.as_u16(), 429);
        let wait: u32 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=901).contains(&wait) && refused.text.contains("Too many tries"), "{}", refused.text);
    });
}

#[test]
fn signing_out_ends_the_session_here_or_everywhere() {
    TestApp::both(async |app| {
        let (here, there) = (Browser::owner(app).await, Browser::owner(app).await);
        let out = here.send("POST", "/admin/sign-out", "").await;
        assert_eq!((out.status.as_u16(), out.header("location")), (303, "/admin/sign-in"));
        assert!(out.header("set-cookie").starts_with("owed_sid=; Path=/; Max-Age=0"));
        assert_eq!(here.send("GET", "/admin", "").await.status.as_u16(), 303, "the old cookie opens nothing");

        let third = Browser::owner(app).await;
        let sessions = there.page("/admin/settings/sessions").await;
        assert_eq!(sessions.matches("Firefox on Linux").count(), 3, "two rows, one of them also named on its button: {sessions}");
        assert_eq!(there.post("/admin/settings/sessions/end-all", &[]).await.header("location"), "/admin/sign-in");
        for browser in [&there, &third] {
            assert_eq!(browser.send("GET", "/admin", "").await.status.as_u16(), 303);
        }
    });
}

#[test]
fn one_password_opens_several_businesses() {
    TestApp::both(async |app| {
        let (other, _) = app.other_business().await;
        let mut browser = Browser::owner(app).await;
        let home = browser.page("/admin").await;
        assert!(home.contains("Harbor Joinery") && home.contains("Fjord Rowing"), "{home}");
        let old = browser.cookie.clone();
        let switched = browser.post("/admin/switch", &[("business", &other.to_string())]).await;
        assert_eq!((switched.status.as_u16(), switched.header("location")), (303, "/admin"));
        browser.keep_cookie(&switched);
        let home = browser.page("/admin").await;
        assert!(home.contains("<title>Home · Fjord Rowing</title>"), "{home}");
        let stale = Browser { app, cookie: old };
        assert_eq!(stale.send("GET", "/admin", "").await.status.as_u16(), 303, "the session in the first business has ended");
        let nowhere = browser.post("/admin/switch", &[("business", "biz_01h455vb4pex5vsknk084sn02q")]).await;
        assert_eq!(nowhere.status.as_u16(), 404);
    });
}

#[test]
fn a_changed_password_ends_the_other_sessions() {
    TestApp::both(async |app| {
        let (here, there) = (Browser::owner(app).await, Browser::owner(app).await);
        let wrong =
            here.post("/admin/settings/password", &[("current_password", "nope"), ("new_password", "a much better one")]).await;
        assert_eq!(wrong.status.as_u16(), 422);
        assert!(wrong.text.contains("This is not your present password.") && !wrong.text.contains("a much better one"));
        let short = here.post("/admin/settings/password", &[("current_password", PASSWORD), ("new_password", "short")]).await;
        assert!(short.text.contains("id=\"new_password-wrong\""), "{}", short.text);
        let change = [("current_password", PASSWORD), ("new_password", "a much better one")];
        assert_eq!(here.does("/admin/settings/password", &change).await, "/admin/settings/sessions");
        assert_eq!(here.send("GET", "/admin", "").await.status.as_u16(), 200);
        assert_eq!(there.send("GET", "/admin", "").await.status.as_u16(), 303);
        Browser::signed_in(app, OWNER, "a much better one").await;
    });
}

#[test]
fn another_sites_form_is_refused() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let headers = [
            ("cookie", browser.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "cross-site"),
            ("accept", "text/html"),
        ];
        let answer = app.send("POST", "/admin/customers", &headers, "name=Mallory&idempotency_key=k".to_owned()).await;
        assert_eq!(answer.status.as_u16(), 403);
        assert!(app.all("/customers?limit=200").await.is_empty());
    });
}
