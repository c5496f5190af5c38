//! A payer's link from the payer's side: who counts as having opened it, what an expired one offers, the way back from the processor,
//! what is receipted, and what a customer without an address is given.

use processors::sandbox::CheckoutStep;
use serde_json::{Value, json};

use crate::admin::browser::{Browser, address};
use crate::kit::{ADDRESS, TestApp};

/// An order of 100.00 that was asked for by mail: the request's id and address.
async fn asked(app: &TestApp) -> (String, String) {
    app.sandbox().await;
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, 10_000).await;
    let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    (request["id"].as_str().expect("an id").to_owned(), request["url"].as_str().expect("a URL").to_owned())
}

fn path(url: &str) -> &str {
    url.strip_prefix(ADDRESS).expect("an address of ours")
}

#[test]
fn only_a_person_counts_as_having_opened_it() {
    TestApp::both(async |app| {
        let (request, url) = asked(app).await;
        let state = async || app.get(&format!("/requests/{request}")).await.json(200)["state"].clone();
        for (method, header) in [
            ("HEAD", ("accept", "text/html")),
            ("GET", ("sec-purpose", "prefetch;prerender")),
            ("GET", ("purpose", "prefetch")),
            ("GET", ("x-purpose", "preview")),
        ] {
            let answer = app.send(method, path(&url), &[header], "").await;
            assert_eq!((answer.status.as_u16(), state().await), (303, json!("sent")), "{method} {header:?}");
        }
        let staff = Browser::owner(app).await;
        assert_eq!(staff.send("GET", path(&url), "").await.status.as_u16(), 303);
        assert_eq!(state().await, "sent", "staff who look at it are not the payer");
        let payer = Browser::stranger(app);
        assert_eq!(payer.send("GET", path(&url), "").await.status.as_u16(), 303);
        assert_eq!(state().await, "opened");
    });
}

#[test]
fn an_expired_link_mails_a_fresh_one_and_says_the_same_to_everybody() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let mut said = Vec::new();
        for customer in [json!({"name": "Fern & Field", "email": "pay@fern.example"}), json!({"name": "Fern & Field"})] {
            let customer = app.post("/customers", customer).await.json(201)["id"].as_str().expect("an id").to_owned();
            app.order(&customer, 10_000).await;
            let today = app.services().db.clock().now().day_in(&jiff::tz::TimeZone::UTC).to_string();
            let link = app.post(&format!("/customers/{customer}/links"), json!({"expires_on": today})).await.json(201);
            app.post("/test/clock", json!({"advance": "P2D"})).await.json(200);
            let url = link["url"].as_str().expect("a URL");
            let payer = Browser::stranger(app);
            let dead = payer.send("GET", path(url), "").await;
            assert_eq!(dead.status.as_u16(), 410, "{}", dead.text);
            let renew = address(&dead.text, "/p/renew/");
            let asked = payer.post(&renew, &[]).await;
            assert_eq!(asked.status.as_u16(), 200, "{}", asked.text);
            let main = asked.text.split("<main").nth(1).expect("a page").to_owned();
            said.push(main);
            app.work().await;
        }
        assert!(said[0].contains("If we have an address on file"), "{}", said[0]);
        assert_eq!(said[0], said[1], "whether an address is known is not told");
        let mails = app.all("/mails?kind=fresh_link&limit=50").await;
        assert_eq!((mails.len(), &mails[0]["to"]), (1, &json!("pay@fern.example")));
        let text = mails[0]["text"].as_str().expect("text");
        let fresh = address(text, &format!("{ADDRESS}/p/")).split_whitespace().next().expect("a link").to_owned();
        let opened = Browser::stranger(app).send("GET", path(&fresh), "").await;
        assert_eq!(opened.status.as_u16(), 303, "{}", opened.text);
    });
}

/// Who opened it in time still has the page on their phone: past the link's day it offers a fresh one, and takes no money.
#[test]
fn a_link_that_expires_while_it_is_open_takes_no_payment_any_more() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 10_000).await;
        app.post("/test/clock", json!({"advance": "PT11H"})).await.json(200);
        let today = app.services().db.clock().now().day_in(&jiff::tz::TimeZone::UTC).to_string();
        let link = app.post(&format!("/customers/{customer}/links"), json!({"expires_on": today})).await.json(201);
        let mut payer = Browser::stranger(app);
        let opened = payer.send("GET", path(link["url"].as_str().expect("a URL")), "").await;
        payer.keep_cookie(&opened);
        let open = format!("/p/v/{}", link["id"].as_str().expect("an id"));
        assert!(payer.page(&open).await.contains("100.00"));
        app.post("/test/clock", json!({"advance": "PT5H"})).await.json(200);
        let dead = payer.send("GET", &open, "").await;
        assert_eq!(dead.status.as_u16(), 410, "{}", dead.text);
        assert!(dead.text.contains("/p/renew/"), "{}", dead.text);
        let paid = payer.post(&format!("{open}/pay"), &[]).await;
        assert_eq!((paid.status.as_u16(), app.all("/payments").await.len()), (410, 0), "{}", paid.text);
    });
}

#[test]
fn a_request_is_paid_where_requests_can_be_paid() {
    TestApp::both(async |app| {
        let narrow = json!({"kind": "sandbox", "settings": {"capabilities": {"payment_request": false}}});
        let narrow = app.post("/processors", narrow).await.json(201)["id"].clone();
        let (_, url) = asked(app).await;
        let led_to = async || app.get("/payments?limit=1").await.json(200)["data"][0]["method"]["processor"].clone();
        app.page_of_link(&url).await;
        assert_ne!(led_to().await, narrow, "the one that was added so that requests can be paid");
        let customer = app.get("/customers?limit=1").await.json(200)["data"][0]["id"].clone();
        let customer = customer.as_str().expect("an id");
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        app.page_of_link(link["url"].as_str().expect("a URL")).await;
        assert_eq!(led_to().await, narrow, "a link to the balance takes whoever stands first");
    });
}

#[test]
fn coming_back_from_the_processor_needs_no_cookie() {
    TestApp::both(async |app| {
        let (_, url) = asked(app).await;
        let CheckoutStep::Paid { return_url } = app.pay_by_link(&url, "4242424242424242").await else { panic!("not paid") };
        for _ in 0..2 {
            let stranger = Browser::stranger(app);
            let page = stranger.page(path(&return_url)).await;
            assert!(page.contains("Payment received") && page.contains("value=\"100.00\""), "{page}");
        }
        assert_eq!(app.all("/payments?state=succeeded").await.len(), 1);
    });
}

#[test]
fn receipts_go_out_as_the_policy_says() {
    TestApp::both(async |app| {
        let (_, url) = asked(app).await;
        app.pay_by_link(&url, "4242424242424242").await;
        let receipts = async || {
            app.work().await;
            app.all("/mails?kind=receipt&limit=50").await.len()
        };
        assert_eq!(receipts().await, 1, "online: yes");
        let customer = app.get("/customers?limit=1").await.json(200)["data"][0]["id"].clone();
        let cash = |method: Value, receipt: Value| json!({"customer": customer, "amount": 500, "currency": "USD", "method": method, "receipt": receipt});
        let external = json!({"type": "external", "kind": "cash"});
        let in_person = json!({"type": "in_person", "kind": "cash", "tendered": 500});
        app.post("/payments", cash(external, Value::Null)).await.json(201);
        assert_eq!(receipts().await, 1, "recorded outside: no");
        app.post("/payments", cash(in_person.clone(), json!(false))).await.json(201);
        assert_eq!(receipts().await, 1, "in person: whoever stands there is asked");
        app.post("/payments", cash(in_person, json!(true))).await.json(201);
        assert_eq!(receipts().await, 2);
    });
}

#[test]
fn a_customer_without_an_address_gets_a_code_a_text_and_a_letter() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.post("/customers", json!({"name": "Paper only", "phone": "+1 555 0100"})).await.json(201);
        let customer = customer["id"].as_str().expect("an id").to_owned();
        app.order(&customer, 10_000).await;
        let browser = Browser::owner(app).await;
        let page = format!("/admin/customers/{customer}");
        browser.does(&format!("{page}/links"), &[]).await;
        let shown = browser.page(&page).await;
        assert!(shown.contains("href=\"sms:") && shown.contains("No email") && shown.contains("Print letter"), "{shown}");
        let code = browser.send("GET", &address(&shown, "/admin/links/lnk_"), "").await;
        assert_eq!((code.status.as_u16(), code.header("content-type")), (200, "image/svg+xml"), "{}", code.text);
        let letter = browser.send("GET", &format!("{page}/letter.pdf"), "").await;
        assert_eq!((letter.status.as_u16(), letter.header("content-type")), (200, "application/pdf"), "{}", letter.text);
    });
}
