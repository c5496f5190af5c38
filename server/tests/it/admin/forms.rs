//! Forms: mistakes stand at their fields with what was typed; sending twice does once.

use super::browser::{Browser, body, field, fresh_key, id_of, wrong};
use crate::kit::TestApp;

#[test]
fn a_wrong_form_keeps_what_was_typed() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let typed = [("name", "Ada <b>&\"Söhne\""), ("email", "ada@"), ("phone", "030 123"), ("address", "Hafen 1\nKiel")];
        let again = browser.post("/admin/customers", &typed).await;
        assert_eq!(again.status.as_u16(), 422);
        assert!(field(&again.text, "name").contains("value=\"Ada &#60;b&#62;&#38;&#34;Söhne&#34;\""), "{}", again.text);
        assert!(field(&again.text, "email").contains("value=\"ada@\"") && field(&again.text, "email").contains("aria-invalid"));
        assert_eq!(wrong(&again.text, "email"), "Write one address like ada@acme.example.");
        assert!(again.text.contains("Hafen 1\nKiel</textarea>"));
        assert!(app.all("/customers?limit=200").await.is_empty());
    });
}

#[test]
fn amounts_days_and_lines_are_refused_where_they_stand() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let entry = [
            ("side", "charge"),
            ("amount", "12.345"),
            ("currency", "USD"),
            ("description", ""),
            ("effective_on", "31.01.2026"),
            ("category", "service"),
        ];
        let again = browser.post(&format!("/admin/customers/{customer}/entries"), &entry).await;
        assert_eq!(again.status.as_u16(), 422);
        assert!(field(&again.text, "amount").contains("value=\"12.345\""));
        assert!(!wrong(&again.text, "amount").is_empty() && !wrong(&again.text, "effective_on").is_empty());
        assert_eq!(wrong(&again.text, "description"), "This is required.");
        assert!(again.text.contains("<option value=\"service\" selected>"));

        let order = [
            ("customer", customer.as_str()),
            ("order_kind", "order"),
            ("currency", "USD"),
            ("state", "draft"),
            ("kind", "item"),
            ("description", "Oak door"),
            ("quantity", "none"),
            ("unit_amount", "240.00"),
            ("tax_rate", "19"),
        ];
        let again = browser.post("/admin/orders", &order).await;
        assert_eq!(again.status.as_u16(), 422, "{}", again.text);
        assert!(
            field(&again.text, "quantity").contains("value=\"none\"") && field(&again.text, "quantity").contains("aria-invalid")
        );
        assert!(field(&again.text, "unit_amount").contains("value=\"240.00\""));
        assert!(again.text.contains("Write a number above 0"));

        let future =
            [("customer", customer.as_str()), ("order", ""), ("amount", "5.00"), ("kind", "cash"), ("received_on", "2027-01-01")];
        let again = browser.post("/admin/payments", &future).await;
        assert_eq!(again.status.as_u16(), 409, "{}", again.text);
        assert!(
            again.text.contains("role=\"alert\"") && field(&again.text, "amount").contains("value=\"5.00\""),
            "{}",
            again.text
        );
        assert!(app.all("/orders?limit=200").await.is_empty());
    });
}

#[test]
fn sending_a_form_twice_does_once() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let key = fresh_key();
        let form = |name: &str| body(&[("idempotency_key", &key), ("name", name), ("email", "pay@fern.example")]);
        let first = browser.send("POST", "/admin/customers", &form("Fern & Field")).await;
        let second = browser.send("POST", "/admin/customers", &form("Fern & Field")).await;
        assert_eq!(first.status.as_u16(), 303);
        assert_eq!(first.header("location"), second.header("location"));
        assert_eq!(app.all("/customers?limit=200").await.len(), 1);

        let changed = browser.send("POST", "/admin/customers", &form("Fern & Meadow")).await;
        assert_eq!(changed.status.as_u16(), 409);
        assert!(changed.text.contains("This form was saved already") && !changed.text.contains(&key), "a new key is offered");
        assert!(field(&changed.text, "name").contains("Fern &#38; Meadow"));
        let without = browser.send("POST", "/admin/customers", &body(&[("name", "No key")])).await;
        assert_eq!(without.status.as_u16(), 400);
        assert_eq!(app.all("/customers?limit=200").await.len(), 1);
    });
}

#[test]
fn a_reversal_needs_a_reason_and_happens_once() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let charge = [
            ("side", "charge"),
            ("amount", "80.00"),
            ("currency", "USD"),
            ("description", "Repair"),
            ("effective_on", "2026-01-15"),
        ];
        browser.does(&format!("/admin/customers/{customer}/entries"), &charge).await;
        let entries = app.all(&format!("/customers/{customer}/entries?limit=200")).await;
        let entry = entries[0]["id"].as_str().expect("an id");
        let path = format!("/admin/entries/{entry}/reverse");
        let again = browser.post(&path, &[("reason", " ")]).await;
        assert_eq!((again.status.as_u16(), wrong(&again.text, "reason").as_str()), (422, "This is required."));
        let reversing = browser.does(&path, &[("reason", "Billed twice")]).await;
        assert!(browser.page(&reversing).await.contains("Billed twice"));
        let page = browser.page(&format!("/admin/entries/{entry}")).await;
        assert!(page.contains("data-code=\"ALREADY_REVERSED\"") && page.contains("Reversed"), "{page}");
        let twice = browser.post(&path, &[("reason", "Again")]).await;
        assert_eq!(twice.status.as_u16(), 409);
        assert!(twice.text.contains("already reversed"), "{}", twice.text);
        assert_ne!(id_of(&reversing), entry);
    });
}

#[test]
fn settings_are_kept_and_wrong_ones_refused() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let wrong_ones = [
            ("tolerance", "x"),
            ("link_days", "30"),
            ("locked_through", "2026-01-20"),
            ("notify", "a@harbor.example, nonsense"),
            ("apply_credit", "on"),
        ];
        let again = browser.post("/admin/settings/collecting", &wrong_ones).await;
        assert_eq!(again.status.as_u16(), 422);
        assert!(!wrong(&again.text, "tolerance").is_empty() && !wrong(&again.text, "notify").is_empty());
        let locked_too_far = [("tolerance", "0.05"), ("link_days", "30"), ("locked_through", "2026-01-20"), ("notify", "")];
        let again = browser.post("/admin/settings/collecting", &locked_too_far).await;
        assert!(!wrong(&again.text, "locked_through").is_empty(), "{}", again.text);
        let good = [
            ("tolerance", "0.05"),
            ("link_days", "30"),
            ("locked_through", "2026-01-10"),
            ("notify", "a@harbor.example, b@harbor.example"),
        ];
        browser.does("/admin/settings/collecting", &good).await;
        let page = browser.page("/admin/settings/collecting").await;
        assert!(field(&page, "tolerance").contains("value=\"0.05\"") && field(&page, "locked_through").contains("2026-01-10"));
        assert!(field(&page, "notify").contains("a@harbor.example, b@harbor.example"));
        assert!(!field(&page, "apply_credit").contains("checked"));

        let customer = app.customer("Fern & Field").await;
        let locked =
            [("side", "charge"), ("amount", "1"), ("currency", "USD"), ("description", "Late"), ("effective_on", "2026-01-05")];
        let refused = browser.post(&format!("/admin/customers/{customer}/entries"), &locked).await;
        assert_eq!(refused.status.as_u16(), 409);
        assert!(refused.text.contains("locked"), "{}", refused.text);
    });
}
