//! Writing to customers by page: found, previewed, sent; what was typed comes back.

use serde_json::json;

use super::browser::{Browser, body, fresh_key, wrong};
use crate::kit::TestApp;

#[test]
fn a_clerk_finds_customers_looks_who_gets_it_and_sends() {
    TestApp::both(async |app| {
        let fern = app.customer("Fern & Field").await;
        let paper = app.post("/customers", json!({"name": "Paper only"})).await.json(201);
        let paper = paper["id"].as_str().expect("an id").to_owned();
        let browser = Browser::owner(app).await;
        assert!(browser.page("/admin/messages").await.contains("No message was written yet."));
        let form = browser.page(&format!("/admin/messages/new?customer={fern}")).await;
        assert!(form.contains(&format!("value=\"{fern}\" checked")), "{form}");

        let key = fresh_key();
        let typed = [
            ("idempotency_key", key.as_str()),
            ("to", "some"),
            ("customer", &fern),
            ("subject", "We move"),
            ("body", "Half typed"),
            ("q", "Paper"),
            ("do", "find"),
        ];
        let found = browser.send("POST", "/admin/messages/draft", &body(&typed)).await;
        assert_eq!(found.status.as_u16(), 200, "{}", found.text);
        assert!(found.text.contains("value=\"We move\"") && found.text.contains("Half typed"), "{}", found.text);
        assert!(found.text.contains("Paper only") && found.text.contains(&format!("value=\"{fern}\" checked")), "{}", found.text);

        let typed = [
            ("idempotency_key", key.as_str()),
            ("to", "some"),
            ("customer", &fern),
            ("customer", &paper),
            ("subject", "We move"),
            ("body", "Our new yard opens."),
            ("do", "preview"),
        ];
        let seen = browser.send("POST", "/admin/messages/draft", &body(&typed)).await;
        assert!(
            seen.text.contains("1 would get it now, 1 would be held.") && seen.text.contains("data-code=\"NO_CONTACT\""),
            "{}",
            seen.text
        );
        assert!(app.all("/messages?limit=50").await.is_empty(), "a preview sends nothing");

        let sent = browser.does("/admin/messages", &typed[1..6]).await;
        app.work().await;
        let page = browser.page(&sent).await;
        assert!(
            page.contains("1 sent, 1 held")
                && page.contains("Our new yard opens.")
                && page.contains("No email address: it goes out when they have one."),
            "{page}"
        );
        assert!(browser.page("/admin/messages").await.contains("We move"));
        assert!(browser.page("/admin/outbox").await.contains("Message to pay@fern.example"));
        let customer = browser.page(&format!("/admin/customers/{fern}")).await;
        assert!(customer.contains(&format!("/admin/messages/new?customer={fern}")), "{customer}");
        let customer = browser.page(&format!("/admin/customers/{paper}")).await;
        assert!(customer.contains("data-action=\"send_message\" data-code=\"NO_CONTACT\""), "{customer}");
    });
}

#[test]
fn what_is_missing_is_said_at_its_field() {
    TestApp::both(async |app| {
        let fern = app.customer("Fern & Field").await;
        let browser = Browser::owner(app).await;
        let answer =
            browser.post("/admin/messages", &[("to", "some"), ("customer", &fern), ("subject", "Kept"), ("body", " ")]).await;
        assert_eq!(answer.status.as_u16(), 422);
        assert_eq!(wrong(&answer.text, "body"), "Write something.");
        assert!(answer.text.contains("value=\"Kept\""), "{}", answer.text);
        let nobody = browser.post("/admin/messages", &[("to", "some"), ("subject", "Kept"), ("body", "Text")]).await;
        assert_eq!(nobody.status.as_u16(), 422);
        assert!(nobody.text.contains("Choose at least one customer."), "{}", nobody.text);
        let preview = browser.post("/admin/messages/draft", &[("to", "some"), ("do", "preview")]).await;
        assert_eq!(preview.status.as_u16(), 422);
        assert!(app.all("/messages?limit=50").await.is_empty());
    });
}
