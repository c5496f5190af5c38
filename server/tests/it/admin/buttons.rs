//! Buttons that are refused, and forms that are sent twice.

use serde_json::json;

use super::browser::{Browser, address, body, fresh_key};
use crate::kit::TestApp;

#[test]
fn a_refused_button_leads_back_to_its_page_which_says_why() {
    TestApp::both(async |app| {
        let customer = app.post("/customers", json!({"name": "Paper only"})).await.json(201);
        let customer = customer["id"].as_str().expect("an id").to_owned();
        let browser = Browser::owner(app).await;
        let path = format!("/admin/customers/{customer}");
        browser.does(&format!("{path}/links"), &[]).await;
        let page = browser.page(&path).await;
        let link = address(&page, "/admin/links/lnk_").trim_end_matches("/qr.svg").to_owned();
        let form = body(&[("idempotency_key", &fresh_key())]);
        let press = async |referer: &str| {
            let headers = [
                ("accept", "text/html"),
                ("cookie", browser.cookie.as_str()),
                ("content-type", "application/x-www-form-urlencoded"),
                ("sec-fetch-site", "same-origin"),
                ("referer", referer),
            ];
            app.send("POST", &format!("{link}/send"), &headers, form.clone()).await
        };
        let back = press(&format!("http://owed.example{path}?side=credit&done=link")).await;
        let to = format!("{path}?side=credit&refused=NO_CONTACT");
        assert_eq!((back.status.as_u16(), back.header("location")), (303, to.as_str()), "{}", back.text);
        let page = browser.page(back.header("location")).await;
        assert!(page.contains("That was not done.") && page.contains("The customer has no address to write to."), "{page}");
        assert!(!page.contains("Payment link made."), "{page}");
        // Without a page behind it, or from elsewhere, it stays an error page.
        for elsewhere in ["http://owed.example/p/v/lnk_1", "http://owed.example"] {
            let answer = press(elsewhere).await;
            assert_eq!(answer.status.as_u16(), 409, "{elsewhere}: {}", answer.text);
        }
        let plain = browser.page(&format!("{path}?refused=%3Cb%3EHello")).await;
        assert!(!plain.contains("That was not done."), "only known codes are said");
    });
}

#[test]
fn a_key_is_made_once_however_often_its_form_is_sent() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let key = fresh_key();
        let form = body(&[("idempotency_key", &key), ("name", "The shop"), ("scope", "read")]);
        let made = browser.send("POST", "/admin/settings/keys", &form).await;
        assert_eq!(made.status.as_u16(), 200, "{}", made.text);
        assert!(made.text.contains("owed_"), "{}", made.text);
        let again = browser.send("POST", "/admin/settings/keys", &form).await;
        assert_eq!(again.status.as_u16(), 409, "{}", again.text);
        assert!(again.text.contains("This key was made already"), "{}", again.text);
        let keys = app.get("/keys").await.json(200)["data"].as_array().expect("keys").clone();
        assert_eq!(keys.iter().filter(|key| key["name"] == "The shop").count(), 1, "{keys:?}");
    });
}
