//! Into the portal and out of it: a mailed link, once and for a short time, and nobody learns who is a customer.

use serde_json::json;

use crate::admin::browser::{Browser, address, body};
use crate::kit::{ADDRESS, TestApp};

/// The way in of the newest mail of its kind, as a path.
pub async fn way_in(app: &TestApp) -> String {
    app.work().await;
    let mails = app.get("/mails?kind=portal_entry&limit=1").await.json(200);
    let text = mails["data"][0]["text"].as_str().expect("a mail").to_owned();
    address(&text, "/portal/enter/por_").split_whitespace().next().expect("a path").to_owned()
}

/// A customer's browser inside the portal.
pub async fn signed_in<'a>(app: &'a TestApp, email: &str) -> Browser<'a> {
    let mut browser = Browser::stranger(app);
    let asked = browser.send("POST", "/portal/sign-in", &body(&[("email", email)])).await;
    assert_eq!(asked.status.as_u16(), 200, "{}", asked.text);
    let way = way_in(app).await;
    let entered = browser.send("POST", &way, "").await;
    assert_eq!((entered.status.as_u16(), entered.header("location")), (303, "/portal"), "{}", entered.text);
    browser.keep_cookie(&entered);
    browser
}

#[test]
fn the_words_are_the_same_whether_or_not_the_address_is_known() {
    TestApp::both(async |app| {
        app.customer("Fern & Field").await;
        let stranger = Browser::stranger(app);
        let known = stranger.send("POST", "/portal/sign-in", &body(&[("email", "PAY@fern.example")])).await;
        let unknown = stranger.send("POST", "/portal/sign-in", &body(&[("email", "nobody@fern.example")])).await;
        assert_eq!((known.status.as_u16(), unknown.status.as_u16()), (200, 200));
        assert_eq!(known.text.replace("pay@fern.example", "X"), unknown.text.replace("nobody@fern.example", "X"));
        app.work().await;
        let mails = app.all("/mails?kind=portal_entry&limit=50").await;
        assert_eq!(mails.len(), 1, "only a customer is written to: {mails:?}");
        assert_eq!(mails[0]["to"], "pay@fern.example");
        let wrong = stranger.send("POST", "/portal/sign-in", &body(&[("email", "no address")])).await;
        assert_eq!(wrong.status.as_u16(), 422);
        assert!(wrong.text.contains("Write one email address") && wrong.text.contains("value=\"no address\""), "{}", wrong.text);
    });
}

#[test]
fn a_way_in_is_used_once_by_its_button_and_dies_after_half_an_hour() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let mut browser = Browser::stranger(app);
        browser.send("POST", "/portal/sign-in", &body(&[("email", "pay@fern.example")])).await;
        let way = way_in(app).await;
        // A mail scanner that opens the link uses nothing up.
        for _ in 0..2 {
            let seen = browser.page(&way).await;
            assert!(seen.contains("Sign in to your account") && seen.contains("Harbor Joinery"), "{seen}");
        }
        let entered = browser.send("POST", &way, "").await;
        assert_eq!(entered.status.as_u16(), 303, "{}", entered.text);
        assert!(entered.header("set-cookie").starts_with("owed_portal="), "{}", entered.header("set-cookie"));
        let again = browser.send("POST", &way, "").await;
        assert_eq!(again.status.as_u16(), 410, "{}", again.text);
        browser.keep_cookie(&entered);
        let home = browser.send("GET", "/portal", "").await;
        assert_eq!(home.header("location"), format!("/portal/{customer}"));
        assert!(browser.page(&format!("/portal/{customer}")).await.contains("you are all set"));

        // The portal's cookie opens nothing of staff's, and staff's nothing of the portal.
        let staff = browser.send("GET", "/admin", "").await;
        assert!(staff.header("location").starts_with("/admin/sign-in"), "{}", staff.status);
        let owner = Browser::owner(app).await;
        let portal = owner.send("GET", &format!("/portal/{customer}"), "").await;
        assert_eq!(portal.header("location"), "/portal");

        let out = browser.send("POST", "/portal/sign-out", "").await;
        assert_eq!(out.header("location"), "/portal");
        let gone = browser.send("GET", &format!("/portal/{customer}"), "").await;
        assert_eq!(gone.header("location"), "/portal", "the session is over, not only the cookie");

        browser.send("POST", "/portal/sign-in", &body(&[("email", "pay@fern.example")])).await;
        let late = way_in(app).await;
        app.post("/test/clock", json!({"advance": "PT31M"})).await.json(200);
        assert_eq!(browser.send("GET", &late, "").await.status.as_u16(), 410);
        assert_eq!(browser.send("POST", &late, "").await.status.as_u16(), 410);
        assert_eq!(browser.send("GET", "/portal/enter/por_nothing", "").await.status.as_u16(), 410);
    });
}

#[test]
fn one_address_may_have_several_customers_and_sees_no_other() {
    TestApp::both(async |app| {
        let (fern, moss) = (app.customer("Fern & Field").await, app.customer("Moss Ltd").await);
        let other = app.post("/customers", json!({"name": "Other", "email": "other@else.example"})).await.json(201);
        let other = other["id"].as_str().expect("an id").to_owned();
        let (_, abroad) = app.other_business().await;
        let foreign = json!({"name": "Abroad", "email": "abroad@else.example"});
        let foreign = app.call(&abroad, "POST", "/customers", &[], &foreign).await.json(201);
        let foreign = foreign["id"].as_str().expect("an id").to_owned();

        let browser = signed_in(app, "pay@fern.example").await;
        let choice = browser.page("/portal").await;
        assert!(choice.contains(&fern) && choice.contains(&moss) && !choice.contains(&other), "{choice}");
        for mine in [&fern, &moss] {
            browser.page(&format!("/portal/{mine}")).await;
        }
        for not_mine in [&other, &foreign, &"cus_01h455vb4pex5vsknk084sn02q".to_owned(), &"nonsense".to_owned()] {
            for page in ["", "/statement", "/explain", "/statement.pdf?from=2026-01-01&to=2026-01-31"] {
                let answer = browser.send("GET", &format!("/portal/{not_mine}{page}"), "").await;
                assert_eq!(answer.status.as_u16(), 404, "{not_mine}{page}: {}", answer.text);
            }
            let pay = browser.post(&format!("/portal/{not_mine}/pay"), &[("what", "all")]).await;
            assert_eq!(pay.status.as_u16(), 404);
        }
        // Whoever no longer has the address is no longer seen.
        app.patch(&format!("/customers/{moss}"), json!({"email": "new@moss.example"})).await.json(200);
        assert_eq!(browser.send("GET", &format!("/portal/{moss}"), "").await.status.as_u16(), 404);
        app.patch(&format!("/customers/{fern}"), json!({"email": null})).await.json(200);
        assert_eq!(browser.send("GET", &format!("/portal/{fern}"), "").await.header("location"), "/portal");
    });
}

#[test]
fn a_way_in_that_was_mailed_is_not_shown_to_staff_but_one_that_is_kept_is() {
    TestApp::both(async |app| {
        app.customer("Fern & Field").await;
        Browser::stranger(app).send("POST", "/portal/sign-in", &body(&[("email", "pay@fern.example")])).await;
        let way = way_in(app).await;
        assert!(way.starts_with("/portal/enter/por_"), "without a mail server it reaches nobody otherwise: {ADDRESS}{way}");
    });
}

#[test]
fn asking_too_often_is_refused() {
    TestApp::both(async |app| {
        let stranger = Browser::stranger(app);
        let form = body(&[("email", "pay@fern.example")]);
        let mut last = 0;
        for _ in 0..12 {
            last = stranger.send("POST", "/portal/sign-in", &form).await.status.as_u16();
        }
        assert_eq!(last, 429);
    });
}
